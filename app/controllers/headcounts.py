"""The count: who eats what where, closed at the cut-off, and late changes after it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.picking import people_choices, picked
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import headcounts, places, plans
from kitchen.calendar import cut_off_at
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.places import KitchenFacts, PointFacts
from kitchen.plans import Eater

WAYS = {"dine_in": N_("堂食"), "collect": N_("自取"), "deliver": N_("送餐")}
SOURCES = {
    "telephone": N_("电话"),
    "office": N_("办公室"),
    "door": N_("门口"),
    "till": N_("就餐点"),
}


@dataclass(frozen=True)
class PlaceRow:
    """One line of the count: a dining point, or the doors."""

    name: str
    by_diet: tuple[int, ...]
    total: int
    usual: int | None
    walk_ins: int
    spares: int

    @property
    def odd(self) -> bool:
        """More than a fifth and two portions away from the usual."""
        if not self.usual:
            return False
        away = abs(self.total - self.usual)
        return away > 2 and away * 5 > self.usual


def column_keys(eaters: list[Eater]) -> list[str]:
    """Diet groups that occur, plain food first, then the most wanted."""
    counts = Counter[str]()
    for eater in eaters:
        counts[eater.diet.key] += eater.portions
    return sorted(counts, key=lambda key: (key != "regular", -counts[key], key))


def rows_of(
    eaters: list[Eater],
    points: list[PointFacts],
    keys: list[str],
    spares: list[SpareFacts],
    usual: dict[tuple[str, int | None], int],
) -> list[PlaceRow]:
    """A row for each point, for the doors, and for those without a point."""
    places_of: list[tuple[str, str, int | None]] = [
        (point.name, "point", point.id) for point in points
    ]
    places_of += [(_("送餐到家"), "door", None), (_("没有就餐点"), "none", None)]
    made = []
    for name, kind, point_id in places_of:
        here = [
            eater
            for eater in eaters
            if _place(eater) == (kind, point_id if kind == "point" else None)
        ]
        extra = Counter[str]()
        for spare in spares:
            if kind == "point" and spare.point_id == point_id:
                extra[spare.kind] += spare.portions
            if kind == "door" and spare.point_id is None:
                extra[spare.kind] += spare.portions
        if kind == "none" and not here:
            continue
        made.append(
            PlaceRow(
                name=name,
                by_diet=tuple(
                    sum(e.portions for e in here if e.diet.key == key) for key in keys
                ),
                total=sum(eater.portions for eater in here),
                usual=usual.get((kind, point_id)),
                walk_ins=extra["walk_in"],
                spares=extra["spare"],
            )
        )
    return made


def _place(eater: Eater) -> tuple[str, int | None]:
    if eater.way == "deliver":
        return "door", None
    return ("point", eater.point_id) if eater.point_id else ("none", None)


@get(
    "/headcounts/{day:date}/{meal:str}",
    allows="headcounts.read",
    include_in_schema=False,
)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


async def _page(
    request: Request,
    day: dt.date,
    meal: str,
    form: Form,
    *,
    status_code: int = 200,
    people: tuple[Any, ...] = (),
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    count = await headcounts.closed(kitchen.id, day, meal)
    eaters = await headcounts.eaters_for(kitchen.id, day, meal)
    points = await points_of(request, kitchen.id)
    if request.actor.point_id is not None:
        eaters = [e for e in eaters if e.point_id == request.actor.point_id]
    spares = await headcounts.spares_for(kitchen.id, day, meal)
    keys = column_keys(eaters)
    usual = await _usual(kitchen.id, day, meal)
    return page(
        request,
        "headcounts/index.html",
        status_code=status_code,
        kitchen=kitchen,
        day=day,
        meal=meal,
        count=count,
        cut_off=await _cut_off(request, kitchen, day, meal),
        closure=await plans.closure_on(kitchen.id, day, meal),
        eaters=eaters,
        gone=await headcounts.cancelled_for(kitchen.id, day, meal),
        changes=await headcounts.changes_for(count.id) if count else [],
        keys=keys,
        rows=rows_of(eaters, points, keys, spares, usual),
        points=points,
        point_names={point.id: point.name for point in points},
        spares=spares,
        walk_ins=await headcounts.usual_walk_ins(kitchen.id, day, meal),
        form=form,
        people=people,
        people_choices=people_choices,
        ways=WAYS,
        sources=SOURCES,
        total=sum(eater.portions for eater in eaters),
        extra=sum(spare.portions for spare in spares),
        special=sum(e.portions for e in eaters if e.diet.key != "regular"),
    )


async def _usual(
    kitchen_id: int, day: dt.date, meal: str
) -> dict[tuple[str, int | None], int]:
    """Last week's same weekday, by place; nothing when it was not counted."""
    before = day - dt.timedelta(days=7)
    if await headcounts.closed(kitchen_id, before, meal) is None:
        return {}
    counts = Counter[tuple[str, int | None]]()
    for eater in await headcounts.eaters_for(kitchen_id, before, meal):
        counts[_place(eater)] += eater.portions
    return dict(counts)


