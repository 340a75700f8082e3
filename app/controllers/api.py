"""JSON for other programs: the count, the balance, the checks, the exports; meals and
rounds are in `api_meals` and `api_rounds`. The same actions of the policy as the
pages, the same verbs behind them; documented in OpenAPI at /api/openapi.json.
"""

import asyncio
import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import (
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from app import exports, verifying
from app.api_shapes import (
    READS,
    WRITES,
    BalanceLineOut,
    BalanceOut,
    CheckOut,
    CloseIn,
    DifferenceOut,
    EaterOut,
    HeadcountOut,
    SpareOut,
    VerifyOut,
    WaitOut,
    unreadable,
)
from app.days import meal_in
from app.policy import may
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import day_close, headcounts
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.places import services_for

HANDLERS: Any = {ValidationException: unreadable}
FILE_HEADERS = {"Cache-Control": "no-store"}


# The count


@get(
    "/api/headcounts/{day:date}/{meal:str}",
    allows="headcounts.read",
    operation_id="show_headcount",
    tags=["headcounts"],
    responses=READS,
)
async def show_headcount(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> HeadcountOut:
    """Who eats what where: as expected while open, as frozen and changed once closed.
    Point staff see their own point."""
    kitchen = await kitchen_of(request)
    return await _headcount(request, kitchen.id, day, meal_in(meal))


@post(
    "/api/headcounts/{day:date}/{meal:str}/close",
    allows="headcounts.close",
    operation_id="close_headcount",
    tags=["headcounts"],
    status_code=200,
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def close_headcount(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    data: JSONBody[CloseIn],
) -> HeadcountOut:
    """Freeze the count. Twice is harmless: the first close stands."""
    kitchen = await kitchen_of(request)
    points = {point.id for point in await points_of(request, kitchen.id)}
    for spare in data.spares:
        if spare.point is not None and spare.point not in points:
            raise Refusal("dining_point_unknown", point=spare.point)
    await headcounts.close_headcount(
        kitchen.id,
        day,
        meal_in(meal),
        spares=[
            SpareFacts(0, spare.point, spare.kind, spare.diet_key, spare.portions)
            for spare in data.spares
        ],
        by=request.actor,
        now=request.now,
    )
    return await _headcount(request, kitchen.id, day, meal)


async def _headcount(
    request: Request, kitchen_id: int, day: dt.date, meal: str
) -> HeadcountOut:
    count = await headcounts.closed(kitchen_id, day, meal)
    eaters = await headcounts.eaters_for(kitchen_id, day, meal)
    spares = await headcounts.spares_for(kitchen_id, day, meal)
    served = meal in await services_for(kitchen_id, day)
    today = await kitchen_day(kitchen_id, day, meal, eaters=eaters) if served else None
    own = request.actor.point_id
    if own is not None:
        eaters = [eater for eater in eaters if eater.point_id == own]
        spares = [spare for spare in spares if spare.point_id == own]
    return HeadcountOut(
        day=day,
        meal=meal,
        closed=count is not None,
        closed_at=count.at if count else None,
        closed_by=count.by if count else "",
        portions=sum(e.portions for e in eaters) + sum(s.portions for s in spares),
        eaters=[
            EaterOut(
                diner=eater.diner_id,
                elder=eater.elder_id,
                number=eater.number,
                name=eater.name if may(request.actor, "registry.read") else "",
                way=eater.way,
                point=eater.point_id,
                portions=eater.portions,
                size=eater.size,
                choice=eater.choice,
                diet=eater.diet.key,
                change=eater.change,
            )
            for eater in eaters
        ],
        spares=[
            SpareOut(s.id, s.point_id, s.kind, s.diet_key, s.portions) for s in spares
        ],
        waits=[
            WaitOut(
                elder=one.eater.elder_id,
                unplaced=one.is_unplaced,
                dishes=[dish.name for dish in one.dishes],
            )
            for one in (today.waiting if today else ())
            if one.eater in eaters
        ],
    )


# The balance and the checks


@get(
    "/api/balance/{day:date}/{meal:str}",
    allows="balance.read",
    operation_id="show_balance",
    tags=["balance"],
    responses={**READS, 409: WRITES[409]},
)
async def show_balance(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> BalanceOut:
    """Every portion from the order to the claim; each difference by name. `open`
    counts the differences nobody has put into words yet."""
    kitchen = await kitchen_of(request)
    found = await day_close.balance_for(kitchen.id, day, meal_in(meal))
    closed = await day_close.closed_day(kitchen.id, day, meal)
    return BalanceOut(
        day=day,
        meal=meal,
        planned=found.planned,
        cooked=found.cooked,
        lines=[BalanceLineOut(**vars(line)) for line in found.lines],
        differences=[
            DifferenceOut(d.key, d.code, d.place, d.what, d.expected, d.found, d.note)
            for d in found.differences
        ],
        open=len(found.open),
        closed=closed is not None,
        seal=closed.seal if closed else "",
    )


@get(
    "/api/verify",
    allows="audit.read",
    operation_id="verify",
    tags=["balance"],
    responses=READS,
)
async def verify(request: Request) -> VerifyOut:
    """The audit chain, the books, the closed days and months: does everything hold?
    The same as the command `verify`."""
    checks = await verifying.verify_all()
    return VerifyOut(
        ok=all(check.ok for check in checks),
        checks=[CheckOut(c.code, c.ok, c.checked, c.fault, c.note) for c in checks],
    )


# Exports

EXPORT_ACTIONS = {
    "people": "registry.read",
    "meals": "settlement.export",
    "settlement": "settlement.export",
    "balance": "balance.read",
    "audit": "audit.read",
    "rounds": "rounds.read",
}


@get(
    "/api/exports/{kind:str}",
    allows="settlement.export",
    operation_id="export",
    tags=["exports"],
    responses={
        **READS,
        200: ResponseSpec(bytes, description="The file", generate_examples=False),
        409: WRITES[409],
    },
    exception_handlers=HANDLERS,
)
async def export(
    request: Request,
    kind: FromPath[str],
    first: FromQuery[dt.date | None] = None,
    last: FromQuery[dt.date | None] = None,
    meal: FromQuery[str] = "lunch",
    form: FromQuery[str] = "csv",
) -> Response[bytes]:
    """people, meals, settlement, balance, audit or rounds as csv, xlsx or json
    (rounds also as geojson), from `first` to `last` (today when left out)."""
    known = (*exports.FORMATS, *(("geojson",) if kind == "rounds" else ()))
    if kind not in exports.MAKERS or form not in known:
        raise NotFoundException
    if not may(request.actor, EXPORT_ACTIONS[kind]):
        raise PermissionDeniedException
    kitchen = await kitchen_of(request)
    begin = first or request.today
    own = request.actor.kitchen_id
    period = exports.Period(begin, last or begin, meal_in(meal), acts_of=own)
    if form == "geojson":
        data = await exports.rounds_geojson(kitchen.id, begin, meal)
    else:
        table = await exports.MAKERS[kind](kitchen.id, period)
        data = await asyncio.to_thread(exports.as_file, table, form)
    await exports.record_export(
        kind, kitchen.id, period, form, by=request.actor, now=request.now
    )
    name = f"{kind}-{begin.isoformat()}.{form}"
    return Response(
        data,
        media_type=exports.MEDIA_TYPES[form],
        headers={
            **FILE_HEADERS,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


handlers = [
    show_headcount,
    close_headcount,
    show_balance,
    verify,
    export,
]
