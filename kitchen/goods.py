"""What came in: every lot with supplier, number, expiry, temperature and paper; what
was used of it; what is on hand.

A lot is a row, a use is a row; a correction is a use with the opposite sign. A lot that
was sent back is kept with the reason and never counts as stock. Source of the columns:
GB 31654-2021 on incoming goods (supplier, batch, date, certificate, temperature).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import (
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.batches import Batch
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Ingredient
from kitchen.lateness import is_late
from kitchen.names import pattern_within
from kitchen.places import Kitchen
from kitchen.prices import NewPrice, paid_in_transaction
from kitchen.staff import Actor

USES = ("cooked", "wasted", "corrected")
SOON = timedelta(days=3)
"""How long before its expiry a lot is shown as one to use up (ours)."""
HEAVIEST_GRAMS = 5_000_000


class Lot(Table, tablename="lot"):
    """One delivery of one ingredient under one number of its supplier."""

    kitchen = ForeignKey(Kitchen, null=False)
    ingredient = ForeignKey(Ingredient, null=False)
    supplier = Text()
    number = Text()  # the supplier's batch
    grams = Integer()
    expires_on = Date(null=True)
    decidegrees = Integer(null=True)  # °C × 10 on arrival
    certificate = Text()  # number of the certificate or test report
    price_fen = BigInt(null=True)  # for the whole lot
    accepted = Boolean()
    reason = Text()  # why it was sent back
    received_at = Timestamptz()
    at = Timestamptz()
    by = Text()


class LotUse(Table, tablename="lot_use"):
    """Grams taken from a lot; negative puts some back. why: cooked | wasted |
    corrected"""

    lot = ForeignKey(Lot, null=False)
    batch = ForeignKey(Batch, null=True)
    grams = Integer()
    why = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class LotFacts:
    """A lot as it stands. `left_grams`: what is on hand."""

    id: int
    ingredient_id: int
    ingredient_name: str
    supplier: str
    number: str
    grams: int
    expires_on: date | None
    decidegrees: int | None
    certificate: str
    price_fen: int | None
    accepted: bool
    reason: str
    received_at: datetime
    at: datetime
    by: str
    used_grams: int

    @property
    def left_grams(self) -> int:
        return self.grams - self.used_grams if self.accepted else 0

    @property
    def is_late(self) -> bool:
        return is_late(self.received_at, self.at)

    def is_expired_on(self, day: date) -> bool:
        return self.expires_on is not None and self.expires_on < day

    def is_soon_on(self, day: date) -> bool:
        """To be used up: still good, not for long."""
        return self.expires_on is not None and day <= self.expires_on <= day + SOON


@dataclass(frozen=True)
class NewLot:
    """What is written down as goods arrive."""

    ingredient_id: int
    supplier: str
    number: str
    grams: int
    expires_on: date | None = None
    decidegrees: int | None = None
    certificate: str = ""
    price_fen: int | None = None
    accepted: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Draw:
    """Grams to be taken from a lot."""

    lot_id: int
    grams: int


def draws_for(
    needs: Mapping[int, int], lots: Iterable[LotFacts], day: date
) -> tuple[list[Draw], dict[int, int]]:
    """First expired, first used: which lots cover `needs` (ingredient → grams), and
    what is missing. Nothing is drawn from an expired lot."""
    good = [lot for lot in lots if lot.left_grams > 0 and not lot.is_expired_on(day)]
    good.sort(key=lambda lot: (lot.expires_on or date.max, lot.id))
    draws, missing = [], {}
    for ingredient, wanted in needs.items():
        left = wanted
        for lot in good:
            if lot.ingredient_id == ingredient and left > 0:
                taken = min(left, lot.left_grams)
                draws.append(Draw(lot.id, taken))
                left -= taken
        if left > 0:
            missing[ingredient] = left
    return draws, missing


def to_use_up(lots: Iterable[LotFacts], first: date, last: date) -> dict[int, LotFacts]:
    """Ingredient → its lot that expires first within those days: the planner is asked
    to put it on the menu before."""
    found: dict[int, LotFacts] = {}
    for lot in lots:
        day = lot.expires_on
        if lot.left_grams <= 0 or day is None or not first <= day <= last:
            continue
        held = found.get(lot.ingredient_id)
        if held is None or day < (held.expires_on or day):
            found[lot.ingredient_id] = lot
    return found


def on_hand(lots: Iterable[LotFacts], day: date) -> dict[int, int]:
    """Ingredient → grams that are in the house and good on a day."""
    found: dict[int, int] = {}
    for lot in lots:
        if lot.left_grams > 0 and not lot.is_expired_on(day):
            grams = found.get(lot.ingredient_id, 0) + lot.left_grams
            found[lot.ingredient_id] = grams
    return found


# Readers ----------------------------------------------------------------------

_LOTS = (
    "SELECT l.*, i.name AS ingredient_name, l.ingredient AS ingredient_id,"
    " COALESCE((SELECT SUM(u.grams) FROM lot_use u WHERE u.lot = l.id), 0)"
    " AS used_grams FROM lot l JOIN ingredient i ON i.id = l.ingredient"
    " WHERE l.kitchen = {}"
)


async def stock_for(kitchen_id: int) -> list[LotFacts]:
    """Lots of which something is left, the first to expire first."""
    lots = [_lot(row) for row in await rows(_LOTS + " ORDER BY l.id", kitchen_id)]
    standing = [lot for lot in lots if lot.left_grams > 0]
    return sorted(standing, key=lambda lot: (lot.expires_on or date.max, lot.id))


async def lots_between(kitchen_id: int, first: date, last: date) -> list[LotFacts]:
    """What arrived on these days, sent back or not, oldest first."""
    found = [_lot(row) for row in await rows(_LOTS + " ORDER BY l.id", kitchen_id)]
    return [
        lot
        for lot in found
        if first <= lot.received_at.astimezone(audit.LOCAL_ZONE).date() <= last
    ]


async def lots_like(kitchen_id: int, text: str, limit: int = 20) -> list[LotFacts]:
    """Lots whose number, supplier or food holds the text, used up or not, newest
    first."""
    found = await rows(
        _LOTS + " AND LOWER(l.number || ' ' || l.supplier || ' ' || i.name)"
        " LIKE {} ESCAPE '\\' ORDER BY l.id DESC LIMIT {}",
        *(kitchen_id, pattern_within(text), limit),
    )
    return [_lot(row) for row in found]


async def lot_of(kitchen_id: int, lot_id: int) -> LotFacts:
    """One lot of this kitchen; refuses `lot_unknown`."""
    row = await one(_LOTS + " AND l.id = {}", kitchen_id, lot_id)
    if row is None:
        raise Refusal("lot_unknown")
    return _lot(row)


async def lots_in(batch_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Dish batch → the lots that went into it."""
    found = await rows(
        "SELECT batch, lot FROM lot_use WHERE batch IN {} GROUP BY batch, lot"
        " HAVING SUM(grams) > 0 ORDER BY batch, lot",
        sorted(set(batch_ids)),
    )
    by_batch: dict[int, list[int]] = {}
    for row in found:
        by_batch.setdefault(row["batch"], []).append(row["lot"])
    return {batch: tuple(lots) for batch, lots in by_batch.items()}


