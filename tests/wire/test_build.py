from __future__ import annotations

import csv
import struct
from datetime import datetime
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from comity.errors import WireError
from comity.records import Finding
from comity.wire.advice import ADVICE
from comity.wire.answer import NO_NAME, NO_TCN
from comity.wire.build import car, errt, iaq, iar, second_response, sre
from comity.wire.findings import unreadable
from comity.wire.images import COMPRESSIONS
from comity.wire.nlets import QUERY, parts
from comity.wire.read import read
from comity.wire.refusal import CHARS_MAX, MESSAGES_MAX
from comity.wire.validate import validate
from tests.shared_data import shared
from tests.wire.cards import NOW, booking, print_of, reread, with_subject, wsq_image
from tests.wire.test_nistitl import assert_same_as_nistitl

TCN = "RESPONSE-0001"
TELLING = ("match", "no-match", "error")
KINDS = (*TELLING, "not-searched", "nothing-to-release")


def a_finding(**changes: object) -> Finding:
    plain: dict[str, object] = {
        "code": "date-order", "severity": "error", "record": "Type-2", "idc": 0, "tag": "2.022",
        "mnemonic": "DOB", "offset": 212, "expected": "no later than DAT 1.005 20100506",
        "found": "20490101", "source": "EBTS 9.1 appendix C",
    }  # fmt: skip
    return Finding(**{**plain, **changes})  # type: ignore[arg-type]


def outputs() -> dict[str, bytes]:
    told = reread(car(booking()))
    fields = {"identity_number": "A-1", "IAR": "LINE ONE\nLINE TWO " + "LONG " * 40}
    out = {
        "car": car(booking()),
        "car 14": car(booking(record_type=14)),
        "cna": car(booking(tot="CNA")),
        "thumbs": car(booking(fingers=[11, 12])),
        "sre": sre(told, identified=False, record_text=None, now=NOW, tcn=TCN),
        "sre ident": sre(told, identified=True, record_text="A\n" * 50, now=NOW, tcn=TCN),
        "errt": errt(told, [a_finding()], NOW, TCN),
        "errt nothing": errt(None, [], NOW, TCN),
    }
    for kind in KINDS:
        given = fields if kind in TELLING else {}
        out[kind] = second_response(told, kind=kind, fields=given, now=NOW, tcn=TCN)  # type: ignore[arg-type]
    out["combined"] = second_response(
        told, kind="match", fields=fields, status=iar({"record": "ONE"}), now=NOW, tcn=TCN
    )
    return out


@pytest.mark.parametrize("name", sorted(outputs()))
def test_all_we_write_passes_our_own_check_and_is_read_alike_by_nistitl(name: str) -> None:
    data = outputs()[name]
    transaction = read(data)
    assert validate(transaction) == ()
    assert assert_same_as_nistitl(data, transaction) > 8


def test_building_what_was_read_gives_the_same_bytes() -> None:
    for record_type in (4, 14):
        data = car(booking(record_type=record_type))
        assert car(reread(data)) == data


def test_fingers_without_an_image_are_named() -> None:
    assert reread(car(booking(fingers=[1, 2, 11]))).subject["AMP"].startswith("03 | UP; 04 | UP")
    kept = with_subject(AMP="10 | XX")
    data = car(booking(fingers=range(1, 10), subject=kept.subject))
    assert reread(data).subject["AMP"] == "10 | XX"


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (with_subject(NAM="J"), "2.018"),
        (with_subject(QQQ="1"), "QQQ"),
        (with_subject(NAM="MUÑOZ,ANA"), "2.018"),
        (booking(fingers=[1, 1]), "4.004"),
        (booking(images=(print_of(1, resolution_ppi=300.0),)), "1.011"),
        (booking(images=(print_of(1), print_of(2, resolution_ppi=1000.0))), "1.011"),
        (booking(images=(print_of(1, compression="GIF"),)), "4"),
        (booking(images=(print_of(1, width_px=70_000),)), "4"),
    ],
)
def test_what_check_would_find_is_not_written(spec: object, field: str) -> None:
    with pytest.raises(WireError) as caught:
        car(spec)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_response_goes_back_to_the_sender_and_names_the_submission() -> None:
    told = reread(car(booking()))
    answer = read(sre(told, identified=True, record_text="X", now=NOW, tcn=TCN))
    assert answer.text(1, 4) == "SRE"
    assert answer.text(1, 7) == told.ori
    assert answer.text(1, 8) == told.destination
    assert answer.text(1, 9) == TCN
    assert answer.text(1, 10) == told.tcn
    assert answer.text(1, 14) == "20100506123000Z"
    assert answer.text(2, 59) == "I"
    assert answer.text(2, 73) == told.cri
    assert answer.records[1].first(22) is None  # an SRE tells no birth date


