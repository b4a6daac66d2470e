"""Transaction -> records.Submission: what the programme needs to know of a booking, and no more.

Personal fields are passed on as text under their EBTS mnemonic. Fields that no transaction of the
programme has (a state's own 2.2xx and above, those of latent prints) and everything that is not a
fingerprint stay in the file.
"""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256

from comity.records import Charge, Submission
from comity.wire.fields import PROFILE_TOTS, known
from comity.wire.ridges import image_records
from comity.wire.transaction import Field, Record, Transaction

ADULT_YEARS = 18
_NCIC = re.compile(r"\s*(\d{4})(?!\d)")
# Read into their own places, or (FFN) of no use outside the sender's own files.
_ELSEWHERE = frozenset({"LEN", "IDC", "ASL", "FFN"})
VALUES_JOINED, ITEMS_JOINED = "; ", " | "


def submission(transaction: Transaction, data: bytes) -> Submission:
    """What a transaction says. `data` is its file, for the digest.

    Never fails: a value that is missing or unreadable is empty or None. Ask
    `validate.validate` first whether it may be relied on.
    """
    text = transaction.text
    detail = next(iter(transaction.of_type(2)), None)
    subject = _subject(detail) if detail is not None else {}
    sent = day(text(1, 5))
    arrested = day(text(2, 45))
    return Submission(
        tcn=text(1, 9).strip(),
        tot=transaction.tot,
        ori=text(1, 8).strip(),
        destination=text(1, 7).strip(),
        cri=_first_item(detail, 73),
        sent=sent,
        subject=subject,
        arrest_date=arrested,
        charges=_charges(detail.first(47) if detail is not None else None),
        images=tuple(image_records(transaction)),
        sha256=sha256(data).hexdigest(),
        juvenile=_juvenile(detail, arrested or sent),
    )


def day(text: str) -> date | None:
    """CCYYMMDD, or None where it is absent, unknown (all zeros) or no day of the calendar."""
    trimmed = text.strip()
    if len(trimmed) != 8 or not trimmed.isascii() or not trimmed.isdigit():
        return None
    try:
        return date(int(trimmed[:4]), int(trimmed[4:6]), int(trimmed[6:]))
    except ValueError:
        return None


def _subject(detail: Record) -> dict[str, str]:
    """Mnemonic -> text; repeated values joined by `; `, the items of one value by ` | `.

    DOB and CRI give their first value only: the rest are for the person who reads the file.
    """
    found: dict[str, str] = {}
    for one in detail.fields:
        rule = known(one.tag)
        if rule is None or not rule.binds & PROFILE_TOTS:
            continue
        if rule.mnemonic in _ELSEWHERE or rule.mnemonic in found:
            continue
        values = [ITEMS_JOINED.join(item.text.strip() for item in items) for items in one.subfields]
        if rule.mnemonic in ("DOB", "CRI"):
            values = values[:1]
        found[rule.mnemonic] = VALUES_JOINED.join(value for value in values if value)
    return found


def _charges(one: Field | None) -> tuple[Charge, ...]:
    """ASL 2.047: each subfield is date US text. A lone item is the text: the date is optional."""
    if one is None:
        return ()
    charges = []
    for items in one.subfields:
        words = items[1].text if len(items) > 1 else items[0].text
        code = _NCIC.match(words)
        if words.strip():
            charges.append(
                Charge(
                    text=words.strip(),
                    offense_date=day(items[0].text) if len(items) > 1 else None,
                    ncic=code[1] if code else None,
                )
            )
    return tuple(charges)


def _juvenile(detail: Record | None, on: date | None) -> bool | None:
    """Under 18 on the day of arrest; None where a date is unknown or the birth dates disagree."""
    births = detail.first(22) if detail is not None else None
    if births is None or on is None:
        return None
    answers = {_under_age(day(items[0].text), on) for items in births.subfields}
    return answers.pop() if len(answers) == 1 else None


def _under_age(born: date | None, on: date) -> bool | None:
    if born is None or born > on:
        return None
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years < ADULT_YEARS


def _first_item(detail: Record | None, number: int) -> str:
    one = detail.first(number) if detail is not None else None
    return one.subfields[0][0].text.strip() if one is not None else ""
