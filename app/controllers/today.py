"""Today: the spine of the day with its deadlines, one next step, what is wrong."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.i18n import N_
from app.i18n import translate as _
from app.people_sight import scope_of
from app.policy import may
from app.rendering import page
from app.requests import Request
from app.safety_matters import safety_matters
from app.scope import kitchen_of, points_of
from app.words.diets import undecided_words
from app.words.doors import RUNG_KINDS
from app.words.hotline import KINDS as CALL_KINDS
from app.words.observations import ALERTS
from kitchen import (
    closures,
    day_close,
    dining,
    headcounts,
    incidents,
    observations,
    places,
    production,
    registry,
)
from kitchen.calendar import day_kind, is_service_day, next_service_day
from kitchen.delivery_days import Progress, progress_for
from kitchen.doors import CaseFacts
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.places import ServiceFacts
from kitchen.plans import ClosureFacts
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


SOON = dt.timedelta(days=7)
"""How long ahead Today speaks of a reason for delivery that ends."""


@dataclass(frozen=True)
class Matter:
    """One thing to look at, most urgent first."""

    tone: str  # bad | warn | info
    text: str
    url: str
    act: str


@get("/today/{day:date}/{meal:str}", allows="today.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    service = (await places.services_for(kitchen.id, day)).get(meal)
    today = await kitchen_day(kitchen.id, day, meal)
    eaters = today.eaters
    out = await progress_for(kitchen.id, day, meal, eaters)
    steps = await _steps(request, service, today, out) if service else []
    closure = await closures.last_closure(kitchen.id, day, meal)
    if closure is not None and closure.is_stopped:
        steps = [_stopped(step) for step in steps]
    matters = await _matters(request, today, out, closure)
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


async def _matters(
    request: Request, today: KitchenDay, out: Progress, closure: ClosureFacts | None
) -> list[Matter]:
    """What a person should look at, worst first, each with where to go."""
    matters = []
    if closure is not None and may(request.actor, "registry.read"):
        matters += await _to_call(request, today.kitchen.id, closure)
    kitchen, day, meal = today.kitchen, today.day, today.meal
    if may(request.actor, "doors.read"):
        for case in out.open_cases:
            text = _case_words(case, request.now)
            url = f"{day_url('doors', day, meal)}#case-{case.id}"
            matters.append(Matter("bad", text, url, _("去处理")))
        for one in await observations.watched_on(kitchen.id, day):
            text = _("{name}：{what}", name=one.name, what=_(ALERTS[one.alerts[0]]))
            url = f"/observations/{one.elder_id}"
            matters.append(Matter("warn", text, url, _("看一看")))
    if may(request.actor, "incidents.read"):
        matters += await _calls(request, kitchen.id)
    if may(request.actor, "production.read"):
        names = {eater.elder_id: eater.name for eater in today.eaters}
        for elder_id, dishes in today.sheet.open_people.items():
            text = f"{names.get(elder_id, '?')} {undecided_words(dishes)}"
            url = day_url("production", day, meal)
            matters.append(Matter("bad", text, url, _("决定")))
    if may(request.actor, "safety.read") and request.actor.point_id is None:
        told = await safety_matters(request, today)
        matters += [Matter(*matter) for matter in told]
    if may(request.actor, "registry.read"):
        matters += await _people_matters(kitchen.id, day, today)
    if may(request.actor, "balance.read"):
        matters += await _days_left_open(kitchen.id, day)
    return matters


async def _to_call(
    request: Request, kitchen_id: int, closure: ClosureFacts
) -> list[Matter]:
    """How many have not been told yet that the kitchen cannot cook, or can again."""
    own = request.actor.point_id
    calls = await closures.calls_for(kitchen_id, closure)
    left = sum(
        not call.is_told for call in calls if own is None or call.eater.point_id == own
    )
    if not left:
        return []
    if closure.is_withdrawn:
        said = N_("照常供餐了，还有 {n} 位要再打一次电话")
    elif closure.is_stopped:
        said = N_("这一餐停供（{reason}），还有 {n} 位没有通知到")
    else:
        said = N_("这一餐改送{what}，还有 {n} 位没有通知到")
    text = _(said, n=left, reason=closure.reason, what=closure.substitute)
    url = f"{day_url('headcounts', closure.day, closure.meal)}/calls"
    return [Matter("bad", text, url, _("去通知"))]


async def _calls(request: Request, kitchen_id: int) -> list[Matter]:
    """Calls that wait, those past their time in red."""
    seen = await _seen(request)
    return [
        Matter(
            "bad" if call.is_overdue(request.now) else "warn",
            _(
                "热线：{kind}{name}，{n} 分钟了",
                kind=_(CALL_KINDS[call.kind]),
                name=f" {call.elder_name}" if call.elder_name else "",
                n=call.minutes_open(request.now),
            ),
            f"/hotline/incidents/{call.id}",
            _("去处理"),
        )
        for call in await incidents.open_incidents(kitchen_id)
        if call.elder_id is None or call.elder_id in seen
    ]


async def _seen(request: Request) -> set[int]:
    kitchen = await kitchen_of(request)
    return set(await registry.ids_within(await scope_of(request, kitchen)))


def _case_words(case: CaseFacts, now: dt.datetime) -> str:
    """How long, and whom to turn to next."""
    rung = case.next_rung
    text = _(
        "{name} 敲门没人应，{n} 分钟了，还没找到人；下一步找{whom}",
        name=case.name,
        n=case.minutes_open(now),
        whom=_(RUNG_KINDS[rung.kind]) if rung else _("单位接手"),
    )
    return _("上次的餐盒还在门外！{text}", text=text) if case.alarm else text


async def _people_matters(
    kitchen_id: int, day: dt.date, today: KitchenDay
) -> list[Matter]:
    matters = []
    for order in today.unplaced:
        text = _("{name} 的住址没有位置，照样做餐、照样要送", name=order.name)
        matters.append(Matter("warn", text, "/places/buildings", _("定位")))
    ends = await registry.delivery_ends(kitchen_id, day + SOON)
    for eater in today.eaters:
        last = ends.get(eater.elder_id) if eater.way == "deliver" else None
        if last is not None:
            said = (
                N_("{name} 的送餐资格 {day} 到期了，饭照送：请续期，或改成堂食、自取")
                if last < day
                else N_("{name} 的送餐资格 {day} 到期：请续期，或改成堂食、自取")
            )
            text = _(said, name=eater.name, day=f"{last.month}/{last.day}")
            tone, url = "warn" if last < day else "info", f"/registry/{eater.elder_id}"
            matters.append(Matter(tone, text, url, _("看一看")))
    away = await registry.states_on(kitchen_id, day)
    still = await registry.states_on(kitchen_id, day + dt.timedelta(days=1))
    back = [e for e, state in away.items() if state == "paused" and e not in still]
    for elder_id, person in (await registry.elders_by_id(back)).items():
        text = _("{name} 停餐到今天为止，明天恢复", name=person.name)
        matters.append(Matter("info", text, f"/registry/{elder_id}", _("看一看")))
    return matters


async def _days_left_open(kitchen_id: int, day: dt.date) -> list[Matter]:
    """Earlier meals of the last fortnight that were counted and never closed."""
    return [
        Matter(
            "warn",
            _("{day} 还没有关账", day=f"{count.day.month}/{count.day.day}"),
            day_url("balance", count.day, count.meal),
            _("去关账"),
        )
        for count in await headcounts.left_open(
            kitchen_id, day - dt.timedelta(days=14), day
        )
    ]


handlers = [day_redirect("today", "today.read"), index]
