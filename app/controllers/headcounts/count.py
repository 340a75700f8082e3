"""The count: who eats what where, closed at the cut-off."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, act_id, read_form
from app.headcount_pages import count_page
from app.i18n import translate as _
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import headcounts, round_habits
from kitchen.headcounts import SpareFacts


@get(
    "/headcounts/{day:date}/{meal:str}",
    allows="headcounts.read",
    include_in_schema=False,
)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await count_page(request, day, meal_in(meal), Form())


@post(
    "/headcounts/{day:date}/{meal:str}/closure",
    allows="headcounts.close",
    include_in_schema=False,
)
async def close(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Freeze the count, with expected walk-ins and spares by point."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    spares = await _spares(request, form, kitchen.id)
    if form.ok:
        with form.refusals():
            await headcounts.close_headcount(
                kitchen.id, day, meal, spares=spares, by=request.actor, now=request.now
            )
    if not form.ok:
        return await count_page(request, day, meal, form, status_code=422)
    await round_habits.start_rounds(  # so that the board has last week's at once
        kitchen.id, day, meal, by=request.actor, now=request.now
    )
    return see_other(request, day_url("headcounts", day, meal), _("人数已截单"))


async def _spares(request: Request, form: Form, kitchen_id: int) -> list[SpareFacts]:
    spares = []
    for point in await points_of(request, kitchen_id):
        for kind in ("walk_in", "spare"):
            name = f"{kind}_{point.id}"
            portions = form.integer(name, point.name, least=0, most=200, required=False)
            if portions:
                spares.append(SpareFacts(0, point.id, kind, "regular", portions))
    kept = form.integer("spare_0", _("随车备份"), least=0, most=200, required=False)
    if kept:
        spares.append(SpareFacts(0, None, "spare", "regular", kept))
    return spares


@post(
    "/headcounts/{day:date}/{meal:str}/spares",
    allows="headcounts.close",
    include_in_schema=False,
)
async def add_spares(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """More portions without a name, after the close."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    spares = await _spares(request, form, kitchen.id)
    if form.ok and spares:
        with form.refusals():
            await headcounts.set_spares(
                kitchen.id,
                day,
                meal,
                spares,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await count_page(request, day, meal, form, status_code=422)
    return see_other(request, day_url("headcounts", day, meal), _("已加备份"))


handlers = [day_redirect("headcounts", "headcounts.read"), index, close, add_spares]
