"""The page of large pots and yields: said with a source, or not at all."""

import pytest
from litestar import Litestar

from kitchen import food
from kitchen.database import Engine
from kitchen.scaling import Rule, scaling_for
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, Cast, enter

URL = "/food/scaling"
RULES = {
    "base.seasoning": "30", "exponent.seasoning": "90", "source.seasoning": "试做",
    "base.oil": "1", "exponent.oil": "100", "source.oil": "",
}  # fmt: skip


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "food")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    await food.load_food(by=CHEN, now=MORNING)
    return await enter()


async def test_figures_are_saved_shown_and_taken_back(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    assert "都按成分表的可食部" in (await manager.get(URL)).text
    assert (await manager.submit(f"{URL}/rules", **RULES)).status_code == 303
    given = {"food": "土豆", "percent": "80", "source": "称过"}
    assert (await manager.submit(f"{URL}/yields", **given)).status_code == 303
    held = await scaling_for(cast.kitchen)
    assert held.rules == {"seasoning": Rule(30, 90, "试做")}
    assert list(held.yields.values()) == [80.0]
    page = (await manager.get(URL)).text
    assert "100 份一锅用 89%" in page
    assert "<b>80%</b>" in page
    await manager.submit(f"{URL}/yields", food="马铃薯", percent="0")
    assert (await scaling_for(cast.kitchen)).yields == {}
    auditor = await sign_in_as("auditor")
    assert "保存" not in (await auditor.get(URL)).text
    assert (await auditor.submit(f"{URL}/rules", **RULES)).status_code == 403


@pytest.mark.parametrize(
    ("path", "changed", "said"),
    [
        ("rules", {"source.seasoning": ""}, "请写明出处"),
        ("rules", {"exponent.oil": "120"}, "油：填的是“120”"),
        ("rules", {"base.oil": ""}, "油：还没有填"),
        ("yields", {"food": "没有的"}, "没有“没有的”这种原料"),
        ("yields", {"percent": "一半"}, "出净率：填的是“一半”"),
        ("yields", {"source": ""}, "请写明出处"),
    ],
)
async def test_a_wrong_figure_is_told_and_kept(
    cast: Cast, manager: Client, path: str, changed: dict[str, str], said: str
) -> None:
    given = {"food": "土豆", "percent": "80", "source": "称过"}
    sent = {**(RULES if path == "rules" else given), **changed}
    answer = await manager.submit(f"{URL}/{path}", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    for typed in filter(None, changed.values()):
        assert f'value="{typed}"' in answer.text
    held = await scaling_for(cast.kitchen)
    assert (held.rules, held.yields) == ({}, {})
