"""Who drives: drivers and volunteers with vehicle, room, shift, what they can do and
where they end, and the doors they are not sent to. A driver is retired, never
deleted: old rounds stay theirs.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from piccolo.columns import Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, sealing
from kitchen.database import insert, lock_for, one, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.registry import Elder
from kitchen.staff import Actor, StaffFacts, everyone

PROFILES = ("walk", "ebike", "van")
KINDS = ("staff", "volunteer")
ENDS = ("kitchen", "last_door", "place")
"""Where a round ends: at the kitchen, at the last door, at a place of their own."""
EVERY_DAY = "1234567"


class Driver(Table, tablename="driver"):
    """A driver or volunteer, with vehicle and shift (minutes after midnight)."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    phone_sealed = Text()
    phone_tail = Text()
    staff_id = Integer(null=True)
    profile = Text()  # walk | ebike | van
    capacity = Integer()  # portions
    shift_from_minutes = Integer()
    shift_to_minutes = Integer()
    max_rounds = Integer()
    carries_bulk = Boolean()  # takes containers to dining points
    active = Boolean()
    kind = Text(default="staff")  # staff | volunteer
    weekdays = Text(default=EVERY_DAY)  # ISO days they are there: "135"
    skills = Text(default="")  # words, separated by "、"
    languages = Text(default="")  # … besides Mandarin
    prefers = Text(default="")  # compounds they like to go to
    ends_at = Text(default="kitchen")  # kitchen | last_door | place
    end_lon_e6 = Integer(null=True)
    end_lat_e6 = Integer(null=True)
    substitute: "ForeignKey[Any]" = ForeignKey("self", null=True)  # takes over


