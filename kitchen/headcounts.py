"""The closed count: who eats what where, frozen at cut-off.

Frozen rows are never edited; what happens later is a `DinerChange` with its reason.
Everything the kitchen, the door and the claim see derives from `diners_for`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.calendar import weekday_median
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.diets import Diet
from kitchen.errors import Refusal
from kitchen.places import DiningPoint, Kitchen
from kitchen.plans import Eater, Occasion, expected_eaters, expected_over
from kitchen.registry import Address, Elder, addresses_on, elder_by_id
from kitchen.staff import Actor


class Headcount(Table, tablename="headcount"):
    """One closed count; unique per kitchen, day and meal."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    at = Timestamptz()
    by = Text()


class Diner(Table, tablename="diner"):
    """One person's meal as it stood when the count was closed."""

    headcount = ForeignKey(Headcount, null=False)
    elder = ForeignKey(Elder, null=False)
    day = Date()
    meal = Text()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    address = ForeignKey(Address, null=True)
    portions = Integer()
    size = Text()
    choice = Text()
    diet = Text()  # kitchen.diets.Diet.as_text()
    added = Boolean()  # came after the close, with the change row that brought it


class DinerChange(Table, tablename="diner_change"):
    """A reasoned change after the close. kind: add | cancel | move | portions"""

    headcount = ForeignKey(Headcount, null=False)
    diner = ForeignKey(Diner, null=False)
    kind = Text()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    reason = Text()
    source = Text()  # office | telephone | door | till
    at = Timestamptz()
    by = Text()


class Spare(Table, tablename="spare"):
    """Portions cooked for nobody by name: expected walk-ins and spares. `point`
    None = on the kitchen's own account (carried on the rounds)."""

    headcount = ForeignKey(Headcount, null=False)
    point = ForeignKey(DiningPoint, null=True)
    kind = Text()  # walk_in | spare
    diet_key = Text()
    portions = Integer()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class HeadcountFacts:
    """A closed count: by whom, when."""

    id: int
    kitchen_id: int
    day: date
    meal: str
    at: datetime
    by: str


@dataclass(frozen=True)
class SpareFacts:
    """Portions cooked for nobody by name."""

    id: int
    point_id: int | None
    kind: str  # walk_in | spare
    diet_key: str
    portions: int


@dataclass(frozen=True)
class ChangeFacts:
    """What happened to the count after it was closed."""

    id: int
    diner_id: int
    elder_id: int
    name: str
    kind: str
    way: str
    point_id: int | None
    portions: int
    reason: str
    source: str
    at: datetime
    by: str


# Pure rules -------------------------------------------------------------------


def after_changes(
    diners: Iterable[Eater], changes: Iterable[ChangeFacts]
) -> tuple[list[Eater], list[Eater]]:
    """The frozen diners with their reasoned changes applied in order.

    Returns who eats, and who was cancelled after the close: their portions are in
    the pots already, so they stay visible. Frozen rows are not touched.
    """
    current = {diner.diner_id: diner for diner in diners}
    gone: dict[int, Eater] = {}
    for change in changes:
        diner = current.get(change.diner_id) or gone.get(change.diner_id)
        if diner is None:
            continue
        if change.kind == "cancel":
            gone[diner.diner_id] = current.pop(diner.diner_id, diner)
        elif change.kind == "add":
            gone.pop(diner.diner_id, None)
            current[diner.diner_id] = replace(diner, change="added")
        elif change.kind == "move":
            current[diner.diner_id] = replace(
                diner,
                way=change.way,
                point_id=change.point_id,
                change=diner.change or "moved",
            )
        elif change.kind == "portions":
            current[diner.diner_id] = replace(
                diner, portions=change.portions, change=diner.change or "portions"
            )
    return list(current.values()), list(gone.values())


def totals_by_place(eaters: Iterable[Eater]) -> Counter[tuple[str, int | None]]:
    """Portions by (way, point): the rows of the count page."""
    totals: Counter[tuple[str, int | None]] = Counter()
    for eater in eaters:
        totals[eater.way, eater.point_id] += eater.portions
    return totals


# Readers ----------------------------------------------------------------------


async def closed(kitchen_id: int, day: date, meal: str) -> HeadcountFacts | None:
    """The closed count of a meal, or None while it is open."""
    row = await one(
        "SELECT * FROM headcount WHERE kitchen = {} AND day = {} AND meal = {}",
        kitchen_id,
        day,
        meal,
    )
    if row is None:
        return None
    return HeadcountFacts(
        row["id"], row["kitchen"], row["day"], row["meal"], row["at"], row["by"]
    )


