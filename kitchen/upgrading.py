"""Numbered upgrades of the database: each step once, in order, whole or not at all.

A step is `kitchen/upgrades/NNNN_name.sql`. One text serves both engines; `{pk}` stands
for the type of a numbered primary key, and a line `-- sqlite:` or `-- postgres:` opens
a section for one engine until `-- both:`. Piccolo's own migrations write the version
after the step's commit and rebuild tables with cascading foreign keys on; these do
neither.
"""

import asyncio
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from kitchen.database import Engine
from kitchen.errors import Refusal
from kitchen.postgres_engine import PooledPostgresEngine
from kitchen.sqlite_engine import copy_database
from kitchen.transactions import DatabaseMisuse, in_our_words

UPGRADES = Path(__file__).with_name("upgrades")
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
SECTION = re.compile(r"--\s*(sqlite|postgres|both):\s*$")
PRIMARY_KEY = {"sqlite": "INTEGER PRIMARY KEY", "postgres": "SERIAL PRIMARY KEY"}
ADVISORY_KEY = 7_311_902_455
LOCK_WAIT_SECONDS = 30

UPGRADE_TABLE = (
    "CREATE TABLE IF NOT EXISTS upgrade (number INTEGER PRIMARY KEY, "
    "name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP)"
)
APPLIED = "SELECT number, name, checksum FROM upgrade ORDER BY number"


@dataclass(frozen=True)
class Step:
    """One upgrade file."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def sql(self, kind: str) -> str:
        """The statements for "sqlite" or "postgres"."""
        kept, section = [], "both"
        for line in self.text.splitlines():
            if marker := SECTION.match(line):
                section = marker[1]
            elif section in {"both", kind}:
                kept.append(line)
        return "\n".join(kept).replace("{pk}", PRIMARY_KEY[kind])


def steps_in(folder: Path = UPGRADES) -> list[Step]:
    """The steps of a folder in order; numbers must be 1, 2, 3 … without gaps."""
    steps = []
    for path in sorted(folder.glob("*.sql")):
        named = FILE_NAME.fullmatch(path.name)
        if named is None:
            raise ValueError(f"{path.name}: name an upgrade NNNN_name.sql")
        steps.append(Step(int(named[1]), path.stem, path.read_text(encoding="utf-8")))
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError("upgrades must be numbered 0001, 0002 … without gaps")
    return steps


def missing(steps: Sequence[Step], applied: Sequence[dict[str, Any]]) -> list[Step]:
    """The steps not applied yet; refuses a history that is not ours.

    `Refusal("database_newer", step)`: the database knows steps this code does not.
    `Refusal("upgrade_changed", step)`: an applied file was edited afterwards.
    """
    known = {step.number: step for step in steps}
    for row in applied:
        step = known.pop(row["number"], None)
        if step is None:
            raise Refusal("database_newer", step=row["name"])
        if row["checksum"] != step.checksum:
            raise Refusal("upgrade_changed", step=row["name"])
    return list(known.values())


async def pending(engine: Engine, folder: Path = UPGRADES) -> list[str]:
    """Names of the steps still to apply; changes nothing."""
    steps = steps_in(folder)
    if isinstance(engine, PooledPostgresEngine):
        connection = await engine.get_new_connection()
        try:
            applied = await _applied_in_postgres(connection)
        finally:
            await connection.close()
    else:
        applied = await asyncio.to_thread(_applied_in_file, Path(engine.path))
    return [step.name for step in missing(steps, applied)]


async def upgrade(engine: Engine, folder: Path = UPGRADES) -> list[str]:
    """Apply the steps still missing; their names. Safe to repeat after a crash.

    Raises `Refusal("database_busy")` when another program keeps the database locked.
    """
    steps = steps_in(folder)
    with in_our_words():
        if isinstance(engine, PooledPostgresEngine):
            return await _upgrade_postgres(engine, steps)
        return await asyncio.to_thread(_upgrade_file, Path(engine.path), steps)


def _applied_in_file(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        known = "SELECT 1 FROM sqlite_schema WHERE name = 'upgrade'"
        if connection.execute(known).fetchone() is None:
            return []
        return [dict(row) for row in connection.execute(APPLIED)]


def _upgrade_file(path: Path, steps: Sequence[Step]) -> list[str]:
    todo = missing(steps, applied := _applied_in_file(path))
    if not todo:
        return []
    if applied:
        before = f"{path.stem}.before-{todo[0].number:04}{path.suffix}"
        copy_database(path, path.with_name(before))
    done = []
    with closing(sqlite3.connect(path, timeout=LOCK_WAIT_SECONDS)) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # A table rebuilt inside a step is dropped: with keys on, that would cascade.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(UPGRADE_TABLE)
        for step in todo:
            if _apply_to_file(connection, step):
                done.append(step.name)
    return done


def _apply_to_file(connection: sqlite3.Connection, step: Step) -> bool:
    """One step in one transaction; False when another process was faster."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        taken = "SELECT 1 FROM upgrade WHERE number = ?"
        if connection.execute(taken, (step.number,)).fetchone():
            connection.execute("ROLLBACK")
            return False
        for statement in statements_of(step.sql("sqlite")):
            connection.execute(statement)
        if orphan := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise DatabaseMisuse(f"rows of {orphan[0]} point to rows that are gone")
        connection.execute(
            "INSERT INTO upgrade (number, name, checksum) VALUES (?, ?, ?)",
            (step.number, step.name, step.checksum),
        )
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        error.add_note(f"in upgrade {step.name}")
        raise
    return True


def statements_of(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's BEGIN … END; stays in one piece."""
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if ";" in line and sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
    rest = [
        line for line in lines if line.strip() and not line.lstrip().startswith("--")
    ]
    if rest:
        raise ValueError(f"unfinished statement: {rest[0].strip()}")


async def _applied_in_postgres(connection: Any) -> list[dict[str, Any]]:
    if await connection.fetchval("SELECT to_regclass('upgrade')") is None:
        return []
    return [dict(row) for row in await connection.fetch(APPLIED)]


async def _upgrade_postgres(
    engine: PooledPostgresEngine, steps: Sequence[Step]
) -> list[str]:
    connection = await engine.get_new_connection()
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_KEY)
        todo = missing(steps, await _applied_in_postgres(connection))
        await connection.execute(UPGRADE_TABLE)
        for step in todo:
            await _apply_to_postgres(connection, step)
        return [step.name for step in todo]
    finally:
        await connection.close()  # gives the advisory lock back as well


async def _apply_to_postgres(connection: Any, step: Step) -> None:
    try:
        async with connection.transaction():
            await connection.execute(step.sql("postgres"))
            await connection.execute(
                "INSERT INTO upgrade (number, name, checksum) VALUES ($1, $2, $3)",
                step.number,
                step.name,
                step.checksum,
            )
    except asyncpg.PostgresError as error:
        error.add_note(f"in upgrade {step.name}")
        raise
