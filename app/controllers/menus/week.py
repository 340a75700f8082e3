"""The week's menu: plan it by keyboard, see whom it hurts, publish it."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.menu_pages import (
    consequences_on,
    show_week,
    still_open,
    words_for_templates,
)
from app.rendering import fragment, page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import menus
from kitchen.clash_groups import OpenDish
from kitchen.menus import monday_of


@get("/menus/{day:date}/{meal:str}", allows="menus.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await show_week(request, day, meal_in(meal), Form())


@get(
    "/menus/{day:date}/{meal:str}/consequences",
    allows="menus.read",
    include_in_schema=False,
)
async def consequences(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One day's figures under its column, filled in after the grid is drawn."""
    kitchen = await kitchen_of(request)
    seen = await consequences_on(kitchen, day, meal_in(meal))
    return fragment(
        request,
        "menus/_foot.html",
        seen=seen,
        menu=seen.menu,
        day=day,
        meal=meal,
        **words_for_templates(),
    )


@post(
    "/menus/{day:date}/{meal:str}/publications",
    allows="menus.publish",
    include_in_schema=False,
)
async def publish(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    monday = monday_of(day)
    whole = form.raw("scope") == "week"
    days = [monday + dt.timedelta(days=n) for n in range(7)] if whole else [day]
    if form.raw("sure") != "on":
        waiting = await still_open(kitchen, days, meal_in(meal))
        if waiting:
            return _asked(request, day, meal, "week" if whole else "day", waiting)
    published = await menus.publish(
        kitchen.id, days, meal_in(meal), by=request.actor, now=request.now
    )
    said = (
        _("已发布 {n} 天的菜单", n=len(published)) if published else _("已经是最新的了")
    )
    return see_other(request, day_url("menus", day, meal), said)


def _asked(
    request: Request,
    day: dt.date,
    meal: str,
    scope: str,
    waiting: list[tuple[dt.date, list[OpenDish]]],
) -> Response[Any]:
    """Once, before it is published: whom it hurts without anybody's decision."""
    return page(
        request,
        "menus/publish.html",
        status_code=409,
        day=day,
        meal=meal,
        scope=scope,
        waiting=waiting,
        **words_for_templates(),
    )


handlers = [day_redirect("menus", "menus.read"), index, consequences, publish]
