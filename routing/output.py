"""Writing problems and solutions as VROOM-shaped JSON, and reading solutions back."""

from collections.abc import Mapping, Sequence
from typing import Any

from routing.faults import InvalidInput, is_whole
from routing.problem import Break, Job, Location, Problem, TimeWindow, Vehicle
from routing.solution import (
    Round,
    Route,
    Solution,
    Step,
    Summary,
    Unassigned,
    Violation,
)

Json = dict[str, Any]

SUMMARY_KEYS = {
    "cost": "cost",
    "routes": "routes",
    "vehicles": "vehicles",
    "unassigned": "unassigned",
    "travel": "duration",
    "service": "service",
    "setup": "setup",
    "waiting": "waiting_time",
    "distance": "distance",
    "max_age": "max_age",
    "changed_vehicle": "changed_vehicle",
    "uneven": "uneven",
}


def write_problem(problem: Problem, rounds: Sequence[Round] = ()) -> Json:
    """The problem, and any given rounds under `rounds`."""
    data: Json = {
        "jobs": [_job(job) for job in problem.jobs],
        "vehicles": [_vehicle(vehicle) for vehicle in problem.vehicles],
        "modes": {
            name: {
                "metres_per_hour": mode.metres_per_hour,
                "detour_percent": mode.detour_percent,
                "gate_seconds": mode.gate_seconds,
                "near_metres": mode.near_metres,
                "far_metres_per_hour": mode.far_metres_per_hour,
            }
            for name, mode in problem.modes.items()
        },
        "weights": {
            name: getattr(problem.weights, name)
            for name in ("unserved", "vehicle", "changed_vehicle", "uneven")
        },
    }
    if problem.matrices:
        data["matrices"] = {
            name: {"durations": [list(row) for row in matrix.durations]}
            | (
                {"distances": [list(row) for row in matrix.distances]}
                if matrix.distances is not None
                else {}
            )
            for name, matrix in problem.matrices.items()
        }
    if rounds:
        data["rounds"] = [
            {"vehicle": r.vehicle, "jobs": list(r.jobs), "locked": r.locked}
            for r in rounds
        ]
    return data


def _job(job: Job) -> Json:
    return _without_empty(
        {
            "id": job.id,
            **_location("location", "compound", job.location),
            "service": job.service,
            "setup": job.setup,
            "site": job.site,
            "delivery": list(job.delivery),
            "time_windows": _windows(job.windows),
            "priority": job.priority,
            "max_age": job.max_age,
            "skills": sorted(job.skills),
            "allowed_vehicles": (
                None
                if job.allowed_vehicles is None
                else sorted(job.allowed_vehicles, key=str)
            ),
            "forbidden_vehicles": sorted(job.forbidden_vehicles, key=str),
            "preferred_vehicle": job.preferred_vehicle,
            "unserved_cost": job.unserved_cost,
            "description": job.description,
        },
        keep=("allowed_vehicles", "unserved_cost"),
    )


def _vehicle(vehicle: Vehicle) -> Json:
    return _without_empty(
        {
            "id": vehicle.id,
            "profile": vehicle.profile,
            "capacity": list(vehicle.capacity),
            "time_window": [vehicle.shift.opens, vehicle.shift.closes],
            **_location("start", "start_compound", vehicle.start),
            **_location("end", "end_compound", vehicle.end),
            "max_rounds": vehicle.max_rounds,
            "reload": vehicle.reload,
            "max_work": vehicle.max_work,
            "max_tasks": vehicle.max_jobs,
            "max_travel_time": vehicle.max_travel,
            "skills": sorted(vehicle.skills),
            "breaks": [_break(rest) for rest in vehicle.breaks],
            "fixed_cost": vehicle.fixed_cost,
            "speed_percent": vehicle.speed_percent,
            "supplied_by": vehicle.supplied_by,
            "description": vehicle.description,
        },
        keep=("max_work", "max_tasks", "max_travel_time", "fixed_cost", "supplied_by"),
    )


