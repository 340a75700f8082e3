"""The provider's score: its formula by hand, its figures from a day lived through."""

from datetime import timedelta
from typing import Any

import pytest

from kitchen import callbacks, day_close, incidents
from kitchen.callbacks import quarter_of, sample_of
from kitchen.incidents import NewIncident
from kitchen.provider_scores import WEIGHTS, Figures, score_for, score_of
from tests.kitchen.cast import CHEN, MORNING, TODAY
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day

GOOD = {"satisfied": 20, "asked": 20, "rounds": 50, "meals": 1000}


@pytest.mark.parametrize(
    ("figures", "points", "listed"),
    [
        (Figures(**GOOD), 100, "red"),
        (Figures(), None, ""),  # nothing counted: neither good nor bad
        (
            Figures(satisfied=19, asked=20),
            95,
            "",
        ),  # one part makes the score, and no list
        (Figures(**{**GOOD, "late": 25}), 90, "red"),
        (Figures(**{**GOOD, "missed": 5}), 90, "red"),  # half of ten in a thousand
        (Figures(**{**GOOD, "missed": 6}), 88, ""),
        (Figures(**{**GOOD, "missed": 11}), 80, ""),  # never below nothing
        (Figures(**{**GOOD, "complaints": 10, "missed": 10}), 60, ""),
        (Figures(**{**GOOD, "satisfied": 9, "complaints": 10}), 58, "black"),
    ],
)
def test_the_score_is_its_formula(
    figures: Figures, points: int | None, listed: str
) -> None:
    score = score_of(figures)
    assert (score.points, score.listed) == (points, listed)
    assert sum(WEIGHTS.values()) == 100


def test_worse_figures_never_raise_the_score() -> None:
    for name in ("late", "missed", "complaints"):
        points = [score_of(Figures(**{**GOOD, name: n})).points or 0 for n in range(30)]
        assert points == sorted(points, reverse=True), name


async def test_the_figures_come_from_the_rows_of_the_quarter(database: object) -> None:
    cast = await remembered(lived_day)
    by: dict[str, Any] = {"by": CHEN, "now": MORNING}
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    quarter = quarter_of(TODAY)
    for kind in ("complaint", "no_meal", "late"):
        call = NewIncident(kind=kind, said="说了", elder_id=cast.li)
        await incidents.open_incident(cast.kitchen, call, **by)
    await callbacks.draw_sample(cast.kitchen, quarter, seed=1, percent=100, **by)
    sample = await sample_of(cast.kitchen, quarter)
    assert sample is not None
    answers = ("satisfied", "dissatisfied")
    for pick, answer in zip(sample.picks, answers, strict=False):
        await callbacks.record_answer(pick.id, "call", answer, note="咸", **by)
    figures = (await score_for(cast.kitchen, quarter)).figures
    assert (figures.satisfied, figures.asked) == (1, 2)
    assert (figures.missed, figures.complaints) == (1, 1)
    assert figures.meals == 4
    assert figures.late <= figures.rounds
    before = quarter_of(TODAY - timedelta(days=100))
    assert (await score_for(cast.kitchen, before)).figures == Figures()
