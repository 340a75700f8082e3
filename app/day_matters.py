"""What of a day somebody has to look at, worst first, each with where to go; of people
only those the reader may see.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from app.days import day_url, lasting_words
from app.i18n import N_
from app.i18n import translate as _
from app.people_sight import scope_of
from app.policy import may
from app.requests import Request
from app.safety_matters import safety_matters
from app.scope import kitchen_of
from app.words.diets import undecided_words
from app.words.doors import RUNG_KINDS
from app.words.hotline import KINDS as CALL_KINDS
from app.words.observations import ALERTS
from kitchen import closures, headcounts, incidents, observations, registry
from kitchen.delivery_days import Progress
from kitchen.doors import CaseFacts
from kitchen.kitchen_day import KitchenDay
from kitchen.plans import ClosureFacts

SOON = dt.timedelta(days=7)
"""How long ahead Today speaks of a reason for delivery that ends."""


@dataclass(frozen=True)
class Matter:
    """One thing to look at, most urgent first."""

    tone: str  # bad | warn | info
    text: str
    url: str
    act: str


async def matters_of(
    request: Request, today: KitchenDay, out: Progress, closure: ClosureFacts | None
) -> list[Matter]:
    """What a person should look at, worst first, each with where to go."""
    matters = []
    sees = await _sees(request)
    if closure is not None and may(request.actor, "registry.read"):
        matters += await _to_call(request, today.kitchen.id, closure)
    if may(request.actor, "doors.read"):
        matters += await _at_the_doors(request, today, out, sees)
    if may(request.actor, "incidents.read"):
        matters += await _calls(request, today.kitchen.id, sees)
    if may(request.actor, "production.read"):
        matters += _undecided(request, today, sees)
    if may(request.actor, "safety.read") and request.actor.point_id is None:
        told = await safety_matters(request, today)
        matters += [Matter(*matter) for matter in told]
    if may(request.actor, "registry.read"):
        matters += await _people_matters(today, sees)
    if may(request.actor, "balance.read"):
        matters += await _days_left_open(today.kitchen.id, today.day)
    return matters


Sees = Callable[[int], bool]
"""Whether somebody is of the reader's own point and area."""


async def _sees(request: Request) -> Sees:
    scope = await scope_of(request, await kitchen_of(request))
    if scope.point_id is None and scope.area_ids is None:
        return lambda elder_id: True
    return frozenset(await registry.ids_within(scope)).__contains__


async def _at_the_doors(
    request: Request, today: KitchenDay, out: Progress, sees: Sees
) -> list[Matter]:
    doors, now = day_url("doors", today.day, today.meal), request.now
    cases = [
        Matter("bad", _case_words(case, now), f"{doors}#case-{case.id}", _("去处理"))
        for case in out.open_cases
        if sees(case.elder_id)
    ]
    watched = [
        Matter(
            "warn",
            _("{name}：{what}", name=one.name, what=_(ALERTS[one.alerts[0]])),
            f"/observations/{one.elder_id}",
            _("看一看"),
        )
        for one in await observations.watched_on(today.kitchen.id, today.day)
        if sees(one.elder_id)
    ]
    return cases + watched


def _undecided(request: Request, today: KitchenDay, sees: Sees) -> list[Matter]:
    """Who cannot eat a dish and gets nothing else yet: by name to those who keep
    people's records, to a cook as a number."""
    people = today.sheet.open_people
    url = day_url("production", today.day, today.meal)
    act = _("决定") if may(request.actor, "menus.write") else _("看一看")
    if not may(request.actor, "registry.read"):
        text = _("{n} 人有不能吃的菜，还没定怎么办", n=len(people))
        return [Matter("bad", text, url, act)] if people else []
    names = {eater.elder_id: eater.name for eater in today.eaters}
    return [
        Matter("bad", f"{names.get(elder, '?')} {undecided_words(dishes)}", url, act)
        for elder, dishes in people.items()
        if sees(elder)
    ]


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


async def _calls(request: Request, kitchen_id: int, sees: Sees) -> list[Matter]:
    """Calls that wait, those past their time in red."""
    return [
        Matter(
            "bad" if call.is_overdue(request.now) else "warn",
            _(
                "热线：{kind}{name}，{time}了",
                kind=_(CALL_KINDS[call.kind]),
                name=f" {call.elder_name}" if call.elder_name else "",
                time=lasting_words(call.minutes_open(request.now)),
            ),
            f"/hotline/incidents/{call.id}",
            _("去处理"),
        )
        for call in await incidents.open_incidents(kitchen_id)
        if call.elder_id is None or sees(call.elder_id)
    ]


def _case_words(case: CaseFacts, now: dt.datetime) -> str:
    """How long, and whom to turn to next."""
    rung = case.next_rung
    text = _(
        "{name} 敲门没人应，{time}了，还没找到人；下一步找{whom}",
        name=case.name,
        time=lasting_words(case.minutes_open(now)),
        whom=_(RUNG_KINDS[rung.kind]) if rung else _("单位接手"),
    )
    return _("上次的餐盒还在门外！{text}", text=text) if case.alarm else text


async def _people_matters(today: KitchenDay, sees: Sees) -> list[Matter]:
    kitchen_id, day = today.kitchen.id, today.day
    matters = []
    for order in today.unplaced:
        if order.elder_id is not None and not sees(order.elder_id):
            continue
        text = _("{name} 的住址没有位置，照样做餐、照样要送", name=order.name)
        matters.append(Matter("warn", text, "/places/buildings", _("定位")))
    ends = await registry.delivery_ends(kitchen_id, day + SOON)
    for eater in today.eaters:
        last = ends.get(eater.elder_id) if eater.way == "deliver" else None
        if last is not None and sees(eater.elder_id):
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
    back = [
        e
        for e, state in away.items()
        if state == "paused" and e not in still and sees(e)
    ]
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
