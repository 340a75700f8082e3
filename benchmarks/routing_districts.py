"""Generated districts with a planted plan that serves everybody.

Four shapes: dense blocks, a river with two bridges, villages along one road, one giant
compound. Elders live in buildings of compounds; lunch windows lie within 10:30-12:30
and food keeps 75 minutes (or 60 to 90 per elder). The plan is planted by cutting a
space-filling curve into rounds first and giving everybody a window that this plan
keeps, so a planner that leaves somebody out has failed, not the district.
"""

import math
import random
from dataclasses import dataclass, replace

from routing import Job, Location, Matrix, Problem, Round, TimeWindow, Travel, Vehicle
from routing.floor import floor_rounds
from routing.schedule import schedule

SHAPES = ("blocks", "river", "villages", "giant")

OPENS, CLOSES = 37_800, 45_000
WINDOWS = [
    (37_800, 41_400),
    (39_600, 43_200),
    (41_400, 45_000),
    (37_800, 43_200),
    (37_800, 45_000),
]
METRES_PER_DEGREE = 111_195
LON, LAT = 116.40, 39.90


@dataclass(frozen=True)
class District:
    """A problem, the plan planted in it and the id of each elder's building."""

    name: str
    problem: Problem
    planted: tuple[Round, ...]


def district(
    shape: str, elders: int, seed: int = 1, per_elder_limit: bool = False
) -> District:
    """A district of about so many elders; the same seed gives the same district."""
    dice = random.Random(f"{shape} {elders} {seed}")
    kitchen = _location(0.0, 0.0, None)
    jobs = tuple(_jobs(dice, shape, elders))
    fleet = tuple(_driver(k, kitchen) for k in range(max(3, elders // 12)))
    bare = Problem(jobs=jobs, vehicles=fleet)
    if shape == "river":
        bare = _over_bridges(bare)
    plan = schedule(bare, floor_rounds(bare, Travel(bare), 30.0))
    if plan.unassigned:
        raise ValueError(f"the plan to plant leaves out {len(plan.unassigned)}")
    doors = {
        step.id: (step.begin, step.age)
        for route in plan.routes
        for step in route.steps
        if step.type == "job"
    }
    asked = tuple(
        _with_promise(dice, job, *doors[job.id], per_elder_limit) for job in bare.jobs
    )
    used = {route.vehicle for route in plan.routes}
    # Planted with 24 boxes each, planned with 30: mornings are full, not bursting.
    drivers = tuple(replace(v, capacity=(30,)) for v in bare.vehicles if v.id in used)
    problem = replace(bare, jobs=asked, vehicles=drivers)
    if not schedule(problem, plan.rounds).is_feasible:
        raise ValueError("the planted plan breaks a rule")
    return District(f"{shape} {elders}", problem, plan.rounds)


def _driver(number: int, kitchen: Location) -> Vehicle:
    return Vehicle(
        id=f"driver {number + 1}",
        profile="ebike",
        capacity=(24,),
        shift=TimeWindow(36_000, 46_800),
        start=kitchen,
        end=kitchen,
    )


def _with_promise(
    dice: random.Random, job: Job, begin: int, age: int, per_elder: bool
) -> Job:
    """A window, and perhaps a hot limit of the elder's own, that the plan keeps."""
    fitting = [w for w in WINDOWS if w[0] <= begin <= w[1]] or [(begin, begin + 3600)]
    limits = [m for m in (3600, 4500, 5400) if m >= age]
    limit = dice.choice(limits) if per_elder and limits else 4500
    return replace(job, windows=(TimeWindow(*dice.choice(fitting)),), max_age=limit)


def _jobs(dice: random.Random, shape: str, elders: int) -> list[Job]:
    buildings = _buildings(dice, shape, max(4, elders // 2))
    jobs = []
    for number in range(elders):
        k = dice.randrange(len(buildings))
        x, y, compound = buildings[k]
        jobs.append(
            Job(
                id=number,
                location=_location(x, y, compound),
                site=f"building {k}",
                setup=dice.choice((20, 40)),
                service=dice.choice((40, 60, 90)),
                delivery=(1,),
                windows=(TimeWindow(OPENS, CLOSES),),
                max_age=4500,
            )
        )
    setups = {job.site: job.setup for job in reversed(jobs)}
    return [replace(job, setup=setups[job.site]) for job in jobs]


def _buildings(
    dice: random.Random, shape: str, count: int
) -> list[tuple[float, float, str]]:
    """(x, y) in metres from the kitchen, and the compound."""
    side = 400.0 * math.sqrt(count / 6)  # area grows with the number of buildings
    compounds = 1 if shape == "giant" else max(2, count // 8)
    centres = [_centre(dice, shape, side) for _ in range(compounds)]
    found = []
    for number in range(count):
        k = number % compounds
        spread = side / 2 if shape == "giant" else 120.0
        x = centres[k][0] + dice.uniform(-spread, spread)
        y = centres[k][1] + dice.uniform(-spread, spread)
        found.append((x, y, f"compound {k}"))
    return found


def _centre(dice: random.Random, shape: str, side: float) -> tuple[float, float]:
    if shape == "giant":
        return 150.0, 150.0
    if shape == "villages":
        along = dice.uniform(-side, side)
        return along, dice.gauss(0, 150)
    x, y = dice.uniform(-side / 2, side / 2), dice.uniform(-side / 2, side / 2)
    if shape == "river" and abs(y - side / 6) < 150:
        y += math.copysign(300, y - side / 6)
    return x, y


def _location(x: float, y: float, compound: str | None) -> Location:
    lon = LON + x / (METRES_PER_DEGREE * math.cos(math.radians(LAT)))
    return Location(
        lon=round(lon, 6), lat=round(LAT + y / METRES_PER_DEGREE, 6), compound=compound
    )


def _over_bridges(problem: Problem) -> Problem:
    """The same places with a matrix in which the river is crossed at two bridges."""
    start = problem.vehicles[0].start
    places = [start, *dict.fromkeys(job.location for job in problem.jobs)]
    ys = sorted(place.lat for place in places if place and place.lat is not None)
    river = LAT + (ys[-1] - LAT) / 3
    xs = sorted(place.lon for place in places if place and place.lon is not None)
    bridges = [
        Location(lon=xs[0] + (xs[-1] - xs[0]) * part, lat=river) for part in (0.25, 0.7)
    ]
    rows = bridged_rows(problem, places, bridges, river)
    index = {place: k for k, place in enumerate(places)}
    assert start is not None
    kitchen = replace(start, index=0)
    return replace(
        problem,
        matrices={"ebike": Matrix(rows)},
        jobs=tuple(
            replace(job, location=replace(job.location, index=index[job.location]))
            for job in problem.jobs
        ),
        vehicles=tuple(
            replace(v, start=kitchen, end=kitchen) for v in problem.vehicles
        ),
    )


def bridged_rows(
    problem: Problem,
    places: list[Location | None],
    bridges: list[Location],
    river: float,
) -> tuple[tuple[int, ...], ...]:
    """Seconds between places; those on different banks meet at the better bridge."""
    whole = replace(
        problem,
        jobs=(
            *problem.jobs,
            *(Job(id=f"bridge {k}", location=b) for k, b in enumerate(bridges)),
        ),
    )
    table = Travel(whole).table(problem.vehicles[0], [*places, *bridges]).tolist()
    north = [place is not None and (place.lat or 0) > river for place in places]
    size = len(places)
    return tuple(
        tuple(
            table[a][b]
            if north[a] == north[b]
            else min(table[a][size + k] + table[size + k][b] for k in range(2))
            for b in range(size)
        )
        for a in range(size)
    )
