"""The prices an authority has approved, item by item, with number and date of its
document. More than the approved price is never charged, and what is free stays free.
"""

from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import Asked, rows, writing
from kitchen.errors import Refusal
from kitchen.place_tables import Kitchen
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched

DELIVERY = "delivery"


class ApprovedPrice(Table, tablename="approved_price"):
    """From a day on, until the next row of the item. 0 = free of charge."""

    kitchen = ForeignKey(Kitchen, null=False)
    item = Text()  # breakfast | lunch | dinner | delivery, or any item's own name
    price_fen = BigInt()
    document = Text()  # number of the approval
    approved_on = Date()
    valid_from = Date()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class PriceFacts:
    """One approved price."""

    id: int
    item: str
    price_fen: int
    document: str
    approved_on: date
    valid_from: date
    by: str


async def approved_for(kitchen_id: int) -> list[PriceFacts]:
    """Every approved price of a kitchen, item by item, the newest first."""
    found = await rows(*approved_asked(kitchen_id))
    return [
        PriceFacts(**{name: row[name] for name in PriceFacts.__annotations__})
        for row in found
    ]


def approved_asked(kitchen_id: int) -> Asked:
    """What was approved, item by item, the newest first."""
    return (
        "SELECT * FROM approved_price WHERE kitchen = {}"
        " ORDER BY item, valid_from DESC, id DESC",
        kitchen_id,
    )


async def approved_on(kitchen_id: int, day: date) -> dict[str, PriceFacts]:
    """The approved price of each item that has one on a day."""
    newest_first = await approved_for(kitchen_id)
    return {one.item: one for one in reversed(newest_first) if one.valid_from <= day}


def refuse_above(known: dict[str, PriceFacts], item: str, fen: int) -> None:
    """Refuses `above_approved_price`, and `free_item_charged` for what is free."""
    one = known.get(item)
    if one is None or fen <= one.price_fen:
        return
    if one.price_fen == 0:
        raise Refusal("free_item_charged", item=item, document=one.document)
    raise Refusal(
        "above_approved_price",
        item=item,
        asked_fen=fen,
        approved_fen=one.price_fen,
        document=one.document,
    )


async def approve_price(
    *,
    kitchen_id: int,
    item: str,
    price_fen: int,
    document: str,
    approved: date,
    valid_from: date,
    by: Actor,
    now: datetime,
) -> int:
    """Record what an authority approved. Refuses `document_missing`,
    `valid_before_approved`, `price_below_zero`."""
    if not document.strip():
        raise Refusal("document_missing")
    if valid_from < approved:
        raise Refusal("valid_before_approved", approved=approved, valid=valid_from)
    if price_fen < 0:
        raise Refusal("price_below_zero", fen=price_fen)
    async with writing():
        price_id = await insert_vouched(
            ApprovedPrice,
            kitchen=kitchen_id,
            item=item,
            price_fen=price_fen,
            document=document.strip(),
            approved_on=approved,
            valid_from=valid_from,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="price.approve",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"item": item, "price_fen": price_fen, "document": document},
        )
        return int(price_id)
