"""Setting up and changing places: areas, kitchens, points, buildings, single days."""

from datetime import date, datetime
from typing import Any

from piccolo.table import Table

from kitchen import approved_prices, audit
from kitchen.database import rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.place_tables import (
    AREA_LEVELS,
    Area,
    Building,
    DiningPoint,
    Kitchen,
    ListPrice,
    MealService,
    ServiceFacts,
    ServiceOverride,
)
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched


async def add_area(
    name: str, level: str, parent_id: int | None, *, by: Actor, now: datetime
) -> int:
    """A new node of the tree. Refuses `area_level_unknown`."""
    if level not in AREA_LEVELS:
        raise Refusal("area_level_unknown", level=level)
    return await _add(Area(name=name, level=level, parent=parent_id), by=by, now=now)


async def rename_area(area_id: int, name: str, *, by: Actor, now: datetime) -> None:
    """Another name for a node of the tree; its place in it stays."""
    await _change(Area, "area", area_id, {"name": name}, by=by, now=now)


async def add_kitchen(
    *,
    name: str,
    area_id: int,
    by: Actor,
    now: datetime,
    address: str = "",
    lon_e6: int | None = None,
    lat_e6: int | None = None,
    phone: str = "",
    licence: str = "",
) -> int:
    """A kitchen with the field's usual clocks (editable defaults): hot food 75
    minutes to the door, eaten 2 h after cook-off or 4 h when held at 60 °C
    (GB 31654-2021 practice), chilled to 8 °C within 2 h and eaten within 24 h after
    reheating to 70 °C (2018 operating code), samples of 125 g kept 48 h, pots of 60
    portions."""
    kitchen = Kitchen(
        name=name,
        area=area_id,
        address=address,
        lon_e6=lon_e6,
        lat_e6=lat_e6,
        phone=phone,
        licence=licence,
        hot_limit_minutes=75,
        eat_within_minutes=120,
        eat_within_held_minutes=240,
        sample_grams=125,
        pot_portions=60,
        case_target_minutes=20,
        incident_target_minutes=20,
        serves_weekends=False,
        serves_holidays=False,
        core_decidegrees=700,
        hot_decidegrees=600,
        cold_decidegrees=80,
        chill_within_minutes=120,
        eat_within_chilled_minutes=1440,
        sample_hours=48,
        pot_buffer_percent=0,
    )
    return await _add(kitchen, by=by, now=now)


