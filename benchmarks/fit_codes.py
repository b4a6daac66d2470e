"""Fit src/comity/search/codes/codes.npz, the codes' projection, on synthetic fingers.

    python -m benchmarks.fit_codes [--write] [--judge ../shared/data/prints/fvc2002]

No real print is used in the fit: fingers and their impressions are those of
minutiae/synthesise.py. Linear discriminants of their pair histograms (codes.histogram) are
directions in which fingers differ and impressions of one finger do not. `--judge` shows the
codes on real prints, beside a random projection.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from benchmarks.fvc import EXTRACTORS, load
from comity.minutiae.synthesise import impression_template, master_template
from comity.search import codes

SEED = 20100  # any; the shipped file is this one's
FINGERS, IMPRESSIONS = 6000, 5
SHRINK = 0.1  # of the within-finger covariance towards its mean variance; flat from 0.03 to 0.3
TARGET = Path(__file__).parent.parent / "src/comity/search/codes/codes.npz"


def discriminants(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean histogram (1728,) and the projection (1728, 512)."""
    stacks = []
    for person in range(FINGERS):
        master = master_template(SEED, person, 1 + person % 10)
        seen = [impression_template(master, rng) for _ in range(IMPRESSIONS)]
        stacks.append([codes.histogram(template) for template in seen])
    h = np.array(stacks, np.float64)
    mean = h.mean(axis=(0, 1))
    inner = (h - h.mean(axis=1, keepdims=True)).reshape(-1, h.shape[2])
    within = inner.T @ inner / (FINGERS * (IMPRESSIONS - 1))
    middle = h.mean(axis=1) - mean
    between = middle.T @ middle / FINGERS
    size = len(within)
    within = (1 - SHRINK) * within + SHRINK * np.trace(within) / size * np.eye(size)
    _, vectors = eigh(between, within, subset_by_index=[size - codes.BITS, size - 1])
    return mean, vectors


def rotated(vectors: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """The same subspace, its strong and weak directions mixed, so that every bit says as much."""
    turn, _ = np.linalg.qr(rng.normal(size=(codes.BITS, codes.BITS)))
    return vectors @ turn


def judge(folder: Path, mean: NDArray[np.float64], matrix: NDArray[np.float64], name: str) -> None:
    for extractor in EXTRACTORS:
        prints = load(folder, extractor)
        keys = sorted(prints)
        points = np.array([codes.histogram(prints[key]) for key in keys])
        bits = np.sign((points - mean) @ matrix)
        agree = bits @ bits.T
        same = np.array([[a[:2] == b[:2] for b in keys] for a in keys])
        upper = np.triu(np.ones(same.shape, bool), 1)
        mates, others = agree[upper & same], np.sort(agree[upper & ~same])
        missed = [float(np.mean(mates <= others[-int(f * len(others)) - 1])) for f in (0.01, 0.001)]
        errors = [(np.mean(mates < t), np.mean(others >= t)) for t in np.unique(agree)]
        equal = min(max(pair) for pair in errors)
        gap = (mates.mean() - others.mean()) / np.sqrt((mates.var() + others.var()) / 2)
        print(
            f"{name:12} {extractor:8} d' {gap:.2f}  EER {equal:.1%}  "
            f"missed at 1 %: {missed[0]:.1%}, at 0.1 %: {missed[1]:.1%}"
        )


def main(arguments: list[str]) -> None:
    rng = np.random.default_rng(SEED)
    mean, vectors = discriminants(rng)
    matrix = rotated(vectors, rng)
    scale = np.abs(matrix).max(axis=0) / 127
    stored = np.rint(matrix / scale).astype(np.int8)
    if "--judge" in arguments:
        folder = Path(arguments[arguments.index("--judge") + 1])
        judge(folder, mean, rng.normal(size=matrix.shape), "random")
        judge(folder, mean, vectors, "discriminant")
        judge(folder, mean, stored * scale, "stored")
    if "--write" in arguments:
        np.savez_compressed(
            TARGET,
            offset=(mean @ (stored * scale)).astype(np.float32),
            matrix=stored,
            scale=scale.astype(np.float32),
        )


if __name__ == "__main__":
    main(sys.argv[1:])
