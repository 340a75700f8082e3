"""The application: settings, database, pages, put together. Reads as a list."""

import asyncio
import datetime as dt
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp

from app import backups, children, controllers, sessions
from app.api_shapes import ClosedBodies
from app.assets import read_assets, static_file
from app.auth import PasswordDesk, requires_own_form, with_doorway
from app.errors import handle
from app.forms import BadForm
from app.headers import with_headers
from app.jobs import Job, Supervisor
from app.nights import NIGHT, run_nights
from app.policy import refuse_unnamed_routes, requires_permission
from app.rendering import compile_pages
from app.requests import Request
from app.settings import Settings
from kitchen import database, dining, schema, sealing, upgrading
from kitchen.calendar import service_day_of
from kitchen.errors import Refusal

log = logging.getLogger("nuancan")

# 64 KiB would do for every page of ours, but a text that long typed into one field
# deserves an answer that names the field; Chinese takes nine bytes a character.
BODY_LIMIT = 640 * 1024

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Periodic:
    """Something done again and again while the application is up."""

    name: str
    seconds: float
    first_seconds: float  # after the start: a machine switched off daily is served too
    run: Callable[[Litestar], Awaitable[None]]


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock = utc_now,
    areas: Sequence[str] = controllers.MODULES,
    own_database: bool = True,
) -> Litestar:
    """The whole application. Tests bring a clock and an open database of their own."""
    return furnished(built(areas, own_database), settings or Settings(), clock)


@dataclass(frozen=True)
class Built:
    """The pages of an application, put together but at work for nobody yet."""

    app: Litestar
    pages: ASGIApp


def built(areas: Sequence[str], own_database: bool) -> Built:
    """What takes a second and is the same for everybody: routes and their handlers."""
    app = Litestar(
        route_handlers=[static_file, *controllers.handlers_of(areas)],
        request_class=Request,
        guards=[requires_permission, requires_own_form],
        exception_handlers={
            Refusal: handle,
            BadForm: handle,
            HTTPException: handle,
            Exception: handle,
        },
        request_max_body_size=BODY_LIMIT,
        lifespan=[lambda app: _running(app, own_database)],
        openapi_config=_openapi(),
        plugins=[ClosedBodies()],
        logging_config=None,
        debug=False,
    )
    refuse_unnamed_routes(app)
    return Built(app, app.asgi_handler)


def furnished(built: Built, settings: Settings, clock: Clock) -> Litestar:
    """The application at work, with a state of its own: nothing is left in it of those
    it was furnished for before."""
    app = built.app
    app.state = State({"settings": settings, "clock": clock, "assets": read_assets()})
    app.asgi_handler = with_headers(with_doorway(built.pages, settings, clock))
    return app


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="暖餐 Nuancan",
        version="1",
        openapi_router=Router(
            "/api",
            route_handlers=[],
            opt={"allows": "public"},
            include_in_schema=False,
        ),
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    )


@asynccontextmanager
async def _running(app: Litestar, own_database: bool) -> AsyncIterator[None]:
    if own_database:
        await open_database(app.state.settings)
    app.state.form_key = hmac.digest(
        sealing.keyring().index_key, b"nuancan form tokens", "sha256"
    )
    app.state.started_at = app.state.clock()
    app.state.passwords = PasswordDesk()
    app.state.jobs = Supervisor(app.state.clock)
    await app.state.jobs.open()
    tasks = [asyncio.create_task(_repeat(app, job)) for job in periodic_tasks()]
    if own_database:  # a server, not a test
        compiling = asyncio.to_thread(compile_pages, app.state.assets)
        tasks += [asyncio.create_task(compiling), asyncio.create_task(_rehearse(app))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.state.jobs.close()
        await children.end_all()
        app.state.passwords.close()
        if own_database:
            await database.close()


async def open_database(settings: Settings) -> None:
    """Keys, engine and the upgrades still missing; also for the command line."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealing.use(sealing.Keyring.load_or_create(settings.keys_file))
    engine = database.configure(settings.database_url, [*schema.TABLES, Job])
    await upgrading.upgrade(engine)
    await database.open()


def periodic_tasks() -> list[Periodic]:
    """What runs by the clock."""
    return [
        Periodic("forget old sessions", 24 * 3600, 3600, _forget_old_sessions),
        Periodic("night's proposals and vouchers", 3600, 60, run_nights),
        Periodic("backup", 3600, 120, backups.hourly),
    ]


async def _rehearse(app: Litestar) -> None:
    """A database that has to prepare its statements does so before the elders come."""
    now = app.state.clock()
    try:
        await dining.rehearse(
            service_day_of(now, app.state.settings.timezone), by=NIGHT, now=now
        )
    except Exception:
        log.exception("the till could not be rehearsed; its first answers are slower")


async def _forget_old_sessions(app: Litestar) -> None:
    await sessions.forget_old(app.state.clock())


async def _repeat(app: Litestar, task: Periodic) -> None:
    await asyncio.sleep(task.first_seconds)
    while True:
        try:
            await task.run(app)
        except Exception:
            log.exception("%s failed; next try in %s s", task.name, task.seconds)
        await asyncio.sleep(task.seconds)
