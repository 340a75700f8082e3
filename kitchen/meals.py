"""A meal handed over, once: at the door, over the counter or at the table.

The claim counts these rows and nothing else. One subsidised meal per person, day
and meal is decided by the unique index on `MealSlot`; a void is its own row, frees
the slot, and reverses the ledger entry.
"""

from kitchen.handing_over import hand_over_all
from kitchen.meal_tables import (
    Handed,
    Meal,
    MealRow,
    MealSlot,
    MealVoid,
    Serving,
    meals_for,
)
from kitchen.meal_voids import void_in_transaction, void_meal

__all__ = [
    "Handed",
    "Meal",
    "MealRow",
    "MealSlot",
    "MealVoid",
    "Serving",
    "hand_over_all",
    "meals_for",
    "void_in_transaction",
    "void_meal",
]
