"""The offline till's doorway: its pack, its acts, what the manager sees and decides."""

import uuid

import pytest

from kitchen import dining, headcounts
from kitchen.database import rows
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

ACTS = "/api/till/acts"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "dining")


async def lunch(client: Client) -> tuple[Cast, dict[str, object]]:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    pack = (await client.get(f"/api/till/packs/{TODAY}/lunch/{cast.chaoyang}")).json()
    act = {
        "id": str(uuid.uuid4()),
        "pack": pack["token"],
        "elder": cast.li,
        "amount_shown_fen": 500,
        "happened_at": "2026-11-24T00:20:00Z",
        "device": "tablet-1",
        "device_seq": 1,
    }
    return cast, act


async def test_the_pack_tells_what_staff_must_see_and_no_more(manager: Client) -> None:
    cast, _act = await lunch(manager)
    pack = (await manager.get(f"/api/till/packs/{TODAY}/lunch/{cast.chaoyang}")).json()
    [li] = pack["people"]
    assert (li["name"], li["due_fen"], li["tags"]) == ("李德福", 500, ["花生过敏"])
    assert li["tails"] == ["111277"]
    assert " ldf" in li["keys"]
    assert (li["masked"], li["apart"]) == ("李*福", "")
    assert not {"phone", "id_number", "cards", "birth_date"} & set(li)


async def test_first_again_and_altered_have_their_own_answers(manager: Client) -> None:
    _cast, act = await lunch(manager)
    first = await manager.json(ACTS, act)
    again = await manager.json(ACTS, act)
    altered = await manager.json(ACTS, {**act, "payment": "later"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (altered.status_code, altered.json()["code"]) == (422, "act_tampered")
    kept = await rows("SELECT id FROM audit_line WHERE action = 'act_tampered'")
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"pack": "1|2026-11-24|lunch|0|forged"}, 409),  # nobody here signed it
        ({"pack": ""}, 409),
        ({"kind": "serve", "elder": None}, 409),  # nobody at all
        ({"id": "7"}, 400),
        ({"elder": 0}, 400),
        ({"elder": "1 OR 1=1"}, 400),
        ({"payment": "gold"}, 400),
        ({"happened_at": "gestern"}, 400),
        ({"amount_shown_fen": -1}, 400),
        ({"device_seq": 10**12}, 400),
        ({"self_pay_fen": 0}, 400),  # a field nobody asked for
    ],
)
async def test_an_act_nobody_could_mean_is_refused_and_stores_nothing(
    manager: Client, wrong: dict[str, object], status: int
) -> None:
    _cast, act = await lunch(manager)
    answer = await manager.json(ACTS, {**act, **wrong})
    assert answer.status_code == status
    assert await rows("SELECT id FROM till_report") == []
    assert await rows("SELECT id FROM meal") == []


async def test_another_points_pack_is_nobody_elses_to_use(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast, act = await lunch(manager)
    stranger = await sign_in_as(
        "point_staff", "孙阿姨", kitchen_id=cast.kitchen, point_id=cast.xinhua
    )
    there = f"/api/till/packs/{TODAY}/lunch/{cast.chaoyang}"
    assert (await stranger.get(there)).status_code == 404
    assert (await stranger.json(ACTS, act)).status_code == 404
    assert await rows("SELECT id FROM till_report") == []


async def test_the_manager_sees_and_settles_a_second_meal(manager: Client) -> None:
    cast, act = await lunch(manager)
    await manager.json(ACTS, act)
    await manager.json(ACTS, {**act, "id": str(uuid.uuid4()), "device": "tablet-2"})
    page = await manager.get(f"/dining/{TODAY}/lunch/reports")
    assert "重复，待核对" in page.text
    assert "没有传上来" not in page.text
    await manager.json(
        ACTS, {**act, "id": str(uuid.uuid4()), "elder": cast.zhou, "device_seq": 4}
    )
    page = await manager.get(f"/dining/{TODAY}/lunch/reports")
    assert "朝阳就餐点：平板 tablet-1 有 2 条还没有传上来" in page.text
    assert "缺第 2、3 条" in page.text
    assert "这一餐已经登记过：08:20 朝阳就餐点" in page.text  # where and when
    waiting = (await dining.reports_for(cast.kitchen, TODAY, "lunch"))[0]
    there = f"/dining/{TODAY}/lunch/reports/{waiting.id}/decision"
    refused = await manager.submit(there, choice="gift")
    assert "原因：还没有填" in refused.text
    done = await manager.submit(there, choice="gift", reason="孙阿姨记得")
    assert done.status_code == 303
    page = await manager.get(f"/dining/{TODAY}/lunch/reports")
    assert "算赠送，不动账" in page.text
    assert "待核对" not in page.text.replace("重复，待核对", "")


async def test_the_tally_names_what_never_arrived(manager: Client) -> None:
    """Also an act whose first answer was lost: it is in the books without a report."""
    cast, act = await lunch(manager)
    await manager.json(ACTS, act)
    tapped = str(uuid.uuid4())
    asked = dining.Request(cast.chaoyang, TODAY, "lunch", cast.zhou, "full", "cash")
    await dining.serve(tapped, asked, by=CHEN, now=MORNING)
    keys = [act["id"], tapped, "never"]
    sent = {"pack": act["pack"], "acts": keys, "device": "3f2a91c0-77"}
    for _ in range(2):  # told twice it is one row
        answer = (await manager.json("/api/till/tallies", sent)).json()
        assert (answer["held"], answer["missing"]) == (2, ["never"])
    assert answer["check"] == dining.check_of([tapped, str(act["id"])])
    assert len(await rows("SELECT id FROM till_tally")) == 1
    sent["acts"] = keys[:2]  # the third was found: the last word counts
    await manager.json("/api/till/tallies", sent)
    [told] = await dining.tallies_for(cast.kitchen, TODAY, "lunch")
    assert (told.point, told.acts, told.missing) == ("朝阳就餐点", 2, 0)
    forged = {**sent, "pack": "1|2026-11-24|lunch|0|x"}
    assert (await manager.json("/api/till/tallies", forged)).status_code == 409
