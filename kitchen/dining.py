"""The dining point: portions received, served, passed on and left over; the shift
and its cash; refused attempts are kept, auditors ask for them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit, headcounts, meals, registry
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, insert_many, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.meals import Serving
from kitchen.places import DiningPoint, Kitchen
from kitchen.plans import Eater
from kitchen.registry import Elder, ElderFacts
from kitchen.rounds import Round
from kitchen.staff import Actor
from kitchen.subsidies import Price


class Shift(Table, tablename="shift"):
    """One point's service of one meal."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    opened_at = Timestamptz()
    opened_by = Text()


class ShiftClose(Table, tablename="shift_close"):
    """Cash counted against the rows; a difference has words."""

    shift = ForeignKey(Shift, null=False)
    expected_cash_fen = BigInt()
    counted_cash_fen = BigInt()
    note = Text()
    at = Timestamptz()
    by = Text()


class Receipt(Table, tablename="receipt"):
    """Portions received at a point, by diet group."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    signed_by = Text()
    at = Timestamptz()
    by = Text()


class Transfer(Table, tablename="transfer"):
    """Portions moved during service between points and rounds."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    from_point = ForeignKey(DiningPoint, null=True)
    from_round = ForeignKey(Round, null=True)
    to_point = ForeignKey(DiningPoint, null=True)
    to_round = ForeignKey(Round, null=True)
    reason = Text()
    at = Timestamptz()
    by = Text()


class Leftover(Table, tablename="leftover"):
    """Portions nobody got. fate: returned | wasted"""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=True)
    round = ForeignKey(Round, null=True)
    diet_key = Text()
    portions = Integer()
    fate = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


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


# Facts ------------------------------------------------------------------------


@dataclass(frozen=True)
class Guest:
    """Somebody at the counter: who it is, what it costs, what stands in the way.

    `booking`: here | elsewhere | deliver | none. `served` says where and when a
    subsidised meal was already taken.
    """

    person: ElderFacts
    price: Price
    booking: str
    booked_point_id: int | None
    state: str
    served: "Served | None"
    building: str


@dataclass(frozen=True)
class Served:
    """One line of the till's list."""

    meal_id: int
    elder_id: int | None
    name: str
    tariff: str
    self_pay_fen: int
    payment: str
    channel: str
    point_id: int | None
    point: str
    served_at: datetime
    by: str
    voided: bool


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


@dataclass(frozen=True)
class ShiftFacts:
    """One point's service and, once closed, its count."""

    id: int
    point_id: int
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    counted_cash_fen: int | None
    expected_cash_fen: int | None
    note: str


@dataclass(frozen=True)
class PointTotals:
    """A point's portions so far: received + in − out = served + left + in hand."""

    expected: int
    received: int
    moved_in: int
    moved_out: int
    served: int
    walk_ins: int
    left: int
    cash_fen: int
    by_payment: Mapping[str, tuple[int, int]]  # payment → (portions, fen)

    @property
    def in_hand(self) -> int:
        return self.received + self.moved_in - self.moved_out - self.served - self.left

    @property
    def served_beyond_received(self) -> int:
        """Portions served that never arrived by the books: to be named."""
        return max(0, -self.in_hand)


@dataclass(frozen=True, kw_only=True)
class TransferFacts:
    """Portions that changed places; `source` and `target` are point:5 or round:3."""

    source: str
    target: str
    diet_key: str
    portions: int
    reason: str
    at: datetime
    by: str


# Readers ----------------------------------------------------------------------


async def point_by_id(point_id: int) -> dict[str, Any]:
    """The point's row; refuses `dining_point_unknown`."""
    row = await one("SELECT * FROM dining_point WHERE id = {}", point_id)
    if row is None:
        raise Refusal("dining_point_unknown", id=point_id)
    return row


async def find(
    text: str, point_id: int, day: date, meal: str, limit: int = 9
) -> list[Guest]:
    """Who the typed or scanned text may mean, best first, ready to be served."""
    point = await point_by_id(point_id)
    people = await registry.search(text, kitchen_id=point["kitchen"], limit=4 * limit)
    found = await guests(people, point_id, day, meal)
    return sorted(found, key=_likeliest)[:limit]


