"""Tablets: who signed in on which, one lost, one found again."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from app import sessions
from app.api_shapes import Body, unreadable
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import tablets

HANDLERS: Any = {ValidationException: unreadable}


@get("/dining/tablets", allows="dining.tablets", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """Each tablet with who was on it last, the lost ones first."""
    return await _index(request, Form())


async def _index(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    kitchen = await kitchen_of(request)
    found = await tablets.tablets_of(kitchen.id, request.now)
    return page(
        request,
        "dining/tablets.html",
        status_code=status_code,
        form=form,
        tablets=sorted(found, key=lambda one: not one.reason),
    )


def _key(text: str) -> str:
    """As browsers make them; anything else is a lost page."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise NotFoundException from None


class TabletIn(Body, kw_only=True):
    """The key that a tablet's browser made for itself."""

    key: uuid.UUID


@post(
    "/api/till/tablets",
    allows="dining.serve",
    include_in_schema=False,
    status_code=200,
    exception_handlers=HANDLERS,
)
async def name(request: Request, data: JSONBody[TabletIn]) -> dict[str, Any]:
    """Whose session is on which tablet, told as a till opens, so that a lost one can
    be signed out by itself."""
    key = str(data.key)
    await sessions.note_tablet(request.session_token, key)
    return {"blocked": await tablets.is_blocked(key)}


@get("/api/till/tablets/{key:str}", allows="public", include_in_schema=False)
async def ask(key: FromPath[str]) -> dict[str, Any]:
    """Whether it was lost: asked without a session, since a lost tablet has none any
    more; nobody else knows its key."""
    return {"blocked": await tablets.is_blocked(_key(key))}


@post(
    "/dining/tablets/{key:str}/block", allows="dining.tablets", include_in_schema=False
)
async def block(request: Request, key: FromPath[str]) -> Response[Any]:
    """It is lost: signed out at once, and it gets no list of names any more."""
    return await _with_reason(
        request, key, tablets.block, _("已停用，它上面的登录已退出")
    )


@post(
    "/dining/tablets/{key:str}/return", allows="dining.tablets", include_in_schema=False
)
async def give_back(request: Request, key: FromPath[str]) -> Response[Any]:
    """It was found."""
    return await _with_reason(request, key, tablets.lift, _("可以再用了"))


async def _with_reason(
    request: Request, key: str, verb: Callable[..., Awaitable[None]], done: str
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await verb(kitchen.id, _key(key), reason, by=request.actor, now=request.now)
    if not form.ok:
        return await _index(request, form, 422)
    return see_other(request, "/dining/tablets", done)


handlers = [index, name, ask, block, give_back]
