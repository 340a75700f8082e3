"""What a change by hand costs before it is made: exactly the difference that the
board shows afterwards. Pure arithmetic, only the drivers touched are timed again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import routing
from kitchen.made_once import MadeOnce
from kitchen.round_inputs import Inputs
from kitchen.round_jobs import Groups, closes_at, job_of, problem_of, vehicle_for
from kitchen.round_levels import unbrought
from kitchen.stops import Drop, Key, climb, climbs
from kitchen.timetables import HARD, Order


@dataclass(frozen=True)
class Totals:
    """What counts about some rounds: seconds out, stops too late, stops with food too
    old, portions over, seconds over any limit, and faults nobody may override."""

    seconds: int = 0
    late: int = 0
    too_old: int = 0
    over: int = 0
    soft_seconds: int = 0
    hard: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(a + b for a, b in zip(_row(self), _row(other), strict=True)))

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(*(a - b for a, b in zip(_row(self), _row(other), strict=True)))


def _row(totals: Totals) -> tuple[int, ...]:
    return (
        totals.seconds,
        totals.late,
        totals.too_old,
        totals.over,
        totals.soft_seconds,
        totals.hard,
    )


@dataclass(frozen=True)
class Price:
    """The price of a place: the change of the totals. `number` None: waiting list."""

    number: int | None
    position: int
    change: Totals

    @property
    def rank(self) -> tuple[int, ...]:
        """Smaller is better: hard faults, then lateness and age, then time."""
        c = self.change
        return (c.hard, c.over, c.soft_seconds, c.seconds, self.position)

    @property
    def breaks(self) -> bool:
        """Whether somebody is worse off than before."""
        c = self.change
        return c.hard > 0 or c.over > 0 or c.late > 0 or c.too_old > 0


def totals_of(inputs: Inputs, orders: Iterable[Order]) -> Totals:
    """The totals of rounds in the given order, each driver's by itself, those who begin
    at a point together with whoever comes there."""
    parts = (_kept_totals(inputs, tuple(mine)) for mine in _teams(inputs, orders))
    return sum(parts, Totals())


def _teams(inputs: Inputs, orders: Iterable[Order]) -> list[list[Order]]:
    """The rounds by driver; drivers who meet at a point in one."""
    meeting = {("point", point) for point in inputs.starts.values()}
    teams: list[tuple[set[object], list[Order]]] = []
    for order in orders:
        meets: set[object] = {order.driver_id or ("nobody", order.number)}
        meets |= meeting.intersection((*order.keys, inputs.start_of(order)))
        mine = (meets, [order])
        for team in [team for team in teams if not team[0].isdisjoint(mine[0])]:
            teams.remove(team)
            mine = (team[0] | mine[0], team[1] + mine[1])
        teams.append(mine)
    return [mine for _, mine in teams]


TIMED = MadeOnce(20_000)
"""Teams with their rounds as they were timed: when one changes, most do not."""


def _kept_totals(inputs: Inputs, mine: tuple[Order, ...]) -> Totals:
    drops, begun = inputs.by_key(), inputs.starts.values()
    keys = [key for order in mine for key in order.keys]
    there = [drops.get(key) for key in (*keys, *(("point", point) for point in begun))]
    things = (inputs.setting, tuple(there))
    time = partial(_totals, inputs, mine)
    return TIMED.of((inputs.day, inputs.meal, mine), things, time)


def _totals(inputs: Inputs, mine: tuple[Order, ...]) -> Totals:
    """One team's rounds, timed by the library; doors judged each by itself."""
    drops = inputs.served(mine)
    trips = [(o, climbs([drops[key] for key in o.keys if key in drops])) for o in mine]
    trips = [(order, trip) for order, trip in trips if trip]
    groups = {_keys(group): group for _, trip in trips for group in trip}
    if not groups:
        return Totals()
    groups |= {(key,): (drops[key],) for key in unbrought(inputs, mine)}
    case = _case(inputs, [order for order, _ in trips], groups)
    who = [vehicle_for(inputs, order).id for order, _ in trips]
    rounds = [
        routing.Round(vehicle, tuple(case.jobs[_keys(group)] for group in trip))
        for vehicle, (_, trip) in zip(who, trips, strict=True)
    ]
    plan = routing.schedule(case.problem, rounds, case.travel)
    broken = list(plan.violations)
    rounds_of = Counter(who)
    judged = Totals(
        seconds=sum(route.ends - route.departs for route in plan.routes),
        over=sum(v.size for v in broken if v.cause == "load"),
        soft_seconds=sum(v.size for v in broken if v.cause not in HARD),
        hard=sum(v.cause in HARD for v in broken)
        + sum(rounds_of[v.id] > v.max_rounds for v in case.problem.vehicles),
    )
    for route in plan.routes:
        judged += _at_doors(inputs, route, case.groups)
    return judged


@dataclass(frozen=True, eq=False)
class _Case:
    """One team with some climbs, whatever their order."""

    problem: routing.Problem
    travel: routing.Travel
    jobs: Mapping[tuple[Key, ...], routing.Id]
    groups: Groups


def _keys(group: Iterable[Drop]) -> tuple[Key, ...]:
    return tuple(drop.key for drop in group)


