"""Which rounds an account may look at. A driver or volunteer sees the own rounds of
today, until two hours after they are back; everybody else is limited by their kitchen
alone. Only the plan that counts is asked: a door that went to another driver is no
longer this one's, whatever id an old page still names.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen.database import rows
from kitchen.round_plans import Plan, plan_by_id, published_plan
from kitchen.round_plans import round_plan_of as plan_of_round
from kitchen.round_plans import stop_plan_of as plan_of_stop
from kitchen.staff import Actor

SEEN_FOR = timedelta(hours=2)
"""How long after the planned return a driver still sees names and doors."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """What decides who sees a round. `staff_id`: the account of its driver."""

    kitchen_id: int
    day: date
    staff_id: int | None
    back_at: datetime | None


@dataclass(frozen=True)
class Sight:
    """What of a meal's rounds an account sees. `numbers` None: all of them.

    `linked` False: a driver's account that no driver is linked to.
    """

    numbers: frozenset[int] | None = None
    linked: bool = True

    def sees(self, number: int | None) -> bool:
        """`number` None: on no round, on the waiting list."""
        return self.numbers is None or number in self.numbers


EVERYTHING = Sight()


def may_see(actor: Actor, trip: Trip, *, today: date, now: datetime) -> bool:
    """Whether this account may look at this round now. `today`: the kitchen's day.

    A round without a planned return is nobody's to drive yet.
    """
    if not actor.sees_kitchen(trip.kitchen_id):
        return False
    if actor.role != "driver":
        return True
    return (
        trip.staff_id is not None
        and trip.staff_id == actor.staff_id
        and trip.day == today
        and trip.back_at is not None
        and now < trip.back_at + SEEN_FOR
    )


async def sight_of(
    actor: Actor,
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    today: date,
    now: datetime,
) -> Sight:
    """The rounds of a meal, by number, that this account may see."""
    if actor.role != "driver":
        return EVERYTHING
    accounts = await _accounts(kitchen_id)
    plan = await published_plan(kitchen_id, day, meal) if day == today else None
    seen = [
        row.number
        for row in (plan.rounds if plan else ())
        if may_see(
            actor,
            Trip(
                kitchen_id=kitchen_id,
                day=day,
                staff_id=accounts.get(row.driver_id or 0),
                back_at=row.back_at,
            ),
            today=today,
            now=now,
        )
    ]
    return Sight(frozenset(seen), linked=actor.staff_id in accounts.values())


async def sees_round(
    actor: Actor, round_id: int, *, today: date, now: datetime
) -> bool:
    """Whether this account sees that round, named by any version's id."""
    if actor.role != "driver":
        return True
    named = await plan_by_id(await plan_of_round(round_id))
    number = next(row.number for row in named.rounds if row.id == round_id)
    return (await _sight(actor, named, today, now)).sees(number)


async def sees_stop(actor: Actor, stop_id: int, *, today: date, now: datetime) -> bool:
    """Whether this account sees that door or point, named by any version's id: it
    must be on one of its rounds in the plan that counts."""
    if actor.role != "driver":
        return True
    named = await plan_by_id(await plan_of_stop(stop_id))
    key = next(stop.key for stop in named.stops if stop.id == stop_id)
    facts = named.facts
    plan = await published_plan(facts.kitchen_id, facts.day, facts.meal)
    if plan is None:
        return False
    numbers = {row.id: row.number for row in plan.rounds}
    held = {s.key: numbers.get(s.round_id or 0) for s in plan.stops}
    return (await _sight(actor, named, today, now)).sees(held.get(key))


async def _sight(actor: Actor, plan: Plan, today: date, now: datetime) -> Sight:
    facts = plan.facts
    return await sight_of(
        actor, facts.kitchen_id, facts.day, facts.meal, today=today, now=now
    )


async def _accounts(kitchen_id: int) -> dict[int, int]:
    """Driver → the account linked to it."""
    found = await rows(
        "SELECT id, staff_id FROM driver WHERE kitchen = {} AND staff_id IS NOT NULL",
        kitchen_id,
    )
    return {row["id"]: row["staff_id"] for row in found}
