from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from comity.errors import WireError
from comity.wire.edit import Splice, spliced
from comity.wire.read import read
from comity.wire.repair import Repaired, repair
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import card, print_of, wsq_image
from tests.wire.test_validate import lax

TRANSACTIONS = [
    path
    for path in sorted(shared("transactions").rglob("*"))
    if path.suffix in (".an2", ".an2k", ".eft")
]
SIZE_1, SIZE_2 = (record.size for record in read(card()).records[:2])


def damaged(*pairs: tuple[bytes, bytes], **changes: object) -> bytes:
    data = card(**changes)
    for old, new in pairs:
        assert data.count(old) == 1, old
        data = data.replace(old, new)
    return data


def two_of_fourteen(**changes: object) -> bytes:
    return lax(fingers=[1, 2], record_type=14, **changes)


def cut_fs() -> bytes:
    """Type-14 at the end, without its last byte, which LEN counts."""
    return two_of_fourteen()[:-1]


def fs_between() -> bytes:
    data = card()
    end = read(data).records[1].offset + SIZE_2
    return data[: end - 1] + b"\x1d" + data[end:]


def no_fs_between() -> bytes:
    data = card()
    end = read(data).records[1].offset + SIZE_2
    return (data[: end - 1] + data[end:]).replace(b"2.001:%d" % SIZE_2, b"2.001:%d" % (SIZE_2 - 1))


def wrong_binary_len() -> bytes:
    data = card(fingers=range(1, 15))
    at = read(data).records[4].offset
    return data[:at] + (3).to_bytes(4, "big") + data[at + 4 :]


# What is wrong, and whether mending it gives back the file that was damaged.
FAULTS: dict[str, tuple[Callable[[], bytes], bool]] = {
    "LEN of Type-1": (lambda: damaged((b"1.001:%d" % SIZE_1, b"1.001:999")), True),
    "LEN of Type-2": (lambda: damaged((b"2.001:%d" % SIZE_2, b"2.001:7")), True),
    "LEN that is no number": (lambda: damaged((b"2.001:%d" % SIZE_2, b"2.001:ABC")), True),
    "LEN of a binary record": (wrong_binary_len, True),
    "number of records": (lambda: damaged((b"1.003:1\x1f15", b"1.003:1\x1f14")), True),
    "Type-1 counted": (lambda: damaged((b"1.003:1\x1f15", b"1.003:1\x1f16")), True),
    "first item of CNT": (lambda: damaged((b"1.003:1\x1f15", b"1.003:0\x1f15")), True),
    "an IDC in CNT": (lambda: damaged((b"\x1e4\x1f07\x1e", b"\x1e4\x1f77\x1e")), True),
    "GS where a record ends": (fs_between, True),
    "no FS where a record ends": (no_fs_between, True),
    "last FS cut off": (cut_fs, True),
    "FS where a field ends": (lambda: damaged((b"QUINCY\x1d", b"QUINCY\x1c")), True),
    "blank bytes behind": (lambda: card() + b"\x00\r\n  ", True),
    "width": (lambda: lax(fingers=[1], images=(print_of(1, width_px=95),)), False),
    "height of Type-14": (lambda: lax(images=(print_of(1, 14, height_px=1000),)), False),
    "compression code": (lambda: lax(images=(print_of(1, compression="PNG"),)), False),
    "no compression": (lambda: lax(images=(print_of(1, 14, compression="NONE"),)), False),
    "unknown word": (
        lambda: two_of_fourteen().replace(b"14.011:WSQ20", b"14.011:WSQ  "), False
    ),
}  # fmt: skip


def sound(name: str) -> bytes:
    return two_of_fourteen() if name == "last FS cut off" else card()


def again(data: bytes, told: Repaired) -> bytes:
    return spliced(data, [Splice(one.offset, one.before, one.after) for one in told.changes])


@pytest.mark.parametrize("name", FAULTS)
def test_what_has_one_answer_is_mended(name: str) -> None:
    make, whole = FAULTS[name]
    data = make()
    told = repair(data)
    assert told.changes
    assert [f for f in told.left if f.repair] == []
    assert read(told.data).damage == ()
    if whole:
        assert told.data == sound(name)


@pytest.mark.parametrize("name", FAULTS)
def test_changes_are_all_that_changed(name: str) -> None:
    data = FAULTS[name][0]()
    told = repair(data)
    assert again(data, told) == told.data
    for one in told.changes:
        assert data[one.offset : one.offset + len(one.before)] == one.before
        assert one.before != one.after
        assert one.code
        assert one.what
        assert one.source


