"""Finger minutiae records: bytes of five standards to `record.MinutiaRecord` and back.

ISO/IEC 19794-2 of 2005 and 2011, ANSI INCITS 378 of 2004, of 2009 and its amendment 1. Two
things are written both ways, even in the standards' own examples, and read both ways: a file
length that is off by a few bytes, and an extension's own length with or without its 4-byte head.
Whichever it is, the parts must end exactly where the file does.
"""

from __future__ import annotations

import struct

from comity.errors import TemplateError
from comity.minutiae.formats import ansi2009, early, iso2011
from comity.minutiae.formats.place import MAGIC, Place
from comity.minutiae.record import EARLY, NAMES, STANDARDS, VERSIONS, MinutiaRecord, Standard, View
from comity.minutiae.templates import from_templates, notes, to_templates

__all__ = [
    "MinutiaRecord",
    "Standard",
    "View",
    "from_templates",
    "notes",
    "read",
    "to_templates",
    "write",
]


def read(data: bytes) -> MinutiaRecord:
    """Read a file of any of the standards; its version and its lengths say which.

    Law: `write(read(data)) == data`. Raises TemplateError with the standard's name and the offset
    of the byte that is wrong: cut off, longer than it says, of another format or version, or
    with a count that does not fit. The cost is linear in the file's size.
    """
    version = data[4:7].decode("ascii", "replace")
    if data[:4] != MAGIC or data[7:8] != b"\0" or version not in {"035", "030", " 20", "020"}:
        raise Place(data, "minutiae").broken(
            0, "`FMR` and version ` 20`, `030` or `035`", repr(data[:8])
        )
    if version in VERSIONS["iso-2005"]:
        return early.read(data)
    return _read_late(data)


def _read_late(data: bytes) -> MinutiaRecord:
    """`030` is the version of two standards: the one whose lengths fit, else the likelier."""
    shared = data[4:7] == b"030"
    if shared and iso2011.fits(data):
        return iso2011.read(data)
    try:
        return ansi2009.read(data)
    except TemplateError:
        if shared and iso2011.likely(data):
            return iso2011.read(data)
        raise


def write(record: MinutiaRecord) -> bytes:
    """The file's bytes, the inverse of `read`.

    Raises TemplateError where a value does not fit its field, or a part is missing that the
    standard has.
    """
    if record.standard not in STANDARDS:
        raise _unfit(f"standard `{record.standard}`", f"one of {', '.join(STANDARDS)}", "")
    name = NAMES[record.standard]
    if record.version not in VERSIONS[record.standard]:
        raise _unfit(name, f"version `{VERSIONS[record.standard][0]}`", f"`{record.version}`")
    try:
        if record.standard in EARLY:
            return early.write(record)
        if record.standard == "iso-2011":
            return iso2011.write(record)
        return ansi2009.write(record)
    except (struct.error, ValueError) as error:
        raise _unfit(name, "values within their fields", str(error)) from error


def _unfit(where: str, expected: str, found: str) -> TemplateError:
    return TemplateError(
        "the minutiae do not fit the standard",
        where=where,
        expected=expected,
        found=found,
        next_step="split the record, or cut the template down",
    )
