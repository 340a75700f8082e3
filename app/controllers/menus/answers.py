"""Answers to clashes: another dish, without an ingredient, or as it is with a name."""

import datetime as dt
from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_url, meal_in
from app.forms import read_form
from app.i18n import translate as _
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of
from app.typed import parse_id
from kitchen import decisions

MOST_PEOPLE = 5000


@post(
    "/menus/{day:date}/{meal:str}/decisions",
    allows="menus.write",
    include_in_schema=False,
)
async def decide(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Answer one block's clash; from here or from the production page."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    named = (parse_id(text) for text in form.raw("elders").split(","))
    people = [elder for elder in named if elder is not None]
    place = (kitchen.id, day, meal_in(meal), people[:MOST_PEOPLE])
    dish_id = form.identifier("dish") or 0
    doer: dict[str, Any] = {"by": request.actor, "now": request.now}
    if form.raw("kind") == "undecided":
        await decisions.undecide_clash(*place, dish_id, **doer)
    else:
        await decisions.decide_clash(
            *place,
            dish_id,
            form.raw("kind"),
            substitute_id=form.identifier("substitute"),
            reason=form.text("reason", _("理由"), longest=80, required=False),
            **doer,
        )
    back = "production" if form.raw("back") == "production" else "menus"
    return see_other(request, f"{day_url(back, day, meal)}#clashes", _("已记下怎么做"))


handlers = [decide]
