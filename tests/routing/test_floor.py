"""The floor: always there, and the most important first when room is short."""

from dataclasses import replace

import pytest

from routing import (
    Job,
    Location,
    Problem,
    TimeWindow,
    Travel,
    Vehicle,
    check,
    schedule,
    solve,
)
from routing.floor import floor_rounds

KITCHEN = Location(lon=116.40, lat=39.90)


def lunch(points: int, doors: int, drivers: int, capacity: int) -> Problem:
    """Dining points of 30 boxes among doors of one, less room than there is to do."""
    spots = [
        Location(lon=116.40 + (k * 7 % 40) / 4000, lat=39.89 + (k * 11 % 40) / 4000)
        for k in range(points + doors)
    ]
    bulk = tuple(
        Job(
            id=f"point {k}", location=spots[k], service=120, delivery=(30,), priority=90
        )
        for k in range(points)
    )
    single = tuple(
        Job(id=k, location=spots[points + k], service=90, delivery=(1,))
        for k in range(doors)
    )
    vehicles = tuple(
        Vehicle(
            id=f"driver {k}",
            profile="ebike",
            capacity=(capacity,),
            shift=TimeWindow(37_800, 43_200),
            start=KITCHEN,
            end=KITCHEN,
        )
        for k in range(drivers)
    )
    return Problem(jobs=(*single, *bulk), vehicles=vehicles)


def test_dining_points_get_their_place_before_the_doors_fill_the_rounds() -> None:
    question = lunch(points=4, doors=60, drivers=4, capacity=40)
    plan = solve(question, engine="floor")
    assert check(question, plan) == []
    served = {job for route in plan.routes for job in route.jobs}
    assert {f"point {k}" for k in range(4)} <= served
    assert len(plan.unassigned) == 60 - 4 * 10  # every box of room is used


def test_a_stop_only_the_van_may_serve_comes_before_the_doors_on_its_way() -> None:
    question = lunch(points=0, doors=90, drivers=4, capacity=25)
    far = Job(
        id="village",
        location=Location(lon=116.43, lat=39.92),
        service=300,
        delivery=(3,),
        skills=frozenset({1}),
        windows=(TimeWindow(37_800, 39_600),),
    )
    van = replace(question.vehicles[0], profile="van", skills=frozenset({1}))
    asked = replace(
        question,
        jobs=(*question.jobs, far),
        vehicles=(van, *question.vehicles[1:]),
    )
    plan = solve(asked, engine="floor")
    assert check(asked, plan) == []
    assert "village" in {job for route in plan.routes for job in route.jobs}


@pytest.mark.parametrize("seed", range(4))
def test_nobody_dear_is_left_out_for_somebody_cheap_beside_them(seed: int) -> None:
    """With boxes as the only limit the dearest find room, whoever comes first."""
    question = lunch(points=0, doors=30, drivers=2, capacity=10)
    ranked = replace(
        question,
        jobs=tuple(
            replace(job, priority=(k * 7 + seed) % 30)
            for k, job in enumerate(question.jobs)
        ),
    )
    rounds = floor_rounds(ranked, Travel(ranked), seconds=60)
    plan = schedule(ranked, rounds)
    priorities = {job.id: job.priority for job in ranked.jobs}
    left = sorted(priorities[u.job] for u in plan.unassigned)
    assert left == list(range(10))
