"""Repetition, foods, fish and season: what a planner is told about a plate."""

from datetime import date, timedelta

import pytest

from kitchen.menus import DayMenu, MenuLine
from kitchen.variety import (
    Windows,
    colour_of,
    foods_of,
    has_fish,
    is_out_of_season,
    repeats_in,
    variety_of,
)
from tests.kitchen.cast import TODAY
from tests.kitchen.plates import dish, dishes

YESTERDAY = TODAY - timedelta(days=1)


def day_menu(day: date, *names: str) -> DayMenu:
    lines = [MenuLine("A", row, dish(name)) for row, name in enumerate(names, start=1)]
    return DayMenu(1, day, "lunch", tuple(lines))


def test_every_dish_has_a_colour() -> None:
    assert [each.name for each in dishes().values() if not colour_of(each)] == []


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("清炒菠菜", "green"),
        ("白米饭", "white"),
        ("红烧肉", "brown"),  # soy sauce
        ("清蒸龙利鱼", "white"),
        ("番茄鸡蛋汤", "red"),
    ],
)
def test_a_dish_is_seen_in_the_colour_of_what_weighs_most(
    name: str, colour: str
) -> None:
    assert colour_of(dish(name)) == colour


def test_the_main_dish_cooked_like_yesterdays_is_noted_within_its_window() -> None:
    earlier = {YESTERDAY: day_menu(YESTERDAY, "红烧肉")}
    other = next(
        d
        for d in dishes().values()
        if (d.category, d.cook_method, d.name) > ("main", "烧", "")
        and (d.category, d.cook_method) == ("main", "烧")
        and not {i.ingredient.name for i in d.essentials}
        & {i.ingredient.name for i in dish("红烧肉").essentials}
    )
    found = repeats_in(day_menu(TODAY, other.name), earlier)
    assert [(each.kind, each.word, each.last) for each in found] == [
        ("method", "烧", YESTERDAY)
    ]
    none = Windows(method=0, colour=0)
    assert repeats_in(day_menu(TODAY, other.name), earlier, none) == []


def test_two_dishes_of_one_ingredient_on_one_day_are_noted() -> None:
    found = repeats_in(day_menu(TODAY, "番茄龙利鱼", "清蒸龙利鱼"), {})
    assert [(each.kind, each.word, each.last) for each in found] == [
        ("ingredient", "龙利鱼", TODAY)
    ]


def test_oil_salt_sugar_and_water_are_no_foods() -> None:
    foods = foods_of([dish("番茄鸡蛋汤"), dish("白米饭")])
    assert {"番茄", "鸡蛋", "粳米"} <= foods
    assert not {"食盐", "大豆油", "白糖", "饮用水"} & foods


def test_a_week_counts_its_foods_and_its_fish() -> None:
    monday = TODAY - timedelta(days=1)
    week = {
        monday + timedelta(days=n): day_menu(
            monday + timedelta(days=n), "红烧肉", "白米饭"
        )
        for n in range(5)
    }
    seen = variety_of(week[TODAY], week)
    assert (seen.planned_days, seen.fish_days) == (5, 0)
    assert seen.wants_fish
    assert seen.wants_foods
    week[monday] = day_menu(monday, "清蒸鲈鱼", "白米饭")
    week[TODAY] = day_menu(TODAY, "番茄龙利鱼", "白米饭")
    assert not variety_of(week[TODAY], week).wants_fish
    assert has_fish(dish("清蒸鲈鱼"))
    last_week = {monday - timedelta(days=1): day_menu(monday, "清蒸鲈鱼")}
    assert variety_of(week[TODAY], last_week).planned_days == 1


def test_a_summer_dish_is_out_of_season_in_november() -> None:
    summer = next(d for d in dishes().values() if d.season == "夏")
    autumn = next(d for d in dishes().values() if d.season == "夏秋")
    assert is_out_of_season(summer, TODAY)
    assert not is_out_of_season(summer, date(2026, 7, 1))
    assert not is_out_of_season(autumn, TODAY)
    assert not is_out_of_season(dish("白米饭"), TODAY)
