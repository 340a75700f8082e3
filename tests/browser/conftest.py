"""A real browser on the real application, served on loopback.

    def test_the_day_is_stepped_by_keys(shown: Shown, enter: Enter) -> None:
        page = enter("manager")
        page.goto("/menus/2026-11-24/lunch")
        page.keyboard.press("BracketRight")

Tests here are plain functions: the server runs on a loop in a thread of its own, and
`run(coroutine)` does something on that loop, such as preparing rows. With
NUANCAN_PICTURES=1 what `picture(page, "name")` takes lies in `out/pictures`.
"""

import asyncio
import datetime as dt
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
import uvicorn
from litestar import Litestar
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from app import sessions
from app.asgi import furnished
from app.auth import session_cookie
from app.controllers import MODULES
from app.settings import Settings
from kitchen import database, schema, sealing
from tests.app.client import Clock, hire
from tests.app.conftest import built_once

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
PICTURES = ROOT / "out" / "pictures"
ASK_AXE = """async (rules) => (await axe.run(document, {runOnly: rules})).violations
    .map(v => `${v.id}: ${v.nodes.map(n => n.target.join(" ")).join(", ")}`)"""
WCAG_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)
SIZES = {"phone": (390, 844), "tablet": (800, 1280), "desk": (1366, 800)}

PATIENCE = 60_000
"""Milliseconds to wait for what should be seen: a loaded machine is slow, not wrong."""
expect.set_options(timeout=PATIENCE)

T = TypeVar("T")
Enter = Callable[..., Page]
Run = Callable[[Coroutine[Any, Any, T]], T]
Look = Callable[[Page], list[str]]


class Server:
    """The application behind uvicorn, on a loop in a thread of its own."""

    def __init__(self, url: str, settings: Settings, clock: Clock) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        database.configure(url, list(schema.TABLES))
        self.run(database.open())
        self.app: Litestar = furnished(built_once(MODULES), settings, clock)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self.app, log_level="warning", server_header=False, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.run_coroutine_threadsafe(self._serve(), self._loop)
        self.run(self._until_started())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def close(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._serving.result(30)
        self.run(database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        """Ended by force, uvicorn would leave the application's own tasks behind."""
        async with self.app.lifespan():
            await self._server.serve(sockets=[self._socket])

    async def _until_started(self) -> None:
        async with asyncio.timeout(60):
            while True:
                if self._server.started:
                    return
                await asyncio.sleep(0.02)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(
    sqlite_url: str, tmp_path: Path, clock: Clock, keyring: sealing.Keyring
) -> Iterator[Server]:
    settings = Settings(data=tmp_path / "data", backups=False)
    settings.data.mkdir()
    server = Server(sqlite_url, settings, clock)
    yield server
    server.close()


@pytest.fixture
def run(server: Server) -> Run[Any]:
    """Do something on the server's loop: `run(places.add_area(…))`."""
    return server.run


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: while it is open, no other test may run a loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(QUIET)
        )
        yield browser
        browser.close()


@pytest.fixture
def enter(server: Server, browser: Browser, clock: Clock) -> Iterator[Enter]:
    """`enter("manager")`: a page of a fresh browser in which that role is signed in.

    Options: name, size ("phone", "tablet", "desk"), scripts=False, and the
    scope (kitchen_id, point_id). Errors in the console fail the test at its end.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def enter(
        role: str = "",
        name: str = "",
        size: str = "desk",
        scripts: bool = True,
        **scope: int | None,
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=server.address,
            locale="zh-CN",
            viewport={"width": width, "height": height},
            color_scheme="light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if role:
            token = server.run(_signed_in(role, name, clock(), scope))
            context.add_cookies(
                [{"name": session_cookie(False), "value": token, "url": server.address}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        return page

    yield enter
    for context in contexts:
        context.close()
    assert faults == []


async def _signed_in(
    role: str, name: str, now: dt.datetime, scope: dict[str, int | None]
) -> str:
    actor = await hire(role, name, now, **scope)
    async with database.writing():
        return await sessions.begin(actor.staff_id, 1, "test", "::1", now)


def axe_faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is drawn, WCAG 2.2 AA, in light
    and, of its colours, in dark."""
    # Not add_script_tag: the page's own policy allows files of ours only.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(ASK_AXE, [*WCAG_AA, "best-practice"])
    draw_in("dark", page)
    found += [f"dark {fault}" for fault in page.evaluate(ASK_AXE, ["color-contrast"])]
    draw_in("light", page)
    return [str(fault) for fault in found]


def faults_at_every_width(
    page: Page, name: str = "", also: Look | None = None
) -> list[str]:
    """`axe_faults`, `overflows` and cards that touch, of a page at the three widths,
    loaded once, and what `also` finds at each. `name` is for its pictures."""
    page.evaluate(AXE.read_text("utf-8"))
    found = []
    for scheme, rules in (
        ("light", [*WCAG_AA, "best-practice"]),
        ("dark", ["color-contrast"]),
    ):
        draw_in(scheme, page)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DRAWN)
            told = [str(fault) for fault in page.evaluate(ASK_AXE, rules)]
            if scheme == "light":
                told += ["pushed sideways"] if overflows(page) else []
                told += page.evaluate(TIGHT)
                told += page.evaluate(TOUCHING)
                told += also(page) if also else []
                if name:
                    picture(page, f"{name}-{size}", full=True)
            found += [f"{size} {scheme}: {fault}" for fault in told]
    draw_in("light", page)
    return found


