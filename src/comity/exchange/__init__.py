"""The durable path: store, cases, releases, notices, review, retraction, subject access."""
