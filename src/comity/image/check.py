"""Is it a fingerprint at all, and is it at the scale it claims?

Ridges are lines that keep one direction over a few of their widths, turn slowly from place to
place, and stand 0.4 to 0.6 mm apart. Three measures follow, each of which something else fails:

    coherence   of the gradient over 3 mm           noise, gravel, a page of small print
    one way     share of it that points one way     lines of text, a form, a bar code
    spacing     the peak of the spectrum across     a photograph (it has none), a wrong scale
                the ridges less that along them
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from comity.errors import ImageError
from comity.records import Print

# Swept on FVC2002 DB1, DB3, DB4 set B (240 prints), 60 card images, 13 photographs and textures,
# noise of 7 grains and 5 pages of text (tests/image/test_check.py holds the cases).
CONTRAST_MIN = 2.0  # grey levels of local deviation; faintest print 5, blank or paper below 1
COHERENCE_MIN = 0.29  # upper quartile; prints 0.31 and above, noise and gravel 0.27 and below
ONE_WAY_MAX = 0.85  # prints 0.60 and below, text 0.93 and above
PROMINENCE_MIN = 0.33  # of the spectrum within 20 % of its peak; prints 0.34 up, photographs 0.31
SPACING_TRUST = 0.34  # coherence below which the peak may be dirt's (one card print: 3.8 px)
SPACING_PX = (6.0, 13.0)  # at 500 ppi; median over a print (children 7, large men's thumbs 11)
SIDE_PX_MIN = 64  # 3 mm: less shows too few ridges to tell

_STEP = 8  # px between measured places
_BLOCK = 64  # px a side of a spectrum's block
_BLOCKS_MAX = 64
_PERIODS_PX = np.geomspace(30.0, 3.0, 25)  # edges of the spectrum's rings


@dataclass(frozen=True)
class Ridges:
    """What was measured of one image.

    contrast    95th percentile of local grey deviation
    coherence   upper quartile over the foreground, 0..1
    one_way     length of the mean doubled direction, 0..1
    spacing_px  ridge period within 5 %; None where the spectrum has no peak in 3..30 px
    foreground  share of the image, 0..1
    """

    contrast: float
    coherence: float
    one_way: float
    spacing_px: float | None
    foreground: float


def fingerprint(print_: Print) -> None:
    """Pass a fingerprint at 500 ppi; refuse anything else.

    Raises  ImageError  blank, not a fingerprint, or ridges at a spacing that 500 ppi cannot show
    Cost    about 20 ms for 400 x 400 px
    """
    height, width = print_.pixels.shape
    if min(height, width) < SIDE_PX_MIN:
        raise _refusal(
            "too small to hold a fingerprint",
            f"sides of at least {SIDE_PX_MIN} px",
            f"{width} x {height}",
        )
    found = measure(print_.pixels)
    if found.contrast < CONTRAST_MIN:
        raise _refusal(
            "blank image", f"contrast of {CONTRAST_MIN} grey levels", f"{found.contrast:.1f}"
        )
    if found.coherence < COHERENCE_MIN:
        raise _refusal(
            "not a fingerprint: no ridges",
            f"ridge coherence of {COHERENCE_MIN} or more",
            f"{found.coherence:.2f}",
        )
    if found.one_way > ONE_WAY_MAX:
        raise _refusal(
            "not a fingerprint: its lines all run one way, as text or a form does",
            f"a direction that turns (at most {ONE_WAY_MAX})",
            f"{found.one_way:.2f}",
        )
    if found.coherence < SPACING_TRUST:
        return  # ridges are there, but too broken for their spacing to be held against the sender
    if found.spacing_px is None:
        raise _refusal(
            "not a fingerprint: its lines are not evenly spaced",
            "ridges 6 to 13 px apart",
            "no spacing in 3 to 30 px",
        )
    if not SPACING_PX[0] <= found.spacing_px <= SPACING_PX[1]:
        raise ImageError(
            "ridges are at the wrong scale for 500 ppi",
            expected="ridges 6 to 13 px apart",
            found=f"{found.spacing_px:.1f} px, as at about {500 * found.spacing_px / 9:.0f} ppi",
            next_step="correct the resolution the image is stated to have",
        )


def measure(pixels: NDArray[np.uint8]) -> Ridges:
    """Measure uint8 (h, w), both sides at least 64."""
    grey = pixels.astype(np.float32)
    band = gaussian_filter(grey, 1.6) - gaussian_filter(grey, 4.5)
    deviation = np.sqrt(gaussian_filter(band * band, 12.0))
    places = deviation[::_STEP, ::_STEP]
    contrast = float(np.percentile(places, 95))
    foreground = places > max(CONTRAST_MIN, 0.25 * contrast)
    if not foreground.any():
        return Ridges(contrast, 0.0, 0.0, None, 0.0)
    # Each place weighs the same, or one ink blot would speak for the whole print.
    coherence, doubled = _directions(band / (deviation + 2.0))
    angles = doubled[foreground]
    return Ridges(
        contrast=contrast,
        coherence=float(np.percentile(coherence[foreground], 75)),
        one_way=float(abs(np.exp(1j * angles).mean())),
        spacing_px=_spacing(grey, np.where(foreground, coherence, 0.0), doubled),
        foreground=float(foreground.mean()),
    )


def _directions(band: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Coherence and doubled gradient direction each 8 px (Kass and Witkin 1987)."""
    gy, gx = np.gradient(band)
    across = gaussian_filter(gx * gx - gy * gy, 14.0)[::_STEP, ::_STEP]
    skew = gaussian_filter(2 * gx * gy, 14.0)[::_STEP, ::_STEP]
    energy = gaussian_filter(gx * gx + gy * gy, 14.0)[::_STEP, ::_STEP]
    return np.hypot(across, skew) / (energy + 1e-6), np.arctan2(skew, across)


