"""Finger, palm and sole positions: known to table 8, each once, and none missing unexcused."""

from __future__ import annotations

from collections.abc import Iterator

from comity.records import Finding
from comity.wire import ridges
from comity.wire.check_links import covers
from comity.wire.findings import about
from comity.wire.profile import Profile
from comity.wire.transaction import Record, Transaction, whole

# ANSI/NIST-ITL 1-2011 table 8: fingers, slaps and thumbs; extra digits, joints and tips;
# palms; combinations of fingers; soles and toes.
FINGERS, DIGITS = frozenset(range(15)), frozenset({*range(20), *range(40, 51)})
PALMS, SOLES = frozenset({*range(20, 39), *range(81, 87)}), frozenset(range(60, 80))
POSITIONS = {3: FINGERS, 4: FINGERS, 5: FINGERS, 6: FINGERS, 13: DIGITS | PALMS | SOLES,
             14: DIGITS | {33, 36}, 15: PALMS, 19: SOLES}  # fmt: skip
SUBMITTED = frozenset(
    range(1, 16)
)  # EBTS 9.1: a criminal ten-print card; 15 in identification flats
# Table 7 for fingers: live and not, plain and rolled, latent, swiped; contactless and unknown.
IMPRESSIONS = frozenset({*range(9), *range(20, 30)})
_AMP, _IMP = 84, 3
_TABLE = "ANSI/NIST-ITL 1-2011, clause 7.7.4.2, table 8"
_KINDS = "ANSI/NIST-ITL 1-2011, clause 7.7.4.1, table 7"
_CARD = "EBTS 9.1, appendix B"
_MISSING = "EBTS 9.1, appendix C, AMP 2.084"


def check(transaction: Transaction, profile: Profile) -> Iterator[Finding]:
    """Findings about FGP and IMP of types 3 to 6, FGP of 13, 14, 15 and 19, and AMP 2.084."""
    seen: dict[int, Record] = {}
    for record in transaction.records:
        if record.type not in ridges.RIDGES or record.form == "raw":
            continue
        yield from _position(record, profile)
        if record.form == "binary" and record.number(_IMP) not in IMPRESSIONS:
            yield about(
                record, _IMP, "code", profile.hard, expected="an impression of table 7",
                found=record.text(_IMP), source=_KINDS,
            )  # fmt: skip
        codes = ridges.positions(record)[:1]
        if codes and record.type in ridges.TYPES:
            yield from _repeated(record, codes[0], seen, profile)
    if profile.strict and seen:
        yield from _present(transaction, frozenset(seen))


def _position(record: Record, profile: Profile) -> Iterator[Finding]:
    number = ridges.FGP[record.type]
    codes = ridges.positions(record)
    strict = profile.strict and record.type in ridges.TYPES
    allowed = SUBMITTED if strict else POSITIONS[record.type]
    strange = [code for code in codes if code not in allowed]
    if codes and not strange:
        return
    yield about(
        record, number, "finger-position",
        "error" if record.type in ridges.TYPES else "warning",
        expected="1 to 15" if strict else f"a code of table 8 for type {record.type}",
        found=" ".join(map(str, strange)) or "none", source=_CARD if strict else _TABLE,
    )  # fmt: skip


def _repeated(
    record: Record, finger: int, seen: dict[int, Record], profile: Profile
) -> Iterator[Finding]:
    first = seen.setdefault(finger, record)
    if first is not record and finger in SUBMITTED and first.type == record.type:
        yield about(
            record, ridges.FGP[record.type], "finger-repeated", profile.hard,
            expected="each position once",
            found=f"{finger}, also in the record at byte {first.offset}", source=_CARD,
        )  # fmt: skip


def _present(transaction: Transaction, seen: frozenset[int]) -> Iterator[Finding]:
    """Fingers 1..10 are either there or named in AMP 2.084, and not both.

    A card with a rolled finger owes all rolled ones; one of flats only, all fingers in flats.
    """
    detail = next(iter(transaction.of_type(2)), None)
    if detail is None:
        return
    rolled = {finger for finger in seen if finger <= 10}
    there = rolled or {finger for code in seen for finger in covers(code)}
    field = detail.first(_AMP)
    excused = {whole(items[0].text) for items in field.subfields[:20]} if field else set()
    absent = [finger for finger in range(1, 11) if finger not in there and finger not in excused]
    if absent:
        yield about(
            detail, _AMP, "finger-missing", "warning",
            expected="each of fingers 1 to 10 as an image or in AMP",
            found="neither for " + " ".join(map(str, absent)), source=_MISSING,
        )  # fmt: skip
    both = [finger for finger in range(1, 11) if finger in rolled and finger in excused]
    if both:
        yield about(
            detail, _AMP, "finger-missing", "warning",
            expected="no image of a finger that AMP says is missing",
            found="both for " + " ".join(map(str, both)), source=_MISSING,
        )  # fmt: skip
