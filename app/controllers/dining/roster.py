"""Entry from paper or by telephone, name by name, after the fact."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import Form, act_id, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, point_of
from app.till_pages import PAYMENTS, tell_of_tampering
from app.typed import parse_id
from kitchen import dining, headcounts
from kitchen.dining import Request as Asked
from kitchen.errors import Refusal
from kitchen.places import PointFacts

MOST_OTHERS = 30
SOURCES = {"paper": N_("纸质名单"), "telephone": N_("电话报数")}


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/roster",
    allows="dining.read",
    include_in_schema=False,
)
async def roster(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Everybody expected, for entry from paper or by telephone, name by name."""
    here = await point_of(request, point)
    return await _roster(request, day, meal_in(meal), here, Form())


async def _roster(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    eaters = await headcounts.eaters_at(kitchen.id, day, meal, point.id)
    served = await dining.served_at(point.id, day, meal)
    return page(
        request,
        "dining/roster.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        eaters=eaters,
        fed={line.elder_id for line in served if not line.voided},
        sources=SOURCES,
        payments=PAYMENTS,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/roster",
    allows="dining.serve",
    include_in_schema=False,
)
async def enter_roster(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Record those ticked on paper, each as an act of its own. There is no tick for
    all: subsidy money follows each name."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    source = form.choice("source", _("从哪里补录"), tuple(SOURCES))
    reason = form.text("reason", _("原因"), longest=80)
    payment = form.choice("payment", _("怎么付"), tuple(PAYMENTS))
    named = (parse_id(text) for text in form.typed.get("elder", []))
    ticked = {elder for elder in named if elder is not None}
    ticked |= await _others(form, here, day, meal)
    if not ticked and form.ok:
        form.refuse_field("elder", _("名单：还没有勾选一位老人"))
    done = 0
    act = act_id(form)
    for elder_id in sorted(ticked) if form.ok else ():
        asked = Asked(
            here.id,
            day,
            meal,
            elder_id,
            "subsidised",
            payment,
            source=source,
            reason=reason,
            device=request.device,
        )
        try:
            await dining.serve(
                f"{act}-{elder_id}", asked, by=request.actor, now=request.now
            )
            done += 1
        except Refusal as refusal:
            await tell_of_tampering(request, form, refusal)
            form.refuse(refusal)
    if not form.ok:
        return await _roster(request, day, meal, here, form, status_code=422)
    return see_other(
        request,
        f"/dining/{day}/{meal}/{point}/roster",
        _("已补录 {n} 位", n=done),
    )


async def _others(form: Form, point: PointFacts, day: dt.date, meal: str) -> set[int]:
    """Whoever stands on the paper and not on the list: a line each, by name, initials
    or card, and only where it means one person."""
    meant = set[int]()
    lines = [line.strip() for line in form.raw("others").splitlines() if line.strip()]
    if len(lines) > MOST_OTHERS:
        told = _("名单以外：一次最多 {n} 位，请分两次", n=MOST_OTHERS)
        form.refuse_field("others", told)
        return meant
    for typed in lines:
        who = typed[:60]
        found = await dining.find(who, point.id, day, meal)
        if len(found) == 1:
            meant.add(found[0].person.id)
        elif found:
            same = "、".join(f"{one.person.name} {one.person.number}" for one in found)
            told = _(
                "名单以外：“{typed}”有几位：{same}，请写编号", typed=who, same=same
            )
            form.refuse_field("others", told)
        else:
            form.refuse_field("others", _("名单以外：没有找到“{typed}”", typed=who))
    return meant


handlers = [roster, enter_roster]
