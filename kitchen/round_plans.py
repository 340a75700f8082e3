"""A day's plan as rows: the version that counts and the draft after it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from kitchen import audit
from kitchen.database import lock_for, one, rows
from kitchen.errors import Refusal
from kitchen.round_inputs import Inputs
from kitchen.staff import Actor
from kitchen.stops import Key
from kitchen.timetables import Order, Timetable


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """One version. `published_at` None = a draft."""

    id: int
    kitchen_id: int
    day: date
    meal: str
    version: int
    engine: str
    fallback: bool
    distances: str
    digest: str
    at: datetime
    by: str
    published_at: datetime | None = None
    published_by: str = ""
    override: str = ""
    verdict: str = ""
    verdict_why: str = ""
    pairs: int = 0
    pairs_straight: int = 0

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


@dataclass(frozen=True)
class RoundRow:
    """A round as stored."""

    id: int
    number: int
    driver_id: int | None
    locked: bool
    depart_at: datetime | None = None
    back_at: datetime | None = None
    metres: int = 0


@dataclass(frozen=True)
class StopRow:
    """A stop as stored. `round_id` None: on the waiting list, `why` says why."""

    id: int
    key: Key
    round_id: int | None
    position: int
    locked: bool = False
    why: str = ""
    arrival_at: datetime | None = None
    spares: int = 0


@dataclass(frozen=True)
class Plan:
    """A plan with its rounds by number and its stops in order."""

    facts: PlanFacts
    rounds: tuple[RoundRow, ...]
    stops: tuple[StopRow, ...]

    def stops_of(self, round_id: int | None) -> list[StopRow]:
        return [stop for stop in self.stops if stop.round_id == round_id]

    def by_round(self) -> dict[int | None, list[StopRow]]:
        """All stops under their round's id; None: the waiting list."""
        found: dict[int | None, list[StopRow]] = {}
        for stop in self.stops:
            found.setdefault(stop.round_id, []).append(stop)
        return found

    @property
    def orders(self) -> tuple[Order, ...]:
        stops = self.by_round()
        return tuple(
            Order(
                number=row.number,
                driver_id=row.driver_id,
                keys=tuple(stop.key for stop in stops.get(row.id, ())),
                locked=row.locked,
            )
            for row in self.rounds
        )

    @property
    def pinned(self) -> dict[Key, int]:
        """Locked stops and the driver they stay with."""
        drivers = {row.id: row.driver_id for row in self.rounds}
        return {
            stop.key: driver
            for stop in self.stops
            if stop.locked and stop.round_id is not None
            for driver in (drivers[stop.round_id],)
            if driver is not None
        }

    def timed(
        self,
        rounds: Mapping[int, tuple[datetime | None, datetime | None, int]],
        arrivals: Mapping[Key, datetime],
    ) -> "Plan":
        """The plan with other clocks: by round number (leaves, back, metres), and
        by door."""
        return Plan(
            self.facts,
            tuple(
                replace(row, depart_at=out, back_at=back, metres=metres)
                for row in self.rounds
                for out, back, metres in (rounds[row.number],)
            ),
            tuple(
                replace(stop, arrival_at=arrivals.get(stop.key)) for stop in self.stops
            ),
        )

    @property
    def codes(self) -> dict[Key, str]:
        """ "3-04" of every stop that is on a round."""
        numbers = {row.id: row.number for row in self.rounds}
        return {
            stop.key: stop_code(numbers[stop.round_id], stop.position)
            for stop in self.stops
            if stop.round_id is not None
        }


NO_NAMES: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True)
class Beginning:
    """Where a round takes its boxes over from another one. `number`: of the round that
    brings them, None: nobody does; it left the kitchen at `left_at`."""

    point_id: int
    name: str
    number: int | None = None
    at: datetime | None = None
    left_at: datetime | None = None


