import numpy as np
import pytest

from comity.search import codes
from comity.search.codes import kernels
from tests.reference import codes as oracle
from tests.search.prints import capture, moved, plain, scattered


def as_int(code: np.ndarray) -> int:
    return int.from_bytes(code.tobytes(), "little")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 20])
def test_the_histogram_is_the_oracles(size: int) -> None:
    template = scattered(size, size)
    assert codes.histogram(template) == pytest.approx(oracle.histogram(plain(template)), abs=1e-5)


def test_a_point_is_the_projection_less_its_offset_and_a_code_is_cut_from_it() -> None:
    rng = np.random.default_rng(2)
    shares = (rng.random(40) * (rng.random(40) > 0.5)).astype(np.float32)
    matrix = rng.normal(size=(40, 512)).astype(np.float32)
    offset = rng.normal(size=512).astype(np.float32)
    out, code = np.empty(512, np.float32), np.empty(16, np.uint64)
    kernels.code_point(shares, matrix, offset, out)
    assert out == pytest.approx(shares @ matrix - offset, abs=1e-4)
    kernels.planes(out, 99, code)
    assert as_int(code) == oracle.planes(out.tolist(), 99)


def test_the_scan_is_the_oracles_with_fingers_missing_on_either_side() -> None:
    rng = np.random.default_rng(4)
    rows = np.zeros((7, 86), np.uint64)
    rows[:, :80] = rng.integers(0, 2**63, (7, 80), dtype=np.uint64)
    rows[:, -1] = [0, 1, 1023, 0b1010101010, 2, 512, 1022]
    probe = rng.integers(0, 2**63, (10, 8), dtype=np.uint64)
    mask = 0b1100000111
    out = np.full(7, 99, np.int32)
    kernels.scan_codes(rows, probe, np.uint64(mask), 8, out)

    def hand(words: np.ndarray, present: int) -> list[int | None]:
        grid = words.reshape(10, 8)
        return [as_int(grid[f]) if present >> f & 1 else None for f in range(10)]

    ours = hand(probe, mask)
    assert out.tolist() == [oracle.agreement(ours, hand(row[:80], int(row[-1]))) for row in rows]


def test_nobody_is_scanned_without_complaint() -> None:
    out = np.empty(0, np.int32)
    empty, probe = np.empty((0, 86), np.uint64), np.zeros((10, 8), np.uint64)
    kernels.scan_codes(empty, probe, np.uint64(1), 8, out)
    assert out.tolist() == []


def differing(a: np.ndarray, b: np.ndarray) -> int:
    return (as_int(a) ^ as_int(b)).bit_count()


def test_codes_of_one_finger_differ_less_than_those_of_two() -> None:
    firsts = [codes.encode(capture(p, 2, 0)) for p in range(20)]
    seconds = [codes.encode(capture(p, 2, 1)) for p in range(20)]
    mates = [differing(a, b) for a, b in zip(firsts, seconds, strict=True)]
    others = [differing(firsts[p], seconds[q]) for p in range(20) for q in range(20) if p != q]
    assert np.mean(mates) < np.quantile(others, 0.01)


def test_a_code_bears_shift_and_turn() -> None:
    probe = capture(1, 2)
    assert differing(codes.encode(probe), codes.encode(moved(probe, 0, 60, 30))) == 0
    assert differing(codes.encode(probe), codes.encode(moved(probe, 45, 0, 0))) < 160


def test_missing_fingers_are_masked() -> None:
    hand, mask = codes.encode_hand([capture(1, 3), capture(1, 10)])
    assert int(mask) == 1 << 2 | 1 << 9
    assert {f for f in range(10) if hand[f].any()} == {2, 9}
