"""Laws of the rules in the tables: quick and close looks agree, and no value breaks a check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.wire import check_fields
from comity.wire.fields import NAMES, rules
from comity.wire.profile import profile_of
from comity.wire.read import read
from comity.wire.rule import Rule
from comity.wire.transaction import text_of
from tests.wire.cards import card

ROWS = [rule for rule in rules() if rule.chars not in ("B", "DATE")]
CARD = card(record_type=14)
# Digits and letters of codes come up often enough to be right by chance.
VALUES = st.one_of(
    st.binary(max_size=12),
    st.text("0123456789", max_size=12).map(str.encode),
    st.text("ABXYZ0 -,.", max_size=12).map(str.encode),
    st.sampled_from(sorted({code.encode() for rule in ROWS for code in rule.codes})),
)


@given(st.sampled_from(ROWS), VALUES)
def test_what_passes_the_quick_look_passes_the_close_one(rule: Rule, value: bytes) -> None:
    text = text_of(value)
    close = rule.admits(text) and rule.least <= len(text) <= rule.most and rule.has_code(text)
    if rule.sound(value):
        assert close
    elif close and value.isascii() and not rule.codes:
        assert not value.strip(), "only blanks are looked at twice"


@pytest.mark.parametrize("name", [None, *NAMES])
@given(number=st.integers(3, 2105), value=st.binary(max_size=40), kind=st.sampled_from([2, 9, 14]))
def test_any_value_in_any_field_is_judged(
    name: str | None, number: int, value: bytes, kind: int
) -> None:
    data = CARD + b"%d.001:99\x1d%d.002:99\x1d%d.%03d:%b\x1c" % (
        kind, kind, kind, number, value,
    )  # fmt: skip
    transaction = read(data)
    profile = profile_of(transaction, name)
    for one in check_fields.check(transaction, profile):
        assert one.found.isprintable()
        assert one.expected
        assert one.source
