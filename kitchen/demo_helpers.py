"""The demo's drivers and volunteers: papers, pledges, one paired with an elder."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

from kitchen import certificates, driver_bonds, drivers
from kitchen.database import rows
from kitchen.demo_people import MAKER
from kitchen.drivers import DriverFacts, DriverFields

VOLUNTEERS = {"小何": "手语、温州话", "老顾": "粤语"}
YEAR = timedelta(days=365)


async def equip(kitchen: int, today: date, now: datetime) -> None:
    """Everybody but the last has a health certificate, one of which ends soon; the
    volunteers have signed, and the first of them is paired with an elder."""
    crew = await drivers.drivers_for(kitchen)
    for number, driver in enumerate(crew[:-1], start=1):
        ends = today + timedelta(days=20 if number == 2 else 90 + number)
        issued = min(ends - YEAR, now.date())
        await certificates.record_certificate(
            *(kitchen, "driver", driver.id, "health", f"临健送{number:04d}"),
            *(issued, ends),
            by=MAKER,
            now=now,
        )
    for driver in crew:
        if driver.profile == "van":
            await _motor_papers(kitchen, driver, today, now)
    for driver in crew:
        if driver.name in VOLUNTEERS:
            await _volunteer(driver, now)
    helper = next((one for one in crew if one.name in VOLUNTEERS), None)
    neighbours = await rows(
        "SELECT elder FROM delivery_entitlement ORDER BY elder LIMIT 1"
    )
    if helper is not None and neighbours:
        await driver_bonds.pair(
            helper.id, neighbours[0]["elder"], "同一小区的邻居", by=MAKER, now=now
        )


async def _motor_papers(
    kitchen: int, driver: DriverFacts, today: date, now: datetime
) -> None:
    """A licence for years and an insurance that ends within the month."""
    for kind, number, ends in (
        ("licence", f"驾{driver.id:04d}", today + 6 * YEAR),
        ("insurance", f"交强{driver.id:04d}", today + timedelta(days=12)),
    ):
        issued = min(today + timedelta(days=12) - YEAR, now.date())
        await certificates.record_certificate(
            *(kitchen, "driver", driver.id, kind, number, issued, ends),
            by=MAKER,
            now=now,
        )


async def _volunteer(driver: DriverFacts, now: datetime) -> None:
    stored = {one.name: getattr(driver, one.name) for one in fields(DriverFields)}
    changed = replace(
        DriverFields(**stored),
        kind="volunteer",
        languages=VOLUNTEERS[driver.name],
        skills="急救",
    )
    await drivers.change_driver(driver.id, changed, by=MAKER, now=now)
    signed = now.date() - timedelta(days=30)
    await driver_bonds.record_pledge(
        driver.id, signed, signed + YEAR, by=MAKER, now=now
    )
