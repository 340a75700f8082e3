"""The balance of one meal, gathered from the rows; words for differences; the close.

Every figure is counted here by its own query from the rows of its own act, so that
no figure can be right merely because another one is.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kitchen import attendance, audit, doors, headcounts, ledger, meals
from kitchen.balance import (
    KEPT,
    UNPLACED,
    Balance,
    Claimant,
    DayClose,
    DifferenceNote,
    DishCount,
    Rows,
    balance_of,
)
from kitchen.closed_days import hold_day
from kitchen.database import in_bulk, insert, insert_many, one, reading, rows, writing
from kitchen.deliveries import outcomes_for
from kitchen.driver_starts import starts_on
from kitchen.errors import Refusal
from kitchen.kitchen_day import kitchen_day
from kitchen.places import kitchen_by_id
from kitchen.plans import Eater
from kitchen.portions import ProductionSheet
from kitchen.prints import current_labels
from kitchen.round_plans import Plan, beginnings, published_plan
from kitchen.staff import Actor
from kitchen.till_reports import refuse_open_reports
from kitchen.wastes import waste_of, wastes_for, weight_lines
from kitchen.weather import refuse_left_over


@dataclass(frozen=True)
class ClosedDay:
    """A closed meal and the seal printed on its signed sheet."""

    day: date
    meal: str
    seal: str
    at: datetime
    by: str


# Gathering --------------------------------------------------------------------


Counted = tuple[list[Eater], list[Eater]]
"""Who eats, and who was cancelled after the close."""


async def balance_for(
    kitchen_id: int, day: date, meal: str, counted: Counted | None = None
) -> Balance:
    """One meal's balance as the rows stand now. `counted`: where the caller has read
    the count already."""
    async with reading():
        found = await gathered(kitchen_id, day, meal, counted)
    return await in_bulk(len(found.eaters), lambda: balance_of(found))


async def gathered(
    kitchen_id: int, day: date, meal: str, counted: Counted | None = None
) -> Rows:
    """Everything the balance reads. Works at any hour of the day: what has not
    happened yet is simply a difference."""
    when = (kitchen_id, day, meal)
    plan = await published_plan(*when)
    homes = _homes(plan)
    outcomes = await outcomes_for(*when)
    eaters, gone = counted or await headcounts.eaters_and_cancelled(*when)
    told = {key[1]: o.outcome for key, o in outcomes.items() if key[0] == "diner"}
    claimants = tuple(_claimant(eater, homes, told) for eater in eaters)
    cancelled = tuple(_claimant(eater, homes, told) for eater in gone)
    boxed = {c.diner_id for c in (*claimants, *cancelled) if c.way != "dine_in"}
    begins = beginnings(await starts_on(kitchen_id, day), plan) if plan else {}
    supplied = frozenset(f"round:{number}" for number in begins)
    loaded, taken = await _loaded(when, supplied)
    labels = Counter(
        label.diner_id for label in await current_labels(*when) if label.diner_id
    )
    seated = {c.diner_id for c in (*claimants, *cancelled)} - boxed
    kitchen = await kitchen_by_id(kitchen_id)
    sheet = (await kitchen_day(*when, eaters=eaters)).sheet
    sampled = await _by_dish(_SAMPLED, when)
    return Rows(
        eaters=claimants,
        cancelled=cancelled,
        spares=await _spares(when),
        dishes=await _dishes(when, sheet, sampled),
        sample_grams=kitchen.sample_grams,
        labels={d: n for d, n in labels.items() if d not in seated},
        packed=await _packed(when),
        loaded=loaded,
        by_round=frozenset(homes.values()),
        signed=frozenset(f"point:{key[1]}" for key in outcomes if key[0] == "point"),
        received=await _received(when) | taken,
        supplied=supplied,
        meals=tuple(await meals.meals_for(*when)),
        slots=await _slots(when),
        moved=await _moved(when),
        leftovers=await _leftovers(when),
        unbalanced=tuple(await ledger.unbalanced()),
        notes=await _notes(when),
        weights=weight_lines(
            sheet.dishes,
            await _by_dish(_WEIGHED, when),
            sampled,
            waste_of(await wastes_for(*when)),
        ),
    )


When = tuple[int, date, str]


def _homes(plan: Plan | None) -> dict[tuple[str, int], str]:
    """Which round each door rides on; a point that is a stop is its own place."""
    if plan is None:
        return {}
    numbers = {row.id: row.number for row in plan.rounds}
    return {
        stop.key: f"round:{numbers[stop.round_id]}"
        if stop.key[0] == "diner"
        else f"point:{stop.key[1]}"
        for stop in plan.stops
        if stop.round_id is not None
    }


def _claimant(
    eater: Eater, homes: Mapping[tuple[str, int], str], told: Mapping[int, str]
) -> Claimant:
    if eater.way == "deliver":
        place = homes.get(("diner", eater.diner_id), UNPLACED)
    else:
        place = f"point:{eater.point_id}" if eater.point_id else UNPLACED
    return Claimant(
        diner_id=eater.diner_id,
        elder_id=eater.elder_id,
        name=eater.name,
        place=place,
        way=eater.way,
        diet_key=eater.diet.key,
        portions=eater.portions,
        outcome=told.get(eater.diner_id, ""),
    )


async def _spares(when: When) -> dict[tuple[str, str], int]:
    counts: Counter[tuple[str, str]] = Counter()
    for spare in await headcounts.spares_for(*when):
        place = f"point:{spare.point_id}" if spare.point_id else KEPT
        counts[place, spare.diet_key] += spare.portions
    return counts


async def _dishes(
    when: When, sheet: ProductionSheet, sampled: Mapping[int, int]
) -> tuple[DishCount, ...]:
    cooked = await _by_dish(_COOKED, when)
    return tuple(
        DishCount(
            wanted.dish.id,
            wanted.dish.name,
            wanted.portions,
            cooked.get(wanted.dish.id, 0),
            sampled.get(wanted.dish.id, 0),
            wanted.buffer_portions,
        )
        for wanted in sheet.dishes
    )


_COOKED = (
    "SELECT b.dish AS dish, SUM(b.portions) AS n FROM batch b"
    " LEFT JOIN production_void v ON v.kind = 'batch' AND v.row_id = b.id"
    " WHERE b.kitchen = {} AND b.day = {} AND b.meal = {} AND v.id IS NULL"
    " GROUP BY b.dish"
)
_WEIGHED = (
    "SELECT b.dish AS dish, SUM(b.grams) AS n FROM batch b"
    " LEFT JOIN production_void v ON v.kind = 'batch' AND v.row_id = b.id"
    " WHERE b.kitchen = {} AND b.day = {} AND b.meal = {} AND v.id IS NULL"
    " GROUP BY b.dish HAVING COUNT(b.grams) = COUNT(*)"
)
"""A dish is weighed when each of its pots is."""
_SAMPLED = (
    "SELECT s.dish AS dish, SUM(s.grams) AS n FROM sample s"
    " LEFT JOIN production_void v ON v.kind = 'sample' AND v.row_id = s.id"
    " WHERE s.kitchen = {} AND s.day = {} AND s.meal = {} AND v.id IS NULL"
    " GROUP BY s.dish"
)


async def _by_dish(sql: str, when: When) -> dict[int, int]:
    return {row["dish"]: int(row["n"]) for row in await rows(sql, *when)}


async def _packed(when: When) -> dict[tuple[str, str], int]:
    found = await rows(
        "SELECT p.point AS point, p.diet_key AS diet, SUM(p.portions) AS n"
        " FROM packed p LEFT JOIN production_void v"
        " ON v.kind = 'packed' AND v.row_id = p.id"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND v.id IS NULL"
        " GROUP BY p.point, p.diet_key",
        *when,
    )
    return {(f"point:{row['point']}", row["diet"]): int(row["n"]) for row in found}


Counts = Counter[tuple[str, str]]
"""Portions by place and diet."""


async def _loaded(when: When, supplied: Collection[str]) -> tuple[Counts, Counts]:
    """What went onto vehicles, the crate of another round for that round; and what was
    taken out of crates where supplied rounds begin."""
    found = await rows(
        "SELECT r.number AS round, l.point AS point, l.diet_key AS diet,"
        " l.crate AS crate, SUM(l.portions) AS n FROM loading l"
        " JOIN round r ON r.id = l.round"
        " JOIN round_plan p ON p.id = r.plan"
        " LEFT JOIN loading_void v ON v.loading = l.id"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND v.id IS NULL"
        " GROUP BY r.number, l.point, l.diet_key, l.crate",
        *when,
    )
    loaded, taken = Counts(), Counts()
    for row in found:
        place = f"point:{row['point']}" if row["point"] else f"round:{row['round']}"
        counts = taken if place in supplied else loaded
        if row["crate"]:
            place, counts = f"round:{row['crate']}", loaded
        counts[place, row["diet"]] += int(row["n"])
    return loaded, taken


async def _received(when: When) -> dict[tuple[str, str], int]:
    found = await rows(
        "SELECT r.point AS point, r.diet_key AS diet, SUM(r.portions) AS n"
        " FROM receipt r JOIN dining_point d ON d.id = r.point"
        " WHERE d.kitchen = {} AND r.day = {} AND r.meal = {} AND r.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'receipt')"
        " GROUP BY r.point, r.diet_key",
        *when,
    )
    return {(f"point:{row['point']}", row["diet"]): int(row["n"]) for row in found}


async def _slots(when: When) -> frozenset[int]:
    found = await rows(
        "SELECT s.served AS served FROM meal_slot s JOIN meal m ON m.id = s.served"
        " WHERE m.kitchen = {} AND m.day = {} AND m.meal = {}",
        *when,
    )
    return frozenset(row["served"] for row in found)


def _place_of(row: Mapping[str, Any], point: str, number: str) -> str:
    if row[point] is not None:
        return f"point:{row[point]}"
    return f"round:{row[number]}" if row[number] is not None else KEPT


async def _moved(when: When) -> dict[str, int]:
    found = await rows(
        "SELECT t.portions AS n, t.from_point AS from_point, t.to_point AS to_point,"
        " a.number AS from_round, b.number AS to_round FROM transfer t"
        " LEFT JOIN round a ON a.id = t.from_round"
        " LEFT JOIN round b ON b.id = t.to_round"
        " WHERE t.kitchen = {} AND t.day = {} AND t.meal = {} AND t.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'transfer') ORDER BY t.id",
        *when,
    )
    moved: Counter[str] = Counter()
    for row in found:
        moved[_place_of(row, "from_point", "from_round")] -= row["n"]
        moved[_place_of(row, "to_point", "to_round")] += row["n"]
    return moved


async def _leftovers(when: When) -> dict[tuple[str, str], int]:
    found = await rows(
        "SELECT l.portions AS n, l.fate AS fate, l.point AS point, r.number AS number"
        " FROM leftover l LEFT JOIN round r ON r.id = l.round"
        " WHERE l.kitchen = {} AND l.day = {} AND l.meal = {} AND l.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'leftover') ORDER BY l.id",
        *when,
    )
    left: Counter[tuple[str, str]] = Counter()
    for row in found:
        left[_place_of(row, "point", "number"), row["fate"]] += row["n"]
    return left


async def _notes(when: When) -> dict[str, str]:
    found = await rows(
        "SELECT line, reason, by FROM difference_note WHERE kitchen = {} AND day = {}"
        " AND meal = {}",
        *when,
    )
    return {row["line"]: f"{row['reason']}（{row['by']}）" for row in found}


# The close --------------------------------------------------------------------


async def closed_day(kitchen_id: int, day: date, meal: str) -> ClosedDay | None:
    """The close of a meal, or None while the day is open."""
    row = await one(
        "SELECT * FROM day_close WHERE kitchen = {} AND day = {} AND meal = {}",
        kitchen_id,
        day,
        meal,
    )
    if row is None:
        return None
    return ClosedDay(row["day"], row["meal"], row["seal"], row["at"], row["by"])


async def signed_figures(
    kitchen_id: int, day: date, meal: str, balance: Balance
) -> dict[str, int]:
    """What a close signs: the chain of portions, and the grams of each dish weighed
    and thrown away in the kitchen or scraped off plates, under "weighed:" and the
    dish's id."""
    weighed = waste_of(await wastes_for(kitchen_id, day, meal))
    grams = {
        f"weighed:{dish}": sum(one.by_why.values())
        for dish, one in sorted(weighed.items())
    }
    return {**dict(balance.chain), **grams}


