"""Write docs/reference/fields*.md from the tables of fields, so that no page can differ from them.

    .venv/bin/python scripts/fields.py

tests/wire/test_fields_pages.py fails when a page is not what this would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from comity.wire.fields import EBTS_9_1, EBTS_10_0, RECORD_TYPES, STANDARD, UNLIMITED, Rule, table
from comity.wire.makeup import MANY, Kind, Share, kinds
from comity.wire.meaning import in_order
from comity.wire.profile import SOURCES
from comity.wire.rule import CLASS_NAMES

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- made by scripts/fields.py; changes here are lost -->"
# What a record of each type carries.
CONTENTS = {
    1: "the transaction", 2: "descriptions", 3: "low-resolution greyscale fingerprint",
    4: "high-resolution greyscale fingerprint", 5: "low-resolution binary fingerprint",
    6: "high-resolution binary fingerprint", 7: "user-defined image", 8: "signature",
    9: "minutiae and other features", 10: "face, scar, mark or tattoo", 11: "voice",
    12: "teeth", 13: "latent print", 14: "fingerprint", 15: "palm print",
    16: "user-defined testing image", 17: "iris", 18: "DNA", 19: "print of a foot",
    20: "source of other records", 21: "context of other records", 22: "other imagery",
    98: "assurance of information", 99: "CBEFF biometric data",
}  # fmt: skip
HEAD = (
    "| tag | mnemonic | what it is | needed | characters | values | class | codes | source |",
    "|---|---|---|---|---|---|---|---|---|",
)


def index() -> str:
    lines = [
        MADE,
        "# Fields of transactions",
        "",
        "What `comity wire check` knows of each field, from the tables in",
        "`src/comity/wire/tables`; `comity wire explain TAG` tells the same of one. Each",
        "profile is a set of rules:",
        "",
        "| profile | document | what it holds |",
        "|---|---|---|",
        f"| `{STANDARD}` | {SOURCES[STANDARD]}, Update 2013 | every record type |",
        f"| [`{EBTS_9_1}`](fields/{EBTS_9_1}.md) | {SOURCES[EBTS_9_1]} |"
        f" {len(kinds(EBTS_9_1))} types of transaction: their fields and records |",
        f"| [`{EBTS_10_0}`](fields/{EBTS_10_0}.md) | {SOURCES[EBTS_10_0]} |"
        " what we know to differ from 9.1 |",
        "",
        "Which profile binds a file: [decision 0300](../decisions/0300-which-rules-bind.md). What",
        "the tables do not claim: [decision 0310](../decisions/0310-tables-of-fields.md).",
        "",
        "## Records of the standard",
        "",
        "| type | what it carries | fields |",
        "|---|---|---|",
    ]
    for number in RECORD_TYPES:
        fields = sum(1 for rule in table(STANDARD, number) if not rule.item)
        lines.append(f"| [{number}]({_page(number)}) | {CONTENTS[number]} | {fields} |")
    lines += ["", "## Classes of characters", "", "| class | what it lets through |", "|---|---|"]
    lines += [f"| {name} | {told} |" for name, told in CLASS_NAMES.items()]
    return _text(lines)


def record_page(number: int) -> str:
    lines = [
        MADE,
        f"# Type-{number}: {CONTENTS[number]}",
        "",
        f"{SOURCES[STANDARD]}. M: in every record; O: may be there; C: as said. A tag of three",
        "parts is an item of each value of its field. `*`: no limit. [All tables](../fields.md)",
        "",
        *HEAD,
    ]
    lines += [_row(rule, _need) for rule in table(STANDARD, number)]
    return _text(lines)


def ebts_page(name: str) -> str:
    lines = [MADE, f"# {SOURCES[name]}", "", "[All tables](../fields.md)", ""]
    if name == EBTS_10_0:
        lines += [
            "Only what differs from [EBTS 9.1](ebts-9.1.md) as far as we know it. Fields without",
            "`must` or `may` are known by name alone: nothing is asked of them.",
            "",
        ]
    lines += _transactions(name)
    for number in RECORD_TYPES:
        rows = table(name, number)
        if not rows:
            continue
        lines += ["", f"## Fields of Type-{number}", ""]
        if number == 1:
            lines += ["Instead of the standard's rules for these fields.", ""]
        lines += [*HEAD, *(_row(rule, _where) for rule in rows)]
        lines += ["", "Names in *italics* are groups of types of transaction."]
    return _text(lines)


def _transactions(name: str) -> Iterator[str]:
    yield "## Types of transaction"
    yield ""
    yield "Beside the one record of type 1; a group's name stands for its types in the tables."
    yield ""
    yield "| type | what it is | group | records | source |"
    yield "|---|---|---|---|---|"
    for kind in kinds(name).values():
        yield f"| {kind.tot} | {kind.name} | {kind.group} | {_shares(kind)} | {kind.source} |"


def _shares(kind: Kind) -> str:
    return "; ".join(f"{_count(s)} of type {_types(s)}" for s in kind.shares) or "not known"


def _types(share: Share) -> str:
    return " or ".join(map(str, share.types))


def _count(share: Share) -> str:
    if share.most == MANY:
        return f"{share.least} or more"
    return str(share.least) if share.least == share.most else f"{share.least} to {share.most}"


def _row(rule: Rule, need: Callable[[Rule], str]) -> str:
    measures = (_size(rule), _number(rule.occurs), _class(rule)) if rule.binds else ("", "", "")
    name = rule.mnemonic + (f" ({', '.join(sorted(rule.older))})" if rule.older else "")
    codes = " ".join(f"`{code}`" for code in rule.codes_told)
    cells = (
        rule.tag, name, rule.name, need(rule), *measures,
        codes, "" if rule.item else rule.source.partition(", ")[2],
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _need(rule: Rule) -> str:
    if rule.when:
        return f"C: {rule.when}"
    return "M" if rule.mandatory else "O"


def _where(rule: Rule) -> str:
    if rule.item:
        return "M" if rule.mandatory else "O"
    told = [("must", rule.mandatory), ("may", rule.optional)]
    return "; ".join(f"**{word}** {_grouped(tots)}" for word, tots in told if tots)


def _grouped(tots: frozenset[str]) -> str:
    """Whole groups by their name, other types by theirs; in the order of the table."""
    groups: dict[str, list[str]] = {}
    for kind in kinds(EBTS_9_1).values():
        groups.setdefault(kind.group, []).append(kind.tot)
    whole = {name for name, members in groups.items() if len(members) > 1 and tots >= {*members}}
    if len(whole) == sum(1 for members in groups.values() if len(members) > 1):
        return "all"
    words: list[str] = []
    for tot in in_order(tots):
        group = kinds(EBTS_9_1)[tot].group
        word = f"*{group}*" if group in whole else tot
        if word not in words:
            words.append(word)
    return " ".join(words)


def _class(rule: Rule) -> str:
    special = rule.special.strip("0, ") if rule.chars in ("AS", "DATE") else rule.special
    return rule.chars + (f" and `{special}`" if special else "")


def _size(rule: Rule) -> str:
    if rule.chars == "B":
        return ""
    most = _number(rule.most)
    return most if str(rule.least) == most else f"{rule.least}-{most}"


def _number(count: int) -> str:
    return "*" if count >= UNLIMITED else str(count)


def _page(number: int) -> str:
    return f"fields/type-{number:02d}.md"


def _text(lines: list[str]) -> str:
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Path under docs/reference -> its text."""
    made = {"fields.md": index()}
    made.update((_page(number), record_page(number)) for number in RECORD_TYPES)
    made.update((f"fields/{name}.md", ebts_page(name)) for name in (EBTS_9_1, EBTS_10_0))
    return made


if __name__ == "__main__":
    (REFERENCE / "fields").mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    print(f"docs/reference/fields.md and {len(pages()) - 1} pages beside it")
