"""Upgrades are applied once, in order, whole or not at all."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from kitchen import database as doors
from kitchen import upgrading
from kitchen.database import Conflict, DatabaseMisuse, Engine
from kitchen.errors import Refusal
from kitchen.sqlite_engine import KeptSQLiteEngine
from kitchen.upgrading import Step

BROKEN = (sqlite3.Error, asyncpg.PostgresError, Conflict, DatabaseMisuse)
FIRST = """
-- The first table; a semicolon; in a comment.
CREATE TABLE trial_a (id {pk}, name TEXT NOT NULL);
CREATE TABLE trial_b (id {pk}, a INTEGER REFERENCES trial_a (id) ON DELETE CASCADE);
-- sqlite:
CREATE TRIGGER trial_no_delete BEFORE DELETE ON trial_a
BEGIN
    SELECT RAISE(ABORT, 'append_only: trial_a');
END;
-- postgres:
CREATE FUNCTION trial_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only: %', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER trial_no_delete BEFORE DELETE ON trial_a
    FOR EACH STATEMENT EXECUTE FUNCTION trial_refuse();
-- both:
INSERT INTO trial_a (name) VALUES ('王; 奶奶');
INSERT INTO trial_b (a) VALUES (1);
"""
SECOND = "ALTER TABLE trial_a ADD COLUMN note TEXT NOT NULL DEFAULT '';"
FAILING = """
CREATE TABLE trial_half (id {pk});
INSERT INTO trial_a (name) VALUES ('half');
INSERT INTO trial_a (nothing) VALUES ('x');
"""
REBUILD = """
-- sqlite:
CREATE TABLE trial_new (id {pk}, name TEXT NOT NULL CHECK (name <> ''));
INSERT INTO trial_new SELECT id, name FROM trial_a;
DROP TABLE trial_a;
ALTER TABLE trial_new RENAME TO trial_a;
-- postgres:
ALTER TABLE trial_a ADD CHECK (name <> '');
"""
ORPHANS = """
-- sqlite:
INSERT INTO trial_b (a) VALUES (404);
-- postgres:
INSERT INTO trial_b (a) VALUES (404);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "upgrades"
    folder.mkdir()
    write(folder, "0001_first", FIRST)
    return folder


