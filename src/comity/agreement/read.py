"""YAML files -> agreements. The only module that imports yaml.

YAML is read for its layout only: every scalar stays the text that was written, so a `NO` is
never a boolean and `2008` never a number until a clause asks for one. What YAML has beyond
lists, mappings and text (aliases, anchors, tags, several documents) has no place in an
agreement and is refused, which also disarms alias bombs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from comity.agreement.canonical import canonical, from_canonical, policy_hash
from comity.agreement.interpret import DEPTH_MAX, Reading, Source, fail, reading_of
from comity.agreement.parse import Mistake, Node, items_of, pairs_of, shorten
from comity.agreement.reform import Change, changes_of
from comity.agreement.register import Agreements
from comity.agreement.terms import Agreement
from comity.errors import AgreementError

__all__ = [
    "Source", "canonical", "from_canonical", "policy_hash",
    "read_directory", "read_file", "read_files", "read_text", "source_file", "source_of",
]  # fmt: skip

# An agreement naming every county of the United States has 40 KB; ten times that is no agreement.
CHARACTERS_MAX = 400_000
# A file of nothing but aliases is told a hundred times; that will do.
MISTAKES_MAX = 100


def source_of(text: str, name: str = "agreement") -> Source:
    """The text of a file, read with every mistake in it; a file that is no YAML has one or more."""
    try:
        return Source(name, reading_of(_tree(text, name)))
    except AgreementError as error:
        return Source(name, Reading(None, error.findings, {}))


def source_file(path: Path, name: str = "") -> Source:
    """`source_of` a file; `name` where it is not the file's own."""
    name = name or path.name
    try:
        text = _decode(path, name)
    except AgreementError as error:
        return Source(name, Reading(None, error.findings, {}))
    return source_of(text, name)


def read_text(text: str, name: str = "agreement") -> Agreement:
    """One agreement from the text of its file.

    name    for messages: where the reader looks
    Raises  AgreementError with `findings`: every mistake, with line and column
    """
    return _whole(source_of(text, name))


def read_file(path: Path) -> Agreement:
    """One agreement from its file; raises like `read_text`."""
    return _whole(source_file(path))


def read_files(paths: Iterable[Path]) -> Agreements:
    """The set of agreements in some files, in whatever order.

    Raises AgreementError for the whole set at once: no file loads while another has a mistake.
    Each finding's path then begins with its file's name.
    """
    agreements: list[Agreement] = []
    mistakes: list[Mistake] = []
    for path in sorted(paths):
        try:
            agreements.append(read_file(path))
        except AgreementError as error:
            mistakes += [replace(m, path=f"{path.name}: {m.path}") for m in error.findings]
    if mistakes:
        raise fail("agreements", tuple(mistakes))
    return Agreements(tuple(agreements))


def read_directory(path: Path) -> Agreements:
    """Every `*.yaml` file directly under a folder, as one set."""
    if not path.is_dir():
        raise AgreementError(
            "no such folder of agreements",
            where=str(path),
            expected="a folder with one *.yaml file an agreement",
            found="nothing" if not path.exists() else "a file",
            next_step="name the folder",
        )
    return read_files(path.glob("*.yaml"))


def read_changes(text: str, name: str = "changes") -> tuple[Change, ...]:
    """The changes of a reform (reform.py) from the text of their YAML file.

    name    for messages
    Raises  AgreementError for what an agreement file may not have either, and for no change
    """
    return changes_of(_values(_tree(text, name), name), name)


def _values(node: Node, name: str) -> Any:
    if node.kind == "text":
        return node.content or None  # nothing, or null
    if node.kind == "list":
        return [_values(item, name) for item in items_of(node)]
    found: dict[str, Any] = {}
    for key, value in pairs_of(node):
        said = str(key.content)
        if said in found:
            raise _one(name, key.line, key.column, "each key once", said)
        found[said] = _values(value, name)
    return found


