"""A reform: changes to a set of agreements, which stays as it is.

Changes are data, so that they can be kept, cited and applied to another year's set. Each is one of

    {agreement: ID, clause: CLAUSE, set: KEY, to: VALUE}     one value of one clause
    {agreement: ID, set: KEY, to: VALUE}                     a value at the head of a file
    {agreement: ID, add: SECTION, clause: {id: ..., ...}}    exclusions, release, events, hold
    {agreement: ID, remove: CLAUSE}                          a clause of those sections
    {enact: {agreement: ID, ...}}                            a whole agreement
    {withdraw: ID}

and clauses are named by their ids, as decisions name them. `to: null` takes a key away. The
result is checked like files are: a reform that contradicts itself is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from comity.agreement.canonical import canonical, from_canonical
from comity.agreement.register import Agreements
from comity.agreement.terms import Agreement
from comity.errors import AgreementError

Body = dict[str, Any]

# Sections an agreement may have more or less of; of the last there is one at most.
SECTIONS = ("exclusions", "release", "events", "hold")
HEAD = ("title", "regime", "parties", "recorded")


@dataclass(frozen=True)
class SetValue:
    """`key` of a clause (None: of the head) becomes `value`; None takes the key away."""

    agreement: str
    clause: str | None
    key: str
    value: Any


@dataclass(frozen=True)
class AddClause:
    """One more clause in a section of SECTIONS."""

    agreement: str
    section: str
    clause: Mapping[str, Any]


@dataclass(frozen=True)
class RemoveClause:
    """A clause of a section of SECTIONS goes."""

    agreement: str
    clause: str


@dataclass(frozen=True)
class Enact:
    """A whole agreement, in its canonical form, is new."""

    body: Mapping[str, Any]


@dataclass(frozen=True)
class Withdraw:
    """An agreement goes, as if it had never been. To end one, add its termination."""

    agreement: str


Change = SetValue | AddClause | RemoveClause | Enact | Withdraw


def reform(baseline: Agreements, changes: Iterable[Change]) -> Agreements:
    """The set after some changes, one after another; the baseline is not touched.

    What was compiled for agreements that stay the same objects is taken over, so the cost is
    that of what changes; nothing that is compiled later passes from one set to another.

    Raises AgreementError, with every mistake in every agreement that was changed, or for a
    change of what is not there.
    """
    bodies: dict[str, Body | Agreement] = {agreement.id: agreement for agreement in baseline}
    for change in changes:
        _apply(bodies, change)
    agreements: list[Agreement] = []
    refused: list[AgreementError] = []
    for name, body in bodies.items():
        if isinstance(body, Agreement):
            agreements.append(body)
            continue
        try:
            changed = from_canonical(body)
        except AgreementError as error:
            refused.append(error)
            continue
        same = name in baseline and changed == baseline[name]
        agreements.append(baseline[name] if same else changed)
    if refused:
        first = refused[0]
        raise AgreementError(
            f"a reform leaves {len(refused)} agreement(s) with mistakes; nothing of it was applied",
            where=first.where,
            expected=first.expected,
            found=first.found,
            next_step="change the reform",
            findings=tuple(finding for error in refused for finding in error.findings),
        )
    return baseline.reformed(tuple(agreements))


def changes_of(data: Any, name: str = "changes") -> tuple[Change, ...]:
    """Changes from a list of mappings as at the head of this module.

    data    values as YAML or JSON holds them;  name  for messages
    Raises  AgreementError for the first that is none
    """
    if not isinstance(data, list):
        raise _refused(name, "a list of changes", type(data).__name__)
    return tuple(_change(one, f"{name}[{index}]") for index, one in enumerate(data))


def _change(one: Any, where: str) -> Change:
    said = {str(key): value for key, value in one.items()} if isinstance(one, Mapping) else {}
    match said:
        case {"agreement": str(name), "clause": str(clause), "set": str(key), "to": to, **rest}:
            found: Change = SetValue(name, clause, key, to)
        case {"agreement": str(name), "set": str(key), "to": to, **rest}:
            found = SetValue(name, None, key, to)
        case {"agreement": str(name), "add": str(section), "clause": Mapping() as clause, **rest}:
            found = AddClause(name, section, clause)
        case {"agreement": str(name), "remove": str(clause), **rest}:
            found = RemoveClause(name, clause)
        case {"enact": Mapping() as body, **rest}:
            found = Enact(body)
        case {"withdraw": str(name), **rest}:
            found = Withdraw(name)
        case _:
            raise _refused(
                where, "`set` and `to`, `add`, `remove`, `enact` or `withdraw`", str(one)
            )
    if rest:
        raise _refused(where, "no other key", ", ".join(rest))
    return found


def _apply(bodies: dict[str, Body | Agreement], change: Change) -> None:
    match change:
        case Enact(body):
            name = str(body.get("agreement"))
            if name in bodies:
                raise _refused(name, "an id that no agreement has", name)
            bodies[name] = _written(body)
        case Withdraw(name):
            _body(bodies, name)
            del bodies[name]
        case SetValue(name, None, key, value):
            if key not in HEAD:
                raise _refused(name, f"one of {', '.join(HEAD)}", key, HEAD)
            _put(_body(bodies, name), key, value)
        case SetValue(name, str(clause), key, value):
            _put(_clause(_body(bodies, name), name, clause), key, value)
        case AddClause(name, section, added):
            _add(_body(bodies, name), name, section, added)
        case RemoveClause(name, clause):
            _remove(_body(bodies, name), name, clause)


def _add(body: Body, name: str, section: str, added: Mapping[str, Any]) -> None:
    if section not in SECTIONS or (section == "hold" and "hold" in body):
        raise _refused(name, f"a section that can have one more of {SECTIONS}", section, SECTIONS)
    clause = _written(added)
    body[section] = clause if section == "hold" else [*body[section], clause]


def _remove(body: Body, name: str, clause: str) -> None:
    found = _clause(body, name, clause)
    for section in SECTIONS:
        part = body.get(section)
        if part is found:
            del body[section]
            return
        if isinstance(part, list) and found in part:
            body[section] = [one for one in part if one is not found]
            return
    raise _refused(name, f"a clause of one of {SECTIONS}", clause)


def _body(bodies: dict[str, Body | Agreement], name: str) -> Body:
    """The canonical form of an agreement, made once and only where something changes."""
    found = bodies.get(name)
    if found is None:
        raise _refused(name, "an agreement of the set", name, bodies)
    if isinstance(found, Agreement):
        found = bodies[name] = canonical(found)
    return found


def _clause(body: Body, name: str, clause: str) -> Body:
    known: dict[str, Body] = {}
    for part in body.values():
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, dict) and "id" in one:
                known[str(one["id"])] = one
    if clause not in known:
        raise _refused(name, "a clause of the agreement", clause, known)
    return known[clause]


def _put(body: Body, key: str, value: Any) -> None:
    if value is None:
        body.pop(key, None)
    else:
        body[key] = _written(value)


def _written(value: Any) -> Any:
    """A copy as a canonical form has it, with every time in words."""
    if isinstance(value, Mapping):
        return {str(key): _written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _refused(where: str, expected: str, found: str, known: Iterable[str] = ()) -> AgreementError:
    near = get_close_matches(found, list(known), n=1)
    return AgreementError(
        "a change that cannot be made",
        where=where,
        expected=expected,
        found=f"`{found}`",
        next_step=f"write `{near[0]}`" if near else "change the reform",
    )
