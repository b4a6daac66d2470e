"""`comity agreement check`: every code there is, at its place, and nothing said of a clean file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreement.canonical import from_canonical
from comity.agreement.check import check
from comity.agreement.check_reach import EVERYTHING, remarks
from comity.agreement.decide import decide
from comity.agreement.findings import CODES, ERRORS, NOTES, WARNINGS, Finding
from comity.agreement.read import read_text, source_file, source_of
from comity.agreement.register import Agreements
from comity.cli import agreement as commands
from comity.records import Facts
from tests.agreement.cases import DAYS, bodies, day, facts

PROJECT = Path(__file__).parents[2]
EXAMPLES = PROJECT / "docs/spec/agreements"
PRESET = PROJECT / "src/comity/programme/presets/three_states"
JUNIPER = (EXAMPLES / "juniper.yaml").read_text("utf-8")
SPRUCE = (EXAMPLES / "spruce_limit.yaml").read_text("utf-8")
TAMARACK = (EXAMPLES / "tamarack_limit.yaml").read_text("utf-8")
MANDATE = (EXAMPLES / "mandate.yaml").read_text("utf-8")


def found(*texts: str, oris: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    return check([source_of(text, f"{n}.yaml") for n, text in enumerate(texts)], oris)


def edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


# Each row: a file, an edit of it, the one code that follows, and where it is said to stand.
LEVELS_ALL = 'permit: ["1", "2"]'
EDITS = [
    ("not-yaml", JUNIPER, "parties: [North", "parties: [[North", ""),
    ("alias", JUNIPER, "trigger: {id", "trigger: &t {id", ""),
    ("tag", JUNIPER, "title: ", "title: !!str ", ""),
    ("too-deep", JUNIPER, "permit: [", "permit: [[[[[[[[[]]]]]]]], ", ""),
    ("second-document", JUNIPER, "recorded: 2010", "---\nrecorded: 2010", ""),
    ("not-a-mapping", JUNIPER, 'review: {id: review, text: "§ VI", second_reviewer: yes}',
     "review: yes", "review"),
    ("unknown-key", JUNIPER, "second_reviewer", "secondreviewer", "review"),
    ("repeated-key", JUNIPER, "days: 365", "days: 365, days: 366", "retention.days"),
    ("missing-key", JUNIPER, ", days: 365", "", "retention"),
    ("no-text", JUNIPER, 'text: "§ VII"', 'text: " "', "retention.text"),
    ("wrong-form", JUNIPER, "XN0110100", "XN01101", "scope.jurisdictions.1"),
    ("unknown-word", JUNIPER, "fact: citizen", "fact: citizens", "exclusions.2.fact"),
    ("not-yes-or-no", JUNIPER, "second_reviewer: yes", "second_reviewer: y", "review"),
    ("not-a-number", JUNIPER, "days: 365", "days: a year", "retention.days"),
    ("not-a-time", JUNIPER, "told: 2010-11-12T16:00:00-06:00", "told: 12 Nov 2010", "term.told"),
    ("no-offset", JUNIPER, "16:00:00-06:00", "16:00:00", "term.told"),
    ("not-a-list", JUNIPER, LEVELS_ALL, 'permit: "1"', "levels.permit"),
    ("empty-list", JUNIPER, LEVELS_ALL, "permit: []", "levels.permit"),
    ("listed-twice", JUNIPER, LEVELS_ALL, 'permit: ["1", "2", "1"]', "levels.permit.2"),
    ("reserved-id", JUNIPER, "agreement: juniper-2011", "agreement: default", "agreement"),
    ("repeated-id", JUNIPER, "id: no-victims", "id: no-juveniles", "exclusions.1.id"),
    ("not-published", JUNIPER, "  published: 2010-11-15T09:00:00-06:00\n", "", "term"),
    ("notice-too-short", JUNIPER, "published: 2010-11", "published: 2010-12", "term.effective"),
    ("told-too-late", JUNIPER, "told: 2010-11-12", "told: 2010-12-12", "term.told"),
    ("not-a-party", JUNIPER, "end_by: [North Example Bureau of Identification, ",
     "end_by: [North Example Bureau of Identification, Governor, ", "notice.end_by.1"),
    ("not-theirs-to-end", JUNIPER, "by: North Example Bureau of Identification", "by: Governor",
     "events.0.by"),
    ("excluded-twice", JUNIPER, "fact: citizen", "fact: juvenile", "exclusions.2.fact"),
    ("no-release", SPRUCE, "local_agency: no", "local_agency: yes", "release"),
    ("no-answer", JUNIPER, 'answer: {id: answer, text: "§ V.E", local_agency: yes}\n', "", ""),
    ("limit-of-nothing", edited(SPRUCE, 'hold: {id: no-holds, text: "sec. 5", honoured: no}\n', ""),
     'answer: {id: answer, text: "sec. 4", local_agency: no}\n', "", ""),
    ("release-without-answer", TAMARACK, 'answer: {id: answer, text: "§ 5", local_agency: yes}\n',
     "", "release"),
    ("limit-of-another", TAMARACK, "to: local_agency", "to: state_bureau", "release.0.to"),
    ("answer-refused", TAMARACK, "local_agency: yes", "local_agency: no", "release.0.to"),
    ("hold-without-end", JUNIPER, ", hours: 48", "", "hold"),
    ("hold-refused", SPRUCE, "honoured: no", "honoured: no, hours: 48", "hold.hours"),
    ("limit-suspended", SPRUCE, "retention:",
     "events: [{id: e, text: l, event: suspended, given: 2012-01-01T00:00:00Z}]\nretention:",
     "events.0.event"),
    ("recorded-before-given", JUNIPER, "recorded: 2012-04-18", "recorded: 2012-04-15",
     "events.0.recorded"),
    ("effect-too-soon", JUNIPER, "  recorded: 2012-04-18",
     "  effective: 2012-05-01T00:00:00Z\n  recorded: 2012-04-18", "events.0.effective"),
    ("nothing-to-resume", JUNIPER, "event: terminated", "event: resumed", "events.0.event"),
    ("resumed-after-end", JUNIPER, "events:",
     "events:\n- {id: s, text: l, event: suspended, given: 2012-05-01T00:00:00Z, by: Notified "
     "Agency}\n- {id: r, text: l, event: resumed, given: 2012-06-01T00:00:00Z, by: Notified "
     "Agency}", "events.1.effective"),
    ("text-missing", JUNIPER, 'text: "§ VI"', 'text: "TBD"', "review.text"),
    ("not-told", JUNIPER, "  told: 2010-11-12T16:00:00-06:00\n", "", "term"),
    ("published-after-effect", MANDATE, 'text: "para. 2", ',
     'text: "para. 2", published: 2012-06-01T00:00:00-06:00, ', "term.published"),
    ("event-by-nobody", JUNIPER, "  by: North Example Bureau of Identification\n", "", "events.0"),
    ("answer-empty", TAMARACK, "fields: [identity_number]", "fields: []", "answer.local_agency"),
    ("recipient-given-nothing", MANDATE, "to: state_bureau, fields: [identity_number]",
     "to: state_bureau, fields: []", "release.1.fields"),
    ("agency-given-nothing", MANDATE, "  to: notified_agency", "  to: state_bureau", "release"),
    ("retention-none", JUNIPER, "days: 365", "days: 0", "retention.days"),
    ("retention-shorter-than-hold", JUNIPER, "days: 365", "days: 1", "retention.days"),
    ("scope-form", MANDATE, "[XN*]", "[1N*]", "scope.jurisdictions.0"),
    ("scope-covered", MANDATE, "[XN*]", "[XN*, XN0110000]", "scope.jurisdictions.1"),
    ("scope-spans-states", JUNIPER, "XN0110100", "XS0110100", "scope.jurisdictions"),
    ("other-state", MANDATE, "[Notified Agency]", "[Notified Agency for Ohio]", "parties.0"),
    ("unreachable", JUNIPER, "until: conviction", "until: charge", "exclusions.3"),
    ("level-unreachable", edited(JUNIPER, "stage: charge", "stage: conviction"),
     LEVELS_ALL, 'permit: ["1", "2", non-criminal]', "levels.permit.2"),
    ("field-given-again", JUNIPER, "fields: [place_of_birth]", "fields: [place_of_birth, name]",
     "release.1.fields.1"),
    ("after-without-effect", JUNIPER, "after: conviction", "after: charge", "release.1.after"),
    ("never-in-force", JUNIPER, "effective: 2011-01-01", "effective: 2013-01-01",
     "term.effective"),
    ("event-without-effect", JUNIPER, "events:",
     "events:\n- {id: s, text: l, event: suspended, given: 2013-05-01T00:00:00Z, by: Notified "
     "Agency}", "events.0"),
    ("text-shared", JUNIPER, 'text: "§ VII"', 'text: "§ VI"', "retention.text"),
    ("recorded-late", JUNIPER, "\nrecorded: 2010", "\nrecorded: 2011", "recorded"),
    ("hold-beyond-48", JUNIPER, "hours: 48", "hours: 96", "hold.hours"),
    ("fields-to-nobody", MANDATE, ", custody]", "]", "release"),
    ("never-resumed", JUNIPER, "event: terminated", "event: suspended", "events.0"),
]  # fmt: skip
ELSEWHERE = {
    "unreadable", "hold-too-long", "same-id", "gap", "overlap", "field-to-nobody", "scope-unknown",
}  # fmt: skip


def test_the_examples_are_clean() -> None:
    sources = [source_file(path) for path in sorted(EXAMPLES.glob("*.yaml"))]
    assert len(sources) == 4
    assert check(sources) == ()


@pytest.mark.parametrize(("code", "text", "old", "new", "path"), EDITS, ids=[e[0] for e in EDITS])
def test_a_slip_is_found_where_it_is(code: str, text: str, old: str, new: str, path: str) -> None:
    changed = edited(text, old, new)
    findings = [f for f in found(changed) if f.code == code]
    assert findings, found(changed)
    first = findings[0]
    assert first.severity == CODES[code][0]
    assert (
        path == ""
        or path in {first.path, f"{path}.second_reviewer"}
        or (first.path.startswith(path))
    )
    lines = changed.splitlines()
    assert 1 <= first.line <= len(lines)
    assert 1 <= first.column <= len(lines[first.line - 1]) + 1
    assert first.next_step


def test_every_code_has_a_slip_that_brings_it() -> None:
    assert {row[0] for row in EDITS} | ELSEWHERE == set(CODES)
    assert len(CODES) == len(ERRORS) + len(WARNINGS) + len(NOTES)


def test_one_slip_is_one_error() -> None:
    for code, text, old, new, _ in EDITS:
        if CODES[code][0] == "error":
            errors = [f.code for f in found(edited(text, old, new)) if f.severity == "error"]
            assert errors == [code], (code, errors)


def test_a_page_of_the_spec_has_every_code() -> None:
    page = (PROJECT / "docs/spec/agreement-findings.md").read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in page] == []


def test_two_files_with_one_id() -> None:
    (finding,) = [f for f in found(SPRUCE, SPRUCE) if f.severity == "error"]
    assert (finding.file, finding.code, finding.line) == ("1.yaml", "same-id", 4)


def test_an_ori_that_nobody_knows() -> None:
    known = ("XN0110000", "XN0120000")
    said = [(f.code, f.path) for f in found(JUNIPER, oris=known)]
    assert said == [("scope-unknown", "scope.jurisdictions.1")]
    assert found(MANDATE, oris=known) == ()
    (finding,) = found(edited(MANDATE, "XN*", "XW*"), oris=known)
    assert finding.code == "scope-unknown"


def test_nobody_in_force_between_two_agreements() -> None:
    again = JUNIPER.split("events:")[0].replace("juniper-2011", "juniper-2012")
    later = again.replace("effective: 2011-01-01", "effective: 2012-06-01")
    (finding,) = found(JUNIPER, later)
    assert (finding.file, finding.code, finding.path) == ("1.yaml", "gap", "term.effective")
    assert "from 2012-05-16, when `juniper-2011` ends, to 2012-06-01" in finding.said
    at_once = again.replace("effective: 2011-01-01", "effective: 2012-05-16")
    assert found(JUNIPER, at_once) == ()
    before = again.replace("effective: 2011-01-01", "effective: 2012-05-15")
    assert [f.code for f in found(JUNIPER, before)] == ["overlap"]


def test_a_field_that_another_agreement_keeps_back() -> None:
    other = JUNIPER.replace("juniper-2011", "juniper-sheriff").replace(", custody]", "]")
    codes = {f.code: f for f in found(JUNIPER, other)}
    assert codes["field-to-nobody"].said.startswith("`custody`:")
    assert codes["field-to-nobody"].file == "0.yaml"
    # The county's limit keeps everything from its sheriff.
    limit = SPRUCE.replace("XN0120000", "XN*").replace("effective: 2011-10", "effective: 2010-10")
    (kept,) = [f for f in found(JUNIPER, limit) if f.code == "field-to-nobody"]
    assert (kept.path, kept.file) == ("release.3.fields", "0.yaml")


def test_findings_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(edited(JUNIPER, "stage: charge", "stage: chrage"))
    worse = tmp_path / "worse.yaml"
    worse.write_bytes(b"agreement: \xff\xfe")
    sources = [source_file(path) for path in (bad, worse, EXAMPLES / "mandate.yaml")]
    assert [(f.file, f.line, f.column, f.code, f.next_step) for f in check(sources)] == [
        ("bad.yaml", 22, 48, "unknown-word", "write `charge`"),
        ("worse.yaml", 1, 12, "unreadable", CODES["unreadable"][1]),
    ]


def test_a_wrong_word_hides_no_wrong_date() -> None:
    text = edited(
        edited(JUNIPER, "fact: citizen", "fact: citzen"), "told: 2010-11", "told: 2010-12"
    )
    text = edited(text, "hold: {id: hold", "hlod: {id: no-victims")
    said = [(f.code, f.line) for f in found(text)]
    assert said == [("told-too-late", 14), ("unknown-word", 27), ("unknown-key", 38),
                    ("repeated-id", 38)]  # fmt: skip


# --- dead clauses -------------------------------------------------------------------------


def possible(case: Facts) -> bool:
    """Whether anybody can be so: a level of its own needs its offence, and the other way about."""
    charged = case.stage in {"charge", "conviction"}
    return not (
        (case.level["2008"] == "non-criminal" and charged)
        or (case.stage == "conviction" and "non-criminal" in
            {case.level["2010"], case.level["2014"]})
    )  # fmt: skip


@settings(max_examples=60)
@given(bodies(), st.lists(facts().filter(possible), min_size=5, max_size=5), st.data())
def test_without_a_dead_exclusion_every_case_is_decided_the_same(body, cases, data) -> None:
    body |= {"events": []}
    agreement = from_canonical(body)
    dead = [r.path[1] for r in remarks(agreement)
            if r.code == "unreachable" and r.path[0] == "exclusions"]  # fmt: skip
    if not dead:
        return
    index = data.draw(st.sampled_from(dead))
    rest = [x for n, x in enumerate(body["exclusions"]) if n != index]
    both = [from_canonical(b) for b in (body, body | {"exclusions": rest})]
    for case in cases:
        for question in ("search", "release", "hold"):
            beside = (EVERYTHING,) if question == "hold" else ()
            one, other = (
                decide(Agreements((a, *beside)), question, case, at=day(DAYS + 4)) for a in both
            )
            assert (one.permit, one.fields, one.timing) == (
                other.permit,
                other.fields,
                other.timing,
            )


# --- the command --------------------------------------------------------------------------


def run(*words: object):
    return CliRunner().invoke(commands.group, ["check", *map(str, words)])


def test_exit_codes(tmp_path: Path) -> None:
    noted = tmp_path / "noted.yaml"
    noted.write_text(edited(JUNIPER, "hours: 48", "hours: 96"))
    bad = tmp_path / "bad.yaml"
    bad.write_text(edited(JUNIPER, "stage: charge", "stage: chrage"))
    assert run(EXAMPLES).exit_code == 0
    assert run(noted, "--strict").exit_code == 0
    assert run(PRESET).exit_code == 3
    assert run(PRESET, "--strict").exit_code == 4
    assert run(PRESET, bad).exit_code == 4
    assert run(EXAMPLES, EXAMPLES / "juniper.yaml").exit_code == 0  # one file named twice


def test_the_table_says_place_code_and_next_step(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(edited(JUNIPER, "stage: charge", "stage: chrage"))
    lines = run(bad, PRESET).output.splitlines()
    assert lines[:3] == [
        str(bad),
        "  22:48  error  unknown-word  trigger.stage",
        "      expected one of `arrest`, `charge`, `conviction`; found `chrage`; "
        "next: write `charge`",
    ]
    counted = "6 file(s): 1 error(s), 4 warning(s), 10 note(s)"
    assert lines[-1] == f"{counted}; see the notes with --notes"
    assert not any("  note  " in line for line in lines)
    every = run(bad, PRESET, "--notes").output.splitlines()
    assert sum(" note " in line for line in every) == 10
    assert every[-1] == counted


def test_findings_as_json(tmp_path: Path) -> None:
    known = tmp_path / "oris.txt"
    known.write_text("XN0010000\nXN0110000\n")
    result = run(EXAMPLES / "juniper.yaml", "--oris", known, "--json")
    body = json.loads(result.output)
    assert (body["files"], body["worst"], result.exit_code) == (1, "warning", 3)
    (finding,) = body["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("scope-unknown", 9, 60)
    missing = run(EXAMPLES, "--oris", tmp_path / "none.txt")
    assert "cannot be read" in str(missing.exception)


# --- the pages ----------------------------------------------------------------------------


def test_the_examples_of_the_pages_are_the_files_beside_them() -> None:
    page = (PROJECT / "docs/spec/agreement.md").read_text("utf-8")
    blocks = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    assert [read_text(block) for block in blocks] == [read_text(JUNIPER), read_text(SPRUCE)]


def test_the_example_of_the_findings_page_is_what_check_says(tmp_path: Path) -> None:
    page = (PROJECT / "docs/spec/agreement-findings.md").read_text("utf-8")
    shown = page.split("```console\n")[1].split("```")[0]
    path = tmp_path / "juniper.yaml"
    path.write_text(edited(edited(JUNIPER, "stage: charge", "stage: chrage"), "11-12T", "12-12T"))
    said = run(path).output.replace(str(path), "juniper.yaml")
    assert shown == f"$ comity agreement check juniper.yaml\n{said}"