async def batches_with(lot_id: int) -> list[int]:
    """The dish batches that a lot went into."""
    found = await rows(
        "SELECT batch FROM lot_use WHERE lot = {} AND batch IS NOT NULL"
        " GROUP BY batch HAVING SUM(grams) > 0 ORDER BY batch",
        lot_id,
    )
    return [row["batch"] for row in found]


async def ingredient_named(name: str) -> int:
    """The ingredient of exactly this name, or else of this English name; refuses
    `ingredient_not_named`."""
    found = await rows(
        "SELECT id FROM ingredient WHERE name = {} OR name_en = {}"
        " AND name_en <> ''"
        " ORDER BY name <> {}, id LIMIT 1",
        *(name.strip(), name.strip(), name.strip()),
    )
    if not found:
        raise Refusal("ingredient_not_named", name=name)
    return int(found[0]["id"])


async def ingredient_names() -> list[str]:
    """Every ingredient by name, for the list under the field."""
    found = await rows("SELECT name FROM ingredient ORDER BY name")
    return [row["name"] for row in found]


async def suppliers_of(kitchen_id: int) -> list[str]:
    """Suppliers by name, as they have been written before."""
    found = await rows(
        "SELECT DISTINCT supplier FROM lot WHERE kitchen = {} ORDER BY supplier",
        kitchen_id,
    )
    return [row["supplier"] for row in found]


def _lot(row: Mapping[str, Any]) -> LotFacts:
    values = {**row, "accepted": bool(row["accepted"])}
    values["used_grams"] = int(values["used_grams"])
    return LotFacts(**{name: values[name] for name in LotFacts.__annotations__})


# Verbs ------------------------------------------------------------------------


