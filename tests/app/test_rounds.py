"""The rounds board and the drivers' register, as a dispatcher uses them."""

import asyncio
import re

import pytest

from app.board_pages import running_job
from app.settings import Settings
from app.words.reasons import help_words
from app.words.rounds import why_words
from kitchen import headcounts, round_plans
from kitchen.drivers import DriverFields, add_driver, bans_for, drivers_for
from kitchen.round_reasons import Help
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

BOARD = f"/rounds/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "rounds", "drivers", "helpers", "jobs")


@pytest.fixture
async def cast(app: object) -> Cast:
    return await enter()


async def close(cast: Cast) -> None:
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)


async def hire_drivers(cast: Cast) -> None:
    van = DriverFields(name="赵师傅", profile="van", capacity=200, carries_bulk=True)
    await add_driver(cast.kitchen, van, by=CHEN, now=MORNING)
    bike = DriverFields(name="钱师傅")
    await add_driver(cast.kitchen, bike, by=CHEN, now=MORNING)


async def test_without_a_closed_count_the_board_says_what_comes_first(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.get(BOARD)
    assert answer.status_code == 200
    assert "去人数页" in answer.text


async def test_without_drivers_the_way_to_them_is_shown(
    cast: Cast, manager: Client
) -> None:
    await close(cast)
    answer = await manager.get(BOARD)
    assert "先登记送餐员" in answer.text


async def planned(cast: Cast, manager: Client) -> round_plans.Plan:
    """Close the count, hire, solve by the button, wait for the job."""
    await hire_drivers(cast)
    await close(cast)
    answer = await manager.submit(f"{BOARD}/solving")
    assert (answer.status_code, answer.headers["location"]) == (303, BOARD)
    await over(cast, manager)
    plan = await round_plans.latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return plan


async def over(cast: Cast, manager: Client) -> None:
    """Until the search of the board has ended."""
    for _ in range(1_800):
        if await running_job(cast.kitchen, TODAY, "lunch") is None:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the search does not end")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"solver_seconds": 1})


async def test_the_button_solves_and_the_board_shows_columns(
    cast: Cast, manager: Client
) -> None:
    await planned(cast, manager)
    answer = await manager.get(BOARD)
    assert answer.status_code == 200
    for word in ("第 1 版草稿", "准时", "王秀英", "朝阳就餐点", "未编 1 户", "定位"):
        assert word in answer.text, word


async def test_a_driver_is_entered_changed_and_stood_down(
    cast: Cast, manager: Client
) -> None:
    fields = {
        "name": "周师傅",
        "phone": "13600136001",
        "profile": "ebike",
        "capacity": "24",
        "shift_from": "10:15",
        "shift_to": "12:45",
        "max_rounds": "2",
    }
    answer = await manager.submit("/drivers", **fields)
    assert answer.status_code == 303
    known = (await drivers_for(cast.kitchen))[0]
    assert (known.phone_tail, known.shift_from_minutes) == ("6001", 615)
    changed = {**fields, "capacity": "30", "phone": ""}
    await manager.submit(f"/drivers/{known.id}", **changed)
    known = (await drivers_for(cast.kitchen))[0]
    assert (known.capacity, known.phone_tail) == (30, "6001")
    await manager.submit(f"/drivers/{known.id}/retirement")
    assert await drivers_for(cast.kitchen) == []


async def test_the_register_keeps_what_somebody_can_and_has_signed(
    cast: Cast, manager: Client
) -> None:
    fields = {
        "name": "小何",
        "profile": "walk",
        "capacity": "8",
        "shift_from": "10:15",
        "shift_to": "12:45",
        "max_rounds": "1",
        "kind": "volunteer",
        "languages": "温州话， 粤语",
        "ends_at": "place",
    }
    refused = await manager.submit("/drivers", **fields)
    assert refused.status_code == 422
    assert "终点经纬度" in refused.text
    await manager.submit("/drivers", **fields, end="120.16, 30.29", weekdays="3")
    known = (await drivers_for(cast.kitchen))[0]
    assert (known.weekdays, known.languages) == ("3", "温州话、粤语")
    assert (known.end_lon_e6, known.end_lat_e6) == (120_160_000, 30_290_000)
    at = f"/drivers/{known.id}"
    await manager.submit(f"{at}/pledges", signed="2026-01-05", until="2026-12-31")
    await manager.submit(f"{at}/pairings", paired="王秀英")
    await manager.submit(
        f"{at}/certificates", kind="health", issued="2026-01-05", expires="2027-01-04"
    )
    await manager.submit(f"{at}/starts", begins=str(cast.xinhua), since="2026-11-30")
    await manager.submit(f"{at}/starts", begins=str(cast.chaoyang), since="2026-11-24")
    page = (await manager.get(at)).text
    for said in ("证件有效", "承诺书 2026-01-05 签", "王秀英", "温州话、粤语"):
        assert said in page, said
    assert re.search(r"<b>朝阳就餐点</b>.*11月30日 周一 起：新华就餐点", page, re.S)
    assert "从朝阳就餐点出发" in (await manager.get("/drivers")).text
    undated = await manager.submit(f"{at}/starts", begins="", since="")
    assert undated.status_code == 422
    late = await manager.submit(
        f"{at}/pledges", signed="2026-02-01", until="2026-01-01"
    )
    assert late.status_code == 422
    assert "早于签署日" in late.text
    listed = (
        await manager.get("/drivers?month=2026-13")
    ).text  # no such month: this one
    assert "志愿者" in listed


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "姓名：还没有填"),
        ("capacity", "0", "1 到 2000 的整数"),
        ("capacity", "三十", "1 到 2000 的整数"),
        ("profile", "horse", "交通工具"),
        ("shift_to", "25:00", "24 小时制"),
        ("shift_to", "09:00", "下班时间要晚于上班时间"),  # before it starts
        ("max_rounds", "12", "1 到 9 的整数"),
        ("phone", "12", "手机号"),
    ],
)
async def test_a_driver_that_cannot_be_is_refused_in_words(
    cast: Cast, manager: Client, field: str, typed: str, said: str
) -> None:
    fields = {
        "name": "周师傅",
        "profile": "ebike",
        "capacity": "24",
        "shift_from": "10:15",
        "shift_to": "12:45",
        "max_rounds": "2",
    }
    answer = await manager.submit("/drivers", **{**fields, field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert await drivers_for(cast.kitchen) == []


async def test_a_driver_is_not_sent_to_somebody_until_it_is_lifted(
    cast: Cast, manager: Client
) -> None:
    await hire_drivers(cast)
    driver = (await drivers_for(cast.kitchen))[1]
    answer = await manager.submit(
        f"/drivers/{driver.id}/bans", elder="王秀英", reason="家属要求"
    )
    assert answer.status_code == 303
    ban = (await bans_for(cast.kitchen))[0]
    assert (ban.elder_name, ban.driver_id) == ("王秀英", driver.id)
    await manager.submit(f"/drivers/bans/{ban.id}/end")
    assert await bans_for(cast.kitchen) == []


async def test_the_board_is_changed_and_published_by_plain_forms(
    cast: Cast, manager: Client
) -> None:
    plan = await planned(cast, manager)
    lost, target = plan.stops_of(None)[0], plan.rounds[0]
    page = await manager.get(f"/rounds/stops/{lost.id}")
    assert "地址还没有定位" in page.text
    moved = {"round": str(target.id), "position": "1"}
    answer = await manager.submit(f"/rounds/stops/{lost.id}/place", **moved)
    assert answer.status_code == 303
    answer = await manager.submit(f"/rounds/plans/{plan.facts.id}/publication")
    said = "第 1 版线路已发布"
    if answer.status_code == 422:  # the guessed place may be late: somebody says why
        answer = await manager.submit(
            f"/rounds/plans/{plan.facts.id}/publication", override="陈经理：先送"
        )
    assert answer.status_code == 303
    assert said in (await manager.get(BOARD)).text


def test_only_a_dining_point_waits_for_somebody_with_bulk_containers() -> None:
    assert why_words("no_vehicle_allowed", is_point=True) == "没有能带大桶去的送餐员"
    assert why_words("no_vehicle_allowed", is_point=False) == "没有能去的送餐员"
    assert why_words("no_place", is_point=True) == "地址还没有定位"


async def test_a_waiting_list_is_published_only_with_a_reason(
    cast: Cast, manager: Client
) -> None:
    plan = await planned(cast, manager)
    answer = await manager.submit(f"/rounds/plans/{plan.facts.id}/publication")
    assert answer.status_code == 422
    assert "谁同意、为什么" in answer.text
    known = await round_plans.published_plan(cast.kitchen, TODAY, "lunch")
    assert known is None


async def test_the_board_answers_htmx_with_itself(cast: Cast, manager: Client) -> None:
    plan = await planned(cast, manager)
    driven = next(row for row in plan.rounds if row.driver_id)
    answer = await manager.submit(
        f"/rounds/trips/{driven.id}/driver", htmx=True, driver=""
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "还没有送餐员" in answer.text


async def test_a_foreign_kitchens_rounds_are_a_lost_page(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    plan = await planned(cast, manager)
    stranger = await sign_in_as("dispatcher", kitchen_id=cast.kitchen + 1)
    stop = plan.stops[0].id
    assert (await stranger.get(f"/rounds/stops/{stop}")).status_code == 404
    answer = await stranger.submit(f"/rounds/plans/{plan.facts.id}/publication")
    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["cook", "point_staff", "finance", "administrator"])
async def test_who_has_no_business_with_rounds_may_not_look(
    cast: Cast, sign_in_as: SignInAs, role: str
) -> None:
    visitor = await sign_in_as(role)
    assert (await visitor.get(BOARD)).status_code == 403


async def test_the_sketch_draws_every_round_without_a_map(
    cast: Cast, manager: Client
) -> None:
    await planned(cast, manager)
    text = (await manager.get(BOARD)).text
    assert '<svg class="sketch"' in text
    assert text.count('class="badge round-') >= 1
    assert "朝阳里" in text


def test_what_helps_only_together_is_said_together() -> None:
    both = Help("load", None, 2, also=(Help("missing_break", None, 600),))
    assert help_words(both, None) == (
        "要一起做才行：送餐员多带 2 份就放得下；送餐员的休息放晚 10 分就能送到"
    )
