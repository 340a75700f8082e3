"""Menu rules and prices as forms, and what they do to the page of a day."""

import pytest

from kitchen import food, menu_rules, prices
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

PAGE = "/menus/2026-11-24/lunch"
RULES = {
    "edition": "DRIs 2023",
    "share_percent": "40",
    "budget": "8.50",
    "dish_days": "7",
    "ingredient_days": "1",
    "method_days": "1",
    "colour_days": "0",
    "pots": "3",
    "steamers": "1",
    "steamer_portions": "100",
    "ovens": "0",
    "oven_portions": "1",
    "starts": "07:30",
}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "food")


async def stocked() -> Cast:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    return cast


async def test_the_rules_are_changed_by_form(manager: Client) -> None:
    cast = await stocked()
    answer = await manager.submit("/menus/rules/lunch", **RULES)
    assert answer.status_code == 303
    rules = await menu_rules.rules_for(cast.kitchen, "lunch")
    assert (rules.budget_fen, rules.pots, rules.starts_minutes) == (850, 3, 450)
    page = (await manager.get("/menus/rules/lunch")).text
    assert 'value="8.50"' in page
    assert (await manager.get("/menus/rules/tea")).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("share_percent", "0"),
        ("edition", "DRIs 1988"),
        ("budget", "很多"),
        ("pots", "-1"),
        ("starts", "25:00"),
        ("steamer_portions", "0"),
    ],
)
async def test_a_wrong_rule_is_told_and_nothing_typed_is_lost(
    manager: Client, field: str, typed: str
) -> None:
    cast = await stocked()
    answer = await manager.submit("/menus/rules/lunch", **{**RULES, field: typed})
    assert answer.status_code == 422
    assert f"“{typed}”" in answer.text
    rules = await menu_rules.rules_for(cast.kitchen, "lunch")
    assert rules == menu_rules.usual_rules("lunch")


async def test_prices_are_pasted_and_make_the_cost_of_a_day(manager: Client) -> None:
    cast = await stocked()
    await manager.submit("/menus/rules/lunch", **{**RULES, "budget": "0.20"})
    await manager.submit(f"{PAGE}/cells", **{"cell.2026-11-24.A.5": "白米饭"})
    assert "没有价格、没算进去的：粳米" in (await manager.get(PAGE)).text
    answer = await manager.submit(
        "/food/prices", block="粳米\t6.00\n\n鸡蛋,10.80,张记\n", from_day="2026-11-01"
    )
    assert answer.status_code == 303
    known = await prices.prices_on(cast.kitchen, TODAY)
    assert sorted(known.values()) == [600, 1080]
    page = (await manager.get(PAGE)).text
    assert "超过预算 0.20 元" in page
    assert "6.00 元" in (await manager.get("/food/prices")).text


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("粳米 6.00\n龙肉 30", "第 2 行：填的是“龙肉 30”，应为菜品库里的原料名"),
        ("粳米", "第 1 行：填的是“粳米”"),
        ("粳米 六块", "第 1 行：填的是“粳米 六块”"),
        ("", "价格表：还没有填"),
    ],
)
async def test_one_wrong_line_keeps_all_prices_out(
    manager: Client, block: str, said: str
) -> None:
    cast = await stocked()
    answer = await manager.submit("/food/prices", block=block, from_day="2026-11-01")
    assert answer.status_code == 422
    assert said in answer.text
    assert await prices.prices_on(cast.kitchen, TODAY) == {}


async def test_needs_by_age_are_shown_with_their_edition(manager: Client) -> None:
    await stocked()
    await manager.submit(f"{PAGE}/cells", **{"cell.2026-11-24.A.1": "红烧肉"})
    page = (await manager.get(PAGE)).text
    assert "男 75 岁以上" in page
    assert "DRIs 2023" in page
    assert "这一餐" in page


async def test_who_reads_changes_no_rules(sign_in_as: SignInAs) -> None:
    await stocked()
    auditor = await sign_in_as("auditor")
    assert "保存" not in (await auditor.get("/menus/rules/lunch")).text
    assert (await auditor.submit("/menus/rules/lunch", **RULES)).status_code == 403
    assert (await auditor.submit("/food/prices")).status_code == 403
