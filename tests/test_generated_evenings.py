"""Whatever a day brings at doors and counters, by evening every portion has a name:
when each act was written down the balance finds nothing, and when one was not it says
where.
"""

import random
from collections import Counter

import pytest

from kitchen import (
    day_close,
    deliveries,
    demo,
    dining,
    door_steps,
    doors,
    headcounts,
    loadings,
    places,
    production,
    registry,
    round_publishing,
    sheet_returns,
)
from kitchen.database import rows
from kitchen.dining import Request
from kitchen.loadings import LoadedLine
from kitchen.outcomes import Report
from kitchen.plans import Eater
from kitchen.prints import prints_for
from kitchen.round_plans import latest_plan
from kitchen.round_sheets import SheetView, sheet_views
from kitchen.sheet_returns import SheetBack
from tests.kitchen.cast import CHEN, SUN, TODAY
from tests.test_a_day import WHEN, at, cook, label, print_sheets
from tests.test_generated_days import (
    DAWN,
    change_late,
    disturb_plans,
    plan_by,
    some_spares,
)

Left = Counter[tuple[str, int, str]]
"""Portions nobody got: ("round", its id, diet) or ("point", its id, diet)."""


@pytest.mark.parametrize("seed", range(4))
async def test_by_evening_every_portion_has_a_name(database: object, seed: int) -> None:
    chance = random.Random(seed)
    community = await a_morning(chance, seed)
    left = await noon(chance, community)

    forgotten = chance.choice(sorted(left))
    await name_the_leftovers(community, left - Counter({forgotten: left[forgotten]}))
    balance = await day_close.balance_for(community.kitchen_id, *WHEN)
    assert [(d.place, d.expected - d.found) for d in balance.open] == [
        (await place_of(*forgotten[:2]), left[forgotten])
    ]

    await name_the_leftovers(community, Counter({forgotten: left[forgotten]}))
    balance = await day_close.balance_for(community.kitchen_id, *WHEN)
    assert balance.differences == ()
    assert balance.planned == balance.total("handed_over") + sum(left.values())
    [fed] = await rows("SELECT COUNT(DISTINCT elder) AS n FROM meal")
    assert balance.total("claimed") == fed["n"]  # one subsidised meal each
    await day_close.close_day(community.kitchen_id, *WHEN, by=CHEN, now=at(8))


async def a_morning(chance: random.Random, seed: int) -> demo.Community:
    community = await demo.build(
        people=30, seed=seed, today=TODAY, now=DAWN, password_hash="x"
    )
    await disturb_plans(chance, await everyone(), community.point_ids)
    return community


async def everyone() -> list[int]:
    return [row["id"] for row in await rows("SELECT id FROM elder ORDER BY id")]


async def noon(chance: random.Random, community: demo.Community) -> Left:
    """From the close to the last returned sheet; what was left over, and where."""
    kitchen = community.kitchen_id
    spares = some_spares(chance, community)
    await headcounts.close_headcount(kitchen, *WHEN, spares=spares, by=CHEN, now=DAWN)
    await change_late(chance, kitchen, await everyone(), community.point_ids)
    await place_whoever_waits(kitchen)
    await plan_by(kitchen, engine="sisr", seconds=0.5)
    plan = await latest_plan(kitchen, *WHEN)
    assert plan is not None
    assert plan.stops_of(None) == []
    await round_publishing.publish(plan.facts.id, "已同意", by=CHEN, now=at(0, 50))

    eaters = await headcounts.eaters_for(kitchen, *WHEN)
    left = Left()
    await cook(kitchen)
    await label(kitchen)
    await pack(kitchen, eaters)
    for spare in await headcounts.spares_for(kitchen, *WHEN):
        if spare.point_id is None:
            left["kitchen", 0, spare.diet_key] += spare.portions
    await print_sheets(kitchen)
    views = await sheet_views(kitchen, *WHEN)
    left += await load_and_receive(views)
    left -= await serve(chance, eaters)
    left += await knock(chance, views)
    await return_sheets(kitchen, views)
    return left


async def place_whoever_waits(kitchen: int) -> None:
    """A building that is on no map yet gets its point on the sketch."""
    homes = await registry.addresses_on(kitchen, TODAY)
    for door in (await registry.doors_for(homes.values())).values():
        if door.placed_by == "none":
            await places.place_building(
                door.building_id, 120_152_000, 30_281_500, by=CHEN, now=at(0, 40)
            )


