"""The first answer after a change: what a page does not show it does not read, and what
it has read it does not read again. Counted in statements, not in milliseconds."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from litestar import Litestar

from app.desk import Desk
from app.morning import MORNING as EVERYTHING
from app.papers import Paper
from app.print_desk import print_now
from app.print_papers import papers_for
from app.round_desk import desk_for, stale_for
from app.settings import Settings
from kitchen import dining, headcounts, meals, registry
from kitchen.at_hand import RECORDED, THE_DAYS_WORK
from kitchen.database import Engine
from kitchen.headcount_readers import eaters_for
from kitchen.meal_prices import price_on
from kitchen.registry import (
    addresses_on,
    contacts_for,
    doors_for,
    elders_by_id,
)
from kitchen.sqlite_engine import KeptSQLiteEngine
from tests.app.client import Client
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter
from tests.kitchen.test_meals import hand_over, lunch_for
from tests.test_a_day import live_through, plan_the_menu

LUNCH = (TODAY, "lunch")
COUNT = "JOIN elder e ON e.id = d.elder WHERE c.headcount ="
"""What was changed of it is read whenever the count is, its frozen rows but once."""
SEALED = "door_sealed"
LADDERS = "FROM contact WHERE elder IN"
CATEGORIES = "FROM category WHERE elder IN"
OF_A_SHEET = (SEALED, LADDERS, CATEGORIES)
"""What only those ask who put somebody's door, family or price on paper."""

Heard = Callable[[], list[str]]


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "production", "prints", "rounds")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The pages ask the same on both engines."""
    return sqlite_database


@pytest.fixture
def said(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Every statement since it was last asked for, of readers that open later too."""
    assert isinstance(database, KeptSQLiteEngine)
    kept: list[str] = []
    connect = database._connect

    def listened_to() -> sqlite3.Connection:
        connection = connect()
        connection.set_trace_callback(kept.append)
        return connection

    monkeypatch.setattr(database, "_connect", listened_to)
    for connection in (*database._connections, database._writer):
        if connection is not None:
            connection.set_trace_callback(kept.append)

    def heard() -> list[str]:
        told, kept[:] = list(kept), []
        return told

    return heard


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    """A closed count, its menu and published rounds."""
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    await rounds.published(cast)
    return cast


async def print_everything(cast: Cast, settings: Settings) -> None:
    desk = Desk.of(settings)
    papers = await papers_for(desk, cast.kitchen, *LUNCH, EVERYTHING)
    await print_now(desk, cast.kitchen, papers, by=CHEN, now=MORNING)


async def everything_printed_and_one_change(cast: Cast, settings: Settings) -> None:
    await print_everything(cast, settings)
    await a_late_change(cast)


async def a_late_change(cast: Cast) -> None:
    [first, *_others] = await eaters_for(cast.kitchen, *LUNCH)
    assert first.diner_id
    how = {"reason": "来客人", "source": "telephone"}
    await headcounts.change_portions(first.diner_id, 2, by=CHEN, now=MORNING, **how)


async def something_about_a_person(cast: Cast) -> None:
    """What is known of people is read anew after it."""
    fact = (cast.li, "low_income", TODAY, None, "低保证 12")
    await registry.set_category(*fact, by=CHEN, now=MORNING)


def asked(told: list[str], words: str) -> int:
    return sum(words in one for one in told)


