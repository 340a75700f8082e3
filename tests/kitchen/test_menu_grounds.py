"""Cost, equipment and needs by sex and age: the sums behind a day's consequences."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen import food, menu_rules, prices
from kitchen.consequences import Grounds, consequences_of
from kitchen.equipment import load_of, minutes_of
from kitchen.errors import Refusal
from kitchen.food import DishFacts, IngredientFacts
from kitchen.menu_rules import usual_rules
from kitchen.menus import DayMenu, MenuLine
from kitchen.nutrition import nutrition_of
from kitchen.prices import NewPrice, cost_of, cost_of_set
from kitchen.scaling import Scaling
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter
from tests.kitchen.plates import dish, dishes, ingredients, order

RULES = usual_rules("lunch")
ALL = sorted(dishes().values(), key=lambda one: one.code)
KILO = {food.id: 1000 for food in ingredients().values()}  # ten yuan a kilogram


def day_menu(*names: str) -> DayMenu:
    lines = [MenuLine("A", row, dish(name)) for row, name in enumerate(names, start=1)]
    return DayMenu(1, TODAY, "lunch", tuple(lines))


# Cost -------------------------------------------------------------------------


def test_a_cost_is_gross_weight_times_price() -> None:
    rice = dish("白米饭")
    bought = [line for line in rice.recipe if line.ingredient.is_bought]
    grams = sum(line.gross_decigrams for line in bought) / 10
    cost = cost_of(rice.recipe, KILO)
    assert cost.fen == pytest.approx(grams)  # a gram costs a fen
    assert cost.is_complete


def test_a_cost_counts_what_this_kitchen_gets_out_of_what_it_buys() -> None:
    rice = dish("白米饭")
    line = next(line for line in rice.recipe if line.ingredient.is_bought)
    half = Scaling(yields={line.ingredient.id: 50.0})
    added = line.net_decigrams / 10 * 2 - line.gross_decigrams / 10
    assert cost_of_set([rice], KILO, half).fen == pytest.approx(
        cost_of(rice.recipe, KILO).fen + added
    )
    grounds = Grounds(RULES, prices=KILO, scaling=half)
    (found,) = consequences_of(day_menu("白米饭"), {}, [], {}, {}, grounds).sets
    assert found.cost.fen == pytest.approx(cost_of(rice.recipe, KILO, half).fen)


def test_an_unpriced_ingredient_makes_a_lower_bound_and_water_does_not() -> None:
    soup = dish("番茄鸡蛋汤")
    egg = next(i for i in ingredients().values() if i.name == "鸡蛋")
    cost = cost_of(soup.recipe, {k: v for k, v in KILO.items() if k != egg.id})
    assert cost.unpriced == {"鸡蛋"}
    assert 0 < cost.fen < cost_of(soup.recipe, KILO).fen
    assert cost_of_set([soup, dish("白米饭")], {}).fen == 0
    assert "粳米" in cost_of_set([soup, dish("白米饭")], {}).unpriced
    assert not cost_of((), KILO).is_complete


async def test_the_newest_price_begun_by_then_counts(database: object) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    rice = next(f for f in await food.ingredients_in_use() if f.name == "粳米")
    told = [
        NewPrice(rice.id, "张记", 560, TODAY - timedelta(days=9)),
        NewPrice(rice.id, "李记", 600, TODAY),
        NewPrice(rice.id, "张记", 640, TODAY + timedelta(days=1)),
    ]
    doer: Any = {"by": CHEN, "now": MORNING}
    assert await prices.set_prices(cast.kitchen, told, **doer) == 3
    assert await prices.set_prices(cast.kitchen, told, **doer) == 0  # told already
    for days, fen in ((-10, None), (-1, 560), (0, 600), (1, 640)):
        known = await prices.prices_on(cast.kitchen, TODAY + timedelta(days=days))
        assert known.get(rice.id) == fen
    assert [p.supplier for p in await prices.prices_of(cast.kitchen, rice.id)] == [
        "张记",
        "李记",
        "张记",
    ]
    assert await prices.prices_on(cast.kitchen + 1, TODAY) == {}
    with pytest.raises(Refusal, match="price_out_of_range"):
        await prices.set_prices(
            cast.kitchen, [NewPrice(rice.id, "", -1, TODAY)], **doer
        )
    with pytest.raises(Refusal, match="ingredient_unknown"):
        await prices.set_prices(cast.kitchen, [NewPrice(999_999, "", 1, TODAY)], **doer)


def test_a_set_over_its_budget_is_told_and_one_without_a_budget_is_not() -> None:
    menu = day_menu("红烧肉", "白米饭")
    grounds = Grounds(replace(RULES, budget_fen=100), prices=KILO)
    over = consequences_of(menu, {}, [], {}, {}, grounds).over_budget
    assert [one.choice for one in over] == ["A"]
    free = replace(grounds, rules=RULES)
    assert consequences_of(menu, {}, [], {}, {}, free).over_budget == ()


# Needs ------------------------------------------------------------------------


def test_people_are_counted_by_sex_and_age_band() -> None:
    people = {1: ("female", 80), 2: ("female", 75), 3: ("male", 70), 4: ("male", 60)}
    grounds = Grounds(RULES, people=people)
    orders = [order(n) for n in (1, 2, 3, 4, 5)]  # nobody knows the fifth one's age
    (found,) = consequences_of(day_menu("红烧肉"), {}, orders, {}, {}, grounds).sets
    assert [(b.reference.sex, b.reference.age_from, b.people) for b in found.bands] == [
        ("male", 65, 2),
        ("female", 75, 2),
    ]
    energy = {b.reference.sex: b.distances[0] for b in found.bands}
    assert energy["male"].target == pytest.approx(1900 * 0.4)
    assert energy["female"].target == pytest.approx(1500 * 0.4)


def test_the_share_of_the_day_is_a_setting() -> None:
    grounds = Grounds(replace(RULES, share_percent=35))
    (found,) = consequences_of(day_menu("红烧肉"), {}, [], {}, {}, grounds).sets
    assert found.distances[0].target == pytest.approx(1500 * 0.35)


def test_unknown_is_never_zero() -> None:
    rice = dish("白米饭")
    line = rice.recipe[0]
    bare = {k: v for k, v in line.ingredient.per_100g.items() if k != "ca_mg"}
    unknown: IngredientFacts = replace(line.ingredient, per_100g=bare)
    made: DishFacts = replace(
        rice, recipe=(replace(line, ingredient=unknown), *rice.recipe[1:])
    )
    total = nutrition_of(made.recipe)
    assert total.incomplete == {"ca_mg"}
    menu = DayMenu(1, TODAY, "lunch", (MenuLine("A", 5, made),))
    (found,) = consequences_of(menu, {}, [], {}, {}).sets
    assert {d.nutrient for d in found.distances if d.incomplete} == {"ca_mg"}


# Equipment --------------------------------------------------------------------


@given(
    portions=st.dictionaries(st.sampled_from(ALL), st.integers(0, 900), max_size=7),
    pots=st.integers(0, 6),
    steamers=st.integers(0, 4),
)
@settings(max_examples=80, deadline=None)
def test_no_pot_holds_two_fillings_at_once(
    portions: dict[DishFacts, int], pots: int, steamers: int
) -> None:
    rules = replace(RULES, pots=pots, steamers=steamers)
    for load in load_of(portions, rules, 60, 615):
        needed = sum(b.to_minutes - b.from_minutes for b in load.batches)
        assert needed == load.needed_minutes or load.missing
        for unit in range(1, load.units + 1):
            mine = sorted(
                (b.from_minutes, b.to_minutes) for b in load.batches if b.unit == unit
            )
            assert all(a[1] <= b[0] for a, b in pairwise(mine))
            assert all(end <= 615 for _start, end in mine)
        assert load.starts_minutes == min(
            (b.from_minutes for b in load.batches), default=615
        )


def test_too_few_pots_are_told_with_when_the_first_must_be_lit() -> None:
    braised = dish("红烧肉")
    (load,) = load_of({braised: 300}, replace(RULES, pots=1), 60, 615)
    assert len(load.batches) == 5
    assert load.starts_minutes == 615 - 5 * minutes_of(braised)
    assert not load.is_too_much
    (load,) = load_of({braised: 400}, replace(RULES, pots=1), 60, 615)
    assert load.late_minutes == 420 - load.starts_minutes
    assert load.is_too_much
    steamed = next(d for d in ALL if d.cook_method == "蒸")
    (load,) = load_of({steamed: 10}, replace(RULES, steamers=0), 60, 615)
    assert load.missing == (steamed,)


# The rules --------------------------------------------------------------------


async def test_the_rules_are_the_newest_row(database: object) -> None:
    cast = await enter()
    assert await menu_rules.rules_for(cast.kitchen, "lunch") == RULES
    tighter = replace(RULES, budget_fen=850, dish_days=14)
    for _twice in range(2):
        await menu_rules.set_rules(cast.kitchen, "lunch", tighter, by=CHEN, now=MORNING)
    assert await menu_rules.rules_for(cast.kitchen, "lunch") == tighter
    assert await menu_rules.rules_for(cast.kitchen, "dinner") == usual_rules("dinner")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"share_percent": 0}, "menu_rule_share"),
        ({"share_percent": 101}, "menu_rule_share"),
        ({"edition": "DRIs 1988"}, "menu_rule_edition"),
        ({"pots": -1}, "menu_rule_negative"),
        ({"steamer_portions": 0}, "menu_rule_negative"),
        ({"budget_fen": -1}, "menu_rule_negative"),
    ],
)
def test_rules_that_make_no_sense_are_refused(changes: Any, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        replace(RULES, **changes)
