"""The menu planner: asked for some weeks, watched while it searches, used any time."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app import menu_planning
from app.days import day_url, day_words, meal_in
from app.food_names import food_called, food_name
from app.forms import Form, read_form
from app.i18n import translate as _
from app.menu_pages import fault_words, words_for_templates
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import food, goods, menu_proposals
from kitchen.errors import Refusal
from kitchen.food import ingredients_in_use
from kitchen.menu_proposals import MOST_WEEKS, Proposal, Wish
from kitchen.menu_questions import SECOND_ROWS, Stock
from kitchen.menus import ROWS, menus_for, monday_of


@get(
    "/menus/{day:date}/{meal:str}/proposals",
    allows="menus.write",
    include_in_schema=False,
)
async def new(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    form = Form.filled(
        weeks=2,
        keep=True,
        second=True,
        seconds=30,
        rows=(1, 2, 3, 4, 5),
        stock="\n".join(
            await _expiring(kitchen.id, meal_in(meal), monday_of(day), request.today)
        ),
    )
    return _new(request, day, meal_in(meal), form)


async def _expiring(
    kitchen_id: int, meal: str, first: dt.date, today: dt.date
) -> list[str]:
    """Goods on hand that some dish is made of and that expire within the two weeks, not
    before a day without a menu, as lines of the field: whoever asks may strike them."""
    last = first + dt.timedelta(days=13)
    written = await menus_for(kitchen_id, first, last, meal)
    days = [first + dt.timedelta(days=n) for n in range(14)]
    empty = [d for d in days if d >= today and not (d in written and written[d].lines)]
    if not empty:
        return []
    stock = await goods.stock_for(kitchen_id)
    used = {food.id for food in await ingredients_in_use()}
    return [
        f"{food_name(lot.ingredient_name)} {lot.expires_on}"
        for lot in goods.to_use_up(stock, empty[0], last).values()
        if lot.ingredient_id in used
    ]


def _new(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    return page(
        request,
        "menus/plan.html",
        status_code=200 if form.ok else 422,
        form=form,
        first=monday_of(day),
        day=day,
        meal=meal,
        most_weeks=MOST_WEEKS,
        **words_for_templates(),
    )


@post(
    "/menus/{day:date}/{meal:str}/proposals",
    allows="menus.write",
    include_in_schema=False,
)
async def ask(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Ask for the weeks from this one on; the answer has a page of its own."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    weeks = form.integer("weeks", _("排几周"), least=1, most=MOST_WEEKS)
    wish = _wish(form)
    proposal_id = 0
    if form.ok:
        with form.refusals():
            proposal_id = await menu_proposals.ask(
                kitchen.id,
                meal_in(meal),
                monday_of(day),
                weeks,
                wish,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return _new(request, day, meal_in(meal), form)
    job = await request.app.state.jobs.start(
        menu_planning.JOB,
        _("自动排菜"),
        {"kitchen_id": kitchen.id, "proposal_id": proposal_id},
        request.actor,
    )
    await menu_proposals.runs_as(proposal_id, job)
    return see_other(request, f"/menus/proposals/{proposal_id}")


def _wish(form: Form) -> Wish:
    wanted = form.choices("rows", _("要排的类别"), map(str, ROWS))
    if not wanted:
        form.refuse_field("rows", _("要排的类别：至少选一类"))
    return Wish(
        rows=tuple(int(row) for row in wanted),
        second_rows=SECOND_ROWS if form.checkbox("second") else (),
        keep_planned=form.checkbox("keep"),
        stock=tuple(_stock(form)),
        seconds=form.integer("seconds", _("最多算几秒"), least=5, most=300),
    )


def _stock(form: Form) -> list[Stock]:
    """Lines of "ingredient, day": what has to be used up by when."""
    found = []
    text = form.note("stock", _("要用掉的原料"), longest=500)
    for line in filter(None, (line.strip() for line in text.splitlines())):
        words = line.replace("，", " ").replace(",", " ")
        name, _space, when = words.rpartition(" ")
        try:
            if not name.strip():
                raise ValueError
            found.append(
                Stock(food_called(name.strip()), dt.date.fromisoformat(when.strip()))
            )
        except ValueError:
            wanted = _("原料名、空格、用到哪天，如 冬瓜 2026-12-02")
            sentence = _(
                "填的是“{typed}”，应为{wanted}", typed=line[:30], wanted=wanted
            )
            form.refuse_field("stock", sentence)
    return found


@get("/menus/proposals/{proposal_id:int}", allows="menus.read", include_in_schema=False)
async def show(request: Request, proposal_id: FromPath[int]) -> Response[Any]:
    """The best plan so far; asked for again every second while the search goes on."""
    proposal = await _proposal(request, proposal_id)
    catalogue = await food.dishes()
    days = sorted({place.day for place in proposal.cells})
    return page_or_fragment(
        request,
        "menus/proposal.html",
        "menus/_proposal.html",
        proposal=proposal,
        days=days,
        weeks=[days[n : n + 7] for n in range(0, len(days), 7)],
        catalogue=catalogue,
        used_rows=[
            (choice, row)
            for choice in ("A", "B")
            for row in ROWS
            if any((p.choice, p.position) == (choice, row) for p in proposal.cells)
        ],
        relaxations=[fault_words(fault, days) for fault in proposal.faults],
        **words_for_templates(),
    )


@post(
    "/menus/proposals/{proposal_id:int}/uses",
    allows="menus.write",
    include_in_schema=False,
)
async def use(request: Request, proposal_id: FromPath[int]) -> Response[Any]:
    """Write the best plan so far into the menu; a search that still runs ends."""
    proposal = await _proposal(request, proposal_id)
    await read_form(request)
    if proposal.is_running and proposal.job is not None:
        await request.app.state.jobs.stop(proposal.job)
    edit = await menu_proposals.use(
        proposal.kitchen_id, proposal_id, by=request.actor, now=request.now
    )
    place = day_url("menus", proposal.first, proposal.meal)
    said = _(
        "排了 {n} 格（{day} 起），可以撤销",
        n=len(edit.changed),
        day=day_words(proposal.first),
    )
    if edit.refused:
        said += _("；另有 {n} 格后来有人改过，没有动", n=len(edit.refused))
    return see_other(request, place, said)


async def _proposal(request: Request, proposal_id: int) -> Proposal:
    kitchen = await kitchen_of(request)
    try:
        return await menu_proposals.proposal_by_id(kitchen.id, proposal_id)
    except Refusal as refusal:
        raise NotFoundException from refusal


handlers = [new, ask, show, use]
