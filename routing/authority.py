"""OR-Tools as the authority: it searches the full model, or judges given rounds.

Loaded lazily, and run in a process of its own: with a registered matrix the search
holds the interpreter lock, and several models in one process can crash (google/
or-tools issue 5076).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.model import FullModel
from routing.problem import Id
from routing.solution import Round


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the full model says of given rounds.

    `cost` is its own count of their price in travel seconds, evenness left out;
    `departs` and `ends` are its own times for each round, in the order given.
    """

    accepted: bool
    cost: int | None = None
    departs: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


class Authority(FullModel):
    """The full model of one problem, at work."""

    def search(
        self,
        start: Sequence[Round],
        seconds: float,
        on_progress: Callable[[int], None] | None = None,
        solutions: int | None = None,
    ) -> tuple[Round, ...] | None:
        """The best rounds found within the time, from `start` where it is valid.

        `solutions` ends the search after so many accepted plans, which is the same on
        every machine.
        """
        parameters = _parameters(seconds)
        if solutions is not None:
            parameters.solution_limit = solutions
        self.model.CloseModelWithParameters(parameters)
        if on_progress is not None:
            self._report(on_progress)
        began = time.monotonic()
        assignment = self._read(start)
        if assignment is not None:
            left = max(1, int((seconds - (time.monotonic() - began)) * 1000))
            parameters.time_limit.FromMilliseconds(left)
            found = self.model.SolveFromAssignmentWithParameters(assignment, parameters)
        else:
            found = self.model.SolveWithParameters(parameters)
        return self._rounds(found) if found is not None else None

    def polish(
        self, rounds: Sequence[Round], seconds: float
    ) -> tuple[Round, ...] | None:
        """The rounds at a local optimum of the full model, or as they are when the time
        is too short for a better one; None when the model does not accept them."""
        parameters = _parameters(seconds)
        searches = routing_enums_pb2.LocalSearchMetaheuristic
        parameters.local_search_metaheuristic = searches.GREEDY_DESCENT
        self.model.CloseModelWithParameters(parameters)
        given = self._read(rounds)
        if given is None:
            return None
        price = given.ObjectiveValue()
        found = self.model.SolveFromAssignmentWithParameters(given, parameters)
        if found is None or found.ObjectiveValue() >= price:
            return tuple(rounds)
        return self._rounds(found)

    def judge(self, rounds: Sequence[Round]) -> Verdict:
        """Read the rounds as an assignment: whether they hold, at what price, when."""
        self.model.CloseModelWithParameters(_parameters(1))
        found = self._read(rounds)
        if found is None:
            return Verdict(accepted=False)
        at = self._copies_of(rounds) or []
        start, end = self.model.Start, self.model.End
        return Verdict(
            accepted=True,
            cost=found.ObjectiveValue(),
            departs=tuple(found.Value(self.clock.CumulVar(start(n))) for n in at),
            ends=tuple(found.Value(self.clock.CumulVar(end(n))) for n in at),
        )

    def _read(self, rounds: Sequence[Round]) -> Any:
        at = self._copies_of(rounds)
        if at is None:
            return None
        index = {job.id: number for number, job in enumerate(self.problem.jobs)}
        routes: list[list[int]] = [[] for _ in self.copies]
        for copy, planned in zip(at, rounds, strict=True):
            routes[copy] = [index[job] for job in planned.jobs]
        return self.model.ReadAssignmentFromRoutes(routes, True)

    def _copies_of(self, rounds: Sequence[Round]) -> list[int] | None:
        """The copy that stands for each round, the last ones of its vehicle; None
        when there are more rounds than the vehicle may drive."""
        free: dict[Id, list[int]] = {}
        for number, copy in enumerate(self.copies):
            free.setdefault(copy.vehicle.id, []).append(number)
        count: dict[Id, int] = {}
        for planned in rounds:
            count[planned.vehicle] = count.get(planned.vehicle, 0) + 1
        if any(n > len(free.get(vehicle, [])) for vehicle, n in count.items()):
            return None
        last = {vehicle: free[vehicle][-n:] for vehicle, n in count.items()}
        return [last[planned.vehicle].pop(0) for planned in rounds]

    def _rounds(self, found: Any) -> tuple[Round, ...]:
        rounds = []
        for number, copy in enumerate(self.copies):
            index = found.Value(self.model.NextVar(self.model.Start(number)))
            order: list[Id] = []
            while not self.model.IsEnd(index):
                order.append(self.problem.jobs[self.manager.IndexToNode(index)].id)
                index = found.Value(self.model.NextVar(index))
            if order:
                rounds.append(Round(copy.vehicle.id, tuple(order)))
        return tuple(rounds)

    def _report(self, on_progress: Callable[[int], None]) -> None:
        best: list[int] = []

        def at_solution() -> None:
            cost = self.model.CostVar().Min()
            if not best or cost < best[0]:
                best[:] = [cost]
                on_progress(cost)

        self.model.AddAtSolutionCallback(at_solution)


def _parameters(seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = strategies.PARALLEL_CHEAPEST_INSERTION
    searches = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = searches.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    return parameters
