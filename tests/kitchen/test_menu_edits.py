"""One edit of the grid: blocks, undoing, whole weeks, cycle menus."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import database, food, menu_cycles, menus
from kitchen.errors import Refusal
from kitchen.menus import Place
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter

MONDAY = menus.monday_of(TODAY)
NEXT = MONDAY + timedelta(days=7)
DOER: Any = {"by": CHEN, "now": MORNING}


async def stocked() -> tuple[Cast, dict[str, int]]:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    return cast, {each.name: each.id for each in (await food.dishes()).values()}


async def names(cast: Cast, day: date = TODAY) -> list[str]:
    menu = await menus.menu_for(cast.kitchen, day, "lunch")
    return [dish.name for dish in menu.sets["A"]]


async def write(
    cast: Cast, cells: dict[Place, int | None], kind: str = "paste"
) -> menus.Edit:
    return await menus.write_cells(
        cast.kitchen, "lunch", cells, kind, by=CHEN, now=MORNING
    )


async def test_a_block_is_one_edit_and_is_undone_as_one(database: object) -> None:
    cast, ids = await stocked()
    await write(cast, {Place(TODAY, "A", 1): ids["红烧肉"]})
    block = {
        Place(TODAY, "A", 1): ids["番茄龙利鱼"],
        Place(TODAY, "A", 3): ids["清炒菠菜"],
        Place(MONDAY, "A", 1): ids["宫保鸡丁"],
    }
    edit = await write(cast, block)
    assert (len(edit.changed), edit.refused) == (3, {})
    assert await names(cast) == ["番茄龙利鱼", "清炒菠菜"]
    assert edit.id is not None
    await menus.undo_edit(cast.kitchen, edit.id, **DOER)
    assert await names(cast) == ["红烧肉"]
    assert await names(cast, MONDAY) == []
    again = await menus.undo_edit(cast.kitchen, edit.id, **DOER)
    assert again.changed == ()  # twice is harmless
    assert await names(cast) == ["红烧肉"]


async def test_good_cells_of_a_block_are_written_and_bad_ones_told(
    database: object,
) -> None:
    cast, ids = await stocked()
    block = {
        Place(TODAY, "A", 1): ids["红烧肉"],
        Place(TODAY, "A", 2): ids["红烧肉"],  # the same dish twice
        Place(TODAY, "A", 5): 99_999,
        Place(TODAY, "A", 4): ids["番茄鸡蛋汤"],
    }
    edit = await write(cast, block)
    codes = {place.position: refusal.code for place, refusal in edit.refused.items()}
    assert codes == {2: "dish_twice", 5: "dish_unknown"}
    assert await names(cast) == ["红烧肉", "番茄鸡蛋汤"]


async def test_two_dishes_change_places_in_one_edit(sqlite_database: object) -> None:
    cast, ids = await stocked()
    first, second = Place(TODAY, "A", 3), Place(TODAY, "A", 6)
    await write(cast, {first: ids["清炒菠菜"], second: ids["蒜蓉西兰花"]})
    edit = await write(cast, {first: ids["蒜蓉西兰花"], second: ids["清炒菠菜"]})
    assert edit.refused == {}
    menu = await menus.menu_for(cast.kitchen, TODAY, "lunch")
    assert [menu.dish_at("A", row).name for row in (3, 6)] == [  # type: ignore[union-attr]
        "蒜蓉西兰花",
        "清炒菠菜",
    ]


async def test_undo_leaves_what_somebody_has_changed_since(database: object) -> None:
    cast, ids = await stocked()
    edit = await write(cast, {Place(TODAY, "A", 1): ids["红烧肉"]})
    await menus.write_cells(
        cast.kitchen,
        "lunch",
        {Place(TODAY, "A", 1): ids["宫保鸡丁"]},
        "set_dish",
        by=SUN,
        now=MORNING,
    )
    assert edit.id is not None
    with pytest.raises(Refusal, match="menu_changed_since"):
        await menus.undo_edit(cast.kitchen, edit.id, **DOER)
    with pytest.raises(Refusal, match="edit_unknown"):
        await menus.undo_edit(cast.kitchen + 1, edit.id, **DOER)
    assert await names(cast) == ["宫保鸡丁"]


async def test_each_person_undoes_their_own_steps_backwards(
    sqlite_database: object,
) -> None:
    cast, ids = await stocked()
    for name in ("红烧肉", "宫保鸡丁"):
        await write(cast, {Place(TODAY, "A", 1): ids[name]})

    async def last(staff_id: int | None) -> menus.LastEdit | None:
        return await menus.last_edit(cast.kitchen, "lunch", MONDAY, TODAY, staff_id)

    assert await last(SUN.staff_id) is None
    for left in (["红烧肉"], []):
        newest = await last(CHEN.staff_id)
        assert newest is not None
        await menus.undo_edit(cast.kitchen, newest.id, **DOER)
        assert await names(cast) == left
    assert await last(CHEN.staff_id) is None


async def test_an_undone_edit_is_in_the_audit_trail(sqlite_database: object) -> None:
    cast, ids = await stocked()
    edit = await write(cast, {Place(TODAY, "A", 1): ids["红烧肉"]})
    assert edit.id is not None
    await menus.undo_edit(cast.kitchen, edit.id, **DOER)
    found = await database.rows("SELECT action FROM audit_line ORDER BY id DESC")
    assert [row["action"] for row in found[:2]] == ["menu.undo", "menu.paste"]


async def test_copying_over_a_week_is_undone_as_one(database: object) -> None:
    cast, ids = await stocked()
    await write(cast, {Place(TODAY, "A", 1): ids["红烧肉"]})
    tuesday = TODAY + timedelta(days=7)
    await write(
        cast,
        {
            Place(tuesday, "A", 1): ids["宫保鸡丁"],
            Place(tuesday, "A", 5): ids["白米饭"],
        },
    )
    copied = await menus.copy_week(
        cast.kitchen, "lunch", MONDAY, NEXT, replace=True, **DOER
    )
    assert copied == 2  # one cell written over, one emptied
    assert await names(cast, tuesday) == ["红烧肉"]
    last = await menus.last_edit(cast.kitchen, "lunch", NEXT, NEXT, CHEN.staff_id)
    assert last is None  # the edit touched Tuesday only
    last = await menus.last_edit(
        cast.kitchen, "lunch", NEXT, NEXT + timedelta(days=6), CHEN.staff_id
    )
    assert last is not None
    await menus.undo_edit(cast.kitchen, last.id, **DOER)
    assert await names(cast, tuesday) == ["宫保鸡丁", "白米饭"]


async def two_week_cycle(cast: Cast, ids: dict[str, int]) -> int:
    await write(
        cast,
        {
            Place(MONDAY, "A", 1): ids["红烧肉"],
            Place(NEXT, "A", 1): ids["宫保鸡丁"],
            Place(NEXT, "B", 1): ids["番茄龙利鱼"],
        },
    )
    return await menu_cycles.save_cycle(
        cast.kitchen, "lunch", "冬季两周", MONDAY, 2, **DOER
    )


async def test_a_cycle_is_laid_onto_the_calendar_and_starts_over(
    database: object,
) -> None:
    cast, ids = await stocked()
    cycle = await two_week_cycle(cast, ids)
    later = MONDAY + timedelta(days=28)
    edit = await menu_cycles.apply_cycle(
        cast.kitchen, cycle, later, 2, 3, replace=False, **DOER
    )
    assert len(edit.changed) == 5  # weeks 2, 1, 2
    found = [await names(cast, later + timedelta(days=7 * n)) for n in range(3)]
    assert found == [["宫保鸡丁"], ["红烧肉"], ["宫保鸡丁"]]
    menu = await menus.menu_for(cast.kitchen, later, "lunch")
    assert menu.sets["B"][0].name == "番茄龙利鱼"
    assert edit.id is not None
    await menus.undo_edit(cast.kitchen, edit.id, **DOER)
    assert await names(cast, later) == []


@pytest.mark.parametrize("weeks", [2, 3, 4, 5])
async def test_a_cycle_has_two_to_five_weeks(
    sqlite_database: object, weeks: int
) -> None:
    cast, ids = await stocked()
    names_of = ("红烧肉", "宫保鸡丁", "番茄龙利鱼", "清蒸鲈鱼", "咸蛋蒸肉饼")[:weeks]
    starts = [MONDAY + timedelta(days=7 * n) for n in range(weeks)]
    await write(
        cast,
        {
            Place(day, "A", 1): ids[name]
            for day, name in zip(starts, names_of, strict=True)
        },
    )
    saved = (cast.kitchen, "lunch", "轮换", MONDAY, weeks)
    cycle = await menu_cycles.save_cycle(*saved, **DOER)
    later = MONDAY + timedelta(days=7 * weeks)
    onto = (cast.kitchen, cycle, later, 1, weeks + 1)
    await menu_cycles.apply_cycle(*onto, replace=False, **DOER)
    laid = [await names(cast, later + timedelta(days=7 * n)) for n in range(weeks + 1)]
    assert laid == [[name] for name in (*names_of, names_of[0])]


async def test_a_cycle_is_found_by_its_name_and_forgotten(database: object) -> None:
    cast, ids = await stocked()
    cycle = await two_week_cycle(cast, ids)
    found = await menu_cycles.cycles_of(cast.kitchen, "lunch")
    assert [(c.name, c.weeks, c.dishes) for c in found] == [("冬季两周", 2, 3)]
    await menu_cycles.drop_cycle(cast.kitchen, cycle, **DOER)
    assert await menu_cycles.cycles_of(cast.kitchen, "lunch") == []
    assert await names(cast, MONDAY) == ["红烧肉"]  # menus made from it stay


@pytest.mark.parametrize(
    ("name", "first", "weeks", "code"),
    [
        ("一周", MONDAY, 1, "cycle_weeks"),
        ("六周", MONDAY, 6, "cycle_weeks"),
        ("三周", MONDAY, 3, "cycle_week_empty"),  # the third has no menu
        ("冬季两周", MONDAY, 2, "cycle_name_taken"),
    ],
)
async def test_what_is_no_cycle_is_refused(
    sqlite_database: object, name: str, first: date, weeks: int, code: str
) -> None:
    cast, ids = await stocked()
    await two_week_cycle(cast, ids)
    with pytest.raises(Refusal, match=code):
        await menu_cycles.save_cycle(cast.kitchen, "lunch", name, first, weeks, **DOER)


async def test_a_cycle_of_another_kitchen_is_unknown(sqlite_database: object) -> None:
    cast, ids = await stocked()
    cycle = await two_week_cycle(cast, ids)
    with pytest.raises(Refusal, match="cycle_unknown"):
        await menu_cycles.apply_cycle(cast.kitchen + 1, cycle, NEXT, 1, 1, **DOER)
    with pytest.raises(Refusal, match="cycle_start"):
        await menu_cycles.apply_cycle(cast.kitchen, cycle, NEXT, 3, 1, **DOER)
