"""solve(problem, seconds): the best plan found in the time, with the bound proven; or,
when no plan can be, the cheapest set of rules to relax."""

import math
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from planning.model import Model, hinted
from planning.plan import Cells, Plan, total
from planning.problem import Problem

GOOD_ENOUGH = 0.005  # of the sum: nobody would notice the rest
RELAXING_SECONDS = 10.0
ANSWERING_SECONDS = 1.5  # the solver ends late, the answer is checked and told
# Measured on the benchmark's cases: the bound is near its best early, the plan is not;
# small parts are solved to their best in half a second of a processor, and with each of
# them the plan gets better at once.
FIRST_SHARE, PARTS_SHARE = 0.2, 0.5
RUN_DAYS, PART_EFFORT = 5, 3.0
STAGED_SECONDS = 10.0  # in less than that there is time for one search
WORDS = {
    cp_model.OPTIMAL: "optimal",
    cp_model.FEASIBLE: "feasible",
    cp_model.INFEASIBLE: "infeasible",
}

Tell = Callable[[Cells, int, int, float], None]
"""Cells, their sum, the bound so far, seconds: called for every better plan."""


class _Better(cp_model.CpSolverSolutionCallback):
    """Tells of every better plan as it is found."""

    def __init__(self, model: Model, tell: Tell, best: "Best") -> None:
        super().__init__()
        self._model, self._tell, self._best = model, tell, best

    def on_solution_callback(self) -> None:
        bound = round(self.BestObjectiveBound())
        self._best.take(self._model.cells(self.Value), bound, self._tell)


@dataclass
class Best:
    """The best plan of all stages, and the best bound."""

    problem: Problem
    started: float
    cells: Cells = field(default_factory=dict)
    total: int | None = None
    bound: int = 0

    def take(self, cells: Cells, bound: int, tell: Tell | None) -> bool:
        """Whether this is better; told if so."""
        self.bound = max(self.bound, bound)
        points = total(self.problem, cells)
        if self.total is not None and points >= self.total:
            return False
        self.cells, self.total = cells, points
        if tell:
            tell(cells, points, self.bound, time.monotonic() - self.started)
        return True


@dataclass(frozen=True)
class Limit:
    """Until when: on the clock (monotonic), and in processor time of the process."""

    clock: float
    processor: float = math.inf

    def part(self, share: float) -> "Limit":
        """The end of a share of what is left."""
        clock, used = time.monotonic(), time.process_time()
        return Limit(
            clock + share * max(self.clock - clock, 0),
            used + share * max(self.processor - used, 0),
        )

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.clock or time.process_time() >= self.processor


def solve(
    problem: Problem,
    seconds: float,
    seed: int = 1,
    workers: int = 2,
    tell: Tell | None = None,
    processor_seconds: float | None = None,
    started: float | None = None,
) -> Plan:
    """A plan within the time – of the clock since `started` (monotonic), with reading,
    building and answering in it, and of the processors of all workers together where
    that is given. Its sum is reckoned anew from its cells, not taken
    from the solver; `bound` is proven: no plan can have a smaller sum.

    In three stages where there is time: the whole question, a part of the best plan at
    a time, and the
    whole question again from there."""
    started = time.monotonic() if started is None else started
    now = time.monotonic()
    limit = Limit(
        now + max(seconds - ANSWERING_SECONDS - (now - started), seconds / 2),
        time.process_time() + (processor_seconds or math.inf),
    )
    best = Best(problem, started)
    staged = limit.clock - time.monotonic() >= STAGED_SECONDS
    first = limit.part(FIRST_SHARE) if staged else limit
    word = _whole(best, first, seed, workers, tell)
    if staged and word == "feasible":
        _by_parts(best, limit.part(PARTS_SHARE), seed, workers, tell)
    if staged and word in ("feasible", "unknown"):
        word = _whole(best, limit, seed, workers, tell)
    if word == "infeasible":
        return relaxed(problem, started, seed, workers)
    spent = time.monotonic() - started
    if best.total is None:
        return Plan(word, seconds=spent)
    word = "feasible" if word == "unknown" else word
    return Plan(word, best.cells, best.total, best.bound, spent)


