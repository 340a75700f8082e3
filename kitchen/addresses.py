"""Where people live: dated addresses, each opened with the best point known for it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kitchen.at_hand import AtHand
from kitchen.database import (
    facts_of,
    insert,
    lock_for,
    one,
    only,
    rows,
    update_row,
    writing,
)
from kitchen.elders import PEOPLE, elder_by_id
from kitchen.errors import Refusal
from kitchen.people_facts import AddressFacts, Door, ElderFacts, House, NewAddress
from kitchen.people_tables import Address
from kitchen.people_trace import trace
from kitchen.places import building_named
from kitchen.sealing import keyring
from kitchen.staff import Actor

HOMES = AtHand("people", 12)  # each of a kitchen, on a day or several


async def addresses_on(kitchen_id: int, day: date) -> Mapping[int, int]:
    """Each elder's address on a day: elder → address id (the newest that covers)."""
    return (await addresses_over(kitchen_id, {day}))[day]


async def addresses_over(
    kitchen_id: int, days: Collection[date], among: Sequence[int] | None = None
) -> Mapping[date, Mapping[int, int]]:
    """`addresses_on` of several days, of everybody or of a few, read once."""
    if not days:
        return {}
    if among is not None:
        return await _addresses(kitchen_id, days, among)
    whose = (kitchen_id, *sorted(days))
    return await HOMES.get(whose, lambda: _addresses(kitchen_id, days))


async def _addresses(
    kitchen_id: int, days: Collection[date], among: Sequence[int] | None = None
) -> dict[date, dict[int, int]]:
    of_these, ids = only("a.elder", among)
    found = await rows(
        "SELECT a.id, a.elder, a.valid_from AS since, a.valid_to AS until"  # noqa: S608 - our own words
        " FROM address a JOIN elder e ON e.id = a.elder"
        " WHERE e.kitchen = {} AND a.valid_from <= {}"
        f" AND (a.valid_to IS NULL OR a.valid_to >= {{}}){of_these} ORDER BY a.id",
        kitchen_id,
        max(days),
        min(days),
        *ids,
    )
    return {
        day: {
            row["elder"]: row["id"]
            for row in found
            if row["since"] <= day and (row["until"] is None or day <= row["until"])
        }
        for day in days
    }


async def homes_on(elder_ids: Iterable[int], day: date) -> dict[int, int]:
    """`addresses_on` for those people only: elder → address id."""
    wanted = sorted(set(elder_ids))
    if not wanted:
        return {}
    found = await rows(
        "SELECT id, elder FROM address WHERE elder IN {} AND valid_from <= {}"
        " AND (valid_to IS NULL OR valid_to >= {}) ORDER BY id",
        wanted,
        day,
        day,
    )
    return {row["elder"]: row["id"] for row in found}


async def doors_for(address_ids: Iterable[int]) -> dict[int, Door]:
    """Those addresses, opened, each with the best point known for it."""
    return await PEOPLE.of("door", address_ids, _doors)


async def _doors(wanted: list[int]) -> dict[int, Door]:
    found = await rows(
        "SELECT a.id AS id, a.elder AS elder, a.building AS building,"
        " a.door_sealed AS door_sealed, a.lon_e6 AS lon_e6, a.lat_e6 AS lat_e6,"
        " b.area AS area, b.compound AS compound, b.name AS building_name,"
        " b.lift AS lift, b.lon_e6 AS building_lon, b.lat_e6 AS building_lat"
        " FROM address a JOIN building b ON b.id = a.building WHERE a.id IN {}",
        wanted,
    )
    middles = await _compound_middles()
    doors = await facts_of(found, lambda row: _door(row, middles))
    return {door.address_id: door for door in doors}


async def houses_for(address_ids: Iterable[int]) -> dict[int, House]:
    """The houses of those addresses; no door is opened for it."""
    return await PEOPLE.of("house", address_ids, _houses)


async def _houses(wanted: list[int]) -> dict[int, House]:
    found = await rows(
        "SELECT a.id AS id, b.compound AS compound, b.name AS building FROM address a"
        " JOIN building b ON b.id = a.building WHERE a.id IN {}",
        wanted,
    )
    return {row["id"]: House(row["compound"], row["building"]) for row in found}