def _case(
    inputs: Inputs,
    orders: Sequence[Order],
    groups: Mapping[tuple[Key, ...], tuple[Drop, ...]],
) -> _Case:
    crates = tuple(drop.crates for (drop, *_) in groups.values() if drop.crates)
    crew = {(v := vehicle_for(inputs, order)).id: v for order in orders}
    known = frozenset(crew)

    def case() -> _Case:
        names: dict[tuple[Key, ...], routing.Id] = {
            keys: f"{keys[0][0]} {keys[0][1]}" for keys in groups
        }
        mine = {name: groups[keys] for keys, name in names.items()}
        jobs = [_kept_job(inputs, name, group, known) for name, group in mine.items()]
        problem = problem_of(inputs, jobs, mine, crew.values())
        return _Case(problem, routing.Travel(problem), names, mine)

    return inputs.once(("case", known, frozenset(groups), crates), case)


def _kept_job(
    inputs: Inputs,
    name: routing.Id,
    group: tuple[Drop, ...],
    known: frozenset[routing.Id],
) -> routing.Job:
    """A climb is the same job wherever it stands in a round."""
    about = ("job", _keys(group), group[0].crates, known)
    return inputs.once(about, lambda: job_of(inputs, name, group, known))


def _at_doors(inputs: Inputs, route: routing.Route, groups: Groups) -> Totals:
    """How many doors are late and how many get food that is too old."""
    late = old = 0
    limit = inputs.kitchen.hot_limit_minutes * 60
    for step in route.steps:
        group = groups.get(step.id, ()) if step.id is not None else ()
        for drop, seconds in zip(group, climb(group).at_door, strict=True):
            late += step.begin + seconds > closes_at(inputs, drop)
            old += step.age + seconds > limit
    return Totals(late=late, too_old=old)


def prices_in(
    inputs: Inputs, orders: Sequence[Order], key: Key, number: int
) -> tuple[Price, ...]:
    """The price of every position (from 1) of a round, for a door wherever it is."""
    return tuple(
        price_at(inputs, orders, key, number, position)
        for position in range(1, _length(orders, key, number) + 2)
    )


def price_at(
    inputs: Inputs, orders: Sequence[Order], key: Key, number: int | None, position: int
) -> Price:
    """The price of moving a door to a position (from 1, counted without the door
    itself) of a round, or to the waiting list."""
    after = tuple(_put(order, key, number, position) for order in orders)
    return Price(number, position, change_of(inputs, orders, after))


def reversal(inputs: Inputs, orders: Sequence[Order], number: int) -> Totals:
    """The price of driving a round the other way about."""
    after = tuple(
        replace(order, keys=order.keys[::-1]) if order.number == number else order
        for order in orders
    )
    return change_of(inputs, orders, after)


def change_of(
    inputs: Inputs, before: Sequence[Order], after: Sequence[Order]
) -> Totals:
    """How the totals change between two states of the same rounds."""
    old, new = {o.number: o for o in before}, {o.number: o for o in after}
    changed = {n for n in (*old, *new) if old.get(n) != new.get(n)}
    drivers = {o.driver_id for n in changed for o in (old.get(n), new.get(n)) if o}
    drivers.discard(None)
    if not changed:
        return Totals()
    if inputs.starts:  # whoever meets them at a point feels it; the rest is known
        changed = {*old, *new}

    def touched(orders: Iterable[Order]) -> list[Order]:
        return [o for o in orders if o.number in changed or o.driver_id in drivers]

    return totals_of(inputs, touched(after)) - totals_of(inputs, touched(before))


def best_places(
    inputs: Inputs, orders: Sequence[Order], key: Key, most: int = 5
) -> list[Price]:
    """The best place of each other round that is not locked, best round first: beside
    the three nearest doors, or alone in an empty round."""
    here = next((o.number for o in orders if key in o.keys), None)
    found = []
    for order in orders:
        if order.locked or order.number == here:
            continue
        priced = [
            price_at(inputs, orders, key, order.number, position)
            for position in _positions_near(inputs, order, key)
        ]
        found.append(min(priced, key=lambda price: price.rank))
    return sorted(found, key=lambda price: price.rank)[:most]


def _positions_near(inputs: Inputs, order: Order, key: Key) -> list[int]:
    drops = inputs.by_key()
    drop, keys = drops[key], [k for k in order.keys if k in drops]
    if not keys or not drop.is_placed:
        return [len(order.keys) + 1]
    near = sorted(keys, key=lambda other: drop.apart(drops[other]))[:3]
    places = {order.keys.index(other) + 1 for other in near}
    return sorted(places | {place + 1 for place in places})


def _length(orders: Iterable[Order], key: Key, number: int) -> int:
    order = next(order for order in orders if order.number == number)
    return len([other for other in order.keys if other != key])


def _put(order: Order, key: Key, number: int | None, position: int) -> Order:
    if order.number != number and key not in order.keys:
        return order
    keys = [other for other in order.keys if other != key]
    if order.number == number:
        keys.insert(max(0, min(position - 1, len(keys))), key)
    return order if tuple(keys) == order.keys else replace(order, keys=tuple(keys))
