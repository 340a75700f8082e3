"""A problem with exceptions: rules widened by exactly what somebody has allowed."""

from collections.abc import Iterable

from routing.check import Fault
from routing.problem import Problem
from routing.remedy import Remedy, with_remedy

WIDENABLE = frozenset(
    {
        "delay",
        "age",
        "load",
        "shift",
        "work_time",
        "max_tasks",
        "max_travel_time",
        "max_rounds",
    }
)


def widened(problem: Problem, faults: Iterable[Fault]) -> Problem:
    """The problem in which these faults are none: each rule gives by its size.

    Faults of causes that no number can widen (`vehicle_forbidden`, `missing` …) are
    left as they are; `WIDENABLE` lists the others.
    """
    for fault in faults:
        if fault.cause not in WIDENABLE:
            continue
        named = () if fault.job is None else (fault.job,)
        job = problem.jobs[0].id if fault.job is None else fault.job
        remedy = Remedy(fault.cause, job, fault.vehicle, fault.size, 0, named)
        problem = with_remedy(problem, remedy)
    return problem
