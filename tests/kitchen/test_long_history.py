"""What a till asks at every tap is found by an index, not read through years."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kitchen import cards, dining, guests, shifts
from kitchen import database as db
from tests.kitchen.cast import TODAY, Cast, enter

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
