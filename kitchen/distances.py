"""Ways between places by road: asked from a road server once for each pair of places,
kept with the day they were asked, and used wherever rounds are timed. A pair nobody
could tell is taken as straight line x detour, and the plan says how many there were.

A place is (longitude, latitude) in millionths of a degree: a building has one, so pairs
are pairs of buildings. The newest fetch of a kitchen's mode says which server counts.
"""

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import current, in_bulk, insert, insert_many, one, rows, writing
from kitchen.places import Kitchen
from kitchen.staff import Actor

STRAIGHT = "straight_line"
OSRM = "osrm"
GOOD_FOR = timedelta(days=90)
"""How long an answer is not asked for again; an older one still counts until then
(ours: streets change slower, roadworks pass)."""

Spot = tuple[int, int]
Pair = tuple[Spot, Spot]
Way = tuple[int, int | None]
"""Seconds, and metres where the server tells them."""


class RoadFetch(Table, tablename="road_fetch"):
    """One asking for the ways of a kitchen's mode, or the return to straight lines."""

    kitchen = ForeignKey(Kitchen, null=False)
    mode = Text()  # walk | ebike | van
    provider = Text()  # straight_line | osrm
    address = Text()  # of the server; "" for straight lines
    asked = Integer()  # pairs
    unanswered = Integer()  # of these
    trouble = Text()  # how an answer got lost, see app.words.rounds.ROAD_TROUBLES
    at = Timestamptz()
    by = Text()


class RoadWays(Table, tablename="road_ways"):
    """What a fetch learned of the ways from one place. `ways`: JSON, "lon,lat" →
    [seconds, metres or null]; null where there is no road."""

    asking = ForeignKey(RoadFetch, null=False)
    from_lon_e6 = Integer()
    from_lat_e6 = Integer()
    ways = Text()


