"""Error rates of identification by their definitions, search by search (ISO/IEC 19795-1)."""

from fractions import Fraction


def fpir(non_mated: list[list[float]], threshold: float) -> Fraction:
    """non_mated: of each search the scores of all its candidates."""
    wrong = 0
    for candidates in non_mated:
        if any(score >= threshold for score in candidates):
            wrong += 1
    return Fraction(wrong, len(non_mated))


def fnir(mated: list[list[tuple[float, bool]]], threshold: float) -> Fraction:
    """mated: of each search every candidate's score and whether it is the mate."""
    missed = 0
    for candidates in mated:
        if not any(is_mate and score >= threshold for score, is_mate in candidates):
            missed += 1
    return Fraction(missed, len(mated))


def fnir_at_fpir(
    non_mated: list[list[float]], mated: list[list[tuple[float, bool]]], target: Fraction
) -> Fraction:
    """The least FNIR of any threshold whose FPIR is at most the target.

    Between two neighbouring scores nothing changes, so a threshold above each score will do.
    """
    scores = {s for one in non_mated for s in one} | {s for one in mated for s, _ in one}
    tried = [min(scores, default=0.0) - 1.0]
    ordered = sorted(scores)
    for place, score in enumerate(ordered):
        following = ordered[place + 1] if place + 1 < len(ordered) else score + 1.0
        tried.append((score + following) / 2)
    return min(fnir(mated, t) for t in tried if fpir(non_mated, t) <= target)
