"""One meal recorded at a counter, once, whatever the tablet sends; refused attempts are
kept, auditors ask for them.
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, closed_days, handing_over, headcounts, meals
from kitchen.counters import (
    hold_point,
    point_asked,
    point_locks,
    refuse_foreign_point,
)
from kitchen.database import (
    Conflict,
    connections,
    insert,
    is_postgres,
    lock_all,
    one,
    read_ahead,
    rehearsing,
    rows,
    writing,
)
from kitchen.errors import Refusal
from kitchen.ledger import month_lock
from kitchen.meal_gates import locks_of
from kitchen.meals import Serving
from kitchen.places import DiningPoint
from kitchen.registry import Elder
from kitchen.shifts import shift_asked, shift_of
from kitchen.staff import Actor


class RefusedAttempt(Table, tablename="refused_attempt"):
    """Somebody asked at a till and the business said no."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=True)
    code = Text()
    facts = Text()
    at = Timestamptz()
    by = Text()


NOT_KEPT = frozenset(
    {"dining_point_unknown", "database_busy", "database_unreachable", "disk_full"}
)
"""No row for a point that is not there, and none while rows cannot be written."""


REHEARSALS = 6
"""PostgreSQL plans a prepared statement anew for its first five times."""


@dataclass(frozen=True)
class Request:
    """What the till asks to record. `amount_shown_fen` is what staff saw and took;
    a price that differs by then is refused online rather than silently changed."""

    point_id: int
    day: date
    meal: str
    elder_id: int | None
    tariff: str  # subsidised | full
    payment: str
    channel: str = "table"
    amount_shown_fen: int | None = None
    source: str = "till"
    reason: str = ""
    device: str = ""


def essence(request: Request) -> dict[str, object]:
    """What makes an act the same act, whichever way it reached the server: a tap whose
    answer was lost comes again from the tablet's queue under its key."""
    return {
        "point_id": request.point_id,
        "day": request.day.isoformat(),
        "meal": request.meal,
        "elder_id": request.elder_id,
        "tariff": request.tariff,
        "payment": request.payment,
        "channel": request.channel,
    }


