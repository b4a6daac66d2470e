"""Transactions as one page that stands alone: what is wrong, the prints, every field."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from comity import __version__
from comity.cli import _pages
from comity.cli._wire_drawn import drawn, figures
from comity.cli._wire_files import Sources
from comity.errors import CallerError, WireError
from comity.records import Finding
from comity.wire.causes import causes, tally
from comity.wire.explain import OPEN_TYPES, SUBFIELDS_SHOWN, Told, TreeField, told
from comity.wire.fields import known
from comity.wire.findings import unreadable
from comity.wire.friction import TYPES
from comity.wire.profile import profile_of
from comity.wire.read import read
from comity.wire.transaction import Transaction
from comity.wire.validate import validate, worst

FILES_MAX = 100  # a card is 0.6 MB of page: more is no page any more
VALUES_MAX = 500
TEXT_CHARS = 400
VERDICTS = {
    "error": "It would be refused",
    "warning": "It would be taken, with warnings",
    "note": "Nothing wrong, something to know",
    "": "Nothing wrong was found",
}
HEAD = ((4, "type of transaction"), (5, "date"), (8, "from"), (7, "to"), (9, "control number"),
        (2, "version of the standard"))  # fmt: skip


def page(found: Sources) -> tuple[str, bool]:
    """The page, and whether a file could not be read.

    Raises  CallerError  more than FILES_MAX files
    """
    if len(found) > FILES_MAX:
        raise CallerError(
            "too many files for one page",
            expected=f"at most {FILES_MAX}",
            found=str(len(found)),
            next_step="`comity wire check` sums up any number of files",
        )
    shown = [_file(number, name, data) for number, (name, data) in enumerate(found, 1)]
    title = shown[0]["short"] if len(shown) == 1 else f"{len(shown)} transaction files"
    text = _pages.page("transaction", title=title, files=shown, version=__version__)
    return text, any(one["unread"] for one in shown)


def _file(number: int, name: str, data: bytes) -> dict[str, Any]:
    about = {
        "anchor": f"f{number}",
        "name": name,
        "short": Path(name).name,
        "bytes": f"{len(data):,}",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    try:
        transaction = read(data)
    except WireError as error:
        findings: tuple[Finding, ...] = (unreadable(error),)
        return about | {
            "unread": True, "rules": "", "head": [], "figures": [], "drawn": "", "records": [],
            "counts": "",
            **_judged(findings, {}),
        }  # fmt: skip
    findings = validate(transaction)
    shown = list(figures(transaction))
    records, anchors = _records(f"f{number}", transaction, findings)
    return about | {
        "unread": False,
        "rules": profile_of(transaction).source,
        "head": _head(transaction),
        "counts": _counts(transaction),
        "figures": shown,
        "drawn": drawn(shown),
        "records": records,
        **_judged(findings, anchors),
    }


def _head(transaction: Transaction) -> list[tuple[str, str]]:
    texts = ((label, transaction.head.text(number).strip()) for number, label in HEAD)
    return [(label, text[:TEXT_CHARS]) for label, text in texts if text]


def _counts(transaction: Transaction) -> str:
    ridges = sum(record.type in TYPES for record in transaction.records)
    told_ = f"{len(transaction.records)} records"
    return f"{told_}, {ridges} of them images of friction ridges" if ridges else told_


def _judged(findings: tuple[Finding, ...], anchors: dict[int, str]) -> dict[str, Any]:
    gravest = worst(findings)
    return {
        "worst": gravest or "good",
        "verdict": VERDICTS[gravest],
        "tally": tally(findings),
        "causes": [
            {
                "severity": cause.first.severity,
                "code": cause.first.code,
                "what": cause.what,
                "name": _name(cause.first.tag),
                "times": cause.times,
                "where": cause.where,
                "expected": cause.expected,
                "found": cause.found,
                "source": cause.first.source,
                "repair": cause.repair,
                "anchor": anchors.get(id(cause.first), ""),
            }
            for cause in causes(findings)
        ],
    }


def _name(tag: str) -> str:
    rule = known(tag) if tag else None
    return rule.name.partition(";")[0] if rule is not None else ""


def _records(
    anchor: str, transaction: Transaction, findings: Iterable[Finding]
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Every record with its findings beside the fields; and the anchor of each finding."""
    told_ = list(told(transaction))
    starts = [one.record.offset for one in told_]
    by_record: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        index = max((k for k, start in enumerate(starts) if start <= finding.offset), default=0)
        by_record[index].append(finding)
    anchors: dict[int, str] = {}
    rows = []
    for index, one in enumerate(told_):
        place = f"{anchor}r{index}"
        rows.append(_record(place, one, by_record[index]))
        anchors |= {id(finding): place for finding in by_record[index]}
    return rows, anchors


def _record(anchor: str, one: Told, findings: list[Finding]) -> dict[str, Any]:
    fields = [_field(field) for field in one.fields]
    loose: list[dict[str, str]] = []
    for finding in findings:
        row = next((f for f in fields if finding.tag and f["tag"] == finding.tag), None)
        (row["findings"] if row is not None else loose).append(_said(finding))
    shut = one.record.type not in OPEN_TYPES
    return {
        "anchor": anchor,
        "title": one.title,
        "open": bool(findings) or one.record.type <= 2,
        "worst": worst(tuple(findings)),
        "findings": loose,
        # Of a record without friction ridges not even the tags are listed.
        "shut": shut,
        "fields": [f for f in fields if f["findings"]] if shut else fields,
    }


def _field(one: TreeField) -> dict[str, Any]:
    values = [_cut(value) for value in one.values[:VALUES_MAX]]
    return {
        "offset": one.field.offset,
        "tag": one.field.tag if one.field.number else "",
        "mnemonic": one.mnemonic,
        "name": one.name,
        "meaning": one.meaning,
        "values": values[:SUBFIELDS_SHOWN],
        "more": values[SUBFIELDS_SHOWN:],
        "unlisted": len(one.values) - len(values),
        "findings": [],
    }


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 3] + "..."


def _said(one: Finding) -> dict[str, str]:
    return {
        "severity": one.severity, "code": one.code, "expected": one.expected,
        "found": one.found, "source": one.source, "repair": one.repair,
    }  # fmt: skip
