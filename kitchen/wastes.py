"""What was weighed after service: food left in the kitchen, food gone bad, food that
came back on plates. Grams of one dish; portions that nobody got are `leftovers`.

Plate waste is a sample: so many plates were scraped and weighed, the rest follows.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.batches import HEAVIEST_GRAMS, cooked_for
from kitchen.database import insert, rows
from kitchen.errors import Refusal
from kitchen.food import Dish, dish_by_id
from kitchen.places import Kitchen
from kitchen.portions import DishSheet
from kitchen.production_records import record_once
from kitchen.staff import Actor

WHYS = ("left", "spoilt", "spilt", "plates")
ODD_WEIGHT_PERCENT = 5
"""Of the weight served: a ladle is no scale. More than that off wants a word."""


class Waste(Table, tablename="waste"):
    """Grams of a dish. why: left | spoilt | spilt | plates"""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    dish = ForeignKey(Dish, null=False)
    why = Text()
    grams = Integer()
    plates = Integer(null=True)  # how many were scraped, for `plates`
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class WasteFacts:
    """One weighing."""

    id: int
    day: date
    meal: str
    dish_id: int
    dish_name: str
    why: str
    grams: int
    plates: int | None
    at: datetime
    by: str


@dataclass(frozen=True)
class DishWaste:
    """What became of a dish, in grams; `per_plate_grams` None: no plates weighed."""

    by_why: Mapping[str, int]
    per_plate_grams: float | None

    @property
    def kitchen_grams(self) -> int:
        """Left, spoilt or spilt: it never reached anybody."""
        return sum(grams for why, grams in self.by_why.items() if why != "plates")

    def plates_grams(self, portions: int) -> int | None:
        """What comes back on all plates, going by the sample."""
        if self.per_plate_grams is None:
            return None
        return round(self.per_plate_grams * portions)


def waste_of(found: Iterable[WasteFacts]) -> dict[int, DishWaste]:
    """Dish → what was weighed of it."""
    grams: dict[int, dict[str, int]] = {}
    plates: dict[int, int] = {}
    for one in found:
        mine = grams.setdefault(one.dish_id, {})
        mine[one.why] = mine.get(one.why, 0) + one.grams
        plates[one.dish_id] = plates.get(one.dish_id, 0) + (one.plates or 0)
    return {
        dish: DishWaste(
            mine, mine.get("plates", 0) / plates[dish] if plates[dish] else None
        )
        for dish, mine in grams.items()
    }


@dataclass(frozen=True)
class WasteLine:
    """What was thrown away of one dish, beside what was cooked of it. `portions` and
    `percent` count what was weighed in the kitchen and, where plates were, what they
    say of all of them."""

    dish_id: int
    name: str
    cooked_portions: int
    portion_grams: int  # of a normal portion, cooked
    kitchen_grams: int
    plates_grams: int | None

    @property
    def grams(self) -> int:
        return self.kitchen_grams + (self.plates_grams or 0)

    @property
    def portions(self) -> float | None:
        """As normal portions; None where nobody knows what one weighs."""
        return self.grams / self.portion_grams if self.portion_grams else None

    @property
    def percent(self) -> float | None:
        """Of what was cooked; None where nothing was recorded."""
        if self.portions is None or not self.cooked_portions:
            return None
        return 100 * self.portions / self.cooked_portions


async def waste_lines(kitchen_id: int, day: date, meal: str) -> list[WasteLine]:
    """The dishes of which something was weighed, the most wasted first: what the
    day's balance says beside the portions."""
    found = await wastes_for(kitchen_id, day, meal)
    by_dish = waste_of(found)
    cooked: Counter[int] = Counter()
    for batch in await cooked_for(kitchen_id, day, meal):
        cooked[batch.dish_id] += batch.portions
    weights = await rows(
        "SELECT id, name, cooked_grams FROM dish WHERE id IN {}", sorted(by_dish)
    )
    lines = []
    for row in weights:
        mine, portions = by_dish[row["id"]], cooked[row["id"]]
        plates = mine.plates_grams(portions)
        lines.append(
            WasteLine(
                *(row["id"], row["name"], portions, row["cooked_grams"]),
                *(mine.kitchen_grams, plates),
            )
        )
    return sorted(lines, key=lambda line: (-line.grams, line.name))


