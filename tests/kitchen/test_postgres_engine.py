"""What only PostgreSQL does: failed transactions, locks, a server that goes away."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitchen import audit, ledger
from kitchen import database as doors
from kitchen.acts import Act
from kitchen.database import Conflict, DatabaseMisuse
from kitchen.errors import Refusal
from kitchen.postgres_engine import POOL_SIZE, PooledPostgresEngine

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"


async def record(action: str) -> None:
    await audit.record(
        by="孙", staff_id=None, at=NOON, action=action, object_kind="x", object_id=1
    )


async def save(key: str) -> None:
    async with doors.writing():
        await insert(key)


async def insert(key: str) -> None:
    await doors.insert(Act, key=key, who="孙", at=NOON, body_hash="-", answer="{}")


async def count() -> int:
    row = await doors.one("SELECT count(*) AS n FROM act")
    assert row is not None
    return int(row["n"])


async def test_a_swallowed_failure_is_not_a_silent_rollback(
    postgres_database: PooledPostgresEngine,
) -> None:
    async def swallow() -> None:
        async with doors.writing():
            await insert("a")
            with pytest.raises(Conflict):
                await insert("a")

    with pytest.raises(DatabaseMisuse, match="swallowed"):
        await swallow()
    assert await count() == 0


async def test_a_lock_that_is_not_given_is_refused(postgres_url: str) -> None:
    doors.configure(postgres_url, [Act])
    doors.current().wait_seconds = 0.2
    held, over = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with doors.writing():
            await doors.lock_for("elder", 7)
            held.set()
            await over.wait()

    async def want(key: int) -> None:
        async with doors.writing():
            await doors.lock_for("elder", key)

    holding = asyncio.create_task(hold())
    await held.wait()
    await want(8)
    with pytest.raises(Refusal, match="database_busy"):
        await want(7)
    over.set()
    await holding
    await want(7)
    await doors.close()


async def test_a_long_verb_keeps_nobody_from_recording(
    postgres_database: PooledPostgresEngine,
) -> None:
    """The chain is held only from a transaction's end to its commit."""
    recorded, go_on = asyncio.Event(), asyncio.Event()

    async def take_long() -> None:
        async with doors.writing():
            await record("the first, long on its way")
            recorded.set()
            await go_on.wait()

    long = asyncio.create_task(take_long())
    await recorded.wait()
    async with doors.writing():
        await record("the second")
    go_on.set()
    await long
    lines = await doors.rows("SELECT action FROM audit_line ORDER BY id")
    assert [line["action"] for line in lines] == [
        "the second",
        "the first, long on its way",
    ]
    assert await audit.verify() is None


async def test_whoever_meets_a_new_account_waits_for_one_till_only(
    postgres_database: PooledPostgresEngine,
) -> None:
    """For whoever opens it, not for all who met it at the same moment."""
    met, go_on = asyncio.Event(), asyncio.Event()

    async def sell(until: asyncio.Event | None = None) -> None:
        async with doors.writing():
            await ledger._accounts(["cash:1"])
            met.set()
            if until is not None:
                await until.wait()

    opener = asyncio.create_task(sell(opened := asyncio.Event()))
    await met.wait()
    slow = asyncio.create_task(sell(go_on))
    while not await doors.rows(WAITING):  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    opened.set()
    await opener
    await asyncio.wait_for(asyncio.create_task(sell()), 30)  # beside the slow one
    go_on.set()
    await slow


async def test_when_every_connection_is_taken_the_next_is_refused(
    postgres_url: str,
) -> None:
    doors.configure(postgres_url, [Act])
    everyone, over = asyncio.Barrier(POOL_SIZE + 1), asyncio.Event()

    async def hold() -> None:
        async with doors.reading():
            await everyone.wait()
            await over.wait()

    holding = [asyncio.create_task(hold()) for _ in range(POOL_SIZE)]
    await everyone.wait()
    doors.current().wait_seconds = 0.1
    with pytest.raises(Refusal, match="database_busy"):
        await count()
    over.set()
    await asyncio.gather(*holding)
    doors.current().wait_seconds = 5
    assert await count() == 0
    await doors.close()


async def test_a_connection_lost_inside_a_transaction_is_replaced(
    postgres_database: PooledPostgresEngine,
) -> None:
    async def lose() -> None:
        async with doors.writing():
            await insert("lost")
            row = await doors.one("SELECT pg_backend_pid() AS pid")
            assert row is not None
            killing = asyncio.create_task(kill(row["pid"]))
            await killing
            await asyncio.sleep(0.05)
            await insert("also lost")

    async def kill(pid: int) -> None:
        other = await postgres_database.get_new_connection()
        await other.execute("SELECT pg_terminate_backend($1)", pid)
        await other.close()

    with pytest.raises(Refusal, match="database_unreachable"):
        await lose()
    await save("kept")
    assert await count() == 1


async def test_a_server_that_is_not_there_is_a_refusal() -> None:
    doors.configure("postgresql://nobody@127.0.0.1:1/none", [Act])
    with pytest.raises(Refusal, match="database_unreachable"):
        await doors.open()
    with pytest.raises(Refusal, match="database_unreachable"):
        await count()


async def test_a_cancelled_query_gives_its_connection_back(
    postgres_database: PooledPostgresEngine,
) -> None:
    for _ in range(15):  # more often than there are connections
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await doors.rows("SELECT pg_sleep(10)")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), doors.writing():
                await doors.rows("SELECT pg_sleep(10)")
    await save("kept")
    assert await count() == 1


async def test_a_reader_cancelled_anywhere_leaves_a_connection_that_can_write(
    postgres_database: PooledPostgresEngine,
) -> None:
    """Parsing alone opens a transaction on the server that the driver knows not of."""
    for number in range(600):
        asked = f"SELECT {number} AS never_asked_before"
        reading = asyncio.create_task(doors.rows(asked))
        for _ in range(number % 60):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        async with doors.writing():
            await doors.rows("SELECT 1")


async def test_a_cancelled_waiter_for_a_connection_takes_none(
    postgres_url: str,
) -> None:
    doors.configure(postgres_url, [Act])
    everyone, over = asyncio.Barrier(POOL_SIZE + 1), asyncio.Event()

    async def hold() -> None:
        async with doors.reading():
            await everyone.wait()
            await over.wait()

    holding = [asyncio.create_task(hold()) for _ in range(POOL_SIZE)]
    await everyone.wait()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await count()
    over.set()
    await asyncio.gather(*holding)
    assert await asyncio.gather(*(count() for _ in range(20))) == [0] * 20
    await doors.close()


async def test_sessions_are_in_utc_and_cannot_write_by_default(
    postgres_database: PooledPostgresEngine,
) -> None:
    assert await doors.rows("SHOW timezone") == [{"TimeZone": "UTC"}]
    shown = await doors.rows("SHOW default_transaction_read_only")
    assert shown == [{"default_transaction_read_only": "on"}]
    async with doors.writing():
        shown = await doors.rows("SHOW synchronous_commit")
    assert shown == [{"synchronous_commit": "on"}]


async def test_a_backup_is_left_to_the_server(
    postgres_database: PooledPostgresEngine, tmp_path: Path
) -> None:
    with pytest.raises(DatabaseMisuse, match="pg_dump"):
        await doors.backup_to(tmp_path / "copy.db")
