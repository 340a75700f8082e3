"""The quarter's statements and the three signatures under each."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.payers import payer_words
from kitchen import places, statements
from kitchen.errors import Refusal
from kitchen.statements import OFFICE, STEPS


@get("/statements", allows="statements.read", include_in_schema=False)
async def latest(request: Request) -> Redirect:
    """The quarter before this one: the one that can be drawn up."""
    quarter = _before(statements.quarter_of(request.today))
    return Redirect(f"/statements/{quarter}", status_code=303)


@get("/statements/{quarter:str}", allows="statements.read", include_in_schema=False)
async def index(request: Request, quarter: FromPath[str]) -> Response[Any]:
    return await _page(request, quarter, Form())


async def _page(
    request: Request, quarter: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    try:
        months = statements.months_of(quarter)
    except Refusal:
        raise NotFoundException from None
    seen = await _communities_seen(request)
    drawn = [
        one
        for one in await statements.statements_for(kitchen.id, quarter)
        if seen is None or one.community_id in seen
    ]
    claimed = await statements.communities_in(kitchen.id, quarter)
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    return page(
        request,
        "statements/index.html",
        status_code=status_code,
        quarter=quarter,
        months=months,
        before=_before(quarter),
        after=_after(quarter),
        drawn=drawn,
        missing=sorted(claimed - {one.community_id for one in drawn}),
        open_months=await statements.open_months(kitchen.id, quarter),
        areas={area.id: area.path for area in await places.areas()},
        names={**names, "doors": _("送餐到家")},
        steps=tuple(STEPS),
        offices=STEPS,
        own_steps=OFFICE.get(request.actor.role, tuple(STEPS)),
        in_person=request.actor.role in OFFICE,
        payer_words=payer_words,
        meal=request.settings.meals[0],
        form=form,
    )


async def _communities_seen(request: Request) -> set[int] | None:
    """An officer of an area sees what lies in it; None: everything."""
    area = request.actor.area_id
    return None if area is None else await places.area_and_below(area)


def _before(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[-1])
    return f"{year}-Q{number - 1}" if number > 1 else f"{year - 1}-Q4"


def _after(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[-1])
    return f"{year}-Q{number + 1}" if number < 4 else f"{year + 1}-Q1"


@post("/statements/{quarter:str}", allows="statements.draw", include_in_schema=False)
async def create(request: Request, quarter: FromPath[str]) -> Response[Any]:
    """Freeze the quarter of every community that has one."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    with form.refusals():
        for community in sorted(await statements.communities_in(kitchen.id, quarter)):
            await statements.draw_up(
                kitchen.id,
                quarter,
                community,
                today=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, quarter, form, 409)
    return see_other(request, f"/statements/{quarter}", _("已制表，可以签字"))


@post(
    "/statements/{statement_id:int}/signatures",
    allows="statements.sign",
    include_in_schema=False,
)
async def sign(request: Request, statement_id: FromPath[int]) -> Response[Any]:
    """The next office signs, or the kitchen notes who signed on paper."""
    kitchen = await kitchen_of(request)
    try:
        statement = await statements.statement_by_id(kitchen.id, statement_id)
    except Refusal:
        raise NotFoundException from None
    seen = await _communities_seen(request)
    if seen is not None and statement.community_id not in seen:
        raise NotFoundException
    form = await read_form(request)
    step = form.choice("step", _("哪一级"), tuple(STEPS))
    signer = form.text("signer", _("签字人"), longest=40, required=False)
    if form.ok:
        with form.refusals():
            await statements.sign(
                kitchen.id,
                statement_id,
                step,
                signer,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, statement.quarter, form, 409)
    return see_other(request, f"/statements/{statement.quarter}", _("已签字"))


handlers = [latest, index, create, sign]
