"""What was really cooked, held, sampled and portioned, and until when it may be eaten.

Rows are only added: a mistake is taken back by a row of its own, a late entry carries
the time it was made beside the time it speaks of. What should be cooked is in
`kitchen.portions` and `kitchen.kitchen_day`.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.audit import LOCAL_ZONE
from kitchen.calendar import service_day_of
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Dish, dish_by_id
from kitchen.places import DiningPoint, Kitchen, KitchenFacts, kitchen_by_id
from kitchen.staff import Actor

COOKED_THROUGH_DECIDEGREES = 700
"""Core temperature from which food counts as cooked through (GB 31654 practice)."""
HOT_DECIDEGREES = 600
"""Hot holding; a recorded temperature of it extends the use-by."""
CLOCKS_DIFFER = timedelta(minutes=5)
KINDS = ("batch", "sample", "packed")


class Batch(Table, tablename="batch"):
    """Cooked: dish × kitchen × meal × cook-off time; the clock of use-by starts."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    number = Integer()
    portions = Integer()
    cooked_off_at = Timestamptz()
    core_decidegrees = Integer(null=True)  # °C × 10
    at = Timestamptz()
    by = Text()


class Holding(Table, tablename="holding"):
    """A holding temperature of a batch; ≥ 60 °C extends its use-by."""

    batch = ForeignKey(Batch, null=False)
    decidegrees = Integer()
    measured_at = Timestamptz()
    at = Timestamptz()
    by = Text()


class Sample(Table, tablename="sample"):
    """Retained sample (留样) of one dish."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    grams = Integer()
    at = Timestamptz()
    by = Text()


class Packed(Table, tablename="packed"):
    """Portioned for a dining point by diet group (bulk food has no labels)."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=False)
    diet_key = Text()
    portions = Integer()
    at = Timestamptz()
    by = Text()


class ProductionVoid(Table, tablename="production_void"):
    """A mistaken batch, sample or packed row, taken back by its own row."""

    kind = Text()  # batch | sample | packed
    row_id = Integer()
    reason = Text()
    at = Timestamptz()
    by = Text()


# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class HoldingFacts:
    """One measured holding temperature."""

    decidegrees: int
    measured_at: datetime
    by: str


@dataclass(frozen=True)
class BatchFacts:
    """One pot filling that was cooked."""

    id: int
    dish_id: int
    dish_name: str
    number: int
    portions: int
    cooked_off_at: datetime
    core_decidegrees: int | None
    holdings: tuple[HoldingFacts, ...]
    use_by: datetime
    at: datetime
    by: str


@dataclass(frozen=True)
class SampleFacts:
    """One retained sample."""

    id: int
    dish_id: int
    dish_name: str
    grams: int
    at: datetime
    by: str


@dataclass(frozen=True)
class PackedFacts:
    """Portions put into the containers of a dining point."""

    id: int
    point_id: int
    diet_key: str
    portions: int
    at: datetime
    by: str


def use_by(
    cooked_off_at: datetime, holdings: Iterable[HoldingFacts], kitchen: KitchenFacts
) -> datetime:
    """Until when food may be eaten: 2 h after cook-off, or 4 h when it was held at
    60 °C or more (both are the kitchen's settings). One function for labels, rounds
    and checks.

    The longer time needs a temperature taken while the food was still good, and none
    below 60 °C: what once cooled down is not made good by warming it.
    """
    short = cooked_off_at + timedelta(minutes=kitchen.eat_within_minutes)
    temperatures = list(holdings)
    held = any(
        found.decidegrees >= HOT_DECIDEGREES and found.measured_at <= short
        for found in temperatures
    )
    if held and all(found.decidegrees >= HOT_DECIDEGREES for found in temperatures):
        return cooked_off_at + timedelta(minutes=kitchen.eat_within_held_minutes)
    return short


def made_and_use_by(
    batches: Iterable[BatchFacts],
) -> tuple[datetime, datetime] | None:
    """The time on a box with several dishes: the earliest cook-off and the earliest
    use-by among them; None while nothing is cooked."""
    cooked = list(batches)
    if not cooked:
        return None
    earliest = min(batch.cooked_off_at for batch in cooked)
    return earliest, min(batch.use_by for batch in cooked)


# Readers ----------------------------------------------------------------------


