"""How long the way takes: a given matrix, or straight line x detour.

From coordinates: metres = straight line x the mode's detour; seconds = metres at the
mode's speed, those far out at its faster one where it has one, plus gate time when the
destination lies in another compound than the origin. All rounding is half up to whole
numbers, so the same pair always costs the same. A place without coordinates stands at
the mean of the located places of its compound, or, when nobody there is located, at the
first vehicle's start: nobody is dropped for want of a point. The caller marks such
stops; the way is only a guess.
"""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from routing.faults import InvalidInput
from routing.problem import Location, Mode, Problem, Vehicle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METRES_PER_DEGREE = 111_195  # mean earth radius 6,371 km


class Travel:
    """Seconds and metres between the places of one problem.

    A missing place (a vehicle without start or with an open end) costs nothing.
    """

    def __init__(self, problem: Problem) -> None:
        self._matrices = problem.matrices
        self._modes = problem.modes
        self._points = _points(problem)
        latitudes = [lat for _, lat in self._points.values()]
        # One reference latitude for all pairs: cheap, symmetric, and within a city
        # far more exact than the detour factor.
        self._shrink = math.cos(math.radians(latitudes[0])) if latitudes else 1.0
        self._legs: dict[tuple[object, ...], tuple[int, int]] = {}

    def leg(
        self, vehicle: Vehicle, a: Location | None, b: Location | None
    ) -> tuple[int, int]:
        """Seconds and metres; remembered, since rounds are timed over and over."""
        if a is None or b is None or a is b:
            return 0, 0
        key = (vehicle.profile, vehicle.speed_percent, a, b)
        known = self._legs.get(key)
        if known is None:
            known = self.seconds(vehicle, a, b), self.metres(vehicle, a, b)
            self._legs[key] = known
        return known

    def seconds(self, vehicle: Vehicle, a: Location | None, b: Location | None) -> int:
        if a is None or b is None or a is b:
            return 0
        matrix = self._matrices.get(vehicle.profile)
        if matrix is not None:
            whole = _cell(matrix.durations, a, b)
        else:
            whole = mode_seconds(
                self._modes[vehicle.profile], self.crow(a, b), enters_gate(a, b)
            )
        return at_speed(whole, vehicle.speed_percent)

    def metres(self, vehicle: Vehicle, a: Location | None, b: Location | None) -> int:
        if a is None or b is None or a is b:
            return 0
        matrix = self._matrices.get(vehicle.profile)
        if matrix is None:
            return mode_metres(self._modes[vehicle.profile], self.crow(a, b))
        if matrix.distances is None:
            return 0
        return _cell(matrix.distances, a, b)

    def point(self, location: Location) -> tuple[float, float]:
        """The (lon, lat) the place is taken to stand at."""
        return self._points[location]

    def plane(self, location: Location) -> tuple[float, float]:
        """The place in metres on the local plane."""
        lon, lat = self._points[location]
        return lon * METRES_PER_DEGREE * self._shrink, lat * METRES_PER_DEGREE

    def table(
        self, vehicle: Vehicle, places: Sequence[Location | None]
    ) -> "NDArray[np.int32]":
        """Seconds between all places at once, equal to `seconds` pair by pair."""
        from routing.tables import given_table, mode_table

        matrix = self._matrices.get(vehicle.profile)
        if matrix is not None:
            return given_table(matrix, places, vehicle.speed_percent)
        planes = [(0.0, 0.0) if p is None else self.plane(p) for p in places]
        mode = self._modes[vehicle.profile]
        return mode_table(mode, places, planes, vehicle.speed_percent)

    def crow(self, a: Location, b: Location) -> float:
        """Straight-line metres."""
        (ax, ay), (bx, by) = self.plane(a), self.plane(b)
        return math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by))


def _cell(rows: Sequence[Sequence[int]], a: Location, b: Location) -> int:
    if a.index is None or b.index is None:
        raise InvalidInput(["location: needs an index, because a matrix is given"])
    return int(rows[a.index][b.index])


def mode_metres(mode: Mode, crow: float) -> int:
    return int(crow * mode.detour_percent / 100 + 0.5)


def mode_seconds(mode: Mode, crow: float, gate: bool) -> int:
    ride = ride_seconds(mode, mode_metres(mode, crow))
    return ride + (mode.gate_seconds if gate else 0)


def ride_seconds(mode: Mode, metres: int) -> int:
    slow, fast = mode.metres_per_hour, mode.far_metres_per_hour
    near = metres if fast is None else min(metres, mode.near_metres)
    seconds = (near * 3600 + slow // 2) // slow
    if fast is not None:
        seconds += ((metres - near) * 3600 + fast // 2) // fast
    return seconds


def enters_gate(a: Location, b: Location) -> bool:
    return b.compound is not None and a.compound != b.compound


def at_speed(seconds: int, speed_percent: int) -> int:
    if speed_percent == 100:
        return seconds
    return (seconds * 100 + speed_percent // 2) // speed_percent


def locations(problem: Problem) -> Iterable[Location]:
    for vehicle in problem.vehicles:
        if vehicle.start is not None:
            yield vehicle.start
        if vehicle.end is not None:
            yield vehicle.end
    for job in problem.jobs:
        yield job.location


def _points(problem: Problem) -> dict[Location, tuple[float, float]]:
    """Coordinates of every place, starts first; guesses for those without."""
    points: dict[Location, tuple[float, float]] = {}
    compounds: dict[str, set[tuple[float, float]]] = {}
    for place in locations(problem):
        if place.lon is not None and place.lat is not None:
            points[place] = (place.lon, place.lat)
            if place.compound:
                compounds.setdefault(place.compound, set()).add(points[place])
    if not points:
        return dict.fromkeys(locations(problem), (0.0, 0.0))
    fallback = next(iter(points.values()))
    for place in locations(problem):
        if place not in points:
            points[place] = _mean(compounds.get(place.compound or ""), fallback)
    return points


def _mean(
    points: set[tuple[float, float]] | None, fallback: tuple[float, float]
) -> tuple[float, float]:
    if not points:
        return fallback
    ordered = sorted(points)
    return (
        sum(lon for lon, _ in ordered) / len(ordered),
        sum(lat for _, lat in ordered) / len(ordered),
    )
