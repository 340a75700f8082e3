"""Changes after the close: one more, one less, another way; each with its reason."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_url, meal_in
from app.forms import Form, read_form
from app.headcount_pages import SOURCES, WAYS, count_page
from app.i18n import N_
from app.i18n import translate as _
from app.picking import picked
from app.rendering import page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import headcounts
from kitchen.plans import Eater

KINDS = {"cancel": N_("退餐"), "portions": N_("改份数"), **WAYS}


@post(
    "/headcounts/{day:date}/{meal:str}/additions",
    allows="headcounts.change",
    include_in_schema=False,
)
async def add(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """加餐: one more person after the close, with who asked and why."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    person, people = await picked(form, "who", _("老人"), kitchen.id)
    way = form.choice("way", _("方式"), tuple(WAYS))
    point_id = form.identifier("point")
    source = form.choice("source", _("谁说的"), tuple(SOURCES))
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok and person is not None:
        with form.refusals():
            await headcounts.add_late(
                person.id,
                day,
                meal,
                way=way,
                point_id=point_id,
                reason=reason,
                source=source,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await count_page(
            request, day, meal, form, status_code=422, candidates=tuple(people)
        )
    return see_other(request, day_url("headcounts", day, meal), _("已加餐"))


@get(
    "/headcounts/{day:date}/{meal:str}/diners/{diner:int}",
    allows="headcounts.change",
    include_in_schema=False,
)
async def diner(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], diner: FromPath[int]
) -> Response[Any]:
    """One person's meal, to be changed after the close; a sheet beside the list."""
    meal = meal_in(meal)
    eater = await _eater(request, day, meal, diner)
    form = Form.filled(portions=str(eater.portions), point=str(eater.point_id or ""))
    return await _sheet(request, day, meal, eater, form)


async def _eater(request: Request, day: dt.date, meal: str, diner: int) -> Eater:
    kitchen = await kitchen_of(request)
    count = await headcounts.closed(kitchen.id, day, meal)
    point = request.actor.point_id
    for eater in await headcounts.eaters_for(kitchen.id, day, meal) if count else ():
        if eater.diner_id == diner and point in (None, eater.point_id):
            return eater
    raise NotFoundException


async def _sheet(
    request: Request,
    day: dt.date,
    meal: str,
    eater: Eater,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    points = await points_of(request, kitchen.id)
    return page_or_fragment(
        request,
        "headcounts/diner.html",
        "headcounts/_diner.html",
        status_code=status_code,
        day=day,
        meal=meal,
        eater=eater,
        form=form,
        kinds=KINDS,
        ways=WAYS,
        sources=SOURCES,
        point_names={point.id: point.name for point in points},
    )


@post(
    "/headcounts/{day:date}/{meal:str}/diners/{diner:int}/changes",
    allows="headcounts.change",
    include_in_schema=False,
)
async def change(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], diner: FromPath[int]
) -> Response[Any]:
    """退餐, another way of eating, or other portions for one person."""
    meal = meal_in(meal)
    eater = await _eater(request, day, meal, diner)
    form = await read_form(request)
    kind = form.choice("kind", _("改成"), tuple(KINDS))
    reason = form.text("reason", _("原因"), longest=80)
    source = form.choice("source", _("谁说的"), tuple(SOURCES))
    point_id = form.identifier("point")
    portions = eater.portions
    if kind == "portions":
        portions = form.integer("portions", _("份数"), least=1, most=9) or portions
    if form.ok:
        by, now = request.actor, request.now
        with form.refusals():
            match kind:
                case "cancel":
                    await headcounts.cancel_late(
                        diner, reason=reason, source=source, by=by, now=now
                    )
                case "portions":
                    await headcounts.change_portions(
                        diner, portions, reason=reason, source=source, by=by, now=now
                    )
                case _:
                    await headcounts.move_late(
                        diner,
                        kind,
                        None if kind == "deliver" else point_id,
                        reason=reason,
                        source=source,
                        by=by,
                        now=now,
                    )
    if not form.ok:
        return await _sheet(request, day, meal, eater, form, status_code=422)
    return see_other(request, day_url("headcounts", day, meal), _("已记下变动"))


handlers = [add, diner, change]
