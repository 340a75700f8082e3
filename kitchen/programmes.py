"""Voucher programmes: whose purse is filled with how much, proposed by one person and
approved by another; who enters or leaves by birthday or evidence is proposed night by
night and confirmed by a person.

Several classes may speak of one person: the highest single one is granted, never the
sum (500/300/300 yuan a month in the source plan), and a household has one purse.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.calendar import birthday_in
from kitchen.database import insert, lock_for, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.meal_prices import person_facts
from kitchen.places import Kitchen
from kitchen.purses import POOLS, expire, grant, window_of
from kitchen.registry import Elder, ElderFacts, elders_of, states_on
from kitchen.staff import Actor
from kitchen.tariff_texts import when_json, when_of
from kitchen.tariffs import MealFacts, When
from kitchen.vouching import vouch_as_it_stands

DAYS_AHEAD = 30


class PurseProgramme(Table, tablename="purse_programme"):
    """`classes` is JSON, see `GrantClass`."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    classes = Text()
    pool = Text()  # quarter | month
    valid_from = Date()
    proposed_by = Text()
    proposed_staff = Text()
    proposed_at = Timestamptz()
    approved_by = Text()
    approved_at = Timestamptz(null=True)


class MemberChange(Table, tablename="member_change"):
    """Somebody enters or leaves on a day; it counts once a person has accepted it."""

    programme = ForeignKey(PurseProgramme, null=False)
    elder = ForeignKey(Elder, null=False)
    kind = Text()  # enters | leaves
    day = Date()
    why = Text()
    proposed_at = Timestamptz()
    accepted = Boolean(null=True)
    decided_by = Text()
    decided_at = Timestamptz(null=True)


# Pure rules -------------------------------------------------------------------


@dataclass(frozen=True)
class GrantClass:
    """One class of recipients and what a month brings them."""

    name: str
    when: When
    monthly_fen: int

    def __post_init__(self) -> None:
        if self.monthly_fen <= 0:
            raise ValueError(f"class {self.name!r}: an amount above zero")


def best_class(
    classes: Sequence[GrantClass], facts: MealFacts
) -> tuple[GrantClass | None, int]:
    """The highest single class that speaks of a person, and how many did."""
    matching = [one for one in classes if facts.eligible and one.when.holds(facts)]
    best = max(matching, key=lambda one: one.monthly_fen, default=None)
    return best, len(matching)


def classes_text(classes: Sequence[GrantClass]) -> str:
    """Canonical JSON of the classes."""
    return json.dumps(
        [[one.name, when_json(one.when), one.monthly_fen] for one in classes],
        ensure_ascii=False,
    )


def classes_of(text: str) -> tuple[GrantClass, ...]:
    """The inverse of `classes_text`."""
    return tuple(
        GrantClass(name, when_of(when), fen) for name, when, fen in json.loads(text)
    )


@dataclass(frozen=True)
class ProgrammeFacts:
    """One programme; `approved_by` "" = waiting for the second person."""

    id: int
    kitchen_id: int
    name: str
    classes: tuple[GrantClass, ...]
    pool: str
    valid_from: date
    proposed_by: str
    approved_by: str


@dataclass(frozen=True)
class ProposalFacts:
    """Somebody who would enter or leave, waiting for a person's word."""

    id: int
    programme_id: int
    elder_id: int
    name: str
    number: str
    kind: str
    day: date
    why: str


# Readers ----------------------------------------------------------------------


async def programmes_for(kitchen_id: int) -> list[ProgrammeFacts]:
    """Every programme of a kitchen, the newest first."""
    found = await rows(
        "SELECT * FROM purse_programme WHERE kitchen = {} ORDER BY valid_from DESC,"
        " id DESC",
        kitchen_id,
    )
    return [_programme(row) for row in found]


def _programme(row: Mapping[str, Any]) -> ProgrammeFacts:
    return ProgrammeFacts(
        row["id"],
        row["kitchen"],
        row["name"],
        classes_of(row["classes"]),
        row["pool"],
        row["valid_from"],
        row["proposed_by"],
        row["approved_by"],
    )


async def programme_on(kitchen_id: int, day: date) -> ProgrammeFacts | None:
    """The approved programme of a day: the one that began last."""
    for one in await programmes_for(kitchen_id):
        if one.approved_by and one.valid_from <= day:
            return one
    return None


async def members_on(programme_id: int, day: date) -> set[int]:
    """Whose purse the programme fills on a day."""
    found = await rows(
        "SELECT elder, kind FROM member_change WHERE programme = {} AND day <= {}"
        " AND accepted ORDER BY day, id",
        programme_id,
        day,
    )
    last = {row["elder"]: row["kind"] for row in found}
    return {elder for elder, kind in last.items() if kind == "enters"}


