"""What is counted, each with the definition that is published beside it.

Every measure counts submissions (transactions), once each, in the jurisdiction and month in
which the submission was received. Cohorts keep a numerator inside its denominator; docs/
decisions/0101 has the choice. Persons are counted beside transactions where the ledger can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from comity.records import LEVELS
from comity.statistics.cases import Case, Levels

UNKNOWN = "unknown"
ALL_LEVELS = (*LEVELS, UNKNOWN)


@dataclass(frozen=True)
class Measure:
    """One column of counts.

    holds   whether a case counts; within   the measure whose cases contain these, if any
    levels  which stage's offence level splits it further, if any
    """

    definition: str
    holds: Callable[[Case], bool]
    within: str | None = None
    levels: Callable[[Case], Levels | None] | None = None
    persons: bool = False


def withheld(case: Case) -> bool:
    """Matched, denied by the latest decision, and nothing ever left."""
    return case.match is not None and bool(case.release_clauses) and not case.released


def not_searched(case: Case) -> bool:
    """Denied by the latest decision on the search, and never searched."""
    return bool(case.search_clauses) and not case.searched


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "submissions": Measure("transactions received", lambda _: True, persons=True),
        "rejected": Measure(
            "files that broke a hard rule and were answered ERRT",
            lambda c: c.refused,
            "submissions",
        ),
        "missing_charge": Measure(
            "submissions none of whose arrest charges has an offence code",
            lambda c: c.missing_charge is True,
            "submissions",
        ),
        "not_searched": Measure(
            "submissions that the agreements kept from the second repository; a column for each "
            "clause that bore on the latest denial follows, and one submission may have several",
            not_searched,
            "submissions",
        ),
        "searched": Measure(
            "submissions searched in the second repository", lambda c: c.searched, "submissions"
        ),
        "matches": Measure(
            "submissions that matched an identity in the second repository",
            lambda c: c.match is not None,
            "searched",
            lambda c: c.match,
            True,
        ),
        "lawful_process_only": Measure(
            "matches whose every encounter was a lawful process: visa, benefit, naturalisation "
            "or background check",
            lambda c: c.match is not None and c.lawful_process_only is True,
            "matches",
        ),
        "lawful_process_unknown": Measure(
            "matches of which that is not known",
            lambda c: c.match is not None and c.lawful_process_only is None,
            "matches",
        ),
        "citizen": Measure(
            "matches whose repository records carry evidence of citizenship",
            lambda c: c.match is not None and c.citizen is True,
            "matches",
        ),
        "citizen_unknown": Measure(
            "matches of which that is not known",
            lambda c: c.match is not None and c.citizen is None,
            "matches",
        ),
        "withheld": Measure(
            "matches of which nothing was released; a column for each clause that bore on the "
            "latest denial follows, and one match may have several",
            withheld,
            "matches",
        ),
        "stopped": Measure(
            "submissions with a release that was queued and stopped before it left, because an "
            "agreement had ended or been suspended by then",
            lambda c: bool(c.cancelled & c.releases.keys()),
            "submissions",
        ),
        "decided_again": Measure(
            "submissions whose decision was made again after a disposition, correction, "
            "suspension or termination",
            lambda c: c.decided_again,
            "submissions",
        ),
        "released": Measure(
            "submissions of which something was released to any recipient",
            lambda c: c.released,
            "submissions",
            persons=True,
        ),
        "released_later": Measure(
            "of those, with a release that was held until a later event",
            lambda c: c.released_later,
            "released",
        ),
        "retracted": Measure(
            "submissions with a release that was retracted at any recipient",
            lambda c: bool(c.retractions),
            "submissions",
        ),
        "retractions_acknowledged": Measure(
            "of those, with every retraction acknowledged by its recipient",
            lambda c: bool(c.retractions) and c.retractions <= c.acknowledged,
            "retracted",
        ),
        "reviewed": Measure(
            "submissions on which a person recorded a determination",
            lambda c: c.determination is not None,
            "submissions",
        ),
        "action_requested": Measure(
            "of those, whose latest determination requests action",
            lambda c: c.determination == "action_requested",
            "reviewed",
        ),
        "custody": Measure(
            "submissions whose subject was booked into the notified agency's custody",
            lambda c: c.custody is not None,
            "submissions",
            lambda c: c.custody,
            True,
        ),
        "removed": Measure(
            "submissions whose subject was removed or returned",
            lambda c: c.removal is not None,
            "submissions",
            lambda c: c.removal,
            True,
        ),
        "subject_access": Measure(
            "submissions whose subject, or counsel, asked to see every use of the record",
            lambda c: c.accessed,
            "submissions",
        ),
        "contested": Measure("of those, contested", lambda c: c.contested, "subject_access"),
    }
)

CLAUSES: Mapping[str, Callable[[Case], tuple[str, ...]]] = MappingProxyType(
    {"not_searched": lambda c: c.search_clauses, "withheld": lambda c: c.release_clauses}
)

# name -> (numerator, denominator). The share of a level is a rate of that level's own column.
RATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rejected_per_submission": ("rejected", "submissions"),
        "missing_charge_per_submission": ("missing_charge", "submissions"),
        "not_searched_per_submission": ("not_searched", "submissions"),
        "match_per_submission": ("matches", "submissions"),
        "match_per_search": ("matches", "searched"),
        "lawful_process_only_per_match": ("lawful_process_only", "matches"),
        "citizen_per_match": ("citizen", "matches"),
        "withheld_per_match": ("withheld", "matches"),
        "released_per_match": ("released", "matches"),
        "custody_per_match": ("custody", "matches"),
        "removed_per_match": ("removed", "matches"),
        "removed_per_custody": ("removed", "custody"),
        "non_criminal_per_match": ("matches_non-criminal", "matches"),
        "non_criminal_per_custody": ("custody_non-criminal", "custody"),
        "non_criminal_per_removed": ("removed_non-criminal", "removed"),
    }
)

SECONDS: Mapping[str, Callable[[Case], float | None]] = MappingProxyType(
    {"first_response": lambda c: c.first_seconds, "second_response": lambda c: c.second_seconds}
)
# The count without which a time to respond would single out a few cases.
SECONDS_OF: Mapping[str, str] = MappingProxyType(
    {"first_response": "submissions", "second_response": "searched"}
)


def level_of(levels: Levels | None, version: str) -> str:
    """The offence level under one version; `unknown` where the record does not say."""
    level = (levels or {}).get(version)
    return level if level in LEVELS else UNKNOWN


def level_column(measure: str, level: str) -> str:
    """Name of the column that counts one level of a measure."""
    return f"{measure}_{level}"


def clause_column(measure: str, clause: str) -> str:
    """Name of the column that counts one clause of a measure."""
    return f"{measure}[{clause}]"


def persons_column(measure: str) -> str:
    """Name of the column that counts a measure's persons."""
    return f"{measure}_persons"


def definitions(version: str) -> dict[str, str]:
    """What every kind of column means, for publishing."""
    told = {name: measure.definition for name, measure in MEASURES.items()}
    return told | {
        "*_1, *_2, *_3, *_non-criminal, *_unknown": (
            f"the same by offence level at that stage, definition of {version}"
        ),
        "*_persons": "different persons among those submissions; a person may come in several "
        "rows, so rows do not add up to the total; a submission without a pseudonym is one person",
        "*_per_*": "the first column's submissions that are also in the second, divided by the "
        "second; 95 % interval by Clopper and Pearson, as of a sample from a larger process: the "
        "count itself is complete",
        "*_seconds_*": "from receipt to the response; median and 90th percentile by nearest rank; "
        "the second response only where a search was made",
        "jurisdiction, month": "of receipt: later events count in the month the submission came",
    }
