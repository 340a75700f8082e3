"""The logged look at what is sealed: one value at a time, with who and why."""

from datetime import datetime

from kitchen.database import one, writing
from kitchen.errors import Refusal
from kitchen.people_trace import trace
from kitchen.sealing import keyring
from kitchen.staff import Actor


async def reveal(
    elder_id: int, field_name: str, reason: str, *, by: Actor, now: datetime
) -> str:
    """The full phone or ID number, logged with who looked and why. Refuses
    `field_unknown`, `reason_missing`."""
    if field_name not in ("phone", "id"):
        raise Refusal("field_unknown", field=field_name)
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await one("SELECT * FROM elder WHERE id = {}", elder_id)
        if row is None:
            raise Refusal("elder_unknown", elder=elder_id)
        await trace(f"reveal.{field_name}", elder_id, by=by, now=now, reason=reason)
        sealed = row[f"{field_name}_sealed"]
        return (
            keyring().unseal("elder", field_name, row["number"], sealed)
            if sealed
            else ""
        )


async def reveal_contact(
    contact_id: int, reason: str, *, by: Actor, now: datetime
) -> str:
    """A contact's full phone, logged. Refuses `reason_missing`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await one("SELECT * FROM contact WHERE id = {}", contact_id)
        if row is None:
            raise Refusal("contact_unknown", contact=contact_id)
        await trace("reveal.contact", row["elder"], by=by, now=now, reason=reason)
        return (
            keyring().unseal("contact", "phone", row["elder"], row["phone_sealed"])
            if row["phone_sealed"]
            else ""
        )


async def reveal_evidence(
    category_id: int, reason: str, *, by: Actor, now: datetime
) -> str:
    """What was recorded as proof of an entitlement, logged. Refuses
    `reason_missing`, `category_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await one("SELECT * FROM category WHERE id = {}", category_id)
        if row is None:
            raise Refusal("category_unknown", category=category_id)
        await trace("reveal.evidence", row["elder"], by=by, now=now, reason=reason)
        return (
            keyring().unseal(
                "category", "evidence", row["elder"], row["evidence_sealed"]
            )
            if row["evidence_sealed"]
            else ""
        )