async def cooked_for(kitchen_id: int, day: date, meal: str) -> list[BatchFacts]:
    """What was cooked for a meal, batches taken back left out."""
    kitchen = await kitchen_by_id(kitchen_id)
    found = await rows(
        "SELECT b.*, d.name AS dish_name FROM batch b JOIN dish d ON d.id = b.dish"
        " WHERE b.kitchen = {} AND b.day = {} AND b.meal = {} AND b.id NOT IN"
        " (SELECT row_id FROM production_void WHERE kind = 'batch') ORDER BY b.id",
        *(kitchen_id, day, meal),
    )
    measured = await rows(
        "SELECT * FROM holding WHERE batch IN {} ORDER BY measured_at, id",
        [row["id"] for row in found],
    )
    holdings: dict[int, list[HoldingFacts]] = {}
    for row in measured:
        facts = HoldingFacts(row["decidegrees"], row["measured_at"], row["by"])
        holdings.setdefault(row["batch"], []).append(facts)
    return [_batch(row, tuple(holdings.get(row["id"], ())), kitchen) for row in found]


def _batch(
    row: Mapping[str, Any], holdings: tuple[HoldingFacts, ...], kitchen: KitchenFacts
) -> BatchFacts:
    return BatchFacts(
        id=row["id"],
        dish_id=row["dish"],
        dish_name=row["dish_name"],
        number=row["number"],
        portions=row["portions"],
        cooked_off_at=row["cooked_off_at"],
        core_decidegrees=row["core_decidegrees"],
        holdings=holdings,
        use_by=use_by(row["cooked_off_at"], holdings, kitchen),
        at=row["at"],
        by=row["by"],
    )


async def samples_for(kitchen_id: int, day: date, meal: str) -> list[SampleFacts]:
    """The samples kept of a meal."""
    found = await rows(
        "SELECT s.*, d.name AS dish_name FROM sample s JOIN dish d ON d.id = s.dish"
        " WHERE s.kitchen = {} AND s.day = {} AND s.meal = {} AND s.id NOT IN"
        " (SELECT row_id FROM production_void WHERE kind = 'sample') ORDER BY s.id",
        *(kitchen_id, day, meal),
    )
    return [
        SampleFacts(r["id"], r["dish"], r["dish_name"], r["grams"], r["at"], r["by"])
        for r in found
    ]


async def packed_for(kitchen_id: int, day: date, meal: str) -> list[PackedFacts]:
    """What was portioned for the dining points, by diet."""
    found = await rows(
        "SELECT * FROM packed WHERE kitchen = {} AND day = {} AND meal = {} AND id"
        " NOT IN (SELECT row_id FROM production_void WHERE kind = 'packed')"
        " ORDER BY id",
        *(kitchen_id, day, meal),
    )
    return [
        PackedFacts(r["id"], r["point"], r["diet_key"], r["portions"], r["at"], r["by"])
        for r in found
    ]


# Verbs ------------------------------------------------------------------------


