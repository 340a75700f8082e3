"""Backups restore: each is opened and checked before it gets its name, and a kill, a
changed byte or other keys never touch what is there."""

import asyncio
import datetime as dt
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar

from app import backups, dumps, nights, restoring
from app.asgi import create_app, open_database, periodic_tasks
from app.backups import Manifest, kept, listing, manifest_path
from app.settings import Settings
from kitchen import database, ledger, sealing
from kitchen.database import Engine
from kitchen.errors import Refusal
from tests.app.client import Clock
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter

ZONE = ZoneInfo("Asia/Shanghai")
NOW = MORNING


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation on SQLite with the cast, a payment and a
    backup in it, closed again."""
    settings = Settings(data=tmp_path_factory.mktemp("ready") / "data")
    asyncio.run(installed(settings))
    asyncio.run(backed_up(settings))
    sealing.use(None)
    return settings.data


async def installed(settings: Settings) -> None:
    await open_database(settings)
    cast = await enter()
    await ledger.top_up(
        cast.li,
        10_000,
        kitchen_id=cast.kitchen,
        point_id=cast.chaoyang,
        day=TODAY,
        by=CHEN,
        now=NOW,
    )
    await database.close()


@pytest.fixture
def made(ready: Path, home: Settings) -> Path:
    """A backup of `home`, in its own folder."""
    there = backups.folder_of(Settings(data=ready))
    shutil.copytree(there, backups.folder_of(home))
    [file] = backups.folder_of(home).glob("*.db")
    return file


@pytest.fixture
def home(ready: Path, tmp_path: Path) -> Settings:
    """The installation, without a backup."""
    settings = Settings(data=tmp_path / "data")
    shutil.copytree(ready, settings.data, ignore=shutil.ignore_patterns("backups"))
    sealing.use(sealing.Keyring.load_or_create(settings.keys_file))
    return settings


async def backed_up(settings: Settings, now: dt.datetime = NOW) -> Path:
    await open_database(settings)
    try:
        return await backups.make(settings, now)
    finally:
        await database.close()


async def credit(settings: Settings) -> int:
    await open_database(settings)
    try:
        return await ledger.credit_of(2)
    finally:
        await database.close()


async def eat_the_money(settings: Settings) -> None:
    await open_database(settings)
    try:
        await ledger.take_back(1, 2, "试", today=TODAY, by=CHEN, now=NOW)
    finally:
        await database.close()


async def test_a_backup_comes_with_what_it_held(home: Settings) -> None:
    made = await backed_up(home)
    manifest = backups.read_manifest(made)
    assert manifest is not None
    assert manifest.counts["elder"] == 4
    assert manifest.counts["posting"] == 2
    assert manifest.sha256 == backups.sha256_of(made)
    assert len(manifest.seal) == 12
    assert made.stat().st_mode & 0o077 == 0
    assert [one.file for one in listing(made.parent)] == [made.name]
    assert list(made.parent.glob("unfinished*")) == []


async def test_a_restored_backup_is_the_kitchen_of_that_hour(home: Settings) -> None:
    made = await backed_up(home)
    await eat_the_money(home)
    assert await credit(home) == 0
    replaced = await restoring.restore(home, made, NOW)
    assert await credit(home) == 10_000
    with closing(sqlite3.connect(replaced / "nuancan.db")) as old:
        assert old.execute("SELECT COUNT(*) FROM entry").fetchone() == (2,)


CRASH = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode = WAL")
c.execute("PRAGMA wal_autocheckpoint = 0")
c.execute("UPDATE kitchen SET name = '改过'")
os._exit(1)
"""


def crash_after_a_write(file: Path) -> None:
    """Another process writes and dies: the write is in the log only."""
    ended = subprocess.run([sys.executable, "-c", CRASH, str(file)], check=False)
    assert ended.returncode == 1
    assert file.with_name("nuancan.db-wal").stat().st_size > 0


async def test_a_log_left_by_a_crash_does_not_ruin_the_restored_file(
    home: Settings,
) -> None:
    """The old file's -wal is folded into it, never played into the new one."""
    made = await backed_up(home)
    crash_after_a_write(restoring.database_file(home))
    replaced = await restoring.restore(home, made, NOW)
    await open_database(home)
    row = await database.one("SELECT name FROM kitchen")
    await database.close()
    assert row == {"name": "东山中央厨房"}
    with closing(sqlite3.connect(replaced / "nuancan.db")) as old:
        assert old.execute("SELECT name FROM kitchen").fetchone() == ("改过",)


