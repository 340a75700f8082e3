"""What a till that was offline reports afterwards.

The meals have been eaten: nothing is turned away that a person could still make right.
What cannot simply count is kept with its reason and waits for a decision.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kitchen import acts, audit, tablets
from kitchen.counters import hold_point, point_by_id, refuse_foreign_point, trace
from kitchen.database import one, savepoint, writing
from kitchen.day_packs import read_token
from kitchen.errors import Refusal
from kitchen.meals import void_in_transaction
from kitchen.registry import state_on, states_for
from kitchen.servings import Request, essence, take
from kitchen.shifts import shift_of
from kitchen.staff import Actor
from kitchen.till_tables import TillDecision, TillReport
from kitchen.vouching import insert_vouched

STATUS = {
    "already_served": "conflict",
    "portion_already_served": "conflict",
    "not_active": "review",
    "balance_too_low": "review",
    "elder_unknown": "review",
    "subsidy_barred": "review",
    "tablet_blocked": "review",
    "provider_barred": "review",
    "above_approved_price": "review",
    "free_item_charged": "review",
    "shift_closed": "late",
    "day_closed": "late",
    "month_closed": "late",
}
"""What becomes of a reported act that a rule would have refused at the counter."""

LATEST_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One act as the tablet tells it. `kind` "undo" takes back the act `of`; `name` is
    who it was when nobody was found. `happened_at` is by the device's clock,
    `clock_offset_seconds` what must be added to it."""

    pack: str
    kind: str = "serve"
    of: str = ""
    elder_id: int | None = None
    name: str = ""
    tariff: str = "subsidised"
    payment: str = "cash"
    amount_shown_fen: int | None = None
    happened_at: datetime
    clock_offset_seconds: int = 0
    device: str = ""
    device_seq: int = 0


async def report(
    key: str, told: Told, *, by: Actor, now: datetime
) -> tuple[acts.Answer, bool]:
    """Keep one act of an offline till; the answer, and whether it is a repeat.

    {"status", "code", "meal_id", "self_pay_fen"}, see `TillReport`. The key is that
    of the tap: an act whose answer was lost on the way is answered again, not served
    again.
    Refuses `pack_unreadable`, `not_your_point`, `act_tampered`, `act_unknown` (an
    undo of nothing), `day_not_come`, `eater_unnamed`.
    """
    pack = read_token(told.pack)
    refuse_foreign_point(pack.point_id, by)
    request = _request(told)
    if told.kind == "serve" and told.elder_id is None and not told.name.strip():
        raise Refusal("eater_unnamed")
    body = essence(request)
    if told.kind == "undo":
        body["undo"] = told.of
    elif told.elder_id is None:
        body["name"] = told.name.strip()

    async def act() -> acts.Answer:
        if told.kind == "undo":
            answer = await _undo(told, by=by, now=now)
        else:
            answer = await _serve(request, told, by=by, now=now)
        became = (answer["status"], answer["code"], answer["meal_id"])
        await _keep(key, request, told, became, by=by, now=now)
        return answer

    async with writing():
        answer, repeated = await acts.once(key, by.name, now, body, act)
        return {"status": "ok", "code": "", **answer}, repeated


def _request(told: Told) -> Request:
    pack = read_token(told.pack)
    known = told.elder_id is not None
    return Request(
        point_id=pack.point_id,
        day=pack.day,
        meal=pack.meal,
        elder_id=told.elder_id,
        tariff=told.tariff if known else "full",
        payment=told.payment if known else "cash",
        amount_shown_fen=None,  # the meal is eaten: a difference is listed instead
        device=told.device,
    )


def _became(status: str, code: str = "", meal_id: int | None = None) -> acts.Answer:
    return {"status": status, "code": code, "meal_id": meal_id, "self_pay_fen": 0}


async def _serve(
    request: Request, told: Told, *, by: Actor, now: datetime
) -> acts.Answer:
    """What becomes of an eaten meal; with the till's own answer where it counts."""
    when = (request.point_id, request.day, request.meal)
    try:
        point = await hold_point(*when, shared=True)
        shift = await shift_of(*when)
        if shift is not None and shift.closed_at is not None:
            raise Refusal("shift_closed", at=shift.closed_at)
        await tablets.refuse_blocked(told.device)
        await _refuse_away(request)
        async with savepoint():
            answer = await take(request, point, _eaten_at(told, now), by=by, now=now)
    except Refusal as refusal:
        if refusal.code not in STATUS:
            raise
        return _became(STATUS[refusal.code], refusal.code)
    status = "ok" if request.elder_id is not None else "unmatched"
    return {**_became(status), **answer}


