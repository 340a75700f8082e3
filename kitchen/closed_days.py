"""A meal whose day was closed, or is just being closed, takes no more rows.

Everything the balance counts asks here first: what was signed must still come out.
"""

from datetime import date

from kitchen.database import Asked, Lock, lock_all, lock_for, rows
from kitchen.errors import Refusal


async def refuse_closed_day(kitchen_id: int, day: date, meal: str) -> None:
    """Refuses `day_closed`; otherwise the day cannot be closed before the caller's
    `writing()` has ended."""
    await lock_all([lock_of(kitchen_id, day, meal)])
    if await rows(*asked(kitchen_id, day, meal)):
        raise Refusal("day_closed", day=day, meal=meal)


def lock_of(kitchen_id: int, day: date, meal: str) -> Lock:
    """What whoever writes on a meal holds: its day is not closed meanwhile."""
    return Lock("day", _key(kitchen_id, day, meal), shared=True)


def asked(kitchen_id: int, day: date, meal: str) -> Asked:
    """Whether that meal's day was closed."""
    return (
        "SELECT id FROM day_close WHERE kitchen = {} AND day = {} AND meal = {}",
        *(kitchen_id, day, meal),
    )


async def hold_day(kitchen_id: int, day: date, meal: str) -> None:
    """Wait for whoever still writes on this meal, and let nobody begin until the
    caller's `writing()` has ended."""
    await lock_for("day", _key(kitchen_id, day, meal))


def _key(kitchen_id: int, day: date, meal: str) -> str:
    return f"{kitchen_id}|{day}|{meal}"
