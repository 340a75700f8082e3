"""The month: what to look at first, then who owes the kitchen how much."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.statements import settlement_workbook
from app.words.payers import payer_words
from kitchen import places, settlement
from kitchen.errors import Refusal

FINDINGS = {
    "day_open": N_("没关账的日子"),
    "second_meal": N_("同日两餐"),
    "after_leaving": N_("退出后还有餐"),
    "late_entry": N_("事后补录"),
}


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
        first, last = settlement.days_of(month)
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
        findings=await settlement.findings(kitchen.id, month),
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


@get(
    "/settlement/{month:str}/workbook.xlsx",
    allows="settlement.export",
    include_in_schema=False,
)
async def workbook(request: Request, month: FromPath[str]) -> Response[bytes]:
    """The settlement as a spreadsheet."""
    kitchen = await kitchen_of(request)
    data = await settlement_workbook(kitchen.id, month)
    return Response(
        data,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="settlement-{month}.xlsx"'
        },
    )


handlers = [latest, index, close, workbook]
