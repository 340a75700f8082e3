"""The rounds engine against its rivals and against what is asked of it.

    ./run bench routing [--data FOLDER] [--parts NAME,NAME] [--write]

One command for all of docs/routing-benchmarks.md, about an hour on two idle cores.
Parts: `public10`, `public30` (the public instances in FOLDER, 10 and 30 processor
seconds), `districts`, `sizes`, `days`, `answers`. `--write` puts the tables into the
page. The rivals PyVRP and VROOM are installed into an environment of their own on first
use; without a network the rest runs without them.

`sisr`, PyVRP and plain OR-Tools count processor seconds of one thread, VROOM the
wall's. Every answer is timed by this project's `schedule`, whoever gave it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from benchmarks import routing_days, routing_sizes
from benchmarks.routing_districts import SHAPES, district
from benchmarks.routing_instances import LONG_ROUNDS, TUNED_ON, read_all
from routing import Problem, Round, Solution, Travel, schedule
from routing.arrays import layout
from routing.grouping import group
from routing.search import search
from routing.warm import warm

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "routing-benchmarks.md"
RIVALS = ROOT / ".venv" / "rivals"
RIVAL_PACKAGES = ("pyvrp==0.14.1", "pyvroom==1.15.2")

Lines = Iterator[str]


@dataclass(frozen=True)
class Case:
    """One instance, and the best value known, in the unit of its cost."""

    name: str
    problem: Problem
    best: int | None = None


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    warm()
    chosen = options.parts.split(",") if options.parts else list(PARTS)
    if not options.data:
        chosen = [name for name in chosen if not name.startswith("public")]
    text = [heading()]
    for name in chosen:
        part = []
        for line in PARTS[name](options):
            print(line, flush=True)
            part.append(line)
        text.append("\n".join(part))
    if options.write:
        PAGE.write_text("\n\n".join(text) + "\n")
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="./run bench routing", description=__doc__)
    made.add_argument("--data", type=Path)
    made.add_argument("--parts", default="")
    made.add_argument("--engines", default="sisr,pyvrp,vroom,ortools")
    made.add_argument("--only", default="", help="parts of names of instances")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--seconds", type=float, default=5.0, help="for the districts")
    made.add_argument("--write", action="store_true")
    return made


def heading() -> str:
    return f"""# Routing: measured figures

Measured on {datetime.now().astimezone().date()}, two cores, with

    ./run bench routing --data FOLDER --write

where FOLDER holds the public instances and their best known values. Rivals:
{", ".join(RIVAL_PACKAGES)} and plain OR-Tools (PARALLEL_CHEAPEST_INSERTION, guided
local search), none of which is used that way by the product. `sisr` is the kernel
alone, one thread. Every answer, the rivals' too, is timed by `schedule`."""


def public(seconds: float, engines: Sequence[str]) -> Callable[..., Lines]:
    def part(options: argparse.Namespace) -> Lines:
        cases = [Case(i.name, i.problem, i.best) for i in read_all(options.data)]
        asked = [e for e in engines if e in options.engines.split(",")]
        yield f"## Public instances, gap to best known in percent, {seconds:.0f} s"
        yield ""
        gaps: dict[str, dict[str, float]] = {engine: {} for engine in asked}
        yield from compared(cases, asked, seconds, options, gaps)
        groups: list[tuple[str, Callable[[str], bool]]] = [
            ("mean of all", lambda _: True),
            ("mean where tuned", lambda name: name.startswith(TUNED_ON)),
            ("mean of the others", lambda name: not name.startswith(TUNED_ON)),
            ("mean of long rounds", lambda name: name.startswith(LONG_ROUNDS)),
        ]
        for title, belongs in groups:
            means = [mean(g for n, g in gaps[e].items() if belongs(n)) for e in asked]
            yield f"| **{title}** | {' | '.join(means)} |"

    return part


def mean(gaps: Iterable[float]) -> str:
    found = list(gaps)
    return f"**{statistics.mean(found):.2f}**" if found else ""


def districts(options: argparse.Namespace) -> Lines:
    yield f"## Generated districts, cost in seconds, {options.seconds:.0f} s"
    yield ""
    yield "Travel plus 900 for each driver; one hot limit of 75 minutes, which PyVRP"
    yield "can hold too and VROOM cannot: its violations are meals that got too old."
    yield ""
    cases = [grouped(shape, elders) for elders in (150, 600) for shape in SHAPES]
    yield from compared(cases, options.engines.split(","), options.seconds, options, {})


def grouped(shape: str, elders: int) -> Case:
    """A district of stops with one common hot limit, which PyVRP can hold too."""
    made = district(shape, elders)
    small = group(made.problem).problem
    problem = replace(small, jobs=tuple(replace(j, max_age=4500) for j in small.jobs))
    drivers, stops = len(problem.vehicles), len(problem.jobs)
    return Case(f"{shape} {elders}: {drivers} drivers, {stops} stops", problem)


def compared(
    cases: Sequence[Case],
    engines: Sequence[str],
    seconds: float,
    options: argparse.Namespace,
    gaps: dict[str, dict[str, float]],
) -> Lines:
    yield f"| instance | {' | '.join(engines)} |"
    yield "| --- |" + " ---: |" * len(engines)
    for case in cases:
        if options.only and not any(n in case.name for n in options.only.split(",")):
            continue
        cells = []
        for engine in engines:
            rounds = answer(engine, case.problem, seconds, options.seed)
            if rounds is None:
                cells.append("–")
                continue
            solution = schedule(case.problem, rounds)
            cells.append(cell(case, solution))
            if case.best:
                gap = 100 * (solution.summary.cost - case.best) / case.best
                gaps[engine][case.name] = gap
        yield f"| {case.name} | {' | '.join(cells)} |"


def cell(case: Case, solution: Solution) -> str:
    left, broken = solution.summary.unassigned, len(solution.violations)
    cost = solution.summary.cost
    said = f"{100 * (cost - case.best) / case.best:.2f}" if case.best else f"{cost:,}"
    return (
        said
        + (f", {left} left out" if left else "")
        + (f", {broken} violations" if broken else "")
    )


def answer(
    engine: str, problem: Problem, seconds: float, seed: int
) -> Sequence[Round] | None:
    if engine == "sisr":
        table = layout(problem, Travel(problem))
        return search(table, (), seconds, seed, clock=time.process_time)
    python = sys.executable if engine == "ortools" else rivals()
    return rival(python, engine, problem, seconds) if python else None


def rivals() -> str | None:
    """An interpreter that has the rivals, which are no dependency of this project."""
    python, done = RIVALS / "bin" / "python", RIVALS / "installed"
    if not done.exists():
        venv.create(RIVALS, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "-q", *RIVAL_PACKAGES]
        if subprocess.run(pip, check=False).returncode:
            return None
        done.touch()
    return str(python)


def rival(
    python: str, engine: str, problem: Problem, seconds: float
) -> list[Round] | None:
    script = str(Path(__file__).with_name("routing_rivals.py"))
    child = subprocess.run(
        [python, script, engine, str(seconds)],
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


PARTS: dict[str, Callable[[argparse.Namespace], Lines]] = {
    "public10": public(10.0, ("sisr", "pyvrp", "vroom", "ortools")),
    "public30": public(30.0, ("sisr", "pyvrp")),
    "districts": districts,
    "sizes": lambda _: routing_sizes.lines(),
    "days": lambda _: routing_days.lines(),
    "answers": lambda _: routing_days.answers(),
}
