"""Calling food back: whom a lot or a pot reached, and the list to ring them by.

One field asks both ways: a lot or a pot leads to persons, a person back to pots and
lots.
"""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.desk import Desk
from app.forms import Form, read_form
from app.i18n import translate as _
from app.pdf import pdf_answer
from app.people_sight import own_scope, person_in_scope
from app.print_desk import current_pages
from app.print_papers import paper_at
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import goods as words
from kitchen import batches, goods, places, recalls, registry
from kitchen.errors import Refusal
from kitchen.goods import lot_of, lots_in
from kitchen.origins import DAYS_BACK, origins_of

HERE = "/recalls"
KINDS = ("lot", "batch")
LONGEST = 60


@get(HERE, allows="goods.recall", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """`?q=` finds lots, pots and persons; `?kind=lot&row=3` shows whom it reaches,
    `?kind=person&row=7` where their meals came from. Looking records nothing."""
    asked = {name: request.query_params.get(name, "") for name in ("kind", "row", "q")}
    return await _index(request, Form.filled(**asked))


async def _index(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    kind, row_id = form.raw("kind"), form.identifier("row")
    shown: dict[str, Any] = {}
    try:
        if row_id is not None and kind in KINDS:
            shown = await _from_food(kitchen.id, kind, row_id)
        elif row_id is not None and kind == "person":
            shown = await _from_person(request, kitchen.id, row_id)
    except Refusal:
        raise NotFoundException from None
    typed = form.raw("q").strip()[:LONGEST]
    return page(
        request,
        "recalls/index.html",
        status_code=200 if form.ok else 422,
        form=form,
        typed=typed,
        found=await _found(request, kitchen.id, typed) if typed else None,
        **{"what": None, "person": None, **shown},
        recalls=await recalls.recalls_for(kitchen.id),
        points={point.id: point.name for point in await places.points_for(kitchen.id)},
        w=words,
        part="recalls",
    )


async def _found(request: Request, kitchen: int, typed: str) -> dict[str, Any]:
    scope = await own_scope(request)
    return {
        "lots": await goods.lots_like(kitchen, typed),
        "batches": await batches.batches_like(kitchen, typed),
        "people": await registry.search_within(scope, typed),
    }


async def _from_food(kitchen: int, kind: str, row_id: int) -> dict[str, Any]:
    what = await recalls.called(kitchen, kind, row_id)
    into = await lots_in([batch.id for batch in what.batches])
    ids = sorted({lot for mine in into.values() for lot in mine})
    return {
        "what": what,
        "reached": await recalls.reached_by(kitchen, what),
        "lots": [await lot_of(kitchen, lot) for lot in ids],
    }


async def _from_person(request: Request, kitchen: int, elder: int) -> dict[str, Any]:
    person = await person_in_scope(request, elder)
    found = await origins_of(kitchen, elder, request.today)
    ids = {lot for one in found for lot in one.lots}
    return {
        "person": person,
        "origins": found,
        "lot_of": {lot: await lot_of(kitchen, lot) for lot in ids},
        "days_back": DAYS_BACK,
    }


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
