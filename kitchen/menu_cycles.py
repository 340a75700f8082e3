"""Cycle menus (轮换菜单): two to five weeks of a menu kept under a name, to be laid
onto the calendar again and again. A cycle is never changed: a better one gets saved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Dish, DishFacts, dishes_by_id
from kitchen.menu_days import DayMenu, MenuLine, menus_for
from kitchen.menu_edits import Edit
from kitchen.menus import write_week
from kitchen.places import Kitchen
from kitchen.staff import Actor

FEWEST_WEEKS, MOST_WEEKS = 2, 5


class MenuCycle(Table, tablename="menu_cycle"):
    """Some weeks of a menu under a name."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    name = Text()
    weeks = Integer()
    at = Timestamptz()
    by = Text()


class MenuCycleDish(Table, tablename="menu_cycle_dish"):
    """One cell of a cycle. `week` counts from 1, `weekday` is 1 for Monday."""

    cycle = ForeignKey(MenuCycle, null=False)
    week = Integer()
    weekday = Integer()
    choice = Text()
    position = Integer()
    dish = ForeignKey(Dish, null=False)


@dataclass(frozen=True)
class CycleFacts:
    """A cycle by its name."""

    id: int
    kitchen_id: int
    meal: str
    name: str
    weeks: int
    dishes: int
    at: datetime
    by: str


def laid_out(
    cells: Iterable[Mapping[str, object]],
    dishes: Mapping[int, DishFacts],
    cycle: CycleFacts,
    monday: date,
    start_week: int,
    weeks: int,
) -> dict[date, DayMenu]:
    """The cycle on the calendar from a Monday on, beginning with one of its weeks and
    starting over after the last."""
    by_day: dict[tuple[object, object], list[MenuLine]] = {}
    for cell in cells:
        dish = dishes[int(str(cell["dish"]))]
        line = MenuLine(str(cell["choice"]), int(str(cell["position"])), dish)
        by_day.setdefault((cell["week"], cell["weekday"]), []).append(line)
    found: dict[date, DayMenu] = {}
    for number in range(weeks * 7):
        week = (start_week - 1 + number // 7) % cycle.weeks + 1
        lines = by_day.get((week, number % 7 + 1))
        if lines:
            day = monday + timedelta(days=number)
            found[day] = DayMenu(cycle.kitchen_id, day, cycle.meal, tuple(lines))
    return found


# Readers ----------------------------------------------------------------------


async def cycles_of(kitchen_id: int, meal: str) -> list[CycleFacts]:
    """The kitchen's cycles for a meal, newest first."""
    return await _cycles("c.kitchen = {} AND c.meal = {}", kitchen_id, meal)


async def _cycles(where: str, *args: object) -> list[CycleFacts]:
    parts = (
        "SELECT c.id AS id, c.kitchen AS kitchen_id, c.meal AS meal, c.name AS name,",
        "c.weeks AS weeks, c.at AS at, c.by AS by, COUNT(d.id) AS dishes",
        "FROM menu_cycle c LEFT JOIN menu_cycle_dish d ON d.cycle = c.id WHERE",
        where,
        "GROUP BY c.id, c.kitchen, c.meal, c.name, c.weeks, c.at, c.by",
        "ORDER BY c.id DESC",
    )
    return [CycleFacts(**row) for row in await rows(" ".join(parts), *args)]


# Verbs ------------------------------------------------------------------------


async def save_cycle(
    kitchen_id: int,
    meal: str,
    name: str,
    first_monday: date,
    weeks: int,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Keep the menus of these weeks as a cycle. Refuses `cycle_weeks` (two to five),
    `cycle_week_empty` (one of the weeks has no menu), `cycle_name_taken`."""
    if not FEWEST_WEEKS <= weeks <= MOST_WEEKS:
        raise Refusal("cycle_weeks", weeks=weeks)
    last = first_monday + timedelta(days=weeks * 7 - 1)
    async with writing():
        await lock_for("menu_cycle", (kitchen_id, meal, name))
        if await _cycles(
            "c.kitchen = {} AND c.meal = {} AND c.name = {}", kitchen_id, meal, name
        ):
            raise Refusal("cycle_name_taken", name=name)
        menus = await menus_for(kitchen_id, first_monday, last, meal)
        cells = [
            {
                "week": (day - first_monday).days // 7 + 1,
                "weekday": day.isoweekday(),
                "choice": line.choice,
                "position": line.position,
                "dish": line.dish.id,
            }
            for day, menu in menus.items()
            for line in menu.lines
        ]
        for week in range(1, weeks + 1):
            if not any(cell["week"] == week for cell in cells):
                monday = first_monday + timedelta(days=7 * week - 7)
                raise Refusal("cycle_week_empty", day=monday)
        cycle_id: int = await insert(
            MenuCycle,
            kitchen=kitchen_id,
            meal=meal,
            name=name,
            weeks=weeks,
            at=now,
            by=by.name,
        )
        await insert_many(MenuCycleDish, [{"cycle": cycle_id, **c} for c in cells])
        await _trace("menu.save_cycle", cycle_id, name, weeks, kitchen_id, by, now)
    return cycle_id


async def apply_cycle(
    kitchen_id: int,
    cycle_id: int,
    monday: date,
    start_week: int,
    weeks: int,
    *,
    replace: bool = False,
    by: Actor,
    now: datetime,
) -> Edit:
    """Lay a cycle onto the calendar as one edit, into empty days or over what is
    there. Refuses `cycle_unknown`, `cycle_start` (it has no such week)."""
    cycle = await _cycle(kitchen_id, cycle_id)
    if not 1 <= start_week <= cycle.weeks or not 1 <= weeks <= 2 * MOST_WEEKS:
        raise Refusal("cycle_start", week=start_week, weeks=cycle.weeks)
    cells = await rows("SELECT * FROM menu_cycle_dish WHERE cycle = {}", cycle_id)
    dishes = await dishes_by_id({cell["dish"] for cell in cells})
    source = laid_out(cells, dishes, cycle, monday, start_week, weeks)
    if not source:
        return Edit(None)
    return await write_week(
        kitchen_id,
        cycle.meal,
        source,
        timedelta(0),
        "apply_cycle",
        replace=replace,
        by=by,
        now=now,
    )


async def drop_cycle(
    kitchen_id: int, cycle_id: int, *, by: Actor, now: datetime
) -> None:
    """Forget a cycle; menus made from it stay. Refuses `cycle_unknown`."""
    async with writing():
        cycle = await _cycle(kitchen_id, cycle_id)
        await rows("DELETE FROM menu_cycle_dish WHERE cycle = {}", cycle_id)
        await rows("DELETE FROM menu_cycle WHERE id = {}", cycle_id)
        await _trace(
            "menu.drop_cycle", cycle_id, cycle.name, cycle.weeks, kitchen_id, by, now
        )


async def _cycle(kitchen_id: int, cycle_id: int) -> CycleFacts:
    known = await one(
        "SELECT id FROM menu_cycle WHERE id = {} AND kitchen = {}",
        cycle_id,
        kitchen_id,
    )
    if known is None:
        raise Refusal("cycle_unknown", cycle=cycle_id)
    return (await _cycles("c.id = {}", cycle_id))[0]


async def _trace(
    action: str,
    cycle_id: int,
    name: str,
    weeks: int,
    kitchen_id: int,
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        after={"cycle": cycle_id, "name": name, "weeks": weeks},
    )
