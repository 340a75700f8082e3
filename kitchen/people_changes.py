"""What changes in a life after enrolment: states, ladder, cards, entitlements."""

from collections.abc import Sequence
from datetime import date, datetime

from kitchen.database import (
    insert,
    insert_many,
    lock_for,
    one,
    rows,
    update_row,
    writing,
)
from kitchen.elders import elder_by_id, household_of, states_for
from kitchen.errors import Refusal
from kitchen.names import phone_tail
from kitchen.people_facts import CONSENTS, NewContact, state_on
from kitchen.people_tables import (
    Card,
    Category,
    Contact,
    DeliveryEntitlement,
    Elder,
    ElderState,
    Household,
)
from kitchen.people_trace import sealed, trace
from kitchen.sealing import keyring
from kitchen.staff import Actor


async def set_state(
    elder_id: int,
    state: str,
    from_day: date,
    to_day: date | None,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Pause, resume, end or record a death, from a day on. A pause has a last day
    after which the meals resume by themselves. Refuses `dates_reversed`,
    `pause_needs_reason`."""
    if to_day is not None and to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    if state != "active" and not reason.strip():
        raise Refusal("pause_needs_reason")
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            ElderState,
            elder=elder_id,
            state=state,
            from_day=from_day,
            to_day=to_day,
            reason=reason,
            at=now,
            by=by.name,
        )
        await trace(
            f"elder.{state}",
            person.id,
            by=by,
            now=now,
            after={"from": from_day, "to": to_day},
            reason=reason,
        )


async def resume(elder_id: int, from_day: date, *, by: Actor, now: datetime) -> None:
    """Eat again from a day on, earlier than planned. Only the pause that covers the
    day is cut short: what was dated for later still comes. Refuses `not_paused`."""
    async with writing():
        states = (await states_for([elder_id]))[elder_id]
        current = state_on(states, from_day)
        if current is None or current.state == "active":
            raise Refusal("not_paused", day=from_day)
        await insert(
            ElderState,
            elder=elder_id,
            state="active",
            from_day=from_day,
            to_day=current.to_day,
            reason="",
            at=now,
            by=by.name,
        )
        await trace("elder.active", elder_id, by=by, now=now, after={"from": from_day})


async def set_contacts(
    elder_id: int, contacts: Sequence[NewContact], *, by: Actor, now: datetime
) -> None:
    """Replace the ladder; an entry without a phone keeps the number it had under
    the same name. The old entries stay on record as removed."""
    async with writing():
        person = await elder_by_id(elder_id)
        old = await rows(
            "SELECT name, phone_sealed FROM contact WHERE elder = {}"
            " AND removed_at IS NULL",
            elder_id,
        )
        known = {
            row["name"]: keyring().unseal(
                "contact", "phone", elder_id, row["phone_sealed"]
            )
            for row in old
            if row["phone_sealed"]
        }
        await Contact.update({"removed_at": now}).where(
            (Contact.elder == elder_id) & Contact.removed_at.is_null()
        )
        kept = tuple(
            contact
            if contact.phone
            else NewContact(
                contact.kind,
                contact.name,
                contact.relation,
                known.get(contact.name, ""),
                contact.agreement_on,
            )
            for contact in contacts
        )
        await add_contacts(elder_id, kept)
        await trace(
            "elder.contacts", person.id, by=by, now=now, after={"count": len(kept)}
        )


async def bind_card(elder_id: int, number: str, *, by: Actor, now: datetime) -> None:
    """Let any card name this person from now on. Refuses `card_in_use`."""
    async with writing():
        person = await elder_by_id(elder_id)
        await add_card(elder_id, number, "alias", by=by, now=now)
        await trace("card.bind", person.id, by=by, now=now, after={"tail": number[-4:]})


async def block_card(card_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """挂失: the card names nobody any more."""
    async with writing():
        row = await one("SELECT elder FROM card WHERE id = {}", card_id)
        if row is None:
            raise Refusal("card_unknown", card=card_id)
        await update_row(Card, card_id, {"blocked_at": now, "blocked_reason": reason})
        await trace("card.block", row["elder"], by=by, now=now, reason=reason)


async def set_category(
    elder_id: int,
    code: str,
    valid_from: date,
    valid_to: date | None,
    evidence: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Record an entitlement fact with its dates and sealed evidence. A consent is
    nothing without what was signed: `consent_without_evidence`."""
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("dates_reversed", first=valid_from, last=valid_to)
    if code in CONSENTS and not evidence.strip():
        raise Refusal("consent_without_evidence")
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            Category,
            elder=elder_id,
            code=code,
            valid_from=valid_from,
            valid_to=valid_to,
            evidence_sealed=sealed("category", "evidence", elder_id, evidence),
            at=now,
            by=by.name,
        )
        await trace(
            "category.set",
            person.id,
            by=by,
            now=now,
            after={"code": code, "from": valid_from, "to": valid_to},
        )