def beginnings(
    starts: Mapping[int, int], plan: Plan, names: Mapping[int, str] = NO_NAMES
) -> dict[int, Beginning]:
    """Round number → where it begins, of the rounds with stops that do not begin at the
    kitchen. `starts`: driver → point; `names`: of the points, where they are shown."""
    if not starts:
        return {}
    stops, found = plan.by_round(), {}
    bringing = {
        stop.key: (row, stop) for row in plan.rounds for stop in stops.get(row.id, ())
    }
    for row in plan.rounds:
        point = starts.get(row.driver_id or 0)
        if point is None or row.id not in stops:
            continue
        brought = bringing.get(("point", point))
        begins = Beginning(point, names.get(point, ""))
        if brought is not None:
            van, stop = brought
            begins = replace(
                begins, number=van.number, at=stop.arrival_at, left_at=van.depart_at
            )
        found[row.number] = begins
    return found


def begun_at(starts: Mapping[int, int], plan: Plan) -> set[int]:
    """The points where rounds of the plan begin."""
    return {begins.point_id for begins in beginnings(starts, plan).values()}


def timed(plan: Plan, times: Timetable) -> Plan:
    """The plan with the clocks of a timetable."""
    return plan.timed(
        {n: (t.depart_at, t.back_at, t.metres) for n, t in times.rounds.items()},
        {s.key: s.arrival_at for t in times.rounds.values() for s in t.stops},
    )


def stop_code(number: int, position: int) -> str:
    """Round 3, fourth stop: "3-04", as it is spoken, printed and typed."""
    return f"{number}-{position:02d}"


def differences(inputs: Inputs, plan: Plan) -> tuple[list[Key], list[Key]]:
    """Doors and points that must be added, and those that are no longer served."""
    planned, wanted = {stop.key for stop in plan.stops}, inputs.served(plan.orders)
    return sorted(wanted.keys() - planned), sorted(planned - inputs.by_key().keys())


def digest_of(plan: Plan) -> str:
    """12 characters for the order of the doors and who drives."""
    text = repr([(o.number, o.driver_id, o.keys) for o in plan.orders])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# Readers ----------------------------------------------------------------------

_PLAN = (
    "SELECT p.*, pub.at AS published_at, pub.by AS published_by,"
    " pub.override AS override, opinion.verdict AS verdict,"
    " opinion.why AS verdict_why FROM round_plan p"
    " LEFT JOIN plan_publication pub ON pub.plan = p.id"
    " LEFT JOIN plan_opinion opinion ON opinion.plan = p.id"
)


async def latest_plan(kitchen_id: int, day: date, meal: str) -> Plan | None:
    """The newest version, draft or not: what the board shows."""
    found = await rows(
        _PLAN + " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {}"
        " ORDER BY p.version DESC LIMIT 1",
        kitchen_id,
        day,
        meal,
    )
    return await _loaded(found[0]) if found else None


async def published_plan(kitchen_id: int, day: date, meal: str) -> Plan | None:
    """The newest published version: the plan that counts."""
    found = await rows(
        _PLAN + " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {}"
        " AND pub.at IS NOT NULL ORDER BY p.version DESC LIMIT 1",
        kitchen_id,
        day,
        meal,
    )
    return await _loaded(found[0]) if found else None


async def plan_that_counts(kitchen_id: int, day: date, meal: str) -> Plan | None:
    """The published plan, or else the draft."""
    found = await published_plan(kitchen_id, day, meal)
    return found or await latest_plan(kitchen_id, day, meal)


async def plan_in_force(
    kitchen_id: int, day: date, meal: str, at: datetime
) -> Plan | None:
    """The plan that counted at a moment: what was on a paper printed then."""
    found = await rows(
        _PLAN + " WHERE p.kitchen = {} AND p.day = {} AND p.meal = {}"
        " AND pub.at <= {} ORDER BY p.version DESC LIMIT 1",
        kitchen_id,
        day,
        meal,
        at,
    )
    return await _loaded(found[0]) if found else None


