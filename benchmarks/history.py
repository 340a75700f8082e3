"""Two million meals behind the till: what a month's settlement takes, and whether the
next meal notices. `./run bench history [MEALS]`.

A kitchen on the embedded database with 8,000 elders, written row by row as the product
writes them: meal, slot, entry, postings.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kitchen import database, findings, meals, sealing, settlement, upgrading
from kitchen.balance import DayClose
from kitchen.database import writing
from kitchen.demo import build
from kitchen.findings import FindingSettled
from kitchen.meals import Serving
from kitchen.passwords import hash_password
from kitchen.registry import elders_of
from kitchen.schema import TABLES
from kitchen.staff import Actor

PEOPLE = 8_000
MONTH, TODAY = "2026-10", date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TILL = Actor(1, "测量", "manager")
SERVED = 200

ELDERS = """
INSERT INTO elder ({columns}) SELECT {values}
FROM elder JOIN (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n
  WHERE n < ?) SELECT n FROM n) n WHERE elder.id = (SELECT MIN(id) FROM elder
  WHERE point IS NOT NULL AND hukou_area IS NOT NULL)
"""
OWN = {
    "id": "{base} + n.n",
    "number": "printf('%07d', 500000 + n.n)",
    "birth_date": "date('1930-01-01', '+' || (n.n % 9000) || ' days')",
    "id_index": "''",
    "phone_index": "''",
    "household": "NULL",
    "import_run": "NULL",
}
"""What one elder does not share with the one copied."""
ENTRIES = """
INSERT INTO entry SELECT ? + e.id, e.kitchen, 'meal', ?, ?, '测量', '', NULL
FROM elder e WHERE e.id > ?
"""
POSTINGS = """
INSERT INTO posting (entry, account, fen) SELECT ? + e.id, a.id, a.fen FROM elder e
JOIN (SELECT id, 320 AS fen FROM account WHERE code = 'funder:city'
  UNION SELECT id, 480 FROM account WHERE code = 'funder:district'
  UNION SELECT id, 500 FROM account WHERE code LIKE 'cash:%' GROUP BY 2
  UNION SELECT id, -1300 FROM account WHERE code LIKE 'kitchen:%' GROUP BY 2) a
WHERE e.id > ?
"""
MEALS = """
INSERT INTO meal (id, kitchen, day, meal, elder, diner, portion, channel, point,
  stop_id, tariff, list_price_fen, self_pay_fen, lines, scheme_version, payment, entry,
  served_at, source, reason, device, at, by, extras, delivery_self_fen, community)
SELECT ? + e.id, e.kitchen, ?, 'lunch', e.id, NULL, 1, 'table',
  (SELECT MIN(id) FROM dining_point) + e.id % 4, NULL,
  'subsidised', 1300, 500, json_array(
    json_array('funder:city', 320, (e.id % 41 + 60) || ' 岁（当天）；第 1 条'),
    json_array('funder:district', 480, (e.id % 41 + 60) || ' 岁（当天）；第 1 条')),
  1, 'cash', ? + e.id, ?, 'till', '', '平板' || (e.id % 4) || '-' || (e.id % 97), ?,
  '测量', '[]', 0, e.hukou_area FROM elder e WHERE e.id > ?
