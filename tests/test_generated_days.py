"""Whatever a day brings – skips, bookings, pauses, late changes – the kitchen's sheet,
the packing grid, the labels and the rounds speak of the same portions, and nobody
vanishes.
"""

import contextlib
import random
from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.morning import morning_for, papers_of
from app.paper_scene import Office
from app.papers import Labels
from kitchen import demo, headcounts, plans, registry
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.plans import Eater
from kitchen.round_inputs import inputs_for
from kitchen.round_publishing import save_plan
from kitchen.round_sheets import sheet_views
from kitchen.rounds import problem_of, proposal_of
from routing import solve
from tests.kitchen.cast import CHEN, MORNING, TODAY

DAWN = MORNING - timedelta(hours=2)
WHEN = (TODAY, "lunch")


@pytest.mark.parametrize("seed", range(6))
async def test_all_papers_speak_of_the_same_portions(
    database: object, seed: int
) -> None:
    chance = random.Random(seed)
    community = await demo.build(
        people=40, seed=seed, today=TODAY, now=DAWN, password_hash="x"
    )
    kitchen = community.kitchen_id
    everyone = [row["id"] for row in await rows("SELECT id FROM elder ORDER BY id")]
    await disturb_plans(chance, everyone, community.point_ids)
    await headcounts.close_headcount(
        kitchen, *WHEN, spares=some_spares(chance, community), by=CHEN, now=DAWN
    )
    await change_late(chance, kitchen, everyone, community.point_ids)
    await plan_with_the_floor(kitchen)

    eaters = await headcounts.eaters_for(kitchen, *WHEN)
    spares = await headcounts.spares_for(kitchen, *WHEN)
    wanted = sum(e.portions for e in eaters) + sum(s.portions for s in spares)
    today = await kitchen_day(kitchen, *WHEN)
    assert today.sheet.portions == wanted
    assert sum(row.total for row in today.grid.rows) == wanted
    await check_labels(kitchen, eaters, spares)
    await check_rounds(kitchen, eaters, spares)


async def disturb_plans(
    chance: random.Random, everyone: list[int], points: tuple[int, ...]
) -> None:
    """Skips, extra portions, other ways, bookings and pauses before the close."""
    for elder in chance.sample(everyone, 18):
        kind = chance.choice(["skip", "extra", "change", "book", "pause"])
        if kind == "pause":
            await registry.set_state(
                elder, "paused", TODAY, TODAY, "探亲", by=CHEN, now=DAWN
            )
            continue
        with contextlib.suppress(Refusal):  # booked already, or not active
            await plans.add_exception(
                elder_id=elder,
                meal="lunch",
                kind=kind,
                from_day=TODAY,
                to_day=TODAY,
                way=chance.choice(["dine_in", "collect", "deliver"]),
                point_id=chance.choice(points),
                portions=1,
                reason="",
                by=CHEN,
                now=DAWN,
            )


def some_spares(chance: random.Random, community: demo.Community) -> list[SpareFacts]:
    places = [None, *community.point_ids]
    return [
        SpareFacts(0, place, "spare", "regular", chance.randrange(1, 4))
        for place in chance.sample(places, 2)
    ]


async def change_late(
    chance: random.Random, kitchen: int, everyone: list[int], points: tuple[int, ...]
) -> None:
    """Telephone calls after the close."""
    who = {"reason": "来电话", "source": "telephone", "by": CHEN, "now": DAWN}
    eaters = await headcounts.eaters_for(kitchen, *WHEN)
    for eater in chance.sample(eaters, min(6, len(eaters))):
        match chance.choice(["cancel", "move", "portions"]):
            case "cancel":
                await headcounts.cancel_late(eater.diner_id, **who)
            case "move":
                way = chance.choice(["dine_in", "collect", "deliver"])
                point = None if way == "deliver" else chance.choice(points)
                await headcounts.move_late(eater.diner_id, way, point, **who)
            case _:
                await headcounts.change_portions(eater.diner_id, 2, **who)
    booked = {eater.elder_id for eater in eaters}
    for elder in [e for e in everyone if e not in booked][:2]:
        await headcounts.add_late(
            elder, TODAY, "lunch", way="deliver", point_id=None, **who
        )


async def plan_with_the_floor(kitchen: int) -> None:
    await plan_by(kitchen, engine="floor")


async def plan_by(kitchen: int, **how: Any) -> None:
    """Rounds drawn up in this process, by an engine and for as long as said."""
    inputs = await inputs_for(kitchen, *WHEN)
    problem, groups = problem_of(inputs, ())
    assert problem is not None
    proposal = proposal_of(
        inputs, solve(problem, **{"seconds": 0, **how}), groups, (), fallback=True
    )
    await save_plan(inputs, proposal, by=CHEN, now=DAWN)


async def check_labels(
    kitchen: int, eaters: list[Eater], spares: list[SpareFacts]
) -> None:
    morning = await morning_for(kitchen, *WHEN, Office(ZoneInfo("Asia/Shanghai")))
    labelled: Counter[int | None] = Counter()
    for paper in papers_of(morning, ["labels"]):
        assert isinstance(paper, Labels)
        labelled.update(label.diner_id for label in paper.labels)
    kept = sum(spare.portions for spare in spares if spare.point_id is None)
    assert labelled.pop(None, 0) == kept
    boxed = {e.diner_id: e.portions for e in eaters if e.way != "dine_in"}
    assert dict(labelled) == boxed


async def check_rounds(
    kitchen: int, eaters: list[Eater], spares: list[SpareFacts]
) -> None:
    """Every door is on a round or on the waiting list, once; containers add up."""
    views = await sheet_views(kitchen, *WHEN)
    stops = [stop for view in views for stop in view.stops]
    waiting = await rows(
        "SELECT s.diner AS diner FROM stop s JOIN round_plan p ON p.id = s.plan"
        " WHERE p.kitchen = {} AND s.round IS NULL AND s.diner IS NOT NULL",
        kitchen,
    )
    doors = [stop.diner_id or 0 for stop in stops if stop.kind == "door"]
    doors += [row["diner"] for row in waiting]
    assert sorted(doors) == sorted(e.diner_id for e in eaters if e.way == "deliver")
    for stop in stops:
        if stop.kind == "point":
            here = sum(e.portions for e in eaters if e.point_id == stop.point_id)
            extra = sum(s.portions for s in spares if s.point_id == stop.point_id)
            assert sum(n for _key, n in stop.containers) == here + extra
