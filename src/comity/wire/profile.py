"""Which rules bind for a transaction: the standard's, or those of its type under EBTS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from comity.errors import CallerError
from comity.records import CRIMINAL_TOTS, Severity
from comity.wire.fields import (
    BASE,
    EBTS_9_1,
    EBTS_10_0,
    NAMES,
    PROFILE_TOTS,
    STANDARD,
    Demand,
    Rule,
    demands,
    fields_of,
    items_of,
    of_type,
    profile,
)
from comity.wire.makeup import Kind, kinds
from comity.wire.transaction import Transaction

SOURCES = {
    STANDARD: "ANSI/NIST-ITL 1-2011",
    EBTS_9_1: "EBTS 9.1 (IAFIS-DOC-01078-9.1)",
    EBTS_10_0: "EBTS 10.0",
}
# VER 1.002: EBTS 9.1 is written over ANSI/NIST-ITL 1-2007, EBTS 10.0 over 1-2011.
_VERSION_OF_9_1, _VERSION_OF_10 = "0400", "0500"
_NUMBER = re.compile(r"(\d{1,3})(?:\.\d+)*")
_OLDEST = 8  # of EBTS; files that name an earlier edition keep to tables that are not here


@dataclass(frozen=True)
class Profile:
    """The rules that bind.

    name     one of NAMES
    tot      the type whose rules these are, or `base`: those of the standard alone
    strict   one of the four criminal submissions: what breaks the standard is an error
    firm     what EBTS demands is demanded: the programme handles this type, or the caller named
             the profile; else a fault against EBTS is a warning
    unstated the type is criminal, but nothing else shows that the domain is the FBI's
    """

    name: str
    tot: str
    strict: bool
    firm: bool = True
    unstated: bool = False

    @property
    def rules(self) -> dict[str, Rule]:
        """Tag -> rule, over all record types."""
        return profile(self.tot, self.name)

    @property
    def hard(self) -> Severity:
        """Severity of what stops a criminal submission and is only odd elsewhere."""
        return "error" if self.strict else "warning"

    @property
    def source(self) -> str:
        """The document whose rules bind."""
        return SOURCES[STANDARD if self.tot == BASE else self.name]

    @property
    def kind(self) -> Kind | None:
        """What the edition of EBTS says of the type; None where the standard alone binds."""
        return kinds(self.name).get(self.tot)

    @property
    def closed(self) -> bool:
        """Are all fields listed that the type may hold? Of EBTS 10.0 we know too little."""
        return self.name == EBTS_9_1 and self.tot != BASE

    def of_type(self, record_type: int) -> dict[str, Rule]:
        """Tag -> rule of one record type, items among them."""
        return of_type(self.tot, record_type, self.name)

    def demands(self, record_type: int) -> tuple[Demand, ...]:
        """The fields that must be in each record of one type."""
        return demands(self.tot, record_type, self.name)

    def items(self, tag: str) -> tuple[Rule, ...]:
        """The rules about the items of one field, in their order."""
        return items_of(self.tot, tag, self.name)

    def mandatory(self, rule: Rule) -> bool:
        return self.tot in rule.mandatory or BASE in rule.mandatory

    def demand(self, rule: Rule) -> Severity:
        """Severity of the absence of what the rule makes mandatory."""
        return "error" if self.firm or BASE in rule.binds else "warning"

    def fault(self, rule: Rule) -> Severity:
        """Severity of a value that is not as the rule says."""
        if self.tot == BASE or not self.mandatory(rule):
            return "warning"
        return "error" if self.firm else "warning"


def profile_of(transaction: Transaction, name: str | None = None) -> Profile:
    """The profile of that name, or the one that VER 1.002, DOM 1.013 and TOT 1.004 choose.

    Raises CallerError for a name that is none of NAMES.

    A type of transaction means what its domain (DOM 1.013) says. A file that names no version of
    its domain, and carries none of the fields that the FBI's domain demands of its type, uses
    the word CAR for something of its own, as NIST's reference files of types 3, 5 and 6 do:
    the standard's rules only. Decision 0300.
    """
    tot = transaction.tot
    if name is not None:
        if name not in NAMES:
            raise _unknown(name)
        bound = tot if tot in kinds(name) else BASE
        return Profile(name, bound, strict=bound in CRIMINAL_TOTS)
    edition = _edition(transaction)
    if tot not in kinds(edition):
        return Profile(STANDARD, BASE, strict=False)
    if tot in PROFILE_TOTS:
        if tot in CRIMINAL_TOTS and _unversioned(transaction) and _bare(transaction, edition):
            return Profile(STANDARD, BASE, strict=False, unstated=True)
        return Profile(edition, tot, strict=tot in CRIMINAL_TOTS)
    if not _of_the_fbi(transaction) or _bare(transaction, edition):
        return Profile(STANDARD, BASE, strict=False)
    return Profile(edition, tot, strict=False, firm=False)


def _domain(transaction: Transaction) -> tuple[str, str] | None:
    """Name and version in DOM 1.013; empty where not given, None without the field."""
    one = transaction.head.first(13)
    if one is None:
        return None
    items = [item.text.strip() for item in one.subfields[0][:2]]
    return items[0], items[1] if len(items) > 1 else ""


def _edition(transaction: Transaction) -> str:
    """The edition of EBTS that DOM names; else that of VER."""
    domain = _domain(transaction)
    number = _NUMBER.search(domain[1]) if domain is not None else None
    if number is not None:
        return EBTS_10_0 if int(number[1]) >= 10 else EBTS_9_1
    return EBTS_10_0 if transaction.text(1, 2).strip() >= _VERSION_OF_10 else EBTS_9_1


def _of_the_fbi(transaction: Transaction) -> bool:
    """Does nothing speak against the FBI's domain, in an edition that our tables tell of?"""
    name, version = _domain(transaction) or ("", "")
    if name not in ("", "NORAM") and "EBTS" not in name.upper():
        return False
    number = _NUMBER.search(version)
    if number is not None:
        return int(number[1]) >= _OLDEST
    return transaction.text(1, 2).strip() >= _VERSION_OF_9_1


def _unversioned(transaction: Transaction) -> bool:
    domain = _domain(transaction)
    return domain is not None and not domain[1]


def _bare(transaction: Transaction, edition: str) -> bool:
    """Has it none of the Type-2 fields that the edition demands of its type?"""
    tot = transaction.tot
    demanded = [r.number for r in fields_of(tot, 2, edition) if tot in r.mandatory]
    return not any(r.first(number) for r in transaction.of_type(2) for number in demanded)


def _unknown(name: str) -> CallerError:
    near = get_close_matches(name.lower(), NAMES, n=1, cutoff=0.0)[0]
    return CallerError(
        "no profile has this name",
        where="profile",
        expected="one of " + " ".join(NAMES),
        found=f"`{name[:60]}`",
        next_step=f"did you mean `{near}`?",
    )
