"""The packing grid: where every portion goes, by diet. Pure.

The one table that catches a missing box: each order is in exactly one row, so the
total is the number of meals.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kitchen.blocks import Order
from kitchen.places import PointFacts


@dataclass(frozen=True)
class GridRow:
    """One destination. kind: point | round | unrouted | kitchen | unplaced.

    `number` is the point's id or the round's number; `name` a point's name.
    """

    kind: str
    number: int
    name: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Grid:
    """Destinations × diet keys; plain food first, then the larger groups."""

    keys: tuple[str, ...]
    rows: tuple[GridRow, ...]

    @property
    def totals(self) -> dict[str, int]:
        return {
            key: sum(row.counts.get(key, 0) for row in self.rows) for key in self.keys
        }

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    def row(self, kind: str, number: int = 0) -> GridRow | None:
        return next(
            (r for r in self.rows if r.kind == kind and r.number == number), None
        )


ROW_KINDS = ("point", "round", "unrouted", "kitchen", "unplaced")


Row = tuple[str, int]
"""Kind and number of a row of the grid."""
UNPLACED: Row = ("unplaced", 0)


def destinations(
    orders: Iterable[Order],
    points: Sequence[PointFacts],
    round_of: Mapping[int, int],
    unplaced: Collection[int],
) -> list[tuple[Order, Row]]:
    """Each order with the one row it belongs to. `round_of`: diner_id → round
    number, where rounds exist; `unplaced`: elders whose door is on no map yet."""
    known = {point.id for point in points}
    return [(order, _row(order, known, round_of, unplaced)) for order in orders]


def _row(
    order: Order,
    points: Collection[int],
    round_of: Mapping[int, int],
    unplaced: Collection[int],
) -> Row:
    if order.elder_id is None and order.point_id is None:
        return ("kitchen", 0)
    if order.way != "deliver":
        point = order.point_id or 0
        return ("point", point) if point in points else UNPLACED
    if (number := round_of.get(order.diner_id or 0)) is not None:
        return ("round", number)
    if order.address_id is None or order.elder_id in unplaced:
        return UNPLACED
    return ("unrouted", 0)


def grid_for(placed: Iterable[tuple[Order, Row]], points: Sequence[PointFacts]) -> Grid:
    """The packing grid: points in their order, rounds by number, then what is not on
    a round yet, the kitchen's own spares, and what nobody could place."""
    cells: dict[Row, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for order, row in placed:
        key, counts = order.diet.key, cells.setdefault(row, {})
        counts[key] = counts.get(key, 0) + order.portions
        totals[key] = totals.get(key, 0) + order.portions
    names = {point.id: point.name for point in points}
    places = {point.id: place for place, point in enumerate(points)}

    def rank(row: Row) -> tuple[int, int]:
        kind, number = row
        place = places[number] if kind == "point" else number
        return (ROW_KINDS.index(kind), place)

    return Grid(
        tuple(sorted(totals, key=lambda key: (key != "regular", -totals[key], key))),
        tuple(
            GridRow(
                kind, number, names.get(number, "") if kind == "point" else "", cell
            )
            for (kind, number), cell in sorted(
                cells.items(), key=lambda found: rank(found[0])
            )
        ),
    )
