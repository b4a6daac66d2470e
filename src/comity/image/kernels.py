"""The two loops over pixels that synthetic prints need, in numba.

`fastmath` lets sums be reassociated for vector units, so bytes are the same from run to run on
one kind of processor, not promised across kinds.
"""

from __future__ import annotations

import math

from numba import njit


@njit(nogil=True, cache=True, fastmath=True)
def grow(padded, bank, which, gain, out):
    """One step of ridge growth: each pixel through its own filter, then clipped to -1..1.

    padded  float32 (h + 2r, w + 2r); bank float32 (n, 2r + 1, 2r + 1)
    which   int32 (h, w), -1 where there is no finger; out float32 (h, w), written
    Cost    h * w * (2r + 1)^2. Oracle: tests/reference/image_ridges.py
    """
    height, width = which.shape
    size = bank.shape[1]
    for y in range(height):
        for x in range(width):
            number = which[y, x]
            if number < 0:
                out[y, x] = 0.0
                continue
            total = 0.0
            for i in range(size):
                for j in range(size):
                    total += padded[y + i, x + j] * bank[number, i, j]
            out[y, x] = min(1.0, max(-1.0, gain * total))


@njit(nogil=True, cache=True, fastmath=True)
def press(ridges, pores, place, skin, contact, outline, coarse, cell, fine, tone, out):
    """Lay a ridge image on a sensor: where it lands, how the skin slips, what touches, how dark.

    ridges   float32 (mh, mw), -1 valley .. 1 ridge
    pores    float32 (mh, mw), unit deviation: the finger's own unevenness
    place    turn_rad, shift_x, shift_y: output pixel to finger, about the middles
    skin     slip_x, slip_y, twist_rad, middle_x, middle_y, radius_x, radius_y, reach
    contact  middle_x, middle_y, radius_x, radius_y in finger px
    outline  float32 (n,): radius factor of the contact's edge by bearing
    coarse   float32 (2, gh, gw): pressure and dryness lattices, one node each `cell` px
    fine     float32 (h, w), unit deviation: this capture's own unevenness
    tone     bias, edge, pressure_sway, dryness, dryness_sway, softness, shade
    out      float32 (h, w): ink 0..1, written
    Cost     about 80 operations a pixel. Oracle: tests/reference/image_ridges.py
    """
    height, width = out.shape
    tall, wide = ridges.shape
    turn_cos, turn_sin = math.cos(place[0]), math.sin(place[0])
    twist_cos, twist_sin = math.cos(skin[2]) - 1.0, math.sin(skin[2])
    sectors = outline.shape[0]
    for v in range(height):
        for u in range(width):
            out[v, u] = 0.0
            a, b = u - 0.5 * width, v - 0.5 * height
            x = turn_cos * a - turn_sin * b + 0.5 * wide + place[1]
            y = turn_sin * a + turn_cos * b + 0.5 * tall + place[2]
            # Skin under the middle is held; beyond it follows the slip (Cappelli et al. 2001).
            p, q = x - skin[3], y - skin[4]
            away = math.sqrt((p / skin[5]) ** 2 + (q / skin[6]) ** 2) - 1.0
            hold = 0.0
            if away > 0.0:
                hold = 1.0 if away >= skin[7] else 0.5 - 0.5 * math.cos(math.pi * away / skin[7])
            x += hold * (twist_cos * p - twist_sin * q + skin[0])
            y += hold * (twist_sin * p + twist_cos * q + skin[1])
            if x < 0 or y < 0 or x >= wide - 1 or y >= tall - 1:
                continue
            p, q = (x - contact[0]) / contact[2], (y - contact[1]) / contact[3]
            if q > 0:  # a finger's sides run on below the pattern; only its tip is round
                q = q * q
            bearing = (math.atan2(q, p) / (2 * math.pi) + 0.5) * sectors
            k = int(bearing)
            part = bearing - k
            limit = outline[k % sectors] * (1 - part) + outline[(k + 1) % sectors] * part
            inside = limit - math.sqrt(p * p + q * q)
            p, q = 2 * x / wide - 1, 2 * y / tall - 1
            if q > 0:
                q = q * q
            inside = min(inside, 0.03 + limit - math.sqrt(p * p + q * q))  # and no pad beyond it
            if inside < -0.25:
                continue
            i, j = int(y), int(x)
            fy, fx = y - i, x - j
            ridge = (ridges[i, j] * (1 - fx) + ridges[i, j + 1] * fx) * (1 - fy) + (
                ridges[i + 1, j] * (1 - fx) + ridges[i + 1, j + 1] * fx
            ) * fy
            pore = (pores[i, j] * (1 - fx) + pores[i, j + 1] * fx) * (1 - fy) + (
                pores[i + 1, j] * (1 - fx) + pores[i + 1, j + 1] * fx
            ) * fy
            gy, gx = v / cell, u / cell
            i, j = int(gy), int(gx)
            fy, fx = gy - i, gx - j
            fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
            w00, w01, w10, w11 = (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx
            sway = (
                coarse[0, i, j] * w00
                + coarse[0, i, j + 1] * w01
                + coarse[0, i + 1, j] * w10
                + coarse[0, i + 1, j + 1] * w11
            )
            dry = (
                coarse[1, i, j] * w00
                + coarse[1, i, j + 1] * w01
                + coarse[1, i + 1, j] * w10
                + coarse[1, i + 1, j + 1] * w11
            )
            bias = tone[0] + tone[2] * sway
            if inside < tone[1]:  # thins out towards the edge of contact
                bias -= 1.6 * (1.0 - inside / tone[1]) ** 2
            uneven = max(0.0, tone[3] + tone[4] * dry)
            level = ridge + bias + uneven * (0.6 * pore + 0.8 * fine[v, u])
            shade = 1.0 / (1.0 + math.exp(-2.5 * (bias + tone[6])))
            out[v, u] = shade / (1.0 + math.exp(-level / tone[5]))
