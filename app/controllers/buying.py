"""The purchase list over days: by supplier, in whole packs, less what is on hand."""

import datetime as dt
from itertools import groupby
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.desk import Desk
from app.forms import Form, read_form
from app.i18n import translate as _
from app.pdf import pdf_answer
from app.print_desk import current_pages
from app.print_papers import paper_at
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import production as production_words
from kitchen import buying
from kitchen.goods import ingredient_named

HERE = "/buying"


@get(HERE, allows="goods.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """`?first=&last=`; without them from tomorrow for three days."""
    return await _index(request, Form())


async def _index(request: Request, packs: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    asked = {name: request.query_params.get(name, "") for name in ("first", "last")}
    if not any(asked.values()):
        tomorrow = request.today + dt.timedelta(days=1)
        asked = {"first": f"{tomorrow}", "last": f"{tomorrow + dt.timedelta(days=2)}"}
    form = Form.filled(**asked)
    first = form.date("first", _("从哪天"))
    last = form.date("last", _("到哪天"))
    if form.ok and not first <= last <= first + buying.LONGEST:
        form.refuse_field(
            "last", _("到哪天：应在 {first} 之后、14 天以内", first=first)
        )
    lines = []
    if form.ok:
        days = buying.days_from(first, last)
        lines = await buying.buying_for(kitchen.id, days, request.settings.meals)
    return page(
        request,
        "buying/index.html",
        status_code=200 if form.ok and packs.ok else 422,
        form=form,
        packs=packs,
        suppliers=[
            (supplier, list(mine), _total(mine))
            for supplier, group in groupby(lines, key=lambda line: line.supplier)
            for mine in [list(group)]
        ],
        order=f"{HERE}/{first}_{last}.pdf" if form.ok else "",
        p=production_words,
        part="buying",
    )


def _total(lines: list[buying.BuyLine]) -> int:
    return sum(line.fen or 0 for line in lines)


@post(f"{HERE}/packs", allows="goods.write", include_in_schema=False)
async def pack(request: Request) -> Response[Any]:
    """How an ingredient is packed, so that whole packs are ordered."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    name = form.text("ingredient", _("原料"), longest=60)
    kilos = form.number("kilos", _("一包多重"), least=0.001, most=100)
    if form.ok:
        with form.refusals():
            await buying.set_pack(
                kitchen.id,
                await ingredient_named(name),
                round(kilos * 1000),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _index(request, form)
    return see_other(request, HERE, _("包装已记下"))


@get(f"{HERE}/{{file:str}}", allows="goods.read", include_in_schema=False)
async def order(request: Request, file: FromPath[str]) -> Response[Any]:
    """What to order, `2026-11-30_2026-12-02.pdf`, a page for each supplier."""
    kitchen, desk = await kitchen_of(request), Desk.of(request.settings)
    subject = file.removesuffix(".pdf")
    paper = await paper_at(
        desk, kitchen.id, request.today, "", "purchase_order", subject
    )
    if paper is None or not file.endswith(".pdf"):
        raise NotFoundException
    return pdf_answer(await current_pages(desk, kitchen.id, paper))


handlers = [index, order, pack]
