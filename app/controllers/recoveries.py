"""What is to be paid back, what came in, and who is barred meanwhile."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import recoveries

MOST_FEN = 10_000_000


@get("/recoveries", allows="settlement.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form())


async def _page(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    kitchen = await kitchen_of(request)
    return page(
        request,
        "recoveries/index.html",
        status_code=status_code,
        cases=await recoveries.cases_for(kitchen.id),
        repayments=await recoveries.repayments_for(kitchen.id),
        form=form,
    )


@post(
    "/recoveries/{recovery_id:int}/repayments",
    allows="settlement.recover",
    include_in_schema=False,
)
async def repay(request: Request, recovery_id: FromPath[int]) -> Response[Any]:
    """Cash paid back, once however often the form is sent."""
    kitchen = await kitchen_of(request)
    await _own(kitchen.id, recovery_id)
    form = await read_form(request)
    fen = form.fen("amount", _("还款金额"), least=1, most=MOST_FEN)
    if form.ok:
        with form.refusals():
            await recoveries.repay(
                recovery_id,
                fen,
                kitchen_id=kitchen.id,
                day=request.today,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/recoveries", _("已记下还款"))


@post(
    "/recoveries/repayments/{repayment_id:int}/reversal",
    allows="settlement.recover",
    include_in_schema=False,
)
async def undo(request: Request, repayment_id: FromPath[int]) -> Response[Any]:
    """A repayment recorded by mistake, taken back by its mirrored entry."""
    kitchen = await kitchen_of(request)
    found = await recoveries.repayments_for(kitchen.id)
    if repayment_id not in {one.id for one in found}:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=120)
    if form.ok:
        with form.refusals():
            await recoveries.undo_repayment(
                repayment_id,
                reason,
                kitchen_id=kitchen.id,
                today=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/recoveries", _("已冲回"))


@post(
    "/recoveries/bars/{bar_id:int}/lift",
    allows="settlement.lift",
    include_in_schema=False,
)
async def lift(request: Request, bar_id: FromPath[int]) -> Response[Any]:
    """The bar ends, for a reason the supervisor gives."""
    kitchen = await kitchen_of(request)
    if bar_id not in {case.bar_id for case in await recoveries.cases_for(kitchen.id)}:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=120)
    if form.ok:
        with form.refusals():
            await recoveries.lift_bar(
                bar_id,
                reason,
                kitchen_id=kitchen.id,
                day=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/recoveries", _("已解除停发"))


async def _own(kitchen_id: int, recovery_id: int) -> None:
    if recovery_id not in {one.id for one in await recoveries.cases_for(kitchen_id)}:
        raise NotFoundException


handlers = [index, repay, undo, lift]