def _whole(source: Source) -> Agreement:
    if source.reading.agreement is None:
        raise fail(source.name, source.reading.mistakes)
    return source.reading.agreement


def _decode(path: Path, name: str) -> str:
    # The size is looked at first: a file of gigabytes is refused without reading it.
    try:
        if path.stat().st_size > CHARACTERS_MAX:
            raise _one(name, 1, 1, f"at most {CHARACTERS_MAX} bytes", "a larger file")
        data = path.read_bytes()
    except OSError as error:
        raise _one(name, 0, 0, "a readable file", error.strerror or "an error") from error
    try:
        # A byte order mark and Windows line ends are read past: editors put them there unasked.
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8", "replace")
        raise _one(name, *_at(good, len(good)), "UTF-8 text", f"byte {error.start} is not") from (
            error
        )


def _tree(text: str, name: str) -> Node:
    """Node tree of one YAML document; refuses what an agreement has no use for."""
    if len(text) > CHARACTERS_MAX:
        raise _one(name, 1, 1, f"at most {CHARACTERS_MAX} characters", f"{len(text)}")
    wrong: list[Mistake] = []
    try:
        _look(text, wrong)
        if wrong:
            raise fail(name, tuple(wrong))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _at(text, mark.index) if mark else (1, 1)
        wrong.append(_mistake(*place, "not-yaml", "YAML", error.problem or "unreadable text"))
        raise fail(name, tuple(wrong)) from error
    except yaml.YAMLError as error:
        place = _at(text, int(getattr(error, "position", 0)))
        wrong.append(_mistake(*place, "not-yaml", "YAML", str(error).splitlines()[0]))
        raise fail(name, tuple(wrong)) from error
    if root is None:
        raise _one(name, 1, 1, "an agreement", "an empty file")
    return _node(root)


def _look(text: str, wrong: list[Mistake]) -> None:
    """Note what YAML has and an agreement has not.

    Events are read one by one, so a bomb is seen before anything expands; what nests too deep
    or goes on in another document is not looked into.
    """
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        for code, expected, found in _foreign(event, depth, documents):
            wrong.append(_mistake(*_place(event.start_mark), code, expected, found))
        if depth > DEPTH_MAX or documents > 1 or len(wrong) >= MISTAKES_MAX:
            return


def _foreign(event: yaml.Event, depth: int, documents: int) -> Iterator[tuple[str, str, str]]:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        yield "alias", "words written out", "an alias or anchor"
    if tag := getattr(event, "tag", None):
        yield "tag", "plain lists, mappings and text", f"tag {tag}"
    if depth > DEPTH_MAX:
        yield "too-deep", f"nesting of at most {DEPTH_MAX}", "deeper nesting"
    if documents > 1:
        yield "second-document", "one agreement a file", "a second document"


def _node(node: yaml.Node) -> Node:
    place = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return Node(tuple((_node(k), _node(v)) for k, v in node.value), "mapping", *place)
    if isinstance(node, yaml.SequenceNode):
        return Node(tuple(_node(item) for item in node.value), "list", *place)
    # A null in YAML's eyes (`~`, `null`, nothing) is nothing in ours.
    return Node("" if node.tag == "tag:yaml.org,2002:null" else str(node.value), "text", *place)


def _place(mark: Any) -> tuple[int, int]:
    """Line and column from 1, as editors count."""
    return mark.line + 1, mark.column + 1


def _at(text: str, index: int) -> tuple[int, int]:
    """The place of a character, in the file also where YAML points past its end."""
    end = len(text.rstrip("\n\r\x85\u2028\u2029"))
    lines = f"{text[: min(index, end)]}|".splitlines()
    return len(lines), len(lines[-1])


def _mistake(line: int, column: int, code: str, expected: str, found: str) -> Mistake:
    return Mistake(line, column, "the file", expected, shorten(found), code=code)


def _one(name: str, line: int, column: int, expected: str, found: str) -> AgreementError:
    return fail(name, (_mistake(line, column, "unreadable", expected, found),))
