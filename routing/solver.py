"""solve(): the floor, then the search, then the judge."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from routing.check import check
from routing.distances import Travel
from routing.explain import reasons
from routing.floor import complete, floor_rounds
from routing.problem import Problem
from routing.schedule import schedule
from routing.solution import Round, Solution

Progress = Callable[[Mapping[str, object]], None]


def solve(
    problem: Problem,
    seconds: float = 10.0,
    seed: int = 1,
    workers: int = 1,
    on_progress: Progress | None = None,
    start: Sequence[Round] = (),
    engine: str = "auto",
) -> Solution:
    """The best plan found within `seconds` of wall time.

    Parameters
    ----------
    seconds, seed, workers
        Time allowed, seed of the random choices, processes to search with.
    on_progress
        Called with {"phase", "seconds", "cost", "unassigned"} at each improvement.
    start
        Rounds to begin from, for example yesterday's; what breaks a rule is dropped.
    engine
        `auto`, `ortools` (complete without numba) or `floor` (no search at all).

    Returns
    -------
    Solution
        Never violates a rule; what could not be served is unassigned with a reason.
    """
    clock = Clock(seconds, on_progress)
    travel = Travel(problem)
    best = _floor(problem, travel, start, min(5.0, seconds / 3))
    clock.report("floor", best)
    if engine != "floor" and problem.jobs and seconds > 0:
        best = _searched(problem, travel, best, clock)
    return replace(best, unassigned=reasons(problem, best, travel))


class Clock:
    """Remaining wall time and progress of one solve."""

    def __init__(self, seconds: float, on_progress: Progress | None) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._on_progress = on_progress

    @property
    def left(self) -> float:
        return self._seconds - (time.monotonic() - self._began)

    def report(self, phase: str, solution: Solution) -> None:
        unassigned = len(solution.unassigned)
        self.report_cost(phase, solution.summary.cost, unassigned=unassigned)

    def report_cost(self, phase: str, cost: int, **more: object) -> None:
        if self._on_progress is not None:
            passed = round(time.monotonic() - self._began, 2)
            self._on_progress({"phase": phase, "seconds": passed, "cost": cost, **more})


def _floor(
    problem: Problem, travel: Travel, start: Sequence[Round], seconds: float
) -> Solution:
    floor = schedule(problem, floor_rounds(problem, travel, seconds / 2), travel)
    floor = floor.found_by("floor")
    if not start:
        return floor
    usual = schedule(problem, complete(problem, travel, start, seconds / 2), travel)
    return better(usual.found_by("given"), floor)


def _searched(
    problem: Problem, travel: Travel, best: Solution, clock: Clock
) -> Solution:
    from routing.authority import Authority

    model = Authority(problem, travel)
    rounds = model.search(
        best.rounds, clock.left, lambda cost: clock.report_cost("search", cost)
    )
    if rounds is None:
        return best
    found = schedule(problem, rounds, travel).found_by("ortools")
    if check(problem, found, travel):
        return best.found_by(best.engine, "the search gave a plan the checker refused")
    return better(found, best)


def better(one: Solution, other: Solution) -> Solution:
    """The cheaper of two plans; a plan that breaks a rule loses."""
    return min(one, other, key=lambda plan: (len(plan.violations), plan.summary.cost))