async def entitle_delivery(
    elder_id: int,
    reason: str,
    from_day: date,
    to_day: date | None,
    note: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Bring the meal to this person's door, with the reason and its last day."""
    if to_day is not None and to_day < from_day:
        raise Refusal("dates_reversed", first=from_day, last=to_day)
    async with writing():
        person = await elder_by_id(elder_id)
        await insert(
            DeliveryEntitlement,
            elder=elder_id,
            reason=reason,
            from_day=from_day,
            to_day=to_day,
            at=now,
            by=by.name,
            note=note,
        )
        await trace(
            "delivery.entitle",
            person.id,
            by=by,
            now=now,
            after={"from": from_day, "to": to_day},
            reason=reason,
        )


async def end_category(
    category_id: int, last_day: date, *, by: Actor, now: datetime
) -> None:
    """The fact holds until a day and no longer; one that had not begun is withdrawn.
    Refuses `category_unknown`."""
    async with writing():
        row = await one("SELECT * FROM category WHERE id = {}", category_id)
        if row is None or row["withdrawn_at"] is not None:
            raise Refusal("category_unknown", category=category_id)
        never = last_day < row["valid_from"]
        changes = {"withdrawn_at": now} if never else {"valid_to": last_day}
        await update_row(Category, category_id, changes)
        await trace(
            "category.end",
            row["elder"],
            by=by,
            now=now,
            before={"code": row["code"], "to": row["valid_to"]},
            after={"to": last_day},
        )


async def end_entitlement(
    entitlement_id: int, last_day: date, *, by: Actor, now: datetime
) -> None:
    """Meals are brought until a day and no longer. Refuses `entitlement_unknown`."""
    async with writing():
        row = await one(
            "SELECT * FROM delivery_entitlement WHERE id = {}", entitlement_id
        )
        if row is None:
            raise Refusal("entitlement_unknown", entitlement=entitlement_id)
        await update_row(DeliveryEntitlement, entitlement_id, {"to_day": last_day})
        await trace(
            "delivery.end",
            row["elder"],
            by=by,
            now=now,
            before={"to": row["to_day"]},
            after={"to": last_day},
        )


async def share_household(
    elder_id: int, other_id: int, *, by: Actor, now: datetime
) -> None:
    """Two people share a purse and usually a door. Who already shares one with
    others brings them along. Refuses `household_of_one`."""
    if elder_id == other_id:
        raise Refusal("household_of_one")
    async with writing():
        person, other = await elder_by_id(elder_id), await elder_by_id(other_id)
        household = person.household_id or other.household_id
        if household is None:
            household = await insert(Household, name=person.name)
        for member in (person, other):
            for mate in [member, *await household_of(member)]:
                await update_row(Elder, mate.id, {"household": household})
        await trace(
            "household.share", elder_id, by=by, now=now, after={"with": other.name}
        )


async def leave_household(elder_id: int, *, by: Actor, now: datetime) -> None:
    """This person keeps a household alone again."""
    async with writing():
        await elder_by_id(elder_id)
        await update_row(Elder, elder_id, {"household": None})
        await trace("household.leave", elder_id, by=by, now=now)


async def add_card(
    elder_id: int, number: str, kind: str, *, by: Actor, now: datetime
) -> None:
    await lock_for("card", number)
    taken = await one(
        "SELECT e.name FROM card c JOIN elder e ON e.id = c.elder"
        " WHERE c.number = {} AND c.blocked_at IS NULL",
        number,
    )
    if taken is not None:
        raise Refusal("card_in_use", number=number, name=taken["name"])
    await insert(
        Card,
        elder=elder_id,
        number=number,
        kind=kind,
        at=now,
        by=by.name,
        blocked_at=None,
        blocked_reason="",
    )


async def add_contacts(elder_id: int, contacts: Sequence[NewContact]) -> None:
    await insert_many(
        Contact,
        [
            {
                "elder": elder_id,
                "rank": rank,
                "kind": contact.kind,
                "name": contact.name,
                "relation": contact.relation,
                "phone_sealed": sealed("contact", "phone", elder_id, contact.phone),
                "phone_tail": phone_tail(contact.phone),
                "agreement_on": contact.agreement_on,
                "removed_at": None,
            }
            for rank, contact in enumerate(contacts, start=1)
        ],
    )
