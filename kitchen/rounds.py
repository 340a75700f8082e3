"""Rounds: who brings which meals in what order. The only translator between the
kitchen's rounds and the solver's routes.

A plan is a draft until it is published; a published plan is never edited, a change
copies it into the next version. Clocks of the solver are seconds after local midnight.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

import routing
from kitchen.drivers import Driver, DriverFacts
from kitchen.headcounts import Diner
from kitchen.places import DiningPoint, Kitchen
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.stops import (
    STAIRWELL_SECONDS,
    Drop,
    Key,
    climb,
    climbs,
    grouped,
    hand_over_seconds,
)
from kitchen.timetables import (
    Fault,
    Order,
    Proposal,
    Span,
    TimedRound,
    TimedStop,
    Timetable,
)


class RoundPlan(Table, tablename="round_plan"):
    """One version of the rounds of a kitchen, day and meal."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    version = Integer()
    engine = Text()  # ortools | sisr | floor | … | hand
    fallback = Boolean()
    distances = Text()  # how travel times were obtained: straight_line | osrm
    pairs = Integer(default=0)  # ways between places asked of a road server …
    pairs_straight = Integer(default=0)  # … and those that fell back
    digest = Text()
    at = Timestamptz()
    by = Text()


class PlanPublication(Table, tablename="plan_publication"):
    """This version counts. `override` names who accepted lateness, and why."""

    plan = ForeignKey(RoundPlan, null=False)
    override = Text()
    at = Timestamptz()
    by = Text()


class PlanOpinion(Table, tablename="plan_opinion"):
    """What the routing authority said of the version that was published."""

    plan = ForeignKey(RoundPlan, null=False)
    verdict = Text()  # confirmed | refused | no_answer
    why = Text()  # how the answer got lost
    at = Timestamptz()


class Round(Table, tablename="round"):
    """送餐线路: one trip of one driver."""

    plan = ForeignKey(RoundPlan, null=False)
    number = Integer()
    driver = ForeignKey(Driver, null=True)
    depart_at = Timestamptz(null=True)
    back_at = Timestamptz(null=True)
    metres = Integer()
    locked = Boolean()


class Stop(Table, tablename="stop"):
    """One door or one dining point. `round` None = unplaced, never dropped."""

    plan = ForeignKey(RoundPlan, null=False)
    round = ForeignKey(Round, null=True)
    position = Integer()
    diner = ForeignKey(Diner, null=True)
    point = ForeignKey(DiningPoint, null=True)
    arrival_at = Timestamptz(null=True)
    locked = Boolean()
    why = Text()  # reason code while unplaced
    spares = Integer()  # portions carried without a name


class Loading(Table, tablename="loading"):
    """Loaded: portions by diet group that went onto a round (a point's containers
    are loaded on the round that has the point as a stop, and so is the crate of a round
    that begins there)."""

    round = ForeignKey(Round, null=False)
    point = ForeignKey(DiningPoint, null=True)
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    at = Timestamptz()
    by = Text()
    crate = Integer(null=True)  # number of the round it is brought to the start of


class LoadingVoid(Table, tablename="loading_void"):
    """The entry was wrong."""

    loading = ForeignKey(Loading, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


BULK = 1
"""The skill of carrying containers to dining points."""

RELOAD_SECONDS = 600

Groups = Mapping[routing.Id, tuple[Drop, ...]]

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
) -> tuple[routing.Problem | None, Groups]:
    """`problem_for` on inputs already loaded."""
    kept = {key for order in locked for key in order.keys}
    vehicles = free_vehicles(inputs, locked)
    drops = _with_room(inputs, locked, vehicles)
    vehicles = _within_room(inputs, locked, vehicles, drops)
    placed = [d for d in drops if d.is_placed and d.key not in kept]
    if not vehicles or not placed:
        return None, {}
    most = min(vehicle.capacity[0] for vehicle in vehicles)
    alike: dict[object, list[Drop]] = {}
    for drop in placed:
        rule = (_banned(inputs, drop), (pinned or {}).get(drop.key))
        alike.setdefault(rule, []).append(drop)
    groups = [group for drops in alike.values() for group in grouped(drops, most)]
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


