"""The rounds board in a real browser: dragged, carried by keys, read by axe; the map
without tiles, the search told while it runs.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from kitchen.round_plans import latest_plan
from kitchen.round_steps import Shape, shape_of
from tests.browser.conftest import (
    SIZES,
    Enter,
    Run,
    Server,
    axe_faults,
    overflows,
    picture,
)
from tests.kitchen.cast import TODAY, Cast
from tests.kitchen.test_round_board import a_street

BOARD = f"/rounds/{TODAY}/lunch"

ON_STOP = "name => document.activeElement.closest('li')?.dataset.who === name"
"""The keyboard is on that person's stop."""


@pytest.fixture
def street(server: Server) -> Cast:
    async def begun() -> Cast:
        cast, _inputs, _plan = await a_street()
        return cast

    state = server.app.state
    state.settings = state.settings.model_copy(update={"solver_seconds": 2})
    return server.run(begun())


def columns(page: Page) -> Locator:
    return page.locator("#columns [data-round]")


def who(stop: Locator) -> str:
    return stop.get_attribute("data-who") or ""


def place_of(page: Page, name: str) -> tuple[str, str]:
    """The round and position a door is shown at."""
    row = page.locator(f'[data-who="{name}"]').last  # while dragged there are two
    number = row.evaluate("e => e.closest('[data-round]')?.dataset.number || ''")
    return number, row.evaluate("e => e.querySelector('.stop-code')?.textContent || ''")


def test_a_stop_is_dragged_with_its_price_shown_before(
    street: Cast, enter: Enter, run: Run[Shape]
) -> None:
    page = enter("dispatcher", kitchen_id=street.kitchen)
    page.goto(BOARD)
    source = columns(page).nth(1).locator("[data-stop]").nth(1)
    target = columns(page).nth(2).locator("[data-stop]").nth(1)
    name = who(source)
    source.scroll_into_view_if_needed()
    begin, end = source.bounding_box(), target.bounding_box()
    assert begin
    assert end
    page.mouse.move(begin["x"] + 60, begin["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 20, steps=12)
    bar = page.locator("#carry")
    expect(bar.locator("[data-where]")).to_contain_text("第 3 趟第 2 站")
    expect(bar.locator("[data-price]")).to_contain_text("分")
    said = bar.locator("[data-price]").inner_text()
    picture(page, "board-drag")
    assert place_of(page, name)[0] == "3"  # shown there, but not yet put there
    before = run(shape(street))
    assert before.placed[key(name)] == 2
    page.mouse.up()
    page.wait_for_selector("text=撤销：移动一站")
    assert place_of(page, name) == ("3", "02")
    after = run(shape(street))
    assert after.placed[key(name)] == 3
    assert said
    assert bar.is_hidden()


async def shape(cast: Cast) -> Shape:
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    return shape_of(plan)


def key(name: str) -> tuple[str, int]:
    kind, _dash, number = name.partition("-")
    return kind, int(number)


def test_a_stop_goes_anywhere_by_keyboard_alone(
    street: Cast, enter: Enter, run: Run[Shape]
) -> None:
    page = enter("dispatcher", kitchen_id=street.kitchen)
    page.goto(BOARD)
    first = columns(page).nth(1).locator("[data-stop]").first
    name = who(first)
    first.locator(".stop-link").focus()
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyK")
    assert page.evaluate("document.activeElement.closest('li').dataset.who") == name
    page.keyboard.press("Alt+ArrowDown")
    bar = page.locator("#carry")
    expect(bar.locator("[data-where]")).to_contain_text("第 2 趟第 2 站")
    expect(bar.locator("[data-price]")).not_to_contain_text("正在算")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    assert place_of(page, name) == ("2", "01")
    page.keyboard.press("Digit3")
    expect(bar.locator("[data-where]")).to_contain_text("第 3 趟")
    expect(bar.locator("[data-price]")).to_contain_text("分")
    picture(page, "board-keys")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=撤销：移动一站")
    assert place_of(page, name)[0] == "3"
    page.wait_for_function(ON_STOP, arg=name)
    page.keyboard.press("KeyL")
    page.wait_for_selector(f'[data-who="{name}"][data-locked]')
    page.wait_for_function(ON_STOP, arg=name)  # the answer puts the focus back last
    page.keyboard.press("KeyR")
    expect(bar.locator("[data-where]")).to_contain_text("倒过来")
    page.keyboard.press("Escape")
    page.keyboard.press("KeyU")
    expect(bar.locator("[data-where]")).to_contain_text("未编")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.waiting [data-who="{name}"]')
    for _ in range(3):  # off the round, the lock, the move
        with page.expect_navigation():
            page.keyboard.press("Control+KeyZ")
    assert place_of(page, name) == ("2", "01")


def test_the_map_shows_every_round_without_tiles(street: Cast, enter: Enter) -> None:
    page = enter("dispatcher", kitchen_id=street.kitchen)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BOARD)
    page.wait_for_selector("#map .pin-home")
    assert page.locator("#sketch").is_hidden()
    rounds = page.locator("#columns [data-round]:has([data-at*=','])").count()
    assert page.locator("#map path.way").count() == rounds
    assert (
        page.locator("#map .pin-first").all_inner_texts()
        == ["1", "2", "3", "4"][:rounds]
    )
    dashes = page.locator("#map path.way").evaluate_all(
        "ways => ways.map(way => way.getAttribute('stroke-dasharray'))"
    )
    assert len(set(dashes)) == len(dashes)
    colours = page.locator("#map path.way").evaluate_all(
        "ways => ways.map(way => getComputedStyle(way).stroke)"
    )
    assert len(set(colours)) == len(colours)
    places = page.locator("#columns [data-at*=',']").evaluate_all(
        """stops => new Set(stops.map(
            s => s.closest("[data-round]").dataset.number + s.dataset.at)).size"""
    )
    assert page.locator("#map .pin-first, #map .pin-stop").count() == places > rounds
    assert page.locator("#map .leaflet-control-scale-line").count() == 1
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {
        page.url.split("/")[2]
    }


def test_an_operators_tiles_lie_below_the_rounds(
    street: Cast, enter: Enter, server: Server
) -> None:
    state = server.app.state
    tiles = f"{server.address}/static/tiles/{{z}}/{{x}}/{{y}}.png"
    state.settings = state.settings.model_copy(
        update={"tiles": tiles, "tiles_credit": "© 某图"}
    )
    page = enter("dispatcher", kitchen_id=street.kitchen)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BOARD)
    page.wait_for_selector("#map .pin-home")
    page.wait_for_selector("#map img.leaflet-tile", state="attached")
    assert any("/static/tiles/" in url for url in asked)
    assert "© 某图" in page.locator("#map .leaflet-control-attribution").inner_text()
    assert page.locator("#map path.way").count() >= 2


