"""Booked at the till: whoever stands there orders the next meal with one key."""

import datetime as dt
from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import act_id, read_form
from app.plan_forms import is_late
from app.requests import Request
from app.scope import point_of
from app.till_pages import Outcome, guest_of, till_page
from kitchen import places, plans
from kitchen.errors import Refusal


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/bookings",
    allows="dining.serve",
    include_in_schema=False,
)
async def book(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """The same meal, here, on the next day the kitchen serves."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    guest = await guest_of(form, here, day, meal)
    following = await places.next_day_served(here.kitchen_id, day)
    if guest is None or following is None:
        return await till_page(request, day, meal, here, form, Outcome("unknown"))
    service = (await places.services_for(here.kitchen_id, following)).get(meal)
    try:
        booked = await plans.add_exception(
            elder_id=guest.person.id,
            meal=meal,
            kind="book",
            from_day=following,
            to_day=following,
            reason="在就餐点订的",
            way="dine_in",
            point_id=here.id,
            portions=1,
            choice="A",
            source="till",
            late=is_late(service, following, request.now, request.settings.timezone),
            act=str(act_id(form)),
            by=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        outcome = Outcome("refused", guest=guest, refusal=refusal)
    else:
        outcome = Outcome(
            "booked", guest=guest, booking_id=booked, booked_for=following
        )
    return await till_page(request, day, meal, here, form, outcome)


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/bookings/{booking:int}/withdrawal",
    allows="dining.serve",
    include_in_schema=False,
)
async def unbook(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    point: FromPath[int],
    booking: FromPath[int],
) -> Response[Any]:
    """Take back a booking made at this till."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    found = await plans.exception_by_id(booking)
    outcome = None
    if found is not None and found.kind == "book" and found.point_id == here.id:
        try:
            await plans.withdraw(booking, by=request.actor, now=request.now)
        except Refusal as refusal:
            outcome = Outcome("refused", refusal=refusal)
        else:
            outcome = Outcome("unbooked", booked_for=found.from_day)
    return await till_page(request, day, meal, here, form, outcome)


handlers = [book, unbook]
