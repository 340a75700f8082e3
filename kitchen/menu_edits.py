"""Writing cells of the menu grid: one cell, a pasted block, a whole week – always one
edit, which can be undone as one.

An edit remembers what each cell held before and after; undoing it is an edit of its
own, and touches no cell that somebody has changed since.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import DishFacts, dishes_by_id
from kitchen.menu_days import CHOICES, ROWS, DayMenu, MenuDish, menus_for
from kitchen.places import Kitchen
from kitchen.staff import Actor


class MenuEdit(Table, tablename="menu_edit"):
    """One act on the menu grid. `cells` is JSON: [day, choice, position, dish before,
    dish after]; `undoes` is the edit that this one took back."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    kind = Text()  # set_dish | clear | paste | copy_week | apply_cycle | plan | undo
    first = Date()
    last = Date()
    cells = Text()
    undoes: "ForeignKey[Any]" = ForeignKey("self", null=True)
    staff = Integer(null=True)
    at = Timestamptz()
    by = Text()


SUBSTITUTE = "substitute"
"""The kind of the edit that a closure makes, see `kitchen.closures`."""


@dataclass(frozen=True, order=True)
class Place:
    """One cell of the grid: a day, a set, a row of the set."""

    day: date
    choice: str
    position: int


Cells = Mapping[Place, int | None]
"""Place → dish id; None empties the cell."""