OF_PAPER = frozenset({"label", "label_for_nobody"})
"""Differences that one sentence may explain for all: no meal hangs on them."""


async def note_difference(
    kitchen_id: int,
    day: date,
    meal: str,
    key: str,
    reason: str,
    *,
    alike: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """A person's word on a difference; `alike`: on every open one of its kind as well,
    where the kind is about paper and not about somebody's meal. Refuses
    `reason_missing`, `difference_unknown`, `already_noted`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await hold_day(kitchen_id, day, meal)
        balance = balance_of(await gathered(kitchen_id, day, meal))
        known = {difference.key: difference for difference in balance.differences}
        if key not in known:
            raise Refusal("difference_unknown")
        if known[key].note:
            raise Refusal("already_noted", note=known[key].note)
        meant = {key} | {
            other.key
            for other in balance.open
            if alike and other.code == known[key].code and other.code in OF_PAPER
        }
        said = {"kitchen": kitchen_id, "day": day, "meal": meal, "reason": reason}
        await insert_many(
            DifferenceNote,
            [
                {**said, "line": line, "at": now, "by": by.name}
                for line in sorted(meant)
            ],
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="balance.note",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"day": day, "meal": meal, "line": key, "alike": len(meant) - 1},
            reason=reason,
        )


async def close_day(
    kitchen_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> ClosedDay:
    """The day is done. Twice is harmless. Refuses `headcount_open`, `day_unfinished`
    (a stop unreported, a door unanswered: the names), `till_reports_open` (an offline
    till's act waits for a decision), `weather_open` (somebody at a table for whom
    nothing is arranged on a day of bad weather), `differences_open` (how many have no
    words)."""
    async with writing():
        await hold_day(kitchen_id, day, meal)
        already = await closed_day(kitchen_id, day, meal)
        if already is not None:
            return already
        if await headcounts.closed(kitchen_id, day, meal) is None:
            raise Refusal("headcount_open", day=day, meal=meal)
        unfinished = await doors.unfinished(kitchen_id, day, meal)
        if unfinished:
            names = "、".join(one.name for one in unfinished[:8])
            raise Refusal("day_unfinished", count=len(unfinished), names=names)
        await refuse_open_reports(kitchen_id, day, meal)
        await refuse_left_over(kitchen_id, day, meal)
        balance = balance_of(await gathered(kitchen_id, day, meal))
        if balance.open:
            raise Refusal("differences_open", count=len(balance.open))
        figures = await signed_figures(kitchen_id, day, meal, balance)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="day.close",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"day": day, "meal": meal, **figures},
        )
        await audit.join_chain()
        seal = await audit.day_seal(now.astimezone(audit.LOCAL_ZONE).date())
        await insert(
            DayClose,
            kitchen=kitchen_id,
            day=day,
            meal=meal,
            summary=audit.canonical(figures),
            seal=seal,
            at=now,
            by=by.name,
        )
        await attendance.count_in_transaction(kitchen_id, day, meal)
        return ClosedDay(day, meal, seal, now, by.name)
