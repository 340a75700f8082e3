"""The rounds board and the drivers' register, as a dispatcher uses them."""

import asyncio

import pytest

from app.settings import Settings
from kitchen import headcounts, round_plans
from kitchen.drivers import DriverFields, add_driver
from tests.app.client import Client
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

BOARD = f"/rounds/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "rounds", "drivers", "jobs")


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
    assert answer.status_code == 303
    job = answer.headers["location"]
    for _ in range(200):
        text = (await manager.get(job)).text
        if BOARD in text:
            break
        await asyncio.sleep(0.1)
    plan = await round_plans.latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return plan


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
