"""The real application on a real database, and people signed in to it.

    async def test_a_cook_may_not_see_money(sign_in_as: SignInAs) -> None:
        cook = await sign_in_as("cook")
        assert (await cook.get("/settlement")).status_code == 403

`areas` may be overridden in a test file, to build the application of fewer pages.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
from litestar import Litestar

from app import controllers, sessions
from app.asgi import Built, built, furnished
from app.auth import session_cookie
from app.settings import Settings
from kitchen import database as doors
from kitchen.database import Engine
from tests.app.client import Client, Clock, SignInAs, hire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", backups=False)


@pytest.fixture
def areas() -> tuple[str, ...]:
    """Which controllers the application is built of; all, unless overridden."""
    return controllers.MODULES


@cache
def built_once(areas: tuple[str, ...]) -> Built:
    """Once in a process; each test furnishes it anew."""
    return built(areas, own_database=False)


@pytest.fixture
def pages(areas: tuple[str, ...]) -> Built:
    """Overridden where a test adds a page of its own."""
    return built_once(areas)


@pytest.fixture
async def app(
    database: Engine, settings: Settings, clock: Clock, pages: Built
) -> AsyncIterator[Litestar]:
    settings.data.mkdir(parents=True, exist_ok=True)
    app = furnished(pages, settings, clock)
    async with app.lifespan():
        yield app


@pytest.fixture
async def no_child_left() -> AsyncIterator[None]:
    """Fails a test that leaves a process running or its pipes open at its end."""
    before = children_alive()
    yield
    assert children_alive() <= before
    gc.collect()
    assert not [
        found
        for found in gc.get_objects()
        if isinstance(found, asyncio.SubprocessTransport) and not found.is_closing()
    ]


def children_alive() -> set[str]:
    """The processes this one has started and not collected."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {pid for task in tasks for pid in task.read_text().split()}


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[Client]:
    """Someone who has not signed in."""
    async with Client(app) as client:
        yield client


@pytest.fixture
async def sign_in_as(app: Litestar, clock: Clock) -> AsyncIterator[SignInAs]:
    """`await sign_in_as("driver", name="赵师傅", kitchen_id=1)`: a new account, in."""
    clients: list[Client] = []

    async def sign_in(role: str, name: str = "", **scope: int | None) -> Client:
        actor = await hire(role, name, clock(), **scope)
        async with doors.writing():
            token = await sessions.begin(actor.staff_id, 1, "test", "::1", clock())
        client = Client(app, actor)
        client.cookies.set(session_cookie(False), token, domain="nuancan.local")
        clients.append(client)
        return client

    yield sign_in
    for client in clients:
        await client.aclose()


@pytest.fixture
async def manager(sign_in_as: SignInAs) -> Client:
    """陈, who runs the whole kitchen."""
    return await sign_in_as("manager", "陈主管")
