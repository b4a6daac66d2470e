"""Search: from a probe and a gallery to ranked candidates with error rates."""