def test_without_scripts_the_sketch_and_the_forms_stay(
    street: Cast, enter: Enter
) -> None:
    page = enter("dispatcher", scripts=False, kitchen_id=street.kitchen)
    page.goto(BOARD)
    assert page.locator("svg.sketch").is_visible()
    stop = columns(page).nth(1).locator("[data-stop] a").first
    name = who(columns(page).nth(1).locator("[data-stop]").first)
    stop.click()
    assert "为什么在这里" in page.inner_text("main")
    page.locator(".places form button").first.click()
    assert place_of(page, name)[0] != "2"
    page.get_by_role("button", name="撤销：移动一站").click()
    assert place_of(page, name) == ("2", "01")


def test_the_search_is_watched_and_its_offer_accepted(
    street: Cast, enter: Enter
) -> None:
    page = enter("dispatcher", kitchen_id=street.kitchen)
    page.goto(BOARD)
    page.locator(".solve-form button").press("Enter")
    page.wait_for_selector("#solving")
    page.reload()  # the search goes on, the page finds it again
    page.wait_for_selector("#solving, #offer, .board", timeout=60_000)
    page.wait_for_selector("#solving", state="detached", timeout=120_000)
    assert columns(page).count() >= 3
    offer = page.locator("#offer")
    if offer.count():
        page.get_by_role("link", name="看对比").click()
        assert axe_faults(page) == []
        picture(page, "board-offer", full=True)
        page.get_by_role("button", name="全部接受").click()
        page.wait_for_selector("text=撤销：接受方案")


@pytest.mark.parametrize("size", SIZES)
def test_the_board_is_accessible_at_every_size(
    street: Cast, enter: Enter, size: str
) -> None:
    page = enter("dispatcher", size=size, kitchen_id=street.kitchen)
    page.goto(BOARD)
    page.wait_for_selector("#map .pin-home")
    assert axe_faults(page) == []
    assert not overflows(page)
    page.locator(".round-menu summary").first.click()
    columns(page).nth(1).locator("[data-stop] a").first.click()
    page.wait_for_selector("#drawer .places")
    assert axe_faults(page) == []
    picture(page, f"board-{size}")
