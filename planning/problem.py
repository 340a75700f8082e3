"""The planner's question: days, slots, items and what is asked of them. All integers.

JSON shape (`read`, `as_json`): the fields below under their names. Units: money in fen
a head, sodium and calcium in mg a head, time in minutes. Items, days and slots are
named by their place in their list.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """Something that can be put into a slot. `traits` maps a kind of likeness to its
    words ("method" → ("steamed",)); `family` limits which items are compared."""

    id: int
    cost_fen: int
    na_mg: int
    ca_mg: int
    equipment: str = ""
    batch_minutes: int = 0
    traits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    """One row of one set. Set "A" is eaten unless set "B" names something else for the
    row; an `optional` slot may stay empty."""

    choice: str
    row: int
    items: tuple[int, ...]
    optional: bool = False


@dataclass(frozen=True)
class Group:
    """People alike in what they must not eat, on one day: for each row the items that
    do them no harm. One of those has to be in set A or B of that row."""

    day: int
    people: int
    name: str
    harmless: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class Equipment:
    """A kind of equipment: portions of one filling, minutes of all units together."""

    kind: str
    holds: int
    minutes: int


@dataclass(frozen=True)
class UseUp:
    """Stock to be used: one of these items on one of the days up to `last_day`."""

    name: str
    items: tuple[int, ...]
    last_day: int


@dataclass(frozen=True)
class Fixed:
    """A locked cell; `item` None keeps an optional slot empty."""

    day: int
    slot: int
    item: int | None


@dataclass(frozen=True)
class Weights:
    """The stated sum that is minimised: fen-like points for each unit of each part."""

    cost_fen: int = 1
    sodium_mg: int = 2
    calcium_mg: int = 1
    dislike: int = 20
    extra_item: int = 150
    repeats: Mapping[str, int] = field(
        default_factory=lambda: {
            "item": 600, "ingredient": 150, "method": 60, "colour": 60
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """`offsets` are the calendar days of the days to plan, counted from the first;
    `past` holds (offset, item) of days before or between that are settled; `windows`
    within how many calendar days a likeness counts; `dislikes` (day, item) → people
    who are booked and would rather not."""

    offsets: tuple[int, ...]
    items: tuple[Item, ...]
    slots: tuple[Slot, ...]
    portions: tuple[int, ...]
    second_portions: tuple[int, ...]
    na_limit_mg: int
    ca_target_mg: int
    budget_fen: int = 0
    groups: tuple[Group, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    use_up: tuple[UseUp, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    past: tuple[tuple[int, int], ...] = ()
    windows: Mapping[str, int] = field(default_factory=dict)
    dislikes: tuple[tuple[int, int, int], ...] = ()  # day, item, people
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        days, items = len(self.offsets), len(self.items)
        if not days or list(self.offsets) != sorted(set(self.offsets)):
            raise ValueError("offsets: at least one day, in order, each once")
        if len(self.portions) != days or len(self.second_portions) != days:
            raise ValueError("portions: one number for each day")
        used = {item for slot in self.slots for item in slot.items}
        used |= {item for _offset, item in self.past}
        used |= {f.item for f in self.fixed if f.item is not None}
        if not used <= set(range(items)):
            raise ValueError("an item is named that is not in the list")
        for fixed in self.fixed:
            if not 0 <= fixed.day < days or not 0 <= fixed.slot < len(self.slots):
                raise ValueError("fixed: no such day or slot")

    def windows_of(self, kind: str) -> list[tuple[int, ...]]:
        """Runs of days within the window of a likeness, one beginning on each day that
        is planned or past; only those that hold a planned day."""
        reach = self.windows.get(kind, 0)
        begins = sorted({*self.offsets, *(offset for offset, _item in self.past)})
        return [tuple(range(b, b + reach + 1)) for b in begins]


def read(data: Mapping[str, Any]) -> Problem:
    """A problem from its JSON. Raises `ValueError`, `KeyError` or `TypeError`."""
    weights = data.get("weights")
    return Problem(
        offsets=tuple(data["offsets"]),
        items=tuple(
            Item(**{**one, "traits": {k: tuple(v) for k, v in one["traits"].items()}})
            for one in data["items"]
        ),
        slots=tuple(Slot(**{**s, "items": tuple(s["items"])}) for s in data["slots"]),
        portions=tuple(data["portions"]),
        second_portions=tuple(data["second_portions"]),
        na_limit_mg=data["na_limit_mg"],
        ca_target_mg=data["ca_target_mg"],
        budget_fen=data["budget_fen"],
        groups=tuple(
            Group(
                **{
                    **one,
                    "harmless": {int(k): tuple(v) for k, v in one["harmless"].items()},
                }
            )
            for one in data["groups"]
        ),
        equipment=tuple(Equipment(**one) for one in data["equipment"]),
        use_up=tuple(
            UseUp(**{**one, "items": tuple(one["items"])}) for one in data["use_up"]
        ),
        fixed=tuple(Fixed(**one) for one in data["fixed"]),
        past=tuple((offset, item) for offset, item in data["past"]),
        windows=dict(data["windows"]),
        dislikes=tuple((d, i, n) for d, i, n in data["dislikes"]),
        weights=Weights(**weights) if weights else Weights(),
    )


def as_json(problem: Problem) -> dict[str, Any]:
    """The inverse of `read`."""
    return asdict(problem)