async def off_the_map(address_ids: Iterable[int]) -> set[int]:
    """Those of the addresses for which `doors_for` knows no point at all."""
    wanted = sorted(set(address_ids))
    if not wanted:
        return set()
    found = await rows(
        "SELECT a.id AS id, b.area AS area, b.compound AS compound FROM address a"
        " JOIN building b ON b.id = a.building WHERE a.id IN {}"
        " AND a.lon_e6 IS NULL AND b.lon_e6 IS NULL",
        wanted,
    )
    middles = await _compound_middles() if found else {}
    return {row["id"] for row in found if (row["area"], row["compound"]) not in middles}


async def addresses_of(elder_id: int) -> list[AddressFacts]:
    """Where a person has lived and will live, newest first; without addresses that
    were replaced before their first day."""
    found = await rows(
        "SELECT id, valid_from, valid_to, coordinate_source FROM address"
        " WHERE elder = {} AND (valid_to IS NULL OR valid_to >= valid_from)"
        " ORDER BY id DESC",
        elder_id,
    )
    return [
        AddressFacts(
            row["id"], row["valid_from"], row["valid_to"], row["coordinate_source"]
        )
        for row in found
    ]


async def unplaced_on(kitchen_id: int, day: date) -> dict[int, int | None]:
    """Who cannot be found on the map: elder → address with neither a point of its
    own nor of its building, or None for a brought meal without any address."""
    found = await rows(
        "SELECT a.id AS id, a.elder AS elder,"
        " COALESCE(a.lon_e6, b.lon_e6) AS lon FROM address a"
        " JOIN elder e ON e.id = a.elder JOIN building b ON b.id = a.building"
        " WHERE e.kitchen = {} AND a.valid_from <= {}"
        " AND (a.valid_to IS NULL OR a.valid_to >= {}) ORDER BY a.id",
        kitchen_id,
        day,
        day,
    )
    newest = {row["elder"]: (row["id"], row["lon"]) for row in found}
    unplaced: dict[int, int | None] = {
        elder: address for elder, (address, lon) in newest.items() if lon is None
    }
    brought = await rows(
        "SELECT d.elder AS elder FROM delivery_entitlement d"
        " JOIN elder e ON e.id = d.elder WHERE e.kitchen = {} AND d.from_day <= {}"
        " AND (d.to_day IS NULL OR d.to_day >= {})",
        kitchen_id,
        day,
        day,
    )
    unplaced |= {row["elder"]: None for row in brought if row["elder"] not in newest}
    return unplaced


async def _compound_middles() -> dict[tuple[int, str], tuple[int, int]]:
    """The middle of each compound's placed buildings: where its others must be."""
    found = await rows(
        "SELECT area, compound, lon_e6, lat_e6 FROM building WHERE lon_e6 IS NOT NULL"
        " ORDER BY id"
    )
    points: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for row in found:
        place = (row["area"], row["compound"])
        points.setdefault(place, []).append((row["lon_e6"], row["lat_e6"]))
    return {
        place: (
            sum(lon for lon, _ in known) // len(known),
            sum(lat for _, lat in known) // len(known),
        )
        for place, known in points.items()
    }


def _door(row: dict[str, Any], middles: dict[tuple[int, str], tuple[int, int]]) -> Door:
    below = json.loads(
        keyring().unseal("address", "door", row["elder"], row["door_sealed"])
    )
    middle = middles.get((row["area"], row["compound"]))
    if row["lon_e6"] is not None:
        lon, lat, placed_by = row["lon_e6"], row["lat_e6"], "own"
    elif row["building_lon"] is not None:
        lon, lat, placed_by = row["building_lon"], row["building_lat"], "building"
    elif middle is not None:
        lon, lat, placed_by = *middle, "compound"
    else:
        lon, lat, placed_by = None, None, "none"
    return Door(
        address_id=row["id"],
        elder_id=row["elder"],
        building_id=row["building"],
        area_id=row["area"],
        compound=row["compound"],
        building=row["building_name"],
        unit=below["unit"],
        floor=below["floor"],
        door=below["door"],
        note=below["note"],
        lift=bool(row["lift"]),
        lon_e6=lon,
        lat_e6=lat,
        placed_by=placed_by,
    )