def _likeliest(guest: Guest) -> tuple[bool, bool]:
    """Booked here and still hungry first; the order of names stays otherwise."""
    return guest.served is not None, guest.booking != "here"


async def guests(
    people: Sequence[ElderFacts], point_id: int, day: date, meal: str
) -> list[Guest]:
    """Those people at this counter, with everything staff must see."""
    if not people:
        return []
    point = await point_by_id(point_id)
    by_id = {person.id: person for person in people}
    prices = await meals.price_people(by_id, point["kitchen"], day, meal)
    booked = await _bookings(point["kitchen"], day, meal, by_id)
    states = await registry.states_for(by_id)
    taken = await _taken(list(by_id), day, meal)
    buildings = await _buildings(list(by_id))
    return [
        Guest(
            person=person,
            price=prices[person.id],
            booking=_booking(booked.get(person.id), point_id),
            booked_point_id=booked[person.id].point_id if person.id in booked else None,
            state=_state(registry.state_on(states[person.id], day)),
            served=taken.get(person.id),
            building=buildings.get(person.id, ""),
        )
        for person in people
    ]


def _state(state: registry.StateFacts | None) -> str:
    return state.state if state is not None else "active"


def _booking(eater: Eater | None, point_id: int) -> str:
    if eater is None:
        return "none"
    if eater.way == "deliver":
        return "deliver"
    return "here" if eater.point_id == point_id else "elsewhere"


async def _bookings(
    kitchen_id: int, day: date, meal: str, people: Mapping[int, ElderFacts]
) -> dict[int, Eater]:
    count = await headcounts.closed(kitchen_id, day, meal)
    if count is None:
        eaters = await headcounts.eaters_for(kitchen_id, day, meal)
    else:
        eaters = await headcounts.eaters_among(count.id, list(people))
    return {eater.elder_id: eater for eater in eaters if eater.elder_id in people}


async def _taken(elder_ids: list[int], day: date, meal: str) -> dict[int, Served]:
    found = await rows(
        _SERVED + " JOIN meal_slot s ON s.served = m.id"
        " WHERE s.elder IN {} AND s.day = {} AND s.meal = {}",
        elder_ids,
        day,
        meal,
    )
    return {row["elder"]: _served(row) for row in found}


async def _buildings(elder_ids: list[int]) -> dict[int, str]:
    found = await rows(
        "SELECT a.elder AS elder, b.compound AS compound, b.name AS name FROM address a"
        " JOIN building b ON b.id = a.building WHERE a.elder IN {} ORDER BY a.id",
        elder_ids,
    )
    return {row["elder"]: f"{row['compound']}{row['name']}" for row in found}


_SERVED = (
    "SELECT m.*, e.name AS name, p.name AS point_name, v.id AS void_id FROM meal m"
    " LEFT JOIN elder e ON e.id = m.elder LEFT JOIN dining_point p ON p.id = m.point"
    " LEFT JOIN meal_void v ON v.served = m.id"
)


def _served(row: Mapping[str, Any]) -> Served:
    return Served(
        meal_id=row["id"],
        elder_id=row["elder"],
        name=row["name"] or "",
        tariff=row["tariff"],
        self_pay_fen=row["self_pay_fen"],
        payment=row["payment"],
        channel=row["channel"],
        point_id=row["point"],
        point=row["point_name"] or "",
        served_at=row["served_at"],
        by=row["by"],
        voided=row["void_id"] is not None,
    )


async def served_at(
    point_id: int, day: date, meal: str, limit: int = 1000
) -> list[Served]:
    """The till's list, newest first, voided ones marked."""
    found = await rows(
        _SERVED + " WHERE m.point = {} AND m.day = {} AND m.meal = {}"
        " ORDER BY m.id DESC LIMIT {}",
        point_id,
        day,
        meal,
        limit,
    )
    return [_served(row) for row in found]


