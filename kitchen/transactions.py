"""What both database engines share: open transactions, their owner, their errors.

Two doors lead to the rows, `reading()` and `writing()`. A transaction belongs to the
task that opened it, on both engines, so that a mistake PostgreSQL would answer with
"another operation is in progress" is found on SQLite too.
"""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
from piccolo.querystring import QueryString

from kitchen.errors import Refusal

Rows = list[dict[str, Any]]
T = TypeVar("T")

READING_WORDS = frozenset({"SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA", "SHOW"})
DRIVER_ERRORS = (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
BUSY_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class DatabaseMisuse(RuntimeError):
    """The program used the doors wrongly; never something a person did."""


class Conflict(Exception):
    """The database refused a row: a unique index, a key, a check or a trigger.

    `kind` is "unique", "foreign_key", "check", "not_null", "trigger" or "other".
    `columns` is filled for "unique" and "not_null" on both engines; `constraint`
    holds the name of the constraint where the engine tells it, the trigger's
    message for "trigger". Values never appear: they may be personal.
    """

    def __init__(
        self, kind: str, table: str, columns: tuple[str, ...], constraint: str
    ) -> None:
        where = ", ".join(columns) or constraint
        super().__init__(f"{kind} conflict on {table or 'a table'} ({where})")
        self.kind = kind
        self.table = table
        self.columns = columns
        self.constraint = constraint


@dataclass(slots=True, eq=False)
class Transaction:
    """An open transaction: its connection, its owner and whether it may write."""

    connection: Any
    writes: bool
    owner: "asyncio.Task[Any] | None" = field(default_factory=asyncio.current_task)
    over: bool = False
    rehearsed: bool = False  # see `PooledPostgresEngine.rehearsing`
    savepoints: int = 0
    vouched: dict[str, str] = field(default_factory=dict)  # see `vouching`
    held: set[tuple[int, bool]] = field(default_factory=set)  # see `lock_all`
    ahead: dict[tuple[Any, ...], Rows] = field(default_factory=dict)  # `read_ahead`
    kept: dict[Any, list[Any]] = field(default_factory=dict)  # `write_last`


class Doors:
    """The part of an engine that decides which transaction a statement belongs to."""

    engine_type: str
    current_transaction: ContextVar[Any]

    async def fetch(self, sql: str, args: Sequence[Any]) -> Rows:
        """Run one statement with the engine's own placeholders."""
        raise NotImplementedError

    def read_before(self, sql: str, args: Sequence[Any]) -> Rows | None:
        """What the caller's transaction read ahead for that statement; a write makes
        it forget."""
        transaction: Transaction | None = self.current_transaction.get()
        if transaction is None or not transaction.ahead:
            return None
        if first_word(sql) not in READING_WORDS:
            transaction.ahead.clear()
            return None
        return transaction.ahead.get((sql, *args))

    def open_transaction(self) -> Transaction | None:
        """The caller's open transaction; one inherited from another task is refused.

        A task that outlives the transaction it was started in is simply outside.
        """
        transaction: Transaction | None = self.current_transaction.get()
        if transaction is None or transaction.over:
            return None
        if transaction.owner is not asyncio.current_task():
            raise DatabaseMisuse(
                "this task was started inside another task's transaction: run the "
                "statement in the task that opened it (no gather, no wait_for), or "
                "start the task after the transaction"
            )
        return transaction

    def refuse_nested_writing(self) -> None:
        transaction = self.open_transaction()
        if transaction is not None:
            inside = "writing()" if transaction.writes else "reading()"
            raise DatabaseMisuse(
                f"writing() inside {inside}: open it once, in the verb; helpers "
                "below it run in the caller's transaction"
            )

    async def run_querystring(
        self, querystring: QueryString, in_pool: bool = False
    ) -> Rows:
        """Piccolo's entrance for queries."""
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await self.fetch(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Rows:
        """Piccolo's entrance for statements on the schema."""
        return await self.fetch(ddl, ())

    def transform_response_to_dicts(self, results: Rows) -> Rows:
        return results

    async def batch(self, *_: Any, **__: Any) -> Any:
        raise DatabaseMisuse("batch() keeps a connection of its own: use rows()")

    def atomic(self, *_: Any, **__: Any) -> Any:
        raise DatabaseMisuse("use writing() instead of atomic()")

    def transaction(self, *_: Any, **__: Any) -> Any:
        raise DatabaseMisuse("use writing() or reading() instead of transaction()")


def refuse_unless_reading(sql: str, transaction: Transaction | None) -> None:
    """A write outside `writing()` would be a commit of its own: refused."""
    if first_word(sql) not in READING_WORDS:
        door = "inside reading()" if transaction else "outside writing()"
        raise DatabaseMisuse(f"{first_word(sql)} {door}: every write is in writing()")


def first_word(sql: str) -> str:
    return sql.lstrip(" \t\r\n(").partition("(")[0].split(None, 1)[0].upper()


async def to_the_end(
    work: "asyncio.Future[T]", hurry: Callable[[], object] | None = None
) -> T:
    """Wait for `work` even when the waiting task is cancelled, then obey.

    A connection must not be handed on while its statement still runs; `hurry` is
    called once on cancellation to make the statement end early.
    """
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if hurry is not None:
            hurry()
        while not work.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([work])
        if not work.cancelled():
            work.exception()
        raise


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise the driver's errors as what `translate` makes of them."""
    try:
        yield
    except DRIVER_ERRORS as error:
        told = translate(error)
        if told is error:
            raise
        raise told from error


def sqlite_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors of the Python module itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def translate(error: BaseException) -> BaseException:
    """The driver's error in our words: `Conflict`, `Refusal`, or itself if unknown."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return _from_postgres(error)
    return error


SQLITE_KINDS = {
    "UNIQUE": "unique",
    "FOREIGN KEY": "foreign_key",
    "CHECK": "check",
    "NOT NULL": "not_null",
}


def _from_sqlite(error: sqlite3.Error) -> BaseException:
    code = sqlite_code(error)
    if isinstance(error, sqlite3.IntegrityError):
        return _sqlite_conflict(str(error))
    if code in BUSY_CODES:
        return Refusal("database_busy")
    if code == sqlite3.SQLITE_FULL or (
        getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE
    ):  # the second when a full disk has no room for the WAL's index
        return Refusal("disk_full")
    if code == sqlite3.SQLITE_CANTOPEN:
        return Refusal("database_unreachable")
    return error


def _sqlite_conflict(message: str) -> Conflict:
    word, failed, rest = message.partition(" constraint failed")
    if not failed:
        return Conflict("trigger", "", (), message)
    kind, detail = SQLITE_KINDS.get(word, "other"), rest.removeprefix(": ")
    if kind not in {"unique", "not_null"} or detail.startswith("index "):
        return Conflict(kind, "", (), detail.removeprefix("index ").strip("'"))
    names = [name.partition(".") for name in detail.split(", ")]
    return Conflict(kind, names[0][0], tuple(name[2] for name in names), "")


POSTGRES_KINDS: dict[type[asyncpg.PostgresError], str] = {
    asyncpg.UniqueViolationError: "unique",
    asyncpg.ForeignKeyViolationError: "foreign_key",
    asyncpg.CheckViolationError: "check",
    asyncpg.NotNullViolationError: "not_null",
}
BUSY_ERRORS = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
)
GONE_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
)


def _from_postgres(
    error: asyncpg.PostgresError | asyncpg.InterfaceError,
) -> BaseException:
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return _postgres_conflict(error)
    if isinstance(error, BUSY_ERRORS):
        return Refusal("database_busy")
    if isinstance(error, GONE_ERRORS) or _is_lost(error):
        return Refusal("database_unreachable")
    if isinstance(error, asyncpg.DiskFullError):
        return Refusal("disk_full")
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return DatabaseMisuse("a write outside writing(): every write is in writing()")
    unknown: BaseException = error
    return unknown


def _is_lost(error: Exception) -> bool:
    """asyncpg has one class for a lost connection and for wrong use of a good one."""
    said = str(error)
    return isinstance(error, asyncpg.InterfaceError) and (
        "is closed" in said or "released back" in said
    )


def _postgres_conflict(error: Any) -> Conflict:
    kind = POSTGRES_KINDS.get(type(error))
    table, constraint = error.table_name or "", error.constraint_name or ""
    if kind is None:  # our triggers raise restrict_violation and name no constraint
        return Conflict("trigger" if not constraint else "other", table, (), str(error))
    if kind == "not_null":
        return Conflict(kind, table, (error.column_name or "",), constraint)
    named = re.match(r"Key \(([^)]*)\)=", error.detail or "")
    columns = tuple(named[1].split(", ")) if named and kind == "unique" else ()
    return Conflict(kind, table, columns, constraint)
