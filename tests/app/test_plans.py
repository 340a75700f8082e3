"""Plans on their pages: weeks, exceptions with cut-offs, bookings, the calendar."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import food, headcounts, menus, places, plans
from kitchen.database import Engine
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

TOMORROW = TODAY + timedelta(days=1)
SATURDAY = date(2026, 11, 28)


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "plans", "registry")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines in tests/kitchen."""
    return sqlite_database


async def eaters(cast: Cast, day: date) -> dict[str, plans.Eater]:
    found = await plans.expected_eaters(cast.kitchen, day, "lunch")
    return {eater.name: eater for eater in found}


def change(**values: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "who": "ldf",
        "kind": "skip",
        "meal": "lunch",
        "from_day": str(TOMORROW),
        "source": "telephone",
        "reason": "去女儿家",
    }
    return {**usual, **values}


# Weeks


async def test_a_week_is_set_for_the_ticked_days(manager: Client) -> None:
    cast = await enter()
    answer = await manager.submit(
        f"/plans/people/{cast.li}/weeks",
        meal="lunch",
        from_day=str(TOMORROW),
        days=["3", "5"],
        place=f"collect:{cast.xinhua}",
        portions="2",
        size="large",
        choice="B",
    )
    assert answer.status_code == 303
    assert (await eaters(cast, TODAY))["李德福"].way == "dine_in"
    li = (await eaters(cast, TOMORROW))["李德福"]  # a Wednesday
    assert (li.way, li.point_id, li.portions, li.size, li.choice) == (
        "collect",
        cast.xinhua,
        2,
        "large",
        "B",
    )
    assert "李德福" not in await eaters(cast, TOMORROW + timedelta(days=1))
    page = await manager.get(f"/plans/people/{cast.li}")
    assert "11月25日 周三起按新计划" in page.text


async def test_each_day_may_differ(manager: Client) -> None:
    cast = await enter()
    answer = await manager.submit(
        f"/plans/people/{cast.li}/weeks",
        meal="lunch",
        from_day=str(TODAY),
        detailed="on",
        place2=f"dine_in:{cast.chaoyang}",
        place3="deliver",
        portions3="3",
        size3="small",
    )
    assert answer.status_code == 303
    assert (await eaters(cast, TODAY))["李德福"].way == "dine_in"
    li = (await eaters(cast, TOMORROW))["李德福"]
    assert (li.way, li.point_id, li.portions, li.size) == ("deliver", None, 3, "small")
    page = await manager.get(f"/registry/{cast.li}")
    assert "×3 · 小份" in page.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"meal": "brunch"}, "餐次：填的是“brunch”"),
        ({"from_day": "2026-11-01"}, "从哪天起"),
        ({"from_day": ""}, "从哪天起：还没有填"),
        ({"place": "dine_in:999"}, "方式：没有这一项"),
        ({"place": "fly"}, "方式：没有这一项"),
        ({"place": ""}, "方式：还没有填"),
        ({"days": "8"}, "周几"),
        ({"portions": "0"}, "1 到 4 的整数"),
        ({"portions": "99"}, "1 到 4 的整数"),
        ({"size": "huge"}, "份量"),
        ({"choice": "C"}, "套餐"),
    ],
)
async def test_a_week_that_makes_no_sense_is_refused(
    manager: Client, wrong: dict[str, Any], sentence: str
) -> None:
    cast = await enter()
    usual: dict[str, Any] = {
        "meal": "lunch",
        "from_day": str(TOMORROW),
        "days": ["1"],
        "place": "deliver",
    }
    answer = await manager.submit(
        f"/plans/people/{cast.li}/weeks", **{**usual, **wrong}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (await eaters(cast, TOMORROW))["李德福"].way == "dine_in"


async def test_a_new_week_of_a_closed_day_says_that_the_day_stays(
    manager: Client,
) -> None:
    cast = await enter()
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=(), by=CHEN, now=MORNING
    )
    answer = await manager.submit(
        f"/plans/people/{cast.li}/weeks",
        meal="lunch",
        from_day=str(TODAY),
        days=["2"],
        place="deliver",
    )
    page = await manager.get(answer.headers["Location"])
    assert "已截单，那天仍照原来的" in page.text


