"""What does not grow in proportion, and what comes out of what was bought: salt and oil
in large pots, and the edible part this kitchen really gets. Both are the kitchen's own
figures with their source; until it has said something, everything is in proportion and
the composition table's edible part counts. Each change is a row; the newest one holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from piccolo.columns import Float, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.food import Ingredient, IngredientFacts, RecipeLine
from kitchen.places import Kitchen
from kitchen.staff import Actor

KINDS = ("seasoning", "oil")
OIL_GROUP = "油脂类"


class ScaleRule(Table, tablename="scale_rule"):
    """How one kind of ingredient grows with the portions of a pot."""

    kitchen = ForeignKey(Kitchen, null=False)
    kind = Text()  # seasoning | oil
    base_portions = Integer()
    exponent_percent = Integer()
    source = Text()
    at = Timestamptz()
    by = Text()


class YieldFactor(Table, tablename="yield_factor"):
    """The percent of one ingredient as bought that this kitchen cooks. 0 = as the
    composition table says again."""

    kitchen = ForeignKey(Kitchen, null=False)
    ingredient = ForeignKey(Ingredient, null=False)
    percent = Float()
    source = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Rule:
    """Up to `base_portions` in one pot in proportion; above it the amount grows with
    the power `exponent_percent` ÷ 100 of the pot: 100 = in proportion, 90 = twice the
    pot takes 2^0.9 = 1.87 times the salt."""

    base_portions: int = 1
    exponent_percent: int = 100
    source: str = ""

    def __post_init__(self) -> None:
        if (
            not 1 <= self.base_portions <= 2000
            or not 50 <= self.exponent_percent <= 100
        ):
            raise Refusal("scale_rule", base=self.base_portions)
        if self.exponent_percent < 100 and not self.source.strip():
            raise Refusal("source_missing")

    def share(self, portions: float) -> float:
        """The part of the proportional amount that a pot of so many portions takes."""
        if portions <= self.base_portions:
            return 1.0
        return float(
            (portions / self.base_portions) ** (self.exponent_percent / 100 - 1)
        )


@dataclass(frozen=True)
class Scaling:
    """The kitchen's own figures: rules by kind, and ingredient → percent cooked."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    yields: Mapping[int, float] = field(default_factory=dict)

    def share(self, food: IngredientFacts, fillings: Iterable[float]) -> float:
        """The part of the proportional amount over all pots of a dish, each by its own
        size in normal portions. At most 1; 1 where nothing is said."""
        rule = self.rules.get(kind_of(food))
        sizes = [size for size in fillings if size > 0]
        if rule is None or not sizes:
            return 1.0
        return sum(size * rule.share(size) for size in sizes) / sum(sizes)

    def gross_decigrams(self, line: RecipeLine) -> float:
        """What is bought for one serving of a line."""
        percent = self.yields.get(line.ingredient.id)
        if not percent:
            return line.gross_decigrams
        return line.net_decigrams * 100 / percent


PLAIN = Scaling()


def kind_of(food: IngredientFacts) -> str:
    """seasoning | oil, or "" for what always grows in proportion."""
    if food.is_seasoning:
        return "seasoning"
    return "oil" if food.food_group == OIL_GROUP else ""


# Readers ------------------------------------------------------------------------


async def scaling_for(kitchen_id: int) -> Scaling:
    """What holds now."""
    rules = await rows(
        "SELECT kind, base_portions, exponent_percent, source FROM scale_rule"
        " WHERE kitchen = {} ORDER BY id",
        kitchen_id,
    )
    yields = await rows(
        "SELECT ingredient, percent FROM yield_factor WHERE kitchen = {} ORDER BY id",
        kitchen_id,
    )
    newest = {row["ingredient"]: row["percent"] for row in yields}
    return Scaling(
        {
            row["kind"]: Rule(
                row["base_portions"], row["exponent_percent"], row["source"]
            )
            for row in rules
        },
        {food: percent for food, percent in newest.items() if percent},
    )


# Verbs --------------------------------------------------------------------------


async def set_rules(
    kitchen_id: int, rules: Mapping[str, Rule], *, by: Actor, now: datetime
) -> None:
    """From now on these kinds grow so, all of them or none; the same again changes
    nothing."""
    if unknown := set(rules) - set(KINDS):
        raise ValueError(f"no kind {unknown}")
    async with writing():
        held = (await scaling_for(kitchen_id)).rules
        for kind, rule in rules.items():
            if held.get(kind, Rule()) == rule:
                continue
            values = {
                "kind": kind,
                "base_portions": rule.base_portions,
                "exponent_percent": rule.exponent_percent,
                "source": rule.source.strip(),
            }
            await insert(ScaleRule, kitchen=kitchen_id, **values, at=now, by=by.name)
            await _trace("food.scale", kitchen_id, values, by=by, now=now)


async def set_yield(
    kitchen_id: int,
    ingredient_id: int,
    percent: float,
    source: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """So much of an ingredient as bought is cooked here; 0 takes it back. Refuses
    `yield_percent` (1 to 300: dried food swells), `source_missing`,
    `ingredient_unknown`."""
    if percent and not 1 <= percent <= 300:
        raise Refusal("yield_percent", percent=f"{percent:g}")
    if percent and not source.strip():
        raise Refusal("source_missing")
    async with writing():
        if not await rows("SELECT id FROM ingredient WHERE id = {}", ingredient_id):
            raise Refusal("ingredient_unknown", ingredient=ingredient_id)
        if (await scaling_for(kitchen_id)).yields.get(ingredient_id, 0.0) == percent:
            return
        values = {
            "ingredient": ingredient_id,
            "percent": float(percent),
            "source": source.strip(),
        }
        await insert(YieldFactor, kitchen=kitchen_id, **values, at=now, by=by.name)
        await _trace("food.yield", kitchen_id, values, by=by, now=now)


async def _trace(
    action: str,
    kitchen_id: int,
    after: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="kitchen",
        object_id=kitchen_id,
        after=dict(after),
    )