async def proposals_for(kitchen_id: int) -> list[ProposalFacts]:
    """Who waits for a person's word, by day."""
    found = await rows(
        "SELECT m.id AS id, m.programme AS programme_id, m.elder AS elder_id,"
        " e.name AS name, e.number AS number, m.kind AS kind, m.day AS day,"
        " m.why AS why FROM member_change m JOIN elder e ON e.id = m.elder"
        " WHERE e.kitchen = {} AND m.decided_at IS NULL ORDER BY m.day, e.number",
        kitchen_id,
    )
    return [ProposalFacts(**row) for row in found]


# Verbs ------------------------------------------------------------------------


async def propose_programme(
    *,
    kitchen_id: int,
    name: str,
    classes: Sequence[GrantClass],
    pool: str,
    valid_from: date,
    by: Actor,
    now: datetime,
) -> int:
    """Propose who gets how much a month. Refuses `no_class`, `pool_unknown`."""
    if not classes:
        raise Refusal("no_class")
    if pool not in POOLS:
        raise Refusal("pool_unknown", pool=pool)
    async with writing():
        programme_id = await insert(
            PurseProgramme,
            kitchen=kitchen_id,
            name=name,
            classes=classes_text(classes),
            pool=pool,
            valid_from=valid_from,
            proposed_by=by.name,
            proposed_staff=str(by.staff_id),
            proposed_at=now,
            approved_by="",
            approved_at=None,
        )
        await _trace("programme.propose", programme_id, {"name": name}, by, now)
        return int(programme_id)


async def approve_programme(programme_id: int, *, by: Actor, now: datetime) -> None:
    """The second person's yes; twice is harmless. Refuses `own_proposal`,
    `version_unknown`."""
    async with writing():
        await lock_for("purse_programme", programme_id)
        found = await rows("SELECT * FROM purse_programme WHERE id = {}", programme_id)
        if not found:
            raise Refusal("version_unknown", version=programme_id)
        row = found[0]
        if row["approved_at"] is not None:
            return
        if by.name == row["proposed_by"] or (
            by.staff_id and str(by.staff_id) == row["proposed_staff"]
        ):
            raise Refusal("own_proposal", name=by.name)
        await update_row(
            PurseProgramme, programme_id, {"approved_by": by.name, "approved_at": now}
        )
        await vouch_as_it_stands("purse_programme", programme_id)
        await _trace("programme.approve", programme_id, {}, by, now)


async def decide(
    change_ids: Iterable[int],
    accepted: bool,
    *,
    kitchen_id: int,
    by: Actor,
    now: datetime,
) -> int:
    """A person's word on proposals of that kitchen; how many were still open. What was
    decided before stays as it was."""
    async with writing():
        found = await rows(
            "SELECT m.id AS id, m.elder AS elder, m.kind AS kind, m.day AS day"
            " FROM member_change m JOIN elder e ON e.id = m.elder"
            " WHERE m.id IN {} AND e.kitchen = {} AND m.decided_at IS NULL",
            sorted(set(change_ids)) or [0],
            kitchen_id,
        )
        for row in found:
            await update_row(
                MemberChange,
                row["id"],
                {"accepted": accepted, "decided_by": by.name, "decided_at": now},
            )
            facts = {"elder": row["elder"], "kind": row["kind"], "day": row["day"]}
            action = "programme.accept" if accepted else "programme.refuse"
            await _trace(action, row["id"], facts, by, now)
        return len(found)


async def run_night(kitchen_id: int, today: date, *, by: Actor, now: datetime) -> None:
    """What a night does: propose who enters or leaves within the next 30 days, write
    off the window that is over, grant the month to the members. Twice is harmless."""
    programme = await programme_on(kitchen_id, today + timedelta(days=DAYS_AHEAD))
    if programme is not None:
        await propose_changes(programme, today, by=by, now=now)
    current = await programme_on(kitchen_id, today)
    if current is not None:
        await accrue(current, today, by=by, now=now)


async def accrue(
    programme: ProgrammeFacts, today: date, *, by: Actor, now: datetime
) -> int:
    """Write off the window before and grant this month; how many grants."""
    first, _last = window_of(today, programme.pool)
    before = window_of(first - timedelta(days=1), programme.pool)
    people = {person.id: person for person in await elders_of(programme.kitchen_id)}
    members = await members_on(programme.id, today)
    facts = await person_facts(people, programme.kitchen_id, today)
    granted = 0
    async with writing():
        await lock_for("purse_programme", programme.id)
        await expire(programme.kitchen_id, *before, by=by, now=now)
        for elder in _highest_first(programme, members, facts, people):
            best, _ = best_class(programme.classes, facts[elder])
            if best is not None:
                person, month = people[elder], f"{today:%Y-%m}"
                fen = best.monthly_fen
                granted += await grant(person, month, fen, today, by=by, now=now)
    return granted