# Exceptions


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, "明天 不吃"),
        ({"to_day": "2026-11-27"}, "明天 – 11月27日 周五 不吃"),
        ({"kind": "extra", "portions": "2"}, "明天 加 2 份"),
        ({"kind": "change", "place": "deliver"}, "明天 改送餐"),
    ],
)
async def test_an_exception_is_listed_with_who_said_so(
    manager: Client, values: dict[str, Any], shown: str
) -> None:
    await enter()
    answer = await manager.submit("/plans/exceptions", **change(**values))
    assert answer.status_code == 303, answer.text
    page = await manager.get("/plans")
    for words in ("李德福", shown, "去女儿家", "陈主管"):
        assert words in page.text


async def test_the_list_is_filtered_by_day(manager: Client) -> None:
    await enter()
    await manager.submit("/plans/exceptions", **change())
    assert "去女儿家" in (await manager.get(f"/plans?day={TOMORROW}")).text
    part = await manager.fragment(f"/plans?day={TODAY}")
    assert "去女儿家" not in part.text
    assert "<html" not in part.text
    assert (await manager.get("/plans?day=yesterday")).status_code == 200


async def test_after_the_cut_off_a_change_is_recorded_as_late(
    manager: Client, clock: Clock
) -> None:
    cast = await enter()
    clock.forward(hours=1)  # 09:30, the cut-off was at nine
    answer = await manager.submit(
        "/plans/exceptions", **change(from_day=str(TODAY), reason="刚来电话")
    )
    assert answer.status_code == 303
    [exception] = await plans.exceptions_of(cast.li, TODAY)
    assert exception.late
    assert "迟报" in (await manager.get("/plans")).text
    await manager.submit("/plans/exceptions", **change(kind="extra", portions="1"))
    assert not (await plans.exceptions_of(cast.li, TOMORROW))[0].late


async def test_a_closed_count_is_refused_with_the_way_to_change_it(
    manager: Client,
) -> None:
    cast = await enter()
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=(), by=CHEN, now=MORNING
    )
    fields = change(from_day=str(TODAY))
    answer = await manager.submit("/plans/exceptions", **fields)
    assert answer.status_code == 422
    assert "人数已经截单" in answer.text
    assert f'href="/headcounts/{TODAY}/lunch"' in answer.text
    assert 'value="去女儿家"' in answer.text
    answer = await manager.submit(f"/plans/people/{cast.li}/exceptions", **fields)
    assert f'href="/headcounts/{TODAY}/lunch"' in answer.text


