"""An explanation in plain words: what a stage measures, what it gave, and what that means.

Written with letters that every font has, for pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from comity.records import FINGER_NAMES
from comity.search import sequence
from comity.search.calibrate import Rate
from comity.search.explain import Explanation, FingerAccount, FingerEvidence
from comity.search.usual import Compared

WARNING = (
    "A match is not a status, and no step follows from this page alone. "
    "An examiner must look at the prints."
)
PAIRS_TOLD = 10_000
SMALL = 1e-12  # what is rarer is told as rarer than this: nobody could ever count so far


@dataclass(frozen=True)
class Stage:
    """How one stage's number is told."""

    key: str
    name: str
    says: str
    percent: bool = False
    digits: int = 2

    def shown(self, value: float) -> str:
        """The number as the page has it."""
        return f"{100 * value:.0f} %" if self.percent else f"{value:.{self.digits}f}"


STAGES = (
    Stage(
        "first", "Code, first plane", "share of 256 bits that are equal; scanned for everyone", True
    ),
    Stage("refined", "Code, all planes", "log-likelihood ratio; orders the shortlist", digits=1),
    Stage("local", "Local similarity", "best pairs of minutiae, each by its own surroundings"),
    Stage("relaxed", "Relaxed similarity", "left when these pairs must agree together", digits=3),
    Stage("covered", "Shares covered", "of what both prints show, how much coincides", True),
    Stage("similarity", "Similarity", "from relaxed similarity and both prints' shares", digits=3),
    Stage("llr", "Evidence", "log-likelihood ratio of this finger; this alone decides", digits=1),
)


def says(one: Compared) -> str:
    """What a number is like."""
    return {
        "mates": "as mates give",
        "different fingers": "as different fingers give",
        "either": "as either may give",
        "neither": "between the two",
    }[one.reading]


def ratio(llr: float) -> str:
    """A log-likelihood ratio as a number of times: `about 9,100 times as often`."""
    if abs(llr) < 0.1:
        return "about as often"
    times = _times(math.exp(abs(llr)))
    about = "" if times.startswith("more") else "about "
    return f"{about}{times} times {'as' if llr > 0 else 'less'} often"


def weighs(llr: float, *, several: bool = False) -> str:
    """What a log-likelihood ratio says of one finger or of several."""
    one, two = ("one person's hands", "two people's") if several else ("one finger", "two")
    return f"prints of {one} are this alike {ratio(llr)} as prints of {two}".replace(
        "less often as", "less often than"
    )


def rare(rarity: Rate) -> str:
    """How many of 10,000 pairs of different fingers are this alike."""
    if PAIRS_TOLD * rarity.estimate < 1:
        one = _one_in(rarity.estimate)
        least, most = _one_in(rarity.high), _one_in(rarity.low)
        return (
            f"of {PAIRS_TOLD:,} pairs of different fingers none is expected to be this alike: "
            f"{one} is (95 % interval {least} to {most}), by the calibration's tail beyond the "
            "pairs that were counted"
        )
    estimate, low, high = (f"{PAIRS_TOLD * share:,.0f}" for share in rarity)
    return (
        f"of {PAIRS_TOLD:,} pairs of different fingers about {estimate} are this alike or more "
        f"(95 % interval {low} to {high})"
    )


def chance(rate: Rate) -> str:
    """An error rate and its interval: `0.0012 (95 % interval 0.0008 to 0.002)`."""
    estimate, low, high = (_small(value) for value in rate)
    return f"{estimate} (95 % interval {low} to {high})"


def fpir(found: Explanation) -> str:
    """The false positive identification rate, told."""
    if found.gallery_size <= 1:
        return f"of comparisons with someone else, a share of {chance(found.fpir)} comes this far"
    return (
        f"FPIR {chance(found.fpir)}: of searches among {found.gallery_size:,} people by someone "
        "who is not one of them, this share brings a candidate with this score or more"
    )


