"""Signing in for another program: JSON in, a cookie and a form token out."""

from dataclasses import dataclass
from typing import Any

from litestar import delete, get, post
from litestar.params import JSONBody
from litestar.response import Response

from app import sessions
from app.auth import clear_session, give_session
from app.requests import Request, form_token
from app.sign_in import open_session, prove
from app.words.roles import role_word
from kitchen.staff import Actor


@dataclass(frozen=True)
class Credentials:
    login: str
    password: str


@dataclass(frozen=True)
class SessionFacts:
    """Who is signed in. `csrf` goes into the X-CSRF-Token header of each write."""

    name: str
    role: str
    role_name: str
    kitchen_id: int | None
    point_id: int | None
    csrf: str


@post("/api/session", allows="public", csrf="json", operation_id="sign_in")
async def create(
    request: Request, data: JSONBody[Credentials]
) -> Response[SessionFacts]:
    """Sign in; the cookie in the answer is the session."""
    person = await prove(
        data.login[:40],
        data.password[:200],
        address=request.address,
        desk=request.app.state.passwords,
        now=request.now,
    )
    token = await open_session(
        person, address=request.address, device=request.device, now=request.now
    )
    actor = await sessions.find(token, request.now)
    if actor is None:
        raise RuntimeError("a session just begun was not found")
    answer: Response[SessionFacts] = Response(
        _facts(request, actor, token), status_code=201
    )
    give_session(request, answer, token)
    return answer


@get("/api/session", allows="self.use", operation_id="who_am_i")
async def show(request: Request) -> SessionFacts:
    """Who is signed in, and a fresh look at the token."""
    return _facts(request, request.actor, request.session_token)


@delete("/api/session", allows="self.use", operation_id="sign_out", status_code=204)
async def destroy(request: Request) -> Response[None]:
    await sessions.sign_out(request.session_token, request.actor, request.now)
    answer: Response[None] = Response(None, status_code=204)
    clear_session(request, answer)
    return answer


def _facts(request: Request, actor: Actor, token: str) -> SessionFacts:
    basis = f"session:{sessions.digest_of(token)}"
    key: Any = request.app.state.form_key
    return SessionFacts(
        actor.name,
        actor.role,
        role_word(actor.role),
        actor.kitchen_id,
        actor.point_id,
        form_token(key, basis),
    )


handlers = [create, show, destroy]
