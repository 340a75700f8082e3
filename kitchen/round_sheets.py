"""What a driver holds in the hand: one round as it is printed, with the box counts,
what to collect, whom to ring. Readers only; the paper itself belongs to the doorway.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial

from kitchen.database import in_bulk
from kitchen.diets import Diet
from kitchen.drivers import DriverFacts, drivers_for
from kitchen.errors import Refusal
from kitchen.made_once import MadeOnce
from kitchen.meal_prices import price_people
from kitchen.names import surname_of
from kitchen.places import KitchenFacts, ServiceFacts
from kitchen.prints import round_subject, who_holds
from kitchen.registry import (
    PEOPLE,
    ContactFacts,
    addresses_on,
    contacts_for,
    doors_for,
    elders_by_id,
)
from kitchen.round_inputs import Inputs, elders_usually_of, inputs_for
from kitchen.round_plans import (
    Beginning,
    Plan,
    PlanFacts,
    RoundRow,
    StopRow,
    beginnings,
    plan_by_id,
    plan_that_counts,
    round_plan_of,
    stop_code,
    timed,
)
from kitchen.rounds import timetable
from kitchen.stops import Crate, Drop


@dataclass(frozen=True)
class LoadLine:
    """Portions of one packing group to load: for one point, for another round that
    begins there (`crate`: its number), or for all doors."""

    point_id: int | None
    point_name: str
    diet_key: str
    portions: int
    crate: int | None = None


@dataclass(frozen=True)
class SheetContact:
    """One rung of the safety slip. The number itself is not on paper."""

    contact_id: int
    rank: int
    kind: str
    initials: str  # 王*
    relation: str
    phone_tail: str
    signed: bool


@dataclass(frozen=True)
class NotToday:
    """A regular door that gets nothing today, so that nobody rings there."""

    place: str
    name: str


@dataclass(frozen=True)
class StaleSheet:
    """A paper in somebody's hand that no longer says what counts."""

    round_number: int
    number: int
    version: int
    holder: str


