"""A plan as GeoJSON: one line for each round, one point for each stop."""

from typing import Any

from routing.distances import Travel
from routing.problem import Id, Location, Problem
from routing.solution import Route, Solution

Json = dict[str, Any]


def geojson(problem: Problem, solution: Solution, travel: Travel | None = None) -> Json:
    """A FeatureCollection; the ways are straight lines between the stops."""
    travel = travel or Travel(problem)
    places = {job.id: travel.point(job.location) for job in problem.jobs}
    last = {route.vehicle: route.round for route in solution.routes}
    features: list[Json] = []
    for route in solution.routes:
        features.append(_line(problem, travel, route, places, last))
        order = 0
        for step in route.steps:
            if step.type == "job" and step.id is not None:
                order += 1
                stop = {"job": step.id, "order": order, "begin": step.begin}
                more = {"vehicle": route.vehicle, "round": route.round, **stop}
                features.append(_point(places[step.id], more))
    for left in solution.unassigned:
        properties = {"job": left.job, "unassigned": left.reason}
        features.append(_point(places[left.job], properties))
    return {"type": "FeatureCollection", "features": features}


def _line(
    problem: Problem,
    travel: Travel,
    route: Route,
    places: dict[Id, tuple[float, float]],
    last_rounds: dict[Id, int],
) -> Json:
    vehicle = next(v for v in problem.vehicles if v.id == route.vehicle)
    is_last = last_rounds[vehicle.id] == route.round
    ends: list[Location | None] = [
        vehicle.start,
        vehicle.end if is_last else vehicle.start,
    ]
    first, last = ([travel.point(end)] if end is not None else [] for end in ends)
    line = [*first, *(places[job] for job in route.jobs), *last]
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [list(p) for p in line]},
        "properties": {
            "vehicle": route.vehicle,
            "round": route.round,
            "departs": route.departs,
            "ends": route.ends,
            "duration": route.travel,
            "distance": route.distance,
        },
    }


def _point(place: tuple[float, float], properties: Json) -> Json:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(place)},
        "properties": properties,
    }
