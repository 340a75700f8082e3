"""Whatever the solver's child does, a valid plan comes out in time, and says so."""

import sys
import time

import pytest

import routing
from app.solving import Solved, solve_in_child

SECONDS = 1.0
GRACE_SECONDS = 1.0
MARGIN_SECONDS = 2.0

KITCHEN = routing.Location(lon=120.15, lat=30.28)


def twenty_doors() -> routing.Problem:
    return routing.Problem(
        jobs=tuple(
            routing.Job(
                id=number,
                location=routing.Location(
                    lon=120.15 + number % 5 * 0.002, lat=30.28 + number // 5 * 0.002
                ),
                service=60,
                delivery=(1,),
                windows=(routing.TimeWindow(36_000, 45_000),),
                max_age=4_500,
            )
            for number in range(1, 21)
        ),
        vehicles=tuple(
            routing.Vehicle(
                id=number,
                profile="ebike",
                capacity=(15,),
                shift=routing.TimeWindow(36_000, 46_800),
                start=KITCHEN,
                end=KITCHEN,
            )
            for number in (1, 2)
        ),
    )


def child(program: str) -> tuple[str, ...]:
    """A solver that does this instead."""
    return (sys.executable, "-c", program)


async def solved_by(*command: str, memory_bytes: int = 2 << 30) -> Solved:
    began = time.monotonic()
    solved = await solve_in_child(
        twenty_doors(),
        SECONDS,
        command=command,
        grace_seconds=GRACE_SECONDS,
        memory_bytes=memory_bytes,
    )
    assert time.monotonic() - began < SECONDS + GRACE_SECONDS + MARGIN_SECONDS
    return solved


READ = "import sys; sys.stdin.read(); "
ALL_LEFT_OVER = (
    READ + "import json; print(json.dumps({'code': 0, 'routes': [], 'unassigned':"
    " [{'id': n} for n in range(1, 21)], 'summary': {}})); sys.exit(3)"
)


@pytest.mark.parametrize(
    ("program", "trouble"),
    [
        # dies of a wild pointer
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", {"killed"}),
        # dies after reading everything
        (READ + "import os; os.abort()", {"killed"}),
        # never answers
        ("import time; time.sleep(60)", {"timed_out"}),
        # never reads, never answers, ignores being asked to stop
        (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            " time.sleep(60)",
            {"timed_out"},
        ),
        # an exception
        ("raise RuntimeError", {"failed"}),
        # ends well and says nothing
        (READ, {"garbage"}),
        # nonsense
        (READ + "print('<html>')", {"garbage"}),
        # JSON of something else
        (READ + "print('[1, 2, 3]')", {"garbage"}),
        # an answer that forgets everybody
        (
            READ + 'print(\'{"code": 0, "routes": [], "unassigned": []}\')',
            {"faulty", "garbage"},
        ),
        # an answer that leaves everybody at home
        (ALL_LEFT_OVER, {"worse_than_floor", "garbage", "faulty"}),
    ],
)
async def test_a_valid_fallback_comes_out_in_time(
    program: str, trouble: set[str]
) -> None:
    solved = await solved_by(*child(program))
    assert solved.fallback
    assert solved.trouble in trouble
    assert routing.check(twenty_doors(), solved.solution) == []
    assert not solved.solution.unassigned


async def test_a_missing_program_is_survived() -> None:
    solved = await solved_by("/nowhere/solver")
    assert solved.trouble == "not_started"
    assert routing.check(twenty_doors(), solved.solution) == []


async def test_a_child_that_eats_memory_is_stopped() -> None:
    hungry = child("x = bytearray(1 << 30); print(len(x))")
    solved = await solved_by(*hungry, memory_bytes=256 << 20)
    assert solved.fallback
    assert routing.check(twenty_doors(), solved.solution) == []


async def test_the_real_solver_answers_without_a_fallback() -> None:
    solved = await solve_in_child(twenty_doors(), SECONDS)
    assert not solved.fallback
    assert routing.check(twenty_doors(), solved.solution) == []