async def shift_of(point_id: int, day: date, meal: str) -> ShiftFacts | None:
    """The shift, or None before it is opened."""
    row = await one(
        "SELECT s.*, c.at AS closed_at, c.counted_cash_fen AS counted_cash_fen,"
        " c.expected_cash_fen AS expected_cash_fen, c.note AS note FROM shift s"
        " LEFT JOIN shift_close c ON c.shift = s.id"
        " WHERE s.point = {} AND s.day = {} AND s.meal = {}",
        point_id,
        day,
        meal,
    )
    if row is None:
        return None
    return ShiftFacts(
        row["id"],
        row["point"],
        row["opened_at"],
        row["opened_by"],
        row["closed_at"],
        row["counted_cash_fen"],
        row["expected_cash_fen"],
        row["note"] or "",
    )


async def totals_of(
    point_id: int,
    day: date,
    meal: str,
    expected: Mapping[int, int] | None = None,
) -> PointTotals:
    """Every figure of a point, each from the rows of its own act. `expected`:
    portions by point, where the caller has loaded them for all points at once."""
    point = await point_by_id(point_id)
    if expected is None:
        expected = await headcounts.expected_by_point(point["kitchen"], day, meal)
    when = (point_id, day, meal)
    served = await rows(
        "SELECT m.payment AS payment, COUNT(*) AS n, SUM(m.self_pay_fen) AS fen,"
        " SUM(CASE WHEN m.diner IS NULL THEN 1 ELSE 0 END) AS walk_ins FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.point = {} AND m.day = {}"
        " AND m.meal = {} AND v.id IS NULL GROUP BY m.payment ORDER BY m.payment",
        *when,
    )
    by_payment = {row["payment"]: (int(row["n"]), int(row["fen"])) for row in served}
    return PointTotals(
        expected=expected.get(point_id, 0),
        received=await _sum("receipt", "point", when),
        moved_in=await _sum("transfer", "to_point", when),
        moved_out=await _sum("transfer", "from_point", when),
        served=sum(portions for portions, _fen in by_payment.values()),
        walk_ins=sum(int(row["walk_ins"]) for row in served),
        left=await _sum("leftover", "point", when),
        cash_fen=by_payment.get("cash", (0, 0))[1],
        by_payment=by_payment,
    )


async def received_at(point_id: int, day: date, meal: str) -> dict[str, int]:
    """Portions received at a point by diet group."""
    found = await rows(
        "SELECT diet_key, SUM(portions) AS n FROM receipt WHERE point = {}"
        " AND day = {} AND meal = {} GROUP BY diet_key ORDER BY diet_key",
        point_id,
        day,
        meal,
    )
    return {row["diet_key"]: int(row["n"]) for row in found}


async def transfers_for(kitchen_id: int, day: date, meal: str) -> list[TransferFacts]:
    """Portions that changed places during a meal, in the order they did."""
    found = await rows(
        "SELECT t.diet_key AS diet_key, t.portions AS portions, t.reason AS reason,"
        " t.at AS at, t.by AS by, t.from_point AS from_point, t.to_point AS to_point,"
        " a.number AS from_round, b.number AS to_round FROM transfer t"
        " LEFT JOIN round a ON a.id = t.from_round"
        " LEFT JOIN round b ON b.id = t.to_round"
        " WHERE t.kitchen = {} AND t.day = {} AND t.meal = {} ORDER BY t.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        TransferFacts(
            source=_place(row["from_point"], row["from_round"]),
            target=_place(row["to_point"], row["to_round"]),
            diet_key=row["diet_key"],
            portions=row["portions"],
            reason=row["reason"],
            at=row["at"],
            by=row["by"],
        )
        for row in found
    ]


def _place(point_id: int | None, number: int | None) -> str:
    return f"round:{number}" if point_id is None else f"point:{point_id}"


