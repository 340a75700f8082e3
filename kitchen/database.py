"""The rows: an engine from a URL and two doors to it, `reading()` and `writing()`.

    async with writing():
        await lock_for("elder", elder_id)
        await insert(Meal, elder_id=elder_id, …)

Every write is inside `writing()`, opened once, by the verb. Statements are Piccolo
queries, or plain SQL with `{}` placeholders that both SQLite and PostgreSQL read.
"""

import contextlib
import hashlib
import json
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from piccolo.table import Table

from kitchen.off_loop import off_loop
from kitchen.postgres_engine import POOL_SIZE, PooledPostgresEngine
from kitchen.sqlite_engine import KeptSQLiteEngine
from kitchen.transactions import Conflict, DatabaseMisuse, Rows, Transaction, translate

__all__ = [
    "Asked",
    "Conflict",
    "DatabaseMisuse",
    "Engine",
    "Lock",
    "backup_to",
    "close",
    "configure",
    "connections",
    "current",
    "engine_for",
    "facts_of",
    "in_bulk",
    "insert",
    "insert_many",
    "is_postgres",
    "lock_all",
    "lock_for",
    "one",
    "only",
    "open",
    "read_ahead",
    "reading",
    "rehearsing",
    "returned",
    "rows",
    "savepoint",
    "translate",
    "undoing",
    "update_row",
    "vouched",
    "write_last",
    "write_what_was_kept",
    "writing",
]

Engine = KeptSQLiteEngine | PooledPostgresEngine

Asked = tuple[Any, ...]
"""A read to be asked: the text and its values, as `rows()` takes them."""

_engine: Engine | None = None
T = TypeVar("T")

undoing: ContextVar[bool] = ContextVar("undoing", default=False)
"""True while somebody only asks what would happen: every `writing()` is gone through,
refuses what it would refuse, and is undone at its end."""


class _Undone(Exception):
    """How a transaction gone through under `undoing` ends."""


