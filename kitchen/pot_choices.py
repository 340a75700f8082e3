"""How a dish is shared out over pots when somebody decides it by hand. The newest row
counts; an empty one gives the pots back to arithmetic.
"""

from datetime import date

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import rows
from kitchen.food import Dish
from kitchen.places import Kitchen

MOST_POTS = 40
FULL = "full"
"""Full pots first, then the remainder."""


class PotChoice(Table, tablename="pot_choice"):
    """Portions of each filling of the plain pot: "60,60,20"; or FULL."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    fillings = Text()
    at = Timestamptz()
    by = Text()


async def pot_choices_for(
    kitchen_id: int, day: date, meal: str
) -> dict[int, tuple[int, ...]]:
    """Dish → the fillings somebody chose."""
    told = await _newest(kitchen_id, day, meal)
    chosen = {dish: fillings_in(text) for dish, text in told.items() if text != FULL}
    return {dish: fillings for dish, fillings in chosen.items() if fillings}


async def full_first_for(kitchen_id: int, day: date, meal: str) -> set[int]:
    """The dishes whose pots are filled one after the other."""
    told = await _newest(kitchen_id, day, meal)
    return {dish for dish, text in told.items() if text == FULL}


async def _newest(kitchen_id: int, day: date, meal: str) -> dict[int, str]:
    found = await rows(
        "SELECT dish, fillings FROM pot_choice WHERE kitchen = {} AND day = {}"
        " AND meal = {} ORDER BY id",
        *(kitchen_id, day, meal),
    )
    return {row["dish"]: row["fillings"] for row in found}


def fillings_in(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)
