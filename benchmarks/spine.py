"""One kitchen of two thousand elders on this machine: pages, count, production, rounds,
prints, and the till under load beside a solve and a print job.

A real server in a process of its own, real HTTP, the embedded database.
"""

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from benchmarks.figures import Figure

PORT = 8497
HERE = f"http://127.0.0.1:{PORT}"
PASSWORD = "nuancan-demo-2026"
RATE, SECONDS = 50, 15
PEOPLE = 2000  # of whom six hundred get their meal at the door
SEARCHED = 5000
"""People the till's search is timed over, in a kitchen of their own."""
ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    people = int(arguments[0]) if arguments and arguments[0].isdigit() else PEOPLE
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder), people)
        try:
            figures = asyncio.run(measure(server, Path(folder)))
        finally:
            server.terminate()
            server.wait(10)
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(Path(folder), SEARCHED)
        try:
            figures += asyncio.run(searching())
        finally:
            server.terminate()
            server.wait(10)
    table = as_table(figures, people)
    print(table)
    if "--write" in arguments:
        (ROOT / "docs" / "benchmarks.md").write_text(table)
    return 0 if all(figure.is_met for figure in figures) else 3


def start_server(folder: Path, people: int) -> subprocess.Popen[bytes]:
    env = {**os.environ, "NUANCAN_DATA": str(folder), "NUANCAN_PORT": str(PORT)}
    command = [sys.executable, "-m", "app"]
    demo = [*command, "demo", "--people", str(people), "--seed", "1"]
    subprocess.run(demo, env=env, cwd=ROOT, check=True, capture_output=True)
    server = subprocess.Popen(
        [*command, "serve"], env=env, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        time.sleep(0.2)
        try:
            if httpx.get(f"{HERE}/readyz").status_code == 200:
                return server
        except httpx.TransportError:
            continue
    raise RuntimeError("the server did not start")


def service_day() -> date:
    """Today where the kitchen is; the demo's serves every day."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


async def measure(server: subprocess.Popen[bytes], data: Path) -> list[Figure]:
    day = service_day()
    async with httpx.AsyncClient(base_url=HERE, timeout=120) as client:
        token = await sign_in(client, "chen")
        figures = [await first_answers(client, day, "the start")]
        figures += await pages(client, day, "before the close")
        figures.append(await closing(client, token, day))
        figures.append(await first_answers(client, day, "the close"))
        figures.insert(0, stand_in(data, day))
        figures += await jobs(client, token, day, data)
        figures += await pages(client, day, "rounds out")
        figures += await every_page(client, token, day)
        figures += await load(server, client, token, day, data)
    return figures


async def searching() -> list[Figure]:
    async with httpx.AsyncClient(base_url=HERE, timeout=120) as client:
        await sign_in(client, "chen")
        return await search(client, service_day())


def asked(data: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Read beside the server, which has the file open."""
    with contextlib.closing(sqlite3.connect(data / "nuancan.db")) as file:
        return file.execute(sql, values).fetchall()


def stand_in(data: Path, day: date) -> Figure:
    """What this kitchen holds, counted from its closed lunch."""
    [(elders, points, doors, drivers)] = asked(
        data,
        "SELECT (SELECT COUNT(*) FROM elder), (SELECT COUNT(*) FROM dining_point),"
        " (SELECT COUNT(*) FROM diner WHERE day = ? AND meal = 'lunch'"
        " AND way = 'deliver'), (SELECT COUNT(*) FROM driver)",
        str(day),
    )
    held = f"{elders} elders, {points} points, {doors} doors, {drivers} drivers"
    return Figure("the kitchen", held, "2,000 · 8 · 600 · 25")


def solved(data: Path) -> str:
    """By which engine, and how many stops have their place in the last plan."""
    [(plan, engine, fallback)] = asked(
        data, "SELECT id, engine, fallback FROM round_plan ORDER BY id DESC LIMIT 1"
    )
    sql = "SELECT COUNT(*), COUNT(round) FROM stop WHERE plan = ?"
    [(stops, placed)] = asked(data, sql, plan)
    kind = "fallback" if fallback else engine
    return f"{kind}, {placed} of {stops} stops placed"


async def sign_in(client: httpx.AsyncClient, login: str) -> str:
    token = token_in((await client.get("/sign-in")).text)
    form = {"login": login, "password": PASSWORD, "csrf": token}
    await client.post("/sign-in", data=form)
    return token_in((await client.get("/headcounts", follow_redirects=True)).text)


def token_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html) or re.search(
        r'"X-CSRF-Token": "([^"]+)"', html
    )
    assert found is not None, html[:500]
    return found[1]


