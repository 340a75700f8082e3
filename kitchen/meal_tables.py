"""A meal handed over, the slot it takes, and the row that takes it back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import rows
from kitchen.headcounts import Diner
from kitchen.ledger import Entry
from kitchen.places import Area, DiningPoint, Kitchen
from kitchen.pricing import Extra, PayerLine
from kitchen.registry import Elder
from kitchen.subsidies import SchemeVersion, VersionFacts


class Meal(Table, tablename="meal"):
    """One portion handed over and priced. Never updated, never deleted."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=True)  # None = a guest at full price
    diner = ForeignKey(Diner, null=True)  # None = a walk-in
    portion = Integer()
    channel = Text()  # table | collect | door
    point = ForeignKey(DiningPoint, null=True)
    stop_id = Integer(null=True)
    tariff = Text()  # subsidised | full
    list_price_fen = BigInt()
    self_pay_fen = BigInt()
    lines = Text()  # JSON [[payer, fen, why], …]
    extras = Text()  # JSON [[kind, payer, fen, why], …], beside the price
    delivery_self_fen = BigInt()  # the elder's own part of the delivery fee
    community = ForeignKey(Area, null=True)  # where it is claimed, as of the day
    scheme_version = ForeignKey(SchemeVersion, null=True)
    payment = Text()  # cash | account | voucher | later
    entry = ForeignKey(Entry, null=False)
    served_at = Timestamptz()
    source = Text()  # till | door | paper | telephone
    reason = Text()  # why it is entered late
    device = Text()
    at = Timestamptz()
    by = Text()


Schemes = Mapping[tuple[int, date], Sequence[VersionFacts]]
"""The versions in force by kitchen and day."""

WAYS = {"table": "dine_in", "collect": "collect", "door": "deliver"}
"""What a scheme may ask about, by the channel a portion was handed over through."""


class MealSlot(Table, tablename="meal_slot"):
    """The one subsidised meal. Deleted only by a void."""

    elder = ForeignKey(Elder, null=False)
    day = Date()
    meal = Text()
    served = ForeignKey(Meal, null=False)


class MealVoid(Table, tablename="meal_void"):
    """The meal did not happen, or not so."""

    served = ForeignKey(Meal, null=False)
    entry = ForeignKey(Entry, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Serving:
    """One portion about to be handed over. `tariff` "subsidised" asks the scheme
    (and takes the day's one slot), "full" asks nobody."""

    kitchen_id: int
    day: date
    meal: str
    elder_id: int | None
    diner_id: int | None
    portion: int
    channel: str
    point_id: int | None
    stop_id: int | None
    tariff: str
    payment: str
    served_at: datetime
    source: str
    reason: str = ""
    device: str = ""


@dataclass(frozen=True)
class Handed:
    """What was recorded."""

    meal_id: int
    list_price_fen: int
    self_pay_fen: int
    lines: tuple[PayerLine, ...]
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class MealRow:
    """One handed-over portion that counts, for lists and totals."""

    id: int
    elder_id: int | None
    diner_id: int | None
    portion: int
    channel: str
    point_id: int | None
    stop_id: int | None
    tariff: str
    list_price_fen: int
    self_pay_fen: int
    lines: tuple[PayerLine, ...]
    payment: str
    served_at: datetime
    by: str


# Readers ----------------------------------------------------------------------


async def meals_for(kitchen_id: int, day: date, meal: str) -> list[MealRow]:
    """Every portion handed over and not voided, in order."""
    found = await rows(
        "SELECT m.* FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day = {} AND m.meal = {} AND v.id IS NULL"
        " ORDER BY m.id",
        kitchen_id,
        day,
        meal,
    )
    return [meal_row(row) for row in found]


def meal_row(row: dict[str, Any]) -> MealRow:
    """The row as it stands."""
    return MealRow(
        id=row["id"],
        elder_id=row["elder"],
        diner_id=row["diner"],
        portion=row["portion"],
        channel=row["channel"],
        point_id=row["point"],
        stop_id=row["stop_id"],
        tariff=row["tariff"],
        list_price_fen=row["list_price_fen"],
        self_pay_fen=row["self_pay_fen"],
        lines=tuple(PayerLine(*line) for line in json.loads(row["lines"])),
        payment=row["payment"],
        served_at=row["served_at"],
        by=row["by"],
    )
