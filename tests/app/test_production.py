"""The production pages: figures that add up, entries that are made once."""

import pytest

from kitchen import food, headcounts, menus, production
from kitchen.headcounts import SpareFacts
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

PAGE = "/production/2026-11-24/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "production")


@pytest.fixture
def clock() -> Clock:
    """10:30 in Shanghai, when the pots come off the fire."""
    clock = Clock()
    clock.forward(hours=2)
    return clock


async def planned() -> tuple[Cast, dict[str, int]]:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    for row, name in {1: "宫保鸡丁", 3: "清炒菠菜", 5: "白米饭"}.items():
        await menus.set_dish(
            cast.kitchen, TODAY, "lunch", "A", row, ids[name], by=CHEN, now=MORNING
        )
    return cast, ids


async def closed() -> tuple[Cast, dict[str, int]]:
    cast, ids = await planned()
    await headcounts.close_headcount(
        cast.kitchen,
        TODAY,
        "lunch",
        spares=[SpareFacts(0, cast.chaoyang, "walk_in", "regular", 3)],
        by=CHEN,
        now=MORNING,
    )
    return cast, ids


async def test_an_open_count_says_that_figures_will_change(manager: Client) -> None:
    await planned()
    page = (await manager.get(PAGE)).text
    assert "人数还没有截单" in page
    assert "出锅</button>" not in page


async def test_a_meal_without_a_menu_leads_to_the_menu(manager: Client) -> None:
    await enter()
    page = (await manager.get(PAGE)).text
    assert "这一餐还没有菜单" in page
    assert 'href="/menus/2026-11-24/lunch"' in page


async def test_the_sheet_names_weights_pots_and_open_people(manager: Client) -> None:
    await closed()
    page = (await manager.get(PAGE)).text
    assert "白米饭" in page
    assert "照菜单" in page
    assert "1 锅 × 7 份" in page  # four people and three spares, rice for all
    assert "花生过敏" in page
    assert "人没定做法" in page


async def test_the_grid_adds_up_and_names_the_unplaced(manager: Client) -> None:
    await closed()
    page = (await manager.get(f"{PAGE}/packing")).text
    assert "朝阳就餐点" in page
    assert "送餐（未编趟）" in page
    assert "赵秀兰" in page  # no coordinates anywhere: still counted, by name


async def test_the_purchase_list_has_gross_weights(manager: Client) -> None:
    await closed()
    page = (await manager.get(f"{PAGE}/purchases")).text
    assert "菠菜" in page
    assert "毛重" in page


async def cook_pot(client: Client, dish: int, **fields: str) -> int:
    answer = await client.submit(
        f"{PAGE}/batches",
        **{
            "dish": str(dish),
            "portions": "7",
            "at": "10:10",
            "core": "82.3",
            **fields,
        },
    )
    return answer.status_code


async def test_a_pot_is_recorded_with_its_time_and_temperature(
    manager: Client,
) -> None:
    cast, ids = await closed()
    assert await cook_pot(manager, ids["白米饭"], kilos="1.26") == 303
    page = (await manager.get(PAGE)).text
    assert "82.3" in page
    assert "1.3 kg" in page
    assert "12:10" in page  # eat before: two hours after the cook-off
    cooked = await production.cooked_for(cast.kitchen, TODAY, "lunch")
    assert [(b.portions, b.core_decidegrees, b.grams) for b in cooked] == [
        (7, 823, 1260)
    ]
    assert cooked[0].by == "陈主管"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"portions": "0"}, "份数"),
        ({"portions": "七"}, "份数：填的是“七”"),
        ({"at": "25:00"}, "出锅时间：填的是“25:00”"),
        ({"at": "11:30"}, "还没有到"),  # it is 10:30
        ({"core": "热"}, "中心温度：填的是“热”"),
        ({"core": "69.9"}, "不到 70 ℃"),
        ({"kilos": "一锅"}, "出锅重量：填的是“一锅”"),
        ({"kilos": "900"}, "出锅重量：填的是“900”"),  # with the stove
        ({"dish": "99999"}, "没有这道菜"),
    ],
)
async def test_a_wrong_entry_is_told_and_not_recorded(
    manager: Client, fields: dict[str, str], said: str
) -> None:
    cast, ids = await closed()
    values = {"dish": str(ids["白米饭"]), "portions": "7", "at": "10:10", **fields}
    answer = await manager.submit(f"{PAGE}/batches", **values)
    assert answer.status_code == 422
    assert said in answer.text
    assert await production.cooked_for(cast.kitchen, TODAY, "lunch") == []


