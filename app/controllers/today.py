"""Today: the spine of the day with its deadlines, one next step, what is wrong."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.day_matters import matters_of
from app.days import day_redirect, day_url, meal_in
from app.delivery_pages import sight
from app.i18n import translate as _
from app.policy import may
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import (
    closures,
    day_close,
    dining,
    headcounts,
    places,
    production,
    registry,
)
from kitchen.calendar import day_kind, is_service_day, next_service_day
from kitchen.delivery_days import Progress, progress_for
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.places import ServiceFacts
from kitchen.round_plans import latest_plan


@dataclass(frozen=True)
class Step:
    """One step of the spine. `kind` is one of the six states; `by` its deadline in
    minutes after midnight; `act` what the button says when it is next."""

    area: str
    word: str
    kind: str
    note: str
    by: int | None
    act: str
    url: str
    allows: str

    @property
    def done(self) -> bool:
        return self.kind in ("confirmed", "locked")


@get("/today/{day:date}/{meal:str}", allows="today.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    service = (await places.services_for(kitchen.id, day)).get(meal)
    today = await kitchen_day(kitchen.id, day, meal)
    eaters = today.eaters
    own = await sight(request, kitchen.id, day, meal)
    out = await progress_for(kitchen.id, day, meal, eaters, own.numbers)
    steps = await _steps(request, service, today, out) if service else []
    closure = await closures.last_closure(kitchen.id, day, meal)
    if closure is not None and closure.is_stopped:
        steps = [_stopped(step) for step in steps]
    matters = await matters_of(request, today, out, closure)
    overrides = await places.overrides_for(kitchen.id)
    serves = {
        "serves_weekends": kitchen.serves_weekends,
        "serves_holidays": kitchen.serves_holidays,
    }
    wall = request.now.astimezone(request.settings.timezone)
    mine = [step for step in steps if may(request.actor, step.allows)]
    served = service is not None and is_service_day(day, overrides, **serves)
    next_day = next_service_day(day, overrides, **serves)
    # A closed day with nobody on its list has no chain to work through: it leads on.
    resting = not served and not eaters and next_day is not None
    return page(
        request,
        "today/index.html",
        day=day,
        meal=meal,
        kitchen=kitchen,
        steps=mine,
        next_step=next((step for step in mine if not step.done), None),
        matters=matters,
        eaters=eaters,
        total=sum(eater.portions for eater in eaters),
        by_way={
            way: sum(e.portions for e in eaters if e.way == way)
            for way in ("dine_in", "collect", "deliver")
        },
        special=sum(e.portions for e in eaters if e.diet.key != "regular"),
        spares=sum(
            s.portions for s in await headcounts.spares_for(kitchen.id, day, meal)
        ),
        served=served,
        kind=day_kind(day, overrides),
        next_day=next_day,
        next_url=day_url("today", next_day, request.settings.meals[0])
        if resting and next_day
        else None,
        anybody=bool(eaters) or bool(await registry.elders_of(kitchen.id)),
        minutes_now=wall.hour * 60 + wall.minute if day == request.today else None,
    )


async def _steps(
    request: Request,
    service: ServiceFacts,
    today: KitchenDay,
    out: Progress,
) -> list[Step]:
    return [
        _menu(today),
        _count(today, service),
        await _production(today, service),
        await _rounds(today, service),
        _deliveries(today, out, service),
        await _dining(request, today, service),
        await _balance(today),
    ]


def _stopped(step: Step) -> Step:
    """Nothing is to be done for a meal that is not cooked, but to balance its count."""
    if step.done or step.area == "balance":
        return step
    return replace(step, kind="locked", note=_("停供"), by=None)


def _url(today: KitchenDay, area: str) -> str:
    return day_url(area, today.day, today.meal)


def _menu(today: KitchenDay) -> Step:
    state = today.menu.state
    kind = {"published": "confirmed", "changed": "stale", "draft": "working"}
    words = {
        "published": _("已发布"),
        "changed": _("发布后又改过"),
        "draft": _("没发布"),
    }
    return Step(
        "menus",
        _("菜单"),
        kind.get(state, "not_started"),
        words.get(state, ""),
        None,
        _("排菜单并发布"),
        "/menus",
        "menus.publish",
    )


def _count(today: KitchenDay, service: ServiceFacts) -> Step:
    n = sum(eater.portions for eater in today.eaters)
    closed = today.count is not None
    return Step(
        "headcounts",
        _("人数"),
        "confirmed" if closed else "working" if n else "not_started",
        _("{n} 份", n=n),
        None if closed else service.cut_off_minutes,
        _("核对并截单 {n} 份", n=n),
        _url(today, "headcounts"),
        "headcounts.close",
    )


async def _production(today: KitchenDay, service: ServiceFacts) -> Step:
    cooked: dict[int, int] = {}
    for batch in await production.cooked_for(today.kitchen.id, today.day, today.meal):
        cooked[batch.dish_id] = cooked.get(batch.dish_id, 0) + batch.portions
    wanted = [dish for dish in today.sheet.dishes if dish.portions]
    done = [d for d in wanted if cooked.get(d.dish.id, 0) >= d.portions]
    kind = "not_started"
    if cooked or today.count:
        kind = "confirmed" if wanted and len(done) == len(wanted) else "working"
    return Step(
        "production",
        _("生产"),
        kind,
        _("{done} / {all} 个菜", done=len(done), all=len(wanted)),
        None if kind == "confirmed" else service.cooked_by_minutes,
        _("登记做好的菜"),
        _url(today, "production"),
        "production.record",
    )


async def _rounds(today: KitchenDay, service: ServiceFacts) -> Step:
    plan = await latest_plan(today.kitchen.id, today.day, today.meal)
    kind, note = "not_started", ""
    if plan is not None:
        rounds = sum(1 for row in plan.rounds if plan.stops_of(row.id))
        kind = "working" if plan.facts.is_draft else "confirmed"
        note = _("{n} 趟", n=rounds)
        if waiting := len(plan.stops_of(None)):
            kind, note = "problem", _("{n} 户没排上", n=waiting)
    elif not any(order.way == "deliver" for order in today.orders):
        kind, note = "confirmed", _("没有送餐")
    return Step(
        "rounds",
        _("线路"),
        kind,
        note,
        None if kind == "confirmed" else service.depart_minutes,
        _("编排并发布线路"),
        _url(today, "rounds"),
        "rounds.publish",
    )


def _deliveries(today: KitchenDay, out: Progress, service: ServiceFacts) -> Step:
    all_back = out.back == out.rounds
    kind = "not_started"
    if out.rounds:
        kind = "confirmed" if all_back else "working"
    if out.open_cases:
        kind = "problem"
    elif not any(order.way == "deliver" for order in today.orders) and today.count:
        kind = "confirmed" if all_back else kind
    return Step(
        "deliveries",
        _("送餐"),
        kind,
        _("{back} / {all} 趟回单", back=out.back, all=out.rounds),
        None if kind == "confirmed" else service.serve_to_minutes,
        _("登记回单"),
        _url(today, "deliveries"),
        "deliveries.report",
    )


async def _dining(request: Request, today: KitchenDay, service: ServiceFacts) -> Step:
    points = await points_of(request, today.kitchen.id)
    when = (today.day, today.meal)
    shifts = [await dining.shift_of(point.id, *when) for point in points]
    busy = [
        shift
        for point, shift in zip(points, shifts, strict=True)
        if shift is not None or any(o.point_id == point.id for o in today.orders)
    ]
    over = sum(1 for shift in busy if shift is not None and shift.closed_at)
    kind = "not_started"
    if any(shift is not None for shift in busy):
        kind = "confirmed" if over == len(busy) else "working"
    return Step(
        "dining",
        _("就餐点"),
        kind,
        _("{over} / {all} 个收班", over=over, all=len(busy)),
        None if kind == "confirmed" else service.serve_from_minutes,
        _("开始就餐登记"),
        _url(today, "dining"),
        "dining.serve",
    )


async def _balance(today: KitchenDay) -> Step:
    closed = await day_close.closed_day(today.kitchen.id, today.day, today.meal)
    return Step(
        "balance",
        _("对账"),
        "locked" if closed else "not_started",
        closed.seal if closed else "",
        None,
        _("对账并关账"),
        _url(today, "balance"),
        "balance.close",
    )


handlers = [day_redirect("today", "today.read"), index]
