"""What happened at the doors: exceptions from the sheet, the rest closed by name."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.delivery_pages import (
    WORDS,
    plan_of_round,
    plan_of_stop,
    round_page,
    sight,
    tenths,
)
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.round_sight import cut_for
from app.scope import kitchen_of
from app.sketch import colour_of
from app.words.deliveries import (
    CONDITIONS,
    LAST_MEALS,
    OUTCOMES,
    PAYMENTS,
    SAID_OUTCOMES,
)
from kitchen import deliveries, sheet_returns
from kitchen.delivery_days import DeliveryDay, RoundState, StopState, delivery_day
from kitchen.errors import Refusal
from kitchen.outcomes import Report
from kitchen.round_plans import PlanFacts, name_at, plan_by_id
from kitchen.sheet_returns import SheetBack


@get(
    "/deliveries/{day:date}/{meal:str}",
    allows="deliveries.read",
    include_in_schema=False,
)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _day_page(request, day, meal_in(meal), Form())


@post(
    "/deliveries/{day:date}/{meal:str}/reports",
    allows="deliveries.report",
    include_in_schema=False,
)
async def report_from_sheet(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """ "Sheet 7 version 2: stop 4, nobody answered", by keyboard."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    sheet = form.integer("sheet", _("单号"), least=1, most=9999)
    version = form.integer("version", _("版本"), least=1, most=999)
    position = form.integer("position", _("站号"), least=1, most=500)
    report = _report(request, form, day)
    name = ""
    if form.ok:
        with form.refusals():
            stop_id = await sheet_returns.stop_on_sheet(
                kitchen.id, day, meal_in(meal), sheet, version, position
            )
            await plan_of_stop(request, stop_id)
            await deliveries.report_exception(
                stop_id, report, by=request.actor, now=request.now
            )
            name = await name_at(stop_id)
    if not form.ok:
        return await _day_page(request, day, meal, form, 422)
    url = f"{day_url('deliveries', day, meal)}?sheet={sheet}&version={version}"
    notice = _(
        "{sheet} 号单第 {position} 站，{name}：{word}",
        sheet=sheet,
        position=position,
        name=name,
        word=_(OUTCOMES[form.raw("outcome")]),
    )
    return see_other(request, f"{url}&who={report.reported_by}", notice)


@get(
    "/deliveries/rounds/{round_id:int}",
    allows="deliveries.read",
    include_in_schema=False,
)
async def show(request: Request, round_id: FromPath[int]) -> Response[Any]:
    return await round_page(request, round_id, Form.filled(payment="later"))


@post(
    "/deliveries/rounds/{round_id:int}/return",
    allows="deliveries.report",
    include_in_schema=False,
)
async def close_rest(request: Request, round_id: FromPath[int]) -> Response[Any]:
    """The rest as planned: this one sheet, and who says so."""
    facts = await plan_of_round(request, round_id)
    form = await read_form(request)
    left = form.time("left", _("最后一户时间"), required=False)
    back = SheetBack(
        reported_by=form.text("reporter", _("谁报的"), longest=40),
        number=form.integer("sheet", _("单号"), least=1, most=9999, required=False),
        version=form.integer("version", _("版本"), least=1, most=999, required=False),
        left_at=_instant(request, facts.day, left),
        cash_fen=form.fen("cash", _("交回现金"), required=False) or 0,
        boxes_back=form.integer("boxes", _("回收餐盒"), most=999, required=False) or 0,
        signature_seen=form.checkbox("signature_seen"),
        decidegrees=tenths(
            form.number(
                "heat", _("最后一份的温度"), least=-30, most=120, required=False
            )
        ),
        payment=form.choice("payment", _("其余户怎么付"), PAYMENTS),
        note=form.note("note", _("备注"), longest=200),
    )
    if form.ok:
        with form.refusals():
            closed = await sheet_returns.close_rest(
                round_id, back, by=request.actor, now=request.now
            )
    if not form.ok:
        return await round_page(request, round_id, form, 422)
    return _back(request, facts, _("已回单：其余 {n} 户按计划送到", n=closed))


