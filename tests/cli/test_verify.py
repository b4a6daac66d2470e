"""An outsider's check finds what was changed, and says what it looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.agreement.canonical import canonical
from comity.agreement.decide import decide
from comity.cli import _audit, main
from comity.exchange import publish as exchange_publish
from comity.ledger import checkpoint, entry, tiles
from comity.ledger.checkpoint import Checkpoint
from comity.ledger.note import Signer
from comity.ledger.proof import prove
from comity.ledger.tree import Tree
from comity.records import Facts
from tests.ledger.sample import LOG, OTHER_LOG, WITNESSES, salts
from tests.service import small


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run's folder without its house: only what was published or handed over."""
    folder = small.published(tmp_path_factory.mktemp("run"))
    shutil.rmtree(folder / "house")
    shutil.rmtree(folder / "outbox")
    return folder


@pytest.fixture
def run(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "run"))


def verify(*words: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, words)])


def entries_of(run: Path) -> list[bytes]:
    size = int(tiles.read_checkpoint(run / "ledger").splitlines()[1])
    return list(tiles.read_entries(run / "ledger", size))


def found(result: Result) -> dict[str, list[str]]:
    """Check -> what it found wrong, from --json."""
    body = json.loads(result.stdout)
    return {c["name"]: [f["message"] for f in c["findings"]] for c in body["checks"]}


def test_a_sound_run_says_what_was_looked_at(run: Path) -> None:
    stated = run / "statistics" / "by-month.json"
    result = verify(run, "--decisions", "--statistics", stated, "--json")
    assert result.exit_code == 0, result.output
    body = json.loads(result.stdout)
    assert body["sound"] is True
    counts = {c["name"]: c["checked"] for c in body["checks"]}
    assert counts["ledger"] == body["ledger"]["size"] == sum(body["ledger"]["kinds"].values())
    assert counts["decisions"] == body["ledger"]["kinds"]["decision"] == 4
    assert counts["statistics"] > 100
    assert result.stderr == ""


def test_the_table_names_the_ledger_and_warns_of_a_key_beside_it(run: Path) -> None:
    shown = verify(run / "ledger")
    assert shown.exit_code == 0
    assert f"Ledger ledger.example/oak: {len(entries_of(run))} entries" in shown.output
    assert "files agree with each other, not who wrote them" in shown.output
    elsewhere = run.parent / "operator.vkey"
    shutil.copy(run / "ledger" / "ledger.vkey", elsewhere)
    assert "files agree" not in verify(run / "ledger", "--key", elsewhere).output
    assert "files agree" not in verify(run, "--key", elsewhere.read_text()).output
    assert "files agree" in verify(run, "--key", run / "ledger" / "ledger.vkey").output


def test_another_key_is_refused(run: Path) -> None:
    result = verify(run, "--key", LOG.verifier_key)
    assert result.exit_code == 1
    assert "no known key signed this note" in result.stderr
    assert verify(run, "--key", "nonsense+00+AAAA", "--json").exit_code == 1


def test_an_edited_entry_is_named(run: Path) -> None:
    (bundle,) = (run / "ledger" / "tile" / "entries").rglob("000.p/*")
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"2011-05"', b'"2011-06"', 1))
    result = verify(run, "--json")
    assert result.exit_code == 1
    assert "the entries do not add up to the signed root" in found(result)["ledger"]
    assert "wrong" in verify(run).output


def test_a_lost_file_is_an_answer_not_a_traceback(run: Path) -> None:
    (tile,) = (run / "ledger" / "tile" / "0").rglob("000.p/*")
    tile.unlink()
    result = verify(run, "--json")
    assert result.exit_code == 1
    assert found(result)["ledger"] == ["a file of the ledger cannot be read"]


def test_a_changed_number_is_named_with_both_values(run: Path) -> None:
    stated = run / "statistics" / "by-jurisdiction.json"
    body = json.loads(stated.read_text())
    body["total"]["counts"]["matches"] += 1
    stated.write_text(json.dumps(body))
    result = verify(run, "--statistics", stated, "--json")
    assert result.exit_code == 1
    (check,) = (c for c in json.loads(result.stdout)["checks"] if c["name"] == "statistics")
    (wrong,) = check["findings"]
    assert wrong["where"].endswith("total.counts.matches")
    assert (wrong["expected"], wrong["found"]) == ("`1`", "`2`")
    assert "total.counts.matches" in verify(run, "--statistics", stated).output


