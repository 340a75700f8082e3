"""What to buy: gross weights over days and meals, less what is on hand, in whole packs,
by the supplier whose price counts, and at that price.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.food import DishFacts, Ingredient, IngredientFacts
from kitchen.goods import on_hand, stock_for
from kitchen.kitchen_day import sheets_over
from kitchen.places import Kitchen, services_for
from kitchen.portions import Purchase, purchases_for
from kitchen.prices import newest_on
from kitchen.staff import Actor

LONGEST = timedelta(days=13)
"""From the first to the last day of one list."""


class PackSize(Table, tablename="pack_size"):
    """Grams of one pack of an ingredient as it is sold here; the newest row counts."""

    kitchen = ForeignKey(Kitchen, null=False)
    ingredient = ForeignKey(Ingredient, null=False)
    grams = Integer()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Quote:
    """Whose price of an ingredient counts, and how much it is."""

    supplier: str
    fen_per_kg: int


@dataclass(frozen=True, eq=False, repr=False)
class BuyLine:
    """One ingredient to buy. Grams; `packs` and `pack_grams` None: sold loose."""

    ingredient: IngredientFacts
    need_grams: int
    hand_grams: int
    pack_grams: int | None
    supplier: str
    fen_per_kg: int | None
    dishes: tuple[DishFacts, ...]

    @property
    def short_grams(self) -> int:
        return max(self.need_grams - self.hand_grams, 0)

    @property
    def packs(self) -> int | None:
        if self.pack_grams is None:
            return None
        return -(-self.short_grams // self.pack_grams)

    @property
    def buy_grams(self) -> int:
        """What is ordered: whole packs, never less than what is short."""
        if self.packs is None or self.pack_grams is None:
            return self.short_grams
        return self.packs * self.pack_grams

    @property
    def fen(self) -> int | None:
        """The price of it; None while nobody told one."""
        if self.fen_per_kg is None:
            return None
        return -(-self.buy_grams * self.fen_per_kg // 1000)


def lines_of(
    purchases: Iterable[Purchase],
    hand: Mapping[int, int],
    packs: Mapping[int, int],
    quotes: Mapping[int, Quote],
) -> list[BuyLine]:
    """The list by supplier; ingredients nobody sold yet come last."""
    lines = []
    for one in purchases:
        quote = quotes.get(one.ingredient.id)
        lines.append(
            BuyLine(
                ingredient=one.ingredient,
                need_grams=one.gross_grams,
                hand_grams=min(hand.get(one.ingredient.id, 0), one.gross_grams),
                pack_grams=packs.get(one.ingredient.id),
                supplier=quote.supplier if quote else "",
                fen_per_kg=quote.fen_per_kg if quote else None,
                dishes=one.dishes,
            )
        )
    return sorted(lines, key=lambda line: (not line.supplier, line.supplier))


async def buying_for(
    kitchen_id: int, days: Sequence[date], meals: Sequence[str]
) -> list[BuyLine]:
    """The purchase list of these days and meals. Stock that expires before the last
    of the days is not counted on."""
    served = await services_for(kitchen_id, min(days, default=date.min))
    sheets = await sheets_over(
        kitchen_id, [(day, meal) for day in days for meal in meals if meal in served]
    )
    hand = on_hand(await stock_for(kitchen_id), max(days))
    return lines_of(
        purchases_for(sheets),
        hand,
        await packs_for(kitchen_id),
        await quotes_for(kitchen_id, min(days)),
    )


def days_from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


async def packs_for(kitchen_id: int) -> dict[int, int]:
    """Ingredient → grams of a pack."""
    found = await rows(
        "SELECT ingredient, grams FROM pack_size WHERE kitchen = {} ORDER BY id",
        kitchen_id,
    )
    return {row["ingredient"]: row["grams"] for row in found}


async def quotes_for(kitchen_id: int, day: date) -> dict[int, Quote]:
    """Ingredient → whose price counts on that day, and how much: the same price that
    the menu's cost per head is reckoned with."""
    found = await newest_on(kitchen_id, day)
    return {food: Quote(one.supplier, one.fen_per_kg) for food, one in found.items()}


async def set_pack(
    kitchen_id: int, ingredient_id: int, grams: int, *, by: Actor, now: datetime
) -> None:
    """How an ingredient is packed. Refuses `lot_weight`, `ingredient_unknown`."""
    if not 0 < grams <= 100_000:
        raise Refusal("lot_weight", grams=grams)
    async with writing():
        if not await rows("SELECT id FROM ingredient WHERE id = {}", ingredient_id):
            raise Refusal("ingredient_unknown", ingredient=ingredient_id)
        if (await packs_for(kitchen_id)).get(ingredient_id) == grams:
            return
        values = {"kitchen": kitchen_id, "ingredient": ingredient_id, "grams": grams}
        await insert(PackSize, **values, at=now, by=by.name)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="goods.pack",
            object_kind="goods",
            object_id=ingredient_id,
            after=values,
        )
