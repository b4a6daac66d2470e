"""The house over HTTP: submissions, subject access, and the pages that anyone may read.

    app      routes, and what they hand on         desk     the writing side, one at a time
    public   what outsiders read: ledger, tables   failures every error in one shape
    guard    limits, hosts, headers                pages    HTML and its JSON twin

No rules of its own: what may be asked, released or seen is decided in exchange and journey.
"""
