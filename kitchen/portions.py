"""The kitchen's sheet: portions by dish and variant, batches, weights, samples and
the purchase list. Pure, on orders and blocks.

Every order is one serving of each dish of its set (`kitchen.blocks`) and one cell of
the packing grid (`kitchen.packing`), so their totals agree.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from kitchen.blocks import Block, Order
from kitchen.clashes import FINISHES, OWN_PAN, Step
from kitchen.food import CATEGORIES, DishFacts, IngredientFacts, RecipeLine
from kitchen.places import KitchenFacts, ServiceFacts

# Minutes before "everything cooked" at which a category leaves the pot, when nobody
# has said otherwise: rice and soup hold their heat, leaves are fried last.
READY_EARLIER = {"staple": 20, "soup": 15, "main": 10, "half": 5, "vegetable": 0}
LOW_SALT_PERCENT = 50  # of the seasoning in a low-salt pan


@dataclass(frozen=True, eq=False, repr=False)
class Pot:
    """What is cooked together: `steps` are what the pan needs (none = as it is for
    everybody), `batches` portions per pot filling. What is done after cooking, such
    as mincing, does not need a pan of its own."""

    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]
    batches: tuple[int, ...]

    @property
    def portions(self) -> int:
        return sum(block.portions for block in self.blocks)

    @property
    def finishes(self) -> list[tuple[tuple[Step, ...], int]]:
        """Steps after cooking → portions of this pot that get them; "as everybody"
        is left out."""
        found: dict[tuple[Step, ...], int] = {}
        for block in self.blocks:
            after = tuple(s for s in block.steps if s.kind in FINISHES)
            if after:
                found[after] = found.get(after, 0) + block.portions
        return sorted(found.items(), key=lambda item: -item[1])


@dataclass(frozen=True)
class Need:
    """How much of one ingredient, raw: edible and as bought."""

    ingredient: IngredientFacts
    net_grams: float
    gross_grams: float


@dataclass(frozen=True, eq=False, repr=False)
class DishSheet:
    """One dish of the day as the cook needs it.

    `portions` counts everyone who gets this dish, also as a substitute; the open
    ones among them are in no pot until someone decides.
    """

    dish: DishFacts
    out_of_pot_minutes: int
    blocks: tuple[Block, ...]
    replaced: tuple[Block, ...]  # those of its set who get another dish
    pots: tuple[Pot, ...]
    sample_grams: int
    needs: tuple[Need, ...]

    @property
    def portions(self) -> int:
        return sum(block.portions for block in self.blocks)

    @property
    def open_portions(self) -> int:
        return sum(block.portions for block in self.blocks if block.is_open)

    @property
    def weighted_percent(self) -> int:
        return sum(block.weighted_percent for block in self.blocks)

    @property
    def cooked_grams(self) -> int:
        """Total weight out of the pots, the retained sample included."""
        servings = self.weighted_percent * self.dish.cooked_grams
        return ceil(servings / 100) + self.sample_grams

    @property
    def variants(self) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.is_clash)

    @property
    def recipe_missing(self) -> bool:
        return not self.dish.recipe


@dataclass(frozen=True, eq=False, repr=False)
class ProductionSheet:
    """All dishes of a meal, by the time they leave the pot."""

    dishes: tuple[DishSheet, ...]
    eater_portions: int
    spare_portions: int

    @property
    def portions(self) -> int:
        """Meals: people's portions and spares."""
        return self.eater_portions + self.spare_portions

    @property
    def open_blocks(self) -> tuple[Block, ...]:
        return tuple(b for d in self.dishes for b in d.blocks if b.is_open)

    @property
    def open_people(self) -> dict[int, tuple[DishFacts, ...]]:
        """Elder → dishes nobody has decided about yet."""
        found: dict[int, list[DishFacts]] = {}
        for block in self.open_blocks:
            for order in block.people:
                found.setdefault(order.elder_id or 0, []).append(block.dish)
        return {elder_id: tuple(dishes) for elder_id, dishes in found.items()}


def sheet_for(
    orders: Collection[Order],
    blocks: Iterable[Block],
    kitchen: KitchenFacts,
    service: ServiceFacts,
    batching: str = "equal",
) -> ProductionSheet:
    """The production sheet of one meal. `batching`: equal | full (full pots first)."""
    by_dish: dict[DishFacts, list[Block]] = {}
    replaced: dict[DishFacts, list[Block]] = {}
    for block in blocks:
        by_dish.setdefault(block.dish, []).append(block)
        if block.source is not None:
            replaced.setdefault(block.source, []).append(block)
    for dish in replaced:
        by_dish.setdefault(dish, [])
    sheets = [
        DishSheet(
            dish=dish,
            out_of_pot_minutes=service.cooked_by_minutes
            - READY_EARLIER.get(dish.category, 0),
            blocks=tuple(mine),
            replaced=tuple(replaced.get(dish, ())),
            pots=tuple(pots_for(mine, kitchen.pot_portions, batching)),
            sample_grams=kitchen.sample_grams if mine else 0,
            needs=tuple(needs_for(dish, mine, kitchen.sample_grams)),
        )
        for dish, mine in by_dish.items()
    ]
    sheets.sort(key=_by_time)
    named = sum(order.portions for order in orders if order.elder_id is not None)
    spare = sum(order.portions for order in orders if order.elder_id is None)
    return ProductionSheet(tuple(sheets), named, spare)


