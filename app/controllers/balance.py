"""The day's balance: one number along the day, every difference by name, the close."""

import datetime as dt
import re
from collections import Counter
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.balances import names_of_places
from app.days import day_redirect, day_url, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.balance import (
    COLUMN_WORDS,
    COLUMNS,
    STEPS,
    place_name,
    words_of,
)
from app.words.diets import key_words
from app.words.dining import FATES
from kitchen import day_close, dining, doors, headcounts, wastes
from kitchen.errors import Refusal

PAGE_LENGTH = 50  # differences: in the morning everything is one


@get("/balance/{day:date}/{meal:str}", allows="balance.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


async def _page(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    count = await headcounts.closed(kitchen.id, day, meal)
    names = await names_of_places(kitchen.id)
    when = (kitchen.id, day, meal)
    counted = await headcounts.eaters_and_cancelled(*when) if count else ([], [])
    balance = await day_close.balance_for(*when, counted) if count else None
    differences = balance.differences if balance else ()
    pages = max(1, -(-len(differences) // PAGE_LENGTH))
    number = min(pages, _page_number(request, form))
    return page(
        request,
        "balance/index.html",
        status_code=status_code,
        kitchen=kitchen,
        day=day,
        meal=meal,
        form=form,
        count=count,
        balance=balance,
        shown=differences[(number - 1) * PAGE_LENGTH : number * PAGE_LENGTH],
        number=number,
        pages=pages,
        alike=Counter(
            one.code
            for one in (balance.open if balance else ())
            if one.code in day_close.OF_PAPER
        ),
        unfinished=await doors.unfinished(*when, counted[0]) if count else [],
        closed=await day_close.closed_day(kitchen.id, day, meal),
        weighed=await wastes.waste_lines(kitchen.id, day, meal) if count else [],
        steps=STEPS,
        columns=COLUMNS,
        column_words=COLUMN_WORDS,
        words_of=words_of,
        place_name=lambda place: place_name(names, place),
        fates=FATES,
        diets=[(key, key_words(key)) for key in await _diets(count)],
    )


async def _diets(count: headcounts.HeadcountFacts | None) -> list[str]:
    """Diet groups of the count, plain food first."""
    keys = {"regular"} | (await headcounts.diet_keys_of(count.id) if count else set())
    return sorted(keys, key=lambda key: (key != "regular", key))


def _page_number(request: Request, form: Form) -> int:
    typed = form.raw("page") or request.query_params.get("page", "")
    return max(1, int(typed)) if re.fullmatch(r"\d{1,5}", typed) else 1


@post(
    "/balance/{day:date}/{meal:str}/notes",
    allows="balance.close",
    include_in_schema=False,
)
async def note(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """A person's word on one difference."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=200)
    if form.ok:
        with form.refusals():
            await day_close.note_difference(
                kitchen.id,
                day,
                meal,
                form.raw("line"),
                reason,
                alike=form.checkbox("alike"),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    where = f"{day_url('balance', day, meal)}?page={_page_number(request, form)}"
    return see_other(request, f"{where}#differences", _("已写明原因"))


@post(
    "/balance/{day:date}/{meal:str}/leftovers",
    allows="balance.close",
    include_in_schema=False,
)
async def leftover(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Portions that never left the kitchen, and what became of them."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    diet = form.text("diet", _("饮食"), longest=60)
    portions = form.integer("portions", _("剩余份数"), least=1, most=2000)
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
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    return see_other(request, day_url("balance", day, meal), _("已登记剩余"))


@post(
    "/balance/{day:date}/{meal:str}/closure",
    allows="balance.close",
    include_in_schema=False,
)
async def close(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The day is done: every stop reported, every door answered for."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    try:
        await day_close.close_day(
            kitchen.id, day, meal, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, day, meal, form, status_code=409)
    return see_other(request, day_url("balance", day, meal), _("已关账"))


handlers = [day_redirect("balance", "balance.read"), index, note, leftover, close]
