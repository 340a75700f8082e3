"""The demo is a believable town: something to decide, somebody for each round."""

import shutil
import uuid
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import routing
from kitchen import (
    claims,
    day_close,
    demo,
    demo_money,
    feedback,
    headcounts,
    recoveries,
    settlement,
    statements,
)
from kitchen.callbacks import quarter_of, sample_of
from kitchen.database import configure, one, rows
from kitchen.demo import Community
from kitchen.doors import cases_for, last_case_before
from kitchen.driver_scope import sight_of
from kitchen.drivers import drivers_for
from kitchen.incidents import open_incidents
from kitchen.kitchen_day import kitchen_day
from kitchen.round_inputs import inputs_for
from kitchen.rounds import problem_of, proposal_of, timetable
from kitchen.schema import TABLES
from kitchen.staff import Actor

FRIDAY = date(2026, 11, 20)


def morning_of(day: date) -> datetime:
    return datetime.combine(day, time(0, 5), tzinfo=UTC)


async def a_town(today: date, people: int = 180, history: bool = False) -> Community:
    return await demo.build(
        people=people,
        seed=1,
        today=today,
        now=morning_of(today),
        password_hash="x",
        history=history,
    )


async def test_every_day_leaves_a_handful_of_decisions(database: object) -> None:
    town = await a_town(FRIDAY)
    for ahead in range(10):
        day = FRIDAY + timedelta(days=ahead)
        today = await kitchen_day(town.kitchen_id, day, "lunch")
        people = {o.elder_id for b in today.blocks if b.is_open for o in b.orders}
        assert 3 <= len(people) <= 8, day


@pytest.mark.parametrize("meal", ["lunch", "dinner"])
async def test_both_meals_can_be_planned_in_time(database: object, meal: str) -> None:
    town = await a_town(FRIDAY)
    when = (town.kitchen_id, FRIDAY, meal)
    await headcounts.close_headcount(*when, by=demo.MAKER, now=morning_of(FRIDAY))
    inputs = await inputs_for(*when)
    problem, groups = problem_of(inputs)
    assert problem is not None
    solution = routing.solve(problem, seconds=2, seed=1)
    proposal = proposal_of(inputs, solution, groups)
    times = timetable(inputs, proposal.orders)
    assert set(proposal.why.values()) <= {"no_place"}
    assert times.hard == ()
    assert all(timed.back_at for timed in times.rounds.values())


async def test_the_drivers_account_is_linked_to_its_driver(
    database: object,
) -> None:
    town = await a_town(FRIDAY)
    row = await one("SELECT id FROM staff WHERE login = 'zhao'")
    assert row is not None
    linked = [d for d in await drivers_for(town.kitchen_id) if d.staff_id == row["id"]]
    assert [driver.name for driver in linked] == ["赵师傅"]
    actor = Actor(row["id"], "赵师傅", "driver", town.kitchen_id)
    now = morning_of(FRIDAY)
    sight = await sight_of(
        actor, town.kitchen_id, FRIDAY, "lunch", today=FRIDAY, now=now
    )
    assert sight.linked


def test_the_past_is_yesterday_and_the_same_weekday_of_two_weeks() -> None:
    past = [str(day) for day in demo.lived_through(date(2026, 11, 22))]
    assert past == ["2026-11-08", "2026-11-15", "2026-11-21"]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 11, 28), ["2026-09-05", "2026-10-05"]),
        (date(2027, 1, 1), ["2026-12-05"]),
        (date(2027, 3, 1), ["2026-12-05", "2027-02-05"]),
    ],
)
def test_the_trial_lies_in_months_that_are_over_before_any_plan_begins(
    today: date, days: list[str]
) -> None:
    assert [str(day) for day in demo_money.trial_days(today)] == days


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2026, 10, 1)])
async def test_there_is_a_lunch_to_serve_on_a_sunday_and_on_a_holiday(
    database: object, today: date
) -> None:
    town = await a_town(today, people=40)
    assert await headcounts.eaters_for(town.kitchen_id, today, "lunch")


async def test_past_lunches_are_closed_without_an_open_difference(
    database: object,
) -> None:
    town = await a_town(FRIDAY, people=60, history=True)
    for day in demo.lived_through(FRIDAY):
        when = (town.kitchen_id, day, "lunch")
        assert await day_close.closed_day(*when)
        balance = await day_close.balance_for(*when)
        assert balance.differences == ()
        assert 0 < balance.total("claimed") <= balance.total("handed_over")
        [door] = await cases_for(*when)
        assert not door.is_open
        assert 0 < door.minutes_open(morning_of(FRIDAY)) < door.target_minutes
        assert sum(rung.tried_at is not None for rung in door.ladder) == 2
    yesterday = (FRIDAY - timedelta(days=1), "lunch")  # what an empty page leads to
    assert await last_case_before(town.kitchen_id, FRIDAY) == yesterday
    [complaint] = await open_incidents(town.kitchen_id)
    assert complaint.kind == "complaint"
    sample = await sample_of(town.kitchen_id, quarter_of(FRIDAY))
    assert sample is not None
    assert sample.answered == 1 < len(sample.picks)
    owed = await claims.open_claims(town.kitchen_id, FRIDAY)
    assert {one.month for one in owed} == {"2026-09", "2026-10"}
    assert {one.open_fen == 0 for one in owed} == {True, False}
    for month in ("2026-09", "2026-10"):
        assert await settlement.replay(town.kitchen_id, month)
    [statement] = await statements.statements_for(town.kitchen_id, "2026-Q3")
    assert statement.next_step == "district"
    [case] = await recoveries.cases_for(town.kitchen_id)
    assert 0 < case.open_fen < case.amount_fen
    assert await feedback.taps_for(town.kitchen_id, FRIDAY - timedelta(30), FRIDAY)
    assert await rows("SELECT id FROM card WHERE blocked_at IS NOT NULL")
    usual = await headcounts.usual_walk_ins(town.kitchen_id, FRIDAY, "lunch")
    assert set(usual) == set(town.point_ids)
    assert all(usual.values())
    assert await headcounts.closed(town.kitchen_id, FRIDAY, "lunch") is None


async def test_a_dish_of_which_one_small_portion_was_cooked_is_no_difference(
    sqlite_database: object,
) -> None:
    """On such a day a few grams are more than a ladle's part of what was served, and
    the first start would end there."""
    tuesday = date(2026, 11, 24)
    town = await demo.build(
        people=40,
        seed=7,
        today=tuesday,
        now=morning_of(tuesday),
        password_hash="x",
        history=True,
    )
    monday = (town.kitchen_id, tuesday - timedelta(days=1), "lunch")
    sheet = (await kitchen_day(*monday)).sheet
    assert 0 < min(dish.portions_grams for dish in sheet.dishes) < 100
    assert (await day_close.balance_for(*monday)).differences == ()


async def test_the_same_seed_and_day_give_the_same_past(
    sqlite_url: str, memory_folder: Path
) -> None:
    seen = []
    for copy in ("first", "second"):
        path = memory_folder / f"{uuid.uuid4().hex}-{copy}.db"
        shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), path)
        engine = configure(f"sqlite:///{path}", TABLES)
        await engine.open()
        await a_town(FRIDAY, people=40, history=True)
        eaten = "SELECT elder, day, payment, self_pay_fen, served_at FROM meal"
        seen.append(await rows(f"{eaten} ORDER BY id"))
        await engine.close()
        path.unlink()
    assert seen[0] == seen[1]
    assert seen[0]