async def receive_lot(
    kitchen_id: int,
    lot: NewLot,
    received_at: datetime,
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Goods arrive and are looked at. Refuses `lot_without_supplier`,
    `lot_without_number`, `lot_weight`, `lot_expired`, `reason_missing` (sent back
    without saying why), `ingredient_unknown`, `received_in_future`,
    `price_out_of_range`. What was paid is the ingredient's price from that day on."""
    _check(lot, received_at, now)
    body = {"kitchen": kitchen_id, "received_at": received_at, **vars(lot)}

    async def do() -> dict[str, Any]:
        known = await rows("SELECT id FROM ingredient WHERE id = {}", lot.ingredient_id)
        if not known:
            raise Refusal("ingredient_unknown", ingredient=lot.ingredient_id)
        values = {**vars(lot), "ingredient": lot.ingredient_id}
        del values["ingredient_id"]
        key = await insert(
            Lot,
            kitchen=kitchen_id,
            received_at=received_at,
            at=now,
            by=by.name,
            **values,
        )
        await _tell_price(kitchen_id, lot, received_at, by, now)
        await _record(
            "goods.receive" if lot.accepted else "goods.send_back", key, by, now, body
        )
        return {"id": key}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, body, do)
    return int(answer["id"])


async def _tell_price(
    kitchen_id: int, lot: NewLot, received_at: datetime, by: Actor, now: datetime
) -> None:
    """What was paid counts from the day it came in, for costs and the next list."""
    if not lot.accepted or lot.price_fen is None:
        return
    paid = NewPrice(
        lot.ingredient_id,
        lot.supplier.strip(),
        round(lot.price_fen * 1000 / lot.grams),
        received_at.astimezone(audit.LOCAL_ZONE).date(),
    )
    await paid_in_transaction(kitchen_id, paid, by=by, now=now)


def _check(lot: NewLot, received_at: datetime, now: datetime) -> None:
    if not lot.supplier.strip():
        raise Refusal("lot_without_supplier")
    if not lot.number.strip():
        raise Refusal("lot_without_number")
    if not 0 < lot.grams <= HEAVIEST_GRAMS:
        raise Refusal("lot_weight", grams=lot.grams)
    if received_at > now + timedelta(minutes=5):
        raise Refusal("received_in_future", at=received_at)
    arrived = received_at.astimezone(audit.LOCAL_ZONE).date()
    if lot.accepted and lot.expires_on is not None and lot.expires_on < arrived:
        raise Refusal("lot_expired", on=lot.expires_on)
    if not lot.accepted and not lot.reason.strip():
        raise Refusal("reason_missing")


async def use_lots(
    kitchen_id: int,
    batch_id: int | None,
    draws: Sequence[Draw],
    why: str = "cooked",
    reason: str = "",
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Take from lots, for a dish batch or as waste or correction; returns how many
    rows were written. Refuses `draws_missing`, `lot_unknown`, `lot_too_small`,
    `batch_unknown`, `reason_missing`."""
    if why not in USES:
        raise ValueError(f"no use {why!r}")
    draws = [draw for draw in draws if draw.grams]
    if not draws:
        raise Refusal("draws_missing")
    if why != "cooked" and not reason.strip():
        raise Refusal("reason_missing")
    body = {
        "kitchen": kitchen_id,
        "batch": batch_id,
        "why": why,
        "draws": [[draw.lot_id, draw.grams] for draw in draws],
    }

    async def do() -> dict[str, Any]:
        await lock_for("lot_use", kitchen_id)
        if batch_id is not None:
            await _known_batch(kitchen_id, batch_id)
        for draw in draws:
            lot = await lot_of(kitchen_id, draw.lot_id)
            if draw.grams > lot.left_grams or lot.used_grams + draw.grams < 0:
                raise Refusal(
                    "lot_too_small", name=lot.ingredient_name, left=lot.left_grams
                )
        await insert_many(
            LotUse,
            [
                {
                    "lot": draw.lot_id,
                    "batch": batch_id,
                    "grams": draw.grams,
                    "why": why,
                    "reason": reason.strip(),
                    "at": now,
                    "by": by.name,
                }
                for draw in draws
            ],
        )
        await _record("goods.use", kitchen_id, by, now, body, reason.strip())
        return {"n": len(draws)}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, body, do)
    return int(answer["n"])


async def _known_batch(kitchen_id: int, batch_id: int) -> None:
    found = await rows(
        "SELECT id FROM batch WHERE id = {} AND kitchen = {}", batch_id, kitchen_id
    )
    if not found:
        raise Refusal("batch_unknown", batch=batch_id)


async def _record(
    action: str,
    object_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="goods",
        object_id=object_id,
        after=after,
        reason=reason,
    )
