"""Who begins at a point instead of the kitchen: a van brings a crate with the boxes for
their doors there (two levels: kitchen → drop point → doors). A drop point is a dining
point, with or without diners. A row holds from its day on, the newest counts.
"""

from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, rows, writing
from kitchen.drivers import Driver, driver_by_id
from kitchen.errors import Refusal
from kitchen.places import DiningPoint, points_for
from kitchen.staff import Actor


class DriverStart(Table, tablename="driver_start"):
    """From this day on the driver begins here; `point` NULL: at the kitchen again."""

    driver = ForeignKey(Driver, null=False)
    point = ForeignKey(DiningPoint, null=True)
    from_day = Date()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Start:
    """Where a driver begins from a day on. `point_id` None: at the kitchen."""

    driver_id: int
    point_id: int | None
    from_day: date
    by: str


async def starts_for(kitchen_id: int) -> list[Start]:
    """Every start of the kitchen's drivers, the one that counts last."""
    found = await rows(
        "SELECT s.driver AS driver_id, s.point AS point_id, s.from_day AS from_day,"
        " s.by AS by FROM driver_start s JOIN driver d ON d.id = s.driver"
        " WHERE d.kitchen = {} ORDER BY s.from_day, s.id",
        kitchen_id,
    )
    return [Start(**row) for row in found]


async def starts_on(kitchen_id: int, day: date) -> dict[int, int]:
    """Driver → the point where their rounds begin that day; nobody who begins at the
    kitchen."""
    counts = {s.driver_id: s for s in await starts_for(kitchen_id) if s.from_day <= day}
    return {
        driver: start.point_id
        for driver, start in counts.items()
        if start.point_id is not None
    }


async def start_from(
    driver_id: int, point_id: int | None, from_day: date, *, by: Actor, now: datetime
) -> None:
    """From `from_day` on the driver begins at the point, None: at the kitchen. What is
    so already is left alone. Refuses `driver_unknown`, `dining_point_unknown` (not one
    of the kitchen), `start_without_place` (the point is on no map) and
    `start_with_bulk`: whoever brings food to points cannot wait there for it."""
    async with writing():
        await lock_for("driver", "starts")
        driver = await driver_by_id(driver_id)
        if point_id is not None:
            points = {p.id: p for p in await points_for(driver.kitchen_id)}
            point = points.get(point_id)
            if point is None:
                raise Refusal("dining_point_unknown")
            if point.lon_e6 is None or point.lat_e6 is None:
                raise Refusal("start_without_place", name=point.name)
            if driver.carries_bulk:
                raise Refusal("start_with_bulk", name=driver.name)
        before = (await starts_on(driver.kitchen_id, from_day)).get(driver_id)
        if before == point_id:
            return
        await insert(
            DriverStart,
            driver=driver_id,
            point=point_id,
            from_day=from_day,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="driver.start",
            object_kind="driver",
            object_id=driver_id,
            before={"point": before},
            after={"point": point_id, "from_day": from_day},
        )
