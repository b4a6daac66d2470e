"""Steps 1 and 2 of the journey: a file becomes a case, its images become a probe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from comity.errors import ImageError, PoorTemplateError, TemplateError, WireError
from comity.exchange.case import Case, Step
from comity.exchange.clock import Clock
from comity.exchange.house import House
from comity.image import check, codecs
from comity.minutiae.extract import Extractor, extract
from comity.records import FINGERS, PLAIN_TO_FINGER, Finding, ImageRecord, Submission, Template
from comity.search.identify import MINUTIAE_MIN
from comity.wire import read as wire_read
from comity.wire.submission import submission as submission_of
from comity.wire.validate import validate

THREADS = 2  # the extractor releases the interpreter lock; more gains nothing on two cores


def receive(
    data: bytes, name: str, house: House, clock: Clock, declared: Mapping[str, bool]
) -> tuple[Case, tuple[Finding, ...]]:
    """Keep a file as it came, read it, and open its case.

    declared  facts that the booking agency states beside the file, which has no field for them

    The transaction control number with its originating agency is the idempotency key: the same
    file again is the same case. A file too broken to have one is known by its digest.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    house.store.keep(sha256, name, data)
    submission, findings = _understand(data)
    key = f"{submission.ori}|{submission.tcn}" if submission else f"sha256|{sha256}"
    case = Case(house.tokens.case(key), house, clock, submission, sha256)
    earlier = case.event("received")
    if earlier is not None and earlier.body["sha256"] != sha256:
        # Another file under a number already used: its own case, refused, and the first untouched.
        case = replace(case, token=house.tokens.case(f"{key}|{sha256}"))
        findings = (*findings, _number_used_again(submission))
    clock.spent("read")
    case.once("received", lambda: _received(case, name, findings, declared))
    return case, findings


def reopen(token: str, house: House, clock: Clock) -> Case:
    """A case from what the house kept of it."""
    received = next(e for e in house.store.events(token) if e.step == "received")
    sha256 = received.body["sha256"]
    submission, _ = _understand(house.store.kept(sha256))
    return Case(token, house, clock, submission, sha256)


def refused(findings: Sequence[Finding]) -> bool:
    """A hard rule is broken: the file gets an ERRT."""
    return any(f.severity == "error" for f in findings)


def _understand(data: bytes) -> tuple[Submission | None, tuple[Finding, ...]]:
    try:
        transaction = wire_read.read(data)
    except WireError as error:
        return None, (_unreadable(error),)
    findings = tuple(validate(transaction))
    try:
        return submission_of(transaction, data), findings
    except WireError as error:
        return None, (*findings, _unreadable(error))


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


def _unreadable(error: WireError) -> Finding:
    return Finding(
        code="unreadable",
        severity="error",
        record="file",
        idc=None,
        tag=error.field,
        mnemonic="",
        offset=error.offset,
        expected=error.expected or "an ANSI/NIST-ITL transaction",
        found=error.found or error.message,
        source="ANSI/NIST-ITL 1-2011, 7.1",
    )


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
        made = list(pool.map(lambda image: _template(image, case.house.extractor), chosen.values()))
    templates = tuple(m for m in made if isinstance(m, Template))
    return templates, tuple(m for m in made if isinstance(m, Finding))


def _template(image: ImageRecord, extractor: Extractor) -> Template | Finding:
    try:
        print_ = codecs.decode(image)
        check.fingerprint(print_)
        template = extract(print_, extractor=extractor)
        if len(template) < MINUTIAE_MIN:
            raise PoorTemplateError(
                "too few minutiae to search with",
                expected=f"{MINUTIAE_MIN} or more",
                found=f"{len(template)}",
            )
        return template
    except (ImageError, TemplateError) as error:
        return Finding(
            code=f"{error.code}-unusable",
            severity="warning",
            record=f"Type-{image.record_type}",
            idc=image.idc,
            tag=f"{image.record_type}.{'009' if image.record_type == 4 else '999'}",
            mnemonic="DAT",
            offset=image.offset,
            expected=error.expected or "a fingerprint at 500 ppi",
            found=error.found or error.message,
            source="ANSI/NIST-ITL 1-2011, 8.14",
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
