"""Fit src/comity/search/codes/codes.npz, what the codes are made with, on synthetic fingers.

    python -m benchmarks.fit_codes [--write]

No real print is used. Fingers and their captures are drawn by minutiae/population.py; the mean
finger that MINDTCT or LEADER sees is taken from prints that image/synthesise.py renders (kept
under out/rendered once extracted: about 4 minutes). Linear discriminants of their pair shares are
directions in which fingers differ and captures of one finger do not. benchmarks/bench_codes.py
judges what comes of it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from comity.image import synthesise
from comity.minutiae import pack, population
from comity.minutiae.batch import Batch, joined
from comity.minutiae.extract import extract
from comity.search import codes
from comity.search.codes import kernels, parameters

SEED = 20100  # any; the shipped file is this one's
PERSONS = 500  # of ten fingers
SHRINK = 0.1  # of the within-finger covariance towards its mean variance; flat from 0.02 to 0.2
RENDERED = 160  # fingers, two impressions each
EXTRACTORS = ("leader", "mindtct")
TARGET = Path(__file__).parent.parent / "src/comity/search/codes/codes.npz"

# Captures of the fit. The noisy one has an older extractor's errors: without it MINDTCT misses a
# tenth more mates at 1 %, and LEADER is as good.
NOISY = replace(
    population.DB1, reach=0.7, loss=0.15, false=0.3, jitter_deg=5.0, jitter_px=1.5,
    turned_about=0.04, bend_px=4.0,
)  # fmt: skip
SMALL = replace(population.DB1, reach=0.45, off_px=40.0)
CAPTURES = (population.DB1, population.DB3, NOISY, population.DB1, NOISY)
# Captures by which fingers are weighed: poor, since sound ones would teach that a finger that
# disagrees is another person's.
POOR = (population.DB1, NOISY, SMALL, NOISY)
PAIRED = 60  # persons of ten fingers
COUNTS = (6, 70)  # of minutiae; beyond them the weight is theirs


def captures(seed: int, persons: int, kinds: tuple[population.Capture, ...]) -> NDArray[np.float32]:
    """Shares of captures of fingers, (10 * persons, captures, 960)."""
    stacks = []
    for number, kind in enumerate(kinds):
        batch = population.hands(seed, range(persons), number, capture=kind)
        stacks.append(codes.shares(batch.minutiae, batch.first))
    return np.stack(stacks, axis=1).astype(np.float32)


def discriminants(h: NDArray[np.float32]) -> NDArray[np.float64]:
    """Projection (960, 512) of shares (fingers, captures, 960), the most telling first."""
    fingers, kinds, size = h.shape
    inner = (h - h.mean(axis=1, keepdims=True)).reshape(-1, size)
    within = (inner.T @ inner).astype(np.float64) / (fingers * (kinds - 1))
    middle = h.mean(axis=1) - h.mean(axis=(0, 1))
    between = (middle.T @ middle).astype(np.float64) / fingers
    within = (1 - SHRINK) * within + SHRINK * np.trace(within) / size * np.eye(size)
    _, vectors = eigh(between, within, subset_by_index=[size - codes.BITS, size - 1])
    return np.asarray(vectors[:, ::-1])


def rotated(vectors: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Each half's strong and weak directions mixed, so that its bits all say as much."""
    half = codes.BITS // 2
    turns = [np.linalg.qr(rng.normal(size=(half, half)))[0] for _ in range(2)]
    return np.hstack([vectors[:, :half] @ turns[0], vectors[:, half:] @ turns[1]])


def rendered_mean(extractor: str) -> NDArray[np.float64]:
    """The mean shares of what an extractor finds in rendered prints, (960,)."""
    worn = synthesise.Conditions(contact=(0.7, 1.05), pressure=(0.0, 0.4))
    templates = []
    for finger in range(RENDERED):
        for number, conditions in enumerate((synthesise.PLAIN, worn)):
            kept = Path("out/rendered") / extractor / f"{SEED}_{finger}_{number}.tpl"
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                master = synthesise.master(SEED, finger, 1 + finger % 10)
                image = synthesise.impression(master, number, conditions)
                kept.write_bytes(pack.pack(extract(image, extractor)))
            templates.append(pack.unpack(kept.read_bytes()))
    return codes.shares(*joined(templates)).mean(axis=0)


