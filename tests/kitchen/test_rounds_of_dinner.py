"""Rounds are no matter of lunch on a weekday: dinner, Saturday, and both meals of one
day beside each other."""

from datetime import UTC, date, datetime

import routing
from kitchen import headcounts, places, plans, round_publishing
from kitchen.boards import board
from kitchen.deliveries import outcomes_for, report_exception
from kitchen.delivery_days import delivery_day
from kitchen.drivers import DriverFields, add_driver
from kitchen.loadings import LoadedLine, loadings_for, record_loading
from kitchen.meals import meals_for
from kitchen.outcomes import Report
from kitchen.places import ServiceFacts
from kitchen.plans import PlanFacts
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import Plan, published_plan, round_codes
from kitchen.round_sheets import sheet_views
from kitchen.rounds import problem_of, proposal_of
from kitchen.sheet_returns import SheetBack, close_rest, returns_for
from tests.kitchen.cast import CHEN, MORNING, Cast, enter

SATURDAY = date(2026, 11, 28)
DAWN = datetime(2026, 11, 28, 0, 5, tzinfo=UTC)
EVENING = datetime(2026, 11, 28, 10, 30, tzinfo=UTC)  # 18:30 in Shanghai
SAID = Report(outcome="elder", reported_by="晚班小田")


async def a_saturday() -> Cast:
    """王奶奶 eats lunch and dinner also on Saturday, when the kitchen serves."""
    cast = await enter()
    dinner = ServiceFacts("dinner", 1300, 0, 14 * 60, 975, 990, 1010, 1090)
    await places.set_service(cast.kitchen, dinner, by=CHEN, now=MORNING)
    await places.override_day(
        cast.kitchen, SATURDAY, True, "周六加开", by=CHEN, now=MORNING
    )
    brought = PlanFacts(cast.wang, "deliver", None, 1, "normal", "A")
    for meal in ("lunch", "dinner"):
        await plans.set_plan(
            cast.wang, meal, {6: brought}, SATURDAY, by=CHEN, now=MORNING
        )
    for name, since, until in (("小田", 600, 780), ("晚班小田", 960, 1110)):
        fields = DriverFields(
            name=name, shift_from_minutes=since, shift_to_minutes=until
        )
        await add_driver(cast.kitchen, fields, by=CHEN, now=MORNING)
    for meal in ("lunch", "dinner"):
        await headcounts.close_headcount(
            cast.kitchen, SATURDAY, meal, by=CHEN, now=DAWN
        )
    return cast


async def published(cast: Cast, meal: str) -> Plan:
    inputs = await inputs_for(cast.kitchen, SATURDAY, meal)
    problem, groups = problem_of(inputs)
    assert problem is not None
    solution = routing.solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups)
    plan_id = await round_publishing.save_plan(inputs, proposal, by=CHEN, now=DAWN)
    await round_publishing.publish(plan_id, by=CHEN, now=DAWN)
    plan = await published_plan(cast.kitchen, SATURDAY, meal)
    assert plan is not None
    return plan


async def test_each_meal_has_its_driver_and_its_clock(database: object) -> None:
    cast = await a_saturday()
    for meal, name, hours in (
        ("lunch", "小田", (2, 5)),
        ("dinner", "晚班小田", (8, 11)),
    ):
        await published(cast, meal)
        [view] = await sheet_views(cast.kitchen, SATURDAY, meal)
        assert (view.driver_name, view.doors, view.published) == (name, 1, True)
        [stop] = view.stops
        assert stop.planned_at is not None
        assert hours[0] <= stop.planned_at.hour < hours[1]
        seen = await board(cast.kitchen, SATURDAY, meal)
        assert (seen.hard, seen.soft, seen.is_current) == ((), (), True)


async def test_what_is_said_of_dinner_is_not_said_of_lunch(database: object) -> None:
    cast = await a_saturday()
    lunch, dinner = await published(cast, "lunch"), await published(cast, "dinner")
    await report_exception(dinner.stops[0].id, SAID, by=CHEN, now=EVENING)
    assert await outcomes_for(cast.kitchen, SATURDAY, "lunch") == {}
    [key] = await outcomes_for(cast.kitchen, SATURDAY, "dinner")
    assert key == dinner.stops[0].key != lunch.stops[0].key
    codes = [await round_codes(cast.kitchen, SATURDAY, m) for m in ("lunch", "dinner")]
    assert [set(one.values()) for one in codes] == [{"1-01"}, {"1-01"}]


async def test_the_same_round_number_of_both_meals_comes_back_by_itself(
    database: object,
) -> None:
    cast = await a_saturday()
    lunch, dinner = await published(cast, "lunch"), await published(cast, "dinner")
    box = [LoadedLine(None, "soft+low_salt", 1)]
    await record_loading(dinner.rounds[0].id, box, by=CHEN, now=EVENING)
    back = SheetBack(reported_by="晚班小田")
    assert await close_rest(dinner.rounds[0].id, back, by=CHEN, now=EVENING) == 1
    assert await returns_for(cast.kitchen, SATURDAY, "lunch") == {}
    assert await loadings_for(cast.kitchen, SATURDAY, "lunch") == {}
    assert await close_rest(lunch.rounds[0].id, back, by=CHEN, now=EVENING) == 1
    for meal in ("lunch", "dinner"):
        view = await delivery_day(cast.kitchen, SATURDAY, meal)
        assert (view.unfinished, len(view.rounds)) == ((), 1)
        fed = [m.tariff for m in await meals_for(cast.kitchen, SATURDAY, meal)]
        assert len(fed) == 1
