"""The words an agreement may use, and the forms of its ids. Everything else refers to these."""

from __future__ import annotations

import re
from typing import Literal

Regime = Literal["agreement_required", "federal_mandate", "local_limit"]
# A local limit is a county's or a city's own rule: it only ever narrows what its local agency
# is told or may do, whatever the other two regimes allow.
REGIMES: tuple[Regime, ...] = ("agreement_required", "federal_mandate", "local_limit")

# A version names the rules that turn charges and convictions into a level: see levels.py.
LEVEL_VERSIONS = ("2008", "2010", "2014")

BEFORE_SEARCH = ("minor_traffic_only", "juvenile", "victim_or_witness")
AFTER_SEARCH = ("lawful_process_only", "citizen")
EXCLUSIONS = BEFORE_SEARCH + AFTER_SEARCH

EVENTS = ("suspended", "resumed", "terminated")

# Ids end up in ledger entries as `agreement#clause`, so neither may hold a `#`.
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# An ORI is nine letters and digits (EBTS 1.08); a star at the end covers all that begin so.
JURISDICTION_PATTERN = re.compile(r"[A-Z0-9]{9}|[A-Z0-9]{0,8}\*")

# A request to hold somebody is honoured for 48 hours, Saturdays, Sundays and holidays apart
# (8 CFR 287.7(d)): with a weekend of three days that is 120 hours by the clock.
HOLD_HOURS_MAX = 120
