"""Travel by road from an OpenStreetMap extract, offline: an optional extra.

Needs `osmium` to read the extract and `scipy` for shortest paths, both loaded when it
is called. Ways are those the profile may use, in the directions it may; a barrier on
the way costs the mode's gate time. Speeds are the mode's own, for an extract knows the
streets but not the traffic. Places join the graph at its nearest crossing or bend.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from routing.distances import mode_metres, mode_seconds, ride_seconds
from routing.faults import InvalidInput
from routing.problem import Matrix, Mode

Point = tuple[float, float]

METRES_PER_DEGREE = 111_195
FARTHEST_METRES = 400  # a place farther from every road stays on the straight line
SOURCES_AT_ONCE = 64
FAST = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})
NARROW = frozenset({"footway", "path", "pedestrian", "steps", "cycleway", "corridor"})
FORBIDDEN = {
    "walk": FAST,
    "foot": FAST,
    "ebike": FAST | {"steps", "corridor"},
    "bike": FAST | {"steps", "corridor"},
    "van": NARROW | {"track"},
    "car": NARROW | {"track"},
}
WALKS, RIDES = ("walk", "foot"), ("ebike", "bike")
NO_ROAD = frozenset({"proposed", "construction", "raceway", "bus_guideway"})
GATES = frozenset({"gate", "lift_gate", "swing_gate"})


@dataclass(slots=True)
class Streets:
    """The graph: crossings and bends with their places, and directed ways."""

    places: list[Point] = field(default_factory=list)
    gates: set[int] = field(default_factory=set)
    ways: list[tuple[int, int]] = field(default_factory=list)


def osm_matrix(
    path: str | Path,
    points: Sequence[Point],
    crow: Sequence[Sequence[float]],
    mode: Mode,
    profile: str,
) -> tuple[Matrix, tuple[str, ...]]:
    """The matrix between (lon, lat) points in whole seconds and metres, and notes.

    Parameters
    ----------
    path
        An extract that osmium reads: .osm, .osm.gz, .osm.pbf.
    crow
        Straight-line metres between the points, for pairs without a road.
    profile
        `walk` or `foot`, `ebike` or `bike`, `van` or `car`: which streets may be used,
        and one-way streets by all but walkers.

    Raises
    ------
    InvalidInput
        When the libraries or the file are missing, or the profile has no streets.
    """
    if profile not in FORBIDDEN:
        raise InvalidInput([f"osm: {profile!r} is none of {', '.join(FORBIDDEN)}"])
    streets = read_streets(path, profile)
    seconds = [[mode_seconds(mode, m, False) for m in row] for row in crow]
    metres = [[mode_metres(mode, m) for m in row] for row in crow]
    roadless = 0
    for a, b, length, gates in _paths(streets, points, mode):
        if length is None:
            roadless += 1
            continue
        metres[a][b] = round(length)
        ride = ride_seconds(mode, metres[a][b])
        seconds[a][b] = ride + gates * mode.gate_seconds
    notes = (f"{roadless} pairs without a road",) if roadless else ()
    return Matrix(_frozen(seconds), _frozen(metres)), notes


def read_streets(path: str | Path, profile: str) -> Streets:
    """The streets of an extract that a profile may use."""
    try:
        import osmium
    except ImportError as error:
        raise InvalidInput(["osm: needs the packages osmium and scipy"]) from error
    if not Path(path).is_file():
        raise InvalidInput([f"osm: no file {str(path)!r}"])
    streets, number = Streets(), dict[int, int]()
    barriers: set[int] = set()
    try:
        things: Any = osmium.FileProcessor(str(path)).with_locations()
        for thing in things:
            if thing.is_node() and thing.tags.get("barrier") in GATES:
                barriers.add(thing.id)
            elif thing.is_way() and _may_use(thing.tags, profile):
                _add_way(streets, number, thing, profile)
    except RuntimeError as error:  # what osmium says of a file it cannot read
        raise InvalidInput([f"osm: cannot be read ({error})"]) from error
    streets.gates = {number[node] for node in barriers if node in number}
    return streets


def _may_use(tags: Any, profile: str) -> bool:
    kind = tags.get("highway")
    if kind is None or kind in NO_ROAD or kind in FORBIDDEN[profile]:
        return False
    if profile in WALKS:
        return bool(tags.get("foot") != "no")
    if profile in RIDES:
        return bool(tags.get("bicycle") != "no")
    return bool(tags.get("motor_vehicle", tags.get("vehicle")) != "no")


def _add_way(streets: Streets, number: dict[int, int], way: Any, profile: str) -> None:
    line = []
    for node in way.nodes:
        if not node.location.valid():
            continue
        if node.ref not in number:
            number[node.ref] = len(streets.places)
            streets.places.append((node.lon, node.lat))
        line.append(number[node.ref])
    forward, back = _directions(way.tags, profile)
    for a, b in pairwise(line):
        streets.ways += [(a, b)] * forward + [(b, a)] * back


def _directions(tags: Any, profile: str) -> tuple[bool, bool]:
    """Whether the way may be used along its line, and against it."""
    oneway = tags.get("oneway")
    is_free = profile in WALKS or (
        profile in RIDES and tags.get("oneway:bicycle") == "no"
    )
    if is_free or oneway in (None, "no"):
        round_about = tags.get("junction") == "roundabout" and not is_free
        return True, not round_about
    return oneway != "-1", oneway == "-1"


def _paths(
    streets: Streets, points: Sequence[Point], mode: Mode
) -> Iterator[tuple[int, int, float | None, int]]:
    """(from, to, metres, gates) for each pair; metres None without a road."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    pairs = [(a, b) for a in range(len(points)) for b in range(len(points)) if a != b]
    if not streets.ways or not points:
        yield from ((a, b, None, 0) for a, b in pairs)
        return
    shrink = np.cos(np.radians(points[0][1]))
    scale = np.array([METRES_PER_DEGREE * shrink, METRES_PER_DEGREE])
    places = np.array(streets.places) * scale
    apart, nearest = cKDTree(places).query(np.array(points) * scale)
    ways = np.unique(np.array(streets.ways), axis=0)
    lengths = np.hypot(*(places[ways[:, 0]] - places[ways[:, 1]]).T)
    gate = np.zeros(len(places))
    gate[list(streets.gates)] = 1.0
    # A gate weighs as many metres as its wait takes, so that the way round is weighed.
    weight = mode.gate_seconds * mode.metres_per_hour / 3600
    costs = np.maximum(lengths + gate[ways[:, 1]] * weight, 1e-3)
    graph = csr_array((costs, (ways[:, 0], ways[:, 1])), shape=(len(places),) * 2)
    for first in range(0, len(points), SOURCES_AT_ONCE):
        some = range(first, min(first + SOURCES_AT_ONCE, len(points)))
        found, before = dijkstra(
            graph, indices=nearest[list(some)], return_predecessors=True
        )
        for row, a in enumerate(some):
            for b in range(len(points)):
                if a == b:
                    continue
                away = max(apart[a], apart[b]) > FARTHEST_METRES
                if away or not np.isfinite(found[row, nearest[b]]):
                    yield a, b, None, 0
                    continue
                passed = _gates(before[row], nearest[a], nearest[b], streets.gates)
                legs = (apart[a] + apart[b]) * mode.detour_percent / 100
                yield a, b, found[row, nearest[b]] - passed * weight + legs, passed


def _gates(before: Any, start: int, end: int, gates: set[int]) -> int:
    """How many gates lie on the path, the start's own not counted."""
    if not gates:
        return 0
    count, here = 0, int(end)
    while here not in (int(start), -9999):
        count += here in gates
        here = int(before[here])
    return count


def _frozen(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)
