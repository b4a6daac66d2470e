"""From templates to the rows that a segment is given: codes, records, and what is new of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comity import records
from comity.errors import GalleryError
from comity.minutiae import pack
from comity.minutiae.batch import Batch
from comity.search import codes as finger_codes
from comity.search.disk import record
from comity.search.disk.index import Index, different
from comity.search.reading import OTHER_EXTRACTOR, Reading
from comity.search.segment import ROW, Entries

Person = tuple[str, Sequence[records.Template], str]  # identity, templates, encounter


def hashes_of(texts: Sequence[str]) -> NDArray[np.uint64]:
    """A hash of each text, uint64 (n,). What collides is told apart by the record."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.uint64)


def entries_of(people: Sequence[Person], fingers: tuple[int, ...]) -> Entries:
    """Rows for people; of two templates of one finger the first stays.

    Raises GalleryError, TemplateError: `Gallery.append`.
    """
    hands = [_one_a_finger(identity, templates, fingers) for identity, templates, _ in people]
    every = [template for hand in hands for template in hand]
    packed = [pack.pack(template) for template in every]
    return _entries(
        [record.texts(identity, encounter) for identity, _, encounter in people],
        hashes_of([identity for identity, _, _ in people]),
        hashes_of([encounter for _, _, encounter in people]),
        np.frombuffer(b"".join(packed), np.uint8),
        _running([len(one) for one in packed]),
        np.array([template.finger for template in every], np.uint8),
        _running([len(hand) for hand in hands]),
        np.array([finger_codes.encode(t) for t in every], np.uint64).reshape(len(every), -1),
        np.array([len(template) for template in every], np.int64),
        np.array([_bit(template.extractor) for template in every], np.uint16),
        fingers,
    )


def entries_of_batch(
    identities: Sequence[str],
    batch: Batch,
    encounter: str,
    fingers: tuple[int, ...],
    codes: NDArray[np.uint64] | None,
) -> Entries:
    """Rows for a batch: `Gallery.extend_batch`."""
    begins = np.flatnonzero(np.diff(batch.person, prepend=batch.person[:1] - 1))
    person_first = np.append(begins, len(batch)).astype(np.int64)
    rises = np.diff(batch.finger.astype(np.int64)) > 0
    rises[begins[1:] - 1] = True
    if len(identities) != len(begins) or not rises.all():
        raise GalleryError(
            "the batch is not of these people",
            expected=f"{len(identities)} people, each with fingers that rise",
            found=f"{len(begins)} people, {np.count_nonzero(~rises)} fingers out of order",
            next_step="give one identity a person, and each finger once, in order",
        )
    strange = np.flatnonzero(~np.isin(batch.finger, fingers))
    if len(strange):
        person = int(np.searchsorted(person_first, strange[0], "right")) - 1
        raise _no_such_finger(identities[person], int(batch.finger[strange[0]]), fingers)
    if codes is None:
        codes = finger_codes.encode_batch(batch)
    packed, packed_first = pack.pack_batch(batch)
    return _entries(
        [record.texts(identity, encounter) for identity in identities],
        hashes_of(identities),
        np.full(len(identities), hashes_of([encounter])[0], np.uint64),
        packed,
        packed_first,
        batch.finger,
        person_first,
        codes,
        np.diff(batch.first),
        np.full(len(batch), _bit(batch.extractor), np.uint16),
        fingers,
    )


