from __future__ import annotations

import numpy as np

from comity.image import codecs, quality, synthesise
from comity.records import Print
from tests.shared_data import shared


def test_real_prints_score_as_nfiq2_says() -> None:
    good = codecs.read_file(shared("prints", "fvc2002", "db1_b", "101_1.png"), 2)
    assert quality.nfiq2(good) == 65


def test_a_faint_print_scores_below_a_rolled_one() -> None:
    finger = synthesise.master(4, 2, 2)
    rolled = quality.nfiq2(synthesise.impression(finger, 0, synthesise.ROLLED))
    faint = quality.nfiq2(synthesise.impression(finger, 0, synthesise.FAINT))
    assert rolled is not None
    assert faint is None or faint < rolled - 15


def test_a_score_that_cannot_be_computed_is_none_and_not_zero() -> None:
    assert quality.nfiq2(Print(np.full((300, 300), 255, np.uint8), 2)) is None
    assert quality.nfiq2(Print(np.zeros((40, 40), np.uint8), 2)) is None
