"""Ingredients and dishes: loaded once, derived tags, nutrition that knows its gaps."""

import csv
from pathlib import Path

import pytest

from kitchen import food, nutrition
from kitchen.database import rows
from kitchen.food import IngredientFacts, RecipeLine, derived_tags, find_dishes
from kitchen.nutrition import Nutrition, distances, nutrition_of, reference_for
from tests.kitchen.cast import CHEN, MORNING
from tests.kitchen.plates import dish, dishes, ingredients

ORACLE = Path(__file__).with_name("data") / "dish_nutrition_expected.csv"
EXPECTED = list(csv.DictReader(ORACLE.read_text("utf-8").splitlines()))


def line(per_100g: dict[str, float], grams: float = 100) -> RecipeLine:
    facts = IngredientFacts(1, "甲", "", (), "蔬菜类", frozenset(), "plant", per_100g)
    return RecipeLine(facts, round(grams * 10), round(grams * 10), "main")


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: row["dish_code"])
def test_a_serving_contains_what_the_oracle_says(expected: dict[str, str]) -> None:
    serving = nutrition_of(dishes()[expected["dish_code"]].recipe)
    for nutrient in food.NUTRIENTS:
        tolerance = 0.06 if nutrient.endswith(("_g", "_kcal", "_mg")) else 0
        assert serving.amount(nutrient) == pytest.approx(
            float(expected[nutrient]), abs=tolerance
        ), nutrient
    intrinsic = serving.amount("na_mg") - serving.added_na_mg
    assert intrinsic == pytest.approx(float(expected["na_intrinsic_mg"]), abs=0.06)


def test_an_unknown_nutrient_makes_the_total_incomplete_and_not_zero() -> None:
    serving = nutrition_of([line({"energy_kcal": 50}), line({"ca_mg": 8})])
    assert serving.amount("energy_kcal") == 50
    assert {"energy_kcal", "ca_mg", "na_mg"} <= serving.incomplete
    complete = dict.fromkeys(food.NUTRIENTS, 1.0)
    assert nutrition_of([line(complete)]).is_complete


def test_a_dish_without_a_recipe_is_wholly_unknown() -> None:
    assert nutrition_of([]).incomplete == frozenset(food.NUTRIENTS)


def test_a_meal_is_compared_with_its_share_of_the_day() -> None:
    reference = reference_for("female", 81)
    assert reference.edition == "DRIs 2023"
    meal = Nutrition({"na_mg": 900.0, "energy_kcal": 570.0})
    found = {each.nutrient: each for each in distances(meal, reference, 0.4)}
    assert found["na_mg"].target == pytest.approx(720)
    assert found["na_mg"].percent == 125
    assert found["na_mg"].is_limit
    assert found["energy_kcal"].percent == 95


@pytest.mark.parametrize(
    ("nutrient", "amount", "far"),
    [
        ("na_mg", 900, False),  # above the limit, as most lunches are
        ("na_mg", 936, False),
        ("na_mg", 950, True),
        ("energy_kcal", 420, False),
        ("energy_kcal", 410, True),
        ("energy_kcal", 1500, False),
    ],
)
def test_a_meal_far_from_what_can_be_reached_is_worth_a_look(
    nutrient: str, amount: float, far: bool
) -> None:
    meal = Nutrition({nutrient: amount})
    found = distances(meal, reference_for("female", 80), 0.4)
    (mine,) = (one for one in found if one.nutrient == nutrient)
    assert mine.is_far is far


def test_the_sodium_alarm_lies_between_a_mild_week_and_a_mild_fortnight() -> None:
    salt: dict[str, list[float]] = {}
    for each in dishes().values():
        mine = nutrition_of(each.recipe).amount("na_mg")
        salt.setdefault(each.category, []).append(mine)
    limit = reference_for("female", 80).na_limit_mg * 0.4

    def lunches(number: int) -> int:
        """The last of so many mildest lunches that do not repeat, of the limit."""
        return round(100 * sum(sorted(v)[number - 1] for v in salt.values()) / limit)

    assert 100 < lunches(5) < nutrition.SODIUM_ALARM_PERCENT < lunches(10)


@pytest.mark.parametrize(
    ("sex", "age", "energy"),
    [
        ("male", 62, 1900),  # below the first band: the first band
        ("male", 74, 1900),
        ("male", 75, 1800),
        ("female", 101, 1500),
    ],
)
def test_the_reference_follows_sex_and_age(sex: str, age: int, energy: int) -> None:
    assert reference_for(sex, age).energy_kcal == energy


def test_tags_derive_from_ingredients_and_a_dish_cannot_remove_one() -> None:
    pork = next(each for each in ingredients().values() if each.origin == "pork")
    recipe = [RecipeLine(pork, 100, 100, "main")]
    assert derived_tags(recipe, [], "vegan", "yes") == (pork.allergens, "no", "no")
    added = derived_tags([], ["peanut"], "ovo_lacto", "cert")
    assert added == (frozenset({"peanut"}), "ovo_lacto", "cert")


def test_the_starting_dishes_carry_the_tags_their_recipes_give() -> None:
    assert dish("宫保鸡丁").allergens >= {"peanut"}
    assert dish("番茄炒蛋").vegetarian == "ovo_lacto"
    assert dish("红烧肉").halal == "no"
    assert dish("鸭血豆腐").halal == "no"


async def test_loading_twice_adds_nothing(database: object) -> None:
    first = await food.load_food(by=CHEN, now=MORNING)
    assert (first.ingredients, first.dishes) == (358, 138)
    again = await food.load_food(by=CHEN, now=MORNING)
    assert (again.ingredients, again.dishes) == (0, 0)
    assert (await rows("SELECT COUNT(*) AS n FROM dish_ingredient"))[0]["n"] == 816


async def test_loaded_dishes_are_the_figures_of_the_files(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    loaded = {each.code: each for each in (await food.dishes()).values()}
    assert list(loaded) == sorted(loaded)
    for code, wanted in dishes().items():
        assert nutrition_of(loaded[code].recipe) == nutrition_of(wanted.recipe)
        assert loaded[code].allergens == wanted.allergens
        assert loaded[code].hot_hold_ok is wanted.hot_hold_ok


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hsr", "红烧肉"),
        ("qzly", "清蒸鲈鱼"),
        ("红烧", "红烧肉"),
        ("M16", "宫保鸡丁"),
        ("m16", "宫保鸡丁"),
    ],
)
async def test_a_dish_is_found_by_initials_name_or_code(
    database: object, typed: str, found: str
) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    names = [each.name for each in find_dishes((await food.dishes()).values(), typed)]
    assert found in names


async def test_nothing_typed_finds_nothing(database: object) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    assert find_dishes((await food.dishes()).values(), " ") == []


def test_the_mean_of_a_week_keeps_its_gaps() -> None:
    week = nutrition.mean_of(
        [
            Nutrition({"na_mg": 800.0}),
            Nutrition({"na_mg": 600.0}, 0.0, frozenset({"na_mg"})),
        ]
    )
    assert week.amount("na_mg") == 700
    assert week.incomplete == {"na_mg"}