@get(
    "/deliveries/stops/{stop_id:int}", allows="deliveries.read", include_in_schema=False
)
async def stop(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    return await _stop_page(request, stop_id, Form.filled(payment="later"))


@post(
    "/deliveries/stops/{stop_id:int}/reports",
    allows="deliveries.report",
    include_in_schema=False,
)
async def report(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of_stop(request, stop_id)
    form = await read_form(request)
    said = _report(request, form, facts.day)
    if form.ok:
        with form.refusals():
            await deliveries.report_exception(
                stop_id, said, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _stop_page(request, stop_id, form, 422)
    return await _to_round_of(request, facts, stop_id)


@post(
    "/deliveries/reports/{delivery_id:int}/void",
    allows="deliveries.report",
    include_in_schema=False,
)
async def void(request: Request, delivery_id: FromPath[int]) -> Response[Any]:
    stop_id = await deliveries.stop_of_delivery(delivery_id)
    facts = await plan_of_stop(request, stop_id)
    form = await read_form(request)
    reason = form.text("reason", _("哪里错了"), longest=80)
    form.check()
    await deliveries.void_report(delivery_id, reason, by=request.actor, now=request.now)
    return await _to_round_of(request, facts, stop_id)


handlers = [
    day_redirect("deliveries", "deliveries.read"),
    index,
    report_from_sheet,
    show,
    close_rest,
    stop,
    report,
    void,
]


def _report(request: Request, form: Form, day: dt.date) -> Report:
    """One stop's outcome as typed; what it must name the kitchen decides."""
    at = form.time("at", _("时间"), required=False)
    heat = form.number("heat", _("温度"), least=-30, most=120, required=False)
    said = form.choice("outcome", _("结果"), (*SAID_OUTCOMES, "no_answer", "point"))
    receiver = form.text("receiver", _("谁收的"), longest=40, required=False)
    if said == "no_answer_reached" and not receiver:
        form.refuse_field("receiver", _("谁收的：请写明联系到了谁"))
    return Report(
        outcome="no_answer" if said.startswith("no_answer") else said,
        reported_by=form.text("reporter", _("谁报的"), longest=40),
        received_by="" if said.startswith("no_answer") else receiver,
        reached=receiver if said == "no_answer_reached" else "",
        note=form.text("note", _("备注"), longest=200, required=False),
        condition=form.choice(
            "condition", _("老人情况"), tuple(CONDITIONS), required=False
        ),
        last_meal=form.choice(
            "last_meal", _("上一餐"), tuple(LAST_MEALS), required=False
        ),
        happened_at=_instant(request, day, at),
        payment=form.choice("payment", _("付款"), PAYMENTS, required=False) or "later",
        tariff="full" if form.checkbox("full_price") else "subsidised",
        portions=form.integer("portions", _("份数"), most=5000, required=False),
        decidegrees=tenths(heat),
    )


def _instant(request: Request, day: dt.date, at: dt.time | None) -> dt.datetime | None:
    """A time on the wall of the day the sheet is about."""
    if at is None:
        return None
    local = dt.datetime.combine(day, at, tzinfo=request.settings.timezone)
    return local.astimezone(dt.UTC)


async def _day_page(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    own = await sight(request, kitchen.id, day, meal)
    if own.numbers is not None and not own.numbers:
        return page(
            request,
            "deliveries/not_yours.html",
            linked=own.linked,
            day=day,
            meal=meal,
            status_code=status_code,
        )
    try:
        whole = await delivery_day(kitchen.id, day, meal)
        view = cut_for(request.actor, whole.seen(own))
    except Refusal as refusal:
        return page(
            request, "deliveries/not_yet.html", refusal=refusal, day=day, meal=meal
        )
    if status_code == 200:
        given = request.query_params
        form = Form.filled(
            sheet=given.get("sheet", ""),
            version=given.get("version", ""),
            reporter=given.get("who", ""),
            outcome="no_answer_unreached",
        )
    return page(
        request,
        "deliveries/index.html",
        status_code=status_code,
        view=view,
        day=day,
        meal=meal,
        form=form,
        colour_of=colour_of,
        **WORDS,
    )


async def _stop_page(
    request: Request, stop_id: int, form: Form, status_code: int = 200
) -> Response[Any]:
    facts = await plan_of_stop(request, stop_id)
    own = await sight(request, facts.kitchen_id, facts.day, facts.meal)
    whole = await delivery_day(facts.kitchen_id, facts.day, facts.meal)
    view = cut_for(request.actor, whole.seen(own))
    trip, one = _stop_in(view, stop_id)
    context = dict(
        stop=one, trip=trip, day=facts.day, meal=facts.meal, form=form, **WORDS
    )
    if status_code != 200:
        return page(request, "deliveries/stop.html", status_code=status_code, **context)
    return page_or_fragment(
        request, "deliveries/stop.html", "deliveries/_stop.html", **context
    )


def _stop_in(view: DeliveryDay, stop_id: int) -> tuple[RoundState | None, StopState]:
    for trip in view.rounds:
        for one in trip.stops:
            if one.stop_id == stop_id:
                return trip, one
    for one in view.waiting:
        if one.stop_id == stop_id:
            return None, one
    raise NotFoundException


async def _to_round_of(
    request: Request, facts: PlanFacts, stop_id: int
) -> Response[Any]:
    named = await plan_by_id(facts.id)
    round_id = next(s.round_id for s in named.stops if s.id == stop_id)
    notice = _("已记下")
    if round_id is None:
        return _back(request, facts, notice)
    return see_other(request, f"/deliveries/rounds/{round_id}", notice)


def _back(request: Request, facts: PlanFacts, notice: str) -> Response[Any]:
    return see_other(request, day_url("deliveries", facts.day, facts.meal), notice)