def test_no_identification_and_no_text() -> None:
    told = reread(car(booking()))
    answer = read(sre(told, identified=False, record_text=None, now=NOW, tcn=TCN))
    assert answer.text(2, 59) == "N"
    assert answer.records[1].first(75) is None


@pytest.mark.parametrize("kind", TELLING)
def test_the_second_response_keeps_its_lines_short(kind: str) -> None:
    told = reread(car(booking()))
    fields = {"place_of_birth": "XX", "IAR": "WORD " * 60 + "\nLABEL: " + "Q" * 200}
    answer = read(second_response(told, kind=kind, fields=fields, now=NOW, tcn=TCN))  # type: ignore[arg-type]
    text = answer.text(2, 75)
    assert max(len(line) + 2 for line in text.split("\r\n")) <= 74
    assert "PLACE OF BIRTH: XX" in text
    assert "".join(text.split()).count("Q" * 200) == 1
    assert answer.text(2, 59) == ("I" if kind == "match" else "N")


def test_the_combined_response_holds_the_status_answer_below_the_match() -> None:
    told = reread(car(booking()))
    status = iar({"record": "ONE", "remark": "ASK AGAIN\nANSWERED: NEVER"})
    data = second_response(
        told, kind="match", fields={"identity_number": "A-1"}, status=status, now=NOW, tcn=TCN
    )
    assert read(data).text(2, 75).split("\r\n") == [
        "SECOND REPOSITORY: MATCH. A MATCH IS NOT A STATUS.",
        "ANSWERED: 2010-05-06 12:30:00Z",
        "IDENTITY NUMBER: A-1",
        "STATUS ANSWER (IAR):",
        "  IAR",
        "  RECORD: ONE",
        "  REMARK: ASK AGAIN",
        "    ANSWERED: NEVER",
    ]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(TELLING)))
def test_an_answer_that_may_tell_nothing_takes_nothing_to_tell(kind: str) -> None:
    for given in ({"fields": {"name": "DOE"}}, {"fields": {}, "status": "IAR"}):
        with pytest.raises(WireError, match="may tell nothing"):
            second_response(booking(), kind=kind, now=NOW, tcn=TCN, **given)  # type: ignore[arg-type]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(WireError, match="no second response"):
        second_response(
            booking(),
            kind="maybe",
            fields={},
            now=NOW,
            tcn=TCN,  # type: ignore[arg-type]
        )


def told_by(findings: list[Finding]) -> list[str]:
    answer = read(errt(reread(car(booking())), findings, NOW, TCN))
    field = answer.records[1].first(60)
    assert field is not None
    return [items[0].text for items in field.subfields]


def test_errt_names_field_value_and_rule_in_sentences() -> None:
    assert told_by([a_finding()]) == [
        "2.022 DOB (date of birth): found 20490101, expected no later than DAT 1.005 20100506. A "
        "date before or after what it must follow or precede. Rule: date-order, EBTS 9.1 appendix "
        "C. Where: Type-2, IDC 0, byte 212. To do: " + ADVICE["date-order"].action + "."
    ]


