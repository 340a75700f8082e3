"""Vouchers and approved prices on their pages; refunds; the third address."""

from datetime import date

import pytest
from litestar import Litestar

from app.nights import run_nights
from kitchen import approved_prices, ledger, programmes, registry
from kitchen.errors import Refusal
from kitchen.people_facts import NewAddress
from kitchen.staff import Actor
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter
from tests.kitchen.test_meal_prices import brought_to, shipped
from tests.kitchen.test_meals import hand_over, lunch_for

ZHOU = Actor(9, "周督导", "supervisor")


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "subsidies", "approved_prices", "programmes", "ledger")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


VOUCHERS = {
    "name": "家庭券",
    "pool": "quarter",
    "valid_from": "2026-11-24",
    "name_g_1": "75 岁以上",
    "fen_g_1": "100",
    "from_g_1": "75",
}


async def test_vouchers_are_proposed_approved_and_confirmed_by_three_acts(
    cast: Cast, app: Litestar, manager: Client, sign_in_as: SignInAs
) -> None:
    assert (await manager.submit("/programmes", **VOUCHERS)).status_code == 303
    programme = (await programmes.programmes_for(cast.kitchen))[0]
    url = f"/programmes/{programme.id}/approval"
    assert (await manager.submit(url)).status_code == 409
    supervisor = await sign_in_as("supervisor", "周督导")
    assert (await supervisor.submit(url)).status_code == 303
    await run_nights(app)
    shown = await manager.get("/programmes")
    assert "等人确认" in shown.text
    assert "王秀英" in shown.text  # 81
    assert "周建国" not in shown.text  # 73
    waiting = await programmes.proposals_for(cast.kitchen)
    ids = [str(one.id) for one in waiting]
    none = await manager.submit("/programmes/changes", do="accept")
    assert none.status_code == 422
    answer = await manager.submit("/programmes/changes", do="accept", change=ids)
    assert answer.status_code == 303
    await run_nights(app)
    assert "100.00" in (await manager.get(f"/ledger/{cast.wang}")).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "名称：还没有填"),
        ({"pool": "year"}, "清零"),
        ({"valid_from": "2026-11-01"}, "生效日"),  # never backwards
        ({"fen_g_1": "0"}, "大于零"),
        ({"fen_g_1": "-5"}, "每月"),
        ({"name_g_1": ""}, "写给谁"),
        ({"name_g_1": "", "fen_g_1": "", "from_g_1": ""}, "至少写一类"),
        ({"to_g_1": "60"}, "小于从几岁"),
        ({"all_g_1": "rich"}, "同时有这些类别"),
    ],
)
async def test_a_wrong_programme_is_named_and_nothing_saved(
    cast: Cast, manager: Client, change: dict[str, str], sentence: str
) -> None:
    answer = await manager.submit("/programmes", **{**VOUCHERS, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await programmes.programmes_for(cast.kitchen) == []


PRICE = {
    "item": "lunch",
    "price": "13",
    "document": "云价〔2026〕12号",
    "approved_on": "2026-11-20",
    "valid_from": "2026-11-24",
}


async def test_a_price_above_the_approved_one_is_refused(
    cast: Cast, manager: Client
) -> None:
    assert (await manager.submit("/approved-prices", **PRICE)).status_code == 303
    await hand_over(lunch_for(cast, cast.li))  # 13.00 is not above it
    lower = {**PRICE, "price": "12.99", "document": "云价〔2026〕13号"}
    assert (await manager.submit("/approved-prices", **lower)).status_code == 303
    with pytest.raises(Refusal, match="above_approved_price") as no:
        await hand_over(lunch_for(cast, cast.zhou))
    assert no.value.facts["document"] == "云价〔2026〕13号"
    page = await manager.get("/approved-prices")
    assert "云价〔2026〕12号" in page.text  # older ones stay on record
    row = page.text.partition("云价〔2026〕13号")[0].rpartition("<tr>")[2]
    assert "高于核定价，2026-11-24 起不能登记" in row  # before the queue stands there


async def test_what_is_free_is_never_charged(cast: Cast, manager: Client) -> None:
    await shipped(cast, "by_class")  # two yuan for bringing
    free = {**PRICE, "item": "delivery", "price": "0"}
    assert (await manager.submit("/approved-prices", **free)).status_code == 303
    with pytest.raises(Refusal, match="free_item_charged"):
        await hand_over(brought_to(cast, cast.wang))
    await hand_over(lunch_for(cast, cast.li))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"item": "wine"}, "项目"),
        ({"item": "other"}, "项目名称：还没有填"),
        ({"price": "-1"}, "核定价"),
        ({"document": ""}, "核价文号：还没有填"),
        ({"valid_from": "2026-11-19"}, "早于核定日"),
        ({"approved_on": "昨天"}, "核定日"),
    ],
)
async def test_a_wrong_price_is_named_and_nothing_saved(
    cast: Cast, manager: Client, change: dict[str, str], sentence: str
) -> None:
    answer = await manager.submit("/approved-prices", **{**PRICE, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await approved_prices.approved_for(cast.kitchen) == []


async def test_who_leaves_takes_the_rest_of_the_account_along(
    cast: Cast, manager: Client
) -> None:
    await manager.submit(f"/ledger/{cast.li}/top-ups", amount="88.80")
    url, act = f"/ledger/{cast.li}/refunds", "5f0c3c63-15d0-4a8e-9a42-0a7a5a4f2f10"
    assert (await manager.submit(url, refund_reason="")).status_code == 422
    for _ in range(2):  # sent twice it is one refund
        answer = await manager.submit(url, refund_reason="搬走", act=act)
        assert answer.status_code == 303
    assert await ledger.credit_of(cast.li) == 0
    assert await ledger.unbalanced() == []
    page = await manager.get(f"/ledger/{cast.li}")
    assert "退款" in page.text
    again = await manager.submit(url, refund_reason="搬走")
    assert again.status_code == 422
    assert "没有可退的" in again.text


async def test_a_third_address_in_a_year_needs_a_supervisors_reason(
    cast: Cast, app: Litestar
) -> None:
    async def move(to: str, by: Actor = CHEN, override: str = "") -> None:
        await registry.move_to(
            cast.wang,
            NewAddress(cast.community, to, "1号楼", door="101"),
            TODAY,
            override=override,
            by=by,
            now=MORNING,
        )

    await move("新华苑")
    await move("和平里")
    for by, why in ((CHEN, ""), (CHEN, "女儿家"), (SUN, "女儿家"), (ZHOU, " ")):
        with pytest.raises(Refusal, match="third_address_change"):
            await move("朝阳里", by, why)
    await move("朝阳里", ZHOU, "女儿家住不下了")
    with pytest.raises(Refusal, match="third_address_change"):
        await move("新华苑")
    await registry.move_to(
        cast.wang,
        NewAddress(cast.community, "新华苑", "1号楼", door="101"),
        date(2027, 1, 4),  # another year
        by=CHEN,
        now=MORNING,
    )


async def test_a_household_has_two_service_addresses_at_most(
    cast: Cast, app: Litestar
) -> None:
    """Town and country; a third place needs a supervisor."""
    for other in (cast.zhao, cast.li):
        await registry.share_household(cast.wang, other, by=CHEN, now=MORNING)
    third = NewAddress(cast.community, "和平里", "3号楼", door="1")
    with pytest.raises(Refusal, match="third_service_address"):
        await registry.move_to(cast.li, third, TODAY, by=CHEN, now=MORNING)
    await registry.move_to(
        cast.li, third, TODAY, override="住院陪护", by=ZHOU, now=MORNING
    )
