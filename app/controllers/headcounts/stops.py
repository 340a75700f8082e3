"""The kitchen cannot cook: the meal is stopped and everybody is called by name."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import read_form
from app.headcount_pages import WAYS, count_page
from app.i18n import translate as _
from app.picking import dishes_picked
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import closures
from kitchen.closures import Call
from kitchen.plans import ClosureFacts


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
    dishes = (
        await dishes_picked(form, "substitute", _("改送什么"))
        if kind == "substituted"
        else []
    )
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await closures.close_meal(
                kitchen.id,
                day,
                meal,
                kind=kind,
                dishes=dishes,
                reason=reason,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await count_page(request, day, meal, form, status_code=422)
    return see_other(request, f"/headcounts/{day}/{meal}/calls", _("请逐户电话通知"))


@post(
    "/headcounts/{day:date}/{meal:str}/resumption",
    allows="headcounts.close",
    include_in_schema=False,
)
async def resume_meal(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The kitchen can cook after all."""
    kitchen = await kitchen_of(request)
    is_whole = await closures.resume_meal(
        kitchen.id, day, meal_in(meal), by=request.actor, now=request.now
    )
    said = (
        _("已恢复供餐")
        if is_whole
        else _("已恢复供餐；菜单在改送以后又改过，没有换回去，请到“菜单”核对")
    )
    return see_other(request, f"/headcounts/{day}/{meal}/calls", said)


@get(
    "/headcounts/{day:date}/{meal:str}/calls",
    allows="registry.read",
    include_in_schema=False,
)
async def calls(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Who is called, because the meal is cancelled or substituted, or is not after
    all."""
    closure, people = await _calls(request, day, meal)
    return page(
        request,
        "headcounts/calls.html",
        day=day,
        meal=meal,
        closure=closure,
        calls=people,
        ways=WAYS,
        done=sum(call.is_told for call in people),
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
    closure, people = await _calls(request, day, meal)
    form = await read_form(request)
    elder = form.identifier("elder") or 0
    outcome = form.choice("outcome", _("结果"), ("told", "told_again", "not_reached"))
    form.check()
    if elder not in {call.eater.elder_id for call in people}:
        raise NotFoundException
    await closures.record_call(
        closure.id, elder, outcome, by=request.actor, now=request.now
    )
    return see_other(request, f"/headcounts/{day}/{meal}/calls")


async def _calls(
    request: Request, day: dt.date, meal: str
) -> tuple[ClosureFacts, list[Call]]:
    kitchen = await kitchen_of(request)
    closure = await closures.last_closure(kitchen.id, day, meal_in(meal))
    if closure is None:
        raise NotFoundException
    people = await closures.calls_for(kitchen.id, closure)
    own = request.actor.point_id  # staff of a point call theirs alone
    return closure, [c for c in people if own is None or c.eater.point_id == own]


handlers = [cancel_meal, resume_meal, calls, record_call]
