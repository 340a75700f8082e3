"""The counter around the till: portions received, passed on, left over, and the end
of the shift with its cash.
"""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, point_of
from app.transfers import place_in, places_to_move
from app.words.diets import key_words
from app.words.dining import COUNTED, FATES
from kitchen import dining, headcounts
from kitchen.places import PointFacts


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/counter",
    allows="dining.read",
    include_in_schema=False,
)
async def counter(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Received, passed on, left over, and the end of the shift."""
    here = await point_of(request, point)
    return await _counter(request, day, meal_in(meal), here, Form())


async def _counter(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    eaters = await headcounts.eaters_at(kitchen.id, day, meal, point.id)
    spares = await headcounts.spares_for(kitchen.id, day, meal)
    expected: dict[str, int] = {}
    for eater in eaters:
        key = eater.diet.key
        expected[key] = expected.get(key, 0) + eater.portions
    for spare in spares:
        if spare.point_id == point.id:
            expected[spare.diet_key] = expected.get(spare.diet_key, 0) + spare.portions
    keys = sorted(expected, key=lambda key: (key != "regular", key)) or ["regular"]
    others = await places_to_move(kitchen.id, day, meal, (point.id, None))
    return page(
        request,
        "dining/counter.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        keys=keys,
        expected=expected,
        totals=await dining.totals_of(point.id, day, meal),
        received=await dining.received_at(point.id, day, meal),
        counted=await dining.counted_at(point.id, day, meal),
        shift=await dining.shift_of(point.id, day, meal),
        others=others,
        key_options=[(key, key_words(key)) for key in keys],
        fates=FATES,
        counted_words=COUNTED,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/receipts",
    allows="dining.receive",
    include_in_schema=False,
)
async def receive(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions that arrived, by diet, with temperature and signature."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    portions = {}
    for name in form.typed:
        if name.startswith("portions_"):
            number = form.integer(
                name, _("收到份数"), least=0, most=999, required=False
            )
            portions[name.removeprefix("portions_")] = number or 0
    warm = form.number(
        "temperature", _("到达温度"), least=-20, most=110, required=False
    )
    signed = form.text("signed_by", _("签收人"), longest=40)
    if form.ok:
        with form.refusals():
            await dining.receive(
                here.id,
                day,
                meal,
                portions,
                decidegrees=None if warm is None else round(warm * 10),
                signed_by=signed,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    return await _back(request, day, meal, here, form, _("已登记收餐"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/transfers",
    allows="dining.receive",
    include_in_schema=False,
)
async def transfer(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions passed to another point or onto a round, where somebody is short."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    portions = form.integer("moved", _("调出份数"), least=1, most=500)
    diet = form.text("diet", _("饮食"), longest=60)
    to_point, to_round = place_in(form, "to", _("调给"))
    reason = form.text("why", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await dining.transfer(
                kitchen_id=kitchen.id,
                day=day,
                meal=meal,
                diet_key=diet,
                portions=portions,
                reason=reason,
                from_point_id=here.id,
                to_point_id=to_point,
                to_round_id=to_round,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    return await _back(request, day, meal, here, form, _("已登记调拨"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/leftovers",
    allows="dining.receive",
    include_in_schema=False,
)
async def leftover(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions nobody got, and what became of them."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    portions = form.integer("left", _("剩余份数"), least=1, most=500)
    diet = form.text("diet", _("饮食"), longest=60)
    fate = form.choice("fate", _("怎么处理"), tuple(FATES))
    reason = form.text("why", _("原因"), longest=80)
    if form.ok:
        with form.refusals():
            await dining.record_leftover(
                kitchen_id=kitchen.id,
                day=day,
                meal=meal,
                diet_key=diet,
                portions=portions,
                fate=fate,
                reason=reason,
                point_id=here.id,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    return await _back(request, day, meal, here, form, _("已登记剩余"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/counted/{kind:str}/{row:int}/void",
    allows="dining.receive",
    include_in_schema=False,
)
async def void(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    point: FromPath[int],
    kind: FromPath[str],
    row: FromPath[int],
) -> Response[Any]:
    """A wrong count is taken back with a reason; the line stays to be read."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    reason = form.text("void_reason", _("哪里错了"), longest=80)
    if form.ok:
        with form.refusals():
            await dining.void_counted(
                kind, row, reason, by=request.actor, now=request.now
            )
    return await _back(request, day, meal, here, form, _("已作废，请重新登记"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/shift/closure",
    allows="dining.shift",
    include_in_schema=False,
)
async def close_shift(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Cash counted against the rows."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    cash = form.fen("cash", _("现金清点"))
    note = form.text("note", _("说明"), longest=200, required=False)
    waiting = form.integer(
        "unsent", _("本机没有上传的"), least=0, most=99_999, required=False
    )
    why = form.text("unsent_why", _("为什么没上传就收班"), longest=120, required=False)
    if form.ok:
        with form.refusals():
            await dining.close_shift(
                here.id,
                day,
                meal,
                cash,
                note,
                unsent=dining.Unsent(waiting or 0, why, request.device),
                by=request.actor,
                now=request.now,
            )
    return await _back(request, day, meal, here, form, _("已收班"))


async def _back(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    notice: str,
) -> Response[Any]:
    if not form.ok:
        return await _counter(request, day, meal, point, form, status_code=422)
    return see_other(request, f"/dining/{day}/{meal}/{point.id}/counter", notice)


handlers = [counter, receive, transfer, leftover, void, close_shift]
