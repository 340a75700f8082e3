"""The starting dishes as pure facts, and orders of them, without a database."""

from functools import cache
from typing import Any

from kitchen import food_files
from kitchen.blocks import Order, Spare
from kitchen.diets import Diet
from kitchen.food import NUTRIENTS, DishFacts, IngredientFacts, RecipeLine, derived_tags
from kitchen.plans import Eater


def no_search(_: str) -> str:
    return ""


@cache
def ingredients() -> dict[str, IngredientFacts]:
    return {
        str(row["code"]): _ingredient(number, row)
        for number, row in enumerate(food_files.ingredients(no_search), start=1)
    }


def _ingredient(number: int, row: dict[str, Any]) -> IngredientFacts:
    return IngredientFacts(
        id=number,
        name=row["name"],
        name_en=row["name_en"],
        aliases=tuple(word for word in row["aliases"].split(";") if word),
        food_group=row["food_group"],
        allergens=frozenset(word for word in row["allergens"].split(";") if word),
        origin=row["origin"],
        per_100g={name: row[name] for name in NUTRIENTS if row[name] is not None},
    )


@cache
def dishes() -> dict[str, DishFacts]:
    """Every starting dish by its code."""
    rows = food_files.dishes(no_search)
    ids = {str(row["code"]): number for number, row in enumerate(rows, start=1)}
    numbers = {code: food.id for code, food in ingredients().items()}
    foods = {food.id: food for food in ingredients().values()}
    recipes: dict[Any, list[RecipeLine]] = {}
    for line in food_files.recipe_lines(ids, numbers):
        made: Any = line
        recipes.setdefault(made["dish"], []).append(
            RecipeLine(
                foods[made["ingredient"]],
                made["net_decigrams"],
                made["gross_decigrams"],
                made["role"],
            )
        )
    return {
        str(row["code"]): _dish(
            ids[str(row["code"])], row, tuple(recipes[ids[str(row["code"])]])
        )
        for row in rows
    }


def _dish(
    number: int, row: dict[str, Any], recipe: tuple[RecipeLine, ...]
) -> DishFacts:
    allergens, vegetarian, halal = derived_tags(
        recipe,
        [word for word in row["allergens"].split(";") if word],
        row["vegetarian"],
        row["halal"],
    )
    values = {
        **row,
        "id": number,
        "recipe": recipe,
        "variants": (),
        "allergens": allergens,
        "vegetarian": vegetarian,
        "halal": halal,
    }
    return DishFacts(**{name: values[name] for name in DishFacts.__annotations__})


def dish(name: str) -> DishFacts:
    """One starting dish by its Chinese name."""
    return next(found for found in dishes().values() if found.name == name)


def order(elder_id: int | None = 1, **facts: Any) -> Order:
    """One person's order: a normal lunch delivered to a known door, unless said; of
    nobody, a spare."""
    if elder_id is None:
        nobody = {"id": 1, "point_id": None, "portions": 1, "diet": Diet()}
        return Spare(**{**nobody, **facts})
    values: dict[str, Any] = {
        "elder_id": elder_id,
        "diner_id": elder_id,
        "number": f"{elder_id:06}",
        "name": f"老人{elder_id}",
        "way": "deliver",
        "point_id": None,
        "address_id": elder_id,
        "portions": 1,
        "size": "normal",
        "choice": "A",
        "diet": Diet(),
    }
    return Eater(**{**values, **facts})