async def pack(kitchen: int, eaters: list[Eater]) -> None:
    packed: Counter[tuple[int, str]] = Counter()
    for eater in eaters:
        if eater.way == "dine_in" and eater.point_id is not None:
            packed[eater.point_id, eater.diet.key] += eater.portions
    for spare in await headcounts.spares_for(kitchen, *WHEN):
        if spare.point_id is not None:
            packed[spare.point_id, spare.diet_key] += spare.portions
    for (point, diet), portions in sorted(packed.items()):
        await production.record_packed(
            kitchen, *WHEN, point, diet, portions, by=CHEN, now=at(2, 10)
        )


async def load_and_receive(views: list[SheetView]) -> Left:
    """All that came to the points."""
    came: Counter[tuple[int, str]] = Counter()
    for view in views:
        lines = [
            LoadedLine(p.point_id, p.diet_key, p.portions, crate=p.crate)
            for p in view.loading
        ]
        await loadings.record_loading(view.round_id, lines, by=CHEN, now=at(2, 20))
        for line in view.loading:
            if line.point_id is not None and line.crate is None:
                came[line.point_id, line.diet_key] += line.portions
    for point in {point for point, _diet in came}:
        await dining.receive(
            point, *WHEN, {diet: n for (p, diet), n in came.items() if p == point},
            decidegrees=652, signed_by="孙阿姨", by=SUN, now=at(2, 40),
        )  # fmt: skip
    return Left({("point", point, diet): n for (point, diet), n in came.items()})


async def serve(chance: random.Random, eaters: list[Eater]) -> Left:
    """Most come, a few stay away; one portion each."""
    served = Left()
    for eater in eaters:
        if eater.way == "deliver" or eater.point_id is None or chance.random() < 0.15:
            continue
        channel = "table" if eater.way == "dine_in" else "collect"
        asked = Request(
            eater.point_id, *WHEN, eater.elder_id, "subsidised", "cash", channel
        )
        await dining.serve(f"tap-{eater.elder_id}", asked, by=SUN, now=at(3))
        served["point", eater.point_id, eater.diet.key] += 1
    return served


async def knock(chance: random.Random, views: list[SheetView]) -> Left:
    """Some refuse, some do not open and are reached later; their boxes come back."""
    back = Left()
    for view in views:
        for stop in view.stops:
            outcome = chance.choice(["no_answer", "refused", "away", *["elder"] * 6])
            if stop.kind != "door" or stop.diet is None or outcome == "elder":
                continue
            told = Report(outcome=outcome, reported_by="赵师傅")
            await deliveries.report_exception(stop.stop_id, told, by=CHEN, now=at(3))
            back["round", view.round_id, stop.diet.key] += stop.portions
    for case in await doors.open_cases(views[0].kitchen_id, *WHEN):
        reached = door_steps.Step(kind="reached", who="儿子", note="在医院")
        await door_steps.take_step(case.id, reached, by=CHEN, now=at(3, 20))
    return back


async def return_sheets(kitchen: int, views: list[SheetView]) -> None:
    papers = {
        p.subject: p for p in await prints_for(kitchen, *WHEN) if p.kind == "sheet"
    }
    for view in views:
        for stop in view.stops:
            if stop.kind == "point":
                handed = Report(
                    outcome="point", reported_by="马师傅", received_by="孙阿姨",
                    portions=stop.portions, decidegrees=652,
                )  # fmt: skip
                await deliveries.report_exception(
                    stop.stop_id, handed, by=CHEN, now=at(4)
                )
        paper = papers[f"round:{view.number}"]
        back = SheetBack(
            reported_by=view.driver_name or "马师傅",
            number=paper.number, version=paper.version,
        )  # fmt: skip
        await sheet_returns.close_rest(view.round_id, back, by=CHEN, now=at(4))


async def name_the_leftovers(community: demo.Community, left: Left) -> None:
    for (kind, where, diet), portions in sorted(left.items()):
        await dining.record_leftover(
            kitchen_id=community.kitchen_id,
            day=TODAY,
            meal="lunch",
            diet_key=diet,
            portions=portions,
            fate="returned",
            reason="没有人来",
            point_id=where if kind == "point" else None,
            round_id=where if kind == "round" else None,
            by=CHEN,
            now=at(5),
        )


async def place_of(kind: str, where: int) -> str:
    """As the balance names it: rounds go by their number."""
    if kind != "round":
        return "kitchen" if kind == "kitchen" else f"point:{where}"
    [row] = await rows("SELECT number FROM round WHERE id = {}", where)
    return f"round:{row['number']}"
