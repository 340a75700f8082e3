"""A browser for tests: keeps cookies, sends forms with their token, knows who it is."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from litestar import Litestar

from app import sessions
from app.auth import session_cookie
from app.requests import form_token
from kitchen import database
from kitchen.passwords import hash_password
from kitchen.staff import Actor, Post, Staff

PASSWORD = "暖餐 warm rice 2026"
PASSWORD_HASH = hash_password(PASSWORD)
HOST = "http://nuancan.local"


@dataclass
class Clock:
    """The wall clock of a test: 24 November 2026, a Tuesday, 08:30 in Shanghai."""

    at: dt.datetime = dt.datetime(2026, 11, 24, 0, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **timedelta: float) -> None:
        self.at += dt.timedelta(**timedelta)


class Client(httpx.AsyncClient):
    """A browser: keeps cookies, sends the token of its session's forms."""

    def __init__(self, app: Litestar, actor: Actor | None = None) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        super().__init__(transport=transport, base_url=HOST)
        self.app = app
        self._actor = actor

    @property
    def actor(self) -> Actor:
        assert self._actor, "nobody is signed in here"
        return self._actor

    @property
    def token(self) -> str:
        """What a form drawn for this browser now would hold."""
        session = self.cookies.get(session_cookie(False))
        visitor = self.cookies.get("nuancan_visitor")
        basis = (
            f"session:{sessions.digest_of(session)}"
            if session
            else f"visitor:{visitor}"
        )
        return form_token(self.app.state.form_key, basis)

    async def submit(
        self,
        path: str,
        *,
        htmx: bool = False,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Send a form as the browser would: with its token and an act id."""
        sent = {"csrf": self.token, "act": str(uuid.uuid4()), **fields}
        extra = {"HX-Request": "true"} if htmx else {}
        return await self.post(path, data=sent, headers={**extra, **(headers or {})})

    async def fragment(self, path: str) -> httpx.Response:
        """Ask as htmx does, for a part of the page."""
        return await self.get(path, headers={"HX-Request": "true"})

    async def json(self, path: str, body: object) -> httpx.Response:
        """Send JSON as an integrator's program does."""
        return await self.post(path, json=body, headers={"X-CSRF-Token": self.token})


SignInAs = Callable[..., Awaitable[Client]]


async def hire(role: str, name: str, now: dt.datetime, **scope: int | None) -> Actor:
    """An account straight into the table, with PASSWORD."""
    post = Post(role, **scope)
    async with database.writing():
        staff_id: int = await database.insert(
            Staff,
            login=f"{role}-{uuid.uuid4().hex[:6]}",
            name=name or role,
            password_hash=PASSWORD_HASH,
            active=True,
            role_version=1,
            created_at=now,
            **asdict(post),
        )
    return Actor(staff_id, name or role, **asdict(post))
