"""SQLite for many tasks at once: one kept writer behind a lock, a few kept readers.

Inside `writing()` statements run on the event loop's own thread: they are point
queries of microseconds, and a hop to a thread and back costs more than they do. Only
COMMIT, which waits for the disk, runs in the writer's thread. For the same reason a
read outside a transaction begins on the loop's thread too; one that is not done after
`QUICK_STEPS` starts over in a reader's thread, and at once there the next time.
Piccolo's own engine opens a connection per query and stays poisoned after a failed
COMMIT; that is why this one exists.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from piccolo.engine.sqlite import SQLiteEngine

from kitchen.errors import Refusal
from kitchen.transactions import (
    DatabaseMisuse,
    Doors,
    Rows,
    Transaction,
    in_our_words,
    refuse_unless_reading,
    sqlite_code,
    to_the_end,
)

READERS = 3
QUICK_STEPS = 12_000  # of SQLite's machine: a millisecond or two, some hundred rows
TICKS = 4
LONG_READS_KEPT = 2_000
WAIT_SECONDS = 5.0
BACKUP_PAGES = 500
BACKUP_PAUSE_SECONDS = 0.005
YIELD_EVERY_ROWS = 100

# FULL, not the usual NORMAL: with NORMAL a power cut loses acknowledged commits.
PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    "journal_size_limit = 67108864",
)


@lru_cache(maxsize=4096)
def convert_date(value: bytes) -> date:
    """A day's rows bear few dates."""
    return date.fromisoformat(value.decode())


def convert_boolean(value: bytes) -> bool:
    return value == b"1"


def convert_timestamptz(value: bytes) -> datetime:
    return datetime.fromisoformat(value.decode()).replace(tzinfo=UTC)


# Piccolo's own are several times slower, and a page of two thousand people reads tens
# of thousands of values. Integers need none: SQLite gives them as they are.
sqlite3.register_converter("DATE", convert_date)
sqlite3.register_converter("BOOLEAN", convert_boolean)
sqlite3.register_converter("TIMESTAMPTZ", convert_timestamptz)
sqlite3.converters.pop("INTEGER", None)


