"""Today: what next, by when, what is wrong."""

import datetime as dt

import pytest

from app.days import lasting_words
from kitchen import food, headcounts, incidents, menus, place_changes, registry
from kitchen.certificates import record_certificate
from kitchen.drivers import DriverFields, add_driver
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

TODAY_PAGE = f"/today/{TODAY}/lunch"
ACTS = ("决定", "看一看")


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "today", "menus")


async def test_an_empty_kitchen_is_shown_the_way_in(manager: Client) -> None:
    cast = await enter()
    for elder in (cast.wang, cast.li, cast.zhao, cast.zhou):
        await registry.set_state(
            elder, "ended", TODAY, None, "搬走", by=CHEN, now=MORNING
        )
    page = await manager.get(TODAY_PAGE)
    assert page.status_code == 200
    assert "0" in page.text


async def test_the_next_step_follows_the_day(manager: Client) -> None:
    cast = await enter()
    page = await manager.get(TODAY_PAGE)
    assert "排菜单并发布" in page.text
    await menus.set_dish(
        cast.kitchen, TODAY, "lunch", "A", 1, await a_dish(), by=CHEN, now=MORNING
    )
    await menus.publish(cast.kitchen, [TODAY], "lunch", by=CHEN, now=MORNING)
    page = await manager.get(TODAY_PAGE)
    assert "核对并截单 4 份" in page.text
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    page = await manager.get(TODAY_PAGE)
    assert "登记做好的菜" in page.text


async def a_dish() -> int:
    await food.load_food(by=CHEN, now=MORNING)
    return next(iter(await food.dishes()))


async def test_an_elder_on_no_map_is_a_matter_to_handle(manager: Client) -> None:
    await enter()
    page = await manager.get(TODAY_PAGE)
    assert "赵秀兰 的住址没有位置，照样做餐、照样要送" in page.text


async def test_papers_of_drivers_are_asked_for_and_reminded_of(
    manager: Client,
) -> None:
    cast = await enter()
    fields = DriverFields(name="马师傅", profile="van", carries_bulk=True)
    van = await add_driver(cast.kitchen, fields, by=CHEN, now=MORNING)
    for kind, days in (("health", -1), ("licence", 12)):
        ends = TODAY + dt.timedelta(days=days)
        given = ("driver", van, kind, "1", dt.date(2025, 1, 1), ends)
        await record_certificate(cast.kitchen, *given, by=CHEN, now=MORNING)
    page = (await manager.get(TODAY_PAGE)).text
    for said in (
        f"送餐员证件到期：马师傅 健康证 {TODAY - dt.timedelta(days=1)} 到期",
        "送餐员缺证件：马师傅 没有车辆保险",
        "送餐员证件 30 天内到期：马师傅 驾驶证 12月6日 到期",
    ):
        assert said in page, said


async def test_a_pause_that_ends_today_is_announced(manager: Client) -> None:
    cast = await enter()
    await registry.set_state(
        cast.wang, "paused", TODAY, TODAY, "住院", by=CHEN, now=MORNING
    )
    page = await manager.get(TODAY_PAGE)
    assert "王秀英 停餐到今天为止，明天恢复" in page.text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "王秀英 的送餐资格 11/23 到期了，饭照送"),
        (0, "王秀英 的送餐资格 11/24 到期：请续期"),
        (6, "王秀英 的送餐资格 11/30 到期：请续期"),
        (7, ""),
    ],
)
async def test_a_reason_for_delivery_that_ends_is_said_and_nobody_is_dropped(
    manager: Client, days: int, said: str
) -> None:
    cast = await enter()
    [reason] = await registry.entitlements_of(cast.wang)
    last = TODAY + dt.timedelta(days=days)
    await registry.end_entitlement(reason.id, last, by=CHEN, now=MORNING)
    page = await manager.get(TODAY_PAGE)
    assert said in page.text
    assert ("的送餐资格" in page.text) == bool(said)
    await registry.entitle_delivery(
        cast.wang, "illness", TODAY, None, by=CHEN, now=MORNING
    )
    assert "的送餐资格" not in (await manager.get(TODAY_PAGE)).text
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert cast.wang in {e.elder_id for e in eaters if e.way == "deliver"}


async def test_yesterdays_open_day_is_not_forgotten(manager: Client) -> None:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    tomorrow = TODAY.replace(day=25)
    page = await manager.get(f"/today/{tomorrow}/lunch")
    assert "11/24 还没有关账" in page.text


async def test_a_driver_sees_the_day_without_names(sign_in_as: SignInAs) -> None:
    cast = await enter()
    driver = await sign_in_as("driver", "赵师傅", kitchen_id=cast.kitchen)
    page = await driver.get(TODAY_PAGE)
    assert page.status_code == 200
    assert "赵秀兰" not in page.text


