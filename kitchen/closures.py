"""The kitchen cannot cook: a whole meal cancelled or substituted, with its calls, and
taken back when it can cook after all. Before the count is closed and after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.count_closing import diner_of, hold_count
from kitchen.database import (
    Lock,
    insert,
    insert_many,
    lock_all,
    one,
    rows,
    update_row,
    writing,
)
from kitchen.errors import Refusal
from kitchen.food import DishFacts, dishes_by_id
from kitchen.headcount_facts import KITCHEN, HeadcountFacts
from kitchen.headcount_readers import (
    changes_for,
    closed,
    eaters_and_cancelled,
    frozen,
)
from kitchen.headcount_tables import Diner, DinerChange
from kitchen.menu_edits import SUBSTITUTE, undo_in_transaction, write_in_transaction
from kitchen.menus import CHOICES, ROWS, MenuEdit, Place
from kitchen.places import Kitchen
from kitchen.plans import ClosureFacts, Eater, closure_on, planned_eaters
from kitchen.registry import Elder
from kitchen.staff import Actor

MOST_LOCKS = 500
"""Held in one statement; PostgreSQL answers with at most 1,664 columns."""


class Closure(Table, tablename="closure"):
    """The kitchen cannot cook a meal: everyone is called, or everyone gets something
    else. Each person ends on the call list, ticked off by name (`ClosureCall`)."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    kind = Text()  # cancelled | substituted
    substitute = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()
    withdrawn_at = Timestamptz(null=True)
    withdrawn_by = Text(null=True)
    menu_edit = ForeignKey(MenuEdit, null=True)


class ClosureCall(Table, tablename="closure_call"):
    """One person told."""

    closure = ForeignKey(Closure, null=False)
    elder = ForeignKey(Elder, null=False)
    outcome = Text()  # told | told_again | not_reached
    note = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Call:
    """One person of the call list; `outcome` is of the last call, "" = none yet."""

    eater: Eater
    outcome: str
    is_told: bool


# Verbs ------------------------------------------------------------------------