@pytest.fixture
async def empty(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> Engine:
    """An engine on a database without any table."""
    if database_url.startswith("sqlite"):
        return doors.engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    connection = await asyncpg.connect(database_url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    return doors.engine_for(database_url)


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.sql").write_text(text, encoding="utf-8")


async def ask(engine: Engine, sql: str) -> list[tuple[object, ...]]:
    found = await engine.fetch(sql, ())
    await engine.close()
    return [tuple(row.values()) for row in found]


async def test_steps_are_applied_once_in_order(empty: Engine, folder: Path) -> None:
    write(folder, "0002_second", SECOND)
    assert await upgrading.pending(empty, folder) == ["0001_first", "0002_second"]
    assert await upgrading.upgrade(empty, folder) == ["0001_first", "0002_second"]
    assert await upgrading.pending(empty, folder) == []
    assert await upgrading.upgrade(empty, folder) == []
    assert await ask(empty, "SELECT * FROM trial_a") == [(1, "王; 奶奶", "")]
    applied = await ask(empty, "SELECT number, name, at FROM upgrade ORDER BY number")
    assert [row[:2] for row in applied] == [(1, "0001_first"), (2, "0002_second")]
    assert applied[0][2] is not None


async def test_asking_what_is_pending_changes_nothing(
    empty: Engine, folder: Path
) -> None:
    await upgrading.pending(empty, folder)
    if isinstance(empty, KeptSQLiteEngine):
        assert not await asyncio.to_thread(Path(empty.path).exists)
    else:
        assert await ask(empty, "SELECT to_regclass('upgrade')") == [(None,)]


async def test_a_failing_step_leaves_nothing_and_can_be_repaired(
    empty: Engine, folder: Path
) -> None:
    write(folder, "0002_second", FAILING)
    with pytest.raises(BROKEN):
        await upgrading.upgrade(empty, folder)
    assert await upgrading.pending(empty, folder) == ["0002_second"]
    assert await ask(empty, "SELECT count(*) FROM trial_a") == [(1,)]
    write(folder, "0002_second", SECOND)
    assert await upgrading.upgrade(empty, folder) == ["0002_second"]


async def test_a_database_newer_than_the_code_is_refused(
    empty: Engine, folder: Path
) -> None:
    write(folder, "0002_second", SECOND)
    await upgrading.upgrade(empty, folder)
    (folder / "0002_second.sql").unlink()
    for ask_or_do in (upgrading.upgrade, upgrading.pending):
        with pytest.raises(Refusal) as refused:
            await ask_or_do(empty, folder)
        assert refused.value.code == "database_newer"
        assert refused.value.facts == {"step": "0002_second"}


async def test_an_applied_step_that_was_edited_is_named(
    empty: Engine, folder: Path
) -> None:
    await upgrading.upgrade(empty, folder)
    write(folder, "0001_first", FIRST + "\n-- a second thought\n")
    write(folder, "0002_second", SECOND)
    with pytest.raises(Refusal) as refused:
        await upgrading.upgrade(empty, folder)
    assert refused.value.code == "upgrade_changed"
    assert refused.value.facts == {"step": "0001_first"}


async def test_two_processes_upgrade_once(empty: Engine, folder: Path) -> None:
    write(folder, "0002_second", SECOND)
    done = await asyncio.gather(*(upgrading.upgrade(empty, folder) for _ in range(4)))
    names = [name for part in done for name in part]
    assert sorted(names) == ["0001_first", "0002_second"]


async def test_rebuilding_a_table_keeps_the_rows_that_point_to_it(
    empty: Engine, folder: Path
) -> None:
    await upgrading.upgrade(empty, folder)
    write(folder, "0002_rebuild", REBUILD)
    await upgrading.upgrade(empty, folder)
    assert await ask(empty, "SELECT a FROM trial_b") == [(1,)]


async def test_a_step_that_leaves_orphans_is_refused(
    empty: Engine, folder: Path
) -> None:
    await upgrading.upgrade(empty, folder)
    write(folder, "0002_orphans", ORPHANS)
    with pytest.raises(BROKEN):
        await upgrading.upgrade(empty, folder)
    assert await ask(empty, "SELECT count(*) FROM trial_b") == [(1,)]


async def test_a_filled_file_is_copied_before_it_is_upgraded(
    tmp_path: Path, folder: Path
) -> None:
    engine = doors.engine_for(f"sqlite:///{tmp_path / 'kitchen.db'}")
    await upgrading.upgrade(engine, folder)
    copy = tmp_path / "kitchen.before-0002.db"
    assert not await asyncio.to_thread(copy.exists)
    write(folder, "0002_second", SECOND)
    await upgrading.upgrade(engine, folder)
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT * FROM trial_a").fetchall() == [(1, "王; 奶奶")]
        assert before.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_file_in_use_is_refused_after_a_while(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "LOCK_WAIT_SECONDS", 0.1)
    engine = doors.engine_for(f"sqlite:///{tmp_path / 'kitchen.db'}")
    await upgrading.upgrade(engine, folder)
    write(folder, "0002_second", SECOND)
    assert isinstance(engine, KeptSQLiteEngine)
    with closing(sqlite3.connect(engine.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match="database_busy"):
            await upgrading.upgrade(engine, folder)
    assert await upgrading.upgrade(engine, folder) == ["0002_second"]


async def test_a_database_in_use_sees_the_new_tables(
    database: Engine, tmp_path: Path
) -> None:
    steps = upgrading.steps_in()
    for step in steps:
        write(tmp_path, step.name, step.text)
    write(tmp_path, f"{len(steps) + 1:04}_trial", "CREATE TABLE trial_c (id {pk});")
    await upgrading.upgrade(database, tmp_path)
    async with doors.writing():
        await doors.rows("INSERT INTO trial_c DEFAULT VALUES")
    assert await doors.rows("SELECT id FROM trial_c") == [{"id": 1}]


# Reading the files


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["first"], "NNNN_name"),
        (["1_first"], "NNNN_name"),
        (["0001_First"], "NNNN_name"),
        (["0002_second"], "without gaps"),
        (["0001_first", "0003_third"], "without gaps"),
        (["0001_first", "0001_again"], "without gaps"),
    ],
)
def test_badly_numbered_files_are_refused(
    tmp_path: Path, names: list[str], said: str
) -> None:
    for name in names:
        write(tmp_path, name, SECOND)
    with pytest.raises(ValueError, match=said):
        upgrading.steps_in(tmp_path)


def test_sections_and_keys_are_chosen_by_engine() -> None:
    text = "a {pk};\n-- sqlite:\nb;\n-- postgres:\nc;\n-- both:\nd;"
    step = Step(1, "0001_x", text)
    assert step.sql("sqlite") == "a INTEGER PRIMARY KEY;\nb;\nd;"
    assert step.sql("postgres") == "a SERIAL PRIMARY KEY;\nc;\nd;"


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("", 0),
        ("-- only a comment", 0),
        ("SELECT 1;", 1),
        ("SELECT 1; -- why", 1),
        ("SELECT\n  1;\n\nSELECT 2;\n", 2),
        ("SELECT 'a;\nb;';\nSELECT 2;", 2),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN\n SELECT 1;\n SELECT 2;\nEND;", 1),
        ("/* a;\n b; */ SELECT 1;", 1),
    ],
)
def test_a_script_is_cut_into_whole_statements(script: str, count: int) -> None:
    assert len(list(upgrading.statements_of(script))) == count


def test_an_unfinished_statement_is_refused() -> None:
    with pytest.raises(ValueError, match="unfinished"):
        list(upgrading.statements_of("SELECT 1;\nSELECT 2"))


def test_two_statements_on_one_line_are_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        for statement in upgrading.statements_of("SELECT 1; SELECT 2;"):
            with pytest.raises(sqlite3.Error, match="one statement"):
                connection.execute(statement)


async def test_our_own_upgrades_leave_nothing_pending(database: Engine) -> None:
    assert await upgrading.pending(database) == []
