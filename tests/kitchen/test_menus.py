"""Menus: cells, copied weeks, publication, consequences and decisions."""

from datetime import date, timedelta

import pytest

from kitchen import database, decisions, food, menus, plans
from kitchen.consequences import consequences_of, suitable_instead
from kitchen.diets import Diet, Vegetarian
from kitchen.errors import Refusal
from kitchen.menus import DayMenu, MenuLine
from kitchen.variety import repeats_in
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.plates import dish, dishes, order

MONDAY = menus.monday_of(TODAY)
LUNCH = {1: "宫保鸡丁", 3: "清炒菠菜", 4: "番茄鸡蛋汤", 5: "白米饭"}


async def planned(cast: Cast, day: date = TODAY) -> dict[str, int]:
    """A lunch on the menu; dish ids by name."""
    await food.load_food(by=CHEN, now=MORNING)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    for row, name in LUNCH.items():
        await put(cast, ids[name], row=row, day=day)
    return ids


async def put(
    cast: Cast, dish_id: int | None, row: int, day: date = TODAY, choice: str = "A"
) -> None:
    await menus.set_dish(
        cast.kitchen, day, "lunch", choice, row, dish_id, by=CHEN, now=MORNING
    )


async def menu(cast: Cast, day: date = TODAY) -> DayMenu:
    return await menus.menu_for(cast.kitchen, day, "lunch")


async def test_a_cell_is_written_replaced_and_cleared(database: object) -> None:
    cast = await enter()
    ids = await planned(cast)
    await put(cast, ids["红烧肉"], row=1)
    assert [each.name for each in (await menu(cast)).sets["A"]] == [
        "红烧肉",
        "清炒菠菜",
        "番茄鸡蛋汤",
        "白米饭",
    ]
    await put(cast, None, row=1)
    assert (await menu(cast)).dish_at("A", 1) is None


async def test_set_b_names_only_what_is_different(database: object) -> None:
    cast = await enter()
    ids = await planned(cast)
    await put(cast, ids["番茄龙利鱼"], row=1, choice="B")
    sets = (await menu(cast)).sets
    assert [each.name for each in sets["B"]] == [
        "番茄龙利鱼",
        "清炒菠菜",
        "番茄鸡蛋汤",
        "白米饭",
    ]
    assert sets["A"][0].name == "宫保鸡丁"


@pytest.mark.parametrize(
    ("choice", "row", "dish", "code"),
    [
        ("C", 1, "红烧肉", "menu_row_unknown"),
        ("A", 7, "红烧肉", "menu_row_unknown"),
        ("A", 2, "宫保鸡丁", "dish_twice"),  # is the main dish already
        ("A", 1, "", "dish_unknown"),
    ],
)
async def test_a_wrong_cell_is_refused(
    database: object, choice: str, row: int, dish: str, code: str
) -> None:
    cast = await enter()
    ids = await planned(cast)
    with pytest.raises(Refusal, match=code):
        await put(cast, ids.get(dish, 99_999), row=row, choice=choice)


async def test_a_change_after_publication_is_seen_until_it_is_published_again(
    database: object,
) -> None:
    cast = await enter()
    ids = await planned(cast)
    assert (await menu(cast)).state == "draft"
    published = await menus.publish(
        cast.kitchen, [TODAY], "lunch", by=CHEN, now=MORNING
    )
    assert published == [TODAY]
    assert (await menu(cast)).state == "published"
    await put(cast, ids["红烧肉"], row=1)
    assert (await menu(cast)).state == "changed"
    await put(cast, ids["宫保鸡丁"], row=1)  # put back: it is what was published
    assert (await menu(cast)).state == "published"


async def test_publishing_a_week_passes_over_empty_and_unchanged_days(
    database: object,
) -> None:
    cast = await enter()
    await planned(cast)
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    first = await menus.publish(cast.kitchen, week, "lunch", by=CHEN, now=MORNING)
    again = await menus.publish(cast.kitchen, week, "lunch", by=CHEN, now=MORNING)
    assert (first, again) == ([TODAY], [])
    with pytest.raises(Refusal, match="menu_empty"):
        await menus.publish(cast.kitchen, [MONDAY], "lunch", by=CHEN, now=MORNING)


