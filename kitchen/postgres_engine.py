"""PostgreSQL through a pool, with the same two doors as SQLite.

Every session is read-only by default, so that a write outside `writing()` is refused
by the server itself. BEGIN and COMMIT are ours: asyncpg's (and Piccolo's) COMMIT is
silent when the server turned it into a rollback.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine

from kitchen.errors import Refusal
from kitchen.transactions import (
    DRIVER_ERRORS,
    DatabaseMisuse,
    Doors,
    Rows,
    Transaction,
    in_our_words,
    refuse_unless_reading,
    to_the_end,
)

POOL_SIZE = 5  # of one process: each more has every statement to prepare first
STATEMENTS_KEPT = 500  # prepared in each connection, for as long as it lives
WAIT_SECONDS = 5.0


class PooledPostgresEngine(Doors, PostgresEngine):
    """Piccolo's PostgreSQL engine on a pool, bound to one event loop."""

    def __init__(self, url: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self.wait_seconds = wait_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._names: dict[str, tuple[str, ...]] = {}
        super().__init__(config={"dsn": url})

    async def check_version(self) -> None:
        """Piccolo would connect here, in the constructor; `open()` does it for us."""

    async def open(self) -> None:
        """Open the pool on the running loop; twice is harmless."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        if self._loop is not None:
            if self._loop.is_running():
                raise DatabaseMisuse("the database is in use by another event loop")
            self._opening, self._loop, self.pool = asyncio.Lock(), None, None
        async with self._opening:
            if self._loop is not loop:
                self.pool = await self._new_pool()
                self._loop = loop

    async def _new_pool(self) -> Any:
        milliseconds = str(int(self.wait_seconds * 1000))
        try:
            return await asyncpg.create_pool(
                **self.config,
                min_size=1,
                max_size=POOL_SIZE,
                max_inactive_connection_lifetime=0,
                statement_cache_size=STATEMENTS_KEPT,
                max_cached_statement_lifetime=0,
                reset=_leave_no_transaction,
                server_settings={
                    "application_name": "nuancan",
                    "timezone": "UTC",
                    "synchronous_commit": "on",
                    "jit": "off",  # our longest statement takes milliseconds
                    "default_transaction_read_only": "on",
                    "lock_timeout": milliseconds,
                },
            )
        except OSError as error:
            raise Refusal("database_unreachable") from error

    async def close(self) -> None:
        """Close the pool, waiting for what is running in it."""
        pool, self.pool = self.pool, None
        if pool is not None and self._loop is asyncio.get_running_loop():
            await pool.close()
        self._loop = None

    async def fetch(self, sql: str, args: Sequence[Any]) -> Rows:
        """Run one statement: in the caller's transaction, else on the pool."""
        transaction = self.open_transaction()
        if transaction is None or not transaction.writes:
            refuse_unless_reading(sql, transaction)
        if (known := self.read_before(sql, args)) is not None:
            return known
        with in_our_words():
            if transaction is not None:
                found = await transaction.connection.fetch(sql, *args)
            else:
                async with self._borrowed() as connection:
                    found = await connection.fetch(sql, *args)
        return [dict(row) for row in found]

    async def fetch_together(
        self, asked: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[Rows]:
        """What several reads find, in one round trip and one snapshot."""
        transaction = self.open_transaction()
        if transaction is None:
            raise DatabaseMisuse("fetch_together() outside a transaction")
        names = [await self._names_of(transaction.connection, sql) for sql, _ in asked]
        together = _together(tuple((sql, len(args)) for sql, args in asked))
        values = [value for _, args in asked for value in args]
        with in_our_words():
            (found,) = await transaction.connection.fetch(together, *values)
        return [
            [dict(zip(columns, row, strict=True)) for row in rows]
            for columns, rows in zip(names, found, strict=True)
        ]

    async def _names_of(self, connection: Any, sql: str) -> tuple[str, ...]:
        """The columns of a read, asked once: an anonymous row comes without them."""
        if sql not in self._names:
            with in_our_words():
                statement = await connection.prepare(sql)
            found = tuple(column.name for column in statement.get_attributes())
            self._names[sql] = found
        return self._names[sql]

    async def insert_rows(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Run an `INSERT … RETURNING` once per row; the returned values in order."""
        transaction = self.open_transaction()
        if transaction is None or not transaction.writes:
            raise DatabaseMisuse(
                "INSERT outside writing(): every write is in writing()"
            )
        transaction.ahead.clear()
        with in_our_words():
            if transaction.rehearsed:  # prepared, and carried out for no row
                await transaction.connection.fetchmany(sql, [])
                return [0 for _ in rows]
            made = await transaction.connection.fetchmany(sql, rows)
        return [row[0] for row in made]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """One READ COMMITTED transaction; leaves pool and context clean always."""
        self.refuse_nested_writing()
        async with self._transaction("BEGIN READ WRITE", writes=True):
            yield

    @asynccontextmanager
    async def rehearsing(self) -> AsyncIterator[None]:
        """A verb gone through in a transaction that the server lets write nothing:
        inserts are prepared only, and answer 0 for each row."""
        self.refuse_nested_writing()
        async with self._transaction("BEGIN READ ONLY", writes=True):
            self.current_transaction.get().rehearsed = True
            yield

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """One snapshot for all reads inside; inside a transaction, simply that one."""
        if self.open_transaction() is not None:
            yield
            return
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        async with self._transaction(begin, writes=False):
            yield

    async def backup_to(self, target: Path) -> None:
        """Only SQLite is copied from within; a PostgreSQL server has pg_dump."""
        raise DatabaseMisuse(f"{target.name}: back PostgreSQL up with pg_dump")

    @asynccontextmanager
    async def _transaction(self, begin: str, *, writes: bool) -> AsyncIterator[None]:
        async with self._borrowed() as connection:
            with in_our_words():
                await connection.execute(begin)
            transaction = Transaction(connection, writes)
            self.current_transaction.set(transaction)
            try:
                yield
                await to_the_end(asyncio.ensure_future(_commit(connection)))
            finally:
                transaction.over = True
                self.current_transaction.set(None)

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Any]:
        await self.open()
        pool: Any = self.pool
        try:
            connection = await pool.acquire(timeout=self.wait_seconds)
        except TimeoutError:
            raise Refusal("database_busy") from None
        except OSError as error:
            raise Refusal("database_unreachable") from error
        cut_short = True
        try:
            yield connection
            cut_short = False
        finally:
            giving = _give_back(pool, connection, cut_short=cut_short)
            await to_the_end(asyncio.ensure_future(giving))


def _numbered_from(before: int, sql: str) -> str:
    return re.sub(r"\$(\d+)", lambda number: f"${int(number[1]) + before}", sql)


@lru_cache(maxsize=256)
def _together(asked: tuple[tuple[str, int], ...]) -> str:
    """One statement of several, their values numbered on from one to the next."""
    parts, before = [], 0
    for sql, values in asked:
        numbered = _numbered_from(before, sql)
        parts.append(f"ARRAY(SELECT ROW(q.*) FROM ({numbered}) q)")  # noqa: S608 - of our own reads
        before += values
    return f"SELECT {', '.join(parts)}"


async def _commit(connection: Any) -> None:
    with in_our_words():
        outcome = await connection.execute("COMMIT")
    if outcome != "COMMIT":
        raise DatabaseMisuse(
            "a failed statement was swallowed, so nothing was committed: put a "
            "savepoint() around every expected conflict"
        )


async def _give_back(pool: Any, connection: Any, *, cut_short: bool) -> None:
    """Back to the pool, with nothing open on the server.

    `cut_short` after any error: the driver parses a new statement in a message of its
    own, and cancelled after it, the server stands in a read-only transaction that the
    driver never heard of and that refuses the next `BEGIN READ WRITE`.
    """
    try:
        if cut_short and not connection.is_closed():
            await connection.execute("ROLLBACK", timeout=WAIT_SECONDS)
        await _leave_no_transaction(connection)
    except (OSError, *DRIVER_ERRORS):
        with contextlib.suppress(asyncpg.InterfaceError):  # it is gone already
            connection.terminate()
    await pool.release(connection)


async def _leave_no_transaction(connection: Any) -> None:
    if not connection.is_closed() and connection.is_in_transaction():
        await connection.execute("ROLLBACK", timeout=WAIT_SECONDS)