def _break(rest: Break) -> Json:
    return {
        "id": rest.id,
        "time_windows": _windows(rest.windows),
        "service": rest.service,
        "description": rest.description,
    }


def _location(key: str, compound_key: str, location: Location | None) -> Json:
    if location is None:
        return {}
    pair = [location.lon, location.lat] if location.is_placed else None
    return {
        key: pair,
        f"{key}_index": location.index,
        compound_key: location.compound,
    }


def _windows(windows: Sequence[TimeWindow]) -> list[list[int]]:
    return [[window.opens, window.closes] for window in windows]


def _without_empty(data: Json, keep: Sequence[str]) -> Json:
    """Leave out what says nothing; in `keep` zero and an empty list say something."""
    return {
        key: value
        for key, value in data.items()
        if (
            value is not None
            and (key in keep or key.endswith("_index") or value not in ([], "", 0))
        )
        or key == "id"
    }


def write_solution(solution: Solution, problem: Problem | None = None) -> Json:
    """The solution; only the problem tells priorities, and of steps the location and
    description."""
    jobs = {job.id: job for job in problem.jobs} if problem else {}
    summary: Json = {
        ours: getattr(solution.summary, name) for name, ours in SUMMARY_KEYS.items()
    }
    routes = [_route(route, jobs) for route in solution.routes]
    if problem:
        _add_vehicles(problem, routes)
        _add_priorities(summary, routes, jobs)
    loads = [route.load for route in solution.routes]
    summary["delivery"] = [sum(kind) for kind in zip(*loads, strict=True)]
    summary["violations"] = [write_violation(broken) for broken in solution.violations]
    return {
        "code": 0,
        "summary": summary,
        "unassigned": [
            {"id": left.job, "type": "job", "reason": left.reason}
            | ({"reasons": list(left.reasons)} if left.reasons else {})
            | ({"detail": left.detail} if left.detail else {})
            | _described(jobs.get(left.job))
            for left in solution.unassigned
        ],
        "routes": routes,
        "engine": solution.engine,
        "notes": list(solution.notes),
    }


def _route(route: Route, jobs: Mapping[Any, Job]) -> Json:
    return {
        "vehicle": route.vehicle,
        "round": route.round,
        "departs": route.departs,
        "ends": route.ends,
        "cost": route.cost,
        "duration": route.travel,
        "service": route.service,
        "setup": route.setup,
        "waiting_time": route.waiting,
        "distance": route.distance,
        "max_age": route.max_age,
        "delivery": list(route.load),
        "steps": _steps(route, jobs),
        "violations": [write_violation(broken) for broken in route.violations],
    }


def _add_priorities(
    summary: Json, routes: Sequence[Json], jobs: Mapping[Any, Job]
) -> None:
    for route in routes:
        served = [s["id"] for s in route["steps"] if s["type"] == "job"]
        route["priority"] = sum(jobs[job].priority for job in served if job in jobs)
    summary["priority"] = sum(route["priority"] for route in routes)


