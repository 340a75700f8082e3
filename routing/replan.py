"""Mending a plan when the morning changes, moving no more people than allowed.

`replan` answers at once by pure arithmetic (insertion, removal, re-timing), and with
`seconds` given searches on from there. It says who moves, and why.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from routing.changes import Change, changed
from routing.distances import Travel
from routing.explain import reasons
from routing.judged import first_sound
from routing.prices import Prices
from routing.problem import Id, Problem
from routing.schedule import schedule
from routing.solution import Round, Solution
from routing.solver import better, solve

SCOPES = ("new", "round", "unlocked", "all")


@dataclass(frozen=True, slots=True)
class Moved:
    """A job whose vehicle changed, or whose place no longer held; None stands for
    unassigned or not known before.

    why: `added`, `vehicle_missing`, `broken` (its place broke a rule after the
    change), `dropped` (nobody can take it any more) or `cheaper`.
    """

    job: Id
    before: Id | None
    after: Id | None
    why: str


@dataclass(frozen=True, slots=True)
class Replanned:
    """The mended plan, its problem, and every job that moved."""

    problem: Problem
    solution: Solution
    moved: tuple[Moved, ...]


def replan(
    problem: Problem,
    rounds: Sequence[Round],
    change: Change,
    scope: str = "new",
    seconds: float = 0.0,
    seed: int = 1,
    workers: int = 1,
    locked: Collection[Id] = (),
    engine: str = "auto",
) -> Replanned:
    """A plan for the changed problem that stays close to the given rounds.

    Parameters
    ----------
    scope
        Who else may move: `new`, nobody, the others keep their round and order;
        `round`, the others keep their vehicle; `unlocked`, all but `locked`, each
        change of vehicle at its price; `all`, everybody, free of that price. In none
        of them anybody joins a round that is locked, or leaves it.
    seconds
        0 answers at once without any solver; more searches on, in a child process.
    locked
        Jobs that keep their vehicle and order in the scopes `round` and `unlocked`.
    engine
        As for `solve`; `ortools` is the pinned repair by the full model.

    Returns
    -------
    Replanned
        The changed problem, a plan that breaks none of its rules, and who moved, why.

    Raises
    ------
    InvalidInput
        When the change names jobs or vehicles that do not exist.
    Refused
        When the checker finds faults in the plan, which is never the caller's.
    """
    if scope not in SCOPES:
        raise ValueError(f"scope: {scope!r} is none of {', '.join(SCOPES)}")
    after = changed(problem, change)
    travel = Travel(after)
    kept, broken = _still_valid(after, travel, rounds)
    mended = _inserted(after, travel, kept)
    solution = _timed(after, travel, mended).found_by("replan")
    if seconds > 0:
        asked, pinned = _restricted(after, kept, scope, locked)
        found = solve(
            asked,
            seconds=seconds,
            seed=seed,
            workers=workers,
            start=mended,  # not the plan's rounds, which know no locks
            locked=pinned,
            engine=engine,
        )
        again = _timed(after, travel, found.rounds).found_by(found.engine, *found.notes)
        at_once = solution
        solution = better(again, at_once) if scope != "all" else again
        solution = first_sound(after, (lambda: solution, lambda: at_once))
    else:
        solution = first_sound(after, (lambda: solution,))
    solution = replace(solution, unassigned=reasons(after, solution, travel))
    return Replanned(after, solution, _moves(change, rounds, solution, broken))


def _still_valid(
    problem: Problem, travel: Travel, rounds: Sequence[Round]
) -> tuple[tuple[Round, ...], set[Id]]:
    """The rounds without jobs and vehicles that are gone, and without what now breaks.

    A removal is safe when travel obeys the triangle inequality; slower roads and odd
    matrices can break a round, whose latest offenders are then taken out.
    """
    jobs = {job.id for job in problem.jobs}
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    kept = [
        replace(r, jobs=tuple(job for job in r.jobs if job in jobs))
        for r in rounds
        if r.vehicle in vehicles
    ]
    broken: set[Id] = set()
    while True:
        plan = schedule(problem, kept, travel)
        out = _offenders(plan)
        if not out:
            return tuple(r for r in kept if r.jobs), broken
        broken |= out
        kept = [
            replace(r, jobs=tuple(job for job in r.jobs if job not in out))
            for r in kept
        ]


def _offenders(plan: Solution) -> set[Id]:
    """In each broken round the first job named, or the last job when none is."""
    out: set[Id] = set()
    for route in plan.routes:
        told = [v.job for step in route.steps for v in step.violations]
        named = [job for job in told if job is not None]  # a job may be number 0
        if named:
            out.add(named[0])
        elif route.violations or any(step.violations for step in route.steps):
            out.add(route.jobs[-1])
    return out


def _inserted(
    problem: Problem, travel: Travel, rounds: tuple[Round, ...]
) -> tuple[Round, ...]:
    """Everybody who is in no round, most important first, where it costs least."""
    planned = {job for r in rounds for job in r.jobs}
    waiting = [job for job in problem.jobs if job.id not in planned]
    waiting.sort(key=problem.unserved_cost, reverse=True)
    for job in waiting:
        prices = Prices(problem, rounds, travel)
        found = prices.best_insertion(job.id)
        if found is not None:
            rounds = prices.rounds(prices.inserted(job.id, found[0]))
    return rounds


def _restricted(
    problem: Problem, kept: Sequence[Round], scope: str, locked: Collection[Id]
) -> tuple[Problem, Collection[Id]]:
    """The problem to search so that nobody moves beyond the scope."""
    usual = {job: r.vehicle for r in kept for job in r.jobs}
    if scope == "new":
        return problem, set(usual)
    if scope == "round":
        jobs = tuple(
            replace(job, allowed_vehicles=frozenset({usual[job.id]}))
            if job.id in usual
            else job
            for job in problem.jobs
        )
        return replace(problem, jobs=jobs), locked
    if scope == "unlocked":
        jobs = tuple(
            replace(job, preferred_vehicle=usual.get(job.id, job.preferred_vehicle))
            for job in problem.jobs
        )
        return replace(problem, jobs=jobs), locked
    return problem, ()


def _timed(problem: Problem, travel: Travel, rounds: Sequence[Round]) -> Solution:
    return schedule(problem, rounds, travel)


def _moves(
    change: Change, rounds: Sequence[Round], solution: Solution, broken: set[Id]
) -> tuple[Moved, ...]:
    before = {job: r.vehicle for r in rounds for job in r.jobs}
    after = {job: route.vehicle for route in solution.routes for job in route.jobs}
    gone = set(change.cancelled)
    added = {job.id for job in change.added}
    names = [job for job in [*before, *after, *added] if job not in gone]
    return tuple(
        Moved(
            job,
            before.get(job),
            after.get(job),
            _why(job, added, change, before, after, broken),
        )
        for job in dict.fromkeys(names)
        if before.get(job) != after.get(job) or job in added or job in broken
    )


def _why(
    job: Id,
    added: set[Id],
    change: Change,
    before: dict[Id, Id],
    after: dict[Id, Id],
    broken: set[Id],
) -> str:
    if job in added:
        return "added"
    if before.get(job) in change.missing:
        return "vehicle_missing"
    if job not in after:
        return "dropped"
    return "broken" if job in broken else "cheaper"
