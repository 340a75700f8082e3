"""The kitchen cannot cook: the meal is stopped and everybody is called by name."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import read_form
from app.headcount_pages import count_page
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import plans


@post(
    "/headcounts/{day:date}/{meal:str}/cancellation",
    allows="headcounts.close",
    include_in_schema=False,
)
async def cancel_meal(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The kitchen cannot cook: cancel or substitute the whole meal."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    kind = form.choice("kind", _("怎么办"), ("cancelled", "substituted"))
    substitute = form.text("substitute", _("改送什么"), longest=80, required=False)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await plans.close_meal(
                kitchen.id,
                day,
                meal,
                kind=kind,
                substitute=substitute,
                reason=reason,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await count_page(request, day, meal, form, status_code=422)
    return see_other(request, f"/headcounts/{day}/{meal}/calls", _("请逐户电话通知"))


@get(
    "/headcounts/{day:date}/{meal:str}/calls",
    allows="headcounts.read",
    include_in_schema=False,
)
async def calls(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The call list of a cancelled or substituted meal."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    closure = await plans.closure_on(kitchen.id, day, meal)
    if closure is None:
        raise NotFoundException
    return page(
        request,
        "headcounts/calls.html",
        day=day,
        meal=meal,
        closure=closure,
        people=await plans.to_call(kitchen.id, day, meal),
        told=await plans.told_of(closure.id),
    )


@post(
    "/headcounts/{day:date}/{meal:str}/calls",
    allows="headcounts.change",
    include_in_schema=False,
)
async def record_call(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One person on the call list was told, or not reached."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    closure = await plans.closure_on(kitchen.id, day, meal)
    if closure is None:
        raise NotFoundException
    form = await read_form(request)
    elder = form.identifier("elder") or 0
    outcome = form.choice("outcome", _("结果"), ("told", "not_reached"))
    form.check()
    if elder not in {e.elder_id for e in await plans.to_call(kitchen.id, day, meal)}:
        raise NotFoundException
    await plans.record_call(
        closure.id, elder, outcome, by=request.actor, now=request.now
    )
    return see_other(request, f"/headcounts/{day}/{meal}/calls")


handlers = [cancel_meal, calls, record_call]
