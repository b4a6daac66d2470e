"""Which agreements of a set meet, and where, without comparing each with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from comity.agreement.terms import Agreement


def within(place: str, scope: str) -> bool:
    """Whether a scope covers a place: an ORI, or all that begin as a beginning and `*` does."""
    return place.startswith(scope[:-1]) if scope.endswith("*") else place == scope


class Cover:
    """The scopes of some agreements, looked up by place.

    A place is an ORI or a beginning and `*`, as scopes name them.
    """

    def __init__(self, agreements: Iterable[Agreement]) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._beginning: dict[str, set[str]] = defaultdict(set)
        self._met: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        some = tuple(agreements)
        for agreement in some:
            for ori in agreement.jurisdictions:
                found = self._beginning if ori.endswith("*") else self._exact
                found[ori.rstrip("*")].add(agreement.id)
        for agreement in some:
            for ori in agreement.jurisdictions:
                for other in self.covering(ori) - {agreement.id}:
                    self._met[agreement.id][other].add(ori)
                    self._met[other][agreement.id].add(ori)

    def covering(self, place: str) -> set[str]:
        """Ids of the agreements whose scope holds all of a place."""
        start = place.rstrip("*")
        found = set() if place.endswith("*") else set(self._exact.get(start, ()))
        for length in range(len(start) + 1):
            found |= self._beginning.get(start[:length], set())
        return found

    def met(self, agreement_id: str) -> dict[str, set[str]]:
        """The agreements that share a place with one, and the places that both cover."""
        return self._met.get(agreement_id, {})
