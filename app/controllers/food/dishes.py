"""The dishes the kitchen can cook: found by initials, with what is in them."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import diets as words
from app.words.menus import NUTRIENT_WORDS
from kitchen import dish_traits, dish_variants, food
from kitchen.nutrition import nutrition_of
from kitchen.prices import cost_of, prices_on
from kitchen.scaling import scaling_for

SHOWN = 200


@get("/food", allows="food.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """All dishes, or those a name, initials and a category leave."""
    query = request.query_params.get("q", "").strip()[:40]
    category = request.query_params.get("category", "")
    category = category if category in food.CATEGORIES else ""
    catalogue = sorted((await food.dishes()).values(), key=_as_served)
    found = food.find_dishes(catalogue, query, category, SHOWN) if query else catalogue
    return page_or_fragment(
        request,
        "food/index.html",
        "food/_list.html",
        dishes=[d for d in found if category in ("", d.category)],
        query=query,
        category=category,
        nutrition_of=nutrition_of,
        w=words,
    )


def _as_served(dish: food.DishFacts) -> tuple[int, str]:
    return (food.CATEGORIES.index(dish.category), dish.code)


@get("/food/dishes/{dish_id:int}", allows="food.read", include_in_schema=False)
async def show(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    """One dish: its recipe, what a serving contains and costs, its variants."""
    return await _page(request, dish_id, Form())


async def _page(request: Request, dish_id: int, form: Form) -> Response[Any]:
    kitchen, dish = await kitchen_of(request), await food.dish_by_id(dish_id)
    catalogue = await food.dishes()
    return page(
        request,
        "food/dish.html",
        status_code=200 if form.ok else 422,
        dish=dish,
        tags=await dish_traits.tags_of(dish),
        serving=nutrition_of(dish.recipe),
        cost=cost_of(
            dish.recipe,
            await prices_on(kitchen.id, request.today),
            await scaling_for(kitchen.id),
        ),
        catalogue=catalogue,
        needs=dish_variants.NEEDS,
        form=form,
        NUTRIENT_WORDS=NUTRIENT_WORDS,
        w=words,
    )


@post(
    "/food/dishes/{dish_id:int}/variants", allows="food.write", include_in_schema=False
)
async def vary(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    """How this dish is always made different for a need, or no longer."""
    form = await read_form(request)
    need = form.choice("need", _("给谁"), dish_variants.NEEDS)
    typed = form.text("substitute", _("换成"), longest=60, required=False)
    said = form.text("words", _("另外加工"), longest=60, required=False)
    kind = "none" if form.raw("drop") else "substitute" if typed else "adapt"
    named = (await food.dishes()).values()
    other = next((d for d in named if typed in (d.name, d.name_en)), None)
    if typed and other is None:
        sentence = _("没有“{typed}”这道菜，请从列表里选", typed=typed)
        form.refuse_field("substitute", sentence)
    if form.ok:
        with form.refusals():
            await dish_variants.set_variant(
                dish_id,
                need,
                kind,
                substitute_id=other.id if other else None,
                words=said,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, dish_id, form)
    return see_other(request, f"/food/dishes/{dish_id}#variants", _("已记下常备做法"))


handlers = [index, show, vary]
