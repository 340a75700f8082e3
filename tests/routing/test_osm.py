"""Ways by road from a little town drawn for the test: a river, two bridges, a gate."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from routing import InvalidInput, Job, Location, Mode, Problem, Vehicle, write_problem
from routing.osm import osm_matrix, read_streets
from routing.roads import by_road

# The town, a hundred metres and more between the letters, the river between the rows:
#
#   A --- B --- C      A-B-C is one way to the east
#   |           |      A-D is a footbridge, C-F a bridge for all
#   D --- E --- F      E is the gate of an estate
NORTH, SOUTH = 39.901, 39.900
LONS = [116.400, 116.402, 116.404]
NODES = {
    1: (LONS[0], NORTH),
    2: (LONS[1], NORTH),
    3: (LONS[2], NORTH),
    4: (LONS[0], SOUTH),
    5: (LONS[1], SOUTH),
    6: (LONS[2], SOUTH),
}
POINTS = [NODES[1], NODES[3], NODES[4], NODES[6]]
ACROSS, ALONG = 111, 341  # metres over the river, and from A to C

MODE = Mode(metres_per_hour=3600, detour_percent=100, gate_seconds=50)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    def way(number: int, nodes: list[int], **tags: str) -> str:
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        return f'<way id="{number}" version="1">{refs}{said}</way>'

    gate = '<tag k="barrier" v="gate"/>'
    nodes = "".join(
        f'<node id="{k}" version="1" lon="{lon}" lat="{lat}">{gate * (k == 5)}</node>'
        for k, (lon, lat) in NODES.items()
    )
    ways = (
        way(1, [1, 2, 3], highway="residential", oneway="yes")
        + way(2, [4, 5, 6], highway="residential")
        + way(3, [1, 4], highway="footway")
        + way(4, [3, 6], highway="tertiary")
        + way(5, [1, 6], highway="proposed")
    )
    path = tmp_path / "town.osm"
    path.write_text(f'<osm version="0.6" generator="test">{nodes}{ways}</osm>')
    return path


def crow() -> list[list[float]]:
    return [[1.0 if a != b else 0.0 for b in POINTS] for a in POINTS]


def metres(town: Path, profile: str) -> list[list[int]]:
    matrix, notes = osm_matrix(town, POINTS, crow(), MODE, profile)
    assert notes == ()
    assert matrix.distances is not None
    return [list(row) for row in matrix.distances]


def test_a_walker_uses_both_bridges_and_no_one_way_sign(town: Path) -> None:
    rows = metres(town, "walk")
    assert rows[0] == pytest.approx([0, ALONG, ACROSS, ALONG + ACROSS], abs=3)
    assert rows[1][0] == pytest.approx(ALONG, abs=3)


def test_a_van_goes_round_by_the_only_bridge_it_may_use(town: Path) -> None:
    matrix, notes = osm_matrix(town, POINTS, crow(), MODE, "van")
    assert matrix.distances is not None
    assert matrix.distances[0][2] == pytest.approx(2 * ALONG + ACROSS, abs=5)
    # Against the one-way street nothing leads back to A: the straight line stands in.
    assert notes == ("3 pairs without a road",)
    assert matrix.distances[1][0] == 1


def test_a_gate_on_the_way_costs_its_wait(town: Path) -> None:
    matrix, _ = osm_matrix(town, POINTS, crow(), MODE, "van")
    assert matrix.distances is not None
    ride = matrix.distances[2][3]
    assert ride == pytest.approx(ALONG, abs=3)
    assert matrix.durations[2][3] == ride + 50


def test_a_place_far_from_every_road_stays_on_the_straight_line(town: Path) -> None:
    far = [*POINTS[:1], (116.5, 39.9)]
    matrix, notes = osm_matrix(town, far, [[0, 9.0], [9.0, 0]], MODE, "walk")
    assert notes == ("2 pairs without a road",)
    assert matrix.durations[0][1] == 9


@pytest.mark.parametrize(
    ("path", "profile", "said"),
    [
        ("nowhere.osm", "walk", "no file"),
        ("town.osm", "boat", "is none of"),
        ("town.txt", "walk", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(
    town: Path, path: str, profile: str, said: str
) -> None:
    (town.parent / "town.txt").write_text("hello")
    with pytest.raises(InvalidInput, match=said):
        osm_matrix(town.parent / path, POINTS, crow(), MODE, profile)


def test_streets_not_built_yet_are_no_streets(town: Path) -> None:
    assert len(read_streets(town, "van").ways) == 2 + 4 + 2


def test_the_command_line_plans_by_an_extract(town: Path) -> None:
    kitchen = Location(lon=NODES[4][0], lat=NODES[4][1])
    problem = Problem(
        jobs=(Job(id=1, location=Location(lon=NODES[1][0], lat=NODES[1][1])),),
        vehicles=(Vehicle(id="a", profile="walk", start=kitchen, end=kitchen),),
    )
    roads, _ = by_road(problem, {}, {"walk": str(town)})
    child = subprocess.run(
        [sys.executable, "-m", "routing", "--engine", "floor", "--osm", f"walk={town}"],
        input=json.dumps(write_problem(problem)),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(child.stdout)
    there = roads.matrices["walk"].durations[0][1]
    assert answer["summary"]["duration"] == 2 * there
    assert answer["summary"]["distance"] == pytest.approx(2 * ACROSS, abs=3)
    both = {"problem": write_problem(problem), "solution": answer}
    judged = subprocess.run(
        [sys.executable, "-m", "routing", "check", "--osm", f"walk={town}"],
        input=json.dumps(both),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(judged.stdout) == {"faults": []}