def together(account: FingerAccount) -> str:
    """What lies on what when the candidate is laid on the probe."""
    made, pose = len(account.evidence.pairs), account.overlay.pose
    if pose is None:
        return (
            f"{made or 'no'} minutiae of each print fall on the other's: too few to tell how the "
            "prints overlap"
        )
    ours, theirs = (s.count("against") for s in (account.overlay.probe, account.overlay.candidate))
    share_a, share_b = account.stages.shares
    return (
        f"the candidate laid on the probe (turn {_turn(pose.turn_deg)}, "
        f"{_shift(pose.dx_px, pose.dy_px)}), {made} minutiae of each fall on the other's; where "
        f"both prints are, {ours} of the probe's and {theirs} of the candidate's have no partner. "
        f"So {100 * share_a:.0f} % of the probe and {100 * share_b:.0f} % of the candidate count "
        "as covered: a close partner more than a far one, and six without a partner are supposed"
    )


def limits(account: FingerAccount) -> str:
    """Why the evidence is what it is where a limit set it; else empty."""
    return {
        "": "",
        "low": "The evidence stands at its least: one bad finger must not outweigh good ones.",
        "high": "The evidence stands at its most: the calibration has seen no more.",
        "cylinders": "The evidence is held down because few minutiae could be compared.",
    }[account.held]


def minutiae(account: FingerAccount) -> str:
    """How much there was to compare."""
    ours, theirs = account.stages.cylinders
    shown = account.evidence
    return (
        f"{len(shown.probe)} minutiae in the probe and {len(shown.candidate)} in the candidate; "
        f"{ours} and {theirs} of them have neighbours enough for a cylinder"
    )


def order(found: Explanation) -> str:
    """In which order the fingers were compared where not as stated; else empty."""
    if found.reading == sequence.AS_STATED:
        return ""
    pairs = (
        f"its {FINGER_NAMES[one.evidence.finger]} with the candidate's "
        f"{FINGER_NAMES[one.evidence.enrolled]}"
        for one in sorted(found.fingers, key=lambda one: one.evidence.finger)
        if one.evidence.finger != one.evidence.enrolled
    )
    return f"Out of sequence: the probe is read with {found.reading}: {', '.join(pairs)}."


def name(evidence: FingerEvidence) -> str:
    """The finger, and the candidate's where that is another."""
    own = FINGER_NAMES[evidence.finger]
    if evidence.finger == evidence.enrolled:
        return own
    return f"{own} (the candidate's {FINGER_NAMES[evidence.enrolled]})"


def left_out(found: Explanation) -> str:
    """The fingers that were not compared, or empty."""
    parts = [
        f"{_names(fingers)} only in the {side}"
        for side, fingers in (("probe", found.probe_only), ("candidate", found.candidate_only))
        if fingers
    ]
    return f"Not compared: {'; '.join(parts)}." if parts else ""


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def _names(fingers: Sequence[int]) -> str:
    return ", ".join(FINGER_NAMES[f] for f in fingers)


def _turn(deg: float) -> str:
    if abs(deg) < 0.5:
        return "none"
    side = "anticlockwise" if deg > 0 else "clockwise"
    return f"{abs(deg):.0f}\N{DEGREE SIGN} {side}"


def _shift(dx: float, dy: float) -> str:
    across = f"{abs(dx):.0f} px {'right' if dx >= 0 else 'left'}"
    return f"{across} and {abs(dy):.0f} px {'down' if dy >= 0 else 'up'}"


def _one_in(share: float) -> str:
    return f"1 in {_times(1 / max(share, SMALL / 10))}"


def _times(value: float) -> str:
    """A number 1.. to two digits: `1.4`, `9,100`, `18 million`, `more than 10^12`."""
    if value < 10:
        return f"{value:.1f}"
    if value >= 1 / SMALL:
        return "more than 10^12"
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    value = round(value / step) * step
    if value < 1e6:
        return f"{value:,.0f}"
    size, name = (1e6, "million") if value < 1e9 else (1e9, "billion")
    return f"{value / size:.2g} {name}" if value / size < 10 else f"{value / size:.0f} {name}"


def _small(value: float) -> str:
    """Two digits: `0.0012`, `4.1`, `3e-09`."""
    if value < SMALL:
        return f"below {SMALL:.0e}"
    return (f"{value:.2g}" if value >= 1e-4 else f"{value:.1g}").replace("e-0", "e-")
