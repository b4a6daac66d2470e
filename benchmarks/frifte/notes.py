"""One evaluation in sentences: its first figures, and what its figures do not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RULE_OF_THREE = 3.0  # no error in n trials: at most 3 / n, with 95 % confidence


def summary(body: Mapping[str, Any]) -> list[str]:
    """What a terminal shows."""
    accuracy, seconds, fresh = body["accuracy"], body["seconds"], body["new_process"]
    one = seconds["non_mated_one_thread"]
    plain = [1000 * seconds[f"non_mated_as_stated{n}"]["mean"] for n in ("_one_thread", "")]
    found = [f"{body['n']:,} people; {body['data']}"]
    for target, point in accuracy["at_fpir"].items():
        fnir = point["fnir"]
        few = "" if point["resolved"] else "; non-mated searches too few"
        found.append(
            f"FNIR at FPIR {target}: {fnir['estimate']:.2g}, {fnir['low95']:.2g} to"
            f" {fnir['high95']:.2g} ({fnir['numerator']} of {fnir['denominator']}{few})"
        )
    lost = ", ".join(f"{count} {step}" for step, count in body["mates_not_returned"].items())
    found.append(f"mates not returned: {lost}")
    for stated, point in body["calibration"].items():
        rate = point["fpir"]
        found.append(
            f"stated FPIR {stated}: measured {rate['estimate']:.2g}, {rate['low95']:.2g} to"
            f" {rate['high95']:.2g}"
        )
    found += [
        f"non-mated search: {1000 * one['mean']:.1f} ms on one thread,"
        f" {1000 * seconds['non_mated']['mean']:.1f} ms on {seconds['threads']};"
        f" {plain[0]:.1f} and {plain[1]:.1f} with the fingers as stated;"
        f" {1000 * body['floor']['seconds_one_thread']:.3g} ms to read the first pass once",
        f"first answer of a new process: {fresh['process_to_first_answer_seconds']:.2f} s",
        f"enrolment: {body['enrolment']['people_a_second_one_core'] or 0:,} people a second a core;"
        f" {body['size']['bytes_a_finger_on_disk']:,.0f} bytes a finger on disk",
    ]
    return found


def notes(body: Mapping[str, Any]) -> list[str]:
    """One sentence a limit, each with its own numbers."""
    accuracy, machine, options = body["accuracy"], body["machine"], body["options"]
    found = [
        f"The {body['n']:,} people enrolled are synthetic, and so are the searches that the first"
        " table counts. Their fingers differ from each other less, or more, than real ones by an"
        " amount that only large collections of real prints could tell.",
        f"No error among {accuracy['mated']:,} mated searches would still allow an FNIR of"
        f" {RULE_OF_THREE / accuracy['mated']:.2g}; none among {accuracy['non_mated']:,} non-mated"
        f" ones an FPIR of {RULE_OF_THREE / accuracy['non_mated']:.2g} (rule of three).",
        f"Of {body['n']:,} people {accuracy['compared_in_full_mean']:,.0f} a search were compared"
        " in full; whoever was not among these could not be found.",
        f"Measured on {machine['processor'] or 'an unnamed processor'}, {machine['cores']} cores,"
        f" {machine['memory_gib']} GiB, at a load of {machine['load_1_minute']} when it began:"
        " where that is not near 0 others were using the machine and seconds are too many.",
    ]
    if options["mated"] > options["people"]:
        found.append("There were fewer people than mated searches wanted, and each searched once.")
    found += _unresolved(accuracy)
    if "real" in body:
        found += _real(body)
    if "likeness" in body:
        found.append(_likeness(body["likeness"]))
    if "peers" in body:
        found.append(
            "Peers compare one finger with everyone enrolled, one thread, without a shortlist;"
            " a search that had its mate counts as non-mated without it. Angles and kinds were put"
            " into each matcher's own terms; none was tuned."
        )
    return found


def _unresolved(accuracy: Mapping[str, Any]) -> list[str]:
    few = [target for target, point in accuracy["at_fpir"].items() if not point["resolved"]]
    if not few:
        return []
    return [
        f"{accuracy['non_mated']:,} non-mated searches are too few to see an FPIR of"
        f" {', '.join(few)}: there the threshold lies just above the highest of them."
    ]


def _real(body: Mapping[str, Any]) -> list[str]:
    real = body["real"]["all"]
    found = [
        f"Real prints are of 30 fingers of volunteers; searches with them share fingers, and are"
        f" worth {real['disjoint_people']} independent people. No miss among so many would allow"
        f" an FNIR of {min(1.0, RULE_OF_THREE / real['disjoint_people']):.2g}. Intervals are by"
        " resampling fingers.",
        "FVC2002 DB4 is itself synthetic. A search without candidates that share a finger with"
        " the probe stands for one by someone who is not enrolled.",
    ]
    if len(body["options"]["fingers"]) > 1:
        found.append(
            "Hands of eight or ten real fingers are put together from fingers of different people,"
            " each in an impression of its own: qualities do not go together as on one hand."
        )
    return found


def _likeness(likeness: Mapping[str, Any]) -> str:
    parts = [
        f"{name}: genuine {part['synthetic_to_real']['mcc_genuine']:.2f}, impostor"
        f" {part['synthetic_to_real']['mcc_impostor']:.2f} (real to real"
        f" {part['real_to_real']['mcc_genuine']:.2f} and"
        f" {part['real_to_real']['mcc_impostor']:.2f}); above what 0.01 and 0.001 of real impostors"
        f" reach lie {part['impostors_beyond_real'][0]:.2g} and"
        f" {part['impostors_beyond_real'][1]:.2g} of synthetic ones"
        for name, part in likeness.items()
    ]
    return (
        "Kolmogorov-Smirnov distance of finger scores, synthetic to real: " + "; ".join(parts) + "."
        " It compares the bulk of the scores. False candidates of a large gallery come from the"
        " last millionth of impostors, of which 30 real fingers show nothing: there FPIR rests on"
        " the synthetic fingers being as different from one another as people's are."
    )