def locked_with(inputs: Inputs, orders: Iterable[Order]) -> tuple[Order, ...]:
    """The locked rounds, and with them those that bring their boxes to where they
    begin: a crate does not come later because its van is planned afresh."""
    orders = [order for order in orders if order.keys]
    begun = {inputs.start_of(order) for order in orders if order.locked}
    return tuple(o for o in orders if o.locked or not begun.isdisjoint(o.keys))


def _with_room(
    inputs: Inputs, locked: Sequence[Order], vehicles: Iterable[routing.Vehicle]
) -> list[Drop]:
    """All doors and points; a point where rounds begin gets, besides the boxes of the
    locked ones, as many as the others that may begin there can take at most."""
    served, most = inputs.served(locked), max_bulk(inputs)
    doors = sum(drop.portions for drop in inputs.drops if not drop.is_point)
    room = Counter[Key]()
    for vehicle in vehicles:
        if vehicle.id in inputs.starts:
            point = ("point", inputs.starts[int(vehicle.id)])
            room[point] += vehicle.capacity[0] * vehicle.max_rounds
    found = []
    for drop in inputs.drops:
        drop = served.get(drop.key, drop)
        more = min(room[drop.key], doors, most - drop.portions)
        found.append(replace(drop, portions=drop.portions + max(0, more)))
    return [drop for drop in found if drop.portions]


def _within_room(
    inputs: Inputs,
    locked: Sequence[Order],
    vehicles: Sequence[routing.Vehicle],
    drops: Iterable[Drop],
) -> tuple[routing.Vehicle, ...]:
    """Whoever begins at a point takes boxes brought for doors, never the point's own:
    where the vans have less room than the riders, each round there takes a like part,
    and nobody begins there for whom nothing can be brought."""
    served = inputs.served(locked)
    doors = sum(drop.portions for drop in inputs.drops if not drop.is_point)
    room = {
        drop.point_id: drop.portions
        - (served[drop.key].portions if drop.key in served else 0)
        for drop in drops
        if drop.is_point
    }
    shares = Counter[int]()
    for vehicle in vehicles:
        if vehicle.id in inputs.starts:
            shares[inputs.starts[int(vehicle.id)]] += vehicle.max_rounds
    kept = []
    for vehicle in vehicles:
        point = inputs.starts.get(int(vehicle.id))
        if point is not None and room.get(point, doors) < doors:
            most = room[point] // shares[point]
            vehicle = replace(vehicle, capacity=(min(vehicle.capacity[0], most),))
        if vehicle.capacity[0] > 0:
            kept.append(vehicle)
    return tuple(kept)


def max_bulk(inputs: Inputs) -> int:
    """The most portions somebody who brings food to points can carry."""
    return max((d.capacity for d in inputs.drivers if d.carries_bulk), default=0)


def problem_with(
    inputs: Inputs,
    groups: Iterable[Sequence[Drop]],
    vehicles: tuple[routing.Vehicle, ...],
    pinned: Mapping[Key, int] = MappingProxyType({}),
) -> tuple[routing.Problem, dict[routing.Id, tuple[Drop, ...]]]:
    """A problem of climbs given as they are, and what each job stands for."""
    known = {vehicle.id for vehicle in vehicles}
    numbered = [(n, tuple(group)) for n, group in enumerate(groups, start=1)]
    jobs = tuple(_job(inputs, n, group, known, pinned) for n, group in numbered)
    at = {group[0].key: number for number, group in numbered}
    vehicles = tuple(_supplied(inputs, vehicle, at) for vehicle in vehicles)
    problem = routing.Problem(jobs=jobs, vehicles=vehicles)
    return routing.with_legs(problem, inputs.roads.ways), dict(numbered)


