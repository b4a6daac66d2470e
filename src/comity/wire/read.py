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
from comity.wire import binary
from comity.wire.damage import ADD_FS, Damage
from comity.wire.entries import RECORDS_MAX, Entry, align, announced, before, entry_at
from comity.wire.findings import shown
from comity.wire.transaction import FS, GS, Field, Record, Transaction, whole

BYTES_MAX = 64 << 20  # a card of 14 lossless 1000 ppi images is below 20 MiB
FIELDS_MAX = 20_000  # in one file; a full card with extended features stays below 1,000
# Bytes searched, in file sizes, for where binary records end whose LEN is wrong. A card of wrong
# LENs needs one; a file that announces 1,000 such records would need as many.
SEARCHES_MAX = 8

_TAG = re.compile(rb"(\d{1,2})\.(\d{1,9}):")
_HEAD = re.compile(rb"(\d{1,2})\.0{0,8}1:(\d{0,12})")
_IMAGE_FIELD = 999  # its value is bytes, in every tagged type from 10 on
BLANK_MAX = 4096  # blank bytes after the last record that only pad a block


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
        self.damage = Damage()
        self._note = self.damage.note
        self.gs = -1
        self.fields_left = FIELDS_MAX
        self.search_left = SEARCHES_MAX * len(data) + (1 << 20)

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
        return Transaction(tuple(records), self.damage.told(self.size))

    # --- tagged records -------------------------------------------------------------------

    def _tagged(
        self, start: int, record_type: int, after: Entry | None, *, first: bool = False
    ) -> tuple[Record, int]:
        head = _HEAD.match(self.data, start)
        stated = whole(head[2].decode("ascii")) if head else None
        by_length = start + stated if stated else -1
        trusted = by_length if start < by_length and self._ends(by_length, after) else -1
        fields: list[Field] = []
        at = start
        ended = False
        while at < self.size and not ended and self.fields_left > 0:
            one, at, ended = self._field(at, record_type, trusted, after)
            fields.append(one)
            self.fields_left -= 1
        if not ended:
            self._unended(start, record_type, at, first, lost=by_length - at)
        elif by_length != at:
            self.damage.length(start, record_type, stated, at, fields[0])
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
                self._note("separator", record_type, number, end, "FS after the image", b"",
                           repair=ADD_FS)  # fmt: skip
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
        known = trusted > begin
        limit = trusted if known else self.size
        gs = self._next_gs(begin)
        stop = min(gs, limit)
        first = fs = self.data.find(FS, begin, stop)
        if known and fs >= 0:
            fs = self._record_end(begin, stop, trusted, after)
        if fs >= 0:
            body, end, over = fs, fs + 1, True
        elif gs < limit:
            body, end, over = gs, gs + 1, gs + 1 == trusted
            if over:
                self._note("separator", record_type, number, gs, "FS", GS,
                           repair=f"write FS at byte {gs}")  # fmt: skip
        else:
            body = end = limit
            over = known
            if over:
                self._note("separator", record_type, number, limit - 1, "FS", b"", repair=ADD_FS)
        if 0 <= first < body:
            self._inside(first, body, record_type, number)
        return body, end, over

    def _next_gs(self, begin: int) -> int:
        """Looked for once, also where a thousand records have none; the file's size if so."""
        if self.gs < begin:
            self.gs = self.data.find(GS, begin)
            self.gs = self.gs if self.gs >= 0 else self.size
        return self.gs

    def _record_end(self, begin: int, stop: int, trusted: int, after: Entry | None) -> int:
        """The FS before `stop` that ends the record, where LEN says `trusted`; -1 if none does."""
        # A few bytes further, since what begins after an FS may hold a GS: LEN of type 4 does.
        for mark in before(rb"\x1c", after).finditer(self.data, begin, min(stop + 16, self.size)):
            if mark.start() >= stop:
                break
            if mark.end() == trusted or self._begins(mark.end(), after):
                return mark.start()
        return stop - 1 if stop == trusted and self.data[stop - 1 : stop] == FS else -1

    def _inside(self, at: int, body: int, record_type: int, number: int) -> None:
        """FS inside a value; one that a tag of the same record follows should have been a GS."""
        count = self.data.count(FS, at, body)
        tag = _TAG.match(self.data, at + 1, body)
        meant = count == 1 and tag is not None and int(tag[1]) == record_type
        found = FS if count == 1 else FS + f" {count} times".encode()
        self._note("separator", record_type, number, at, "no FS in a value", found,
                   repair=f"write GS at byte {at}" if meant else "")  # fmt: skip

    def _image_end(self, begin: int, after: Entry | None) -> int:
        """The end of an image whose record's LEN is wrong: the next FS that a record follows."""
        for mark in before(rb"\x1c", after).finditer(self.data, begin):
            if self._begins(mark.end(), after):
                return mark.end()
        return self.size

    def _ends(self, at: int, after: Entry | None) -> bool:
        """Does a record end here, where its LEN says? CNT bears it out, or FS and a head."""
        closed = self.data[max(at - 1, 0) : at] == FS
        return self._begins(at, after) or (closed and _HEAD.match(self.data, at) is not None)

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
                self._note(code, record_type, 1, at, f"{found - at} bytes", str(stated).encode(),
                           repair=f"set LEN to {found - at}" if code == "length" else "",
                )  # fmt: skip
            end = found
        fields = binary.fields(self.data, at, end, record_type)
        self.fields_left -= len(fields)
        return Record(record_type, "binary", fields, at), end

    def _binary_end(self, begin: int, after: Entry | None) -> int | None:
        """After which end-of-image mark does the record announced next begin?"""
        if after is None or self.search_left <= 0:
            return None
        for mark in before(binary.END_MARK, after).finditer(self.data, begin):
            if mark.end() < self.size and self._begins(mark.end(), after):
                self.search_left -= mark.end() - begin
                return mark.end()
        self.search_left -= self.size - begin
        return None

    def _lost(self, at: int, record_type: int, after: Entry | None) -> tuple[Record, int]:
        """Bytes where a record should begin and none does: kept raw up to the next that can."""
        end = self._image_end(at, after)
        self._note("record-unreadable", record_type, 0, at, f"a record of type {record_type}",
                   self.data[at : min(end, at + 16)])  # fmt: skip
        return Record(record_type, "raw", (self._raw(at, end),), at), end

    def _rest(self, at: int, code: str, expected: str) -> Record:
        size = self.size - at
        blank = size <= BLANK_MAX and not self.data[at:].strip(b"\x00\t\r\n ")
        self._note(code, 0, 0, at, expected, f"{size} bytes more".encode(),
                   "warning" if blank else "error",
                   repair=f"cut the {size} blank bytes" if blank else "")  # fmt: skip
        return Record(0, "raw", (self._raw(at, self.size),), at)

    def _raw(self, at: int, end: int) -> Field:
        return Field(0, 0, b"", self.data[at:end], b"", at)

    def _unended(self, start: int, record_type: int, at: int, first: bool, *, lost: int) -> None:
        """The record does not end; `lost` is how many bytes its LEN says are missing."""
        if at < self.size:
            self.damage.limit(at, f"at most {FIELDS_MAX} fields", "more", record_type)
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
        self._note("truncated", record_type, 0, start, "FS at the end of the record", b"",
                   repair=ADD_FS if lost == 1 else "")  # fmt: skip
