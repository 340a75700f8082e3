"""Compiling the kernel ahead of time, so that no user ever waits for it."""

import time
from pathlib import Path

from routing.problem import Job, Location, Matrix, Problem, Vehicle
from routing.solution import Round
from routing.solver import solve


def forget() -> None:
    """Empty the compiled kernel's cache on disk when any part of the kernel is newer.

    What is cached of a function is thrown away when its own file changed, but not when
    the file of one compiled into it did.
    """
    from routing.kernel import run

    if (stats := getattr(run, "stats", None)) is None:  # plain Python
        return
    here = Path(__file__).parent
    sources = [*here.glob("kernel*.py"), here / "arrays.py"]
    newest = max(source.stat().st_mtime for source in sources)
    cached = list(Path(stats.cache_path).glob("kernel*.nb[ci]"))
    if any(entry.stat().st_mtime < newest for entry in cached):
        for entry in cached:
            entry.unlink(missing_ok=True)


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
