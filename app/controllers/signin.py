"""In and out of the house, and what a person may set for themselves."""

from typing import Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Response

from app import sessions
from app.auth import LANGUAGE_COOKIE, clear_session, give_session
from app.forms import Form, read_form
from app.i18n import LANGUAGES
from app.i18n import translate as _
from app.navigation import links_for
from app.rendering import KEYS_COOKIE, TYPE_COOKIE, page, see_other
from app.requests import Request
from app.sign_in import Proven, open_session, prove
from kitchen import staff
from kitchen.errors import Refusal
from kitchen.passwords import check_password

A_YEAR = 365 * 24 * 3600


@get("/", allows="public", include_in_schema=False)
async def home(request: Request) -> Redirect:
    """The first page this person may see."""
    if request.visitor is None:
        return Redirect("/sign-in", status_code=303)
    links = links_for(request.visitor, "/", None, None)
    return Redirect(links[0].url if links else "/account", status_code=303)


@get("/sign-in", allows="public", include_in_schema=False)
async def show(request: Request) -> Response[Any]:
    if request.visitor is not None:
        return see_other(request, _local(request.query_params.get("next", "")))
    return page(request, "signin/index.html", form=Form(), next=_next(request))


@post("/sign-in", allows="public", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    form = await read_form(request)
    login = form.text("login", _("账号"), longest=40)
    password = _password(form, "password", _("密码"))
    target = _local(form.raw("next"))
    if form.ok:
        try:
            person = await _proven(request, login, password)
            token = await _new_session(request, person)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if request.visitor is not None:  # this browser's session before
                await sessions.sign_out(
                    request.session_token, request.visitor, request.now
                )
            answer = see_other(request, target)
            give_session(request, answer, token)
            return answer
    return page(request, "signin/index.html", form=form, next=target, status_code=422)


@post("/sign-out", allows="public", include_in_schema=False)
async def destroy(request: Request) -> Response[Any]:
    if request.visitor is not None:
        await sessions.sign_out(request.session_token, request.visitor, request.now)
    answer = see_other(request, "/sign-in", _("已退出登录"))
    answer.headers["Clear-Site-Data"] = '"cache"'
    clear_session(request, answer)
    return answer


@get("/account", allows="self.use", include_in_schema=False)
async def show_account(request: Request) -> Response[Any]:
    return await _account(request, Form())


@post("/account/password", allows="self.use", include_in_schema=False)
async def change_password(request: Request) -> Response[Any]:
    """A new password ends every session; this browser gets a fresh one."""
    form = await read_form(request)
    old = _password(form, "old", _("现在的密码"))
    new = _password(form, "new", _("新密码"))
    if form.ok and form.raw("again") != new:
        form.refuse_field("again", _("再输一遍：和新密码不一样"))
    if not form.ok:
        return await _account(request, form)
    person, desk = request.actor, request.app.state.passwords
    account = await staff.staff_by_id(person.staff_id)
    login = account.login if account else ""
    try:
        check_password(new, login)
        proven = await _proven(request, login, old)
        await staff.set_password(
            person.staff_id, await desk.hashed(new), by=person, now=request.now
        )
        fresh = await _new_session(request, proven)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _account(request, form)
    answer = see_other(request, "/account", _("密码已改，其他设备都已退出"))
    give_session(request, answer, fresh)
    return answer


@post("/account/sessions/end", allows="self.use", include_in_schema=False)
async def end_sessions(request: Request) -> Response[Any]:
    """One of my sessions (`session`), or all but this one."""
    form = await read_form(request)
    one = form.identifier("session")
    await sessions.end_own(one, request.actor, request.now, keep=request.session_token)
    return see_other(
        request, "/account", _("已让那台设备退出") if one else _("其他设备都已退出")
    )


@post("/preferences", allows="public", include_in_schema=False)
async def preferences(request: Request) -> Response[Any]:
    """Language, type size, single keys: of this browser, in cookies of their own."""
    form = await read_form(request)
    answer = see_other(request, _local(form.raw("back")))
    for name, cookie, allowed in (
        ("language", LANGUAGE_COOKIE, tuple(LANGUAGES)),
        ("type", TYPE_COOKIE, ("large", "normal")),
        ("keys", KEYS_COOKIE, ("on", "off")),
    ):
        if form.raw(name) in allowed:
            answer.set_cookie(
                Cookie(
                    cookie,
                    value=form.raw(name),
                    max_age=A_YEAR,
                    httponly=True,
                    samesite="lax",
                    secure=request.secure,
                )
            )
    return answer


async def _proven(request: Request, login: str, password: str) -> Proven:
    return await prove(
        login,
        password,
        address=request.address,
        desk=request.app.state.passwords,
        now=request.now,
    )


async def _new_session(request: Request, person: Proven) -> str:
    return await open_session(
        person, address=request.address, device=request.device, now=request.now
    )


async def _account(request: Request, form: Form) -> Response[Any]:
    person = await staff.staff_by_id(request.actor.staff_id)
    open_now = await sessions.open_sessions(
        request.actor.staff_id, request.now, this=request.session_token
    )
    return page(
        request,
        "signin/account.html",
        form=form,
        login=person.login if person else "",
        sessions=open_now,
        status_code=200 if form.ok else 422,
    )


def _password(form: Form, name: str, label: str) -> str:
    """As it was typed: a space may be part of it."""
    typed = form.raw(name)
    if not typed:
        form.refuse_field(name, _("{label}：还没有填", label=label))
    elif len(typed) > 200:
        form.refuse_field(name, _("{label}：最多 200 个字符", label=label))
        return ""
    return typed


def _next(request: Request) -> str:
    return _local(request.query_params.get("next", ""))


def _local(path: str) -> str:
    """A page of ours; anything that leads elsewhere becomes the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() and len(path) < 500 else "/"


handlers = [
    home,
    show,
    create,
    destroy,
    show_account,
    change_password,
    end_sessions,
    preferences,
]