async def timed(
    client: httpx.AsyncClient, path: str, repeats: int = 7
) -> tuple[float, float]:
    """Median and worst milliseconds of a page, whole answer included."""
    took = []
    for _ in range(repeats):
        begin = time.perf_counter()
        answer = await client.get(path, follow_redirects=True)
        took.append((time.perf_counter() - begin) * 1000)
        answer.raise_for_status()
    return statistics.median(took), max(took)


OF_THE_DAY = (
    *("today", "headcounts", "production", "rounds", "prints"),
    *("deliveries", "dining", "balance"),
)


async def pages(client: httpx.AsyncClient, day: date, when: str) -> list[Figure]:
    figures = []
    paths = [f"/{area}/{day}/lunch" for area in OF_THE_DAY]
    paths += ["/menus", "/registry", f"/settlement/{day:%Y-%m}"]
    for path in paths:
        median, worst = await timed(client, path)
        value = f"{median:.0f} ms (worst {worst:.0f})"
        what = f"page {path.split('/')[1]}, {when}"
        figures.append(Figure(what, value, "< 150 ms"))
    return figures


Act = Callable[[], Awaitable[None]]


async def first_answers(
    client: httpx.AsyncClient, day: date, change: str, again: Act | None = None
) -> Figure:
    """Each page of the day once, right after a change: what was kept for a second look
    is of no use then. `again` makes the change before each of them, so that every page
    is the first, three times: the median. The slowest is named."""
    paths = []
    for area in (*OF_THE_DAY, "production/packing", "production/purchases"):
        area, _, part = area.partition("/")
        paths.append(f"/{area}/{day}/lunch" + (f"/{part}" if part else ""))
    paths += ["/menus", "/registry", "/buying", f"/settlement/{day:%Y-%m}"]
    took = {}
    for path in paths:
        found = []
        for _ in range(3 if again else 1):
            if again:
                await again()
            found.append((await timed(client, path, 1))[0])
        took[path.replace(str(day), "N")] = statistics.median(found)
    return _slowest(f"first answer after {change}", took, 2)


def _slowest(what: str, took: dict[str, float], named: int) -> Figure:
    slowest = sorted(took, key=lambda path: -took[path])[:named]
    said = ", ".join(f"{path} {took[path]:.0f} ms" for path in slowest)
    return Figure(what, said, "< 150 ms")


async def changes(
    client: httpx.AsyncClient, token: str, day: date, data: Path, when: str
) -> list[Figure]:
    """What happens to a closed day, and the first answers after each of it."""
    lunch = f"{day}/lunch"

    async def posted(path: str, **fields: str) -> None:
        answer = await post(client, token, path, **fields)
        assert answer.status_code == 303, (path, answer.text[:300])

    async def order_changed() -> None:
        [(diner, portions)] = asked(data, UNCHANGED, str(day))
        late = {"source": "telephone", "reason": "benchmark"}
        more = {"kind": "portions", "portions": str(portions + 1), **late}
        await posted(f"/headcounts/{lunch}/diners/{diner}/changes", **more)

    async def stop_reported() -> None:
        [(stop,)] = asked(data, UNREPORTED)
        told = {"outcome": "elder", "reporter": "benchmark"}
        await posted(f"/deliveries/stops/{stop}/reports", **told)

    figures = [
        await first_answers(
            client, day, f"an order changed late{when}, each", order_changed
        ),
        await first_answers(
            client, day, f"a stop's outcome{when}, each", stop_reported
        ),
    ]
    await posted(f"/menus/{lunch}/publications", scope="week", sure="on")
    figures.append(await first_answers(client, day, f"a menu published{when}"))
    return figures


