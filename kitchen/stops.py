"""Where meals are brought: doors and dining points as a round sees them – grouped by
stairwell, walked from the top floor down, with the seconds each door takes.

Pure. Seconds are habits of the field, measured nowhere official: change them here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kitchen.diets import Diet

HAND_OVER_SECONDS = 45
SLOW_DOOR_SECONDS = 180  # deaf or slow: knocking takes up to ten minutes, three mostly
FLOOR_SECONDS = 12  # one floor of stairs with boxes
LIFT_WAIT_SECONDS = 40
LIFT_FLOOR_SECONDS = 3
STAIRWELL_SECONDS = 60  # park, unstrap, reach the stairwell; once for all its doors
DOORS_AT_ONCE = 8  # as many bags as one person carries up

Key = tuple[str, int]  # ("diner", diner_id) | ("point", point_id)

HARDSHIP = frozenset({"low_income", "destitute", "low_income_edge", "bereaved_family"})


@dataclass(frozen=True)
class Crate:
    """The boxes for the doors of one round, handed over at the point where that round
    begins. `number`: of the round; `diets`: portions by packing group."""

    number: int
    diets: tuple[tuple[str, int], ...]

    @property
    def portions(self) -> int:
        return sum(portions for _, portions in self.diets)


@dataclass(frozen=True, kw_only=True)
class Drop:
    """One door or one dining point that gets food. Coordinates WGS-84 × 10⁶."""

    diner_id: int | None = None
    point_id: int | None = None
    elder_id: int | None = None
    name: str
    number: str = ""
    phone_tail: str = ""
    place: str = ""
    building_id: int | None = None
    compound: str = ""
    building: str = ""
    unit: str = ""
    door: str = ""
    floor: int | None = None
    lift: bool = False
    note: str = ""
    lon_e6: int | None = None
    lat_e6: int | None = None
    placed_by: str = "none"  # own | building | compound | none
    slow_door: bool = False
    portions: int
    size: str = "normal"
    choice: str = ""
    diet: Diet | None = None  # None for a dining point
    containers: tuple[tuple[str, int], ...] = ()  # a point's portions by diet key
    spares: int = 0  # of the portions: without a name
    crates: tuple[Crate, ...] = ()  # of the portions: a point passes them on
    unload_seconds: int = 0
    priority: int = 0
    change: str = ""
    language: str = ""  # the only one the person understands; "" = Mandarin
    agreed_place: bool = False  # consent on file to leave the meal at a place

    @property
    def key(self) -> Key:
        if self.point_id is not None:
            return ("point", self.point_id)
        return ("diner", self.diner_id or 0)

    @property
    def is_point(self) -> bool:
        return self.point_id is not None

    @property
    def stairwell(self) -> tuple[object, ...]:
        """What doors must share to be served in one climb; a point is alone."""
        if self.is_point or self.building_id is None:
            return self.key
        return (self.building_id, self.unit)

    @property
    def is_placed(self) -> bool:
        return self.lon_e6 is not None and self.lat_e6 is not None

    def apart(self, other: "Drop") -> int:
        """How far away another drop is, for comparing only: -1 in the same stairwell,
        else the squared distance in coordinate units; unknown places are farthest."""
        if self.stairwell == other.stairwell:
            return -1
        if self.lon_e6 is None or other.lon_e6 is None:
            return 1 << 40
        if self.lat_e6 is None or other.lat_e6 is None:
            return 1 << 40
        return (self.lon_e6 - other.lon_e6) ** 2 + (self.lat_e6 - other.lat_e6) ** 2

    @property
    def by_diet(self) -> tuple[tuple[str, int], ...]:
        """Portions by packing group."""
        if self.diet is None:
            return self.containers
        return ((self.diet.key, self.portions),)


def priority_of(
    self_care: str, lives_alone: bool, age: int, categories: Iterable[str]
) -> int:
    """0–100: who is dropped last when there is not room for everybody.

    The documented order – unable to care for oneself, living alone, oldest, in
    hardship – is lexicographic: each rank outweighs all ranks after it together.
    """
    unable = {"unable": 60, "partly": 30}.get(self_care, 0)
    alone = 15 if lives_alone else 0
    oldest = 8 if age >= 90 else 5 if age >= 80 else 0
    hardship = 2 if HARDSHIP & set(categories) else 0
    return unable + alone + oldest + hardship


POINT_PRIORITY = 100
"""A dining point is many people."""


def with_crates(point: Drop, crates: Iterable[Crate]) -> Drop:
    """The point with what it passes on besides its own containers."""
    crates = tuple(crates)
    portions = point.portions + sum(crate.portions for crate in crates)
    return replace(point, portions=portions, crates=crates)


def walking_order(drops: Iterable[Drop]) -> list[Drop]:
    """Top floor first: up once, then down; an unknown floor comes last."""
    return sorted(drops, key=lambda d: (-(d.floor or 1), d.door, d.name, d.key))


def grouped(drops: Iterable[Drop], most_portions: int) -> list[tuple[Drop, ...]]:
    """Doors of one stairwell together, in walking order, in groups that one person
    carries; every drop is in exactly one group."""
    stairwells: dict[tuple[object, ...], list[Drop]] = {}
    for drop in drops:
        stairwells.setdefault(drop.stairwell, []).append(drop)
    groups: list[tuple[Drop, ...]] = []
    for doors in stairwells.values():
        group: list[Drop] = []
        for drop in walking_order(doors):
            portions = sum(d.portions for d in group) + drop.portions
            if group and (len(group) == DOORS_AT_ONCE or portions > most_portions):
                groups.append(tuple(group))
                group = []
            group.append(drop)
        groups.append(tuple(group))
    return groups


def climbs(drops: Sequence[Drop]) -> list[tuple[Drop, ...]]:
    """A given order cut into climbs: neighbours of one stairwell stay together."""
    found: list[list[Drop]] = []
    for drop in drops:
        if found and found[-1][-1].stairwell == drop.stairwell:
            found[-1].append(drop)
        else:
            found.append([drop])
    return [tuple(group) for group in found]


@dataclass(frozen=True)
class Climb:
    """One stairwell in time: seconds from the ground floor to each door, and until
    the driver is down again."""

    at_door: tuple[int, ...]
    service: int


def climb(group: Sequence[Drop]) -> Climb:
    """When each door of a group is reached, and how long the whole takes."""
    clock, floor = 0, 1
    at_door = []
    for drop in group:
        clock += _between(floor, drop.floor or 1, drop.lift)
        floor = drop.floor or 1
        at_door.append(clock)
        clock += hand_over_seconds(drop)
    down = _between(floor, 1, group[-1].lift) if group else 0
    return Climb(tuple(at_door), clock + down)


def hand_over_seconds(drop: Drop) -> int:
    """Seconds at the door itself."""
    if drop.is_point:
        return drop.unload_seconds
    return HAND_OVER_SECONDS + (SLOW_DOOR_SECONDS if drop.slow_door else 0)


def _between(floor: int, other: int, lift: bool) -> int:
    floors = abs(floor - other)
    if not floors:
        return 0
    return (
        LIFT_WAIT_SECONDS + LIFT_FLOOR_SECONDS * floors
        if lift
        else (FLOOR_SECONDS * floors)
    )