async def test_the_same_form_sent_twice_is_one_pot(manager: Client) -> None:
    cast, ids = await closed()
    act = "0b0e6a2e-6a3e-4d57-8f2e-3f1f4f6d9c11"
    for _ in range(2):
        await cook_pot(manager, ids["白米饭"], act=act)
    cooked = await production.cooked_for(cast.kitchen, TODAY, "lunch")
    assert len(cooked) == 1


async def test_a_holding_temperature_extends_the_time(manager: Client) -> None:
    cast, ids = await closed()
    await cook_pot(manager, ids["白米饭"])
    pot = (await production.cooked_for(cast.kitchen, TODAY, "lunch"))[0]
    answer = await manager.submit(
        f"{PAGE}/holdings",
        batch=str(pot.id),
        dish=str(ids["白米饭"]),
        degrees="65",
        held_at="10:25",
    )
    assert answer.status_code == 303
    assert "14:10" in (await manager.get(PAGE)).text
    answer = await manager.submit(
        f"{PAGE}/holdings", batch="99999", degrees="65", held_at="10:25"
    )
    assert answer.status_code == 404


async def test_samples_and_their_limit(manager: Client) -> None:
    cast, ids = await closed()
    dish = str(ids["白米饭"])
    answer = await manager.submit(f"{PAGE}/samples", dish=dish, grams="90")
    assert answer.status_code == 422
    assert "至少要 125 克" in answer.text
    await manager.submit(f"{PAGE}/samples", dish=dish, grams="130")
    kept = await production.samples_for(cast.kitchen, TODAY, "lunch")
    assert [each.grams for each in kept] == [130]


async def test_a_point_is_portioned_diet_by_diet_and_taken_back(
    manager: Client,
) -> None:
    cast, _ = await closed()
    fields = {"packed.regular": "3", "packed.allergy:peanut": "1", "packed.soft": ""}
    answer = await manager.submit(f"{PAGE}/packed", point=str(cast.chaoyang), **fields)
    assert answer.status_code == 303
    packed = await production.packed_for(cast.kitchen, TODAY, "lunch")
    assert {each.diet_key: each.portions for each in packed} == {
        "regular": 3,
        "allergy:peanut": 1,
    }
    answer = await manager.submit(
        f"{PAGE}/voids", kind="packed", row=str(packed[0].id), reason="数错了"
    )
    assert answer.status_code == 303
    assert len(await production.packed_for(cast.kitchen, TODAY, "lunch")) == 1


async def test_a_wrong_number_packs_nothing(manager: Client) -> None:
    cast, _ = await closed()
    answer = await manager.submit(
        f"{PAGE}/packed",
        point=str(cast.chaoyang),
        **{"packed.regular": "三", "packed.soft": "1"},
    )
    assert answer.status_code == 422
    assert "普通：填的是“三”" in answer.text
    assert await production.packed_for(cast.kitchen, TODAY, "lunch") == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "batch", "row": "99999", "reason": "错"}, 404),
        ({"kind": "meal", "row": "1", "reason": "错"}, 404),
        ({"kind": "batch", "row": "", "reason": "错"}, 404),
    ],
)
async def test_what_does_not_exist_cannot_be_taken_back(
    manager: Client, fields: dict[str, str], status: int
) -> None:
    await closed()
    answer = await manager.submit(f"{PAGE}/voids", **fields)
    assert answer.status_code == status


async def test_point_staff_see_but_do_not_record(sign_in_as: SignInAs) -> None:
    cast, ids = await closed()
    staff = await sign_in_as(
        "point_staff", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    assert "李德福" not in (await staff.get(PAGE)).text
    packing = (await staff.get(f"{PAGE}/packing")).text
    assert "朝阳就餐点" in packing
    assert "新华就餐点" not in packing
    assert "赵秀兰" not in packing
    assert await cook_pot(staff, ids["白米饭"]) == 403


async def test_the_page_speaks_english(manager: Client) -> None:
    await closed()
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    page = (await manager.get(PAGE)).text
    assert "Steamed rice" in page or "rice" in page.lower()
    assert "As on the menu" in page
