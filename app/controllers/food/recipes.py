"""A dish's recipe: lines typed, what a serving then contains and costs, saved."""

from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.refusals import sentence_for
from app.rendering import page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.typed import shortened
from app.words import diets as words
from app.words.menus import NUTRIENT_WORDS
from kitchen import food, recipes
from kitchen.errors import Refusal
from kitchen.food import DishFacts, IngredientFacts
from kitchen.prices import prices_on
from kitchen.recipes import NewLine, Serving, checked, gross_of, serving_of
from kitchen.scaling import scaling_for

SPARE_LINES = 4
MOST_GRAMS = recipes.HEAVIEST_DECIGRAMS / 10


@dataclass(frozen=True)
class Larder:
    """The ingredients by name, with their edible part in percent."""

    by_id: dict[int, IngredientFacts]
    edible: dict[int, float]

    @classmethod
    async def open(cls) -> "Larder":
        found = await food.ingredients()
        return cls(
            {one.id: one for one, _ in found}, {one.id: part for one, part in found}
        )

    def called(self, typed: str) -> IngredientFacts | None:
        """By its name in either language, else by another name of it."""
        exact = (f for f in self.by_id.values() if typed in (f.name, f.name_en))
        alias = (f for f in self.by_id.values() if typed in f.aliases)
        return next(exact, None) or next(alias, None)


@get("/food/dishes/{dish_id:int}/recipe", allows="food.write", include_in_schema=False)
async def edit(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    dish = await food.dish_by_id(dish_id)
    return await _page(request, dish, _filled(dish), await Larder.open())


@post(
    "/food/dishes/{dish_id:int}/recipe/trial",
    allows="food.write",
    include_in_schema=False,
)
async def trial(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    """What a serving of the typed lines contains and costs; nothing is written."""
    dish, form = await food.dish_by_id(dish_id), await read_form(request)
    return await _page(request, dish, form, await Larder.open(), status=200)


@post("/food/dishes/{dish_id:int}/recipe", allows="food.write", include_in_schema=False)
async def update(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    """The typed lines become the recipe – of this dish, or of a new one like it."""
    dish, form = await food.dish_by_id(dish_id), await read_form(request)
    larder = await Larder.open()
    lines = _lines(form, larder)
    name = form.text("name", _("新菜名"), longest=30, required=False)
    saved = dish.id
    if form.ok:
        by: dict[str, Any] = {"by": request.actor, "now": request.now}
        with form.refusals():
            if name:
                saved = await recipes.copy_dish(dish.id, name, lines, **by)
            else:
                await recipes.set_recipe(dish.id, lines, **by)
    if not form.ok:
        return await _page(request, dish, form, larder)
    return see_other(request, f"/food/dishes/{saved}", _("配方已保存"))


def _filled(dish: DishFacts) -> Form:
    values: dict[str, object] = {}
    for n, line in enumerate(dish.recipe, start=1):
        values[f"food.{n}"] = words.dish_name(line.ingredient)
        values[f"net.{n}"] = f"{line.net_decigrams / 10:g}"
        values[f"gross.{n}"] = f"{line.gross_decigrams / 10:g}"
        values[f"role.{n}"] = line.role
    return Form.filled(**values)


def _numbers(form: Form) -> list[int]:
    """The lines that were sent, and a few to write more into."""
    sent = {
        int(number)
        for name in form.typed
        for kind, _dot, number in [name.partition(".")]
        if kind == "food" and number.isdecimal() and len(number) < 3
    }
    last = max((n for n in sent if form.raw(f"food.{n}").strip()), default=0)
    return list(range(1, min(last + SPARE_LINES, recipes.MOST_LINES + 1) + 1))


def _lines(form: Form, larder: Larder) -> list[NewLine]:
    """Every filled line; an empty gross weight follows from the edible part."""
    made = []
    for n in _numbers(form):
        typed = form.raw(f"food.{n}").strip()
        if not typed:
            continue
        one = larder.called(typed)
        if one is None:
            told = _("第 {n} 行：没有“{typed}”这种原料", n=n, typed=shortened(typed))
            form.refuse_field(f"food.{n}", told)
            continue
        net = form.number(f"net.{n}", one.name, least=0.1, most=MOST_GRAMS)
        most = MOST_GRAMS * 10
        gross = form.number(
            f"gross.{n}", one.name, least=0.1, most=most, required=False
        )
        bought = gross_of(round(net * 10), larder.edible[one.id])
        if gross is not None:
            bought = round(gross * 10)
        usual = "seasoning" if one.is_seasoning else "main"
        role = form.raw(f"role.{n}")
        made.append(
            NewLine(
                one.id,
                round(net * 10),
                bought,
                role if role in ("main", "seasoning") else usual,
            )
        )
    return made


async def _page(
    request: Request,
    dish: DishFacts,
    form: Form,
    larder: Larder,
    status: int = 422,
) -> Response[Any]:
    """The editor; for htmx what a serving contains and costs alone. A line that
    cannot be read yet is left out of it and said."""
    tried = Form(form.typed)
    lines = _lines(tried, larder)
    serving, unread = None, list(tried.errors.values())
    try:
        serving = await _serving(request, lines, larder)
    except Refusal as refusal:
        unread.append(sentence_for(refusal))
    return page_or_fragment(
        request,
        "food/recipe.html",
        "food/_serving.html",
        status_code=200 if form.ok else status,
        form=form,
        numbers=_numbers(form),
        foods=sorted(larder.by_id.values(), key=lambda one: one.name),
        changes=await recipes.changes_of(dish.id),
        dish=dish,
        serving=serving,
        unread=unread,
        NUTRIENT_WORDS=NUTRIENT_WORDS,
        w=words,
    )


async def _serving(
    request: Request, lines: list[NewLine], larder: Larder
) -> Serving | None:
    if not lines:
        return None
    kitchen = await kitchen_of(request)
    prices = await prices_on(kitchen.id, request.today)
    made = checked(lines, larder.by_id)
    return serving_of(made, prices, await scaling_for(kitchen.id))


handlers = [edit, trial, update]
