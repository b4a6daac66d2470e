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
from comity.wire.nlets import labelled, wrapped

MESSAGES_MAX, MESSAGE_CHARS_MAX = 11, 300  # MSG 2.060, EBTS 9.1 appendix C
HISTORY_CHARS_MAX = 200_000  # ERS 2.075
LINE_END = "\r\n"  # the two control characters that 74 allows beside 72 of text
NO_TCN, NO_AGENCY, NO_NAME = "TCN-NOT-READ", "NOTREAD00", "NAME NOT SENT,XX"
_SEVERITY = {"error": 0, "warning": 1, "note": 2}
# Returned as sent, where sent and fit: EBTS 9.1 table D-1.
_ECHOED = {"SRE": ("ATN", "SCO", "OCA", "SID", "TAA"), "ERRT": ("ATN", "SCO", "OCA", "SID")}

Kind = Literal["match", "no-match", "error", "not-searched", "nothing-to-release"]
_HEADLINES: Mapping[str, str] = {
    "match": "SECOND REPOSITORY: MATCH. A MATCH IS NOT A STATUS.",
    "no-match": "SECOND REPOSITORY: NO MATCH.",
    "error": "SECOND REPOSITORY: THE SEARCH FAILED. NOTHING IS KNOWN.",
    # Said alike of no match and of a match that may not leave, so that it discloses neither.
    "nothing-to-release": "SECOND REPOSITORY: NOTHING MAY BE RELEASED, FOUND OR NOT.",
    "not-searched": "SECOND REPOSITORY: NOT SEARCHED. NO AGREEMENT IN FORCE PERMITS IT.",
}


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
) -> bytes:
    """The second repository's answer: an SRE whose ERS 2.075 holds a headline and `fields`.

    SRF is I for a match and N otherwise: EBTS has no third code, so the headline tells an error
    and a search not made from no match. `fields` are written `LABEL: value` in their order
    (`place_of_birth` as PLACE OF BIRTH). A value's further lines are indented, so that none can
    pass for a label. The text of an IAR goes in as one field.
    """
    if kind not in _HEADLINES:
        raise WireError(
            "no second response is of this kind",
            field="2.075",
            expected=" ".join(_HEADLINES),
            found=f"`{kind}`",
        )
    lines = [_HEADLINES[kind], f"ANSWERED: {utc(now):%Y-%m-%d %H:%M:%SZ}", *labelled(fields)]
    return _sre(submission, kind == "match", lines, now, tcn)


def errt(
    submission: Submission | None, findings: Sequence[Finding], now: datetime, tcn: str
) -> bytes:
    """The refusal: MSG 2.060 names field, mnemonic, rule and value found, errors first.

    `submission` may be partial, or None where nothing could be read; what it does not give is
    filled by placeholders, which the last message states. At most 11 messages of 300 characters:
    when more is to be said, the last says how much.
    """
    placed: list[str] = []
    head = _head(submission, "ERRT", now, tcn, placed)
    values: dict[int, Value] = {2: "00", **_echo(submission, "ERRT")}
    if submission is not None and (cri := _fit(submission.cri, "2.073", "ERRT")):
        values[73] = cri
    values[60] = [[text] for text in _messages(findings, placed)]
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
        fit = _fit(submission.subject.get(mnemonic, ""), tags[mnemonic], tot)
        if fit:
            out[int(tags[mnemonic].split(".")[1])] = fit
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


def _messages(findings: Sequence[Finding], placed: Sequence[str]) -> list[str]:
    ranked = sorted(findings, key=lambda one: (_SEVERITY[one.severity], one.offset))
    told = [one for one in ranked if one.severity == "error"] or ranked
    tail = [f"PLACEHOLDERS FOR WHAT COULD NOT BE READ: {', '.join(placed)}"] if placed else []
    room = MESSAGES_MAX - len(tail)
    texts = [_message(one) for one in told]
    if len(texts) > room:
        more = len(texts) - (room - 1)
        texts = [*texts[: room - 1], f"{more} MORE FAULTS ARE NOT LISTED"]
    return (texts or ["REFUSED WITHOUT A FINDING"]) + tail if texts or not tail else tail


def _message(one: Finding) -> str:
    """`2.022 DOB Type-2 byte 212: date-order, expected ..., found ...; source`, 300 at most."""
    where = " ".join(part for part in (one.tag, one.mnemonic, one.record) if part)
    idc = f" IDC {one.idc}" if one.idc is not None else ""
    text = f"{where}{idc} byte {one.offset}: {one.code}, expected {one.expected}, found {one.found}"
    if one.source:
        text += f"; {one.source}"
    safe = "".join(c if c.isprintable() else " " for c in to_ascii(text))
    return safe[:MESSAGE_CHARS_MAX].strip()