def _add_vehicles(problem: Problem, routes: Sequence[Json]) -> None:
    """What VROOM tells of a vehicle: its description, where it starts and ends."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    last = {route["vehicle"]: route for route in routes}
    for route in routes:
        vehicle = vehicles[route["vehicle"]]
        end = vehicle.end if last[vehicle.id] is route else vehicle.start
        places = {"start": vehicle.start, "end": end}
        for step in route["steps"]:
            if step["type"] in places:
                place = _location("location", "compound", places[step["type"]])
                step |= {key: said for key, said in place.items() if said is not None}
        if vehicle.description:
            route["description"] = vehicle.description


def _steps(route: Route, jobs: Mapping[Any, Job]) -> list[Json]:
    """VROOM counts duration and distance from the start; `travel` is the last leg."""
    duration, distance, steps = 0, 0, []
    for step in route.steps:
        duration += step.travel
        distance += step.distance
        identity = {} if step.id is None else {"id": step.id}
        job = jobs.get(step.id) if step.type == "job" and step.id is not None else None
        described = _described(job)
        steps.append(
            {
                "type": step.type,
                **identity,
                **described,
                "arrival": step.arrival,
                "setup": step.setup,
                "waiting_time": step.waiting,
                "service": step.service,
                "load": list(step.load),
                "age": step.age,
                "travel": step.travel,
                "duration": duration,
                "distance": distance,
                "violations": [write_violation(broken) for broken in step.violations],
            }
        )
    return steps


def _described(job: Job | None) -> Json:
    if job is None:
        return {}
    return _without_empty(
        {
            "id": job.id,
            **_location("location", "compound", job.location),
            "description": job.description,
        },
        keep=(),
    )


def write_violation(broken: Violation) -> Json:
    return {
        key: value
        for key, value in (
            ("cause", broken.cause),
            ("size", broken.size),
            # VROOM calls the size of late and early arrivals a duration.
            ("duration", broken.size if broken.cause in TIMES else None),
            ("job", broken.job),
            ("vehicle", broken.vehicle),
            ("round", broken.round),
            ("detail", broken.detail or None),
        )
        if value is not None
    }


TIMES = {"delay", "lead_time", "age", "shift", "work_time", "max_travel_time"}


def read_solution(data: object) -> Solution:
    """A solution written by `write_solution`.

    Raises
    ------
    InvalidInput
        When the document does not have the shape of a solution.
    """
    try:
        return _solution(data)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise InvalidInput([f"solution: cannot be read ({error!r})"]) from error


def _solution(data: Any) -> Solution:
    summary = {
        name: _whole(data["summary"][ours]) for name, ours in SUMMARY_KEYS.items()
    }
    return Solution(
        routes=tuple(_read_route(route) for route in data["routes"]),
        unassigned=tuple(
            Unassigned(
                job=left["id"],
                reason=str(left.get("reason", "")),
                detail=str(left.get("detail", "")),
                reasons=tuple(map(str, left.get("reasons", ()))),
            )
            for left in data["unassigned"]
        ),
        summary=Summary(**summary, violations=len(data["summary"]["violations"])),
        engine=str(data.get("engine", "")),
        notes=tuple(map(str, data.get("notes", []))),
    )


def _read_route(data: Json) -> Route:
    distance, steps = 0, []
    for step in data["steps"]:
        steps.append(_read_step(step, _whole(step["distance"]) - distance))
        distance = _whole(step["distance"])
    if [step.type for step in steps if step.type in ("start", "end")] != [
        "start",
        "end",
    ]:
        raise InvalidInput(["a round needs one start and then one end"])
    return Route(
        vehicle=data["vehicle"],
        round=_whole(data["round"]),
        steps=tuple(steps),
        cost=_whole(data["cost"]),
        travel=_whole(data["duration"]),
        service=_whole(data["service"]),
        setup=_whole(data["setup"]),
        waiting=_whole(data["waiting_time"]),
        distance=_whole(data["distance"]),
        max_age=_whole(data["max_age"]),
        load=tuple(map(_whole, data["delivery"])),
        violations=_read_violations(data),
    )


def _read_step(data: Json, distance: int) -> Step:
    return Step(
        type=data["type"],
        id=data.get("id"),
        arrival=_whole(data["arrival"]),
        setup=_whole(data["setup"]),
        waiting=_whole(data["waiting_time"]),
        service=_whole(data["service"]),
        load=tuple(map(_whole, data["load"])),
        age=_whole(data["age"]),
        travel=_whole(data["travel"]),
        distance=distance,
        violations=_read_violations(data),
    )


def _read_violations(data: Json) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            cause=broken["cause"],
            size=_whole(broken.get("size", 0)),
            job=broken.get("job"),
            vehicle=broken.get("vehicle"),
            round=broken.get("round"),
            detail=broken.get("detail", ""),
        )
        for broken in data["violations"]
    )


def _whole(value: object) -> int:
    if not is_whole(value):
        raise InvalidInput([f"needs a whole number, got {value!r}"])
    return value
