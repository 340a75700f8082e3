"""A real server in a process of its own, and tills before it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from benchmarks.spine import PASSWORD, ROOT, token_in

TILLS = 8


class Server:
    """`nuancan serve` in a process of its own; killed and started again at will."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.database = folder, database
        self.port = _free_port()
        self.here = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        ours = {"NUANCAN_DATA": str(self.folder), "NUANCAN_PORT": str(self.port)}
        if self.database:
            ours["NUANCAN_DATABASE"] = self.database
        return {**os.environ, **ours, "NUANCAN_BACKUPS": "false"}

    def command(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "app", *words],
            env=self.env,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            env=self.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        with httpx.Client(base_url=self.here, timeout=5) as client:  # made once: dear
            while time.monotonic() < end:
                try:
                    if client.get("/readyz").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def stop(self, sign: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(sign)
            self.process.wait(30)
            self.process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def kitchen(people: int, database: str = "") -> Iterator[Server]:
    """A server over a fresh demo kitchen, its count closed."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), database)
        server.command("demo", "--people", str(people), "--seed", "1")
        server.start()
        try:
            yield server
        finally:
            server.stop()


async def signed_in(client: httpx.AsyncClient) -> None:
    """As a manager; every later request carries the token."""
    token = token_in((await client.get("/sign-in")).text)
    form = {"login": "chen", "password": PASSWORD, "csrf": token}
    await client.post("/sign-in", data=form)
    session = (await client.get("/api/session")).json()
    client.headers["X-CSRF-Token"] = session["csrf"]


@asynccontextmanager
async def tablets(
    client: httpx.AsyncClient, count: int = 40
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """So many signed-in tablets, each with connections of its own: a single pool slows
    its own load down as soon as hundreds wait in it."""
    async with AsyncExitStack() as open_ones:
        yield [
            await open_ones.enter_async_context(
                httpx.AsyncClient(
                    base_url=client.base_url,
                    cookies=client.cookies,
                    headers=client.headers,
                    timeout=60,
                    verify=False,  # noqa: S501 - plain HTTP: no certificates to read
                )
            )
            for _ in range(count)
        ]


async def open_point(client: httpx.AsyncClient, day: date) -> None:
    for path in (f"/headcounts/{day}/lunch/closure", f"/dining/{day}/lunch/1/shift"):
        form = {"act": str(uuid.uuid4()), "csrf": client.headers["X-CSRF-Token"]}
        await client.post(path, data=form)


def act(day: date, number: int, people: int) -> dict[str, Any]:
    first = number < people
    return {
        "id": str(uuid.uuid4()),
        "point": 1,
        "day": str(day),
        "meal": "lunch",
        "elder": number % people + 1,
        "tariff": "subsidised" if first else "full",
    }