def test_errt_helps_where_there_is_room() -> None:
    (text,) = told_by([a_finding(tag="", mnemonic="", record="file", code="count", idc=None,
                                 expected="2", found="3", source="clause 8")])  # fmt: skip
    assert "To do: the first value is `1`" in text


def test_errt_tells_what_repeats_once_with_a_count() -> None:
    many = [a_finding(record="Type-14", tag="14.013", mnemonic="FGP", code="code", idc=k,
                      offset=k, found=str(k)) for k in range(2, 16)]  # fmt: skip
    same = [a_finding(record="Type-14", tag="14.011", mnemonic="CGA", code="code", idc=k,
                      offset=100 + k, found="GIF") for k in range(1, 4)]  # fmt: skip
    one, other = told_by(many + same)
    assert one.startswith("14.013 FGP (")
    assert "found 2 and 13 other values (14 times)" in one
    assert "IDC 2-15" in one
    assert "found GIF (3 times)" in other


def test_errt_shortens_the_value_and_never_the_field_or_the_rule() -> None:
    (text,) = told_by([a_finding(found="V" * 500, expected="one of " + "CODE " * 90)])
    assert len(text) <= CHARS_MAX
    assert text.startswith("2.022 DOB (")
    assert f"found {'V' * 20}" in text
    assert "...," in text
    assert "expected one of CODE" in text
    assert "Rule: date-order, EBTS 9.1 appendix C." in text


def test_errt_keeps_its_limits_and_says_what_it_left_out() -> None:
    many = [a_finding(offset=k, found="V" * 500, tag=f"2.{k + 20:03d}") for k in range(40)]
    messages = told_by(many)
    assert len(messages) == MESSAGES_MAX
    assert all(1 <= len(text) <= CHARS_MAX for text in messages)
    assert messages[-1] == "30 MORE FAULTS ARE NOT LISTED"
    assert all("Rule: date-order" in text for text in messages[:-1])


def test_errt_tells_errors_and_not_the_warnings_beside_them() -> None:
    mild = a_finding(severity="warning", code="version", offset=1)
    text = read(errt(booking(), [mild, a_finding()], NOW, TCN)).text(2, 60)
    assert "date-order" in text
    assert "version" not in text


def test_errt_for_what_could_not_be_read_states_its_placeholders() -> None:
    with pytest.raises(WireError) as caught:
        read(b"%PDF")
    answer = read(errt(None, [unreadable(caught.value)], NOW, TCN))
    assert answer.text(1, 10) == NO_TCN
    last = answer.records[1].first(60).subfields[-1][0].text  # type: ignore[union-attr]
    assert last.startswith("PLACEHOLDERS")
    assert NO_TCN in last


def test_responses_are_writable_for_every_shared_file() -> None:
    for path in sorted(shared("transactions").rglob("*")):
        if path.suffix not in (".an2", ".an2k", ".eft"):
            continue
        data = path.read_bytes()
        told = reread(data)
        answer = read(sre(told, identified=False, record_text=None, now=NOW, tcn=TCN))
        assert answer.text(1, 10) == told.tcn
        assert answer.text(2, 18) in (told.subject.get("NAM", ""), NO_NAME)
        errt(told, validate(read(data)), NOW, TCN)


def test_a_response_needs_a_time_zone_and_a_number() -> None:
    told = booking()
    with pytest.raises(WireError, match="time zone"):
        sre(told, identified=True, record_text=None, now=datetime(2010, 1, 1), tcn=TCN)  # noqa: DTZ001
    with pytest.raises(WireError) as caught:
        sre(told, identified=True, record_text=None, now=NOW, tcn="short")
    assert caught.value.field == "1.009"


def test_text_beyond_the_field_is_refused_not_cut() -> None:
    with pytest.raises(WireError, match="too long"):
        sre(booking(), identified=True, record_text="LINE\n" * 50_000, now=NOW, tcn=TCN)


