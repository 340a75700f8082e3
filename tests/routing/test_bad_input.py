"""Bad input is refused with every fault and its place."""

from typing import Any

import pytest

from routing import InvalidInput, check, read_problem, solve

DOOR = {"id": 1, "location_index": 1}
BIKE = {"id": "a", "profile": "ebike", "start_index": 0}
ROWS = {"ebike": {"durations": [[0, 1], [1, 0]]}}


MOST = 2_000_000_000
TOO_MUCH = f"must be at most {MOST}"


def document(**changes: Any) -> dict[str, Any]:
    return {"jobs": [DOOR], "vehicles": [BIKE], "matrices": ROWS, **changes}


def job(**changes: Any) -> dict[str, Any]:
    return document(jobs=[{**DOOR, **changes}])


def vehicle(**changes: Any) -> dict[str, Any]:
    return document(vehicles=[{**BIKE, **changes}])


TABLE: list[tuple[Any, str]] = [
    # the document
    ([], "the document must be an object, got a list"),
    (document(jobs=3), "jobs: needs a list, got a number"),
    (document(jobs=["x"]), "jobs[0]: needs an object, got a text"),
    (document(vehicles=[]), "vehicles: needs at least one vehicle"),
    (
        document(shipments=[{}]),
        "shipments: is not supported: boxes are loaded at a start and brought to doors;"
        " write each delivery as a job",
    ),
    (document(weights={"vehicle": -1}), "weights.vehicle: must be at least 0, got -1"),
    (
        document(modes={"car": {"metres_per_hour": 9, "far_metres_per_hour": 8}}),
        "modes.car.far_metres_per_hour: must be at least 9, got 8",
    ),
    # jobs
    (job(id=None), "jobs[0].id: needs a whole number or a word, got None"),
    (job(service=-1), "jobs[0].service: must be at least 0, got -1"),
    (job(service=1.5), "jobs[0].service: needs a whole number, got 1.5"),
    (job(service=True), "jobs[0].service: needs a whole number, got True"),
    (job(max_age=0), "jobs[0].max_age: must be at least 1, got 0"),
    (job(priority=101), "jobs[0].priority: must be at most 100, got 101"),
    (
        job(pickup=[1]),
        "jobs[0].pickup: is not supported: nothing is collected on a round;"
        " leave it out or 0",
    ),
    (vehicle(supplied_by=7), "vehicles[0].supplied_by: no job 7"),
    # a number that is none, as JSON from elsewhere may hold it
    (
        job(service=float("nan")),
        "jobs[0].service: needs a whole number, got nan",
    ),
    (job(delivery=[1]), "jobs[0].delivery: no vehicle states a capacity"),
    (
        job(delivery=[-1]),
        "jobs[0].delivery[0]: must be at least 0, got -1",
    ),
    (
        job(time_windows=[[9, 5]]),
        "jobs[0].time_windows[0].closes: 5 is before it opens at 9",
    ),
    (
        job(time_windows=[[-5, 9]]),
        "jobs[0].time_windows[0].opens: must be at least 0, got -5",
    ),
    (
        job(time_windows=[[0, 9], [5, 12]]),
        "jobs[0].time_windows[1]: overlaps the one before or is out of order",
    ),
    (
        job(time_windows=[[0]]),
        "jobs[0].time_windows[0]: needs [opens, closes], got [0]",
    ),
    (job(location_index=2), "jobs[0].location: index 2 is outside the matrix (2)"),
    (
        job(location_index=-1),
        "jobs[0].location_index: must be at least 0, got -1",
    ),
    (
        document(jobs=[{"id": 1, "location": [float("nan"), 3]}]),
        "jobs[0].location.lon: must lie within ±180 degrees, got nan",
    ),
    (
        document(jobs=[{"id": 1, "location": [39.9, 116.4]}]),
        "jobs[0].location.lat: must lie within ±90 degrees, got 116.4",
    ),
    (
        document(jobs=[{"id": 1, "location": [116.4, 39.9]}]),
        "jobs[0].location: needs a location_index, because a matrix is given",
    ),
    (
        document(jobs=[{"id": 1}]),
        "jobs[0].location: is missing: give coordinates, an index or a compound",
    ),
    (
        document(jobs=[{**DOOR, "id": number} for number in range(10_000)]),
        "jobs: at most 8000 at once, got 10000",
    ),
    (document(jobs=[DOOR, DOOR]), "jobs[1].id: 1 is already the id of jobs[0]"),
    (job(allowed_vehicles=["z"]), "jobs[0].allowed_vehicles: no vehicle 'z'"),
    (job(preferred_vehicle="z"), "jobs[0].preferred_vehicle: no vehicle 'z'"),
    # numbers beyond what can be added up
    (job(service=10**30), f"jobs[0].service: {TOO_MUCH}, got {10**30}"),
    (job(unserved_cost=MOST + 1), f"jobs[0].unserved_cost: {TOO_MUCH}, got {MOST + 1}"),
    (job(delivery=[10**10]), f"jobs[0].delivery[0]: {TOO_MUCH}, got {10**10}"),
    (
        job(time_windows=[[0, 10**30]]),
        f"jobs[0].time_windows[0].closes: {TOO_MUCH}, got {10**30}",
    ),
    (
        document(matrices={"ebike": {"durations": [[0, 2**32 - 1], [1, 0]]}}),
        f"matrices.ebike.durations[0]: {TOO_MUCH}, got {2**32 - 1}",
    ),
    (vehicle(capacity=[10**10]), f"vehicles[0].capacity[0]: {TOO_MUCH}, got {10**10}"),
    (document(weights={"uneven": 10**18}), f"weights.uneven: {TOO_MUCH}, got {10**18}"),
    # vehicles
    (
        document(vehicles=[BIKE, BIKE]),
        "vehicles[1].id: 'a' is already the id of vehicles[0]",
    ),
    (vehicle(start_index=None), "vehicles[0].start: needs a start or an end"),
    (vehicle(max_rounds=0), "vehicles[0].max_rounds: must be at least 1, got 0"),
    (vehicle(capacity=["4"]), "vehicles[0].capacity[0]: needs a whole number, got '4'"),
    (
        vehicle(profile="rocket"),
        "vehicles[0].profile: 'rocket' has no matrix and is none of "
        "bike, car, ebike, foot, van, walk",
    ),
    (
        vehicle(time_window=[5, 3]),
        "vehicles[0].time_windows[0].closes: 3 is before it opens at 5",
    ),
    (
        vehicle(breaks=[{"id": 1, "time_windows": []}]),
        "vehicles[0].breaks[0].time_windows: needs at least one window",
    ),
    (
        vehicle(breaks=[{"id": 1, "time_windows": [[0, 9]]}] * 2),
        "vehicles[0].breaks[1].id: 1 is used twice",
    ),
    (vehicle(reload=-1), "vehicles[0].reload: must be at least 0, got -1"),
    (
        vehicle(time_window=[0, float("nan")]),
        "vehicles[0].time_windows[0].closes: needs a whole number, got nan",
    ),
    (
        vehicle(speed_factor=0),
        "vehicles[0].speed_factor: needs a number above 0, got 0",
    ),
    (
        vehicle(speed_factor=float("nan")),
        "vehicles[0].speed_factor: needs a number above 0, got nan",
    ),
    (vehicle(costs=3), "vehicles[0].costs: needs an object, got a number"),
    # what VROOM has and we do not, wherever it would change the answer
    (
        job(service_per_type={"van": 60}),
        "jobs[0].service_per_type: is not supported: give the job one service for all"
        " vehicles",
    ),
    (
        job(setup_per_type={"van": 60}),
        "jobs[0].setup_per_type: is not supported: give the job one setup, or one"
        " matrix for each kind of vehicle",
    ),
    (
        vehicle(max_distance=5000),
        "vehicles[0].max_distance: is not supported: limit the time with"
        " max_travel_time or max_work instead",
    ),
    (
        vehicle(costs={"per_hour": 1000}),
        "vehicles[0].costs.per_hour: must be 3600, got 1000: costs are seconds of"
        " travel",
    ),
    (
        vehicle(costs={"per_km": 2}),
        "vehicles[0].costs.per_km: must be 0, got 2: costs are seconds of travel",
    ),
    (
        vehicle(breaks=[{"id": 1, "max_load": [0]}]),
        "vehicles[0].breaks[0].max_load: is not supported: a break may be taken with"
        " any load; leave it out",
    ),
    (
        document(matrices={"ebike": {**ROWS["ebike"], "costs": [[0, 1], [1, 0]]}}),
        "matrices.ebike.costs: is not supported: the price of a way is its seconds;"
        " leave it out",
    ),
    (
        document(vehicles=[{**BIKE, "capacity": [1]}, {**BIKE, "id": "b"}]),
        "vehicles: capacities must all have the same number of kinds",
    ),
    # matrices
    (
        document(matrices={"ebike": {"durations": [[0, 1], [1]]}}),
        "matrices.ebike.durations[1]: has 1 entries, needs 2",
    ),
    (
        document(matrices={"ebike": {"durations": [[0, -1], [1, 0]]}}),
        "matrices.ebike.durations[0]: must not be negative, got -1",
    ),
    (
        document(matrices={"ebike": {"durations": [[0, None], [1, 0]]}}),
        "matrices.ebike.durations[0]: needs whole numbers, got None",
    ),
    (
        document(matrices={"ebike": {}}),
        "matrices.ebike.durations: needs a list of rows",
    ),
]


