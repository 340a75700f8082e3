"""Three faces: one tap each, no name, what they say of points and dishes."""

from datetime import date

import pytest

from kitchen import feedback
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.feedback import Opinion
from tests.kitchen.cast import MORNING, SUN, TODAY, Cast, enter
from tests.kitchen.test_meals import hand_over, lunch_for


async def tap(cast: Cast, score: str, act: str = "") -> None:
    await feedback.give(
        cast.chaoyang,
        TODAY,
        "lunch",
        score,
        device="screen",
        by=SUN,
        now=MORNING,
        act=act,
    )


async def test_a_tap_is_one_row_and_no_more_than_ate(database: object) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="feedback_beyond_meals"):
        await tap(cast, "good")
    await hand_over(lunch_for(cast, cast.li))
    await hand_over(lunch_for(cast, cast.zhou))
    with pytest.raises(Refusal, match="score_unknown"):
        await tap(cast, "great")
    for _ in range(2):
        await tap(cast, "good", act="tap-1")
    await tap(cast, "poor", act="tap-2")
    with pytest.raises(Refusal, match="feedback_beyond_meals"):
        await tap(cast, "poor", act="tap-3")
    assert len(await rows("SELECT id FROM meal_feedback")) == 2
    taps = await feedback.taps_for(cast.kitchen, TODAY, TODAY)
    assert feedback.opinions_by_point(taps) == {cast.chaoyang: Opinion(1, 0, 1)}


def test_a_tap_counts_for_each_dish_of_its_meal_and_the_least_liked_come_first() -> (
    None
):
    one, two = date(2026, 11, 24), date(2026, 11, 25)
    taps: list[feedback.Taps] = [
        (one, "lunch", 1, "good", 3),
        (one, "lunch", 2, "poor", 1),
        (two, "lunch", 1, "fair", 2),
        (two, "dinner", 1, "poor", 5),  # no menu written: counts for no dish
    ]
    dishes = {(one, "lunch"): ["红烧肉", "白米饭"], (two, "lunch"): ["白米饭"]}
    found = feedback.opinions_by_dish(taps, dishes)
    assert list(found.items()) == [
        ("白米饭", Opinion(3, 2, 1)),
        ("红烧肉", Opinion(3, 0, 1)),
    ]
    assert found["红烧肉"].good_per_mille == 750
    assert Opinion().good_per_mille == 0
