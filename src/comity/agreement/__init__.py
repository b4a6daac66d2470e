"""Facts and agreements in force -> a decision, with the clauses that made it.

    read      YAML files -> Agreements           terms, parse, canonical  what an agreement is
    register  which are in force, by both times  levels   charges -> offence level
    decide    the one evaluator                  columns, clauses, plan   what it runs on
    explain   agreements and decisions in plain words

No clock, no network, no randomness: callers say `at` and `known_at`.
"""