@dataclass(frozen=True)
class Source:
    """Where a mode's ways come from, and how the last asking went."""

    provider: str
    address: str = ""
    trouble: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Roads:
    """What is known between some places by mode; a mode on straight lines is in
    `sources` alone. `asked_at`: pair → when it was asked, with or without a road."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    ways: Mapping[str, Mapping[Pair, Way]] = field(default_factory=dict)
    asked_at: Mapping[str, Mapping[Pair, datetime]] = field(default_factory=dict)


@dataclass(frozen=True)
class Used:
    """What a plan's times were made of: the provider, of how many pairs of places, how
    many of these fell back to the straight line (`roadless`: told to have no way), why
    the last answer got lost, and from when the oldest answer is."""

    provider: str = STRAIGHT
    pairs: int = 0
    straight: int = 0
    roadless: int = 0
    trouble: str = ""
    oldest: datetime | None = None


NO_ROADS = Roads()
STRAIGHT_LINES = Used()


# Rules ------------------------------------------------------------------------


def used(roads: Roads, spots: Collection[Spot], modes: Collection[str]) -> Used:
    """What the ways of these modes between these places come from."""
    by_road = [mode for mode in sorted(set(modes)) if mode in roads.ways]
    if not by_road:
        return STRAIGHT_LINES
    pairs = straight = roadless = 0
    times: list[datetime] = []
    for mode in by_road:
        ways, asked_at = roads.ways[mode], roads.asked_at[mode]
        every = list(pairs_of(spots))
        lacking = [pair for pair in every if pair not in ways]
        pairs += len(every)
        straight += len(lacking)
        roadless += sum(pair in asked_at for pair in lacking)
        times += asked_at.values()
    troubles = [roads.sources[mode].trouble for mode in by_road]
    return Used(
        provider=roads.sources[by_road[0]].provider,
        pairs=pairs,
        straight=straight,
        roadless=roadless,
        trouble=next(filter(None, troubles), ""),
        oldest=min(times, default=None),
    )


def pairs_of(spots: Collection[Spot]) -> Iterable[Pair]:
    """Every way there and back between different places."""
    ordered = sorted(set(spots))
    return ((a, b) for a in ordered for b in ordered if a != b)


def missing(
    roads: Roads, spots: Collection[Spot], mode: str, address: str, now: datetime
) -> list[Pair]:
    """The pairs to ask a server for: never told by it, or too long ago."""
    source = roads.sources.get(mode)
    if source is None or source.address != address:
        return list(pairs_of(spots))
    told = roads.asked_at.get(mode, {})
    return [
        pair
        for pair in pairs_of(spots)
        if pair not in told or now - told[pair] > GOOD_FOR
    ]


# Readers ----------------------------------------------------------------------

KEPT = 8
_kept: OrderedDict[Any, Roads] = OrderedDict()


async def sources_for(kitchen_id: int) -> dict[str, Source]:
    """Mode → where its ways come from; a mode that was never asked for is not there."""
    found = await rows(
        "SELECT * FROM road_fetch WHERE id IN (SELECT MAX(id) FROM road_fetch"
        " WHERE kitchen = {} GROUP BY mode)",
        kitchen_id,
    )
    return {
        row["mode"]: Source(row["provider"], row["address"], row["trouble"], row["at"])
        for row in found
    }


async def roads_for(kitchen_id: int, spots: Collection[Spot]) -> Roads:
    """What is known between these places, by every mode of the kitchen on roads."""
    sources = await sources_for(kitchen_id)
    if all(source.provider == STRAIGHT for source in sources.values()):
        return NO_ROADS
    last = await one("SELECT MAX(id) AS id FROM road_fetch")
    name = (current(), last and last["id"], kitchen_id, frozenset(spots))
    if name not in _kept:
        _kept[name] = await _loaded(sources, spots)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return _kept[name]


async def _ways_of(
    mode: str, address: str, spots: Collection[Spot]
) -> tuple[dict[Pair, Way], dict[Pair, datetime]]:
    """What this server told of the ways between these places, and when."""
    found = await rows(
        "SELECT w.from_lon_e6 AS lon, w.from_lat_e6 AS lat, w.ways AS ways,"
        " f.at AS at FROM road_ways w JOIN road_fetch f ON f.id = w.asking"
        " WHERE f.mode = {} AND f.address = {} AND w.from_lon_e6 IN {} ORDER BY w.id",
        mode,
        address,
        sorted({lon for lon, _ in spots}),
    )
    many = len(found) * len(spots)
    return await in_bulk(many, lambda: _read(found, frozenset(spots)))


async def _loaded(sources: Mapping[str, Source], spots: Collection[Spot]) -> Roads:
    ways: dict[str, Mapping[Pair, Way]] = {}
    asked_at: dict[str, Mapping[Pair, datetime]] = {}
    for mode, source in sources.items():
        if source.provider != STRAIGHT:
            told = await _ways_of(mode, source.address, spots)
            ways[mode], asked_at[mode] = told
    return Roads(sources, ways, asked_at)


def _read(
    found: Iterable[Mapping[str, Any]], spots: frozenset[Spot]
) -> tuple[dict[Pair, Way], dict[Pair, datetime]]:
    """A later answer stands in for an earlier one, "no road" as well."""
    ways: dict[Pair, Way] = {}
    asked_at: dict[Pair, datetime] = {}
    for row in found:
        here = (row["lon"], row["lat"])
        if here not in spots:
            continue
        for name, way in json.loads(row["ways"]).items():
            lon, lat = name.split(",")
            there = (int(lon), int(lat))
            if there not in spots:
                continue
            asked_at[here, there] = row["at"]
            if way is None:
                ways.pop((here, there), None)
            else:
                ways[here, there] = (way[0], way[1])
    return ways, asked_at


# Verbs ------------------------------------------------------------------------


async def keep_ways(
    kitchen_id: int,
    mode: str,
    source: Source,
    ways: Mapping[Pair, Way | None],
    unanswered: int = 0,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Keep what was told of a mode's ways, and let its source count from now on."""
    from_where: dict[Spot, dict[str, Way | None]] = {}
    for (here, there), way in sorted(ways.items()):
        from_where.setdefault(here, {})[f"{there[0]},{there[1]}"] = way
    texts = [
        {"from_lon_e6": lon, "from_lat_e6": lat, "ways": json.dumps(told)}
        for (lon, lat), told in from_where.items()
    ]
    async with writing():
        asking = await insert(
            RoadFetch,
            kitchen=kitchen_id,
            mode=mode,
            provider=source.provider,
            address=source.address,
            asked=len(ways) + unanswered,
            unanswered=unanswered,
            trouble=source.trouble,
            at=now,
            by=by.name,
        )
        await insert_many(RoadWays, [{"asking": asking, **text} for text in texts])
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="roads.fetch",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={
                "mode": mode,
                "provider": source.provider,
                "pairs": len(ways) + unanswered,
                "unanswered": unanswered,
                "trouble": source.trouble,
            },
        )
