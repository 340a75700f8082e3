"""The kitchen's pages in a real browser: planned by keys, recorded without scripts."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, Route, expect

from kitchen import food, headcounts, menus, production
from kitchen.headcounts import SpareFacts
from kitchen.menus import DayMenu
from tests.app.client import Clock
from tests.browser.conftest import Enter, Run, axe_faults, faults_at_every_width
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast
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


def test_axe_finds_nothing_and_nothing_overflows(
    kitchen: Kitchen, enter: Enter
) -> None:
    page = enter("manager", "陈主管")
    faults = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        faults[name] = faults_at_every_width(page, name)
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


def field(row: int, day: str = "2026-11-25") -> str:
    return f"[name='cell.{day}.A.{row}']"


def holds(page: Page, day: str, *dishes: str) -> None:
    """A day's first cells come to hold these, and the page says all is stored."""
    expect(page.locator("#save-state")).to_have_text("已保存")
    for row, dish in enumerate(dishes, start=1):
        expect(page.locator(field(row, day))).to_have_value(dish)


class Slow:
    """A server whose answers to the grid are on their way until they are let go: with
    it a test is quicker than any server, always and not by luck."""

    _grid = re.compile("/(cells|undos)$")

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        page.route(self._grid, self._hold)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def let_go(self) -> None:
        """The next answer, once the page has asked for it."""
        while not self._held:
            self._page.wait_for_timeout(20)
        self._held.pop(0).continue_()

    def end(self) -> None:
        self._page.unroute(self._grid)
        for route in self._held:
            route.continue_()


def test_a_day_is_planned_with_the_keyboard_alone(
    kitchen: Kitchen, enter: Enter
) -> None:
    page = enter("manager", "陈主管")
    page.goto(MENU)
    page.focus(field(1))
    for typed in ("hsr", "jcdf", "qcbc"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    holds(page, "2026-11-25", "红烧肉", "家常豆腐", "清炒菠菜")
    expect(page.locator("#foot-2026-11-25")).to_contain_text("缺主食")
    page.reload()
    holds(page, "2026-11-25", "红烧肉", "家常豆腐", "清炒菠菜")


WEEK_OF = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")


def test_a_week_is_planned_by_keyboard_alone(
    kitchen: Kitchen, enter: Enter, run: Run[object]
) -> None:
    """Quicker than the server answers: nothing is waited for until the end."""
    page = enter("manager", "陈主管")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(MENU)
    slow = Slow(page)
    page.focus(field(1, WEEK_OF[0]))
    for typed in ("hsr", "jcdf", "qcbc"):  # Monday by initials
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    for _ in range(3):
        slow.let_go()
    holds(page, WEEK_OF[0], "红烧肉", "家常豆腐", "清炒菠菜")
    for _row in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")  # a block of two, to Wednesday
    page.keyboard.press("Control+c")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+v")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+v")
    page.keyboard.press("ArrowRight")  # Thursday, from a spreadsheet
    sheet = "清蒸鲈鱼\t宫保鸡丁\n番茄炒蛋\t家常豆腐"
    page.evaluate("text => navigator.clipboard.writeText(text)", sheet)
    page.keyboard.press("Control+v")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("qc")  # half a word while the grid is drawn four times anew
    for _ in range(4):
        slow.let_go()
    slow.end()
    expect(page.locator(field(3, WEEK_OF[3]))).to_be_focused()
    page.keyboard.type("bc")
    page.keyboard.press("Enter")
    holds(page, WEEK_OF[2], "红烧肉", "家常豆腐")
    holds(page, WEEK_OF[3], "清蒸鲈鱼", "番茄炒蛋", "清炒菠菜")
    holds(page, WEEK_OF[4], "宫保鸡丁", "家常豆腐")
    page.keyboard.press("ArrowUp")
    for _ in range(3):  # three quick deletions, none of them swallowed by the next
        page.keyboard.press("Delete")
        page.keyboard.press("ArrowUp")
    page.keyboard.press("F2")
    page.keyboard.type("hsr")
    page.keyboard.press("Escape")  # thought better of it
    holds(page, WEEK_OF[3], "", "", "")
    page.reload()
    holds(page, WEEK_OF[3], "", "", "")
    holds(page, WEEK_OF[4], "宫保鸡丁", "家常豆腐")
    page.focus(field(1, WEEK_OF[3]))
    page.keyboard.type("hsr")  # and published before it can be stored
    page.locator("button", has_text="发布本周").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "李德福" in page.inner_text("main")  # peanuts: asked once, by name
    assert axe_faults(page) == []
    page.get_by_role("button", name="照样发布").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已发布 5 天的菜单" in page.inner_text("body")
    holds(page, WEEK_OF[3], "红烧肉")
    lunch = run(menus.menu_for(kitchen.cast.kitchen, TODAY, "lunch"))
    assert isinstance(lunch, DayMenu)
    assert lunch.state == "published"


