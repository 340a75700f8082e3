"""Which pots, steamers and ovens a menu needs, and when the first has to be lit. Pure.

Batches are placed backwards from the moment when everything has to be cooked. Minutes
for one filling are house estimates for large pots, not a standard.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from kitchen.food import DishFacts
from kitchen.menu_rules import MenuRules

MINUTES = {
    "炒": 12, "烧": 35, "炖": 70, "煮": 25, "烩": 25, "卤": 60, "炸溜": 20,
    "蒸": 30, "烤": 40, "拌": 0,
}  # fmt: skip
"""Minutes of one filling by cooking method; what is not listed takes 25."""
OF_METHOD = {"蒸": "steamer", "烤": "oven"}
NO_EQUIPMENT = frozenset({"拌", "凉拌"})
KINDS = ("pot", "steamer", "oven")


@dataclass(frozen=True)
class Batch:
    """One filling on one piece of equipment. Minutes after midnight."""

    dish: DishFacts
    kind: str
    unit: int
    from_minutes: int
    to_minutes: int


@dataclass(frozen=True)
class Load:
    """One kind of equipment: how much of its time is taken, and when it must start.

    `late_minutes` is how much too early that is for the kitchen's day: 0 = it fits.
    `missing` = fillings that no piece of equipment can hold (there is none).
    """

    kind: str
    units: int
    batches: tuple[Batch, ...]
    needed_minutes: int
    available_minutes: int
    starts_minutes: int
    late_minutes: int
    missing: tuple[DishFacts, ...] = ()

    @property
    def percent(self) -> int:
        if not self.available_minutes:
            return 0 if not self.needed_minutes else 999
        return round(self.needed_minutes * 100 / self.available_minutes)

    @property
    def is_too_much(self) -> bool:
        return self.late_minutes > 0 or bool(self.missing)


def kind_of(dish: DishFacts) -> str:
    """pot | steamer | oven | "" (cold dishes)."""
    if dish.cook_method in NO_EQUIPMENT:
        return ""
    return OF_METHOD.get(dish.cook_method, "pot")


def minutes_of(dish: DishFacts) -> int:
    """One filling, from cold to out of the pot."""
    return MINUTES.get(dish.cook_method, 25)


def fillings(portions: int, holds: int) -> int:
    return ceil(portions / holds) if portions > 0 else 0


def load_of(
    portions: Mapping[DishFacts, int],
    rules: MenuRules,
    pot_portions: int,
    cooked_by_minutes: int,
) -> tuple[Load, ...]:
    """The load of a meal: dish → portions of normal size; kinds that nothing needs are
    left out."""
    holds = {
        "pot": pot_portions,
        "steamer": rules.steamer_portions,
        "oven": rules.oven_portions,
    }
    units = {"pot": rules.pots, "steamer": rules.steamers, "oven": rules.ovens}
    loads = []
    for kind in KINDS:
        wanted = {d: n for d, n in portions.items() if n > 0 and kind_of(d) == kind}
        if wanted:
            loads.append(
                _load(
                    kind,
                    units[kind],
                    [(d, fillings(n, holds[kind])) for d, n in wanted.items()],
                    rules.starts_minutes,
                    cooked_by_minutes,
                )
            )
    return tuple(loads)


def _load(
    kind: str,
    units: int,
    wanted: Iterable[tuple[DishFacts, int]],
    opens_minutes: int,
    cooked_by_minutes: int,
) -> Load:
    """Longest fillings are shared out first, so that no unit is idle; on each unit the
    shortest come last, so that what is fried is fresh."""
    batches, missing, needed = list[Batch](), list[DishFacts](), 0
    shares: list[list[DishFacts]] = [[] for _unit in range(units)]
    for dish, count in sorted(wanted, key=lambda item: -minutes_of(item[0])):
        needed += minutes_of(dish) * count
        if not units:
            missing.append(dish)
        for _filling in range(count if units else 0):
            min(shares, key=lambda share: sum(map(minutes_of, share))).append(dish)
    for unit, share in enumerate(shares, start=1):
        end = cooked_by_minutes
        for dish in reversed(share):
            batches.append(Batch(dish, kind, unit, end - minutes_of(dish), end))
            end -= minutes_of(dish)
    starts = min((batch.from_minutes for batch in batches), default=cooked_by_minutes)
    return Load(
        kind=kind,
        units=units,
        batches=tuple(sorted(batches, key=lambda b: (b.from_minutes, b.unit))),
        needed_minutes=needed,
        available_minutes=units * max(cooked_by_minutes - opens_minutes, 0),
        starts_minutes=starts,
        late_minutes=max(opens_minutes - starts, 0),
        missing=tuple(missing),
    )
