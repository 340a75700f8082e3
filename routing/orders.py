"""Orders given with a problem: rounds, a solution's routes, or vehicles' steps."""

from collections.abc import Mapping
from typing import Any

from routing.faults import Faults, InvalidInput
from routing.solution import Round

Json = Mapping[str, Any]


def read_rounds(data: Json) -> tuple[Round, ...]:
    """The orders given: `rounds`, a solution's `routes`, or vehicles' `steps`."""
    faults = Faults()
    rounds: list[Round] = []
    try:
        orders = _orders(data)
    except (AttributeError, TypeError) as error:
        raise InvalidInput([f"rounds: cannot be read ({error})"]) from error
    for place, vehicle, ids, locked in orders:
        if vehicle is None or not isinstance(ids, list):
            faults.add(place, "needs a vehicle and a list of jobs")
        else:
            rounds.append(Round(vehicle, tuple(ids), bool(locked)))
    faults.raise_if_any()
    return tuple(rounds)


def _orders(data: Json) -> list[tuple[str, Any, Any, Any]]:
    if "rounds" in data:
        return [
            (
                f"rounds[{number}]",
                entry.get("vehicle"),
                entry.get("jobs"),
                entry.get("locked"),
            )
            for number, entry in enumerate(data["rounds"])
        ]
    solution = data.get("solution", data)
    if "routes" in solution:
        return [
            (
                f"routes[{number}]",
                entry.get("vehicle"),
                _ids(entry.get("steps", [])),
                False,
            )
            for number, entry in enumerate(solution["routes"])
        ]
    return [
        (f"vehicles[{number}].steps", entry.get("id"), order, False)
        for number, entry in enumerate(data.get("vehicles", []))
        if entry.get("steps")
        for order in _split_at_reloads(entry["steps"])
    ]


def _ids(steps: list[Json]) -> list[Any]:
    return [step.get("id") for step in steps if step.get("type") == "job"]


def _split_at_reloads(steps: list[Json]) -> list[list[Any]]:
    """VROOM's steps have one round; ours may name several, parted by `reload`."""
    orders: list[list[Any]] = [[]]
    for step in steps:
        if step.get("type") == "reload":
            orders.append([])
        elif step.get("type") == "job":
            orders[-1].append(step.get("id"))
    return orders
