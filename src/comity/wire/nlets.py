"""Nlets text: the Immigration Alien Query and its response.

    IAQ.VA0750300.AX.TXT
    PUR/C.ATN/RECORDS DESK.PHN/5550100.NAM/DOE, JOHN.DOB/19800102.SEX/M.POB/XX.CUS/Y.OFF/0399

A query of the biometric path is written by a machine and has no officer behind it: ATN then
names the desk, never a person.
Source: Nlets help page 21003097468 for the query's fields. No sample of the response is public:
its layout here is our own, decision 0303.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.errors import WireError
from comity.wire.findings import shown, to_ascii

DESTINATION = "AX"
GENERIC_OFFENCE = "0399"  # where no charge carries a code
LINE_MAX = 72


@dataclass(frozen=True)
class _Part:
    pattern: re.Pattern[str]
    expected: str
    mandatory: bool


def _part(pattern: str, expected: str, *, mandatory: bool = True) -> _Part:
    return _Part(re.compile(pattern), expected, mandatory)


# In the order they are sent. A point ends a part and a slash its name, so no value has either.
QUERY = {
    "PUR": _part(r"[CF]", "C (criminal) or F (firearm)"),
    "ATN": _part(r"[A-Z0-9 ,'()&-]{1,30}", "up to 30 characters"),
    "PHN": _part(r"[0-9 ()+-]{1,20}", "up to 20 characters of a telephone number"),
    "NAM": _part(r"[A-Z ,'-]{3,30}", "surname, comma, given names; up to 30 characters"),
    "DOB": _part(r"\d{6}|\d{8}", "MMDDYY or CCYYMMDD"),
    "SEX": _part(r"[A-Z]", "one letter"),
    "POB": _part(r"[A-Z]{2}", "two letters, an NCIC code"),
    "CUS": _part(r"[YN]", "Y or N"),
    "OFF": _part(r"\d{4}", "four digits, an NCIC offence code"),
    "ARN": _part(r"\d{8,9}", "8 or 9 digits", mandatory=False),
    "FBI": _part(r"[A-Z0-9]{1,9}", "up to 9 letters and digits", mandatory=False),
    "SID": _part(r"[A-Z0-9-]{1,10}", "up to 10 letters and digits", mandatory=False),
    "OLN": _part(r"[A-Z0-9-]{1,20}", "up to 20 letters and digits", mandatory=False),
}
_HEAD = re.compile(rf"IAQ\.([A-Z0-9]{{9}})\.{DESTINATION}\.TXT")
_LABEL = re.compile(r"[A-Z][A-Z0-9 ]{0,23}")


def iaq(fields: Mapping[str, str]) -> str:
    """The text of a query. `fields`: ORI, the parts of QUERY; OFF defaults to the generic code.

    Raises WireError for a part that is missing, unknown, or not of its form.
    """
    given = {"OFF": GENERIC_OFFENCE}
    given.update({name: text.strip().upper() for name, text in fields.items() if text.strip()})
    sender = given.pop("ORI", "")
    _match("ORI", sender, re.compile(r"[A-Z0-9]{9}"), "nine letters and digits")
    strange = sorted(set(given) - set(QUERY))
    if strange:
        raise WireError(
            "an IAQ has no such part",
            field=strange[0],
            expected=" ".join(QUERY),
            found=f"`{shown(strange[0])}`",
        )
    told = []
    for name, part in QUERY.items():
        if name in given or part.mandatory:
            _match(name, given.get(name, ""), part.pattern, part.expected)
            told.append(f"{name}/{given[name]}")
    _birth(given["DOB"])
    return f"IAQ.{sender}.{DESTINATION}.TXT\n" + ".".join(told)


def _birth(text: str) -> None:
    """DOB has the form of a date; is it one? Years of two digits are read as of this century."""
    form = "%Y%m%d" if len(text) == 8 else "%m%d%y"
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (a day, and only whether it is one)
    except ValueError:
        raise WireError(
            "DOB is no day of the calendar",
            field="DOB",
            expected=QUERY["DOB"].expected,
            found=f"`{text}`",
        ) from None


def parts(text: str) -> dict[str, str]:
    """The fields of a query, ORI among them: `parts(iaq(f))` is `f` in capitals, OFF filled in.

    Raises WireError for a text that is no query, or has a part that is missing or not of its form.
    """
    head, _, body = text.partition("\n")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise WireError(
            "this is not an Immigration Alien Query",
            expected=f"`IAQ.`, the sender's ORI, `.{DESTINATION}.TXT` on the first line",
            found=f"`{shown(head)}`",
        )
    found = {"ORI": match[1]}
    for part in body.split("."):
        name, slash, value = part.partition("/")
        if not slash or name in found or "/" in value:
            raise WireError(
                "a part of the query cannot be read",
                field=shown(name),
                expected="each part once, as NAME/value",
                found=f"`{shown(part)}`",
            )
        found[name] = value
    if iaq(found) != text:
        raise WireError("the parts of the query are out of order", expected=" ".join(QUERY))
    return found


def iar(fields: Mapping[str, str]) -> str:
    """The text of a response: `IAR` then one `LABEL: value` a line, in the order given.

    A value that runs over a line goes on indented, so that none can pass for a label.
    """
    return "\n".join(["IAR", *labelled(fields)])


def labelled(fields: Mapping[str, str]) -> list[str]:
    """`LABEL: value` lines of at most 72 characters; what runs over is indented by two."""
    lines: list[str] = []
    for name, value in fields.items():
        label = name.upper().replace("_", " ")
        _match("label", label, _LABEL, "up to 24 capitals, digits and blanks, a letter first")
        first, *rest = lines_of(value)
        lines.extend(_wrapped(f"{label}: {_clean(label, first)}", later="  "))
        for line in rest:
            lines.extend(_wrapped("  " + _clean(label, line), later="  "))
    return lines


def indented(text: str) -> list[str]:
    """Free text as lines of at most 72 characters, each indented by two: none is a label."""
    return [
        part
        for line in lines_of(text)
        for part in _wrapped("  " + _clean("text", line), later="  ")
    ]


def lines_of(text: str) -> list[str]:
    """Lines by CR LF, CR or LF alone: `str.splitlines` would also split at FS, GS and RS."""
    return re.split(r"\r\n|\r|\n", text)


def wrapped(text: str) -> list[str]:
    """Free text as lines of at most 72 characters, line ends kept; long words are cut."""
    return [part for line in lines_of(text) for part in _wrapped(_clean("text", line), "")]


def _wrapped(line: str, later: str) -> list[str]:
    out = []
    while len(line) > LINE_MAX:
        cut = line.rfind(" ", len(later) + 1, LINE_MAX + 1)
        cut = cut if cut > LINE_MAX // 2 else LINE_MAX
        out.append(line[:cut].rstrip())
        line = later + line[cut:].lstrip()
    return [*out, line.rstrip()]


def _clean(label: str, line: str) -> str:
    """One line in printable ASCII: accents dropped, other letters `?`; controls are refused."""
    expanded = line.replace("\t", " ")
    if not expanded.isprintable():
        raise WireError(
            "text holds characters that cannot be sent",
            field=label,
            expected="printable text",
            found=f"`{shown(line)}`",
            next_step="look at where the value came from: it may be an attempt to forge a line",
        )
    return to_ascii(expanded)


def _match(name: str, text: str, pattern: re.Pattern[str], expected: str) -> None:
    if pattern.fullmatch(text) is None:
        raise WireError(
            f"{name} is missing" if not text else f"{name} is not of its form",
            field=name,
            expected=expected,
            found=f"`{shown(text)}`" if text else "nothing",
        )
