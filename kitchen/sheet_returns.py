"""A driver's sheet comes back: exceptions were typed, the rest is closed in one act by
somebody who names who reported it. One sheet at a time, and only the right one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kitchen import meals
from kitchen.database import insert, one, rows, writing
from kitchen.deliveries import (
    outcomes_for,
    record,
    round_that_counts,
    write_outcome,
)
from kitchen.delivery_tables import SheetReturn
from kitchen.door_cases import still_open
from kitchen.errors import Refusal
from kitchen.outcomes import Report, servings_of
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import (
    Plan,
    StopRow,
    plan_in_force,
    published_plan,
)
from kitchen.staff import Actor
from kitchen.stops import Drop, Key


@dataclass(frozen=True, kw_only=True)
class SheetBack:
    """What is written on the returned sheet. `number` and `version` None: this round
    went out without paper. `payment`: how the rest paid, cash | later | account."""

    reported_by: str
    number: int | None = None
    version: int | None = None
    left_at: datetime | None = None
    cash_fen: int = 0
    boxes_back: int = 0
    signature_seen: bool = False
    decidegrees: int | None = None  # of the last box, °C × 10
    payment: str = "later"
    note: str = ""


@dataclass(frozen=True)
class ReturnFacts:
    """A sheet that came back. `round_number` holds over versions of the plan."""

    id: int
    round_number: int
    sheet_number: int | None
    sheet_version: int | None
    reported_by: str
    cash_fen: int
    boxes_back: int
    signature_seen: bool
    decidegrees: int | None
    note: str
    at: datetime
    by: str


async def returns_for(kitchen_id: int, day: date, meal: str) -> dict[int, ReturnFacts]:
    """Returned sheets by round number."""
    found = await rows(
        "SELECT s.id AS id, r.number AS round_number, p.number AS sheet_number,"
        " p.version AS sheet_version, s.reported_by AS reported_by,"
        " s.cash_fen AS cash_fen, s.boxes_back AS boxes_back,"
        " s.signature_seen AS signature_seen, s.decidegrees AS decidegrees,"
        " s.note AS note,"
        " s.at AS at, s.by AS by FROM sheet_return s"
        " JOIN round r ON r.id = s.round JOIN round_plan pl ON pl.id = r.plan"
        " LEFT JOIN print_run p ON p.id = s.print_run"
        " WHERE pl.kitchen = {} AND pl.day = {} AND pl.meal = {} ORDER BY s.id",
        kitchen_id,
        day,
        meal,
    )
    return {
        row["round_number"]: ReturnFacts(
            **{**row, "signature_seen": bool(row["signature_seen"])}
        )
        for row in found
    }


async def close_rest(
    round_id: int, back: SheetBack, *, by: Actor, now: datetime
) -> int:
    """Everything on this round that nobody reported otherwise was handed over as
    planned, says `back.reported_by`. Returns how many doors that were.

    Refuses `reporter_missing`; the wrong paper: `sheet_number_missing`,
    `sheet_unknown`, `sheet_version_unknown`, `sheet_never_printed`,
    `sheet_other_day`, `sheet_of_other_round`, `sheet_void`, `sheet_superseded`,
    `sheet_already_returned`; `point_unreported` until the containers are signed for;
    `round_case_open` while somebody on it was neither reached nor handed over by
    name; `cash_differs` without a word on it.
    """
    if not back.reported_by.strip():
        raise Refusal("reporter_missing")
    async with writing():
        plan, inputs, number = await round_that_counts(round_id)
        row = next(row for row in plan.rounds if row.number == number)
        returned = await returns_for(inputs.kitchen.id, inputs.day, inputs.meal)
        if number in returned:
            known = returned[number]
            raise Refusal("sheet_already_returned", by=known.reported_by, at=known.at)
        print_run = await _paper(inputs, number, back)
        known_outcomes = await outcomes_for(inputs.kitchen.id, inputs.day, inputs.meal)
        rest = _rest(inputs, plan, row.id, set(known_outcomes))
        await _refuse_unreached(inputs, plan.stops_of(row.id))
        return_id = await insert(
            SheetReturn,
            round=row.id,
            print_run=print_run,
            reported_by=back.reported_by,
            cash_fen=back.cash_fen,
            boxes_back=back.boxes_back,
            left_at=back.left_at,
            signature_seen=back.signature_seen,
            decidegrees=back.decidegrees,
            note=back.note,
            at=now,
            by=by.name,
        )
        await _hand_over(inputs, rest, back, return_id, by, now)
        await _refuse_other_cash([s.id for s in plan.stops_of(row.id)], back)
        await record(
            "sheet.return",
            return_id,
            by,
            now,
            round=number,
            sheet=back.number,
            rest=len(rest),
            cash_fen=back.cash_fen,
        )
    return len(rest)


Rest = list[tuple[StopRow, Drop]]


def _rest(inputs: Inputs, plan: Plan, round_id: int, known: set[Key]) -> Rest:
    """The doors nobody reported; a point must be signed for by itself."""
    drops = inputs.served(plan.orders)
    rest = [
        (stop, drops[stop.key])
        for stop in plan.stops_of(round_id)
        if stop.key in drops and stop.key not in known
    ]
    points = [drop.name for _, drop in rest if drop.is_point]
    if points:
        raise Refusal("point_unreported", names="、".join(points))
    return rest


async def _refuse_unreached(inputs: Inputs, stops: Sequence[StopRow]) -> None:
    names = await still_open(
        inputs.kitchen.id, inputs.day, inputs.meal, [stop.key for stop in stops]
    )
    if names:
        raise Refusal("round_case_open", names="、".join(names))


async def _hand_over(
    inputs: Inputs,
    rest: Rest,
    back: SheetBack,
    return_id: int,
    by: Actor,
    now: datetime,
) -> None:
    report = Report(
        outcome="elder",
        reported_by=back.reported_by,
        source="rest",
        happened_at=back.left_at,
        payment=back.payment,
    )
    servings = []
    for stop, drop in rest:
        await write_outcome(stop.id, report, return_id, by=by, now=now)
        servings += servings_of(drop, report, inputs, stop.id, now)
    await meals.hand_over_all(servings, by=by, now=now)


async def _paper(inputs: Inputs, number: int, back: SheetBack) -> int | None:
    """The print that came back; None when this round was never printed."""
    subject = f"round:{number}"
    printed = await rows(
        "SELECT p.*, v.id AS void FROM print_run p"
        " LEFT JOIN print_void v ON v.print_run = p.id"
        " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {} AND p.kind = 'sheet'"
        " ORDER BY p.version",
        inputs.kitchen.id,
        inputs.day,
        inputs.meal,
    )
    of_round = [run for run in printed if run["subject"] == subject]
    if back.number is None or back.version is None:
        if of_round:
            raise Refusal("sheet_number_missing", number=of_round[-1]["number"])
        return None
    named = [
        run
        for run in printed
        if (run["number"], run["version"]) == (back.number, back.version)
    ]
    if not named:
        raise await _unknown_paper(inputs, back)
    run = named[0]
    if run["subject"] != subject:
        raise Refusal("sheet_of_other_round", number=back.number, round=number)
    newest = of_round[-1]["version"]
    if newest != back.version:
        raise Refusal(
            "sheet_superseded", number=back.number, version=back.version, newest=newest
        )
    if run["void"] is not None:
        raise Refusal("sheet_void", number=back.number, version=back.version)
    return int(run["id"])


async def stop_on_sheet(
    kitchen_id: int, day: date, meal: str, number: int, version: int, position: int
) -> int:
    """The stop behind "sheet 7 v2: stop 4", as that paper counts, also when the rounds
    have changed since. Refuses the wrong paper like `close_rest`, `stop_not_on_sheet`.
    """
    inputs = await inputs_for(kitchen_id, day, meal)
    run = await one(
        "SELECT subject, at FROM print_run WHERE kitchen = {} AND day = {}"
        " AND meal = {} AND kind = 'sheet' AND number = {} AND version = {}",
        kitchen_id,
        day,
        meal,
        number,
        version,
    )
    back = SheetBack(reported_by="", number=number, version=version)
    if run is None:
        raise await _unknown_paper(inputs, back)
    round_number = int(str(run["subject"]).partition(":")[2])
    await _paper(inputs, round_number, back)
    plan = await plan_in_force(kitchen_id, day, meal, run["at"])
    plan = plan or await published_plan(kitchen_id, day, meal)
    if plan is None:
        raise Refusal("plan_not_published")
    ids = {row.id for row in plan.rounds if row.number == round_number}
    stops = {stop.position: stop.id for stop in plan.stops if stop.round_id in ids}
    if position in stops:
        return stops[position]
    last = max(stops, default=0)
    raise Refusal("stop_not_on_sheet", number=number, position=position, last=last)


async def _unknown_paper(inputs: Inputs, back: SheetBack) -> Refusal:
    elsewhere = await one(
        'SELECT MAX(day) AS "day [DATE]" FROM print_run WHERE kitchen = {}'
        " AND kind = 'sheet' AND number = {} AND version = {}",
        inputs.kitchen.id,
        back.number,
        back.version,
    )
    day = elsewhere["day"] if elsewhere else None
    if day is not None and day != inputs.day:
        return Refusal("sheet_other_day", number=back.number, day=day)
    told = {"number": back.number, "version": back.version}
    known = await rows(
        "SELECT number, MAX(version) AS newest FROM print_run WHERE kitchen = {}"
        " AND day = {} AND meal = {} AND kind = 'sheet' GROUP BY number"
        " ORDER BY number",
        inputs.kitchen.id,
        inputs.day,
        inputs.meal,
    )
    newest = {row["number"]: row["newest"] for row in known}
    if back.number in newest:
        newer = newest[back.number]
        return Refusal("sheet_version_unknown", **told, newest=newer)
    if not newest:
        return Refusal("sheet_never_printed", **told)
    numbers = "、".join(str(number) for number in newest)
    return Refusal("sheet_unknown", **told, numbers=numbers)


async def _refuse_other_cash(stop_ids: Sequence[int], back: SheetBack) -> None:
    """The cash on the table is what the doors paid, or somebody says why not."""
    due = await cash_due(stop_ids)
    if due != back.cash_fen and not back.note.strip():
        raise Refusal("cash_differs", due_fen=due, counted_fen=back.cash_fen)


async def cash_due(stop_ids: Sequence[int]) -> int:
    """Fen paid in cash at those stops."""
    found = await one(
        "SELECT COALESCE(SUM(m.self_pay_fen + m.delivery_self_fen), 0) AS fen"
        " FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.stop_id IN {} AND m.payment = 'cash' AND v.id IS NULL",
        list(stop_ids),
    )
    return int(found["fen"]) if found else 0
