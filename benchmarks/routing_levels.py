"""Kitchen, points, doors: what each engine makes of two levels at once.

A generated district in which a van brings a crate to each of several points, from
where the drivers go out; any driver may serve any door.
"""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.routing_districts import district
from routing import Job, Problem, check, solve
from routing.problem import Location, Vehicle

CASES = ((150, 3), (300, 5))
ENGINES = ("floor", "ortools", "sisr", "auto")
SECONDS = 15.0


def lines() -> Iterator[str]:
    yield "## Two levels: a van, points, drivers from there"
    yield ""
    yield f"{SECONDS:.0f} s by the wall, one seed, one worker; cost in seconds, no"
    yield "fault by the checker."
    yield ""
    yield f"| elders, points, drivers | {' | '.join(ENGINES)} |"
    yield "| --- |" + " ---: |" * len(ENGINES)
    for elders, points in CASES:
        plain = district("blocks", elders).problem
        problem = on_two_levels(plain, points)
        cells = [cell(problem, engine) for engine in ENGINES]
        drivers = len(plain.vehicles)
        yield f"| {elders}, {points}, {drivers} | {' | '.join(cells)} |"


def cell(problem: Problem, engine: str) -> str:
    found = solve(problem, seconds=SECONDS, engine=engine)
    if check(problem, found):
        raise ValueError("the plan breaks a rule")
    left = found.summary.unassigned
    return f"{found.summary.cost:,}" + (f", {left} left out" if left else "")


def on_two_levels(problem: Problem, points: int) -> Problem:
    """The same doors and drivers, who start from points: doors far from each other."""
    spots = spread([job.location for job in problem.jobs], points)
    riders = [
        replace(vehicle, start=spots[k % points], end=spots[k % points])
        for k, vehicle in enumerate(problem.vehicles)
    ]
    crates = [
        Job(
            id=f"crate {number}",
            location=spot,
            delivery=boxes(riders[number::points]),
            service=60,
            priority=100,
        )
        for number, spot in enumerate(spots)
    ]
    supplied = [
        replace(rider, supplied_by=crates[k % points].id)
        for k, rider in enumerate(riders)
    ]
    whole = boxes(problem.vehicles)
    van = replace(problem.vehicles[0], id="van", capacity=whole, fixed_cost=0)
    return replace(problem, jobs=(*crates, *problem.jobs), vehicles=(van, *supplied))


def boxes(vehicles: list[Vehicle] | tuple[Vehicle, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(v.capacity for v in vehicles), strict=True)))


def spread(places: list[Location], count: int) -> list[Location]:
    """So many of the places, each as far as can be from those before it."""
    chosen = [min(places, key=lambda p: (p.lon or 0, p.lat or 0))]
    while len(chosen) < count:
        chosen.append(max(places, key=lambda p: min(apart(p, c) for c in chosen)))
    return chosen


def apart(a: Location, b: Location) -> float:
    east, north = (a.lon or 0) - (b.lon or 0), (a.lat or 0) - (b.lat or 0)
    return east * east + north * north