def _whole(best: Best, limit: Limit, seed: int, workers: int, tell: Tell | None) -> str:
    """Search the whole question, from the best plan there is; how it ended."""
    model, solver = Model(best.problem), _solver(seed, workers)
    if best.cells:
        hinted(model, best.cells)
    status = _run(solver, model, limit, _Better(model, tell, best) if tell else None)
    word = WORDS.get(status, "unknown")
    if word in ("optimal", "feasible"):
        bound = round(solver.BestObjectiveBound())
        best.take(model.cells(solver.Value), bound, tell)
    return word


def _by_parts(
    best: Best, limit: Limit, seed: int, workers: int, tell: Tell | None
) -> None:
    """Let go of some rows on all days, or of all rows on some days, and find the best
    for them beside the rest; until no part gets better."""
    better = True
    while better:
        better = False
        for part in parts_of(best.problem):
            if limit.is_over:
                return
            model, solver = Model(best.problem), _solver(seed, workers)
            for (day, slot, item), cell in model.x.items():
                if (day, slot) not in part:
                    model.cp.Add(cell == int(best.cells.get((day, slot)) == item))
            hinted(model, best.cells)
            solver.parameters.max_deterministic_time = PART_EFFORT
            status = _run(solver, model, limit, None)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                found = model.cells(solver.Value)
                better = best.take(found, best.bound, tell) or better


def parts_of(problem: Problem) -> Iterator[set[tuple[int, int]]]:
    """(day, slot) of each part: pairs of rows, runs of days, three rows."""
    days, slots = range(len(problem.offsets)), range(len(problem.slots))
    rows = sorted({slot.row for slot in problem.slots})

    def of_rows(free: Collection[int]) -> set[tuple[int, int]]:
        return {(d, s) for d in days for s in slots if problem.slots[s].row in free}

    yield from (of_rows(pair) for pair in combinations(rows, 2))
    for first in range(0, max(len(days) - RUN_DAYS, 0) + 1, 2):
        run = range(first, min(first + RUN_DAYS, len(days)))
        yield {(d, s) for d in run for s in slots}
    yield from (of_rows(three) for three in combinations(rows, 3))


def relaxed(problem: Problem, started: float, seed: int, workers: int) -> Plan:
    """The cheapest relaxation, and the plan that it would allow."""
    model = Model(problem, elastic=True)
    solver = _solver(seed, workers)
    solver.parameters.max_time_in_seconds = RELAXING_SECONDS
    status = solver.Solve(model.cp)
    seconds = time.monotonic() - started
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Plan("infeasible", seconds=seconds)
    cells = model.cells(solver.Value)
    return Plan("infeasible", cells, seconds=seconds, faults=model.given(solver.Value))


def _run(solver: Any, model: Model, limit: Limit, better: _Better | None) -> Any:
    """Solve until the limit."""
    left = max(limit.clock - time.monotonic(), 0.1)
    solver.parameters.max_time_in_seconds = left
    with _metered(solver, limit.processor):
        return solver.Solve(model.cp, better)


@contextmanager
def _metered(solver: Any, until: float) -> Iterator[None]:
    """Stop the search at so much processor time of the process."""
    if math.isinf(until):
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if time.process_time() >= until:
                solver.StopSearch()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _solver(seed: int, workers: int) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    solver.parameters.relative_gap_limit = GOOD_ENOUGH
    # Measured: of all workers the one with the full linear relaxation proves the bound,
    # a second one improves plans around the best; whatever else shares its time with
    # that loses more than it finds.
    solver.parameters.subsolvers.append("max_lp")
    solver.parameters.ignore_subsolvers.extend(["ls", "feasibility_pump"])
    return solver
