"""Compare the routing engines with their rivals, processor second for second.

    python benchmarks/routing.py public --data FOLDER --seconds 10
    python benchmarks/routing.py districts --seconds 3
        [--engines sisr,ortools,pyvrp,vroom] [--only NAME,NAME]
        [--rivals PYTHON]   an interpreter that has pyvrp and pyvroom

Prints a Markdown table as it goes. `sisr` and PyVRP count processor seconds of one
thread, plain OR-Tools counts the wall's. Every answer is timed and judged by this
project's schedule and checker, whoever gave it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.routing_districts import SHAPES, district
from benchmarks.routing_instances import read_all
from routing import Problem, Round, Solution, Travel, schedule, solve
from routing.arrays import layout
from routing.grouping import group
from routing.search import search


@dataclass(frozen=True)
class Case:
    """One instance: what to solve, how to read the answer, what to compare with."""

    name: str
    problem: Problem
    judge: Callable[[Sequence[Round]], Solution]
    best: int | None = None


def main() -> None:
    options = parser().parse_args()
    engines = options.engines.split(",")
    cases = public(options) if options.set == "public" else districts(options)
    print(f"| instance | {' | '.join(engines)} |")
    print("| --- |" + " ---: |" * len(engines))
    gaps: dict[str, list[float]] = {engine: [] for engine in engines}
    for case in cases:
        if options.only and not any(n in case.name for n in options.only.split(",")):
            continue
        cells = []
        for engine in engines:
            solution = case.judge(answer(engine, case.problem, options))
            cells.append(cell(case, solution, gaps[engine]))
        print(f"| {case.name} | {' | '.join(cells)} |", flush=True)
    if options.set == "public":
        means = [f"{statistics.mean(gaps[e]):.2f}" for e in engines if gaps[e]]
        print(f"| **mean gap %** | {' | '.join(means)} |")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("set", choices=("public", "districts"))
    made.add_argument("--data", type=Path)
    made.add_argument("--seconds", type=float, default=10.0)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--engines", default="sisr")
    made.add_argument("--only", default="")
    made.add_argument("--elders", default="150,600")
    made.add_argument("--rivals", default=sys.executable)
    return made


def cell(case: Case, solution: Solution, gaps: list[float]) -> str:
    left, broken = solution.summary.unassigned, len(solution.violations)
    if case.best is not None:
        gap = 100 * (solution.summary.cost - case.best) / case.best
        gaps.append(gap)
        said = f"{gap:.2f}"
    else:
        said = f"{solution.summary.cost:,}"
    return (
        said
        + (f", {left} left out" if left else "")
        + (f", {broken} violations" if broken else "")
    )


def public(options: argparse.Namespace) -> list[Case]:
    def judged(problem: Problem) -> Callable[[Sequence[Round]], Solution]:
        return lambda rounds: schedule(problem, rounds)

    return [
        Case(one.name, one.problem, judged(one.problem), one.best)
        for one in read_all(options.data)
    ]


def districts(options: argparse.Namespace) -> list[Case]:
    return [
        grouped(shape, int(elders))
        for elders in options.elders.split(",")
        for shape in SHAPES
    ]


def grouped(shape: str, elders: int) -> Case:
    """A district of stops with one common hot limit, which PyVRP can hold too."""
    made = district(shape, elders)
    small = group(made.problem).problem
    problem = replace(small, jobs=tuple(replace(j, max_age=4500) for j in small.jobs))
    drivers, stops = len(problem.vehicles), len(problem.jobs)
    name = f"{shape}: {elders} elders / {drivers} drivers ({stops} stops)"
    return Case(name, problem, lambda rounds: schedule(problem, rounds))


def answer(
    engine: str, problem: Problem, options: argparse.Namespace
) -> Sequence[Round]:
    if engine == "sisr":
        table = layout(problem, Travel(problem))
        clock = time.process_time
        return search(table, (), options.seconds, options.seed, clock=clock)
    if engine in ("ortools", "floor"):
        return solve(problem, seconds=options.seconds, engine=engine).rounds
    return rival(engine, problem, options)


def rival(engine: str, problem: Problem, options: argparse.Namespace) -> list[Round]:
    script = str(Path(__file__).with_name("routing_rivals.py"))
    child = subprocess.run(
        [options.rivals, script, engine, str(options.seconds)],
        input=json.dumps(exported(problem)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    orders = json.loads(child.stdout)["orders"]
    return [
        Round(vehicle.id, tuple(problem.jobs[k - 1].id for k in order))
        for vehicle, order in zip(problem.vehicles, orders, strict=False)
    ]


def exported(problem: Problem) -> dict[str, object]:
    """What the rivals can hold: one kitchen, like vehicles, one window, one limit."""
    vehicle = problem.vehicles[0]
    places = [vehicle.start, *(job.location for job in problem.jobs)]
    travel = Travel(problem).table(vehicle, places).tolist()
    jobs = [None, *problem.jobs]
    clock = [
        [
            way
            + (a.service if a else 0)
            + (b.setup if b and not (a and a.building == b.building) else 0)
            for b, way in zip(jobs, row, strict=True)
        ]
        for a, row in zip(jobs, travel, strict=True)
    ]
    limits = {job.max_age for job in problem.jobs}
    shift = vehicle.shift
    return {
        "travel": travel,
        "clock": clock,
        "hot": min((limit for limit in limits if limit), default=None),
        "demand": [job.delivery[0] for job in problem.jobs],
        "service": [job.service for job in problem.jobs],
        "setup": [job.setup for job in problem.jobs],
        "opens": [j.windows[0].opens if j.windows else 0 for j in problem.jobs],
        "closes": [
            j.windows[0].closes if j.windows else 2_000_000_000 for j in problem.jobs
        ],
        "unserved": [problem.unserved_cost(job) for job in problem.jobs],
        "capacity": vehicle.capacity[0],
        "vehicles": len(problem.vehicles),
        "fixed": problem.vehicle_cost(vehicle),
        "shift": [shift.opens, min(shift.closes, 2_000_000_000)],
    }


if __name__ == "__main__":
    main()