async def record_batch(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    portions: int,
    cooked_off_at: datetime,
    core_decidegrees: int | None,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """One pot filling came off the fire; temperature in °C × 10, None for cold food.
    Refuses `core_too_low`, `cooked_in_future`, `cooked_other_day`."""
    dish = await dish_by_id(dish_id)
    if core_decidegrees is not None and core_decidegrees < COOKED_THROUGH_DECIDEGREES:
        degrees = core_decidegrees / 10
        raise Refusal("core_too_low", dish=dish.name, degrees=f"{degrees:g}")
    _refuse_odd_times(day, cooked_off_at, now)

    async def do() -> dict[str, Any]:
        await lock_for("batch", (kitchen_id, day, meal))
        last = await one(
            "SELECT MAX(number) AS number FROM batch WHERE kitchen = {} AND day = {}"
            " AND meal = {} AND dish = {}",
            *(kitchen_id, day, meal, dish_id),
        )
        return {
            "id": await insert(
                Batch,
                kitchen=kitchen_id,
                day=day,
                meal=meal,
                dish=dish_id,
                number=((last or {}).get("number") or 0) + 1,
                portions=portions,
                cooked_off_at=cooked_off_at,
                core_decidegrees=core_decidegrees,
                at=now,
                by=by.name,
            )
        }

    body = {
        "dish": dish.code,
        "portions": portions,
        "cooked_off_at": cooked_off_at,
        "core_decidegrees": core_decidegrees,
    }
    return await _record("batch", kitchen_id, day, meal, body, do, act, by, now)


def _refuse_odd_times(day: date, cooked_off_at: datetime, now: datetime) -> None:
    local = cooked_off_at.astimezone(LOCAL_ZONE)
    if cooked_off_at > now + CLOCKS_DIFFER:
        raise Refusal("cooked_in_future", at=f"{local:%H:%M}")
    if service_day_of(cooked_off_at, LOCAL_ZONE) != day:
        raise Refusal("cooked_other_day", at=f"{local:%m-%d %H:%M}", day=day)


async def record_holding(
    batch_id: int,
    decidegrees: int,
    measured_at: datetime,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """A holding temperature of a batch, °C × 10; any is recorded, 60 °C and more
    extends the use-by. Refuses `batch_unknown`, `held_before_cooked`,
    `cooked_in_future`."""
    async with writing():
        batch = await one("SELECT * FROM batch WHERE id = {}", batch_id)
        if batch is None:
            raise Refusal("batch_unknown", batch=batch_id)
        if measured_at < batch["cooked_off_at"]:
            raise Refusal("held_before_cooked")
        if measured_at > now + CLOCKS_DIFFER:
            local = measured_at.astimezone(LOCAL_ZONE)
            raise Refusal("cooked_in_future", at=f"{local:%H:%M}")
        await refuse_closed_day(batch["kitchen"], batch["day"], batch["meal"])
        await insert(
            Holding,
            batch=batch_id,
            decidegrees=decidegrees,
            measured_at=measured_at,
            at=now,
            by=by.name,
        )
        after = {"batch": batch_id, "decidegrees": decidegrees, "at": measured_at}
        await _trace("holding", batch["kitchen"], after, by, now)


async def record_sample(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    grams: int,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """A sample of a dish was sealed and put away. Refuses `sample_too_small`."""
    kitchen = await kitchen_by_id(kitchen_id)
    dish = await dish_by_id(dish_id)
    if grams < kitchen.sample_grams:
        least = kitchen.sample_grams
        raise Refusal("sample_too_small", dish=dish.name, grams=grams, least=least)

    async def do() -> dict[str, Any]:
        values = {"kitchen": kitchen_id, "day": day, "meal": meal, "dish": dish_id}
        key = await insert(Sample, **values, grams=grams, at=now, by=by.name)
        return {"id": key}

    body = {"dish": dish.code, "grams": grams}
    return await _record("sample", kitchen_id, day, meal, body, do, act, by, now)


async def record_packed(
    kitchen_id: int,
    day: date,
    meal: str,
    point_id: int,
    diet_key: str,
    portions: int,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Portions of one diet went into the containers of a dining point."""

    async def do() -> dict[str, Any]:
        values = {"kitchen": kitchen_id, "day": day, "meal": meal, "point": point_id}
        key = await insert(
            Packed,
            **values,
            diet_key=diet_key,
            portions=portions,
            at=now,
            by=by.name,
        )
        return {"id": key}

    body = {"point": point_id, "diet": diet_key, "portions": portions}
    return await _record("packed", kitchen_id, day, meal, body, do, act, by, now)


async def void_production(
    kind: str, row_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take a mistaken batch, sample or packed row back; twice is harmless. Refuses
    `reason_missing`, `production_row_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    tables = {"batch": Batch, "sample": Sample, "packed": Packed}
    if kind not in tables:
        raise Refusal("production_row_unknown", row=row_id)
    async with writing():
        await lock_for("production", f"{kind}{row_id}")
        found = (
            await tables[kind].select().where(tables[kind]._meta.primary_key == row_id)
        )
        if not found:
            raise Refusal("production_row_unknown", row=row_id)
        voided = await one(
            "SELECT id FROM production_void WHERE kind = {} AND row_id = {}",
            *(kind, row_id),
        )
        if voided is not None:
            return
        row = found[0]
        await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
        await insert(
            ProductionVoid,
            kind=kind,
            row_id=row_id,
            reason=reason.strip(),
            at=now,
            by=by.name,
        )
        after = {"kind": kind, "row": row_id}
        await _trace("void", row["kitchen"], after, by, now, reason.strip())


async def _record(
    kind: str,
    kitchen_id: int,
    day: date,
    meal: str,
    body: Mapping[str, object],
    do: Callable[[], Awaitable[dict[str, Any]]],
    act: uuid.UUID | None,
    by: Actor,
    now: datetime,
) -> int:
    """Insert once, however often the form is sent, with its line in the audit."""
    told = {"day": day, "meal": meal, **body}

    async def record() -> dict[str, Any]:
        await refuse_closed_day(kitchen_id, day, meal)
        answer = await do()
        await _trace(kind, kitchen_id, told, by, now)
        return answer

    key = "" if act is None else str(act)
    async with writing():
        answer, _repeated = await acts.once_if(key, by.name, now, told, record)
    return int(answer["id"])


async def _trace(
    what: str,
    kitchen_id: int,
    after: Mapping[str, object],
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"production.{what}",
        object_kind="kitchen",
        object_id=kitchen_id,
        after=after,
        reason=reason,
    )