def _entries(
    heads: Sequence[bytes],
    identity: NDArray[np.uint64],
    encounter: NDArray[np.uint64],
    packed: NDArray[np.uint8],
    packed_first: NDArray[np.int64],
    finger: NDArray[np.uint8],
    person_first: NDArray[np.int64],
    codes: NDArray[np.uint64],
    minutiae: NDArray[np.int64],
    extractors: NDArray[np.uint16],
    fingers: tuple[int, ...],
) -> Entries:
    bodies, starts, crcs = record.write(heads, packed, packed_first, finger, person_first)
    rows = np.zeros(len(heads), ROW)
    split, words = finger_codes.FIRST_WORDS, finger_codes.WORDS
    first = np.zeros((len(heads), len(fingers), split), np.uint64)
    rest = np.zeros((len(heads), len(fingers), words - split), np.uint64)
    if len(heads):
        begins = person_first[:-1]
        rows["identity"], rows["encounter"] = identity, encounter & np.uint64(0xFFFFFFFF)
        rows["head"] = crcs
        bits = np.uint16(1) << (finger.astype(np.uint16) - np.uint16(1))
        rows["mask"] = np.bitwise_or.reduceat(bits, begins)
        rows["extractors"] = np.bitwise_or.reduceat(extractors, begins)
        rows["minutiae"] = np.add.reduceat(minutiae, begins)
        person = np.repeat(np.arange(len(heads)), np.diff(person_first))
        slot = np.searchsorted(fingers, finger)
        first[person, slot], rest[person, slot] = codes[:, :split], codes[:, split:]
    return Entries(rows, first, rest, bodies, starts)


def unknown(entries: Entries, reading: Reading, index: Index) -> Entries:
    """What of the entries is not enrolled yet.

    Raises GalleryError where other templates are, under the same identity and encounter, in the
    gallery or earlier among the entries.
    """
    keep = np.ones(len(entries), np.bool_)
    place, row = index.find(entries.rows["identity"])
    for i, held in zip(place.tolist(), row.tolist(), strict=True):
        segment, at = reading.place(held)
        same = segment.rows[at]["encounter"] == entries.rows[i]["encounter"]
        if same and segment.masks[at] and _is_same(entries.body(i), segment.body(at)):
            keep[i] = False
    if different(entries.rows["identity"]) < len(entries):
        seen: dict[tuple[int, int], list[int]] = {}
        keys = zip(
            entries.rows["identity"].tolist(), entries.rows["encounter"].tolist(), strict=True
        )
        for i, key in enumerate(keys):
            earlier = seen.setdefault(key, [])
            if any(_is_same(entries.body(i), entries.body(j)) for j in earlier):
                keep[i] = False
            earlier.append(i)
    return entries if keep.all() else entries.only(keep)


def _is_same(new: bytes, held: bytes) -> bool:
    """Whether both are one enrolment; hashes alone may collide. Raises GalleryError: see above."""
    if new == held:
        return True
    end = len(record.texts(*record.names(new)))
    if new[:end] != held[:end]:
        return False
    raise GalleryError(
        f"`{record.names(new)[0]}` is enrolled with other prints under this encounter",
        expected="the same templates, or another encounter",
        next_step="give the new prints an encounter of their own",
    )


def _one_a_finger(
    identity: str, templates: Sequence[records.Template], fingers: tuple[int, ...]
) -> list[records.Template]:
    chosen: dict[int, records.Template] = {}
    for template in templates:
        if template.finger not in fingers:
            raise _no_such_finger(identity, template.finger, fingers)
        chosen.setdefault(template.finger, template)
    if not chosen:
        raise GalleryError(
            f"`{identity}` has no prints to enrol",
            expected="at least one template",
            next_step="leave this identity out, or find its images",
        )
    return [chosen[finger] for finger in sorted(chosen)]


def _no_such_finger(identity: str, finger: int, fingers: tuple[int, ...]) -> GalleryError:
    return GalleryError(
        f"a print of `{identity}` is of a finger that the gallery does not take",
        expected=f"finger {', '.join(map(str, fingers))}",
        found=str(finger),
        next_step="state which finger it is of, or make a gallery of these fingers",
    )


def _bit(extractor: str) -> int:
    known = extractor in pack.NAMES
    return 1 << (pack.NAMES.index(extractor) if known else OTHER_EXTRACTOR)


def _running(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(counts, np.int64))])