UNCHANGED = (
    "SELECT d.id, d.portions FROM diner d WHERE d.day = ? AND d.meal = 'lunch'"
    " AND d.way = 'deliver' AND d.id NOT IN (SELECT diner FROM diner_change)"
    " AND NOT EXISTS (SELECT 1 FROM stop s JOIN delivery v ON v.stop = s.id"
    " WHERE s.diner = d.id) ORDER BY d.id DESC LIMIT 1"
)
"""Somebody whose order nobody has changed yet, and whose meal is still to come."""
UNREPORTED = (
    "SELECT MIN(s.id) FROM stop s WHERE s.plan = (SELECT MAX(id) FROM round_plan)"
    " AND s.round IS NOT NULL AND s.diner IS NOT NULL"
    " AND s.id NOT IN (SELECT stop FROM delivery)"
)


async def every_page(client: httpx.AsyncClient, token: str, day: date) -> list[Figure]:
    """Every page that links lead to from Today, one of each kind: /rounds/stops/5
    stands for all stops. Before each somebody is served at another point, so that its
    first answer finds nothing kept."""
    waiting, seen, first = ["/today"], dict[str, float](), dict[str, float]()
    await post(client, token, f"/dining/{day}/lunch/2/shift")
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\d[\d-]*", "N", path.partition("?")[0])
        if kind in seen or "." in kind:  # a file: printed or exported, not a page
            continue
        seen[kind] = 0.0
        number = f"01{PEOPLE // 2 + len(seen):05d}"
        await tap(client, token, day, number, time.perf_counter(), point=2)
        begin = time.perf_counter()
        answer = await client.get(path, follow_redirects=True)
        first[kind] = (time.perf_counter() - begin) * 1000
        if "html" not in answer.headers.get("content-type", ""):
            del first[kind]
            continue
        if answer.status_code == 200:
            seen[kind], _ = await timed(client, path, 3)
        else:
            del first[kind]
        links = re.findall(r'href="(/[^"#]*)', answer.text)
        waiting += [link for link in map(unescape, links) if "/sign-out" not in link]
    timed_ones = f"of {sum(took > 0 for took in seen.values())} pages linked"
    return [
        _slowest(f"the slowest {timed_ones}", seen, 3),
        _slowest(f"… the slowest first answer {timed_ones}", first, 3),
    ]


async def post(
    client: httpx.AsyncClient, token: str, path: str, **fields: str
) -> httpx.Response:
    form = {"csrf": token, "act": str(uuid.uuid4()), **fields}
    return await client.post(path, data=form)


async def closing(client: httpx.AsyncClient, token: str, day: date) -> Figure:
    begin = time.perf_counter()
    answer = await post(client, token, f"/headcounts/{day}/lunch/closure")
    took = time.perf_counter() - begin
    assert answer.status_code == 303, answer.text[:300]
    return Figure("close the headcount", f"{took:.2f} s", "≤ 1 s")


async def jobs(
    client: httpx.AsyncClient, token: str, day: date, data: Path
) -> list[Figure]:
    figures = []
    here = f"/production/{day}/lunch"
    for what, path in (
        ("production", here),
        ("packing grid", f"{here}/packing"),
        ("purchase list", f"{here}/purchases"),
    ):
        median, _ = await timed(client, path)
        figures.append(Figure(what, f"{median:.0f} ms", "≤ 1 s, all three"))
    took = await job(client, await start_solve(client, token, day))
    value = f"{took:.1f} s: {solved(data)}"
    figures.append(Figure("rounds, a search of 20 s", value, "within 20 s, kept"))
    figures.append(await first_answers(client, day, "rounds proposed"))
    board = (await client.get(f"/rounds/{day}/lunch")).text
    found = re.search(r'action="(/rounds/plans/\d+/publication)"', board)
    if found:
        await post(client, token, found[1], override="benchmark")
    figures.append(await first_answers(client, day, "rounds published"))
    figures += await changes(client, token, day, data, "")
    took = await job(client, await start_print(client, token, day))
    figures.append(Figure("all papers of the morning", f"{took:.1f} s", "progress"))
    figures.append(await first_answers(client, day, "all is printed"))
    figures += await changes(client, token, day, data, ", all printed")
    return figures


async def start_solve(client: httpx.AsyncClient, token: str, day: date) -> str:
    answer = await post(client, token, f"/rounds/{day}/lunch/solving")
    return answer.headers["location"]


