"""The day and the meal in an address: `/menus/2026-11-24/lunch`.

Every area of the day has addresses of this form; the bare `/menus` leads to the day
and meal that come next.
"""

import datetime as dt
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from lunar_python import Lunar

from app.i18n import N_
from app.i18n import translate as _
from app.requests import Request

MEALS = {"breakfast": N_("早餐"), "lunch": N_("午餐"), "dinner": N_("晚餐")}
WEEKDAYS = (
    N_("周一"),
    N_("周二"),
    N_("周三"),
    N_("周四"),
    N_("周五"),
    N_("周六"),
    N_("周日"),
)

# Until when a day's page is about that meal, on the kitchen's wall clock.
_OVER = {
    "breakfast": dt.time(9, 30),
    "lunch": dt.time(14, 30),
    "dinner": dt.time(20, 30),
}


def meal_in(path_part: str) -> str:
    """A meal named in an address; anything else is a lost page."""
    if path_part not in MEALS:
        raise NotFoundException
    return path_part


def day_url(area: str, day: dt.date, meal: str) -> str:
    return f"/{area}/{day.isoformat()}/{meal}"


def next_meal(now: dt.datetime, served: tuple[str, ...]) -> tuple[dt.date, str]:
    """The day and meal a page opens at; `now` is on the kitchen's wall clock."""
    for meal in served:
        if now.time() < _OVER[meal]:
            return now.date(), meal
    return now.date(), served[-1]


def day_redirect(area: str, allows: str) -> HTTPRouteHandler:
    """The handler of the bare `/area`."""

    @get(f"/{area}", allows=allows, include_in_schema=False, name=f"{area}.next")
    async def to_next_meal(request: Request) -> Redirect:
        wall = request.now.astimezone(request.settings.timezone)
        return Redirect(day_url(area, *next_meal(wall, request.settings.meals)))

    return to_next_meal


def lunar_words(day: dt.date) -> str:
    """ "农历十月十六", with the solar term on its day."""
    lunar = Lunar.fromDate(dt.datetime.combine(day, dt.time(12)))
    term = lunar.getJieQi()
    words = f"农历{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"
    return f"{words} · {term}" if term else words


def day_words(day: dt.date) -> str:
    """ "11月24日 周二"; "Tue 24 Nov" in English."""
    return _(
        "{month}月{day}日 {weekday}",
        month=day.month,
        day=day.day,
        weekday=_(WEEKDAYS[day.weekday()]),
        monthname=day.strftime("%b"),
    )


def date_words(day: dt.date) -> str:
    """ "11月24日"; "24 Nov" in English."""
    return _(
        "{month}月{day}日",
        month=day.month,
        day=day.day,
        monthname=day.strftime("%b"),
    )


def lasting_words(minutes: int) -> str:
    """8 小时 54 分; below an hour and above a day without the smaller unit's rest."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{n} 分钟", n=rest)
    if hours < 24:
        return _("{h} 小时 {n} 分", h=hours, n=rest)
    return _("{d} 天 {h} 小时", d=hours // 24, h=hours % 24)


def stepped(path: str, params: dict[str, Any], day: dt.date, meal: str) -> str:
    """This page's address with another day or meal in it."""
    here: dt.date = params["day"]
    moved = path.replace(f"/{here.isoformat()}", f"/{day.isoformat()}", 1)
    if "meal" in params:
        moved = moved.replace(f"/{params['meal']}", f"/{meal}", 1)
    return moved
