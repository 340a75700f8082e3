"""Calling food back: whom a lot or a pot reached, and the list to ring them by."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.pdf import pdf_answer
from app.print_desk import Desk, current_pages, paper_at
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import goods as words
from kitchen import places, recalls
from kitchen.errors import Refusal
from kitchen.goods import lot_of, lots_in

HERE = "/recalls"
KINDS = ("lot", "batch")


@get(HERE, allows="goods.recall", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """`?kind=lot&row=3` shows whom it reaches; nothing is recorded by looking."""
    form = Form.filled(
        kind=request.query_params.get("kind", ""),
        row=request.query_params.get("row", ""),
    )
    return await _index(request, form)


async def _index(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    kind, row_id = form.raw("kind"), form.identifier("row")
    what, reached, lots = None, [], []
    if kind in KINDS and row_id is not None:
        try:
            what = await recalls.called(kitchen.id, kind, row_id)
        except Refusal:
            raise NotFoundException from None
        reached = await recalls.reached_by(kitchen.id, what)
        into = await lots_in([batch.id for batch in what.batches])
        ids = sorted({lot for mine in into.values() for lot in mine})
        lots = [await lot_of(kitchen.id, lot) for lot in ids]
    return page(
        request,
        "recalls/index.html",
        status_code=200 if form.ok else 422,
        form=form,
        what=what,
        reached=reached,
        lots=lots,
        recalls=await recalls.recalls_for(kitchen.id),
        points={point.id: point.name for point in await places.points_for(kitchen.id)},
        w=words,
        part="recalls",
    )


@post(HERE, allows="goods.recall", include_in_schema=False)
async def call_back(request: Request) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    kind = form.choice("kind", _("召回什么"), KINDS)
    reason = form.text("reason", _("为什么召回"), longest=120)
    row_id = form.identifier("row") or 0
    if form.ok:
        with form.refusals():
            await recalls.call_back(
                kitchen.id, kind, row_id, reason, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _index(request, form)
    return see_other(request, f"{HERE}?kind={kind}&row={row_id}", _("召回已登记"))


@get(f"{HERE}/{{file:str}}", allows="goods.recall", include_in_schema=False)
async def sheet(request: Request, file: FromPath[str]) -> Response[Any]:
    """The list to ring by, `lot-3.pdf`, as the rows stand now."""
    kitchen, desk = await kitchen_of(request), Desk.of(request.settings)
    subject = file.removesuffix(".pdf").replace("-", ":")
    paper = await paper_at(desk, kitchen.id, request.today, "", "recall", subject)
    if paper is None or not file.endswith(".pdf"):
        raise NotFoundException
    return pdf_answer(await current_pages(desk, kitchen.id, paper))


handlers = [index, call_back, sheet]
