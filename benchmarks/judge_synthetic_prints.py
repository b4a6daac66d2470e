"""Are synthetic prints like real ones? Measures both sides with the same tools, prints JSON.

    python benchmarks/judge_synthetic_prints.py [--seed N] [--pictures FOLDER]

Real: FVC2002 DB1 set B, 10 fingers x 8 impressions, from the shared test data. Ours: 40 fingers
(index and middle of both hands, as FVC took) x 4 PLAIN captures of the same size. Scores are
BOZORTH3's on MINDTCT minutiae (both by nbis-py) and ours (MCC). A Kolmogorov-Smirnov distance of
two samples is between 0 and 1; as a yardstick the first five fingers of FVC are held against the
last five. `--pictures` also draws docs/science's figures. About 3 minutes on one core.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbis
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.stats import ks_2samp

from comity.errors import ImageError
from comity.image import check, codecs, synthesise
from comity.image.orientation import KINDS
from comity.minutiae.extract import extract
from comity.records import Print
from comity.search import mcc

FINGERS, CAPTURES = 40, 4
PARTS = (0, 5, 25, 50, 75, 95, 100)
MEASURES = ("nfiq2", "minutiae", "ridge_spacing_px", "coherence", "foreground")
NFIQ = nbis.new_nbis_extractor(
    nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=True, ppi=500
    )
)


@dataclass(frozen=True)
class Measured:
    """One image's numbers, and what a comparison needs."""

    owner: int
    capture: int
    numbers: tuple[float, ...]
    bozorth: Any
    cylinders: mcc.Cylinders


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=2002)
    options.add_argument("--pictures", type=Path)
    given = options.parse_args()
    root = Path(os.environ.get("COMITY_SHARED_DATA") or "../shared/data") / "prints" / "fvc2002"
    real = [
        (finger, number - 1, codecs.read_file(root / "db1_b" / f"{finger}_{number}.png", 2))
        for finger in range(101, 111)
        for number in range(1, 9)
    ]
    made = [
        (person, event, synthesise.impression(master, event))
        for person in range(FINGERS)
        for master in [synthesise.master(given.seed, person, (2, 3, 7, 8)[person % 4])]
        for event in range(CAPTURES)
    ]
    sides = {name: _measured(prints) for name, prints in (("fvc2002_db1", real), ("ours", made))}
    body, samples = _compared(sides)
    body["seed"] = given.seed
    body["passed_check"] = {
        name: f"{sum(_passes(p) for _, _, p in prints)} of {len(prints)}"
        for name, prints in (("fvc2002_db1", real), ("ours", made))
    }
    print(json.dumps(body, indent=1))
    if given.pictures:
        _draw_masters(given.pictures / "masters.png", given.seed)
        _draw_impressions(given.pictures / "impressions.png", given.seed)
        _draw_histograms(given.pictures / "histograms.png", samples)


def _measured(prints: list[tuple[int, int, Print]]) -> list[Measured]:
    out = []
    for owner, number, print_ in prints:
        stream = io.BytesIO()
        Image.fromarray(print_.pixels).save(stream, "PNG", compress_level=1)
        found = NFIQ.extract_minutiae(stream.getvalue())
        ridges = check.measure(print_.pixels)
        template = extract(print_)
        numbers = (
            float(found.quality().score),
            float(len(template)),
            ridges.spacing_px or float("nan"),
            ridges.coherence,
            ridges.foreground,
        )
        out.append(Measured(owner, number, numbers, found, mcc.cylinders(template)))
    return out


def _passes(print_: Print) -> bool:
    try:
        check.fingerprint(print_)
    except ImageError:
        return False
    return True


Samples = dict[str, dict[str, NDArray[np.float64]]]


def _compared(sides: dict[str, list[Measured]]) -> tuple[dict[str, Any], Samples]:
    samples = {name: _samples(measured) for name, measured in sides.items()}
    real, ours = samples["fvc2002_db1"], samples["ours"]
    half = [
        _samples([m for m in sides["fvc2002_db1"] if (m.owner <= 105) is first])
        for first in (True, False)
    ]
    body: dict[str, Any] = {}
    for what in real:
        body[what] = {
            "percentiles": list(PARTS),
            "fvc2002_db1": _percentiles(real[what]),
            "ours": _percentiles(ours[what]),
            "ks": round(float(ks_2samp(real[what], ours[what]).statistic), 3),
            "ks_of_fvc_halves": round(float(ks_2samp(half[0][what], half[1][what]).statistic), 3),
            "n": [len(real[what]), len(ours[what])],
        }
    return body, samples


