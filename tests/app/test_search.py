"""The search field: the only one who fits is opened, several are listed."""

import pytest

from kitchen.database import Engine
from tests.app.client import Client
from tests.kitchen.cast import enter


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "search", "registry")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    return sqlite_database


@pytest.mark.parametrize("typed", ["wxy", "王秀英", "8000", "13800138000", "朝阳里7"])
async def test_the_only_one_who_fits_is_opened(manager: Client, typed: str) -> None:
    cast = await enter()
    answer = await manager.get("/search", params={"q": typed})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/registry/{cast.wang}"


async def test_several_are_listed_and_a_fragment_is_only_the_list(
    manager: Client,
) -> None:
    await enter()
    page = await manager.get("/search", params={"q": "秀"})
    assert page.status_code == 200
    for name in ("王秀英", "赵秀兰"):
        assert name in page.text
    part = await manager.fragment("/search?q=wxy")
    assert "王秀英" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize("typed", ["", "   ", "没这个人", "%", "x" * 5000, "\x00"])
async def test_nonsense_finds_nobody(manager: Client, typed: str) -> None:
    await enter()
    page = await manager.get("/search", params={"q": typed})
    assert page.status_code == 200
    assert "/registry/1" not in page.text
