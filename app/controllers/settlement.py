"""The month: what to look at first, then who owes the kitchen how much."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response

from app.exports import Period, record_export
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.statements import settlement_workbook
from app.words.money import FINDINGS
from app.words.payers import payer_words
from kitchen import calendar, findings, places, settlement
from kitchen.errors import Refusal

MOST_FEN = 10_000_000


@get("/settlement", allows="settlement.read", include_in_schema=False)
async def latest(request: Request) -> Redirect:
    return Redirect(f"/settlement/{request.today:%Y-%m}", status_code=303)


@get("/settlement/{month:str}", allows="settlement.read", include_in_schema=False)
async def index(request: Request, month: FromPath[str]) -> Response[Any]:
    return await _page(request, month, Form())


async def _page(
    request: Request, month: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    try:
        first, last = calendar.days_of(month)
    except Refusal:
        raise NotFoundException from None
    report = await settlement.month_for(kitchen.id, month)
    points = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    payers = sorted({share.payer for share in report.shares})
    shares = {(s.place, s.payer): s for s in report.shares}
    return page(
        request,
        "settlement/index.html",
        status_code=status_code,
        month=month,
        before=f"{first - dt.timedelta(days=1):%Y-%m}",
        after=f"{last + dt.timedelta(days=1):%Y-%m}",
        report=report,
        closed=await settlement.closed_month(kitchen.id, month),
        findings=await findings.findings(kitchen.id, month),
        finding_words=FINDINGS,
        place_names={**points, "doors": _("送餐到家")},
        payers=payers,
        payer_words=payer_words,
        shares=shares,
        form=form,
        over=request.today > last,
        most=max((n for _day, n in report.days), default=1),
    )


@post(
    "/settlement/{month:str}/closure",
    allows="settlement.close",
    include_in_schema=False,
)
async def close(request: Request, month: FromPath[str]) -> Response[Any]:
    """Close the month for good."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    try:
        await settlement.close_month(
            kitchen.id, month, today=request.today, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, month, form, status_code=409)
    return see_other(request, f"/settlement/{month}", _("已结账"))


@post(
    "/settlement/{month:str}/findings",
    allows="settlement.settle",
    include_in_schema=False,
)
async def settle(request: Request, month: FromPath[str]) -> Response[Any]:
    """A word on one finding, or a case from it."""
    kitchen = await kitchen_of(request)
    try:
        calendar.days_of(month)
    except Refusal:
        raise NotFoundException from None
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=120)
    case = form.raw("do") == "case"
    fen = form.fen("amount", _("追回金额"), most=MOST_FEN, required=False) or 0
    if case and not fen:
        form.refuse_field("amount", _("追回金额：要写大于零的金额"))
    if form.ok:
        with form.refusals():
            if case:
                await findings.make_case(
                    kitchen.id,
                    month,
                    form.raw("key"),
                    amount_fen=fen,
                    reason=reason,
                    barred_from=request.today if form.checkbox("bar") else None,
                    provider=form.checkbox("provider"),
                    by=request.actor,
                    now=request.now,
                )
            else:
                await findings.explain(
                    kitchen.id,
                    month,
                    form.raw("key"),
                    reason,
                    by=request.actor,
                    now=request.now,
                )
    if not form.ok:
        return await _page(request, month, form, status_code=422)
    return see_other(request, f"/settlement/{month}", _("已记下"))


@get(
    "/settlement/{month:str}/workbook.xlsx",
    allows="settlement.export",
    include_in_schema=False,
)
async def workbook(request: Request, month: FromPath[str]) -> Response[bytes]:
    """The settlement as a spreadsheet."""
    kitchen = await kitchen_of(request)
    data = await settlement_workbook(kitchen.id, month)
    await record_export(
        "settlement",
        kitchen.id,
        Period.month(month),
        "xlsx",
        by=request.actor,
        now=request.now,
    )
    return Response(
        data,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="settlement-{month}.xlsx"'
        },
    )


handlers = [latest, index, close, settle, workbook]
