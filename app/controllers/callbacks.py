"""Callbacks: the quarter's lot, the form for each answer, satisfaction with its n."""

import secrets
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.callbacks import ANSWERS, WAYS
from kitchen import callbacks, places
from kitchen.callbacks import (
    LEAST_PERCENT,
    SATISFIED_PERCENT,
    days_of,
    quarter_of,
    record_answer,
    sample_of,
)


@get("/callbacks", allows="callbacks.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    quarter = request.query_params.get("quarter", "") or quarter_of(request.today)
    return await _page(request, quarter, Form())


@post("/callbacks/samples", allows="callbacks.write", include_in_schema=False)
async def draw(request: Request) -> Response[Any]:
    """The lot falls: a fresh seed, written down so that it can be drawn again."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    quarter = form.text("quarter", _("季度"), longest=6)
    percent = form.integer("percent", _("抽百分之几"), least=LEAST_PERCENT, most=100)
    count = 0
    if form.ok:
        with form.refusals():
            count = await callbacks.draw_sample(
                kitchen.id,
                quarter,
                seed=secrets.randbelow(1_000_000),
                percent=percent,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, quarter_of(request.today), form, 422)
    url = f"/callbacks?quarter={quarter}"
    return see_other(request, url, _("抽出 {n} 位", n=count))


@post(
    "/callbacks/{pick_id:int}/answers",
    allows="callbacks.write",
    include_in_schema=False,
)
async def answer(request: Request, pick_id: FromPath[int]) -> Response[Any]:
    kitchen_id, quarter, _elder = await callbacks.kitchen_of_pick(pick_id)
    if not request.actor.sees_kitchen(kitchen_id):
        raise NotFoundException
    form = await read_form(request)
    way = form.choice("way", _("怎么回访的"), WAYS)
    said = form.choice("answer", _("结果"), ANSWERS)
    note = form.text("note", _("说了什么"), longest=400, required=False)
    if form.ok:
        with form.refusals():
            await record_answer(
                pick_id,
                way,
                said,
                agreement_seen=form.checkbox("agreement_seen"),
                note=note,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, quarter, form, 422)
    url = f"/callbacks?quarter={quarter}#pick-{pick_id}"
    return see_other(request, url, _("已记下"))


handlers = [index, draw, answer]


async def _page(
    request: Request, quarter: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    days_of(quarter)
    if status_code == 200:
        form = Form.filled(quarter=quarter, percent=LEAST_PERCENT)
    points = {point.id: point.name for point in await places.points_for(kitchen.id)}

    def stratum_words(stratum: str) -> str:
        kind, _colon, number = stratum.partition(":")
        if kind == "point":
            return points.get(int(number), "")
        return _("第 {n} 趟", n=int(number))

    return page(
        request,
        "callbacks/index.html",
        status_code=status_code,
        quarter=quarter,
        sample=await sample_of(kitchen.id, quarter),
        stratum_words=stratum_words,
        form=form,
        WAYS=WAYS,
        ANSWERS=ANSWERS,
        SATISFIED_PERCENT=SATISFIED_PERCENT,
        LEAST_PERCENT=LEAST_PERCENT,
    )
