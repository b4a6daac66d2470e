"""What can be found in agreement files: every code, how grave it is, and what to do about it.

An *error* keeps a file, and every file read with it, from loading. A *warning* is a term that
does not do what it seems to, or that somebody will ask about. A *note* is worth knowing and
may well be meant. Codes are stable: a script may rely on one from release to release.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from comity.agreement.contradictions import Path
from comity.agreement.parse import Mistake

SEVERITIES = ("note", "warning", "error")


@dataclass(frozen=True)
class Remark:
    """Something about an agreement that loads. `path` leads to the words it is about."""

    agreement: str
    code: str
    path: Path
    said: str


@dataclass(frozen=True)
class Finding:
    """One line of `comity agreement check`. `line` and `column` count from 1; 0 is no place."""

    file: str
    line: int
    column: int
    severity: str
    code: str
    path: str
    said: str
    next_step: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of_mistake(file: str, mistake: Mistake) -> Finding:
    """A mistake as a finding: an error, whose next step is the nearest word where there is one."""
    severity, step = CODES[mistake.code]
    if mistake.nearest:
        step = f"write `{mistake.nearest}`"
    said = f"expected {mistake.expected}; found `{mistake.found}`"
    return Finding(
        file, mistake.line, mistake.column, severity, mistake.code, mistake.path, said, step
    )


def worst(findings: Iterable[Finding]) -> str:
    """The gravest severity among findings; empty where there are none."""
    return max((f.severity for f in findings), key=SEVERITIES.index, default="")


ERRORS = {
    # the file
    "unreadable": "give a text file in UTF-8 with one agreement",
    "not-yaml": "mend the YAML here; a text with `: ` or `#` in it stands in quotes",
    "alias": "write the words out where they are meant",
    "tag": "leave the tag out: every value is text, a list or a mapping",
    "too-deep": "keep to clauses, their lists and their words",
    "second-document": "make a file of its own for each agreement",
    # its keys
    "not-a-mapping": "write `key: value` lines",
    "unknown-key": "leave it out, or say it in a clause there is",
    "repeated-key": "keep one of the two",
    "missing-key": "add it; the example in docs/spec/agreement.md has all of them",
    # its values
    "no-text": "write it on one line, in quotes if need be",
    "wrong-form": "write it in the form that was expected",
    "unknown-word": "use one of the words there are",
    "not-yes-or-no": "write yes or no",
    "not-a-number": "write digits alone, within the bounds",
    "not-a-time": "write year-month-dayThour:minute:second and the offset",
    "no-offset": "add the offset of the place, such as -06:00",
    "not-a-list": "write `[one, two]`, or a line with `- ` for each",
    "empty-list": "name at least one",
    "listed-twice": "keep one of the two",
    # its clauses together
    "reserved-id": "give the agreement another id",
    "repeated-id": "give one of the clauses another id",
    "not-published": "add when the activation was published, or ask no notice of it",
    "notice-too-short": "begin later, or publish earlier",
    "told-too-late": "begin later, or tell the chief law officer earlier",
    "not-a-party": "name a party of the agreement",
    "not-theirs-to-end": "name who gave the letter, if it was a party that may",
    "excluded-twice": "keep one exclusion for the fact",
    "no-release": "say what a recipient may have",
    "no-answer": "say whether the local agency is answered",
    "limit-of-nothing": "say what the limit is about",
    "release-without-answer": "add `answer`, or leave the fields to other agreements",
    "limit-of-another": "leave it to an agreement: a local limit is about the local agency",
    "answer-refused": "answer the local agency, or release nothing to it",
    "hold-without-end": "say for how many hours",
    "hold-refused": "leave the hours out, or honour holds",
    "hold-too-long": "say fewer hours",
    "limit-suspended": "end the limit, with another in its place if one is to hold later",
    "recorded-before-given": "put the later of the two times into `recorded`",
    "effect-too-soon": "let it take effect after the notice",
    "nothing-to-resume": "add the suspension, or leave the resumption out",
    "resumed-after-end": "make a new agreement: an ended one stays ended",
    # its fellows
    "same-id": "give one of the agreements another id",
}  # fmt: skip

WARNINGS = {
    # words
    "text-missing": "say where the clause stands in the signed text",
    "not-told": "add `told`: when the chief law officer of the state was told",
    "published-after-effect": "publish before it begins, or say what was published then",
    "event-by-nobody": "add `by`: the party that gave the letter",
    "answer-empty": "add a release to the local agency, or say that it is not answered",
    "recipient-given-nothing": "give it a field, or leave the clause out",
    "agency-given-nothing": "release something to the notified agency, or make no search for it",
    "retention-none": "give recipients the days they need to act on what they are given",
    "retention-shorter-than-hold": "keep what a hold rests on for as long as the hold",
    # places
    "scope-form": "begin an ORI with the two letters of its state",
    "scope-covered": "leave it out: a beginning in the same list covers it",
    "scope-spans-states": "make an agreement for each state: each may end its own",
    "other-state": "check the ORIs: their first two letters are another state's",
    "scope-unknown": "check the ORI: no agency that is known has it",
    # reach
    "unreachable": "leave the clause out, or change what keeps it from ever mattering",
    "level-unreachable": "leave the level out, or let the trigger come earlier",
    "field-given-again": "leave the field out here",
    "after-without-effect": "leave `after` out, or let the trigger come earlier",
    # dates
    "never-in-force": "leave the agreement out, or mend its dates",
    "event-without-effect": "leave the event out, or mend its dates",
    "gap": "let the later begin when the earlier ends, if nothing was to lapse",
    "overlap": "end one, or know that both must permit",
    "field-to-nobody": "release it in the other agreement too, or leave it out here",
}

NOTES = {
    "text-shared": "say the place more closely, if the two stand apart",
    "recorded-late": "know that nothing flowed under it before it was recorded",
    "hold-beyond-48": "know that 8 CFR 287.7(d) counts 48 hours, weekends and holidays apart",
    "fields-to-nobody": "release them to somebody, if they were meant to be",
    "never-resumed": "resume or end it, if it was not to stay suspended",
}

CODES: dict[str, tuple[str, str]] = (
    {code: ("error", step) for code, step in ERRORS.items()}
    | {code: ("warning", step) for code, step in WARNINGS.items()}
    | {code: ("note", step) for code, step in NOTES.items()}
)