async def serve(
    act_key: str, request: Request, *, by: Actor, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Record one meal at a point; the answer, and whether it is a repeat.

    Idempotent by `act_key` (made by the till at the tap): the same key with the
    same request gives the same answer, with another request `act_tampered`.
    Refusals are kept as rows. Refuses what `meals.hand_over_all` refuses, and
    `price_changed`, `shift_closed`, `not_your_point`, `late_needs_reason`,
    `guest_pays_cash` (who has no record has no account and no voucher),
    `act_reported` (the tap came from an offline queue already and waits there).
    """
    refuse_foreign_point(request.point_id, by)
    try:
        async with writing():
            answer, repeated = await _once(act_key, request, by=by, now=now)
            if answer.get("meal_id") is None:
                raise Refusal("act_reported")
            return answer, repeated
    except Refusal as refusal:
        if refusal.code not in NOT_KEPT:
            await keep_refusal(request, refusal, by=by, now=now)
        raise


async def _once(
    act_key: str, request: Request, *, by: Actor, now: datetime
) -> tuple[dict[str, Any], bool]:
    async def act() -> dict[str, Any]:
        return await _serve(request, by=by, now=now)

    await _ahead(act_key, request, now)
    return await acts.once(act_key, by.name, now, essence(request), act)


async def rehearse(day: date, *, by: Actor, now: datetime) -> None:
    """Have PostgreSQL prepare, in every connection, what a check-in of that day says:
    else the first sixty elders after a start wait for it. Nothing is recorded, and
    where nobody could be served nothing is prepared."""
    if not is_postgres():
        return
    found = await rows(
        "SELECT p.id AS point, s.meal AS meal, MIN(e.id) AS elder FROM dining_point p"
        " JOIN meal_service s ON s.kitchen = p.kitchen JOIN elder e ON e.point = p.id"
        " WHERE p.active AND s.active AND e.id NOT IN (SELECT elder FROM meal_slot"
        " WHERE day = {}) GROUP BY p.id, s.meal, s.id ORDER BY p.id, s.id LIMIT 1",
        day,
    )
    for row in found:
        asked = Request(
            row["point"], day, row["meal"], row["elder"], "subsidised", "cash"
        )
        together = asyncio.Barrier(connections())
        await asyncio.gather(
            *(
                _rehearse(f"rehearsal {number}", asked, together, by=by, now=now)
                for number in range(connections())
            )
        )


async def _rehearse(
    key: str, request: Request, together: asyncio.Barrier, *, by: Actor, now: datetime
) -> None:
    with contextlib.suppress(Refusal, Conflict, asyncio.BrokenBarrierError):
        try:
            async with rehearsing():
                await together.wait()  # each in a connection of its own
                for time in range(REHEARSALS):
                    await _once(f"{key}.{time}", request, by=by, now=now)
        except BaseException:
            await together.abort()  # nobody waits for who could not begin
            raise


async def _ahead(act_key: str, request: Request, now: datetime) -> None:
    """Hold and read in three round trips what a check-in holds and reads: sixty elders
    come within half an hour. Whoever asks below is answered from here."""
    when = (request.day, request.meal)
    row = await one(
        "SELECT p.*, (SELECT MAX(d.id) FROM diner d JOIN headcount h"
        " ON h.id = d.headcount WHERE h.kitchen = p.kitchen AND h.day = {}"
        " AND h.meal = {} AND d.elder = {}) AS diner FROM dining_point p"
        " WHERE p.id = {}",
        *(*when, request.elder_id, request.point_id),
    )
    if row is None:
        return
    kitchen_id = row["kitchen"]
    serving = _serving(request, kitchen_id, row["diner"], now)
    await lock_all(
        [
            acts.lock_of(act_key),
            *point_locks(kitchen_id, request.point_id, *when, shared=True),
            *locks_of([serving]),
            month_lock(kitchen_id, request.day),
        ]
    )
    await read_ahead(
        acts.asked(act_key),
        point_asked(request.point_id),
        closed_days.asked(kitchen_id, *when),
        shift_asked(request.point_id, *when),
        *headcounts.counted_asked(kitchen_id, *when, _ids(request)),
        *handing_over.asked(serving),
    )


def _ids(request: Request) -> list[int]:
    return [] if request.elder_id is None else [request.elder_id]


async def _serve(request: Request, *, by: Actor, now: datetime) -> dict[str, Any]:
    when = (request.point_id, request.day, request.meal)
    point = await hold_point(*when, shared=True)
    shift = await shift_of(*when)
    if shift is not None and shift.closed_at is not None and not request.reason:
        raise Refusal("shift_closed", point=point["name"], at=shift.closed_at)
    if request.source in ("paper", "telephone") and not request.reason.strip():
        raise Refusal("late_needs_reason")
    if request.elder_id is None and request.payment != "cash":
        raise Refusal("guest_pays_cash")
    return await take(request, point, now, by=by, now=now)


async def take(
    request: Request,
    point: dict[str, Any],
    served_at: datetime,
    *,
    by: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Hand the meal over inside the caller's `writing()`, eaten at `served_at`; the
    answer the till gets. Refuses what `meals.hand_over_all` refuses, `price_changed`.
    """
    kitchen_id = point["kitchen"]
    counted = await headcounts.eaters_counted(
        kitchen_id, request.day, request.meal, _ids(request)
    )
    diner_id = counted[0].diner_id or None if counted else None
    serving = _serving(request, kitchen_id, diner_id, served_at)
    handed = (await meals.hand_over_all([serving], by=by, now=now))[0]
    shown = request.amount_shown_fen
    if shown is not None and shown != handed.self_pay_fen:
        raise Refusal("price_changed", shown_fen=shown, now_fen=handed.self_pay_fen)
    return {
        "meal_id": handed.meal_id,
        "list_price_fen": handed.list_price_fen,
        "self_pay_fen": handed.self_pay_fen,
        "lines": [[line.payer, line.fen, line.why] for line in handed.lines],
    }


def _serving(
    request: Request, kitchen_id: int, diner_id: int | None, served_at: datetime
) -> Serving:
    return Serving(
        kitchen_id=kitchen_id,
        day=request.day,
        meal=request.meal,
        elder_id=request.elder_id,
        diner_id=None if request.tariff == "full" else diner_id,
        portion=1,
        channel=request.channel,
        point_id=request.point_id,
        stop_id=None,
        tariff=request.tariff if request.elder_id else "full",
        payment=request.payment,
        served_at=served_at,
        source=request.source,
        reason=request.reason,
        device=request.device,
    )


async def keep_refusal(
    request: Request, refusal: Refusal, *, by: Actor, now: datetime
) -> None:
    """A row of what was asked and why it was refused."""
    async with writing():
        await insert(
            RefusedAttempt,
            point=request.point_id,
            day=request.day,
            meal=request.meal,
            elder=request.elder_id if refusal.code != "elder_unknown" else None,
            code=refusal.code,
            facts=json.dumps(refusal.facts, ensure_ascii=False, default=str),
            at=now,
            by=by.name,
        )


async def undo(meal_id: int, reason: str, *, by: Actor, now: datetime) -> None:
    """Take back a meal of one's own point, as a reversing entry. Refuses
    `meal_unknown` (another kitchen's too), `not_your_point` (a door's too)."""
    row = await one("SELECT kitchen, point FROM meal WHERE id = {}", meal_id)
    if row is None or not by.sees_kitchen(row["kitchen"]):
        raise Refusal("meal_unknown", meal=meal_id)
    if by.point_id is not None and row["point"] != by.point_id:
        raise Refusal("not_your_point")
    await meals.void_meal(meal_id, reason, by=by, now=now)
