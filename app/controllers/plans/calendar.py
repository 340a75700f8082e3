"""The year's calendar: holidays, make-up workdays, and the kitchen's own word."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.plans import DAY_KINDS
from kitchen import places
from kitchen.calendar import (
    DayKind,
    day_kind,
    is_service_day,
    is_year_known,
    month_days,
)


@dataclass(frozen=True)
class CalendarDay:
    """One square of the month."""

    day: dt.date
    kind: DayKind
    served: bool
    note: str


@get("/plans/calendar", allows="plans.read", include_in_schema=False)
async def show(request: Request) -> Response[Any]:
    return await _page(request, Form())


async def _page(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    first = _month(request)
    overrides = await places.overrides_for(kitchen.id)
    notes = await places.override_notes(kitchen.id)
    words = {override.day: override.note for override in notes}
    days = [
        CalendarDay(
            day,
            day_kind(day, overrides),
            is_service_day(
                day,
                overrides,
                serves_weekends=kitchen.serves_weekends,
                serves_holidays=kitchen.serves_holidays,
            ),
            words.get(day, ""),
        )
        for day in month_days(first.year, first.month)
    ]
    return page(
        request,
        "plans/calendar.html",
        status_code=200 if form.ok else 422,
        kitchen=kitchen,
        first=first,
        before=(first - dt.timedelta(days=1)).strftime("%Y-%m"),
        after=(first + dt.timedelta(days=31)).strftime("%Y-%m"),
        days=days,
        blanks=first.weekday(),
        known=is_year_known(first.year),
        overrides=notes,
        kind_words=DAY_KINDS,
        form=form if form.typed else Form.filled(served="no"),
    )


def _month(request: Request) -> dt.date:
    """The first of the month asked for, else of this one."""
    try:
        asked = dt.datetime.strptime(  # noqa: DTZ007 - a month
            request.query_params.get("month", ""), "%Y-%m"
        ).date()
    except ValueError:
        return request.today.replace(day=1)
    return asked if 2000 <= asked.year <= 2100 else request.today.replace(day=1)


@post("/plans/calendar", allows="places.write", include_in_schema=False)
async def override(request: Request) -> Response[Any]:
    """Say of one day that it is served, or not, or leave it to the calendar."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    day = form.date("day", _("日期"), earliest=request.today)
    served = form.choice("served", _("供餐"), ("yes", "no", "calendar"))
    note = form.text("note", _("说明"), longest=60, required=served != "calendar")
    if not form.ok:
        return await _page(request, form)
    if served == "calendar":
        await places.clear_override(kitchen.id, day, by=request.actor, now=request.now)
    else:
        await places.override_day(
            kitchen.id, day, served == "yes", note, by=request.actor, now=request.now
        )
    return see_other(
        request, f"/plans/calendar?month={day:%Y-%m}", _("已记下{day}", day=day)
    )


handlers = [show, override]
