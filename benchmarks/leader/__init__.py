"""LEADER made faster: weights, graph, steps on the way, time and errors of each."""
