"""After service: cooked, sent, brought back, left over and thrown away, and why."""

import datetime as dt
import uuid
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import balance as balance_words
from app.words import production as production_words
from app.words import wastes as words
from kitchen import day_close, places, wastes
from kitchen.balance import KEPT, UNPLACED
from kitchen.kitchen_day import kitchen_day
from kitchen.leftovers import leftovers_for

COLUMNS = ("portioned", "loaded", "received", "handed_over", "returned", "wasted")


@get("/wastes/{day:date}/{meal:str}", allows="production.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _after(request, day, meal_in(meal), Form())


async def _after(
    request: Request, day: dt.date, meal: str, form: Form
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    when = (kitchen.id, day, meal)
    found = await wastes.wastes_for(*when)
    balance = await day_close.balance_for(*when)
    own = f"point:{request.actor.point_id}" if request.actor.point_id else ""
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    names |= {KEPT: _("厨房"), UNPLACED: _("未排上")}
    return page(
        request,
        "wastes/index.html",
        status_code=200 if form.ok else 422,
        day=day,
        meal=meal,
        form=form,
        dishes=[dish for dish in balance.dishes if dish.required],
        waste=wastes.waste_of(found),
        weights={line.dish_id: line for line in balance.weights},
        odd={one.what for one in balance.differences if one.code == "weight"},
        weighed=found,
        lines=[line for line in balance.lines if own in ("", line.place)],
        columns=COLUMNS,
        leftovers={
            key: portions
            for key, portions in (await leftovers_for(*when)).items()
            if own in ("", key[1])
        },
        names=names,
        b=balance_words,
        p=production_words,
        w=words,
        back="production",
    )


@post(
    "/wastes/{day:date}/{meal:str}", allows="production.record", include_in_schema=False
)
async def weigh(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Every dish in one go: kilograms by reason; for plates, grams of how many."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    sheet = (await kitchen_day(kitchen.id, day, meal_in(meal))).sheet
    plates = form.integer(
        "plates", _("称了几份盘子"), least=1, most=999, required=False
    )
    weighed: list[tuple[int, str, int]] = []
    for line in sheet.dishes:
        for why in wastes.WHYS:
            label = f"{line.dish.name} {_(words.WHY_WORDS[why])}"
            name = f"{why}.{line.dish.id}"
            kilos = form.number(name, label, least=0, most=500, required=False)
            if kilos:
                weighed.append((line.dish.id, why, round(kilos * 1000)))
    if not weighed and form.ok:
        form.refuse_field("plates", _("还没有填重量"))
    if any(why == "plates" for _dish, why, _g in weighed) and plates is None:
        form.refuse_field("plates", _("称了几份盘子：还没有填"))
    if form.ok:
        for dish_id, why, grams in weighed:
            await wastes.record_waste(
                *(kitchen.id, day, meal, dish_id, why, grams, plates),
                act=uuid.uuid5(act_id(form), f"{dish_id}{why}"),
                by=request.actor,
                now=request.now,
            )
        return see_other(request, day_url("wastes", day, meal), _("已记下"))
    return await _after(request, day, meal, form)


handlers = [day_redirect("wastes", "production.read"), index, weigh]
