"""A lost tablet: signed out, no more names, its acts looked at; and found again."""

import uuid

import pytest

from kitchen import dining, places
from kitchen.database import rows
from tests.app.client import Client, SignInAs
from tests.app.test_till_offline import ACTS, lunch
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "dining")


async def at_the_till(sign_in_as: SignInAs, cast: Cast, key: str) -> Client:
    """Auntie Sun signs in on that tablet, which tells its key as the till opens."""
    scope = {"kitchen_id": cast.kitchen, "point_id": cast.chaoyang}
    sun = await sign_in_as("point_staff", "孙阿姨", **scope)
    await sun.json("/api/till/tablets", {"key": key})
    return sun


async def counted(cast: Cast) -> int:
    return (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served


async def test_a_lost_tablet_is_signed_out_and_what_it_recorded_is_looked_at(
    manager: Client, visitor: Client, sign_in_as: SignInAs
) -> None:
    cast, act = await lunch(manager)
    key, other = str(uuid.uuid4()), str(uuid.uuid4())
    pack = f"/api/till/packs/{TODAY}/lunch/{cast.chaoyang}"
    sun = await at_the_till(sign_in_as, cast, key)
    beside = await at_the_till(sign_in_as, cast, other)
    served = {**act, "id": str(uuid.uuid4()), "device": key, "elder": cast.zhou}
    assert (await sun.json(ACTS, served)).json()["status"] == "ok"
    assert "孙阿姨 · 朝阳就餐点" in (await manager.get("/dining/tablets")).text
    block = f"/dining/tablets/{key}/block"
    refused = await manager.submit(block)
    assert (refused.status_code, "原因：还没有填" in refused.text) == (422, True)
    for _ in range(2):  # twice is harmless
        assert (await manager.submit(block, reason="忘在车上")).status_code == 303
    assert len(await rows("SELECT id FROM tablet_block")) == 1

    assert (await sun.get(pack)).status_code == 401
    assert (await beside.get(pack)).status_code == 200  # nobody else is signed out
    asked = [
        (await visitor.get(f"/api/till/tablets/{one}")).json() for one in (key, other)
    ]
    assert asked == [{"blocked": True}, {"blocked": False}]

    again = await at_the_till(sign_in_as, cast, key)
    told = await again.get(pack)
    assert (told.status_code, told.json()["code"]) == (409, "tablet_blocked")
    late = {**act, "device": key, "device_seq": 2}
    answer = (await again.json(ACTS, late)).json()
    assert (answer["status"], answer["code"]) == ("review", "tablet_blocked")
    undo = {**late, "id": str(uuid.uuid4()), "kind": "undo", "of": served["id"]}
    assert (await again.json(ACTS, undo)).json()["status"] == "review"
    assert await counted(cast) == 1  # what had counted stands, nothing new counts
    page = (await manager.get(f"/dining/{TODAY}/lunch/reports")).text
    assert "平板已报丢失" in page
    waiting = await dining.reports_for(cast.kitchen, TODAY, "lunch")
    decide = f"/dining/{TODAY}/lunch/reports"
    for one in (w for w in waiting if w.choices):
        choice = "accept" if one.kind == "serve" else "gift"
        word = {"choice": choice, "reason": "纸名单上有"}
        done = await manager.submit(f"{decide}/{one.id}/decision", **word)
        assert done.status_code == 303, done.text
    assert await counted(cast) == 2

    found = f"/dining/tablets/{key}/return"
    for _ in range(2):
        assert (await manager.submit(found, reason="司机送回")).status_code == 303
    assert (await again.get(pack)).status_code == 200
    lines = await rows(
        "SELECT action, reason FROM audit_line WHERE action LIKE 'tablet%'"
    )
    assert [tuple(line.values()) for line in lines] == [
        ("tablet.block", "忘在车上"),
        ("tablet.lift", "司机送回"),
    ]


@pytest.mark.parametrize("key", ["x", "5f0c3c63-15d0-4a8e-9a42-0a7a5a4f2f10", "%00"])
async def test_a_tablet_nobody_knows_is_not_blocked(manager: Client, key: str) -> None:
    await lunch(manager)
    answer = await manager.submit(f"/dining/tablets/{key}/block", reason="丢了")
    assert answer.status_code in (404, 422)
    assert await rows("SELECT id FROM tablet_block") == []


async def test_another_kitchens_tablet_is_not_there(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast, _act = await lunch(manager)
    key = str(uuid.uuid4())
    await at_the_till(sign_in_as, cast, key)
    theirs = await places.add_kitchen(
        name="西湖厨房", area_id=cast.street, by=CHEN, now=MORNING
    )
    stranger = await sign_in_as("manager", "别家主管", kitchen_id=theirs)
    page = await stranger.get("/dining/tablets")
    assert key[:8] not in page.text
    await stranger.submit(f"/dining/tablets/{key}/block", reason="丢了")
    assert await rows("SELECT id FROM tablet_block") == []
