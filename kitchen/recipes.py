"""A dish's recipe written anew, and a new dish made from another one. What a recipe
was before is kept: every change is a row with both.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import (
    NUTRIENTS,
    Dish,
    DishIngredient,
    IngredientFacts,
    RecipeLine,
    dish_by_id,
    ingredients,
)
from kitchen.names import search_keys
from kitchen.nutrition import Nutrition, nutrition_of
from kitchen.prices import Cost, Prices, cost_of
from kitchen.scaling import PLAIN, Scaling
from kitchen.staff import Actor

MOST_LINES = 40
HEAVIEST_DECIGRAMS = 20_000
"""Two kilograms of one thing in one serving is a slip."""
OWN_CODE = "X"


class RecipeChange(Table, tablename="recipe_change"):
    """One change of a dish's recipe: JSON lists of [code, net, gross, role], in grams
    × 10. `before` "" = the dish is new."""

    dish = ForeignKey(Dish, null=False)
    before = Text()
    after = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class NewLine:
    """One ingredient of a serving as asked for: edible raw weight, and as bought."""

    ingredient_id: int
    net_decigrams: int
    gross_decigrams: int
    role: str  # main | seasoning


@dataclass(frozen=True)
class Serving:
    """What one serving contains and costs. `unknown`: nutrient → the ingredients whose
    value nobody knows; with any, the amount is a lower bound."""

    nutrition: Nutrition
    cost: Cost
    unknown: Mapping[str, tuple[str, ...]]
    allergens: frozenset[str]
    net_decigrams: int


# Pure rules ---------------------------------------------------------------------


def gross_of(net_decigrams: int, edible_percent: float) -> int:
    """As bought: net weight ÷ edible part, in grams × 10."""
    return round(net_decigrams * 100 / edible_percent)


def serving_of(
    recipe: Sequence[RecipeLine], prices: Prices, scaling: Scaling = PLAIN
) -> Serving:
    """A recipe's serving: totals, what is unknown in them, and by whose fault."""
    foods = [line.ingredient for line in recipe]
    unknown = {
        nutrient: tuple(food.name for food in foods if nutrient not in food.per_100g)
        for nutrient in NUTRIENTS
    }
    return Serving(
        nutrition_of(recipe),
        cost_of(recipe, prices, scaling),
        {nutrient: names for nutrient, names in unknown.items() if names},
        frozenset().union(*(food.allergens for food in foods)),
        sum(line.net_decigrams for line in recipe),
    )


def checked(
    lines: Sequence[NewLine], known: Mapping[int, IngredientFacts]
) -> list[RecipeLine]:
    """Those lines as a recipe. Refuses `recipe_empty`, `recipe_long`,
    `ingredient_unknown`, `recipe_weight` (nothing, too much, or bought less than is
    eaten)."""
    if not lines:
        raise Refusal("recipe_empty")
    if len(lines) > MOST_LINES:
        raise Refusal("recipe_long", most=MOST_LINES)
    made = []
    for line in lines:
        food = known.get(line.ingredient_id)
        if food is None:
            raise Refusal("ingredient_unknown", ingredient=line.ingredient_id)
        net, gross = line.net_decigrams, line.gross_decigrams
        if not 0 < net <= HEAVIEST_DECIGRAMS or not net <= gross <= 10 * net:
            facts = {"net": f"{net / 10:g}", "gross": f"{gross / 10:g}"}
            raise Refusal("recipe_weight", name=food.name, **facts)
        made.append(RecipeLine(food, net, gross, line.role))
    return made


# Readers ------------------------------------------------------------------------


async def changes_of(dish_id: int) -> list[tuple[datetime, str]]:
    """(when, by whom) a recipe was changed, newest first."""
    found = await rows(
        "SELECT at, by FROM recipe_change WHERE dish = {} ORDER BY id DESC", dish_id
    )
    return [(row["at"], row["by"]) for row in found]


# Verbs --------------------------------------------------------------------------


async def set_recipe(
    dish_id: int, lines: Sequence[NewLine], *, by: Actor, now: datetime
) -> bool:
    """From now on one serving is made of these lines; False: it is so already. What
    was cooked and printed stays as it was. Refuses `dish_unknown` and what `checked`
    does."""
    async with writing():
        await lock_for("recipe", dish_id)
        dish = await dish_by_id(dish_id)
        made = checked(lines, await _known())
        before, after = await _told(dish.recipe), await _told(made)
        if before == after:
            return False
        await rows("DELETE FROM dish_ingredient WHERE dish = {}", dish_id)
        await _write(dish_id, made, before, after, by=by, now=now)
        return True


async def copy_dish(
    dish_id: int, name: str, lines: Sequence[NewLine], *, by: Actor, now: datetime
) -> int:
    """A new dish like another one, of its own name and recipe. Refuses
    `dish_name_taken`, `dish_unknown` and what `checked` does."""
    name = name.strip()
    async with writing():
        await lock_for("recipe", "new")
        like = await one("SELECT * FROM dish WHERE id = {}", dish_id)
        if like is None:
            raise Refusal("dish_unknown", dish=dish_id)
        if not name or await one("SELECT id FROM dish WHERE name = {}", name):
            raise Refusal("dish_name_taken", name=name)
        made = checked(lines, await _known())
        own = await one(
            "SELECT COUNT(*) AS n FROM dish WHERE code LIKE {}", f"{OWN_CODE}%"
        )
        number = (own["n"] if own else 0) + 1
        values = {key: value for key, value in dict(like).items() if key != "id"}
        values |= {"code": f"{OWN_CODE}{number:03d}", "name": name, "name_en": ""}
        values |= {"search": search_keys(name), "note": ""}
        new_id = int(await insert(Dish, **values))
        await _write(new_id, made, "", await _told(made), by=by, now=now)
        return new_id


async def _known() -> dict[int, IngredientFacts]:
    return {food.id: food for food, _ in await ingredients()}


async def _told(recipe: Sequence[RecipeLine]) -> str:
    found = await rows("SELECT id, code FROM ingredient")
    codes = {row["id"]: row["code"] for row in found}
    return json.dumps(
        [
            (codes[one.ingredient.id], one.net_decigrams, one.gross_decigrams, one.role)
            for one in recipe
        ]
    )


async def _write(
    dish_id: int,
    made: Sequence[RecipeLine],
    before: str,
    after: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    stored: list[dict[str, Any]] = [
        {
            "dish": dish_id,
            "line": number,
            "ingredient": line.ingredient.id,
            "net_decigrams": line.net_decigrams,
            "gross_decigrams": line.gross_decigrams,
            "role": line.role,
        }
        for number, line in enumerate(made, start=1)
    ]
    await insert_many(DishIngredient, stored)
    await insert(
        RecipeChange, dish=dish_id, before=before, after=after, at=now, by=by.name
    )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="food.recipe",
        object_kind="dish",
        object_id=dish_id,
        before={"recipe": before},
        after={"recipe": after},
    )