@dataclass(frozen=True)
class WeightLine:
    """A dish all of whose pots were weighed, in grams: what came off the fire, and
    where it can have gone."""

    dish_id: int
    name: str
    weighed_grams: int
    portions_grams: int  # every portion of the count at the weight of its size
    sample_grams: int
    left_grams: int  # weighed in the kitchen after service
    portion_grams: int  # of a normal portion
    buffer_portions: int = 0

    @property
    def accounted_grams(self) -> int:
        return self.portions_grams + self.sample_grams + self.left_grams

    @property
    def difference_grams(self) -> int:
        """Above nought: more was cooked than portions, samples and leftovers make."""
        return self.weighed_grams - self.accounted_grams

    def is_odd(self, spare_portions: int = 0) -> bool:
        """Whether it is off by more than ladles are, `spare_portions` – of those
        cancelled after the close – served or not."""
        slack = self.portions_grams * ODD_WEIGHT_PERCENT / 100
        spare = (spare_portions + self.buffer_portions) * self.portion_grams
        return not -slack <= self.difference_grams <= spare + slack


def weight_lines(
    dishes: Iterable[DishSheet],
    weighed: Mapping[int, int],
    sampled: Mapping[int, int],
    waste: Mapping[int, DishWaste],
) -> tuple[WeightLine, ...]:
    """Portions × weights beside what the pots weighed; mappings are by dish, in grams.
    A dish whose portion nobody has weighed is left out. Pure."""
    return tuple(
        WeightLine(
            sheet.dish.id,
            sheet.dish.name,
            weighed[sheet.dish.id],
            sheet.portions_grams,
            sampled.get(sheet.dish.id, 0),
            mine.kitchen_grams if mine else 0,
            sheet.dish.cooked_grams,
            sheet.buffer_portions,
        )
        for sheet in dishes
        if sheet.dish.id in weighed and sheet.dish.cooked_grams
        for mine in [waste.get(sheet.dish.id)]
    )


async def wastes_between(kitchen_id: int, first: date, last: date) -> list[WasteFacts]:
    """What was weighed on these days, rows taken back left out."""
    found = await rows(
        "SELECT w.id AS id, w.day AS day, w.meal AS meal, w.dish AS dish_id,"
        " d.name AS dish_name, w.why AS why, w.grams AS grams, w.plates AS plates,"
        " w.at AS at, w.by AS by FROM waste w JOIN dish d ON d.id = w.dish"
        " WHERE w.kitchen = {} AND w.day >= {} AND w.day <= {} AND w.id NOT IN"
        " (SELECT row_id FROM production_void WHERE kind = 'waste') ORDER BY w.id",
        *(kitchen_id, first, last),
    )
    return [WasteFacts(**row) for row in found]


async def wastes_for(kitchen_id: int, day: date, meal: str) -> list[WasteFacts]:
    """What was weighed of a meal."""
    found = await wastes_between(kitchen_id, day, day)
    return [one for one in found if one.meal == meal]


async def record_waste(
    kitchen_id: int,
    day: date,
    meal: str,
    dish_id: int,
    why: str,
    grams: int,
    plates: int | None = None,
    *,
    act: uuid.UUID | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Food was weighed and thrown away. Refuses `waste_weight`, `plates_missing`,
    `dish_unknown`, `day_closed`."""
    if why not in WHYS:
        raise ValueError(f"no waste {why!r}")
    dish = await dish_by_id(dish_id)
    if not 0 < grams <= HEAVIEST_GRAMS:
        raise Refusal("waste_weight", dish=dish.name, grams=grams)
    if why == "plates" and not plates:
        raise Refusal("plates_missing", dish=dish.name)
    values = {"why": why, "grams": grams, "plates": plates if why == "plates" else None}

    async def do() -> dict[str, Any]:
        where = {"kitchen": kitchen_id, "day": day, "meal": meal, "dish": dish_id}
        return {"id": await insert(Waste, **where, **values, at=now, by=by.name)}

    body = {"dish": dish.code, **values}
    return await record_once("waste", kitchen_id, day, meal, body, do, act, by, now)
