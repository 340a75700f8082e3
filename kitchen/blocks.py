"""Who gets which dish in which way: orders × sets → blocks. Pure.

People with the same reasons and the same answer are one block, so that a cook reads
"mince it: 12" and not twelve names. Whoever waits for a decision is an *open* block:
counted, printed, never dropped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kitchen.clashes import HARD, NEVER, OWN_PAN, Decision, Reason, Step, answer, clash
from kitchen.diets import Diet
from kitchen.food import DishFacts
from kitchen.plans import SIZE_PERCENT, Eater


@dataclass(frozen=True)
class Order:
    """Portions somebody wants of a set: one person's, or a spare (`elder_id` None)."""

    elder_id: int | None
    diner_id: int | None
    spare_id: int | None
    number: str
    name: str
    way: str  # dine_in | collect | deliver; a spare for a point counts as dine_in
    point_id: int | None
    address_id: int | None
    portions: int
    size: str
    choice: str
    diet: Diet
    change: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Placement:
    """One order's serving of one dish: as it is, in a variant, or open.

    `source` is the dish on the menu that `dish` stands in for.
    """

    order: Order
    dish: DishFacts
    source: DishFacts | None
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    is_open: bool


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """Everyone who gets one dish in one way. No reasons = as it is for everybody."""

    dish: DishFacts
    source: DishFacts | None
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    is_open: bool
    orders: tuple[Order, ...]

    @property
    def portions(self) -> int:
        return sum(order.portions for order in self.orders)

    @property
    def spare_portions(self) -> int:
        return sum(order.portions for order in self.orders if order.elder_id is None)

    @property
    def weighted_percent(self) -> int:
        """Portions by their size, in percent of a normal one: 70, 100, 130 each."""
        return sum(order.portions * SIZE_PERCENT[order.size] for order in self.orders)

    @property
    def by_size(self) -> dict[str, int]:
        counts = dict.fromkeys(SIZE_PERCENT, 0)
        for order in self.orders:
            counts[order.size] += order.portions
        return counts

    @property
    def people(self) -> tuple[Order, ...]:
        return tuple(order for order in self.orders if order.elder_id is not None)

    @property
    def is_clash(self) -> bool:
        return bool(self.reasons)

    @property
    def is_wish(self) -> bool:
        """Someone would rather have another dish, and nothing is decided."""
        return not self.is_open and any(step.kind == "prefer" for step in self.steps)

    @property
    def is_allergy(self) -> bool:
        return any(reason.kind in NEVER for reason in self.reasons)

    @property
    def is_decided(self) -> bool:
        """Someone decided it; the kitchen's own answers need no taking back."""
        return self.source is not None or any(
            step.kind in ("as_is", "clean_pan") for step in self.steps
        )

    @property
    def has_own_pan(self) -> bool:
        return any(step.kind in OWN_PAN for step in self.steps)


Sets = Mapping[str, Sequence[DishFacts]]
"""The dishes of each choice: "A", and "B" where the menu has one."""
Decisions = Mapping[tuple[int, int], Decision]
"""(elder_id, dish_id) → what was decided."""


def order_of(eater: Eater) -> Order:
    """One person's order."""
    return Order(
        elder_id=eater.elder_id,
        diner_id=eater.diner_id or None,
        spare_id=None,
        number=eater.number,
        name=eater.name,
        way=eater.way,
        point_id=eater.point_id,
        address_id=eater.address_id,
        portions=eater.portions,
        size=eater.size,
        choice=eater.choice,
        diet=eater.diet,
        change=eater.change,
    )


def set_of(sets: Sets, choice: str) -> Sequence[DishFacts]:
    """The dishes of a choice; whoever chose a set the menu lacks gets set A."""
    return sets.get(choice) or sets.get("A", ())


