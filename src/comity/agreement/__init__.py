"""Facts and agreements in force -> a decision, with the clauses that made it.

    terms      what an agreement says: frozen clauses      read, grammar, parse   YAML -> terms
    canonical  terms <-> the JSON that is hashed and kept  register               the set, in force
    decide     facts -> Decision, one evaluator            columns, clauses, plan on what it runs
    levels     charges and convictions -> offence level    explain                in plain words

No clock, no network, no randomness: callers say `at` and `known_at`.
"""