async def a_peanut_lunch() -> Cast:
    """李德福 of 朝阳 is allergic to a dish of it; 赵秀兰 lives where no map knows."""
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    dish = (1, ids["宫保鸡丁"])
    await menus.set_dish(cast.kitchen, TODAY, "lunch", "A", *dish, by=CHEN, now=MORNING)
    return cast


async def test_of_people_only_those_of_the_readers_own_point_and_area_are_named(
    sign_in_as: SignInAs, manager: Client
) -> None:
    cast = await a_peanut_lunch()
    await registry.set_state(
        cast.zhou, "paused", TODAY, TODAY, "住院", by=CHEN, now=MORNING
    )
    elsewhere = await place_changes.add_area(
        "桃园社区", "community", cast.street, by=CHEN, now=MORNING
    )
    kitchen = {"kitchen_id": cast.kitchen}
    readers = {
        manager: ("李德福", "赵秀兰", "周建国"),
        await sign_in_as("point_staff", point_id=cast.chaoyang, **kitchen): ("李德福",),
        await sign_in_as("point_staff", point_id=cast.xinhua, **kitchen): ("周建国",),
        await sign_in_as("supervisor", area_id=elsewhere, **kitchen): (),
        await sign_in_as("cook", **kitchen): (),
    }
    for reader, named in readers.items():
        page = (await reader.get(TODAY_PAGE)).text
        found = {name for name in ("李德福", "赵秀兰", "周建国") if name in page}
        assert found == set(named), reader.actor
    cook = (await reader.get(TODAY_PAGE)).text
    assert "1 人有不能吃的菜，还没定怎么办" in cook


async def test_the_menu_names_whom_a_dish_is_not_for_only_to_who_sees_everybody(
    sign_in_as: SignInAs, manager: Client
) -> None:
    cast = await a_peanut_lunch()
    kitchen = {"kitchen_id": cast.kitchen}
    clerk = await sign_in_as("clerk", area_id=cast.street, **kitchen)
    menu = f"/menus/{TODAY}/lunch"
    assert "李德福" in (await manager.get(menu)).text
    page = (await clerk.get(menu)).text
    assert "宫保鸡丁" in page
    assert "李德福" not in page


async def test_who_cannot_decide_is_not_asked_to(
    sign_in_as: SignInAs, manager: Client
) -> None:
    cast = await a_peanut_lunch()
    scope = {"kitchen_id": cast.kitchen, "point_id": cast.chaoyang}
    sun = await sign_in_as("point_staff", **scope)
    asked = [f">{act}</a>" in (await manager.get(TODAY_PAGE)).text for act in ACTS]
    assert asked == [True, False]
    asked = [f">{act}</a>" in (await sun.get(TODAY_PAGE)).text for act in ACTS]
    assert asked == [False, True]


async def test_a_clerk_with_a_call_to_answer_is_not_told_that_all_is_done(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    await registry.set_state(
        cast.zhao, "ended", TODAY, None, "搬走", by=CHEN, now=MORNING
    )
    clerk = await sign_in_as("clerk", kitchen_id=cast.kitchen, area_id=cast.street)
    assert "今天的事都办完了" in (await clerk.get(TODAY_PAGE)).text
    call = incidents.NewIncident(
        kind="complaint", said="汤洒了", caller="儿子", elder_id=cast.wang
    )
    opened = MORNING - dt.timedelta(hours=8, minutes=29)  # the page is read 25 later
    await incidents.open_incident(cast.kitchen, call, by=CHEN, now=opened)
    page = (await clerk.get(TODAY_PAGE)).text
    assert "热线：投诉 王秀英，8 小时 54 分了" in page
    assert "今天的事都办完了" not in page


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 分钟"), (59, "59 分钟"), (60, "1 小时 0 分"), (1440, "1 天 0 小时")],
)
def test_a_long_wait_is_told_in_hours_and_days(minutes: int, words: str) -> None:
    assert lasting_words(minutes) == words


async def test_a_closed_day_leads_to_the_next_serving_day(manager: Client) -> None:
    cast = await enter()
    closed = TODAY + dt.timedelta(days=1)
    await place_changes.override_day(
        cast.kitchen, closed, False, "检修", by=CHEN, now=MORNING
    )
    page = await manager.get(f"/today/{closed}/lunch")
    assert "今天不供餐" in page.text
    assert f'href="/today/{closed + dt.timedelta(days=1)}/lunch" data-key' in page.text
    assert "核对并截单" not in page.text
