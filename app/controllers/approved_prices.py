"""What an authority has approved, item by item, and what is free."""

from typing import Any

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.subsidies import ITEMS, item_words
from kitchen import approved_prices, places, subsidies

OTHER = "other"


@get("/approved-prices", allows="subsidies.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form.filled(approved_on=request.today.isoformat()))


async def _page(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    """What is asked now stands beside what is approved, now or from a coming day on."""
    kitchen = await kitchen_of(request)
    version = await subsidies.version_on(kitchen.id, request.today)
    fee = version.rules.delivery if version else None
    return page(
        request,
        "approved_prices/index.html",
        status_code=status_code,
        prices=await approved_prices.approved_for(kitchen.id),
        current=await approved_prices.approved_on(kitchen.id, request.today),
        asked={
            meal: service.list_price_fen
            for meal, service in (
                await places.services_for(kitchen.id, request.today)
            ).items()
        }
        | {approved_prices.DELIVERY: fee.fee_fen if fee else 0},
        items={**ITEMS, OTHER: _("别的项目")},
        item_words=item_words,
        form=form,
    )


@post("/approved-prices", allows="subsidies.propose", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Record an approval; the older ones of the item stay on record."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    item = form.choice("item", _("项目"), (*ITEMS, OTHER))
    if item == OTHER:
        item = form.text("name", _("项目名称"), longest=30)
    fen = form.fen("price", _("核定价"), most=1_000_000)
    document = form.text("document", _("核价文号"), longest=60)
    approved = form.date("approved_on", _("核定日"))
    valid_from = form.date("valid_from", _("执行日"))
    if form.ok:
        with form.refusals():
            await approved_prices.approve_price(
                kitchen_id=kitchen.id,
                item=item,
                price_fen=fen,
                document=document,
                approved=approved,
                valid_from=valid_from,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/approved-prices", _("已登记核定价"))


handlers = [index, create]
