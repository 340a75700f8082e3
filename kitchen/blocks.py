"""Who gets which dish in which way: orders × sets → blocks. Pure.

People with the same reasons and the same answer are one block, so that a cook reads
"mince it: 12" and not twelve names. Whoever waits for a decision is an *open* block:
counted, printed, never dropped.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kitchen.clashes import (
    HARD,
    NEVER,
    OWN_PAN,
    Decision,
    Reason,
    Step,
    answer,
    clash,
    need_of,
)
from kitchen.diets import Diet
from kitchen.food import DishFacts
from kitchen.plans import SIZE_PERCENT, Eater


@dataclass(frozen=True)
class Spare:
    """Portions for nobody by name, as an order: of normal size, of set A. Whoever
    takes them is not known, so they are nobody's: no name, no door."""

    id: int
    point_id: int | None
    portions: int
    diet: Diet
    elder_id: None = None
    diner_id: None = None
    number: str = ""
    name: str = ""
    way: str = "dine_in"
    address_id: None = None
    size: str = "normal"
    choice: str = "A"
    change: str = ""


Order = Eater | Spare
"""Portions somebody wants of a set: one person's, or a spare (`elder_id` None)."""


@dataclass(frozen=True)
class Serving:
    """One dish in one way: as it is, as a variant, or open.

    `source` is the dish on the menu that `dish` stands in for.
    """

    dish: DishFacts
    source: DishFacts | None
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    is_open: bool
    is_decided: bool  # by a person; the kitchen's own answers need no taking back


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """Everyone who gets one dish in one way. No reasons = as it is for everybody."""

    dish: DishFacts
    source: DishFacts | None
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    is_open: bool
    is_decided: bool
    orders: tuple[Order, ...]

    @cached_property
    def portions(self) -> int:
        return sum(order.portions for order in self.orders)

    @cached_property
    def spare_portions(self) -> int:
        return sum(order.portions for order in self.orders if order.elder_id is None)

    @cached_property
    def weighted_percent(self) -> int:
        """Portions by their size, in percent of a normal one: 70, 100, 130 each."""
        return sum(order.portions * SIZE_PERCENT[order.size] for order in self.orders)

    @cached_property
    def by_size(self) -> dict[str, int]:
        counts = dict.fromkeys(SIZE_PERCENT, 0)
        for order in self.orders:
            counts[order.size] += order.portions
        return counts

    @cached_property
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
    def has_own_pan(self) -> bool:
        return any(step.kind in OWN_PAN for step in self.steps)


Sets = Mapping[str, Sequence[DishFacts]]
"""The dishes of each choice: "A", and "B" where the menu has one."""
Decisions = Mapping[tuple[int, int], Decision]
"""(elder_id, dish_id) → what was decided."""


def set_of(sets: Sets, choice: str) -> Sequence[DishFacts]:
    """The dishes of a choice; whoever chose a set the menu lacks gets set A."""
    return sets.get(choice) or sets.get("A", ())


def servings(
    orders: Iterable[Order],
    sets: Sets,
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
) -> Iterator[tuple[Order, Serving]]:
    """Every order's serving of every dish of its set: exactly one each."""
    for alike, found in shared_servings(orders, sets, decisions, dishes):
        for order in alike:
            for serving in found:
                yield order, serving


def shared_servings(
    orders: Iterable[Order],
    sets: Sets,
    decisions: Decisions,
    dishes: Mapping[int, DishFacts],
) -> Iterator[tuple[list[Order], list[Serving]]]:
    """Orders that get the same, and what they get: one serving of every dish of their
    set. A kitchen of thousands has some dozens of diets.

    `dishes` holds the substitutes named in decisions and variants. A spare has no name
    to decide for: it follows what was decided for the people of its diet.
    """
    orders = list(orders)
    by_diet = _decisions_by_diet(orders, decisions)
    answered: dict[int, list[Hashable]] = {}
    for (elder_id, dish_id), done in decisions.items():
        answered.setdefault(elder_id, []).append(
            (dish_id, done.kind, done.substitute_id, done.reason, done.covers)
        )
    told = {elder_id: frozenset(hows) for elder_id, hows in answered.items()}
    nameless = object()  # spares follow `by_diet`; nobody with a name does
    alike: dict[Hashable, list[Order]] = {}
    for order in orders:
        how = nameless if order.elder_id is None else told.get(order.elder_id)
        # By identity: hashing thousands of diets costs more than all the rest.
        alike.setdefault((order.choice, id(order.diet), how), []).append(order)
    for people in alike.values():
        one = people[0]
        yield (
            people,
            [
                _serving(d, one.diet, _decided(one, d, decisions, by_diet), dishes)
                for d in set_of(sets, one.choice)
            ],
        )


def _serving(
    dish: DishFacts,
    diet: Diet,
    decision: Decision | None,
    dishes: Mapping[int, DishFacts],
) -> Serving:
    reasons = clash(diet, dish)
    if reasons and decision is not None and decision.kind == "substitute":
        other = dishes[decision.substitute_id or 0]
        fresh = clash(diet, other)
        why = tuple(sorted({*reasons, *fresh}))
        return Serving(other, dish, why, *answer(fresh, other, None), True)
    if decision is None and (stand_in := _stand_in(dish, diet, reasons, dishes)):
        fresh = clash(diet, stand_in)
        why = tuple(sorted({*reasons, *fresh}))
        return Serving(stand_in, dish, why, *answer(fresh, stand_in, None), False)
    decided = bool(reasons) and decision is not None
    return Serving(dish, None, reasons, *answer(reasons, dish, decision), decided)


def _stand_in(
    dish: DishFacts,
    diet: Diet,
    reasons: Sequence[Reason],
    dishes: Mapping[int, DishFacts],
) -> DishFacts | None:
    """The dish that always stands in for one of these needs, when it does this person
    no harm; otherwise somebody has to decide, as without it."""
    needs = {need_of(reason) for reason in reasons}
    for variant in dish.variants:
        other = dishes.get(variant.substitute_id or 0)
        if other is None or variant.need not in needs:
            continue
        if not any(reason.kind in HARD for reason in clash(diet, other)):
            return other
    return None


def _decided(
    order: Order,
    dish: DishFacts,
    decisions: Decisions,
    by_diet: Mapping[tuple[str, int], Decision],
) -> Decision | None:
    if order.elder_id is None:
        return by_diet.get((order.diet.key, dish.id))
    return decisions.get((order.elder_id, dish.id))


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
    gathered: dict[Serving, list[Order]] = {}
    for alike, served in shared_servings(orders, sets, decisions, dishes):
        for serving in served:
            gathered.setdefault(serving, []).extend(alike)
    blocks = [
        Block(
            dish=serving.dish,
            source=serving.source,
            reasons=serving.reasons,
            steps=serving.steps,
            is_open=serving.is_open,
            is_decided=serving.is_decided,
            orders=tuple(people),
        )
        for serving, people in gathered.items()
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
