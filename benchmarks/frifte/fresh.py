"""A search in a process of its own: how long until the first answer, and what stays in memory.

    python -m benchmarks.frifte.fresh GALLERY PROBES.json

Prints one JSON object; `asked` starts it. The pages of the gallery may be in the system's cache
already, as they are for any house that searched yesterday.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BEGAN = time.perf_counter()
ROOT = Path(__file__).resolve().parents[2]


def asked(gallery: Path, probes: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Search in a new process; its object, with the seconds from its start to its first answer."""
    from comity.minutiae import pack

    with TemporaryDirectory() as name:
        path = Path(name) / "probes.json"
        path.write_text(json.dumps([[pack.pack(t).hex() for t in probe] for probe in probes]))
        began = time.time()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.frifte.fresh", str(gallery.resolve()), str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            stdout=subprocess.PIPE,
            check=True,
        )
    body: dict[str, Any] = json.loads(done.stdout)
    return {
        "process_to_first_answer_seconds": round(body.pop("answered_at") - began, 3),
        **body,
    }


def main(folder: Path, listed: Path) -> dict[str, Any]:
    from benchmarks.frifte import machine, searches
    from comity.minutiae import pack
    from comity.search.gallery import Gallery

    imported = time.perf_counter()
    probes = [
        [pack.unpack(bytes.fromhex(one)) for one in probe]
        for probe in json.loads(listed.read_text())
    ]
    before, made = machine.memory(), time.perf_counter()
    gallery = Gallery.open(folder)
    opened = time.perf_counter()
    first = searches.once(probes[0], gallery, searches.KEEP, 1)
    answered = time.time()
    after_one = machine.memory()
    for probe in probes[1:]:
        searches.once(probe, gallery, searches.KEEP, 1)
    after = machine.memory()
    prints = len(gallery) * len(gallery.fingers)
    return {
        "import_seconds": round(imported - BEGAN, 3),
        "open_seconds": round(opened - made, 4),
        "first_search_seconds": round(first.seconds, 3),
        "answered_at": answered,
        "searches": len(probes),
        "own_mib_after_the_first": round((after_one["own"] - before["own"]) / 2**20, 1),
        "own_mib": round((after["own"] - before["own"]) / 2**20, 1),
        "mapped_mib": round((after["mapped"] - before["mapped"]) / 2**20, 1),
        "bytes_a_finger_own": round((after["own"] - before["own"]) / prints, 1),
        "bytes_a_finger_mapped": round((after["mapped"] - before["mapped"]) / prints, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
