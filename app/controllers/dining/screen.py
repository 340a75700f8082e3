"""What faces the elder: the second screen with its three faces, and the slip."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, point_of
from app.till_pages import PAYMENTS
from app.words.dining import SCORES
from app.words.payers import payer_words
from kitchen import dining, feedback
from kitchen.names import masked_name
from kitchen.places import PointFacts

SHOWN = dt.timedelta(seconds=60)
"""For so long the last meal stands on the screen; the next elder need not read it."""


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/screen",
    allows="dining.serve",
    include_in_schema=False,
)
async def screen(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Large, for the elder: masked name, price, who pays; three faces below."""
    here = await point_of(request, point)
    return await _screen(request, day, meal_in(meal), here, Form())


async def _screen(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    last = await dining.served_last(point.id, day, meal)
    if last is not None and request.now - last.served_at > SHOWN:
        last = None
    return page_or_fragment(
        request,
        "dining/screen.html",
        "dining/_screen.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        last=last,
        who=masked_name(last.name) if last and last.name else _("散客"),
        payer_words=payer_words,
        scores=SCORES,
        form=form,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/opinions",
    allows="dining.serve",
    include_in_schema=False,
)
async def give(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """One tap on a face."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    with form.refusals():
        await feedback.give(
            here.id,
            day,
            meal,
            form.raw("score"),
            device=request.device,
            by=request.actor,
            now=request.now,
            act=str(act_id(form)),
        )
    if not form.ok:
        return await _screen(request, day, meal, here, form, 409)
    back = f"/dining/{day}/{meal}/{here.id}/screen"
    return see_other(request, back, _("谢谢，已记下"))


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/slips/{served:int}",
    allows="dining.read",
    include_in_schema=False,
)
async def slip(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    point: FromPath[int],
    served: FromPath[int],
) -> Response[Any]:
    """A receipt for whoever wants one: nobody has to."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    found = await dining.served_last(here.id, day, meal, served)
    if found is None:
        raise NotFoundException
    return page(
        request,
        "dining/slip.html",
        day=day,
        meal=meal,
        point=here,
        kitchen=await kitchen_of(request),
        found=found,
        shown=await dining.shown_otherwise(served),
        who=masked_name(found.name) if found.name else _("散客"),
        payments=PAYMENTS,
        payer_words=payer_words,
    )


handlers = [screen, give, slip]
