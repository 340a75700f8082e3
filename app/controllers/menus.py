"""The week's menu: plan it by keyboard, see whom it hurts, publish it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.refusals import sentence_for
from app.rendering import fragment, page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.typed import parse_id
from app.words import diets as words
from app.words.menus import DECISION_WORDS, NUTRIENT_WORDS, STATES
from kitchen import decisions, food, menus, plans
from kitchen.blocks import order_of
from kitchen.clash_groups import decided_groups
from kitchen.consequences import Consequences, choices_for, consequences_of
from kitchen.errors import Refusal
from kitchen.food import DishFacts
from kitchen.menus import CHOICES, ROWS, DayMenu, monday_of
from kitchen.places import KitchenFacts

WEEK = dt.timedelta(days=7)
MOST_PEOPLE = 5000


@dataclass(frozen=True)
class Cell:
    """One cell of the grid as it is drawn; `typed` is what could not be read."""

    day: dt.date
    choice: str
    row: int
    dish: DishFacts | None
    typed: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """The name of its field in the form of the week."""
        return f"cell.{self.day.isoformat()}.{self.choice}.{self.row}"

    @property
    def value(self) -> str:
        return self.typed or (words.dish_name(self.dish) if self.dish else "")


@dataclass(frozen=True)
class Week:
    """The grid: days across, rows of each set down."""

    monday: dt.date
    menus: Mapping[dt.date, DayMenu]
    choices: tuple[str, ...]
    errors: Mapping[str, str]
    typed: Mapping[str, str]

    @property
    def days(self) -> list[DayMenu]:
        return [self.menus[self.monday + dt.timedelta(days=n)] for n in range(7)]

    @property
    def planned(self) -> bool:
        return any(menu.lines for menu in self.days)

    def cell(self, menu: DayMenu, choice: str, row: int) -> Cell:
        cell = Cell(menu.day, choice, row, menu.dish_at(choice, row))
        if cell.name in self.errors:
            typed, error = self.typed.get(cell.name, ""), self.errors[cell.name]
            return Cell(menu.day, choice, row, None, typed, error)
        return cell


def words_for_templates() -> dict[str, Any]:
    """Names the menu's templates use for words."""
    return {
        "w": words,
        "DECISION_WORDS": DECISION_WORDS,
        "NUTRIENT_WORDS": NUTRIENT_WORDS,
        "MENU_STATES": STATES,
        "ROWS": ROWS,
        "week_step": WEEK,
    }


async def week_of(
    kitchen: KitchenFacts, day: dt.date, meal: str, form: Form, second: bool
) -> Week:
    monday = monday_of(day)
    found = await menus.menus_for(kitchen.id, monday - WEEK, monday + WEEK, meal)
    has_b = any("B" in menu.choices for menu in found.values() if menu.day >= monday)
    typed = {name: form.raw(name) for name in form.typed if name.startswith("cell.")}
    choices = CHOICES if has_b or second else ("A",)
    return Week(monday, found, choices, form.errors, typed)


async def consequences_on(
    kitchen: KitchenFacts, day: dt.date, meal: str
) -> Consequences:
    """What the menu does to the people expected that day."""
    monday = monday_of(day)
    sunday = monday + dt.timedelta(days=6)
    around = await menus.menus_for(kitchen.id, monday - WEEK, sunday, meal)
    decided = await decisions.decisions_for(kitchen.id, day, meal)
    eaters = await plans.expected_eaters(kitchen.id, day, meal)
    return consequences_of(
        around[day],
        around,
        [order_of(eater) for eater in eaters],
        decided,
        await decisions.substitutes_of(decided.values()),
    )


async def panel(
    kitchen: KitchenFacts,
    day: dt.date,
    meal: str,
    catalogue: Mapping[int, DishFacts],
) -> dict[str, Any]:
    """Everything the consequences of one day are drawn from."""
    seen = await consequences_on(kitchen, day, meal)
    waiting = seen.open_dishes
    instead = choices_for(waiting, seen.menu, list(catalogue.values()))
    return {
        "seen": seen,
        "open_dishes": waiting,
        "decided": decided_groups(seen.clashes),
        "instead": instead,
        "day": day,
        "meal": meal,
        "back": "menus",
    }


