"""An explanation of a score as one page that stands alone: no script, no request to anywhere."""

from __future__ import annotations

from typing import Any

from comity.search import account, chart
from comity.search.draw import svg
from comity.search.explain import Explanation, FingerAccount
from comity.search.scene import Scene
from comity.search.sheet import (
    KEY,
    LAID,
    LINES,
    RARITY,
    SHAPES,
    Sides,
    by_extractor,
    pictured,
    told,
)
from comity.search.sketch import laid, legend
from comity.service.pages import TEMPLATES

LAID_PX = (420.0, 400.0)
CHART_PX = (1120.0, 300.0)


def page(found: Explanation, sides: Sides) -> str:
    """The page's HTML. Names of files and identities are other people's words, and escaped."""
    template = TEMPLATES.env.get_template("explanation.html")
    return template.render(
        probe=sides.probe,
        candidate=sides.candidate,
        score=f"{found.score:+.1f}",
        weighs=account.sentence(account.weighs(found.score, several=len(found.fingers) > 1)),
        fpir=account.sentence(account.fpir(found)),
        order=account.order(found),
        left_out=account.left_out(found),
        warning=account.WARNING,
        key=[(svg(_swatch(standing)), text) for standing, text in KEY],
        shapes=SHAPES,
        lines=LINES,
        laid_title=LAID,
        rarity_title=RARITY,
        fingers=[_finger(one, sides) for one in found.fingers],
        charts=[
            (fingers[0].extractor, svg(chart.rarity(fingers, *CHART_PX)))
            for fingers in by_extractor(found)
        ],
    )


def _finger(one: FingerAccount, sides: Sides) -> dict[str, Any]:
    on = svg(laid(one.evidence, one.overlay, LAID_PX)) if one.overlay.pose else ""
    return {
        "name": account.sentence(account.name(one.evidence)).removesuffix("."),
        "llr": f"{one.evidence.llr:+.1f}",
        "pair": svg(pictured(one, sides)),
        "laid": on,
        "stages": [_stage(one, stage) for stage in account.STAGES],
        "told": told(one),
    }


def _stage(one: FingerAccount, stage: account.Stage) -> dict[str, Any]:
    """A stage's row: spans in per cent of its line."""
    value = one.compared[stage.key]
    others, mates, place = chart.spans(value)
    return {
        "name": stage.name,
        "says": stage.says,
        "value": stage.shown(value.value),
        "others": (100 * others[0], 100 * (others[1] - others[0])),
        "mates": (100 * mates[0], 100 * (mates[1] - mates[0])),
        "place": 100 * place,
        "reading": account.says(value),
    }


def _swatch(standing: Any) -> Scene:
    return Scene(36, 28, standing, tuple(mark.moved(14, 15) for mark in legend(standing)))