async def _cut_off(
    request: Request, kitchen: KitchenFacts, day: dt.date, meal: str
) -> dt.datetime | None:
    service = (await places.services_for(kitchen.id)).get(meal)
    if service is None:
        return None
    at = dt.time(service.cut_off_minutes // 60, service.cut_off_minutes % 60)
    return cut_off_at(day, service.cut_off_days_before, at, request.settings.timezone)


@post(
    "/headcounts/{day:date}/{meal:str}/closure",
    allows="headcounts.close",
    include_in_schema=False,
)
async def close(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Freeze the count, with expected walk-ins and spares by point."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    spares = await _spares(request, form, kitchen.id)
    if form.ok:
        try:
            await headcounts.close_headcount(
                kitchen.id, day, meal, spares=spares, by=request.actor, now=request.now
            )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    return see_other(request, day_url("headcounts", day, meal), _("人数已截单"))


async def _spares(request: Request, form: Form, kitchen_id: int) -> list[SpareFacts]:
    spares = []
    for point in await points_of(request, kitchen_id):
        for kind in ("walk_in", "spare"):
            name = f"{kind}_{point.id}"
            portions = form.integer(name, point.name, least=0, most=200, required=False)
            if portions:
                spares.append(SpareFacts(0, point.id, kind, "regular", portions))
    kept = form.integer("spare_0", _("随车备份"), least=0, most=200, required=False)
    if kept:
        spares.append(SpareFacts(0, None, "spare", "regular", kept))
    return spares


@post(
    "/headcounts/{day:date}/{meal:str}/additions",
    allows="headcounts.change",
    include_in_schema=False,
)
async def add(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """加餐: one more person after the close, with who asked and why."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    person, people = await picked(form, "who", _("老人"), kitchen.id)
    way = form.choice("way", _("方式"), tuple(WAYS))
    point_id = form.identifier("point")
    source = form.choice("source", _("谁说的"), tuple(SOURCES))
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok and person is not None:
        try:
            await headcounts.add_late(
                person.id,
                day,
                meal,
                way=way,
                point_id=point_id,
                reason=reason,
                source=source,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(
            request, day, meal, form, status_code=422, people=tuple(people)
        )
    return see_other(request, day_url("headcounts", day, meal), _("已加餐"))


@post(
    "/headcounts/{day:date}/{meal:str}/diners/{diner:int}/changes",
    allows="headcounts.change",
    include_in_schema=False,
)
async def change(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], diner: FromPath[int]
) -> Response[Any]:
    """退餐 or another way of eating for one person after the close."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    eaters = await headcounts.eaters_for(kitchen.id, day, meal)
    if diner not in {eater.diner_id for eater in eaters}:
        raise NotFoundException
    form = await read_form(request)
    kind = form.choice("kind", _("改成"), ("cancel", *WAYS))
    reason = form.text("reason", _("原因"), longest=80)
    source = form.choice("source", _("谁说的"), tuple(SOURCES))
    point_id = form.identifier("point")
    if form.ok:
        by, now = request.actor, request.now
        try:
            if kind == "cancel":
                await headcounts.cancel_late(
                    diner, reason=reason, source=source, by=by, now=now
                )
            else:
                await headcounts.move_late(
                    diner, kind, point_id, reason=reason, source=source, by=by, now=now
                )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    return see_other(request, day_url("headcounts", day, meal), _("已记下变动"))


@post(
    "/headcounts/{day:date}/{meal:str}/spares",
    allows="headcounts.close",
    include_in_schema=False,
)
async def add_spares(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """More portions without a name, after the close."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    spares = await _spares(request, form, kitchen.id)
    if form.ok and spares:
        try:
            await headcounts.set_spares(
                kitchen.id, day, meal, spares, by=request.actor, now=request.now
            )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    return see_other(request, day_url("headcounts", day, meal), _("已加备份"))


@post(
    "/headcounts/{day:date}/{meal:str}/cancellation",
    allows="headcounts.close",
    include_in_schema=False,
)
async def cancel_meal(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The kitchen cannot cook: cancel or substitute the whole meal."""
    meal = meal_in(meal)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    kind = form.choice("kind", _("怎么办"), ("cancelled", "substituted"))
    substitute = form.text("substitute", _("改送什么"), longest=80, required=False)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        try:
            await plans.close_meal(
                kitchen.id,
                day,
                meal,
                kind=kind,
                substitute=substitute,
                reason=reason,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    return see_other(request, f"/headcounts/{day}/{meal}/calls", _("请逐户电话通知"))


@get(
    "/headcounts/{day:date}/{meal:str}/calls",
    allows="headcounts.read",
    include_in_schema=False,
)
async def calls(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The call list of a cancelled or substituted meal."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    closure = await plans.closure_on(kitchen.id, day, meal)
    if closure is None:
        raise NotFoundException
    return page(
        request,
        "headcounts/calls.html",
        day=day,
        meal=meal,
        closure=closure,
        people=await plans.to_call(kitchen.id, day, meal),
        told=await plans.told_of(closure.id),
    )


@post(
    "/headcounts/{day:date}/{meal:str}/calls",
    allows="headcounts.change",
    include_in_schema=False,
)
async def record_call(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One person on the call list was told, or not reached."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    closure = await plans.closure_on(kitchen.id, day, meal)
    if closure is None:
        raise NotFoundException
    form = await read_form(request)
    elder = form.identifier("elder") or 0
    outcome = form.choice("outcome", _("结果"), ("told", "not_reached"))
    form.check()
    if elder not in {e.elder_id for e in await plans.to_call(kitchen.id, day, meal)}:
        raise NotFoundException
    await plans.record_call(
        closure.id, elder, outcome, by=request.actor, now=request.now
    )
    return see_other(request, f"/headcounts/{day}/{meal}/calls")


handlers = [
    day_redirect("headcounts", "headcounts.read"),
    index,
    close,
    add,
    change,
    add_spares,
    cancel_meal,
    calls,
    record_call,
]
