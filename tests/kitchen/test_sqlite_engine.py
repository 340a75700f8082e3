"""What only SQLite does: one writer, kept readers, foreign locks, a full disk."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kitchen import database as doors
from kitchen.acts import Act
from kitchen.database import DatabaseMisuse
from kitchen.errors import Refusal
from kitchen.sqlite_engine import KeptSQLiteEngine

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SLOW = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    "SELECT max(i) AS i FROM n"
)

HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def foreign_lock(engine: KeptSQLiteEngine) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the write lock until a line is sent to it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, engine.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


async def save(key: str, answer: str = "{}") -> None:
    async with doors.writing():
        await doors.insert(
            Act, key=key, who="孙", at=NOON, body_hash="-", answer=answer
        )


async def count() -> int:
    row = await doors.one("SELECT count(*) AS n FROM act")
    assert row is not None
    return int(row["n"])


async def pragma(name: str) -> Any:
    row = await doors.one(f"PRAGMA {name}")
    assert row is not None
    return next(iter(row.values()))


PINNED = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL lost acknowledged meals on a power cut
    "foreign_keys": 1,
    "temp_store": 2,
    "trusted_schema": 0,
}


@pytest.mark.parametrize(("name", "value"), PINNED.items())
async def test_durability_is_pinned_on_every_connection(
    sqlite_database: KeptSQLiteEngine, name: str, value: object
) -> None:
    async with doors.writing():
        assert await pragma(name) == value
    for _ in range(4):
        async with doors.reading():
            assert await pragma(name) == value
            assert await pragma("query_only") == 1


# Waiting for the one writer


async def test_a_short_foreign_lock_is_waited_for(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    with foreign_lock(sqlite_database) as process:
        waiting = asyncio.create_task(save("a"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        assert await count() == 0  # reads go on meanwhile
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        await waiting
    assert await count() == 1


async def test_a_long_foreign_lock_is_refused_and_forgotten(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    sqlite_database.wait_seconds = 0.2
    with foreign_lock(sqlite_database):
        with pytest.raises(Refusal) as refused:
            await save("a")
        assert refused.value.code == "database_busy"
    await save("b")
    assert await count() == 1


async def test_a_writer_that_never_ends_does_not_hold_the_others_for_ever(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    sqlite_database.wait_seconds = 0.1
    held, over = asyncio.Event(), asyncio.Event()

    async def dawdle() -> None:
        async with doors.writing():
            held.set()
            await over.wait()

    dawdling = asyncio.create_task(dawdle())
    await held.wait()
    with pytest.raises(Refusal, match="database_busy"):
        await save("a")
    over.set()
    await dawdling
    await save("b")
    assert await count() == 1


async def test_writers_are_served_in_the_order_they_came(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    served = []

    async def come(number: int) -> None:
        async with doors.writing():
            served.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(come(number) for number in range(30)))
    assert served == list(range(30))


# Readers


async def test_a_slow_read_holds_up_neither_loop_nor_writer(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    slow = asyncio.create_task(doors.rows(SLOW, 10**9))
    await asyncio.sleep(0.01)
    await save("a")
    assert await count() == 1
    assert not slow.done()
    slow.cancel()
    await asyncio.wait([slow])


async def test_a_cancelled_read_ends_at_once_and_frees_its_reader(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    for _ in range(5):
        async with asyncio.timeout(60):  # uncut it would go on for minutes
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await doors.rows(SLOW, 10**9)
    assert await count() == 0


async def test_a_long_read_moves_to_a_thread_and_a_short_one_needs_none(
    sqlite_database: KeptSQLiteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    opened = sqlite_database._connect_reader

    def watched() -> sqlite3.Connection:
        reader = opened()
        reader.set_trace_callback(
            lambda _sql: seen.append(threading.current_thread().name)
        )
        return reader

    monkeypatch.setattr(sqlite_database, "_connect_reader", watched)
    assert await doors.rows(SLOW, 50) == [{"i": 50}]
    assert seen == []
    assert await doors.rows(SLOW, 50_000) == [{"i": 50_000}]
    assert len(seen) == 1
    assert seen[0].startswith("database-reader")
    assert await doors.rows(SLOW, 51) == [{"i": 51}]  # known as long by now
    assert len(seen) == 2


async def test_a_short_read_stays_short_however_often_it_runs(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    for _ in range(2_000):
        assert await doors.rows(SLOW, 5) == [{"i": 5}]
    assert not sqlite_database._long_reads


async def test_when_all_readers_are_taken_a_long_read_is_refused(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    sqlite_database.wait_seconds = 0.1
    over = asyncio.Event()

    async def hold() -> None:
        async with doors.reading():
            await over.wait()

    holding = [asyncio.create_task(hold()) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal, match="database_busy"):
        await doors.rows(SLOW, 50_000)
    assert await count() == 0  # a short one goes between
    over.set()
    await asyncio.gather(*holding)
    assert await count() == 0


# Trouble on the writer


async def test_a_full_disk_is_refused_and_heals_by_itself(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    await save("before")

    async def fill() -> None:
        async with doors.writing():
            pages = await pragma("page_count")
            await pragma(f"max_page_count = {pages}")
            for number in range(100):
                await doors.insert(
                    Act,
                    key=f"big{number}",
                    who="",
                    at=NOON,
                    body_hash="",
                    answer="x" * 5000,
                )

    with pytest.raises(Refusal, match="disk_full"):
        await fill()
    assert await count() == 1
    async with doors.writing():
        await pragma("max_page_count = 1000000")
    await save("after")
    assert await count() == 2


async def test_a_folder_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    doors.configure(f"sqlite:///{tmp_path}/gone/kitchen.db", [Act])
    for _ in range(2):
        with pytest.raises(Refusal, match="database_unreachable"):
            await count()
    (tmp_path / "gone").mkdir()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await count()
    await doors.close()


async def test_after_a_rollback_by_the_database_nothing_more_is_written(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    async def rolled_back() -> None:
        async with doors.writing():
            await doors.rows("ROLLBACK")
            with pytest.raises(DatabaseMisuse, match="rolled"):
                await doors.rows("DELETE FROM act")
            with pytest.raises(DatabaseMisuse, match="rolled"):
                await doors.insert(Act, key="x")

    await save("kept")
    with pytest.raises(DatabaseMisuse, match="rolled"):
        await rolled_back()
    assert await count() == 1


async def test_a_writer_that_cannot_roll_back_is_replaced(
    sqlite_database: KeptSQLiteEngine,
) -> None:
    async def break_it() -> None:
        async with doors.writing():
            transaction = sqlite_database.open_transaction()
            assert transaction is not None
            transaction.connection.close()

    with pytest.raises((sqlite3.Error, DatabaseMisuse)):
        await break_it()
    await save("a")
    assert await count() == 1


async def test_closing_gives_back_every_thread(sqlite_url: str) -> None:
    engine = doors.configure(sqlite_url, [Act])
    before = threading.active_count()
    for number in range(5):
        await save(f"k{number}")
        await asyncio.gather(*(count() for _ in range(10)))
        await engine.close()
    assert threading.active_count() == before
    await engine.close()  # twice is harmless


# Copies


async def test_a_backup_is_whole_although_everyone_goes_on_writing(
    sqlite_database: KeptSQLiteEngine, tmp_path: Path
) -> None:
    for number in range(20):
        await save(f"old{number}", "x" * 200_000)
    copy, over = tmp_path / "copy.db", asyncio.Event()

    async def keep_writing() -> int:
        written = 0
        while not over.is_set():
            await save(f"new{written}")
            written += 1
        return written

    writing = asyncio.create_task(keep_writing())
    async with asyncio.timeout(60):
        await doors.backup_to(copy)
    over.set()
    assert await writing > 1
    saved = sqlite3.connect(copy)
    assert saved.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = saved.execute("SELECT count(*) FROM act WHERE key LIKE 'old%'").fetchone()
    saved.close()
    assert kept == (20,)
    assert os.listdir(tmp_path) == ["copy.db"]


async def test_a_failed_backup_leaves_the_last_one_alone(
    sqlite_database: KeptSQLiteEngine, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("the last good one")
    (tmp_path / "copy.db.part").mkdir()
    with pytest.raises(OSError, match=r"copy\.db"):
        await doors.backup_to(copy)
    assert copy.read_text() == "the last good one"
