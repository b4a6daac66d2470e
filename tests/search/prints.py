"""Small synthetic templates for the search room's tests."""

import numpy as np

from comity.minutiae.synthesise import impression_template, master_template
from comity.records import Template


def capture(person: int, finger: int, number: int = 0) -> Template:
    """Impression `number` of a synthetic finger; the same key gives the same template."""
    rng = np.random.default_rng([person, finger, number])
    return impression_template(master_template(1, person, finger), rng)


def hand(person: int, fingers: range | tuple[int, ...] = range(1, 11), number: int = 0):
    return [capture(person, finger, number) for finger in fingers]


def scattered(seed: int, count: int, side: int = 300, finger: int = 2) -> Template:
    """Minutiae strewn without any order: no finger looks so, a kernel must still be right."""
    rng = np.random.default_rng(seed)
    rows = np.column_stack(
        [rng.integers(0, side, (count, 2)), rng.integers(0, 360, count), rng.integers(0, 3, count)]
    ).astype(np.int16)
    rows = rows[np.lexsort(rows.T[[3, 2, 0, 1]])]
    return Template(rows, np.full(count, 50, np.uint8), side, side, finger, "mindtct")


def plain(template: Template) -> list[tuple[int, int, int]]:
    """As the oracles take them: y up."""
    return [(x, -y, deg) for x, y, deg, _ in template.minutiae.tolist()]


def moved(template: Template, turn_deg: int, dx: int, dy: int) -> Template:
    """The whole print turned about its middle and shifted, to whole pixels."""
    x, y, deg, kind = template.minutiae.T.astype(float)
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    u, v = x - template.width_px / 2, y - template.height_px / 2
    rows = np.column_stack(
        [
            np.rint(u * c + v * s + template.width_px / 2 + dx),
            np.rint(-u * s + v * c + template.height_px / 2 + dy),
            (deg + turn_deg) % 360,
            kind,
        ]
    ).astype(np.int16)
    return Template(
        rows, template.reliability, template.width_px, template.height_px,
        template.finger, template.extractor,
    )  # fmt: skip