@dataclass(frozen=True, kw_only=True)
class SheetStop:
    """One line of the sheet."""

    stop_id: int
    code: str
    position: int
    kind: str  # door | point
    planned_at: datetime | None
    building_id: int | None
    compound: str
    building: str
    unit: str
    door: str
    floor: int | None
    lift: bool
    placed_by: str
    place: str
    note: str
    slow_door: bool
    new_stairwell: bool
    elder_id: int | None
    diner_id: int | None
    point_id: int | None
    name: str
    number: str
    phone_tail: str
    portions: int
    size: str
    choice: str
    diet: Diet | None
    change: str
    collect_fen: int
    containers: tuple[tuple[str, int], ...]
    spares: int
    contacts: tuple[SheetContact, ...]
    crates: tuple[Crate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SheetView:
    """One round on paper."""

    round_id: int
    plan_id: int
    plan_version: int
    digest: str
    published: bool
    fallback: bool
    kitchen_id: int
    kitchen_name: str
    kitchen_phone: str
    day: date
    meal: str
    number: int
    driver_id: int | None
    driver_name: str
    driver_phone_tail: str
    profile: str
    capacity: int
    depart_at: datetime | None
    last_at: datetime | None
    back_at: datetime | None
    serve_to_minutes: int
    doors: int
    portions: int
    metres: int
    collect_fen: int
    loading: tuple[LoadLine, ...]
    stops: tuple[SheetStop, ...]
    not_today: tuple[NotToday, ...]
    begins: Beginning | None = None  # at a point, None: at the kitchen

    @property
    def food_left_at(self) -> datetime | None:
        """When its boxes leave the kitchen, with this round or with another."""
        return self.begins.left_at if self.begins else self.depart_at


# Readers ----------------------------------------------------------------------


async def sheet_view(round_id: int) -> SheetView:
    """One round's sheet; refuses `round_unknown`, and `round_empty` without stops."""
    plan_id = await round_plan_of(round_id)
    plan = await plan_by_id(plan_id)
    for view in await views_of(plan, await _inputs_of(plan)):
        if view.round_id == round_id:
            return view
    raise Refusal("round_empty")


async def sheet_views(kitchen_id: int, day: date, meal: str) -> list[SheetView]:
    """Every round with stops, of the plan that counts or else of the draft."""
    plan = await plan_that_counts(kitchen_id, day, meal)
    return await views_of(plan, await _inputs_of(plan)) if plan else []


async def _inputs_of(plan: Plan) -> Inputs:
    return await inputs_for(plan.facts.kitchen_id, plan.facts.day, plan.facts.meal)


async def stale_sheets(
    kitchen_id: int, day: date, meal: str, inputs: Inputs | None = None
) -> list[StaleSheet]:
    """Printed sheets whose round has changed since, or is no more. `inputs`: where the
    caller has loaded them."""
    papers = [
        paper
        for paper in await who_holds(kitchen_id, day, meal)
        if paper.kind == "sheet"
    ]
    if not papers:
        return []
    plan = await plan_that_counts(kitchen_id, day, meal)
    if plan is not None and inputs is None:
        inputs = await _inputs_of(plan)
    true = await _digests(plan, inputs) if plan and inputs else {}
    return [
        StaleSheet(
            round_number=int(paper.subject.partition(":")[2] or 0),
            number=paper.number,
            version=paper.version,
            holder=paper.holder,
        )
        for paper in papers
        # the paper's digest is the round's, followed by how it was to be printed
        if ":draft" in paper.digest
        or not paper.digest.startswith(true.get(paper.subject, "no round"))
    ]


TRIPS = MadeOnce(800)
"""The rounds of the days looked at last: with their lines, and as they are shown."""


@dataclass(frozen=True)
class _Trip:
    """A round with its lines, before anything is summed up."""

    row: RoundRow
    driver: DriverFacts | None
    begins: Beginning | None
    stops: tuple[SheetStop, ...]

    @cached_property
    def digest(self) -> str:
        """Where the boxes are taken over, and by whom they come, is part of the
        paper."""
        digest = _digest(self.row, self.driver, self.stops)
        if (begins := self.begins) is None:
            return digest
        told = (begins.point_id, begins.number, begins.at and f"{begins.at:%H:%M}")
        return hashlib.sha256(repr((digest, told)).encode()).hexdigest()[:16]


async def _digests(plan: Plan, inputs: Inputs) -> dict[str, str]:
    """Subject of each round's paper → what it says now."""
    trips = await _trips(with_clocks(inputs, plan), inputs)

    def digests() -> dict[str, str]:
        return {round_subject(trip.row.number): trip.digest for trip in trips}

    return await in_bulk(len(inputs.drops), digests)


async def views_of(
    plan: Plan, inputs: Inputs, outline: bool = False
) -> list[SheetView]:
    """The rounds of a plan, made from these inputs. In `outline` nobody is looked up:
    no price, no ladder, no regular door without a meal."""
    plan = with_clocks(inputs, plan)
    absent = {} if outline else await _not_today(inputs)
    views = []
    for trip in await _trips(plan, inputs, outline):
        skipped = tuple(absent.get(trip.row.driver_id or 0, ()))
        on_it = (inputs.kitchen, inputs.service, inputs.day, plan.facts, trip, skipped)
        view = TRIPS.of(("view", trip.row.id, outline), on_it, partial(_view, *on_it))
        views.append(view)
        await asyncio.sleep(0)  # each is milliseconds; a till may be waiting
    return views


async def _trips(plan: Plan, inputs: Inputs, outline: bool = False) -> list[_Trip]:
    """The rounds with stops of a plan that has its clocks."""
    drops = inputs.served(plan.orders)
    ladders = {} if outline else await _ladders(inputs.people)
    dues = {} if outline else await _dues(inputs)
    drivers = {d.id: d for d in await drivers_for(inputs.kitchen.id, retired=True)}
    begins = beginnings(inputs.starts, plan, inputs.point_names)
    by_round, trips = plan.by_round(), []
    for row in plan.rounds:
        stops = [stop for stop in by_round.get(row.id, ()) if stop.key in drops]
        if stops:
            there = [drops[stop.key] for stop in stops]
            made_of = (
                *(row, drivers.get(row.driver_id or 0), begins.get(row.number)),
                *(tuple(stops), tuple(there)),
                tuple(ladders.get(drop.elder_id or 0, ()) for drop in there),
                tuple(dues.get(drop.elder_id or 0, 0) for drop in there),
            )
            make = partial(_trip, *made_of)
            trips.append(TRIPS.of(("trip", row.id, outline), made_of, make))
        await asyncio.sleep(0)
    return trips


async def _ladders(elders: Iterable[int]) -> dict[int, tuple[SheetContact, ...]]:
    """Whom to ring about each of those people, as it stands on paper."""

    async def read(wanted: list[int]) -> dict[int, tuple[SheetContact, ...]]:
        known = await contacts_for(wanted)
        return {elder: tuple(map(_contact, ladder)) for elder, ladder in known.items()}

    return await PEOPLE.of("ladder on paper", elders, read)


async def _dues(inputs: Inputs) -> dict[int, int]:
    """What each person pays in fen for all portions; only the first is subsidised."""
    when = (inputs.kitchen.id, inputs.day, inputs.meal)
    prices = await price_people(inputs.people, *when, "deliver")
    extra = inputs.service.list_price_fen
    return {
        drop.elder_id: prices[drop.elder_id].due_fen + (drop.portions - 1) * extra
        for drop in inputs.drops
        if drop.elder_id is not None
    }


async def _not_today(inputs: Inputs) -> dict[int, list[NotToday]]:
    """Driver → regular doors of that weekday that are not served today."""
    here = {drop.elder_id for drop in inputs.drops}
    usual = await elders_usually_of(inputs.kitchen.id, inputs.day, inputs.meal)
    missing = {elder: driver for elder, driver in usual.items() if elder not in here}
    elders = await elders_by_id(missing)
    addresses = await addresses_on(inputs.kitchen.id, inputs.day)
    doors = await doors_for(addresses[e] for e in missing if e in addresses)
    by_driver: dict[int, list[NotToday]] = {}
    for elder_id, driver_id in missing.items():
        door = doors.get(addresses.get(elder_id, 0))
        line = NotToday(door.line if door else "", elders[elder_id].name)
        by_driver.setdefault(driver_id, []).append(line)
    return by_driver


# Pure rules -------------------------------------------------------------------


def with_clocks(inputs: Inputs, plan: Plan) -> Plan:
    """A draft with its clocks computed; a published plan keeps those it came with."""
    if not plan.facts.is_draft:
        return plan
    return timed(plan, timetable(inputs, plan.orders))


def _view(
    kitchen: KitchenFacts,
    service: ServiceFacts,
    day: date,
    plan: PlanFacts,
    trip: _Trip,
    not_today: tuple[NotToday, ...],
) -> SheetView:
    row, driver, stops = trip.row, trip.driver, trip.stops
    return SheetView(
        round_id=row.id,
        plan_id=plan.id,
        plan_version=plan.version,
        digest=trip.digest,
        published=not plan.is_draft,
        fallback=plan.fallback,
        kitchen_id=kitchen.id,
        kitchen_name=kitchen.name,
        kitchen_phone=kitchen.phone,
        day=day,
        meal=service.meal,
        number=row.number,
        driver_id=row.driver_id,
        driver_name=driver.name if driver else "",
        driver_phone_tail=driver.phone_tail if driver else "",
        profile=driver.profile if driver else "",
        capacity=driver.capacity if driver else 0,
        depart_at=row.depart_at,
        last_at=stops[-1].planned_at,
        back_at=row.back_at,
        serve_to_minutes=service.serve_to_minutes,
        doors=sum(stop.kind == "door" for stop in stops),
        portions=sum(stop.portions for stop in stops),
        metres=row.metres,
        collect_fen=sum(stop.collect_fen for stop in stops),
        loading=_loading(stops),
        stops=stops,
        not_today=not_today,
        begins=trip.begins,
    )


def _loading(stops: Sequence[SheetStop]) -> tuple[LoadLine, ...]:
    """Points each by itself, then all doors together."""
    lines: list[LoadLine] = []
    doors = Counter[str]()
    for stop in stops:
        if stop.point_id is None and stop.diet is not None:
            doors[stop.diet.key] += stop.portions
        lines += [
            LoadLine(stop.point_id, stop.name, key, portions)
            for key, portions in stop.containers
        ]
        lines += [
            LoadLine(None, stop.name, key, portions, crate.number)
            for crate in stop.crates
            for key, portions in crate.diets
        ]
    return (*lines, *(LoadLine(None, "", key, n) for key, n in sorted(doors.items())))


def _trip(
    row: RoundRow,
    driver: DriverFacts | None,
    begins: Beginning | None,
    stops: Sequence[StopRow],
    drops: Sequence[Drop],
    ladders: Sequence[tuple[SheetContact, ...]],
    dues: Sequence[int],
) -> _Trip:
    """`drops`, `ladders` and `dues` of those stops, one each."""
    lines: list[SheetStop] = []
    before: tuple[object, ...] = ()
    for stop, drop, ladder, due in zip(stops, drops, ladders, dues, strict=True):
        lines.append(
            SheetStop(
                stop_id=stop.id,
                code=stop_code(row.number, stop.position),
                position=stop.position,
                kind="point" if drop.is_point else "door",
                planned_at=stop.arrival_at,
                building_id=drop.building_id,
                compound=drop.compound,
                building=drop.building,
                unit=drop.unit,
                door=drop.door,
                floor=drop.floor,
                lift=drop.lift,
                placed_by=drop.placed_by,
                place=drop.place,
                note=drop.note,
                slow_door=drop.slow_door,
                new_stairwell=drop.stairwell != before,
                elder_id=drop.elder_id,
                diner_id=drop.diner_id,
                point_id=drop.point_id,
                name=drop.name,
                number=drop.number,
                phone_tail=drop.phone_tail,
                portions=drop.portions,
                size=drop.size,
                choice=drop.choice,
                diet=drop.diet,
                change=drop.change,
                collect_fen=due,
                containers=drop.containers,
                spares=drop.spares,
                contacts=ladder,
                crates=drop.crates,
            )
        )
        before = drop.stairwell
    return _Trip(row, driver, begins, tuple(lines))


def _contact(contact: ContactFacts) -> SheetContact:
    return SheetContact(
        contact_id=contact.id,
        rank=contact.rank,
        kind=contact.kind,
        initials=f"{surname_of(contact.name)}*",
        relation=contact.relation,
        phone_tail=contact.phone_tail,
        signed=contact.agreement_on is not None,
    )


def _digest(
    row: RoundRow, driver: DriverFacts | None, stops: Sequence[SheetStop]
) -> str:
    """What the paper says, ids and versions apart: same digest, same paper."""
    content = [
        (
            stop.code,
            stop.planned_at and stop.planned_at.isoformat(timespec="minutes"),
            (stop.place, stop.note, stop.slow_door, stop.name, stop.phone_tail),
            (stop.portions, stop.size, stop.choice, stop.containers, stop.spares),
            stop.diet and stop.diet.as_text(),
            (stop.change, stop.collect_fen),
            stop.contacts,
            *stop.crates,
        )
        for stop in stops
    ]
    text = repr((row.number, driver and (driver.id, driver.name), content))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
