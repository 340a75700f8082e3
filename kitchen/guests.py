"""Somebody at the counter: who it is, what it costs, what stands in the way."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from kitchen import headcounts, plans, registry
from kitchen.counters import AT_POINT, at_point, point_by_id
from kitchen.database import rows
from kitchen.meal_prices import price_people
from kitchen.plans import Eater
from kitchen.registry import ElderFacts
from kitchen.subsidies import Price


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


async def find(
    text: str, point_id: int, day: date, meal: str, limit: int = 9
) -> list[Guest]:
    """Who the typed or scanned text may mean, best first, ready to be served."""
    point = await point_by_id(point_id)
    people = await registry.search(text, kitchen_id=point["kitchen"], limit=4 * limit)
    found = await guests(people, point_id, day, meal)
    return sorted(found, key=_likeliest)[:limit]


APART = ("building", "birth", "id_tail", "number")
"""What may tell people of one name apart, what an elder can answer first."""


def telling_apart(guests: Sequence[Guest]) -> dict[int, tuple[str, ...]]:
    """elder → which of `APART` tells this person from the others of the same name: the
    first that is there and differs for all of them, or the first two that do together;
    () for the only one of a name. The member number always differs."""
    found: dict[int, tuple[str, ...]] = {}
    by_name: dict[str, list[Guest]] = {}
    for guest in guests:
        by_name.setdefault(guest.person.name, []).append(guest)
    for alike in by_name.values():
        keys = _smallest(alike) if len(alike) > 1 else ()
        found |= {guest.person.id: keys for guest in alike}
    return found


def _smallest(alike: Sequence[Guest]) -> tuple[str, ...]:
    pairs = combinations(APART[:-1], 2)
    for keys in (*((key,) for key in APART[:-1]), *pairs):
        seen = {tuple(mark_of(guest, key) for key in keys) for guest in alike}
        if len(seen) == len(alike) and all("" not in marks for marks in seen):
            return keys
    return APART[-1:]


def mark_of(guest: Guest, key: str) -> str:
    """The plain value of one of `APART`; "" where nobody knows it."""
    person = guest.person
    return {
        "building": guest.building,
        "birth": str(person.birth_date.year),
        "id_tail": person.id_tail,
        "number": person.number,
    }[key]


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
    prices = await price_people(by_id, point["kitchen"], day, meal, "", point_id)
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
        eaters = await plans.expected_among(kitchen_id, day, meal, list(people))
    else:
        eaters = await headcounts.eaters_among(count.id, list(people))
    return {eater.elder_id: eater for eater in eaters}


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
        _SERVED + AT_POINT + " ORDER BY m.id DESC LIMIT {}",
        *at_point(point_id, day, meal),
        limit,
    )
    return [_served(row) for row in found]


@dataclass(frozen=True)
class ServedLast:
    """One meal as the elder may read it: on the second screen, on the slip. `lines`:
    payer and fen; `name` "" for a guest."""

    meal_id: int
    name: str
    list_price_fen: int
    self_pay_fen: int
    payment: str
    lines: tuple[tuple[str, int], ...]
    served_at: datetime
    voided: bool


async def served_last(
    point_id: int, day: date, meal: str, meal_id: int | None = None
) -> ServedLast | None:
    """The latest meal of a point that stands, or one of its meals by id."""
    found = await rows(
        "SELECT m.id AS id, e.name AS name, m.list_price_fen AS list_price_fen,"  # noqa: S608 - a constant
        " m.self_pay_fen AS self_pay_fen, m.payment AS payment, m.lines AS lines,"
        " m.served_at AS served_at, v.id AS void_id FROM meal m"
        " LEFT JOIN elder e ON e.id = m.elder LEFT JOIN meal_void v ON v.served = m.id"
        + AT_POINT
        + " AND (CAST({} AS INTEGER) IS NULL AND v.id IS NULL OR m.id = {})"
        " ORDER BY m.id DESC LIMIT 1",
        *at_point(point_id, day, meal),
        *(meal_id, meal_id),
    )
    if not found:
        return None
    row = found[0]
    return ServedLast(
        row["id"],
        row["name"] or "",
        row["list_price_fen"],
        row["self_pay_fen"],
        row["payment"],
        tuple((payer, fen) for payer, fen, _why in json.loads(row["lines"])),
        row["served_at"],
        row["void_id"] is not None,
    )