async def plan_by_id(plan_id: int) -> Plan:
    """One version; refuses `plan_unknown`."""
    found = await one(_PLAN + " WHERE p.id = {}", plan_id)
    if found is None:
        raise Refusal("plan_unknown", plan=plan_id)
    return await _loaded(found)


async def round_plan_of(round_id: int) -> int:
    """The plan a round belongs to; refuses `round_unknown`."""
    found = await one("SELECT plan FROM round WHERE id = {}", round_id)
    if found is None:
        raise Refusal("round_unknown", round=round_id)
    return int(found["plan"])


async def stop_plan_of(stop_id: int) -> int:
    """The plan a stop belongs to; refuses `stop_unknown`."""
    found = await one("SELECT plan FROM stop WHERE id = {}", stop_id)
    if found is None:
        raise Refusal("stop_unknown", stop=stop_id)
    return int(found["plan"])


async def name_at(stop_id: int) -> str:
    """Whose door a stop is, or which dining point."""
    found = await one(
        "SELECT e.name AS elder, p.name AS point FROM stop s"
        " LEFT JOIN diner d ON d.id = s.diner LEFT JOIN elder e ON e.id = d.elder"
        " LEFT JOIN dining_point p ON p.id = s.point WHERE s.id = {}",
        stop_id,
    )
    return str(found["elder"] or found["point"] or "") if found else ""


async def round_codes(kitchen_id: int, day: date, meal: str) -> dict[Key, str]:
    """Round-stop codes of the plan that counts, else of the draft."""
    plan = await plan_that_counts(kitchen_id, day, meal)
    return plan.codes if plan else {}


async def _loaded(row: Mapping[str, Any]) -> Plan:
    values = {**row, "kitchen_id": row["kitchen"], "fallback": bool(row["fallback"])}
    for name in ("override", "published_by", "verdict", "verdict_why"):
        values[name] = row[name] or ""
    facts = PlanFacts(**{name: values[name] for name in PlanFacts.__annotations__})
    round_rows = await rows(
        "SELECT id, number, driver AS driver_id, locked, depart_at, back_at, metres"
        " FROM round WHERE plan = {} ORDER BY number",
        facts.id,
    )
    stop_rows = await rows(
        "SELECT * FROM stop WHERE plan = {} ORDER BY round, position, id", facts.id
    )
    return Plan(
        facts,
        tuple(RoundRow(**{**r, "locked": bool(r["locked"])}) for r in round_rows),
        tuple(
            StopRow(
                id=stop["id"],
                key=key_of(stop),
                round_id=stop["round"],
                position=stop["position"],
                locked=bool(stop["locked"]),
                why=stop["why"],
                arrival_at=stop["arrival_at"],
                spares=stop["spares"],
            )
            for stop in stop_rows
        ),
    )


def key_of(stop: Mapping[str, Any]) -> Key:
    if stop["point"] is not None:
        return ("point", stop["point"])
    return ("diner", stop["diner"])


# For the verbs on plans ---------------------------------------------------------


def stop_values(
    plan_id: int, key: Key, round_id: int | None, position: int
) -> dict[str, Any]:
    """A new stop's columns."""
    return {
        "plan": plan_id,
        "round": round_id,
        "position": position,
        "diner": key[1] if key[0] == "diner" else None,
        "point": key[1] if key[0] == "point" else None,
        "arrival_at": None,
        "locked": False,
        "why": "",
        "spares": 0,
    }


def travel_values(inputs: Inputs) -> dict[str, Any]:
    """A plan's columns that say what its times were made of."""
    travel = inputs.travel
    return {
        "distances": travel.provider,
        "pairs": travel.pairs,
        "pairs_straight": travel.straight,
    }


async def lock_plans(kitchen_id: int, day: date, meal: str) -> None:
    """One hand at a time on a day's rounds."""
    await lock_for("round_plan", f"{kitchen_id}/{day}/{meal}")


async def record(
    action: str,
    plan_id: int,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    **after: object,
) -> None:
    """The audit line of an act on a plan."""
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="round_plan",
        object_id=plan_id,
        after=after,
        reason=reason,
    )
