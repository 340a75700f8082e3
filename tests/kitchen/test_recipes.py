"""Recipes written anew: kept before and after, reckoned live, never less than whole."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kitchen import food
from kitchen.database import rows
from kitchen.dish_traits import set_traits, tags_of, traits_of
from kitchen.errors import Refusal
from kitchen.food import NUTRIENTS, IngredientFacts, RecipeLine
from kitchen.nutrition import nutrition_of
from kitchen.recipes import (
    NewLine,
    changes_of,
    copy_dish,
    gross_of,
    serving_of,
    set_recipe,
)
from tests.kitchen.cast import CHEN, MORNING
from tests.kitchen.plates import dishes, ingredients


async def catalogue() -> tuple[food.DishFacts, dict[str, int]]:
    await food.load_food(by=CHEN, now=MORNING)
    names = {one.name: one.id for one, _ in await food.ingredients()}
    return next(iter((await food.dishes()).values())), names


async def test_a_recipe_is_replaced_whole_and_its_past_kept(database: object) -> None:
    dish, names = await catalogue()
    lines = [
        NewLine(names["粳米"], 1000, 1000, "main"),
        NewLine(names["食盐"], 10, 10, "seasoning"),
    ]
    assert await set_recipe(dish.id, lines, by=CHEN, now=MORNING)
    assert not await set_recipe(dish.id, lines, by=CHEN, now=MORNING)
    now = await food.dish_by_id(dish.id)
    assert [line.ingredient.name for line in now.recipe] == ["粳米", "食盐"]
    assert await changes_of(dish.id) == [(MORNING, CHEN.name)]
    (kept,) = await rows("SELECT before, after FROM recipe_change")
    assert len(json.loads(kept["before"])) == len(dish.recipe)
    assert json.loads(kept["after"])[0] == ["01001", 1000, 1000, "main"]


async def test_a_new_dish_is_like_another_but_for_name_and_recipe(
    database: object,
) -> None:
    dish, names = await catalogue()
    lines = [NewLine(names["粳米"], 500, 500, "main")]
    made = await copy_dish(dish.id, "试试粥", lines, by=CHEN, now=MORNING)
    new = await food.dish_by_id(made)
    assert (new.name, new.code, new.category) == ("试试粥", "X001", dish.category)
    assert new.cook_method == dish.cook_method
    assert (await food.dish_by_id(dish.id)).recipe  # the other one is untouched
    assert food.find_dishes([new], "ssz") == [new]
    with pytest.raises(Refusal, match="dish_name_taken"):
        await copy_dish(dish.id, "试试粥", lines, by=CHEN, now=MORNING)


@pytest.mark.parametrize(
    ("net", "gross", "code"),
    [
        (0, 10, "recipe_weight"),
        (-5, 10, "recipe_weight"),
        (20_001, 20_001, "recipe_weight"),
        (100, 99, "recipe_weight"),  # bought less than is eaten
        (100, 1_001, "recipe_weight"),
    ],
)
async def test_an_impossible_line_is_refused(
    database: object, net: int, gross: int, code: str
) -> None:
    dish, names = await catalogue()
    bad = [NewLine(names["粳米"], net, gross, "main")]
    with pytest.raises(Refusal, match=code):
        await set_recipe(dish.id, bad, by=CHEN, now=MORNING)
    for lines, other in (
        ([], "recipe_empty"),
        ([NewLine(99_999, 10, 10, "main")], "ingredient_unknown"),
        ([NewLine(names["粳米"], 10, 10, "main")] * 41, "recipe_long"),
    ):
        with pytest.raises(Refusal, match=other):
            await set_recipe(dish.id, lines, by=CHEN, now=MORNING)
    assert await changes_of(dish.id) == []


def test_what_is_unknown_is_told_with_whose_fault_it_is() -> None:
    rice = ingredients()["01001"]
    blank = IngredientFacts(
        *(9_999, "莼菜", "", (), "蔬菜类", frozenset({"soy"}), "plant", {})
    )
    lines = [RecipeLine(rice, 1000, 1000, "main"), RecipeLine(blank, 50, 50, "main")]
    found = serving_of(lines, {rice.id: 600})
    assert found.unknown["ca_mg"] == ("莼菜",)
    assert set(found.nutrition.incomplete) == set(NUTRIENTS)
    assert found.cost.unpriced == {"莼菜"}
    assert found.allergens == {"soy"}
    whole = serving_of(lines[:1], {rice.id: 600})
    assert "energy_kcal" not in whole.unknown
    assert whole.cost.fen == pytest.approx(60)


@given(some.integers(1, 20_000), some.floats(1, 100))
def test_bought_is_never_less_than_eaten(net: int, edible: float) -> None:
    assert gross_of(net, edible) >= net


@given(some.sampled_from(sorted(dishes())), some.integers(1, 9))
def test_nutrition_and_cost_grow_with_the_recipe(code: str, times: int) -> None:
    recipe = dishes()[code].recipe
    more = [
        RecipeLine(
            *(one.ingredient, one.net_decigrams * times, one.gross_decigrams * times),
            one.role,
        )
        for one in recipe
    ]
    once, often = nutrition_of(recipe), nutrition_of(more)
    for nutrient in NUTRIENTS:
        assert often.amount(nutrient) == pytest.approx(times * once.amount(nutrient))
    assert once.incomplete == often.incomplete


async def test_an_own_tag_is_in_question_after_each_change_of_the_recipe(
    database: object,
) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    dish = next(d for d in (await food.dishes()).values() if d.name == "宫保鸡丁")
    assert dict((await tags_of(dish)).brought)["peanut"] == ("花生仁",)
    assert not (await tags_of(dish)).in_question
    left = [line for line in dish.recipe if "peanut" not in line.ingredient.allergens]
    lines = [
        NewLine(one.ingredient.id, one.net_decigrams, one.gross_decigrams, one.role)
        for one in left
    ]
    later = MORNING + timedelta(minutes=5)
    await set_recipe(dish.id, lines, by=CHEN, now=later)
    dish = await food.dish_by_id(dish.id)
    assert "peanut" in dish.allergens
    told = await tags_of(dish)
    assert (told.added, told.in_question) == (("peanut",), True)
    traits = await traits_of(dish.id)
    looked = later + timedelta(minutes=5)
    await set_traits(dish.id, traits, by=CHEN, now=looked)  # kept as it is
    assert not (await tags_of(dish)).in_question
    assert await traits_of(dish.id) == traits
    free = replace(traits, allergens=())
    await set_traits(dish.id, free, by=CHEN, now=looked)
    assert "peanut" not in (await food.dish_by_id(dish.id)).allergens
    wrong: list[dict[str, Any]] = [
        {"season": "雨季"},
        {"allergens": ("sesame",)},
        {"cooked_grams": -1},
        {"texture": ""},
    ]
    for changes in wrong:
        with pytest.raises(Refusal, match="dish_trait"):
            await set_traits(dish.id, replace(traits, **changes), by=CHEN, now=looked)