def placements(
    orders: Iterable[Order],
    sets: Sets,
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
) -> Iterator[Placement]:
    """Every order's serving of every dish of its set: exactly one each.

    `dishes` holds the substitutes named in the decisions. A spare has no name to
    decide for: it follows what was decided for the people of its diet.
    """
    reasons_of = cache(clash)
    spares = _decisions_by_diet(orders := list(orders), decisions)
    for order in orders:
        for dish in set_of(sets, order.choice):
            decision = (
                spares.get((order.diet.key, dish.id))
                if order.elder_id is None
                else decisions.get((order.elder_id, dish.id))
            )
            reasons = reasons_of(order.diet, dish)
            if reasons and decision is not None and decision.kind == "substitute":
                other = dishes[decision.substitute_id or 0]
                fresh = reasons_of(order.diet, other)
                steps, is_open = answer(fresh, other, None)
                why = tuple(sorted({*reasons, *fresh}))
                yield Placement(order, other, dish, why, steps, is_open)
            else:
                steps, is_open = answer(reasons, dish, decision)
                yield Placement(order, dish, None, reasons, steps, is_open)


def _decisions_by_diet(
    orders: Iterable[Order], decisions: Decisions
) -> dict[tuple[str, int], Decision]:
    diets = {o.elder_id: o.diet.key for o in orders if o.elder_id is not None}
    return {
        (diets[elder_id], dish_id): decision
        for (elder_id, dish_id), decision in decisions.items()
        if elder_id in diets and decision.kind != "override"
    }


def blocks_for(
    orders: Iterable[Order],
    sets: Sets,
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
) -> list[Block]:
    """Everyone's servings, gathered by what has to be the same about them."""
    gathered: dict[tuple[object, ...], list[Placement]] = {}
    for place in placements(orders, sets, decisions, dishes):
        key = (place.dish, place.source, place.reasons, place.steps, place.is_open)
        gathered.setdefault(key, []).append(place)
    blocks = [
        Block(
            dish=places[0].dish,
            source=places[0].source,
            reasons=places[0].reasons,
            steps=places[0].steps,
            is_open=places[0].is_open,
            orders=tuple(place.order for place in places),
        )
        for places in gathered.values()
    ]
    return sorted(blocks, key=_rank)


def _rank(block: Block) -> tuple[object, ...]:
    """As it is first, then what the kitchen does by itself, open ones at the end."""
    return (block.is_open, block.is_clash, -block.portions, block.reasons, block.steps)


def clashes_for(
    orders: Iterable[Order],
    sets: Sets,
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
) -> list[Block]:
    """The blocks for whom something has to be different."""
    return [b for b in blocks_for(orders, sets, decisions, dishes) if b.is_clash]


@dataclass(frozen=True, eq=False, repr=False)
class OpenGroup:
    """Open people who need one decision: the same dish, the same hard reasons.
    What else is different about them (their texture) the kitchen does anyway."""

    dish: DishFacts
    reasons: tuple[Reason, ...]
    orders: tuple[Order, ...]

    @property
    def portions(self) -> int:
        return sum(order.portions for order in self.orders)

    @property
    def spare_portions(self) -> int:
        return sum(order.portions for order in self.orders if order.elder_id is None)

    @property
    def people(self) -> tuple[Order, ...]:
        return tuple(order for order in self.orders if order.elder_id is not None)


@dataclass(frozen=True, eq=False, repr=False)
class OpenDish(OpenGroup):
    """Everyone open for one dish; `groups` are those with the same reasons."""

    groups: tuple[OpenGroup, ...]


def open_dishes(blocks: Iterable[Block]) -> list[OpenDish]:
    """The decisions to be made, dish by dish, allergies first, larger ones before."""
    found: dict[DishFacts, dict[tuple[Reason, ...], list[Order]]] = {}
    for block in blocks:
        if block.is_open:
            hard = tuple(reason for reason in block.reasons if reason.kind in HARD)
            groups = found.setdefault(block.source or block.dish, {})
            groups.setdefault(hard, []).extend(block.orders)
    return sorted(
        (_open_dish(dish, groups) for dish, groups in found.items()), key=_urgency
    )


def _open_dish(
    dish: DishFacts, found: Mapping[tuple[Reason, ...], Sequence[Order]]
) -> OpenDish:
    groups = [
        OpenGroup(dish, reasons, tuple(orders)) for reasons, orders in found.items()
    ]
    groups.sort(key=_urgency)
    return OpenDish(
        dish,
        tuple(sorted({reason for reasons in found for reason in reasons})),
        tuple(order for group in groups for order in group.orders),
        tuple(groups),
    )


def _urgency(group: OpenGroup) -> tuple[bool, int, str]:
    allergy = any(reason.kind in NEVER for reason in group.reasons)
    return (not allergy, -group.portions, group.dish.code)
