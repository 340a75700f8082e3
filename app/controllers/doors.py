"""Doors that stayed closed: the ladder, step by step, until somebody is reached."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.delivery_pages import plan_of_stop
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.round_sight import cut_for
from app.scope import kitchen_of
from app.words.doors import CASE_WORDS
from kitchen import doors
from kitchen.door_meals import FATES, settle_meal
from kitchen.door_steps import STEPS, Step, plan_second_visit, take_step
from kitchen.ladder_numbers import RungNumber, number_of_rung
from kitchen.round_plans import PlanFacts


@get("/doors/{day:date}/{meal:str}", allows="doors.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


@post("/doors/cases/{case_id:int}/steps", allows="doors.write", include_in_schema=False)
async def step(request: Request, case_id: FromPath[int]) -> Response[Any]:
    facts = await _plan_of_case(request, case_id)
    form = await read_form(request)
    taken = Step(
        kind=form.choice("kind", _("做了什么"), STEPS),
        rung=form.text("rung", _("找的谁"), longest=40, required=False),
        who=form.text("who", _("联系到谁 / 交给谁"), longest=40, required=False),
        office=form.text("office", _("哪个单位"), longest=60, required=False),
        note=form.text("note", _("备注"), longest=200, required=False),
    )
    if form.ok:
        with form.refusals():
            await take_step(case_id, taken, by=request.actor, now=request.now)
    return await _after(request, facts, form, case_id)


@post("/doors/cases/{case_id:int}/meal", allows="doors.write", include_in_schema=False)
async def meal_of(request: Request, case_id: FromPath[int]) -> Response[Any]:
    """What becomes of the meal that nobody took."""
    facts = await _plan_of_case(request, case_id)
    form = await read_form(request)
    fate = form.choice("fate", _("这份饭"), FATES)
    note = form.text("note", _("备注"), longest=200, required=False)
    if form.ok:
        with form.refusals():
            await settle_meal(case_id, fate, note, by=request.actor, now=request.now)
    return await _after(request, facts, form, case_id)


@post(
    "/doors/cases/{case_id:int}/visits", allows="doors.write", include_in_schema=False
)
async def visit(request: Request, case_id: FromPath[int]) -> Response[Any]:
    """Another time for the second visit."""
    facts = await _plan_of_case(request, case_id)
    form = await read_form(request)
    at = form.time("at", _("再上门的时间"))
    if form.ok:
        zone = request.settings.timezone
        planned = dt.datetime.combine(facts.day, at, tzinfo=zone).astimezone(dt.UTC)
        with form.refusals():
            await plan_second_visit(case_id, planned, by=request.actor, now=request.now)
    return await _after(request, facts, form, case_id)


@post(
    "/doors/cases/{case_id:int}/numbers", allows="doors.write", include_in_schema=False
)
async def number(request: Request, case_id: FromPath[int]) -> Response[Any]:
    """The full telephone number of one rung; the look is logged."""
    facts = await _plan_of_case(request, case_id)
    form = await read_form(request)
    key = form.text("rung", _("找的谁"), longest=40)
    form.check()
    shown = {
        case_id: await number_of_rung(case_id, key, by=request.actor, now=request.now)
    }
    return await _page(request, facts.day, facts.meal, Form(), 200, shown)


handlers = [day_redirect("doors", "doors.read"), index, step, meal_of, visit, number]


async def _plan_of_case(request: Request, case_id: int) -> PlanFacts:
    stop_id = await doors.stop_of_case(case_id)
    return await plan_of_stop(request, stop_id)


async def _after(
    request: Request, facts: PlanFacts, form: Form, case_id: int
) -> Response[Any]:
    if not form.ok:
        return await _page(request, facts.day, facts.meal, form, 422)
    url = f"{day_url('doors', facts.day, facts.meal)}#case-{case_id}"
    return see_other(request, url, _("已记下"))


async def _page(
    request: Request,
    day: dt.date,
    meal: str,
    form: Form,
    status_code: int = 200,
    numbers: Mapping[int, RungNumber] | None = None,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    cases = tuple(await doors.cases_for(kitchen.id, day, meal))
    last = None if cases else await doors.last_case_before(kitchen.id, day)
    return page(
        request,
        "doors/index.html",
        status_code=status_code,
        cases=cut_for(request.actor, cases),
        last=last,
        day=day,
        meal=meal,
        form=form,
        **{**CASE_WORDS, "numbers": numbers or {}},
    )
