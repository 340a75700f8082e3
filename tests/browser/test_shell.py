"""The frame in a real browser: reachable by keys, at every size, without scripts."""

from tests.app.client import PASSWORD, Clock, hire
from tests.browser.conftest import Enter, Run, faults_at_every_width, overflows

PAGES = {
    "staff": "/staff",
    "staff-new": "/staff/new",
    "settings": "/settings",
    "account": "/account",
    "jobs": "/jobs",
    "audit": "/audit",
    "verification": "/audit/verification",
    "lost": "/nowhere",
}


def test_axe_finds_nothing_and_nothing_overflows(enter: Enter) -> None:
    page = enter("manager", "陈主管")
    faults = {}
    for name, path in PAGES.items():
        page.goto(path)
        faults[name] = faults_at_every_width(page, name)
    assert {name: found for name, found in faults.items() if found} == {}


def test_every_area_is_in_sight_on_a_small_laptop(enter: Enter) -> None:
    """A manager has the most of them, and settings are the last."""
    page = enter("manager", "陈主管")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/settings")
    last = page.locator(".rail li a").last
    box = last.bounding_box()
    assert last.inner_text().strip() == "设置"
    assert box is not None
    assert box["height"] >= 24
    assert box["y"] + box["height"] <= 768


def test_the_door_is_accessible(enter: Enter) -> None:
    page = enter()
    page.goto("/sign-in")
    assert faults_at_every_width(page, "sign-in") == []


def test_signing_in_and_out_without_scripts(
    enter: Enter, run: Run[object], clock: Clock
) -> None:
    from kitchen import database

    person = run(hire("manager", "陈主管", clock()))
    row = run(database.one("SELECT login FROM staff WHERE name = {}", "陈主管"))
    assert person
    assert isinstance(row, dict)
    page = enter(scripts=False)
    page.goto("/account")
    page.fill("[name=login]", row["login"])
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    assert page.locator("h1").inner_text() == "密码与登录设备"
    page.click("details.menu summary")
    page.click("text=English")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("details.menu summary")
    page.click("form[action='/sign-out'] button")
    assert page.url.endswith("/sign-in")


def test_the_shortcut_sheet_opens_and_closes_by_its_key(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff")
    page.keyboard.press("Shift+Slash")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_a_single_key_is_silent_while_one_types(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff")
    page.keyboard.press("KeyN")
    page.wait_for_url("**/staff/new")
    page.focus("[name=login]")
    page.keyboard.type("n?/[]")
    assert page.input_value("[name=login]") == "n?/[]"
    assert not page.locator("#keys").is_visible()


def test_single_keys_can_be_switched_off(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff")
    page.click("details.menu summary")
    with page.expect_navigation():
        page.click("button[name=keys]")
    page.keyboard.press("KeyN")
    page.keyboard.press("Shift+Slash")
    assert page.url.endswith("/staff")
    assert not page.locator("#keys").is_visible()


def test_the_first_error_summary_takes_the_focus(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff/new")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.click("main button.primary")
    assert page.evaluate("document.activeElement.className").startswith("notice")
    page.click(".error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.name") == "login"


def test_the_large_type_switch_makes_type_larger(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    page.click("details.menu summary")
    with page.expect_navigation():
        page.click("button[name=type]")
    assert page.evaluate(size) == before * 1.25
    assert not overflows(page)


def test_no_page_asks_another_host_for_anything(enter: Enter) -> None:
    page = enter("manager")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES.values():
        page.goto(path)
    assert {url.split("/")[2].split(":")[0] for url in asked} == {"127.0.0.1"}


def test_the_slash_key_leads_to_the_search_field(enter: Enter) -> None:
    page = enter("manager")
    page.goto("/staff")
    page.keyboard.press("Slash")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("wxy")
    assert page.input_value("#search") == "wxy"
    page.keyboard.press("Enter")
    page.wait_for_url("**/registry?q=wxy")
