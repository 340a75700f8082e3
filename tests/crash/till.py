"""A till as its own process, made to be killed: `till.py URL KEYS ROUND`.

It does acts as fast as it can, four at a time, and prints the key and the answer of
each one after its commit, as a server answers.
"""

import asyncio
import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path

from kitchen import acts, audit, database, sealing

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


async def serve(key: str) -> tuple[int, bool]:
    """One act: its effect is one audit line; the answer is that line's number."""

    async def do() -> acts.Answer:
        await audit.record(
            by="孙",
            staff_id=1,
            at=NOON,
            action="meal_served",
            object_kind="meal",
            object_id=key,
        )
        await audit.join_chain()
        line = await database.one("SELECT MAX(id) AS id FROM audit_line")
        return {"line": line["id"] if line else 0}

    async with database.writing():
        answer, repeated = await acts.once(key, "孙", NOON, {"key": key}, do)
    return answer["line"], repeated


async def rush(round_name: str) -> None:
    numbers = itertools.count()

    async def one_queue() -> None:
        for number in numbers:
            key = f"{round_name}-{number}"
            line, _ = await serve(key)
            print(key, line, flush=True)

    await asyncio.gather(*(one_queue() for _ in range(4)))


if __name__ == "__main__":
    url, keys, name = sys.argv[1:]
    sealing.use(sealing.Keyring.load(Path(keys)))
    database.configure(url, [audit.AuditLine, acts.Act])
    asyncio.run(rush(name))
