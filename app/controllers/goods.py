"""Goods: what came in, what is on hand, what was used of it."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.response import Response

from app.days import day_url
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import goods as words
from app.words import production as production_words
from kitchen import goods
from kitchen.batches import batches_by_id
from kitchen.food import dish_by_id
from kitchen.goods import Draw, NewLot
from kitchen.portions import pot_needs
from kitchen.scaling import scaling_for

HERE = "/goods"
LOOKED_BACK = dt.timedelta(days=7)


@get(HERE, allows="goods.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _index(request, Form())


async def _index(request: Request, form: Form) -> Response[Any]:
    kitchen, today = await kitchen_of(request), request.today
    return page(
        request,
        "goods/index.html",
        status_code=200 if form.ok else 422,
        stock=await goods.stock_for(kitchen.id),
        arrived=list(
            reversed(await goods.lots_between(kitchen.id, today - LOOKED_BACK, today))
        ),
        today=today,
        form=form,
        w=words,
        p=production_words,
        ingredients=await goods.ingredient_names(),
        suppliers=await goods.suppliers_of(kitchen.id),
        clock_now=request.now.astimezone(request.settings.timezone).strftime("%H:%M"),
        part="goods",
    )


@post(f"{HERE}/lots", allows="goods.write", include_in_schema=False)
async def receive(request: Request) -> Response[Any]:
    """A lot arrived and was looked at."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    name = form.text("ingredient", _("原料"), longest=60)
    supplier = form.text("supplier", _("供货商"), longest=60)
    number = form.text("number", _("批号"), longest=60)
    kilos = form.number("kilos", _("重量"), least=0.001, most=5000)
    expires = form.date("expires", _("保质期到"), required=False)
    heat = form.number("degrees", _("到货温度"), least=-40, most=100, required=False)
    certificate = form.text("certificate", _("合格证号"), longest=60, required=False)
    price = form.fen("price", _("金额"), required=False, most=100_000_00)
    at = form.time("at", _("到货时间"))
    refused = form.checkbox("refused")
    reason = form.text("reason", _("拒收原因"), longest=80, required=refused)
    if form.ok:
        with form.refusals():
            lot = NewLot(
                ingredient_id=await goods.ingredient_named(name),
                supplier=supplier,
                number=number,
                grams=round(kilos * 1000),
                expires_on=expires,
                decidegrees=None if heat is None else round(heat * 10),
                certificate=certificate,
                price_fen=price,
                accepted=not refused,
                reason=reason,
            )
            await goods.receive_lot(
                kitchen.id,
                lot,
                dt.datetime.combine(
                    request.today, at, tzinfo=request.settings.timezone
                ),
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _index(request, form)
    return see_other(request, HERE, _("已拒收，留了记录") if refused else _("已收货"))


@post(f"{HERE}/uses", allows="goods.write", include_in_schema=False)
async def use(request: Request) -> Response[Any]:
    """Waste or a correction of one lot; or, with `batch`, what one pot took, the lots
    that expire first being used first."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    batch_id = form.identifier("batch")
    if batch_id is not None:
        return await _draw(request, kitchen.id, batch_id, form)
    lot = form.identifier("lot") or 0
    why = form.choice("why", _("为什么"), words.USE_WORDS)
    kilos = form.number("kilos", _("重量"), least=-5000, most=5000)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await goods.use_lots(
                kitchen.id,
                None,
                [Draw(lot, round(kilos * 1000))],
                why,
                reason,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _index(request, form)
    return see_other(request, HERE, _("已记下"))


async def _draw(
    request: Request, kitchen_id: int, batch_id: int, form: Form
) -> Response[Any]:
    found = await batches_by_id(kitchen_id, [batch_id])
    if not found or (day := found[0].day) is None:
        raise NotFoundException
    batch = found[0]
    dish = await dish_by_id(batch.dish_id)
    needs = pot_needs(dish, batch.portions, await scaling_for(kitchen_id))
    draws, missing = goods.draws_for(needs, await goods.stock_for(kitchen_id), day)
    known = await goods.lots_in([batch.id])
    if not known:
        await goods.use_lots(
            kitchen_id,
            batch.id,
            draws,
            act=str(act_id(form)),
            by=request.actor,
            now=request.now,
        )
    there = f"{day_url('production', day, batch.meal)}#dish-{batch.dish_id}"
    said = _("用料已记下")
    if missing:
        said = _("用料已记下；{n} 样没有库存，没有记", n=len(missing))
    return see_other(request, there, said)


handlers = [index, receive, use]
