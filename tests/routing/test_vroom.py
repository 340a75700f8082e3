"""A file in VROOM's own words works unchanged, and the answer is in them too."""

from typing import Any

import pytest

from routing import (
    InvalidInput,
    Round,
    check,
    read_problem,
    read_rounds,
    schedule,
    solve,
    write_solution,
)
from routing.vroom import refuse_forced_times

FILE: dict[str, Any] = {
    "vehicles": [
        {
            "id": 1,
            "start": [2.35044, 48.71764],
            "end": [2.35044, 48.71764],
            "capacity": [4],
            "skills": [1, 14],
            "time_window": [28800, 43200],
            "speed_factor": 1.25,
            "max_tasks": 4,
            "costs": {"fixed": 0},
        },
        {
            "id": 2,
            "start": [2.35044, 48.71764],
            "end": [2.35044, 48.71764],
            "capacity": [4],
            "skills": [2, 14],
            "time_window": [28800, 43200],
            "breaks": [
                {"id": 2, "service": 300, "time_windows": [[34200, 36000]]},
            ],
        },
    ],
    "jobs": [
        {
            "id": 1,
            "service": 300,
            "delivery": [1],
            "location": [2.28465, 48.70329],
            "skills": [1],
            "time_windows": [[32400, 36000]],
        },
        {
            "id": 2,
            "service": 300,
            "setup": 60,
            "amount": [1],
            "location": [2.23655, 48.68128],
            "skills": [1],
        },
        {
            "id": 3,
            "description": "by the river",
            "service": 300,
            "delivery": [1],
            "location": [2.39719, 48.77611],
            "skills": [2],
            "priority": 10,
        },
        {"id": 4, "service": 300, "delivery": [1], "location": [2.41808, 48.82619]},
    ],
}


def test_a_vroom_file_is_solved_unchanged() -> None:
    problem = read_problem(FILE)
    solution = solve(problem, seconds=1, steps=300)
    assert check(problem, solution) == []
    assert solution.unassigned == ()
    served = {job: route.vehicle for route in solution.routes for job in route.jobs}
    assert (served[1], served[2], served[3]) == (1, 1, 2)


def test_between_towns_a_car_is_fast() -> None:
    """26.6 km apart, 32 km by the road and 2,328 s by VROOM's published example."""
    home, far = [2.35044, 48.71764], [1.98935, 48.701]
    file = {
        "jobs": [{"id": 1, "location": far}],
        "vehicles": [{"id": 1, "start": home}],
    }
    (route,) = schedule(read_problem(file), [Round(1, (1,))]).routes
    # 3 km at 20 km/h, 34.2 at 70; no gate to wait at.
    assert route.steps[1].travel == 540 + 1_758


def test_the_answer_has_vrooms_keys() -> None:
    problem = read_problem(FILE)
    answer = write_solution(solve(problem, engine="floor"), problem)
    assert {"code", "summary", "unassigned", "routes"} <= answer.keys()
    assert {
        "cost", "routes", "unassigned", "service", "setup", "duration",
        "waiting_time", "distance", "priority", "delivery", "violations",
    } <= answer["summary"].keys()  # fmt: skip
    assert (answer["summary"]["priority"], answer["summary"]["delivery"]) == (10, [4])
    for route in answer["routes"]:
        ends = [step for step in route["steps"] if step["type"] in ("start", "end")]
        assert [end["location"] for end in ends] == [[2.35044, 48.71764]] * 2
        rests = [step for step in route["steps"] if step["type"] == "break"]
        assert all("location" not in rest for rest in rests)
        assert {"vehicle", "steps", "cost", "duration", "delivery"} <= route.keys()
        assert route["steps"][-1]["duration"] == route["duration"]
        for step in route["steps"]:
            assert {
                "type",
                "arrival",
                "duration",
                "waiting_time",
                "load",
            } <= step.keys()


def test_an_order_given_as_steps_is_kept() -> None:
    problem = read_problem(FILE)
    order = [{"type": "start"}, *({"type": "job", "id": k} for k in (2, 1))]
    given = {**FILE, "vehicles": [{**FILE["vehicles"][0], "steps": order}]}
    plan = schedule(problem, read_rounds(given))
    assert plan.routes[0].jobs == (2, 1)


def test_what_vroom_takes_for_granted_is_taken_so_here() -> None:
    """A break at any time, costs by the hour, a bicycle; times forced on steps count
    only where VROOM counts them, which is in its plan mode."""
    first = FILE["vehicles"][0]
    steps = [{"type": "start", "service_after": 28900}, {"type": "job", "id": 1}]
    plain = {
        **first,
        "profile": "bike",
        "type": "cargo",
        "time_window": [28800, 72000],
        "costs": {"fixed": 100, "per_hour": 3600, "per_km": 0},
        "breaks": [{"id": 1, "service": 600}],
        "steps": steps,
    }
    file = {**FILE, "vehicles": [plain], "jobs": FILE["jobs"][:2], "shipments": []}
    problem = read_problem(file)
    plan = solve(problem, engine="floor", start=read_rounds(file))
    assert check(problem, plan) == []
    assert plan.summary.cost == plan.summary.travel + 100
    with pytest.raises(InvalidInput, match=r"vehicles\[0\]\.steps\.service_after"):
        refuse_forced_times(file)


def test_an_older_file_with_one_matrix_works() -> None:
    older = {
        "vehicles": [{"id": 0, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "matrix": [[0, 10, 20], [12, 0, 5], [25, 6, 0]],
    }
    problem = read_problem(older)
    assert solve(problem, engine="sisr", steps=20).summary.travel == 20 + 6 + 12
