"""The checker's own ways: seconds and metres between places, from the definition.

Kept apart from `distances` on purpose; both follow docs/routing.md: a given matrix row
by row, else straight line x detour at the profile's speed plus gate time, on a plane
shrunk at the latitude of the first place; whole numbers, half up.
"""

import math
from typing import Any

METRES_PER_DEGREE = 111_195
Point = tuple[float, float]


class Ways:
    """Seconds and metres of one problem, from the plain fields of its places."""

    def __init__(self, problem: Any) -> None:
        self.problem = problem
        ends = [p for v in problem.vehicles for p in (v.start, v.end) if p is not None]
        places = [*ends, *(job.location for job in problem.jobs)]
        located = [(p.lon, p.lat) for p in places if p.lon is not None]
        self._anywhere: Point = located[0] if located else (0.0, 0.0)
        self._shrink = math.cos(math.radians(self._anywhere[1])) if located else 1.0
        estates: dict[str, set[Point]] = {}
        for place in places:
            if place.lon is not None and place.compound:
                estates.setdefault(place.compound, set()).add((place.lon, place.lat))
        self._middles = {name: _mean(points) for name, points in estates.items()}

    def seconds(self, vehicle: Any, a: Any, b: Any) -> int:
        """From one place to another; from or to nowhere takes no time."""
        if a is None or b is None or a is b:
            return 0
        matrix = self.problem.matrices.get(vehicle.profile)
        if matrix is None:
            whole = self._ride(self.problem.modes[vehicle.profile], a, b)
        else:
            whole = matrix.durations[a.index][b.index]
        percent = vehicle.speed_percent
        return int(whole if percent == 100 else _half_up(whole * 100, percent))

    def metres(self, vehicle: Any, a: Any, b: Any) -> int:
        """From one place to another; 0 by a matrix that gives no distances."""
        if a is None or b is None or a is b:
            return 0
        matrix = self.problem.matrices.get(vehicle.profile)
        if matrix is None:
            return self._road(self.problem.modes[vehicle.profile], a, b)
        rows = matrix.distances
        return 0 if rows is None else int(rows[a.index][b.index])

    def _road(self, mode: Any, a: Any, b: Any) -> int:
        (ax, ay), (bx, by) = self._metres(a), self._metres(b)
        crow = math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by))
        return int(crow * mode.detour_percent / 100 + 0.5)

    def _ride(self, mode: Any, a: Any, b: Any) -> int:
        metres = self._road(mode, a, b)
        gate = mode.gate_seconds if b.compound not in (None, a.compound) else 0
        fast = mode.far_metres_per_hour
        far = 0 if fast is None else max(0, metres - mode.near_metres)
        slowly = _half_up((metres - far) * 3600, mode.metres_per_hour)
        return slowly + int(gate) + (_half_up(far * 3600, fast) if far else 0)

    def _metres(self, place: Any) -> Point:
        if place.lon is not None:
            lon, lat = place.lon, place.lat
        else:
            lon, lat = self._middles.get(place.compound or "", self._anywhere)
        return lon * METRES_PER_DEGREE * self._shrink, lat * METRES_PER_DEGREE


def _half_up(part: int, whole: int) -> int:
    return (part + whole // 2) // whole


def _mean(points: set[Point]) -> Point:
    ordered = sorted(points)
    count = len(ordered)
    return sum(p[0] for p in ordered) / count, sum(p[1] for p in ordered) / count
