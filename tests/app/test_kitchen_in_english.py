"""Every page of the kitchen in English: nothing stays Chinese but what people typed."""

import html
import io
import re

import pytest
from litestar import Litestar

from app.controllers import MODULES
from app.i18n import english
from app.words.dishes import FOOD_GROUPS, NOTES
from kitchen import food_files, menu_proposals
from kitchen.database import Engine
from tests.afternoon import NEXT_MONDAY, TYPED, Afternoon, afternoon, screens
from tests.app.client import Client, Clock
from tests.remembered import remembered

CHINESE = re.compile(r"[\u3400-\u9fff]+")
SPOKEN = re.compile(r' (?:title|aria-label|placeholder|data-word)="([^"]*)"')
OFFERED = re.compile(r'<option value="([^"]*)"')
FILLED = re.compile(
    r'<input(?![^>]* type="(?:hidden|checkbox|radio)")[^>]* value="([^"]*)"'
)


@pytest.fixture
def areas() -> tuple[str, ...]:
    return MODULES


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Words do not depend on the engine."""
    return sqlite_database


@pytest.fixture
async def seen(app: Litestar, clock: Clock) -> Afternoon:
    clock.forward(hours=5)
    return await remembered(afternoon)


def said(page: str) -> str:
    """What a reader sees or hears of the page itself, without its frame."""
    main = page.partition("<main")[2].partition("</main>")[0]
    lists = re.findall(r"<datalist.*?</datalist>", main, re.DOTALL)
    heard = [*SPOKEN.findall(main), *FILLED.findall(main)]
    heard += [name for each in lists for name in OFFERED.findall(each)]
    return html.unescape(re.sub(r"<[^>]*>", " ", main) + " ".join(heard))


def left_in_chinese(page: str) -> list[str]:
    text = said(page)
    for typed in TYPED:
        text = text.replace(typed, "")
    return sorted(set(CHINESE.findall(text)))


async def test_every_page_of_the_kitchen_is_english(
    seen: Afternoon, manager: Client
) -> None:
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    found = {}
    for name, path in screens(seen).items():
        answer = await manager.get(path)
        assert answer.status_code == 200, name
        found[name] = left_in_chinese(answer.text)
    table = "编码,名称,钙,过敏原\n01001,粳米,,大豆\n77,没有的,1,\n"
    file = {"file": ("t.csv", io.BytesIO(table.encode()), "text/csv")}
    sent = {"csrf": manager.token, "act": "x"}
    draft = await manager.post("/food/compositions", data=sent, files=file)
    page = (await manager.get(draft.headers["Location"])).text
    found["composition-draft"] = left_in_chinese(
        page.replace("没有的", "").replace("粳米", "")
    )
    assert {name: left for name, left in found.items() if left} == {}


async def test_a_food_may_be_received_by_its_english_name(
    seen: Afternoon, manager: Client
) -> None:
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    page = (await manager.get("/goods")).text
    listed = page.partition('id="ingredients"')[2].partition("</datalist>")[0]
    name = re.findall('value="([^"]*)"', listed)[0]
    lot = {"ingredient": html.unescape(name), "supplier": "粮油站", "number": "L-78"}
    answer = await manager.submit("/goods/lots", **lot, kilos="1", at="08:10")
    assert answer.status_code == 303


async def test_stock_to_use_up_is_asked_for_by_its_english_name(
    seen: Afternoon, manager: Client
) -> None:
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    page = f"/menus/{NEXT_MONDAY}/lunch/proposals"
    asked = {
        "weeks": "1",
        "rows": ["1"],
        "seconds": "5",
        "stock": "Wax gourd 2026-12-02",
    }
    answer = await manager.submit(page, **asked)
    number = int(answer.headers["Location"].rpartition("/")[2])
    kept = await menu_proposals.proposal_by_id(seen.cast.kitchen, number)
    assert [one.name for one in kept.wish.stock] == ["冬瓜"]


def test_what_the_starting_table_says_is_in_english() -> None:
    groups = {row["food_group"] for row in food_files.read("food_composition.csv")}
    notes = {row["note"] for row in food_files.read("dishes.csv")} - {""}
    assert groups == set(FOOD_GROUPS)
    assert notes == set(NOTES)
    assert groups | notes <= english().keys()
