"""Rounds: who brings which meals in what order. The translator between the kitchen's
rounds and the solver's routes, whose clocks are seconds after local midnight.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import routing
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_jobs import (
    RELOAD_SECONDS,
    Groups,
    banned_at,
    closes_at,
    problem_with,
    vehicle_for,
    vehicle_of,
)
from kitchen.round_levels import all_begun, needed, unbrought, with_room, within_room
from kitchen.stops import Drop, Key, climb, climbs, grouped, hand_over_seconds
from kitchen.timetables import (
    Fault,
    Order,
    Proposal,
    Span,
    TimedRound,
    TimedStop,
    Timetable,
)

# Into the solver's words ------------------------------------------------------


async def problem_for(
    kitchen_id: int,
    day: date,
    meal: str,
    locked: Sequence[Order] = (),
    pinned: Mapping[Key, int] | None = None,
) -> tuple[routing.Problem | None, Groups]:
    """The day as a routing problem, and what each of its jobs stands for; None when
    there is nothing to solve or nobody to drive.

    Doors that nobody has placed are left out: they stay on the board's waiting list.
    `locked` rounds are left out with their doors; their drivers lose those rounds.
    `pinned` doors may only be served by the driver named.
    """
    return problem_of(await inputs_for(kitchen_id, day, meal), locked, pinned)


def problem_of(
    inputs: Inputs,
    locked: Sequence[Order] = (),
    pinned: Mapping[Key, int] | None = None,
    beside: Sequence[Order] = (),
) -> tuple[routing.Problem | None, Groups]:
    """`problem_for` on inputs already loaded. Rounds `beside` the free ones are stated
    in their own order, to be locked; what they begin with is then known."""
    kept = {key for order in (*locked, *beside) for key in order.keys}
    vehicles = free_vehicles(inputs, locked)
    if beside:
        drops = list(inputs.served((*locked, *beside)).values())
    else:
        drops = with_room(inputs, locked, vehicles)
        vehicles = within_room(inputs, locked, vehicles, drops)
    placed = [d for d in drops if d.is_placed and d.key not in kept]
    if not vehicles or not placed:
        return None, {}
    most = min(vehicle.capacity[0] for vehicle in vehicles)
    alike: dict[object, list[Drop]] = {}
    for drop in placed:
        rule = (banned_at(inputs, drop), (pinned or {}).get(drop.key))
        alike.setdefault(rule, []).append(drop)
    groups = [group for drops in alike.values() for group in grouped(drops, most)]
    known = inputs.by_key()
    for order in beside:
        groups += climbs([known[key] for key in order.keys if key in known])
    return problem_with(inputs, groups, vehicles, pinned or {})


def free_vehicles(
    inputs: Inputs, locked: Sequence[Order]
) -> tuple[routing.Vehicle, ...]:
    """Whoever has a round left beside the locked ones, from when they are free."""
    free, taken = free_after(inputs, locked), Counter(o.driver_id for o in locked)
    return tuple(
        vehicle_of(inputs, d, rounds=d.max_rounds - taken[d.id], free=free.get(d.id, 0))
        for d in inputs.drivers
        if d.max_rounds > taken[d.id]
    )


def free_after(inputs: Inputs, locked: Sequence[Order]) -> dict[int, int]:
    """When drivers of locked rounds may start another one, and those who begin at a
    point that a locked round brings their boxes to."""
    times = timetable(all_begun(inputs), locked).rounds if locked else {}
    free: dict[int, int] = {}
    known = inputs.by_key()
    for stop in (stop for timed in times.values() for stop in timed.stops):
        for driver, point in inputs.starts.items():
            if stop.key == ("point", point):
                reached = int((stop.arrival_at - inputs.midnight).total_seconds())
                free[driver] = reached + hand_over_seconds(known[stop.key])
    for order in locked:
        back = times[order.number].back_at
        if order.driver_id is not None and back is not None:
            seconds = int((back - inputs.midnight).total_seconds()) + RELOAD_SECONDS
            free[order.driver_id] = max(free.get(order.driver_id, 0), seconds)
    return free


def starting_rounds(
    groups: Groups, orders: Iterable[Order], locked: Iterable[Order] = ()
) -> list[routing.Round]:
    """The rounds as they are in the problem's jobs, for a search to begin from; doors
    of one climb that are on several rounds begin on the first of them."""
    stays = {order.number for order in locked}
    place = {
        key: (order.number, position)
        for order in orders
        for position, key in enumerate(order.keys)
    }
    drivers = {order.number: order.driver_id for order in orders}
    found: dict[int, list[tuple[int, routing.Id]]] = {}
    for job, group in groups.items():
        places = [place[drop.key] for drop in group if drop.key in place]
        if places:
            number, position = min(places)
            found.setdefault(number, []).append((position, job))
    return [
        routing.Round(
            driver, tuple(job for _, job in sorted(found[number])), number in stays
        )
        for number in sorted(found)
        if (driver := drivers[number]) is not None
    ]


# … and back -------------------------------------------------------------------


def proposal_of(
    inputs: Inputs,
    solution: routing.Solution,
    groups: Groups,
    locked: Sequence[Order] = (),
    *,
    pinned: Mapping[Key, int] | None = None,
    fallback: bool = False,
) -> Proposal:
    """A solution in the kitchen's words; locked rounds keep their numbers."""
    taken = {order.number for order in locked}
    numbers = (n for n in range(1, len(solution.routes) + len(locked) + 1))
    free = [number for number in numbers if number not in taken]
    orders = [
        Order(
            number=number,
            driver_id=int(route.vehicle),
            keys=tuple(drop.key for job in route.jobs for drop in groups[job]),
        )
        for number, route in zip(free, solution.routes, strict=False)
    ]
    orders = [needed(inputs, order, [*orders, *locked]) for order in orders]
    orders = [order for order in orders if order.keys]
    why = {
        drop.key: left.reason
        for left in solution.unassigned
        for drop in groups[left.job]
    }
    found = {key for order in (*orders, *locked) for key in order.keys} | set(why)
    for drop in inputs.drops:
        if drop.key not in found:
            why[drop.key] = "no_place" if not drop.is_placed else "not_planned"
    return Proposal(
        orders=tuple(sorted([*orders, *locked], key=lambda order: order.number)),
        why=why,
        engine=solution.engine,
        pinned=frozenset(pinned or ()),
        fallback=fallback,
        distances=inputs.travel.provider,
    )


