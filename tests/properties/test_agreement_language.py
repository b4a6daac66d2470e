"""Laws of the language: a file is read whole or not at all, and no mistake hides another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement.canonical import canonical, from_canonical
from comity.agreement.parse import Mistake
from comity.agreement.read import read_text, source_of
from comity.agreement.schema import schema
from comity.errors import AgreementError
from tests.agreement.cases import bodies

Body = dict[str, Any]
Steps = tuple[str | int, ...]

VALIDATOR = jsonschema.Draft202012Validator(schema())


class Typed(yaml.SafeLoader):
    """YAML as editors type it: numbers and booleans, but times stay text."""


Typed.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if "timestamp" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@st.composite
def spoken(draw: st.DrawFn) -> Body:
    """Bodies with everything the language has: notices, who may end it, holds, local limits."""
    body = draw(bodies())
    effective = datetime.fromisoformat(body["term"]["effective"])
    days = draw(st.sampled_from([0, 0, 1, 30]))
    body["notice"]["activate_days"] = days
    for name in ("published", "told"):
        if (days and name == "published") or draw(st.booleans()):
            earlier = effective - timedelta(days=days + draw(st.integers(0, 3)))
            body["term"][name] = earlier.isoformat()
    enders = draw(st.none() | st.lists(st.sampled_from(body["parties"]), min_size=1, unique=True))
    if enders is not None:
        body["notice"]["end_by"] = enders
    if draw(st.booleans()):
        hours = draw(st.none() | st.integers(1, 120))
        body["hold"] = {"id": "hold", "text": "§ 8a", "honoured": hours is not None}
        body["hold"] |= {} if hours is None else {"hours": hours}
    if draw(st.sampled_from([False, False, True])):
        body["regime"] = "local_limit"
        answered = "answer" in body and body["answer"]["local_agency"]
        clauses = [r | {"to": "local_agency"} for r in body["release"]]
        body["release"] = clauses if answered else []
        body["events"] = [e for e in body["events"] if e["event"] == "terminated"]
    for event in body["events"]:
        if draw(st.booleans()):
            event["by"] = draw(st.sampled_from(enders or body["parties"]))
    return body


@st.composite
def files(draw: st.DrawFn, body: Body) -> str:
    """A body as YAML, in one of the ways people lay it out."""
    return yaml.safe_dump(
        body,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=draw(st.sampled_from([None, False, True])),
        width=draw(st.sampled_from([40, 100])),
        indent=draw(st.sampled_from([2, 4])),
    )


# --- one mistake, put in on purpose -------------------------------------------------------

WORDS = {"regime", "stage", "version", "fact", "until", "to", "after", "event"}
TIMES = {"recorded", "effective", "published", "told", "given"}
OPTIONAL = {
    "exclusions", "events", "hold", "published", "told", "end_by", "until", "after", "hours",
    "by", "recorded", "effective",
}  # fmt: skip


def places(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Everything in a body below its top, with the way to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in inside:
        yield (*path, step), one
        if isinstance(one, dict | list):
            yield from places(one, (*path, step))


def at(body: Body, path: Steps) -> Any:
    for step in path:
        body = body[step]
    return body


def misspelt(body: Body, path: Steps) -> None:
    holder, key = at(body, path[:-1]), path[-1]
    renamed = {f"{k}_zz" if k == key else k: v for k, v in holder.items()}
    holder.clear()
    holder.update(renamed)


def removed(body: Body, path: Steps) -> None:
    del at(body, path[:-1])[path[-1]]


def put(value: Any) -> Any:
    def change(body: Body, path: Steps) -> None:
        at(body, path[:-1])[path[-1]] = value

    return change


def twice(body: Body, path: Steps) -> None:
    holder = at(body, path[:-1])
    holder.append(deepcopy(holder[path[-1]]))


def mutations(body: Body) -> list[tuple[Steps, Any]]:
    """Every single slip of a few kinds, as (where, how)."""
    found: list[tuple[Steps, Any]] = []
    for path, value in places(body):
        key = path[-1]
        if isinstance(key, str):
            found.append((path, misspelt))
            found.append((path, removed))
            if key in WORDS:
                found.append((path, put("arrset")))
            if key in TIMES:
                found += [(path, put("2011-01-01T00:00:00")), (path, put("soon"))]
            if key == "id":
                found.append((path, put("No Such#Id")))
            if isinstance(value, bool):
                found.append((path, put("perhaps")))
            if isinstance(value, int) and not isinstance(value, bool):
                found += [(path, put("many")), (path, put(-1))]
        else:
            found.append((path, twice))
        if isinstance(value, dict):
            found += [(path, put("some text")), (path, put([]))]
        if isinstance(value, list):
            found += [(path, put("some text")), (path, put([["x"]]))]
        if isinstance(value, str):
            found.append((path, put("")))
    return found


def mutated(body: Body, *slips: tuple[Steps, Any]) -> Body:
    """A body with some slips, of which none moves where another is."""
    copy = deepcopy(body)
    for path, change in slips:
        change(copy, path)
    return copy


def reading(text: str) -> tuple[Mistake, ...]:
    source = source_of(text)
    assert (source.reading.agreement is None) == bool(source.reading.mistakes)
    return source.reading.mistakes


def inside(text: str, mistake: Mistake) -> bool:
    lines = text.splitlines() or [""]
    return (
        1 <= mistake.line <= len(lines) and 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
    )


def says(found: Any, written: Any) -> bool:
    """Whether what was read holds everything that was written, and nothing else of weight."""
    if isinstance(written, dict):
        follows = {"exclusions", "events", "recorded", "effective"}
        return set(written) <= set(found) <= set(written) | follows and all(
            says(found[key], value) for key, value in written.items()
        )
    if isinstance(written, list):
        return len(found) == len(written) and all(map(says, found, written))
    return found == written or str(found) == str(written)


@settings(max_examples=50)
@given(spoken(), st.data())
def test_a_file_says_what_its_canonical_form_says(body: Body, data: st.DataObject) -> None:
    text = data.draw(files(body))
    agreement = read_text(text)
    assert agreement == from_canonical(body)
    assert says(canonical(agreement), body)
    assert from_canonical(json.loads(json.dumps(canonical(agreement)))) == agreement


@settings(max_examples=100)
@given(spoken(), st.data())
def test_a_slip_is_refused_with_its_place_or_read_as_it_stands(
    body: Body, data: st.DataObject
) -> None:
    slip = data.draw(st.sampled_from(mutations(body)))
    wrong = mutated(body, slip)
    text = data.draw(files(wrong))
    mistakes = reading(text)
    if mistakes:
        assert all(inside(text, mistake) for mistake in mistakes)
        assert all(mistake.code and mistake.expected for mistake in mistakes)
    else:
        assert says(canonical(read_text(text)), wrong)


# What a rule between clauses looks at: a slip in one may take the rule's own finding away.
GRAMMAR = {
    "not-a-mapping", "unknown-key", "missing-key", "no-text", "wrong-form", "unknown-word",
    "not-yes-or-no", "not-a-number", "not-a-time", "no-offset", "not-a-list", "empty-list",
    "listed-twice",
}  # fmt: skip


@settings(max_examples=100)
@given(spoken(), st.data())
def test_of_two_slips_both_are_said(body: Body, data: st.DataObject) -> None:
    slips = mutations(body)
    one = data.draw(st.sampled_from(slips))
    # In another part of the file, so that neither is inside what the other took away.
    elsewhere = [slip for slip in slips if slip[0][0] != one[0][0]]
    other = data.draw(st.sampled_from(elsewhere))
    alone = [
        {(m.code, m.path, m.found) for m in reading(data.draw(files(mutated(body, slip))))}
        for slip in (one, other)
    ]
    both = {(m.code, m.path, m.found) for m in reading(data.draw(files(mutated(body, one, other))))}
    for found in alone:
        assert {said for said in found if said[0] in GRAMMAR} <= both


def test_a_wrong_word_and_a_wrong_date_are_both_said_whatever_the_date_breaks() -> None:
    body = {
        "agreement": "one", "title": "t", "regime": "agreement_required", "parties": ["A", "B"],
        "recorded": "2011-01-01T00:00:00Z",
        "scope": {"id": "s", "text": "1", "jurisdictions": ["XN*"]},
        "term": {"id": "t", "text": "2", "effective": "2011-01-01T00:00:00Z",
                 "told": "2011-02-01T00:00:00Z"},
        "notice": {"id": "n", "text": "3", "activate_days": 0, "terminate_days": 30},
        "trigger": {"id": "g", "text": "4", "stage": "arrset"},
        "levels": {"id": "l", "text": "5", "version": "2010", "permit": ["1"]},
        "release": [{"id": "r", "text": "6", "to": "local_agency", "fields": ["name"]}],
        "answer": {"id": "a", "text": "7", "local_agency": False},
        "review": {"id": "w", "text": "8", "second_reviewer": False},
        "retention": {"id": "k", "text": "9", "days": 30},
        "events": [{"id": "e", "text": "l", "event": "terminated", "by": "C",
                    "given": "2011-03-01T00:00:00Z", "effective": "2011-03-02T00:00:00Z"}],
    }  # fmt: skip
    said = {mistake.code for mistake in reading(yaml.safe_dump(body))}
    assert said == {
        "unknown-word", "told-too-late", "answer-refused", "not-theirs-to-end", "effect-too-soon",
    }  # fmt: skip


# --- the schema ---------------------------------------------------------------------------


@settings(max_examples=50)
@given(spoken(), st.data())
def test_the_schema_accepts_what_the_parser_accepts(body: Body, data: st.DataObject) -> None:
    slips = data.draw(st.lists(st.sampled_from(mutations(body)), max_size=1))
    text = data.draw(files(mutated(body, *slips)))
    try:
        agreement = read_text(text)
    except AgreementError:
        return
    VALIDATOR.validate(yaml.load(text, Loader=Typed))
    VALIDATOR.validate(canonical(agreement))


@settings(max_examples=80)
@given(spoken(), st.data())
def test_the_schema_refuses_what_is_not_in_the_grammar(body: Body, data: st.DataObject) -> None:
    slip = data.draw(st.sampled_from(mutations(body)))
    text = data.draw(files(mutated(body, slip)))
    if {mistake.code for mistake in reading(text)} & GRAMMAR:
        assert not VALIDATOR.is_valid(yaml.load(text, Loader=Typed))
