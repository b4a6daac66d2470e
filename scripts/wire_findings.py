"""Write docs/reference/transactions.md: public test files, our findings in them, and why.

    .venv/bin/python scripts/wire_findings.py FOLDER

FOLDER holds the files by origin, as ORIGINS names them. The review of each finding is in
scripts/wire_judgements.csv: the file by its SHA-256, or `*` for every file; code; tag; and why
the finding is right, with the clause. The script ends with 1, and writes nothing, where a finding
has no judgement or a judgement no finding: a new rule, or a mended one, is reviewed before the
page says anything of it.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from comity.errors import WireError
from comity.records import Finding
from comity.wire.causes import Cause, causes
from comity.wire.findings import unreadable
from comity.wire.profile import profile_of
from comity.wire.read import read
from comity.wire.validate import validate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "transactions.md"
JUDGED = Path(__file__).with_name("wire_judgements.csv")
ORIGINS = {
    "nist-reference": "NIST's reference files of ANSI/NIST-ITL 1-2007 and later, by way of "
    "mhshams/jnbis",
    "nbis-an2kconvert": "the test files of an2kconvert in NIST's NBIS, by way of "
    "usnistgov/libbiomeval; their values are invented to exercise a parser",
    "jet": "MITRE JET",
    "ojbc": "ojbc/main, a test card",
}
SUFFIXES = (".an2", ".an2k", ".eft")
INTRO = """\
<!-- made by scripts/wire_findings.py; changes here are lost -->
# Public transactions and what `comity wire check` finds in them

```console
$ python scripts/wire_findings.py FOLDER
```

Every finding below was reviewed against the bytes of its file: the last column says why it is
right and which clause the file breaks. The judgements are `scripts/wire_judgements.csv`; the
command fails where a finding has no judgement or a judgement no finding. The files are others'
public test material and no part of this project.

*Profile* is the rules that were chosen (decision 0300). An error would have the file refused, a
warning would not, a note is no fault. Clauses are of ANSI/NIST-ITL 1-2011 Update 2013 unless
another year is given.
"""


@dataclass(frozen=True)
class Looked:
    """One file and what was found in it."""

    name: str
    origin: str
    digest: str
    size: int
    transaction: str
    records: str
    profile: str
    found: tuple[Cause, ...]


Key = tuple[str, str, str]  # SHA-256 or `*`, code, tag


def looked(path: Path) -> Looked:
    data = path.read_bytes()
    digest = sha256(data).hexdigest()
    found: tuple[Finding, ...]
    try:
        transaction = read(data)
    except WireError as error:
        found = (unreadable(error),)
        return Looked(
            path.name, path.parent.name, digest, len(data), "", "", "", tuple(causes(found))
        )
    found = validate(transaction)
    rules = profile_of(transaction)
    counted = Counter(record.type for record in transaction.records)
    records = ", ".join(f"{t} ({n})" if n > 1 else str(t) for t, n in sorted(counted.items()))
    version = transaction.text(1, 2).strip()
    return Looked(
        path.name, path.parent.name, digest, len(data),
        f"{transaction.tot}, VER {version}", records, rules.name,
        tuple(causes(found)),
    )  # fmt: skip


def judged(path: Path) -> dict[Key, str]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(row["sha256"], row["code"], row["tag"]): row["judgement"].strip() for row in rows}


def key_of(one: Looked, cause: Cause, judgements: dict[Key, str]) -> Key:
    """The judgement that speaks of it: of this file, else of every file."""
    own = (one.digest, cause.first.code, cause.first.tag)
    return own if own in judgements else ("*", *own[1:])


def gaps(files: list[Looked], judgements: dict[Key, str]) -> Iterator[str]:
    used: set[Key] = set()
    for one in files:
        for cause in one.found:
            first, key = cause.first, key_of(one, cause, judgements)
            used.add(key)
            if not judgements.get(key):
                place = f"{one.digest},{one.origin}/{one.name},{first.code},{first.tag}"
                yield f"no judgement: {place}: found {cause.found}; expected {cause.expected}"
    for key in sorted(set(judgements) - used):
        yield f"no such finding: {','.join(key)}"


def page(files: list[Looked], judgements: dict[Key, str]) -> Iterator[str]:
    yield INTRO
    for origin, words in ORIGINS.items():
        ours = [one for one in files if one.origin == origin]
        yield f"\n## {origin}\n\nFrom {words}.\n"
        heads = ("file", "bytes", "type", "records by type (number)", "profile", "errors",
                 "warnings", "notes")  # fmt: skip
        yield f"| {' | '.join(heads)} |"
        yield f"|{'---|' * len(heads)}"
        for one in ours:
            tally = Counter(f.severity for cause in one.found for f in cause.findings)
            numbers = " | ".join(str(tally[s] or "") for s in ("error", "warning", "note"))
            yield (f"| `{one.name}` | {one.size} | {_cell(one.transaction)} | {one.records} | "
                   f"{one.profile} | {numbers} |")  # fmt: skip
        for one in ours:
            yield from _findings(one, judgements)


def _findings(one: Looked, judgements: dict[Key, str]) -> Iterator[str]:
    if not one.found:
        return
    yield f"\n### {one.name}\n"
    yield "| finding | where | expected | found | judgement |"
    yield "|---|---|---|---|---|"
    for cause in one.found:
        first = cause.first
        what = f"{first.severity} `{first.code}` {first.tag} {first.mnemonic}".strip()
        cells = (
            cause.where,
            cause.expected,
            cause.found,
            judgements[key_of(one, cause, judgements)],
        )
        yield f"| {what} | " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def main(folder: Path) -> int:
    names = sorted(p for p in folder.glob("*/*") if p.suffix in SUFFIXES)
    files = [looked(path) for path in names]
    judgements = judged(JUDGED)
    missing = list(gaps(files, judgements))
    if missing or not files:
        print("\n".join(missing) or f"no transactions under {folder}", file=sys.stderr)
        return 1
    PAGE.write_text("\n".join(page(files, judgements)) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(files)} files, {len(judgements)} judgements")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
