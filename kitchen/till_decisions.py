"""What the kitchen makes of an offline till's reports that could not simply count."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kitchen import audit
from kitchen.closed_days import refuse_closed_day
from kitchen.counters import point_by_id
from kitchen.database import lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.meals import void_in_transaction
from kitchen.registry import elder_by_id
from kitchen.servings import Request, take
from kitchen.staff import Actor
from kitchen.till_tables import TillDecision
from kitchen.vouching import insert_vouched

CHOICES = {
    "conflict": ("self_pay", "gift", "swap"),
    "review": ("accept", "self_pay", "gift"),
    "late": ("accept", "self_pay", "gift", "noted"),
    "unmatched": ("match", "keep"),
}
"""status → what may be decided. gift: the portion is given away, no money moves;
swap: the first meal was the mistake, this one takes its place; keep: a guest at full
price."""


ABOVE = ("above_approved_price", "free_item_charged")
"""Codes of reports that no charge settles before the price is put right: "accept" asks
again by then, "gift" takes no money."""
GONE = ("not_active", "elder_unknown")
"""Codes of reports about somebody whom the rules know as a customer no more."""


@dataclass(frozen=True)
class ReportFacts:
    """One report as the list shows it. `first_…`: when, where ("" at a door) and by
    whom the meal that is in the way was recorded; `closed`: the day is signed, nothing
    can be handed over."""

    id: int
    kind: str
    elder_id: int | None
    name: str
    point: str
    payment: str
    amount_shown_fen: int | None
    self_pay_fen: int | None
    happened_at: datetime
    status: str
    code: str
    at: datetime
    by: str
    choice: str
    reason: str
    decided_by: str
    finance: str
    closed: bool
    first_at: datetime | None
    first_point: str
    first_by: str

    @property
    def choices(self) -> tuple[str, ...]:
        """What may still be decided about it."""
        if self.choice or self.status == "ok":
            return ()
        return ("noted",) if self.closed else _open_choices(self.status, self.code)


def _open_choices(status: str, code: str) -> tuple[str, ...]:
    """What may be decided while the day is open."""
    never = ("noted", "self_pay") if code in ABOVE else ("noted",)
    return tuple(choice for choice in CHOICES[status] if choice not in never)


async def reports_for(kitchen_id: int, day: date, meal: str) -> list[ReportFacts]:
    """Every act an offline till reported for a meal, those to decide first."""
    found = await rows(
        "SELECT r.*, COALESCE(e.name, r.name) AS shown, p.name AS point_name,"
        " m.self_pay_fen AS self_pay_fen, COALESCE(d.choice, '') AS choice,"
        " COALESCE(d.reason, '') AS reason, COALESCE(d.by, '') AS decided_by,"
        " COALESCE(f.by, '') AS finance, c.id AS closed, g.served_at AS first_at,"
        " COALESCE(q.name, '') AS first_point, COALESCE(g.by, '') AS first_by"
        " FROM till_report r"
        " JOIN dining_point p ON p.id = r.point LEFT JOIN elder e ON e.id = r.elder"
        " LEFT JOIN meal m ON m.id = r.served LEFT JOIN till_decision d"
        " ON d.report = r.id AND d.side = 'kitchen' LEFT JOIN till_decision f"
        " ON f.report = r.id AND f.side = 'finance' LEFT JOIN day_close c"
        " ON c.kitchen = r.kitchen AND c.day = r.day AND c.meal = r.meal"
        " LEFT JOIN meal_slot k ON r.status = 'conflict' AND k.elder = r.elder"
        " AND k.day = r.day AND k.meal = r.meal LEFT JOIN meal g ON g.id = k.served"
        " LEFT JOIN dining_point q ON q.id = g.point"
        " WHERE r.kitchen = {} AND r.day = {} AND r.meal = {} ORDER BY r.id",
        kitchen_id,
        day,
        meal,
    )
    facts = [_facts(row) for row in found]
    return sorted(facts, key=lambda one: not one.choices)


def _facts(row: dict[str, Any]) -> ReportFacts:
    values = {name: row[name] for name in ReportFacts.__annotations__ if name in row}
    values |= {"name": row["shown"], "elder_id": row["elder"]}
    values |= {"point": row["point_name"], "closed": row["closed"] is not None}
    return ReportFacts(**values)


async def shown_otherwise(meal_id: int) -> int | None:
    """What the tablet showed of a meal it recorded offline, where the price of the day
    turned out another; else None."""
    row = await one(
        "SELECT r.amount_shown_fen AS fen FROM till_report r JOIN meal m"
        " ON m.id = r.served WHERE r.served = {} AND r.kind = 'serve'"
        " AND r.amount_shown_fen <> m.self_pay_fen",
        meal_id,
    )
    return int(row["fen"]) if row else None


async def gaps_in(point_id: int, day: date, meal: str) -> dict[str, list[int]]:
    """Device → numbers of acts that never arrived although later ones did: a lost
    tablet, or one that still waits for the network."""
    found = await rows(
        "SELECT device, device_seq FROM till_report WHERE point = {} AND day = {}"
        " AND meal = {} ORDER BY device, device_seq",
        point_id,
        day,
        meal,
    )
    numbers: dict[str, set[int]] = {}
    for row in found:
        numbers.setdefault(row["device"], set()).add(row["device_seq"])
    missing = {
        device: sorted(set(range(min(seen), max(seen) + 1)) - seen)
        for device, seen in numbers.items()
    }
    return {device: gone for device, gone in missing.items() if gone}


async def decide(
    report_id: int,
    choice: str,
    reason: str,
    *,
    elder_id: int | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """One report decided, once for the kitchen; on a signed day finance notes it too.

    Refuses `report_unknown` (another kitchen's too), `reason_missing`,
    `already_decided`, `choice_does_not_fit`, `day_closed`, and what
    `meals.hand_over_all` refuses when a meal is recorded after all.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        row = await _row(report_id, by)
        side = "finance" if by.role == "finance" else "kitchen"
        await lock_for("till_report", report_id)
        await _refuse_decided(row, side)
        if choice not in _fitting(row, side):
            raise Refusal("choice_does_not_fit", choice=choice)
        if choice != "noted":
            await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
        meal_id = await _carry_out(row, choice, reason, elder_id, by=by, now=now)
        await insert_vouched(
            TillDecision,
            report=report_id,
            choice=choice,
            side=side,
            reason=reason.strip(),
            served=meal_id,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="dining.decide",
            object_kind="till_report",
            object_id=report_id,
            after={"choice": choice, "meal": meal_id},
            reason=reason.strip(),
        )


async def _row(report_id: int, by: Actor) -> dict[str, Any]:
    row = await one(
        "SELECT r.*, c.id AS closed FROM till_report r LEFT JOIN day_close c"
        " ON c.kitchen = r.kitchen AND c.day = r.day AND c.meal = r.meal"
        " WHERE r.id = {}",
        report_id,
    )
    if row is None or not by.sees_kitchen(row["kitchen"]):
        raise Refusal("report_unknown")
    return row


async def _refuse_decided(row: dict[str, Any], side: str) -> None:
    done = await one(
        "SELECT by FROM till_decision WHERE report = {} AND side = {}", row["id"], side
    )
    if done is not None:
        raise Refusal("already_decided", by=done["by"])


def _fitting(row: dict[str, Any], side: str) -> tuple[str, ...]:
    if row["status"] == "ok":
        return ()
    if side == "finance" or row["closed"] is not None:
        return ("noted",) if row["closed"] is not None else ()
    return _open_choices(row["status"], row["code"])


async def _carry_out(
    row: dict[str, Any],
    choice: str,
    reason: str,
    elder_id: int | None,
    *,
    by: Actor,
    now: datetime,
) -> int | None:
    """The meal that comes of a decision, if one does."""
    if choice in ("gift", "noted", "keep"):
        return None
    if row["kind"] == "undo":
        meal = await void_in_transaction(row["served"], reason, by=by, now=now)
        return meal.id
    request = _request(row, reason)
    if choice == "self_pay":
        gone = row["code"] in GONE
        request = replace(
            request,
            elder_id=None if gone else row["elder"],
            tariff="full",
            payment="cash",
        )
    if choice == "swap":
        await void_in_transaction(await _first_of(row), reason, by=by, now=now)
    if choice == "match":
        person = await elder_by_id(elder_id or 0)
        await void_in_transaction(row["served"], reason, by=by, now=now)
        request = replace(request, elder_id=person.id, tariff="subsidised")
    point = await point_by_id(row["point"])
    answer = await take(request, point, row["happened_at"], by=by, now=now)
    return int(answer["meal_id"])


def _request(row: dict[str, Any], reason: str) -> Request:
    return Request(
        point_id=row["point"],
        day=row["day"],
        meal=row["meal"],
        elder_id=row["elder"],
        tariff=row["tariff"],
        payment=row["payment"],
        reason=reason,
        device=row["device"],
    )


async def _first_of(row: dict[str, Any]) -> int:
    first = await one(
        "SELECT served FROM meal_slot WHERE elder = {} AND day = {} AND meal = {}",
        row["elder"],
        row["day"],
        row["meal"],
    )
    if first is None:
        raise Refusal("choice_does_not_fit", choice="swap")
    return int(first["served"])
