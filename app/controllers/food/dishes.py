"""The dishes the kitchen can cook: found by initials, with what is in them."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.rendering import page, page_or_fragment
from app.requests import Request
from app.words import diets as words
from app.words.menus import NUTRIENT_WORDS
from kitchen import food
from kitchen.nutrition import nutrition_of

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
    """One dish: its recipe and what a serving contains."""
    dish = await food.dish_by_id(dish_id)
    return page(
        request,
        "food/dish.html",
        dish=dish,
        serving=nutrition_of(dish.recipe),
        NUTRIENT_WORDS=NUTRIENT_WORDS,
        w=words,
    )


handlers = [index, show]