_SUMS = {
    ("receipt", "point"): "SELECT SUM(portions) AS n FROM receipt"
    " WHERE point = {} AND day = {} AND meal = {}",
    ("transfer", "to_point"): "SELECT SUM(portions) AS n FROM transfer"
    " WHERE to_point = {} AND day = {} AND meal = {}",
    ("transfer", "from_point"): "SELECT SUM(portions) AS n FROM transfer"
    " WHERE from_point = {} AND day = {} AND meal = {}",
    ("leftover", "point"): "SELECT SUM(portions) AS n FROM leftover"
    " WHERE point = {} AND day = {} AND meal = {}",
}


async def _sum(table: str, column: str, when: tuple[int, date, str]) -> int:
    row = await one(_SUMS[table, column], *when)
    return int(row["n"] or 0) if row else 0


# Verbs ------------------------------------------------------------------------


NOT_KEPT = frozenset(
    {"dining_point_unknown", "database_busy", "database_unreachable", "disk_full"}
)
"""No row for a point that is not there, and none while rows cannot be written."""


async def open_shift(
    point_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> None:
    """Start serving. Twice is harmless. Refuses `day_closed`."""
    _refuse_foreign_point(point_id, by)
    async with writing():
        await _hold_point(point_id, day, meal)
        if await shift_of(point_id, day, meal) is None:
            await insert(
                Shift,
                point=point_id,
                day=day,
                meal=meal,
                opened_at=now,
                opened_by=by.name,
            )
            facts = {"day": day, "meal": meal}
            await _trace("dining.open_shift", point_id, facts, by=by, now=now)


async def serve(
    act_key: str, request: Request, *, by: Actor, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Record one meal at a point; the answer, and whether it is a repeat.

    Idempotent by `act_key` (made by the till at the tap): the same key with the
    same request gives the same answer, with another request `act_tampered`.
    Refusals are kept as rows. Refuses what `meals.hand_over_all` refuses, and
    `price_changed`, `shift_closed`, `not_your_point`, `late_needs_reason`,
    `guest_pays_cash` (who has no record has no account and no voucher).
    """
    _refuse_foreign_point(request.point_id, by)
    body = {**vars(request), "day": request.day.isoformat()}

    async def act() -> dict[str, Any]:
        return await _serve(request, by=by, now=now)

    try:
        async with writing():
            return await acts.once(act_key, by.name, now, body, act)
    except Refusal as refusal:
        if refusal.code not in NOT_KEPT:
            await _keep_refusal(request, refusal, by=by, now=now)
        raise


async def _serve(request: Request, *, by: Actor, now: datetime) -> dict[str, Any]:
    when = (request.point_id, request.day, request.meal)
    point = await _hold_point(*when, shared=True)
    shift = await shift_of(*when)
    if shift is not None and shift.closed_at is not None and not request.reason:
        raise Refusal("shift_closed", point=point["name"], at=shift.closed_at)
    if request.source in ("paper", "telephone") and not request.reason.strip():
        raise Refusal("late_needs_reason")
    if request.elder_id is None and request.payment != "cash":
        raise Refusal("guest_pays_cash")
    diner = await _diner(request, point["kitchen"])
    full = request.tariff == "full"
    serving = Serving(
        kitchen_id=point["kitchen"],
        day=request.day,
        meal=request.meal,
        elder_id=request.elder_id,
        diner_id=None if diner is None or full else diner.diner_id or None,
        portion=1,
        channel=request.channel,
        point_id=request.point_id,
        stop_id=None,
        tariff=request.tariff if request.elder_id else "full",
        payment=request.payment,
        served_at=now,
        source=request.source,
        reason=request.reason,
        device=request.device,
    )
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


async def _diner(request: Request, kitchen_id: int) -> Eater | None:
    if request.elder_id is None:
        return None
    count = await headcounts.closed(kitchen_id, request.day, request.meal)
    if count is None:
        return None
    found = await headcounts.eaters_among(count.id, [request.elder_id])
    return found[0] if found else None


async def _keep_refusal(
    request: Request, refusal: Refusal, *, by: Actor, now: datetime
) -> None:
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


async def receive(
    point_id: int,
    day: date,
    meal: str,
    portions: Mapping[str, int],
    *,
    decidegrees: int | None,
    signed_by: str,
    act: str = "",
    by: Actor,
    now: datetime,
) -> None:
    """Portions that arrived at the point, by diet group, with the temperature (°C ×
    10) and who signed; sent twice with one `act` key they arrived once. Refuses
    `nothing_received`, `signature_missing`, `day_closed`."""
    _refuse_foreign_point(point_id, by)
    counted = {key: count for key, count in portions.items() if count > 0}
    if not counted:
        raise Refusal("nothing_received")
    if not signed_by.strip():
        raise Refusal("signature_missing")

    async def sign() -> acts.Answer:
        await _hold_point(point_id, day, meal)
        await insert_many(
            Receipt,
            [
                {
                    "point": point_id,
                    "day": day,
                    "meal": meal,
                    "diet_key": key,
                    "portions": count,
                    "decidegrees": decidegrees,
                    "signed_by": signed_by,
                    "at": now,
                    "by": by.name,
                }
                for key, count in sorted(counted.items())
            ],
        )
        await _trace("dining.receive", point_id, {"portions": counted}, by=by, now=now)
        return {}

    body = {
        "point": point_id,
        "day": day,
        "meal": meal,
        "portions": counted,
        "decidegrees": decidegrees,
        "signed_by": signed_by,
    }
    async with writing():
        await acts.once_if(act, by.name, now, body, sign)


async def transfer(
    *,
    kitchen_id: int,
    day: date,
    meal: str,
    diet_key: str,
    portions: int,
    reason: str,
    act: str = "",
    by: Actor,
    now: datetime,
    from_point_id: int | None = None,
    from_round_id: int | None = None,
    to_point_id: int | None = None,
    to_round_id: int | None = None,
) -> None:
    """Portions moved during service from one place of the kitchen to another; sent
    twice with one `act` key they moved once. Refuses `transfer_needs_two_places`,
    `portions_not_positive`, `reason_missing`, `dining_point_unknown`,
    `round_unknown` (another kitchen's too), `day_closed`."""
    places = [from_point_id, from_round_id], [to_point_id, to_round_id]
    if any(sum(p is not None for p in side) != 1 for side in places):
        raise Refusal("transfer_needs_two_places")
    if places[0] == places[1]:
        raise Refusal("transfer_needs_two_places")
    if portions <= 0:
        raise Refusal("portions_not_positive", portions=portions)
    if not reason.strip():
        raise Refusal("reason_missing")
    body = {
        "kitchen": kitchen_id,
        "day": day,
        "meal": meal,
        "diet_key": diet_key,
        "portions": portions,
        "from_point": from_point_id,
        "from_round": from_round_id,
        "to_point": to_point_id,
        "to_round": to_round_id,
        "reason": reason,
    }

    async def move() -> acts.Answer:
        await refuse_closed_day(kitchen_id, day, meal)
        for point_id in (from_point_id, to_point_id):
            await _refuse_point_of_other_kitchen(kitchen_id, point_id)
        for round_id in (from_round_id, to_round_id):
            await _refuse_round_of_other_meal(kitchen_id, day, meal, round_id)
        await insert(Transfer, **body, at=now, by=by.name)
        facts = {"portions": portions, "diet": diet_key}
        await _trace("dining.transfer", kitchen_id, facts, by=by, now=now)
        return {}

    async with writing():
        await acts.once_if(act, by.name, now, body, move)


async def _hold_point(
    point_id: int, day: date, meal: str, *, shared: bool = False
) -> dict[str, Any]:
    """The point's row: its meal is still open, and its cash and portions are not being
    counted; with `shared` others may serve there at the same time."""
    point = await point_by_id(point_id)
    await refuse_closed_day(point["kitchen"], day, meal)
    await lock_for("point", f"{point_id}|{day}|{meal}", shared=shared)
    return point


async def _refuse_point_of_other_kitchen(kitchen_id: int, point_id: int | None) -> None:
    if point_id is not None and (await point_by_id(point_id))["kitchen"] != kitchen_id:
        raise Refusal("dining_point_unknown", id=point_id)


async def _refuse_round_of_other_meal(
    kitchen_id: int, day: date, meal: str, round_id: int | None
) -> None:
    if round_id is not None and not await rows(
        "SELECT r.id FROM round r JOIN round_plan p ON p.id = r.plan"
        " WHERE r.id = {} AND p.kitchen = {} AND p.day = {} AND p.meal = {}",
        round_id,
        kitchen_id,
        day,
        meal,
    ):
        raise Refusal("round_unknown", round=round_id)


async def record_leftover(
    *,
    kitchen_id: int,
    day: date,
    meal: str,
    diet_key: str,
    portions: int,
    fate: str,
    reason: str,
    act: str = "",
    by: Actor,
    now: datetime,
    point_id: int | None = None,
    round_id: int | None = None,
) -> None:
    """Portions nobody got, where they were and what became of them: returned to the
    kitchen or thrown away; sent twice with one `act` key they were left once. Refuses
    `portions_not_positive`, `reason_missing`, `dining_point_unknown`,
    `round_unknown`, `day_closed`."""
    if portions <= 0:
        raise Refusal("portions_not_positive", portions=portions)
    if not reason.strip():
        raise Refusal("reason_missing")
    body = {
        "kitchen": kitchen_id,
        "day": day,
        "meal": meal,
        "point": point_id,
        "round": round_id,
        "diet_key": diet_key,
        "portions": portions,
        "fate": fate,
        "reason": reason,
    }

    async def leave() -> acts.Answer:
        await refuse_closed_day(kitchen_id, day, meal)
        await _refuse_point_of_other_kitchen(kitchen_id, point_id)
        await _refuse_round_of_other_meal(kitchen_id, day, meal, round_id)
        await insert(Leftover, **body, at=now, by=by.name)
        facts = {"portions": portions, "fate": fate, "round": round_id}
        await _trace("dining.leftover", point_id or 0, facts, by=by, now=now)
        return {}

    async with writing():
        await acts.once_if(act, by.name, now, body, leave)


async def close_shift(
    point_id: int,
    day: date,
    meal: str,
    counted_cash_fen: int,
    note: str,
    *,
    by: Actor,
    now: datetime,
) -> ShiftFacts:
    """End the service: cash counted against the rows. A difference, or more served
    than received, needs words. Refuses `shift_not_open`, `till_cash_differs`,
    `served_more_than_received`, `amount_not_positive`, `day_closed`."""
    _refuse_foreign_point(point_id, by)
    if counted_cash_fen < 0:
        raise Refusal("amount_not_positive", fen=counted_cash_fen)
    async with writing():
        await _hold_point(point_id, day, meal)
        shift = await shift_of(point_id, day, meal)
        if shift is None:
            raise Refusal("shift_not_open")
        if shift.closed_at is not None:
            return shift
        totals = await totals_of(point_id, day, meal)
        if not note.strip() and counted_cash_fen != totals.cash_fen:
            raise Refusal(
                "till_cash_differs",
                counted_fen=counted_cash_fen,
                rows_fen=totals.cash_fen,
            )
        if not note.strip() and totals.served_beyond_received:
            raise Refusal(
                "served_more_than_received", portions=totals.served_beyond_received
            )
        await insert(
            ShiftClose,
            shift=shift.id,
            expected_cash_fen=totals.cash_fen,
            counted_cash_fen=counted_cash_fen,
            note=note,
            at=now,
            by=by.name,
        )
        facts = {"counted_fen": counted_cash_fen, "rows_fen": totals.cash_fen}
        await _trace("dining.close_shift", point_id, facts, by=by, now=now, reason=note)
        closed = await shift_of(point_id, day, meal)
        return closed or shift


def _refuse_foreign_point(point_id: int, by: Actor) -> None:
    if not by.sees_point(point_id):
        raise Refusal("not_your_point")


async def _trace(
    action: str,
    object_id: int,
    after: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="dining_point",
        object_id=object_id,
        after=after,
        reason=reason,
    )
