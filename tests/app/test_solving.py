"""Whatever the solver's child does, a valid plan comes out in time, and says so."""

import sys
import time
from pathlib import Path

import pytest

import routing
from app.proposing import Wish, propose
from app.solving import (
    SOLVER,
    Solved,
    opinion_of,
    plan_rounds,
    publish_rounds,
    solve_in_child,
)
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.round_changes import lock_round, move_stop
from kitchen.round_plans import Plan, plan_by_id
from kitchen.round_publishing import publish
from kitchen.timetables import Opinion
from tests.kitchen.cast import CHEN, MORNING, TODAY
from tests.kitchen.test_rounds import a_morning, solved

SECONDS = 1.0
GRACE_SECONDS = 120.0  # for a child that ends by itself; a loaded machine is slow

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


async def solved_by(
    *command: str, grace_seconds: float = GRACE_SECONDS, memory_bytes: int = 2 << 30
) -> Solved:
    return await solve_in_child(
        twenty_doors(),
        SECONDS,
        command=command,
        grace_seconds=grace_seconds,
        memory_bytes=memory_bytes,
    )


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
async def test_a_valid_fallback_comes_out_whatever_the_child_says(
    program: str, trouble: set[str]
) -> None:
    solved = await solved_by(*child(program))
    assert solved.fallback
    assert solved.trouble in trouble
    assert routing.check(twenty_doors(), solved.solution) == []
    assert not solved.solution.unassigned


@pytest.mark.parametrize(
    "program",
    [
        # never answers
        "import time; time.sleep(3600)",
        # never reads, never answers, ignores being asked to stop
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " time.sleep(3600)",
    ],
)
async def test_a_valid_fallback_comes_out_in_time(program: str) -> None:
    solved = await solved_by(*child(program), grace_seconds=1.0)
    assert solved.trouble == "timed_out"
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
    solved = await solved_by(*SOLVER)
    assert not solved.fallback
    assert routing.check(twenty_doors(), solved.solution) == []


async def test_a_fallback_is_marked_on_the_plan_and_in_the_audit(
    database: object,
) -> None:
    cast = await a_morning()
    told: list[int] = []

    async def tell(percent: int, _note: str) -> None:
        told.append(percent)

    plan_id = await plan_rounds(
        cast.kitchen,
        TODAY,
        "lunch",
        by=CHEN,
        now=MORNING,
        seconds=SECONDS,
        tell=tell,
        command=child("raise SystemExit(9)"),
    )
    plan = await plan_by_id(plan_id)
    assert (plan.facts.fallback, plan.facts.engine) == (True, "floor")
    lines = await rows("SELECT reason FROM audit_line WHERE action = 'round_plan.save'")
    assert [line["reason"] for line in lines] == ["failed"]
    assert told


async def test_a_few_doors_are_planned_long_before_the_time_is_up_and_asked_once_more(
    sqlite_database: object, tmp_path: Path
) -> None:
    """What has settled is not searched again and again for all of the time."""
    cast = await a_morning(bikes=2)
    starts = tmp_path / "starts"
    command = child(
        f"open({str(starts)!r}, 'a').write('.')\n"
        "import runpy; runpy.run_module('routing', run_name='__main__')"
    )
    when, by = (cast.kitchen, TODAY, "lunch"), {"by": CHEN, "now": MORNING}
    began = time.monotonic()
    await plan_rounds(*when, **by, seconds=3600, command=command)
    better = await propose(*when, Wish(seconds=3600), **by, command=command)
    assert time.monotonic() - began < 360
    assert better is None
    assert starts.read_text() == ".."


async def test_rounds_need_drivers(database: object) -> None:
    cast = await a_morning(vans=0, bikes=0)
    with pytest.raises(Refusal, match="no_drivers"):
        await plan_rounds(
            cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING, seconds=SECONDS
        )