async def left_open(kitchen_id: int, since: date, until: date) -> list[HeadcountFacts]:
    """Counts closed from a day until before a day whose meal was never closed."""
    found = await rows(
        "SELECT h.* FROM headcount h LEFT JOIN day_close d ON d.kitchen = h.kitchen"
        " AND d.day = h.day AND d.meal = h.meal WHERE h.kitchen = {} AND h.day >= {}"
        " AND h.day < {} AND d.id IS NULL ORDER BY h.day DESC, h.meal",
        kitchen_id,
        since,
        until,
    )
    return [
        HeadcountFacts(r["id"], r["kitchen"], r["day"], r["meal"], r["at"], r["by"])
        for r in found
    ]


async def eaters_for(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Who eats what where – the one derivation that the kitchen, the door and the
    claim all see: the closed count with its changes, or the expectation before."""
    return (await eaters_and_cancelled(kitchen_id, day, meal))[0]


async def eaters_over(
    kitchen_id: int, occasions: Iterable[Occasion]
) -> dict[Occasion, list[Eater]]:
    """`eaters_for` of several meals; those still open are read together."""
    found: dict[Occasion, list[Eater]] = {}
    still_open = []
    for when in occasions:
        if await closed(kitchen_id, *when) is None:
            still_open.append(when)
        else:
            found[when] = await eaters_for(kitchen_id, *when)
    return found | await expected_over(kitchen_id, still_open)


async def eaters_among(headcount_id: int, elder_ids: list[int]) -> list[Eater]:
    """The effective rows of a few people, without loading the whole count."""
    found = await rows(
        "SELECT d.*, e.number AS number, e.name AS name FROM diner d"
        " JOIN elder e ON e.id = d.elder WHERE d.headcount = {} AND d.elder IN {}",
        headcount_id,
        elder_ids,
    )
    diners = [_eater(row) for row in found]
    changed = await rows(
        _CHANGES + " WHERE c.headcount = {} AND c.diner IN {} ORDER BY c.id",
        headcount_id,
        [diner.diner_id for diner in diners],
    )
    eaters, _ = after_changes(diners, [_change_facts(row) for row in changed])
    return eaters


async def expected_by_point(
    kitchen_id: int, day: date, meal: str, point_ids: list[int]
) -> Counter[int]:
    """Portions expected at each of those points. Once the count is closed whoever is
    unchanged is simply summed: a till asks this at every tap."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        eaters = await expected_eaters(kitchen_id, day, meal)
        summed = Counter[int]()
    else:
        found = await rows(
            "SELECT point, SUM(portions) AS n FROM diner WHERE headcount = {}"
            " AND point IN {} AND NOT added AND id NOT IN"
            " (SELECT diner FROM diner_change WHERE headcount = {}) GROUP BY point",
            count.id,
            point_ids,
            count.id,
        )
        summed = Counter({row["point"]: int(row["n"]) for row in found})
        eaters = await _eaters_changed(count.id)
    for eater in eaters:
        if eater.point_id is not None:
            summed[eater.point_id] += eater.portions
    return summed


async def _eaters_changed(headcount_id: int) -> list[Eater]:
    """Whoever was added or changed after the close and still eats."""
    found = await rows(
        "SELECT elder FROM diner WHERE id IN"
        " (SELECT diner FROM diner_change WHERE headcount = {})",
        headcount_id,
    )
    if not found:
        return []
    return await eaters_among(headcount_id, [row["elder"] for row in found])


async def eaters_at(
    kitchen_id: int, day: date, meal: str, point_id: int
) -> list[Eater]:
    """Who eats at or collects from one point, without loading the whole kitchen
    once the count is closed: a till asks this at every tap."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        eaters = await expected_eaters(kitchen_id, day, meal)
    else:
        found = await rows(
            "SELECT d.id AS id, d.elder AS elder FROM diner d WHERE d.headcount = {}"
            " AND (d.point = {} OR d.id IN (SELECT diner FROM diner_change"
            " WHERE headcount = {} AND point = {}))",
            count.id,
            point_id,
            count.id,
            point_id,
        )
        eaters = await eaters_among(count.id, [row["elder"] for row in found])
    return [eater for eater in eaters if eater.point_id == point_id]


async def cancelled_for(kitchen_id: int, day: date, meal: str) -> list[Eater]:
    """Who was cancelled after the close: cooked for, eating nothing."""
    return (await eaters_and_cancelled(kitchen_id, day, meal))[1]


async def eaters_and_cancelled(
    kitchen_id: int, day: date, meal: str
) -> tuple[list[Eater], list[Eater]]:
    """`eaters_for` and `cancelled_for` from one reading of the count."""
    count = await closed(kitchen_id, day, meal)
    if count is None:
        return await expected_eaters(kitchen_id, day, meal), []
    eaters, gone = after_changes(await frozen(count.id), await changes_for(count.id))
    return sorted(eaters, key=lambda eater: (eater.name, eater.elder_id)), gone


async def diet_keys_of(headcount_id: int) -> set[str]:
    """The packing groups of a closed count, without loading its people."""
    found = await rows(
        "SELECT DISTINCT diet FROM diner WHERE headcount = {}", headcount_id
    )
    return {Diet.from_text(row["diet"]).key for row in found}


async def frozen(headcount_id: int) -> list[Eater]:
    """The rows as they stood at the close, before any change (added rows too, which
    only an `add` change makes count)."""
    found = await rows(
        "SELECT d.*, e.number AS number, e.name AS name FROM diner d"
        " JOIN elder e ON e.id = d.elder WHERE d.headcount = {} ORDER BY d.id",
        headcount_id,
    )
    return [_eater(row) for row in found]


async def changes_for(headcount_id: int) -> list[ChangeFacts]:
    """All changes after the close, in order, with whose they are."""
    found = await rows(_CHANGES + " WHERE c.headcount = {} ORDER BY c.id", headcount_id)
    return [_change_facts(row) for row in found]


_CHANGES = (
    "SELECT c.*, d.elder AS elder, e.name AS name FROM diner_change c"
    " JOIN diner d ON d.id = c.diner JOIN elder e ON e.id = d.elder"
)


def _change_facts(row: dict[str, Any]) -> ChangeFacts:
    return ChangeFacts(
        row["id"],
        row["diner"],
        row["elder"],
        row["name"],
        row["kind"],
        row["way"],
        row["point"],
        row["portions"],
        row["reason"],
        row["source"],
        row["at"],
        row["by"],
    )


async def spares_for(kitchen_id: int, day: date, meal: str) -> list[SpareFacts]:
    """The named spares and expected walk-ins of a closed count."""
    found = await rows(
        "SELECT s.* FROM spare s JOIN headcount h ON h.id = s.headcount"
        " WHERE h.kitchen = {} AND h.day = {} AND h.meal = {} ORDER BY s.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        SpareFacts(
            row["id"], row["point"], row["kind"], row["diet_key"], row["portions"]
        )
        for row in found
    ]


async def usual_walk_ins(kitchen_id: int, day: date, meal: str) -> dict[int, int]:
    """The median of walk-ins at each point on the last four same weekdays."""
    since = date.fromordinal(day.toordinal() - 28)
    found = await rows(
        "SELECT point, day, COUNT(*) AS served FROM meal WHERE kitchen = {}"
        " AND meal = {} AND diner IS NULL AND point IS NOT NULL AND day >= {}"
        " AND day < {} AND id NOT IN (SELECT served FROM meal_void)"
        " GROUP BY point, day",
        kitchen_id,
        meal,
        since,
        day,
    )
    by_point: dict[int, dict[date, int]] = {}
    for row in found:
        by_point.setdefault(row["point"], {})[row["day"]] = row["served"]
    return {
        point: round(weekday_median(history, day) or 0)
        for point, history in by_point.items()
    }


def _eater(row: dict[str, Any]) -> Eater:
    return Eater(
        diner_id=row["id"],
        elder_id=row["elder"],
        number=row["number"],
        name=row["name"],
        way=row["way"],
        point_id=row["point"],
        address_id=row["address"],
        portions=row["portions"],
        size=row["size"],
        choice=row["choice"],
        diet=Diet.from_text(row["diet"]),
        change="added" if row["added"] else "",
    )


# Verbs ------------------------------------------------------------------------


async def served_uncounted(kitchen_id: int, day: date, meal: str) -> int:
    """Portions handed over and not taken back although no count of that meal is
    closed."""
    row = await one(
        "SELECT COUNT(*) AS n FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " LEFT JOIN headcount h ON h.kitchen = m.kitchen AND h.day = m.day"
        " AND h.meal = m.meal WHERE m.kitchen = {} AND m.day = {} AND m.meal = {}"
        " AND v.id IS NULL AND h.id IS NULL",
        *(kitchen_id, day, meal),
    )
    return int(row["n"]) if row else 0


async def close_headcount(
    kitchen_id: int,
    day: date,
    meal: str,
    *,
    spares: Iterable[SpareFacts] = (),
    by: Actor,
    now: datetime,
) -> HeadcountFacts:
    """Freeze who eats what where. Twice is harmless: the first close stands.
    Refuses `nobody_eats` (nothing to close): a day on which only guests ate is closed
    with nobody on its list, so that it can be balanced like any other."""
    spares = list(spares)
    async with writing():
        await _hold_count(kitchen_id, day, meal)
        already = await closed(kitchen_id, day, meal)
        if already is not None:
            return already
        eaters = await expected_eaters(kitchen_id, day, meal)
        if not eaters and not await served_uncounted(kitchen_id, day, meal):
            raise Refusal("nobody_eats", day=day, meal=meal)
        headcount_id = await insert(
            Headcount, kitchen=kitchen_id, day=day, meal=meal, at=now, by=by.name
        )
        await insert_many(
            Diner, [_row(eater, headcount_id, day, meal, False) for eater in eaters]
        )
        await insert_many(
            Spare, [_spare(spare, headcount_id, by=by, now=now) for spare in spares]
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="headcount.close",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={
                "day": day,
                "meal": meal,
                "portions": sum(eater.portions for eater in eaters),
                "spares": sum(spare.portions for spare in spares),
            },
        )
        return HeadcountFacts(headcount_id, kitchen_id, day, meal, now, by.name)


async def set_spares(
    kitchen_id: int,
    day: date,
    meal: str,
    spares: Iterable[SpareFacts],
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """More portions without a name (walk-ins, spares), added to a closed count; sent
    twice with one `act` key they are added once."""
    spares = list(spares)

    async def add() -> acts.Answer:
        count = await _open_for_changes(kitchen_id, day, meal)
        await insert_many(
            Spare, [_spare(spare, count.id, by=by, now=now) for spare in spares]
        )
        portions = sum(spare.portions for spare in spares)
        await _trace("spares", count, by=by, now=now, after={"n": portions})
        return {"portions": portions}

    told = [[s.point_id, s.kind, s.diet_key, s.portions] for s in spares]
    body = {"kitchen": kitchen_id, "day": day, "meal": meal, "spares": told}
    async with writing():
        await acts.once_if(act, by.name, now, body, add)


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
    `dining_point_unknown` (another kitchen's too)."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        person = await elder_by_id(elder_id)
        count = await _open_for_changes(person.kitchen_id, day, meal)
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
            diner_id = await insert(Diner, **_row(eater, count.id, day, meal, True))
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
        count = await _open_for_changes(row["kitchen"], row["day"], row["meal"])
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


async def _open_for_changes(kitchen_id: int, day: date, meal: str) -> HeadcountFacts:
    await _hold_count(kitchen_id, day, meal)
    count = await closed(kitchen_id, day, meal)
    if count is None:
        raise Refusal("headcount_open", day=day, meal=meal)
    await refuse_closed_day(kitchen_id, day, meal)
    return count


async def _hold_count(kitchen_id: int, day: date, meal: str) -> None:
    """One change of a count after the other: each looks at what the last one left."""
    await lock_for("headcount", f"{kitchen_id}|{day}|{meal}")


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
    await _trace(
        f"late_{kind}",
        count,
        by=by,
        now=now,
        after={"diner": diner_id, "way": way, "portions": portions},
        reason=reason,
    )


def _row(
    eater: Eater, headcount_id: int, day: date, meal: str, added: bool
) -> dict[str, Any]:
    return {
        "headcount": headcount_id,
        "elder": eater.elder_id,
        "day": day,
        "meal": meal,
        "way": eater.way,
        "point": eater.point_id,
        "address": eater.address_id,
        "portions": eater.portions,
        "size": eater.size,
        "choice": eater.choice,
        "diet": eater.diet.as_text(),
        "added": added,
    }


def _spare(
    spare: SpareFacts, headcount_id: int, *, by: Actor, now: datetime
) -> dict[str, Any]:
    return {
        "headcount": headcount_id,
        "point": spare.point_id,
        "kind": spare.kind,
        "diet_key": spare.diet_key,
        "portions": spare.portions,
        "at": now,
        "by": by.name,
    }


async def _trace(
    action: str,
    count: HeadcountFacts,
    *,
    by: Actor,
    now: datetime,
    after: dict[str, Any],
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"headcount.{action}",
        object_kind="headcount",
        object_id=count.id,
        after=after,
        reason=reason,
    )
