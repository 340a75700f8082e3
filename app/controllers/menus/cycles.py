"""Cycle menus: weeks kept under a name and laid onto the calendar again."""

import datetime as dt
from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_url, meal_in
from app.forms import read_form
from app.i18n import translate as _
from app.menu_pages import show_week
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import menu_cycles
from kitchen.menu_cycles import FEWEST_WEEKS, MOST_WEEKS
from kitchen.menus import monday_of


@post(
    "/menus/{day:date}/{meal:str}/cycles", allows="menus.write", include_in_schema=False
)
async def save(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Keep this week and those after it as a cycle."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    name = form.text("name", _("轮换菜单的名字"), longest=40)
    weeks = form.integer("weeks", _("几周"), least=FEWEST_WEEKS, most=MOST_WEEKS)
    if form.ok:
        with form.refusals():
            await menu_cycles.save_cycle(
                kitchen.id,
                meal_in(meal),
                name,
                monday_of(day),
                weeks,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await show_week(request, day, meal_in(meal), form)
    said = _("已存成轮换菜单“{name}”", name=name)
    return see_other(request, day_url("menus", day, meal), said)


@post(
    "/menus/{day:date}/{meal:str}/cycles/{cycle_id:int}",
    allows="menus.write",
    include_in_schema=False,
)
async def apply(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    cycle_id: FromPath[int],
) -> Response[Any]:
    """Lay a cycle onto the calendar from this week on, or forget it."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    if all(c.id != cycle_id for c in await menu_cycles.cycles_of(kitchen.id, meal)):
        raise NotFoundException
    doer: dict[str, Any] = {"by": request.actor, "now": request.now}
    if form.raw("act_on") == "drop":
        await menu_cycles.drop_cycle(kitchen.id, cycle_id, **doer)
        said = _("已删除轮换菜单，排好的菜不变")
        return see_other(request, day_url("menus", day, meal_in(meal)), said)
    start = form.integer("start", _("从第几周开始"), least=1, most=MOST_WEEKS)
    weeks = form.integer("weeks", _("铺几周"), least=1, most=2 * MOST_WEEKS)
    if form.ok:
        with form.refusals():
            edit = await menu_cycles.apply_cycle(
                kitchen.id,
                cycle_id,
                monday_of(day),
                start,
                weeks,
                replace=form.checkbox("replace"),
                **doer,
            )
    if not form.ok:
        return await show_week(request, day, meal_in(meal), form)
    n = len(edit.changed)
    said = _("排了 {n} 格", n=n) if n else _("没有空着的日子可以填")
    return see_other(request, day_url("menus", day, meal_in(meal)), said)


handlers = [save, apply]