IAQ = {
    "ORI": "XA0010000", "PUR": "C", "ATN": "AUTOMATIC QUERY", "PHN": "5550100",
    "NAM": "DOE, JOHN Q", "DOB": "19800102", "SEX": "M", "POB": "XX", "CUS": "Y",
}  # fmt: skip


def test_the_query_is_nlets_text() -> None:
    assert iaq({**IAQ, "ARN": "012345678"}) == (
        "IAQ.XA0010000.AX.TXT\n"
        "PUR/C.ATN/AUTOMATIC QUERY.PHN/5550100.NAM/DOE, JOHN Q.DOB/19800102.SEX/M.POB/XX.CUS/Y."
        "OFF/0399.ARN/012345678"
    )


@pytest.mark.parametrize("part", sorted(IAQ))
def test_the_query_lacks_nothing(part: str) -> None:
    with pytest.raises(WireError, match=f"{part} is missing"):
        iaq({**IAQ, part: ""})


@pytest.mark.parametrize(
    ("part", "text"),
    [("NAM", "DOE.CUS/N"), ("OFF", "99"), ("CUS", "X"), ("DOB", "1980"), ("QQ", "1")],
)
def test_a_part_of_another_form_is_refused(part: str, text: str) -> None:
    with pytest.raises(WireError):
        iaq({**IAQ, part: text})


def test_the_response_of_the_agency_is_labelled() -> None:
    assert iar({"RECORD": "ONE", "status_note": "A\nB"}) == "IAR\nRECORD: ONE\nSTATUS NOTE: A\n  B"


def picture(compression: str) -> bytes:
    """One small grey image in that format; lossless JPEG, which Pillow cannot write, by hand."""
    pixels = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
    if compression == "NONE":
        return pixels.tobytes()
    if compression == "WSQ20":
        return wsq_image()
    if compression == "JPEGL":
        return lossless_jpeg(96, 64)
    out = BytesIO()
    kind = {"JPEGB": "JPEG", "JP2": "JPEG2000", "JP2L": "JPEG2000", "PNG": "PNG"}[compression]
    more = {"irreversible": compression == "JP2"} if kind == "JPEG2000" else {}
    Image.fromarray(pixels).save(out, kind, dpi=(500, 500), **more)
    return out.getvalue()


