"""Claims: what each funder is asked for a month, what came in, how old the rest is."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.exports import MEDIA_TYPES, Period, record_export
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.paper_claims import part_words
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.statements import claim_workbook, people_workbook
from app.words.claims import BUCKETS
from app.words.payers import payer_words
from kitchen import claims, places
from kitchen.claims import ClaimPack
from kitchen.errors import Refusal

MOST_FEN = 10_000_000_00


@get("/claims", allows="settlement.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form.filled(paid_on=request.today.isoformat()))


async def _page(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    kitchen = await kitchen_of(request)
    found = await claims.open_claims(kitchen.id, request.today)
    waiting = [one for one in found if one.open_fen]
    return page(
        request,
        "claims/index.html",
        status_code=status_code,
        waiting=waiting,
        table=claims.ageing(found),
        buckets=BUCKETS,
        oldest=max((one.bucket for one in waiting), default=0),
        payments=await claims.payments_for(kitchen.id),
        payer_words=payer_words,
        form=form,
    )


@get(
    "/settlement/{month:str}/claims", allows="settlement.read", include_in_schema=False
)
async def show(request: Request, month: FromPath[str]) -> Response[Any]:
    """A month's claim on each funder, with its papers and files."""
    kitchen = await kitchen_of(request)
    try:
        packs = await claims.packs_for(kitchen.id, month)
    except Refusal:
        raise NotFoundException from None
    services = await places.services_for(kitchen.id, request.today)
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    return page(
        request,
        "claims/show.html",
        month=month,
        packs=packs,
        meal="lunch" if "lunch" in services else next(iter(services), "lunch"),
        place_names={**names, "doors": _("送餐到家")},
        areas={area.id: area.path for area in await places.areas()},
        payer_words=payer_words,
        part_words=part_words,
    )


@get(
    "/settlement/{month:str}/claims/{payer:str}/{file:str}",
    allows="settlement.export",
    include_in_schema=False,
)
async def table(
    request: Request, month: FromPath[str], payer: FromPath[str], file: FromPath[str]
) -> Response[bytes]:
    """The claim as a workbook, or the people behind it; each is a line of the audit
    trail before it leaves."""
    kitchen = await kitchen_of(request)
    kinds = {"claim.xlsx": "claim", "people.xlsx": "claim_people"}
    only = request.query_params.get("only", "")
    try:
        pack = await claims.pack_of(kitchen.id, month, payer, only)
    except Refusal:
        raise NotFoundException from None
    if file not in kinds:
        raise NotFoundException
    data = await _file(kitchen.id, pack, kinds[file])
    await record_export(
        kinds[file],
        kitchen.id,
        Period.month(month),
        "xlsx",
        by=request.actor,
        now=request.now,
        about=f"{payer} {only}".strip(),
    )
    about = f"{payer}-{only}".strip("-").replace(":", "-")
    name = f"{kinds[file]}-{month}-{about}.xlsx"
    return Response(
        data,
        media_type=MEDIA_TYPES["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _file(kitchen_id: int, pack: ClaimPack, kind: str) -> bytes:
    if kind == "claim":
        return await claim_workbook(pack)
    people = await claims.claimants(kitchen_id, pack.month, pack.payer, pack.only)
    return await people_workbook(kitchen_id, people)


@post(
    "/claims/{month:str}/{payer:str}/payments",
    allows="settlement.pay",
    include_in_schema=False,
)
async def pay(
    request: Request, month: FromPath[str], payer: FromPath[str]
) -> Response[Any]:
    """Money that came in for one month's claim, once however often it is sent."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    fen = form.fen("amount", _("到账金额"), least=1, most=MOST_FEN)
    paid_on = form.date("paid_on", _("到账日"))
    reference = form.text("reference", _("凭证号"), longest=60)
    if form.ok:
        with form.refusals():
            await claims.record_payment(
                kitchen.id,
                month,
                payer,
                fen,
                paid_on=paid_on,
                reference=reference,
                today=request.today,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/claims", _("已记下到账"))


@post(
    "/claims/payments/{payment_id:int}/reversal",
    allows="settlement.pay",
    include_in_schema=False,
)
async def undo(request: Request, payment_id: FromPath[int]) -> Response[Any]:
    """A payment recorded by mistake is taken back by a row of its own."""
    kitchen = await kitchen_of(request)
    found = await claims.payments_for(kitchen.id)
    if payment_id not in {one.id for one in found}:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=120)
    if form.ok:
        with form.refusals():
            await claims.undo_payment(
                kitchen.id,
                payment_id,
                reason,
                today=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/claims", _("已冲回"))


handlers = [index, show, table, pay, undo]
