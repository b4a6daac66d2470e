"""Published numbers, each a pure function of the ledger's leaves and openings (invariant I8).

cases gathers what the ledger says of each submission; measures defines what is counted; table
counts it; disclosure hides small cells and attacks its own result; publish writes and re-checks.
"""