async def start_print(client: httpx.AsyncClient, token: str, day: date) -> str:
    answer = await post(client, token, f"/prints/{day}/lunch", kinds="all", all="on")
    return answer.headers["location"]


async def job(client: httpx.AsyncClient, location: str) -> float:
    """Seconds until a job's page says it has ended."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < 300:
        answer = await client.get(location)
        if not any(sign in answer.text for sign in ('/progress"', "/solving/stop")):
            break  # it asks for no more news, and there is no search to stop
        await asyncio.sleep(0.25)
    return time.perf_counter() - begin


async def search(client: httpx.AsyncClient, day: date) -> list[Figure]:
    found = []
    for typed in ("wxy", "wang", "0100123", "3号楼"):
        median, _ = await timed(client, f"/dining/{day}/lunch/1/guests?q={typed}")
        found.append(median)
    what = f"till search over {SEARCHED:,} people"
    return [Figure(what, f"{max(found):.0f} ms", "< 50 ms")]


async def load(
    server: subprocess.Popen[bytes],
    client: httpx.AsyncClient,
    token: str,
    day: date,
    data: Path,
) -> list[Figure]:
    """Open loop: one check-in every 20 ms whatever the server does, latency counted
    from the moment it was due; a solve and a print job run beside it. The pages kept
    are thrown away first: every paper is drawn again."""
    shutil.rmtree(data / "prints", ignore_errors=True)
    await post(client, token, f"/dining/{day}/lunch/1/shift")
    beside = [await start_solve(client, token, day)]
    beside.append(await start_print(client, token, day))
    taps = RATE * SECONDS
    # Whoever got a meal at the door by now is rightly given no second one.
    waiting = asked(
        data,
        "SELECT number FROM elder WHERE id NOT IN"
        " (SELECT elder FROM meal WHERE day = ? AND elder IS NOT NULL)"
        " ORDER BY number LIMIT ?",
        str(day),
        taps,
    )
    numbers = [number for (number,) in waiting]
    begin = time.perf_counter() + 0.5
    results = await asyncio.gather(
        *(
            tap(client, token, day, number, begin + i / RATE)
            for i, number in enumerate(numbers)
        )
    )
    times = sorted(took for took, _ in results)
    errors = sum(not fine for _, fine in results)
    await asyncio.gather(*(job(client, location) for location in beside))
    listed = await client.get(f"/dining/{day}/lunch/1")
    served = int(re.search(r"<b>(\d+)</b><span>[^<]*已就餐", listed.text)[1])  # type: ignore[index]  # a figure is always on the page
    p99 = times[int(len(times) * 0.99)] * 1000
    p50 = statistics.median(times) * 1000
    memory = rss_mib(server.pid)
    return [
        Figure(
            f"{RATE} check-ins/s for {SECONDS} s beside a solve and a print: p99",
            f"{p99:.0f} ms (median {p50:.0f})",
            "< 100 ms",
        ),
        Figure("… errors", str(errors), "0"),
        Figure("… lost", str(taps - errors - served), "0"),
        Figure("… server memory afterwards", f"{memory:.0f} MiB", "< 300 MB"),
    ]


async def tap(
    client: httpx.AsyncClient,
    token: str,
    day: date,
    number: str,
    due: float,
    point: int = 1,
) -> tuple[float, bool]:
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    form = {"csrf": token, "act": str(uuid.uuid4()), "payment": "cash"}
    form |= {"q": number, "sure": "yes"}
    answer = await client.post(
        f"/dining/{day}/lunch/{point}/servings",
        data=form,
        headers={"HX-Request": "true"},
    )
    served = 'data-tone="ok"' in answer.text or 'data-tone="diet"' in answer.text
    fine = answer.status_code == 200 and served
    return time.perf_counter() - due, fine


def rss_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]  # always there on Linux


def as_table(figures: list[Figure], people: int) -> str:
    lines = [
        "# Benchmarks",
        "",
        f"One kitchen with {people} elders, embedded database, server and load on",
        "the same two cores. `./run bench` repeats it; times vary with the machine.",
        "Each page seven times, whole answer included; with the rounds out everything",
        "is loaded, counted and drawn that a day has.",
        "",
        "| what | measured | asked for |",
        "| --- | --- | --- |",
        *(figure.row for figure in figures),
        "",
    ]
    return "\n".join(lines)
