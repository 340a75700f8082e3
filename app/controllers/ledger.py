"""An elder's account: what was paid in, what was eaten, what is left."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.policy import may
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.words.ledger import kind_words
from kitchen import ledger, registry
from kitchen.purses import purses_on
from kitchen.registry import ElderFacts

MOST_FEN = 500_000  # 5,000 yuan at once: more is a typing mistake


@get("/ledger", allows="ledger.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """Every account that has moved, by name."""
    kitchen = await kitchen_of(request)
    credits = await ledger.credits(kitchen.id)
    people = await registry.elders_by_id(credits)
    return page(
        request,
        "ledger/index.html",
        rows=[(people[elder], fen) for elder, fen in credits.items()],
        total=sum(credits.values()),
        owed=sum(1 for fen in credits.values() if fen < 0),
    )


@get("/ledger/{elder:int}", allows="ledger.read", include_in_schema=False)
async def show(request: Request, elder: FromPath[int]) -> Response[Any]:
    return await _statement(request, elder, Form())


async def _statement(
    request: Request, elder: int, form: Form, status_code: int = 200
) -> Response[Any]:
    person = await _person(request, elder)
    lines = await ledger.statement_of(f"elder:{elder}")
    purses = await purses_on({elder: person}, person.kitchen_id, request.today)
    left, shown = 0, []
    for line in lines:
        left -= line.fen
        shown.append((line, left))
    return page(
        request,
        "ledger/show.html",
        status_code=status_code,
        person=person,
        credit=left,
        purse=purses[elder],
        lines=list(reversed(shown)),
        points=await _points(request),
        form=form,
        kind_words=kind_words,
    )


@get("/ledger/{elder:int}/top-up", allows="ledger.top_up", include_in_schema=False)
async def new(request: Request, elder: FromPath[int]) -> Response[Any]:
    """The counter's way in: the account as it stands, and the form."""
    return await _form_page(request, elder, Form())


async def _form_page(
    request: Request, elder: int, form: Form, status_code: int = 200
) -> Response[Any]:
    return page(
        request,
        "ledger/top_up.html",
        status_code=status_code,
        person=await _person(request, elder),
        credit=await ledger.credit_of(elder),
        points=await _points(request),
        form=form,
    )


@post("/ledger/{elder:int}/top-ups", allows="ledger.top_up", include_in_schema=False)
async def top_up(request: Request, elder: FromPath[int]) -> Response[Any]:
    """Cash paid in, once however often the form is sent."""
    person = await _person(request, elder)
    form = await read_form(request)
    fen = form.fen("amount", _("金额"), least=1, most=MOST_FEN)
    point = form.identifier("point") or request.actor.point_id
    if point is not None and point not in dict(await _points(request)):
        form.refuse_field("point", _("收款地点：请重新选"))
    if form.ok:
        with form.refusals():
            await ledger.top_up(
                elder,
                fen,
                kitchen_id=person.kitchen_id,
                point_id=point,
                day=request.today,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    reader = may(request.actor, "ledger.read")
    if not form.ok:
        shown = _statement if reader else _form_page
        return await shown(request, elder, form, 422)
    told = _("{name} 已充值 {yuan} 元", name=person.name, yuan=f"{fen / 100:.2f}")
    tail = "" if reader else "/top-up"
    return see_other(request, f"/ledger/{elder}{tail}", told)


@post(
    "/ledger/{elder:int}/entries/{entry:int}/reversal",
    allows="ledger.reverse",
    include_in_schema=False,
)
async def reverse(
    request: Request, elder: FromPath[int], entry: FromPath[int]
) -> Response[Any]:
    """A payment typed wrongly, taken back by its mirrored entry."""
    await _person(request, elder)
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=120)
    if form.ok:
        with form.refusals():
            await ledger.take_back(
                entry,
                elder,
                reason,
                today=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _statement(request, elder, form, 422)
    return see_other(request, f"/ledger/{elder}", _("已冲正"))


@post("/ledger/{elder:int}/refunds", allows="ledger.refund", include_in_schema=False)
async def refund(request: Request, elder: FromPath[int]) -> Response[Any]:
    """The whole credit paid back in cash: who leaves takes the rest along."""
    person = await _person(request, elder)
    form = await read_form(request)
    reason = form.text("refund_reason", _("退款原因"), longest=80)
    point = form.identifier("refund_point")
    if point is not None and point not in dict(await _points(request)):
        form.refuse_field("refund_point", _("退款地点：请重新选"))
    fen = 0
    if form.ok:
        with form.refusals():
            fen = await ledger.refund(
                elder,
                reason,
                kitchen_id=person.kitchen_id,
                point_id=point,
                day=request.today,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    if not form.ok:
        return await _statement(request, elder, form, 422)
    told = _("已退 {yuan} 元，余额为零", yuan=f"{fen / 100:.2f}")
    return see_other(request, f"/ledger/{elder}", told)


async def _person(request: Request, elder: int) -> ElderFacts:
    kitchen = await kitchen_of(request)
    person = (await registry.elders_by_id([elder])).get(elder)
    if person is None or person.kitchen_id != kitchen.id:
        raise NotFoundException
    return person


async def _points(request: Request) -> list[tuple[int, str]]:
    kitchen = await kitchen_of(request)
    return [(point.id, point.name) for point in await points_of(request, kitchen.id)]


handlers = [index, show, new, top_up, reverse, refund]