async def test_solving_again_leaves_a_locked_round_alone(database: object) -> None:
    cast = await a_morning(bikes=2)

    async def solve_again() -> Plan:
        command = child("raise SystemExit(9)")
        plan_id = await plan_rounds(
            cast.kitchen,
            TODAY,
            "lunch",
            by=CHEN,
            now=MORNING,
            seconds=SECONDS,
            command=command,
        )
        return await plan_by_id(plan_id)

    first = await solve_again()
    row = next(row for row in first.rounds if first.stops_of(row.id))
    await lock_round(row.id, True, by=CHEN, now=MORNING)
    kept = next(order for order in first.orders if order.number == row.number)
    second = await solve_again()
    locked = [order for order in second.orders if order.locked]
    assert [(o.number, o.driver_id, o.keys) for o in locked] == [
        (kept.number, kept.driver_id, kept.keys)
    ]
    assert {stop.key for stop in second.stops} == {stop.key for stop in first.stops}


SAYS_NO = READ + 'print(\'{"faults": [], "confirmed": false}\')'


async def published_with(command: tuple[str, ...], why: str = "先送") -> Plan:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    await publish_rounds(
        plan.facts.id, why, by=CHEN, now=MORNING, command=command, seconds=30
    )
    return await plan_by_id(plan.facts.id)


async def test_every_published_plan_was_read_by_the_full_model(
    database: object,
) -> None:
    plan = await published_with(SOLVER)
    assert (plan.facts.is_draft, plan.facts.verdict) == (False, "confirmed")
    assert [row["verdict"] for row in await rows("SELECT * FROM plan_opinion")] == [
        "confirmed"
    ]
    await publish_rounds(plan.facts.id, "再点一次", by=CHEN, now=MORNING)
    assert len(await rows("SELECT id FROM plan_opinion")) == 1


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed"),
        ("raise RuntimeError", "failed"),
        (READ + "print('<html>')", "garbage"),
        # JSON without a word on it
        (READ + "print('{\"faults\": []}')", "garbage"),
    ],
)
async def test_an_authority_that_gives_no_answer_stops_nobody_and_is_named(
    sqlite_database: object, program: str, why: str
) -> None:
    plan = await published_with(child(program))
    assert not plan.facts.is_draft
    assert (plan.facts.verdict, plan.facts.verdict_why) == ("no_answer", why)


async def test_an_authority_that_hangs_is_waited_for_so_long_and_no_longer(
    sqlite_database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    hung = child("import time; time.sleep(60)")
    opinion = await opinion_of(plan, command=hung, seconds=0.5)
    assert (opinion.verdict, opinion.why) == ("no_answer", "timed_out")
    gone = await opinion_of(plan, command=("/nowhere/solver",))
    assert (gone.verdict, gone.why) == ("no_answer", "not_started")


async def test_a_no_from_the_authority_needs_a_name_and_a_reason(
    database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    lost = plan.stops_of(None)[0]
    await move_stop(lost.id, plan.rounds[0].id, 1, by=CHEN, now=MORNING)
    no = child(SAYS_NO)
    with pytest.raises(Refusal, match="plan_not_confirmed"):
        await publish_rounds(plan.facts.id, by=CHEN, now=MORNING, command=no)
    assert (await plan_by_id(plan.facts.id)).facts.is_draft
    await publish_rounds(plan.facts.id, "陈经理", by=CHEN, now=MORNING, command=no)
    assert (await plan_by_id(plan.facts.id)).facts.verdict == "refused"


async def test_a_word_on_another_order_of_the_doors_is_none(
    sqlite_database: object,
) -> None:
    cast = await a_morning()
    _inputs, plan = await solved(cast)
    other = Opinion("refused", "another")
    await publish(plan.facts.id, "先送", opinion=other, by=CHEN, now=MORNING)
    facts = (await plan_by_id(plan.facts.id)).facts
    assert (facts.verdict, facts.verdict_why) == ("no_answer", "changed")
