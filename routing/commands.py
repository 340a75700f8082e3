"""The commands of `python -m routing`: parsed JSON in, JSON and an exit code out."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from routing.changes import Change
from routing.check import Fault, check
from routing.explain import explain, explain_late
from routing.faults import Faults, InvalidInput
from routing.geojson import geojson
from routing.io import read_job, read_problem
from routing.orders import read_rounds
from routing.output import (
    read_solution,
    write_problem,
    write_solution,
    write_violation,
)
from routing.problem import Id, Problem
from routing.replan import SCOPES, replan
from routing.schedule import schedule
from routing.solution import Round, Solution, Violation
from routing.solver import confirm, solve
from routing.vroom import refuse_forced_times
from routing.why import why
from routing.widening import WIDENABLE, widened

FINE, INTERNAL, INPUT, INCOMPLETE = 0, 1, 2, 3

Answer = tuple[object, int]
Data = Mapping[str, Any]


def run_solve(data: Data, options: argparse.Namespace) -> Answer:
    problem, rounds, notes = _question_by_road(data, options)
    with _stopped_by_signals() as stop:
        solution = solve(
            problem,
            seconds=options.seconds,
            seed=options.seed,
            workers=options.workers,
            on_progress=_progress if options.progress else None,
            start=rounds,
            engine=options.engine,
            steps=options.steps,
            locked=data.get("locked", ()),
            stop=stop,
        )
    solution = solution.found_by(solution.engine, *notes)
    code = INCOMPLETE if solution.unassigned else FINE
    return write_solution(solution, problem), code


def run_schedule(data: Data, options: argparse.Namespace) -> Answer:
    problem, rounds, notes = _question_by_road(data, options)
    refuse_forced_times(data.get("problem", data))
    plan = schedule(problem, rounds)
    return write_solution(plan.found_by(plan.engine, *notes), problem), FINE


def run_check(data: Data, options: argparse.Namespace) -> Answer:
    problem, rounds, _ = _question_by_road(data, options)
    solution = read_solution(data.get("solution"))
    given = rounds if "rounds" in data else ()
    found = check(problem, solution, given, data.get("locked", ()))
    found += told_otherwise(data["solution"], write_solution(solution, problem))
    answer: dict[str, object] = {"faults": [asdict(fault) for fault in found]}
    if options.engine == "ortools":
        excepted = all(fault.cause in WIDENABLE for fault in found)
        answer["confirmed"] = excepted and confirm(
            widened(problem, found), solution.rounds
        )
    return answer, INCOMPLETE if found else FINE


def run_explain(data: Data, options: argparse.Namespace) -> Answer:
    problem, solution = _answered(data, options)
    left = [
        {"job": job, "remedies": [asdict(remedy) for remedy in found]}
        for job, found in explain(problem, solution).items()
    ]
    timed = schedule(problem, solution.rounds)
    broken: dict[Id, list[Violation]] = {}
    for violation in timed.violations:
        if violation.job is not None:
            broken.setdefault(violation.job, []).append(violation)
    late = [
        {
            "job": job,
            "violations": [write_violation(v) for v in broken[job]],
            "remedies": [asdict(remedy) for remedy in found],
        }
        for job, found in explain_late(problem, timed).items()
    ]
    stops = [asdict(answer) for answer in why(problem, solution)]
    return {"unassigned": left, "late": late, "stops": stops}, FINE


def run_replan(data: Data, options: argparse.Namespace) -> Answer:
    problem, rounds = _question(data)
    problem, change, notes = _changed_by_road(
        problem, _change(data.get("change")), options
    )
    result = replan(
        problem,
        rounds,
        change,
        scope=_scope(data),
        seconds=options.seconds,
        seed=options.seed,
        workers=options.workers,
        locked=data.get("locked", ()),
        engine=options.engine,
    )
    solution = result.solution.found_by(
        result.solution.engine, *result.solution.notes, *notes
    )
    answer = {
        "problem": write_problem(result.problem),
        "solution": write_solution(solution, result.problem),
        "moved": [asdict(moved) for moved in result.moved],
    }
    return answer, INCOMPLETE if solution.unassigned else FINE


def run_geojson(data: Data, options: argparse.Namespace) -> Answer:
    return geojson(*_answered(data, options)), FINE


def run_legs(data: Data, options: argparse.Namespace) -> Answer:
    """Ways of chosen pairs from one OSRM server: `places` (lon, lat), `pairs` of their
    numbers, and its address as `url`. What is not told is not in the answer."""
    from routing.osrm import osrm_legs

    points, pairs = _pairs(data)
    legs = osrm_legs(str(data.get("url")), points, pairs, seconds=options.seconds)
    known = [[a, b, *way] for (a, b), way in sorted(legs.known.items())]
    roadless = [[a, b, None, None] for a, b in sorted(legs.roadless)]
    answer = {
        "legs": known + roadless,
        "unanswered": legs.unanswered,
        "trouble": legs.trouble,
    }
    return answer, INCOMPLETE if legs.unanswered else FINE


def told_otherwise(told: object, counted: object, place: str = "") -> list[Fault]:
    """Where a document says something else than is counted from its steps: figures that
    only a reader believes, such as when a round departs."""
    if isinstance(told, Mapping) and isinstance(counted, Mapping):
        both = [key for key in counted if key in told]
        inside = [(told[key], counted[key], f"{place}.{key}") for key in both]
    elif isinstance(told, list) and isinstance(counted, list) and told and counted:
        pairs = enumerate(zip(told, counted, strict=False))
        inside = [(*pair, f"{place}[{number}]") for number, pair in pairs]
    elif told == counted:
        return []
    else:
        detail = f"{place.lstrip('.')} is {json.dumps(counted, ensure_ascii=False)}"
        return [Fault(cause="wrong_summary", detail=detail)]
    return [fault for one in inside for fault in told_otherwise(*one)]


def _pairs(data: Data) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
    try:
        points = [(float(lon), float(lat)) for lon, lat in data.get("places", [])]
        pairs = [(int(a), int(b)) for a, b in data.get("pairs", [])]
    except (TypeError, ValueError) as error:
        raise InvalidInput([f"legs: cannot be read ({error})"]) from error
    if any(not 0 <= k < len(points) for pair in pairs for k in pair):
        raise InvalidInput(["pairs: name a place that is not there"])
    return points, pairs


COMMANDS: dict[str, Callable[[Data, argparse.Namespace], Answer]] = {
    "solve": run_solve,
    "schedule": run_schedule,
    "check": run_check,
    "explain": run_explain,
    "replan": run_replan,
    "geojson": run_geojson,
    "legs": run_legs,
}


def _question(data: Data) -> tuple[Problem, tuple[Round, ...]]:
    """The problem, bare or under `problem`, and the rounds given with it."""
    inner = data.get("problem", data)
    problem = read_problem(inner)
    return problem, read_rounds(data if "problem" in data else inner)


def _question_by_road(
    data: Data, options: argparse.Namespace
) -> tuple[Problem, tuple[Round, ...], Sequence[str]]:
    """The same with ways by road where the options say so, and notes on the ways."""
    problem, rounds = _question(data)
    problem, notes = _by_road(problem, options)
    return problem, rounds, notes


def _answered(data: Data, options: argparse.Namespace) -> tuple[Problem, Solution]:
    """A problem with a solution that names nobody unknown."""
    problem, _rounds, _notes = _question_by_road(data, options)
    solution = read_solution(data.get("solution"))
    jobs = {job.id for job in problem.jobs}
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    faults = Faults()
    for route in solution.routes:
        if route.vehicle not in vehicles:
            faults.add("solution", f"no vehicle {route.vehicle!r}")
    named = [job for route in solution.routes for job in route.jobs]
    for job in [*named, *(left.job for left in solution.unassigned)]:
        if job not in jobs:
            faults.add("solution", f"no job {job!r}")
    faults.raise_if_any()
    return problem, solution


def _change(data: object) -> Change:
    if not isinstance(data, Mapping):
        raise InvalidInput([f"change: needs an object, got {data!r}"])
    try:
        return Change(
            added=tuple(read_job(job) for job in data.get("added", [])),
            cancelled=tuple(data.get("cancelled", [])),
            missing=tuple(data.get("missing", [])),
            slower_percent=data.get("slower_percent", 100),
        )
    except (TypeError, AttributeError) as error:
        raise InvalidInput([f"change: cannot be read ({error})"]) from error


def _changed_by_road(
    problem: Problem, change: Change, options: argparse.Namespace
) -> tuple[Problem, Change, Sequence[str]]:
    """Both with ways by road: those who are added live on roads too."""
    known = len(problem.jobs)
    both = replace(problem, jobs=(*problem.jobs, *change.added))
    both, notes = _by_road(both, options)
    problem = replace(both, jobs=both.jobs[:known])
    return problem, replace(change, added=both.jobs[known:]), notes


def _scope(data: Data) -> str:
    scope = data.get("scope", "new")
    if scope not in SCOPES:
        raise InvalidInput([f"scope: {scope!r} is none of {', '.join(SCOPES)}"])
    return str(scope)


def _by_road(
    problem: Problem, options: argparse.Namespace
) -> tuple[Problem, Sequence[str]]:
    if not options.osrm and not options.osm:
        return problem, ()
    from routing.roads import by_road

    faults = Faults()
    known = {vehicle.profile for vehicle in problem.vehicles}
    for name, _ in (*options.osrm, *options.osm):
        if name not in known:
            faults.add("options", f"no vehicle has the profile {name!r}")
    faults.raise_if_any()
    return by_road(problem, dict(options.osrm), dict(options.osm))


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that the best so far is still told."""
    stop = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _progress(event: Mapping[str, object]) -> None:
    print(json.dumps(event), file=sys.stderr, flush=True)
