"""The grammar of an agreement file: each clause, its dataclass, its fields and how each is read.

The same tables judge a file, judge the canonical form that the ledger stores, and write the JSON
Schema (`schema.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from comity.agreement.parse import Field
from comity.agreement.readers import (
    DAYS_MAX,
    Fields,
    Flag,
    Instant,
    Pattern,
    Several,
    Text,
    Whole,
    Word,
)
from comity.agreement.terms import (
    Answer,
    Clause,
    Event,
    Exclusion,
    Hold,
    Levels,
    Notice,
    Release,
    Retention,
    Review,
    Scope,
    Term,
    Trigger,
)
from comity.agreement.words import (
    EVENTS,
    EXCLUSIONS,
    HOLD_HOURS_MAX,
    ID_PATTERN,
    JURISDICTION_PATTERN,
    LEVEL_VERSIONS,
    REGIMES,
)
from comity.records import LEVELS, RECIPIENTS, RELEASE_FIELDS, STAGES


@dataclass(frozen=True)
class Shape:
    """A clause's dataclass, what it says, and its fields besides `id` and `text`."""

    clause: type[Clause]
    says: str
    own: Mapping[str, Field]

    @property
    def fields(self) -> Fields:
        """How the whole clause is read."""
        return Fields({"id": CLAUSE_ID, "text": CLAUSE_TEXT, **self.own})


CLAUSE_ID = Field(
    Pattern(ID_PATTERN, "an id such as `release-2`: a-z 0-9 . _ -"),
    "The name of the clause in decisions and in the ledger; used once in the file.",
)
CLAUSE_TEXT = Field(Text(), "Where counsel finds the clause in the signed text.")
_LATER = Word(STAGES[1:])
_ORI = Pattern(JURISDICTION_PATTERN, "an ORI of nine letters and digits, or its beginning and `*`")
_DAYS = Whole("days", 0, DAYS_MAX)

SHAPES: dict[str, Shape] = {
    "scope": Shape(
        Scope,
        "Whose bookings the agreement covers.",
        {"jurisdictions": Field(Several(_ORI), "ORIs, or beginnings of ORIs and `*`.")},
    ),
    "term": Shape(
        Term,
        "When the agreement begins to bind, and the notice given of that.",
        {
            "effective": Field(Instant(), "The instant it begins to bind, that instant included."),
            "published": Field(Instant(), "When its activation was published.", required=False),
            "told": Field(
                Instant(),
                "When the chief law officer of the state was told of its activation.",
                required=False,
            ),
        },
    ),
    "notice": Shape(
        Notice,
        "How long before its effect a notice is given, and who may end the agreement.",
        {
            "activate_days": Field(_DAYS, "Days of 24 hours between publication and effect."),
            "terminate_days": Field(
                _DAYS, "Days of 24 hours between a notice of termination and its effect."
            ),
            "end_by": Field(
                Several(Text()),
                "The parties that may suspend or end it; each of them where this is left out.",
                required=False,
            ),
        },
    ),
    "trigger": Shape(
        Trigger,
        "What a case must have come to.",
        {"stage": Field(Word(STAGES), "Nothing is done under it before this stage.")},
    ),
    "levels": Shape(
        Levels,
        "The offence levels about which something may be released.",
        {
            "version": Field(Word(LEVEL_VERSIONS), "The rules that make a level of a charge."),
            "permit": Field(Several(Word(LEVELS)), "The levels included; all four is no limit."),
        },
    ),
    "exclusions": Shape(
        Exclusion,
        "A kind of case that is left out.",
        {
            "fact": Field(Word(EXCLUSIONS), "Cases of which this is true are left out."),
            "until": Field(
                _LATER, "Only below this stage; for ever where this is left out.", required=False
            ),
        },
    ),
    "release": Shape(
        Release,
        "What one recipient may have.",
        {
            "to": Field(Word(RECIPIENTS), "The recipient."),
            "fields": Field(Several(Word(RELEASE_FIELDS), 0), "The fields that may leave."),
            "after": Field(_LATER, "Only from this stage on.", required=False),
        },
    ),
    "answer": Shape(
        Answer,
        "Whether the local agency is answered at all.",
        {"local_agency": Field(Flag(), "yes: what `release` gives it; no: nothing.")},
    ),
    "hold": Shape(
        Hold,
        "Whether the local agency may honour a request to hold somebody.",
        {
            "honoured": Field(Flag(), "yes or no; no binds whatever another agreement says."),
            "hours": Field(
                Whole("hours", 1, HOLD_HOURS_MAX),
                "For how long at most, never renewed; only where holds are honoured.",
                required=False,
            ),
        },
    ),
    "review": Shape(
        Review,
        "Who must determine what a match means.",
        {"second_reviewer": Field(Flag(), "yes: two people must agree.")},
    ),
    "retention": Shape(
        Retention,
        "How long a recipient may keep what was released.",
        {"days": Field(_DAYS, "Days of 24 hours.")},
    ),
    "events": Shape(
        Event,
        "Something that happened to the agreement.",
        {
            "event": Field(Word(EVENTS), "What happened."),
            "given": Field(Instant(), "When the letter was given."),
            "recorded": Field(
                Instant(), "When the house learnt of it; when given, if left out.", required=False
            ),
            "effective": Field(
                Instant(),
                "When it binds; if left out when given, a termination after its notice.",
                required=False,
            ),
            "by": Field(Text(), "The party that gave the letter.", required=False),
        },
    ),
}


def _one(name: str, *, required: bool = True) -> Field:
    return Field(SHAPES[name].fields, SHAPES[name].says, required)


def _list(name: str, says: str, *, required: bool = True) -> Field:
    return Field(Several(SHAPES[name].fields, 0), says, required)


AGREEMENT: dict[str, Field] = {
    "agreement": Field(
        Pattern(ID_PATTERN, "an id such as `alder-2011`: a-z 0-9 . _ -"),
        "The id of the agreement in decisions and in the ledger.",
    ),
    "title": Field(Text(), "What people call it."),
    "regime": Field(
        Word(REGIMES),
        "What it rests on: the parties' agreement, a federal mandate, or a local rule that only "
        "ever narrows what the local agency is told or may do.",
    ),
    "parties": Field(Several(Text()), "Who made it; each may end it unless `end_by` says less."),
    "recorded": Field(Instant(), "When the house learnt of the agreement."),
    "scope": _one("scope"),
    "term": _one("term"),
    "notice": _one("notice"),
    "trigger": _one("trigger"),
    "levels": _one("levels"),
    "exclusions": _list("exclusions", "Kinds of cases that are left out.", required=False),
    "release": _list("release", "What each recipient may have; clauses for one add up."),
    "answer": _one("answer", required=False),
    "hold": _one("hold", required=False),
    "review": _one("review"),
    "retention": _one("retention"),
    "events": _list("events", "What happened to it since.", required=False),
}
