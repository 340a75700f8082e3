"""What tills reported after they had been offline, and what becomes of it."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.picking import picked
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.words.dining import CHOICES, REPORT_CODES, STATUSES
from kitchen import dining


@get(
    "/dining/{day:date}/{meal:str}/reports",
    allows="dining.read",
    include_in_schema=False,
)
async def reports(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Every act that came from an offline till, those to decide first."""
    return await _reports(request, day, meal_in(meal), Form())


async def _reports(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    points = await points_of(request, kitchen.id)
    names = {point.name for point in points}
    found = await dining.reports_for(kitchen.id, day, meal)
    gaps = {p.name: await dining.gaps_in(p.id, day, meal) for p in points}
    return page(
        request,
        "dining/reports.html",
        status_code=status_code,
        day=day,
        meal=meal,
        form=form,
        reports=[one for one in found if one.point in names],
        gaps={name: numbers for name, numbers in gaps.items() if numbers},
        statuses=STATUSES,
        codes=REPORT_CODES,
        choices=CHOICES,
        finance=request.actor.role == "finance",
    )


@post(
    "/dining/{day:date}/{meal:str}/reports/{report:int}/decision",
    allows="dining.decide",
    include_in_schema=False,
)
async def decide(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    report: FromPath[int],
) -> Response[Any]:
    """One report decided, with a reason; nothing that was told is changed."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    known = await dining.reports_for(kitchen.id, day, meal)
    if report not in {one.id for one in known}:
        raise NotFoundException
    form = await read_form(request)
    choice = form.choice("choice", _("怎么处理"), tuple(CHOICES))
    reason = form.text("reason", _("原因"), longest=80)
    person = None
    if choice == "match":
        person, _people = await picked(form, "who", _("老人"), kitchen.id)
    if form.ok:
        with form.refusals():
            await dining.decide(
                report,
                choice,
                reason,
                elder_id=person.id if person else None,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _reports(request, day, meal, form, 422)
    return see_other(request, f"/dining/{day}/{meal}/reports", _("已处理"))


handlers = [reports, decide]
