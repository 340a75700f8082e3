"""Whether the food reaches every stop while it may be eaten.

The clock of a stop is the earliest use-by of what is in its boxes: the batches written
down for its round (or those nobody wrote down), dish by dish as the person there eats
them; before cooking, the time the sheet plans. A round that is late moves all its
stops, and the ones that fall behind their use-by are named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from kitchen.audit import LOCAL_ZONE
from kitchen.batches import cooked_for
from kitchen.blocks import Block, Order
from kitchen.driver_starts import starts_on
from kitchen.errors import Refusal
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.loadings import LoadingFacts, loadings_for
from kitchen.places import KitchenFacts
from kitchen.portions import DishSheet
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import (
    Plan,
    beginnings,
    plan_that_counts,
    stop_code,
)
from kitchen.round_sheets import with_clocks
from kitchen.stops import Key
from kitchen.use_by import BatchFacts, Place, batches_at, use_by


@dataclass(frozen=True)
class StopClock:
    """One stop: when it is reached and until when its food is good. `dish` is the one
    that runs out first; `cooked` False: its time is only planned."""

    round_number: int
    code: str
    key: Key
    name: str
    arrival_at: datetime
    use_by: datetime
    dish: str
    cooked: bool

    @property
    def over_minutes(self) -> int:
        """Minutes past the use-by on arrival; 0 or less is in time."""
        return int((self.arrival_at - self.use_by).total_seconds() // 60)

    @property
    def at_risk(self) -> bool:
        return self.arrival_at > self.use_by


# Pure rules -------------------------------------------------------------------


def keys_of(order: Order) -> list[Key]:
    """The stops an order may travel to."""
    if order.way == "deliver" and order.diner_id:
        return [("diner", order.diner_id)]
    return [("point", order.point_id)] if order.point_id else []


def place_of(key: Key, round_number: int) -> Place:
    """Where the batches of a stop are written down: its point, or its round."""
    return ("point", key[1]) if key[0] == "point" else ("round", round_number)


def dishes_by_stop(blocks: Iterable[Block]) -> dict[Key, set[int]]:
    """Which dishes are in the boxes of each stop."""
    found: dict[Key, set[int]] = {}
    for block in blocks:
        for order in block.orders:
            for key in keys_of(order):
                found.setdefault(key, set()).add(block.dish.id)
    return found


def planned_life(
    sheet: DishSheet, day: date, kitchen: KitchenFacts
) -> tuple[datetime, str]:
    """Until when a dish will be good that leaves the pot as planned."""
    midnight = datetime.combine(day, time(), tzinfo=LOCAL_ZONE).astimezone(UTC)
    cooked = midnight + timedelta(minutes=sheet.out_of_pot_minutes)
    return use_by(cooked, (), kitchen), sheet.dish.name


def stop_clocks(
    today: KitchenDay,
    plan: Plan,
    cooked: Sequence[BatchFacts],
    names: Mapping[Key, str],
    delays: Mapping[int, timedelta],
) -> list[StopClock]:
    """Every stop with a clock, in the order of the rounds. `names`: key → who or where;
    `delays`: round → how much later than planned it leaves."""
    wanted = dishes_by_stop(today.blocks)
    sheets = {sheet.dish.id: sheet for sheet in today.sheet.dishes}
    numbers = {row.id: row.number for row in plan.rounds}

    @cache  # hundreds of doors share the few pots of their round
    def lives_of(dish: int, place: Place) -> list[tuple[datetime, str, bool]]:
        return _lives(cooked, sheets[dish], place, today)

    clocks = []
    for row in plan.rounds:
        for stop in plan.stops_of(row.id):
            if stop.arrival_at is None:
                continue
            number = numbers[row.id]
            place = place_of(stop.key, number)
            lives = [
                life
                for dish in wanted.get(stop.key, ())
                for life in lives_of(dish, place)
            ]
            if not lives:
                continue
            until, dish_name, is_cooked = min(lives)
            clocks.append(
                StopClock(
                    round_number=number,
                    code=stop_code(number, stop.position),
                    key=stop.key,
                    name=names.get(stop.key, ""),
                    arrival_at=stop.arrival_at + delays.get(number, timedelta()),
                    use_by=until,
                    dish=dish_name,
                    cooked=is_cooked,
                )
            )
    return clocks


def _lives(
    cooked: Iterable[BatchFacts], sheet: DishSheet, place: Place, today: KitchenDay
) -> list[tuple[datetime, str, bool]]:
    batches = batches_at(cooked, sheet.dish.id, place)
    if batches:
        return [(batch.use_by, batch.dish_name, True) for batch in batches]
    return [(*planned_life(sheet, today.day, today.kitchen), False)]


def delays_of(
    plan: Plan,
    loaded: Mapping[int, Sequence[LoadingFacts]],
    now: datetime,
    starts: Mapping[int, int],
) -> dict[int, timedelta]:
    """How much later each round leaves than planned: by its last loading, or, while
    nothing is loaded, by the clock; no less than the round that brings its boxes.
    Nothing is ever early. `starts`: driver → point."""
    delays = {}
    for row in plan.rounds:
        if row.depart_at is None:
            continue
        lines = loaded.get(row.number, ())
        left = max((line.at for line in lines), default=now)
        delays[row.number] = max(left - row.depart_at, timedelta())
    for number, begins in beginnings(starts, plan).items():
        if number in delays and begins.number in delays:
            delays[number] = max(delays[number], delays[begins.number])
    return delays


# Readers ----------------------------------------------------------------------


async def clocks_for(
    kitchen_id: int,
    day: date,
    meal: str,
    now: datetime,
    today: KitchenDay | None = None,
) -> list[StopClock]:
    """The clock of every stop of the plan that counts, or else of the draft; nothing
    while there is no count or no plan. `today`: the day, where it is loaded already.
    """
    plan = await plan_that_counts(kitchen_id, day, meal)
    if plan is None:
        return []
    if plan.facts.is_draft:  # a published plan brings its clocks
        try:
            plan = with_clocks(await inputs_for(kitchen_id, day, meal), plan)
        except Refusal:
            return []
    today = today or await kitchen_day(kitchen_id, day, meal)
    loaded = await loadings_for(kitchen_id, day, meal)
    starts = await starts_on(kitchen_id, day)
    delays = delays_of(plan, loaded, now, starts) if _is_day(now, day) else {}
    cooked = await cooked_for(kitchen_id, day, meal)
    return stop_clocks(today, plan, cooked, _names(today), delays)


async def stops_at_risk(
    kitchen_id: int,
    day: date,
    meal: str,
    now: datetime,
    today: KitchenDay | None = None,
) -> list[StopClock]:
    """The stops that food reaches after its use-by, the worst first."""
    clocks = await clocks_for(kitchen_id, day, meal, now, today)
    late = [clock for clock in clocks if clock.at_risk]
    return sorted(late, key=lambda clock: -clock.over_minutes)


def _names(today: KitchenDay) -> dict[Key, str]:
    """Whom each stop is for, or which point it is."""
    points: dict[Key, str] = {("point", p.id): p.name for p in today.points}
    return points | {
        ("diner", order.diner_id): order.name
        for order in today.orders
        if order.diner_id
    }


def _is_day(now: datetime, day: date) -> bool:
    return now.astimezone(LOCAL_ZONE).date() == day