async def test_a_copied_week_leaves_planned_days_as_they_are(
    database: object,
) -> None:
    cast = await enter()
    ids = await planned(cast)
    await planned(cast, MONDAY)
    next_tuesday = TODAY + timedelta(days=7)
    await put(cast, ids["红烧肉"], row=1, day=next_tuesday)
    next_monday = MONDAY + timedelta(days=7)
    written = await menus.copy_week(
        cast.kitchen, "lunch", MONDAY, next_monday, by=CHEN, now=MORNING
    )
    assert written == len(LUNCH)
    assert len((await menu(cast, next_monday)).lines) == len(LUNCH)
    assert [each.name for each in (await menu(cast, next_tuesday)).dishes] == ["红烧肉"]


async def test_an_empty_week_cannot_be_copied(database: object) -> None:
    cast = await enter()
    with pytest.raises(Refusal, match="menu_week_empty"):
        await menus.copy_week(
            cast.kitchen, "lunch", MONDAY, MONDAY, by=CHEN, now=MORNING
        )


async def decide(cast: Cast, elder: int, dish: int, kind: str, **how: object) -> None:
    await decisions.decide_clash(
        cast.kitchen,
        TODAY,
        "lunch",
        [elder],
        dish,
        kind,
        by=CHEN,
        now=MORNING,
        **how,
    )


async def open_people(cast: Cast) -> int:
    decided = await decisions.decisions_for(cast.kitchen, TODAY, "lunch")
    eaters = await plans.expected_eaters(cast.kitchen, TODAY, "lunch")
    seen = consequences_of(
        await menu(cast),
        {},
        eaters,
        decided,
        await decisions.substitutes_of(decided.values()),
    )
    return seen.open_people


async def test_peanuts_leave_mr_li_open_until_someone_decides(
    database: object,
) -> None:
    cast = await enter()
    ids = await planned(cast)
    chicken = ids["宫保鸡丁"]
    assert await open_people(cast) == 1
    await decide(cast, cast.li, chicken, "substitute", substitute_id=ids["番茄龙利鱼"])
    assert await open_people(cast) == 0
    await decide(cast, cast.li, chicken, "omit")  # deciding again replaces
    assert await open_people(cast) == 0
    await decisions.undecide_clash(
        cast.kitchen, TODAY, "lunch", [cast.li], chicken, by=CHEN, now=MORNING
    )
    assert await open_people(cast) == 1


async def test_serving_an_allergen_needs_a_reason_and_leaves_a_name(
    database: object,
) -> None:
    cast = await enter()
    ids = await planned(cast)
    with pytest.raises(Refusal, match="override_needs_reason"):
        await decide(cast, cast.li, ids["宫保鸡丁"], "override", reason="  ")
    await decide(cast, cast.li, ids["宫保鸡丁"], "override", reason="医生证明已无过敏")
    found = await decisions.decisions_for(cast.kitchen, TODAY, "lunch")
    decided = found[cast.li, ids["宫保鸡丁"]]
    assert (decided.kind, decided.by) == ("override", "陈经理")
    trail = await lines_of("menu.override_allergy")
    assert [line["reason"] for line in trail] == ["医生证明已无过敏"]


async def lines_of(action: str) -> list[dict[str, object]]:
    return await database.rows(
        "SELECT reason FROM audit_line WHERE action = {}", action
    )


@pytest.mark.parametrize(
    ("kind", "substitute", "code"),
    [
        ("give", "", "decision_unknown"),
        ("substitute", "", "substitute_missing"),
        ("substitute", "宫保鸡丁", "substitute_missing"),  # with itself
        ("substitute", "芝麻藕粉糊", ""),  # harmless
    ],
)
async def test_a_decision_must_help(
    database: object, kind: str, substitute: str, code: str
) -> None:
    cast = await enter()
    ids = await planned(cast)
    other = ids.get(substitute)
    if not code:
        await decide(cast, cast.li, ids["宫保鸡丁"], kind, substitute_id=other)
        return
    with pytest.raises(Refusal, match=code):
        await decide(cast, cast.li, ids["宫保鸡丁"], kind, substitute_id=other)


# Consequences, pure -----------------------------------------------------------


def day_menu(day: date, *names: str) -> DayMenu:
    lines = [MenuLine("A", row, dish(name)) for row, name in enumerate(names, start=1)]
    return DayMenu(1, day, "lunch", tuple(lines))