@pytest.mark.parametrize(("data", "fault"), TABLE)
def test_each_fault_is_named_with_its_place(data: Any, fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_problem(data)
    assert fault in refused.value.faults


def test_all_faults_are_listed_together() -> None:
    data = document(
        jobs=[{**DOOR, "service": -1, "setup": "x"}, {"id": 2}],
        vehicles=[{**BIKE, "reload": -5}],
    )
    with pytest.raises(InvalidInput) as refused:
        read_problem(data)
    assert len(refused.value.faults) == 4


LARGEST = [
    job(service=MOST),
    job(time_windows=[[MOST - 1, MOST]]),
    job(unserved_cost=MOST),
    document(matrices={"ebike": {"durations": [[0, MOST], [MOST, 0]]}}),
    {
        **vehicle(speed_percent=1),
        "matrices": {"ebike": {"durations": [[0, MOST], [MOST, 0]]}},
    },
    {**job(delivery=[MOST]), "vehicles": [{**BIKE, "capacity": [MOST]}]},
    vehicle(max_rounds=MOST, reload=MOST),
    document(weights={"unserved": MOST, "vehicle": MOST, "uneven": MOST}),
]


@pytest.mark.parametrize("engine", ["auto", "sisr", "ortools", "floor"])
def test_the_largest_numbers_that_are_taken_are_planned_with(engine: str) -> None:
    for data in LARGEST:
        question = read_problem(data)
        found = solve(question, seconds=0.2, steps=20, engine=engine)
        assert check(question, found) == []
