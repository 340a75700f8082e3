"""Pausing, resuming, ending; and where a person lives, from a day on."""

import datetime as dt
from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import MEALS
from app.forms import read_form
from app.i18n import translate as _
from app.people_forms import (
    read_address,
    read_place,
)
from app.people_pages import record_page, refusing, saved
from app.people_sight import person_in_scope, picked_in_scope
from app.picking import people_choices
from app.requests import Request
from app.words.registry import (
    state_words,
)
from kitchen import headcounts, places, registry
from kitchen.registry import ElderFacts, StateFacts

BACK_DAYS = 60
"""An end or a death is sometimes heard of late."""


@post(
    "/registry/{elder_id:int}/states", allows="registry.write", include_in_schema=False
)
async def set_state(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """Pause, end or record a death, from a day on."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    state = form.choice("state", _("状态"), ("paused", "ended", "deceased"))
    earliest = request.today - dt.timedelta(days=0 if state == "paused" else BACK_DAYS)
    first = form.date("from_day", _("从哪天起"), earliest=earliest)
    last = form.date("to_day", _("到哪天"), required=False)
    reason = form.text("reason", _("原因"), longest=80)
    if state != "paused":
        last = None
    if form.ok:
        with refusing(form):
            await registry.set_state(
                person.id, state, first, last, reason, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "state", form)
    now_is = StateFacts(
        0, person.id, state, first, last, reason, request.now, request.actor.name
    )
    told = state_words(now_is, request.today)
    if closed := await _closed_meals(request, person, first, last):
        told = _("{told}；{meals}已截单，请到“人数”页退餐", told=told, meals=closed)
    return saved(request, person.id, told)


async def _closed_meals(
    request: Request, person: ElderFacts, first: dt.date, last: dt.date | None
) -> str:
    """Counts that are closed already and still hold this person."""
    names = []
    for day in (request.today, request.today + dt.timedelta(days=1)):
        if day < first or (last is not None and day > last):
            continue
        for meal in await places.services_for(person.kitchen_id, day):
            if await headcounts.closed(person.kitchen_id, day, meal):
                eaters = await headcounts.eaters_for(person.kitchen_id, day, meal)
                if any(eater.elder_id == person.id for eater in eaters):
                    names.append(f"{day:%m-%d} {_(MEALS[meal])}")
    return _("、").join(names)


@post(
    "/registry/{elder_id:int}/return", allows="registry.write", include_in_schema=False
)
async def resume(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """Eat again from a day on, earlier than planned."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    first = form.date("from_day", _("从哪天起"), earliest=request.today)
    if form.ok:
        with refusing(form):
            await registry.resume(person.id, first, by=request.actor, now=request.now)
    if not form.ok:
        return await record_page(request, person, "state", form)
    return saved(request, person.id, _("已恢复用餐"))


@post(
    "/registry/{elder_id:int}/addresses",
    allows="registry.move",
    include_in_schema=False,
)
async def move(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """A new address from a day on; past days keep the old one."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    address = read_address(form, areas={area.id for area in await places.areas()})
    first = form.date("moved_on", _("从哪天起"), earliest=request.today)
    override = form.text("override", _("督导的理由"), longest=80, required=False)
    if address is None:
        form.refuse_field("compound", _("小区：还没有填"))
    if form.ok and address is not None:
        with refusing(form):
            await registry.move_to(
                person.id,
                address,
                first,
                override=override,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await record_page(request, person, "addresses", form)
    return saved(request, person.id, _("新地址已登记"))


@post(
    "/registry/{elder_id:int}/place", allows="registry.write", include_in_schema=False
)
async def place(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """A point of this home's own, beside its building's."""
    person = await person_in_scope(request, elder_id)
    homes = await registry.homes_on([person.id], request.today)
    if person.id not in homes:
        raise NotFoundException
    form = await read_form(request)
    lon_e6, lat_e6, source = read_place(form, required=True)
    if form.ok and lon_e6 is not None and lat_e6 is not None:
        with refusing(form):
            await registry.place_door(
                homes[person.id],
                lon_e6,
                lat_e6,
                source,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await record_page(request, person, "place", form)
    return saved(request, person.id, _("住户已定位"))


@post(
    "/registry/{elder_id:int}/household",
    allows="registry.write",
    include_in_schema=False,
)
async def share(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """Link two people of one household, or part them."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    if form.raw("leave"):
        await registry.leave_household(person.id, by=request.actor, now=request.now)
        return saved(request, person.id, _("已另立一户"))
    other, found = await picked_in_scope(
        request, form, "mate", _("同户的老人"), person.kitchen_id
    )
    if form.ok and other is not None:
        with refusing(form):
            await registry.share_household(
                person.id, other.id, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(
            request, person, "household", form, mates=people_choices(found)
        )
    return saved(request, person.id, _("已登记同户"))


handlers = [set_state, resume, move, place, share]
