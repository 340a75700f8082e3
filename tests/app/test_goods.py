"""Receiving, buying and calling back, as the office types it."""

import pytest

from kitchen import food, goods
from kitchen.batches import cooked_for
from kitchen.database import Engine
from kitchen.scaling import set_yield
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.prints.conftest import texts
from tests.remembered import remembered
from tests.test_a_day import lived_day

LOT = {
    "ingredient": "番茄",
    "supplier": "老王蔬菜",
    "number": "1123-A",
    "kilos": "12.5",
    "expires": "2026-11-28",
    "degrees": "6.5",
    "certificate": "合 0912",
    "price": "75.00",
    "at": "08:10",
}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "goods", "buying", "recalls", "production")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def cast(app: object, clock: Clock) -> Cast:
    clock.forward(hours=5)
    return await remembered(lived_day)


async def test_a_lot_is_received_and_stands_in_the_stock(manager: Client) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    answer = await manager.submit("/goods/lots", **LOT)
    assert answer.status_code == 303
    (lot,) = await goods.stock_for(cast.kitchen)
    assert (lot.grams, lot.decidegrees, lot.price_fen) == (12_500, 65, 7500)
    page = (await manager.get("/goods")).text
    assert "12.5 kg" in page
    assert "快到期" not in page  # four days left
    used = {"lot": str(lot.id), "why": "wasted", "kilos": "0.5", "reason": "压坏了"}
    await manager.submit("/goods/uses", **used)
    assert "12.0 kg" in (await manager.get("/goods")).text