def test_a_dish_of_last_week_is_noted_and_rice_is_not() -> None:
    earlier = {TODAY - timedelta(days=3): day_menu(TODAY, "红烧肉", "白米饭")}
    found = repeats_in(day_menu(TODAY, "红烧肉", "白米饭"), earlier)
    assert [(each.dish.name, each.last) for each in found] == [
        ("红烧肉", TODAY - timedelta(days=3))
    ]
    long_ago = {TODAY - timedelta(days=8): day_menu(TODAY, "红烧肉")}
    assert repeats_in(day_menu(TODAY, "红烧肉"), long_ago) == []


def test_yesterdays_main_ingredient_is_noted() -> None:
    earlier = {TODAY - timedelta(days=1): day_menu(TODAY, "番茄炖牛肉")}
    found = repeats_in(day_menu(TODAY, "土豆炖牛腩"), earlier)
    assert [bool(each.word) for each in found] in ([True], [])
    same = repeats_in(
        day_menu(TODAY, "番茄龙利鱼"),
        {TODAY - timedelta(days=1): day_menu(TODAY, "清蒸龙利鱼")},
    )
    assert [each.word for each in same] == ["龙利鱼"]


def test_what_travels_badly_is_named_only_when_someone_gets_it_delivered() -> None:
    limp = next(d for d in (dish("清炒菠菜"), dish("糖醋里脊")) if not d.hot_hold_ok)
    today = day_menu(TODAY, limp.name)
    driven = consequences_of(today, {}, [order(1)], {}, {})
    assert driven.not_hot == (limp,)
    eaten = consequences_of(today, {}, [order(1, way="dine_in")], {}, {})
    assert eaten.not_hot == ()


def test_an_unfinished_set_says_what_it_lacks() -> None:
    seen = consequences_of(day_menu(TODAY, "红烧肉"), {}, [], {}, {})
    assert seen.missing == ("vegetable", "staple")
    assert consequences_of(DayMenu(1, TODAY, "lunch"), {}, [], {}, {}).missing == ()


def test_the_weeks_mean_stands_beside_the_day() -> None:
    tuesday, monday = day_menu(TODAY, "红烧肉"), day_menu(MONDAY, "白米饭")
    last_week = day_menu(MONDAY - timedelta(days=1), "番茄炖牛肉")
    around = {each.day: each for each in (tuesday, monday, last_week)}
    seen = consequences_of(tuesday, around, [], {}, {})
    day = {each.nutrient: each.amount for each in seen.sets[0].distances}
    rice = consequences_of(monday, around, [], {}, {}).sets[0].distances
    for mean, other in zip(seen.week, rice, strict=True):
        assert mean.amount == pytest.approx((day[mean.nutrient] + other.amount) / 2)


async def test_a_cleared_day_is_empty_again(database: object) -> None:
    cast = await enter()
    await planned(cast)
    for _ in range(2):  # twice is harmless
        await menus.clear(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    assert (await menu(cast)).state == "empty"


def test_one_decision_covers_everyone_with_the_same_hard_reason() -> None:
    halal, salty = Diet(halal=True), Diet(halal=True, low_salt=True)
    orders = [order(1, diet=halal), order(2, diet=salty), order(3)]
    seen = consequences_of(day_menu(TODAY, "红烧肉"), {}, orders, {}, {})
    assert [group.portions for group in seen.open_dishes] == [2]
    instead = suitable_instead(seen.open_dishes[0], seen.menu, dishes().values())
    assert instead[0].category == "main"
    assert all(each.halal != "no" for each in instead)


def test_a_vegetarian_is_offered_vegetables_but_not_those_on_the_plate() -> None:
    vegan = order(1, diet=Diet(vegetarian=Vegetarian.VEGAN))
    seen = consequences_of(day_menu(TODAY, "红烧肉", "清炒菠菜"), {}, [vegan], {}, {})
    instead = suitable_instead(seen.open_dishes[0], seen.menu, dishes().values())
    assert {each.category for each in instead} == {"vegetable"}
    assert dish("清炒菠菜") not in instead


def test_the_people_behind_a_clash_are_named() -> None:
    allergic = order(7, name="李德福", diet=Diet(allergies=("peanut",)))
    seen = consequences_of(day_menu(TODAY, "宫保鸡丁"), {}, [allergic], {}, {})
    assert [o.name for group in seen.open_dishes for o in group.people] == ["李德福"]
    sodium = seen.sets[0].distances[-1]
    assert sodium.nutrient == "na_mg"
    assert sodium.target == pytest.approx(720)
