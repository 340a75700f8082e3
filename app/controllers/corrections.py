"""Corrections of a closed month: named lines of the present one."""

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
from app.words.payers import payer_words
from kitchen import calendar, corrections, places, settlement
from kitchen.errors import Refusal

MOST_FEN = 10_000_000
SIGNS = {"less": -1, "more": 1}


@get(
    "/settlement/{month:str}/corrections",
    allows="settlement.read",
    include_in_schema=False,
)
async def index(request: Request, month: FromPath[str]) -> Response[Any]:
    return await _page(request, month, Form())


async def _page(
    request: Request, month: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    try:
        calendar.days_of(month)
    except Refusal:
        raise NotFoundException from None
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    names["doors"] = _("送餐到家")
    areas = {area.id: area.path for area in await places.areas()}
    claimed = await settlement.claims(kitchen.id, month)

    def words(line: settlement.Claim) -> str:
        place = names.get(line.place, line.place)
        community = areas.get(line.community_id or 0, _("社区不明"))
        amount = f"{line.fen / 100:.2f}"
        return f"{payer_words(line.payer)} · {place} · {community} · {amount}"

    return page(
        request,
        "corrections/index.html",
        status_code=status_code,
        month=month,
        closed=await settlement.closed_month(kitchen.id, month),
        options=[(str(i), words(line)) for i, line in enumerate(claimed)],
        later=await corrections.corrections_of(kitchen.id, month),
        here=await corrections.corrections_for(kitchen.id, month),
        names=names,
        payer_words=payer_words,
        form=form,
    )


@post(
    "/settlement/{month:str}/corrections",
    allows="settlement.correct",
    include_in_schema=False,
)
async def create(request: Request, month: FromPath[str]) -> Response[Any]:
    """One line more in today's month; the closed one stays as it was signed."""
    kitchen = await kitchen_of(request)
    try:
        claimed = await settlement.claims(kitchen.id, month)
    except Refusal:
        raise NotFoundException from None
    form = await read_form(request)
    chosen = form.choice(
        "line", _("更正哪一行"), tuple(str(i) for i in range(len(claimed)))
    )
    sign = form.choice("sign", _("多了还是少了"), tuple(SIGNS))
    fen = form.fen("amount", _("金额"), least=1, most=MOST_FEN)
    meals = form.integer("meals", _("份数"), least=0, most=9999, required=False) or 0
    reason = form.text("reason", _("原因"), longest=120)
    if form.ok:
        line = claimed[int(chosen)]
        with form.refusals():
            await settlement.correct(
                kitchen.id,
                month,
                payer=line.payer,
                place=line.place,
                community_id=line.community_id,
                meals=SIGNS[sign] * meals,
                fen=SIGNS[sign] * fen,
                reason=reason,
                today=request.today,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    if not form.ok:
        return await _page(request, month, form, 422)
    notice = _("已记在 {month}", month=f"{request.today:%Y-%m}")
    return see_other(request, f"/settlement/{month}/corrections", notice)


handlers = [index, create]
