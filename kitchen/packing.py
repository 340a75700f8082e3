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


def grid_for(
    orders: Iterable[Order],
    points: Sequence[PointFacts],
    round_of: Mapping[int, int] | None = None,
    unplaced: Collection[int] = (),
) -> Grid:
    """Where every portion goes, by diet. `round_of`: diner_id → round number, when
    rounds exist; `unplaced`: elders whose door is on no map yet."""
    names = {point.id: point.name for point in points}
    cells: dict[tuple[str, int], dict[str, int]] = {}
    totals: dict[str, int] = {}
    for order in orders:
        row = destination(order, names, round_of or {}, unplaced)
        key = order.diet.key
        counts = cells.setdefault(row, {})
        counts[key] = counts.get(key, 0) + order.portions
        totals[key] = totals.get(key, 0) + order.portions
    keys = sorted(totals, key=lambda key: (key != "regular", -totals[key], key))
    order_of_points = {point.id: place for place, point in enumerate(points)}
    placed = sorted(
        cells,
        key=lambda row: (
            ROW_KINDS.index(row[0]),
            order_of_points[row[1]] if row[0] == "point" else row[1],
        ),
    )
    rows = tuple(
        GridRow(kind, number, names[number] if kind == "point" else "", cells[row])
        for row in placed
        for kind, number in [row]
    )
    return Grid(tuple(keys), rows)


def destination(
    order: Order,
    points: Collection[int],
    round_of: Mapping[int, int],
    unplaced: Collection[int],
) -> tuple[str, int]:
    """The one row of the grid an order belongs to."""
    if order.elder_id is None and order.point_id is None:
        return ("kitchen", 0)
    if order.way != "deliver":
        known = order.point_id is not None and order.point_id in points
        return ("point", order.point_id or 0) if known else ("unplaced", 0)
    if (number := round_of.get(order.diner_id or 0)) is not None:
        return ("round", number)
    if order.address_id is None or order.elder_id in unplaced:
        return ("unplaced", 0)
    return ("unrouted", 0)
