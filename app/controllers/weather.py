"""Bad weather: longer times for a day, and what becomes of each who eats at a table."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.weather import FATE_WORDS, FATES
from kitchen import weather
from kitchen.weather import LATEST_MINUTES, SLOWEST_PERCENT, Weather


@get("/weather/{day:date}/{meal:str}", allows="weather.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


@post("/weather/{day:date}/{meal:str}", allows="weather.write", include_in_schema=False)
async def begin(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Bad weather on this day, or other figures for it."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    percent = form.integer("more", _("路上多花"), least=0, most=SLOWEST_PERCENT - 100)
    minutes = form.integer("later", _("最晚放宽"), least=0, most=LATEST_MINUTES)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await weather.begin(
                kitchen.id,
                day,
                100 + percent,
                minutes,
                reason,
                by=request.actor,
                now=request.now,
            )
    said = _("已转为恶劣天气：请逐位落实堂食老人")
    return await _answer(request, day, meal_in(meal), form, said)


@post(
    "/weather/{day:date}/{meal:str}/end",
    allows="weather.write",
    include_in_schema=False,
)
async def end(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    await weather.end(kitchen.id, day, by=request.actor, now=request.now)
    return see_other(request, day_url("weather", day, meal_in(meal)), _("已恢复平常"))


@post(
    "/weather/{day:date}/{meal:str}/people",
    allows="weather.write",
    include_in_schema=False,
)
async def settle(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """What is arranged for the ticked people."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    fate = form.choice("fate", _("怎么办"), FATES)
    who = form.text("who", _("谁陪同、电话里怎么说"), longest=60, required=False)
    chosen = [int(typed) for typed in form.typed.get("elder", ()) if typed.isdecimal()]
    if form.ok:
        with form.refusals():
            await weather.settle(
                kitchen.id,
                day,
                meal_in(meal),
                chosen,
                fate,
                who,
                by=request.actor,
                now=request.now,
            )
    said = _("{n} 位已落实", n=len(chosen))
    return await _answer(request, day, meal_in(meal), form, said)


handlers = [day_redirect("weather", "weather.read"), index, begin, end, settle]


async def _answer(
    request: Request, day: dt.date, meal: str, form: Form, said: str
) -> Response[Any]:
    if form.ok:
        return see_other(request, day_url("weather", day, meal), said)
    return await _page(request, day, meal, form)


async def _page(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    mode = await weather.weather_on(kitchen.id, day)
    guests = await weather.guests_for(kitchen.id, day, meal)
    return page(
        request,
        "weather/index.html",
        status_code=200 if form.ok else 422,
        day=day,
        meal=meal,
        mode=mode,
        guests=guests,
        left=sum(guest.is_open for guest in guests),
        form=form,
        figures=form if form.raw("more") else await _figures(kitchen.id, mode),
        FATES=FATES,
        FATE_WORDS=FATE_WORDS,
    )


async def _figures(kitchen_id: int, mode: Weather | None) -> Form:
    """The form as it stands, or as this kitchen had it last time."""
    if mode is not None:
        percent, minutes = mode.slower_percent, mode.later_minutes
    else:
        percent, minutes = await weather.last_figures(kitchen_id)
    reason = mode.reason if mode else ""
    return Form.filled(more=percent - 100, later=minutes, reason=reason)
