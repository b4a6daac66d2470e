"""Everything there is to say about some agreement files, each with its place and a next step.

errors    what keeps the files from loading: interpret, contradictions, and ids used twice
check_clauses   what one agreement says and may not mean      check_dates   its calendar
check_reach     what in it no case ever meets                 check_together  in company
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from comity.agreement import check_clauses, check_dates, check_reach, check_together
from comity.agreement.findings import CODES, Finding, Remark, of_mistake
from comity.agreement.interpret import Source
from comity.agreement.parse import dotted
from comity.agreement.terms import Agreement

Through = Callable[[Sequence[Agreement]], Iterable[Agreement]]


def check(
    sources: Sequence[Source], known_oris: Collection[str] = (), through: Through = iter
) -> tuple[Finding, ...]:
    """All findings in some files read as one set, by file and place.

    known_oris  every ORI there is; where none are given, none is called unknown
    through     goes through the agreements one by one, such as a progress bar does

    Files that cannot be read take no part in what is said of the rest.
    Cost  about 30 ms an agreement; more where several cover one place
    """
    found = [of_mistake(s.name, mistake) for s in sources for mistake in s.reading.mistakes]
    of_id: dict[str, Source] = {}
    agreements: list[Agreement] = []
    for source in sources:
        agreement = source.reading.agreement
        if agreement is None:
            continue
        if agreement.id in of_id:
            found.append(_twice(source, of_id[agreement.id], agreement))
            continue
        of_id[agreement.id] = source
        agreements.append(agreement)
    found += [_placed(of_id[r.agreement], r) for r in _remarks(agreements, known_oris, through)]
    order = {source.name: number for number, source in enumerate(sources)}
    return tuple(sorted(found, key=lambda f: (order[f.file], f.line, f.column)))


def _remarks(
    agreements: Sequence[Agreement], known_oris: Collection[str], through: Through
) -> Iterator[Remark]:
    for agreement in through(agreements):
        yield from check_clauses.remarks(agreement, known_oris)
        yield from check_dates.remarks(agreement)
        yield from check_reach.remarks(agreement)
    yield from check_dates.set_remarks(agreements)
    yield from check_together.remarks(agreements)


def _placed(source: Source, remark: Remark) -> Finding:
    severity, step = CODES[remark.code]
    place = source.reading.place(remark.path)
    return Finding(
        source.name, *place, severity, remark.code, dotted(remark.path), remark.said, step
    )


def _twice(source: Source, first: Source, agreement: Agreement) -> Finding:
    severity, step = CODES["same-id"]
    place, said = (
        source.reading.place(("agreement",)),
        f"`{agreement.id}` is the id of {first.name}",
    )
    return Finding(source.name, *place, severity, "same-id", "agreement", said, step)