MOST = 2  # service addresses of a household at a time
MOST_CHANGES = 2  # of one person in a calendar year


async def move_to(
    elder_id: int,
    address: NewAddress,
    from_day: date,
    *,
    override: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """A new address from a day on; the old one ends the day before, and past days
    keep it. Two changes a year and two service addresses a household (rule A34 of the
    source plans): refuses `third_address_change` and `third_service_address`, unless a
    supervisor gives a reason (`override`)."""
    async with writing():
        person = await elder_by_id(elder_id)
        await lock_for("elder", elder_id)
        if not (by.role == "supervisor" and override.strip()):
            await _refuse_third_change(person, from_day)
            await _refuse_third_place(person, address, from_day)
        await _end_addresses(elder_id, from_day - timedelta(days=1))
        address_id = await add_address(elder_id, address, from_day, by=by, now=now)
        await trace(
            "elder.move",
            person.id,
            by=by,
            now=now,
            after={"compound": address.compound, "building": address.building},
            reason=override,
        )
        return address_id


async def _refuse_third_change(person: ElderFacts, from_day: date) -> None:
    """The first address of all is no change."""
    found = await rows(
        "SELECT valid_from FROM address WHERE elder = {} ORDER BY id", person.id
    )
    changes = [row for row in found[1:] if row["valid_from"].year == from_day.year]
    if len(changes) >= MOST_CHANGES:
        raise Refusal("third_address_change", name=person.name, year=from_day.year)


async def _refuse_third_place(
    person: ElderFacts, address: NewAddress, from_day: date
) -> None:
    """Where the household's others are served, and the new place."""
    if person.household_id is None:
        return
    found = await rows(
        "SELECT DISTINCT b.area AS area, b.compound AS compound, b.name AS name"
        " FROM address a JOIN building b ON b.id = a.building"
        " JOIN elder e ON e.id = a.elder WHERE e.household = {} AND e.id <> {}"
        " AND a.valid_from <= {} AND (a.valid_to IS NULL OR a.valid_to >= {})",
        person.household_id,
        person.id,
        from_day,
        from_day,
    )
    places = {(row["area"], row["compound"], row["name"]) for row in found}
    if len(places | {(address.area_id, address.compound, address.building)}) > MOST:
        raise Refusal("third_service_address", name=person.name)


async def place_door(
    address_id: int,
    lon_e6: int,
    lat_e6: int,
    source: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Give one address its own point (WGS-84 × 1,000,000)."""
    async with writing():
        row = await one("SELECT elder FROM address WHERE id = {}", address_id)
        if row is None:
            raise Refusal("address_unknown", address=address_id)
        await update_row(
            Address,
            address_id,
            {"lon_e6": lon_e6, "lat_e6": lat_e6, "coordinate_source": source},
        )
        await trace(
            "address.place",
            row["elder"],
            by=by,
            now=now,
            after={"lon_e6": lon_e6, "lat_e6": lat_e6},
        )


async def _end_addresses(elder_id: int, last_day: date) -> None:
    await Address.update({"valid_to": last_day}).where(
        (Address.elder == elder_id)
        & (Address.valid_to.is_null() | (Address.valid_to > last_day))
    )


async def add_address(
    elder_id: int, address: NewAddress, from_day: date, *, by: Actor, now: datetime
) -> int:
    building_id = await building_named(
        address.area_id,
        address.compound,
        address.building,
        lift=address.lift,
        by=by,
        now=now,
    )
    below = json.dumps(
        {
            "unit": address.unit,
            "floor": address.floor,
            "door": address.door,
            "note": address.note,
        },
        ensure_ascii=False,
    )
    return int(
        await insert(
            Address,
            elder=elder_id,
            building=building_id,
            door_sealed=keyring().seal("address", "door", elder_id, below),
            lon_e6=address.lon_e6,
            lat_e6=address.lat_e6,
            coordinate_source=address.coordinate_source,
            valid_from=from_day,
            valid_to=None,
            at=now,
            by=by.name,
        )
    )
