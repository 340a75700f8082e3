"""The two doors to the rows, the same on SQLite and PostgreSQL."""

import asyncio
import contextvars
import os
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import pytest
from piccolo.columns import Integer, Text
from piccolo.table import Table

from kitchen import database as doors
from kitchen.acts import Act
from kitchen.database import (
    Conflict,
    DatabaseMisuse,
    Engine,
    Lock,
    is_postgres,
)
from kitchen.errors import Refusal

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Dish(Table, tablename="trial_dish"):
    """A table that may be changed, unlike those of the foundation."""

    id = Integer(primary_key=True)
    name = Text()


class Way(Enum):
    DELIVER = "deliver"


def act(key: str, who: str = "孙") -> dict[str, Any]:
    return {"key": key, "who": who, "at": NOON, "body_hash": "-", "answer": "{}"}


async def make(*statements: str) -> None:
    async with doors.writing():
        for statement in statements:
            await doors.rows(statement)


async def keys() -> list[str]:
    return [row["key"] for row in await doors.rows("SELECT key FROM act ORDER BY key")]


# Choosing the database


@pytest.mark.parametrize(
    "url", ["", "kitchen.db", "mysql://x", "sqlite://x", "file:/x"]
)
def test_an_unknown_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="starts with"):
        doors.configure(url, [Act])


def test_configuring_turns_every_table_to_the_engine() -> None:
    engine = doors.configure("sqlite:///nowhere.db", [Act])
    assert Act._meta.db is engine
    assert doors.current() is engine
    assert not doors.is_postgres()


async def test_a_closed_database_opens_again(database: Engine) -> None:
    await database.close()
    assert await keys() == []


def test_another_event_loop_gets_connections_of_its_own(database_url: str) -> None:
    doors.configure(database_url, [Act])

    async def visit(key: str) -> list[str]:
        async with doors.writing():
            await doors.insert(Act, **act(key))
        found = await keys()
        await doors.close()
        return found

    assert asyncio.run(visit("first")) == ["first"]
    assert asyncio.run(visit("second")) == ["first", "second"]


async def test_two_running_loops_cannot_share_the_engine(database: Engine) -> None:
    def elsewhere() -> None:
        with pytest.raises(DatabaseMisuse, match="another event loop"):
            asyncio.run(keys())

    await asyncio.to_thread(elsewhere)


# Plain SQL on both engines


async def test_types_come_back_as_they_went_in(database: Engine) -> None:
    await make(
        "CREATE TABLE trial_kind (n INTEGER, big BIGINT, t TEXT, yes BOOLEAN, "
        "day DATE, at TIMESTAMPTZ, uid UUID)"
    )
    moment = datetime(2026, 11, 22, 12, 0, 0, 5, tzinfo=UTC)
    values = (7, 2**40, "王奶奶 {x}", True, date(2026, 11, 22), moment)
    async with doors.writing():
        marks = "{}, {}, {}, {}, {}, {}"
        await doors.rows(
            f"INSERT INTO trial_kind (n, big, t, yes, day, at) VALUES ({marks})",
            *values,
        )
    row = await doors.one("SELECT n, big, t, yes, day, at FROM trial_kind")
    assert row is not None
    assert tuple(row.values()) == values
    assert [type(value) for value in row.values()] == [type(v) for v in values]


async def test_a_computed_column_has_the_type_its_alias_names(
    database: Engine,
) -> None:
    async with doors.writing():
        await doors.insert(Act, **act("a"))
    row = await doors.one(
        'SELECT MAX(at) AS "last [TIMESTAMPTZ]", '
        'EXISTS (SELECT 1 FROM act WHERE key = {}) AS "known [BOOLEAN]" FROM act',
        "a",
    )
    assert row == {"last": NOON, "known": True}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(["a", "c", "x"], ["a", "c"]), (("b",), ["b"]), ([], [])],
)
async def test_a_list_fills_the_brackets_of_in(
    database: Engine, wanted: list[str], found: list[str]
) -> None:
    async with doors.writing():
        await doors.insert_many(Act, [act("a"), act("b"), act("c")])
    sql = "SELECT key FROM act WHERE key IN {} AND who = {} ORDER BY key"
    assert [row["key"] for row in await doors.rows(sql, wanted, "孙")] == found


