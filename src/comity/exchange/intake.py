"""Steps 1 and 2 of the journey: a file becomes a case, its images become a probe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from comity.errors import CallerError, ImageError, TemplateError, WireError
from comity.exchange.case import Case, Step
from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.exchange.store import Event
from comity.records import FINGERS, PLAIN_TO_FINGER, Finding, ImageRecord, Submission, Template
from comity.wire import read as wire_read
from comity.wire.findings import unreadable
from comity.wire.submission import submission as submission_of
from comity.wire.validate import validate

THREADS = 2  # the extractor releases the interpreter lock; more gains nothing on two cores
# What only people at the booking can know. Citizenship is for the repository's own record to say.
DECLARABLE = ("juvenile", "victim_or_witness", "minor_traffic_only")


def receive(
    data: bytes, name: str, house: House, clock: Clock, declared: Mapping[str, bool]
) -> tuple[Case, tuple[Finding, ...]]:
    """Keep a file as it came, read it, and open its case.

    declared  facts that the booking agency states beside the file, which has no field for them

    The transaction control number with its originating agency is the idempotency key: the same
    file again is the same case. A file too broken to have one is known by its digest.

    Raises
    ------
    CallerError  a declared fact that nobody can declare, or that the same file came without before
    """
    _check_declared(declared)
    sha256 = hashlib.sha256(data).hexdigest()
    house.store.keep(sha256, name, data)
    submission, findings = _understand(data)
    case = Case(house.tokens.case(_key(submission, sha256)), house, clock, submission, sha256)
    clock.spent("read")
    first = case.once("received", lambda: _received(case, name, findings, declared))
    if first.body["sha256"] != sha256:
        # Another file under a number already used: its own case, refused, and the first untouched.
        other = replace(case, token=_token_of_repeat(house, submission, sha256))
        findings = (*findings, _number_used_again(submission))
        other.once("received", lambda: _received(other, name, findings, declared))
        return other, findings
    _check_declared_before(first, declared)
    return case, findings


def reopen(token: str, house: House, clock: Clock) -> Case:
    """A case from what the house kept of it.

    Raises
    ------
    CallerError  no file was received under this token
    """
    received = house.store.event(token, "received")
    if received is None:
        raise CallerError(
            "no record goes with this receipt",
            where=token,
            expected="the receipt handed out at booking, 24 letters and digits",
            next_step="check the receipt for a slip of the pen",
        )
    sha256 = received.body["sha256"]
    return Case(token, house, clock, _submission(house.store.kept(sha256)), sha256)


def refusal(case: Case) -> tuple[Finding, ...]:
    """What a file was refused for when it was received; empty where it was accepted."""
    received = case.event("received")
    if received is not None and received.body["accepted"]:
        return ()
    _, findings = _understand(case.house.store.kept(case.sha256))
    if case.token == _token_of_repeat(case.house, case.submission, case.sha256):
        findings = (*findings, _number_used_again(case.submission))
    return findings


def _key(submission: Submission | None, sha256: str) -> str:
    numbered = submission is not None and submission.tcn
    return f"{submission.ori}|{submission.tcn}" if submission and numbered else f"sha256|{sha256}"


def _token_of_repeat(house: House, submission: Submission | None, sha256: str) -> str:
    return house.tokens.case(f"{_key(submission, sha256)}|{sha256}")


def _check_declared(declared: Mapping[str, bool]) -> None:
    for fact, value in declared.items():
        if fact not in DECLARABLE or not isinstance(value, bool):
            raise CallerError(
                "a booking agency cannot declare this",
                where="declared facts",
                expected=f"{', '.join(DECLARABLE)}, each true or false",
                found=f"`{fact}`: `{value!r}`",
                next_step="check the fact's name; what is not declared stays unknown",
            )


def _check_declared_before(first: Event, declared: Mapping[str, bool]) -> None:
    before = first.body["declared"]
    if any(before.get(fact) is not value for fact, value in declared.items()):
        raise CallerError(
            "the same file was received with other declared facts",
            where=f"case {first.case}",
            expected=f"{before}" if before else "none declared",
            found=f"{dict(declared)}",
            next_step="record a correction of the fact instead",
        )


def refused(findings: Sequence[Finding]) -> bool:
    """A hard rule is broken: the file gets an ERRT."""
    return any(f.severity == "error" for f in findings)


def _submission(data: bytes) -> Submission | None:
    """What a file says, without judging it again."""
    try:
        return submission_of(wire_read.read(data), data)
    except WireError:
        return None


def _understand(data: bytes) -> tuple[Submission | None, tuple[Finding, ...]]:
    try:
        transaction = wire_read.read(data)
    except WireError as error:
        return None, (unreadable(error),)
    findings = tuple(validate(transaction))
    try:
        return submission_of(transaction, data), findings
    except WireError as error:
        return None, (*findings, unreadable(error))


def _received(
    case: Case, name: str, findings: Sequence[Finding], declared: Mapping[str, bool]
) -> Step:
    submission = case.submission
    accepted = submission is not None and not refused(findings)
    step = Step(
        {
            "sha256": case.sha256,
            "name": name,
            "accepted": accepted,
            "declared": {fact: declared[fact] for fact in sorted(declared)},
        }
    )
    step.say(
        "received",
        tot=submission.tot if submission else "",
        accepted=accepted,
        findings=sorted({f.code for f in findings}),
        missing_charge=bool(
            submission and submission.criminal and not any(c.ncic for c in submission.charges)
        ),
        tcn=submission.tcn if submission else "",
        sha256=case.sha256,
        person=None,
    )
    return step


def _number_used_again(submission: Submission | None) -> Finding:
    return Finding(
        code="tcn-used-again",
        severity="error",
        record="Type-1",
        idc=None,
        tag="1.009",
        mnemonic="TCN",
        offset=0,
        expected="a control number that the agency has not used before",
        found=submission.tcn if submission else "",
        source="ANSI/NIST-ITL 1-2011, 8.1.9",
    )


# --- step 2 ---------------------------------------------------------------------------------


def probe(case: Case) -> tuple[tuple[Template, ...], tuple[Finding, ...]]:
    """Templates of the fingers that can be used, and a finding for each image that cannot.

    Rolled and plain single fingers only: four-finger slaps (13, 14) are kept in the file and not
    searched. Where a finger comes rolled and plain, the rolled image is used.
    """
    images = case.submission.images if case.submission else ()
    chosen: dict[int, ImageRecord] = {}
    for image in sorted(images, key=lambda i: i.finger):
        finger = PLAIN_TO_FINGER.get(image.finger, image.finger)
        if finger in FINGERS:
            chosen.setdefault(finger, image)
    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(lambda image: _template(image, case.house), chosen.values()))
    templates = tuple(m for m in made if isinstance(m, Template))
    return templates, tuple(m for m in made if isinstance(m, Finding))


def _template(image: ImageRecord, house: House) -> Template | Finding:
    try:
        return house.template_of(image, house.extractor)
    except (ImageError, TemplateError) as error:
        return Finding(
            code=f"{error.code}-unusable",
            severity="warning",
            record=f"Type-{image.record_type}",
            idc=image.idc,
            tag=f"{image.record_type}.{'009' if image.record_type == 4 else '999'}",
            mnemonic="DATA",
            offset=image.offset,
            expected=error.expected or "a fingerprint at 500 ppi",
            found=error.found or error.message,
            source="this house: a print that can be searched",
        )


def no_finger(case: Case) -> Finding:
    """What is wrong with a transaction that carries no single-finger image at all."""
    images = case.submission.images if case.submission else ()
    return Finding(
        code="no-finger",
        severity="error",
        record="Type-4",
        idc=None,
        tag="4.004",
        mnemonic="FGP",
        offset=0,
        expected="at least one image of a single finger, positions 1 to 12",
        found=f"{len(images)} images, none of them usable",
        source="EBTS 9.1, 3.1.1",
    )
