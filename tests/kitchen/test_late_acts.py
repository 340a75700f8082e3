"""After the close nothing that was signed may change: every late act is refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.verifying import verify_all
from kitchen import (
    audit,
    day_close,
    decisions,
    dining,
    headcounts,
    meals,
    menus,
    places,
    production,
    round_changes,
    round_publishing,
)
from kitchen.database import rows
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.round_plans import latest_plan
from tests.kitchen.cast import CHEN, SUN, Cast
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day

BY: dict[str, Any] = {"by": CHEN, "now": at(9)}
Acts = dict[str, Callable[[], Awaitable[object]]]


@pytest.fixture
async def closed(database: object) -> Cast:
    cast = await remembered(lived_day)
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    return cast


async def first(sql: str) -> int:
    return int((await rows(sql))[0]["id"])


async def late_acts(cast: Cast) -> Acts:
    diner = await first("SELECT MIN(id) AS id FROM diner")
    batch = await first("SELECT MIN(id) AS id FROM batch")
    sample = await first("SELECT MIN(id) AS id FROM sample")
    dish = await first("SELECT MIN(dish) AS id FROM batch")
    received = await first("SELECT MIN(id) AS id FROM receipt")
    meal = await first("SELECT MIN(id) AS id FROM meal")
    here, there, kitchen = cast.chaoyang, cast.xinhua, cast.kitchen
    why = {"reason": "晚了", "source": "office", **BY}
    placed = {"kitchen_id": kitchen, "day": WHEN[0], "meal": WHEN[1]}
    some = {"diet_key": "regular", "portions": 1, "reason": "晚了", **BY}
    guest = Request(here, *WHEN, None, "full", "cash")
    again = [SpareFacts(0, here, "spare", "regular", 1)]
    return {
        "serve": lambda: dining.serve("late", guest, by=SUN, now=at(9)),
        "open_shift": lambda: dining.open_shift(here, *WHEN, **BY),
        "close_shift": lambda: dining.close_shift(here, *WHEN, 0, "", **BY),
        "receive": lambda: dining.receive(
            here, *WHEN, {"regular": 1}, decidegrees=None, signed_by="孙", **BY
        ),
        "transfer": lambda: dining.transfer(
            **placed, **some, from_point_id=here, to_point_id=there
        ),
        "leftover": lambda: dining.record_leftover(
            **placed, **some, fate="wasted", point_id=here
        ),
        "void received": lambda: dining.void_counted("receipt", received, "错", **BY),
        "spares": lambda: headcounts.set_spares(kitchen, *WHEN, again, **BY),
        "cancel": lambda: headcounts.cancel_late(diner, **why),
        "move": lambda: headcounts.move_late(diner, "dine_in", here, **why),
        "portions": lambda: headcounts.change_portions(diner, 3, **why),
        "add": lambda: headcounts.add_late(
            cast.li, *WHEN, way="dine_in", point_id=here, **why
        ),
        "batch": lambda: production.record_batch(
            kitchen, *WHEN, dish, 1, at(2), 780, **BY
        ),
        "holding": lambda: production.record_holding(batch, 650, at(3), **BY),
        "sample": lambda: production.record_sample(kitchen, *WHEN, dish, 130, **BY),
        "packed": lambda: production.record_packed(
            kitchen, *WHEN, here, "regular", 1, **BY
        ),
        "void batch": lambda: production.void_production("batch", batch, "错", **BY),
        "void sample": lambda: production.void_production("sample", sample, "错", **BY),
        "void meal": lambda: meals.void_meal(meal, "错", **BY),
        "menu": lambda: menus.set_dish(kitchen, *WHEN, "A", 1, None, **BY),
        "clear menu": lambda: menus.clear(kitchen, *WHEN, **BY),
        "undecide": lambda: decisions.undecide_clash(
            kitchen, *WHEN, [cast.li], dish, **BY
        ),
        "publish": lambda: new_version_of_the_rounds(cast),
    }


async def new_version_of_the_rounds(cast: Cast) -> None:
    """A draft may be looked at for ever; it must not begin to count."""
    plan = await latest_plan(cast.kitchen, *WHEN)
    assert plan is not None
    draft = await round_changes.add_round(plan.facts.id, **BY)
    await round_publishing.publish(draft, "晚了", **BY)


async def test_nothing_the_balance_counts_changes_after_the_close(closed: Cast) -> None:
    signed = await day_close.balance_for(closed.kitchen, *WHEN)
    answers = {}
    for name, act in (await late_acts(closed)).items():
        try:
            await act()
            answers[name] = "done"
        except Refusal as refusal:
            answers[name] = refusal.code
    assert answers == dict.fromkeys(answers, "day_closed")
    assert await day_close.balance_for(closed.kitchen, *WHEN) == signed


async def test_the_seal_is_of_the_day_on_the_kitchens_wall(database: object) -> None:
    """01:30 on the 25th in Shanghai is still the 24th in UTC: lines of the last hours
    belong to the seal."""
    cast = await remembered(lived_day)
    late = at(17, 25)
    closed = await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=late)
    (last,) = await rows("SELECT MAX(id) AS id FROM audit_line")
    line = await audit.line_of(closed.seal)
    assert line is not None
    assert line.line_id == last["id"]


async def test_a_setting_changed_later_faults_no_closed_day(closed: Cast) -> None:
    await places.change_kitchen(closed.kitchen, {"sample_grams": 200}, **BY)
    assert [check.fault for check in await verify_all() if not check.ok] == []
