"""The order of doors along a space-filling curve: what lies close stays close.

Bartholdi, Platzman and others planned Atlanta's meals on wheels with one in 1983.
"""

from routing.distances import Travel
from routing.problem import Job, Problem


def curve_order(problem: Problem, travel: Travel) -> list[Job]:
    """Jobs along a Hilbert curve; without coordinates, nearest next."""
    jobs = list(problem.jobs)
    if not all(job.location.is_placed or job.location.compound for job in jobs):
        return _nearest_next(problem, travel)
    points = {job.id: travel.plane(job.location) for job in jobs}
    if not points:
        return []
    left = min(x for x, _ in points.values())
    bottom = min(y for _, y in points.values())
    span = max(max(x - left, y - bottom) for x, y in points.values()) or 1.0
    grid = (1 << 15) - 1

    def place(job: Job) -> tuple[int, str]:
        x, y = points[job.id]
        cell = int((x - left) / span * grid), int((y - bottom) / span * grid)
        return hilbert(*cell), str(job.building)

    return sorted(jobs, key=place)


def hilbert(x: int, y: int, bits: int = 15) -> int:
    """Position of a grid cell along the Hilbert curve."""
    position = 0
    side = 1 << (bits - 1)
    while side:
        right, up = int(bool(x & side)), int(bool(y & side))
        position += side * side * ((3 * right) ^ up)
        if not up:
            if right:
                x, y = (1 << bits) - 1 - x, (1 << bits) - 1 - y
            x, y = y, x
        side >>= 1
    return position


def _nearest_next(problem: Problem, travel: Travel) -> list[Job]:
    """Greedy chain through the matrix, opening windows first come first."""
    vehicle = problem.vehicles[0]
    place = vehicle.start or vehicle.end
    left = list(problem.jobs)
    order: list[Job] = []
    while left:
        following = min(
            left, key=lambda job: travel.seconds(vehicle, place, job.location)
        )
        left.remove(following)
        order.append(following)
        place = following.location
    return order