def _by_time(sheet: DishSheet) -> tuple[int, int, str]:
    rank = CATEGORIES.index(sheet.dish.category)
    return (sheet.out_of_pot_minutes, rank, sheet.dish.code)


# Batches ----------------------------------------------------------------------


def pots_for(blocks: Sequence[Block], pot_portions: int, batching: str) -> list[Pot]:
    """One pot group for everything that is the same until it is portioned; open
    portions are in none."""
    groups: dict[tuple[Step, ...], list[Block]] = {}
    for block in blocks:
        if not block.is_open:
            pan = tuple(step for step in block.steps if step.kind in OWN_PAN)
            groups.setdefault(pan, []).append(block)
    pots = []
    for steps, group in sorted(groups.items(), key=lambda item: len(item[0]) > 0):
        portions = sum(block.portions for block in group)
        weighted = sum(block.weighted_percent for block in group)
        fillings = batches(portions, weighted, pot_portions, batching)
        pots.append(Pot(steps, tuple(group), fillings))
    return pots


def batches(
    portions: int, weighted_percent: int, pot_portions: int, how: str = "equal"
) -> tuple[int, ...]:
    """Portions per pot filling, no filling above the pot: all alike ("equal"), or
    full ones and a remainder ("full"). A pot holds `pot_portions` normal portions;
    their sum is `portions`."""
    if portions <= 0:
        return ()
    count = ceil(weighted_percent / (pot_portions * 100))
    if how == "full":
        full = max(pot_portions * 100 * portions // weighted_percent, 1)
        fillings = [full] * (portions // full)
        return tuple([*fillings, portions % full] if portions % full else fillings)
    count = min(count, portions)
    size, rest = divmod(portions, count)
    return tuple(size + (number < rest) for number in range(count))


# Weights ----------------------------------------------------------------------


def needs_for(
    dish: DishFacts, blocks: Sequence[Block], sample_grams: int
) -> list[Need]:
    """Raw ingredients of all portions, by their size, and of the retained sample."""
    if not blocks:
        return []
    sample_percent = sample_grams * 100 / dish.cooked_grams if dish.cooked_grams else 0
    needs = []
    for line in dish.recipe:
        percent = sample_percent + sum(
            block.weighted_percent * _share(block.steps, line) / 100 for block in blocks
        )
        needs.append(
            Need(
                line.ingredient,
                line.net_decigrams * percent / 1000,
                line.gross_decigrams * percent / 1000,
            )
        )
    return needs


def _share(steps: Iterable[Step], line: RecipeLine) -> int:
    """Percent of a recipe line that a variant uses."""
    share = 100
    for step in steps:
        if step.kind == "omit" and step.word == line.ingredient.name:
            return 0
        if step.kind == "no_sugar" and line.ingredient.is_sugar:
            return 0
        if step.kind == "low_salt" and line.ingredient.is_seasoning:
            share = LOW_SALT_PERCENT
    return share


@dataclass(frozen=True, eq=False, repr=False)
class Purchase:
    """One ingredient to have in the house, whole grams, and for which dishes."""

    ingredient: IngredientFacts
    net_grams: int
    gross_grams: int
    dishes: tuple[DishFacts, ...]


def purchases_for(sheets: Iterable[ProductionSheet]) -> list[Purchase]:
    """The purchase list over one or several meals: gross weights, rounded up."""
    net: dict[int, float] = {}
    gross: dict[int, float] = {}
    foods: dict[int, IngredientFacts] = {}
    users: dict[int, dict[str, DishFacts]] = {}
    for sheet in sheets:
        for line in sheet.dishes:
            for need in line.needs:
                key = need.ingredient.id
                foods[key] = need.ingredient
                net[key] = net.get(key, 0.0) + need.net_grams
                gross[key] = gross.get(key, 0.0) + need.gross_grams
                users.setdefault(key, {})[line.dish.code] = line.dish
    bought = [
        Purchase(food, _up(net[key]), _up(gross[key]), tuple(users[key].values()))
        for key, food in foods.items()
        if gross[key] > 0 and food.is_bought
    ]
    return sorted(bought, key=lambda p: (p.ingredient.food_group, -p.gross_grams))


def _up(grams: float) -> int:
    return ceil(round(grams, 3))
