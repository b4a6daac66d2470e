"""Plainly synthetic bookings for tests, with small real WSQ images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
import wsq  # noqa: F401  (registers WSQ with Pillow)
from PIL import Image

from comity.records import Charge, ImageRecord, Submission
from comity.wire.build import car
from comity.wire.compose import tagged
from comity.wire.read import read
from comity.wire.submission import submission

NOW = datetime(2010, 5, 6, 12, 30, tzinfo=UTC)
SUBJECT = {
    "NAM": "DOE,JOHN QUINCY",
    "AKA": "ROE,RICHARD; POE,PETER",
    "POB": "XX",
    "DOB": "19800102",
    "SEX": "M",
    "RAC": "U",
    "HGT": "510",
    "WGT": "170",
    "EYE": "BRO",
    "HAI": "BLK",
    "IMA": "MAKER | MODEL | 1",
}
CHARGES = (
    Charge("2299 BURGLARY", date(2010, 5, 4), "2299"),
    Charge("LOITERING", None, None),
)


@lru_cache(maxsize=8)
def wsq_image(width: int = 96, height: int = 64) -> bytes:
    pixels = (np.add.outer(np.arange(height), np.arange(width)) * 5 % 256).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "WSQ")
    return out.getvalue()


def said_ppi(data: bytes, ppi: int) -> bytes:
    """The same WSQ whose comment says another resolution."""
    at = data.index(b"\xff\xa8") + 2
    size = int.from_bytes(data[at : at + 2], "big")
    comment = data[at + 2 : at + size].replace(b"PPI 500", b"PPI %d" % ppi)
    return data[:at] + (len(comment) + 2).to_bytes(2, "big") + comment + data[at + size :]


def print_of(finger: int, record_type: int = 4, **changes: Any) -> ImageRecord:
    plain = ImageRecord(
        data=said_ppi(wsq_image(), round(changes.get("resolution_ppi", 500))),
        compression="WSQ20",
        width_px=96,
        height_px=64,
        resolution_ppi=500.0 if record_type == 14 else 500.13,
        finger=finger,
        impression=1 if finger <= 10 else 0,
        record_type=record_type,
        idc=0,
        offset=0,
    )
    return replace(plain, **changes)


def booking(
    fingers: Iterable[int] = range(1, 15), record_type: int = 4, **changes: Any
) -> Submission:
    plain = Submission(
        tcn="TCN-SYNTHETIC-0001",
        tot="CAR",
        ori="XA0000000",
        destination="XB0000000",
        cri="XA0010000",
        sent=date(2010, 5, 6),
        subject=SUBJECT,
        arrest_date=date(2010, 5, 5),
        charges=CHARGES,
        images=tuple(print_of(finger, record_type) for finger in fingers),
        sha256="",
    )
    return replace(plain, **changes)


def with_subject(**fields: str) -> Submission:
    return booking(subject={**SUBJECT, **fields})


def reread(data: bytes) -> Submission:
    return submission(read(data), data)


FACE = b"\xff\xd8FACE-PIXELS" + bytes(range(28, 32)) + b"FACE-PIXELS\xff\xd9"


def with_face(data: bytes, face: bytes = FACE) -> bytes:
    """The same transaction with a record of type 10 at its end."""
    before = read(data)
    idc = len(before.records) - 1
    values = {2: f"{idc:02d}", 3: "FACE", 4: "FACE-AGENCY", 20: "FACE-POSE", 27: "FACE-EYES"}
    record = tagged(10, values, face)
    count = before.head.first(3)
    assert count is not None
    listed = count.value.replace(b"1\x1f%d" % idc, b"1\x1f%d" % (idc + 1), 1)
    listed += b"\x1e10\x1f%02d" % idc
    grown = data.replace(b"1.003:" + count.value, b"1.003:" + listed)
    size = before.head.size
    longer = b"1.001:%d\x1d" % (size + len(listed) - len(count.value))
    assert len(longer) == len(b"1.001:%d\x1d" % size)
    return grown.replace(b"1.001:%d\x1d" % size, longer) + record


def card(**changes: Any) -> bytes:
    return car(booking(**changes))