@pytest.mark.parametrize("text", ["[]", "{", '{"format": "other"}'])
def test_statistics_of_another_form_are_a_finding(run: Path, text: str) -> None:
    stated = run / "statistics" / "by-month.json"
    stated.write_text(text)
    result = verify(run, "--statistics", stated, "--json")
    assert result.exit_code == 1
    assert len(found(result)["statistics"]) == 1


def test_a_changed_opening_is_found_by_every_check_that_needs_it(run: Path) -> None:
    handed = run / "auditors" / "openings.json"
    body = json.loads(handed.read_text())
    (number, decided) = next((n, o) for n, o in body.items() if "decision" in o)
    decided["decision"]["value"]["permit"] = not decided["decision"]["value"]["permit"]
    handed.write_text(json.dumps(body))
    stated = run / "statistics" / "by-month.json"
    result = verify(run, "--decisions", "--statistics", stated, "--json")
    assert result.exit_code == 1, number
    assert found(result)["ledger"] == []
    for check in ("decisions", "statistics"):
        assert found(result)[check] == ["the opened value is not what was committed to"]


def test_a_missing_opening_is_found(run: Path) -> None:
    handed = run / "auditors" / "openings.json"
    body = json.loads(handed.read_text())
    del body[next(n for n, o in body.items() if "decision" in o)]
    handed.write_text(json.dumps(body))
    assert found(verify(run, "--decisions", "--json"))["decisions"] == ["an entry cannot be opened"]


@pytest.mark.parametrize("text", ["[]", "nothing", '{"x": {}}', '{"1": {"a": 3}}'])
def test_openings_of_another_form_are_refused(run: Path, text: str) -> None:
    other = run / "other.json"
    other.write_text(text)
    result = verify(run, "--decisions", "--openings", other)
    assert result.exit_code == 1
    assert result.stderr.startswith("comity: ")


def test_without_openings_the_command_says_who_has_them(run: Path) -> None:
    shutil.rmtree(run / "auditors")
    result = verify(run, "--decisions")
    assert result.exit_code == 2
    assert "openings are handed to auditors" in result.stderr


# --- decisions an operator should not have made -------------------------------------------

KNOWN = Facts(small.COUNTY, True, "arrest", {"2010": "1"}, False, False)
AT = datetime.fromisoformat("2011-05-02T09:00:00+00:00")


def lying_ledger(folder: Path, changes: dict[str, object], facts: object = None) -> Path:
    """A well-formed ledger of one agreement and one decision, which says something else."""
    said = decide(small.agreements(), "search", KNOWN, at=AT).as_json() | changes
    (agreement,) = small.agreements()
    leaves = [
        entry.make(
            "agreement", period="2011-05", policy="", salt=salts("a"),
            values={"id": agreement.id, "recorded_at": AT.isoformat()},
            public={"agreement": canonical(agreement)},
        ),
        entry.make(
            "decision", period="2011-05", policy="", salt=salts("d"),
            values={
                "case": "c", "jurisdiction": small.COUNTY, "at": AT.isoformat(),
                "question": "search", "facts": KNOWN.as_json() if facts is None else facts,
                "decision": said, "number": 1, "because": "submission",
            },
        ),
    ]  # fmt: skip
    tree = Tree.of_entries(leaf for leaf, _ in leaves)
    head = Checkpoint(LOG.name, len(tree), tree.root())
    tiles.write(folder / "ledger", [leaf for leaf, _ in leaves], checkpoint.sign(head, LOG))
    (folder / "auditors").mkdir()
    openings = {str(n): opening.as_json() for n, (_, opening) in enumerate(leaves)}
    (folder / "auditors" / "openings.json").write_text(json.dumps(openings))
    return folder


def test_a_true_decision_passes(tmp_path: Path) -> None:
    folder = lying_ledger(tmp_path, {})
    result = verify(folder, "--key", LOG.verifier_key, "--decisions")
    assert result.exit_code == 0, result.output