def flip(file: Path) -> None:
    """One byte in the middle, as a failing disk does."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def rewrite(sql: str) -> Callable[[Path], None]:
    """A change made by somebody who knows SQLite, with a fitting manifest."""

    def change(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            for (trigger,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute(sql)
        manifest = backups.read_manifest(file)
        assert manifest is not None
        held = {**vars(manifest), "sha256": backups.sha256_of(file)}
        manifest_path(file).write_text(Manifest(**held).as_text(), "utf-8")

    return change


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (flip, "backup_tampered"),
        (truncate, "backup_tampered"),
        (rewrite("UPDATE posting SET fen = fen + 1 WHERE id = 1"), "backup_faulty"),
        (rewrite("UPDATE audit_line SET actor = '别人' WHERE id = 3"), "backup_faulty"),
        (rewrite("DELETE FROM audit_line WHERE id = 3"), "backup_faulty"),
        (rewrite("DELETE FROM elder WHERE id = 4"), "backup_faulty"),
        (rewrite("DELETE FROM posting"), "backup_faulty"),
    ],
)
async def test_a_harmed_backup_is_noticed_and_changes_nothing(
    home: Settings, made: Path, harm: Callable[[Path], None], code: str
) -> None:
    harm(made)
    before = sorted(path.name for path in home.data.iterdir())
    with pytest.raises(Refusal) as refused:
        await restoring.restore(home, made, NOW)
    assert refused.value.code == code
    assert sorted(path.name for path in home.data.iterdir()) == before
    assert await credit(home) == 10_000


async def test_a_harmed_file_without_a_manifest_is_noticed_too(
    home: Settings, made: Path
) -> None:
    manifest_path(made).unlink()
    truncate(made)
    with pytest.raises(Refusal, match="backup_faulty"):
        await restoring.restore(home, made, NOW)


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"{}"])
async def test_a_file_that_is_no_backup_is_refused(
    home: Settings, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(content)
    with pytest.raises(Refusal, match="backup_faulty"):
        await restoring.restore(home, file, NOW)
    with pytest.raises(Refusal, match="backup_not_found"):
        await restoring.restore(home, tmp_path / "nothing.db", NOW)


async def test_a_backup_of_other_keys_says_so(made: Path, tmp_path: Path) -> None:
    other = Settings(data=tmp_path / "other")
    other.data.mkdir()
    sealing.use(sealing.Keyring.load_or_create(other.keys_file))
    with pytest.raises(Refusal, match="backup_other_keys"):
        await restoring.restore(other, made, NOW)


async def test_nothing_is_restored_under_a_running_server(
    home: Settings, made: Path
) -> None:
    await open_database(home)
    try:
        await database.one("SELECT COUNT(*) AS n FROM elder")
        with pytest.raises(Refusal, match="database_in_use"):
            await restoring.restore(home, made, NOW)
    finally:
        await database.close()
    assert await credit(home) == 10_000


async def test_a_fault_in_the_live_data_is_noticed_by_the_backup(
    home: Settings,
) -> None:
    with closing(sqlite3.connect(restoring.database_file(home))) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE audit_line SET reason = '改' WHERE id = 2")
        connection.commit()
    with pytest.raises(Refusal, match="backup_faulty"):
        await backed_up(home)
    assert list(backups.folder_of(home).glob("*")) == []


BACKUP = """
import asyncio, datetime as dt, sys
from pathlib import Path
from app import backups
from app.asgi import open_database
from app.settings import Settings

async def run():
    settings = Settings(data=Path(sys.argv[1]))
    await open_database(settings)
    print("ready", flush=True)
    await backups.make(settings, dt.datetime.now(dt.UTC))

