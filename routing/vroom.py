"""What VROOM has and we do not: refused, never passed over, where it would count."""

from collections.abc import Mapping
from typing import Any

from routing.faults import Faults

Json = Mapping[str, Any]

# What VROOM has and we do not: refused where it would change the answer, with what
# would do instead. The rest of a VROOM file that says nothing to us is passed over.
UNSUPPORTED = {
    "shipments": "boxes are loaded at a start and brought to doors; write each delivery"
    " as a job",
}
UNSUPPORTED_JOB = {
    "pickup": "nothing is collected on a round; leave it out or 0",
    "setup_per_type": "give the job one setup, or one matrix for each kind of vehicle",
    "service_per_type": "give the job one service for all vehicles",
}
UNSUPPORTED_VEHICLE = {
    "max_distance": "limit the time with max_travel_time or max_work instead",
}
UNSUPPORTED_BREAK = {"max_load": "a break may be taken with any load; leave it out"}
UNSUPPORTED_MATRIX = {"costs": "the price of a way is its seconds; leave it out"}
# Costs count in seconds of travel, which is what VROOM's own defaults come to.
COSTS = {"per_hour": 3600, "per_km": 0, "per_task_hour": 0}
FORCED = ("service_at", "service_after", "service_before")


def refuse(faults: Faults, data: Json, unsupported: Mapping[str, str]) -> None:
    """Note each of these keys that says something."""
    for key, instead in unsupported.items():
        said = data.get(key)
        if key == "pickup" and isinstance(said, list):
            said = any(said)  # nothing of each kind is nothing
        if said:
            faults.add(key, f"is not supported: {instead}")


def refuse_costs(faults: Faults, costs: Json) -> None:
    for key, usual in COSTS.items():
        if costs.get(key, usual) != usual:
            said = f"must be {usual}, got {costs[key]!r}: costs are seconds of travel"
            faults.add(f"costs.{key}", said)


def refuse_forced_times(data: Json) -> None:
    """Refuse what `schedule` would have to keep and cannot: times forced on steps.

    Raises
    ------
    InvalidInput
        Naming each vehicle whose steps force a time.
    """
    faults = Faults()
    for number, vehicle in enumerate(data.get("vehicles", [])):
        steps = vehicle.get("steps") or []
        for key in FORCED:
            if any(key in step for step in steps):
                said = "is not supported: give the job a window instead"
                faults.add(f"vehicles[{number}].steps.{key}", said)
    faults.raise_if_any()
