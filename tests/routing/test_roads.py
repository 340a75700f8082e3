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
    Mode,
    Problem,
    Round,
    Vehicle,
    schedule,
)
from routing.osrm import osrm_matrix
from routing.roads import by_road

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