def heading_and_next_act(page: Page) -> list[str]:
    """What is wrong with the page besides: one heading, at most one next act."""
    faults = []
    if (n := page.locator("h1:visible").count()) != 1:
        faults.append(f"{n} headings h1")
    if (n := page.locator(".button.primary:visible").count()) > 1:
        faults.append(f"{n} primary buttons")
    return faults


def draw_in(scheme: Literal["light", "dark"], page: Page) -> None:
    """The page in other colours, at once: buttons that fade would be caught on the
    way."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(DRAWN)


def overflows(page: Page) -> bool:
    """Whether the page has to be pushed sideways, or a card is squeezed beside
    another where both cannot be."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    thin = """[...document.querySelectorAll("main section.card")].some(
        card => card.clientWidth > 0 && card.clientWidth < 200)"""
    return bool(page.evaluate(wide) or page.evaluate(thin))


TIGHT = """() => [...document.querySelectorAll("main .icon")].flatMap((icon) => {
  const text = icon.nextSibling;
  if (!icon.checkVisibility() || text?.nodeType !== 3 || !text.data.trim()) return [];
  const word = document.createRange();
  const begin = text.data.length - text.data.trimStart().length;
  word.setStart(text, begin);
  word.setEnd(text, begin + 1);
  const [a, b] = [icon.getBoundingClientRect(), word.getBoundingClientRect()];
  const beside = a.top < b.bottom && b.top < a.bottom;
  return beside && b.left - a.right < 2 ? ["icon touches its word: " + text.data] : [];
})"""
"""Icons with less than two pixels before the word they stand for."""


TOUCHING = """() => {
  const cards = [...document.querySelectorAll("main .card")]
    .filter((one) => one.checkVisibility());
  const near = (a, b) => {
    const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    return (across > 0 && down > -4) || (down > 0 && across > -4);
  };
  return cards.flatMap((a, i) => cards.slice(i + 1)
    .filter((b) => !a.contains(b) && !b.contains(a) && near(a, b))
    .map((b) => "cards touch: " + [a, b].map((c) => c.innerText.slice(0, 20))));
}"""
"""Cards with less than four pixels between them, by how they begin."""


def picture(page: Page, name: str, *, full: bool = False) -> None:
    """A picture for eyes, when somebody wants to look: NUANCAN_PICTURES=1."""
    if "NUANCAN_PICTURES" in os.environ:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=full)
