"""The demo's past: whole lunches, from the closed count to the closed day, every act
through the verb people use for it. The rounds are old habits, not a solver's.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from kitchen import (
    day_close,
    deliveries,
    demo_goods,
    dining,
    doors,
    headcounts,
    loadings,
    meals,
    prints,
    production,
    round_publishing,
    samples,
    sheet_returns,
)
from kitchen.audit import LOCAL_ZONE
from kitchen.database import writing
from kitchen.door_steps import Step, take_step
from kitchen.drivers import DriverFacts
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.loadings import LoadedLine, expected_load
from kitchen.meals import Serving
from kitchen.outcomes import Report
from kitchen.plans import Eater
from kitchen.portions import ProductionSheet
from kitchen.prints import Content, LabelFacts
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, plan_by_id
from kitchen.sheet_returns import SheetBack
from kitchen.staff import Actor
from kitchen.stops import Drop, Key
from kitchen.timetables import Order, Proposal

LUNCH = "lunch"
TOWNS = range(30, 601)
"""People for whom the demo's few drivers manage without a solver."""
Shelf = tuple[int, str]  # point, diet


@dataclass(frozen=True)
class Past:
    """One lunch that is over by now."""

    kitchen: int
    day: date
    points: tuple[int, ...]
    by: Actor

    @property
    def when(self) -> tuple[int, date, str]:
        return (self.kitchen, self.day, LUNCH)

    def at(self, hour: int, minute: int = 0) -> datetime:
        """A time on that day's wall, in UTC."""
        wall = datetime.combine(self.day, time(hour, minute), tzinfo=LOCAL_ZONE)
        return wall.astimezone(UTC)


async def live(past: Past, chance: random.Random) -> None:
    """That lunch from the closed count to the closed day."""
    spares = [SpareFacts(0, point, "walk_in", "regular", 3) for point in past.points]
    await headcounts.close_headcount(
        *past.when, spares=spares, by=past.by, now=past.at(8, 50)
    )
    inputs = await inputs_for(*past.when)
    plan = await _rounds(past, inputs)
    sheet = (await kitchen_day(*past.when)).sheet
    await demo_goods.receive(past, sheet)
    await _cook(past, sheet)
    await _label(past, plan)
    shelves = await _pack_and_load(past, inputs, plan)
    await _receive(past, shelves)
    await _serve(past, shelves, chance)
    await _deliver(past, inputs, plan, chance)
    await demo_goods.weigh(past, sheet)
    await day_close.close_day(*past.when, by=past.by, now=past.at(14, 30))


async def _rounds(past: Past, inputs: Inputs) -> Plan:
    """Points with the vans, doors from building to building with the e-bikes."""
    noon = [
        d
        for d in inputs.drivers
        if d.shift_from_minutes < inputs.service.serve_to_minutes
    ]
    vans = [driver for driver in noon if driver.carries_bulk]
    bikes = [driver for driver in noon if not driver.carries_bulk]
    points = [drop for drop in inputs.drops if drop.is_point]
    homes = sorted(
        (drop for drop in inputs.drops if not drop.is_point),
        key=lambda d: (d.compound, d.building, d.unit, -(d.floor or 0), d.door),
    )
    rounds = [*_shared(points, vans), *_shared(homes, bikes)]
    orders = tuple(
        Order(number=number, driver_id=driver.id, keys=keys)
        for number, (driver, keys) in enumerate(rounds, start=1)
    )
    proposal = Proposal(orders=orders, why={}, engine="hand")
    now = past.at(9, 10)
    plan_id = await round_publishing.save_plan(inputs, proposal, by=past.by, now=now)
    await round_publishing.publish(plan_id, "照老路线", by=past.by, now=now)
    return await plan_by_id(plan_id)


