"""The kitchen's pages in a real browser: planned by keys, recorded without scripts."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from kitchen import food, headcounts, menus, production
from kitchen.headcounts import SpareFacts
from kitchen.menus import DayMenu
from tests.app.client import Clock
from tests.browser.conftest import Enter, Run, axe_faults, overflows, picture
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.cast import enter as enter_cast

MENU = "/menus/2026-11-24/lunch"
PRODUCTION = "/production/2026-11-24/lunch"
PAGES = {
    "menus": MENU,
    "production": PRODUCTION,
    "packing": f"{PRODUCTION}/packing",
    "purchases": f"{PRODUCTION}/purchases",
    "food": "/food",
    "recipe": "/food/dishes/1/recipe",
    "compositions": "/food/compositions",
    "scaling": "/food/scaling",
    "forecast": "/forecasts/2026-11-24/lunch",
    "attendance": "/forecasts/lists",
}


@dataclass(frozen=True)
class Kitchen:
    """The cast with Tuesday's lunch planned and its count closed."""

    cast: Cast
    dishes: dict[str, int]


async def open_kitchen() -> Kitchen:
    cast = await enter_cast()
    await food.load_food(by=CHEN, now=MORNING)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    for row, name in {1: "宫保鸡丁", 3: "清炒菠菜", 5: "白米饭"}.items():
        await menus.set_dish(
            cast.kitchen, TODAY, "lunch", "A", row, ids[name], by=CHEN, now=MORNING
        )
    spare = SpareFacts(0, cast.chaoyang, "walk_in", "regular", 3)
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=[spare], by=CHEN, now=MORNING
    )
    return Kitchen(cast, ids)


@pytest.fixture
def kitchen(run: Run[Kitchen]) -> Kitchen:
    return run(open_kitchen())


@pytest.mark.parametrize(
    ("size", "dark"), [("phone", False), ("desk", True)], ids=["phone", "desk-dark"]
)
def test_axe_finds_nothing_and_nothing_overflows(
    kitchen: Kitchen, enter: Enter, size: str, dark: bool
) -> None:
    page = enter("manager", "陈主管", size=size, dark=dark)
    faults = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}-{size}", full=True)
        faults[name] = axe_faults(page) + (["overflows"] if overflows(page) else [])
    assert {name: found for name, found in faults.items() if found} == {}


def test_a_recipe_is_reckoned_and_saved_with_the_keyboard_alone(
    kitchen: Kitchen, enter: Enter, run: Run[food.DishFacts]
) -> None:
    dish = kitchen.dishes["白米饭"]
    page = enter("manager", "陈主管")
    page.goto(f"/food/dishes/{dish}/recipe")
    line = page.locator("input[name^='food.']").count() - 3
    page.focus(f"[name='food.{line}']")
    page.keyboard.type("花生仁")
    page.keyboard.press("Tab")
    with page.expect_response("**/trial"):
        page.keyboard.type("10")
    page.wait_for_selector("#serving .tag")
    assert "花生" in page.inner_text("#serving")  # the allergen, before it is saved
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    saved = run(food.dish_by_id(dish))
    assert saved.recipe[-1].net_decigrams == 100
    assert "peanut" in saved.allergens


def cell(page: Page, row: int, day: str = "2026-11-25") -> str:
    return page.input_value(f"[name='cell.{day}.A.{row}']")


def test_a_day_is_planned_with_the_keyboard_alone(
    kitchen: Kitchen, enter: Enter
) -> None:
    page = enter("manager", "陈主管")
    page.goto(MENU)
    page.focus("[name='cell.2026-11-25.A.1']")
    for typed in ("hsr", "jcdf", "qcbc"):
        page.keyboard.type(typed)
        with page.expect_response("**/cells"):
            page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert cell(page, 1) == "红烧肉"
    assert cell(page, 2) == "家常豆腐"
    assert cell(page, 3) == "清炒菠菜"
    assert "缺主食" in page.inner_text("#foot-2026-11-25")
    page.reload()
    assert cell(page, 1) == "红烧肉"


WEEK_OF = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")


def typed_down(page: Page, *dishes: str) -> None:
    """Type a column by initials, Enter after each."""
    for typed in dishes:
        page.keyboard.type(typed)
        with page.expect_response("**/cells"):
            page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")


def pressed(page: Page, keys: str, *, sends: str = "") -> None:
    """Press keys that make the page send something, and wait for the answer."""
    with page.expect_response(f"**/{sends}"):
        page.keyboard.press(keys)
    page.wait_for_load_state("networkidle")


