"""The composition table's pages: what a file would change, in words, and back."""

from io import BytesIO

import httpx
import pytest
from litestar import Litestar

from app.words.compositions import COLUMNS, changes_said
from kitchen import food
from kitchen.compositions import COLUMNS as LISTED
from kitchen.database import Engine, rows
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, enter

TABLE = "编码,名称,钙,过敏原\n01001,粳米,,大豆\n77,没有的,1,\n"
URL = "/food/compositions"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "food")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def loaded(app: Litestar) -> None:
    await enter()
    await food.load_food(by=CHEN, now=MORNING)


async def send(client: Client, text: str) -> httpx.Response:
    return await client.post(
        URL,
        data={"csrf": client.token, "act": "x"},
        files={"file": ("表.csv", BytesIO(text.encode()), "text/csv")},
    )


async def test_a_table_says_what_it_changes_and_goes_back(
    loaded: None, manager: Client, sign_in_as: SignInAs
) -> None:
    answer = await send(manager, TABLE)
    draft = answer.headers["Location"]
    page = (await manager.get(draft)).text
    assert "过敏原 加上 大豆；钙 5 → 不知道" in page
    assert "食物类：没有填" in page  # 77 is new and says too little
    await manager.submit(f"{draft}/entry")
    (rice,) = await rows("SELECT * FROM ingredient WHERE code = '01001'")
    assert (rice["ca_mg"], rice["allergens"]) == (None, "soy")
    (run,) = await rows("SELECT id FROM composition_run")
    auditor = await sign_in_as("auditor")
    undo = f"{URL}/runs/{run['id']}/reversal"
    assert (await auditor.submit(undo)).status_code == 403
    assert (await manager.submit(f"{URL}/runs/99/reversal")).status_code == 404
    await manager.submit(undo)
    (rice,) = await rows("SELECT * FROM ingredient WHERE code = '01001'")
    assert (rice["ca_mg"], rice["allergens"]) == (5.0, "")


async def test_a_refused_undo_says_why(loaded: None, manager: Client) -> None:
    for calcium in ("6", "7"):
        table = f"编码,名称,钙\n01001,粳米,{calcium}\n"
        await manager.submit(
            (await send(manager, table)).headers["Location"] + "/entry"
        )
    (run,) = await rows("SELECT MIN(id) AS id FROM composition_run")
    answer = await manager.submit(f"{URL}/runs/{run['id']}/reversal")
    assert "后来又导入过“表.csv”" in answer.text


def test_every_column_that_is_kept_has_its_word() -> None:
    shown = {c.key: c.label for c in LISTED if c.label != c.key}
    assert shown == dict(COLUMNS)
    assert changes_said("allergens|fish;soy|peanut;soy") == "过敏原 去掉 鱼 加上 花生"