@dataclass(frozen=True)
class Edit:
    """What an edit did. `refused` cells were left as they were, each with its reason;
    `id` is None when nothing changed."""

    id: int | None
    changed: tuple[Place, ...] = ()
    refused: Mapping[Place, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class LastEdit:
    """The edit that "undo" would take back."""

    id: int
    kind: str
    at: datetime
    cells: int


# Pure rules -------------------------------------------------------------------


def judged(
    cells: Cells,
    menus: Mapping[date, DayMenu],
    dishes: Mapping[int, DishFacts],
    seen: Cells = MappingProxyType({}),
) -> tuple[dict[Place, int | None], dict[Place, Refusal]]:
    """The cells that may be written, and those that may not: `menu_cell_changed`,
    `menu_cell_emptied` (neither what was `seen` there nor what is asked for),
    `dish_unknown`, `dish_retired`, `dish_twice` (also in another row of the set)."""
    refused: dict[Place, Refusal] = {}
    fresh: dict[Place, int | None] = {}
    for place, dish_id in sorted(cells.items()):
        dish = dishes.get(dish_id) if dish_id is not None else None
        held = _held(menus, place)
        if place in seen and held not in (seen[place], dish_id):
            refused[place] = _changed_since(menus, place)
        elif dish_id is not None and dish is None:
            refused[place] = Refusal("dish_unknown", dish=dish_id)
        elif dish is not None and not dish.active and held != dish_id:
            refused[place] = Refusal("dish_retired", name=dish.name)
        else:
            fresh[place] = dish_id
    while twice := _twice(fresh, menus):
        place, dish_id = twice  # what was there stays, so others are looked at again
        name = dishes[dish_id].name
        refused[place] = Refusal("dish_twice", name=name, day=place.day)
        del fresh[place]
    return fresh, refused


def _changed_since(menus: Mapping[date, DayMenu], place: Place) -> Refusal:
    dish = menus[place.day].dish_at(place.choice, place.position)
    if dish is None:
        return Refusal("menu_cell_emptied")
    return Refusal("menu_cell_changed", name=dish.name)


def _twice(fresh: Cells, menus: Mapping[date, DayMenu]) -> tuple[Place, int] | None:
    """The lowest new cell whose dish another row of its set will hold too."""
    for place, dish_id in sorted(fresh.items(), reverse=True, key=lambda c: c[0]):
        if dish_id is not None and _is_twice(place, dish_id, fresh, menus):
            return place, dish_id
    return None


def _held(menus: Mapping[date, DayMenu], place: Place) -> int | None:
    dish = menus[place.day].dish_at(place.choice, place.position)
    return dish.id if dish else None


def _is_twice(
    place: Place, dish_id: int, fresh: Cells, menus: Mapping[date, DayMenu]
) -> bool:
    """Whether another row of the set will hold this dish when all cells are written."""
    for position in ROWS:
        other = Place(place.day, place.choice, position)
        if other != place:
            held = fresh[other] if other in fresh else _held(menus, other)
            if held == dish_id:
                return True
    return False


# Readers ----------------------------------------------------------------------


async def last_edit(
    kitchen_id: int, meal: str, first: date, last: date, staff_id: int | None
) -> LastEdit | None:
    """This person's newest edit of these days that was not taken back; an undo is
    itself nothing to undo, and what is eaten instead goes with its closure."""
    found = await rows(
        "SELECT e.id AS id, e.kind AS kind, e.at AS at, e.cells AS cells"
        " FROM menu_edit e LEFT JOIN menu_edit u ON u.undoes = e.id"
        " WHERE e.kitchen = {} AND e.meal = {} AND e.first <= {} AND e.last >= {}"
        " AND e.staff = {} AND e.undoes IS NULL AND u.id IS NULL"
        " ORDER BY e.id DESC LIMIT 1",
        *(kitchen_id, meal, last, first, staff_id or 0),
    )
    if not found or found[0]["kind"] == SUBSTITUTE:
        return None
    row = found[0]
    return LastEdit(row["id"], row["kind"], row["at"], len(json.loads(row["cells"])))


# Verbs ------------------------------------------------------------------------


async def write_cells(
    kitchen_id: int,
    meal: str,
    cells: Cells,
    kind: str,
    *,
    by: Actor,
    now: datetime,
    note: Mapping[str, object] | None = None,
    seen: Cells = MappingProxyType({}),
) -> Edit:
    """Write these cells as one edit; what cannot be written is left and told in
    `refused`, so also a cell that holds something else than was `seen` in it.
    Refuses `menu_row_unknown`, `day_closed` (for the whole edit)."""
    async with writing():
        return await write_in_transaction(
            kitchen_id, meal, cells, kind, by=by, now=now, note=note, seen=seen
        )


async def write_in_transaction(
    kitchen_id: int,
    meal: str,
    cells: Cells,
    kind: str,
    *,
    by: Actor,
    now: datetime,
    note: Mapping[str, object] | None = None,
    seen: Cells = MappingProxyType({}),
) -> Edit:
    """`write_cells` inside the caller's `writing()`."""
    _refuse_unknown_rows(cells)
    if not cells:
        return Edit(None)
    menus = await _held_menus(kitchen_id, meal, cells)
    dishes = await dishes_by_id({d for d in cells.values() if d is not None})
    fresh, refused = judged(cells, menus, dishes, seen)
    return await _write(
        kitchen_id, meal, fresh, menus, kind, refused, None, by, now, note
    )


async def undo_edit(kitchen_id: int, edit_id: int, *, by: Actor, now: datetime) -> Edit:
    """Take one edit back. Twice is harmless. Refuses `edit_unknown`,
    `menu_changed_since` (somebody has changed one of its cells), `day_closed`."""
    async with writing():
        return await undo_in_transaction(kitchen_id, edit_id, by=by, now=now)


async def undo_in_transaction(
    kitchen_id: int, edit_id: int, *, by: Actor, now: datetime
) -> Edit:
    """`undo_edit` inside the caller's `writing()`."""
    await lock_for("menu_edit", edit_id)
    row = await one(
        "SELECT * FROM menu_edit WHERE id = {} AND kitchen = {}",
        edit_id,
        kitchen_id,
    )
    if row is None or row["undoes"] is not None:
        raise Refusal("edit_unknown", edit=edit_id)
    done = await one("SELECT id FROM menu_edit WHERE undoes = {}", edit_id)
    if done is not None:
        return Edit(done["id"])
    cells, after = _remembered(row["cells"])
    menus = await _held_menus(kitchen_id, row["meal"], cells)
    dishes = await dishes_by_id({d for d in cells.values() if d is not None})
    _fresh, refused = judged(cells, menus, dishes)
    for place, dish_id in after.items():
        if _held(menus, place) != dish_id or _is_lost(refused.get(place)):
            raise Refusal("menu_changed_since", day=place.day)
    return await _write(
        kitchen_id, row["meal"], cells, menus, "undo", {}, edit_id, by, now, None
    )


def _is_lost(refusal: Refusal | None) -> bool:
    """Whether the old dish has no place any more; a retired one still has."""
    return refusal is not None and refusal.code != "dish_retired"


def _remembered(text: str) -> tuple[dict[Place, int | None], dict[Place, int | None]]:
    """What the cells held before the edit, and after it."""
    before: dict[Place, int | None] = {}
    after: dict[Place, int | None] = {}
    for day, choice, position, old, new in json.loads(text):
        place = Place(date.fromisoformat(day), choice, position)
        before[place], after[place] = old, new
    return before, after


def _refuse_unknown_rows(cells: Iterable[Place]) -> None:
    for place in cells:
        if place.choice not in CHOICES or place.position not in ROWS:
            raise Refusal("menu_row_unknown", choice=place.choice, row=place.position)


async def _held_menus(
    kitchen_id: int, meal: str, cells: Iterable[Place]
) -> dict[date, DayMenu]:
    """The menus of these days, held until the end of the edit."""
    days = sorted({place.day for place in cells})
    for day in days:
        await lock_for("menu", (kitchen_id, day, meal))
        await refuse_closed_day(kitchen_id, day, meal)
    return await menus_for(kitchen_id, days[0], days[-1], meal)


async def _write(
    kitchen_id: int,
    meal: str,
    cells: Cells,
    menus: Mapping[date, DayMenu],
    kind: str,
    refused: Mapping[Place, Refusal],
    undoes: int | None,
    by: Actor,
    now: datetime,
    note: Mapping[str, object] | None,
) -> Edit:
    changed = {p: new for p, new in sorted(cells.items()) if _held(menus, p) != new}
    if not changed:
        return Edit(None, (), refused)
    for place in changed:
        await rows(
            "DELETE FROM menu_dish WHERE kitchen = {} AND day = {} AND meal = {}"
            " AND choice = {} AND position = {}",
            *(kitchen_id, place.day, meal, place.choice, place.position),
        )
    await insert_many(
        MenuDish,
        [
            {
                "kitchen": kitchen_id,
                "day": place.day,
                "meal": meal,
                "choice": place.choice,
                "position": place.position,
                "dish": dish_id,
            }
            for place, dish_id in changed.items()
            if dish_id is not None
        ],
    )
    remembered = [
        [p.day.isoformat(), p.choice, p.position, _held(menus, p), new]
        for p, new in changed.items()
    ]
    edit_id: int = await insert(
        MenuEdit,
        kitchen=kitchen_id,
        meal=meal,
        kind=kind,
        first=min(changed).day,
        last=max(changed).day,
        cells=json.dumps(remembered),
        undoes=undoes,
        staff=by.staff_id,
        at=now,
        by=by.name,
    )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"menu.{kind}",
        object_kind="kitchen",
        object_id=kitchen_id,
        before={"cells": [_told(c, c[3]) for c in remembered]},
        after={
            "meal": meal,
            "cells": [_told(c, c[4]) for c in remembered],
            **(note or {}),
        },
    )
    return Edit(edit_id, tuple(changed), refused)


def _told(cell: Sequence[object], dish_id: object) -> str:
    return f"{cell[0]} {cell[1]}{cell[2]} {dish_id or ''}".rstrip()
