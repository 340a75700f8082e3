"""Road matrices asked from a real little server that answers, fails and shrugs."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from routing import (
    InvalidInput,
    Job,
    Location,
    Matrix,
    Mode,
    Problem,
    Round,
    Vehicle,
    schedule,
)
from routing.osrm import osrm_legs, osrm_matrix
from routing.roads import by_road, with_legs
from tests.road_server import road_server

POINTS = [(116.40 + k / 1000, 39.90) for k in range(5)]
CROW = [[abs(a - b) * 100.0 for b in range(5)] for a in range(5)]
MODE = Mode(metres_per_hour=3600, detour_percent=100, gate_seconds=0)


class Table(BaseHTTPRequestHandler):
    """Seconds = 1000 x distance in places; fails for the last place, no road to 2."""

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        lons = [float(p.split(",")[0]) for p in path.path.rpartition("/")[2].split(";")]
        numbers = [round((lon - 116.40) * 1000) for lon in lons]
        query = parse_qs(path.query)
        a = [numbers[int(k)] for k in query["sources"][0].split(";")]
        b = [numbers[int(k)] for k in query["destinations"][0].split(";")]
        rows = [[None if y == 2 else 1000.4 * abs(x - y) for y in b] for x in a]
        self.send_response(500 if 4 in a else 200)
        self.end_headers()
        answer = {"durations": rows, "distances": rows}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Table)
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}/table/v1/bike"
    listener.shutdown()
    thread.join()
    listener.server_close()


def test_the_matrix_is_asked_in_blocks_and_gaps_are_filled(server: str) -> None:
    matrix, notes = osrm_matrix(server, POINTS, CROW, MODE, chunk=4)
    assert matrix.durations[0][:4] == (0, 1000, 200, 3001)  # no road to place 2
    assert matrix.durations[4] == (400, 300, 200, 100, 0)  # the server failed
    assert notes == ("3 of 9 OSRM answers missing", "4 pairs without a road")


def test_without_a_server_everything_is_straight_line() -> None:
    matrix, notes = osrm_matrix("http://127.0.0.1:9/table", POINTS, CROW, MODE)
    assert matrix.durations[0] == (0, 100, 200, 300, 400)
    assert notes == ("1 of 1 OSRM answers missing",)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput):
        osrm_matrix("file:///etc/passwd", POINTS, CROW, MODE)


def test_a_problem_in_coordinates_becomes_one_by_road(server: str) -> None:
    kitchen = Location(lon=116.40, lat=39.90)
    problem = Problem(
        jobs=tuple(
            Job(id=k, location=Location(lon=116.40 + k / 1000, lat=39.90))
            for k in (1, 3)
        ),
        vehicles=(
            Vehicle(id="a", profile="ebike", start=kitchen, end=kitchen),
            Vehicle(id="b", profile="walk", start=kitchen, end=kitchen),
        ),
    )
    by_roads, notes = by_road(problem, {"ebike": server})
    assert notes == ()
    route = schedule(by_roads, [Round("a", (1, 3))]).routes[0]
    assert [step.travel for step in route.steps] == [0, 1000, 2001, 3001]
    walked = schedule(problem, [Round("b", (1, 3))]).routes[0]
    assert schedule(by_roads, [Round("b", (1, 3))]).routes[0].travel == walked.travel


SPOTS = [(116.40 + k / 10_000, 39.90) for k in range(7)]
EVERY = [(a, b) for a in range(7) for b in range(7) if a != b]


def test_only_the_pairs_wanted_are_asked_for_few_at_a_time() -> None:
    with road_server() as server:
        one_new = [pair for pair in EVERY if 3 in pair]
        legs = osrm_legs(server.url, SPOTS, one_new, chunk=100)
        assert dict(legs.known) == {
            (a, b): (abs(a - b) * 10, abs(a - b) * 20) for a, b in one_new
        }
        assert sum(server.asked) == len(one_new)
        server.asked.clear()
        assert len(osrm_legs(server.url, SPOTS, EVERY, chunk=6).known) == len(EVERY)
        assert max(server.asked) <= 9  # three places from and three to


def test_half_of_the_answers_are_better_than_none() -> None:
    with road_server() as server:
        server.mood = "half"
        legs = osrm_legs(server.url, SPOTS, EVERY, chunk=4)
        assert 0 < len(legs.known) < len(EVERY)
        assert legs.unanswered == len(EVERY) - len(legs.known)
        assert legs.trouble == "error"


@pytest.mark.parametrize(
    ("mood", "answer", "trouble"),
    [
        ("hanging", None, "slow"),  # takes the question and says nothing
        ("dripping", None, "slow"),  # a byte now and then, for ever
        ("says", [], "nonsense"),  # JSON, but no object
        ("says", {"code": "Ok"}, "nonsense"),  # no table
        ("says", {"durations": [[1.0, 2.0]]}, "nonsense"),  # a table too small
        ("says", {"durations": [[0, -5], [-5, 0]]}, "nonsense"),  # back in time
        ("says", {"durations": [[0, "9"], ["9", 0]]}, "nonsense"),  # words
        ("says", {"durations": [[0, 1e300], [1e300, 0]]}, "nonsense"),  # past all
        ("says", {"durations": [[0, True], [True, 0]]}, "nonsense"),  # yes, no number
    ],
)
def test_a_bad_answer_is_none_and_comes_back_in_time(
    mood: str, answer: object, trouble: str
) -> None:
    with road_server() as server:
        server.mood, server.answer = mood, answer
        legs = osrm_legs(server.url, SPOTS, [(0, 1), (1, 0)], timeout=0.2, seconds=0.5)
    assert (dict(legs.known), legs.unanswered, legs.trouble) == ({}, 2, trouble)


def test_a_pair_without_a_road_is_told_from_one_without_an_answer() -> None:
    with road_server() as server:
        server.mood, server.answer = "says", {"durations": [[None]]}
        legs = osrm_legs(server.url, SPOTS, [(0, 1)])
    assert legs.roadless == frozenset([(0, 1)])
    assert legs.unanswered == 0


def test_nobody_there_is_asked_three_times_at_most() -> None:
    legs = osrm_legs("http://127.0.0.1:9/table", SPOTS, EVERY, chunk=2)
    assert (legs.unanswered, legs.trouble) == (len(EVERY), "unreachable")


def test_known_ways_count_and_the_others_are_straight_with_the_gate_in_both() -> None:
    kitchen = Location(lon=116.40, lat=39.90)
    doors = [Location(lon=116.40 + k / 1000, lat=39.90, compound="里") for k in (1, 2)]
    problem = Problem(
        jobs=tuple(Job(id=k, location=door) for k, door in enumerate(doors)),
        vehicles=(Vehicle(id="a", profile="ebike", start=kitchen, end=kitchen),),
    )
    home, first = (116_400_000, 39_900_000), (116_401_000, 39_900_000)
    known = {"ebike": {(home, first): (100, 500)}}
    straight = schedule(problem, [Round("a", (0, 1))]).routes[0]
    by_road = schedule(with_legs(problem, known), [Round("a", (0, 1))]).routes[0]
    gate = problem.modes["ebike"].gate_seconds
    assert by_road.steps[1].travel == 100 + gate
    assert [s.travel for s in by_road.steps[2:]] == [
        s.travel for s in straight.steps[2:]
    ]
    assert with_legs(problem, {}) is problem


def test_a_matrix_that_came_along_keeps_its_ways_beside_those_by_road() -> None:
    """Places get numbers of their own for the road; the van's table follows them."""
    doors = [Location(lon=116.40 + k / 1000, lat=39.90, index=3 - k) for k in range(3)]
    rows = tuple(tuple(100 * a + b for b in range(4)) for a in range(4))
    problem = Problem(
        jobs=(Job(id=1, location=doors[1]), Job(id=2, location=doors[2])),
        vehicles=(
            Vehicle(id="van", profile="van", start=doors[0], end=doors[0]),
            Vehicle(id="bike", profile="bike", start=doors[0], end=doors[0]),
        ),
        matrices={"van": Matrix(rows)},
    )
    rounds = [Round("van", (1, 2))]
    known = {"bike": {((116_400_000, 39_900_000), (116_401_000, 39_900_000)): (7, 7)}}
    with road_server() as server:
        roads, _ = by_road(problem, {"bike": server.url})
    for changed in (roads, with_legs(problem, known)):
        told = schedule(changed, rounds).routes[0].steps
        assert [s.travel for s in told] == [0, 302, 201, 103]
