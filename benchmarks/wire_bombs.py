"""Files of 1 MiB made to cost time or memory: what each claims or holds is absurd.

Named for what there is too much of. Those of `DAMAGED` lie about lengths as well; those of
`WELL_FORMED` have the right LEN and CNT, so that nothing but their content can stop them.
"""

from __future__ import annotations

from collections.abc import Mapping

from comity.wire.transaction import length_with

MIB = 1 << 20
_TYPE_1 = (
    b"1.001:0\x1d1.002:0400\x1d1.003:%b\x1d1.004:CAR\x1d1.005:20100101\x1d1.007:A\x1d1.008:B"
    b"\x1d1.009:C\x1d1.011:19.69\x1d1.012:19.69\x1c"
)
HEAD = _TYPE_1 % b"1\x1f1\x1e2\x1f00"
TEXT = HEAD + b"2.001:9\x1d2.002:00"
FOUR = _TYPE_1 % b"1\x1f2\x1e4\x1f01\x1e4\x1f02"
ONE_FOUR = _TYPE_1 % b"1\x1f1\x1e4\x1f01"


def _full(unit: bytes, size: int = MIB) -> bytes:
    return unit * (size // len(unit))


def _listed(entry: bytes, count: int = 999) -> bytes:
    return _TYPE_1 % (b"1\x1f%d" % count + (b"\x1e" + entry) * count)


def _tagged(record_type: int, body: bytes) -> bytes:
    """A record with the right LEN; `body` from the first GS to before the last FS."""
    label = b"%d.001:" % record_type
    return b"%b%d%b\x1c" % (label, length_with(len(label) + len(body) + 1), body)


def _text(tag: bytes, unit: bytes) -> bytes:
    return HEAD + _tagged(2, b"\x1d2.002:00\x1d" + tag + b":" + _full(unit))


def _four(gca: int, image: bytes) -> bytes:
    return (18 + len(image)).to_bytes(4, "big") + b"\x01\x01\x01" + b"\xff" * 5 + (
        b"\x01\x00\x10\x00\x10" + bytes([gca]) + image
    )  # fmt: skip


def _lying_fours(unit: bytes) -> bytes:
    """A thousand records of type 4 of 1,000 bytes, each of which says that it has 1,001."""
    entries = b"".join(b"\x1e4\x1f%d" % (k % 256) for k in range(999))
    records = (
        (1001).to_bytes(4, "big") + bytes([k % 256]) + _full(unit, 996)[:995] for k in range(1000)
    )
    return _TYPE_1 % (b"1\x1f999" + entries) + b"".join(records)


DAMAGED: Mapping[str, bytes] = {
    "items": TEXT + b"\x1d2.047:" + b"\x1f" * MIB + b"\x1c",
    "subfields": TEXT + b"\x1d2.047:" + b"\x1e" * MIB + b"\x1c",
    "subfields in every field": TEXT + (b"\x1d2.022:" + b"\x1e" * 1000) * 1000 + b"\x1c",
    "empty fields": TEXT + b"\x1d" * MIB + b"\x1c",
    "fields": TEXT + _full(b"\x1d2.018:A") + b"\x1c",
    "ends of records": HEAD + b"\x1c" * MIB,
    "ends of fields": HEAD + b"\x1d" * MIB,
    "ends of subfields": HEAD + b"\x1e" * MIB,
    "ends of items": HEAD + b"\x1f" * MIB,
    "records": HEAD + _full(b"2.001:9\x1c"),
    "ends inside an image": HEAD + b"14.001:9\x1d14.999:" + b"\x1c" * MIB,
    "ends of images": FOUR + b"\xff\xff\xff\xff\x01" + b"\xff\xa1" * (MIB // 2),
    "lengths one too long": _lying_fours(b"\x00"),
    "lengths one too long, almost images": _lying_fours(b"\xff"),
    "lengths one too long, ends of images": _lying_fours(b"\xff\xa1\x00\x00"),
    "lengths within lengths": HEAD + b"".join(
        b"14.001:%d\x1d14.002:01\x1d14.999:" % (MIB - 30 * k) for k in range(MIB // 40)
    ),
    "nothing": FOUR + bytes(MIB),
    "entries of CNT": _TYPE_1 % (b"1\x1f1" + _full(b"\x1e2\x1f00")),
    "items of CNT": _TYPE_1 % (b"1\x1f1" + b"\x1f" * MIB),
    "digits of CNT": _TYPE_1 % (b"1\x1f" + b"9" * MIB),
    "character sets": HEAD[:-1] + b"\x1d1.015:" + _full(b"\x1e\x1f") + b"\x1c",
    "domain": HEAD[:-1] + b"\x1d1.013:" + b"\x1f" * MIB + b"\x1c",
    "digits of a tag": TEXT + b"\x1d2." + b"0" * MIB + b"1:A\x1c",
    "digits of a length": HEAD + b"2.001:" + b"9" * MIB + b"\x1d2.002:00\x1c",
    "digits of an IDC": HEAD + b"2.001:9\x1d2.002:" + b"9" * MIB + b"\x1c",
    "one letter": TEXT + b"\x1d2.018:" + b"A" * MIB + b"\x1c",
}  # fmt: skip
WELL_FORMED: Mapping[str, bytes] = {
    "FS in a value": _text(b"2.018", b"\x1c"),
    "FS and digits in a value": _text(b"2.018", b"\x1c1"),
    "fields that end twice": HEAD + _tagged(2, b"\x1d2.002:00" + _full(b"\x1d2.018:\x1c")),
    "fields of every number": HEAD
    + _tagged(2, b"".join(b"\x1d2.%d:A" % k for k in range(2, 90000))),
    "smallest records": _listed(b"2\x1f00") + b"2.001:17\x1d2.002:00\x1c" * 999,
    "charges": _text(b"2.047", b"20100101\x1fX\x1e"),
    "names": _text(b"2.019", b"DOE,J\x1e"),
    "missing fingers": _text(b"2.084", b"01\x1fUP\x1e"),
    "letters of no alphabet": _text(b"2.018", b"\xc3"),
    "segments of a slap": HEAD
    + _tagged(14, b"\x1d14.002:01\x1d14.013:13\x1d14.021:" + _full(b"1\x1f0\x1f9\x1f0\x1f9\x1e")),
    "slaps of many segments": _listed(b"14\x1f01", 900)
    + _tagged(14, b"\x1d14.002:01\x1d14.013:1\x1d14.021:" + b"1\x1f0\x1e" * 200) * 900,
    "minutiae": HEAD
    + _tagged(9, b"\x1d9.002:01\x1d9.004:S\x1d9.012:" + _full(b"1\x1f00010001001\x1f1\x1fA\x1e")),
    "extended minutiae": HEAD
    + _tagged(9, b"\x1d9.002:01\x1d9.331:" + _full(b"1\x1f1\x1f1\x1fE\x1e")),
    "images": _listed(b"4\x1f01") + _four(1, b"\xff\xa0" + bytes(998)) * 999,
    "segments of a JPEG": ONE_FOUR + _four(2, b"\xff\xd8" + _full(b"\xff\xe0\x00\x02")),
    "segments of a WSQ": ONE_FOUR + _four(1, b"\xff\xa0" + _full(b"\xff\xa8\x00\x02")),
    "almost code streams": ONE_FOUR
    + _four(4, b"\x00\x00\x00\x0cjP  \r\n\x87\n" + _full(b"\xff\x4f\xff\x50")),
    "chunks of a PNG": ONE_FOUR + _four(6, b"\x89PNG\r\n\x1a\n" + _full(bytes(4) + b"IDAT0000")),
}
BOMBS: Mapping[str, bytes] = {**DAMAGED, **WELL_FORMED}
