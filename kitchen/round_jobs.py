"""Doors, points and drivers in the solver's words: a climb is a job, a driver a
vehicle. Clocks are seconds after local midnight.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import routing
from kitchen.drivers import DriverFacts
from kitchen.round_inputs import Inputs
from kitchen.round_levels import supplied
from kitchen.stops import STAIRWELL_SECONDS, Drop, Key, climb
from kitchen.timetables import Order

BULK = 1
"""The skill of carrying containers to dining points."""

RELOAD_SECONDS = 600

Groups = Mapping[routing.Id, tuple[Drop, ...]]


def problem_with(
    inputs: Inputs,
    groups: Iterable[Sequence[Drop]],
    vehicles: tuple[routing.Vehicle, ...],
    pinned: Mapping[Key, int] = MappingProxyType({}),
) -> tuple[routing.Problem, dict[routing.Id, tuple[Drop, ...]]]:
    """A problem of climbs given as they are, and what each job stands for."""
    known = {vehicle.id for vehicle in vehicles}
    numbered: Groups = {n: tuple(group) for n, group in enumerate(groups, start=1)}
    jobs = [job_of(inputs, n, group, known, pinned) for n, group in numbered.items()]
    return problem_of(inputs, jobs, numbered, vehicles), dict(numbered)


def problem_of(
    inputs: Inputs,
    jobs: Iterable[routing.Job],
    groups: Groups,
    vehicles: Iterable[routing.Vehicle],
) -> routing.Problem:
    """The jobs of those groups, by the jobs' names, and who may do them."""
    at = {group[0].key: name for name, group in groups.items()}
    crew = tuple(supplied(inputs, vehicle, at) for vehicle in vehicles)
    problem = routing.Problem(jobs=tuple(jobs), vehicles=crew)
    return routing.with_legs(problem, inputs.roads.ways)


def job_of(
    inputs: Inputs,
    name: routing.Id,
    group: tuple[Drop, ...],
    known: Collection[routing.Id],
    pinned: Mapping[Key, int] = MappingProxyType({}),
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
        id=name,
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
        allowed_vehicles=None
        if only is None or only not in known
        else frozenset({only}),
        forbidden_vehicles=frozenset(
            driver for drop in group for driver in banned_at(inputs, drop)
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


def banned_at(inputs: Inputs, drop: Drop) -> frozenset[int]:
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

    def found() -> routing.Vehicle:
        driver = inputs.driver(order.driver_id)
        if driver is None:
            return _nobody(inputs, order.number)
        return vehicle_of(inputs, driver, rounds=driver.max_rounds)

    return inputs.once(("vehicle", order.driver_id, order.number), found)


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


def closes_at(inputs: Inputs, drop: Drop) -> int:
    """Until when a door or point waits for its food, in seconds after midnight."""
    service = inputs.service
    closes = service.serve_from_minutes if drop.is_point else service.serve_to_minutes
    return closes * 60