def test_a_decision_that_does_not_follow_is_named_with_what_differs(tmp_path: Path) -> None:
    folder = lying_ledger(tmp_path, {"clauses": ["oak-2011#scope"], "policy": "0" * 64})
    result = verify(folder, "--key", LOG.verifier_key, "--decisions", "--json")
    assert result.exit_code == 1
    (wrong,) = json.loads(result.stdout)["checks"][1]["findings"]
    assert wrong["where"] == "leaf 1"
    assert wrong["found"] == f"clauses `['oak-2011#scope']`, policy `{'0' * 64}`"


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"permit": 7}, None),
        ({"at": "yesterday"}, None),
        ({"clauses": []}, None),
        ({"question": "why"}, None),
        ({"nonsense": 1}, None),
        ({}, {"stage": "birth", "jurisdiction": "x"}),
        ({}, {"colour": "blue"}),
        ({}, {}),
    ],
)
def test_a_decision_of_any_shape_ends_in_a_finding(
    tmp_path: Path, changes: dict[str, object], facts: object
) -> None:
    folder = lying_ledger(tmp_path, changes, facts)
    result = verify(folder, "--key", LOG.verifier_key, "--decisions", "--json")
    assert result.exit_code == 1
    assert len(found(result)["decisions"]) == 1


# --- growth, witnesses, proofs ------------------------------------------------------------


def test_an_older_checkpoint_is_continued_or_the_rollback_is_named(run: Path) -> None:
    kept = run.parent / "kept"
    leaves = entries_of(run)[:5]
    key = signer_of(run)
    tree = Tree.of_entries(leaves)
    kept.write_bytes(checkpoint.sign(Checkpoint(key.name, 5, tree.root()), key))
    assert verify(run, "--since", kept).exit_code == 0
    other = Tree.of_entries([*leaves[:4], b"another"])
    kept.write_bytes(checkpoint.sign(Checkpoint(key.name, 5, other.root()), key))
    result = verify(run, "--since", kept, "--json")
    assert result.exit_code == 1
    assert found(result)["growth"]


def signer_of(run: Path) -> Signer:
    """The key of the house in small.py, whose secret is 32 zero bytes."""
    import hmac

    from comity.ledger.note import generate

    key = generate("ledger.example/oak", hmac.digest(bytes(32), b"ledger key", "sha256"))
    assert key.verifier_key == (run / "ledger" / "ledger.vkey").read_text().strip()
    return key


def test_a_witness_that_did_not_sign_is_missed(run: Path) -> None:
    result = verify(run, "--witness", WITNESSES[0].verifier_key, "--json")
    assert result.exit_code == 1
    assert found(result)["ledger"] == ["too few witnesses cosigned this checkpoint"]


def test_a_proof_needs_no_ledger(run: Path) -> None:
    head = tiles.read_checkpoint(run / "ledger")
    leaves = entries_of(run)
    proof_file, entry_file, key = (run.parent / n for n in ("7.tlog-proof", "7.json", "log.vkey"))
    proof_file.write_bytes(prove(Tree.of_entries(leaves), 7, head).as_bytes())
    entry_file.write_bytes(leaves[7])
    shutil.move(run / "ledger" / "ledger.vkey", key)
    shutil.rmtree(run)
    words = ("--proof", proof_file, "--entry", entry_file)
    right = verify("--key", key, *words)
    assert right.exit_code == 0, right.output
    assert f"number 7 of {len(leaves)}" in " ".join(right.output.replace("│", " ").split())
    assert verify("--key", OTHER_LOG.verifier_key, *words).exit_code == 1
    entry_file.write_bytes(leaves[8])
    wrong = verify("--key", key, *words, "--json")
    assert wrong.exit_code == 1
    assert found(wrong) == {"proof": ["the roots differ"]}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--proof", "p"),
        ("--proof", "p", "--entry", "e"),
        ("--decisions",),
        ("nowhere",),
        ("--key", "no-such-file", "--proof", "p", "--entry", "e"),
    ],
)
def test_a_call_that_cannot_be_meant_exits_2(words: tuple[str, ...]) -> None:
    result = verify(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("comity: ")


# --- what an outsider needs ---------------------------------------------------------------


def test_the_key_lies_where_it_is_published() -> None:
    assert exchange_publish.KEY == _audit.KEY


def test_no_engine_store_or_house_is_loaded(run: Path) -> None:
    program = (
        "import sys; from comity.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as e: code = e.code\n"
        "heavy = {'nbis', 'onnxruntime', 'numba', 'sqlalchemy', 'fastapi'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else code)"
    )
    words = [sys.executable, "-c", program, "verify", str(run), "--decisions"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