@pytest.mark.parametrize(
    ("sql", "args"),
    [
        ("SELECT {}", ()),  # a value is missing
        ("SELECT 1", (1,)),  # a value too many
        ("SELECT '{}'", ()),  # literal braces: pass them as a value
    ],
)
async def test_placeholders_and_values_must_agree(
    database: Engine, sql: str, args: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="placeholders"):
        await doors.rows(sql, *args)


async def test_one_is_none_a_row_or_a_programming_error(database: Engine) -> None:
    async with doors.writing():
        await doors.insert_many(Act, [act("a"), act("b")])
    assert await doors.one("SELECT key FROM act WHERE key = {}", "x") is None
    assert await doors.one("SELECT key FROM act WHERE key = {}", "a") == {"key": "a"}
    with pytest.raises(DatabaseMisuse, match="2 rows"):
        await doors.one("SELECT key FROM act")


async def test_a_time_without_its_zone_is_refused(database: Engine) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(DatabaseMisuse, match="aware"):
        await doors.rows("SELECT key FROM act WHERE at < {}", naive)


async def test_piccolo_queries_use_the_same_doors(database: Engine) -> None:
    await make("CREATE TABLE trial_dish (id INTEGER PRIMARY KEY, name TEXT)")
    Dish._meta._db = database
    async with doors.writing():
        await Dish.insert(Dish(id=1, name="豆腐"), Dish(id=2, name="鱼"))
        await Dish.update({Dish.name: "冬瓜"}).where(Dish.id == 1)
        await Dish.delete().where(Dish.id == 2)
    assert await Dish.select() == [{"id": 1, "name": "冬瓜"}]
    assert await Dish.count() == 1


# Inserting


async def test_primary_keys_come_in_the_order_of_the_rows(database: Engine) -> None:
    named = [f"k{number:03}" for number in range(300, 0, -1)]
    async with doors.writing():
        assert await doors.insert_many(Act, [act(key) for key in named]) == named
        assert await doors.insert(Act, **act("last")) == "last"
        assert await doors.insert_many(Act, []) == []
    assert len(await keys()) == 301


@pytest.mark.parametrize(
    "second",
    [
        {"key": "b"},  # columns missing
        {**act("b"), "extra": 1},  # a column too many
        {**{k: v for k, v in act("b").items() if k != "who"}, "whom": "x"},  # misspelt
    ],
)
async def test_rows_with_other_columns_are_refused(
    database: Engine, second: dict[str, Any]
) -> None:
    with pytest.raises((ValueError, KeyError)):
        async with doors.writing():
            await doors.insert_many(Act, [act("a"), second])
    assert await keys() == []


async def test_two_thousand_rows_cost_little_processor_time(database: Engine) -> None:
    rows = [act(f"k{number}") for number in range(2000)]
    async with doors.writing():
        before = time.process_time()
        await doors.insert_many(Act, rows)
        assert time.process_time() - before < 0.3


async def test_one_row_is_updated_by_its_key(database: Engine) -> None:
    await make("CREATE TABLE trial_dish (id INTEGER PRIMARY KEY, name TEXT)")
    async with doors.writing():
        await doors.insert_many(
            Dish, [{"id": 1, "name": "鱼"}, {"id": 2, "name": "肉"}]
        )
        await doors.update_row(Dish, 2, {"name": "豆腐"})
        with pytest.raises(DatabaseMisuse, match="no row 3"):
            await doors.update_row(Dish, 3, {"name": "x"})
    assert await doors.rows("SELECT name FROM trial_dish ORDER BY id") == [
        {"name": "鱼"},
        {"name": "豆腐"},
    ]


