"""What is changed after the count was closed, each time with its reason."""

from datetime import date, datetime

from kitchen.count_closing import (
    diner_of,
    open_for_changes,
    refuse_stopped,
    trace,
)
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.headcount_facts import HeadcountFacts
from kitchen.headcount_readers import eaters_for
from kitchen.headcount_tables import Diner, DinerChange
from kitchen.plans import Eater
from kitchen.registry import addresses_on, elder_by_id
from kitchen.staff import Actor


async def add_late(
    elder_id: int,
    day: date,
    meal: str,
    *,
    way: str,
    point_id: int | None,
    portions: int = 1,
    choice: str = "A",
    reason: str,
    source: str,
    by: Actor,
    now: datetime,
) -> int:
    """One more person after the close, with who asked and why. Refuses
    `already_booked`, `reason_missing`, `headcount_open`, `day_closed`,
    `meal_stopped`, `dining_point_unknown` (another kitchen's too)."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        person = await elder_by_id(elder_id)
        count = await open_for_changes(person.kitchen_id, day, meal)
        await refuse_stopped(person.kitchen_id, day, meal)
        await _refuse_foreign_point(person.kitchen_id, point_id)
        known = await one(
            "SELECT id FROM diner WHERE elder = {} AND day = {} AND meal = {}",
            elder_id,
            day,
            meal,
        )
        eaters = await eaters_for(person.kitchen_id, day, meal)
        if any(eater.elder_id == elder_id for eater in eaters):
            raise Refusal("already_booked", name=person.name, day=day, way=way)
        addresses = await addresses_on(person.kitchen_id, day)
        if known is None:
            eater = Eater(
                0,
                elder_id,
                person.number,
                person.name,
                way,
                None if way == "deliver" else point_id or person.point_id,
                addresses.get(elder_id) if way == "deliver" else None,
                portions,
                "normal",
                choice,
                person.diet,
            )
            diner_id = await insert(Diner, **diner_of(eater, count.id, day, meal, True))
        else:
            diner_id = known["id"]
        await _change(
            count,
            diner_id,
            "add",
            way=way,
            point_id=point_id,
            portions=portions,
            reason=reason,
            source=source,
            by=by,
            now=now,
        )
        return int(diner_id)


async def cancel_late(
    diner_id: int, *, reason: str, source: str, by: Actor, now: datetime
) -> None:
    """Not today after all: the portion is cooked, so it stays named to the end."""
    await _change_one(diner_id, "cancel", reason=reason, source=source, by=by, now=now)


async def move_late(
    diner_id: int,
    way: str,
    point_id: int | None,
    *,
    reason: str,
    source: str,
    by: Actor,
    now: datetime,
) -> None:
    """The same meal another way: at a point instead of the door, or elsewhere."""
    await _change_one(
        diner_id,
        "move",
        way=way,
        point_id=point_id,
        reason=reason,
        source=source,
        by=by,
        now=now,
    )


async def change_portions(
    diner_id: int, portions: int, *, reason: str, source: str, by: Actor, now: datetime
) -> None:
    """More or fewer portions for one person after the close."""
    await _change_one(
        diner_id,
        "portions",
        portions=portions,
        reason=reason,
        source=source,
        by=by,
        now=now,
    )


async def _change_one(
    diner_id: int,
    kind: str,
    *,
    reason: str,
    source: str,
    by: Actor,
    now: datetime,
    way: str = "",
    point_id: int | None = None,
    portions: int = 0,
) -> None:
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await one(
            "SELECT d.*, h.kitchen AS kitchen FROM diner d"
            " JOIN headcount h ON h.id = d.headcount WHERE d.id = {}",
            diner_id,
        )
        if row is None:
            raise Refusal("diner_unknown", diner=diner_id)
        count = await open_for_changes(row["kitchen"], row["day"], row["meal"])
        if kind != "cancel":
            await refuse_stopped(row["kitchen"], row["day"], row["meal"])
        await _refuse_foreign_point(row["kitchen"], point_id)
        await lock_for("diner", diner_id)  # nobody hands this meal over meanwhile
        await _refuse_handed_over(diner_id)
        await _change(
            count,
            diner_id,
            kind,
            way=way,
            point_id=point_id,
            portions=portions,
            reason=reason,
            source=source,
            by=by,
            now=now,
        )


async def _refuse_handed_over(diner_id: int) -> None:
    served = await one(
        "SELECT COUNT(*) AS n FROM meal WHERE diner = {}"
        " AND id NOT IN (SELECT served FROM meal_void)",
        diner_id,
    )
    if served and served["n"]:
        raise Refusal("meal_already_handed_over")


async def _refuse_foreign_point(kitchen_id: int, point_id: int | None) -> None:
    if point_id is not None and not await rows(
        "SELECT id FROM dining_point WHERE id = {} AND kitchen = {}",
        point_id,
        kitchen_id,
    ):
        raise Refusal("dining_point_unknown", id=point_id)


async def _change(
    count: HeadcountFacts,
    diner_id: int,
    kind: str,
    *,
    way: str,
    point_id: int | None,
    portions: int,
    reason: str,
    source: str,
    by: Actor,
    now: datetime,
) -> None:
    await insert(
        DinerChange,
        headcount=count.id,
        diner=diner_id,
        kind=kind,
        way=way,
        point=point_id,
        portions=portions,
        reason=reason,
        source=source,
        at=now,
        by=by.name,
    )
    await trace(
        f"late_{kind}",
        count,
        by=by,
        now=now,
        after={"diner": diner_id, "way": way, "portions": portions},
        reason=reason,
    )
