"""The two pixel loops of synthetic prints, written out slowly. Imports nothing of ours."""

from __future__ import annotations

import numpy as np


def grow(padded, bank, which, gain):
    height, width = which.shape
    size = bank.shape[1]
    out = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            if which[y, x] >= 0:
                window = padded[y : y + size, x : x + size].astype(float)
                out[y, x] = np.clip(gain * (window * bank[which[y, x]]).sum(), -1, 1)
    return out


def bilinear(image, y, x):
    i, j = int(y), int(x)
    fy, fx = y - i, x - j
    top = image[i, j] * (1 - fx) + image[i, j + 1] * fx
    low = image[i + 1, j] * (1 - fx) + image[i + 1, j + 1] * fx
    return top * (1 - fy) + low * fy


def ease(part):
    return part * part * (3 - 2 * part)


def lattice(image, y, x):
    i, j = int(y), int(x)
    return bilinear(image, i + ease(y - i), j + ease(x - j))


def landed(u, v, size, pad, place, skin):
    """Where in the finger an output pixel comes from: turned, shifted, then slipped."""
    height, width = size
    tall, wide = pad
    turn, shift_x, shift_y = place
    point = complex(u - width / 2, v - height / 2) * np.exp(1j * turn)
    point += complex(wide / 2 + shift_x, tall / 2 + shift_y)
    slip_x, slip_y, twist, middle_x, middle_y, radius_x, radius_y, reach = skin
    arm = point - complex(middle_x, middle_y)
    away = np.hypot(arm.real / radius_x, arm.imag / radius_y) - 1
    if away <= 0:
        hold = 0.0
    elif away >= reach:
        hold = 1.0
    else:
        hold = (1 - np.cos(np.pi * away / reach)) / 2
    point += hold * (arm * (np.exp(1j * twist) - 1) + complex(slip_x, slip_y))
    return point.real, point.imag


def rounded(p, q):
    return np.hypot(p, q * q if q > 0 else q), np.arctan2(q * q if q > 0 else q, p)


def press(ridges, pores, place, skin, contact, outline, coarse, cell, fine, tone):
    tall, wide = ridges.shape
    height, width = fine.shape
    bias0, edge, sway, dryness, dryness_sway, softness, shade = tone
    out = np.zeros((height, width))
    for v in range(height):
        for u in range(width):
            x, y = landed(u, v, (height, width), (tall, wide), place, skin)
            if not (0 <= x < wide - 1 and 0 <= y < tall - 1):
                continue
            radius, bearing = rounded((x - contact[0]) / contact[2], (y - contact[1]) / contact[3])
            sector = (bearing / (2 * np.pi) + 0.5) * len(outline)
            ring = np.append(outline, [outline[0], outline[1 % len(outline)]])
            limit = np.interp(sector, np.arange(len(ring)), ring)
            pad_radius, _ = rounded(2 * x / wide - 1, 2 * y / tall - 1)
            inside = min(limit - radius, 0.03 + limit - pad_radius)
            if inside < -0.25:
                continue
            bias = bias0 + sway * lattice(coarse[0], v / cell, u / cell)
            if inside < edge:
                bias -= 1.6 * (1 - inside / edge) ** 2
            uneven = max(0.0, dryness + dryness_sway * lattice(coarse[1], v / cell, u / cell))
            level = bilinear(ridges, y, x) + bias
            level += uneven * (0.6 * bilinear(pores, y, x) + 0.8 * fine[v, u])
            dark = 1 / (1 + np.exp(-2.5 * (bias + shade)))
            out[v, u] = dark / (1 + np.exp(-level / softness))
    return out
