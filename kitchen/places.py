"""Where things are: areas, kitchens, dining points, buildings.

One operator per installation; inside it everything is scoped
area → kitchen → point → round. A centre may run stations (中心带站) and
unstaffed rural points (中心带点): `DiningPoint.centre`, `DiningPoint.staffed`.

The readers are here; tables in `place_tables`, verbs in `place_changes`.
"""

from datetime import date
from typing import Any

from kitchen.calendar import is_service_day, next_service_day
from kitchen.database import Asked, rows
from kitchen.errors import Refusal
from kitchen.place_changes import (
    add_area,
    add_kitchen,
    add_point,
    building_named,
    change_kitchen,
    change_point,
    clear_override,
    override_day,
    place_building,
    rename_area,
    set_service,
)
from kitchen.place_tables import (
    AREA_LEVELS,
    Area,
    AreaFacts,
    Building,
    BuildingFacts,
    DiningPoint,
    Kitchen,
    KitchenFacts,
    ListPrice,
    ListPriceFacts,
    MealService,
    OverrideFacts,
    PointFacts,
    ServiceFacts,
    ServiceOverride,
)

__all__ = [
    "AREAS_ASKED",
    "AREA_LEVELS",
    "Area",
    "AreaFacts",
    "Building",
    "BuildingFacts",
    "DiningPoint",
    "Kitchen",
    "KitchenFacts",
    "ListPrice",
    "ListPriceFacts",
    "MealService",
    "OverrideFacts",
    "PointFacts",
    "ServiceFacts",
    "ServiceOverride",
    "add_area",
    "add_kitchen",
    "add_point",
    "area_and_below",
    "areas",
    "building_by_id",
    "building_named",
    "buildings_for",
    "change_kitchen",
    "change_point",
    "clear_override",
    "kitchen_asked",
    "kitchen_by_id",
    "kitchens",
    "list_prices_for",
    "next_day_served",
    "override_day",
    "override_notes",
    "overrides_for",
    "place_building",
    "points_for",
    "rename_area",
    "serves_on",
    "services_asked",
    "services_for",
    "set_service",
]


AREAS_ASKED: Asked = ("SELECT id, name, level, parent FROM area ORDER BY id",)


async def areas() -> list[AreaFacts]:
    """The whole tree, parents before children."""
    found = await rows(*AREAS_ASKED)
    by_id = {row["id"]: row for row in found}

    def path(row: dict[str, Any]) -> str:
        parent = by_id.get(row["parent"])
        return f"{path(parent)} / {row['name']}" if parent else str(row["name"])

    facts = [
        AreaFacts(row["id"], row["name"], row["level"], row["parent"], path(row))
        for row in found
    ]
    return sorted(facts, key=lambda area: area.path)


async def area_and_below(area_id: int) -> set[int]:
    """The area and everything inside it: what a clerk of that area may see."""
    children: dict[int | None, list[int]] = {}
    for area in await areas():
        children.setdefault(area.parent_id, []).append(area.id)
    inside, open_ends = set[int](), [area_id]
    while open_ends:
        current = open_ends.pop()
        inside.add(current)
        open_ends += children.get(current, [])
    return inside


async def kitchens() -> list[KitchenFacts]:
    """All kitchens, oldest first."""
    return [_kitchen(row) for row in await rows("SELECT * FROM kitchen ORDER BY id")]


async def kitchen_by_id(kitchen_id: int) -> KitchenFacts:
    """One kitchen; refuses `kitchen_unknown`."""
    found = await rows(*kitchen_asked(kitchen_id))
    if not found:
        raise Refusal("kitchen_unknown", kitchen=kitchen_id)
    return _kitchen(found[0])


def kitchen_asked(kitchen_id: int) -> Asked:
    """The kitchen's row."""
    return ("SELECT * FROM kitchen WHERE id = {}", kitchen_id)


async def services_for(kitchen_id: int, day: date) -> dict[str, ServiceFacts]:
    """The meals this kitchen serves, by name, with their list prices on a day."""
    found = await rows(*services_asked(kitchen_id, day))
    return {
        row["meal"]: ServiceFacts(
            **{name: row[name] for name in ServiceFacts.__annotations__}
        )
        for row in found
    }


