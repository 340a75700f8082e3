"""What lies at hand is true: nothing outlives an act that concerns it, whoever did it
and wherever."""

import asyncio
import shutil
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kitchen import database as doors
from kitchen import headcounts, registry
from kitchen.at_hand import AtHand, Concern, FactsAtHand, concerns, last_line
from kitchen.database import DatabaseMisuse, Engine, writing
from kitchen.made_once import MadeOnce
from kitchen.meal_prices import price_on
from kitchen.registry import NewContact, NewElder, elders_by_id
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

LUNCH = (TODAY, "lunch")
NEVER_HEARD_OF = "comet.land"


@pytest.fixture
async def cast(database: Engine) -> Cast:
    return await enter()


async def rename(elder_id: int, name: str) -> None:
    person = await registry.elder_by_id(elder_id)
    change = NewElder(name, person.sex, person.birth_date)
    version = person.version
    await registry.change_elder(elder_id, change, version=version, by=CHEN, now=MORNING)


async def a_late_order(cast: Cast) -> None:
    await headcounts.close_headcount(cast.kitchen, *LUNCH, by=CHEN, now=MORNING)
    [first, *_] = await headcounts.eaters_for(cast.kitchen, *LUNCH)
    assert first.diner_id
    how = {"reason": "来客人", "source": "telephone"}
    await headcounts.change_portions(first.diner_id, 2, by=CHEN, now=MORNING, **how)


async def test_a_late_order_leaves_what_is_known_of_people_as_it_lies(
    cast: Cast,
) -> None:
    before = (await elders_by_id([cast.wang]))[cast.wang]
    await a_late_order(cast)
    assert (await elders_by_id([cast.wang]))[cast.wang] is before


async def test_a_changed_name_is_read_at_once_and_so_are_ladder_door_and_price(
    cast: Cast,
) -> None:
    async def known() -> tuple[Any, ...]:
        homes = await registry.addresses_on(cast.kitchen, TODAY)
        [door] = (await registry.doors_for([homes[cast.wang]])).values()
        return (
            (await elders_by_id([cast.wang]))[cast.wang].name,
            [one.name for one in (await registry.contacts_for([cast.wang]))[cast.wang]],
            door.door,
            (await registry.categories_on([cast.wang], TODAY))[cast.wang],
            (await price_on([cast.wang], cast.kitchen, *LUNCH))[cast.wang].due_fen,
        )

    before = await known()
    assert await known() == before
    await rename(cast.wang, "王秀莹")
    assert (await known())[0] == "王秀莹"
    ladder = [NewContact("family", "王小强", "儿子", "13900000001")]
    await registry.set_contacts(cast.wang, ladder, by=CHEN, now=MORNING)
    assert (await known())[1] == ["王小强"]
    fact = (cast.wang, "low_income", TODAY - timedelta(days=1), None, "低保证 12")
    await registry.set_category(*fact, by=CHEN, now=MORNING)
    assert "low_income" in (await known())[3]


async def recorded_elsewhere(database_url: str, *statements: str) -> None:
    other = doors.engine_for(database_url)
    await other.open()
    try:
        async with other.writing():
            for statement in statements:
                await other.fetch(statement, [])
    finally:
        await other.close()


async def test_what_another_process_records_is_heard(
    database: Engine, database_url: str, cast: Cast
) -> None:
    before = (await elders_by_id([cast.wang, cast.li]))[cast.wang]
    await recorded_elsewhere(
        database_url,
        f"UPDATE elder SET name = '王五' WHERE id = {cast.wang}",
        "INSERT INTO audit_line (id, at, actor, device, action, object_kind, object_id,"
        " before, after, reason, prev, mac) SELECT id + 1, at, actor, device,"
        " 'elder.change', object_kind, object_id, before, after, reason, mac,"
        f" '{'a' * 64}' FROM audit_line ORDER BY id DESC LIMIT 1",
    )
    assert before.name != "王五"
    assert (await elders_by_id([cast.wang]))[cast.wang].name == "王五"


async def test_what_a_transaction_sees_is_nobody_elses_until_it_is_kept(
    cast: Cast,
) -> None:
    before = (await elders_by_id([cast.wang]))[cast.wang].name

    class Undone(Exception):
        pass

    async def rename_and_think_better_of_it() -> None:
        async with writing():
            await doors.rows("UPDATE elder SET name = '王五' WHERE id = {}", cast.wang)
            assert (await elders_by_id([cast.wang]))[cast.wang].name == "王五"
            raise Undone

    with pytest.raises(Undone):
        await rename_and_think_better_of_it()
    assert (await elders_by_id([cast.wang]))[cast.wang].name == before


