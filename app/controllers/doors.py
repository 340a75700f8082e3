"""Doors that stayed closed: the ladder, step by step, until somebody is reached."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.round_sight import cut_for
from app.scope import kitchen_of
from app.words.deliveries import CONTACT_KINDS, STEPS
from kitchen import doors
from kitchen.doors import STEPS as STEP_CODES
from kitchen.doors import TARGET_MINUTES
from kitchen.round_plans import plan_by_id, stop_plan_of


@get("/doors/{day:date}/{meal:str}", allows="doors.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


@post("/doors/cases/{case_id:int}/steps", allows="doors.write", include_in_schema=False)
async def step(request: Request, case_id: FromPath[int]) -> Response[Any]:
    stop_id = await doors.stop_of_case(case_id)
    facts = (await plan_by_id(await stop_plan_of(stop_id))).facts
    if not request.actor.sees_kitchen(facts.kitchen_id):
        raise NotFoundException
    form = await read_form(request)
    kind = form.choice("kind", _("做了什么"), STEP_CODES)
    who = form.text("who", _("谁 / 哪个单位"), longest=60, required=False)
    note = form.text("note", _("备注"), longest=200, required=False)
    if form.ok:
        with form.refusals():
            await doors.take_step(
                case_id,
                kind,
                contact_id=form.identifier("contact"),
                who=who,
                note=note,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, facts.day, facts.meal, form, 422)
    return see_other(request, day_url("doors", facts.day, facts.meal), _("已记下"))


handlers = [day_redirect("doors", "doors.read"), index, step]


async def _page(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    return page(
        request,
        "doors/index.html",
        status_code=status_code,
        cases=cut_for(
            request.actor, tuple(await doors.cases_for(kitchen.id, day, meal))
        ),
        day=day,
        meal=meal,
        form=form,
        CONTACT_KINDS=CONTACT_KINDS,
        STEPS=STEPS,
        TARGET_MINUTES=TARGET_MINUTES,
    )