async def test_what_expires_soon_and_what_has_expired_is_told(
    manager: Client, clock: Clock, sign_in_as: SignInAs
) -> None:
    await enter()
    await food.load_food(by=CHEN, now=MORNING)
    await manager.submit("/goods/lots", **{**LOT, "expires": "2026-11-25"})
    page = (await manager.get("/goods")).text
    assert "快到期" in page
    assert "已过期" not in page
    clock.forward(hours=24)
    later = await sign_in_as("manager")
    assert "快到期" in (await later.get("/goods")).text  # its last day
    clock.forward(hours=24)
    later = await sign_in_as("manager")
    page = (await later.get("/goods")).text
    assert "已过期" in page
    assert "12.5 kg" in page  # still in the house, until somebody throws it away


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ingredient": "龙肉"}, "没有叫“龙肉”的原料"),
        ({"kilos": "很多"}, "重量：填的是“很多”"),
        ({"number": ""}, "批号：还没有填"),
        ({"expires": "2026-11-01"}, "已过期，只能拒收"),
        ({"expires": "11.28"}, "保质期到：填的是“11.28”"),
        ({"refused": "on"}, "拒收原因：还没有填"),
        ({"at": "09:59"}, "还没有到"),  # it is 08:30
        ({"price": "七块"}, "金额：填的是“七块”"),
    ],
)
async def test_a_wrong_lot_is_told_and_loses_nothing(
    manager: Client, fields: dict[str, str], said: str
) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    answer = await manager.submit("/goods/lots", **{**LOT, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="老王蔬菜"' in answer.text
    assert await goods.stock_for(cast.kitchen) == []


async def test_a_pot_takes_the_lots_that_expire_first(
    cast: Cast, manager: Client
) -> None:
    batch = (await cooked_for(cast.kitchen, TODAY, "lunch"))[0]
    dish = (await food.dishes_by_id([batch.dish_id]))[batch.dish_id]
    name = dish.recipe[0].ingredient.name
    await manager.submit("/goods/lots", **{**LOT, "ingredient": name})
    (lot,) = await goods.stock_for(cast.kitchen)
    for _ in range(2):  # once is enough
        await manager.submit("/goods/uses", batch=str(batch.id))
    assert await goods.lots_in([batch.id]) == {batch.id: (lot.id,)}
    used = dish.recipe[0].gross_decigrams * batch.portions / 10
    (left,) = await goods.stock_for(cast.kitchen)
    assert left.used_grams == round(used)

    page = (await manager.get(f"/recalls?kind=lot&row={lot.id}")).text
    assert "王秀英" in page
    assert "赵秀兰" not in page  # her box came back
    for typed, link in (
        (LOT["number"], f"kind=lot&amp;row={lot.id}"),
        (dish.name, f"kind=batch&amp;row={batch.id}"),
        ("wxy", f"kind=person&amp;row={cast.wang}"),
    ):
        assert link in (await manager.get(f"/recalls?q={typed}")).text
    nothing = (await manager.get("/recalls?q=没有的")).text
    assert "没有查到“没有的”" in nothing
    back = (await manager.get(f"/recalls?kind=person&row={cast.wang}")).text
    assert f"kind=lot&amp;row={lot.id}" in back
    assert "老王蔬菜" in back
    answer = await manager.submit(
        "/recalls", kind="lot", row=str(lot.id), reason="供货商通知"
    )
    assert answer.status_code == 303
    assert "供货商通知" in (await manager.get("/recalls")).text
    pdf = await manager.get(f"/recalls/lot-{lot.id}.pdf")
    text = "".join(texts(pdf.content))
    for found in ("召回名单", "王秀英", "老王蔬菜", "供货商通知", "13800138000"[-4:]):
        assert found in text
    assert "13800138000" not in text


async def test_the_list_to_buy_is_for_days(cast: Cast, manager: Client) -> None:
    days = "first=2026-11-24&last=2026-11-26"
    page = (await manager.get(f"/buying?{days}")).text
    assert "还没有买过" in page
    wrong = await manager.get("/buying?first=2026-11-24&last=2026-12-24")
    assert wrong.status_code == 422
    assert "14 天以内" in wrong.text
    pack = await manager.submit("/buying/packs", ingredient="大米", kilos="0")
    assert "一包多重：填的是“0”" in pack.text


async def test_what_is_short_is_printed_for_each_supplier(
    cast: Cast, manager: Client
) -> None:
    batch = (await cooked_for(cast.kitchen, TODAY, "lunch"))[0]
    line = (await food.dish_by_id(batch.dish_id)).recipe[0]
    name = line.ingredient.name
    short = {**LOT, "ingredient": name, "kilos": "0.1", "price": "0.80"}
    await manager.submit("/goods/lots", **short)
    await manager.submit("/buying/packs", ingredient=name, kilos="2.5")
    page = (await manager.get("/buying?first=2026-11-24&last=2026-11-24")).text
    assert 'href="/buying/2026-11-24_2026-11-24.pdf"' in page
    answer = await manager.get("/buying/2026-11-24_2026-11-24.pdf")
    pages = texts(answer.content)
    assert len(pages) == 2  # who sells it, and what nobody has sold yet
    mine = next(page for page in pages if "老王蔬菜" in page)
    assert name in mine
    assert "包×2.5kg" in mine
    other = next(page for page in pages if "还没有买过" in page)
    assert "包×" not in other


@pytest.mark.parametrize(
    "days",
    ["2026-11-24_2026-12-24", "2026-11-24_2026-11-23", "2026-11-24", "x_y", "_"],
)
async def test_an_order_for_no_days_is_a_lost_page(manager: Client, days: str) -> None:
    await enter()
    assert (await manager.get(f"/buying/{days}.pdf")).status_code == 404
    assert (await manager.get("/buying/2026-11-24_2026-11-24")).status_code == 404


async def test_a_pot_takes_what_this_kitchen_gets_out_of_what_it_buys(
    cast: Cast, manager: Client
) -> None:
    batch = (await cooked_for(cast.kitchen, TODAY, "lunch"))[0]
    line = (await food.dish_by_id(batch.dish_id)).recipe[0]
    given = {**LOT, "ingredient": line.ingredient.name}
    await manager.submit("/goods/lots", **given)
    half = (cast.kitchen, line.ingredient.id, 50.0, "称过")
    await set_yield(*half, by=CHEN, now=MORNING)
    await manager.submit("/goods/uses", batch=str(batch.id))
    (lot,) = await goods.stock_for(cast.kitchen)
    used = 2 * line.net_decigrams * batch.portions / 10
    assert lot.used_grams == round(used) != line.gross_decigrams * batch.portions / 10


@pytest.mark.parametrize("path", ["lot-999.pdf", "batch-999.pdf", "x.pdf", "lot-1"])
async def test_a_recall_of_nothing_is_a_lost_page(manager: Client, path: str) -> None:
    await enter()
    assert (await manager.get(f"/recalls/{path}")).status_code == 404
    for kind in ("lot", "batch", "person"):
        gone = await manager.get(f"/recalls?kind={kind}&row=999")
        assert gone.status_code == 404


async def test_only_the_manager_reads_whom_food_reached(sign_in_as: SignInAs) -> None:
    cast = await enter()
    cook = await sign_in_as("cook", kitchen_id=cast.kitchen)
    assert (await cook.get("/goods")).status_code == 200
    assert (await cook.get("/recalls")).status_code == 403
