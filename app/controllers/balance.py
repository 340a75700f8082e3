"""The day's balance: one number along the day, every difference by name, the close."""

import datetime as dt
import re
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.diets import key_words
from kitchen import day_close, doors, headcounts, places
from kitchen.balance import KEPT, UNPLACED, Difference
from kitchen.errors import Refusal

STEPS = {
    "ordered": N_("订餐"),
    "planned": N_("备餐"),
    "cooked": N_("做好"),
    "portioned": N_("贴签、分餐"),
    "loaded": N_("装车"),
    "handed_over": N_("交到手"),
    "returned": N_("退回"),
    "wasted": N_("倒掉"),
    "claimed": N_("申领补贴"),
}
COLUMNS = (
    "ordered",
    "spares",
    "portioned",
    "loaded",
    "received",
    "moved",
    "handed_over",
    "returned",
    "wasted",
    "claimed",
)
COLUMN_WORDS = {
    **STEPS,
    "spares": N_("备份"),
    "received": N_("收到"),
    "moved": N_("调拨"),
}
WORDS = {
    "cooked": N_("{what}：应做 {expected} 份，做了 {found} 份"),
    "sample": N_("{what}：应留样 {expected} 克，留了 {found} 克"),
    "label": N_("{what}：应有 {expected} 张标签，有 {found} 张"),
    "label_for_nobody": N_("标签 {what} 不在名单里"),
    "packed": N_("{what}：应分 {expected} 份，分了 {found} 份"),
    "loaded": N_("{what}：应装 {expected} 份，装了 {found} 份"),
    "received": N_("{what}：送出 {expected} 份，签收 {found} 份"),
    "unsigned": N_("整箱送到没有：还没有人报告"),
    "unplaced": N_("{what}：没有排上线路"),
    "unreported": N_("{what}：还没有人报告送到没有"),
    "handed_over": N_("{what}：应交 {expected} 份，有 {found} 条就餐记录"),
    "in_hand": N_("到了 {expected} 份，只有 {found} 份有去处。没有记录的：{what}"),
    "beyond_received": N_("到了 {expected} 份，却记了 {found} 份去处"),
    "kept": N_("做了 {expected} 份，离开厨房的和剩在厨房的共 {found} 份"),
    "slot": N_("就餐记录 {what} 没有占住当天的补贴名额"),
    "ledger": N_("分录 {what} 借贷不平"),
}
PAGE_LENGTH = 50  # differences: in the morning everything is one
DIET_CODES = ("packed", "loaded", "received")


def words_of(difference: Difference) -> str:
    """A difference as a sentence."""
    what = difference.what
    if difference.code in DIET_CODES:
        what = key_words(what)
    return _(
        WORDS[difference.code],
        what=what or _("没有名字"),
        expected=difference.expected,
        found=difference.found,
    )


async def place_words(kitchen_id: int) -> dict[str, str]:
    """Names of the places a balance speaks of; rounds are numbered."""
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    return {**names, KEPT: _("厨房"), UNPLACED: _("未排上")}


def place_name(names: dict[str, str], place: str) -> str:
    if place.startswith("round:"):
        return _("第 {number} 趟", number=place.partition(":")[2])
    return names.get(place, place)


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
    names = await place_words(kitchen.id)
    balance = await day_close.balance_for(kitchen.id, day, meal) if count else None
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
        unfinished=await doors.unfinished(kitchen.id, day, meal) if count else [],
        closed=await day_close.closed_day(kitchen.id, day, meal),
        steps=STEPS,
        columns=COLUMNS,
        column_words=COLUMN_WORDS,
        words_of=words_of,
        place_name=lambda place: place_name(names, place),
    )


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
        try:
            await day_close.note_difference(
                kitchen.id,
                day,
                meal,
                form.raw("line"),
                reason,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _page(request, day, meal, form, status_code=422)
    where = f"{day_url('balance', day, meal)}?page={_page_number(request, form)}"
    return see_other(request, f"{where}#differences", _("已写明原因"))


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


handlers = [day_redirect("balance", "balance.read"), index, note, close]
