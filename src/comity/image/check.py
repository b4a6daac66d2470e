"""Is it a fingerprint at all, and is it at the scale it claims?

Ridges are lines that keep one direction over a few of their widths, turn slowly from place to
place, and stand 0.4 to 0.6 mm apart. Measures follow, each of which something else fails:

    coherence   of the gradient over 3 mm           noise, gravel, a page of small print
    one way     share of it that points one way     lines of text, a form, a bar code
    spacing     the peak of the spectrum across     a photograph (it has none), a wrong scale
                the ridges less that along them,
                and how much of it the peak holds
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
ONE_WAY_MAX = 0.85  # prints 0.78 and below, text 0.93 and above
EVENNESS_MIN = 0.445  # prints 0.46 and above, photographs 0.43 and below
SPACING_TRUST = 0.38  # coherence below which the peak may be dirt's (three card prints: 4 px)
SPACING_PX = (6.0, 13.0)  # at 500 ppi; median over a print (children 7, large men's thumbs 11)
SIDE_PX_MIN = 64  # 3 mm: less shows too few ridges to tell

_STEP = 8  # px between measured places
_BLOCK = 64  # px a side of a spectrum's block
_BLOCKS_MAX = 40
_PERIODS_PX = np.geomspace(30.0, 3.0, 33)  # middles of the spectrum's rings
RING_WIDTH = 0.08  # deviation in log period; narrower than a 64 px block resolves at 9 px


@dataclass(frozen=True)
class Ridges:
    """What was measured of one image.

    contrast    95th percentile of local grey deviation
    coherence   upper quartile over the foreground, 0..1
    one_way     length of the mean doubled direction, 0..1
    spacing_px  ridge period within 5 %; None where the spectrum has no peak in 3..30 px
    evenness    share of a block's spectrum that lies about its peak, 0..1, median of blocks
    foreground  share of the image, 0..1
    """

    contrast: float
    coherence: float
    one_way: float
    spacing_px: float | None
    evenness: float
    foreground: float


def fingerprint(print_: Print) -> None:
    """Pass a fingerprint at 500 ppi; refuse anything else.

    Raises  ImageError  blank, not a fingerprint, or ridges at a spacing that 500 ppi cannot show
    Cost    about 40 ms for 400 x 400 px
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
    if found.spacing_px is None or found.evenness < EVENNESS_MIN:
        raise _refusal(
            "not a fingerprint: its lines are not evenly spaced",
            f"evenness of {EVENNESS_MIN} or more",
            f"{found.evenness:.2f}",
        )
    trusted = found.coherence >= SPACING_TRUST
    if trusted and not SPACING_PX[0] <= found.spacing_px <= SPACING_PX[1]:
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
    places = np.sqrt(_means(band * band, 12.0))
    contrast = float(np.percentile(places, 95))
    foreground = places > max(CONTRAST_MIN, 0.25 * contrast)
    if not foreground.any():
        return Ridges(contrast, 0.0, 0.0, None, 0.0, 0.0)
    # Each place weighs the same, or one ink blot would speak for the whole print.
    level = np.kron(places, np.ones((_STEP, _STEP), np.float32)) + 2.0
    height, width = level.shape
    coherence, doubled = _directions(band[:height, :width] / level[: len(band), : band.shape[1]])
    angles = doubled[foreground]
    spacing, evenness = _spacing(grey, np.where(foreground, coherence, 0.0), doubled)
    return Ridges(
        contrast=contrast,
        coherence=float(np.percentile(coherence[foreground], 75)),
        one_way=float(abs(np.exp(1j * angles).mean())),
        spacing_px=spacing,
        evenness=evenness,
        foreground=float(foreground.mean()),
    )


