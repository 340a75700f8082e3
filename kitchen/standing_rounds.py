"""常规线路: the usual rounds of each weekday, which the dispatcher sees and edits. A
day begins with them; where a weekday has none, with the rounds last driven
(`round_habits`). Each save is a row, the newest counts; one without rounds means none.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, one, rows, writing
from kitchen.drivers import drivers_for
from kitchen.errors import Refusal
from kitchen.places import Kitchen, points_for
from kitchen.plans import plans_on
from kitchen.registry import addresses_on, doors_for, elders_by_id
from kitchen.round_plans import Plan
from kitchen.staff import Actor
from kitchen.stops import Key


class StandingRounds(Table, tablename="standing_rounds"):
    """The rounds of a weekday as JSON: [[number, driver, [["elder", 7] …]] …]."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    weekday = Integer()  # ISO: 1 = Monday
    rounds = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class HabitRound:
    """A round as it is usually driven: people and points instead of a day's rows."""

    number: int
    driver_id: int | None
    visits: tuple[Key, ...]  # ("elder", id) | ("point", id)


@dataclass(frozen=True)
class Standing:
    """A weekday's rounds, and who wrote them down when."""

    weekday: int
    rounds: tuple[HabitRound, ...]
    at: datetime
    by: str


@dataclass(frozen=True)
class Visit:
    """One line of the weekday's list. `number` 0: on no round. `planned`: a standing
    meal plan of that weekday brings them food."""

    key: Key
    name: str
    place: str
    number: int
    position: int
    planned: bool


# Pure rules -------------------------------------------------------------------


def rounds_from(
    places: Mapping[Key, tuple[int, int]], drivers: Mapping[int, int | None]
) -> tuple[HabitRound, ...]:
    """Rounds from each visit's (round, position); round 0 is none. Equal positions
    keep the order they are given in."""
    numbers = sorted({number for number, _ in places.values() if number > 0})
    return tuple(
        HabitRound(
            number,
            drivers.get(number),
            tuple(
                key
                for key, place in sorted(places.items(), key=lambda each: each[1][1])
                if place[0] == number
            ),
        )
        for number in numbers
    )


def rounds_text(rounds: Sequence[HabitRound]) -> str:
    """Canonical JSON; equal rounds give equal text."""
    return json.dumps(
        [[r.number, r.driver_id, [list(key) for key in r.visits]] for r in rounds],
        separators=(",", ":"),
    )


def read_rounds(text: str) -> tuple[HabitRound, ...]:
    """What `rounds_text` wrote."""
    return tuple(
        HabitRound(number, driver, tuple((kind, key) for kind, key in visits))
        for number, driver, visits in json.loads(text)
    )


def next_on(today: date, weekday: int) -> date:
    """The next date of an ISO weekday, today included."""
    return today + timedelta(days=(weekday - today.isoweekday()) % 7)


# Readers ----------------------------------------------------------------------


async def standing_of(kitchen_id: int, meal: str, weekday: int) -> Standing | None:
    """The rounds of a weekday, None where nobody wrote any down."""
    found = await one(
        "SELECT * FROM standing_rounds WHERE kitchen = {} AND meal = {}"
        " AND weekday = {} ORDER BY id DESC LIMIT 1",
        *(kitchen_id, meal, weekday),
    )
    rounds = read_rounds(found["rounds"]) if found else ()
    if found is None or not rounds:
        return None
    return Standing(weekday, rounds, found["at"], found["by"])


async def weekdays_with(kitchen_id: int, meal: str) -> set[int]:
    """The weekdays that have standing rounds."""
    found = await rows(
        "SELECT weekday, rounds FROM standing_rounds WHERE kitchen = {}"
        " AND meal = {} ORDER BY id",
        *(kitchen_id, meal),
    )
    newest = {row["weekday"]: row["rounds"] for row in found}
    return {weekday for weekday, text in newest.items() if read_rounds(text)}


async def visits_of(
    kitchen_id: int, meal: str, day: date, rounds: Sequence[HabitRound]
) -> list[Visit]:
    """Everybody a standing plan brings food to on a day, the points, and whoever is on
    these rounds still; by round and position, those on none at the end."""
    placed = {
        key: (trip.number, position)
        for trip in rounds
        for position, key in enumerate(trip.visits, start=1)
    }
    plans = await plans_on(kitchen_id, day, meal)
    brought = {elder for elder, plan in plans.items() if plan.way == "deliver"}
    named = await _names(kitchen_id, day, brought | _elders(placed))
    found = [
        Visit(
            key,
            name,
            place,
            *placed.get(key, (0, 0)),
            planned=key[0] == "point" or key[1] in brought,
        )
        for key, (name, place) in named.items()
    ]
    return sorted(found, key=lambda v: (v.number or 99, v.position, v.place, v.name))


def _elders(keys: Collection[Key]) -> set[int]:
    return {number for kind, number in keys if kind == "elder"}


async def _names(
    kitchen_id: int, day: date, elders: set[int]
) -> dict[Key, tuple[str, str]]:
    """Name and building of the points and of these people."""
    people = await elders_by_id(elders)
    homes = await addresses_on(kitchen_id, day)
    doors = await doors_for(homes[elder] for elder in people if elder in homes)
    named: dict[Key, tuple[str, str]] = {
        ("point", point.id): (point.name, "") for point in await points_for(kitchen_id)
    }
    for elder_id, person in people.items():
        if person.kitchen_id == kitchen_id:
            door = doors.get(homes.get(elder_id, 0))
            place = f"{door.compound}{door.building}" if door else ""
            named["elder", elder_id] = (person.name, place)
    return named


async def visits_in(plan: Plan) -> tuple[HabitRound, ...]:
    """A day's rounds as people and points: what a standing round is taken from."""
    diners = await rows(
        "SELECT id, elder FROM diner WHERE id IN {}",
        sorted(key[1] for order in plan.orders for key in order.keys),
    )
    elders = {row["id"]: row["elder"] for row in diners}

    def visit(key: Key) -> Key | None:
        if key[0] == "point":
            return key
        return ("elder", elders[key[1]]) if elders.get(key[1]) else None

    return tuple(
        HabitRound(
            order.number,
            order.driver_id,
            tuple(v for key in order.keys if (v := visit(key)) is not None),
        )
        for order in plan.orders
        if order.keys
    )


# Verbs ------------------------------------------------------------------------


async def save_standing(
    kitchen_id: int,
    meal: str,
    weekdays: Collection[int],
    rounds: Sequence[HabitRound],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """These are the usual rounds of those weekdays from now on; what is so already is
    left alone. Refuses `standing_twice` (somebody on two places), `driver_unknown`."""
    seen = Counter(key for trip in rounds for key in trip.visits)
    if any(n > 1 for n in seen.values()):
        raise Refusal("standing_twice")
    known = {driver.id for driver in await drivers_for(kitchen_id, retired=True)}
    if {trip.driver_id for trip in rounds} - known - {None}:
        raise Refusal("driver_unknown")
    text = rounds_text(rounds)
    async with writing():
        for weekday in sorted(weekdays):
            standing = await standing_of(kitchen_id, meal, weekday)
            if rounds_text(standing.rounds if standing else ()) == text:
                continue
            where = {"kitchen": kitchen_id, "meal": meal, "weekday": weekday}
            await insert(StandingRounds, **where, rounds=text, at=now, by=by.name)
            await audit.record(
                by=by.name,
                staff_id=by.staff_id,
                at=now,
                action="standing_rounds.save",
                object_kind="kitchen",
                object_id=kitchen_id,
                after={**where, "rounds": len(rounds), "visits": len(seen)},
            )
