"""Facts and agreements in force -> a decision, with the clauses that made it.

    terms, words      what an agreement says: frozen clauses and the words they are made of
    read, interpret   YAML -> terms, every mistake at once (grammar, parse, readers, contradictions)
    canonical         terms <-> the JSON that is hashed and kept;  schema  the form, for editors
    register          the set, and what is in force;  reform  a set with changes
    decide            facts -> Decision, one evaluator on columns (clauses, groups, plan, answers)
    levels            charges and convictions -> offence level
    check             what is odd in sound agreements (check_*, witness, cover, findings)
    explain, grid     one agreement in plain words and as a decision table
    difference, space what a change does to every case;  timeline  who took part when
    cedar             the same rules for another engine, to check ours by

No clock, no network, no randomness: callers say `at` and `known_at`.
"""
