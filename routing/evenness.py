"""Even work at a stated price: search again under a falling limit on work time.

The price of unevenness (`weights.uneven`) is no sum over stops, so the search cannot
see it move by move; a limit on the work of every vehicle it can. The cheapest plan by
the full price list wins, the unlimited one included.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from routing.distances import Travel
from routing.problem import Problem, Vehicle
from routing.schedule import schedule
from routing.solution import Round, Solution

# How much of the distance from the longest work to the mean each try takes off.
TRIES = (0.35, 0.6, 0.8)


Find = Callable[[Problem, Sequence[Round], float], Sequence[Round] | None]


def even_out(
    problem: Problem,
    travel: Travel,
    rounds: Sequence[Round],
    seconds: float,
    find: Find,
    tries: Sequence[float] = TRIES,
) -> tuple[Round, ...]:
    """The cheapest of the given rounds and those under lower limits on work.

    `find` searches a problem from given rounds for so many seconds, with any engine.
    """
    best = schedule(problem, rounds, travel)
    longest = _longest(best)
    for part in tries:
        limit = longest - round(part * best.summary.uneven)
        limited = replace(
            problem, vehicles=tuple(_limited(v, limit) for v in problem.vehicles)
        )
        found = find(limited, best.rounds, seconds / len(tries))
        tried = schedule(problem, found or best.rounds, travel)
        if tried.is_feasible and tried.summary.cost < best.summary.cost:
            best = tried
    return best.rounds


def _limited(vehicle: Vehicle, limit: int) -> Vehicle:
    known = vehicle.max_work
    return replace(vehicle, max_work=limit if known is None else min(known, limit))


def _longest(plan: Solution) -> int:
    work: dict[object, int] = {}
    for route in plan.routes:
        work[route.vehicle] = work.get(route.vehicle, 0) + route.ends - route.departs
    return max(work.values(), default=0)