async def test_an_enum_and_a_mapping_are_stored_as_text(database: Engine) -> None:
    async with doors.writing():
        await doors.insert(
            Act, **(act("a") | {"who": Way.DELIVER, "answer": {"味": 1}})
        )
    row = await doors.one("SELECT answer FROM act WHERE who = {}", Way.DELIVER)
    assert row == {"answer": '{"味": 1}'}


# Which statement may pass which door

WRITES: dict[str, Callable[[], Awaitable[Any]]] = {
    "plain SQL": lambda: doors.rows("DELETE FROM act"),
    "insert": lambda: doors.insert(Act, **act("x")),
    "Piccolo": lambda: Act.insert(Act(**act("x"))).run(),
    "a write behind WITH": lambda: doors.rows(
        "WITH fresh AS (SELECT 'x' AS key) INSERT INTO act "
        "SELECT key, '', CURRENT_TIMESTAMP, '', '' FROM fresh"
    ),
    "schema": lambda: doors.rows("CREATE TABLE other (id INTEGER)"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_write_outside_writing_is_refused(
    database: Engine, write: Callable[[], Awaitable[Any]]
) -> None:
    with pytest.raises(DatabaseMisuse, match="writing"):
        await write()
    assert await keys() == []


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_write_inside_reading_is_refused(
    database: Engine, write: Callable[[], Awaitable[Any]]
) -> None:
    with pytest.raises(DatabaseMisuse, match="writing"):
        async with doors.reading():
            await write()
    assert await keys() == []


async def test_writing_is_opened_once(database: Engine) -> None:
    with pytest.raises(DatabaseMisuse, match=r"writing\(\) inside writing"):
        async with doors.writing(), doors.writing():
            pass
    with pytest.raises(DatabaseMisuse, match=r"writing\(\) inside reading"):
        async with doors.reading(), doors.writing():
            pass


async def test_reading_inside_writing_sees_what_was_written(database: Engine) -> None:
    async with doors.writing():
        await doors.insert(Act, **act("a"))
        async with doors.reading():
            assert await keys() == ["a"]
        await doors.insert(Act, **act("b"))
    assert await keys() == ["a", "b"]


async def test_reading_keeps_to_one_snapshot(database: Engine) -> None:
    async def write() -> None:
        async with doors.writing():
            await doors.insert(Act, **act("late"))

    start, written = asyncio.Event(), asyncio.Event()

    async def writer() -> None:
        await start.wait()
        await write()
        written.set()

    task = asyncio.create_task(writer())
    async with doors.reading():
        assert await keys() == []
        start.set()
        await written.wait()
        assert await keys() == []
    await task
    assert await keys() == ["late"]


async def test_piccolos_own_transactions_are_refused(database: Engine) -> None:
    for forbidden in (database.transaction, database.atomic):
        with pytest.raises(DatabaseMisuse, match=r"writing\(\)"):
            forbidden()
    with pytest.raises(DatabaseMisuse, match=r"rows\(\)"):
        await Act.select().batch()


# Whose transaction it is


async def test_a_statement_of_another_task_is_refused(database: Engine) -> None:
    async with doors.writing():
        await doors.insert(Act, **act("mine"))
        results = await asyncio.gather(keys(), keys(), return_exceptions=True)
        assert [type(result) for result in results] == [DatabaseMisuse] * 2
        with pytest.raises(DatabaseMisuse, match="another task"):
            await asyncio.create_task(make("DELETE FROM act"))
    assert await keys() == ["mine"]


async def test_a_task_that_outlives_the_transaction_is_outside(
    database: Engine,
) -> None:
    go = asyncio.Event()

    async def later() -> list[str]:
        await go.wait()
        async with doors.writing():
            await doors.insert(Act, **act("later"))
        return await keys()

    async with doors.writing():
        task = asyncio.create_task(later())
        await doors.insert(Act, **act("first"))
    go.set()
    assert await task == ["first", "later"]


# Leaving a transaction


async def test_an_exception_undoes_everything(database: Engine) -> None:
    async def fail() -> None:
        async with doors.writing():
            await doors.insert(Act, **act("a"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await keys() == []


async def test_fifty_changes_at_once_are_fifty_changes(database: Engine) -> None:
    await make(
        "CREATE TABLE trial_purse (fen INTEGER)", "INSERT INTO trial_purse VALUES (0)"
    )

    async def top_up() -> None:
        async with doors.writing():
            await doors.lock_for("purse", 1)
            row = await doors.one("SELECT fen FROM trial_purse")
            assert row is not None
            await asyncio.sleep(0)
            await doors.rows("UPDATE trial_purse SET fen = {}", row["fen"] + 1)

    await asyncio.gather(*(top_up() for _ in range(50)))
    assert await doors.rows("SELECT fen FROM trial_purse") == [{"fen": 50}]


async def deferred_conflict() -> None:
    """A transaction whose statements succeed and whose COMMIT fails."""
    async with doors.writing():
        await doors.rows("INSERT INTO trial_child VALUES (404)")


async def test_a_failed_commit_poisons_nothing(database: Engine) -> None:
    await make(
        "CREATE TABLE trial_parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE trial_child (parent INTEGER REFERENCES trial_parent (id) "
        "DEFERRABLE INITIALLY DEFERRED)",
    )
    await keys()
    threads, handles = threading.active_count(), open_handles()
    for number in range(100):
        with pytest.raises(Conflict) as refused:
            await deferred_conflict()
        assert refused.value.kind == "foreign_key"
        async with asyncio.timeout(60):
            await make(f"INSERT INTO trial_parent VALUES ({number + 1000})")
    assert await doors.rows("SELECT * FROM trial_child") == []
    counted = await doors.one("SELECT count(*) AS n FROM trial_parent")
    assert counted == {"n": 100}
    assert threading.active_count() <= threads + 1  # the writer's own, once started
    assert open_handles() <= handles


async def test_cancelling_inside_a_transaction_undoes_it(database: Engine) -> None:
    async def dawdle() -> None:
        async with asyncio.timeout(0.01), doors.writing():
            await doors.insert(Act, **act("never"))
            await asyncio.sleep(5)

    for _ in range(20):
        with pytest.raises(TimeoutError):
            await dawdle()
    async with asyncio.timeout(60), doors.writing():
        await doors.insert(Act, **act("kept"))
    assert await keys() == ["kept"]


@pytest.mark.parametrize("steps", range(12))
async def test_cancelling_at_any_step_leaves_all_or_nothing(
    database: Engine, steps: int
) -> None:
    async def both() -> None:
        async with doors.writing():
            await doors.insert(Act, **act("a"))
            await asyncio.sleep(0)
            await doors.insert(Act, **act("b"))

    task = asyncio.create_task(both())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert await keys() in ([], ["a", "b"])
    async with asyncio.timeout(60), doors.writing():
        await doors.insert(Act, **act("c"))
    assert "c" in await keys()


async def test_a_waiting_writer_can_be_cancelled(database: Engine) -> None:
    async def wait() -> None:
        async with doors.writing():
            await doors.lock_for("act", 1)

    async with doors.writing():
        await doors.lock_for("act", 1)
        await doors.insert(Act, **act("a"))
        waiting = asyncio.create_task(wait(), context=contextvars.Context())
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert await keys() == ["a"]


# Expected conflicts


async def test_a_savepoint_undoes_only_its_part(database: Engine) -> None:
    async def part(*named: str) -> None:
        async with doors.savepoint():
            for key in named:
                await doors.insert(Act, **act(key))

    async with doors.writing():
        await doors.insert(Act, **act("a"))
        with pytest.raises(Conflict):
            await part("b", "a")
        async with doors.savepoint():
            await part("c")
            with pytest.raises(Conflict):
                await part("c")
    assert await keys() == ["a", "c"]


async def test_savepoints_and_locks_belong_inside_writing(database: Engine) -> None:
    with pytest.raises(DatabaseMisuse, match="savepoint"):
        async with doors.savepoint():
            pass
    with pytest.raises(DatabaseMisuse, match="lock_for"):
        await doors.lock_for("act", 1)


CONFLICTS = [
    ("INSERT INTO trial_meal VALUES (1, 7, 1, 1)", "unique", ("id",)),
    ("INSERT INTO trial_meal VALUES (2, 7, 1, 1)", "unique", ("elder", "day")),
    ("INSERT INTO trial_meal VALUES (2, 8, 1, 404)", "foreign_key", ()),
    ("INSERT INTO trial_meal VALUES (2, 8, -1, 1)", "check", ()),
    ("INSERT INTO trial_meal VALUES (2, NULL, 1, 1)", "not_null", ("elder",)),
    ("DELETE FROM audit_line", "trigger", ()),
]


@pytest.mark.parametrize(("statement", "kind", "columns"), CONFLICTS)
async def test_a_refused_row_says_why(
    database: Engine, statement: str, kind: str, columns: tuple[str, ...]
) -> None:
    await make(
        "CREATE TABLE trial_place (id INTEGER PRIMARY KEY)",
        "CREATE TABLE trial_meal (id INTEGER PRIMARY KEY, elder INTEGER NOT NULL, "
        "day INTEGER CHECK (day > 0), place INTEGER REFERENCES trial_place (id))",
        "CREATE UNIQUE INDEX meal_once ON trial_meal (elder, day) WHERE elder > 0",
        "INSERT INTO trial_place VALUES (1)",
        "INSERT INTO trial_meal VALUES (1, 7, 1, 1)",
        "INSERT INTO audit_line (id, at, actor, action, object_kind, object_id, "
        "before, after, prev, mac) VALUES (1, CURRENT_TIMESTAMP, '', 'x', '', '', "
        f"'', '', '', '{'0' * 64}')",
    )
    with pytest.raises(Conflict) as refused:
        await make(statement)
    assert (refused.value.kind, refused.value.columns) == (kind, columns)
    if kind == "trigger":
        assert refused.value.constraint == "append_only: audit_line"
    assert "404" not in str(refused.value)


async def test_piccolo_raises_the_same_conflict(database: Engine) -> None:
    with pytest.raises(Conflict) as refused:
        async with doors.writing():
            await Act.insert(Act(**act("a")), Act(**act("a")))
    assert refused.value.columns == ("key",)


def open_handles() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_what_was_read_ahead_is_forgotten_with_the_next_write_or_lock(
    database: Engine,
) -> None:
    """Answers are given from it only until somebody could have changed them."""
    asked = ("SELECT COUNT(*) AS n FROM act WHERE who <> {}", "赵")
    days = ("SELECT day, 1 = 1 AS t FROM service_override WHERE day > {}", date.min)
    async with doors.writing():
        transaction = database.open_transaction()
        assert transaction is not None
        await doors.read_ahead(asked, days)
        assert await doors.rows(*asked) == [{"n": 0}]
        assert await doors.rows(*days) == []
        await doors.insert(Act, **act("a"))
        assert await doors.rows(*asked) == [{"n": 1}]
        await doors.read_ahead(asked)
        await doors.rows("DELETE FROM act")
        assert await doors.rows(*asked) == [{"n": 0}]
        await doors.read_ahead(asked)
        assert transaction.ahead
        await doors.lock_all([Lock("elder", 7), Lock("day", 1, shared=True)])
        assert not (is_postgres() and transaction.ahead)
    with pytest.raises(DatabaseMisuse):
        await doors.read_ahead(asked)


async def test_a_lock_given_up_with_a_part_is_taken_again(
    postgres_database: Engine,
) -> None:
    held = "SELECT COUNT(*) AS n FROM pg_locks WHERE locktype = 'advisory'"

    async def part() -> None:
        async with doors.savepoint():
            await doors.lock_all([Lock("elder", 7), Lock("elder", 8)])
            assert await doors.rows(held) == [{"n": 2}]
            raise Refusal("already_served")

    async with doors.writing():
        await doors.lock_all([Lock("elder", 7), Lock("elder", 7)])
        with pytest.raises(Refusal):
            await part()
        assert await doors.rows(held) == [{"n": 1}]
        await doors.lock_for("elder", 8)
        assert await doors.rows(held) == [{"n": 2}]