def _supplied(
    inputs: Inputs, vehicle: routing.Vehicle, at: Mapping[Key, routing.Id]
) -> routing.Vehicle:
    """Who begins at a point waits there for what is brought to it."""
    point = inputs.starts.get(vehicle.id) if isinstance(vehicle.id, int) else None
    crate = None if point is None else at.get(("point", point))
    return replace(vehicle, supplied_by=crate)


def _job(
    inputs: Inputs,
    number: int,
    group: tuple[Drop, ...],
    known: set[routing.Id],
    pinned: Mapping[Key, int],
) -> routing.Job:
    """One climb as one job: windows and hot limit hold for its last door."""
    stairs, first = climb(group), group[0]
    service = inputs.service
    if first.is_point:
        opens, closes = service.cooked_by_minutes, service.serve_from_minutes
    else:
        opens, closes = service.depart_minutes, service.serve_to_minutes
    start = max(0, opens * 60 - stairs.at_door[0])
    usual = Counter(
        inputs.usual[drop.key] for drop in group if inputs.usual.get(drop.key) in known
    )
    weight = routing.Weights().unserved
    only = pinned.get(first.key)
    return routing.Job(
        id=number,
        location=_location(first),
        service=stairs.service,
        setup=0 if first.is_point else STAIRWELL_SECONDS,
        site="/".join(str(part) for part in first.stairwell),
        delivery=(sum(drop.portions for drop in group),),
        windows=(
            routing.TimeWindow(start, max(start, closes * 60 - stairs.at_door[-1])),
        ),
        priority=max(drop.priority for drop in group),
        unserved_cost=sum(weight * (1 + drop.priority) for drop in group),
        max_age=max(1, inputs.kitchen.hot_limit_minutes * 60 - stairs.at_door[-1]),
        skills=frozenset({BULK}) if first.is_point else frozenset(),
        allowed_vehicles=frozenset({only}) if only in known else None,
        forbidden_vehicles=frozenset(
            driver for drop in group for driver in _banned(inputs, drop)
        )
        & frozenset(known),
        preferred_vehicle=usual.most_common(1)[0][0] if usual else None,
    )


def _location(drop: Drop) -> routing.Location:
    """Where the drop is; the gated compound costs gate time."""
    compound = drop.compound or None
    if drop.lon_e6 is None or drop.lat_e6 is None:
        return routing.Location(compound=compound or drop.name or "?")
    lon, lat = drop.lon_e6 / 1_000_000, drop.lat_e6 / 1_000_000
    return routing.Location(lon=lon, lat=lat, compound=compound)


def _banned(inputs: Inputs, drop: Drop) -> frozenset[int]:
    return inputs.banned.get(drop.elder_id or 0, frozenset())


def _kitchen(inputs: Inputs) -> routing.Location:
    place = inputs.kitchen
    if place.lon_e6 is None or place.lat_e6 is None:
        return routing.Location(compound=place.name or "?")
    return routing.Location(lon=place.lon_e6 / 1_000_000, lat=place.lat_e6 / 1_000_000)


def vehicle_of(
    inputs: Inputs, driver: DriverFacts, *, rounds: int, free: int = 0
) -> routing.Vehicle:
    """A driver whose shift begins when there is food to take and no locked round, and
    ends where they said: at the kitchen, the last door (None), a place of their own."""
    service = inputs.service
    ready = service.cooked_by_minutes if driver.carries_bulk else service.depart_minutes
    closes = driver.shift_to_minutes * 60
    opens = max(driver.shift_from_minutes * 60, ready * 60, free)
    return routing.Vehicle(
        id=driver.id,
        profile=driver.profile,
        capacity=(driver.capacity,),
        shift=routing.TimeWindow(min(opens, closes), closes),
        start=_start_of(inputs, driver),
        end=_end_of(inputs, driver),
        speed_percent=10_000 // inputs.slower_percent,
        max_rounds=rounds,
        reload=RELOAD_SECONDS,
        skills=frozenset({BULK})
        if driver.carries_bulk and driver.id not in inputs.starts
        else frozenset(),
    )