"""
SLOTS = """
INSERT INTO meal_slot (elder, day, meal, served) SELECT e.id, ?, 'lunch', ? + e.id
FROM elder e WHERE e.id > ?
"""


def main(arguments: list[str]) -> int:
    wanted = int(arguments[0]) if arguments else 2_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kitchen.db"
        rows = asyncio.run(measure(path, wanted))
    print("| what | measured | asked for |\n| --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    return 0


async def measure(path: Path, wanted: int) -> list[tuple[str, str, str]]:
    sealing.use(sealing.Keyring.new())
    engine = database.configure(f"sqlite:///{path}", TABLES)
    await upgrading.upgrade(engine)
    await database.open()
    hashed = hash_password("not used 2026")
    town = await build(people=180, seed=1, today=TODAY, now=NOW, password_hash=hashed)
    kitchen = town.kitchen_id
    before = await serve(kitchen, date(2026, 11, 2))
    await database.close()
    count = write_history(path, wanted)
    database.configure(f"sqlite:///{path}", TABLES)
    await database.open()
    after = await serve(kitchen, date(2026, 11, 9))
    begun = time.perf_counter()
    report = await settlement.recompute(kitchen, MONTH)
    summed = time.perf_counter() - begun
    begun = time.perf_counter()
    found = await findings.findings(kitchen, MONTH)
    looked = time.perf_counter() - begun
    word = {"kitchen": kitchen, "month": MONTH, "note": "测量", "recovery": None}
    days = {one.day for one in found if one.kind == "day_open"}
    signed = {"kitchen": kitchen, "meal": "lunch", "summary": "{}", "seal": ""}
    async with writing():
        await database.insert_many(
            DayClose, [{**signed, "day": d, "at": NOW, "by": "测量"} for d in days]
        )
        await database.insert_many(
            FindingSettled,
            [
                {**word, "key": one.key, "at": NOW, "by": "测量"}
                for one in found
                if one.key
            ],
        )
    begun = time.perf_counter()
    await settlement.close_month(kitchen, MONTH, today=TODAY, by=TILL, now=NOW)
    closed = time.perf_counter() - begun
    assert report.meals == report.subsidy_fen // 800
    await database.close()
    size = path.stat().st_size / 2**20  # noqa: ASYNC240 - nobody else waits
    return [
        ("meals of history", f"{count:,} ({size:,.0f} MiB)", "2,000,000"),
        (f"meals of the month {MONTH}", f"{report.meals:,}", "–"),
        ("month summed from its meals", f"{summed:.1f} s", "≤ 10 s"),
        (f"findings ({len(found)})", f"{looked:.1f} s", "≤ 10 s"),
        ("month closed: findings and sum", f"{closed:.1f} s", "≤ 10 s"),
        ("a meal, empty history: median", f"{before:.1f} ms", "–"),
        ("a meal, full history: median", f"{after:.1f} ms", "unchanged"),
    ]


async def serve(kitchen: int, first: date) -> float:
    """Median milliseconds of a subsidised lunch, one person after another."""
    people = [one for one in await elders_of(kitchen) if one.point_id][:50]
    took = []
    for number in range(SERVED):
        person = people[number % len(people)]
        serving = Serving(
            kitchen_id=kitchen,
            day=first + timedelta(days=number // len(people)),
            meal="lunch",
            elder_id=person.id,
            diner_id=None,
            portion=1,
            channel="table",
            point_id=person.point_id,
            stop_id=None,
            tariff="subsidised",
            payment="cash",
            served_at=NOW,
            source="till",
        )
        begun = time.perf_counter()
        async with writing():
            await meals.hand_over_all([serving], by=TILL, now=NOW)
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def write_history(path: Path, wanted: int) -> int:
    """Workday after workday backwards from the month's end until there are enough."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = OFF")
        base = file.execute("SELECT MAX(id) FROM elder").fetchone()[0]
        names = [row[1] for row in file.execute("PRAGMA table_info(elder)")]
        values = [OWN.get(name, f"elder.{name}").format(base=base) for name in names]
        told = {"columns": ", ".join(names), "values": ", ".join(values)}
        file.execute(ELDERS.format(**told), (PEOPLE,))
        used = max(
            file.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0]
            for table in ("meal", "entry")
        )
        day, count = date(2026, 10, 31), 0
        while count < wanted:
            if day.weekday() < 5:
                at = f"{day} 04:{count // PEOPLE % 60:02}:00+00:00"
                key = used + count
                file.execute(ENTRIES, (key, str(day), at, base))
                file.execute(POSTINGS, (key, base))
                file.execute(MEALS, (key, str(day), key, at, at, base))
                file.execute(SLOTS, (str(day), key, base))
                count += PEOPLE
            day -= timedelta(days=1)
        file.commit()
        return count