def _highest_first(
    programme: ProgrammeFacts,
    members: set[int],
    facts: Mapping[int, MealFacts],
    people: Mapping[int, ElderFacts],
) -> list[int]:
    """Of a household the member with the most brings the purse its month."""

    def fen(elder: int) -> int:
        best, _ = best_class(programme.classes, facts[elder])
        return best.monthly_fen if best else 0

    return sorted(members & people.keys(), key=lambda elder: (-fen(elder), elder))


async def propose_changes(
    programme: ProgrammeFacts, today: date, *, by: Actor, now: datetime
) -> int:
    """Propose who enters or leaves from today to 30 days ahead; how many are new."""
    everyone = {person.id: person for person in await elders_of(programme.kitchen_id)}
    first = max(today, programme.valid_from)
    last = today + timedelta(days=DAYS_AHEAD)
    days = await _days_of_change(everyone, first, last)
    known = await _known(programme.id)
    new = 0
    async with writing():
        await lock_for("purse_programme", programme.id)
        for day in sorted(days):
            people = {elder: everyone[elder] for elder in days[day]}
            facts = await person_facts(people, programme.kitchen_id, day)
            states = await states_on(programme.kitchen_id, day)
            for elder, fact in sorted(facts.items()):
                best, _ = best_class(programme.classes, fact)
                gone = states.get(elder, "active") in ("ended", "deceased")
                said = [kind for on, kind in known.get(elder, ()) if on <= day]
                inside = said[-1:] == ["enters"]
                wanted = best is not None and not gone
                if wanted == inside:
                    continue
                kind = "enters" if wanted else "leaves"
                known.setdefault(elder, []).append((day, kind))
                why = best.name if best else f"{fact.age} 岁"
                new += await _propose(programme.id, elder, kind, day, why, now)
        if new:
            facts_told = {"proposed": new, "until": last}
            await _trace("programme.night", programme.id, facts_told, by, now)
    return new


async def _days_of_change(
    people: Mapping[int, ElderFacts], first: date, last: date
) -> dict[date, set[int]]:
    """Day → whose facts may change then: everybody's today, a birthday, evidence that
    begins or ends."""
    days: dict[date, set[int]] = {first: set(people)}
    for elder, person in people.items():
        turn = [birthday_in(person.birth_date, y) for y in (first.year, last.year)]
        for birthday in {day for day in turn if first < day <= last}:
            days.setdefault(birthday, set()).add(elder)
    found = await rows(
        "SELECT elder, valid_from, valid_to FROM category WHERE elder IN {}"
        " AND withdrawn_at IS NULL",
        sorted(people) or [0],
    )
    for row in found:
        ends = row["valid_to"]
        for day in (row["valid_from"], ends + timedelta(days=1) if ends else None):
            if day is not None and first < day <= last:
                days.setdefault(day, set()).add(row["elder"])
    return days


async def _known(programme_id: int) -> dict[int, list[tuple[date, str]]]:
    """Each person's changes by day: accepted, or still waiting."""
    found = await rows(
        "SELECT elder, kind, day FROM member_change WHERE programme = {}"
        " AND (accepted OR decided_at IS NULL) ORDER BY day, id",
        programme_id,
    )
    known: dict[int, list[tuple[date, str]]] = {}
    for row in found:
        known.setdefault(row["elder"], []).append((row["day"], row["kind"]))
    return known


async def _propose(
    programme_id: int, elder: int, kind: str, day: date, why: str, now: datetime
) -> int:
    """1 when it is new; what a person refused is not proposed again."""
    if await rows(
        "SELECT id FROM member_change WHERE programme = {} AND elder = {}"
        " AND kind = {} AND (day = {} OR (decided_at IS NOT NULL AND NOT accepted"
        " AND why = {}))",
        programme_id,
        elder,
        kind,
        day,
        why,
    ):
        return 0
    await insert(
        MemberChange,
        programme=programme_id,
        elder=elder,
        kind=kind,
        day=day,
        why=why,
        proposed_at=now,
        accepted=None,
        decided_by="",
        decided_at=None,
    )
    return 1


async def _trace(
    action: str,
    object_id: object,
    after: Mapping[str, object],
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="purse_programme",
        object_id=object_id,
        after=after,
    )
