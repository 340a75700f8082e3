"""What takes seconds to set up is set up once in a process, on each engine, and copied.

    cast = await remembered(lived_day)

The database is afterwards as `lived_day` leaves a new one, and `cast` what it answers.
Every test has a copy of its own, so that none sees what another did to it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from kitchen import database, sealing
from kitchen.sqlite_engine import KeptSQLiteEngine

T = TypeVar("T")
COPY = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
"""Takes a third of the time of the default when nothing else is written."""


@dataclass(frozen=True)
class Kept:
    """What was answered, and the copy: the file itself, or a database's name."""

    answer: Any
    copy: bytes | str


_kept: dict[tuple[object, ...], Kept] = {}


async def remembered(build: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """`await build(*arguments)` in a new database, or a copy of what it once left."""
    engine = database.current()
    lines = await database.one("SELECT COUNT(*) AS n FROM audit_line")
    assert lines == {"n": 0}, "begin with a new database: what is in it would be lost"
    # What is sealed in the rows is read with the same keys only.
    key = (build, arguments, type(engine), sealing.keyring().index_key)
    if known := _kept.get(key):
        await engine.close()
        await _bring_back(engine, known.copy)
        await engine.open()
        answer: T = known.answer
        return answer
    answer = await build(*arguments)
    await engine.close()
    _kept[key] = Kept(answer, await _copy_of(engine, f"kept_{len(_kept)}"))
    await engine.open()
    return answer


async def _copy_of(engine: database.Engine, name: str) -> bytes | str:
    if isinstance(engine, KeptSQLiteEngine):
        return whole(Path(engine.path))
    url = engine.config["dsn"]
    name = f"{name_of(url)}_{name}"
    await run_sql(url_of(url, "postgres"), COPY.format(name, name_of(url)))
    return name


async def _bring_back(engine: database.Engine, copy: bytes | str) -> None:
    if isinstance(engine, KeptSQLiteEngine):
        assert isinstance(copy, bytes)
        replace(Path(engine.path), copy)
        return
    url = engine.config["dsn"]
    server, name = url_of(url, "postgres"), name_of(url)
    await run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")
    await run_sql(server, COPY.format(name, copy))


def whole(file: Path) -> bytes:
    """A database that nobody has open: nothing of it is in a log beside it."""
    assert not file.with_name(f"{file.name}-wal").exists(), "somebody has it open"
    return file.read_bytes()


def replace(file: Path, content: bytes) -> None:
    whole(file)
    file.write_bytes(content)


async def forget_all(server: str) -> None:
    """Drops the copies on a PostgreSQL server that goes on living."""
    for key, kept in list(_kept.items()):
        if isinstance(kept.copy, str):
            await run_sql(server, f"DROP DATABASE {kept.copy} WITH (FORCE)")
            del _kept[key]


def name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def url_of(server: str, database: str) -> str:
    """The URL of another database of that server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def run_sql(url: str, sql: str) -> None:
    """One statement in a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