async def close_meal(
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    kind: str,
    dishes: Sequence[int] = (),
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """The kitchen cannot cook: cancel the whole meal, or bring these dishes instead.

    Cancelled after the count was closed, nobody is expected any more: each meal is a
    late cancellation with its reason (who has eaten keeps theirs) and the portions
    without a name go. Substituted, the dishes take the place of both sets of the menu,
    so that sheets, labels and clashes are those of what is really eaten. Who was
    expected stays on the call list until each is ticked off by name.

    Refuses `reason_missing`, `other_meal_missing`, `meal_already_closed`,
    `day_closed`, `dish_unknown`, `dish_retired`, `menu_too_many`.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    if kind == "substituted" and not dishes:
        raise Refusal("other_meal_missing")
    async with writing():
        await hold_count(kitchen_id, day, meal)
        await refuse_closed_day(kitchen_id, day, meal)
        if await closure_on(kitchen_id, day, meal) is not None:
            raise Refusal("meal_already_closed", day=day)
        edit_id, names = None, ""
        if kind == "substituted":
            found = await dishes_by_id(dishes)
            for dish in set(dishes) - set(found):
                raise Refusal("dish_unknown", dish=dish)
            names = "、".join(dish.name for dish in found.values())
            edit_id = await _serve_instead(kitchen_id, day, meal, found, by, now)
        closure_id = await insert(
            Closure,
            kitchen=kitchen_id,
            day=day,
            meal=meal,
            kind=kind,
            substitute=names,
            reason=reason,
            at=now,
            by=by.name,
            menu_edit=edit_id,
        )
        if kind == "cancelled":
            await _cancel_everyone(kitchen_id, day, meal, reason, by, now)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"meal.{kind}",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"day": day, "meal": meal, "substitute": names},
            reason=reason,
        )
        return int(closure_id)


async def resume_meal(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> bool:
    """The kitchen can cook after all: whoever the closure had cancelled is expected
    again, and the menu is as before unless somebody has changed it since: then it
    stays as it is, and the answer is False. Who was called stays on the list, to be
    called again. Twice is harmless; refuses `day_closed`."""
    async with writing():
        await hold_count(kitchen_id, day, meal)
        await refuse_closed_day(kitchen_id, day, meal)
        closure = await closure_on(kitchen_id, day, meal)
        if closure is None:
            return True
        is_whole = True
        await update_row(
            Closure, closure.id, {"withdrawn_at": now, "withdrawn_by": by.name}
        )
        if closure.kind == "cancelled":
            await _expect_again(kitchen_id, day, meal, by, now)
        elif closure.menu_edit is not None:
            is_whole = await _put_menu_back(kitchen_id, closure.menu_edit, by, now)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="meal.resumed",
            object_kind="kitchen",
            object_id=kitchen_id,
            before={"kind": closure.kind, "substitute": closure.substitute},
            after={"day": day, "meal": meal},
            reason=closure.reason,
        )
        return is_whole


async def record_call(
    closure_id: int,
    elder_id: int,
    outcome: str,
    note: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One person on the call list was told, or not reached."""
    async with writing():
        await insert(
            ClosureCall,
            closure=closure_id,
            elder=elder_id,
            outcome=outcome,
            note=note,
            at=now,
            by=by.name,
        )


async def _cancel_everyone(
    kitchen_id: int, day: date, meal: str, reason: str, by: Actor, now: datetime
) -> None:
    """Only once the count is closed: before, nobody is expected of a closed meal."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        return
    eaters, _gone = await eaters_and_cancelled(kitchen_id, day, meal)
    diners = sorted(str(eater.diner_id) for eater in eaters)  # as a till takes them
    for first in range(0, len(diners), MOST_LOCKS):
        some = diners[first : first + MOST_LOCKS]
        await lock_all([Lock("diner", diner) for diner in some])
    fed = await _fed(kitchen_id, day, meal)
    hungry = [eater for eater in eaters if eater.diner_id not in fed]
    await _change_all(count, hungry, "cancel", reason, by, now)


async def _expect_again(
    kitchen_id: int, day: date, meal: str, by: Actor, now: datetime
) -> None:
    count = await closed(kitchen_id, day, meal)
    if count is None:
        return
    if not await frozen(count.id):  # closed while nobody was cooked for
        planned = await planned_eaters(kitchen_id, day, meal)
        diners = [diner_of(one, count.id, day, meal, False) for one in planned]
        await insert_many(Diner, diners)
        return
    _eaters, gone = await eaters_and_cancelled(kitchen_id, day, meal)
    stopped = await _stopped(count)
    back = [eater for eater in gone if eater.diner_id in stopped]
    await _change_all(count, back, "add", "恢复供餐", by, now)


async def _change_all(
    count: HeadcountFacts,
    eaters: Sequence[Eater],
    kind: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    await insert_many(
        DinerChange,
        [
            {
                "headcount": count.id,
                "diner": eater.diner_id,
                "kind": kind,
                "way": "",
                "point": None,
                "portions": 0,
                "reason": reason,
                "source": KITCHEN,
                "at": now,
                "by": by.name,
            }
            for eater in eaters
        ],
    )


async def _stopped(count: HeadcountFacts) -> set[int]:
    """Diners whose last change was made by the kitchen."""
    last = {change.diner_id: change for change in await changes_for(count.id)}
    return {diner for diner, change in last.items() if change.source == KITCHEN}


async def _serve_instead(
    kitchen_id: int,
    day: date,
    meal: str,
    dishes: Mapping[int, DishFacts],
    by: Actor,
    now: datetime,
) -> int | None:
    """These dishes alone, each in the first free row, its own kind's first."""
    cells: dict[Place, int | None] = {
        Place(day, choice, row): None for choice in CHOICES for row in ROWS
    }
    free = list(ROWS)
    for dish in dishes.values():
        if not free:
            raise Refusal("menu_too_many", most=len(ROWS))
        row = next((row for row in free if ROWS[row] == dish.category), free[0])
        free.remove(row)
        cells[Place(day, "A", row)] = dish.id
    edit = await write_in_transaction(
        kitchen_id, meal, cells, SUBSTITUTE, by=by, now=now
    )
    for refusal in edit.refused.values():
        raise refusal
    return edit.id


async def _put_menu_back(
    kitchen_id: int, edit_id: int, by: Actor, now: datetime
) -> bool:
    try:
        await undo_in_transaction(kitchen_id, edit_id, by=by, now=now)
    except Refusal as refusal:
        if refusal.code == "menu_changed_since":
            return False  # what a colleague wrote since is meant
        raise
    return True


# Readers ----------------------------------------------------------------------


async def last_closure(kitchen_id: int, day: date, meal: str) -> ClosureFacts | None:
    """The closure that stands, or else the one last taken back: its people may have
    to be called again."""
    row = await one(
        "SELECT * FROM closure WHERE kitchen = {} AND day = {} AND meal = {}"
        " ORDER BY id DESC LIMIT 1",
        *(kitchen_id, day, meal),
    )
    return ClosureFacts.of(row) if row else None


async def calls_for(kitchen_id: int, closure: ClosureFacts) -> list[Call]:
    """Who is to be called, by name: of a closure that stands everybody who was
    expected; of one taken back whoever had been told of it."""
    found = await rows(
        "SELECT elder, outcome FROM closure_call WHERE closure = {} ORDER BY id",
        closure.id,
    )
    outcomes = {row["elder"]: row["outcome"] for row in found}
    told = {row["elder"] for row in found if row["outcome"] == "told"}
    wanted = "told_again" if closure.is_withdrawn else "told"
    return [
        Call(eater, outcome, is_told=outcome == wanted)
        for eater in await _expected(kitchen_id, closure)
        for outcome in [outcomes.get(eater.elder_id, "")]
        if not closure.is_withdrawn or eater.elder_id in told
    ]


async def _expected(kitchen_id: int, closure: ClosureFacts) -> list[Eater]:
    """Who would have eaten, whether or not the kitchen cooks, and has not yet."""
    when = (kitchen_id, closure.day, closure.meal)
    count = await closed(*when)
    if count is None or not await frozen(count.id):
        return await planned_eaters(*when)
    eaters, gone = await eaters_and_cancelled(*when)
    stopped, fed = await _stopped(count), await _fed(*when)
    wanted = [eater for eater in eaters if eater.diner_id not in fed]
    wanted += [eater for eater in gone if eater.diner_id in stopped]
    return sorted(wanted, key=lambda eater: (eater.name, eater.elder_id))


async def _fed(kitchen_id: int, day: date, meal: str) -> set[int]:
    """Diners who have been handed their meal."""
    found = await rows(
        "SELECT diner FROM meal WHERE kitchen = {} AND day = {} AND meal = {}"
        " AND diner IS NOT NULL AND id NOT IN (SELECT served FROM meal_void)",
        *(kitchen_id, day, meal),
    )
    return {row["diner"] for row in found}