class KeptSQLiteEngine(Doors, SQLiteEngine):
    """Piccolo's SQLite engine on kept connections, bound to one event loop."""

    def __init__(self, path: str, wait_seconds: float = WAIT_SECONDS) -> None:
        super().__init__(path=path)
        self.wait_seconds = wait_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: sqlite3.Connection | None = None
        self._connections: list[sqlite3.Connection] = []
        self._long_reads: set[str] = set()
        self._ticks = 0

    async def open(self) -> None:
        """Open the kept connections on the running loop; twice is harmless."""
        self._ensure_open()

    def _ensure_open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        if self._loop is not None:
            if self._loop.is_running():
                raise DatabaseMisuse("the database is in use by another event loop")
            self._shut()
        self._writer_lock = asyncio.Lock()
        self._writer_thread = ThreadPoolExecutor(1, "database-writer")
        self._reader_threads = ThreadPoolExecutor(READERS, "database-reader")
        self._readers: asyncio.LifoQueue[sqlite3.Connection | None]
        self._readers = asyncio.LifoQueue()
        with in_our_words():
            self._writer = self._connect()
            self._quick = self._connect_reader()
            self._quick.execute("PRAGMA busy_timeout = 0")
            self._quick.set_progress_handler(self._is_long, QUICK_STEPS // TICKS)
        self._connections = [self._quick]
        for _ in range(READERS):  # opened when a long read comes first: seldom, mostly
            self._readers.put_nowait(None)
        self._loop = loop

    async def close(self) -> None:
        """Close every connection and thread; waits a while for the running write."""
        if self._loop is asyncio.get_running_loop():
            with contextlib.suppress(Refusal):
                async with self._writer_turn():
                    self._shut()
        self._shut()

    def _shut(self) -> None:
        if self._loop is None:
            return
        self._loop = None
        self._reader_threads.shutdown()
        self._writer_thread.shutdown()
        for connection in self._connections:
            connection.close()
        if self._writer is not None:
            self._writer.close()
        self._connections, self._writer = [], None

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(
            **self.connection_kwargs, check_same_thread=False, cached_statements=512
        )
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        # BEGIN IMMEDIATE runs on the loop's thread: it must never wait in SQLite.
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def _connect_reader(self) -> sqlite3.Connection:
        connection = self._connect()
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA query_only = ON")
        return connection

    async def fetch(self, sql: str, args: Sequence[Any]) -> Rows:
        """Run one statement: in the caller's transaction, else on a reader."""
        transaction = self.open_transaction()
        if transaction is None:
            refuse_unless_reading(sql, None)
            self._ensure_open()
            found = self._fetch_quickly(sql, args)
            if found is not None:
                return found
            async with self._reader() as connection:
                return await self._fetch_in_thread(connection, sql, args)
        if (known := self.read_before(sql, args)) is not None:
            return known
        if transaction.writes:
            return self._fetch_here(transaction.connection, sql, args)
        refuse_unless_reading(sql, transaction)
        return await self._fetch_in_thread(transaction.connection, sql, args)

    def _is_long(self) -> bool:
        """SQLite counts on over all runs of a kept statement, so that the first tick
        may come at once: only several in one run tell a long read."""
        self._ticks += 1
        return self._ticks >= TICKS

    def _fetch_quickly(self, sql: str, args: Sequence[Any]) -> Rows | None:
        """The rows, or None when this read belongs into a thread."""
        if sql in self._long_reads:
            return None
        self._ticks = 0
        try:
            return _fetch(self._quick, sql, args)
        except sqlite3.OperationalError as error:
            if sqlite_code(error) == sqlite3.SQLITE_INTERRUPT:
                if len(self._long_reads) >= LONG_READS_KEPT:
                    self._long_reads.clear()
                self._long_reads.add(sql)
            return None  # whatever it was, the reader's thread says it properly

    def _fetch_here(
        self, connection: sqlite3.Connection, sql: str, args: Sequence[Any]
    ) -> Rows:
        _refuse_rolled_back(connection)
        with in_our_words():
            return _fetch(connection, sql, args)

    async def _fetch_in_thread(
        self, connection: sqlite3.Connection, sql: str, args: Sequence[Any]
    ) -> Rows:
        work = asyncio.get_running_loop().run_in_executor(
            self._reader_threads, _fetch, connection, sql, args
        )
        try:
            with in_our_words():
                return await to_the_end(work, hurry=connection.interrupt)
        except sqlite3.Error as error:
            if sqlite_code(error) == sqlite3.SQLITE_READONLY:
                raise DatabaseMisuse("every write is in writing()") from error
            raise

    async def fetch_together(
        self, asked: Sequence[tuple[str, Sequence[Any]]]
    ) -> list[Rows]:
        """What several reads find; here a read costs no way to a server and back."""
        return [await self.fetch(sql, args) for sql, args in asked]

    async def insert_rows(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Run an `INSERT … RETURNING` once per row; the returned values in order."""
        transaction = self.open_transaction()
        if transaction is None or not transaction.writes:
            raise DatabaseMisuse(
                "INSERT outside writing(): every write is in writing()"
            )
        transaction.ahead.clear()
        connection, made = transaction.connection, []
        _refuse_rolled_back(connection)
        with in_our_words():
            for number, row in enumerate(rows, start=1):
                made += [value for (value,) in connection.execute(sql, row).fetchall()]
                if number % YIELD_EVERY_ROWS == 0:
                    await asyncio.sleep(0)
        return made

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """One IMMEDIATE transaction; leaves writer, lock and context clean always."""
        self.refuse_nested_writing()
        self._ensure_open()
        async with self._writer_turn():
            connection = self._writer = self._writer or self._connect()
            await self._begin(connection)
            transaction = Transaction(connection, writes=True)
            self.current_transaction.set(transaction)
            try:
                yield
                await self._commit(connection)
            finally:
                transaction.over = True
                self.current_transaction.set(None)
                self._roll_back_leftovers(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """One snapshot for all reads inside; inside a transaction, simply that one."""
        if self.open_transaction() is not None:
            yield
            return
        self._ensure_open()
        async with self._reader() as connection:
            connection.execute("BEGIN DEFERRED")
            transaction = Transaction(connection, writes=False)
            self.current_transaction.set(transaction)
            try:
                yield
            finally:
                transaction.over = True
                self.current_transaction.set(None)
                with contextlib.suppress(sqlite3.Error):  # closed under our hands
                    connection.execute("ROLLBACK")

    async def backup_to(self, target: Path) -> None:
        """Copy the database, as it is now, to `target` while others read and write."""
        await asyncio.to_thread(copy_database, Path(self.path), target)

    @asynccontextmanager
    async def _writer_turn(self) -> AsyncIterator[None]:
        lock = self._writer_lock
        try:
            async with asyncio.timeout(self.wait_seconds):
                await lock.acquire()
        except TimeoutError:
            raise Refusal("database_busy") from None
        try:
            yield
        finally:
            lock.release()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[sqlite3.Connection]:
        readers = self._readers
        try:
            async with asyncio.timeout(self.wait_seconds):
                connection = await readers.get()
        except TimeoutError:
            raise Refusal("database_busy") from None
        try:
            if connection is None:
                with in_our_words():
                    connection = self._connect_reader()
                self._connections.append(connection)
            yield connection
        finally:
            readers.put_nowait(connection)

    async def _begin(self, connection: sqlite3.Connection) -> None:
        """Take the write lock, waiting politely for another process to let go."""
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + self.wait_seconds, 0.001
        while True:
            try:
                with in_our_words():
                    connection.execute("BEGIN IMMEDIATE")
            except Refusal:
                if loop.time() >= deadline:
                    raise
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.05)

    async def _commit(self, connection: sqlite3.Connection) -> None:
        _refuse_rolled_back(connection)
        work = asyncio.get_running_loop().run_in_executor(
            self._writer_thread, connection.execute, "COMMIT"
        )
        with in_our_words():
            await to_the_end(work)

    def _roll_back_leftovers(self, connection: sqlite3.Connection) -> None:
        """Nothing is awaited here, so no cancellation can come in between."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._writer = None  # a fresh one is opened for the next write
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _fetch(connection: sqlite3.Connection, sql: str, args: Sequence[Any]) -> Rows:
    cursor = connection.execute(sql, args)
    found = cursor.fetchall()
    if not found:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _refuse_rolled_back(connection: sqlite3.Connection) -> None:
    """A full disk rolls back by itself; later statements would commit one by one."""
    if not connection.in_transaction:
        raise DatabaseMisuse("the database has already rolled this transaction back")


def copy_database(source: Path, target: Path) -> None:
    """Copy a live SQLite file in small steps, complete or not at all.

    The held read transaction fixes the snapshot: without it every commit of the
    writer would make the copy start over.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    reader = sqlite3.connect(source, isolation_level=None)
    copy = sqlite3.connect(part)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM sqlite_schema").fetchone()
        reader.backup(copy, pages=BACKUP_PAGES, sleep=BACKUP_PAUSE_SECONDS)
    finally:
        copy.close()
        reader.close()
    os.replace(part, target)
