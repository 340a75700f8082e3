"""How long `verify` takes over years of meals: every line of the chain, every row of
money against its line, the books, the slots. Part of `./run bench till`.

The history is `benchmarks.history`'s; its audit lines are written as the product writes
them, one for each meal with the digests of its rows, under the same key.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import verifying
from app.backups import CHECK_SECONDS
from benchmarks.figures import Figure
from benchmarks.history import NOW, TODAY, write_history
from kitchen import audit, database, sealing, upgrading, vouching
from kitchen.audit import AuditLine
from kitchen.database import rows, writing
from kitchen.demo import build
from kitchen.passwords import hash_password
from kitchen.schema import TABLES

AT_ONCE = 4_000  # meals read and vouched for in one transaction


async def measure(history: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kitchen.db"
        sealing.use(sealing.Keyring.new())
        await upgrading.upgrade(await opened(path))
        await database.open()
        hashed = hash_password("not used 2026")
        await build(people=180, seed=1, today=TODAY, now=NOW, password_hash=hashed)
        newest = await number("SELECT MAX(id) AS n FROM meal")
        await database.close()
        count = write_history(path, history)
        await opened(path)
        await database.open()
        lines = await vouch_for_meals(newest)
        figures = [Figure("meals of history", f"{count:,}", f"{history:,}")]
        figures += [Figure("audit lines", f"{lines:,}", "–")]
        figures += await timed()
        await database.close()
    return figures


async def opened(path: Path) -> Any:
    return database.configure(f"sqlite:///{path}", TABLES)


async def timed() -> list[Figure]:
    """Each check by itself. Only a sound database is walked to its end."""
    figures, whole = [], 0.0
    async with database.reading():
        for check in verifying.CHECKS:
            begun = time.perf_counter()
            told = await check()
            took = time.perf_counter() - begun
            assert told.ok, (told.code, told.fault)
            whole += took
            if told.checked:
                what = f"… {told.code}: {told.checked:,}"
                figures.append(Figure(what, f"{took:.1f} s", "–"))
    limit = f"≤ {CHECK_SECONDS:.0f} s, the backup's patience"
    return [Figure("verify, all checks", f"{whole:.0f} s", limit), *figures]


async def number(sql: str) -> int:
    return int((await rows(sql))[0]["n"] or 0)


async def vouch_for_meals(after: int) -> int:
    """A line for each meal of the history that has none; how many lines there are."""
    last = await rows("SELECT mac FROM audit_line ORDER BY id DESC LIMIT 1")
    prev = str(last[0]["mac"])
    while found := await rows(
        "SELECT * FROM meal WHERE id > {} ORDER BY id LIMIT {}", after, AT_ONCE
    ):
        after = found[-1]["id"]
        entries = await rows(
            "SELECT * FROM entry WHERE id >= {} AND id <= {}",
            *(found[0]["entry"], found[-1]["entry"]),
        )
        posted = await vouching._digests(
            vouching.POSTINGS, [entry["id"] for entry in entries]
        )
        told = {entry["id"]: vouching.digest_of(entry) for entry in entries}
        lines = []
        for meal in found:
            digests = {
                f"entry {meal['entry']}": told[meal["entry"]],
                f"meal {meal['id']}": vouching.digest_of(meal),
                f"postings {meal['entry']}": posted[meal["entry"]],
            }
            line = line_of(meal, digests)
            mac = audit._mac(prev, line)
            lines.append({**line, "prev": prev, "mac": mac})
            prev = mac
        async with writing():
            await database.insert_many(AuditLine, lines)
    return await number("SELECT COUNT(*) AS n FROM audit_line")


def line_of(meal: dict[str, Any], digests: dict[str, str]) -> dict[str, Any]:
    """As `handing_over` records it."""
    facts = {name: meal[name] for name in ("elder", "day", "meal", "self_pay_fen")}
    return {
        "at": datetime.combine(meal["day"], NOW.timetz()).astimezone(UTC),
        "actor": meal["by"],
        "staff_id": 1,
        "device": meal["device"],
        "action": "meal.hand_over",
        "object_kind": "meal",
        "object_id": str(meal["id"]),
        "before": audit.canonical({}),
        "after": audit.canonical(
            {**facts, "channel": meal["channel"], "vouched": digests}
        ),
        "reason": "",
    }
