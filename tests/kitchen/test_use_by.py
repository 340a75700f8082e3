"""Until when food may be eaten: one rule for labels, rounds and checks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.use_by import HoldingFacts, life_of
from tests.kitchen.test_production import KITCHEN

DONE = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def reading(kind: str, degrees: float, minutes: int) -> HoldingFacts:
    return HoldingFacts(
        round(degrees * 10), DONE + timedelta(minutes=minutes), "孙", kind
    )


@pytest.mark.parametrize(
    ("readings", "hours", "rule"),
    [
        ([], 2, "fresh"),
        ([("hold", 62, 60)], 4, "held"),
        ([("chilled", 8, 120)], 24, "chilled"),
        ([("chilled", 8.1, 120)], 2, "fresh"),  # not cold enough
        ([("chilled", 5, 121)], 2, "fresh"),  # too slowly
        ([("chilled", 5, 90), ("hold", 12, 300)], 2, "fresh"),  # warmed on the shelf
        ([("chilled", 5, 90), ("hold", 6, 300)], 24, "chilled"),
        ([("chilled", 5, 90), ("reheated", 70, 600)], 12, "reheated"),
        ([("chilled", 5, 90), ("reheated", 69.9, 600)], 24, "chilled"),
        (
            [("chilled", 5, 90), ("reheated", 75, 600), ("hold", 65, 700)],
            14,
            "reheated",
        ),
        (
            [("chilled", 5, 90), ("reheated", 75, 1400)],
            24,
            "reheated",
        ),  # never past 24 h
        ([("reheated", 75, 60)], 2, "fresh"),  # it was never chilled
    ],
)
def test_each_way_of_keeping_has_its_time(
    readings: list[tuple[str, float, int]], hours: int, rule: str
) -> None:
    life = life_of(DONE, [reading(*each) for each in readings], KITCHEN)
    assert (life.use_by - DONE, life.rule) == (timedelta(hours=hours), rule)
    assert life.must_reheat is (rule == "chilled")


def test_every_limit_is_a_setting_of_the_kitchen() -> None:
    strict = replace(
        KITCHEN,
        eat_within_minutes=60,
        hot_decidegrees=650,
        cold_decidegrees=50,
        eat_within_chilled_minutes=720,
    )
    assert life_of(DONE, [reading("hold", 64, 30)], strict).rule == "fresh"
    assert life_of(DONE, [], strict).use_by == DONE + timedelta(hours=1)
    cold = life_of(DONE, [reading("chilled", 5, 90)], strict)
    assert cold.use_by == DONE + timedelta(hours=12)


readings = st.lists(
    st.builds(
        reading,
        st.sampled_from(["hold", "chilled", "reheated"]),
        st.floats(0, 95),
        st.integers(0, 1500),
    ),
    max_size=6,
)


@given(
    found=readings,
    more=st.builds(reading, st.just("hold"), st.floats(9, 59), st.integers(0, 1500)),
)
def test_a_lukewarm_reading_never_makes_food_last_longer(
    found: list[HoldingFacts], more: HoldingFacts
) -> None:
    before = life_of(DONE, found, KITCHEN).use_by
    assert life_of(DONE, [*found, more], KITCHEN).use_by <= before
    assert DONE + timedelta(hours=2) <= before <= DONE + timedelta(hours=24)
