"""Days signed for, where a story is about their month and not about them."""

from datetime import datetime

from kitchen.balance import DayClose
from kitchen.calendar import days_of
from kitchen.database import insert, rows, writing


async def sign_days(kitchen: int, month: str, *, now: datetime) -> None:
    """Every meal served in that month stands closed, its balance taken for granted."""
    async with writing():
        served = await rows(
            "SELECT DISTINCT m.day, m.meal FROM meal m LEFT JOIN day_close d"
            " ON d.kitchen = m.kitchen AND d.day = m.day AND d.meal = m.meal"
            " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} AND d.id IS NULL",
            *(kitchen, *days_of(month)),
        )
        for one in served:
            signed = {"summary": "{}", "seal": "", "at": now, "by": "陈经理"}
            await insert(DayClose, kitchen=kitchen, **one, **signed)
