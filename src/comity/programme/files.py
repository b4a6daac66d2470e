"""The bookings of a script as real EBTS files, and the ways in which some are broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from comity.errors import CallerError
from comity.image import codecs
from comity.image.draws import stream
from comity.programme.people import Someone
from comity.programme.plan import Booking, Broken, Plan
from comity.programme.world import Hand, bookings_of, wsq_record
from comity.records import Charge, ImageRecord, Submission
from comity.wire import build

NOISE = 901  # purpose of the random stream
OFFENSES = {
    "1299": "ROBBERY",
    "1315": "AGGRAVATED ASSAULT",
    "1399": "ASSAULT",
    "2299": "BURGLARY",
    "2399": "LARCENY",
    "2699": "FRAUD",
    "3599": "DANGEROUS DRUGS",
    "5299": "WEAPON OFFENSE",
    "5404": "DRIVING UNDER INFLUENCE LIQUOR",
    "5499": "TRAFFIC OFFENSE",
}

File = tuple[datetime, str, int | str, bytes]


def files(
    plan: Plan, people: Sequence[Someone], hands: Mapping[int, Hand], seed: int
) -> list[File]:
    """(instant, name, booking index or what is broken, bytes) of every file, in order of time."""
    events = {number: iter(numbers) for number, numbers in bookings_of(plan).items()}
    by_cast = {p.cast: p for p in people if p.cast}
    made: list[File] = []
    for index, booking in enumerate(plan.bookings):
        prints = hands[by_cast[booking.who].number].booked[next(events[booking.who])]
        spec = _submission(plan, booking, by_cast[booking.who], index + 1, prints)
        made.append((plan.instant(booking.at), _name(index + 1, spec), index, build.car(spec)))
    for index, broken in enumerate(plan.broken):
        prints = hands[by_cast[broken.who].number].booked[next(events[broken.who])]
        number = len(plan.bookings) + index + 1
        spec = _submission(plan, broken, by_cast[broken.who], number, prints)
        data = _break(spec, broken.how, seed)
        made.append((plan.instant(broken.at), _name(number, spec), broken.how, data))
    return sorted(made, key=lambda file: file[0])


def _name(number: int, spec: Submission) -> str:
    return f"{number:02d}-{spec.ori}-{spec.tot.lower()}.eft"


def _submission(
    plan: Plan, entry: Booking | Broken, person: Someone, number: int, prints: Mapping[int, bytes]
) -> Submission:
    on = plan.instant(entry.at).date()
    codes = entry.charge if isinstance(entry, Booking) else ("2399",)
    # Every third file asks for no answer, and every second carries its images in Type-14.
    tot = "CNA" if number % 3 == 0 else "CAR"
    return Submission(
        tcn=f"{entry.county}{on:%y%m%d}{number:04d}",
        tot=tot,
        ori=entry.county,
        destination=f"{plan.county(entry.county).state}BUREAU0",
        cri=entry.county,
        sent=on,
        subject=_subject(person),
        arrest_date=on,
        charges=_charges(codes, on),
        images=tuple(
            wsq_record(data, finger, 14 if number % 2 else 4) for finger, data in prints.items()
        ),
        sha256="",
    )


def _subject(person: Someone) -> dict[str, str]:
    return {
        "NAM": person.name,
        "POB": "XX",
        "DOB": f"{person.born:%Y%m%d}",
        "SEX": person.sex,
        "RAC": "U",
        "HGT": "508",
        "WGT": "160",
        "EYE": "XXX",
        "HAI": "XXX",
    }


def _charges(codes: Sequence[str], on: date) -> tuple[Charge, ...]:
    # A booking without a coded charge still has the field, as the standard demands it.
    return tuple(Charge(OFFENSES[code], on, code) for code in codes) or (
        Charge("NOT STATED", on, None),
    )


def _break(spec: Submission, how: str, seed: int) -> bytes:
    if how == "cut short in the middle of an image":
        return build.car(spec)[: len(build.car(spec)) * 3 // 5]
    if how == "without the mandatory date of birth":
        subject = {name: value for name, value in spec.subject.items() if name != "DOB"}
        return build.car(replace(spec, subject=subject), checked=False)
    if how == "no transaction at all":
        return b"%PDF-1.4\nthis is a letter about a booking, not a booking\n%%EOF\n"
    if how == "noise where the prints should be":
        return build.car(replace(spec, images=tuple(_noise(i, seed) for i in spec.images)))
    if how == "scanned at a wrong resolution":
        return build.car(
            replace(spec, images=tuple(_halved(i) for i in spec.images)), checked=False
        )
    raise CallerError("no such way to break a file", found=f"`{how}`")


def _noise(image: ImageRecord, seed: int) -> ImageRecord:
    rng = stream(seed, 0, image.finger, purpose=NOISE)
    pixels = rng.integers(60, 240, (image.height_px, image.width_px), dtype=np.uint8)
    return replace(image, data=codecs.encode_wsq(pixels))


def _halved(image: ImageRecord) -> ImageRecord:
    """The print at 250 ppi, said to be at 500."""
    pixels = np.ascontiguousarray(codecs.decode(image).pixels[::2, ::2])
    height, width = pixels.shape
    return replace(image, data=codecs.encode_wsq(pixels), width_px=width, height_px=height)
