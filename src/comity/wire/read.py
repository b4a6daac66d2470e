"""Bytes -> Transaction, leniently and without losing a byte; and back.

    1.001:LEN GS 1.002:VER GS 1.003:CNT GS ... FS      record of type 1, always first
    2.001:LEN GS ... FS                                tagged records (types 2, 9 to 99)
    LEN(4) IDC(1) ...                                  binary records (types 3 to 8), big-endian

Where a record ends is said three times: by its LEN, by its FS, and by the next record that CNT
announces. Two that agree outvote the third, and what disagrees becomes a finding in
`Transaction.damage`. Only a file that cannot be a transaction at all raises.

Law: `write(read(data)) == data`.
Source: ANSI/NIST-ITL 1-2007 clauses 7, 8 and 10 to 16; 1-2011 annex B.
"""

from __future__ import annotations

import re

from comity.errors import WireError
from comity.records import Finding, Severity
from comity.wire import binary
from comity.wire.entries import RECORDS_MAX, Entry, align, announced, before, entry_at
from comity.wire.findings import finding, shown
from comity.wire.transaction import FS, GS, Field, Record, Transaction, whole

BYTES_MAX = 64 << 20  # a card of 14 lossless 1000 ppi images is below 20 MiB
FIELDS_MAX = 20_000  # in one file; a full card with extended features stays below 1,000

_TAG = re.compile(rb"(\d{1,2})\.(\d{1,9}):")
_HEAD = re.compile(rb"(\d{1,2})\.0{0,8}1:(\d{0,12})")
_SEPARATOR = re.compile(rb"[\x1c\x1d]")
_IMAGE_FIELD = 999  # its value is bytes, in every tagged type from 10 on
_SOURCE = "ANSI/NIST-ITL 1-2011, annex B"


def read(data: bytes) -> Transaction:
    """Read one transaction in the traditional encoding.

    Raises WireError for an empty file, one over 64 MiB, one in another format, one whose first
    record is not of type 1 or never ends. All other damage is in `damage`.
    Cost O(n); memory about 2n and bounded by the limits above.
    """
    _refuse(data)
    return _Reading(bytes(data)).transaction()


def write(transaction: Transaction) -> bytes:
    """The bytes of a transaction; after `read` the very ones that were read."""
    return b"".join(one.encoded for record in transaction.records for one in record.fields)


def _refuse(data: bytes) -> None:
    if len(data) == 0:
        raise WireError(
            "the file is empty",
            expected="an ANSI/NIST-ITL transaction",
            found="0 bytes",
            next_step="send the file again; the transfer may have been cut off",
        )
    if len(data) > BYTES_MAX:
        raise WireError(
            "the file is too large",
            expected=f"at most {BYTES_MAX} bytes",
            found=f"{len(data)} bytes",
            next_step="send one booking a file",
        )
    head = _HEAD.match(data)
    if head is None:
        kind = "it looks like XML" if bytes(data[:64]).lstrip().startswith(b"<") else ""
        raise WireError(
            "this is not an ANSI/NIST-ITL transaction in the traditional encoding",
            field="1.001",
            expected="`1.001:` or `1.01:` as the first bytes",
            found=kind or f"`{shown(bytes(data[:12]))}`",
            next_step="export the booking as a binary EBTS file, not as XML, PDF or an image",
        )
    if int(head[1]) != 1:
        raise WireError(
            "the first record is not of type 1",
            field=f"{int(head[1])}.001",
            expected="a record of type 1",
            found=f"a record of type {int(head[1])}",
            next_step="send the whole file; its beginning is missing",
        )


