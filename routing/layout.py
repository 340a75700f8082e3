"""A problem laid out as the kernel's arrays, and rounds there and back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from routing.arrays import (
    FAR,
    FIRST_SLOT,
    HABIT,
    LAST_SLOT,
    ORDER_PRICE,
    RANK,
    REST_TO,
    SINCE,
    SITE,
    SLOT_MODE,
    STOCK,
    UNSERVED,
    VEHICLE,
    WINDOW_FROM,
    WINDOW_TO,
    Instance,
    Ints,
    Ints32,
    Layout,
)
from routing.distances import Travel
from routing.likely import likely_neighbours, order_shares, sort_keys
from routing.problem import Id, Job, Location, Problem, TimeWindow, Vehicle
from routing.solution import Round
from routing.supply import Supply

NO_SUPPLIES: Mapping[Id, Supply] = MappingProxyType({})


def layout(
    problem: Problem,
    travel: Travel,
    neighbours: int = 60,
    locked: Sequence[object] = (),
    usual: Sequence[Round] = (),
    supplies: Mapping[Id, Supply] = NO_SUPPLIES,
) -> Layout:
    """The arrays of a problem; `locked` jobs are never taken out of their round, the
    others stay in the order of the `usual` rounds where it costs little. A vehicle
    supplied by what is not among the `supplies` stays at home."""
    slots = [
        (vehicle, number)
        for vehicle in problem.vehicles
        for number in range(min(vehicle.max_rounds, max(1, len(problem.jobs))))
    ]
    depots: dict[Location | None, int] = {}
    for vehicle, number in slots:
        for place in (vehicle.start, _end(vehicle, number)):
            depots.setdefault(place, len(problem.jobs) + len(depots))
    in_line = _in_line(problem, travel)
    places = [*(job.location for job in in_line.jobs), *depots]
    instance = _instance(
        in_line, travel, slots, depots, places, neighbours, locked, usual, supplies
    )
    return Layout(in_line, instance, places, slots)


def _in_line(problem: Problem, travel: Travel) -> Problem:
    """The same problem with each job followed by the nearest one left.

    Those that lie close then lie close in memory too, which the search is quicker by.
    """
    jobs = problem.jobs
    table = travel.table(problem.vehicles[0], [job.location for job in jobs])
    left = np.zeros(len(jobs), np.int64)
    line = [0] if jobs else []
    for _ in jobs[1:]:
        left[line[-1]] = FAR
        line.append(int(np.argmin(table[line[-1]] + left)))
    return replace(problem, jobs=tuple(jobs[k] for k in line))


def _end(vehicle: Vehicle, number: int) -> Location | None:
    return vehicle.end if number == vehicle.max_rounds - 1 else vehicle.start


def _instance(
    problem: Problem,
    travel: Travel,
    slots: list[tuple[Vehicle, int]],
    depots: dict[Location | None, int],
    places: list[Location | None],
    neighbours: int,
    locked: Sequence[object],
    usual: Sequence[Round],
    supplies: Mapping[Id, Supply],
) -> Instance:
    vehicles = problem.vehicles
    stock = [job.delivery for job in problem.jobs if job.id in supplies]
    modes: dict[tuple[str, int], Vehicle] = {}
    for vehicle in vehicles:
        modes.setdefault(_mode(vehicle), vehicle)
    matrix = np.stack([travel.table(lead, places) for lead in modes.values()])
    np.minimum(matrix, FAR // 4, out=matrix)
    origin = _origin(problem)
    jobs = _jobs(problem, len(depots), locked, usual)
    if usual:
        matrix += ORDER_PRICE * _against_habit(jobs)
    arrive = matrix.transpose(0, 2, 1)
    symmetric = np.array_equal(matrix, arrive)
    windows = _windows(problem.jobs, origin)
    first = windows[jobs[: len(problem.jobs), WINDOW_FROM], 0]
    last = windows[jobs[: len(problem.jobs), WINDOW_TO] - 1, 1]
    likely, near = likely_neighbours(matrix[0], jobs, first, last, neighbours)
    everyone = np.arange(len(first))[:, None]
    likely_ways = matrix[:, everyone, likely]
    likely_ways[:, :, ::2] = matrix[:, likely[:, ::2], everyone]
    demand = _demand(problem)
    start = depots[slots[0][0].start]
    from_start = matrix[0][start, : len(problem.jobs)].astype(np.float64)
    return Instance(
        travel=matrix,
        arrive=matrix if symmetric else np.ascontiguousarray(arrive),
        jobs=jobs,
        windows=windows,
        demand=demand,
        capacity=np.array([*(v.capacity for v in vehicles), *stock], np.int64).reshape(
            len(vehicles) + len(stock), demand.shape[1]
        ),
        preference=_preference(problem, supplies),
        places=_places(len(first), slots, depots),
        likely=likely,
        likely_ways=np.ascontiguousarray(likely_ways),
        near=near,
        keys=sort_keys(demand, from_start, first, last, jobs[: len(first), UNSERVED]),
        shares=order_shares(any(job.windows for job in problem.jobs)),
        vehicles=_vehicles(problem, slots, list(modes), origin),
        slots=_slots(problem, slots, list(modes), origin, supplies),
        rests=_rests(problem, origin),
    )


def _origin(problem: Problem) -> int:
    """The moment from which the search counts, so that its numbers stay small."""
    return min((w.opens for job in problem.jobs for w in job.windows), default=0)


def _windows(jobs: Sequence[Job], origin: int) -> Ints:
    rows: list[tuple[int, int]] = []
    for job in jobs:
        rows += [_shifted(w, origin) for w in job.windows] or [(-FAR, FAR)]
    return np.array(rows, np.int64).reshape(len(rows), 2)


def _shifted(window: TimeWindow, origin: int) -> tuple[int, int]:
    opens, closes = window.opens - origin, window.closes - origin
    return max(-FAR, min(opens, FAR)), max(-FAR, min(closes, FAR))


def _against_habit(jobs: Ints) -> Ints32:
    """1 where going from row to column turns the usual order of a round round."""
    habit, rank = jobs[:, HABIT], jobs[:, RANK]
    together = (habit[:, None] == habit) & (habit > 0)
    against: Ints32 = (together & (rank[:, None] > rank)).astype(np.int32)
    return against


def _jobs(
    problem: Problem,
    places: int,
    locked: Sequence[object],
    usual: Sequence[Round],
) -> Ints:
    """One row for each job, then one for each start and end, which cost no time."""
    table = np.zeros((len(problem.jobs) + places, 10), np.int64)
    habits = {
        job: (number, rank)
        for number, planned in enumerate(usual, start=1)
        for rank, job in enumerate(planned.jobs)
    }
    sites: dict[object, int] = {}
    fixed = set(locked)
    window = 0
    for number, job in enumerate(problem.jobs):
        windows = max(1, len(job.windows))
        table[number] = (
            min(job.service, FAR // 4),
            min(job.setup, FAR // 4),
            sites.setdefault(job.building, len(sites)),
            _limit(job.max_age),
            problem.unserved_cost(job),
            window,
            window + windows,
            job.id in fixed,
            *habits.get(job.id, (0, 0)),
        )
        window += windows
    for place in range(places):
        table[len(problem.jobs) + place, SITE] = -1 - place
    return table


def _demand(problem: Problem) -> Ints:
    kinds = len(problem.vehicles[0].capacity)
    rows = [job.delivery or (0,) * kinds for job in problem.jobs]
    return np.array(rows, np.int64).reshape(len(rows), kinds)


def _vehicles(
    problem: Problem,
    slots: list[tuple[Vehicle, int]],
    modes: list[tuple[str, int]],
    origin: int,
) -> Ints:
    table = np.zeros((len(problem.vehicles), 16), np.int64)
    first = rest = 0
    kinds, shapes = _kinds(problem), _shapes(problem)
    for number, vehicle in enumerate(problem.vehicles):
        rounds = sum(mine is vehicle for mine, _ in slots)
        table[number] = (
            modes.index(_mode(vehicle)),
            *_shifted(vehicle.shift, origin),
            _limit(vehicle.max_work),
            _limit(vehicle.max_jobs),
            _limit(vehicle.max_travel),
            problem.vehicle_cost(vehicle),
            vehicle.reload,
            kinds[number],
            first,
            first + rounds,
            0,
            0,
            rest,
            rest + len(_rest_rows(vehicle, origin)),
            shapes[number],
        )
        first += rounds
        rest = int(table[number, REST_TO])
    return table


def _rest_rows(vehicle: Vehicle, origin: int) -> list[tuple[int, ...]]:
    """A row for each window of each break: seconds, window, number of the break."""
    breaks = sorted(vehicle.breaks, key=lambda rest: rest.windows[0])
    return [
        (rest.service, *_shifted(window, origin), number)
        for number, rest in enumerate(breaks)
        for window in rest.windows
    ]


def _rests(problem: Problem, origin: int) -> Ints:
    rows = [row for v in problem.vehicles for row in _rest_rows(v, origin)]
    return np.array(rows, np.int64).reshape(len(rows), 4)


def _slots(
    problem: Problem,
    slots: list[tuple[Vehicle, int]],
    modes: list[tuple[str, int]],
    origin: int,
    supplies: Mapping[Id, Supply],
) -> Ints32:
    brought = [job.id for job in problem.jobs if job.id in supplies]
    number = {vehicle.id: k for k, vehicle in enumerate(problem.vehicles)}
    table = np.zeros((len(slots), 16), np.int32)
    for slot, (vehicle, _) in enumerate(slots):
        table[slot, VEHICLE] = number[vehicle.id]
        table[slot, SLOT_MODE] = modes.index(_mode(vehicle))
        table[slot, SINCE], table[slot, STOCK] = FAR, -1
        crate = vehicle.supplied_by
        if crate is not None and crate in supplies:
            table[slot, SINCE] = supplies[crate].left - origin
            table[slot, STOCK] = brought.index(crate)
    return table


def _places(
    jobs: int,
    slots: list[tuple[Vehicle, int]],
    depots: dict[Location | None, int],
) -> Ints32:
    ends = [(depots[v.start], depots[_end(v, turn)]) for v, turn in slots]
    return np.array(
        [*range(jobs), *(place for pair in ends for place in pair)], np.int32
    )


def _limit(limit: int | None) -> int:
    return FAR if limit is None else min(limit, FAR)


def _mode(vehicle: Vehicle) -> tuple[str, int]:
    return vehicle.profile, vehicle.speed_percent


def _preference(problem: Problem, supplies: Mapping[Id, Supply]) -> Ints32:
    supplying = problem.supplying
    price = min(problem.weights.changed_vehicle, FAR // 4)
    table = np.zeros((len(problem.jobs), len(problem.vehicles)), np.int32)
    for number, job in enumerate(problem.jobs):
        if job.preferred_vehicle is not None:
            table[number] = [
                price * (job.preferred_vehicle != v.id) for v in problem.vehicles
            ]
        choosy = job.forbidden_vehicles or job.skills or job.id in supplying
        if choosy or job.allowed_vehicles is not None:
            may = [problem.may_serve(vehicle, job) for vehicle in problem.vehicles]
            table[number, ~np.array(may)] = FAR
    at_home = [v.supplied_by not in (None, *supplies) for v in problem.vehicles]
    table[:, np.array(at_home, bool)] = FAR
    return table


def _kinds(problem: Problem) -> list[int]:
    """Equal numbers for vehicles alike in all: one empty one stands for the others."""
    named = {
        name
        for job in problem.jobs
        for name in (job.preferred_vehicle, *job.forbidden_vehicles)
    } | {name for job in problem.jobs for name in job.allowed_vehicles or ()}
    seen: dict[object, int] = {}
    numbers = []
    for vehicle in problem.vehicles:
        key: object = vehicle.id if vehicle.id in named else vehicle.features
        numbers.append(seen.setdefault(key, len(seen)))
    return numbers


def _shapes(problem: Problem) -> list[int]:
    """Equal numbers for vehicles whose rounds can go on as each other's do; -1 where
    rests or further rounds make that more than a matter of one round."""
    seen: dict[object, int] = {}
    return [
        -1
        if vehicle.breaks or vehicle.max_rounds > 1
        else seen.setdefault(vehicle.features, len(seen))
        for vehicle in problem.vehicles
    ]


def numbered(
    table: Layout, rounds: Sequence[Round]
) -> list[tuple[int, list[int], bool]]:
    """Given rounds as (slot, job numbers, locked); what does not exist is left out."""
    index = {job.id: number for number, job in enumerate(table.problem.jobs)}
    vehicles = [vehicle.id for vehicle in table.problem.vehicles]
    used: dict[object, int] = {}
    mine: dict[object, int] = {}
    for planned in rounds:
        mine[planned.vehicle] = mine.get(planned.vehicle, 0) + 1
    found = []
    for planned in rounds:
        if planned.vehicle not in vehicles:
            continue
        vehicle = vehicles.index(planned.vehicle)
        low, high = table.instance.vehicles[vehicle, [FIRST_SLOT, LAST_SLOT]]
        # Later slots first, so that the last round has the vehicle's own end.
        offset = max(0, high - low - mine[planned.vehicle])
        slot = low + offset + used.get(planned.vehicle, 0)
        used[planned.vehicle] = used.get(planned.vehicle, 0) + 1
        if slot < high:
            order = [index[job] for job in planned.jobs if job in index]
            found.append((int(slot), order, planned.locked))
    return found


def named(table: Layout, orders: Sequence[Sequence[int]]) -> tuple[Round, ...]:
    """Job numbers by slot as rounds with the problem's names."""
    jobs = table.problem.jobs
    return tuple(
        Round(table.slots[slot][0].id, tuple(jobs[number].id for number in order))
        for slot, order in enumerate(orders)
        if len(order)
    )
