"""What binds drivers and volunteers: the pledge they signed, and the elders they are
paired with (志愿者结对). A pledge is a row, the newest counts; a pairing ends by a
date, it is never erased. Whoever is paired comes first when rounds are planned.

Source of both: the volunteer rules of the practice documents (registered by skill,
pledge signed, paired with elders).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.drivers import Driver, driver_by_id
from kitchen.errors import Refusal
from kitchen.registry import Elder
from kitchen.staff import Actor


class DriverPledge(Table, tablename="driver_pledge"):
    """志愿服务承诺书, seen signed. `until` NULL: it does not end."""

    driver = ForeignKey(Driver, null=False)
    signed_on = Date()
    until = Date(null=True)
    at = Timestamptz()
    by = Text()


class DriverPairing(Table, tablename="driver_pairing"):
    """This driver or volunteer looks after this person; one at a time for a person."""

    driver = ForeignKey(Driver, null=False)
    elder = ForeignKey(Elder, null=False)
    note = Text()
    at = Timestamptz()
    by = Text()
    ended_at = Timestamptz(null=True)
    ended_by = Text()


@dataclass(frozen=True)
class Pledge:
    """The newest pledge of a driver."""

    driver_id: int
    signed_on: date
    until: date | None
    by: str

    def is_valid_on(self, day: date) -> bool:
        return self.signed_on <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Pairing:
    """A pairing in force."""

    id: int
    driver_id: int
    elder_id: int
    elder_name: str
    note: str
    since: datetime


async def pledges_for(kitchen_id: int) -> dict[int, Pledge]:
    """Driver → the pledge that counts, retired drivers too."""
    found = await rows(
        "SELECT p.driver AS driver_id, p.signed_on AS signed_on, p.until AS until,"
        " p.by AS by FROM driver_pledge p JOIN driver d ON d.id = p.driver"
        " WHERE d.kitchen = {} ORDER BY p.id",
        kitchen_id,
    )
    return {row["driver_id"]: Pledge(**row) for row in found}


async def pairings_for(kitchen_id: int) -> list[Pairing]:
    """Pairings in force, in the order they began."""
    found = await rows(
        "SELECT p.id AS id, p.driver AS driver_id, p.elder AS elder_id,"
        " e.name AS elder_name, p.note AS note, p.at AS since FROM driver_pairing p"
        " JOIN driver d ON d.id = p.driver JOIN elder e ON e.id = p.elder"
        " WHERE d.kitchen = {} AND p.ended_at IS NULL ORDER BY p.id",
        kitchen_id,
    )
    return [Pairing(**row) for row in found]


async def record_pledge(
    driver_id: int,
    signed_on: date,
    until: date | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """The signed pledge was seen; the same again changes nothing. Refuses
    `pledge_backwards` (ends before it was signed), `pledge_future`."""
    if until is not None and until < signed_on:
        raise Refusal("pledge_backwards", signed=signed_on, until=until)
    if signed_on > now.astimezone(audit.LOCAL_ZONE).date():
        raise Refusal("pledge_future", signed=signed_on)
    async with writing():
        await lock_for("driver_pledge", driver_id)
        driver = await driver_by_id(driver_id)
        known = (await pledges_for(driver.kitchen_id)).get(driver_id)
        if known is not None and (known.signed_on, known.until) == (signed_on, until):
            return
        dates = {"signed_on": signed_on, "until": until}
        await insert(DriverPledge, driver=driver_id, **dates, at=now, by=by.name)
        await _record("driver.pledge", driver_id, by, now, dates)


async def pair(
    driver_id: int, elder_id: int, note: str, *, by: Actor, now: datetime
) -> None:
    """This driver looks after this person from now on; the same pair again changes
    nothing. Refuses `already_paired` (with somebody else), `paired_but_banned`."""
    async with writing():
        await lock_for("driver_pairing", elder_id)
        driver = await driver_by_id(driver_id)
        known = await pairings_for(driver.kitchen_id)
        mine = next((p for p in known if p.elder_id == elder_id), None)
        if mine is not None and mine.driver_id == driver_id:
            return
        if mine is not None:
            other = await driver_by_id(mine.driver_id)
            raise Refusal("already_paired", name=mine.elder_name, driver=other.name)
        if await one(
            "SELECT id FROM driver_ban WHERE driver = {} AND elder = {}"
            " AND lifted_at IS NULL",
            *(driver_id, elder_id),
        ):
            raise Refusal("paired_but_banned", name=driver.name)
        values = {"driver": driver_id, "elder": elder_id, "note": note.strip()}
        end = {"ended_at": None, "ended_by": ""}
        await insert(DriverPairing, **values, at=now, by=by.name, **end)
        await _record("driver.pair", driver_id, by, now, values)


async def end_pairing(pairing_id: int, *, by: Actor, now: datetime) -> None:
    """They are no longer paired; twice is harmless."""
    async with writing():
        found = await one("SELECT * FROM driver_pairing WHERE id = {}", pairing_id)
        if found is None or found["ended_at"] is not None:
            return
        await rows(
            "UPDATE driver_pairing SET ended_at = {}, ended_by = {} WHERE id = {}",
            *(now, by.name, pairing_id),
        )
        told = {"elder": found["elder"]}
        await _record("driver.unpair", found["driver"], by, now, told)


async def _record(
    action: str, driver_id: int, by: Actor, now: datetime, after: Mapping[str, object]
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="driver",
        object_id=driver_id,
        after=after,
    )
