"""Agreement files: what is read, and every mistake said at once with its place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.agreement.canonical import canonical, from_canonical, policy_hash
from comity.agreement.read import read_directory, read_files, read_text
from comity.errors import AgreementError
from tests.agreement.cases import body

PRESET = Path(__file__).parents[2] / "src/comity/programme/presets/three_states"
ALDER = (PRESET / "alder.yaml").read_text("utf-8")
ELM = (PRESET / "elm.yaml").read_text("utf-8")


def findings(text: str) -> list[tuple[int, str, str, str]]:
    with pytest.raises(AgreementError) as caught:
        read_text(text, "alder.yaml")
    return [(m.line, m.path, m.found, m.nearest) for m in caught.value.findings]


def test_an_agreement_is_read_as_it_is_written() -> None:
    alder = read_text(ALDER)
    assert alder.id == "alder-2011"
    assert alder.jurisdictions == ("XN0010000",)
    assert alder.effective == datetime(2011, 1, 1, 6, tzinfo=UTC)
    assert [x.fact for x in alder.exclusions] == ["juvenile", "minor_traffic_only"]
    assert alder.exclusions[1].until == "conviction"
    assert alder.levels.version == "2008"
    assert alder.review.second_reviewer is True
    assert alder.clause_id(alder.trigger) == "alder-2011#trigger"
    assert all(clause.text for clause in alder.clauses)


def test_a_termination_takes_effect_after_the_notice() -> None:
    (event,) = read_text(ELM).events
    assert event.effective.isoformat() == "2011-05-16T00:00:00-07:00"
    assert event.recorded == event.given


def test_a_termination_may_state_a_later_end() -> None:
    later = ELM + "  effective: 2011-06-01T00:00:00-07:00\n"
    assert read_text(later).events[0].effective.isoformat() == "2011-06-01T00:00:00-07:00"


def test_a_termination_may_not_state_an_earlier_end() -> None:
    early = ELM + "  effective: 2011-05-15T23:59:59-07:00\n"
    ((line, path, found, _),) = findings(early)
    assert line == len(early.splitlines())
    assert (path, found) == ("events.0.effective", "2011-05-15T23:59:59-07:00")


def test_every_mistake_is_said_at_once_with_its_place_and_the_nearest_word() -> None:
    wrong = (
        ALDER.replace("regime: agreement_required", "regime: agreement-required")
        .replace("stage: arrest", "stage: arest")
        .replace("fact: juvenile", "fact: juveniles")
        .replace("version: 2008", "version: 2009")
        .replace("retention: {id", "retension: {id")
        .replace("T00:00:00-06:00", "T00:00:00")
    )
    lines = wrong.splitlines()
    found = findings(wrong)
    assert [(path, said, nearest) for _, path, said, nearest in found] == [
        ("regime", "agreement-required", "agreement_required"),
        ("term.effective", "2011-01-01T00:00:00 without an offset", ""),
        ("trigger.stage", "arest", "arrest"),
        ("levels.version", "2009", "2010"),
        ("exclusions.0.fact", "juveniles", "juvenile"),
        ("the file", "retension", "retention"),
    ]
    for line, _, said, _ in found:
        assert said.split()[0] in lines[line - 1]


def test_the_error_shows_the_first_mistake_and_counts_the_rest() -> None:
    with pytest.raises(AgreementError) as caught:
        read_text(ALDER.replace("fact: juvenile", "fact: juveniles"), "alder.yaml")
    assert caught.value.where == "alder.yaml:17:44"
    assert str(caught.value.findings[0]) == (
        "line 17, column 44, exclusions.0.fact: expected one of `minor_traffic_only`, `juvenile`, "
        "`victim_or_witness`, `lawful_process_only`, `citizen`, found `juveniles`; "
        "did you mean `juvenile`?"
    )
    assert caught.value.findings[0].column == 1 + ALDER.splitlines()[16].index("juvenile}")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("effective: 2011-01-01T", "effective: 2010-12-15T08:59:59-06:00 #", "term.effective"),
        ("  published: 2010-11-15T09:00:00-06:00\n", "", "term"),
        ("id: to-bureau", "id: to-county", "release.3.id"),
        ("agreement: alder-2011", "agreement: default", "agreement"),
        ("local_agency: yes", "local_agency: no", "release.3.to"),
        ("local_agency: yes", "local_agency: perhaps", "answer.local_agency"),
        ("days: 365", "days: -1", "retention.days"),
        ("days: 365", "days: 1_0", "retention.days"),
        ("days: 365", "days: 99999", "retention.days"),
        ("[XN0010000]", "[XN001]", "scope.jurisdictions.0"),
        ("[XN0010000]", "[XN0010000, XN0010000]", "scope.jurisdictions.1"),
        ("[XN0010000]", "XN0010000", "scope.jurisdictions"),
        ("[XN0010000]", "[]", "scope.jurisdictions"),
        ("title: Alder", "title: ' '\n# ", "title"),
        ("title: Alder", 'title: "a\\nb"\n# ', "title"),
        ("2011-01-01T00:00:00-06:00", "2011-02-29T00:00:00-06:00", "term.effective"),
        ("2011-01-01T00:00:00-06:00", "0011-01-01T00:00:00-06:00", "term.effective"),
        ("2011-01-01T00:00:00-06:00", "2011-01-01", "term.effective"),
        ("fact: juvenile}", "fact: minor_traffic_only}", "exclusions.1.fact"),
        ("trigger: {id: trigger, ", "trigger: {", "trigger"),
        ("id: trigger", "id: 'alder#trigger'", "trigger.id"),
    ],
)
def test_one_mistake_is_one_finding_at_its_place(old: str, new: str, path: str) -> None:
    assert old in ALDER
    assert [found[1] for found in findings(ALDER.replace(old, new, 1))] == [path]


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ("event: resumed, given: 2011-02-01T00:00:00Z", "events.0.event"),
        ("event: suspended, given: 2011-02-01T00:00:00Z, recorded: 2011-01-31T00:00:00Z",
         "events.0.recorded"),
        ("event: suspended, given: 2011-02-01T00:00:00Z, effective: 2011-01-31T00:00:00Z",
         "events.0.effective"),
        ("event: halted, given: 2011-02-01T00:00:00Z", "events.0.event"),
    ],
)  # fmt: skip
def test_events_that_cannot_have_happened_so(event: str, path: str) -> None:
    text = ALDER + "events:\n- {id: e, text: letter, " + event + "}\n"
    assert [found[1] for found in findings(text)] == [path]


def test_nothing_resumes_after_the_end() -> None:
    text = ELM + (
        "- {id: stop, text: a, event: suspended, given: 2011-05-01T00:00:00-07:00}\n"
        "- {id: go, text: b, event: resumed, given: 2011-05-16T00:00:00-07:00}\n"
    )
    assert [found[1] for found in findings(text)] == ["events.2.effective"]


def test_a_file_that_is_no_mapping_or_empty_or_not_yaml() -> None:
    assert findings("")[0][2] == "an empty file"
    assert findings("- a\n- b\n")[0][1] == "the file"
    assert findings("title: [unclosed\n")[0][0] == 1
    assert findings("a: \x00")[0][1] == "the file"


def test_a_set_with_one_bad_file_does_not_load_at_all(tmp_path: Path) -> None:
    (tmp_path / "alder.yaml").write_text(ALDER, "utf-8")
    (tmp_path / "bad.yaml").write_text(ELM.replace("stage: arrest", "stage: booking"), "utf-8")
    (tmp_path / "worse.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AgreementError) as caught:
        read_directory(tmp_path)
    paths = [mistake.path for mistake in caught.value.findings]
    assert paths == ["bad.yaml: trigger.stage", "worse.yaml: the file"]


def test_a_folder_is_read_whole_and_in_any_order(tmp_path: Path) -> None:
    agreements = read_directory(PRESET)
    assert [a.id for a in agreements] == [
        "alder-2011", "birch-2011", "dogwood-2011", "elm-2010", "fir-mandate",
    ]  # fmt: skip
    files = sorted(PRESET.glob("*.yaml"), reverse=True)
    assert read_files(files).policy == agreements.policy == policy_hash(reversed(agreements.all))
    with pytest.raises(AgreementError, match="no such folder"):
        read_directory(tmp_path / "nowhere")


def test_one_id_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(ALDER, "utf-8")
    with pytest.raises(AgreementError, match="same id"):
        read_directory(tmp_path)


def test_the_canonical_form_is_checked_like_a_file() -> None:
    for agreement in read_directory(PRESET):
        assert from_canonical(canonical(agreement)) == agreement
    with pytest.raises(AgreementError) as caught:
        from_canonical(body(regime="whatever", trigger={"id": "t", "text": "4", "stage": 3}))
    assert [m.path for m in caught.value.findings] == ["regime", "trigger.stage"]
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    with pytest.raises(AgreementError):
        from_canonical(body(parties=deep))


def test_the_policy_hash_is_pinned() -> None:
    # Changes only when the canonical form does: stored decisions cite these bytes.
    pinned = "9f1b7914bd94de86e4ddb07b88103bbdcb3643c36c72011224d6184ff189f105"
    assert policy_hash([from_canonical(body())]) == pinned


def test_files_from_before_there_were_holds_and_limits_keep_their_hash() -> None:
    # The demonstration's ledger cites it: a clause that is not said is not in the canonical form.
    pinned = "71ca746a089864b981cc8c17950c65d7f41e4dc83f74a14b042e14de6985d1b9"
    assert read_directory(PRESET).policy == pinned