async def _refuse_away(request: Request) -> None:
    """At the counter somebody paused is asked and served; later a person must look."""
    if request.elder_id is None:
        return
    states = await states_for([request.elder_id])
    state = state_on(states[request.elder_id], request.day)
    if state is not None and state.state != "active":
        raise Refusal("not_active", state=state.state)


def _eaten_at(told: Told, now: datetime) -> datetime:
    """The device's instant put right; one that cannot be is the server's."""
    at = told.happened_at + timedelta(seconds=told.clock_offset_seconds)
    day = read_token(told.pack).day
    local = at.astimezone(audit.LOCAL_ZONE).date()
    return at if local == day and at <= now + LATEST_AHEAD else now


async def _undo(told: Told, *, by: Actor, now: datetime) -> acts.Answer:
    """Take a reported meal back; what never counted is marked as withdrawn."""
    found = await one("SELECT answer FROM act WHERE key = {}", told.of)
    reported = await one("SELECT * FROM till_report WHERE act = {}", told.of)
    if found is None:
        raise Refusal("act_unknown", act=told.of)
    meal_id = acts.answer_in(found["answer"]).get("meal_id")
    if meal_id is None:
        await _withdraw(reported, by=by, now=now)
        return _became("ok")
    await _refuse_meal_elsewhere(int(meal_id), read_token(told.pack).point_id)
    try:
        await tablets.refuse_blocked(told.device)
        async with savepoint():
            await void_in_transaction(int(meal_id), "按错", by=by, now=now)
    except Refusal as refusal:
        if refusal.code not in STATUS:
            raise
        return _became(STATUS[refusal.code], refusal.code, int(meal_id))
    return _became("ok", "", int(meal_id))


async def _refuse_meal_elsewhere(meal_id: int, point_id: int) -> None:
    row = await one("SELECT point FROM meal WHERE id = {}", meal_id)
    if row is None or row["point"] != point_id:
        raise Refusal("not_your_point")


async def _withdraw(
    reported: dict[str, Any] | None, *, by: Actor, now: datetime
) -> None:
    if reported is None:
        return
    decided = await one(
        "SELECT id FROM till_decision WHERE report = {} AND side = 'kitchen'",
        reported["id"],
    )
    if decided is None:
        await insert_vouched(
            TillDecision,
            report=reported["id"],
            choice="withdrawn",
            side="kitchen",
            reason="按错",
            served=None,
            at=now,
            by=by.name,
        )


async def _keep(
    key: str,
    request: Request,
    told: Told,
    became: tuple[str, str, int | None],
    *,
    by: Actor,
    now: datetime,
) -> None:
    point = await point_by_id(request.point_id)
    status, code, meal_id = became
    await insert_vouched(
        TillReport,
        act=key,
        kitchen=point["kitchen"],
        point=request.point_id,
        day=request.day,
        meal=request.meal,
        kind=told.kind,
        elder=request.elder_id,
        name=told.name.strip(),
        tariff=request.tariff,
        payment=request.payment,
        amount_shown_fen=told.amount_shown_fen,
        happened_at=_eaten_at(told, now),
        device=told.device,
        device_seq=told.device_seq,
        status=status,
        code=code,
        served=meal_id,
        at=now,
        by=by.name,
    )
    facts = {"status": status, "code": code, "meal": meal_id, "kind": told.kind}
    await trace("dining.report", request.point_id, facts, by=by, now=now)


async def refuse_open_reports(kitchen_id: int, day: date, meal: str) -> None:
    """Refuses `till_reports_open` while a report waits for a decision, inside the
    caller's `writing()`."""
    row = await one(
        "SELECT COUNT(*) AS n FROM till_report r LEFT JOIN till_decision d"
        " ON d.report = r.id AND d.side = 'kitchen'"
        " WHERE r.kitchen = {} AND r.day = {} AND r.meal = {}"
        " AND r.status <> 'ok' AND d.id IS NULL",
        kitchen_id,
        day,
        meal,
    )
    if row and row["n"]:
        raise Refusal("till_reports_open", count=int(row["n"]))
