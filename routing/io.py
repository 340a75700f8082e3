"""Problems and solutions as VROOM-shaped JSON, both ways (docs/routing.md).

A VROOM file works unchanged; our extensions are extra keys. Reading collects every
fault of the input with its place before giving up.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeGuard, TypeVar

from routing.faults import Faults, InvalidInput, is_whole
from routing.problem import (
    ALWAYS,
    MODES,
    Break,
    Job,
    Location,
    Matrix,
    Mode,
    Problem,
    TimeWindow,
    Vehicle,
    Weights,
)
from routing.vroom import (
    UNSUPPORTED,
    UNSUPPORTED_BREAK,
    UNSUPPORTED_JOB,
    UNSUPPORTED_MATRIX,
    UNSUPPORTED_VEHICLE,
    refuse,
    refuse_costs,
)

T = TypeVar("T")
Json = Mapping[str, Any]

JOB_KEYS = {
    "service",
    "setup",
    "site",
    "priority",
    "max_age",
    "preferred_vehicle",
    "unserved_cost",
    "description",
}
VEHICLE_KEYS = {
    "profile",
    "max_rounds",
    "reload",
    "max_work",
    "speed_percent",
    "fixed_cost",
    "supplied_by",
    "description",
}


def read_problem(data: object) -> Problem:
    """The problem in a parsed JSON document.

    Raises
    ------
    InvalidInput
        Listing every fault as "jobs[3].service: needs a whole number, got -1".
    """
    faults = Faults()
    if not isinstance(data, Mapping):
        raise InvalidInput([f"the document must be an object, got {_kind(data)}"])
    refuse(faults, data, UNSUPPORTED)
    jobs = _read_all(faults, data, "jobs", read_job)
    vehicles = _read_all(faults, data, "vehicles", read_vehicle)
    matrices = _read_matrices(faults, data)
    modes = _read_named(faults, data, "modes", lambda value: Mode(**value))
    weights = _try(faults, "weights", lambda: Weights(**_object(data, "weights")))
    faults.raise_if_any()
    return Problem(
        jobs=tuple(jobs),
        vehicles=tuple(vehicles),
        matrices=matrices,
        modes={**MODES, **modes},
        weights=weights or Weights(),
    )


def read_job(data: Json) -> Job:
    faults = Faults()
    refuse(faults, data, UNSUPPORTED_JOB)
    values: dict[str, Any] = {key: data[key] for key in JOB_KEYS if key in data}
    values["delivery"] = _vector(data.get("delivery", data.get("amount", [])))
    values["windows"] = _windows(faults, data.get("time_windows", []))
    values["location"] = _location(faults, data, "location", required=True)
    values["skills"] = frozenset(data.get("skills", []))
    values["forbidden_vehicles"] = frozenset(data.get("forbidden_vehicles", []))
    if data.get("allowed_vehicles") is not None:
        values["allowed_vehicles"] = frozenset(data["allowed_vehicles"])
    return _built(faults, Job, {"id": data.get("id"), **values})


def read_vehicle(data: Json) -> Vehicle:
    faults = Faults()
    values: dict[str, Any] = {key: data[key] for key in VEHICLE_KEYS if key in data}
    values["capacity"] = _vector(data.get("capacity", []))
    values["start"] = _location(faults, data, "start")
    values["end"] = _location(faults, data, "end")
    values["skills"] = frozenset(data.get("skills", []))
    values["max_jobs"] = data.get("max_tasks")
    values["max_travel"] = data.get("max_travel_time")
    shift = _windows(faults, [data["time_window"]]) if "time_window" in data else ()
    values["shift"] = shift[0] if shift else ALWAYS
    refuse(faults, data, UNSUPPORTED_VEHICLE)
    if "speed_factor" in data:
        values["speed_percent"] = _percent(faults, data["speed_factor"])
    costs = _object(data, "costs")
    refuse_costs(faults, costs)
    if "fixed" in costs:
        values["fixed_cost"] = costs["fixed"]
    values["breaks"] = tuple(_read_all(faults, data, "breaks", _read_break))
    return _built(faults, Vehicle, {"id": data.get("id"), **values})


def _percent(faults: Faults, factor: object) -> int:
    if is_number(factor):
        return round(factor * 100)
    faults.add("speed_factor", f"needs a number above 0, got {factor!r}")
    return 100


def _read_break(data: Json) -> Break:
    faults = Faults()
    refuse(faults, data, UNSUPPORTED_BREAK)
    given = data.get("time_windows")
    values = {
        "id": data.get("id"),
        "windows": (ALWAYS,) if given is None else _windows(faults, given),
        "service": data.get("service", 0),
        "description": data.get("description", ""),
    }
    return _built(faults, Break, values)


def _built(faults: Faults, kind: Callable[..., T], values: dict[str, Any]) -> T:
    """The object, or all faults: those found while reading and its own."""
    if values.get("location", True) is None:
        values["location"] = Location(index=0)  # stands in so the rest is judged too
    try:
        built = kind(**values)
    except InvalidInput as error:
        faults.take(error, "")
    faults.raise_if_any()
    return built


def _location(
    faults: Faults, data: Json, key: str, required: bool = False
) -> Location | None:
    index = data.get(f"{key}_index")
    pair = data.get(key)
    compound = data.get("compound" if key == "location" else f"{key}_compound")
    if pair is None and index is None and compound is None:
        if required:
            faults.add(key, "is missing: give coordinates, an index or a compound")
        return None
    lon, lat = None, None
    if pair is not None:
        if not isinstance(pair, list) or len(pair) != 2:
            faults.add(key, f"needs [lon, lat], got {pair!r}")
            return None
        lon, lat = pair
    try:
        return Location(lon=lon, lat=lat, index=index, compound=compound)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return None


def _windows(faults: Faults, pairs: object) -> tuple[TimeWindow, ...]:
    windows: list[TimeWindow] = []
    if not isinstance(pairs, list):
        faults.add("time_windows", f"needs a list of [opens, closes], got {pairs!r}")
        return ()
    for number, pair in enumerate(pairs):
        place = f"time_windows[{number}]"
        if not isinstance(pair, list) or len(pair) != 2:
            faults.add(place, f"needs [opens, closes], got {pair!r}")
            continue
        try:
            windows.append(TimeWindow(*pair))
        except InvalidInput as error:
            faults.take(error, place)
    return tuple(windows)


def _vector(values: object) -> Any:
    return tuple(values) if isinstance(values, list) else values


def _read_matrices(faults: Faults, data: Json) -> dict[str, Matrix]:
    matrices = _read_named(faults, data, "matrices", _read_matrix)
    if "matrix" in data:  # VROOM's older spelling, one matrix for cars
        matrix = _try(faults, "matrix", lambda: Matrix(_rows(data["matrix"])))
        if matrix is not None:
            matrices.setdefault("car", matrix)
    return matrices


def _read_matrix(data: Json) -> Matrix:
    faults = Faults()
    refuse(faults, data, UNSUPPORTED_MATRIX)
    faults.raise_if_any()
    distances = data.get("distances")
    return Matrix(
        _rows(data.get("durations")), None if distances is None else _rows(distances)
    )


def _rows(rows: object) -> tuple[tuple[int, ...], ...]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InvalidInput(["durations: needs a list of rows"])
    return tuple(tuple(row) for row in rows)


def _read_all(
    faults: Faults, data: Json, key: str, read: Callable[[Json], T]
) -> list[T]:
    entries = data.get(key, [])
    if not isinstance(entries, list):
        faults.add(key, f"needs a list, got {_kind(entries)}")
        return []
    found = []
    for number, entry in enumerate(entries):
        place = f"{key}[{number}]"
        if not isinstance(entry, Mapping):
            faults.add(place, f"needs an object, got {_kind(entry)}")
            continue
        value = _try(faults, place, partial(read, entry))
        if value is not None:
            found.append(value)
    return found


def _read_named(
    faults: Faults, data: Json, key: str, read: Callable[[Json], T]
) -> dict[str, T]:
    found = {}
    for name, entry in _object(data, key).items():
        value = _try(faults, f"{key}.{name}", partial(read, entry))
        if value is not None:
            found[name] = value
    return found


def _try(faults: Faults, place: str, make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InvalidInput as error:
        faults.take(error, place)
    except (TypeError, AttributeError) as error:
        faults.add(place, f"cannot be read ({error})")
    return None


def _object(data: Json, key: str) -> dict[str, Any]:
    value = data.get(key) or {}
    if not isinstance(value, Mapping):
        raise InvalidInput([f"{key}: needs an object, got {_kind(value)}"])
    return dict(value)


def is_number(value: object) -> TypeGuard[float]:
    return (is_whole(value) or isinstance(value, float)) and 0 < value < 1e6


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), "a number")
