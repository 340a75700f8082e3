"""What to expect at each point on a day, and what short and wasted portions cost."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.headcount_pages import booked_at, hinted
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import attendance, headcounts
from kitchen.attendance import Costs


@get(
    "/forecasts/{day:date}/{meal:str}",
    allows="headcounts.read",
    include_in_schema=False,
)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    costs = await attendance.costs_for(kitchen.id, meal_in(meal))
    filled = Form.filled(
        short=f"{costs.short_fen / 100:.2f}", wasted=f"{costs.wasted_fen / 100:.2f}"
    )
    return await _page(request, day, meal, filled)


@post(
    "/forecasts/{day:date}/{meal:str}/costs",
    allows="headcounts.close",
    include_in_schema=False,
)
async def update_costs(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    short = form.fen("short", _("缺一份的损失"), least=1, most=100_000)
    wasted = form.fen("wasted", _("多一份的损失"), least=1, most=100_000)
    if form.ok:
        with form.refusals():
            await attendance.set_costs(
                *(kitchen.id, meal_in(meal), Costs(short, wasted)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, day, meal_in(meal), form)
    return see_other(request, day_url("forecasts", day, meal), _("已保存"))


async def _page(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    places = {point.id: point.name for point in await points_of(request, kitchen.id)}
    if request.actor.point_id is None:
        places[attendance.DOORS] = _("送餐到家")
    eaters = await headcounts.eaters_for(kitchen.id, day, meal)
    booked = booked_at(eaters)
    hints = await hinted(kitchen.id, day, meal, eaters)
    return page(
        request,
        "forecasts/index.html",
        status_code=200 if form.ok else 422,
        day=day,
        meal=meal,
        places=places,
        booked=booked,
        hints=hints,
        costs=await attendance.costs_for(kitchen.id, meal),
        form=form,
    )


handlers = [
    day_redirect("forecasts", "headcounts.read"),
    index,
    update_costs,
]
