"""The doorway: who is asking, over what, and did their form really come from us."""

import asyncio
import datetime as dt
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http.cookies import SimpleCookie
from typing import Any, TypeVar

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app import sessions
from app.errors import answer_for
from app.headers import connection_facts, known_host
from app.i18n import LANGUAGES, language
from app.requests import Request, form_token
from app.settings import Settings
from kitchen.errors import Refusal
from kitchen.passwords import hash_password, password_matches

LANGUAGE_COOKIE = "nuancan_language"
VISITOR_COOKIE = "nuancan_visitor"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WAITING_AT_MOST = 8
COOKIE_SECONDS = 14 * 3600

Clock = Callable[[], dt.datetime]
R = TypeVar("R")


def session_cookie(secure: bool) -> str:
    """A LAN without TLS is a supported place: `__Host-` would be dropped there."""
    return "__Host-nuancan" if secure else "nuancan"


def give_session(request: Request, answer: Response[Any], token: str) -> None:
    """Hand the browser its session; the server's own limits end it sooner."""
    _set_session(request, answer, token, COOKIE_SECONDS)


def clear_session(request: Request, answer: Response[Any]) -> None:
    _set_session(request, answer, "", 0)


def _set_session(
    request: Request, answer: Response[Any], token: str, seconds: int
) -> None:
    answer.set_cookie(
        Cookie(
            session_cookie(request.secure),
            value=token,
            path="/",
            max_age=seconds,
            httponly=True,
            secure=request.secure,
            samesite="lax",
        )
    )


def with_doorway(app: ASGIApp, settings: Settings, clock: Clock) -> ASGIApp:
    """Learn who asks before anything else runs, for lost pages too.

    Sets in the scope's state: address, secure, actor, session_token, token_basis.
    """
    facts_of = connection_facts(settings)
    is_ours = known_host(settings)

    async def doorway(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith("/static/"):
            await app(scope, receive, send)
            return
        state: dict[str, Any] = scope["state"]
        sent = _headers(scope)
        cookies = _cookies(sent.get("cookie", ""))
        chosen = cookies.get(LANGUAGE_COOKIE, settings.language)
        language.set(chosen if chosen in LANGUAGES else settings.language)
        state["address"], state["secure"] = facts_of(scope)
        if not is_ours(sent.get("host", "")):
            await _answer_error(HTTPException(status_code=421), scope, receive, send)
            return
        try:
            await _identify(state, cookies, clock())
        except Refusal as busy:
            await _answer_error(busy, scope, receive, send)
            return
        await app(scope, receive, _with_visitor_cookie(state, send))

    return doorway


async def _identify(
    state: dict[str, Any], cookies: dict[str, str], now: dt.datetime
) -> None:
    token = cookies.get(session_cookie(state["secure"]), "")
    actor = await sessions.find(token, now) if token else None
    if actor:
        state["actor"], state["session_token"] = actor, token
        state["token_basis"] = f"session:{sessions.digest_of(token)}"
        return
    visitor = cookies.get(VISITOR_COOKIE, "")
    if len(visitor) != 32 or not visitor.isalnum():
        visitor = state["new_visitor"] = secrets.token_hex(16)
    state["token_basis"] = f"visitor:{visitor}"


def _with_visitor_cookie(state: dict[str, Any], send: Send) -> Send:
    """A visitor gets a cookie only with a page that holds a form."""

    async def send_with_cookie(message: Message) -> None:
        if (
            message["type"] == "http.response.start"
            and state.get("token_shown")
            and "new_visitor" in state
        ):
            secure = "; Secure" if state["secure"] else ""
            cookie = (
                f"{VISITOR_COOKIE}={state['new_visitor']}; Path=/; HttpOnly; "
                f"SameSite=Lax{secure}"
            )
            headers = [*message["headers"], (b"set-cookie", cookie.encode("ascii"))]
            message["headers"] = headers
        await send(message)

    return send_with_cookie


async def _answer_error(
    error: Exception, scope: Scope, receive: Receive, send: Send
) -> None:
    request = Request(scope, receive, send)
    response = answer_for(request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)


async def requires_own_form(
    connection: ASGIConnection[Any, Any, Any, Any], route_handler: BaseRouteHandler
) -> None:
    """Guard of every unsafe route: the form was drawn by us, for this session.

    `csrf="json"` on a route means: no token, but only a JSON body, which another
    site's page cannot send; `csrf="none"` is for the browser's own reports.
    """
    request = connection
    if not isinstance(request, Request) or request.method in SAFE_METHODS:
        return
    rule = route_handler.opt.get("csrf", "token")
    if rule == "none":
        return
    if not comes_from_us(request):
        raise PermissionDeniedException("cross-site")
    if rule == "json":
        if request.content_type[0] != "application/json":
            raise HTTPException(status_code=415)
        return
    sent = request.headers.get("X-CSRF-Token") or await _token_in_form(request)
    basis: str = request.scope["state"]["token_basis"]
    wanted = form_token(request.app.state.form_key, basis)
    if not hmac.compare_digest(sent.encode(), wanted.encode()):
        raise PermissionDeniedException("stale-form")


async def _token_in_form(request: Request) -> str:
    if request.content_type[0] not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        return ""
    token = (await request.form()).get("csrf", "")
    return token if isinstance(token, str) else ""


def comes_from_us(request: Request) -> bool:
    """The browser's word on where the request began; Origin where it says no more."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin:
        return origin.partition("://")[2] == request.headers.get("Host", "")
    return True  # not a browser, or one that sends neither: the token still decides


@cache
def hash_of_nobody() -> str:
    """Checked for unknown accounts, so that they take as long as known ones."""
    return hash_password(secrets.token_hex(16))


class PasswordDesk:
    """Checks and hashes passwords in two threads; a crowd is sent away, not queued."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="password")
        self._waiting = 0
        self._nobody = hash_of_nobody()

    async def matches(self, password_hash: str | None, password: str) -> bool:
        stored = password_hash or self._nobody
        right = await self._run(lambda: password_matches(stored, password))
        return right and password_hash is not None

    async def hashed(self, password: str) -> str:
        return await self._run(lambda: hash_password(password))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], R]) -> R:
        if self._waiting >= WAITING_AT_MOST:
            raise Refusal("sign_in_crowded")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope["headers"]
    }


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except ValueError:
        return {}
