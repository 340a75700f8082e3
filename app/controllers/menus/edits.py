"""Writing the grid: a cell as it is left, the whole week's form, a block pasted from a
spreadsheet, a copied week – and taking the last of these back.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_url, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.menu_pages import (
    WEEK,
    Cell,
    Week,
    panel,
    show_week,
    week_of,
    words_for_templates,
)
from app.picking import dish_typed
from app.refusals import sentence_for
from app.rendering import fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import diets as words
from kitchen import food, menus
from kitchen.errors import Refusal
from kitchen.food import DishFacts
from kitchen.menus import CHOICES, ROWS, Place, monday_of
from kitchen.places import KitchenFacts

DAYS = 7
CHANGED = ("menu_cell_changed", "menu_cell_emptied")


@post(
    "/menus/{day:date}/{meal:str}/cells", allows="menus.write", include_in_schema=False
)
async def write(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Write the cells that differ from what is stored: one of them as it is left
    (htmx), the whole week's form (without scripts), or a pasted block."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    if "block" in form.typed:
        spread(form, monday_of(day))
    week = await week_of(request, kitchen, day, meal_in(meal), Form())
    only = form.raw("cell")
    left = [
        cell
        for menu in week.days
        for choice in CHOICES
        for row in ROWS
        for cell in [week.cell(menu, choice, row)]
        if cell.name in form.typed and only in ("", cell.name)
    ]
    if request.is_fragment and not left and form.ok:
        raise NotFoundException
    catalogue = await food.dishes()
    kind = "paste" if "block" in form.typed and len(left) > 1 else "set_dish"
    await _write(request, kitchen, meal, left, kind, form, catalogue)
    if request.is_fragment and only:
        return await _one_cell(request, kitchen, left[0], meal, form, catalogue)
    if request.is_fragment or not form.ok:
        return await show_week(request, day, meal, form)
    return see_other(request, day_url("menus", day, meal), _("菜单已保存"))


def spread(form: Form, monday: dt.date) -> None:
    """A block of a spreadsheet as if each of its cells had been typed: days across,
    rows of the set down, from the cell named in `start`."""
    lines = form.raw("block").replace("\r\n", "\n").removesuffix("\n").split("\n")
    start = place_named(form.raw("start"))
    if start is None or not 0 <= (start.day - monday).days < DAYS:
        form.refuse_field("start", _("请选从哪一格开始贴"))
        return
    downwards = [(choice, row) for choice in CHOICES for row in ROWS]
    downwards = downwards[downwards.index((start.choice, start.position)) :]
    across = DAYS - (start.day - monday).days
    width = max(line.count("\t") + 1 for line in lines)
    if len(lines) > len(downwards) or width > across:
        sentence = _(
            "贴进来的是 {rows} 行 {columns} 列，从这一格起只有 {down} 行 {across} 列",
            rows=len(lines),
            columns=width,
            down=len(downwards),
            across=across,
        )
        form.refuse_field("block", sentence)
        return
    for (choice, row), line in zip(downwards, lines, strict=False):
        for offset, text in enumerate(line.split("\t")):
            day = start.day + dt.timedelta(days=offset)
            form.typed[Cell(day, choice, row, None).name] = [text.strip()]


def place_named(name: str) -> Place | None:
    """The place a field's name means: "cell.2026-11-24.A.1"."""
    parts = name.split(".")
    if len(parts) != 4 or parts[2] not in CHOICES or not parts[3].isdigit():
        return None
    try:
        day = dt.date.fromisoformat(parts[1])
    except ValueError:
        return None
    return Place(day, parts[2], int(parts[3])) if int(parts[3]) in ROWS else None