class _Reading:
    """One pass over one file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)
        self.damage: list[Finding] = []
        self.fields_left = FIELDS_MAX

    def transaction(self) -> Transaction:
        first, at = self._tagged(0, 1, None, first=True)
        records = [first]
        entries = announced(first)
        index = 0
        while at < self.size:
            if len(records) >= RECORDS_MAX or self.fields_left <= 0:
                records.append(self._rest(at, "limit", "fewer records and fields"))
                break
            tag = _TAG.match(self.data, at)
            if tag and int(tag[1]) > 0:
                index = align(entries, index, int(tag[1]))
                record, at = self._tagged(at, int(tag[1]), entry_at(entries, index + 1))
            else:
                entry = entry_at(entries, index)
                record, at = self._untagged(at, entry, entry_at(entries, index + 1))
            records.append(record)
            index += 1
        self.damage.sort(key=lambda one: one.offset)
        return Transaction(tuple(records), tuple(self.damage))

    # --- tagged records -------------------------------------------------------------------

    def _tagged(
        self, start: int, record_type: int, after: Entry | None, *, first: bool = False
    ) -> tuple[Record, int]:
        head = _HEAD.match(self.data, start)
        stated = whole(head[2].decode("ascii")) if head else None
        by_length = start + stated if stated else -1
        trusted = by_length if start < by_length and self._begins(by_length, after) else -1
        fields: list[Field] = []
        at = start
        ended = False
        while at < self.size and not ended and self.fields_left > 0:
            one, at, ended = self._field(at, record_type, trusted, after)
            fields.append(one)
            self.fields_left -= 1
        if not ended:
            self._unended(start, record_type, at, first)
        elif by_length != at:
            self._wrong_length(start, record_type, stated, at)
        return Record(record_type, "tagged", tuple(fields), start), at

    def _field(
        self, at: int, record_type: int, trusted: int, after: Entry | None
    ) -> tuple[Field, int, bool]:
        """One field, where the next begins, and whether the record is over."""
        tag = _TAG.match(self.data, at)
        label = tag[0][:-1] if tag else b""
        number = int(tag[2]) if tag else 0
        owner = int(tag[1]) if tag else record_type
        begin = tag.end() if tag else at
        if number == _IMAGE_FIELD and record_type >= 10:
            end = trusted if trusted > begin else self._image_end(begin, after)
            body = end - 1 if self.data[end - 1 : end] == FS else end
            over = body < end or end == trusted
            if over and body == end:
                self._note("separator", record_type, number, end, "FS after the image", b"")
        else:
            body, end, over = self._text_end(begin, record_type, number, trusted, after)
        value, closing = self.data[begin:body], self.data[body:end]
        if tag is None and value:
            self._note("field-unreadable", record_type, 0, at, "a tag such as `2.018:`", value)
        elif owner != record_type:
            self._note("field-misplaced", record_type, 0, at, f"a tag `{record_type}.`", label)
        return Field(owner, number, label, value, closing, begin), end, over

    def _text_end(
        self, begin: int, record_type: int, number: int, trusted: int, after: Entry | None
    ) -> tuple[int, int, bool]:
        """Where a text value stops, where the next field begins, whether the record is over."""
        at = begin
        while True:
            mark = _SEPARATOR.search(self.data, at)
            if trusted > begin and (mark is None or mark.start() >= trusted):
                self._note("separator", record_type, number, trusted - 1, "FS", b"")
                return trusted, trusted, True
            if mark is None:
                return self.size, self.size, False
            end = mark.end()
            if mark[0] == GS:
                if end != trusted:
                    return mark.start(), end, False
                self._note("separator", record_type, number, mark.start(), "FS", GS)
                return mark.start(), end, True
            if end == trusted or trusted < 0 or self._begins(end, after):
                return mark.start(), end, True
            self._note("separator", record_type, number, mark.start(), "no FS in a value", FS)
            at = end

    def _image_end(self, begin: int, after: Entry | None) -> int:
        """The end of an image whose record's LEN is wrong: the next FS that a record follows."""
        for mark in before(rb"\x1c", after).finditer(self.data, begin):
            if self._begins(mark.end(), after):
                return mark.end()
        return self.size

    def _begins(self, at: int, entry: Entry | None) -> bool:
        """May the record that CNT announces begin here? With none announced: any, or the end."""
        if at >= self.size:
            return at == self.size
        head = _HEAD.match(self.data, at)
        if entry is None:
            return head is not None or binary.plausible(self.data, at, None)
        if entry[0] in binary.TYPES:
            return binary.plausible(self.data, at, entry[1])
        return head is not None and int(head[1]) == entry[0]

    # --- binary records and bytes without a place -----------------------------------------

    def _untagged(self, at: int, entry: Entry | None, after: Entry | None) -> tuple[Record, int]:
        if entry is None:
            return self._rest(at, "bytes-left-over", "the end of the file"), self.size
        record_type, _ = entry
        if record_type not in binary.TYPES or not binary.fits_header(self.data, at, record_type):
            return self._lost(at, record_type, after)
        stated = binary.length(self.data, at)
        end = at + stated
        header = binary.header_size(record_type)
        if stated < header or end > self.size or not self._begins(end, after):
            found = self._binary_end(at + header, after)
            sound = header <= stated and end <= self.size
            if found is None:
                found = end if sound else self.size
            if found != end:
                code = "truncated" if found == self.size and end > self.size else "length"
                self._note(code, record_type, 1, at, f"{found - at} bytes", str(stated).encode())
            end = found
        fields = binary.fields(self.data, at, end, record_type)
        self.fields_left -= len(fields)
        return Record(record_type, "binary", fields, at), end

    def _binary_end(self, begin: int, after: Entry | None) -> int | None:
        """After which end-of-image mark does the record announced next begin?"""
        if after is None:
            return None
        for mark in before(binary.END_MARK, after).finditer(self.data, begin):
            if mark.end() < self.size and self._begins(mark.end(), after):
                return mark.end()
        return None

    def _lost(self, at: int, record_type: int, after: Entry | None) -> tuple[Record, int]:
        """Bytes where a record should begin and none does: kept raw up to the next that can."""
        end = self._image_end(at, after)
        self._note("record-unreadable", record_type, 0, at, f"a record of type {record_type}",
                   self.data[at : min(end, at + 16)])  # fmt: skip
        return Record(record_type, "raw", (self._raw(at, end),), at), end

    def _rest(self, at: int, code: str, expected: str) -> Record:
        blank = not self.data[at : at + 4096].strip(b"\x00\t\r\n ") and self.size - at <= 4096
        self._note(code, 0, 0, at, expected, f"{self.size - at} bytes more".encode(),
                   "warning" if blank else "error")  # fmt: skip
        return Record(0, "raw", (self._raw(at, self.size),), at)

    def _raw(self, at: int, end: int) -> Field:
        return Field(0, 0, b"", self.data[at:end], b"", at)

    # --- findings -------------------------------------------------------------------------

    def _unended(self, start: int, record_type: int, at: int, first: bool) -> None:
        if at < self.size:
            self._note("limit", record_type, 0, at, f"at most {FIELDS_MAX} fields", b"more")
            return
        if first:
            raise WireError(
                "the file ends inside its first record",
                offset=self.size,
                field="1.003",
                expected="FS at the end of the record of type 1, then the records it lists",
                found=f"the end of the file after {self.size} bytes",
                next_step="send the whole file; the transfer may have been cut off",
            )
        self._note("truncated", record_type, 0, start, "FS at the end of the record", b"")

    def _wrong_length(self, start: int, record_type: int, stated: int | None, at: int) -> None:
        found = "none" if stated is None else str(stated)
        self._note("length", record_type, 1, start, f"{at - start} bytes", found.encode())

    def _note(
        self,
        code: str,
        record_type: int,
        number: int,
        offset: int,
        expected: str,
        found: bytes,
        severity: Severity = "error",
    ) -> None:
        self.damage.append(
            finding(code, severity, record_type, None, number, offset, expected=expected,
                    found=shown(found), source=_SOURCE)
        )  # fmt: skip