def _spacing(
    grey: NDArray[np.float32], coherence: NDArray[np.floating], doubled: NDArray[np.floating]
) -> float | None:
    """Ridge period in px from the most coherent blocks, or None."""
    height, width = grey.shape
    half = _BLOCK // (2 * _STEP)
    inner = np.zeros_like(coherence)
    rows = slice(half, (height - _BLOCK) // _STEP + half + 1)
    columns = slice(half, (width - _BLOCK) // _STEP + half + 1)
    inner[rows, columns] = coherence[rows, columns]
    best = np.argsort(inner, axis=None, kind="stable")[::-1]
    best = best[: max(4, min(_BLOCKS_MAX * 6, int((inner > 0).sum()) // 6))]
    best = best[:: max(1, len(best) // _BLOCKS_MAX)]
    spectrum = np.zeros(len(_PERIODS_PX) - 1)
    for place in best:
        row, column = divmod(int(place), inner.shape[1])
        if inner[row, column] > 0:
            y, x = (row - half) * _STEP, (column - half) * _STEP
            block = grey[y : y + _BLOCK, x : x + _BLOCK]
            spectrum += inner[row, column] * _rings(block, float(doubled[row, column]) / 2)
    return _peak(spectrum)


_AXIS = np.fft.fftfreq(_BLOCK)
_FX, _FY = np.meshgrid(_AXIS, _AXIS)
_RADIUS = np.hypot(_FX, _FY)
_RING = np.digitize(_RADIUS, 1 / _PERIODS_PX) - 1
_WINDOW = np.outer(np.hanning(_BLOCK), np.hanning(_BLOCK))
_IN_RINGS = np.isin(_RING, range(len(_PERIODS_PX) - 1))


def _rings(block: NDArray[np.float32], normal: float) -> NDArray[np.float64]:
    """Energy a ring across the ridges less that along them; noise has as much of both."""
    power = np.abs(np.fft.fft2((block - block.mean()) * _WINDOW)) ** 2 * _RADIUS
    turn = np.cos(2 * (np.arctan2(_FY, _FX) - normal))
    signed = np.where(turn > 0.7, 1.0, np.where(turn < -0.7, -1.0, 0.0)) * power
    rings = np.bincount(_RING[_IN_RINGS], signed[_IN_RINGS], minlength=len(_PERIODS_PX) - 1)
    return np.asarray(rings / (power[_IN_RINGS].sum() + 1e-9))


def _peak(spectrum: NDArray[np.float64]) -> float | None:
    smooth = np.convolve(spectrum, (0.25, 0.5, 0.25), "same")
    at = int(np.argmax(smooth))
    if at < 2 or smooth[at] <= 0:  # rises to the lowest frequency: edges, not ridges
        return None
    near = slice(at - 1, at + 2)
    shown = spectrum[at - 2 : at + 3].sum() / np.maximum(spectrum, 0).sum()
    if shown < PROMINENCE_MIN:
        return None
    centres = np.sqrt(_PERIODS_PX[:-1] * _PERIODS_PX[1:])
    return float(np.average(centres[near], weights=np.maximum(smooth[near], 0)))


def _refusal(message: str, expected: str, found: str) -> ImageError:
    return ImageError(
        message,
        expected=expected,
        found=found,
        next_step="look at the image; send the finger's own print, captured at 500 ppi",
    )
