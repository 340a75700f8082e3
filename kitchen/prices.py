"""What ingredients cost: a price holds from a day on, by supplier – written down, or
paid for goods that came in; the newest one of any supplier counts. Unknown is never
zero: without a price a cost is a lower bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import BigInt, Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert_many, one, rows, writing
from kitchen.errors import Refusal
from kitchen.food import DishFacts, Ingredient, RecipeLine
from kitchen.places import Kitchen
from kitchen.scaling import PLAIN, Scaling
from kitchen.staff import Actor

DEAREST_FEN_PER_KG = 10_000_000


class IngredientPrice(Table, tablename="ingredient_price"):
    """One supplier's price of one ingredient as bought, from a day on; append-only."""

    kitchen = ForeignKey(Kitchen, null=False)
    ingredient = ForeignKey(Ingredient, null=False)
    supplier = Text()
    fen_per_kg = BigInt()
    from_day = Date()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class PriceFacts:
    """One price as it was told."""

    id: int
    ingredient_id: int
    supplier: str
    fen_per_kg: int
    from_day: date
    at: datetime
    by: str


@dataclass(frozen=True)
class NewPrice:
    """A price to be recorded: whole fen for a kilogram as bought."""

    ingredient_id: int
    supplier: str
    fen_per_kg: int
    from_day: date


@dataclass(frozen=True)
class Cost:
    """Raw ingredients in fen, not rounded. `unpriced` names what has no price: then the
    amount is a lower bound."""

    fen: float = 0.0
    unpriced: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        return not self.unpriced


Prices = Mapping[int, int]
"""Ingredient id → fen per kilogram as bought."""


def cost_of(
    recipe: Iterable[RecipeLine], prices: Prices, scaling: Scaling = PLAIN
) -> Cost:
    """One normal serving of a recipe, at the weights this kitchen buys: by its own
    yields where it has told them. Water costs nothing."""
    fen, unpriced, empty = 0.0, set[str](), True
    for line in recipe:
        empty = False
        known = prices.get(line.ingredient.id)
        if known is not None:
            fen += known * scaling.gross_decigrams(line) / 10_000
        elif line.ingredient.is_bought:
            unpriced.add(line.ingredient.name)
    return Cost(fen, frozenset({"?"} if empty else unpriced))


def cost_of_set(
    dishes: Iterable[DishFacts], prices: Prices, scaling: Scaling = PLAIN
) -> Cost:
    """One normal serving of each dish."""
    costs = [cost_of(dish.recipe, prices, scaling) for dish in dishes]
    return Cost(
        sum(cost.fen for cost in costs),
        frozenset().union(*(cost.unpriced for cost in costs)),
    )


# Readers ----------------------------------------------------------------------


async def prices_on(kitchen_id: int, day: date) -> dict[int, int]:
    """What each ingredient costs on a day: the newest price begun by then."""
    found = await rows(
        "SELECT ingredient, fen_per_kg FROM ingredient_price"
        " WHERE kitchen = {} AND from_day <= {} ORDER BY from_day, id",
        kitchen_id,
        day,
    )
    return {row["ingredient"]: row["fen_per_kg"] for row in found}


async def newest_on(kitchen_id: int, day: date) -> dict[int, PriceFacts]:
    """The price that counts on a day with whose and since when it is, by ingredient."""
    found = await rows(
        "SELECT id, ingredient AS ingredient_id, supplier, fen_per_kg, from_day, at, by"
        " FROM ingredient_price WHERE kitchen = {} AND from_day <= {}"
        " ORDER BY from_day, id",
        kitchen_id,
        day,
    )
    return {row["ingredient_id"]: PriceFacts(**row) for row in found}


async def prices_of(kitchen_id: int, ingredient_id: int) -> list[PriceFacts]:
    """Every price of one ingredient, newest first."""
    found = await rows(
        "SELECT id, ingredient AS ingredient_id, supplier, fen_per_kg, from_day, at, by"
        " FROM ingredient_price WHERE kitchen = {} AND ingredient = {}"
        " ORDER BY from_day DESC, id DESC",
        kitchen_id,
        ingredient_id,
    )
    return [PriceFacts(**row) for row in found]


# Verbs ------------------------------------------------------------------------


async def set_prices(
    kitchen_id: int, prices: Sequence[NewPrice], *, by: Actor, now: datetime
) -> int:
    """Record prices; those told already are passed over. Returns how many were new.
    Refuses `ingredient_unknown`, `price_out_of_range`."""
    for price in prices:
        if not 0 <= price.fen_per_kg <= DEAREST_FEN_PER_KG:
            raise Refusal("price_out_of_range", price_fen=price.fen_per_kg)
    async with writing():
        known = {row["id"] for row in await rows("SELECT id FROM ingredient")}
        fresh = []
        for price in prices:
            if price.ingredient_id not in known:
                raise Refusal("ingredient_unknown", ingredient=price.ingredient_id)
            if not await _is_told(kitchen_id, price):
                fresh.append(price)
        await insert_many(
            IngredientPrice, [_stored(kitchen_id, price, by, now) for price in fresh]
        )
        if fresh:
            await audit.record(
                by=by.name,
                staff_id=by.staff_id,
                at=now,
                action="food.price",
                object_kind="kitchen",
                object_id=kitchen_id,
                after={
                    str(p.ingredient_id): [p.fen_per_kg, p.from_day.isoformat()]
                    for p in fresh
                },
            )
    return len(fresh)


async def paid_in_transaction(
    kitchen_id: int, price: NewPrice, *, by: Actor, now: datetime
) -> None:
    """What was paid for goods that came in is a price from that day on; inside the
    caller's `writing()`, which leaves the trace. Refuses `price_out_of_range`."""
    if not 0 <= price.fen_per_kg <= DEAREST_FEN_PER_KG:
        raise Refusal("price_out_of_range", price_fen=price.fen_per_kg)
    if not await _is_told(kitchen_id, price):
        await insert_many(IngredientPrice, [_stored(kitchen_id, price, by, now)])


def _stored(
    kitchen_id: int, price: NewPrice, by: Actor, now: datetime
) -> dict[str, object]:
    return {
        "kitchen": kitchen_id,
        "ingredient": price.ingredient_id,
        "supplier": price.supplier,
        "fen_per_kg": price.fen_per_kg,
        "from_day": price.from_day,
        "at": now,
        "by": by.name,
    }


async def _is_told(kitchen_id: int, price: NewPrice) -> bool:
    """Whether the newest price of that supplier and day says the same already."""
    newest = await one(
        "SELECT fen_per_kg FROM ingredient_price WHERE kitchen = {}"
        " AND ingredient = {} AND supplier = {} AND from_day = {}"
        " ORDER BY id DESC LIMIT 1",
        *(kitchen_id, price.ingredient_id, price.supplier, price.from_day),
    )
    return newest is not None and newest["fen_per_kg"] == price.fen_per_kg
