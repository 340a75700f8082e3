"""After service, on one page."""

import pytest

from app.words.wastes import signed_kilos
from kitchen.database import Engine
from kitchen.wastes import wastes_for
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import TODAY, Cast
from tests.remembered import remembered
from tests.test_a_day import lived_day

PAGE = "/wastes/2026-11-24/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "production", "wastes", "balance")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def cast(app: object, clock: Clock) -> Cast:
    clock.forward(hours=6)
    return await remembered(lived_day)


async def test_cooked_sent_returned_and_why_stand_together(
    cast: Cast, manager: Client
) -> None:
    page = (await manager.get(PAGE)).text
    assert "赵秀兰去医院了" in page  # one portion came back
    assert "朝阳就餐点" in page
    dish = page.partition('name="left.')[2].partition('"')[0]
    sent = {f"left.{dish}": "1.25", f"plates.{dish}": "0.4", "plates": "10"}
    answer = await manager.submit(PAGE, **sent)
    assert answer.status_code == 303
    page = (await manager.get(PAGE)).text
    assert "1.25" in page
    assert "对不上 kg" in page
    assert [signed_kilos(g) for g in (-60, -20, 20, 1250)] == [
        "-0.1",
        "0.0",
        "0.0",
        "+1.2",
    ]
    balance = (await manager.get("/balance/2026-11-24/lunch")).text
    assert "倒掉的，按重量" in balance
    assert "1.25" in balance
    # the pots held what was served: 1.25 kg left over cannot have been in them
    assert "份数乘每份重量" in balance
    found = await wastes_for(cast.kitchen, TODAY, "lunch")
    assert [(one.why, one.grams, one.plates) for one in found] == [
        ("left", 1250, None),
        ("plates", 400, 10),
    ]
    gone = {"kind": "waste", "row": str(found[0].id), "reason": "称错"}
    await manager.submit("/production/2026-11-24/lunch/voids", **gone)
    assert len(await wastes_for(cast.kitchen, TODAY, "lunch")) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "还没有填重量"),
        ({"left": "一点"}, "没人要：填的是“一点”"),
        ({"plates.": "0.4"}, "称了几份盘子：还没有填"),
        ({"left": "1", "plates": "0"}, "称了几份盘子：填的是“0”"),
    ],
)
async def test_a_wrong_weight_is_told_and_kept(
    cast: Cast, manager: Client, fields: dict[str, str], said: str
) -> None:
    page = (await manager.get(PAGE)).text
    dish = page.partition('name="left.')[2].partition('"')[0]
    names = {"left": f"left.{dish}", "plates.": f"plates.{dish}"}
    sent = {names.get(name, name): typed for name, typed in fields.items()}
    answer = await manager.submit(PAGE, **sent)
    assert answer.status_code == 422
    assert said in answer.text
    for typed in fields.values():
        assert f'value="{typed}"' in answer.text
    assert await wastes_for(cast.kitchen, TODAY, "lunch") == []


async def test_point_staff_see_their_own_place(
    cast: Cast, sign_in_as: SignInAs
) -> None:
    sun = await sign_in_as("point_staff", point_id=cast.xinhua)
    page = (await sun.get(PAGE)).text
    assert "新华就餐点" in page
    assert "朝阳就餐点" not in page
    assert (await sun.submit(PAGE)).status_code == 403
