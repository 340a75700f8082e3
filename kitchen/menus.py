"""What is cooked on a day: sets A and B of dishes, planned and published.

Set B names only what is different: a row it leaves empty is set A's dish. A menu may
be changed after it was published; the digest of what was published tells.

Tables and readers are in `menu_days`, the edit that every change is in `menu_edits`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from kitchen import audit
from kitchen.database import insert_many, rows, writing
from kitchen.errors import Refusal
from kitchen.menu_days import (
    CHOICES,
    ROWS,
    ClashDecision,
    DayMenu,
    MenuDish,
    MenuLine,
    MenuPublication,
    Publication,
    menu_for,
    menus_for,
    monday_of,
)
from kitchen.menu_edits import (
    Cells,
    Edit,
    LastEdit,
    MenuEdit,
    Place,
    last_edit,
    undo_edit,
    write_cells,
)
from kitchen.staff import Actor

__all__ = [
    "CHOICES",
    "ROWS",
    "Cells",
    "ClashDecision",
    "DayMenu",
    "Edit",
    "LastEdit",
    "MenuDish",
    "MenuEdit",
    "MenuLine",
    "MenuPublication",
    "Place",
    "Publication",
    "clear",
    "copied",
    "copy_week",
    "last_edit",
    "menu_for",
    "menus_for",
    "monday_of",
    "publish",
    "set_dish",
    "undo_edit",
    "write_cells",
    "write_week",
]

WEEK = timedelta(days=7)


def copied(
    source: Mapping[date, DayMenu],
    target: Mapping[date, DayMenu],
    shift: timedelta,
    replace: bool,
) -> Cells:
    """The cells that copying writes: into days that hold nothing, or with `replace`
    into all of them. Dishes that are cooked no more stay behind."""
    cells: dict[Place, int | None] = {}
    for day, menu in source.items():
        onto = day + shift
        if target[onto].lines and not replace:
            continue
        for old in target[onto].lines:
            cells[Place(onto, old.choice, old.position)] = None
        for line in menu.lines:
            if line.dish.active:
                cells[Place(onto, line.choice, line.position)] = line.dish.id
    return cells


# Verbs ------------------------------------------------------------------------


async def set_dish(
    kitchen_id: int,
    day: date,
    meal: str,
    choice: str,
    position: int,
    dish_id: int | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write one cell of the grid; None clears it. Refuses `dish_unknown`,
    `dish_retired`, `dish_twice` (in another row of the same set), `day_closed`."""
    place = Place(day, choice, position)
    edit = await write_cells(
        kitchen_id, meal, {place: dish_id}, "set_dish", by=by, now=now
    )
    if place in edit.refused:
        raise edit.refused[place]


async def clear(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> None:
    """Take every dish off one day's menu. Refuses `day_closed`."""
    cells = dict.fromkeys(
        Place(day, choice, position) for choice in CHOICES for position in ROWS
    )
    await write_cells(kitchen_id, meal, cells, "clear", by=by, now=now)


async def copy_week(
    kitchen_id: int,
    meal: str,
    from_monday: date,
    to_monday: date,
    *,
    replace: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """Copy a week's menu into the empty days of another, or with `replace` over it;
    days that are closed stay as they are. Returns how many cells were written;
    refuses `menu_week_empty`."""
    source = await menus_for(kitchen_id, from_monday, from_monday + WEEK, meal)
    source.pop(from_monday + WEEK)
    if not any(menu.lines for menu in source.values()):
        raise Refusal("menu_week_empty", day=from_monday)
    edit = await write_week(
        kitchen_id,
        meal,
        source,
        to_monday - from_monday,
        "copy_week",
        replace=replace,
        by=by,
        now=now,
    )
    return len(edit.changed)


async def write_week(
    kitchen_id: int,
    meal: str,
    source: Mapping[date, DayMenu],
    shift: timedelta,
    kind: str,
    *,
    replace: bool,
    by: Actor,
    now: datetime,
) -> Edit:
    """Write menus onto other days as one edit; closed days are passed over."""
    days = sorted(day + shift for day in source)
    target = await menus_for(kitchen_id, days[0], days[-1], meal)
    closed = await rows(
        "SELECT day FROM day_close WHERE kitchen = {} AND meal = {} AND day IN {}",
        *(kitchen_id, meal, days),
    )
    shut = {row["day"] for row in closed}
    open_days = {day: menu for day, menu in source.items() if day + shift not in shut}
    cells = copied(open_days, target, shift, replace)
    note = {"from": min(source), "to": days[0]}
    return await write_cells(kitchen_id, meal, cells, kind, by=by, now=now, note=note)


async def publish(
    kitchen_id: int,
    days: Sequence[date],
    meal: str,
    *,
    by: Actor,
    now: datetime,
) -> list[date]:
    """Publish the menus of these days; days without a menu and days published as
    they are now are passed over. Returns the days published; refuses `menu_empty`
    when none of them has a menu."""
    async with writing():
        menus = await menus_for(kitchen_id, min(days), max(days), meal)
        planned = [menus[day] for day in sorted(set(days)) if menus[day].lines]
        if not planned:
            raise Refusal("menu_empty", day=min(days))
        fresh = [menu for menu in planned if menu.state != "published"]
        await insert_many(
            MenuPublication,
            [
                {
                    "kitchen": kitchen_id,
                    "day": menu.day,
                    "meal": meal,
                    "digest": menu.digest,
                    "at": now,
                    "by": by.name,
                }
                for menu in fresh
            ],
        )
        published = {menu.day.isoformat(): menu.digest for menu in fresh}
        if published:
            await audit.record(
                by=by.name,
                staff_id=by.staff_id,
                at=now,
                action="menu.publish",
                object_kind="kitchen",
                object_id=kitchen_id,
                after=published,
            )
    return [menu.day for menu in fresh]
