"""Is it up, can it work: green when it can, red within one answer when it cannot."""

import datetime as dt
import os
import sqlite3
from pathlib import Path

import pytest

from app import sessions
from app.asgi import create_app
from app.jobs import Job
from app.settings import Settings
from kitchen import database as doors
from kitchen.database import Engine
from kitchen.sqlite_engine import KeptSQLiteEngine
from tests.app.client import Client, Clock, hire


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "health")


async def checks(client: Client) -> dict[str, bool]:
    answer = await client.get("/readyz")
    found: dict[str, bool] = answer.json()["checks"]
    assert answer.status_code == (200 if all(found.values()) else 503)
    return found


async def test_a_process_that_answers_is_healthy(visitor: Client) -> None:
    answer = await visitor.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_fresh_start_is_ready(visitor: Client) -> None:
    assert all((await checks(visitor)).values())


async def test_a_long_queue_is_not_ready(visitor: Client, clock: Clock) -> None:
    row = {
        "kind": "old",
        "title": "",
        "arguments": "{}",
        "state": "queued",
        "percent": 0,
        "note": "",
        "result": "{}",
        "created_by": None,
        "created_at": clock(),
    }
    await visitor.app.state.jobs.close()  # nobody takes them
    async with doors.writing():
        await doors.insert_many(Job, [row] * 21)
    assert (await checks(visitor))["jobs"] is False


async def test_a_database_held_by_someone_else_is_not_ready(
    sqlite_database: Engine, settings: Settings, clock: Clock
) -> None:
    settings.data.mkdir(parents=True)
    app = create_app(settings, clock=clock, areas=("health",), own_database=False)
    async with app.lifespan(), Client(app) as client:
        other = another_writer(sqlite_database)
        assert (await checks(client))["database"] is False
        other.execute("ROLLBACK")
        other.close()
        assert (await checks(client))["database"] is True


@pytest.mark.parametrize(("hours", "ready"), [(2, True), (4, False)])
async def test_an_old_backup_is_not_ready(
    app: object, visitor: Client, tmp_path: Path, clock: Clock, hours: int, ready: bool
) -> None:
    folder = visitor.app.state.settings.data / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    visitor.app.state.settings = Settings(data=folder.parent, backups=True)
    copy = folder / "nuancan-1.db"
    copy.write_bytes(b"x")
    at = (clock() - dt.timedelta(hours=hours)).timestamp()
    os.utime(copy, (at, at))
    assert (await checks(visitor))["backup"] is ready


async def test_what_a_browser_blocked_is_logged_and_kept_short(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await visitor.post(
        "/csp-report",
        content=b'{"csp-report": {}}' + b"x" * 10_000,
        headers={"Content-Type": "application/csp-report"},
    )
    assert answer.status_code == 204
    [line] = [r.getMessage() for r in caplog.records if "content policy" in r.msg]
    assert len(line) < 2_200


async def test_pages_are_read_while_the_writer_is_held_by_someone_else(
    sqlite_database: Engine, settings: Settings, clock: Clock
) -> None:
    settings.data.mkdir(parents=True)
    app = create_app(settings, clock=clock, areas=("signin",), own_database=False)
    async with app.lifespan(), Client(app) as client:
        actor = await hire("cook", "周师傅", clock())
        async with doors.writing():
            token = await sessions.begin(actor.staff_id, 1, "test", "::1", clock())
        client.cookies.set("nuancan", token, domain="nuancan.local")
        clock.forward(minutes=5)  # the session is due to be touched
        other = another_writer(sqlite_database)
        assert (await client.get("/account")).status_code == 200
        other.execute("ROLLBACK")
        other.close()


def another_writer(database: Engine) -> sqlite3.Connection:
    """Somebody else who holds the database for writing."""
    assert isinstance(database, KeptSQLiteEngine)
    other = sqlite3.connect(str(database.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other