async def _write(
    request: Request,
    kitchen: KitchenFacts,
    meal: str,
    left: list[Cell],
    kind: str,
    form: Form,
    catalogue: Mapping[int, DishFacts],
) -> None:
    """One edit of everything that can be written; the rest is told in the form."""
    cells: dict[Place, int | None] = {}
    seen: dict[Place, int | None] = {}
    for cell in left:
        typed = form.raw(cell.name).strip()
        dish = dish_typed(catalogue, typed, ROWS[cell.row])
        if typed == cell.value:
            continue
        if f"was.{cell.name}" in form.typed:
            was = catalogue.get(form.identifier(f"was.{cell.name}") or 0)
            if typed == (words.dish_name(was) if was else ""):
                continue  # nobody typed here; a colleague may have since
            seen[cell.place] = was.id if was else None
        if typed and dish is None:
            sentence = _(
                "没有“{typed}”这道菜，请输入菜名或拼音首字母", typed=typed[:20]
            )
            form.refuse_field(cell.name, sentence)
            continue
        cells[cell.place] = dish.id if dish else None
    names = {cell.place: cell.name for cell in left}
    refused = await _written(request, kitchen, meal, cells, kind, seen)
    for place, refusal in refused.items():
        form.refuse_field(names[place], sentence_for(refusal))
        if refusal.code in CHANGED:  # told: the next save is meant
            form.typed[f"told.{names[place]}"] = form.typed.pop(f"was.{names[place]}")


async def _written(
    request: Request,
    kitchen: KitchenFacts,
    meal: str,
    cells: dict[Place, int | None],
    kind: str,
    seen: dict[Place, int | None],
) -> dict[Place, Refusal]:
    """Write; the cells of a closed day are refused and the others written."""
    try:
        edit = await menus.write_cells(
            *(kitchen.id, meal, cells, kind),
            by=request.actor,
            now=request.now,
            seen=seen,
        )
    except Refusal as refusal:
        day = refusal.facts.get("day")
        shut = {place: refusal for place in cells if place.day == day}
        if not shut:
            raise
        rest = {place: dish for place, dish in cells.items() if place not in shut}
        return {**shut, **await _written(request, kitchen, meal, rest, kind, seen)}
    return dict(edit.refused)


async def _one_cell(
    request: Request,
    kitchen: KitchenFacts,
    cell: Cell,
    meal: str,
    form: Form,
    catalogue: Mapping[int, DishFacts],
) -> Response[Any]:
    """The one cell that was left, and what its day has become."""
    week: Week = await week_of(request, kitchen, cell.day, meal, form)
    menu = week.menus[cell.day]
    return fragment(
        request,
        "menus/_written.html",
        cell=week.cell(menu, cell.choice, cell.row),
        menu=menu,
        week=week,
        **await panel(kitchen, cell.day, meal, catalogue, week),
        **words_for_templates(),
    )


@post(
    "/menus/{day:date}/{meal:str}/copies", allows="menus.write", include_in_schema=False
)
async def copy(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """A week – the one before, unless another is named – into the empty days of this
    one, or over them."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    monday = monday_of(day)
    named = form.date("source", _("从哪一周"), required=False)
    if not form.ok:
        return await show_week(request, day, meal_in(meal), form)
    source = monday_of(named) if named else monday - WEEK
    written = await menus.copy_week(
        kitchen.id,
        meal_in(meal),
        source,
        monday,
        replace=form.checkbox("replace"),
        by=request.actor,
        now=request.now,
    )
    said = _("复制了 {n} 格", n=written) if written else _("没有空着的日子可以填")
    return see_other(request, day_url("menus", day, meal), said)


@post(
    "/menus/{day:date}/{meal:str}/undos", allows="menus.write", include_in_schema=False
)
async def undo(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Take the named edit back."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    edit_id = form.identifier("edit") or 0
    with form.refusals():
        await menus.undo_edit(kitchen.id, edit_id, by=request.actor, now=request.now)
    if request.is_fragment or not form.ok:
        return await show_week(request, day, meal_in(meal), form)
    return see_other(request, day_url("menus", day, meal_in(meal)), _("已撤销"))


handlers = [write, copy, undo]