@get("/menus/{day:date}/{meal:str}", allows="menus.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _page(request, day, meal_in(meal), Form())


async def _page(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    second = request.query_params.get("sets") == "AB"
    catalogue = await food.dishes()
    return page(
        request,
        "menus/index.html",
        status_code=200 if form.ok else 422,
        kitchen=kitchen,
        week=await week_of(kitchen, day, meal, form, second),
        dishes=[dish for dish in catalogue.values() if dish.active],
        form=form,
        **await panel(kitchen, day, meal, catalogue),
        **words_for_templates(),
    )


@get(
    "/menus/{day:date}/{meal:str}/consequences",
    allows="menus.read",
    include_in_schema=False,
)
async def consequences(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One day's figures under its column, filled in after the grid is drawn."""
    kitchen = await kitchen_of(request)
    seen = await consequences_on(kitchen, day, meal_in(meal))
    return fragment(
        request,
        "menus/_foot.html",
        seen=seen,
        menu=seen.menu,
        day=day,
        meal=meal,
        **words_for_templates(),
    )


@post(
    "/menus/{day:date}/{meal:str}/cells", allows="menus.write", include_in_schema=False
)
async def write(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Write the cells that differ from what is stored: one of them as it is left
    (htmx), or the whole week's form (without scripts)."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    monday, only = monday_of(day), form.raw("cell")
    stored = await menus.menus_for(
        kitchen.id, monday, monday + dt.timedelta(days=6), meal_in(meal)
    )
    left = [
        cell
        for menu in stored.values()
        for choice in CHOICES
        for row in ROWS
        for cell in [Cell(menu.day, choice, row, menu.dish_at(choice, row))]
        if cell.name in form.typed and only in ("", cell.name)
    ]
    if request.is_fragment and not left:
        raise NotFoundException
    catalogue = await food.dishes()
    for cell in left:
        await _write_cell(request, kitchen, meal, cell, form, catalogue)
    if not request.is_fragment and not form.ok:
        return await _page(request, day, meal, form)
    if not request.is_fragment:
        return see_other(request, day_url("menus", day, meal), _("菜单已保存"))
    return await _cell(request, kitchen, left[0], meal, form, catalogue)


async def _write_cell(
    request: Request,
    kitchen: KitchenFacts,
    meal: str,
    cell: Cell,
    form: Form,
    catalogue: Mapping[int, DishFacts],
) -> None:
    typed = form.raw(cell.name).strip()
    if typed == cell.value:
        return
    dish = dish_typed(catalogue, typed, ROWS[cell.row])
    if typed and dish is None:
        form.refuse_field(
            cell.name,
            _("没有“{typed}”这道菜，请输入菜名或拼音首字母", typed=typed[:20]),
        )
        return
    try:
        await menus.set_dish(
            kitchen.id,
            cell.day,
            meal,
            cell.choice,
            cell.row,
            dish.id if dish else None,
            by=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        form.refuse_field(cell.name, sentence_for(refusal))


def dish_typed(
    catalogue: Mapping[int, DishFacts], typed: str, category: str
) -> DishFacts | None:
    """The dish somebody typed: its name first, else the best match of initials, the
    category of the row before others."""
    named = [d for d in catalogue.values() if typed in (d.name, d.name_en)]
    found = named or food.find_dishes(catalogue.values(), typed, category)
    return found[0] if found else None


async def _cell(
    request: Request,
    kitchen: KitchenFacts,
    cell: Cell,
    meal: str,
    form: Form,
    catalogue: Mapping[int, DishFacts],
) -> Response[Any]:
    """The one cell that was left, and what its day has become."""
    week = await week_of(kitchen, cell.day, meal, form, True)
    menu = week.menus[cell.day]
    return fragment(
        request,
        "menus/_written.html",
        cell=week.cell(menu, cell.choice, cell.row),
        menu=menu,
        **await panel(kitchen, cell.day, meal, catalogue),
        **words_for_templates(),
    )


@post(
    "/menus/{day:date}/{meal:str}/copies", allows="menus.write", include_in_schema=False
)
async def copy(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The week before, into the empty days of this one."""
    kitchen, monday = await kitchen_of(request), monday_of(day)
    written = await menus.copy_week(
        kitchen.id,
        meal_in(meal),
        monday - WEEK,
        monday,
        by=request.actor,
        now=request.now,
    )
    said = (
        _("从上周复制了 {n} 道菜", n=written) if written else _("没有空着的日子可以填")
    )
    return see_other(request, day_url("menus", day, meal), said)


@post(
    "/menus/{day:date}/{meal:str}/publications",
    allows="menus.publish",
    include_in_schema=False,
)
async def publish(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    monday = monday_of(day)
    whole = form.raw("scope") == "week"
    days = [monday + dt.timedelta(days=n) for n in range(7)] if whole else [day]
    published = await menus.publish(
        kitchen.id, days, meal_in(meal), by=request.actor, now=request.now
    )
    said = (
        _("已发布 {n} 天的菜单", n=len(published)) if published else _("已经是最新的了")
    )
    return see_other(request, day_url("menus", day, meal), said)


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


handlers = [
    day_redirect("menus", "menus.read"),
    index,
    consequences,
    write,
    copy,
    publish,
    decide,
]