def timetable(inputs: Inputs, orders: Iterable[Order]) -> Timetable:
    """Clocks and faults of rounds in the given order: arithmetic, no search.

    Doors in no round are left to the caller; doors that are no longer served today
    are passed over. The checker's view of the whole is in `faults`.
    """
    put = tuple(orders)
    return inputs.once(("timetable", put), lambda: _timetable(inputs, put))


def _timetable(inputs: Inputs, orders: Iterable[Order]) -> Timetable:
    problem, groups, plan = _fixed(inputs, orders)
    if problem is None:
        return Timetable({number: TimedRound(number) for number in plan})
    solution = routing.schedule(
        problem, [routing.Round(vehicle, jobs) for _, vehicle, jobs in plan.values()]
    )
    routes: dict[routing.Id, list[routing.Route]] = {}
    for route in solution.routes:
        routes.setdefault(route.vehicle, []).append(route)
    rounds: dict[int, TimedRound] = {}
    for number, (order, vehicle, jobs) in plan.items():
        if not jobs:
            rounds[number] = TimedRound(number)
            continue
        rounds[number] = _timed(inputs, order, routes[vehicle].pop(0), groups)
    faults = tuple(
        Fault(fault.cause, fault.size) for fault in routing.check(problem, solution)
    )
    return Timetable(rounds, faults)


def stated(
    inputs: Inputs, orders: Iterable[Order]
) -> tuple[routing.Problem, routing.Solution] | None:
    """The rounds as they stand in the solver's words, to be judged by others; None
    when nobody is on a round."""
    problem, _groups, plan = _fixed(inputs, orders)
    if problem is None:
        return None
    rounds = [routing.Round(vehicle, jobs) for _, vehicle, jobs in plan.values()]
    return problem, routing.schedule(problem, rounds)


Planned = dict[int, tuple[Order, routing.Id, tuple[routing.Id, ...]]]


def _fixed(
    inputs: Inputs, orders: Iterable[Order]
) -> tuple[routing.Problem | None, Groups, Planned]:
    """The orders as jobs in climbs, each with the vehicle that drives them."""
    orders = sorted(orders, key=lambda order: order.number)
    drops, groups = inputs.served(orders), dict[routing.Id, tuple[Drop, ...]]()
    vehicles: dict[routing.Id, routing.Vehicle] = {}
    plan: Planned = {}
    for order in orders:
        vehicle = vehicle_for(inputs, order)
        vehicles[vehicle.id] = vehicle
        jobs = []
        for group in climbs([drops[key] for key in order.keys if key in drops]):
            jobs.append(len(groups) + 1)
            groups[len(groups) + 1] = group
        plan[order.number] = (order, vehicle.id, tuple(jobs))
    for key in unbrought(inputs, orders):
        groups[len(groups) + 1] = (drops[key],)
    if not groups:
        return None, {}, plan
    problem, mapping = problem_with(inputs, groups.values(), tuple(vehicles.values()))
    return problem, mapping, plan


def _timed(
    inputs: Inputs, order: Order, route: routing.Route, groups: Groups
) -> TimedRound:
    stops: list[TimedStop] = []
    for step in route.steps:
        if step.type != "job" or step.id is None:
            continue
        group = groups[step.id]
        broken = {violation.cause for violation in step.violations}
        for drop, seconds in zip(group, climb(group).at_door, strict=True):
            reached, age = step.begin + seconds, step.age + seconds
            faults = _door_faults(inputs, order, drop, reached, age)
            if "skills" in broken:
                faults.append(Fault("skills"))
            stops.append(TimedStop(drop.key, inputs.at(reached), tuple(faults), age))
    return TimedRound(
        number=order.number,
        depart_at=inputs.at(route.departs),
        back_at=inputs.at(route.ends),
        metres=route.distance,
        portions=sum(route.load),
        stops=tuple(stops),
        faults=tuple(Fault(v.cause, v.size) for v in route.violations),
        spans=tuple(_spans(inputs, route)),
    )


def _spans(inputs: Inputs, route: routing.Route) -> Iterable[Span]:
    """The round's time from leaving to coming back, without gaps."""
    for step in route.steps:
        if step.type not in ("job", "end"):
            continue
        parts = (
            ("drive", step.arrival - step.travel, step.arrival),
            ("service", step.arrival, step.arrival + step.setup),
            ("wait", step.arrival + step.setup, step.begin),
            ("service", step.begin, step.departure),
        )
        for kind, starts, ends in parts:
            if ends > starts:
                yield Span(kind, inputs.at(starts), inputs.at(ends))


def _door_faults(
    inputs: Inputs, order: Order, drop: Drop, reached: int, age: int
) -> list[Fault]:
    """Late, too old, or a driver who is not sent here."""
    found, closes = [], closes_at(inputs, drop)
    if reached > closes:
        found.append(Fault("delay", reached - closes))
    too_old = age - inputs.kitchen.hot_limit_minutes * 60
    if too_old > 0:
        found.append(Fault("age", too_old))
    if order.driver_id in banned_at(inputs, drop):
        found.append(Fault("vehicle_forbidden"))
    return found
