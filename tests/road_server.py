"""A real road server: HTTP, OSRM's table format, and the moods servers have."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class RoadServer(ThreadingHTTPServer):
    """Tells a second and two metres for ten millionths of a degree, in its mood:
    fine | half (every second question fails) | hanging | dripping | says (`answer`).
    `asked` holds how many pairs each question was for."""

    daemon_threads = True
    mood = "fine"
    answer: object = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Table)
        self.asked: list[int] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/table/v1/bike"


class _Table(BaseHTTPRequestHandler):
    server: RoadServer

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        places = [
            tuple(round(float(part) * 1_000_000) for part in place.split(","))
            for place in path.path.rpartition("/")[2].split(";")
        ]
        query = parse_qs(path.query)
        a = [places[int(k)] for k in query["sources"][0].split(";")]
        b = [places[int(k)] for k in query["destinations"][0].split(";")]
        self.server.asked.append(sum(x != y for x in a for y in b))
        mood = self.server.mood
        if mood == "hanging":
            self.server.over.wait(30)
            return
        fails = mood == "half" and len(self.server.asked) % 2 == 0
        self.send_response(500 if fails else 200)
        self.end_headers()
        if mood == "dripping":
            while not self.server.over.is_set():
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
            return
        rows = [[way(x, y) for y in b] for x in a]
        lengths = [[2 * way(x, y) for y in b] for x in a]
        answer = {"code": "Ok", "durations": rows, "distances": lengths}
        if mood == "says":
            answer = self.server.answer  # type: ignore[assignment]
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def way(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return (abs(a[0] - b[0]) + abs(a[1] - b[1])) // 10


@contextmanager
def road_server() -> Iterator[RoadServer]:
    server = RoadServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
