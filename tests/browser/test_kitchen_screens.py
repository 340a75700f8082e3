"""Every page of the kitchen after a lunch: axe finds nothing, nothing is pushed
sideways, one heading, one next act – and a telephone shows the whole recipe editor."""

import pytest
from playwright.sync_api import FilePayload

from kitchen.wastes import WasteFacts, wastes_for
from tests.afternoon import Afternoon, afternoon, screens
from tests.app.client import Clock
from tests.browser.conftest import (
    Enter,
    Run,
    faults_at_every_width,
    heading_and_next_act,
)
from tests.kitchen.cast import TODAY
from tests.remembered import remembered

TABLE: FilePayload = {
    "name": "表.csv",
    "mimeType": "text/csv",
    "buffer": "编码,名称,钙,过敏原\n01001,粳米,,大豆\n77,没有的,1,\n".encode(),
}


@pytest.fixture
def seen(run: Run[Afternoon], clock: Clock) -> Afternoon:
    clock.forward(hours=5)
    return run(remembered(afternoon))


def test_axe_finds_nothing_on_any_page_of_the_kitchen(
    seen: Afternoon, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    found = {}

    def read(name: str) -> None:
        shown = f"kitchen-{name}"
        found[name] = faults_at_every_width(page, shown, also=heading_and_next_act)

    for name, path in screens(seen).items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, (name, answer.status)
        page.wait_for_load_state("networkidle")
        page.wait_for_function("!document.querySelector('.htmx-request')")
        read(name)
    page.goto("/food/compositions")
    page.set_input_files("[name=file]", files=[TABLE])
    with page.expect_navigation():
        page.locator("form[enctype] button").last.click()
    assert "/drafts/" in page.url
    read("composition-draft")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_telephone_shows_the_whole_recipe(seen: Afternoon, enter: Enter) -> None:
    page = enter("manager", "陈经理", size="phone")
    page.goto(f"/food/dishes/{seen.dish}/recipe")
    hidden = page.evaluate("""
        [...document.querySelectorAll(".recipe-lines :is(input, select)")]
            .filter(field => {
                const box = field.getBoundingClientRect();
                return box.width < 44 || box.right > innerWidth || box.left < 0;
            }).map(field => field.name)""")
    assert hidden == []
    names = ["food.1", "net.1", "gross.1", "role.1"]
    said = [
        page.locator(f"[name='{name}']").evaluate(
            "field => getComputedStyle(field.closest('td'), '::before').content"
        )
        for name in names
    ]
    assert [word.strip('"') for word in said] == ["原料", "净重 g", "毛重 g", "作用"]


def test_leftovers_are_weighed_down_the_column_with_the_keyboard_alone(
    seen: Afternoon, enter: Enter, run: Run[list[WasteFacts]]
) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/wastes/{TODAY}/lunch")
    column = page.locator(".weighing input[name^='left.']")
    column.first.focus()
    typed = [f"{n}.25" for n in range(1, column.count() + 1)]
    for kilos in typed[:-1]:
        page.keyboard.type(kilos)
        page.keyboard.press("Enter")
    page.keyboard.type(typed[-1])
    assert [field.input_value() for field in column.all()] == typed
    with page.expect_navigation():
        page.keyboard.press("Enter")  # the last one sends them
    found = run(wastes_for(seen.cast.kitchen, TODAY, "lunch"))
    left = [one.grams for one in found if one.why == "left"]
    assert left == [round(float(kilos) * 1000) for kilos in typed]
