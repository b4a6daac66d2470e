"""ANSI/NIST-ITL transactions: read leniently, judged apart, written soundly, explained."""
