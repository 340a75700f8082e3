"""Who does not drive today: from the moment it is known, for one meal of one day.
Taken back by a date, never erased.
"""

from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, rows, writing
from kitchen.drivers import Driver, driver_by_id
from kitchen.staff import Actor


class DriverAbsence(Table, tablename="driver_absence"):
    """This driver is not there for this meal."""

    driver = ForeignKey(Driver, null=False)
    day = Date()
    meal = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()
    ended_at = Timestamptz(null=True)
    ended_by = Text()


@dataclass(frozen=True)
class Absence:
    """A driver who is missing, since when and why."""

    driver_id: int
    driver_name: str
    reason: str
    at: datetime
    by: str


async def absences_for(kitchen_id: int, day: date, meal: str) -> list[Absence]:
    """Who is missing at a meal, in the order it became known."""
    found = await rows(
        "SELECT a.driver AS driver, d.name AS name, a.reason AS reason, a.at AS at,"
        " a.by AS by FROM driver_absence a JOIN driver d ON d.id = a.driver"
        " WHERE d.kitchen = {} AND a.day = {} AND a.meal = {}"
        " AND a.ended_at IS NULL ORDER BY a.id",
        kitchen_id,
        day,
        meal,
    )
    return [
        Absence(row["driver"], row["name"], row["reason"], row["at"], row["by"])
        for row in found
    ]


async def mark_absent(
    driver_id: int, day: date, meal: str, reason: str, *, by: Actor, now: datetime
) -> bool:
    """Record that a driver is missing, inside the caller's transaction; False when it
    was known. Refuses `driver_unknown`."""
    driver = await driver_by_id(driver_id)
    known = await absences_for(driver.kitchen_id, day, meal)
    if driver_id in {absence.driver_id for absence in known}:
        return False
    await insert(
        DriverAbsence,
        driver=driver_id,
        day=day,
        meal=meal,
        reason=reason,
        at=now,
        by=by.name,
        ended_at=None,
        ended_by="",
    )
    await _record("driver.absent", driver_id, day, meal, by, now, reason)
    return True


async def end_absence(
    driver_id: int, day: date, meal: str, *, by: Actor, now: datetime
) -> None:
    """The driver is there after all; twice is harmless."""
    async with writing():
        open_rows = await rows(
            "SELECT id FROM driver_absence WHERE driver = {} AND day = {}"
            " AND meal = {} AND ended_at IS NULL",
            driver_id,
            day,
            meal,
        )
        for row in open_rows:
            await rows(
                "UPDATE driver_absence SET ended_at = {}, ended_by = {} WHERE id = {}",
                now,
                by.name,
                row["id"],
            )
            await _record("driver.present", driver_id, day, meal, by, now, "")


async def _record(
    action: str,
    driver_id: int,
    day: date,
    meal: str,
    by: Actor,
    now: datetime,
    reason: str,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="driver",
        object_id=driver_id,
        after={"day": day.isoformat(), "meal": meal},
        reason=reason,
    )
