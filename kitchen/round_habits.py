"""Where a day's rounds begin: with the habit. The standing rounds of the weekday, else
the rounds of a week ago, are there at once, with today's people; the solver only
improves on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen.database import rows, writing
from kitchen.off_loop import off_loop
from kitchen.round_inputs import HABIT_DAYS, Inputs, inputs_for
from kitchen.round_insertion import best_place
from kitchen.round_plans import latest_plan, lock_plans
from kitchen.round_publishing import write_plan
from kitchen.rounds import timetable
from kitchen.staff import Actor
from kitchen.standing_rounds import HabitRound, standing_of
from kitchen.stops import Drop, Key
from kitchen.timetables import Order, Proposal


@dataclass(frozen=True)
class Habit:
    """The rounds a day begins with, and the day they are from; None: the standing
    rounds of the weekday."""

    day: date | None
    rounds: tuple[HabitRound, ...]


# Pure rules -------------------------------------------------------------------


def from_habit(inputs: Inputs, habit: Habit) -> Proposal:
    """The habit with today's people: who eats today keeps driver and order, who does
    not is left out, who is new goes where it costs least – nobody else is moved for
    them. Drivers who are not there leave their round to their substitute, or to nobody
    yet."""
    today = {_visit(drop): drop.key for drop in inputs.drops}
    drivers = {driver.id: driver.id for driver in inputs.drivers}
    busy = {trip.driver_id for trip in habit.rounds}
    drivers |= {a: b for a, b in inputs.stand_ins.items() if b not in busy}
    orders: Sequence[Order] = [
        Order(
            number=trip.number,
            driver_id=drivers.get(trip.driver_id or 0),
            keys=tuple(today[visit] for visit in trip.visits if visit in today),
        )
        for trip in habit.rounds
    ]
    orders = [order for order in orders if order.keys]
    known = {key for order in orders for key in order.keys}
    why: dict[Key, str] = {}
    new = [drop for drop in inputs.drops if drop.key not in known]
    for drop in sorted(new, key=lambda drop: (-drop.priority, drop.key)):
        place = best_place(inputs, orders, drop)
        if place is None:
            why[drop.key] = "no_room" if drop.is_placed else "no_place"
        else:
            orders = _put(orders, drop.key, *place)
    return Proposal(
        orders=tuple(orders), why=why, engine="habit" if habit.day else "standing"
    )


def _visit(drop: Drop) -> Key:
    if drop.point_id is not None:
        return ("point", drop.point_id)
    return ("elder", drop.elder_id or 0)


def _put(
    orders: Sequence[Order], key: Key, number: int, position: int
) -> Sequence[Order]:
    return [
        Order(
            order.number,
            order.driver_id,
            (*order.keys[: position - 1], key, *order.keys[position - 1 :]),
        )
        if order.number == number
        else order
        for order in orders
    ]


# Readers ----------------------------------------------------------------------


async def habit_for(kitchen_id: int, day: date, meal: str) -> Habit | None:
    """The standing rounds of the weekday; else the published rounds of the same weekday
    within three weeks, else of the last day there were any."""
    standing = await standing_of(kitchen_id, meal, day.isoweekday())
    if standing is not None:
        return Habit(None, standing.rounds)
    days = await rows(
        "SELECT p.day AS day, MAX(p.id) AS plan FROM round_plan p"
        " JOIN plan_publication pub ON pub.plan = p.id"
        " WHERE p.kitchen = {} AND p.meal = {} AND p.day < {} AND p.day >= {}"
        " GROUP BY p.day ORDER BY p.day DESC",
        kitchen_id,
        meal,
        day,
        day - timedelta(days=HABIT_DAYS),
    )
    same = [row for row in days if row["day"].weekday() == day.weekday()]
    chosen = (same or days)[:1]
    if not chosen:
        return None
    return Habit(chosen[0]["day"], await _driven(int(chosen[0]["plan"])))


async def _driven(plan_id: int) -> tuple[HabitRound, ...]:
    found = await rows(
        "SELECT r.number AS number, r.driver AS driver, d.elder AS elder,"
        " s.point AS point FROM stop s JOIN round r ON r.id = s.round"
        " LEFT JOIN diner d ON d.id = s.diner WHERE s.plan = {}"
        " ORDER BY r.number, s.position",
        plan_id,
    )
    trips: dict[int, tuple[int | None, list[Key]]] = {}
    for row in found:
        _driver, visits = trips.setdefault(row["number"], (row["driver"], []))
        if row["point"] is not None:
            visits.append(("point", row["point"]))
        elif row["elder"] is not None:
            visits.append(("elder", row["elder"]))
    return tuple(
        HabitRound(number, driver, tuple(visits))
        for number, (driver, visits) in trips.items()
    )


# Verbs ------------------------------------------------------------------------


async def start_rounds(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> int | None:
    """Begin a day's rounds with the habit; what is there already stays. Returns the
    plan, None when there is no habit yet. Refuses as `inputs_for` does."""
    plan = await latest_plan(kitchen_id, day, meal)
    if plan is not None:
        return plan.facts.id
    inputs = await inputs_for(kitchen_id, day, meal)
    habit = await habit_for(kitchen_id, day, meal)
    if habit is None or not inputs.drops:
        return None
    # Before the transaction and off the loop: nobody waits for the arithmetic.
    proposal = await off_loop(from_habit, inputs, habit)
    times = await off_loop(timetable, inputs, proposal.orders)
    async with writing():
        await lock_plans(kitchen_id, day, meal)
        plan = await latest_plan(kitchen_id, day, meal)
        if plan is not None:
            return plan.facts.id
        reason = habit.day.isoformat() if habit.day else "standing_rounds"
        return await write_plan(inputs, proposal, times, reason=reason, by=by, now=now)
