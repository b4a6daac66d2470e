"""Synthetic cases drawn by stated shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from comity.agreement.columns import FACT_INDEX
from comity.errors import CallerError
from comity.programme.shares import cases, read_shares

PLACES = ("XN0010000", "XN0020000", "XS0010000")


def test_our_shares_are_whole_and_each_says_where_it_is_from() -> None:
    shares = read_shares()
    assert all(one.source for one in shares)
    assert {one.fact for one in shares} == set(FACT_INDEX)


def test_cases_have_the_shares_they_were_drawn_by() -> None:
    shares, n = read_shares(), 200_000
    drawn = cases(shares, PLACES, n, 7)
    for one in shares:
        found = float((drawn.codes[FACT_INDEX[one.fact]] == one.code).mean())
        # Five standard deviations of a share among n, and nothing at all where it is 0 or 1.
        assert abs(found - one.share) <= 5 * (one.share * (1 - one.share) / n) ** 0.5
    assert np.bincount(drawn.jurisdiction).tolist() == [66_667, 66_667, 66_666]


def test_the_same_seed_gives_the_same_cases_and_a_new_fact_leaves_the_others() -> None:
    shares = read_shares()
    first, again = (cases(shares, PLACES, 5_000, 3) for _ in range(2))
    assert np.array_equal(first.codes, again.codes)
    assert not np.array_equal(first.codes, cases(shares, PLACES, 5_000, 4).codes)
    fewer = cases([one for one in shares if one.fact != "juvenile"], PLACES, 5_000, 3)
    assert not fewer.codes[FACT_INDEX["juvenile"]].any()  # no shares: unknown in every case
    others = [row for name, row in FACT_INDEX.items() if name != "juvenile"]
    assert np.array_equal(first.codes[others], fewer.codes[others])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("race,any,1,x", "no such fact"),
        ("juvenile,maybe,1,x", "no such value"),
        ("juvenile,yes,lots,x", "not a share"),
        ("juvenile,yes,nan,x", "not a share"),
        ("juvenile,yes,-0.5,x", "not a share"),
        ("juvenile,yes,0.4,x\njuvenile,no,0.5,x", "do not add up"),
        ("juvenile", "no such value"),
    ],
)
def test_a_file_with_a_mistake_is_refused_by_row(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    path.write_text(f"fact,value,share,source\n{text}\n")
    with pytest.raises(CallerError, match=message) as raised:
        read_shares(path)
    assert str(path) in raised.value.where


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(CallerError):
        read_shares(tmp_path / "none.csv")
