"""The sheet on the kitchen's wall: in this kitchen's own limits, by the rounds that
leave, and whatever changes on it is told by its difference page."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from app.desk import Desk
from app.i18n import english
from app.paper_html import document_for
from app.paper_poster import poster_days
from app.papers import DishRow, ProductionSheet
from app.print_papers import paper_at
from app.settings import Settings
from app.words.menus import SOLAR_TERMS
from kitchen import places
from kitchen.calendar import solar_term
from kitchen.database import Engine
from kitchen.dispatches import dispatches_for
from kitchen.menus import DayMenu
from tests.app.client import Client
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, TODAY
from tests.prints import samples
from tests.test_a_day import plan_the_menu

LUNCH = (TODAY, "lunch")
OWN_LIMITS = {
    "eat_within_minutes": 30,
    "hot_decidegrees": 655,
    "sample_hours": 72,
    "sample_grams": 200,
    "pot_portions": 1,
    "pot_buffer_percent": 30,
}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "production")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Drawing is the same on both engines."""
    return sqlite_database


async def test_the_wall_keeps_to_the_kitchens_limits_and_the_rounds_clock(
    manager: Client, settings: Settings
) -> None:
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    await rounds.published(cast)
    await places.change_kitchen(cast.kitchen, OWN_LIMITS, by=CHEN, now=MORNING)
    wall = await paper_at(Desk.of(settings), cast.kitchen, *LUNCH, "production", "all")
    assert isinstance(wall, ProductionSheet)
    leaves = await dispatches_for(cast.kitchen, *LUNCH)
    first = min(one.depart_minutes for one in leaves.values())
    clock = f"{first // 60:02}:{first % 60:02}"
    assert wall.leaves == f"{clock} 发车"
    assert clock != "10:30"  # what the settings say would prove nothing
    assert f"{clock} 发车" in (await manager.get(f"/production/{TODAY}/lunch")).text
    assert "每样不少于 200 克 × 3 样，冷藏 72 小时" in wall.rules[0]
    assert wall.rules[1] == "出锅后 30 分钟内吃完"
    said = [words for dish in wall.dishes for words in dish.care]
    assert "要热藏 65.5 ℃ 并记温度" in said
    assert any(words.startswith("含余量") for words in said)
    pans = [words for dish in wall.dishes for words in dish.variants]
    assert "另锅少盐，调料减半 1 锅 × 1 份" in pans  # 王秀英's, with its filling


async def test_full_pots_first_are_kept_and_printed_until_somebody_says_otherwise(
    manager: Client, settings: Settings
) -> None:
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    few = {"pot_portions": 3}
    await places.change_kitchen(cast.kitchen, few, by=CHEN, now=MORNING)
    page = f"/production/{TODAY}/lunch"

    async def pots() -> set[str]:
        place = (Desk.of(settings), cast.kitchen, *LUNCH, "production", "all")
        wall = await paper_at(*place)
        assert isinstance(wall, ProductionSheet)
        return {dish.batches for dish in wall.dishes}

    assert "2 锅 × 2 份" in await pots()
    looked = (await manager.get(f"{page}?pots=full")).text
    assert "1 锅 × 3 份 + 1 锅 × 1 份" in looked
    assert "打印也照它" in looked
    assert "2 锅 × 2 份" in await pots()  # looking changes nothing
    for _twice in range(2):
        answer = await manager.submit(f"{page}/pots", how="full")
        assert answer.status_code == 303
    assert "1 锅 × 3 份 + 1 锅 × 1 份" in await pots()
    assert "打印也照它" not in (await manager.get(page)).text
    await manager.submit(f"{page}/pots", how="equal")
    assert "2 锅 × 2 份" in await pots()
    wrong = await manager.submit(f"{page}/pots", how="huge")
    assert wrong.status_code == 422


WALL = samples.production()
ROW = WALL.dishes[0]
OTHER: dict[type, object] = {int: 999, str: "别的", tuple: ()}


def changed(fact: str) -> ProductionSheet:
    value = OTHER[type(getattr(WALL, fact))]
    return replace(WALL, **{fact: value})


OF_THE_WALL = [
    one.name
    for one in fields(ProductionSheet)
    if one.name in ProductionSheet.__annotations__ and one.init
]


@pytest.mark.parametrize("fact", OF_THE_WALL)
def test_whatever_changes_on_the_wall_is_on_its_difference_page(fact: str) -> None:
    assert changed(fact).digest != WALL.digest
    assert changed(fact).lines() != WALL.lines()


@pytest.mark.parametrize("fact", [one.name for one in fields(DishRow)])
def test_whatever_changes_about_a_dish_is_on_the_difference_page(fact: str) -> None:
    value = OTHER[type(getattr(ROW, fact))] or ("要热藏",)
    row = replace(ROW, **{fact: value})
    wall = replace(WALL, dishes=(row, *WALL.dishes[1:]))
    assert wall.lines() != WALL.lines()


def test_the_weeks_poster_names_the_solar_term_on_its_day() -> None:
    monday = date(2026, 12, 7)  # 大雪
    week = [monday + timedelta(days=n) for n in range(7)]
    days = poster_days({day: DayMenu(1, day, "lunch") for day in week})
    assert [day.term for day in days] == ["大雪", "", "", "", ""]
    poster = replace(samples.menu(), days=days)
    html = document_for(poster, samples.STAMP).html
    assert """<small>12月7日 <b class="term">大雪</b></small>""" in html


def test_every_solar_term_of_a_year_has_its_word() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert {term for day in year if (term := solar_term(day))} == set(SOLAR_TERMS)
    assert set(SOLAR_TERMS) <= english().keys()
