"""After a print a late change reaches the cook as what changed, and nothing else."""

import pytest

from app.desk import Desk
from app.print_desk import print_now, print_slip
from app.print_papers import paper_at
from app.settings import Settings
from kitchen import headcounts, prints
from kitchen.database import Engine
from kitchen.headcounts import SpareFacts
from tests.app.client import Client, SignInAs
from tests.app.test_production import closed
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.prints.conftest import texts

PAGE = "/production/2026-11-24/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "production", "prints")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Drawing is the same on both engines."""
    return sqlite_database


async def printed(settings: Settings) -> tuple[Cast, Desk]:
    cast, _ids = await closed()
    desk = Desk.of(settings)
    paper = await paper_at(desk, cast.kitchen, TODAY, "lunch", "production", "all")
    assert paper is not None
    await print_now(desk, cast.kitchen, [paper], by=CHEN, now=MORNING)
    return cast, desk


async def two_more(cast: Cast) -> None:
    spare = SpareFacts(0, None, "spare", "low_salt", 2)
    await headcounts.set_spares(
        cast.kitchen, TODAY, "lunch", [spare], by=CHEN, now=MORNING
    )


async def test_the_screen_says_who_holds_what_and_whether_it_is_right(
    manager: Client, settings: Settings, sign_in_as: SignInAs
) -> None:
    cast, _desk = await printed(settings)
    page = (await manager.get(PAGE)).text
    assert "墙上的是对的，第 1 版" in page
    assert "陈经理 打印，在 厨房 手里" in page
    assert "打印差异页" not in page
    await two_more(cast)
    page = (await manager.get(PAGE)).text
    assert "第 1 版已过期" in page
    assert "打印差异页" in page
    sun = await sign_in_as("point_staff", point_id=cast.chaoyang)
    assert "第 1 版" not in (await sun.get(PAGE)).text


async def test_the_difference_page_has_only_what_changed_and_voids_the_old(
    settings: Settings, app: object
) -> None:
    cast, desk = await printed(settings)
    await two_more(cast)
    place = (desk, cast.kitchen, TODAY, "lunch", "production", "all")
    paper = await paper_at(*place)
    assert paper is not None
    found = await prints.prints_for(cast.kitchen, TODAY, "lunch")
    old = prints.latest_of(found, "production", "all")
    assert old is not None
    before = await prints.lines_of(old)
    slip = await print_slip(desk, cast.kitchen, paper, old, by=CHEN, now=MORNING)
    text = "".join(texts(slip.pdf))
    changed = {key for key in before if paper.lines().get(key) != before[key]}
    assert changed
    for key, line in paper.lines().items():
        squeezed = "".join(line.split())
        assert (squeezed in text) is (before.get(key) != line), line
    now = await prints.prints_for(cast.kitchen, TODAY, "lunch")
    versions = {p.version: p.is_void for p in now if p.kind == "production"}
    assert versions == {1: True, 2: False}
