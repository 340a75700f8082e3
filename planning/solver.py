"""solve(problem, seconds): the best plan found in the time, with the bound proven; or,
when no plan can be, the cheapest set of rules to relax."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ortools.sat.python import cp_model

from planning.model import Model
from planning.plan import Cells, Plan, total
from planning.problem import Problem

GOOD_ENOUGH = 0.005  # of the sum: nobody would notice the rest
RELAXING_SECONDS = 10.0
ANSWERING_SECONDS = 1.5  # the solver ends late, the answer is checked and told
WORDS = {
    cp_model.OPTIMAL: "optimal",
    cp_model.FEASIBLE: "feasible",
    cp_model.INFEASIBLE: "infeasible",
}

Tell = Callable[[Cells, int, int, float], None]
"""Cells, their sum, the bound so far, seconds: called for every better plan."""


class _Better(cp_model.CpSolverSolutionCallback):
    """Tells of every better plan as it is found."""

    def __init__(self, model: Model, tell: Tell, started: float) -> None:
        super().__init__()
        self._model, self._tell, self._started = model, tell, started

    def on_solution_callback(self) -> None:
        seconds = time.monotonic() - self._started
        self._tell(
            self._model.cells(self.Value),
            round(self.ObjectiveValue()),
            round(self.BestObjectiveBound()),
            seconds,
        )


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
    from the solver; `bound` is proven: no plan can have a smaller sum."""
    started = time.monotonic() if started is None else started
    model = Model(problem)
    left = seconds - ANSWERING_SECONDS - (time.monotonic() - started)
    solver = _solver(max(left, seconds / 2), seed, workers)
    better = _Better(model, tell, started) if tell else None
    with _metered(solver, processor_seconds):
        status = solver.Solve(model.cp, better)
    word = WORDS.get(status, "unknown")
    if word == "infeasible":
        return relaxed(problem, started, seed, workers)
    if word == "unknown":
        return Plan(word, seconds=time.monotonic() - started)
    cells = model.cells(solver.Value)
    return Plan(
        word,
        cells,
        total(problem, cells),
        round(solver.BestObjectiveBound()),
        time.monotonic() - started,
    )


def relaxed(problem: Problem, started: float, seed: int, workers: int) -> Plan:
    """The cheapest relaxation, and the plan that it would allow."""
    model = Model(problem, elastic=True)
    solver = _solver(RELAXING_SECONDS, seed, workers)
    status = solver.Solve(model.cp)
    seconds = time.monotonic() - started
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Plan("infeasible", seconds=seconds)
    cells = model.cells(solver.Value)
    return Plan("infeasible", cells, seconds=seconds, faults=model.given(solver.Value))


@contextmanager
def _metered(solver: Any, processor_seconds: float | None) -> Iterator[None]:
    """Stop the search when it has used so much processor time."""
    if processor_seconds is None:
        yield
        return
    over = threading.Event()
    until = time.process_time() + processor_seconds

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


def _solver(seconds: float, seed: int, workers: int) -> Any:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    solver.parameters.relative_gap_limit = GOOD_ENOUGH
    # Measured: of all workers the one with the full linear relaxation proves the bound,
    # a second one improves plans around the best; others only share their time.
    solver.parameters.subsolvers.append("max_lp")
    return solver
