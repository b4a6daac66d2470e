"""The responses: SRE and ERRT, and the second response as an SRE that nobody asked for.

Responses must be writable whatever the submission held, since every submission gets one. What is
repeated from it (name, agency, control number) is therefore made fit first; where nothing fit is
left, a placeholder stands and the text says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from comity.errors import WireError
from comity.records import Finding, Submission
from comity.wire import compose
from comity.wire.compose import Piece, Value
from comity.wire.envelope import head_of_response, sound, utc
from comity.wire.fields import profile, tags_by_mnemonic
from comity.wire.findings import to_ascii
from comity.wire.nlets import indented, labelled, wrapped
from comity.wire.refusal import messages
from comity.wire.submission import VALUES_JOINED

HISTORY_CHARS_MAX = 200_000  # ERS 2.075
LINE_END = "\r\n"  # the two control characters that 74 allows beside 72 of text
NO_TCN, NO_AGENCY, NO_NAME = "TCN-NOT-READ", "NOTREAD00", "NAME NOT SENT,XX"
# Returned as sent, where sent and fit: EBTS 9.1 table D-1. FBI in an SRE would be the one found.
_ECHOED = {
    "SRE": ("ATN", "SCO", "OCA", "SID", "TAA"),
    "ERRT": ("ATN", "SCO", "OCA", "FBI", "SID", "MNU"),
}

Kind = Literal["match", "no-match", "error", "not-searched", "nothing-to-release"]
_HEADLINES: Mapping[str, str] = {
    "match": "SECOND REPOSITORY: MATCH. A MATCH IS NOT A STATUS.",
    "no-match": "SECOND REPOSITORY: NO MATCH.",
    "error": "SECOND REPOSITORY: THE SEARCH FAILED. NOTHING IS KNOWN.",
    # Said alike of no match and of a match that may not leave, so that it discloses neither.
    "nothing-to-release": "SECOND REPOSITORY: NOTHING MAY BE RELEASED, FOUND OR NOT.",
    "not-searched": "SECOND REPOSITORY: NOT SEARCHED. NO AGREEMENT IN FORCE PERMITS IT.",
}

_SILENT = frozenset({"not-searched", "nothing-to-release"})
STATUS_HEADLINE = "STATUS ANSWER (IAR):"


def sre(
    submission: Submission,
    *,
    identified: bool,
    record_text: str | None,
    now: datetime,
    tcn: str,
) -> bytes:
    """The first response: identification or none in SRF 2.059, the record's text in ERS 2.075.

    now  aware; tcn  10..40 printable ASCII, the response's own number
    Raises WireError for text that cannot be sent or is over 200,000 characters, or a bad `tcn`.
    """
    lines = wrapped(record_text) if record_text else []
    return _sre(submission, identified, lines, now, tcn)


def second_response(
    submission: Submission,
    *,
    kind: Kind,
    fields: Mapping[str, str],
    now: datetime,
    tcn: str,
    status: str = "",
) -> bytes:
    """The second repository's answer: an SRE whose ERS 2.075 holds a headline and `fields`.

    SRF is I for a match and N otherwise: EBTS has no third code, so the headline tells an error
    and a search not made from no match. `fields` are written `LABEL: value` in their order
    (`place_of_birth` as PLACE OF BIRTH); `status`, the text of an IAR, stands below them as the
    combined response has it. A value's further lines and those of `status` are indented, so that
    none can pass for a label.
    Raises WireError for an unknown kind, and for anything to tell where nothing may be told.
    """
    if kind not in _HEADLINES:
        raise WireError(
            "no second response is of this kind",
            field="2.075",
            expected=" ".join(_HEADLINES),
            found=f"`{kind}`",
        )
    if kind in _SILENT and (fields or status):
        raise WireError(
            "this answer may tell nothing",
            field="2.075",
            expected=f"no fields and no status for `{kind}`",
            found=", ".join(fields) or "a status",
            next_step="ask the agreement again: what may be released is a match",
        )
    lines = [_HEADLINES[kind], f"ANSWERED: {utc(now):%Y-%m-%d %H:%M:%SZ}", *labelled(fields)]
    if status:
        lines += [STATUS_HEADLINE, *indented(status)]
    return _sre(submission, kind == "match", lines, now, tcn)


def errt(
    submission: Submission | None, findings: Sequence[Finding], now: datetime, tcn: str
) -> bytes:
    """The refusal: MSG 2.060 names field, value found and rule, errors first (`refusal`).

    `submission` may be partial, or None where nothing could be read; what it does not give is
    filled by placeholders, which the last message states.
    """
    placed: list[str] = []
    head = _head(submission, "ERRT", now, tcn, placed)
    values: dict[int, Value] = {2: "00", **_echo(submission, "ERRT")}
    if submission is not None and (cri := _fit(submission.cri, "2.073", "ERRT")):
        values[73] = cri
    values[60] = [[text] for text in messages(findings, placed)]
    return sound(compose.file(head, [Piece(2, 0, compose.tagged(2, values))]))


def _sre(
    submission: Submission, identified: bool, lines: Sequence[str], now: datetime, tcn: str
) -> bytes:
    placed: list[str] = []
    head = _head(submission, "SRE", now, tcn, placed)
    name = _fit(submission.subject.get("NAM", ""), "2.018", "SRE") or NO_NAME
    cri = _fit(submission.cri, "2.073", "SRE") or _fit(submission.ori, "2.073", "SRE") or NO_AGENCY
    values: dict[int, Value] = {
        2: "00", **_echo(submission, "SRE"), 18: name, 59: "I" if identified else "N", 73: cri,
    }  # fmt: skip
    text = LINE_END.join(lines)
    if len(text) > HISTORY_CHARS_MAX:
        raise WireError(
            "the text is too long for one response",
            field="2.075",
            expected=f"at most {HISTORY_CHARS_MAX} characters",
            found=str(len(text)),
            next_step="send the history in parts",
        )
    if text:
        values[75] = text.ljust(4)
    return sound(compose.file(head, [Piece(2, 0, compose.tagged(2, values))]))


def _head(
    submission: Submission | None, tot: str, now: datetime, tcn: str, placed: list[str]
) -> dict[int, Value]:
    """Type-1 values; names of the placeholders used go into `placed`."""

    def given(text: str, tag: str, placeholder: str) -> str:
        fit = _fit(text, tag, tot)
        if not fit:
            placed.append(f"{tag} {placeholder}")
        return fit or placeholder

    return head_of_response(
        tot,
        to=given(submission.ori if submission else "", "1.007", NO_AGENCY),
        sender=given(submission.destination if submission else "", "1.008", NO_AGENCY),
        answers=given(submission.tcn if submission else "", "1.010", NO_TCN),
        tcn=tcn,
        now=now,
    )


def _echo(submission: Submission | None, tot: str) -> dict[int, Value]:
    out: dict[int, Value] = {}
    if submission is None:
        return out
    tags = tags_by_mnemonic(2)
    for mnemonic in _ECHOED[tot]:
        tag = tags[mnemonic]
        most = profile(tot)[tag].occurs
        text = submission.subject.get(mnemonic, "")
        values = text.split(VALUES_JOINED) if most > 1 else [text]
        fit = [[kept] for value in values if (kept := _fit(value, tag, tot))]
        if fit:
            out[int(tag.split(".")[1])] = fit[:most]
    return out


def _fit(text: str, tag: str, tot: str) -> str:
    """The text as the field admits it: accents dropped, cut to length; empty if it cannot be."""
    rule = profile(tot)[tag]
    kept = "".join(c for c in to_ascii(text) if rule.admits(c) and c.isprintable())[
        : rule.most
    ].strip()
    if len(kept) < rule.least or (rule.codes and kept not in rule.codes):
        return ""
    return kept