async def test_a_booking_by_telephone_for_a_day_without_service(
    manager: Client,
) -> None:
    cast = await enter()
    booking = change(
        kind="book",
        from_day=str(SATURDAY),
        place=f"collect:{cast.chaoyang}",
        portions="2",
        choice="B",
    )
    assert (await manager.submit("/plans/exceptions", **booking)).status_code == 303
    assert (await eaters(cast, SATURDAY))["李德福"].portions == 2
    page = await manager.get(f"/plans?day={SATURDAY}")
    assert "不供餐，只有临时订餐的人吃" in page.text
    answer = await manager.submit("/plans/exceptions", **booking)
    assert answer.status_code == 422
    assert "李德福这一餐已经订过了" in answer.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"who": ""}, "老人：还没有填"),
        ({"who": "没这个人"}, "没有找到“没这个人”，可以填姓名、首字母"),
        ({"who": "秀"}, "有几位，请选一位"),
        ({"kind": "party"}, "变动"),
        ({"from_day": "2026-11-01"}, "之间"),
        ({"to_day": "2026-11-24"}, "日期反了"),
        ({"kind": "book"}, "地点：还没有填"),
        ({"kind": "book", "place": "dine_in:999"}, "地点：没有这一项"),
        ({"kind": "extra", "portions": "50"}, "份数"),
        ({"reason": ""}, "原因：还没有填"),
        ({"reason": "长" * 65_536}, "最多 80 个字"),
        ({"source": "rumour"}, "谁说的"),
        ({"kind": "extra", "from_day": "2026-11-28"}, "本来就没有订"),
    ],
)
async def test_an_exception_that_makes_no_sense_is_refused(
    manager: Client, wrong: dict[str, Any], sentence: str
) -> None:
    cast = await enter()
    answer = await manager.submit("/plans/exceptions", **change(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await plans.coming_exceptions(cast.kitchen, TODAY, date(2027, 1, 1)) == []


async def test_set_b_is_chosen_where_the_menu_has_one(manager: Client) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    dishes = [d.id for d in (await food.dishes()).values() if d.category == "main"]
    other_set = change(kind="change", choice="B", reason="不吃鱼")
    for choice, dish, status in (("A", dishes[0], 422), ("B", dishes[1], 303)):
        await menus.set_dish(
            cast.kitchen, TOMORROW, "lunch", choice, 1, dish, by=CHEN, now=MORNING
        )
        answer = await manager.submit("/plans/exceptions", **other_set)
        assert answer.status_code == status
    assert (await eaters(cast, TOMORROW))["李德福"].choice == "B"
    assert "明天 改套餐 · B 套" in (await manager.get("/plans")).text


async def test_an_exception_is_taken_back(manager: Client) -> None:
    cast = await enter()
    await manager.submit("/plans/exceptions", **change())
    [skip] = await plans.exceptions_of(cast.li, TODAY)
    path = f"/plans/exceptions/{skip.id}/withdrawal"
    answer = await manager.submit(path, back=f"/plans/people/{cast.li}")
    assert answer.headers["Location"] == f"/plans/people/{cast.li}"
    assert "李德福" in await eaters(cast, TOMORROW)
    assert (await manager.submit(path)).status_code == 404


async def test_point_staff_book_for_their_own_people_only(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    sun = await sign_in_as(
        "point_staff", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    assert 'value="till" checked' in (await sun.get("/plans")).text
    answer = await sun.submit("/plans/exceptions", **change(source="till"))
    assert answer.status_code == 303
    answer = await sun.submit("/plans/exceptions", **change(who="周建国"))
    assert answer.status_code == 422
    for path in ("weeks", "exceptions"):
        answer = await sun.submit(f"/plans/people/{cast.zhou}/{path}", **change())
        assert answer.status_code == 404
    assert (await sun.get(f"/plans/people/{cast.zhou}")).status_code == 404


async def test_who_only_reads_finds_no_form(sign_in_as: SignInAs) -> None:
    cast = await enter()
    dispatcher = await sign_in_as("dispatcher", kitchen_id=cast.kitchen)
    page = await dispatcher.get(f"/plans/people/{cast.li}")
    assert page.status_code == 200
    assert f'action="/plans/people/{cast.li}' not in page.text
    answer = await dispatcher.submit("/plans/exceptions", **change())
    assert answer.status_code == 403


# The calendar


async def test_the_calendar_shows_holidays_and_makeup_workdays(
    manager: Client,
) -> None:
    await enter()
    page = await manager.get("/plans/calendar?month=2026-10")
    assert "国庆节" in page.text
    assert "调休上班" in page.text
    far = await manager.get("/plans/calendar?month=2031-10")
    assert "2031 年的放假安排还没有公布" in far.text


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12"])
async def test_a_strange_month_shows_this_one(manager: Client, month: str) -> None:
    await enter()
    page = await manager.get("/plans/calendar", params={"month": month})
    assert "2026年11月" in page.text


async def test_a_day_is_decided_and_left_to_the_calendar_again(
    manager: Client,
) -> None:
    cast = await enter()
    day: dict[str, Any] = {"day": str(TOMORROW)}
    answer = await manager.submit("/plans/calendar", **day, served="no", note="停水")
    assert answer.status_code == 303
    assert await eaters(cast, TOMORROW) == {}
    assert "停水" in (await manager.get("/plans/calendar")).text
    await manager.submit("/plans/calendar", **day, served="calendar")
    assert await places.serves_on(cast.kitchen, TOMORROW)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": "2026-11-01", "served": "no", "note": "x"}, "日期"),
        ({"day": "2026-11-25", "served": "no"}, "说明：还没有填"),
        ({"day": "2026-11-25", "served": "maybe", "note": "x"}, "供餐"),
    ],
)
async def test_a_day_decided_without_sense_is_refused(
    manager: Client, fields: dict[str, Any], sentence: str
) -> None:
    await enter()
    answer = await manager.submit("/plans/calendar", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
