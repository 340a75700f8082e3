"""The kitchen's sheet: portions by dish and variant, batches, weights, samples and
the purchase list. Pure, on orders and blocks.

Every order is one serving of each dish of its set (`kitchen.blocks`) and one cell of
the packing grid (`kitchen.packing`), so their totals agree.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from kitchen.blocks import Block, Order
from kitchen.clashes import FINISHES, OWN_PAN, Step
from kitchen.food import CATEGORIES, DishFacts, IngredientFacts, RecipeLine
from kitchen.places import KitchenFacts, ServiceFacts
from kitchen.scaling import PLAIN, Scaling

# Minutes before "everything cooked" at which a category leaves the pot, when nobody
# has said otherwise: rice and soup hold their heat, leaves are fried last.
READY_EARLIER = {"staple": 20, "soup": 15, "main": 10, "half": 5, "vegetable": 0}
LOW_SALT_PERCENT = 50  # of the seasoning in a low-salt pan


@dataclass(frozen=True)
class Dispatch:
    """When a dish leaves the kitchen and reaches its last stop, minutes after midnight:
    the earliest departure of its rounds, the latest arrival."""

    depart_minutes: int
    last_minutes: int


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
    def sizes(self) -> list[float]:
        """Each filling in normal portions: small ones count for less."""
        weighted = sum(block.weighted_percent for block in self.blocks) / 100
        each = weighted / self.portions if self.portions else 1.0
        return [filling * each for filling in self.batches]

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
    buffer_portions: int = 0  # cooked beyond the portions, by name
    hold_hot: bool = False  # the last stop is reached after the short time
    fillings_stale: bool = False  # the pots by hand fit the count no more

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
    def portions_grams(self) -> int:
        """Every portion at the weight of its size."""
        return ceil(self.weighted_percent * self.dish.cooked_grams / 100)

    @property
    def cooked_grams(self) -> int:
        """Total weight out of the pots, the retained sample included."""
        percent = self.weighted_percent + self.buffer_portions * 100
        return ceil(percent * self.dish.cooked_grams / 100) + self.sample_grams

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
    dispatches: Mapping[int, Dispatch] | None = None,
    by_hand: Mapping[int, tuple[int, ...]] | None = None,
    scaling: Scaling = PLAIN,
    full_first: Collection[int] = (),
) -> ProductionSheet:
    """The production sheet of one meal. `batching`: equal | full (full pots first, and
    so for the dishes of `full_first` in any case);
    `dispatches`: dish → when it leaves, where rounds are known; `by_hand`: dish →
    fillings of its plain pot that somebody chose; `scaling`: what does not grow in
    proportion."""
    by_dish: dict[DishFacts, list[Block]] = {}
    replaced: dict[DishFacts, list[Block]] = {}
    for block in blocks:
        by_dish.setdefault(block.dish, []).append(block)
        if block.source is not None:
            replaced.setdefault(block.source, []).append(block)
    for dish in replaced:
        by_dish.setdefault(dish, [])
    sheets = [
        _dish_sheet(
            dish,
            mine,
            replaced.get(dish, ()),
            kitchen,
            service,
            "full" if dish.id in full_first else batching,
            (dispatches or {}).get(dish.id),
            (by_hand or {}).get(dish.id, ()),
            scaling,
        )
        for dish, mine in by_dish.items()
    ]
    sheets.sort(key=_by_time)
    named = sum(order.portions for order in orders if order.elder_id is not None)
    spare = sum(order.portions for order in orders if order.elder_id is None)
    return ProductionSheet(tuple(sheets), named, spare)


def _dish_sheet(
    dish: DishFacts,
    mine: Sequence[Block],
    replaced: Iterable[Block],
    kitchen: KitchenFacts,
    service: ServiceFacts,
    batching: str,
    dispatch: Dispatch | None,
    fillings: tuple[int, ...],
    scaling: Scaling,
) -> DishSheet:
    out = out_of_pot(dish.category, service, dispatch)
    extra = buffer_of(mine, kitchen.pot_buffer_percent)
    pots = pots_for(mine, kitchen.pot_portions, batching, extra, fillings)
    plain = next((pot.batches for pot in pots if not pot.steps), ())
    last = dispatch.last_minutes if dispatch else out
    return DishSheet(
        dish=dish,
        out_of_pot_minutes=out,
        blocks=tuple(mine),
        replaced=tuple(replaced),
        pots=tuple(pots),
        sample_grams=kitchen.sample_grams if mine else 0,
        needs=tuple(needs_for(dish, mine, kitchen.sample_grams, extra, pots, scaling)),
        buffer_portions=extra,
        hold_hot=last - out > kitchen.eat_within_minutes,
        fillings_stale=bool(fillings) and plain != fillings,
    )


def out_of_pot(category: str, service: ServiceFacts, dispatch: Dispatch | None) -> int:
    """When a dish leaves the pot, planned backwards: as late as its first round and the
    time for portioning allow, so that the last stop is reached as fresh as can be."""
    portioning = service.depart_minutes - service.cooked_by_minutes
    leaves = dispatch.depart_minutes if dispatch else service.depart_minutes
    return leaves - portioning - READY_EARLIER.get(category, 0)


def buffer_of(blocks: Iterable[Block], percent: int) -> int:
    """Portions of the plain dish cooked beyond those counted."""
    plain = sum(b.portions for b in blocks if not b.is_open and not _pan(b))
    return ceil(plain * percent / 100)


def _pan(block: Block) -> tuple[Step, ...]:
    return tuple(step for step in block.steps if step.kind in OWN_PAN)


def _by_time(sheet: DishSheet) -> tuple[int, int, str]:
    rank = CATEGORIES.index(sheet.dish.category)
    return (sheet.out_of_pot_minutes, rank, sheet.dish.code)


# Batches ----------------------------------------------------------------------


def pots_for(
    blocks: Sequence[Block],
    pot_portions: int,
    batching: str,
    buffer_portions: int = 0,
    by_hand: tuple[int, ...] = (),
) -> list[Pot]:
    """One pot group for everything that is the same until it is portioned; open
    portions are in none. The buffer is in the plain pot; fillings by hand are used
    while their sum is right."""
    groups: dict[tuple[Step, ...], list[Block]] = {}
    for block in blocks:
        if not block.is_open:
            groups.setdefault(_pan(block), []).append(block)
    pots = []
    for steps, group in sorted(groups.items(), key=lambda item: len(item[0]) > 0):
        extra = 0 if steps else buffer_portions
        portions = sum(block.portions for block in group) + extra
        weighted = sum(block.weighted_percent for block in group) + extra * 100
        fillings = batches(portions, weighted, pot_portions, batching)
        if not steps and sum(by_hand) == portions:
            fillings = by_hand
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
    full = max(pot_portions * 100 * portions // weighted_percent, 1)
    if how == "full":
        fillings = [full] * (portions // full)
        return tuple([*fillings, portions % full] if portions % full else fillings)
    size, rest = divmod(portions, count := ceil(portions / full))
    return tuple(size + (number < rest) for number in range(count))


# Weights ----------------------------------------------------------------------


def needs_for(
    dish: DishFacts,
    blocks: Sequence[Block],
    sample_grams: int,
    buffer_portions: int = 0,
    pots: Sequence[Pot] = (),
    scaling: Scaling = PLAIN,
) -> list[Need]:
    """Raw ingredients of all portions, by their size, of the retained sample, and of
    the buffer; salt and oil by the size of each pot where the kitchen has said so,
    as bought by what it really gets out of it."""
    if not blocks:
        return []
    sample_percent = sample_grams * 100 / dish.cooked_grams if dish.cooked_grams else 0
    sample_percent += buffer_portions * 100
    sizes = [size for pot in pots for size in pot.sizes]
    needs = []
    for line in dish.recipe:
        percent = sample_percent + sum(
            block.weighted_percent * _share(block.steps, line) / 100 for block in blocks
        )
        percent *= scaling.share(line.ingredient, sizes)
        needs.append(
            Need(
                line.ingredient,
                line.net_decigrams * percent / 1000,
                scaling.gross_decigrams(line) * percent / 1000,
            )
        )
    return needs


def pot_needs(
    dish: DishFacts, portions: int, scaling: Scaling = PLAIN
) -> dict[int, int]:
    """Ingredient → grams as bought that one pot of so many normal portions takes, by
    the same figures as the sheet."""
    needs = {
        line.ingredient.id: scaling.gross_decigrams(line)
        * scaling.share(line.ingredient, [portions])
        * portions
        / 10
        for line in dish.recipe
        if line.ingredient.is_bought
    }
    return {ingredient: round(grams) for ingredient, grams in needs.items()}


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
