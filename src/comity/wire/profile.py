"""Which rules bind for a transaction: those of its type under EBTS 9.1, or the base alone."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from comity.errors import CallerError
from comity.records import CRIMINAL_TOTS, Severity
from comity.wire.fields import BASE, PROFILE_TOTS, Rule, profile
from comity.wire.transaction import Transaction

NAMES = ("ansi-nist-itl-2011", "ebts-9.1", "ebts-10.0")
BASE_SOURCE = "ANSI/NIST-ITL 1-2007"
EBTS_SOURCE = "EBTS 9.1 (IAFIS-DOC-01078-9.1)"


@dataclass(frozen=True)
class Profile:
    """The rules that bind.

    tot      the type whose rules these are, or `base`
    strict   one of the four criminal submissions: what breaks the standard is an error
    unstated the type is criminal, but nothing else shows that the domain is the FBI's
    """

    tot: str
    rules: dict[str, Rule]
    strict: bool
    unstated: bool = False

    @property
    def hard(self) -> Severity:
        """Severity of what stops a criminal submission and is only odd elsewhere."""
        return "error" if self.strict else "warning"

    @property
    def source(self) -> str:
        return BASE_SOURCE if self.tot == BASE else EBTS_SOURCE

    def mandatory(self, rule: Rule) -> bool:
        return self.tot in rule.mandatory or BASE in rule.mandatory


def profile_of(transaction: Transaction, name: str | None = None) -> Profile:
    """The profile of that name, or the one that VER 1.002, DOM 1.013 and TOT 1.004 choose.

    Raises CallerError for a name that is none of NAMES.

    A type of transaction means what its domain (DOM 1.013) says. A file that names no version of
    its domain, and carries none of the fields that the FBI's domain demands of its type, uses
    the word CAR for something of its own, as NIST's reference files of types 3, 5 and 6 do:
    base rules only. Decision 0300.
    """
    if name is not None and name not in NAMES:
        raise _unknown(name)
    tot = transaction.tot
    if tot not in PROFILE_TOTS or name == NAMES[0]:
        return Profile(BASE, profile(BASE), strict=False)
    rules = profile(tot)
    if name is None and tot in CRIMINAL_TOTS and _foreign(transaction, tot, rules):
        return Profile(BASE, profile(BASE), strict=False, unstated=True)
    return Profile(tot, rules, strict=tot in CRIMINAL_TOTS)


def _foreign(transaction: Transaction, tot: str, rules: dict[str, Rule]) -> bool:
    domain = transaction.head.first(13)
    if domain is None:
        return False
    items = domain.subfields[0]
    if len(items) > 1 and items[1].value.strip():
        return False
    demanded = {r.number for r in rules.values() if tot in r.mandatory and r.record_type == 2}
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
