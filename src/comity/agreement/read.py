"""YAML files -> agreements. The only module that imports yaml.

YAML is read for its layout only: every scalar stays the text that was written, so a `NO` is
never a boolean and `2008` never a number until a clause asks for one. What YAML has beyond
lists, mappings and text (aliases, anchors, tags, several documents) has no place in an
agreement and is refused, which also disarms alias bombs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from comity.agreement.canonical import canonical, from_canonical, policy_hash
from comity.agreement.interpret import DEPTH_MAX, agreement_of, fail
from comity.agreement.parse import Mistake, Node, shorten
from comity.agreement.register import Agreements
from comity.agreement.terms import Agreement
from comity.errors import AgreementError

__all__ = [
    "canonical", "from_canonical", "policy_hash",
    "read_directory", "read_file", "read_files", "read_text",
]  # fmt: skip

# An agreement naming every county of the United States has 40 KB; ten times that is no agreement.
CHARACTERS_MAX = 400_000


def read_text(text: str, name: str = "agreement") -> Agreement:
    """One agreement from the text of its file.

    name    for messages: where the reader looks
    Raises  AgreementError with `findings`: every mistake, with line and column
    """
    return agreement_of(_tree(text, name), name)


def read_file(path: Path) -> Agreement:
    """One agreement from its file; raises like `read_text`."""
    return read_text(_decode(path), path.name)


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
            mistakes += [
                Mistake(m.line, m.column, f"{path.name}: {m.path}", m.expected, m.found, m.nearest)
                for m in error.findings
            ]
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


def _decode(path: Path) -> str:
    # The size is looked at first: a file of gigabytes is refused without reading it.
    try:
        if path.stat().st_size > CHARACTERS_MAX:
            raise _one(path.name, 0, 0, f"at most {CHARACTERS_MAX} bytes", "a larger file")
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise _one(path.name, 0, 0, "a readable file", error.strerror or "an error") from error
    except UnicodeDecodeError as error:
        raise _one(path.name, 0, 0, "UTF-8 text", f"byte {error.start} is not") from error


def _tree(text: str, name: str) -> Node:
    """Node tree of one YAML document; refuses what an agreement has no use for."""
    if len(text) > CHARACTERS_MAX:
        raise _one(name, 0, 0, f"at most {CHARACTERS_MAX} characters", f"{len(text)}")
    try:
        # Events first: they are read one by one, so a bomb is seen before anything expands.
        depth = documents = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            place = _place(event.start_mark)
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _one(name, *place, "words written out", "an alias or anchor")
            tag = getattr(event, "tag", None)
            if tag:
                raise _one(name, *place, "plain lists, mappings and text", f"tag {tag}")
            if depth > DEPTH_MAX:
                raise _one(name, *place, f"nesting of at most {DEPTH_MAX}", "deeper nesting")
            if documents > 1:
                raise _one(name, *place, "one agreement a file", "a second document")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        raise _one(name, *place, "YAML", error.problem or "unreadable text") from error
    except yaml.YAMLError as error:
        raise _one(name, 0, 0, "YAML", str(error).splitlines()[0]) from error
    if root is None:
        raise _one(name, 1, 1, "an agreement", "an empty file")
    return _node(root)


def _node(node: yaml.Node) -> Node:
    place = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return Node(tuple((_node(k), _node(v)) for k, v in node.value), "mapping", *place)
    if isinstance(node, yaml.SequenceNode):
        return Node(tuple(_node(item) for item in node.value), "list", *place)
    # A null in YAML's eyes (`~`, `null`, nothing) is nothing in ours.
    return Node("" if node.tag == "tag:yaml.org,2002:null" else str(node.value), "text", *place)


def _place(mark: Any) -> tuple[int, int]:
    """Line and column from 1, as editors count; 0, 0 where yaml gives no mark."""
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _one(name: str, line: int, column: int, expected: str, found: str) -> AgreementError:
    return fail(name, (Mistake(line, column, "the file", expected, shorten(found)),))
