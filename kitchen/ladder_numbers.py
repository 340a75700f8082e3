"""The full telephone number behind one rung of a closed door: looked at one by one,
and each look is written down.
"""

from dataclasses import dataclass
from datetime import datetime

from kitchen.database import one
from kitchen.door_ladders import ladder_of
from kitchen.errors import Refusal
from kitchen.registry import contacts_for, elders_by_id, reveal, reveal_contact
from kitchen.staff import Actor

REASON = "没人应门"


@dataclass(frozen=True)
class RungNumber:
    """A rung and the number behind it; "" where the record has none."""

    rung: str
    phone: str


async def number_of_rung(
    case_id: int, rung_key: str, *, by: Actor, now: datetime
) -> RungNumber:
    """Refuses `case_unknown`, `rung_unknown`."""
    case = await one("SELECT elder FROM door_case WHERE id = {}", case_id)
    if case is None:
        raise Refusal("case_unknown", case=case_id)
    elder_id = int(case["elder"])
    elder = (await elders_by_id([elder_id]))[elder_id]
    contacts = (await contacts_for([elder_id])).get(elder_id, [])
    for rung in ladder_of(elder.name, elder.phone_tail, contacts):
        if rung.key == rung_key:
            break
    else:
        raise Refusal("rung_unknown", rung=rung_key)
    if rung.contact_id is not None:
        phone = await reveal_contact(rung.contact_id, REASON, by=by, now=now)
        return RungNumber(rung_key, phone)
    if rung.key == "elder":
        phone = await reveal(elder_id, "phone", REASON, by=by, now=now)
        return RungNumber(rung_key, phone)
    return RungNumber(rung_key, rung.phone_tail)
