"""A person's usual week: which meals, where, how much, from which day on."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import MEALS, WEEKDAYS
from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_pages import exception_words, home_of, refusing
from app.people_sight import person_in_scope
from app.plan_forms import (
    CHOICES,
    MOST_PORTIONS,
    place_options,
    read_week,
    week_form,
)
from app.rendering import page, see_other
from app.requests import Request
from app.scope import points_of
from app.week_table import SIZES, WAYS, week_rows
from app.words.plans import KINDS, SOURCES
from kitchen import headcounts, places, plans, registry
from kitchen.registry import ElderFacts


@get("/plans/people/{elder_id:int}", allows="plans.read", include_in_schema=False)
async def show(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    return await _page(request, await person_in_scope(request, elder_id), None)


async def _page(
    request: Request, person: ElderFacts, failed: Form | None
) -> Response[Any]:
    points = await places.points_for(person.kitchen_id)
    services = await places.services_for(person.kitchen_id, request.today)
    names = {point.id: point.name for point in points}
    first = await _first_open_day(request, person)
    latest = max(first, request.today)
    week = await plans.plans_of(person.id, latest)
    forms = {
        meal: week_form(
            {day: plan for (m, day), plan in week.items() if m == meal}, meal, first
        )
        for meal in services
    }
    if failed is not None and failed.raw("meal") in forms:
        forms[failed.raw("meal")] = failed
    kitchen = await places.kitchen_by_id(person.kitchen_id)
    entitled = await registry.delivery_entitled_on(person.kitchen_id, request.today)
    return page(
        request,
        "plans/person.html",
        status_code=200 if failed is None else 422,
        person=person,
        kitchen=kitchen,
        week=week_rows(week, services, names),
        week_starts=await plans.starts_of(person.id, latest),
        exceptions=await plans.exceptions_of(person.id, request.today),
        told_of=lambda x: exception_words(x, names, request),
        forms=forms,
        form=failed or Form(),
        new_form=Form.filled(
            kind="skip",
            from_day=first,
            meal="lunch" if "lunch" in services else "",
            source="telephone",
        ),
        meal_options=[(meal, _(MEALS[meal])) for meal in services],
        ways=WAYS,
        sizes=SIZES,
        weekdays=WEEKDAYS,
        choices=CHOICES,
        most=MOST_PORTIONS,
        kinds=KINDS,
        sources=SOURCES,
        place_options=place_options(await points_of(request, kitchen.id)),
        candidates=[],
        entitled=person.id in entitled,
        has_home=await home_of(person, request) is not None,
    )


async def _first_open_day(request: Request, person: ElderFacts) -> dt.date:
    """Today while its lunch is not counted, else tomorrow."""
    closed = await headcounts.closed(person.kitchen_id, request.today, "lunch")
    return request.today + dt.timedelta(days=1 if closed else 0)


@post(
    "/plans/people/{elder_id:int}/weeks", allows="plans.write", include_in_schema=False
)
async def set_week(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """One meal's week from a day on; past days and closed counts keep the old."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    services = await places.services_for(person.kitchen_id, request.today)
    meal = form.choice("meal", _("餐次"), list(services))
    first = form.date("from_day", _("从哪天起"), earliest=request.today)
    week = read_week(form, person.id, await points_of(request, person.kitchen_id))
    if form.ok:
        with refusing(form):
            await plans.set_plan(
                person.id, meal, week, first, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _page(request, person, form)
    told = _("{name}的计划已保存，{day}起照新的", name=person.name, day=first)
    if await headcounts.closed(person.kitchen_id, first, meal):
        told = _("{told}；{day}已截单，那天仍照原来的", told=told, day=first)
    return see_other(request, f"/plans/people/{person.id}", told)


handlers = [show, set_week]
