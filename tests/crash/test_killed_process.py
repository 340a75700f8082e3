"""A killed process loses no acknowledged act, and repeats none."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kitchen import acts, audit, database, sealing, upgrading
from kitchen.sealing import Keyring
from tests.crash.till import serve

ROOT = Path(__file__).parents[2]
KILLS = 5


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> str:
    """A migrated file on the disk, not in memory, and the keys beside it."""
    (tmp_path / "kitchen.db").write_bytes(sqlite_template.read_bytes())
    keyring.save(tmp_path / "keys.json")
    return f"sqlite:///{tmp_path / 'kitchen.db'}"


def rush_and_kill(
    url: str, keys: Path, name: str, after_seconds: float
) -> dict[str, int]:
    """What a till acknowledged (key, line) until it was killed with SIGKILL."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash.till", url, str(keys), name],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as till:
        assert till.stdout is not None
        first = till.stdout.readline()
        time.sleep(after_seconds)
        till.kill()
        lines = [first, *till.stdout.readlines()]
    whole = [line.split() for line in lines if line.endswith(b"\n")]
    return {key.decode(): int(answer) for key, answer in whole}


async def test_no_acknowledged_act_is_lost_or_done_twice(
    url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261122)
    acknowledged: dict[str, int] = {}
    for number in range(KILLS):
        wait = chance.uniform(0.02, 0.3)
        acknowledged |= rush_and_kill(url, tmp_path / "keys.json", f"r{number}", wait)
    assert len(acknowledged) > KILLS

    database.configure(url, [audit.AuditLine, acts.Act])
    stored = await database.rows("SELECT key FROM act")
    lines = await database.rows("SELECT object_id FROM audit_line")
    assert {row["key"] for row in stored} >= acknowledged.keys()
    # Key and effect are never one without the other, also for the unanswered.
    assert sorted(row["key"] for row in stored) == sorted(
        row["object_id"] for row in lines
    )
    for key in (*list(acknowledged)[:50], *list(acknowledged)[-50:]):
        assert await serve(key) == (acknowledged[key], True)
    assert await audit.verify() is None
    assert await database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    await database.close()


# Kills itself, as hard as a power switch, when so many statements have been run.
UPGRADE = """
import asyncio, os, signal, sys
from pathlib import Path
from kitchen import database, upgrading

left, cut = int(sys.argv[3]), upgrading.statements_of

def cut_and_kill(script):
    global left
    for statement in cut(script):
        yield statement
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

upgrading.statements_of = cut_and_kill
engine = database.engine_for(sys.argv[1])
asyncio.run(upgrading.upgrade(engine, Path(sys.argv[2])))
"""


async def test_an_upgrade_killed_again_and_again_still_ends_whole(
    tmp_path: Path,
) -> None:
    folder, path = tmp_path / "upgrades", tmp_path / "kitchen.db"
    write_steps(folder, 9)
    for statements, steps in [(1, 0), (3, 0), (8, 2), (2, 2), (6, 3)]:
        run_upgrade(f"sqlite:///{path}", folder, statements)
        assert whole_steps(path) == steps
    engine = database.engine_for(f"sqlite:///{path}")
    await upgrading.upgrade(engine, folder)
    assert await upgrading.pending(engine, folder) == []
    assert whole_steps(path) == 9


def run_upgrade(url: str, folder: Path, kill_after_statements: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UPGRADE, url, str(folder), str(kill_after_statements)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL


def write_steps(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(1, count + 1):
        text = "".join(
            f"CREATE TABLE t{number}_{part} (id {{pk}});\n" for part in range(3)
        )
        (folder / f"{number:04}_step.sql").write_text(text)


def whole_steps(path: Path) -> int:
    """Recorded steps; each has made all three of its tables or none."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        )
        tables = {name for (name,) in names}
        if "upgrade" not in tables:
            return 0
        (steps,) = connection.execute("SELECT count(*) FROM upgrade").fetchone()
    assert len(tables - {"upgrade"}) == 3 * steps
    return int(steps)


async def test_a_killed_writer_leaves_no_lock_behind(url: str, tmp_path: Path) -> None:
    rush_and_kill(url, tmp_path / "keys.json", "r", 0.05)
    database.configure(url, [audit.AuditLine, acts.Act])
    sealing.use(Keyring.load(tmp_path / "keys.json"))
    async with asyncio.timeout(60):
        assert (await serve("next"))[1] is False
    await database.close()
