"""Blocks as people deal with them: decisions to be made, and those that were. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kitchen.blocks import Block, Order
from kitchen.clashes import HARD, NEVER, Reason, Step
from kitchen.food import DishFacts


@dataclass(frozen=True, eq=False, repr=False)
class Group:
    """Some orders and one dish of the menu."""

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


class OpenGroup(Group):
    """Open people who need one decision: the same dish, the same hard reasons.
    What else is different about them (their texture) the kitchen does anyway."""


@dataclass(frozen=True, eq=False, repr=False)
class DecidedGroup(Group):
    """Everyone for whom one dish was decided in the same way: another dish
    (`instead`), or steps that somebody chose."""

    instead: DishFacts | None
    steps: tuple[Step, ...]


def decided_groups(blocks: Iterable[Block]) -> list[DecidedGroup]:
    """What was decided, dish by dish; each may be taken back."""
    found: dict[tuple[DishFacts, DishFacts | None, tuple[Step, ...]], list[Block]] = {}
    for block in blocks:
        if block.is_decided and not block.is_open:
            instead = block.dish if block.source is not None else None
            chosen = tuple(
                step for step in block.steps if not instead and step.kind in CHOSEN
            )
            key = (block.source or block.dish, instead, chosen)
            found.setdefault(key, []).append(block)
    return [
        DecidedGroup(
            dish,
            tuple(sorted({reason for block in mine for reason in block.reasons})),
            tuple(order for block in mine for order in block.orders),
            instead,
            chosen,
        )
        for (dish, instead, chosen), mine in found.items()
    ]


CHOSEN = frozenset({"omit", "clean_pan", "as_is"})


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