@pytest.mark.parametrize("name", FAULTS)
def test_a_second_repair_changes_nothing(name: str) -> None:
    once = repair(FAULTS[name][0]())
    twice = repair(once.data)
    assert twice.changes == ()
    assert twice.data == once.data
    assert twice.left == once.left


def test_several_faults_at_once() -> None:
    data = FAULTS["FS where a field ends"][0]()
    data = data.replace(b"1.003:1\x1f15", b"1.003:1\x1f16")
    data = data.replace(b"1.001:%d" % SIZE_1, b"1.001:5") + b"\x00\x00"
    told = repair(data)
    assert told.data == card()
    assert {one.tag for one in told.changes} == {"1.001", "1.003", "2.018", ""}
    assert again(data, told) == told.data


def test_an_image_tells_its_own_size() -> None:
    data = shared("transactions", "jet", "sample.eft").read_bytes()
    told = repair(data)
    assert [(c.tag, c.before, c.after) for c in told.changes] == [
        ("4.006", (800).to_bytes(2, "big"), (368).to_bytes(2, "big")),
        ("4.007", (750).to_bytes(2, "big"), (368).to_bytes(2, "big")),
    ]


def test_a_width_that_is_not_there_is_put_in() -> None:
    data = two_of_fourteen().replace(b"14.006:96\x1d", b"", 1)
    told = repair(data)
    assert told.data == two_of_fourteen()


@pytest.mark.parametrize("path", TRANSACTIONS, ids=lambda path: path.name)
def test_public_files(path: Path) -> None:
    data = path.read_bytes()
    before = validate(read(data))
    told = repair(data)
    assert [f for f in told.left if f.repair] == []
    assert again(data, told) == told.data
    assert repair(told.data).changes == ()
    if not any(f.repair for f in before):
        assert told.data == data
    personal = {f"2.{n:03d}" for n in range(3, 1000)}
    assert not {one.tag for one in told.changes} & personal


@pytest.mark.parametrize(
    "make",
    [
        card,
        lambda: card().replace(b"2.024:M", b"2.024:Q"),
        lambda: card()[:-700],
        lambda: card() + b"not blank",
        lambda: lax(fingers=[1, 2, 2]),
    ],
    ids=["sound", "a wrong code", "cut in an image", "bytes of something", "a finger twice"],
)
def test_what_only_a_person_can_mend_stays(make: Callable[[], bytes]) -> None:
    data = make()
    told = repair(data)
    assert read(told.data).damage == read(data).damage
    assert {c.tag for c in told.changes} <= {"1.003", "1.001"}
    assert [c for c in told.changes if c.code not in ("count", "count-order")] == []


def test_a_file_cut_off_still_looks_so() -> None:
    """A size is mended in the record that was cut; its LEN still counts what is missing."""
    data = lax(fingers=[1], record_type=14, images=(print_of(1, 14, width_px=9),))[:-100]
    told = repair(data)
    record = read(told.data).records[2]
    assert record.text(6) == "96"
    assert record.number(1) == record.size + 100
    assert "truncated" in {f.code for f in told.left}


def test_nothing_is_put_right_that_makes_another_thing_wrong() -> None:
    """CNT lists two images more than could be read: written anew, it would lose them."""
    data = card(fingers=[1, 2])
    end = data.index(b"\x1c\x00\x00")
    broken = data[:end] + b"\x1d" + data[end + 1 :]
    told = repair(broken.replace(b"2.001:", b"2.001:9", 1))
    assert [r.type for r in read(told.data).records].count(4) == [
        r.type for r in read(broken).records
    ].count(4)


def test_an_unreadable_file_is_not_repaired() -> None:
    for data in (b"", b"%PDF-1.4", b"<xml/>", card()[:100]):
        with pytest.raises(WireError):
            repair(data)


def test_a_size_too_great_for_its_field_is_left() -> None:
    ihdr = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (70000).to_bytes(4, "big") * 2
    image = ihdr + b"\x08\x00\x00\x00\x00" + b"\x00" * 40 + b"IEND\xaeB`\x82"
    told = repair(lax(images=(print_of(1, compression="PNG", data=image),)))
    assert told.changes == ()


def test_the_image_is_not_touched() -> None:
    for name in ("width", "compression code", "unknown word"):
        assert wsq_image() in repair(FAULTS[name][0]()).data
