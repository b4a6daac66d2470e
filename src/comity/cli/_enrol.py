"""Enrolling many files: read by several processes, written a batch at a time, in order."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from comity.cli._prints import Impression, templates_of
from comity.errors import ComityError, GalleryError
from comity.minutiae.extract import Extractor
from comity.records import Template
from comity.search.gallery import Gallery

BATCH = 256  # files a write: its syncs take some ms, reading the files 8 s or more
FILES_A_PROCESS_MIN = 16  # a process takes about a second to start
AHEAD = 8  # files a process that are read before they are wanted

Read = list[Template] | ComityError


@dataclass(frozen=True)
class Reader:
    """How files are read: `finger` is of those that state none; workers None is all cores."""

    extractor: Extractor
    finger: int
    workers: int | None = None


@dataclass
class Enrolled:
    """What came of it."""

    enrolled: int = 0
    already_there: int = 0
    refused: list[ComityError] = field(default_factory=list)


def enrol(
    gallery: Gallery, files: Sequence[Impression], reader: Reader, *, resume: bool = False
) -> Enrolled:
    """Enrol files in their order; one that cannot be used is named, and the rest goes on.

    resume  does not read again what is enrolled under the same identity and impression
    """
    done, console = Enrolled(), Console(stderr=True)
    with progress(console) as bar:
        task = bar.add_task("enrolling", total=len(files))
        if resume:
            left = [f for f in files if f.number not in gallery.encounters(f.identity)]
            done.already_there = len(files) - len(left)
            bar.advance(task, done.already_there)
            files = left
        pairs = zip(files, read_all(files, reader), strict=True)
        while batch := list(islice(pairs, BATCH)):
            for refusal in _write(gallery, batch, done):
                done.refused.append(refusal)
                console.print(f"not enrolled: {refusal}", markup=False, highlight=False)
            bar.advance(task, len(batch))
    return done


def progress(console: Console | None = None) -> Progress:
    """A bar on standard error, where that is a terminal."""
    console = console or Console(stderr=True)
    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _write(
    gallery: Gallery, batch: Sequence[tuple[Impression, Read]], done: Enrolled
) -> Iterator[ComityError]:
    people = []
    for file, found in batch:
        if isinstance(found, ComityError):
            yield found
            continue
        hand = [template for template in found if template.finger in gallery.fingers]
        # None at all is refused by name, like any other print of a finger that is not taken.
        people.append((file.identity, hand or found, file.number))
    try:
        new = gallery.extend(people)
    except ComityError:
        new = 0
        for person in people:
            try:
                new += gallery.extend([person])
            except ComityError as error:
                if isinstance(error, GalleryError) and not error.where:
                    error.where = str(gallery.folder)
                done.already_there -= 1
                yield error
    done.enrolled += new
    done.already_there += len(people) - new


def read_all(files: Sequence[Impression], reader: Reader) -> Iterator[Read]:
    """The templates of each file, or what is wrong with it, in order."""
    workers = min(reader.workers or os.cpu_count() or 1, len(files) // FILES_A_PROCESS_MIN)
    if workers < 2:
        yield from (_read(file, reader) for file in files)
        return
    # Spawned: a fork would copy the locks of whatever threads the extractors have.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        waiting: deque[Future[Read]] = deque()
        for file in files:
            waiting.append(pool.submit(_read, file, reader))
            if len(waiting) > workers * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _read(file: Impression, reader: Reader) -> Read:
    try:
        return templates_of(file, reader.extractor, reader.finger)
    except ComityError as error:
        return error
