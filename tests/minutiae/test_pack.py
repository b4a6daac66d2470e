import numpy as np
import pytest

from comity.errors import TemplateError
from comity.minutiae import pack
from comity.minutiae.batch import Batch
from comity.records import Template
from tests.reference.pack import packed
from tests.search.prints import scattered


def made(seed: int, count: int, side: int = 4096, finger: int = 1, **rest: object) -> Template:
    """Any minutiae at all, in the order of y or, with an odd seed, in none."""
    rng = np.random.default_rng(seed)
    rows = np.column_stack(
        [rng.integers(0, side, (count, 2)), rng.integers(0, 360, count), rng.integers(0, 3, count)]
    ).astype(np.int16)
    if seed % 2 == 0:
        rows = rows[np.lexsort(rows.T[[3, 2, 0, 1]])]
    sure = rng.integers(0, 101, count).astype(np.uint8)
    fields = {"extractor": "leader", "quality": None, "quality_algorithm": ""} | rest
    return Template(rows, sure, 500, 600, finger, **fields)  # type: ignore[arg-type]


def by_hand(t: Template) -> bytes:
    return packed(
        [tuple(row) for row in t.minutiae.tolist()], t.reliability.tolist(),
        t.width_px, t.height_px, t.finger, t.extractor, t.quality, t.quality_algorithm,
    )  # fmt: skip


@pytest.mark.parametrize("side", [1, 2, 300, 4096])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 60, 255])
def test_it_is_what_the_description_says(count: int, side: int) -> None:
    for seed in range(4):
        template = made(seed, count, side)
        assert pack.pack(template) == by_hand(template)
    graded = made(2, count, side, quality=87, quality_algorithm="ours:7", extractor="theirs 4.2")
    assert pack.pack(graded) == by_hand(graded)
    again = pack.unpack(pack.pack(graded))
    assert (again.quality, again.quality_algorithm, again.extractor) == (87, "ours:7", "theirs 4.2")


def test_minutiae_out_of_order_keep_theirs() -> None:
    template = made(1, 40)
    assert pack.unpack(pack.pack(template)).minutiae.tolist() == template.minutiae.tolist()


def batch(templates: list[Template]) -> Batch:
    counts = np.cumsum([0] + [len(t) for t in templates])
    return Batch(
        np.concatenate([t.minutiae for t in templates] or [np.empty((0, 4), np.int16)]),
        np.concatenate([t.reliability for t in templates] or [np.empty(0, np.uint8)]),
        counts.astype(np.int64),
        np.array([t.finger for t in templates], np.uint8),
        np.arange(len(templates)),
        500,
        600,
        "leader",
    )


@pytest.mark.parametrize("counts", [[], [0], [5], [0, 255, 1, 0, 33]])
def test_a_batch_is_packed_as_its_templates(counts: list[int]) -> None:
    templates = [made(n, count, finger=n + 1) for n, count in enumerate(counts)]
    data, starts = pack.pack_batch(batch(templates))
    assert len(starts) == len(templates) + 1
    assert starts[-1] == len(data)
    for n, template in enumerate(templates):
        assert data[starts[n] : starts[n + 1]].tobytes() == pack.pack(template)


@pytest.mark.parametrize(
    ("column", "value"), [(0, -1), (0, 4096), (1, -1), (1, 4096), (3, 4), (3, -1)]
)
def test_what_has_no_room_is_refused(column: int, value: int) -> None:
    good = made(0, 9)
    rows = good.minutiae.copy()
    rows[4, column] = value
    bad = Template(rows, good.reliability, 500, 600, 3, "leader")
    with pytest.raises(TemplateError) as caught:
        pack.pack(bad)
    assert caught.value.where == "finger 3"
    with pytest.raises(TemplateError) as caught:
        pack.pack_batch(batch([good, bad, good]))
    assert caught.value.where == "finger 3"


def test_too_many_minutiae_or_a_name_too_long_is_refused() -> None:
    with pytest.raises(TemplateError):
        pack.pack(scattered(1, 256))
    for name in ("x" * 128, "größe"):
        with pytest.raises(TemplateError) as caught:
            pack.pack(made(0, 5, extractor=name))
        assert "127 ASCII" in caught.value.expected
    wide = made(0, 5)
    with pytest.raises(TemplateError):
        pack.pack(Template(wide.minutiae, wide.reliability, 70_000, 600, 3, "leader"))


def test_a_reliability_beyond_its_range_is_the_highest() -> None:
    one = made(0, 3)
    sure = Template(one.minutiae, np.full(3, 255, np.uint8), 500, 600, 3, "leader")
    assert pack.unpack(pack.pack(sure)).reliability.tolist() == [100] * 3


def test_a_name_that_is_not_known_yet_is_refused() -> None:
    data = bytearray(pack.pack(made(0, 3)))
    data[10] = 128 + len(pack.NAMES)
    with pytest.raises(TemplateError) as caught:
        pack.unpack(bytes(data))
    assert caught.value.where == "byte 10"
