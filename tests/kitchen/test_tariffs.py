"""Rules as data: the ten shapes in use, and any rules against a plain recount."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen.pricing import Price, someone, split_price
from kitchen.scheme_examples import example, examples
from kitchen.tariff_texts import rules_of, text_of
from kitchen.tariffs import MealFacts
from tests.kitchen.plain_price import recount

MONDAY = date(2026, 1, 5)
TOWN = (("city", 1), ("district", 2), ("street", 3))
NEXT_TOWN = (("city", 1), ("district", 2), ("street", 4))
FAR = (("city", 1), ("district", 9), ("street", 10))
POOR = frozenset({"low_income"})
PLAIN = MealFacts(MONDAY, "lunch", 70, 1500)

# code, what differs from a 70-year-old's lunch of 15 yuan, what the elder pays in fen
TEN_SHAPES = [
    # 1 fixed self-pay by age
    ("by_age", {"age": 69}, 800),
    ("by_age", {"age": 70}, 700),
    ("by_age", {"age": 80}, 600),
    ("by_age", {"age": 64, "categories": frozenset({"disabled"})}, 600),
    ("five_three_free", {"age": 75}, 500),
    ("five_three_free", {"age": 76}, 300),
    ("five_three_free", {"age": 90}, 0),
    # 2 fixed subsidy by class, by meal
    ("by_class", {"list_price_fen": 1100, "age": 74}, 1000),
    ("by_class", {"list_price_fen": 1100, "age": 75}, 600),
    ("by_class", {"list_price_fen": 1100, "categories": POOR}, 300),
    ("by_class", {"list_price_fen": 900, "age": 95}, 0),
    ("by_meal", {"meal": "breakfast", "categories": POOR}, 1400),
    ("by_meal", {"meal": "breakfast", "age": 75}, 1450),
    ("by_meal", {"meal": "dinner", "age": 75}, 1400),
    # 3 layers by funder and place
    ("by_funder", {"list_price_fen": 1200, "categories": POOR}, 100),
    ("by_funder", {"list_price_fen": 1200, "age": 80}, 300),
    ("by_funder", {"list_price_fen": 1200, "age": 79}, 500),
    ("by_funder", {"list_price_fen": 1200, "point": NEXT_TOWN}, 600),
    ("by_funder", {"list_price_fen": 1200, "point": FAR}, 900),
    # 4 percentage with a cap
    ("percent", {"list_price_fen": 1000}, 750),
    ("percent", {"list_price_fen": 1600}, 1300),
    ("percent", {"list_price_fen": 1000, "meal": "breakfast"}, 1000),
    # 5 up to a limit, workday lunches only
    ("up_to", {"categories": POOR}, 0),
    ("up_to", {"age": 99}, 1000),
    ("up_to", {"age": 100}, 1500),
    ("up_to", {"age": 80, "workday": False}, 1500),
    ("up_to", {"age": 80, "registered_here": False}, 1500),
    # 6 once a day, with a minimum spend
    ("per_day", {"list_price_fen": 500, "categories": POOR}, 500),
    ("per_day", {"list_price_fen": 501, "categories": POOR}, 1),
    (
        "per_day",
        {"categories": POOR, "paid_today": {"funder:district": 500}},
        1500,
    ),
    # 7 discount, then subsidy
    ("discount", {"age": 79}, 1350),  # 13.50 is below 15: no subsidy
    ("discount", {"age": 79, "list_price_fen": 2000}, 1600),
    ("discount", {"age": 80, "list_price_fen": 2000}, 1400),
    ("discount", {"age": 80, "list_price_fen": 1000, "categories": POOR}, 350),
    ("discount", {"age": 80, "list_price_fen": 1000, "spent_today_fen": 650}, 550),
    # 8 price by status, by set
    ("status_prices", {"categories": POOR}, 1000),
    ("status_prices", {}, 1200),
    ("status_prices", {"eligible": False}, 1500),
    ("diet_sets", {}, 1000),
    ("diet_sets", {"diets": frozenset({"sugar_control"})}, 700),
    # 9 annual pass
    ("annual_pass", {"categories": frozenset({"annual_pass"})}, 0),
    ("annual_pass", {"categories": frozenset({"annual_pass"}), "workday": False}, 1500),
    ("annual_pass", {}, 1500),
    # 10 household purse, the rest self-pay in the same serving
    ("purse", {"age": 78, "purse_fen": 10_000}, 0),
    ("purse", {"age": 78, "purse_fen": 400}, 1100),
    ("purse", {"age": 74, "purse_fen": 10_000}, 1500),
]


def price(code: str, **change: Any) -> Price:
    found = example(code)
    assert found is not None
    at_home = {"hukou": TOWN, "residence": TOWN, "point": TOWN}
    return split_price(found.rules, replace(PLAIN, **{**at_home, **change}))


@pytest.mark.parametrize(("code", "change", "self_pay_fen"), TEN_SHAPES)
def test_each_shape_in_use_gives_the_published_price(
    code: str, change: dict[str, Any], self_pay_fen: int
) -> None:
    found = price(code, **change)
    assert found.self_pay_fen == self_pay_fen
    paid = sum(line.fen for line in found.lines)
    assert paid + found.self_pay_fen == found.list_price_fen


def test_all_ten_shapes_are_shipped_and_shown_here() -> None:
    assert {one.shape for one in examples()} == set(range(1, 11))
    assert {one.code for one in examples()} == {code for code, _, _ in TEN_SHAPES}


def test_funders_pay_in_their_order() -> None:
    found = price("by_funder", list_price_fen=1200, age=80)
    assert [(line.payer, line.fen) for line in found.lines] == [
        ("funder:city", 300),
        ("funder:district", 300),
        ("funder:street", 300),
    ]


def test_four_to_six_of_five_yuan_and_one_fen_leaves_the_remainder_to_the_last() -> (
    None
):
    rules = rules_of(
        '{"layers": [{"payers": [["funder:city", 40], ["funder:district", 60]],'
        ' "rules": [{"name": "全补", "when": {}, "self_pay_fen": 0}]}]}'
    )
    for fen, parts in ((501, (200, 301)), (20_000, (8_000, 12_000))):
        found = split_price(rules, replace(PLAIN, list_price_fen=fen))
        assert tuple(line.fen for line in found.lines) == parts


def test_the_discount_is_conceded_and_never_claimed() -> None:
    found = price("discount", age=70)
    assert [(line.payer, line.fen) for line in found.lines] == [
        ("discount:operator", 150)
    ]
    assert not found.subsidised


def test_the_delivery_fee_stands_beside_the_meal() -> None:
    own = price("by_class", way="deliver")
    assert (own.self_pay_fen, own.delivery_self_fen, own.due_fen) == (1400, 200, 1600)
    assert price("by_class", way="dine_in").extras == ()
    paid = price("by_meal", way="deliver", categories=POOR, self_care="unable")
    assert [(one.kind, one.payer, one.fen) for one in paid.extras] == [
        ("delivery", "funder:district", 300)
    ]


def test_the_operator_is_paid_for_subsidised_meals_and_outside_the_price() -> None:
    found = price("up_to", age=80)
    assert [(one.kind, one.payer, one.fen) for one in found.extras] == [
        ("operator", "funder:district", 200)
    ]
    assert sum(line.fen for line in found.lines) + found.self_pay_fen == 1500
    assert price("up_to", age=69).extras == ()
    again = {"paid_today": {"operator:funder:district": 300}}
    assert price("per_day", categories=POOR, **again).extras == ()


def test_every_line_says_the_age_the_rule_and_the_version() -> None:
    found = example("five_three_free")
    assert found is not None
    facts = replace(PLAIN, age=81)
    said = {line.why for line in split_price(found.rules, facts, "三档 v4").lines}
    assert said == {"81 岁（当天）；第 2 条 76–89 岁三元（三档 v4）"}


@pytest.mark.parametrize("one", examples(), ids=lambda one: str(one.code))
def test_the_price_list_shows_somebody_each_rule_speaks_of(one: Any) -> None:
    for layer in one.rules.layers:
        for rule in layer.rules:
            assert rule.when.holds(someone(rule.when, 1500)), rule.name


# name, what is wrong with it
NO_RULES = [
    ('{"layers": [], "tax": 1}', "unknown: tax"),
    ('{"layers": [{"payers": [["funder:city", 90]], "rules": []}]}', "100 percent"),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a"}]}]}',
        "exactly one amount",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules":'
        ' [{"name": "a", "fixed_fen": 1, "percent": 1}]}]}',
        "exactly one amount",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a",'
        ' "fixed_fen": -1}]}]}',
        "below zero",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a",'
        ' "fixed_fen": 1.5}]}]}',
        "a whole number",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a",'
        ' "percent": 101}]}]}',
        "more than the whole price",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a",'
        ' "fixed_fen": 1, "when": {"shoe_size": 42}}]}]}',
        "unknown: shoe_size",
    ),
    (
        '{"layers": [{"payers": [["funder:city", 100]], "rules": [{"name": "a",'
        ' "purse": true}]}]}',
        "a purse pays alone",
    ),
    (
        '{"layers": [{"payers": [["f", 100]], "rules": [{"name": "a", "fixed_fen": 9,'
        ' "day_cap_fen": 9}]}, {"payers": [["f", 100]], "rules": []}]}',
        "one layer only",
    ),
    (
        '{"layers": [], "operator": [{"payers": [["f", 100]], "rules":'
        ' [{"name": "a", "percent": 10}]}]}',
        "a fixed amount",
    ),
    ('{"layers": [], "discounts": [{"name": "a", "percent": 120}]}', "0 to 100"),
    ('{"layers": [], "delivery": {"fee_fen": -5}}', "below zero"),
]


@pytest.mark.parametrize(("text", "what"), NO_RULES)
def test_rules_that_make_no_sense_are_refused_by_name(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        rules_of(text)


# Any rules at all -------------------------------------------------------------

fen = st.integers(0, 2500)
asked = st.sampled_from([["low_income"], ["disabled"], ["disabled", "low_income"]])
nobody: list[str] = []
codes = st.one_of(st.just(nobody), asked)
levels = st.sampled_from(["district", "street"])
places = st.sampled_from([(), TOWN, NEXT_TOWN, FAR])
whens = st.fixed_dictionaries(
    {},
    optional={
        "min_age": st.integers(55, 95),
        "max_age": st.integers(55, 95),
        "any_category": asked,
        "all_categories": asked,
        "self_care": st.just(["unable"]),
        "registered_here": st.booleans(),
        "meals": st.sampled_from([["lunch"], ["breakfast", "dinner"]]),
        "ways": st.sampled_from([["deliver"], ["dine_in", "collect"]]),
        "workday": st.booleans(),
        "any_diet": st.just(["low_salt"]),
        "hukou_in": st.sampled_from([[3], [1, 9]]),
        "residence_in": st.sampled_from([[2], [4]]),
        "point_in": st.sampled_from([[3, 4], [10]]),
        "point_shares_hukou": levels,
        "point_shares_residence": levels,
    },
)
anybody: dict[str, object] = {}
mild = st.one_of(st.just(anybody), st.just(anybody), whens)
limits = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("cap_fen", "min_spend_fen"), fen)
)
caps = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("day_cap_fen", "month_cap_fen"), fen)
)
amounts = st.one_of(
    st.builds(lambda n: {"self_pay_fen": n}, fen),
    st.builds(lambda n: {"fixed_fen": n}, fen),
    st.builds(lambda n: {"percent": n}, st.integers(0, 100)),
)
names = st.sampled_from(["甲", "乙", "丙"])


def rule_json(amount: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda name, when, a, b, c: {"name": name, "when": when, **a, **b, **c},
        *(names, mild, amount, limits, caps),
    )


def layer_json(payers: Any, amount: Any) -> st.SearchStrategy[dict[str, Any]]:
    rules = st.lists(rule_json(amount), max_size=4)
    return st.builds(lambda p, r: {"payers": p, "rules": r}, payers, rules)


shares = st.integers(0, 100).map(lambda n: [["funder:a", n], ["funder:b", 100 - n]])
fixed = st.builds(lambda n: {"fixed_fen": n}, fen)
purse_rule = rule_json(st.just({"purse": True}))
schemes = st.fixed_dictionaries(
    {
        "layers": st.tuples(
            layer_json(shares, amounts),
            st.lists(purse_rule, min_size=1, max_size=2).map(
                lambda rules: {"payers": [["grant:d", 100]], "rules": rules}
            ),
            layer_json(st.just([["funder:c", 100]]), amounts),
        ).map(list)
    },
    optional={
        "discounts": st.lists(
            st.builds(
                lambda name, when, n: {"name": name, "when": when, "percent": n},
                *(names, mild, st.integers(0, 100)),
            ),
            max_size=3,
        ),
        "delivery": st.builds(
            lambda n, layers: {"fee_fen": n, "layers": layers},
            st.integers(0, 500),
            st.lists(layer_json(shares, amounts), max_size=1),
        ),
        "operator": st.lists(layer_json(shares, fixed), max_size=1),
    },
)
payers = st.sampled_from(
    ["funder:a", "funder:b", "funder:c", "delivery:funder:a", "operator:funder:b"]
)
paid_before = st.dictionaries(payers, fen, max_size=3)
people = st.fixed_dictionaries(
    {
        "meal": st.sampled_from(["breakfast", "lunch", "dinner"]),
        "age": st.integers(55, 100),
        "list_price_fen": st.integers(0, 3000),
        "eligible": st.sampled_from([True, True, True, False]),
        "registered_here": st.booleans(),
        "categories": codes.map(frozenset),
        "self_care": st.sampled_from(["able", "unable"]),
        "way": st.sampled_from(["dine_in", "collect", "deliver"]),
        "workday": st.booleans(),
        "diets": st.sampled_from([frozenset(), frozenset({"low_salt"})]),
        "hukou": places,
        "residence": places,
        "point": places,
        "spent_today_fen": fen,
        "paid_today": paid_before,
        "paid_month": paid_before,
        "purse_fen": fen,
    }
)


@settings(max_examples=150)
@given(raw=schemes, facts=people)
def test_the_engine_agrees_with_a_plain_recount(
    raw: dict[str, Any], facts: dict[str, Any]
) -> None:
    rules = rules_of(json.dumps(raw))
    found = split_price(rules, MealFacts(day=MONDAY, **facts))
    paid, beside = Counter[str](), Counter[str]()
    for line in found.lines:
        paid[line.payer] += line.fen
    for one in found.extras:
        beside[f"{one.kind}:{one.payer}"] += one.fen
    assert recount(raw, facts) == {
        "self": found.self_pay_fen,
        "paid": dict(paid),
        "extras": dict(beside),
    }
    assert sum(paid.values()) + found.self_pay_fen == found.list_price_fen
    assert all(line.fen > 0 and line.why for line in found.lines)
    assert text_of(rules_of(text_of(rules))) == text_of(rules)
