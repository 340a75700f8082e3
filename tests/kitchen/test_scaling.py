"""Salt and oil in large pots, and what is bought for what is eaten."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kitchen import food
from kitchen.blocks import blocks_for
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.kitchen_day import kitchen_day
from kitchen.portions import ProductionSheet, purchases_for, sheet_for
from kitchen.scaling import (
    PLAIN,
    Rule,
    Scaling,
    kind_of,
    scaling_for,
    set_rules,
    set_yield,
)
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter
from tests.kitchen.plates import dish, dishes, ingredients, order
from tests.kitchen.test_production import KITCHEN, LUNCH, cooking

SALT_90 = Rule(30, 90, "自己试做")
some_rules = some.builds(
    Rule, some.integers(1, 200), some.integers(50, 100), some.just("试做")
)


def sheet_of(portions: int, scaling: Scaling = PLAIN) -> ProductionSheet:
    orders = [order(number) for number in range(1, portions + 1)]
    sets = {"A": [dish("番茄炒蛋")]}
    blocks = blocks_for(orders, sets, {}, {})
    return sheet_for(orders, blocks, KITCHEN, LUNCH, scaling=scaling)


def grams(sheet: ProductionSheet, kind: str) -> float:
    return sum(
        need.net_grams
        for row in sheet.dishes
        for need in row.needs
        if kind_of(need.ingredient) == kind
    )


@given(some_rules, some.floats(1, 2000), some.floats(1, 2000))
def test_a_larger_pot_takes_more_but_never_more_than_in_proportion(
    rule: Rule, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert 0 < rule.share(large) <= rule.share(small) <= 1
    assert large * rule.share(large) >= small * rule.share(small) - 1e-9
    assert rule.share(rule.base_portions) == 1.0  # no step where it begins


@given(some.lists(some.floats(1, 500), min_size=1, max_size=8), some_rules)
def test_several_pots_take_between_one_small_and_one_large(
    sizes: list[float], rule: Rule
) -> None:
    share = Scaling({"seasoning": rule}).share(_salt(), sizes)
    assert rule.share(max(sizes)) - 1e-9 <= share <= rule.share(min(sizes)) + 1e-9


def _salt() -> food.IngredientFacts:
    return next(one for one in ingredients().values() if one.name == "食盐")


def test_twice_the_pot_takes_less_than_twice_the_salt_and_all_the_eggs() -> None:
    rules = Scaling({"seasoning": SALT_90, "oil": Rule(30, 95, "试做")})
    plain, scaled = sheet_of(100), sheet_of(100, rules)
    pots = scaled.dishes[0].pots[0].batches
    salt = sum(n * SALT_90.share(n) for n in pots) / sum(pots)
    assert grams(scaled, "seasoning") == pytest.approx(salt * grams(plain, "seasoning"))
    assert grams(scaled, "oil") < grams(plain, "oil")
    assert grams(scaled, "") == pytest.approx(grams(plain, ""))
    bought = {p.ingredient.name: p.gross_grams for p in purchases_for([scaled])}
    usual = {p.ingredient.name: p.gross_grams for p in purchases_for([plain])}
    assert bought["食盐"] < usual["食盐"]
    assert bought["鸡蛋"] == usual["鸡蛋"]


def test_until_the_kitchen_says_something_everything_is_in_proportion() -> None:
    line = _some_line()
    assert PLAIN.gross_decigrams(line) == line.gross_decigrams
    assert PLAIN.share(_salt(), [500.0]) == 1.0


def _some_line() -> food.RecipeLine:
    return next(iter(dishes().values())).recipe[0]


@given(some.floats(1, 300))
def test_what_is_bought_follows_from_what_is_got_out_of_it(percent: float) -> None:
    line = _some_line()
    found = Scaling(yields={line.ingredient.id: percent}).gross_decigrams(line)
    assert found * percent / 100 == pytest.approx(line.net_decigrams)


@pytest.mark.parametrize(
    ("base", "exponent", "source", "code"),
    [
        (0, 90, "试做", "scale_rule"),
        (30, 49, "试做", "scale_rule"),
        (30, 101, "试做", "scale_rule"),
        (30, 90, " ", "source_missing"),
    ],
)
def test_a_rule_without_sense_or_source_is_refused(
    base: int, exponent: int, source: str, code: str
) -> None:
    with pytest.raises(Refusal, match=code):
        Rule(base, exponent, source)


async def test_the_days_sheet_and_list_follow_the_kitchens_figures(
    database: object,
) -> None:
    cast = await enter()
    await cooking(cast)
    before = await kitchen_day(cast.kitchen, TODAY, "lunch")
    for _ in range(2):  # the same again changes nothing
        await set_rules(
            cast.kitchen, {"oil": Rule(1, 80, "试做")}, by=CHEN, now=MORNING
        )
    line = before.sheet.dishes[0].dish.recipe[0]
    await set_yield(
        cast.kitchen, line.ingredient.id, 50.0, "称过", by=CHEN, now=MORNING
    )
    after = await kitchen_day(cast.kitchen, TODAY, "lunch")
    assert grams(after.sheet, "oil") < grams(before.sheet, "oil")
    need = next(
        n for n in after.sheet.dishes[0].needs if n.ingredient.id == line.ingredient.id
    )
    assert need.gross_grams == pytest.approx(2 * need.net_grams)
    assert len(await rows("SELECT id FROM scale_rule")) == 1
    await set_yield(cast.kitchen, line.ingredient.id, 0, "", by=CHEN, now=MORNING)
    assert (await scaling_for(cast.kitchen)).yields == {}
    for percent, source, code in (
        (301.0, "称过", "yield_percent"),
        (50.0, "", "source_missing"),
    ):
        with pytest.raises(Refusal, match=code):
            await set_yield(
                cast.kitchen, line.ingredient.id, percent, source, by=CHEN, now=MORNING
            )