def lossless_jpeg(width: int, height: int) -> bytes:
    """An image of one grey: SOF3, one Huffman code for a difference of 0, and that code."""
    frame = b"\xff\xc3\x00\x0b\x08" + struct.pack("!HH", height, width) + b"\x01\x01\x11\x00"
    table = b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x01\x00\x00"
    return b"\xff\xd8" + frame + table + scan + bytes(width * height // 8) + b"\xff\xd9"


@pytest.mark.parametrize("record_type", [4, 14])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_is_written_and_read_alike(compression: str, record_type: int) -> None:
    image = print_of(1, record_type, compression=compression, data=picture(compression))
    data = car(booking(images=(image,)))
    assert validate(read(data)) == ()
    (told,) = reread(data).images
    assert (told.compression, told.data) == (compression, image.data)
    assert_same_as_nistitl(data, read(data))


def test_a_value_that_holds_what_joins_values_is_given_apart() -> None:
    court = [["20100501", "BURGLARY; TWO COUNTS | FIRST", "2 YEARS"], ["", "LOITERING", "FINE"]]
    data = car(booking(), values={"CSL": court, "OCA": "A; B | C"})
    field = read(data).records[1].first(51)
    assert field is not None
    assert [[item.text for item in items] for items in field.subfields] == court
    assert read(data).text(2, 9) == "A; B | C"
    with pytest.raises(WireError, match="no field of Type-2"):
        car(booking(), values={"QQQ": "1"})


def test_a_refusal_repeats_several_values_each_by_itself() -> None:
    spec = with_subject(SCO="XA0010000; XA0020000/ROUTE", MNU="AF-12345; FN-9", FBI="1234; AB12")
    answer = read(errt(reread(car(spec)), [a_finding()], NOW, TCN))
    for number, values in ((7, ["XA0010000", "XA0020000/ROUTE"]), (14, ["1234", "AB12"]),
                           (17, ["AF-12345", "FN-9"])):  # fmt: skip
        field = answer.records[1].first(number)
        assert field is not None
        assert [items[0].text for items in field.subfields] == values


QUERY_FIELDS = {"ORI": "XA0010000", "PUR": "C", "ATN": "A" * 30, "PHN": "1" * 20,
                "NAM": "D" * 29 + ",", "DOB": "19800102", "SEX": "M", "POB": "XX", "CUS": "Y",
                "OFF": "2299", "ARN": "1" * 9, "FBI": "1" * 9, "SID": "1" * 10,
                "OLN": "1" * 20}  # fmt: skip


def test_every_part_of_the_published_query_has_its_size() -> None:
    path = shared("programme", "iaq_fields.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    sized = {
        row["prefix"].rstrip("/") or "ORI": row
        for row in rows
        if row["order"] not in ("1", "3", "4")
    }
    assert set(sized) == set(QUERY_FIELDS)
    assert [name for name in sized if name != "ORI"] == list(QUERY)
    for name, row in sized.items():
        if row["max_chars"]:
            assert len(QUERY_FIELDS[name]) == int(row["max_chars"])
            with pytest.raises(WireError):
                iaq({**QUERY_FIELDS, name: QUERY_FIELDS[name] + QUERY_FIELDS[name][0]})
        if row["required"] == "yes" and name != "OFF":
            with pytest.raises(WireError, match=f"{name} is missing"):
                iaq({**QUERY_FIELDS, name: ""})
    assert iaq(QUERY_FIELDS).count("/") == len(QUERY_FIELDS) - 1


def test_a_query_is_read_back() -> None:
    assert parts(iaq(QUERY_FIELDS)) == QUERY_FIELDS
    assert parts(iaq(IAQ)) == {**IAQ, "OFF": "0399"}


@pytest.mark.parametrize(
    "text",
    ["", "IAR", "IAQ.XA0010000.AX.TXT", "IAQ.XA0010000.ZZ.TXT\nPUR/C",
     iaq(IAQ).replace(".DOB/", ".DOB"), iaq(IAQ).replace("PUR/C.", "PUR/C.PUR/F."),
     iaq(IAQ).replace("PUR/C.", "") + ".PUR/C", iaq(IAQ).replace("SEX/M", "SEX/MM")],
)  # fmt: skip
def test_a_text_that_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        parts(text)


@pytest.mark.parametrize("day", ["19801301", "130180", "99999999"])
def test_a_birth_date_is_a_day(day: str) -> None:
    with pytest.raises(WireError, match="no day of the calendar"):
        iaq({**IAQ, "DOB": day})
    assert "DOB/022980" in iaq({**IAQ, "DOB": "022980"})


WRONG = {  # what was changed, and what of it a clerk reads
    (b"1.003:1\x1f15", b"1.003:1\x1f14"): ("1.003 CNT (", "found 1<US>14,", "Rule: count,"),
    (b"JOHN QUINCY", b"J0HN QUINCY"): ("2.018 NAM (", "found DOE,J0HN QUINCY,", "Rule: characters"),
    (b"2.024:M", b"2.024:Q"): ("2.024 SEX (", "expected one of F G M N X Y Z.", "Rule: code,"),
    (b"WSQ20", b"WSQ21"): ("14.011 CGA (", "found WSQ21 (14 times)", "Type-14, IDC 1-14"),
}


def test_a_clerk_reads_what_is_wrong_with_a_booking() -> None:
    data = car(booking(record_type=14))
    for good, bad in WRONG:
        data = data.replace(good, bad)
    texts = told_by(list(validate(read(data))))
    assert len(texts) == len(WRONG)
    for text, parts_ in zip(texts, WRONG.values(), strict=True):
        assert text.startswith(parts_[0])
        assert all(part in text for part in parts_), text
        assert text.count("(sex as reported)") <= 1
