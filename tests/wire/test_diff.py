"""What two transactions say differently: fields, records, images; and what follows from those."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from comity.cli import wire
from comity.records import ImageRecord
from comity.wire.diff import difference
from comity.wire.read import read
from tests.wire.cards import card, print_of, with_face, with_subject, wsq_image


def changes(before: bytes, after: bytes) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found = difference(read(before), read(after))
    return {
        f"{pair.name}/{one.tag}": (one.before, one.after)
        for pair in found.pairs
        for one in pair.changes
        if not one.follows
    }


def images(fingers: range, **rest: Any) -> tuple[ImageRecord, ...]:
    return tuple(print_of(finger, **rest) for finger in fingers)


def test_a_file_and_itself_say_the_same() -> None:
    found = difference(read(card()), read(card()))
    assert found.same
    assert (found.pairs, found.rewritten) == ((), 0)


def test_one_value_is_one_change_and_len_follows() -> None:
    longer = with_subject(NAM="DOE,JONATHAN Q")
    found = difference(read(card()), read(card(subject=longer.subject)))
    (pair,) = found.pairs
    told = [(one.tag, one.follows) for one in pair.changes]
    assert told == [("2.001", True), ("2.018", False)]
    assert pair.changes[1].before == ("DOE,JOHN QUINCY",)
    assert pair.changes[1].after == ("DOE,JONATHAN Q",)


def test_of_many_values_only_the_unlike_are_told() -> None:
    after = card().replace(b"LOITERING", b"TRESPASS!")
    (told,) = changes(card(), after).values()
    assert told == ((", LOITERING",), (", TRESPASS!",))


def test_a_field_gone_and_a_field_come() -> None:
    after = card().replace(b"\x1d2.024:M", b"\x1d2.924:M")
    told = changes(card(), after)
    assert told == {"Type-2 IDC 0/2.024": (("M",), ()), "Type-2 IDC 0/2.924": ((), ("M",))}


def test_records_in_one_file_only() -> None:
    found = difference(
        read(card(images=images(range(1, 15)))), read(card(images=images(range(1, 11))))
    )
    alone = [pair for pair in found.pairs if pair.alone]
    assert [pair.name for pair in alone] == [f"Type-4 IDC {n}" for n in range(11, 15)]
    assert all(pair.after is None for pair in alone)
    (head,) = [pair for pair in found.pairs if not pair.alone]
    assert [(one.tag, one.follows) for one in head.changes] == [("1.001", True), ("1.003", True)]


def test_a_renumbered_record_is_the_same_record() -> None:
    data = card(record_type=14)
    after = data.replace(b"\x1d14.002:14\x1d", b"\x1d14.002:15\x1d")
    assert changes(data, after) == {"Type-14 IDC 14/14.002": (("14",), ("15",))}


def test_an_image_is_told_by_format_size_and_digest() -> None:
    other = print_of(2, data=wsq_image(96, 72), height_px=72)
    before = card(images=images(range(1, 3)))
    after = card(images=(print_of(1), other))
    (before_text,), (after_text,) = changes(before, after)["Type-4 IDC 2/4.009"]
    assert before_text.startswith("WSQ 96 x 64, ")
    assert after_text.startswith("WSQ 96 x 72, ")
    assert "sha256 " in after_text
    assert changes(before, after)["Type-4 IDC 2/4.007"] == (("64",), ("72",))


def test_nothing_of_a_face_is_told() -> None:
    ours = with_face(card())
    theirs = ours.replace(b"FACE-AGENCY", b"FACE-OTHERS").replace(b"FACE-PIXELS", b"FACE-DOTS!!")
    told = changes(ours, theirs)
    assert set(told) == {"Type-10 IDC 15/10.004", "Type-10 IDC 15/10.999"}
    assert "FACE" not in str(told.values())


def test_tags_written_otherwise_are_no_difference() -> None:
    found = difference(read(card()), read(card().replace(b"\x1d1.004:", b"\x1d1.04:")))
    assert found.rewritten == 1
    assert [one.tag for pair in found.pairs for one in pair.changes] == []


# --- the command --------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "a.eft").write_bytes(card())
    after = with_subject(NAM="DOE,JONATHAN Q").subject
    (tmp_path / "b.eft").write_bytes(card(subject=after))
    return str(tmp_path / "a.eft"), str(tmp_path / "b.eft")


def run(*words: str, **settings: Any) -> Result:
    return CliRunner().invoke(wire.group, ["diff", *words], **settings)


def test_exit_code_says_whether_they_differ(pair: tuple[str, str], tmp_path: Path) -> None:
    assert run(pair[0], pair[0]).exit_code == 0
    assert run(*pair).exit_code == 1
    (tmp_path / "c.eft").write_bytes(b"%PDF")
    assert run(pair[0], str(tmp_path / "c.eft")).exit_code == 4
    assert run(pair[0], str(tmp_path)).exit_code != 0


def test_len_is_folded_away_unless_all_is_asked(pair: tuple[str, str]) -> None:
    out = run(*pair).stdout
    assert "2.018 NAM" in out
    assert "- DOE,JOHN QUINCY" in out
    assert "+ DOE,JONATHAN Q" in out
    assert "2.001" not in out
    assert "1 field differs; 1 of LEN and CNT differ (--all shows them)" in out
    assert "2.001 LEN" in run(*pair, "--all").stdout


def test_standard_input_and_json(pair: tuple[str, str]) -> None:
    result = run("-", pair[1], "--json", input=Path(pair[0]).read_bytes())
    body = json.loads(result.stdout)
    assert body["same"] is False
    (record,) = body["records"]
    assert record["changes"][1]["after"] == ["DOE,JONATHAN Q"]


def test_pixels_say_how_far_images_are_apart(tmp_path: Path) -> None:
    data = print_of(1, compression="NONE", data=bytes(96 * 64))
    one = card(images=(data,))
    other = card(images=(print_of(1, compression="NONE", data=bytes(96 * 64 - 96) + b"\x05" * 96),))
    (tmp_path / "a.eft").write_bytes(one)
    (tmp_path / "b.eft").write_bytes(other)
    names = (str(tmp_path / "a.eft"), str(tmp_path / "b.eft"))
    out = run(*names, "--pixels").stdout
    assert "pixels: 1.6% differ, by 0.08 grey levels on average, 5 at most" in out
    assert "pixels:" not in run(*names).stdout
    body = json.loads(run(*names, "--pixels", "--json").stdout)
    assert body["records"][-1]["pixels"]["most"] == 5
