"""Numba kernels of the synthetic population: a finger's minutiae, and one capture of them.

Arrays in, arrays out; nothing is checked here and nothing is raised. Lengths in px at 500 ppi,
y down; angles in turns, counter-clockwise. Oracle: tests/reference/population.py.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from comity.minutiae.kernels import (
    CONTACT,
    EVENT,
    FALSE,
    FINGER,
    FLOW_SIZE,
    PERSON,
    PLACE,
    SEEN,
    bell,
    block,
    direction,
    draw_flow,
    grown,
    high_share,
    low_share,
    sine,
    square,
)

PAD_X, PAD_Y = 160.0, 205.0  # the pad's middle, px, in the frame of image/orientation.py
PAD_RX, PAD_RY = 172.0, 235.0  # its half axes
PLACES_MAX = 240
FALSE_MAX = 48
ROWS_MAX = PLACES_MAX + FALSE_MAX  # of one finger


@njit(nogil=True, cache=True, error_model="numpy")
def places(seed, person, finger, flow, count, anatomy, window, x, y, words, number, chosen, drawn):
    """A finger's minutiae that lie in a window; returns how many.

    anatomy : float64 (17,), see population.Anatomy
    window  : float64 (4,), an ellipse's middle and half axes in px; nothing beyond it is kept
    x, y    : float64 (PLACES_MAX,) in px; filled from the front
    words   : uint64 (PLACES_MAX, 2), random words of each minutia's own
    number  : int64 (PLACES_MAX,), which candidate each was
    chosen  : int64 (PLACES_MAX,), which of them remain
    drawn   : uint64 (PLACES_MAX, 4), working memory
    """
    crowd, crowd_px, apart = anatomy[3], anatomy[4], anatomy[5]
    paired, paired_px = anatomy[6], anatomy[7]
    near, last_x, last_y, last_word = 0, 0.0, 0.0, np.uint64(0)
    # All words first: without branches between them the processor draws several at once.
    for i in range(count):
        drawn[i, 0], drawn[i, 1], drawn[i, 2], drawn[i, 3] = block(
            seed, person, finger, 0, PLACE, i
        )
    points, last_point = flow[0], max(0, int(flow[0]) - 1)
    # Those just outside still keep others at a distance, so that contact moves no minutia.
    reach_x, reach_y = window[2] + apart, window[3] + apart
    for i in range(count):
        p, q, r, s = drawn[i, 0], drawn[i, 1], drawn[i, 2], drawn[i, 3]
        at_x = PAD_X + PAD_RX * (2.0 * low_share(p) - 1.0)
        at_y = PAD_Y + PAD_RY * (2.0 * high_share(p) - 1.0)
        # Ridges must end to turn round a core or delta.
        k = min(int(low_share(q ^ r) * points), last_point)
        crowded = points > 0.0 and high_share(q) < crowd
        at_x = flow[1 + 3 * k] + crowd_px * bell(p) if crowded else at_x
        at_y = flow[2 + 3 * k] + crowd_px * bell(p ^ q) if crowded else at_y
        follows = (i & 1) == 1 and low_share(q) < paired
        if follows:
            # Short ridges, spurs and lakes: two minutiae close together that point apart.
            gap, turns = paired_px * (1.0 + 0.6 * low_share(p)), high_share(p)
            at_x, at_y = last_x + gap * sine(turns + 0.25), last_y + gap * sine(turns)
            # The lower half says which way it points: as the other's, and then turned about.
            r = (r & np.uint64(0xFFFFFFFF00000000)) | (last_word & np.uint64(0xFFFFFFFF))
        last_x, last_y, last_word = at_x, at_y, r
        on_pad = square(at_x - PAD_X, PAD_RX) + square(at_y - PAD_Y, PAD_RY) <= 1.0
        seen = square(at_x - window[0], reach_x) + square(at_y - window[1], reach_y) <= 1.0
        thin = 0.5 + 0.5 * sine(flow[64] * at_x + flow[65] * at_y + flow[66])
        there = low_share(q ^ r ^ s) >= anatomy[16] * thin
        # Written in any case and counted where wanted: each of these goes either way too often.
        x[near], y[near] = at_x, at_y
        # The lowest bit says whether it points against the one before it.
        words[near, 0], words[near, 1] = r, (s >> np.uint64(1) << np.uint64(1)) | np.uint64(follows)
        number[near] = i
        near += int(on_pad & seen & there)
    return thinned(near, apart, window, x, y, words, number, chosen)


@njit(nogil=True, cache=True, error_model="numpy")
def thinned(near, apart, window, x, y, words, number, chosen):
    """Choose those in the window with no earlier candidate within `apart`: Matern's second process.

    A companion may be as near as it likes to the one it follows. Returns how many are chosen.
    """
    count = 0
    for b in range(near):
        end = b
        if words[b, 1] & np.uint64(1) and b > 0 and number[b - 1] == number[b] - 1:
            end = b - 1
        close = 0  # summed without a branch, which the compiler turns into wide instructions
        for a in range(end):
            dx, dy = x[b] - x[a], y[b] - y[a]
            close += 1 if dx * dx + dy * dy < apart * apart else 0
        inside = square(x[b] - window[0], window[2]) + square(y[b] - window[1], window[3]) <= 1.0
        chosen[count] = b
        count += int((close == 0) & inside)
    return count


@njit(nogil=True, cache=True, error_model="numpy")
def quality(seed, person, finger, event, anatomy, own):
    """How poor a capture is, in deviations: of the person, the occasion, the finger, itself."""
    z = anatomy[9] * bell(block(seed, person, 0, 0, PERSON, 0)[2])
    z += anatomy[10] * bell(block(seed, person, 0, event, EVENT, 0)[0])
    z += anatomy[11] * bell(block(seed, person, finger, 0, FINGER, 0)[2])
    return z + anatomy[12] * own


@njit(nogil=True, cache=True, error_model="numpy")
def row_key(capture, pose, x, y, turns, kind, reliability):
    """A point of the finger as the sensor sees it, packed in the order of rows; -1 if outside.

    pose : float64 (20,), [0] scale, [1..2] sine, cosine of turn, [3..4] middle of contact,
           [5..6] where that lies on the sensor, [7] turn, [8..17] bend in px along x and y
    """
    u, v = (x - pose[3]) / 160.0, (y - pose[4]) / 160.0
    bend_x = pose[8] * u + pose[9] * v + pose[10] * u * u + pose[11] * u * v + pose[12] * v * v
    bend_y = pose[13] * u + pose[14] * v + pose[15] * u * u + pose[16] * u * v + pose[17] * v * v
    across, down = pose[0] * (x - pose[3]) + bend_x, pose[0] * (y - pose[4]) + bend_y
    # Half the field's curl: how far bending turns what it moves.
    curl = pose[13] + 2.0 * pose[15] * u + pose[16] * v
    curl -= pose[9] + pose[11] * u + 2.0 * pose[12] * v
    turns += pose[7] - 0.5 * curl / 160.0 * 0.15915494309189535
    at_x = math.floor(pose[5] + pose[2] * across + pose[1] * down + 0.5)
    at_y = math.floor(pose[6] - pose[1] * across + pose[2] * down + 0.5)
    edge = capture[2]
    if not (edge <= at_x < capture[0] - edge and edge <= at_y < capture[1] - edge):
        return np.int64(-1)
    degrees = np.int64(math.floor((turns - math.floor(turns)) * 360.0 + 0.5)) % 360
    key = np.int64(at_y) * 2048 + np.int64(at_x)
    return ((key * 512 + degrees) * 4 + kind) * 128 + reliability


@njit(nogil=True, cache=True, error_model="numpy")
def draw_contact(seed, person, finger, event, anatomy, capture, scale, window, pose):
    """How a finger is laid on: fills window and pose, returns its quality in deviations."""
    p, q, r, s = block(seed, person, finger, event, CONTACT, 0)
    z = quality(seed, person, finger, event, anatomy, bell(p))
    turn = capture[6] * bell(q) * (1.0 if low_share(p ^ q) >= capture[16] else 5.0)
    pose[0], pose[7] = scale, turn / 360.0
    pose[1], pose[2] = sine(pose[7]), sine(pose[7] + 0.25)
    window[0], window[1] = PAD_X + capture[5] * bell(r), PAD_Y + 1.5 * capture[5] * bell(s)
    pose[3], pose[4] = window[0], window[1]
    p, q, r, s = block(seed, person, finger, event, CONTACT, 1)
    reach = capture[3] + capture[4] * bell(p)
    window[2], window[3] = PAD_RX * max(0.2, reach), PAD_RY * max(0.2, reach)
    pose[5] = capture[0] / 2 + capture[7] * bell(q)
    pose[6] = capture[1] / 2 + capture[7] * bell(r)
    for k in range(3):
        words = block(seed, person, finger, event, CONTACT, 2 + k)
        for w in range(4):
            if 4 * k + w < 10:
                pose[8 + 4 * k + w] = grown(capture[10], z, capture[15]) * bell(words[w])
    return z


@njit(nogil=True, cache=True, error_model="numpy")
def draw_finger(seed, person, finger, event, cuts, shares, anatomy, capture, flow, scratch, keys):
    """One capture of one finger as packed rows in order; returns how many.

    capture : float64 (18,), see population.Capture
    scratch : the working memory of `draw_hands`;  keys : int64 (ROWS_MAX,)
    """
    at_x, at_y, words, number, chosen, window, pose, drawn = scratch
    draw_flow(seed, person, finger, cuts, shares, flow)
    whole = block(seed, person, 0, 0, PERSON, 0)
    own = block(seed, person, finger, 0, FINGER, 0)
    dense = (bell(whole[0]) + bell(own[0])) * 0.7071067811865476
    scale = 1.0 + anatomy[2] * (0.9 * bell(whole[1]) + 0.4358898943540674 * bell(own[1]))
    count = min(PLACES_MAX, int(grown(anatomy[0], dense, anatomy[1])))
    z = draw_contact(seed, person, finger, event, anatomy, capture, scale, window, pose)
    loss, false = grown(capture[11], z, capture[15]), grown(capture[12], z, capture[15])
    jitter_px = grown(capture[8], z, 0.5 * capture[15])
    jitter = grown(capture[9], z, 0.5 * capture[15]) / 360.0
    found = places(
        seed, person, finger, flow, count, anatomy, window, at_x, at_y, words, number, chosen, drawn
    )
    p, q, _, _ = block(seed, person, finger, event, SEEN, PLACES_MAX)
    patch_x = window[0] + window[2] * (2.0 * low_share(p) - 1.0)
    patch_y = window[1] + window[3] * (2.0 * high_share(p) - 1.0)
    patch = capture[17] * high_share(q) if low_share(q) < 0.5 else 1e-9
    patch = max(1e-9, patch * (1.0 + 0.5 * z))
    rows = 0
    for k in range(found):
        drawn[k, 0], drawn[k, 1], drawn[k, 2], drawn[k, 3] = block(
            seed, person, finger, event, SEEN, number[chosen[k]]
        )
    for k in range(found):
        i = chosen[k]
        x, y, word, mark = at_x[i], at_y[i], words[i, 0], words[i, 1]
        p, q, r, s = drawn[k, 0], drawn[k, 1], drawn[k, 2], drawn[k, 3]
        # Some minutiae are hard to see every time: the chance goes with a square.
        hard = high_share(word)
        if low_share(p) < 3.0 * loss * hard * hard:
            continue
        if square(x - patch_x, patch) + square(y - patch_y, patch) < 1.0:
            continue
        along = direction(flow, x, y)
        turns = along + anatomy[13] / 360.0 * bell(mark ^ word)
        turns += 0.5 * pointing(flow, x, y, along, word, mark, anatomy[14], anatomy[15])
        turns += jitter * bell(q) + (0.5 if high_share(p) < capture[13] else 0.0)
        kind = 1 if low_share(mark >> np.uint64(8)) < anatomy[8] else 2
        if low_share(p ^ s) < capture[14]:
            kind = 3 - kind
        reliability = 97 - int(42.0 * hard * high_share(p ^ s))
        x += jitter_px * bell(r)
        y += jitter_px * bell(s)
        key = row_key(capture, pose, x, y, turns, kind, reliability)
        if key >= 0:
            keys[rows] = key
            rows += 1
    invented = min(FALSE_MAX, int(false * rows + 0.5 + 0.5 * bell(own[3] ^ p)))
    for i in range(invented):
        p, q, r, s = block(seed, person, finger, event, FALSE, i)
        x = window[0] + window[2] * (2.0 * low_share(p) - 1.0)
        y = window[1] + window[3] * (2.0 * high_share(p) - 1.0)
        if square(x - window[0], window[2]) + square(y - window[1], window[3]) > 1.0:
            continue
        turns = direction(flow, x, y) + 12.0 / 360.0 * bell(q)
        turns += 0.5 if low_share(r) < 0.5 else 0.0
        kind = 1 if high_share(r) < 0.7 else 2
        key = row_key(capture, pose, x, y, turns, kind, 97 - int(42.0 * high_share(s)))
        if key >= 0:
            keys[rows] = key
            rows += 1
    return rows


@njit(nogil=True, cache=True, error_model="numpy")
def pointing(flow, x, y, along, word, mark, down, local):
    """1 where a minutia points against `along`, else 0.

    Upright ridges end downwards more often than upwards, level ones the other way (`down`), and
    neighbours tend to point alike (`local`).
    """
    rise = sine(along)
    level = 1.0 - 2.0 * rise * rise  # 1 for a level ridge, -1 for an upright one
    chance = 0.5 + down * (0.3 - 0.7 * level) + local * sine(flow[61] * x + flow[62] * y + flow[63])
    points_down = low_share(word) < chance
    if mark & np.uint64(1):
        points_down = not points_down
    return 1.0 if points_down == (rise > 0.0) else 0.0


@njit(nogil=True, cache=True, error_model="numpy")
def draw_hands(
    seed, persons, fingers, event, cuts, shares, anatomy, capture, minutiae, reliability, first
):
    """Fill rows of one capture of each finger of each person; returns how many rows.

    seed, persons : uint64, uint64 (n,);  fingers : int64 (f,);  event : int64
    cuts          : float64 (10, 5), by finger 1..10;  first : int64 (n f + 1,)
    minutiae      : int16 (n f ROWS_MAX, 4);  reliability : uint8 (n f ROWS_MAX,)
    """
    flow, keys = np.zeros(FLOW_SIZE), np.empty(ROWS_MAX, np.int64)
    number, chosen = np.empty(PLACES_MAX, np.int64), np.empty(PLACES_MAX, np.int64)
    scratch = (
        np.empty(PLACES_MAX), np.empty(PLACES_MAX), np.empty((PLACES_MAX, 2), np.uint64), number,
        chosen, np.empty(4), np.empty(20), np.empty((PLACES_MAX, 4), np.uint64),
    )  # fmt: skip
    at = 0
    first[0] = 0
    for n in range(len(persons)):
        for f in range(len(fingers)):
            rows = draw_finger(
                seed, persons[n], fingers[f], event, cuts[fingers[f] - 1], shares, anatomy,
                capture, flow, scratch, keys,
            )  # fmt: skip
            for i in range(1, rows):
                key, j = keys[i], i
                while j > 0 and keys[j - 1] > key:
                    keys[j] = keys[j - 1]
                    j -= 1
                keys[j] = key
            for i in range(rows):
                key = keys[i]
                reliability[at] = key % 128
                minutiae[at, 3] = key // 128 % 4
                minutiae[at, 2] = key // 512 % 512
                minutiae[at, 0] = key // 262144 % 2048
                minutiae[at, 1] = key // 536870912
                at += 1
            first[n * len(fingers) + f + 1] = at
    return at
