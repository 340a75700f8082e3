"""One number: side by side, every difference with a name."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kitchen.balance import Claimant, DishCount, Rows, balance_of
from kitchen.meals import MealRow
from kitchen.wastes import WeightLine

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def meal(number: int, claimant: Claimant) -> MealRow:
    door = claimant.way == "deliver"
    return MealRow(
        id=number,
        elder_id=claimant.elder_id,
        diner_id=claimant.diner_id,
        portion=1,
        channel="door" if door else "table",
        point_id=None if door else int(claimant.place.partition(":")[2]),
        stop_id=None,
        tariff="subsidised",
        list_price_fen=1300,
        self_pay_fen=500,
        lines=(),
        payment="cash",
        served_at=NOON,
        by="孙阿姨",
    )


WANG = Claimant(1, 11, "王秀英", "round:1", "deliver", "soft", 1, "elder")
LI = Claimant(2, 12, "李德福", "point:5", "dine_in", "regular", 1)
ZHOU = Claimant(3, 13, "周建国", "point:5", "collect", "regular", 1)
ZHANG = Claimant(4, 14, "张玉珍", "round:1", "deliver", "regular", 1, "refused")

GOOD_DAY = Rows(
    eaters=(WANG, LI, ZHOU, ZHANG),
    cancelled=(),
    spares={("point:5", "regular"): 1},
    dishes=(DishCount(1, "红烧肉", 5, 5, 125), DishCount(2, "米饭", 5, 5, 130)),
    sample_grams=125,
    labels={1: 1, 3: 1, 4: 1},
    packed={("point:5", "regular"): 2},
    loaded={
        ("round:1", "soft"): 1,
        ("round:1", "regular"): 1,
        ("point:5", "regular"): 3,
    },
    by_round=frozenset({"round:1", "point:5"}),
    signed=frozenset({"point:5"}),
    received={("point:5", "regular"): 3},
    meals=(meal(1, WANG), meal(2, LI), meal(3, ZHOU)),
    slots=frozenset({1, 2, 3}),
    moved={},
    leftovers={("round:1", "returned"): 1, ("point:5", "wasted"): 1},
    unbalanced=(),
)


def test_a_good_day_has_no_difference_and_one_number() -> None:
    balance = balance_of(GOOD_DAY)
    assert balance.differences == ()
    assert dict(balance.chain) == {
        "ordered": 4,
        "planned": 5,
        "cooked": 5,
        "portioned": 5,
        "loaded": 5,
        "handed_over": 3,
        "returned": 1,
        "wasted": 1,
        "claimed": 3,
    }


def pots(weighed: int, **more: int) -> WeightLine:
    return WeightLine(1, "红烧肉", weighed, 750, 125, more.get("left", 0), 150)


def test_pots_that_weigh_what_was_served_sampled_and_left_are_no_difference() -> None:
    cancelled = replace(LI, diner_id=9)
    for rows in (
        replace(GOOD_DAY, weights=(pots(875),)),
        replace(GOOD_DAY, weights=(pots(905),)),  # a ladle is no scale
        replace(GOOD_DAY, weights=(pots(1175, left=300),)),
    ):
        assert balance_of(rows).differences == ()
    # somebody cancelled after the close was cooked for, and may have been served
    spare = replace(GOOD_DAY, cancelled=(cancelled,), weights=(pots(1025),))
    assert "weight" not in {d.code for d in balance_of(spare).differences}


def without(mapping: dict[object, int], key: object) -> dict[object, int]:
    return {k: v for k, v in mapping.items() if k != key}


@pytest.mark.parametrize(
    ("rows", "code", "what"),
    [
        # a label is missing: the person is named
        (replace(GOOD_DAY, labels={1: 1, 3: 1}), "label", "张玉珍"),
        # a label for somebody who is not in the count
        (replace(GOOD_DAY, labels={**GOOD_DAY.labels, 9: 1}), "label_for_nobody", "#9"),
        # the cook's row is missing
        (
            replace(GOOD_DAY, dishes=(DishCount(1, "红烧肉", 5, 0, 125),)),
            "cooked",
            "红烧肉",
        ),
        # no sample was kept
        (
            replace(GOOD_DAY, dishes=(DishCount(1, "红烧肉", 5, 5, 0),)),
            "sample",
            "红烧肉",
        ),
        # five portions at 150 g, a sample, nothing left: one ladle in ten is missing
        (replace(GOOD_DAY, weights=(pots(800),)), "weight", "红烧肉"),
        # and two portions more in the pots than anybody had
        (replace(GOOD_DAY, weights=(pots(1175),)), "weight", "红烧肉"),
        (replace(GOOD_DAY, packed={}), "packed", "regular"),
        (
            replace(GOOD_DAY, loaded=without(GOOD_DAY.loaded, ("round:1", "soft"))),
            "loaded",
            "soft",
        ),
        (replace(GOOD_DAY, received={}), "received", "regular"),
        # nobody signed for the point's containers
        (replace(GOOD_DAY, signed=frozenset()), "unsigned", "point:5"),
        # the outcome at the door is missing: nobody is delivered by default
        (
            replace(GOOD_DAY, eaters=(replace(WANG, outcome=""), LI, ZHOU, ZHANG)),
            "unreported",
            "王秀英",
        ),
        # reported as handed over, but no meal row
        (replace(GOOD_DAY, meals=GOOD_DAY.meals[1:]), "handed_over", "王秀英"),
        # a diner's meal is missing: the portion is still in hand, with the name
        (
            replace(GOOD_DAY, meals=(GOOD_DAY.meals[0], GOOD_DAY.meals[2])),
            "in_hand",
            "李德福",
        ),
        # nobody said what became of a portion
        (
            replace(GOOD_DAY, leftovers={("round:1", "returned"): 1}),
            "in_hand",
            "",
        ),
        (replace(GOOD_DAY, slots=frozenset({1, 2})), "slot", "#3"),
        (replace(GOOD_DAY, unbalanced=(77,)), "ledger", "#77"),
        # an elder nobody could place on a round
        (
            replace(
                GOOD_DAY, eaters=(replace(WANG, place="unplaced"), LI, ZHOU, ZHANG)
            ),
            "unplaced",
            "王秀英",
        ),
    ],
)
def test_a_missing_row_is_named(rows: Rows, code: str, what: str) -> None:
    found = {(d.code, d.what) for d in balance_of(rows).differences}
    assert (code, what) in found


def test_who_was_cancelled_after_the_close_may_be_cooked_for_or_not() -> None:
    late = replace(LI, diner_id=9, elder_id=19, name="何阿公")
    assert balance_of(replace(GOOD_DAY, cancelled=(late,))).differences == ()
    cooked = tuple(replace(dish, cooked=6) for dish in GOOD_DAY.dishes)
    found = balance_of(replace(GOOD_DAY, cancelled=(late,), dishes=cooked)).differences
    assert [(d.code, d.expected, d.found) for d in found] == [("kept", 6, 5)]
    kept = {**GOOD_DAY.leftovers, ("kitchen", "wasted"): 1}
    day = replace(GOOD_DAY, cancelled=(late,), dishes=cooked, leftovers=kept)
    assert balance_of(day).differences == ()


def test_words_stay_with_their_difference() -> None:
    short = replace(GOOD_DAY, labels={1: 1, 3: 1})
    difference = balance_of(short).differences[0]
    noted = replace(short, notes={difference.key: "标签卡纸,手写"})
    assert balance_of(noted).open == ()
    assert balance_of(noted).differences[0].note == "标签卡纸,手写"


def with_spare(loaded: int, left: dict[tuple[str, str], int], spares: int = 2) -> Rows:
    """The good day with the kitchen's own regular spares, `loaded` of them on round 1
    and `left` somewhere by the evening."""
    return replace(
        GOOD_DAY,
        spares={**GOOD_DAY.spares, ("kitchen", "regular"): spares},
        dishes=tuple(
            replace(dish, required=5 + spares, cooked=5 + spares)
            for dish in GOOD_DAY.dishes
        ),
        loaded={**GOOD_DAY.loaded, ("round:1", "regular"): 1 + loaded},
        leftovers={**GOOD_DAY.leftovers, **left},
    )


def codes(rows: Rows) -> list[tuple[str, str, int, int]]:
    return [
        (d.code, d.place, d.expected, d.found) for d in balance_of(rows).differences
    ]


def test_the_kitchens_spares_may_ride_along_and_are_named_in_the_evening() -> None:
    home = {("kitchen", "wasted"): 1, ("round:1", "returned"): 2}
    assert codes(with_spare(1, home)) == []
    assert codes(with_spare(2, {("round:1", "returned"): 3})) == []
    assert codes(with_spare(0, {("kitchen", "wasted"): 2})) == []


def test_a_spare_that_nobody_named_is_missing_where_it_was_last() -> None:
    assert codes(with_spare(1, {("kitchen", "wasted"): 1})) == [
        ("in_hand", "round:1", 3, 2)
    ]
    assert codes(with_spare(1, {("round:1", "returned"): 2})) == [
        ("kept", "kitchen", 7, 6)
    ]


def test_more_spares_on_the_rounds_than_there_are_is_a_difference() -> None:
    three = with_spare(3, {("round:1", "returned"): 4})
    assert ("loaded", "round:1", 1, 4) in codes(three)
    two_rounds = replace(
        with_spare(2, {("round:1", "returned"): 3}),
        loaded={**with_spare(2, {}).loaded, ("round:2", "regular"): 1},
    )
    assert ("loaded", "round:2", 0, 1) in codes(two_rounds)
    soft = with_spare(0, {("kitchen", "wasted"): 2})
    soft = replace(soft, loaded={**soft.loaded, ("round:1", "soft"): 2})
    assert ("loaded", "round:1", 1, 2) in codes(soft), "a spare stays in its diet"


def test_a_spare_for_a_point_is_not_among_the_kitchens() -> None:
    day = with_spare(0, {("kitchen", "wasted"): 2})
    day = replace(day, loaded={**day.loaded, ("point:5", "regular"): 4})
    assert ("loaded", "point:5", 3, 4) in codes(day)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("round:1", "point:5"),
        ("point:5", "round:1"),
        ("round:1", "round:2"),
        ("point:5", "point:6"),
    ],
)
def test_a_portion_that_moved_is_answered_for_where_it_went(
    source: str, target: str
) -> None:
    moved = replace(GOOD_DAY, moved={source: -1, target: 1})
    found = {(code, place) for code, place, _, _ in codes(moved)}
    assert found == {("beyond_received", source), ("in_hand", target)}
    fate = next(fate for place, fate in GOOD_DAY.leftovers if place == source)
    left = {**GOOD_DAY.leftovers, (target, "wasted"): 1}
    left[target, "wasted"] += GOOD_DAY.leftovers.get((target, "wasted"), 0)
    left[source, fate] -= 1
    assert codes(replace(moved, leftovers=left)) == []
