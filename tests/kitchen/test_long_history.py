"""What a till asks at every tap is found by an index, not read through years."""

from collections.abc import Awaitable, Callable, Sequence
from sqlite3 import Connection
from typing import Any

import pytest

from kitchen import cards, dining, guests, headcounts, shifts, sqlite_engine
from kitchen import database as db
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter

WHEN = (TODAY, "lunch")

Ask = Callable[[Cast], Awaitable[Any]]
QUESTIONS: dict[str, tuple[Any, Ask]] = {
    "list": (guests, lambda c: dining.served_at(c.chaoyang, TODAY, "lunch", 8)),
    "screen": (guests, lambda c: dining.served_last(c.chaoyang, TODAY, "lunch")),
    "figures": (shifts, lambda c: dining.totals_of(c.chaoyang, TODAY, "lunch", {})),
    "card": (cards, lambda c: cards.blocked_card("8800111277", c.kitchen)),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_till_reads_no_table_of_years_through(
    sqlite_database: object, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    module, ask = QUESTIONS[name]
    cast = await enter()
    asked: list[tuple[str, tuple[Any, ...]]] = []

    async def heard(sql: str, *values: Any) -> list[dict[str, Any]]:
        asked.append((sql, values))
        return await db.rows(sql, *values)

    monkeypatch.setattr(module, "rows", heard)
    await ask(cast)
    assert asked
    for sql, values in asked:
        plan = await db.rows(f"EXPLAIN QUERY PLAN {sql}", *values)
        steps = [str(row["detail"]) for row in plan]
        assert not [s for s in steps if s.startswith(("SCAN m", "SCAN c"))], steps


SMALL = (
    *("SCAN kitchen", "SCAN area", "SCAN dining_point", "SCAN meal_service"),
    *("SCAN v USING INDEX scheme_version_once", "SCAN b", "SCAN CONSTANT ROW"),
    "SCAN audit_line",  # from its end, one line
)
"""Read through as a whole, and never of years: places, schemes, who is barred."""


async def test_a_tap_reads_no_table_of_years_through(
    sqlite_database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, *WHEN, by=CHEN, now=MORNING)
    asked: dict[str, Sequence[Any]] = {}
    fetch = sqlite_engine._fetch

    def heard(connection: Connection, sql: str, args: Sequence[Any]) -> Any:
        asked[sql] = args
        return fetch(connection, sql, args)

    monkeypatch.setattr(sqlite_engine, "_fetch", heard)
    (guest,) = await dining.find("8800111277", cast.chaoyang, *WHEN)
    tap = dining.Request(cast.chaoyang, *WHEN, guest.person.id, "subsidised", "cash")
    await dining.serve("tap-1", tap, by=SUN, now=MORNING)
    monkeypatch.undo()
    assert len(asked) > 20
    for sql, args in asked.items():
        steps = await db.current().fetch(f"EXPLAIN QUERY PLAN {sql}", args)
        for step in steps:
            detail = str(step["detail"])
            assert not detail.startswith("SCAN") or detail.startswith(SMALL), sql