def encoded(
    batch: Batch, stored: NDArray[np.int8], offset: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    """Codes (n, 16) and points (n, 512) by a projection that is not yet the shipped one."""
    words = np.empty((len(batch), codes.WORDS), np.uint64)
    values = np.empty((len(batch), codes.BITS), np.int8)
    tiles = parameters.tiled(stored)
    kernels.encode(
        batch.minutiae, batch.first, *parameters.geometry(), tiles, offset, words, values
    )
    return words, values


def weighed(
    stored: NDArray[np.int8], offset: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What bits and cosines say by the count of minutiae: `Parameters.scan` and `.lines`.

    Fitted on every two captures of a finger against one of the same finger of the next 20
    persons: people whose fingers have classes in common, as in a search.
    """
    made = [
        encoded(population.hands(SEED + 1, range(PAIRED), k, capture=kind), stored, offset)
        for k, kind in enumerate(POOR)
    ]
    differ, cosines, ours, fewer, mated = [], [], [], [], []
    for one in range(len(made)):
        for two in range(len(made)):
            for step in range(21) if one != two else ():
                (a, values), b = made[one], np.roll(made[two][0], 10 * step, axis=0)
                counts = [(words[:, -1] >> np.uint64(56)).astype(np.int64) for words in (a, b)]
                first = a[:, : codes.FIRST_WORDS] ^ b[:, : codes.FIRST_WORDS]
                differ.append(np.bitwise_count(first).sum(axis=1))
                cosines.append(cosine(values, b))
                ours.append(counts[0])
                fewer.append(np.minimum(*counts))
                mated.append(np.full(len(a), step == 0))
    mates = np.concatenate(mated)
    by_bits = lines(np.concatenate(differ) - 128.0, np.concatenate(ours), mates)
    takes = np.rint(-by_bits[:, 0] * codes.UNIT).astype(np.int64)
    begins = np.rint(by_bits[:, 1] * codes.UNIT).astype(np.int64) + 128 * takes
    return np.column_stack([takes, begins]), lines(
        np.concatenate(cosines), np.concatenate(fewer), mates
    )


def cosine(values: NDArray[np.int8], words: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Of a probe's points (n, 512) with the codes (n, 16) of others, as `kernels.refine` has it."""
    signs, large = (
        np.unpackbits(np.ascontiguousarray(part).view(np.uint8), axis=1, bitorder="little")
        for part in (words[:, :8], words[:, 8:])
    )
    large[:, -8:] = 0
    levels = (2.0 * signs - 1) * (1 + 2.0 * large)
    norms = np.linalg.norm(values.astype(float), axis=1) * np.linalg.norm(levels, axis=1)
    return np.asarray((values * levels).sum(axis=1) / norms)


def lines(
    said: NDArray[np.float64], counts: NDArray[np.int64], mated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Slope and base of the log-likelihood ratio for each count 0..255, (256, 2).

    Logistic regression with both parabolas in the count's logarithm, mates and others of equal
    weight; Newton's method.
    """
    x = np.concatenate([_powers(counts) * said[:, None], _powers(counts)], axis=1)
    weight = np.where(mated, 1 / mated.sum(), 1 / (~mated).sum())
    found = np.zeros(x.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-x @ found))
        bend = (x * (weight * chance * (1 - chance))[:, None]).T @ x
        found += np.linalg.solve(
            bend + 1e-9 * np.eye(len(found)), x.T @ (weight * (mated - chance))
        )
    every = _powers(np.arange(256))
    return np.column_stack([every @ found[:3], every @ found[3:]])


def _powers(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.log(np.clip(counts, *COUNTS) / 25)[:, None] ** np.arange(3)


def main(arguments: list[str]) -> None:
    rng = np.random.default_rng(SEED)
    h = captures(SEED, PERSONS, CAPTURES)
    matrix = rotated(discriminants(h), rng)
    stored = np.rint(matrix * (127 / np.abs(matrix).max())).astype(np.int8)
    means = {"": h.mean(axis=(0, 1)), **{name: rendered_mean(name) for name in EXTRACTORS}}
    offsets = np.rint([mean @ stored for mean in means.values()]).astype(np.int32)
    scan, refined = weighed(stored, offsets[0])
    if "--write" in arguments:
        np.savez_compressed(
            TARGET,
            matrix=stored,
            extractors=np.array(list(means)),
            offsets=offsets,
            scan=scan,
            lines=refined,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
