"""The documents say what the code does: commands, errors, links, decisions."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner

from comity.cli import main
from scripts import reference

PROJECT = Path(__file__).resolve().parents[1]
NOT_OURS = {".venv", ".git", "out", "build", "dist", ".pytest_cache", "node_modules"}
DOCUMENTS = sorted(
    path for path in PROJECT.rglob("*.md") if not NOT_OURS & set(path.relative_to(PROJECT).parts)
)
COMMANDS = {path: (command, context) for path, command, context in reference.commands()}
LEAVES = [path for path, (command, _) in COMMANDS.items() if not isinstance(command, click.Group)]


def where(path: Path) -> str:
    return str(path.relative_to(PROJECT))


# --- what must exist ----------------------------------------------------------------------

FRONT = (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
    "docs/glossary.md", "docs/threats.md",
)  # fmt: skip


@pytest.mark.parametrize("name", FRONT)
def test_front_matter_exists(name: str) -> None:
    assert (PROJECT / name).stat().st_size > 200


def test_threats_names_every_invariant() -> None:
    text = (PROJECT / "docs" / "threats.md").read_text(encoding="utf-8")
    missing = [f"I{n}" for n in range(1, 11) if not re.search(rf"\bI{n}\b", text)]
    assert missing == []


DECISIONS = sorted((PROJECT / "docs" / "decisions").glob("*.md"))
HEADINGS = ("Context", "Options", "Choice", "Cost", "What would change it")


@pytest.mark.parametrize("path", DECISIONS, ids=where)
def test_a_decision_says_what_it_cost_and_what_would_change_it(path: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem), "NNNN-name.md"
    text = path.read_text(encoding="utf-8")
    assert [h for h in HEADINGS if not re.search(rf"^(#+ |\*\*){h}", text, re.MULTILINE)] == []


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)


# --- generated pages ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = (reference.REFERENCE / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "run: make reference"


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_is_documented(path: str) -> None:
    command, _ = COMMANDS[path]
    assert command.help, f"`{path}` has no help text"
    page = (reference.REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert f"\n## {path}\n" in page, "run: make reference"


@pytest.mark.parametrize("error", reference.error_classes(), ids=lambda error: error.__name__)
def test_every_error_is_documented(error: type[Exception]) -> None:
    assert error.__doc__
    page = (reference.REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert f"| `{error.__name__}` |" in page, "run: make reference"


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in reference.error_classes()]
    assert len(set(codes)) == len(codes)


# --- examples -----------------------------------------------------------------------------


def parses(words: list[str]) -> str:
    """What is wrong with a `comity ...` line, or nothing: its subcommand and options exist."""
    command: click.Command = main
    context = reference.context_of(main, None, "comity")
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        child = command.get_command(context, rest[0])
        if child is None:
            return f"`{context.command_path}` has no command `{rest[0]}`"
        command, rest = child, rest[1:]
        context = reference.context_of(command, context, child.name or "")
    options = {name for p in command.get_params(context) for name in (*p.opts, *p.secondary_opts)}
    for word in rest:
        if word == "--":
            break
        if re.match(r"--?[a-zA-Z]", word) and word.partition("=")[0] not in options:
            return f"`{context.command_path}` has no option `{word}`"
    return ""


def comity_lines(text: str) -> list[list[str]]:
    """The `comity ...` commands in a help text, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = (line.strip().removeprefix("$ ") for line in joined.splitlines())
    return [shlex.split(line, comments=True) for line in lines if line.startswith("comity ")]


@pytest.mark.parametrize("path", LEAVES)
def test_help_ends_with_an_example_that_parses(path: str) -> None:
    command, _ = COMMANDS[path]
    examples = comity_lines(f"{command.help or ''}\n{command.epilog or ''}".replace("\b", ""))
    own = [words for words in examples if " ".join(words).startswith(path)]
    assert own, f"the help of `{path}` shows no example line that begins with `{path}`"
    assert [found for words in examples if (found := parses(words))] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_shows_its_help(path: str) -> None:
    result = CliRunner().invoke(main, [*path.split()[1:], "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage: ")


# --- shell blocks and links ---------------------------------------------------------------

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
EVERYWHERE = {"cd", "export", "git", "ls", "cat", "python3", "curl", "head", "sudo"}


def shell_lines(text: str) -> list[str]:
    """What a reader would type: bash and sh blocks whole, of console blocks the `$` lines."""
    typed = []
    for language, body in FENCE.findall(text):
        lines = re.sub(r"\\\n\s*", "", body).splitlines()
        if language == "console":
            typed += [line[2:] for line in lines if line.startswith("$ ")]
        elif language in ("bash", "sh", "shell"):
            typed += [line for line in lines if line.strip() and not line.startswith("#")]
    return typed


def wrong_with(line: str) -> str:
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if not words:
        return ""
    program = words[0].removeprefix(".venv/bin/").removeprefix("./")
    if program == "comity":
        return parses([program, *words[1:]])
    if program == "make":
        asked = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        unknown = [word for word in asked if word not in TARGETS]
        return f"no make target {unknown}" if unknown else ""
    if "/" in program:
        return "" if (PROJECT / program).exists() else f"no file `{program}`"
    known = program in EVERYWHERE or shutil.which(program, path=PROJECT / ".venv" / "bin")
    return "" if known else f"`{program}` is no command of ours"


@pytest.mark.parametrize("path", DOCUMENTS, ids=where)
def test_shell_blocks_name_commands_that_exist(path: Path) -> None:
    lines = shell_lines(path.read_text(encoding="utf-8"))
    assert [f"{line}: {found}" for line in lines if (found := wrong_with(line))] == []


def test_the_readme_shows_the_demo() -> None:
    lines = shell_lines((PROJECT / "README.md").read_text(encoding="utf-8"))
    assert "make demo" in lines


LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The fragments of a page's headings, made as the usual renderers make them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.+?) *#*$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return slugs | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("path", DOCUMENTS, ids=where)
def test_links_resolve(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    broken = []
    for inline, referred in LINK.findall(text):
        target, _, fragment = unquote(inline or referred).partition("#")
        if re.match(r"[a-z]+:", target):
            continue  # elsewhere: a test asks no network
        page = (path.parent / target).resolve() if target else path
        lost = not page.exists() or not page.is_relative_to(PROJECT)
        if lost or (fragment and page.suffix == ".md" and fragment not in anchors(page)):
            broken.append(inline or referred)
    assert broken == []


def test_examples_in_help_stand_line_by_line() -> None:
    """A raw docstring hands click the letters `\\b`, and the example becomes a paragraph."""
    text = (reference.REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert "\\b" not in text
    assert text.count("Example:\n") > 20