class DriverBan(Table, tablename="driver_ban"):
    """This driver is not sent to this person, and why. Lifted by a date, not erased."""

    driver = ForeignKey(Driver, null=False)
    elder = ForeignKey(Elder, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()
    lifted_at = Timestamptz(null=True)
    lifted_by = Text()


@dataclass(frozen=True, kw_only=True)
class DriverFields:
    """What is entered about a driver. `capacity` counts portions; `skills`,
    `languages` and `prefers` (compounds) are words separated by "、"; `weekdays` are
    ISO days; `end_…` count only where `ends_at` is "place"."""

    name: str
    profile: str = "ebike"
    capacity: int = 30
    shift_from_minutes: int = 10 * 60
    shift_to_minutes: int = 13 * 60
    max_rounds: int = 1
    carries_bulk: bool = False
    kind: str = "staff"
    weekdays: str = EVERY_DAY
    skills: str = ""
    languages: str = ""
    prefers: str = ""
    ends_at: str = "kitchen"
    end_lon_e6: int | None = None
    end_lat_e6: int | None = None
    substitute: int | None = None


@dataclass(frozen=True, kw_only=True)
class DriverFacts(DriverFields):
    """A driver as stored."""

    id: int
    kitchen_id: int
    phone_tail: str
    active: bool
    staff_id: int | None = None  # the account that sees this driver's rounds

    def is_there_on(self, isoweekday: int) -> bool:
        return str(isoweekday) in self.weekdays

    def speaks(self, language: str) -> bool:
        """Whether a person of this language is understood; "" is Mandarin."""
        return not language or language in words_of(self.languages)


@dataclass(frozen=True)
class Ban:
    """A door this driver is not sent to."""

    id: int
    driver_id: int
    elder_id: int
    elder_name: str
    reason: str


@lru_cache(maxsize=1024)  # each door asks what each driver likes
def words_of(text: str) -> tuple[str, ...]:
    """ "温州话、 粤语" as typed → its words."""
    return tuple(word for word in re.split(r"[、,，;；\s]+", text) if word)


async def drivers_for(kitchen_id: int, retired: bool = False) -> list[DriverFacts]:
    """The kitchen's drivers in the order they joined; retired ones only on request."""
    found = await rows(
        "SELECT *, kitchen AS kitchen_id FROM driver WHERE kitchen = {} ORDER BY id",
        kitchen_id,
    )
    return [_facts(row) for row in found if retired or row["active"]]


async def driver_by_id(driver_id: int) -> DriverFacts:
    """One driver, retired or not; refuses `driver_unknown`."""
    found = await one(
        "SELECT *, kitchen AS kitchen_id FROM driver WHERE id = {}", driver_id
    )
    if found is None:
        raise Refusal("driver_unknown", driver=driver_id)
    return _facts(found)


async def accounts_for(kitchen_id: int) -> list[StaffFacts]:
    """The open accounts a driver of this kitchen can be linked to."""
    return [
        account
        for account in await everyone(kitchen_id)
        if account.role == "driver" and account.active
    ]


async def bans_for(kitchen_id: int) -> list[Ban]:
    """Bans in force."""
    found = await rows(
        "SELECT b.id AS id, b.driver AS driver_id, b.elder AS elder_id,"
        " e.name AS elder_name, b.reason AS reason FROM driver_ban b"
        " JOIN driver d ON d.id = b.driver JOIN elder e ON e.id = b.elder"
        " WHERE d.kitchen = {} AND b.lifted_at IS NULL ORDER BY b.id",
        kitchen_id,
    )
    return [Ban(**row) for row in found]


def _facts(row: Mapping[str, object]) -> DriverFacts:
    names = (*DriverFields.__annotations__, *DriverFacts.__annotations__)
    values = {name: row[name] for name in names}
    for name in ("carries_bulk", "active"):
        values[name] = bool(values[name])
    return DriverFacts(**values)  # type: ignore[arg-type]  # columns are checked by the table


# Verbs -----------------------------------------------------------------------


async def add_driver(
    kitchen_id: int, fields: DriverFields, phone: str = "", *, by: Actor, now: datetime
) -> int:
    """Enter a driver. Refuses what `check_fields` names and `driver_substitute_unfit`
    (not another driver of the kitchen)."""
    check_fields(fields)
    async with writing():
        await _refuse_substitute(kitchen_id, 0, fields.substitute)
        driver_id: int = await insert(
            Driver,
            kitchen=kitchen_id,
            phone_sealed="",
            phone_tail="",
            staff_id=None,
            active=True,
            **asdict(fields),
        )
        await _seal_phone(driver_id, phone)
        await _record("driver.add", driver_id, by, now, {}, asdict(fields))
    return driver_id


async def change_driver(
    driver_id: int,
    fields: DriverFields,
    phone: str | None = None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """New facts about a driver; `phone` None leaves the number as it is. Refuses as
    `add_driver` does."""
    check_fields(fields)
    async with writing():
        before = await driver_by_id(driver_id)
        await _refuse_substitute(before.kitchen_id, driver_id, fields.substitute)
        await update_row(Driver, driver_id, asdict(fields))
        if phone is not None:
            await _seal_phone(driver_id, phone)
        after = asdict(fields)
        await _record("driver.change", driver_id, by, now, asdict(before), after)


async def set_active(driver_id: int, active: bool, *, by: Actor, now: datetime) -> None:
    """Retire a driver, or take one back; past rounds are untouched."""
    async with writing():
        before = await driver_by_id(driver_id)
        await rows("UPDATE driver SET active = {} WHERE id = {}", active, driver_id)
        action = "driver.return" if active else "driver.retire"
        was = {"active": before.active}
        await _record(action, driver_id, by, now, was, {"active": active})


async def link_account(
    driver_id: int, staff_id: int | None, *, by: Actor, now: datetime
) -> None:
    """This account sees this driver's rounds; None unlinks. The same again changes
    nothing. Refuses `driver_account_unfit` (not an open driver's account of that
    kitchen) and `driver_account_taken` (it is another driver's)."""
    async with writing():
        await lock_for("driver", "accounts")
        driver = await driver_by_id(driver_id)
        if staff_id == driver.staff_id:
            return
        if staff_id is not None:
            known = await accounts_for(driver.kitchen_id)
            if staff_id not in {account.id for account in known}:
                raise Refusal("driver_account_unfit")
            others = await drivers_for(driver.kitchen_id, retired=True)
            taken = [other.name for other in others if other.staff_id == staff_id]
            if taken:
                raise Refusal("driver_account_taken", name=taken[0])
        await rows("UPDATE driver SET staff_id = {} WHERE id = {}", staff_id, driver_id)
        was = {"staff_id": driver.staff_id}
        await _record("driver.link", driver_id, by, now, was, {"staff_id": staff_id})


async def ban_driver(
    driver_id: int, elder_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Never send this driver to this person again; a second ban changes nothing."""
    async with writing():
        driver = await driver_by_id(driver_id)
        if any(
            (ban.driver_id, ban.elder_id) == (driver_id, elder_id)
            for ban in await bans_for(driver.kitchen_id)
        ):
            return
        await insert(
            DriverBan,
            driver=driver_id,
            elder=elder_id,
            reason=reason,
            at=now,
            by=by.name,
            lifted_at=None,
            lifted_by="",
        )
        facts = {"elder": elder_id, "reason": reason}
        await _record("driver.ban", driver_id, by, now, {}, facts)


async def lift_ban(ban_id: int, *, by: Actor, now: datetime) -> None:
    """The driver may go there again; twice is harmless."""
    async with writing():
        found = await one("SELECT * FROM driver_ban WHERE id = {}", ban_id)
        if found is None or found["lifted_at"] is not None:
            return
        await rows(
            "UPDATE driver_ban SET lifted_at = {}, lifted_by = {} WHERE id = {}",
            now,
            by.name,
            ban_id,
        )
        facts = {"elder": found["elder"]}
        await _record("driver.lift_ban", found["driver"], by, now, facts, {})


def check_fields(fields: DriverFields) -> None:
    """Refuse a driver who could not drive: no name, no room, a shift that never is, no
    day at all, an end that is nowhere."""
    if not fields.name.strip():
        raise Refusal("driver_without_name")
    if fields.profile not in PROFILES:
        raise Refusal("driver_profile_unknown", profile=fields.profile)
    if fields.capacity < 1:
        raise Refusal("driver_without_room", capacity=fields.capacity)
    if not 0 <= fields.shift_from_minutes < fields.shift_to_minutes <= 24 * 60:
        raise Refusal("driver_shift_empty")
    if not 1 <= fields.max_rounds <= 9:
        raise Refusal("driver_rounds_out_of_range", rounds=fields.max_rounds)
    if not fields.weekdays or not set(fields.weekdays) <= set(EVERY_DAY):
        raise Refusal("driver_never_there")
    if fields.ends_at == "place" and None in (fields.end_lon_e6, fields.end_lat_e6):
        raise Refusal("driver_without_end")


async def _refuse_substitute(
    kitchen_id: int, driver_id: int, substitute: int | None
) -> None:
    if substitute is None:
        return
    known = {one.id for one in await drivers_for(kitchen_id, retired=True)}
    if substitute == driver_id or substitute not in known:
        raise Refusal("driver_substitute_unfit")


async def _seal_phone(driver_id: int, phone: str) -> None:
    sealed = sealing.seal("driver", "phone_sealed", driver_id, phone)
    await rows(
        "UPDATE driver SET phone_sealed = {}, phone_tail = {} WHERE id = {}",
        sealed,
        phone[-4:],
        driver_id,
    )


async def _record(
    action: str,
    driver_id: int,
    by: Actor,
    now: datetime,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="driver",
        object_id=driver_id,
        before=before,
        after=after,
    )
