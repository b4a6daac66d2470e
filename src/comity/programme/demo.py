"""The demonstration: build the world, run the script, publish, verify, report."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.agreement.read import read_directory
from comity.errors import CallerError
from comity.exchange import invariants
from comity.exchange.house import House
from comity.exchange.invariants import Check
from comity.exchange.publish import KEY, hand_over, opened, publish
from comity.ledger import audit
from comity.ledger.checkpoint import Checkpoint
from comity.programme import files, people, plan, world
from comity.programme import report as page
from comity.programme.ahead import Ahead
from comity.programme.ending import STATES, ending
from comity.programme.plan import PRESETS, Plan
from comity.programme.run import Outcome, run
from comity.programme.story import tell
from comity.statistics import publish as tables
from comity.statistics.recompute import differences
from comity.statistics.table import BY_MONTH, Table, compute

PRESET = "three_states"
MARK = "house"  # a folder that holds this was made here, and may be emptied
Report = Callable[[str, int, int], None]  # stage, its total, how many were just done


@dataclass(frozen=True)
class Demo:
    """What a demonstration came to."""

    states: Sequence[str]
    rows: Sequence[Sequence[str]]
    checks: Sequence[Check]
    size: int
    root: str
    report: Path
    seconds: float

    @property
    def sound(self) -> bool:
        return not any(check.violations for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "ended": [
                dict(zip(("county", "agreement", *self.states), r, strict=True)) for r in self.rows
            ],
            "checks": [
                {"name": c.name, "says": c.says, "checked": c.checked, "violations": c.violations}
                for c in self.checks
            ],
            "ledger": {"size": self.size, "root": self.root},
            "report": str(self.report),
            "seconds": round(self.seconds, 1),
        }


def demo(out: Path, *, seed: int, count: int, report: Report) -> Demo:
    """Run everything into `out`, which is emptied first.

    seed   0 or more; the same seed gives the same bytes
    count  synthetic people, at least the script's cast

    Raises
    ------
    CallerError  `out` holds something that no demonstration made, or `count` is below the cast
    """
    started = time.perf_counter()
    script = plan.load(PRESET)
    if count < len(script.cast):
        raise CallerError(
            "too few people", expected=f"{len(script.cast)} or more", found=f"{count}"
        )
    _empty(out)
    house, made = _world(out, script, seed, count, report)
    agreements = read_directory(PRESETS / PRESET)
    for _, name, _, data in made:
        (out / "submissions" / name).write_bytes(data)
    with ProcessPoolExecutor(world.WORKERS) as pool:
        house.template_of = Ahead(pool, [data for *_, data in made], house.extractor)
        outcome = run(
            script,
            house,
            agreements,
            made,
            out / "responses",
            lambda: report("Bookings through the journey", len(made), 1),
        )
    head, table, checks = _publish(out, house, script, report)
    _page(out, script, seed, house, outcome, head, table, checks)
    report("Publishing and verifying", 3, 1)
    house.close()
    return Demo(
        states=list(STATES.values()),
        rows=_rows(script, outcome),
        checks=checks,
        size=head.size,
        root=head.root.hex(),
        report=out / "report.html",
        seconds=time.perf_counter() - started,
    )


def _empty(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / MARK / "house.json").exists():
        raise CallerError(
            "this folder holds something else",
            where=str(out),
            expected="a new or empty folder, or one that an earlier demonstration made",
            next_step="name another with --out",
        )
    shutil.rmtree(out, ignore_errors=True)
    (out / "submissions").mkdir(parents=True)


def _world(
    out: Path, script: Plan, seed: int, count: int, report: Report
) -> tuple[House, list[files.File]]:
    everyone = people.people(script, seed, count)
    hands = world.render(
        script,
        everyone,
        seed,
        lambda n: report("Rendering prints of the cast", len(script.cast), n),
    )
    house = House.create(
        out / MARK,
        origin=script.origin,
        seed=hashlib.sha256(f"comity demonstration {seed}".encode()).digest(),
    )
    total = sum((p.convicted is not None) + bool(p.encounters) for p in everyone)
    first = script.instant(script.bookings[0].at)
    world.fill(
        house, everyone, hands, seed, first, lambda n: report("Filling two repositories", total, n)
    )
    return house, files.files(script, everyone, hands, seed)


def _publish(
    out: Path, house: House, script: Plan, report: Report
) -> tuple[Checkpoint, Table, list[Check]]:
    """Ledger, statistics, and every check: the ledger's own, the invariants, the numbers again."""
    head = publish(house, out / "ledger")
    report("Publishing and verifying", 3, 1)
    key = (out / "ledger" / KEY).read_text().strip()
    audit.verify_directory(out / "ledger", [key], origin=house.origin)
    handed = out / "auditors" / "openings.json"
    hand_over(house, handed)
    rows = opened(out / "ledger", head.size, handed)
    table = compute(rows, script.level_version)
    folder = out / "statistics"
    folder.mkdir()
    (folder / "by-jurisdiction.json").write_bytes(tables.to_json(table, head))
    (folder / "by-jurisdiction.csv").write_bytes(tables.to_csv(table))
    monthly = compute(rows, script.level_version, BY_MONTH)
    (folder / "by-month.json").write_bytes(tables.to_json(monthly, head))
    (folder / "by-month.csv").write_bytes(tables.to_csv(monthly))
    report("Publishing and verifying", 3, 1)
    again = opened(out / "ledger", head.size, handed)
    found: list[str] = []
    for name in ("by-jurisdiction", "by-month"):
        found += [str(d) for d in differences((folder / f"{name}.json").read_bytes(), again, head)]
    recomputed = Check(
        "I8",
        "published statistics are a pure function of the ledger's openings",
        len(table.columns) * (len(table.rows) + 1),
        tuple(found),
    )
    checks = [*invariants.check(house), recomputed]
    return head, table, sorted(checks, key=lambda c: int(c.name[1:]))


def _page(
    out: Path,
    script: Plan,
    seed: int,
    house: House,
    outcome: Outcome,
    head: Checkpoint,
    table: Table,
    checks: Sequence[Check],
) -> None:
    index = script.subject_access.booking - 1
    case, _ = outcome.answered[index]
    county = script.county(script.bookings[index].county)
    summary = (
        f"Booking {index + 1}, {county.name}, {county.terms}. One fact was unknown, so nothing "
        "left; a person established it, and the release followed; later a document showed that it "
        "was wrong, and everything was taken back. The subject then asked to see it all."
    )
    story = tell(case, outcome.uses, summary)
    material = page.Material(script, seed, house, outcome, table, head, checks, story)
    page.write(material, out / "report.html")


def _rows(script: Plan, outcome: Outcome) -> list[list[str]]:
    counts: dict[str, Counter[str]] = {}
    broken = {b.how: b.county for b in script.broken}
    for how, case in [
        *(("", c) for c, _ in outcome.answered.values()),
        *((how, c) for how, c, _ in outcome.refused),
    ]:
        ori = broken.get(how, case.jurisdiction)
        counts.setdefault(ori, Counter())[ending(case).state] += 1
    rows = []
    for county in script.counties:
        mine = counts.get(county.ori, Counter())
        rows.append([county.name, county.terms, *(str(mine[key] or "") for key in STATES)])
    return rows