async def test_the_kitchens_page_compares_its_papers_without_anybodys_door(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await everything_printed_and_one_change(cast, settings)
    said()
    page = await manager.get(f"/production/{TODAY}/lunch")
    assert "第 1 版已过期" in page.text
    told = said()
    assert asked(told, COUNT) == 1
    assert [asked(told, words) for words in OF_A_SHEET] == [0, 0, 0]


async def test_papers_that_nobody_holds_are_named_without_looking_anybody_up(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await something_about_a_person(cast)
    said()
    page = await manager.get(f"/prints/{TODAY}/lunch")
    assert "送餐单" in page.text
    told = said()
    assert asked(told, COUNT) == 1
    assert [asked(told, words) for words in (LADDERS, CATEGORIES)] == [0, 1]
    assert asked(told, "FROM label ") == 0  # nor is the balance added up
    await print_everything(cast, settings)
    said()
    page = await manager.get(f"/prints/{TODAY}/lunch")
    assert "全部打印过" not in page.text  # the balance and the week's menu are not
    assert "第 1 版" in page.text


async def test_a_print_says_nothing_new_about_the_day(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await print_everything(cast, settings)
    said()
    await manager.get(f"/prints/{TODAY}/lunch")
    assert asked(said(), COUNT) == 0  # the papers just printed are still there
    board = f"/rounds/{TODAY}/lunch"
    await manager.get(board)
    await print_everything(cast, settings)
    said()
    await manager.get(board)
    assert asked(said(), COUNT) == 0  # only which of them are stale is looked up
    await a_late_change(cast)
    said()
    page = await manager.get(f"/prints/{TODAY}/lunch")
    assert "张旧单子" in page.text
    assert asked(said(), COUNT) == 1


async def test_the_board_reads_the_count_once_for_its_rounds_and_their_papers(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await everything_printed_and_one_change(cast, settings)
    await something_about_a_person(cast)
    said()
    await manager.get(f"/rounds/{TODAY}/lunch")
    told = said()
    assert asked(told, COUNT) == 1
    assert [asked(told, words) for words in (SEALED, LADDERS)] == [1, 1]


async def test_what_is_made_of_a_morning_reads_no_print(
    cast: Cast, settings: Settings, said: Heard
) -> None:
    """Only so may papers outlive a line of the audit that tells of a print."""
    said()
    await papers_for(Desk.of(settings), cast.kitchen, *LUNCH, EVERYTHING)
    told = said()
    assert asked(told, COUNT) == 1
    for table in ("print_run", "print_void", "FROM label"):
        assert asked(told, table) == 0, table


async def test_what_is_recorded_at_counters_and_doors_changes_nothing_papers_read(
    database: Engine, settings: Settings, said: Heard
) -> None:
    """Only so may papers and board outlive a line of the audit that tells of it."""
    cast = await enter()
    await dining.open_shift(cast.chaoyang, *LUNCH, by=SUN, now=MORNING)
    handed = await hand_over(lunch_for(cast, cast.li))
    await meals.void_meal(handed.meal_id, "按错人", by=SUN, now=MORNING)
    await live_through(cast)
    written: dict[str, set[str]] = {}
    for act in "\n".join(said()).split("COMMIT"):
        for action in re.findall(r"'([a-z_]+\.[a-z_]+)'", act):
            written.setdefault(action, set()).update(
                re.findall(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?([a-z_]+)', act)
            )
    assert written.keys() >= set(RECORDED)
    await papers_for(Desk.of(settings), cast.kitchen, *LUNCH, EVERYTHING)
    await desk_for(cast.kitchen, *LUNCH)
    await stale_for(cast.kitchen, *LUNCH)
    read = tables_in(said())
    assert {"stop", "diner", "elder", "print_run"} <= read
    for action in RECORDED:
        assert written[action] & read <= {"audit_line"}, action

    await something_about_a_person(cast)
    await elders_by_id([cast.wang])
    homes = await addresses_on(cast.kitchen, TODAY)
    await doors_for(homes.values())
    await contacts_for([cast.wang])
    await price_on([cast.wang], cast.kitchen, *LUNCH)
    read = tables_in(said())
    assert {"elder", "address", "contact", "category", "scheme_version"} <= read
    days_work = [one for one in written if one.partition(".")[0] in THE_DAYS_WORK]
    assert {"headcount.close", "round_plan.publish", "menu.publish"} <= set(days_work)
    for action in days_work:
        assert written[action] & read <= {"audit_line"}, action


def tables_in(told: list[str]) -> set[str]:
    return set(re.findall(r'(?:FROM|JOIN) "?([a-z_]+)', "\n".join(told)))


async def test_a_late_order_makes_nobody_be_looked_up_again(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await print_everything(cast, settings)
    pages = [f"/{area}/{TODAY}/lunch" for area in ("prints", "rounds", "production")]
    for page in pages:
        await manager.get(page)
    await a_late_change(cast)
    said()
    for page in pages:
        assert (await manager.get(page)).status_code == 200
    told = said()
    assert [asked(told, words) for words in OF_A_SHEET] == [0, 0, 0]
    assert asked(told, "FROM elder WHERE id IN") == 0


async def test_a_late_order_leaves_the_other_rounds_papers_the_very_same(
    cast: Cast, settings: Settings
) -> None:
    async def papers() -> dict[tuple[str, str], Paper]:
        made = await papers_for(Desk.of(settings), cast.kitchen, *LUNCH, EVERYTHING)
        return {(paper.kind, paper.subject): paper for paper in made}

    before = await papers()
    await a_late_change(cast)
    after = await papers()
    changed = {key for key in before if after[key].digest != before[key].digest}
    assert {kind for kind, _ in changed} >= {"sheet", "labels", "production"}
    kept = {key for key in before if after[key] is before[key]}
    assert ("roster", f"point:{cast.chaoyang}") in kept
    assert not kept & changed


async def test_a_meal_at_the_counter_leaves_papers_and_board_as_they_lie(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await print_everything(cast, settings)
    pages = [f"/prints/{TODAY}/lunch", f"/rounds/{TODAY}/lunch"]

    async def counted() -> int:
        """How often both pages read the count."""
        said()
        for page in pages:
            await manager.get(page)
        return asked(said(), COUNT)

    await counted()
    await hand_over(lunch_for(cast, cast.li))
    assert await counted() == 0
    await a_late_change(cast)
    assert await counted() == 1  # once for both


async def test_what_changed_on_the_wall_is_told_without_anybodys_door(
    manager: Client, cast: Cast, settings: Settings, said: Heard
) -> None:
    await everything_printed_and_one_change(cast, settings)
    said()
    page = await manager.get(f"/prints/{TODAY}/lunch/production/all/changes")
    assert page.status_code == 200
    told = said()
    assert asked(told, COUNT) == 1
    assert [asked(told, words) for words in OF_A_SHEET] == [0, 0, 0]
