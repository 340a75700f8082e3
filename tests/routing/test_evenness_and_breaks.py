"""Breaks are kept by the whole engine; even work has its price."""

from dataclasses import replace

import pytest

from routing import Break, TimeWindow, check, schedule, solve
from routing.geojson import geojson
from tests.routing.cases import district


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("engine", ["auto", "sisr", "ortools", "floor"])
@pytest.mark.parametrize("count", [1, 4])
def test_every_driver_gets_all_breaks(seed: int, engine: str, count: int) -> None:
    question = district(seed, doors=9)
    rests = tuple(
        Break(id=k, windows=(TimeWindow(opens, opens + 1800),), service=900 // count)
        for k, opens in enumerate((39_600, 37_800, 41_400, 40_200)[:count])
    )
    rested = replace(
        question, vehicles=tuple(replace(v, breaks=rests) for v in question.vehicles)
    )
    found = solve(rested, engine=engine, seconds=1, steps=200)
    assert check(rested, found) == []
    assert found.routes


@pytest.mark.parametrize("engine", ["sisr", "ortools"])
@pytest.mark.parametrize("seed", range(2))
def test_a_price_on_unevenness_makes_work_more_even(seed: int, engine: str) -> None:
    question = district(seed, doors=16)
    roomy = tuple(
        replace(v, capacity=(50, 50), max_jobs=None, max_rounds=1, profile="ebike")
        for v in question.vehicles
    )
    plain = replace(question, vehicles=roomy)
    priced = replace(plain, weights=replace(plain.weights, uneven=300, vehicle=0))
    free = replace(plain, weights=replace(plain.weights, vehicle=0))
    # By steps: from a plan whose travel no search betters, only evenness can pay.
    usual = solve(free, engine="sisr", seconds=600, steps=4000)
    before = schedule(priced, usual.rounds).summary
    even = solve(priced, engine=engine, seconds=1, start=usual.rounds).summary
    assert even.cost <= before.cost
    assert even.uneven <= before.uneven


def test_a_plan_is_drawn_as_lines_and_points() -> None:
    question = district(3)
    plan = solve(question, engine="floor")
    features = geojson(question, plan)["features"]
    lines = [f for f in features if f["geometry"]["type"] == "LineString"]
    points = [f for f in features if f["geometry"]["type"] == "Point"]
    assert len(lines) == len(plan.routes)
    assert len(points) == len(question.jobs)
    kitchen = [116.40, 39.90]
    after = [r.round for r in plan.routes[1:] if r.round > 1]
    ends = {v.id: v.end for v in question.vehicles}
    lasts = {r.vehicle: r.round for r in plan.routes}
    assert after, "somebody drives two rounds"
    for line, route in zip(lines, plan.routes, strict=True):
        way = line["geometry"]["coordinates"]
        opens = ends[route.vehicle] is None and lasts[route.vehicle] == route.round
        assert way[0] == kitchen
        assert (way[-1] == kitchen) != opens
    lon, lat = points[0]["geometry"]["coordinates"]
    assert 116 < lon < 117
    assert 39 < lat < 41
