"""Compiling the kernel ahead of time, so that no user ever waits for it."""

import time

from routing.problem import Job, Location, Matrix, Problem, Vehicle
from routing.solution import Round
from routing.solver import solve


def warm() -> float:
    """Solve a problem of one door, which compiles every entry; seconds taken."""
    began = time.monotonic()
    here, there = Location(index=0), Location(index=1)
    problem = Problem(
        jobs=(Job(id=1, location=there),),
        vehicles=(Vehicle(id=1, start=here, end=here),),
        matrices={"car": Matrix(((0, 1), (1, 0)))},
    )
    solve(problem, engine="sisr", steps=1, start=(Round(1, (1,)),))
    return time.monotonic() - began