async def test_inside_a_transaction_nobody_asks_for_the_last_line(cast: Cast) -> None:
    async with writing():
        with pytest.raises(DatabaseMisuse, match="inside a transaction"):
            await last_line("plan")


async def test_a_file_put_in_the_place_of_another_is_read_anew(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    """As after a restore: its lines have numbers that were heard of already."""
    cast = await enter()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    await doors.backup_to(tmp_path / "before.db")
    await rename(cast.wang, "王五")
    assert (await elders_by_id([cast.wang]))[cast.wang].name == "王五"
    await sqlite_database.close()
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    shutil.copyfile(tmp_path / "before.db", file)
    await sqlite_database.open()
    assert (await elders_by_id([cast.wang]))[cast.wang].name != "王五"


async def test_what_was_begun_before_an_act_is_not_kept_after_it(cast: Cast) -> None:
    kept, begun, going = AtHand("people", 4), asyncio.Event(), asyncio.Event()

    async def slowly() -> str:
        begun.set()
        await going.wait()
        return "old"

    async def quickly() -> str:
        return "new"

    first = asyncio.create_task(kept.get("name", slowly))
    await begun.wait()
    await rename(cast.wang, "王五")
    assert await kept.get("another", quickly) == "new"
    going.set()
    assert await first == "old"
    assert await kept.get("name", quickly) == "new"


async def test_many_who_ask_while_somebody_records_keep_what_they_have(
    cast: Cast,
) -> None:
    before = (await elders_by_id([cast.wang]))[cast.wang]
    asking = (elders_by_id([cast.wang]) for _ in range(40))
    await asyncio.gather(a_late_order(cast), *asking)
    assert (await elders_by_id([cast.wang]))[cast.wang] is before
    asking = (elders_by_id([cast.wang]) for _ in range(40))
    await asyncio.gather(rename(cast.wang, "王五"), *asking)
    assert (await elders_by_id([cast.wang]))[cast.wang].name == "王五"


async def test_only_so_many_things_are_kept(cast: Cast) -> None:
    kept, made = AtHand("people", 2), list[int]()

    async def make(n: int) -> int:
        made.append(n)
        return n

    for n in (1, 2, 1, 3, 1, 2):
        assert await kept.get(n, partial(make, n)) == n
    assert made == [1, 2, 3, 2]  # 2 was longest not asked for when 3 came
    facts, read = FactsAtHand("people", 3), list[list[int]]()

    async def look(ids: list[int]) -> Mapping[int, int]:
        read.append(ids)
        return {one: one for one in ids if one != 7}

    assert await facts.of("double", [2, 1, 2, 7], look) == {1: 1, 2: 2}
    assert await facts.of("double", [1, 3, 7], look) == {1: 1, 3: 3}
    assert read == [[1, 2, 7], [3, 7]]
    await facts.of("double", [4], look)  # more than three: it begins anew
    await facts.of("double", [1], look)
    assert read[2:] == [[4], [1]]


@pytest.mark.parametrize(
    ("concern", "action", "heard"),
    [
        ("all", "meal.hand_over", True),
        ("papers", "meal.hand_over", False),
        ("papers", "print.registered", True),
        ("plan", "print.registered", False),
        ("plan", "headcount.portions", True),
        ("plan", "elder.change", True),
        ("people", "headcount.portions", False),
        ("people", "meal.void", False),
        ("people", "elder.change", True),
        ("people", "import.undo", True),
        ("people", "scheme.approve", True),
        ("people", NEVER_HEARD_OF, True),  # an act nobody thought of concerns everybody
        ("plan", NEVER_HEARD_OF, True),
    ],
)
def test_whom_an_act_concerns(concern: Concern, action: str, heard: bool) -> None:
    assert concerns(concern, action) is heard


def test_of_the_very_same_things_the_very_same_is_made() -> None:
    made = MadeOnce(most=2)
    first = made.of("a", (1, "x"), object)
    assert made.of("a", (1, "x"), object) is first
    second = made.of("a", (1, "y"), object)
    assert second is not first
    assert made.of("a", (1, "x"), object) is not first  # only the last is remembered
    assert made.of("b", (1, "x"), object) is not second
    made.of("c", (), object)  # more than two: it begins anew
    assert len(made._made) <= 2