def test_a_week_is_planned_by_keyboard_alone(
    kitchen: Kitchen, enter: Enter, run: Run[object]
) -> None:
    page = enter("manager", "陈主管")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(MENU)
    page.focus("[name='cell.2026-11-23.A.1']")
    typed_down(page, "hsr", "jcdf", "qcbc")  # Monday by initials
    assert [cell(page, row, WEEK_OF[0]) for row in (1, 2, 3)] == [
        "红烧肉",
        "家常豆腐",
        "清炒菠菜",
    ]
    for _row in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")  # a block of two, to Wednesday
    page.keyboard.press("Control+c")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    pressed(page, "Control+v", sends="cells")
    assert cell(page, 1, WEEK_OF[2]) == "红烧肉"
    assert cell(page, 2, WEEK_OF[2]) == "家常豆腐"
    assert page.evaluate("document.activeElement.name") == "cell.2026-11-25.A.1"
    pressed(page, "Control+z", sends="undos")
    assert cell(page, 1, WEEK_OF[2]) == ""
    pressed(page, "Control+v", sends="cells")
    page.keyboard.press("ArrowRight")  # Thursday, from a spreadsheet
    sheet = "清蒸鲈鱼\t宫保鸡丁\n番茄炒蛋\t家常豆腐"
    page.evaluate("text => navigator.clipboard.writeText(text)", sheet)
    pressed(page, "Control+v", sends="cells")
    assert [cell(page, row, day) for day in WEEK_OF[3:] for row in (1, 2)] == [
        *("清蒸鲈鱼", "番茄炒蛋"),
        *("宫保鸡丁", "家常豆腐"),
    ]
    pressed(page, "Delete", sends="cells")
    assert cell(page, 1, WEEK_OF[3]) == ""
    page.keyboard.press("F2")
    page.keyboard.type("hsr")
    page.keyboard.press("Escape")  # thought better of it
    assert cell(page, 1, WEEK_OF[3]) == ""
    assert page.inner_text("#save-state").strip() == "已保存"
    page.reload()
    assert cell(page, 2, WEEK_OF[4]) == "家常豆腐"
    page.locator("button", has_text="发布本周").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已发布 5 天的菜单" in page.inner_text("body")
    lunch = run(menus.menu_for(kitchen.cast.kitchen, TODAY, "lunch"))
    assert isinstance(lunch, DayMenu)
    assert lunch.state == "published"


def test_last_week_is_copied_with_one_key(kitchen: Kitchen, enter: Enter) -> None:
    page = enter("manager", "陈主管")
    page.goto("/menus/2026-12-01/lunch")
    page.focus("[name='cell.2026-12-01.A.1']")
    with page.expect_navigation():
        page.keyboard.press("Control+Shift+V")
    assert cell(page, 1, "2026-12-01") == "宫保鸡丁"


def test_a_cell_that_was_not_stored_says_so(kitchen: Kitchen, enter: Enter) -> None:
    page = enter("manager", "陈主管")
    page.goto(MENU)
    page.route("**/cells", lambda route: route.abort())
    page.fill("[name='cell.2026-11-25.A.1']", "红烧肉")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cell-in.unsaved")
    assert "没有存上" in page.inner_text("#save-state")
    page.unroute("**/cells")
    page.fill("[name='cell.2026-11-25.A.1']", "清蒸鲈鱼")
    with page.expect_response("**/cells"):
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.inner_text("#save-state").strip() == "已保存"


def test_a_typing_mistake_stays_in_its_cell_until_it_is_put_right(
    kitchen: Kitchen, enter: Enter
) -> None:
    page = enter("manager", "陈主管")
    page.goto(MENU)
    page.fill("[name='cell.2026-11-25.A.1']", "红烧右")
    with page.expect_response("**/cells"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".cell-in.wrong")
    assert cell(page, 1) == "红烧右"
    assert "没有“红烧右”这道菜" in page.inner_text(".cell-in.wrong")
    page.fill("[name='cell.2026-11-25.A.1']", "红烧肉")
    with page.expect_response("**/cells"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".cell-in.wrong", state="detached")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_peanut_allergy_is_answered_on_the_page(
    kitchen: Kitchen, enter: Enter, scripts: bool
) -> None:
    page = enter("manager", "陈主管", scripts=scripts)
    page.goto(PRODUCTION)
    block = page.locator("article.clash").first
    assert "李德福" in block.inner_text()
    block.locator("select").select_option(label="番茄龙利鱼")
    with page.expect_navigation():
        block.locator("button[value=substitute]").click()
    assert page.url.endswith("#clashes")
    assert "换番茄龙利鱼" in page.inner_text("#clashes")
    assert "还没有定做法" not in page.inner_text("#clashes")


def test_a_pot_and_a_sample_are_recorded_without_scripts(
    kitchen: Kitchen, enter: Enter, run: Run[object], clock: Clock
) -> None:
    clock.forward(hours=2)  # 10:30
    page = enter("cook", "吴大厨", scripts=False, kitchen_id=kitchen.cast.kitchen)
    page.goto(PRODUCTION)
    rice = page.locator(f"#dish-{kitchen.dishes['白米饭']}")
    rice.locator("[name=at]").fill("10:05")
    rice.locator("[name=core]").fill("95.5")
    with page.expect_navigation():
        rice.get_by_role("button", name="出锅").click()
    assert "12:05" in rice.inner_text()  # eat before
    with page.expect_navigation():
        rice.get_by_role("button", name="已留样").click()
    assert "留样 125 g" in rice.inner_text()
    cooked = run(production.cooked_for(kitchen.cast.kitchen, TODAY, "lunch"))
    assert isinstance(cooked, list)
    assert [(pot.portions, pot.by) for pot in cooked] == [(7, "吴大厨")]