def _means(field: NDArray[np.floating], deviation_px: float) -> NDArray[np.floating]:
    """Gaussian means each 8 px, over means of 4 x 4 px: a sixteenth of the work, 1 % off."""
    height, width = (side // _STEP * _STEP for side in field.shape)
    cells = field[:height, :width].reshape(height // 4, 4, width // 4, 4).mean(axis=(1, 3))
    return np.asarray(gaussian_filter(cells, deviation_px / 4)[::2, ::2])


def _directions(band: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Coherence and doubled gradient direction each 8 px (Kass and Witkin 1987)."""
    gy, gx = np.gradient(band)
    across = _means(gx * gx - gy * gy, 14.0)
    skew = _means(2 * gx * gy, 14.0)
    energy = _means(gx * gx + gy * gy, 14.0)
    return np.hypot(across, skew) / (energy + 1e-6), np.arctan2(skew, across)


def _spacing(
    grey: NDArray[np.float32], coherence: NDArray[np.floating], doubled: NDArray[np.floating]
) -> tuple[float | None, float]:
    """Ridge period in px, or None, and evenness, both over the more coherent half of blocks."""
    height, width = grey.shape
    half = _BLOCK // (2 * _STEP)
    inner = np.zeros_like(coherence)
    rows = slice(half, (height - _BLOCK) // _STEP + half + 1)
    columns = slice(half, (width - _BLOCK) // _STEP + half + 1)
    inner[rows, columns] = coherence[rows, columns]
    if not inner.any():
        return None, 0.0
    places = np.flatnonzero(inner > np.median(inner[inner > 0]))
    places = places[:: max(1, len(places) // _BLOCKS_MAX)]
    spectrum, evenness = np.zeros(len(_PERIODS_PX)), []
    for place in places.tolist():
        row, column = divmod(place, inner.shape[1])
        y, x = (row - half) * _STEP, (column - half) * _STEP
        block = grey[y : y + _BLOCK, x : x + _BLOCK]
        rings = _rings(block, float(doubled[row, column]) / 2)
        spectrum += inner[row, column] * rings
        evenness.append(_prominence(rings))
    return _peak(spectrum), float(np.median(evenness)) if evenness else 0.0


_AXIS = np.fft.fftfreq(_BLOCK)
_FX, _FY = np.meshgrid(_AXIS, _AXIS)
_RADIUS = np.maximum(np.hypot(_FX, _FY), 1e-9)
_BEARING = np.arctan2(_FY, _FX)
_WINDOW = np.outer(np.hanning(_BLOCK), np.hanning(_BLOCK))


def _ring_weights() -> NDArray[np.float64]:
    """Bell-shaped rings over a block's frequencies, each weighed by the area it would have.

    Not by the bins it holds: few of 64 x 64 lie at low frequencies, and those unevenly.
    """
    bells = np.exp(-((np.log(_RADIUS * _PERIODS_PX[:, None, None]) / RING_WIDTH) ** 2) / 2)
    return np.asarray(
        bells / (bells.sum(axis=(1, 2), keepdims=True) * _PERIODS_PX[:, None, None] ** 2)
    )


_RINGS = _ring_weights().reshape(len(_PERIODS_PX), -1)


def _rings(block: NDArray[np.float32], normal: float) -> NDArray[np.float64]:
    """Energy a ring across the ridges less that along them; noise has as much of both."""
    power = np.abs(np.fft.fft2((block - block.mean()) * _WINDOW)) ** 2 * _RADIUS
    turn = np.cos(2 * (_BEARING - normal))
    signed = np.where(turn > 0.7, 1.0, np.where(turn < -0.7, -1.0, 0.0)) * power
    return np.asarray(_RINGS @ signed.ravel() / ((_RINGS @ power.ravel()).sum() + 1e-9))


def _near(at: int) -> NDArray[np.bool_]:
    return np.asarray(np.abs(np.log(_PERIODS_PX / _PERIODS_PX[at])) < 0.25)


def _prominence(rings: NDArray[np.float64]) -> float:
    """Share of a spectrum that lies within a quarter of its peak's period."""
    return float(rings[_near(int(np.argmax(rings)))].sum() / (np.maximum(rings, 0).sum() + 1e-9))


def _peak(spectrum: NDArray[np.float64]) -> float | None:
    at = int(np.argmax(spectrum))
    if at < 2 or spectrum[at] <= 0:  # rises to the lowest frequency: edges, not ridges
        return None
    top = np.maximum(spectrum - 0.5 * spectrum[at], 0) * _near(at)
    return float(np.exp(np.average(np.log(_PERIODS_PX), weights=top)))


def _refusal(message: str, expected: str, found: str) -> ImageError:
    return ImageError(
        message,
        expected=expected,
        found=found,
        next_step="look at the image; send the finger's own print, captured at 500 ppi",
    )
