"""What a driver's telephone may do on its own round: report a door, take the report
back, look at a number. Each act once, however often the telephone sends it.
"""

from datetime import datetime, timedelta

from kitchen.database import one
from kitchen.deliveries import report_exception, void_report
from kitchen.door_ladders import Rung, ladder_of
from kitchen.errors import Refusal
from kitchen.outcomes import Report
from kitchen.registry import contacts_for, elders_by_id, reveal, reveal_contact
from kitchen.round_passes import Trip, refuse_foreign_stop

SOURCE = "phone_page"
EARLY = timedelta(hours=12)
"""An act older than this was not made on today's round: its clock is wrong."""


def happened_at(said: datetime | None, now: datetime) -> datetime:
    """When it happened by the telephone's clock, where that is believable."""
    if said is None or said.tzinfo is None or not now - EARLY <= said <= now:
        return now
    return said


async def report(
    trip: Trip, stop_id: int, said: Report, act: str, *, now: datetime
) -> int:
    """One door's outcome. Refuses as `report_exception`, and `stop_not_on_trip`."""
    await refuse_foreign_stop(trip, stop_id)
    return await report_exception(stop_id, said, act=act, by=trip.actor, now=now)


async def undo(trip: Trip, stop_id: int, act: str, *, now: datetime) -> None:
    """Take the telephone's own report back; nothing to take back is calm. Refuses
    `undo_not_yours` (the office reported it), `stop_not_on_trip`."""
    await refuse_foreign_stop(trip, stop_id)
    told = await one(
        "SELECT d.id AS id, d.source AS source FROM stop a JOIN round_plan pa"
        " ON pa.id = a.plan JOIN stop b ON COALESCE(b.diner, -1) ="
        " COALESCE(a.diner, -1) AND COALESCE(b.point, -1) = COALESCE(a.point, -1)"
        " JOIN round_plan pb ON pb.id = b.plan AND pb.kitchen = pa.kitchen"
        " AND pb.day = pa.day AND pb.meal = pa.meal"
        " JOIN delivery_slot x ON x.stop = b.id JOIN delivery d ON d.id = x.delivery"
        " WHERE a.id = {}",
        stop_id,
    )
    if told is None:
        return
    if told["source"] != SOURCE:
        raise Refusal("undo_not_yours")
    await void_report(told["id"], "送餐员撤销", act=act, by=trip.actor, now=now)


async def number_behind(trip: Trip, stop_id: int, whom: str, *, now: datetime) -> str:
    """The full telephone number of the elder or of one rung; the look is logged.
    Refuses `stop_not_on_trip`, `rung_unknown`."""
    await refuse_foreign_stop(trip, stop_id)
    found = await one(
        "SELECT d.elder AS elder FROM stop s JOIN diner d ON d.id = s.diner"
        " WHERE s.id = {}",
        stop_id,
    )
    if found is None or found["elder"] is None:
        raise Refusal("rung_unknown", rung=whom)
    elder_id = int(found["elder"])
    rung = next((one for one in await rungs_of(elder_id) if one.key == whom), None)
    reason = f"送餐：第 {trip.row.number} 趟"
    if rung is not None and rung.contact_id is not None:
        return await reveal_contact(rung.contact_id, reason, by=trip.actor, now=now)
    if rung is not None and rung.key == "elder":
        return await reveal(elder_id, "phone", reason, by=trip.actor, now=now)
    raise Refusal("rung_unknown", rung=whom)


async def rungs_of(elder_id: int) -> tuple[Rung, ...]:
    """Whom the driver may ring about this door."""
    elder = (await elders_by_id([elder_id]))[elder_id]
    contacts = (await contacts_for([elder_id])).get(elder_id, [])
    return ladder_of(elder.name, elder.phone_tail, contacts)
