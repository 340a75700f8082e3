"""The rounds engine against its rivals and against what is asked of it.

    ./run bench routing [--data FOLDER] [--parts NAME,NAME] [--engines NAME,NAME]
        [--only NAME,NAME] [--seed N] [--again] [--write]

Parts: `public10`, `public30` (the public instances in FOLDER, 10 and 30 processor
seconds), `districts`, `levels`, `sizes`, `small`, `days`, `answers`, and `asked`,
what is asked for beside what all runs gave. What the public instances and the districts
gave is kept at once in docs/routing-measured.csv and not measured
again (`--again` does), so a run can be broken off and taken up; `--only` takes parts of
names of instances. `--write` puts the tables of the chosen parts into
docs/routing-benchmarks.md, whatever else stands there stays. The rivals PyVRP and VROOM
are installed into an environment of their own on first use; without a network the rest
runs without them.

`sisr`, PyVRP and plain OR-Tools (`ortools`) count processor seconds of one thread,
VROOM the wall's. `engine ortools` is our own engine without the kernel, by the wall.
Every answer is timed by this project's `schedule`, whoever gave it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from benchmarks import routing_days, routing_levels, routing_sizes, routing_small
from benchmarks import routing_measured as measured
from benchmarks.figures import Figure
from benchmarks.rivals import interpreter
from benchmarks.routing_districts import SHAPES, district
from benchmarks.routing_instances import LONG_ROUNDS, TUNED_ON, read_all
from benchmarks.routing_measured import Measured
from routing import Problem, Round, Travel, schedule, solve
from routing.grouping import group
from routing.layout import layout
from routing.search import search
from routing.warm import warm

RIVALS = ("pyvrp==0.14.1", "pyvroom==1.15.2")
DISTRICT_SECONDS = 5.0
DISTRICT_SEEDS = 4
"""One run of a search that throws dice is a throw of dice: so many on each district."""
OWN_ORTOOLS = "engine ortools"

Lines = Iterator[str]
Kept = Mapping[tuple[str, str, str, int], Measured]


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
        chosen = [n for n in chosen if not n.startswith(("public", "asked"))]
    for name in chosen:
        part = []
        for line in PARTS[name](options):
            print(line, flush=True)
            part.append(line)
        if options.write:
            measured.put(name, part)
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="./run bench routing", description=__doc__)
    made.add_argument("--data", type=Path)
    made.add_argument("--parts", default="")
    made.add_argument("--engines", default=",".join(ENGINES))
    made.add_argument("--only", default="", help="parts of names of instances")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--again", action="store_true", help="measure what is kept too")
    made.add_argument("--write", action="store_true")
    return made


def public(seconds: float) -> Callable[[argparse.Namespace], Lines]:
    name = f"public{seconds:.0f}"

    def part(options: argparse.Namespace) -> Lines:
        cases = [Case(i.name, i.problem, i.best) for i in read_all(options.data)]
        yield f"## Public instances, gap to best known in percent, {seconds:.0f} s"
        yield ""
        yield from compared(name, cases, seconds, options)
        kept = measured.read()
        groups: list[tuple[str, Callable[[str], bool]]] = [
            ("mean of all", lambda _: True),
            ("mean where tuned", lambda name: name.startswith(TUNED_ON)),
            ("mean of the others", lambda name: not name.startswith(TUNED_ON)),
            ("mean of long rounds", lambda name: name.startswith(LONG_ROUNDS)),
        ]
        for title, belongs in groups:
            among = [case for case in cases if belongs(case.name)]
            means = [mean(name, e, among, kept) for e in ENGINES]
            yield f"| **{title}** | {' | '.join(means)} | |"

    return part


def asked(options: argparse.Namespace) -> Lines:
    """What is asked of the engine beside what the kept answers say."""
    yield "## Asked and measured"
    yield ""
    yield "| what | measured | asked for |"
    yield "| --- | ---: | ---: |"
    kept = measured.read()
    cases = [Case(i.name, i.problem, i.best) for i in read_all(options.data)]
    for name, most in (("public10", "1.5"), ("public30", "1.0")):
        ours, theirs = (gaps(name, e, cases, kept) for e in ("sisr", "pyvrp"))
        seconds = name.removeprefix("public")
        figures = [
            Figure(f"mean gap after {seconds} s, %", told(ours), f"≤ {most}"),
            Figure(
                f"behind PyVRP after {seconds} s, points", told(ours, theirs), "< 0"
            ),
            Figure(
                f"behind it on long rounds after {seconds} s, points",
                told(*(long_rounds(found) for found in (ours, theirs))),
                "≤ 0.5",
            ),
        ]
        yield from (figure.row for figure in figures)
    for case in district_cases():
        sisr, pyvrp = (
            statistics.mean(row.cost for row in runs("districts", case, e, kept))
            for e in ("sisr", "pyvrp")
        )
        behind = f"{100 * (sisr / pyvrp - 1):.2f}"
        yield Figure(f"{case.name}: behind PyVRP, %", behind, "≤ 0").row


def gaps(name: str, engine: str, cases: Sequence[Case], kept: Kept) -> dict[str, float]:
    return {
        case.name: statistics.mean(gap(case, row) for row in found)
        for case in cases
        if (found := runs(name, case, engine, kept))
    }


def long_rounds(found: Mapping[str, float]) -> dict[str, float]:
    return {name: gap for name, gap in found.items() if name.startswith(LONG_ROUNDS)}


def told(ours: Mapping[str, float], theirs: Mapping[str, float] | None = None) -> str:
    mean = statistics.mean(ours.values())
    return f"{mean - (statistics.mean(theirs.values()) if theirs else 0):.2f}"


def runs(name: str, case: Case, engine: str, kept: Kept) -> list[Measured]:
    """The newest answers of all seeds."""
    wanted = (name, case.name, engine)
    return [row for place, row in kept.items() if place[:3] == wanted]


def mean(name: str, engine: str, cases: Sequence[Case], kept: Kept) -> str:
    """The mean gap of whom the engine served wholly; none before all are measured."""
    rows = [runs(name, case, engine, kept) for case in cases]
    if not rows or [] in rows:
        return "–"
    found = [
        statistics.mean(gap(case, row) for row in mine)
        for case, mine in zip(cases, rows, strict=True)
        if not any(row.left_out + row.violations for row in mine)
    ]
    short = f" of {len(found)}" if len(found) < len(cases) else ""
    return f"**{statistics.mean(found):.2f}**{short}" if found else "–"


def gap(case: Case, row: Measured) -> float:
    return 100 * (row.cost / case.best - 1) if case.best else 0.0


def districts(options: argparse.Namespace) -> Lines:
    yield f"## Generated districts, cost in seconds, {DISTRICT_SECONDS:.0f} s"
    yield ""
    yield "Travel plus 900 for each driver; one hot limit of 75 minutes, which PyVRP"
    yield "can hold too and VROOM cannot: its violations are meals that got too old."
    yield f"Means of {DISTRICT_SEEDS} or more runs of sisr and PyVRP with other seeds."
    yield ""
    cases = district_cases()
    for seed in range(2, DISTRICT_SEEDS + 1):
        dice = [e for e in options.engines.split(",") if e in ("sisr", "pyvrp")]
        for case in cases:
            for engine in dice:
                if is_asked("districts", case, engine, options, seed):
                    measure("districts", case, engine, DISTRICT_SECONDS, seed)
    yield from compared("districts", cases, DISTRICT_SECONDS, options)


def district_cases() -> list[Case]:
    return [grouped(shape, elders) for elders in (150, 600) for shape in SHAPES]


def grouped(shape: str, elders: int) -> Case:
    """A district of stops with one common hot limit, which PyVRP can hold too."""
    made = district(shape, elders)
    small = group(made.problem).problem
    problem = replace(small, jobs=tuple(replace(j, max_age=4500) for j in small.jobs))
    drivers, stops = len(problem.vehicles), len(problem.jobs)
    return Case(f"{shape} {elders}: {drivers} drivers, {stops} stops", problem)


def compared(
    name: str, cases: Sequence[Case], seconds: float, options: argparse.Namespace
) -> Lines:
    """Measures what is asked for and not yet kept, then all that is kept as a table."""
    for case in cases:
        for engine in options.engines.split(","):
            if is_asked(name, case, engine, options, options.seed):
                measure(name, case, engine, seconds, options.seed)
    kept = measured.read()
    rows = {(c.name, e): runs(name, c, e, kept) for c in cases for e in ENGINES}
    yield from measured.remark(row for found in rows.values() for row in found)
    yield f"| instance | {' | '.join(ENGINES)} | rounds of sisr |"
    yield "| --- |" + " ---: |" * (len(ENGINES) + 1)
    for case in cases:
        cells = [cell(case, rows[case.name, e]) for e in ENGINES]
        ours = rows[case.name, ENGINES[0]]
        first = str(ours[0].rounds) if ours else "–"
        yield f"| {case.name} | {' | '.join(cells)} | {first} |"


def is_asked(
    name: str, case: Case, engine: str, options: argparse.Namespace, seed: int
) -> bool:
    if options.only and not any(n in case.name for n in options.only.split(",")):
        return False
    kept = measured.read().get((name, case.name, engine, seed))
    return options.again or kept is None or kept.version != VERSIONS[engine]()


def measure(name: str, case: Case, engine: str, seconds: float, seed: int) -> None:
    load = measured.load()
    rounds = answer(engine, case.problem, seconds, seed)
    if rounds is None:
        return
    found = schedule(case.problem, rounds)
    row = Measured(
        part=name,
        instance=case.name,
        engine=engine,
        version=VERSIONS[engine](),
        seed=seed,
        cost=found.summary.cost,
        rounds=found.summary.routes,
        left_out=found.summary.unassigned,
        violations=found.summary.violations,
        load=max(load, measured.load()),
        day=measured.today(),
    )
    measured.add(row)
    print(f"{name} {case.name} {engine}: {cell(case, [row])}", file=sys.stderr)


def cell(case: Case, rows: Sequence[Measured]) -> str:
    """The mean of all runs, and the most that any left out or broke."""
    if not rows:
        return "–"
    said = f"{statistics.mean(row.cost for row in rows):,.0f}"
    if case.best:
        said = f"{statistics.mean(gap(case, row) for row in rows):.2f}"
    left_out = max(row.left_out for row in rows)
    broken = max(row.violations for row in rows)
    if left_out and case.best:
        said = ""  # what those left out cost says nothing of the rounds
    faults = [f"{left_out} left out"] if left_out else []
    faults += [f"{broken} violations"] if broken else []
    star = "*" if any(row.version != VERSIONS[row.engine]() for row in rows) else ""
    return ", ".join(word for word in (said, *faults) if word) + star


def answer(
    engine: str, problem: Problem, seconds: float, seed: int
) -> Sequence[Round] | None:
    if engine == "sisr":
        table = layout(problem, Travel(problem))
        return search(table, (), seconds, seed, clock=time.process_time)
    if engine == OWN_ORTOOLS:
        return solve(problem, seconds, seed, engine="ortools").rounds
    python = sys.executable if engine == "ortools" else interpreter("rivals", RIVALS)
    return rival(python, engine, problem, seconds, seed) if python else None


def rival(
    python: str, engine: str, problem: Problem, seconds: float, seed: int
) -> list[Round] | None:
    script = str(Path(__file__).with_name("routing_rivals.py"))
    child = subprocess.run(
        [python, script, engine, str(seconds), str(seed)],
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


VERSIONS: dict[str, Callable[[], str]] = {
    "sisr": measured.kernel_version,
    "pyvrp": lambda: RIVALS[0].partition("==")[2],
    "vroom": lambda: RIVALS[1].partition("==")[2],
    "ortools": lambda: metadata.version("ortools"),
    OWN_ORTOOLS: measured.model_version,
}
ENGINES = tuple(VERSIONS)

PARTS: dict[str, Callable[[argparse.Namespace], Lines]] = {
    "public10": public(10.0),
    "public30": public(30.0),
    "districts": districts,
    "levels": lambda _: routing_levels.lines(),
    "sizes": lambda _: routing_sizes.lines(),
    "small": lambda _: routing_small.lines(),
    "days": lambda _: routing_days.lines(),
    "answers": lambda _: routing_days.answers(),
    "asked": asked,
}
