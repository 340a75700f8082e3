"""A problem in coordinates turned into one with matrices by road."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from routing.distances import Travel, locations
from routing.osrm import osrm_matrix
from routing.problem import Location, Matrix, Problem

NOTHING: Mapping[str, str] = MappingProxyType({})


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
    matrices: dict[str, Matrix] = dict(problem.matrices)
    notes: list[str] = []
    for vehicle in problem.vehicles:
        name = vehicle.profile
        if name in matrices:
            continue
        if name in urls:
            crow = [[travel.crow(a, b) for b in places] for a in places]
            mode = problem.modes[name]
            matrices[name], said = osrm_matrix(urls[name], points, crow, mode)
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