def _start_of(inputs: Inputs, driver: DriverFacts) -> routing.Location:
    point = inputs.by_key().get(("point", inputs.starts.get(driver.id, 0)))
    return _kitchen(inputs) if point is None else _location(point)


def _end_of(inputs: Inputs, driver: DriverFacts) -> routing.Location | None:
    if driver.ends_at == "last_door":
        return None
    lon, lat = driver.end_lon_e6, driver.end_lat_e6
    if driver.ends_at == "place" and lon is not None and lat is not None:
        return routing.Location(lon=lon / 1_000_000, lat=lat / 1_000_000)
    return _kitchen(inputs)


def vehicle_for(inputs: Inputs, order: Order) -> routing.Vehicle:
    """Whoever drives a round, or the stand-in while nobody does."""
    driver = inputs.driver(order.driver_id)
    if driver is None:
        return _nobody(inputs, order.number)
    return vehicle_of(inputs, driver, rounds=driver.max_rounds)


def _nobody(inputs: Inputs, number: int) -> routing.Vehicle:
    """A stand-in that times a round nobody drives yet."""
    ready = min(inputs.service.cooked_by_minutes, inputs.service.depart_minutes)
    return routing.Vehicle(
        id=f"round {number}",
        profile="ebike",
        capacity=(1_000_000,),
        shift=routing.TimeWindow(ready * 60, 24 * 3600),
        start=_kitchen(inputs),
        end=_kitchen(inputs),
        speed_percent=10_000 // inputs.slower_percent,
        skills=frozenset({BULK}),
    )


def free_after(inputs: Inputs, locked: Sequence[Order]) -> dict[int, int]:
    """When drivers of locked rounds may start another one, and those who begin at a
    point that a locked round brings their boxes to."""
    times = timetable(inputs, locked).rounds if locked else {}
    free: dict[int, int] = {}
    drops = inputs.by_key()
    for stop in (stop for timed in times.values() for stop in timed.stops):
        for driver, point in inputs.starts.items():
            if stop.key == ("point", point):
                reached = int((stop.arrival_at - inputs.midnight).total_seconds())
                free[driver] = reached + hand_over_seconds(drops[stop.key])
    for order in locked:
        back = times[order.number].back_at
        if order.driver_id is not None and back is not None:
            seconds = int((back - inputs.midnight).total_seconds()) + RELOAD_SECONDS
            free[order.driver_id] = max(free.get(order.driver_id, 0), seconds)
    return free


def starting_rounds(groups: Groups, orders: Iterable[Order]) -> list[routing.Round]:
    """The rounds as they are in the problem's jobs, for a search to begin from; doors
    of one climb that are on several rounds begin on the first of them."""
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
        routing.Round(driver, tuple(job for _, job in sorted(found[number])))
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
    orders = [_needed(inputs, order, [*orders, *locked]) for order in orders]
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


def _needed(inputs: Inputs, order: Order, orders: Sequence[Order]) -> Order:
    """The round without points that get nothing: nobody went out from there."""
    served = inputs.served(orders)
    return replace(order, keys=tuple(key for key in order.keys if key in served))


def timetable(inputs: Inputs, orders: Iterable[Order]) -> Timetable:
    """Clocks and faults of rounds in the given order: arithmetic, no search.

    Doors in no round are left to the caller; doors that are no longer served today
    are passed over. The checker's view of the whole is in `faults`.
    """
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


def unbrought(inputs: Inputs, orders: Sequence[Order]) -> list[Key]:
    """Points where rounds with doors begin and that no round comes to."""
    begun = {inputs.start_of(order) for order in orders if order.keys} - {None}
    found = begun - {key for order in orders for key in order.keys}
    return sorted(key for key in found if key in inputs.served(orders))


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


def closes_at(inputs: Inputs, drop: Drop) -> int:
    """Until when a door or point waits for its food, in seconds after midnight."""
    service = inputs.service
    closes = service.serve_from_minutes if drop.is_point else service.serve_to_minutes
    return closes * 60


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
    if order.driver_id in _banned(inputs, drop):
        found.append(Fault("vehicle_forbidden"))
    return found