def test_last_week_is_copied_with_one_key(kitchen: Kitchen, enter: Enter) -> None:
    page = enter("manager", "陈主管")
    page.goto("/menus/2026-12-01/lunch")
    page.focus(field(1, "2026-12-01"))
    with page.expect_navigation():
        page.keyboard.press("Control+Shift+V")
    holds(page, "2026-12-01", "宫保鸡丁")


def test_what_was_not_stored_says_so_and_stays(kitchen: Kitchen, enter: Enter) -> None:
    page = enter("manager", "陈主管")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(MENU)
    page.route("**/cells", lambda route: route.abort())
    page.fill(field(1), "红烧肉")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-in.unsaved")).to_have_count(1)
    expect(page.locator("#save-state")).to_have_text("没有存上，请再试")
    page.evaluate("navigator.clipboard.writeText('家常豆腐\\n清炒菠菜')")
    page.keyboard.press("Control+v")
    expect(page.locator(".cell-in.unsaved")).to_have_count(3)
    expect(page.locator(field(3))).to_have_value("清炒菠菜")
    page.unroute("**/cells")
    page.fill(field(1), "清蒸鲈鱼")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-in.unsaved")).to_have_count(2)
    expect(page.locator("#save-state")).to_have_text("没有存上，请再试")
    with page.expect_navigation():
        page.get_by_role("button", name="保存整周").click()
    holds(page, "2026-11-25", "清蒸鲈鱼", "家常豆腐", "清炒菠菜")


def test_a_typing_mistake_stays_in_its_cell_until_it_is_put_right(
    kitchen: Kitchen, enter: Enter, run: Run[object]
) -> None:
    page = enter("manager", "陈主管")
    page.goto(MENU)
    page.fill(field(1), "红烧右")
    page.keyboard.press("Enter")
    wrong = page.locator(".cell-in.wrong")
    expect(wrong).to_contain_text("没有“红烧右”这道菜")
    expect(page.locator(field(1))).to_have_value("红烧右")
    page.fill(field(1), "红烧肉")
    page.keyboard.press("Enter")
    expect(wrong).to_have_count(0)
    holds(page, "2026-11-25", "红烧肉")

    def colleague(dish: str) -> None:
        place = menus.Place(date(2026, 11, 25), "A", 1)
        cells = {place: kitchen.dishes[dish]}
        at = (kitchen.cast.kitchen, "lunch", cells, "set_dish")
        run(menus.write_cells(*at, by=SUN, now=MORNING))

    colleague("宫保鸡丁")  # in the same cell: mine is kept, theirs stays, I am told
    page.fill(field(1), "清蒸鲈鱼")
    page.keyboard.press("Enter")
    expect(wrong).to_contain_text("有人改成了“宫保鸡丁”")
    expect(page.locator(field(1))).to_have_value("清蒸鲈鱼")
    page.locator(field(1)).press("Enter")  # once more is meant
    expect(wrong).to_have_count(0)
    holds(page, "2026-11-25", "清蒸鲈鱼")
    colleague("红烧肉")
    page.fill(field(1), "宫保鸡丁")
    page.keyboard.press("Enter")
    expect(wrong).to_contain_text("有人改成了“红烧肉”")
    page.locator(field(1)).press("Escape")  # theirs after all
    page.keyboard.press("Enter")
    expect(wrong).to_have_count(0)
    holds(page, "2026-11-25", "红烧肉")


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
