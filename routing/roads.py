"""A problem in coordinates turned into one with matrices by road."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from routing.distances import Travel, enters_gate, locations
from routing.faults import InvalidInput
from routing.osrm import osrm_matrix
from routing.problem import Location, Matrix, Problem

NOTHING: Mapping[str, str] = MappingProxyType({})

Spot = tuple[int, int]
Known = Mapping[tuple[Spot, Spot], tuple[int, int | None]]


def by_road(
    problem: Problem,
    urls: Mapping[str, str],
    extracts: Mapping[str, str] = NOTHING,
) -> tuple[Problem, tuple[str, ...]]:
    """The problem with a matrix for every profile, and notes on what was filled in.

    `urls` maps profiles to OSRM table addresses, `extracts` to OpenStreetMap files;
    profiles with neither keep straight line x detour, gate time included.
    """
    travel = Travel(problem)
    places = list(dict.fromkeys(locations(problem)))
    points = [travel.point(place) for place in places]
    matrices = _given(problem, places)
    notes: list[str] = []
    for vehicle in problem.vehicles:
        name = vehicle.profile
        if name in matrices:
            continue
        if name in urls:
            crow = [[travel.crow(a, b) for b in places] for a in places]
            mode = problem.modes[name]
            roads, said = osrm_matrix(urls[name], points, crow, mode)
            matrices[name] = _gated(roads, places, mode.gate_seconds)
            notes += [f"{name}: {note}" for note in said]
        elif name in extracts:
            from routing.osm import osm_matrix

            crow = [[travel.crow(a, b) for b in places] for a in places]
            mode = problem.modes[name]
            matrices[name], said = osm_matrix(extracts[name], points, crow, mode, name)
            notes += [f"{name}: {note}" for note in said]
        else:
            plain = replace(vehicle, speed_percent=100)
            rows = [[travel.seconds(plain, a, b) for b in places] for a in places]
            matrices[name] = Matrix(tuple(map(tuple, rows)))
    return _indexed(problem, places, matrices), tuple(notes)


def with_legs(problem: Problem, legs: Mapping[str, Known]) -> Problem:
    """The problem with the ways that are known by profile, the others by straight line.

    Parameters
    ----------
    legs
        Seconds, and metres or None, from one place to another; a place is
        (longitude, latitude) in millionths of a degree, rounded. The wait at the gate
        of a compound is added, for roads do not know of it.
    """
    if not any(legs.get(vehicle.profile) for vehicle in problem.vehicles):
        return problem
    travel = Travel(problem)
    places = list(dict.fromkeys(locations(problem)))
    spots = [spot(*travel.point(place)) for place in places]
    matrices = _given(problem, places)
    for vehicle in problem.vehicles:
        name, mode = vehicle.profile, problem.modes[vehicle.profile]
        if name in matrices or name not in legs:
            continue
        plain, known = replace(vehicle, speed_percent=100), legs[name]
        seconds, metres = [], []
        for a, here in zip(places, spots, strict=True):
            ways, lengths = [], []
            for b, there in zip(places, spots, strict=True):
                way, length = known.get((here, there), (None, None))
                if way is None:
                    way = travel.seconds(plain, a, b)
                elif enters_gate(a, b):
                    way += mode.gate_seconds
                ways.append(way)
                lengths.append(travel.metres(plain, a, b) if length is None else length)
            seconds.append(tuple(ways))
            metres.append(tuple(lengths))
        matrices[name] = Matrix(tuple(seconds), tuple(metres))
    return _indexed(problem, places, matrices)


def spot(lon: float, lat: float) -> Spot:
    """A place as ways are kept by it: millionths of a degree."""
    return round(lon * 1_000_000), round(lat * 1_000_000)


def _gated(matrix: Matrix, places: list[Location], wait: int) -> Matrix:
    """With the wait at the gate of a compound, of which a road server does not know."""
    rows = [
        tuple(
            way + (wait if enters_gate(a, b) else 0)
            for b, way in zip(places, row, strict=True)
        )
        for a, row in zip(places, matrix.durations, strict=True)
    ]
    return replace(matrix, durations=tuple(rows))


def _given(problem: Problem, places: list[Location]) -> dict[str, Matrix]:
    """The matrices that came with the problem, in the order of `places`."""

    def picked(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(rows[a][b] for b in at) for a in at)

    if not problem.matrices:
        return {}
    missing = [place for place in places if place.index is None]
    if missing:
        raise InvalidInput(["location: needs an index, because a matrix is given"])
    at = [place.index for place in places if place.index is not None]
    return {
        name: Matrix(
            picked(matrix.durations),
            None if matrix.distances is None else picked(matrix.distances),
        )
        for name, matrix in problem.matrices.items()
    }


def _indexed(
    problem: Problem, places: list[Location], matrices: Mapping[str, Matrix]
) -> Problem:
    number = {place: k for k, place in enumerate(places)}

    def at(place: Location | None) -> Location | None:
        return None if place is None else replace(place, index=number[place])

    return replace(
        problem,
        jobs=tuple(
            replace(job, location=replace(job.location, index=number[job.location]))
            for job in problem.jobs
        ),
        vehicles=tuple(
            replace(v, start=at(v.start), end=at(v.end)) for v in problem.vehicles
        ),
        matrices=matrices,
    )
