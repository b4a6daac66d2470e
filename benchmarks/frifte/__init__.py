"""One-to-many search, measured and reported as NIST's FRIF TE E1N reports it.

    comity bench search --fingers 10 --people 1000000 --json

A gallery of synthetic people is built once and kept; then people who are not in it are searched
(non-mated), and second impressions of people who are (mated). With threshold t

    FPIR(t)  share of non-mated searches that return any candidate at t or above
    FNIR(t)  share of mated searches that do not return the mate at t or above

Source: ISO/IEC 19795-1; NIST IR 8034 (FpVTE 2012); FRIF TE E1N, fingerprint.nist.gov/frifte.
"""
