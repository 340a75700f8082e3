"""Stops as values: grouping, walking order, seconds, who comes first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.diets import Diet
from kitchen.stops import (
    DOORS_AT_ONCE,
    FLOOR_SECONDS,
    HAND_OVER_SECONDS,
    SLOW_DOOR_SECONDS,
    Drop,
    climb,
    climbs,
    grouped,
    priority_of,
    walking_order,
)

DOOR = Drop(
    diner_id=1,
    elder_id=1,
    name="王秀英",
    building_id=7,
    unit="2单元",
    floor=3,
    portions=1,
    diet=Diet(),
)


def door(diner: int, **changes: object) -> Drop:
    return replace(DOOR, diner_id=diner, elder_id=diner, **changes)


def test_the_top_floor_is_walked_first_and_an_unknown_floor_last() -> None:
    doors = [door(1, floor=None), door(2, floor=2), door(3, floor=6)]
    assert [d.diner_id for d in walking_order(doors)] == [3, 2, 1]


def test_stairs_are_climbed_once_for_all_doors_of_a_stairwell() -> None:
    both = climb([door(1, floor=5), door(2, floor=3)])
    top, middle = climb([door(1, floor=5)]), climb([door(2, floor=3)])
    assert both.service == 2 * HAND_OVER_SECONDS + 8 * FLOOR_SECONDS
    assert both.service < top.service + middle.service
    assert both.at_door == (4 * FLOOR_SECONDS, 6 * FLOOR_SECONDS + HAND_OVER_SECONDS)


def test_a_lift_saves_stairs_and_a_slow_door_takes_longer() -> None:
    stairs, lift = climb([door(1, floor=9)]), climb([door(1, floor=9, lift=True)])
    assert lift.service < stairs.service
    slow = climb([door(1, floor=9, slow_door=True)])
    assert slow.service == stairs.service + SLOW_DOOR_SECONDS


def test_neighbours_of_one_stairwell_are_one_climb_until_somebody_is_between() -> None:
    home, other = door(1), door(2, unit="3单元")
    assert [len(g) for g in climbs([home, door(3), other])] == [2, 1]
    assert [len(g) for g in climbs([home, other, door(3)])] == [1, 1, 1]


def test_a_person_without_any_address_is_a_stop_alone() -> None:
    lost = [door(n, building_id=None, unit="") for n in (1, 2)]
    assert [len(g) for g in climbs(lost)] == [1, 1]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4))),
    st.integers(1, 40),
)
def test_grouping_keeps_everybody_exactly_once_and_carries_no_more_than_allowed(
    homes: list[tuple[int, int, int]], most: int
) -> None:
    doors = [
        door(n, building_id=building, floor=floor, portions=portions)
        for n, (building, floor, portions) in enumerate(homes, start=1)
    ]
    groups = grouped(doors, most)
    assert sorted(d.key for g in groups for d in g) == sorted(d.key for d in doors)
    for group in groups:
        assert len(group) <= DOORS_AT_ONCE
        assert sum(d.portions for d in group) <= most or len(group) == 1
        assert len({d.stairwell for d in group}) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # unable outweighs everything else together
        (("unable", False, 65, ()), ("partly", True, 95, ("destitute",))),
        # living alone outweighs age and hardship
        (("able", True, 65, ()), ("able", False, 95, ("destitute",))),
        # age outweighs hardship
        (("able", False, 80, ()), ("able", False, 79, ("low_income",))),
        (("able", False, 90, ()), ("able", False, 89, ("low_income",))),
        # hardship outweighs nothing at all
        (("able", False, 70, ("low_income",)), ("able", False, 70, ())),
    ],
)
def test_whoever_needs_it_more_is_dropped_later(
    first: tuple[str, bool, int, tuple[str, ...]],
    second: tuple[str, bool, int, tuple[str, ...]],
) -> None:
    assert 0 <= priority_of(*second) < priority_of(*first) <= 100
