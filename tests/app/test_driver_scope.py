"""What a signed-in driver gets to see: the own rounds of today, by every way in."""

import datetime as dt

import pytest

from kitchen.drivers import drivers_for, link_account
from kitchen.meals import meals_for
from kitchen.round_plans import Plan
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_deliveries import out_in_the_streets, round_of, stop_of

DESK = f"/deliveries/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return (
        "signin",
        "rounds",
        "drivers",
        "deliveries",
        "loadings",
        "api",
        "api_rounds",
        "today",
    )


@pytest.fixture
async def street(app: object) -> tuple[Cast, Plan]:
    return await out_in_the_streets()


async def driver_of(
    street: tuple[Cast, Plan], sign_in_as: SignInAs, own: bool
) -> Client:
    """The driver of 王奶奶's round, or the other one."""
    cast, plan = street
    client = await sign_in_as("driver", "赵师傅", kitchen_id=cast.kitchen)
    hers = round_of(plan, await stop_of(cast, plan, cast.wang))
    drives = next(row.driver_id for row in plan.rounds if row.id == hers)
    facts = await drivers_for(cast.kitchen)
    chosen = next(one for one in facts if (one.id == drives) == own)
    await link_account(chosen.id, client.actor.staff_id, by=CHEN, now=MORNING)
    return client


async def pages(street: tuple[Cast, Plan]) -> list[str]:
    """Every page on which 王奶奶 could be read."""
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    return [
        f"/deliveries/stops/{stop}",
        f"/deliveries/rounds/{round_of(plan, stop)}",
        f"/rounds/stops/{stop}",
    ]


@pytest.mark.parametrize(("own", "rounds"), [(True, "0 / 1 趟"), (False, "0 / 0 趟")])
async def test_today_counts_the_own_rounds_only(
    street: tuple[Cast, Plan], sign_in_as: SignInAs, own: bool, rounds: str
) -> None:
    driver = await driver_of(street, sign_in_as, own=own)
    assert rounds in (await driver.get(f"/today/{TODAY}/lunch")).text


async def test_the_own_round_is_shown_and_can_be_reported(
    street: tuple[Cast, Plan], sign_in_as: SignInAs
) -> None:
    cast, plan = street
    driver = await driver_of(street, sign_in_as, own=True)
    board = await driver.get(f"/rounds/{TODAY}/lunch")
    assert board.headers["location"] == DESK
    stop = await stop_of(cast, plan, cast.wang)
    desk = (await driver.get(DESK)).text
    assert f"/deliveries/rounds/{round_of(plan, stop)}" in desk
    assert "王秀英" in (await driver.get(f"/deliveries/stops/{stop}")).text
    answer = await driver.submit(
        f"/deliveries/stops/{stop}/reports", outcome="elder", reporter="赵师傅"
    )
    assert answer.status_code == 303
    seen = (await driver.get(f"/api/rounds/{TODAY}/lunch")).json()
    assert "王秀英" in str(seen["rounds"])


async def test_another_drivers_round_is_a_lost_page_by_every_way_in(
    street: tuple[Cast, Plan], sign_in_as: SignInAs
) -> None:
    cast, plan = street
    driver = await driver_of(street, sign_in_as, own=False)
    for path in await pages(street):
        assert (await driver.get(path)).status_code == 404, path
    stop = await stop_of(cast, plan, cast.wang)
    trip = round_of(plan, stop)
    said = {"outcome": "elder", "reporter": "赵师傅"}
    for path in (
        f"/deliveries/stops/{stop}/reports",
        f"/deliveries/rounds/{trip}/return",
        f"/deliveries/rounds/{trip}/loadings",
        f"/deliveries/rounds/{trip}/leftovers",
    ):
        assert (await driver.submit(path, **said)).status_code == 404, path
    body = {"outcome": "elder", "reported_by": "赵师傅"}
    assert (await driver.json(f"/api/stops/{stop}/outcome", body)).status_code == 404
    back = {"reported_by": "赵师傅"}
    path = f"/api/rounds/trips/{trip}/return"
    assert (await driver.json(path, back)).status_code == 404
    seen = (await driver.get(f"/api/rounds/{TODAY}/lunch")).text
    assert "王秀英" not in seen + (await driver.get(DESK)).text
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []


@pytest.mark.parametrize("later", [dt.timedelta(hours=7), dt.timedelta(days=1)])
async def test_afterwards_old_addresses_show_no_name_and_no_door(
    street: tuple[Cast, Plan], sign_in_as: SignInAs, clock: Clock, later: dt.timedelta
) -> None:
    driver = await driver_of(street, sign_in_as, own=True)
    clock.at += later
    for path in await pages(street):
        assert (await driver.get(path)).status_code in (401, 404, 303), path
    for path in (DESK, f"/api/rounds/{TODAY}/lunch"):
        text = (await driver.get(path)).text
        assert "王秀英" not in text
        assert "朝阳里" not in text


async def test_without_a_link_the_page_says_what_to_do(
    street: tuple[Cast, Plan], sign_in_as: SignInAs, manager: Client
) -> None:
    cast, _plan = street
    driver = await sign_in_as("driver", "新来的", kitchen_id=cast.kitchen)
    answer = await driver.get(DESK)
    assert answer.status_code == 200
    assert "还没有对上送餐员" in answer.text
    assert "王秀英" not in answer.text
    first = (await drivers_for(cast.kitchen))[0]
    path = f"/drivers/{first.id}"
    assert "新来的" in (await manager.get(path)).text
    linked = await manager.submit(f"{path}/account", account=str(driver.actor.staff_id))
    assert linked.status_code == 303
    assert "还没有对上送餐员" not in (await driver.get(DESK)).text
