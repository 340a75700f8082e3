"""Whether the parts of a problem fit together: ids, vectors, indices, profiles."""

from typing import TYPE_CHECKING

from routing.faults import Faults, is_id

if TYPE_CHECKING:
    from routing.problem import Id, Job, Location, Problem, Vehicle


def check_consistency(problem: "Problem") -> None:
    """Raise InvalidInput naming every disagreement between parts of the problem."""
    faults = Faults()
    _check_size(faults, problem)
    _check_ids(faults, "jobs", [job.id for job in problem.jobs])
    _check_ids(faults, "vehicles", [vehicle.id for vehicle in problem.vehicles])
    _check_amounts(faults, problem)
    _check_places(faults, problem)
    _check_vehicles_named(faults, problem)
    _check_supplies(faults, problem)
    faults.raise_if_any()


def _check_size(faults: Faults, problem: "Problem") -> None:
    from routing.problem import MAX_JOBS

    if not problem.vehicles:
        faults.add("vehicles", "needs at least one vehicle")
    if len(problem.jobs) > MAX_JOBS:
        faults.add("jobs", f"at most {MAX_JOBS} at once, got {len(problem.jobs)}")
    sizes = {name: matrix.size for name, matrix in problem.matrices.items()}
    if len(set(sizes.values())) > 1:
        faults.add("matrices", f"must all have the same size, got {sizes}")


def _check_ids(faults: Faults, place: str, ids: "list[Id]") -> None:
    first: dict[Id, int] = {}
    for number, identifier in enumerate(ids):
        if not is_id(identifier):
            continue
        if identifier in first:
            faults.add(
                f"{place}[{number}].id",
                f"{identifier!r} is already the id of {place}[{first[identifier]}]",
            )
        else:
            first[identifier] = number


def _check_amounts(faults: Faults, problem: "Problem") -> None:
    """Amounts and capacities are vectors of one common length; empty means none."""
    lengths = {len(vehicle.capacity) for vehicle in problem.vehicles}
    if len(lengths) > 1:
        faults.add("vehicles", "capacities must all have the same number of kinds")
        return
    kinds = lengths.pop() if lengths else 0
    for number, job in enumerate(problem.jobs):
        if job.delivery and kinds and len(job.delivery) != kinds:
            faults.add(
                f"jobs[{number}].delivery",
                f"has {len(job.delivery)} kinds, the vehicles' capacity has {kinds}",
            )
        if len(job.delivery) > kinds == 0:
            faults.add(f"jobs[{number}].delivery", "no vehicle states a capacity")


def _check_places(faults: Faults, problem: "Problem") -> None:
    by_matrix = _check_profiles(faults, problem)
    for place, location in _places(problem):
        if by_matrix:
            size = next(iter(problem.matrices.values())).size
            if location.index is None:
                faults.add(place, "needs a location_index, because a matrix is given")
            elif location.index >= size:
                faults.add(
                    place, f"index {location.index} is outside the matrix ({size})"
                )
        elif location.index is not None and not location.is_placed:
            faults.add(place, "has an index but no matrix is given")


def _check_profiles(faults: Faults, problem: "Problem") -> bool:
    """Whether any vehicle travels by a given matrix."""
    by_matrix = False
    computed: set[str] = set()
    for number, vehicle in enumerate(problem.vehicles):
        if vehicle.profile in problem.matrices:
            by_matrix = True
        elif vehicle.profile not in problem.modes:
            known = ", ".join(sorted({*problem.matrices, *problem.modes}))
            faults.add(
                f"vehicles[{number}].profile",
                f"{vehicle.profile!r} has no matrix and is none of {known}",
            )
        else:
            _check_placed(faults, number, vehicle)
            computed.add(vehicle.profile)
    for profile in sorted(computed):
        _check_doors(faults, problem, profile)
    return by_matrix


def _check_placed(faults: Faults, number: int, vehicle: "Vehicle") -> None:
    """A profile without a matrix needs coordinates to compute travel from."""
    for name, location in (("start", vehicle.start), ("end", vehicle.end)):
        if location is not None and not location.is_placed and not location.compound:
            faults.add(
                f"vehicles[{number}].{name}",
                f"needs coordinates, because {vehicle.profile!r} has no matrix",
            )


def _check_doors(faults: Faults, problem: "Problem", profile: str) -> None:
    for index, job in enumerate(problem.jobs):
        if not job.location.is_placed and not job.location.compound:
            faults.add(
                f"jobs[{index}].location",
                f"needs coordinates, because {profile!r} has no matrix",
            )


def _places(problem: "Problem") -> "list[tuple[str, Location]]":
    places: list[tuple[str, Location]] = [
        (f"jobs[{number}].location", job.location)
        for number, job in enumerate(problem.jobs)
    ]
    for number, vehicle in enumerate(problem.vehicles):
        if vehicle.start is not None:
            places.append((f"vehicles[{number}].start", vehicle.start))
        if vehicle.end is not None:
            places.append((f"vehicles[{number}].end", vehicle.end))
    return places


def _check_vehicles_named(faults: Faults, problem: "Problem") -> None:
    known = {vehicle.id for vehicle in problem.vehicles}
    for number, job in enumerate(problem.jobs):
        for name, ids in _named_vehicles(job):
            for unknown in sorted(ids - known, key=str):
                faults.add(f"jobs[{number}].{name}", f"no vehicle {unknown!r}")


def _check_supplies(faults: Faults, problem: "Problem") -> None:
    """What supplies a vehicle must exist, and its way must start somewhere."""
    jobs = {job.id for job in problem.jobs}
    for number, vehicle in enumerate(problem.vehicles):
        supply = vehicle.supplied_by
        if supply is None:
            continue
        if supply not in jobs:
            faults.add(f"vehicles[{number}].supplied_by", f"no job {supply!r}")
        if vehicle.start is None:
            faults.add(f"vehicles[{number}].start", "a supplied vehicle needs a start")


def _named_vehicles(job: "Job") -> "list[tuple[str, frozenset[Id]]]":
    preferred = () if job.preferred_vehicle is None else (job.preferred_vehicle,)
    return [
        ("allowed_vehicles", job.allowed_vehicles or frozenset()),
        ("forbidden_vehicles", job.forbidden_vehicles),
        ("preferred_vehicle", frozenset(preferred)),
    ]
