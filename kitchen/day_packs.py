"""The day pack: what a till must know to go on serving without the network.

The pack sets the service day, never the device's clock. Its token is signed, and each
act recorded from the pack carries the token, so that the server knows point, day and
meal without trusting the tablet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from kitchen import cards, headcounts, registry, sealing
from kitchen.counters import point_by_id
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.guests import Guest, guests
from kitchen.places import services_for
from kitchen.subsidies import version_on

CARD_TAIL = 6
"""Digits of a card kept on the tablet: enough to tell the people of one point apart."""


@dataclass(frozen=True)
class PackFacts:
    """What a signed token says."""

    point_id: int
    day: date
    meal: str
    issued_at: datetime


@dataclass(frozen=True)
class DayPack:
    """`rules`: the scheme version behind the prices; `tails`: elder → the last digits
    of the cards that work."""

    token: str
    list_price_fen: int
    rules: str
    guests: tuple[Guest, ...]
    tails: Mapping[int, list[str]]
    blocked: tuple[str, ...] = ()  # whole numbers of cards that were lost


async def pack_for(point_id: int, day: date, meal: str, *, now: datetime) -> DayPack:
    """Everybody who eats or is at home at this point, with what each pays that day.
    Refuses `dining_point_unknown`, `meal_not_served`."""
    point = await point_by_id(point_id)
    services = await services_for(point["kitchen"], day)
    if meal not in services:
        raise Refusal("meal_not_served", meal=meal)
    here = await _guests_of(point, day, meal)
    version = await version_on(point["kitchen"], day)
    return DayPack(
        token=_token(point_id, day, meal, now),
        list_price_fen=services[meal].list_price_fen,
        rules=version.title if version else "",
        guests=tuple(here),
        tails=await _tails([guest.person.id for guest in here]),
        blocked=tuple(await cards.blocked_numbers([g.person.id for g in here])),
    )


def read_token(token: str) -> PackFacts:
    """What the token of a pack says; refuses `pack_unreadable` for any other text."""
    parts = token.split("|")
    if len(parts) != 5 or _signature(parts[:4]) != parts[4]:
        raise Refusal("pack_unreadable")
    issued = datetime.fromtimestamp(int(parts[3]), UTC)
    return PackFacts(int(parts[0]), date.fromisoformat(parts[1]), parts[2], issued)


def _token(point_id: int, day: date, meal: str, now: datetime) -> str:
    parts = [str(point_id), day.isoformat(), meal, str(int(now.timestamp()))]
    return "|".join([*parts, _signature(parts)])


def _signature(parts: list[str]) -> str:
    return sealing.fingerprint("day_pack", "|".join(parts))


async def _guests_of(point: dict[str, Any], day: date, meal: str) -> list[Guest]:
    booked = await headcounts.eaters_at(point["kitchen"], day, meal, point["id"])
    home = await rows("SELECT id FROM elder WHERE point = {}", point["id"])
    wanted = {eater.elder_id for eater in booked} | {row["id"] for row in home}
    people = (await registry.elders_by_id(wanted)).values()
    return await guests(
        sorted(people, key=lambda person: person.name), point["id"], day, meal
    )


async def _tails(elder_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in await rows(
        "SELECT c.elder AS elder, c.number AS number FROM card c"
        " JOIN elder e ON e.id = c.elder WHERE c.elder IN {} AND c.blocked_at IS NULL"
        " AND c.number <> e.number ORDER BY c.id",
        elder_ids,
    ):
        found.setdefault(row["elder"], []).append(row["number"][-CARD_TAIL:])
    return found
