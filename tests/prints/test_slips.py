"""Slips: over any sequence of changes, what drivers hold after their slips is the plan
that counts, and nobody gets a slip whose paper is still true.
"""

import random
from collections.abc import Sequence

import pytest

from app import print_slips
from app.desk import Desk
from app.morning import MAKERS
from app.papers import Paper
from app.print_acts import content_of
from app.print_papers import papers_for
from app.settings import Settings
from kitchen import headcounts, prints, round_changes, round_publishing
from kitchen.database import Engine
from kitchen.errors import Refusal
from kitchen.round_mending import driver_missing
from kitchen.round_plans import latest_plan
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_round_board import a_street

BY = {"by": CHEN, "now": MORNING}
LUNCH = (TODAY, "lunch")

Held = dict[tuple[str, str], dict[str, str]]


@pytest.fixture
def desk(tmp_path: object) -> Desk:
    return Desk.of(Settings())


async def change(cast: Cast, dice: random.Random) -> None:
    """Something that happens on a morning, then the plan is published again."""
    plan = await latest_plan(cast.kitchen, *LUNCH)
    assert plan is not None
    riding = [s for s in plan.stops if s.round_id and s.key[0] == "diner"]
    stop, trip = dice.choice(riding), dice.choice(plan.rounds)
    match dice.randrange(7):
        case 0 | 1:
            await round_changes.move_stop(stop.id, trip.id, dice.randint(1, 4), **BY)
        case 2:
            await round_changes.unassign(stop.id, **BY)
        case 3:
            await round_changes.reverse_round(trip.id, **BY)
        case 4:
            other = dice.choice([r.driver_id for r in plan.rounds if r.driver_id])
            await round_changes.assign_driver(trip.id, other, **BY)
        case 5:
            await headcounts.cancel_late(
                stop.key[1], reason="女儿接走", source="telephone", **BY
            )
            await round_changes.bring_up_to_date(cast.kitchen, *LUNCH, **BY)
        case 6:
            if trip.driver_id:
                await driver_missing(cast.kitchen, *LUNCH, trip.driver_id, "病", **BY)
    await published(cast)


async def published(cast: Cast) -> None:
    plan = await latest_plan(cast.kitchen, *LUNCH)
    assert plan is not None
    try:
        await round_publishing.publish(plan.facts.id, "陈经理", **BY)
    except Refusal:
        return  # a driver is missing or overloaded: the older plan still counts


async def register(cast: Cast, papers: Sequence[Paper]) -> None:
    """What printing records, without the drawing."""
    contents = [content_of(paper) for paper in papers]
    await prints.register_prints(
        cast.kitchen, *LUNCH, contents, pages=[1] * len(contents), **BY
    )


@pytest.mark.parametrize("seed", range(6))
async def test_what_everyone_holds_after_the_slips_is_the_plan_that_counts(
    database: Engine, desk: Desk, seed: int
) -> None:
    dice = random.Random(seed)
    cast, _inputs, _plan = await a_street()
    await published(cast)
    first = await papers_for(desk, cast.kitchen, *LUNCH, MAKERS)
    await register(cast, first)
    held: Held = {(p.kind, p.subject): p.lines() for p in first}
    for _ in range(6):
        await change(cast, dice)
        before = {about: dict(lines) for about, lines in held.items()}
        found = await print_slips.overtaken_now(desk, cast.kitchen, *LUNCH)
        for one in found:
            lines = await prints.lines_of(one.old)
            assert lines == held[one.old.about]  # the slip starts from what is held
            if one.paper is None:
                del held[one.old.about]
                await prints.void_print(one.old.id, "gone", **BY)
                continue
            slip = prints.line_changes(lines, one.paper.lines())
            held[one.old.about] = prints.slipped(lines, slip)
            if one.old.kind in ("sheet", "packing"):
                assert slip, one.old.about
        await register(cast, [one.paper for one in found if one.paper])
        papers = await papers_for(desk, cast.kitchen, *LUNCH, MAKERS)
        now = {(p.kind, p.subject): p.lines() for p in papers}
        await register(cast, [p for p in papers if (p.kind, p.subject) not in held])
        held |= {about: now[about] for about in now.keys() - held.keys()}
        assert held == now
        touched = {one.old.about for one in found}
        for about in before.keys() & now.keys() - touched:
            assert before[about] == held[about]
        assert await print_slips.overtaken_now(desk, cast.kitchen, *LUNCH) == []


async def test_slips_go_to_the_drivers_concerned_and_the_kitchen_alone(
    database: Engine, desk: Desk
) -> None:
    cast, _inputs, _plan = await a_street()
    await published(cast)
    await register(cast, await papers_for(desk, cast.kitchen, *LUNCH, MAKERS))
    plan = await latest_plan(cast.kitchen, *LUNCH)
    assert plan is not None
    source, target = plan.rounds[1], plan.rounds[2]
    stop = plan.stops_of(source.id)[0]
    await round_changes.move_stop(stop.id, target.id, 1, **BY)
    await published(cast)
    found = await print_slips.overtaken_now(desk, cast.kitchen, *LUNCH)
    sheets = {one.old.subject for one in found if one.old.kind == "sheet"}
    assert sheets == {f"round:{source.number}", f"round:{target.number}"}
    assert any(one.old.kind == "packing" for one in found)
    assert not any(one.old.kind == "roster" for one in found)