def engine_for(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
    if url.startswith("sqlite:///"):
        return KeptSQLiteEngine(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        return PooledPostgresEngine(url)
    raise ValueError("the database URL starts with sqlite:/// or postgresql://")


def configure(url: str, tables: Sequence[type[Table]]) -> Engine:
    """Choose the database for all `tables`; call `open()` before the first query."""
    global _engine
    _engine = engine_for(url)
    for table in tables:
        table._meta._db = _engine
    return _engine


def current() -> Engine:
    """The configured engine."""
    if _engine is None:
        raise DatabaseMisuse("no database is configured: call configure(url, tables)")
    return _engine


async def open() -> None:
    """Open connections on the running event loop; twice is harmless."""
    await current().open()


async def close() -> None:
    """Close every connection and thread of the database."""
    await current().close()


def is_postgres() -> bool:
    """Whether the rows are in PostgreSQL; for the few statements that must differ."""
    return isinstance(current(), PooledPostgresEngine)


@asynccontextmanager
async def writing() -> AsyncIterator[None]:
    """The door for writes: one transaction, committed at the end of the block.

    Raises `Refusal("database_busy")` after 5 s of waiting for other writers.
    """
    with contextlib.suppress(_Undone):
        async with current().writing():
            yield
            await write_what_was_kept()
            if undoing.get():
                raise _Undone


@asynccontextmanager
async def rehearsing() -> AsyncIterator[None]:
    """`writing()` that writes nothing, so that PostgreSQL prepares what is said in it;
    SQLite has nothing to prepare that would take time."""
    engine = current()
    if not isinstance(engine, PooledPostgresEngine):
        raise DatabaseMisuse("rehearsing() is for PostgreSQL")
    async with engine.rehearsing():
        yield
        await write_what_was_kept()


def write_last(write: Callable[[list[T]], Awaitable[None]], item: T) -> None:
    """Keep `item` for the end of the transaction, when `write` gets all it was given,
    in their order, as the last thing before the commit: what everybody has to wait for
    in turn is held no longer than that."""
    _writing("write_last()").kept.setdefault(write, []).append(item)


async def write_what_was_kept() -> None:
    """Before the commit; by hand where the rest of the transaction must read it."""
    kept = _writing("writing()").kept
    while kept:
        write = next(iter(kept))
        await write(kept.pop(write))


def _writing(what: str) -> Transaction:
    transaction = current().open_transaction()
    if transaction is None or not transaction.writes:
        raise DatabaseMisuse(f"{what} outside writing()")
    return transaction


def connections() -> int:
    """How many connections of this process may be in use at once."""
    return POOL_SIZE


def reading() -> AbstractAsyncContextManager[None]:
    """The door for several reads that must agree: one snapshot for the block."""
    return current().reading()


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """A part of `writing()` that may fail alone; put it around expected conflicts.

    On any exception the part is undone and the exception goes on.
    """
    transaction = _writing("savepoint()")
    transaction.savepoints += 1
    name = f"part_{transaction.savepoints}"
    before = dict(transaction.vouched), set(transaction.held)
    kept = {write: [*items] for write, items in transaction.kept.items()}
    await rows(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException:
        # Fails only when the whole transaction is lost; the first error tells more.
        with contextlib.suppress(Exception):
            await rows(f"ROLLBACK TO SAVEPOINT {name}")
            await rows(f"RELEASE SAVEPOINT {name}")
        (transaction.vouched, transaction.held), transaction.kept = before, kept
        raise
    await rows(f"RELEASE SAVEPOINT {name}")


def vouched() -> dict[str, str]:
    """What the next line of the audit chain is to vouch for, see `vouching`."""
    return _writing("vouched()").vouched


class Lock(NamedTuple):
    """What is held, see `lock_for`."""

    name: str
    key: object = ""
    shared: bool = False

    @property
    def number(self) -> int:
        digest = hashlib.sha256(f"{self.name}|{self.key}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    @property
    def taken_by(self) -> str:
        return "pg_advisory_xact_lock_shared" if self.shared else ALONE


ALONE = "pg_advisory_xact_lock"


async def lock_for(name: str, key: object = "", *, shared: bool = False) -> None:
    """Hold everyone else who asks for the same name and key until commit; with
    `shared`, only those who ask for it alone.

    Needed on PostgreSQL around read-then-write; SQLite has one writer anyway.
    """
    await lock_all([Lock(name, key, shared)])


async def lock_all(locks: Sequence[Lock]) -> None:
    """`lock_for` several, one after the other as given, in one round trip. What the
    transaction holds already is not asked for again."""
    transaction = _writing("lock_for()")
    if not is_postgres():
        return
    wanted: dict[tuple[int, bool], str] = {}
    for lock in locks:
        number = lock.number
        if not transaction.held & {(number, False), (number, lock.shared)}:
            wanted[number, lock.shared] = lock.taken_by
    if not wanted:
        return
    transaction.ahead.clear()  # whoever was waited for may have written
    taken = ", ".join(f"{function}({{}})" for function in wanted.values())
    await rows(f"SELECT {taken}", *(number for number, _ in wanted))
    transaction.held |= wanted.keys()


async def read_ahead(*asked: Asked) -> None:
    """Put several reads in one round trip, inside `writing()`: whoever asks `rows()`
    for exactly one of them next has the answer at once.

    Nothing is known ahead any more once something is written or another lock is taken,
    so that no answer is older than it could have been anyway.
    """
    transaction = _writing("read_ahead()")
    wanted = [(_text(sql, args), _flat(args)) for sql, *args in asked]
    wanted = [one for one in wanted if (one[0], *one[1]) not in transaction.ahead]
    if not wanted:
        return
    found = await current().fetch_together(wanted)
    for (text, values), answer in zip(wanted, found, strict=True):
        transaction.ahead[(text, *values)] = answer


async def rows(sql: str, *args: Any) -> Rows:
    """Rows of a statement in plain SQL, `{}` for each value, as dictionaries.

    A list or tuple fills `IN {}`. For a computed date or time name its type in the
    alias, `MAX(day) AS "day [DATE]"`: SQLite cannot tell otherwise.
    """
    found = await current().fetch(_text(sql, args), _flat(args))
    return _without_types(found) if found and "[" in sql and is_postgres() else found


def _text(sql: str, args: Sequence[Any]) -> str:
    shape = tuple(len(a) if isinstance(a, list | tuple) else -1 for a in args)
    return _compiled(sql, shape, is_postgres())


MANY = 200


async def facts_of(found: Rows, fact: Callable[[dict[str, Any]], T]) -> list[T]:
    """What `fact` makes of each row."""
    return await in_bulk(len(found), lambda: [fact(row) for row in found])


async def in_bulk(many: int, make: Callable[[], T]) -> T:
    """What `make` puts together, arithmetic only; of many things in a thread, so that
    a till does not wait while a large kitchen is put together."""
    return make() if many < MANY else await off_loop(make)


def only(column: str, among: Sequence[int] | None) -> tuple[str, list[Sequence[int]]]:
    """A condition for `rows()` that narrows a column to some ids, and its value; none
    where all are meant."""
    return ("", []) if among is None else (f" AND {column} IN {{}}", [among])


async def one(sql: str, *args: Any) -> dict[str, Any] | None:
    """The only row of a statement, or None; more than one is a programming error."""
    found = await rows(sql, *args)
    if len(found) > 1:
        raise DatabaseMisuse(f"one() found {len(found)} rows")
    return found[0] if found else None


async def insert(table: type[Table], **values: Any) -> Any:
    """Insert one row and return its primary key."""
    return (await insert_many(table, [values]))[0]


async def insert_many(
    table: type[Table], rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Insert rows with the same columns; their primary keys in the given order.

    Columns left out take the default of the database, not of the Table class.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    sql = _insert_sql(table, names, is_postgres())
    return await current().insert_rows(sql, _values(names, rows))


async def returned(sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The one value of each row from an `INSERT … RETURNING` in plain SQL; none for a
    row that conflicts with one there is and does nothing."""
    if not rows:
        return []
    text = _text(sql, rows[0])
    return await current().insert_rows(text, [_flat(row) for row in rows])


async def update_row(
    table: type[Table], key: object, values: Mapping[str, Any]
) -> None:
    """Set columns of the one row with this primary key; it must be there."""
    names = [
        table._meta.get_column_by_name(name)._meta.db_column_name for name in values
    ]
    changes = ", ".join(f'"{name}" = {{}}' for name in names)
    parts = ("UPDATE", f'"{table._meta.tablename}"', "SET", changes)
    primary = table._meta.primary_key._meta.db_column_name
    chosen = f'WHERE "{primary}" = {{}} RETURNING "{primary}"'
    if not await rows(" ".join([*parts, chosen]), *values.values(), key):
        raise DatabaseMisuse(f"no row {key} in {table._meta.tablename} to update")


async def backup_to(path: Path) -> None:
    """Copy the SQLite database while it is in use, complete or not at all."""
    await current().backup_to(path)


def _values(
    names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> Iterable[list[Any]]:
    for row in rows:
        if len(row) != len(names):
            raise ValueError("insert_many: rows must have the same columns")
        yield [_plain(row[name]) for name in names]


@lru_cache(maxsize=512)
def _insert_sql(table: type[Table], names: tuple[str, ...], postgres: bool) -> str:
    columns = [table._meta.get_column_by_name(name) for name in names]
    quoted = ", ".join(f'"{column._meta.db_column_name}"' for column in columns)
    marks = ", ".join(_mark(i, postgres) for i in range(1, len(names) + 1))
    key = table._meta.primary_key._meta.db_column_name
    parts = ("INSERT INTO", f'"{table._meta.tablename}"', f"({quoted})")
    return " ".join([*parts, f"VALUES ({marks})", f'RETURNING "{key}"'])


@lru_cache(maxsize=2048)
def _compiled(sql: str, shape: tuple[int, ...], postgres: bool) -> str:
    first, *pieces = sql.split("{}")
    if len(pieces) != len(shape):
        raise ValueError(f"{len(pieces)} placeholders but {len(shape)} values")
    text, number = [first], 0
    for piece, size in zip(pieces, shape, strict=True):
        marks = [_mark(number + i + 1, postgres) for i in range(abs(size))]
        number += len(marks)
        text.append(marks[0] if size == -1 else f"({', '.join(marks) or 'NULL'})")
        text.append(piece)
    return "".join(text)


def _mark(number: int, postgres: bool) -> str:
    return f"${number}" if postgres else "?"


def _flat(args: Sequence[Any]) -> list[Any]:
    flat: list[Any] = []
    for arg in args:
        if isinstance(arg, list | tuple):
            flat.extend(_plain(item) for item in arg)
        else:
            flat.append(_plain(arg))
    return flat


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise DatabaseMisuse("a time without its zone: pass aware datetimes")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _without_types(found: Rows) -> Rows:
    """SQLite's driver cuts ` [DATE]` off a column's name; do as it does."""
    return [{name.partition(" [")[0]: v for name, v in row.items()} for row in found]
