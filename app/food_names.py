"""Foods of stored records in the reader's language.

A record names a dish or an ingredient as the kitchen calls it. Whoever reads English is
told its English name where it has one; the record stays as it was written.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

from app.i18n import language
from app.words.diets import dish_name
from kitchen import food
from kitchen.food import DishFacts, IngredientFacts

_english: ContextVar[Mapping[str, str]] = ContextVar(
    "food_names", default=MappingProxyType({})
)


async def read_food_names() -> None:
    """Know them for the rest of this request; nothing to do in Chinese."""
    if language.get() == "en":
        _english.set(await food.names_in_english())


def food_name(named: str | DishFacts | IngredientFacts) -> str:
    """A dish or an ingredient, by itself or by its stored name."""
    if isinstance(named, str):
        return _english.get().get(named, named)
    return dish_name(named)


def food_called(typed: str) -> str:
    """The name on record of what somebody typed in the reader's language."""
    mine = (name for name, english in _english.get().items() if english == typed)
    return next(mine, typed)