def _shared(
    drops: Sequence[Drop], drivers: Sequence[DriverFacts]
) -> list[tuple[DriverFacts, tuple[Key, ...]]]:
    """Stops in order, about as many for each driver."""
    most = max(1, -(-len(drops) // len(drivers)))
    shares = [drops[n : n + most] for n in range(0, len(drops), most)]
    return [
        (driver, tuple(drop.key for drop in share))
        for driver, share in zip(drivers, shares, strict=False)
    ]


async def _cook(past: Past, sheet: ProductionSheet) -> None:
    done, kept = past.at(10, 5), past.at(10, 12)
    grams = demo_goods.off_the_fire(sheet)
    for dish in sheet.dishes:
        pot = await production.record_batch(
            *(*past.when, dish.dish.id, dish.portions, done, 820),
            grams=grams[dish.dish.id] or None,
            by=past.by,
            now=done,
        )
        await demo_goods.draw(past, pot, dish)
        await production.record_holding(pot, 685, kept, by=past.by, now=kept)
        await production.record_sample(
            *past.when,
            dish.dish.id,
            dish.sample_grams,
            fridge="1 号",
            put_in_at=kept,
            by=past.by,
            now=kept,
        )


async def clear_fridge(past: Past) -> None:
    """Samples whose time is over are thrown away in the morning."""
    now = past.at(8)
    standing = await samples.in_the_fridge(past.kitchen)
    due = [sample.id for sample in standing if sample.is_due(now)]
    if due:
        await samples.take_out(past.kitchen, due, now, by=past.by, now=now)


async def _label(past: Past, plan: Plan) -> None:
    codes = plan.codes
    boxes = [
        LabelFacts(eater.diner_id, None, portion, codes.get(_key(eater), ""))
        for eater in await headcounts.eaters_for(*past.when)
        if eater.way != "dine_in"
        for portion in range(1, eater.portions + 1)
    ]
    run = Content("labels", "all", f"{past.day}", labels=boxes)
    await prints.register_print(
        *past.when, run, pages=-(-len(boxes) // 24), by=past.by, now=past.at(9, 30)
    )


def _key(eater: Eater) -> Key:
    return ("diner", eater.diner_id)


async def _pack_and_load(past: Past, inputs: Inputs, plan: Plan) -> Counter[Shelf]:
    """Containers for those who dine in; everything onto the rounds. Returns what each
    point gets."""
    packed, now = Counter[Shelf](), past.at(10, 20)
    for eater in await headcounts.eaters_for(*past.when):
        if eater.way == "dine_in" and eater.point_id is not None:
            packed[eater.point_id, eater.diet.key] += eater.portions
    for spare in await headcounts.spares_for(*past.when):
        if spare.point_id is not None:
            packed[spare.point_id, spare.diet_key] += spare.portions
    for (point, diet), portions in sorted(packed.items()):
        await production.record_packed(
            *past.when, point, diet, portions, by=past.by, now=now
        )
    shelves = Counter[Shelf]()
    ids = {row.number: row.id for row in plan.rounds}
    for number, load in expected_load(inputs, plan).items():
        lines = [
            LoadedLine(shelf.point_id, shelf.diet_key, n, 690, shelf.crate)
            for shelf, n in load.items()
        ]
        await loadings.record_loading(
            ids[number], lines, by=past.by, now=past.at(10, 28)
        )
        for shelf, portions in load.items():
            if shelf.point_id is not None:
                shelves[shelf.point_id, shelf.diet_key] += portions
    return shelves


async def _receive(past: Past, shelves: Counter[Shelf]) -> None:
    for point in past.points:
        arrived = {diet: n for (where, diet), n in shelves.items() if where == point}
        if arrived:
            await dining.open_shift(point, *past.when[1:], by=past.by, now=past.at(10))
            await dining.receive(
                point,
                *past.when[1:],
                arrived,
                decidegrees=660,
                signed_by="值班员",
                by=past.by,
                now=past.at(10, 50),
            )


async def _serve(past: Past, shelves: Counter[Shelf], chance: random.Random) -> None:
    """Nearly everybody comes, somebody without a booking too; what is left is named
    and the tills are counted."""
    guests = [
        (eater.point_id, eater.diet.key, _serving(past, eater, eater.point_id, chance))
        for eater in await headcounts.eaters_for(*past.when)
        if eater.point_id is not None and eater.way != "deliver"
        if chance.random() < 0.97
        for _portion in range(eater.portions)
    ]
    for counter in past.points:
        stranger = (counter, "regular", _stranger(past, counter))
        guests += [stranger] * chance.randrange(1, 4)
    noon = past.at(12)
    async with writing():
        await meals.hand_over_all([g for _, _, g in guests], by=past.by, now=noon)
    left = shelves - Counter((point, diet) for point, diet, _ in guests)
    for (here, diet), portions in sorted(left.items()):
        await dining.record_leftover(
            kitchen_id=past.kitchen,
            day=past.day,
            meal=LUNCH,
            point_id=here,
            diet_key=diet,
            portions=portions,
            fate="wasted",
            reason="没有人来",
            by=past.by,
            now=past.at(12, 40),
        )
    for point in past.points:
        if await dining.shift_of(point, *past.when[1:]):
            totals = await dining.totals_of(point, *past.when[1:])
            await dining.close_shift(
                point,
                *past.when[1:],
                totals.cash_fen,
                "",
                by=past.by,
                now=past.at(12, 50),
            )


def _serving(
    past: Past, eater: Eater, point: int | None, chance: random.Random
) -> Serving:
    return Serving(
        kitchen_id=past.kitchen,
        day=past.day,
        meal=LUNCH,
        elder_id=eater.elder_id,
        diner_id=eater.diner_id,
        portion=1,
        channel="table" if eater.way == "dine_in" else "collect",
        point_id=point,
        stop_id=None,
        tariff="subsidised",
        payment="cash" if chance.random() < 0.6 else "later",
        served_at=past.at(11, 5 + chance.randrange(40)),
        source="till",
    )


def _stranger(past: Past, point: int) -> Serving:
    return Serving(
        kitchen_id=past.kitchen,
        day=past.day,
        meal=LUNCH,
        elder_id=None,
        diner_id=None,
        portion=1,
        channel="table",
        point_id=point,
        stop_id=None,
        tariff="full",
        payment="cash",
        served_at=past.at(11, 50),
        source="till",
    )


async def _deliver(
    past: Past, inputs: Inputs, plan: Plan, chance: random.Random
) -> None:
    """The containers are signed for, one door stays closed until the neighbour is
    reached, the sheets come back."""
    drops = inputs.by_key()
    for stop in plan.stops:
        if drops[stop.key].is_point:
            signed = Report(
                outcome="point",
                reported_by="送餐员",
                received_by="值班员",
                portions=drops[stop.key].portions,
                decidegrees=660,
                happened_at=past.at(10, 50),
            )
            await deliveries.report_exception(
                stop.id, signed, by=past.by, now=past.at(12)
            )
    await _closed_door(past, inputs, plan, chance)
    names = {driver.id: driver.name for driver in inputs.drivers}
    for row in plan.rounds:
        back = SheetBack(reported_by=names[row.driver_id or 0], left_at=past.at(11, 55))
        await sheet_returns.close_rest(row.id, back, by=past.by, now=past.at(12, 30))


async def _closed_door(
    past: Past, inputs: Inputs, plan: Plan, chance: random.Random
) -> None:
    drops = inputs.by_key()
    at_doors = [stop for stop in plan.stops if not drops[stop.key].is_point]
    if not at_doors:
        return
    stop = chance.choice(at_doors)
    drop = drops[stop.key]
    nobody = Report(
        outcome="no_answer", reported_by="送餐员", happened_at=past.at(11, 20)
    )
    await deliveries.report_exception(stop.id, nobody, by=past.by, now=past.at(11, 22))
    for case in await doors.open_cases(*past.when):
        for minute, rung in enumerate(case.ladder[:2], start=24):
            rung_up = Step(kind="called", rung=rung.key, note="没有人接")
            await take_step(case.id, rung_up, by=past.by, now=past.at(11, minute))
        reached = Step(kind="reached", who="子女", note="去医院复查了，下午回家")
        await take_step(case.id, reached, by=past.by, now=past.at(11, 35))
    for diet, portions in drop.by_diet:
        await dining.record_leftover(
            kitchen_id=past.kitchen,
            day=past.day,
            meal=LUNCH,
            round_id=stop.round_id,
            diet_key=diet,
            portions=portions,
            fate="returned",
            reason="没人应门，带回厨房",
            by=past.by,
            now=past.at(12, 35),
        )
