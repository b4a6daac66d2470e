"""The builder of criminal ten-print submissions: CAR, CNA, CPDR, CPNU.

Type-1, Type-2, and for each image a Type-4 or a Type-14
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from comity.errors import WireError
from comity.records import Charge, ImageRecord, Submission
from comity.wire import compose
from comity.wire.compose import Piece, Value
from comity.wire.envelope import DOMAIN, NO_IMAGES, VERSION, sound
from comity.wire.fields import items_of, profile, tags_by_mnemonic
from comity.wire.images import COMPRESSIONS
from comity.wire.submission import ITEMS_JOINED, VALUES_JOINED

# Pixels a millimetre as the standard writes 500 and 1000 ppi.
PER_MM = {500: "19.69", 1000: "39.37"}
_ROLLED = range(1, 11)
NO_VALUES: Mapping[str, Value] = MappingProxyType({})


def car(
    spec: Submission, *, values: Mapping[str, Value] = NO_VALUES, checked: bool = True
) -> bytes:
    """A criminal ten-print submission from what a reader would say of it.

    spec     `tot` is CAR, CNA, CPDR or CPNU; `subject` any field of Type-2 by mnemonic; `images`
             say by `record_type` 4 or 14 how each is carried. Their IDC and offset, and `sha256`,
             are not used. Fingers 1..10 without an image are named in AMP 2.084 as unable to
             print unless AMP is given. RET is Y and CRI is the ORI unless given
    values   fields by mnemonic as subfields of items, before those of `subject`: for a value that
             holds `; ` or ` | `, by which `subject` joins values and items
    checked  False lets through what only `validate` objects to

    Law: with `data = car(s)` and no more than one birth date,
    `car(submission(read(data), data)) == data`.
    Raises WireError for separators in values, unknown mnemonics, and (checked) any finding.
    """
    detail = {**_detail(spec), **_given(values)}
    pieces = [Piece(2, 0, compose.tagged(2, {2: "00", **detail}))]
    for idc, image in enumerate(spec.images, start=1):
        build = _type_14 if image.record_type == 14 else _type_4
        pieces.append(Piece(image.record_type, idc, build(spec, image, idc)))
    scale = _scale(spec.images)
    head: dict[int, Value] = {
        2: VERSION, 4: spec.tot, 5: f"{spec.sent:%Y%m%d}" if spec.sent else "",
        7: spec.destination, 8: spec.ori, 9: spec.tcn, 11: scale, 12: scale, 13: DOMAIN,
    }  # fmt: skip
    data = compose.file(head, pieces)
    return sound(data) if checked else data


def _given(values: Mapping[str, Value]) -> dict[int, Value]:
    return {_number(_tag(mnemonic)): value for mnemonic, value in values.items()}


def _tag(mnemonic: str) -> str:
    tags = tags_by_mnemonic(2)
    if mnemonic not in tags:
        raise WireError(
            "no field of Type-2 has this mnemonic",
            field=mnemonic,
            expected="one of " + " ".join(sorted(tags)),
            found=f"`{mnemonic}`",
            next_step="see `comity wire explain`",
        )
    return tags[mnemonic]


def _number(tag: str) -> int:
    return int(tag.split(".")[1])


def _detail(spec: Submission) -> dict[int, Value]:
    """Type-2 values by field number."""
    values: dict[int, Value] = {5: "Y", 73: spec.cri or spec.ori}
    for mnemonic, text in spec.subject.items():
        tag = _tag(mnemonic)
        if text:
            values[_number(tag)] = _value(spec.tot, tag, text)
    if spec.arrest_date:
        values[45] = f"{spec.arrest_date:%Y%m%d}"
    if spec.charges:
        values[47] = [[_day(charge.offense_date), _words(charge)] for charge in spec.charges]
    present = {image.finger for image in spec.images}
    absent = [finger for finger in _ROLLED if finger not in present]
    if absent and 84 not in values:
        values[84] = [[f"{finger:02d}", "UP"] for finger in absent]
    return values


def _value(tot: str, tag: str, text: str) -> Value:
    """The inverse of how `submission` joins values and items."""
    rule = profile(tot).get(tag)
    if rule is None or (rule.occurs == 1 and not items_of(tot, tag)):
        return text
    values = text.split(VALUES_JOINED) if rule.occurs > 1 else [text]
    return [one.split(ITEMS_JOINED) if items_of(tot, tag) else [one] for one in values]


def _words(charge: Charge) -> str:
    if charge.ncic and not re.match(rf"\s*{re.escape(charge.ncic)}(?!\d)", charge.text):
        return f"{charge.ncic} {charge.text}"
    return charge.text


def _day(on: date | None) -> str:
    return f"{on:%Y%m%d}" if on else ""


def _type_4(_: Submission, image: ImageRecord, idc: int) -> bytes:
    return compose.finger_image(
        idc,
        (image.impression, image.finger, 1, image.width_px, image.height_px,
         COMPRESSIONS.index(_compression(image))),
        image.data,
    )  # fmt: skip


def _type_14(spec: Submission, image: ImageRecord, idc: int) -> bytes:
    scale = str(round(image.resolution_ppi))
    taken = _day(spec.arrest_date or spec.sent)
    values: dict[int, Value] = {
        2: f"{idc:02d}", 3: str(image.impression), 4: spec.cri or spec.ori, 5: taken,
        6: str(image.width_px), 7: str(image.height_px), 8: "1", 9: scale, 10: scale,
        11: _compression(image), 12: "8", 13: str(image.finger),
    }  # fmt: skip
    return compose.tagged(14, values, image.data)


def _compression(image: ImageRecord) -> str:
    if image.compression not in COMPRESSIONS:
        raise WireError(
            "an image's compression has no code",
            field=f"{image.record_type}",
            expected=" ".join(COMPRESSIONS),
            found=f"`{image.compression}`",
        )
    return image.compression


def _scale(images: tuple[ImageRecord, ...]) -> str:
    """NSR and NTR: one scale for all images of type 4."""
    scales = {_nearest(image) for image in images if image.record_type == 4}
    if len(scales) > 1:
        raise WireError(
            "images of type 4 share one resolution",
            field="1.011",
            expected="all at 500 or all at 1000 pixels an inch",
            found=" and ".join(str(scale) for scale in sorted(scales)),
            next_step="use records of type 14",
        )
    return PER_MM[scales.pop()] if scales else NO_IMAGES


def _nearest(image: ImageRecord) -> int:
    for usual in PER_MM:
        if abs(image.resolution_ppi - usual) <= usual / 100:
            return usual
    raise WireError(
        "an image's resolution is not one that is exchanged",
        field="1.011",
        expected="500 or 1000 pixels an inch, within 1 %",
        found=f"{image.resolution_ppi:g}",
        next_step="resample the image first",
    )
