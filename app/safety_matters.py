"""What of food safety belongs on Today: too late, missing, overdue, unfit."""

import datetime as dt

from app.days import day_url
from app.food_names import food_name
from app.i18n import N_
from app.i18n import translate as _
from app.policy import may
from app.requests import Request
from app.words.hands import gap_words, note_words
from kitchen import food_clocks, hands, samples
from kitchen.batches import cooked_for
from kitchen.certificates import SOON, ends_on
from kitchen.driver_papers import notes_for
from kitchen.drivers import drivers_for
from kitchen.kitchen_day import KitchenDay

Told = tuple[str, str, str, str]
"""Tone, sentence, where to go, what the way is called."""


async def safety_matters(request: Request, today: KitchenDay) -> list[Told]:
    """Worst first; each with where to go."""
    here = day_url("safety", today.day, today.meal)
    told = [
        (tone, text, here, _("去处理")) for tone, text in await _food(request, today)
    ]
    if may(request.actor, "hands.read"):
        url = day_url("hands", today.day, today.meal)
        told += [(tone, text, url, _("看一看")) for tone, text in await _hands(today)]
    if may(request.actor, "drivers.read"):
        told += await _drivers(today)
    return told


async def _drivers(today: KitchenDay) -> list[Told]:
    """Papers of drivers that ran out, were never shown, or end soon."""
    notes = await notes_for(await drivers_for(today.kitchen.id), today.day)
    asked = {
        "expired": ("bad", N_("送餐员证件到期：{who}")),
        "missing": ("warn", N_("送餐员缺证件：{who}")),
        "ending": ("info", N_("送餐员证件 30 天内到期：{who}")),
    }
    told: list[Told] = []
    for state, (tone, text) in asked.items():
        mine = [(driver, note) for driver, note in notes if note.state == state]
        who = "、".join(f"{driver.name} {note_words(note)}" for driver, note in mine)
        url = f"/drivers/{mine[0][0].id}#papers" if len(mine) == 1 else "/drivers"
        if mine:
            told.append((tone, _(text, who=who), url, _("看一看")))
    return told


async def _food(request: Request, today: KitchenDay) -> list[tuple[str, str]]:
    when, now = (today.kitchen.id, today.day, today.meal), request.now
    told: list[tuple[str, str]] = []
    late = await food_clocks.stops_at_risk(*when, now, today)
    if late:
        codes = "、".join(stop.code for stop in late[:8])
        more = "…" if len(late) > 8 else ""
        text = _("{n} 站送到时已过食用时限：{codes}", n=len(late), codes=codes + more)
        told.append(("bad", text))
    kept = await samples.samples_for(*when)
    least = today.kitchen.sample_grams
    missing = samples.without_sample(await cooked_for(*when), kept, least)
    if missing:
        dishes = "、".join(map(food_name, missing))
        text = _("已出锅、还没留样：{dishes}", dishes=dishes)
        told.append(("warn", text))
    return told + await _fridge(today.kitchen.id, now)


async def _fridge(kitchen_id: int, now: dt.datetime) -> list[tuple[str, str]]:
    due = [s for s in await samples.in_the_fridge(kitchen_id) if s.is_due(now)]
    overdue = sum(sample.is_overdue(now) for sample in due)
    if overdue:
        return [("warn", _("{n} 份留样早已到时间，还没清出冰箱", n=overdue))]
    if due:
        return [("info", _("{n} 份留样到时间了，可以处理", n=len(due)))]
    return []


async def _hands(today: KitchenDay) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    people = await hands.hands_for(today.kitchen.id, today.day, today.meal)
    for hand in people:
        if hand.at_food and hand.check and not hand.check.fit:
            text = _("{name} 晨检不合格，仍排在接触食品的岗位", name=hand.name)
            told.append(("bad", text))
        if hand.at_food and (gaps := hand.gaps(today.day)):
            what = "、".join(gap_words(gap) for gap in gaps)
            text = _("{name} {what}，仍排在接触食品的岗位", name=hand.name, what=what)
            told.append(("bad", text))
    unchecked = [hand.name for hand in people if hand.at_food and not hand.check]
    if unchecked:
        names = "、".join(unchecked)
        told.append(("warn", _("排了岗、还没晨检：{names}", names=names)))
    ends = {hand.name: ends_on(hand.certificates, "health") for hand in people}
    known = {name: end for name, end in ends.items() if end is not None}
    over = [name for name, end in known.items() if end < today.day]
    if over:
        told.append(("warn", _("健康证已到期：{names}", names="、".join(over))))
    soon = [n for n, end in known.items() if today.day <= end <= today.day + SOON]
    if soon:
        told.append(("info", _("健康证 30 天内到期：{names}", names="、".join(soon))))
    return told