def _samples(measured: list[Measured]) -> dict[str, NDArray[np.float64]]:
    table = np.array([m.numbers for m in measured])
    out = {name: column[~np.isnan(column)] for name, column in zip(MEASURES, table.T, strict=True)}
    scores: dict[str, list[float]] = {
        f"{matcher}_{kind}": []
        for matcher in ("bozorth3", "mcc")
        for kind in ("genuine", "impostor")
    }
    for i, first in enumerate(measured):
        for second in measured[i + 1 :]:
            mates = first.owner == second.owner
            # 40 fingers give 3,000 impostor pairs with two captures each; FVC's 10 need all eight.
            if not mates and len(measured) > 80 and max(first.capture, second.capture) > 1:
                continue
            kind = "genuine" if mates else "impostor"
            scores[f"bozorth3_{kind}"].append(float(first.bozorth.compare(second.bozorth)))
            scores[f"mcc_{kind}"].append(mcc.match(first.cylinders, second.cylinders).score)
    return out | {name: np.array(found) for name, found in scores.items()}


def _percentiles(sample: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 3) for value in np.percentile(sample, PARTS)]


# --- pictures -----------------------------------------------------------------------------


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(24).save(path, optimize=True)


def _draw_masters(path: Path, seed: int) -> None:
    sheet = Image.new("L", (6 * 210, 2 * 258 + 22), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, kind in enumerate(KINDS):
        draw.text((column * 210 + 6, 2), kind.replace("_", " "), fill=0, font=font)
        for row in range(2):
            finger = synthesise.master(seed, 900 + 6 * row + column, 2, kind=kind)
            grey = np.clip(127.5 - 127.5 * finger.ridges, 0, 255).astype(np.uint8)
            tile = Image.fromarray(grey).resize((204, 255), Image.Resampling.LANCZOS)
            sheet.paste(tile, (column * 210, 22 + row * 258))
    _save(sheet, path)


def _draw_impressions(path: Path, seed: int) -> None:
    sheet = Image.new("L", (5 * 250, 2 * 245), 255)
    finger = synthesise.master(seed, 901, 2, kind="left_loop")
    for event in range(8):
        taken = synthesise.impression(finger, event).pixels
        tile = Image.fromarray(taken).resize((246, 237), Image.Resampling.LANCZOS)
        sheet.paste(tile, (event % 4 * 250, event // 4 * 245))
    for row, conditions in enumerate((synthesise.ROLLED, synthesise.FAINT)):
        taken = synthesise.impression(finger, 8, conditions).pixels
        tile = Image.fromarray(taken)
        tile.thumbnail((246, 237))
        sheet.paste(tile, (4 * 250, row * 245))
    _save(sheet, path)


def _draw_histograms(path: Path, samples: Samples) -> None:
    shown = (
        ("nfiq2", "NFIQ 2 score", (0, 100, 20)),
        ("minutiae", "MINDTCT minutiae", (0, 100, 20)),
        ("bozorth3_genuine", "BOZORTH3, same finger", (0, 300, 20)),
        ("bozorth3_impostor", "BOZORTH3, different fingers", (0, 40, 20)),
        ("mcc_genuine", "MCC, same finger", (0, 0.7, 20)),
        ("mcc_impostor", "MCC, different fingers", (0.01, 0.03, 20)),
    )
    wide, tall = 400, 230
    sheet = Image.new("L", (3 * wide, 2 * tall + 26), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    draw.rectangle((10, 7, 22, 17), fill=190)
    draw.text((28, 4), "FVC2002 DB1 set B (real)", fill=0, font=font)
    draw.line((220, 12, 240, 12), fill=0, width=2)
    draw.text(
        (248, 4), "ours (synthetic); height is the share of the sample in a bin", fill=0, font=font
    )
    for place, (name, title, (low, high, bins)) in enumerate(shown):
        left, top = place % 3 * wide + 20, 26 + place // 3 * tall + 24
        draw.text((left, top - 20), title, fill=0, font=font)
        edges = np.linspace(low, high, bins + 1)
        shares = [
            np.histogram(np.clip(samples[side][name], low, high), edges)[0]
            / len(samples[side][name])
            for side in ("fvc2002_db1", "ours")
        ]
        width, height = wide - 40, tall - 60
        scale = height / max(share.max() for share in shares)
        for number, share in enumerate(shares[0]):
            x = left + number * width / bins
            draw.rectangle(
                (x, top + height - share * scale, x + width / bins - 1, top + height), fill=190
            )
        line = []
        for number, share in enumerate(shares[1]):
            y = top + height - share * scale
            line += [(left + number * width / bins, y), (left + (number + 1) * width / bins, y)]
        draw.line(line, fill=0, width=2)
        draw.line((left, top + height, left + width, top + height), fill=0)
        draw.text((left, top + height + 3), f"{low:g}", fill=0, font=font)
        draw.text((left + width - 26, top + height + 3), f"{high:g}", fill=0, font=font)
    _save(sheet, path)


if __name__ == "__main__":
    main()