def services_asked(kitchen_id: int, day: date) -> Asked:
    """The active meals of a kitchen, with what each costs on a day."""
    return (
        "SELECT s.*, COALESCE((SELECT p.price_fen FROM list_price p"
        " WHERE p.kitchen = s.kitchen AND p.meal = s.meal AND p.valid_from <= {}"
        " ORDER BY p.valid_from DESC, p.id DESC LIMIT 1), (SELECT p.price_fen"
        " FROM list_price p WHERE p.kitchen = s.kitchen AND p.meal = s.meal"
        " ORDER BY p.valid_from, p.id LIMIT 1)) AS list_price_fen FROM meal_service s"
        " WHERE s.kitchen = {} AND s.active ORDER BY s.id",
        *(day, kitchen_id),
    )


async def list_prices_for(kitchen_id: int, meal: str) -> list[ListPriceFacts]:
    """Every list price a meal has had or will have, the newest first."""
    found = await rows(
        "SELECT price_fen, announced_on, valid_from, by FROM list_price"
        " WHERE kitchen = {} AND meal = {} ORDER BY valid_from DESC, id DESC",
        *(kitchen_id, meal),
    )
    return [ListPriceFacts(**row) for row in found]


async def points_for(kitchen_id: int) -> list[PointFacts]:
    """Active dining points of a kitchen, in the order they were set up."""
    found = await rows(
        "SELECT *, kitchen AS kitchen_id, area AS area_id, centre AS centre_id"
        " FROM dining_point WHERE kitchen = {} AND active ORDER BY id",
        kitchen_id,
    )
    return [
        PointFacts(**{name: row[name] for name in PointFacts.__annotations__})
        for row in found
    ]


async def buildings_for(kitchen_id: int | None = None) -> list[BuildingFacts]:
    """The building register with how many elders live in each, compound by
    compound; narrowed to a kitchen's elders' buildings when one is given."""
    found = await rows(
        "SELECT b.id AS id, b.area AS area_id, b.compound AS compound,"
        " b.name AS name, b.lon_e6 AS lon_e6, b.lat_e6 AS lat_e6, b.lift AS lift,"
        " COUNT(DISTINCT e.id) AS residents FROM building b"
        " LEFT JOIN address a ON a.building = b.id AND a.valid_to IS NULL"
        " LEFT JOIN elder e ON e.id = a.elder AND (e.kitchen = {} OR {} = 0)"
        " GROUP BY b.id, b.area, b.compound, b.name, b.lon_e6, b.lat_e6, b.lift"
        " ORDER BY b.compound, b.name",
        kitchen_id or 0,
        kitchen_id or 0,
    )
    return [
        BuildingFacts(**{**row, "lift": bool(row["lift"])})
        for row in found
        if row["residents"] or not kitchen_id
    ]


async def building_by_id(building_id: int) -> BuildingFacts:
    """One building; refuses `building_unknown`."""
    for building in await buildings_for():
        if building.id == building_id:
            return building
    raise Refusal("building_unknown", building=building_id)


async def serves_on(kitchen_id: int, day: date) -> bool:
    """Whether the kitchen cooks for its standing plans on a day: the calendar with
    its make-up workdays, the kitchen's own habit, and the operator's last word."""
    kitchen = await kitchen_by_id(kitchen_id)
    return is_service_day(
        day,
        await overrides_for(kitchen_id),
        serves_weekends=kitchen.serves_weekends,
        serves_holidays=kitchen.serves_holidays,
    )


async def next_day_served(kitchen_id: int, after: date) -> date | None:
    """The first day later than `after` on which the kitchen cooks for its plans."""
    kitchen = await kitchen_by_id(kitchen_id)
    return next_service_day(
        after,
        await overrides_for(kitchen_id),
        serves_weekends=kitchen.serves_weekends,
        serves_holidays=kitchen.serves_holidays,
    )


async def override_notes(kitchen_id: int) -> list[OverrideFacts]:
    """The operator's single days with their reasons, in order."""
    found = await rows(
        "SELECT day, served, note FROM service_override WHERE kitchen = {}"
        " ORDER BY day",
        kitchen_id,
    )
    return [
        OverrideFacts(row["day"], bool(row["served"]), row["note"]) for row in found
    ]


async def overrides_for(kitchen_id: int) -> dict[date, bool]:
    """The operator's own word on single days: served or not."""
    found = await rows(
        "SELECT day, served FROM service_override WHERE kitchen = {}", kitchen_id
    )
    return {row["day"]: bool(row["served"]) for row in found}


def _kitchen(row: dict[str, Any]) -> KitchenFacts:
    values = {**row, "area_id": row["area"]}
    return KitchenFacts(**{name: values[name] for name in KitchenFacts.__annotations__})
