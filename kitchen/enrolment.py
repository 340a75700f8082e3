"""Registering a person and correcting the record."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from kitchen.addresses import add_address
from kitchen.audit import LOCAL_ZONE
from kitchen.database import (
    insert,
    insert_many,
    lock_for,
    one,
    rows,
    update_row,
    writing,
)
from kitchen.elders import elder_by_id
from kitchen.errors import Refusal
from kitchen.names import phone_tail, search_keys, tidy
from kitchen.people_changes import add_card, add_contacts
from kitchen.people_facts import ElderFacts, NewElder
from kitchen.people_tables import Category, DeliveryEntitlement, Elder
from kitchen.people_trace import sealed, trace
from kitchen.sealing import keyring
from kitchen.staff import Actor


async def enrol(person: NewElder, *, kitchen_id: int, by: Actor, now: datetime) -> int:
    """Register one person with address, ladder, cards and entitlements.

    Refuses `id_number_registered` (with the name already under it),
    `card_in_use`, `member_number_in_use`.
    """
    async with writing():
        return await enrol_one(person, kitchen_id=kitchen_id, by=by, now=now)


async def enrol_one(
    person: NewElder,
    *,
    kitchen_id: int,
    by: Actor,
    now: datetime,
    import_run_id: int | None = None,
) -> int:
    """`enrol` inside the caller's `writing()`, for imports of many."""
    await _refuse_a_twin(person)
    number = person.number or await _next_number(kitchen_id)
    elder_id = int(
        await insert(
            Elder,
            **_columns(person, number),
            kitchen=kitchen_id,
            number=number,
            household=None,
            enrolled_on=_day(now),
            import_run=import_run_id,
            version=1,
        )
    )
    await _own_card(elder_id, number, person.cards, by=by, now=now)
    if person.address is not None:
        await add_address(elder_id, person.address, _day(now), by=by, now=now)
    await add_contacts(elder_id, person.contacts)
    await insert_many(
        Category,
        [
            {
                "elder": elder_id,
                "code": code,
                "valid_from": _day(now),
                "valid_to": None,
                "evidence_sealed": "",
                "at": now,
                "by": by.name,
            }
            for code in person.categories
        ],
    )
    if person.delivered:
        await insert(
            DeliveryEntitlement,
            elder=elder_id,
            reason=person.delivered,
            from_day=_day(now),
            to_day=None,
            at=now,
            by=by.name,
            note="",
        )
    await trace("elder.enrol", elder_id, by=by, now=now, after={"name": person.name})
    return elder_id


async def change_elder(
    elder_id: int, person: NewElder, *, version: int, by: Actor, now: datetime
) -> None:
    """Correct a record. Refuses `changed_meanwhile` when somebody else saved first:
    nothing typed is lost, the form comes back with both."""
    async with writing():
        await lock_for("elder", elder_id)
        before = await elder_by_id(elder_id)
        if before.version != version:
            raise Refusal("changed_meanwhile", name=before.name)
        await _refuse_a_twin(person, but=elder_id)
        columns = _columns(person, before.number)
        if not person.id_number:
            columns = {k: v for k, v in columns.items() if not k.startswith("id_")}
            columns["id_note"] = person.id_note or before.id_note
        if not person.phone:
            columns = {k: v for k, v in columns.items() if not k.startswith("phone_")}
        await update_row(Elder, elder_id, {**columns, "version": version + 1})
        after = await elder_by_id(elder_id)
        await trace(
            "elder.change",
            elder_id,
            by=by,
            now=now,
            before=_changed(before, after),
            after=_changed(after, before),
        )


def _columns(person: NewElder, number: str) -> dict[str, Any]:
    name = tidy(person.name)
    ring = keyring()
    return {
        "name": name,
        "search": search_keys(name),
        "sex": person.sex,
        "birth_date": person.birth_date,
        "id_sealed": sealed("elder", "id", number, person.id_number),
        "id_index": ring.fingerprint("id_number", person.id_number)
        if person.id_number
        else "",
        "id_tail": person.id_number[-4:],
        "id_note": person.id_note,
        "phone_sealed": sealed("elder", "phone", number, person.phone),
        "phone_index": ring.fingerprint("phone", person.phone) if person.phone else "",
        "phone_tail": phone_tail(person.phone),
        "point": person.point_id,
        "hukou_area": person.hukou_area_id,
        "residence_area": person.residence_area_id,
        "residence_since": person.residence_since,
        "self_care": person.self_care,
        "lives_alone": person.lives_alone,
        "slow_door": person.slow_door,
        "language": person.language,
        "texture": person.diet.texture,
        "low_salt": person.diet.low_salt,
        "sugar_control": person.diet.sugar_control,
        "halal": person.diet.halal,
        "vegetarian": person.diet.vegetarian,
        "allergies": ";".join(person.diet.allergies),
        "dislikes": ";".join(person.diet.dislikes),
    }


async def _refuse_a_twin(person: NewElder, but: int = 0) -> None:
    if not person.id_number:
        return
    index = keyring().fingerprint("id_number", person.id_number)
    await lock_for("id_number", index)
    found = await rows(
        "SELECT id, name, number FROM elder WHERE id_index = {} AND id <> {}",
        index,
        but,
    )
    if found:
        raise Refusal(
            "id_number_registered", name=found[0]["name"], number=found[0]["number"]
        )


async def _next_number(kitchen_id: int) -> str:
    """Digits only: kitchen (2) and a running number (5), so that a scanner's
    keyboard and a Chinese input method cannot disagree about it."""
    prefix = f"{kitchen_id % 100:02d}"
    await lock_for("elder_number", prefix)
    row = await one(
        "SELECT MAX(number) AS last FROM elder WHERE number LIKE {}", prefix + "_____"
    )
    last = int(str(row["last"])[2:]) if row and row["last"] else 0
    return f"{prefix}{last + 1:05d}"


async def _own_card(
    elder_id: int, number: str, aliases: Sequence[str], *, by: Actor, now: datetime
) -> None:
    await add_card(elder_id, number, "member", by=by, now=now)
    for alias in aliases:
        await add_card(elder_id, alias, "alias", by=by, now=now)


def _changed(one_side: ElderFacts, other: ElderFacts) -> dict[str, Any]:
    return {
        name: str(getattr(one_side, name))
        for name in ElderFacts.__annotations__
        if getattr(one_side, name) != getattr(other, name) and name != "search"
    }


def _day(now: datetime) -> date:
    """The day on the kitchen's wall; until eight in the morning UTC is a day behind."""
    return now.astimezone(LOCAL_ZONE).date()
