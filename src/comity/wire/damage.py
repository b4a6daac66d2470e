"""What the reader had to work round, as findings, with the repair there is for each."""

from __future__ import annotations

from comity.records import Finding, Severity
from comity.wire.findings import finding, shown
from comity.wire.transaction import Field, length_with

DAMAGE_MAX = 500  # told one by one; the worst real file has 2
ADD_FS = "add FS at the end of the record, LEN to match"
_SOURCE = "ANSI/NIST-ITL 1-2011, annex B"


class Damage:
    """Findings of one reading."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.untold = 0

    def note(
        self,
        code: str,
        record_type: int,
        number: int,
        offset: int,
        expected: str,
        found: bytes,
        severity: Severity = "error",
        *,
        repair: str = "",
    ) -> None:
        """One more, or one more that is only counted."""
        if len(self.found) >= DAMAGE_MAX:
            self.untold += 1
            return
        self.found.append(
            finding(code, severity, record_type, None, number, offset, expected=expected,
                    found=shown(found), source=_SOURCE, repair=repair)
        )  # fmt: skip

    def length(
        self, start: int, record_type: int, stated: int | None, end: int, first: Field
    ) -> None:
        """LEN of the tagged record from `start` to `end` is wrong; `first` is its first field."""
        right = length_with(end - start - len(first.value))
        own = first.tag == f"{record_type}.001"
        self.note("length", record_type, 1, start, f"{end - start} bytes",
                  b"none" if stated is None else str(stated).encode(),
                  repair=f"set LEN to {right}" if own else "")  # fmt: skip

    def limit(self, offset: int, expected: str, found: str, record_type: int = 0) -> None:
        """A limit was met; told whatever was told before."""
        self.found.append(
            finding("limit", "error", record_type, None, 0, offset, expected=expected,
                    found=found, source=_SOURCE)
        )  # fmt: skip

    def told(self, size: int) -> tuple[Finding, ...]:
        """All, in order of offset; `size` is the file's."""
        if self.untold:
            self.limit(size, f"at most {DAMAGE_MAX} faults", f"{self.untold} more")
        return tuple(sorted(self.found, key=lambda one: one.offset))
