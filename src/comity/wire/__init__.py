"""ANSI/NIST-ITL transactions in the traditional encoding: read, judge, explain, change, write.

    read, transaction   bytes -> records, fields, items, each with its offset (entries, damage)
    validate            all findings by a profile: check_fields by the tables, other check_*
    profile, fields     which rules bind, from tables/ (rule, makeup);  codes, findings, causes
    explain, meaning    a file as a tree or as data; what a tag, type or code stands for
    submission, ridges  what the programme needs of a booking;  friction, minutiae: any print
    card, answer        submissions, first and second responses (compose, refusal, nlets)
    edit                values changed and lengths with them: repair (mends), redact (redact_*)
    diff                two files, record by record;  jsonform  JSON that loses nothing

Reading never judges and judging never reads: a file with faults is opened like any other.
"""