asyncio.run(run())
"""


def killed_after(seconds: float, data: Path) -> None:
    """A backup begun and killed with all its children."""
    argv = [sys.executable, "-c", BACKUP, str(data)]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        os.killpg(child.pid, signal.SIGKILL)


async def test_a_kill_during_a_backup_leaves_no_half_file(home: Settings) -> None:
    """Killed at several moments: whatever is listed afterwards is whole."""
    for seconds in (0.0, 0.05, 0.6):
        killed_after(seconds, home.data)
    folder = backups.folder_of(home)
    for manifest in listing(folder):
        assert backups.sha256_of(folder / manifest.file) == manifest.sha256
    whole = {manifest.file for manifest in listing(folder)}
    assert {path.name for path in folder.glob("*.db")} == whole
    for left in folder.glob("unfinished*"):
        os.utime(left, (0, 0))  # an hour and more ago
    made = await backed_up(home)
    assert list(folder.glob("unfinished*")) == []
    assert made.exists()


def test_backups_and_nights_come_by_the_clock() -> None:
    by_clock = {task.run: task.seconds for task in periodic_tasks()}
    assert by_clock[backups.hourly] == by_clock[nights.run_nights] == 3600


async def test_the_hourly_backup_runs_in_the_server_and_keeps_what_it_should(
    home: Settings, clock: Clock
) -> None:
    app: Litestar = create_app(home, clock=clock, areas=("signin", "health"))
    async with app.lifespan():
        for _hour in range(3):
            await backups.hourly(app)
            clock.forward(hours=1)
    assert len(listing(backups.folder_of(home))) == 3


def hours(*ago: int) -> list[dt.datetime]:
    return [NOW - dt.timedelta(hours=one) for one in ago]


def test_retention_keeps_24_hours_14_days_and_12_months() -> None:
    times = hours(*range(24 * 500))
    chosen = kept(times, ZONE)
    assert set(times[:24]) <= chosen
    days = {at.astimezone(ZONE).date() for at in chosen}
    today = NOW.astimezone(ZONE).date()
    assert {today - dt.timedelta(days=n) for n in range(14)} <= days
    assert len({(day.year, day.month) for day in days}) == 12
    assert len(chosen) <= 24 + 14 + 12


def test_retention_of_few_keeps_all() -> None:
    assert kept([], ZONE) == set()
    times = hours(0, 30, 100, 2000)
    assert kept(times, ZONE) == set(times)


def test_what_is_pruned_goes_with_its_manifest(tmp_path: Path) -> None:
    for at in hours(*range(60)):
        name = f"nuancan-{at:%Y%m%dT%H%M%SZ}.db"
        (tmp_path / name).write_bytes(b"x")
        manifest = Manifest(name, at, "", 1, "", "", {})
        manifest_path(tmp_path / name).write_text(manifest.as_text(), "utf-8")
    (tmp_path / "holiday.jpg").write_bytes(b"not ours")
    gone = backups.prune(tmp_path, ZONE)
    assert gone
    left = {path.name for path in tmp_path.iterdir()}
    assert "holiday.jpg" in left
    assert len(left) == 2 * len(listing(tmp_path)) + 1
    assert backups.prune(tmp_path, ZONE) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at": 3}', "x"])
def test_a_manifest_that_is_none_is_not_listed(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.db").write_bytes(b"x")
    (tmp_path / "a.db.json").write_text(text, "utf-8")
    assert listing(tmp_path) == []
    with pytest.raises(Refusal, match="backup_manifest_unreadable"):
        backups.read_manifest(tmp_path / "a.db")


async def test_postgresql_is_dumped_by_its_own_tools(
    postgres_database: Engine, postgres_url: str, tmp_path: Path
) -> None:
    await enter()
    settings = Settings.model_validate(
        {"data": tmp_path / "data", "database": postgres_url}
    )
    if not dumps.has_tools():
        with pytest.raises(Refusal, match="pg_dump_missing"):
            await backups.make(settings, NOW)
        return
    problem = await tried(settings)
    if problem:  # tools older than the server: a clear refusal, and nothing left
        assert "version" in problem
        assert listing(backups.folder_of(settings)) == []
        return
    (manifest,) = listing(backups.folder_of(settings))
    assert manifest.counts["elder"] == 4
    assert manifest.file.endswith(".dump")


async def tried(settings: Settings) -> str:
    """What was wrong with the backup; "" when it was made."""
    try:
        await backups.make(settings, NOW)
    except Refusal as refusal:
        return str(refusal.facts["what"])
    return ""


def test_a_password_is_not_shown_to_the_process_list(tmp_path: Path) -> None:
    url = dumps.without_password(
        "postgresql://nuan:se%3Acret@db/kitchen", tmp_path / "p"
    )
    assert "cret" not in url
    assert url.startswith("postgresql://nuan@db/kitchen?passfile=")
    assert (tmp_path / "p").read_text() == "*:*:*:*:se\\:cret\n"
    assert (tmp_path / "p").stat().st_mode & 0o077 == 0
