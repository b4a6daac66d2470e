from dataclasses import replace

import numpy as np
import pytest
from llvmlite import binding
from numba import njit

from comity.minutiae import population
from comity.minutiae.batch import joined
from comity.search import codes
from comity.search.codes import kernels_vectors
from comity.search.codes.encoding import encode_with_values
from comity.search.codes.parameters import parameters
from comity.search.codes.probe import ProbeHand
from tests.reference import codes as oracle
from tests.search.prints import capture, hand, moved, scattered

SWAPPED = (6, 7, 8, 9, 10, 1, 2, 3, 4, 5)


def as_int(code: np.ndarray) -> int:
    return int.from_bytes(code.tobytes(), "little")


def y_down(template) -> list[tuple[int, int, int]]:
    return [tuple(row[:3]) for row in template.minutiae.tolist()]


def people(count: int, number: int = 0, fingers: range = range(1, 11)) -> list[list]:
    batch = population.hands(5, range(count), number, fingers=tuple(fingers))
    every = [batch.template(row) for row in range(len(batch))]
    return [every[k : k + len(fingers)] for k in range(0, len(every), len(fingers))]


def enrolled(hands: list[list]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A gallery's three arrays: first plane, the rest, masks."""
    made = [codes.encode_hand(one) for one in hands]
    words = np.array([code for code, _ in made], np.uint64).reshape(-1, 10, codes.WORDS)
    masks = np.array([mask for _, mask in made], np.uint16)
    cut = codes.FIRST_WORDS
    return words[:, :, :cut].copy(), words[:, :, cut:].copy(), masks


def scanned(hands: list[ProbeHand], first: np.ndarray, masks: np.ndarray) -> np.ndarray:
    out = np.full((len(hands), len(first)), 99, np.int32)
    codes.scan(hands, first, masks, out)
    return out


@pytest.mark.parametrize("size", [0, 1, 2, 3, 20, 70])
def test_the_shares_are_the_oracles(size: int) -> None:
    templates = [scattered(size, size), capture(size, 2)]
    expected = [oracle.shares(y_down(template)) for template in templates]
    assert codes.shares(*joined(templates)).tolist() == expected


def test_more_pairs_than_are_gathered_at_once_are_all_counted() -> None:
    crowd = scattered(9, 120, side=110)
    assert codes.shares(*joined([crowd]))[0].tolist() == oracle.shares(y_down(crowd))


def test_a_code_is_cut_from_the_projected_shares() -> None:
    matrix, offset, _ = codes.projection()
    template = replace(scattered(4, 30), extractor="another")
    point = oracle.point(oracle.shares(y_down(template)), matrix.tolist(), offset.tolist())
    code, values = encode_with_values(template)
    assert as_int(code) == oracle.planes(point, 30)
    assert values.tolist() == oracle.values(point)


@pytest.mark.parametrize("extractor", ["leader", "mindtct"])
def test_an_extractors_codes_are_taken_from_its_own_mean(extractor: str) -> None:
    template = replace(scattered(4, 30), extractor=extractor)
    matrix, _, _ = codes.projection()
    offset = parameters().offsets[extractor]
    point = oracle.point(oracle.shares(y_down(template)), matrix.tolist(), offset.tolist())
    assert as_int(codes.encode(template)) == oracle.planes(point, 30)


@pytest.mark.parametrize("fingers", [0, 1, 7, 8, 9, 20])
def test_many_at_once_are_coded_as_one_by_one(fingers: int) -> None:
    batch = population.hands(3, range(fingers), 0, fingers=(4,))
    one_by_one = [codes.encode(batch.template(row)).tolist() for row in range(fingers)]
    assert codes.encode_batch(batch).tolist() == one_by_one


@pytest.mark.parametrize("features", [{}, None], ids=["any processor", "this processor"])
def test_products_are_whole_numbers_products(features, monkeypatch) -> None:
    if features is not None:
        monkeypatch.setattr(binding, "get_host_cpu_features", lambda: features)
    tile = kernels_vectors.tile

    @njit
    def run(shares, matrix, sums):
        for t in range(len(matrix)):
            tile(shares, matrix, t, sums)

    rng = np.random.default_rng(1)
    shares = rng.integers(0, 256, (8, 12)).astype(np.uint8)
    matrix = rng.integers(-128, 128, (12, 64)).astype(np.int8)
    sums = np.empty((8, 64), np.int32)
    tiled = np.ascontiguousarray(matrix.reshape(3, 4, 2, 32).transpose(2, 0, 3, 1))
    run(shares, tiled, sums)
    assert sums.tolist() == (shares.astype(int) @ matrix.astype(int)).tolist()


@pytest.mark.parametrize("fingers", [tuple(range(1, 11)), (2, 7), (1, 5, 9), (10,)])
def test_the_scan_is_the_oracles_with_fingers_missing_on_either_side(fingers) -> None:
    rng = np.random.default_rng(4)
    words = rng.integers(0, 2**63, (9, 10, codes.WORDS), dtype=np.uint64)
    masks = np.array([0, 1, 1023, 0b1010101010, 2, 512, 1022, 66, 1023], np.uint16)
    probe = codes.probe_hand([capture(1, f) for f in (1, 2, 3, 7, 9, 10)])
    readings = [probe, codes.reordered(probe, SWAPPED)]
    slots = [finger - 1 for finger in fingers]
    out = scanned([reading.at(fingers) for reading in readings], words[:, slots, :4].copy(), masks)
    lines = parameters().scan.tolist()
    for number, reading in enumerate(readings):
        ours = {
            f: (as_int(reading.words[f - 1]), int(reading.counts[f - 1]))
            for f in fingers if reading.mask >> (f - 1) & 1
        }  # fmt: skip
        for row in range(9):
            theirs = {f: as_int(words[row, f - 1]) for f in fingers if masks[row] >> (f - 1) & 1}
            expected = oracle.scanned(ours, theirs, lines)
            assert out[number, row] == (codes.NOBODY if expected is None else expected)


def test_nobody_is_scanned_without_complaint() -> None:
    first = np.empty((0, 10, 4), np.uint64)
    assert scanned([codes.probe_hand(hand(1))], first, np.empty(0, np.uint16)).shape == (1, 0)


def test_refinement_is_the_oracles_over_the_fingers_that_both_have() -> None:
    first, rest, masks = enrolled([hand(1, (2, 3)), hand(2), hand(1, (9,)), hand(3, (3,), 1)])
    probe = codes.probe_hand([capture(1, 2, 1), capture(1, 3, 1)])
    rows = np.array([3, 0, 2, 1, 0], np.int64)
    found = codes.refine(probe, first, rest, masks, rows)
    lines = parameters().lines.tolist()
    for row, ratio in zip(rows, found, strict=True):
        both = [f for f in (2, 3) if masks[row] >> (f - 1) & 1]
        parts = [
            oracle.refined(
                probe.values[f - 1].tolist(),
                int(probe.counts[f - 1]),
                as_int(np.concatenate([first[row, f - 1], rest[row, f - 1]])),
                lines,
            )
            for f in both
        ]
        assert ratio == pytest.approx(sum(parts) if parts else -np.inf, abs=1e-4)


def test_a_deleted_row_scores_nothing() -> None:
    first, rest, masks = enrolled([hand(1), hand(2)])
    masks[0] = 0
    probe = codes.probe_hand(hand(1, number=1))
    assert scanned([probe], first, masks)[0, 0] == codes.NOBODY
    assert codes.refine(probe, first, rest, masks, np.arange(2))[0] == -np.inf


def test_a_gallery_of_two_slots_is_scanned_by_a_probe_of_ten() -> None:
    first, _, masks = enrolled(people(20))
    probe = codes.probe_hand(people(20, 1)[3])
    two = np.array([1 << 1 | 1 << 6] * 20, np.uint16)
    narrow = scanned([probe.at((2, 7))], first[:, [1, 6]].copy(), masks)
    assert narrow.tolist() == scanned([probe], first, two).tolist()


def test_swapped_hands_are_read_back() -> None:
    first, rest, masks = enrolled(people(20))
    right = people(20, 1)[3]
    wrong = [replace(template, finger=SWAPPED[template.finger - 1]) for template in right]
    probe, swapped = codes.probe_hand(right), codes.probe_hand(wrong)
    back = codes.reordered(swapped, SWAPPED)
    assert scanned([back], first, masks).tolist() == scanned([probe], first, masks).tolist()
    out = scanned([swapped, back], first, masks)
    assert out[1].argmax() == 3
    assert out[1].max() > out[0].max()
    ratios = [codes.refine(reading, first, rest, masks, np.array([3])) for reading in (back, probe)]
    assert ratios[0] == ratios[1]


def test_each_finger_adds_its_own_and_an_absent_one_nothing() -> None:
    first, rest, masks = enrolled(people(8))
    templates = people(8, 1)[2]
    whole = codes.probe_hand(templates)
    singles = [codes.probe_hand([template]) for template in templates]
    assert (
        scanned([whole], first, masks)[0].tolist()
        == scanned(singles, first, masks).sum(axis=0).tolist()
    )
    rows = np.arange(8)
    parts = sum(codes.refine(single, first, rest, masks, rows) for single in singles)
    assert codes.refine(whole, first, rest, masks, rows) == pytest.approx(parts, abs=1e-3)


def test_people_with_two_fingers_are_found_among_people_with_ten_and_do_not_crowd_them_out() -> (
    None
):
    """Every fourth person has two fingers enrolled; all are searched with ten."""
    gallery, probes = people(200), people(200, 1)
    gallery = [one[1::5] if k % 4 == 0 else one for k, one in enumerate(gallery)]
    first, _, masks = enrolled(gallery)
    out = scanned([codes.probe_hand(probe) for probe in probes], first, masks)
    mates = np.diagonal(out)[:, None]
    ranks = (out > mates).sum(axis=1)
    assert (ranks[np.arange(200) % 4 > 0] == 0).mean() >= 0.99
    assert (ranks[::4] < 2).mean() >= 0.9
    assert np.median(out[~np.eye(200, dtype=bool)]) < 0


def test_a_finger_of_few_minutiae_weighs_less() -> None:
    for table in (parameters().scan, parameters().lines):
        assert (np.diff(table[8:40, 0]) >= 0).all()
        assert table[40, 0] > 1.2 * table[8, 0]


def test_codes_of_one_finger_differ_less_than_those_of_two() -> None:
    firsts, seconds = people(30, 0, range(2, 3)), people(30, 1, range(2, 3))
    pairs = [[differing(a, b) for [b] in seconds] for [a] in firsts]
    mated = np.eye(30, dtype=bool)
    assert np.median(np.array(pairs)[mated]) < np.quantile(np.array(pairs)[~mated], 0.01)


def differing(a, b, bits: int = 512) -> int:
    return ((as_int(codes.encode(a)) ^ as_int(codes.encode(b))) & ((1 << bits) - 1)).bit_count()


@pytest.mark.parametrize("turn_deg", [-45, -20, 10, 45, 180])
def test_a_code_bears_turns(turn_deg: int) -> None:
    for person in range(5):
        probe = capture(person, 2)
        turned = moved(probe, turn_deg, 30, -20)
        assert differing(probe, turned) < 80  # of 512, all of it rounding to whole pixels
        assert differing(capture(person + 5, 2), turned) > 160


def test_missing_fingers_are_masked() -> None:
    words, mask = codes.encode_hand([capture(1, 3), capture(1, 10)])
    assert int(mask) == 1 << 2 | 1 << 9
    assert {f for f in range(10) if words[f].any()} == {2, 9}


def test_the_count_of_minutiae_is_kept() -> None:
    for size in (0, 1, 254, 255, 256, 300):
        assert as_int(codes.encode(scattered(1, size))) >> 1016 == min(size, 255)