async def change_kitchen(
    kitchen_id: int, changes: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    """Change a kitchen's facts; `changes` maps column names to values."""
    await _change(Kitchen, "kitchen", kitchen_id, changes, by=by, now=now)


async def set_service(
    kitchen_id: int,
    service: ServiceFacts,
    *,
    price_from: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Serve this meal with these clocks from now on, at this list price from
    `price_from` on, announced today; None = from today. Refuses
    `above_approved_price`, `free_item_charged`, `valid_before_announced`."""
    today = now.astimezone(audit.LOCAL_ZONE).date()
    since = price_from or today
    if since < today:
        raise Refusal("valid_before_announced", announced=today, valid_from=since)
    known = await approved_prices.approved_on(kitchen_id, since)
    approved_prices.refuse_above(known, service.meal, service.list_price_fen)
    values = {name: getattr(service, name) for name in ServiceFacts.__annotations__}
    price_fen = values.pop("list_price_fen")
    async with writing():
        found = await rows(
            "SELECT id FROM meal_service WHERE kitchen = {} AND meal = {}",
            kitchen_id,
            service.meal,
        )
        if found:
            await update_row(MealService, found[0]["id"], {**values, "active": True})
        else:
            await MealService(kitchen=kitchen_id, active=True, **values).save()
        if await _price_on(kitchen_id, service.meal, since) != price_fen:
            await insert_vouched(
                ListPrice,
                kitchen=kitchen_id,
                meal=service.meal,
                price_fen=price_fen,
                announced_on=today,
                valid_from=since,
                at=now,
                by=by.name,
            )
            values |= {"list_price_fen": price_fen, "price_from": since}
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="meal_service.set",
            object_kind="kitchen",
            object_id=kitchen_id,
            after=values,
        )


async def _price_on(kitchen_id: int, meal: str, day: date) -> int | None:
    """The list price that a row says for a day; None before the first."""
    found = await rows(
        "SELECT price_fen FROM list_price WHERE kitchen = {} AND meal = {}"
        " AND valid_from <= {} ORDER BY valid_from DESC, id DESC LIMIT 1",
        *(kitchen_id, meal, day),
    )
    return int(found[0]["price_fen"]) if found else None


async def add_point(
    *,
    kitchen_id: int,
    area_id: int,
    name: str,
    by: Actor,
    now: datetime,
    centre_id: int | None = None,
    staffed: bool = True,
    address: str = "",
    lon_e6: int | None = None,
    lat_e6: int | None = None,
    phone: str = "",
    seats: int = 0,
    walk_in_cap: int = 5,
    unload_seconds: int = 300,
) -> int:
    """A dining point; unstaffed ones (`staffed=False`) are entered in batches."""
    point = DiningPoint(
        kitchen=kitchen_id,
        area=area_id,
        name=name,
        centre=centre_id,
        staffed=staffed,
        address=address,
        lon_e6=lon_e6,
        lat_e6=lat_e6,
        phone=phone,
        seats=seats,
        walk_in_cap=walk_in_cap,
        unload_seconds=unload_seconds,
        active=True,
    )
    return await _add(point, by=by, now=now)


async def change_point(
    point_id: int, changes: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    """Change a dining point's facts."""
    await _change(DiningPoint, "dining_point", point_id, changes, by=by, now=now)


async def building_named(
    area_id: int,
    compound: str,
    name: str,
    *,
    lift: bool = False,
    by: Actor,
    now: datetime,
) -> int:
    """The building of that name, entered into the register when it is new.
    Call inside `writing()`: registering an elder and the building is one act."""
    found = await rows(
        "SELECT id FROM building WHERE area = {} AND compound = {} AND name = {}",
        area_id,
        compound,
        name,
    )
    if found:
        return int(found[0]["id"])
    building = Building(
        area=area_id, compound=compound, name=name, lon_e6=None, lat_e6=None, lift=lift
    )
    return await _save(building, by=by, now=now)


async def place_building(
    building_id: int, lon_e6: int, lat_e6: int, *, by: Actor, now: datetime
) -> None:
    """Put the building on the map, once for everyone who lives there."""
    changes = {"lon_e6": lon_e6, "lat_e6": lat_e6}
    await _change(Building, "building", building_id, changes, by=by, now=now)


async def override_day(
    kitchen_id: int, day: date, served: bool, note: str, *, by: Actor, now: datetime
) -> None:
    """Say that a day is served or not, whatever the calendar thinks."""
    async with writing():
        await ServiceOverride.delete().where(
            (ServiceOverride.kitchen == kitchen_id) & (ServiceOverride.day == day)
        )
        await _save(
            ServiceOverride(kitchen=kitchen_id, day=day, served=served, note=note),
            by=by,
            now=now,
        )


async def clear_override(
    kitchen_id: int, day: date, *, by: Actor, now: datetime
) -> None:
    """Leave a day to the calendar again."""
    async with writing():
        await ServiceOverride.delete().where(
            (ServiceOverride.kitchen == kitchen_id) & (ServiceOverride.day == day)
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="service_override.clear",
            object_kind="kitchen",
            object_id=kitchen_id,
            before={"day": day},
        )


async def _add(row: Table, *, by: Actor, now: datetime) -> int:
    async with writing():
        return await _save(row, by=by, now=now)


async def _save(row: Table, *, by: Actor, now: datetime) -> int:
    await row.save()
    row_id = int(row["id"])
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"{row._meta.tablename}.add",
        object_kind=row._meta.tablename,
        object_id=row_id,
        after={"name": row.to_dict().get("name", "")},
    )
    return row_id


async def _change(
    table: type[Table],
    kind: str,
    row_id: int,
    changes: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> None:
    async with writing():
        found = await rows(f"SELECT * FROM {kind} WHERE id = {{}}", row_id)  # noqa: S608 - kind is a table name of ours
        if not found:
            raise Refusal(f"{kind}_unknown", id=row_id)
        before = {name: found[0][name] for name in changes}
        await update_row(table, row_id, changes)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"{kind}.change",
            object_kind=kind,
            object_id=row_id,
            before=before,
            after=changes,
        )
