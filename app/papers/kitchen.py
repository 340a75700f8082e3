"""The kitchen's papers: the wall, the packing grid, the purchase list, the menu."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import ClassVar

from app.papers.base import Paper


@dataclass(frozen=True)
class DishRow:
    """One dish on the wall: portions of all its variants together."""

    name: str
    per_portion_grams: int
    portions: int
    total_grams: int
    batches: str  # "4 锅 × 48 份"
    out_at: str
    variants: tuple[str, ...] = ()  # "另锅少盐 1 锅 × 11 份"
    care: tuple[str, ...] = ()  # "要热藏 60.0 ℃ 并记温度"

    @property
    def line(self) -> str:
        """The dish in one line of a difference page."""
        weight = f"{self.per_portion_grams} g, {self.total_grams / 1000:.1f} kg"
        said = (f"{self.name} ×{self.portions}", weight, self.out_at, self.batches)
        return " · ".join((*said, *self.variants, *self.care))


@dataclass(frozen=True)
class DietBox:
    """A group that gets something else: what is done, never why."""

    words: str
    portions: int
    instruction: str
    codes: tuple[str, ...] = ()  # "3-04", for allergies


@dataclass(frozen=True, kw_only=True)
class ProductionSheet(Paper):
    """备餐单, on the kitchen wall."""

    kind: ClassVar[str] = "production"
    template: ClassVar[str] = "prints/production.html"
    frame: ClassVar[str] = "a4-landscape"

    portions: int
    channels: tuple[tuple[str, int], ...]  # 送餐 96, 堂食 120, 备用 6
    dishes: tuple[DishRow, ...]
    boxes: tuple[DietBox, ...]
    leaves: str  # "10:40 发车"
    rules: tuple[str, ...]  # samples and use-by, by this kitchen's settings
    unplaced: str = ""
    unresolved: tuple[str, ...] = ()  # clashes nobody has answered yet

    def lines(self) -> dict[str, str]:
        """All that is printed: what no line tells could change without a difference
        page saying so."""
        ways = " · ".join(f"{words} {count}" for words, count in self.channels)
        dishes = {f"dish:{dish.name}": dish.line for dish in self.dishes}
        boxes = {
            f"box:{box.words}:{box.instruction}": f"{box.words} ×{box.portions} "
            f"{box.instruction} {' '.join(box.codes)}".rstrip()
            for box in self.boxes
        }
        care = {"unplaced": self.unplaced, "rules": " · ".join(self.rules)}
        return {
            "total": f"×{self.portions} · {ways}",
            "leaves": self.leaves,
            **dishes,
            **boxes,
            **{f"open:{words}": words for words in self.unresolved},
            **{key: words for key, words in care.items() if words},
        }


@dataclass(frozen=True)
class GridRow:
    """One row of the packing grid; `cells` follow the grid's columns."""

    words: str
    driver: str
    leave_at: str
    cells: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.cells)


@dataclass(frozen=True, kw_only=True)
class PackingGrid(Paper):
    """分装表: rounds and points × diet groups, totals both ways."""

    kind: ClassVar[str] = "packing"
    template: ClassVar[str] = "prints/packing.html"
    frame: ClassVar[str] = "a4-landscape"

    columns: tuple[str, ...]
    rounds: tuple[GridRow, ...]
    points: tuple[GridRow, ...]
    others: tuple[GridRow, ...] = ()  # spares, unplaced

    @property
    def rows(self) -> tuple[GridRow, ...]:
        return self.rounds + self.points + self.others

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(
            sum(row.cells[i] for row in self.rows) for i in range(len(self.columns))
        )

    def lines(self) -> dict[str, str]:
        heads = {
            row.words: f"{row.words} {row.driver} {row.leave_at}".strip()
            for row in self.rows
        }
        cells = {
            f"{row.words}:{words}": f"{row.words} {words} ×{cell}"
            for row in self.rows
            for words, cell in zip(self.columns, row.cells, strict=True)
            if cell
        }
        return {**heads, **cells}


@dataclass(frozen=True)
class PurchaseRow:
    """One ingredient to buy, gross; `dishes` says what for."""

    group: str
    name: str
    gross_grams: int
    net_grams: int
    dishes: str


@dataclass(frozen=True, kw_only=True)
class PurchaseList(Paper):
    """采购单, gross weights."""

    kind: ClassVar[str] = "purchase"
    template: ClassVar[str] = "prints/purchase.html"

    portions: int
    rows: tuple[PurchaseRow, ...]

    @property
    def groups(self) -> list[tuple[str, list[PurchaseRow]]]:
        """Rows under their food group, in the order given."""
        return [
            (group, list(rows))
            for group, rows in groupby(self.rows, lambda row: row.group)
        ]

    def lines(self) -> dict[str, str]:
        return {
            row.name: f"{row.name} {row.gross_grams / 1000:.2f} kg" for row in self.rows
        }


@dataclass(frozen=True)
class OrderedFood:
    """One ingredient ordered: `packs` "6 包 × 5.0 kg", empty when it is sold loose."""

    name: str
    grams: int
    packs: str
    fen: int | None
    dishes: str


@dataclass(frozen=True)
class SupplierOrder:
    """What one supplier is asked for; no name: nobody has sold these yet."""

    supplier: str
    rows: tuple[OrderedFood, ...]

    @property
    def fen(self) -> int:
        """What is known of its price."""
        return sum(row.fen or 0 for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class PurchaseOrder(Paper):
    """订货单 over days, a page for each supplier; `day` is the first of them."""

    kind: ClassVar[str] = "purchase_order"
    template: ClassVar[str] = "prints/purchase_order.html"

    last: date
    suppliers: tuple[SupplierOrder, ...]

    def lines(self) -> dict[str, str]:
        return {
            row.name: f"{row.name} {row.grams / 1000:.2f} kg {one.supplier}".rstrip()
            for one in self.suppliers
            for row in one.rows
        }


@dataclass(frozen=True, kw_only=True)
class MenuPoster(Paper):
    """一周菜单 with the price list, on the notice board."""

    kind: ClassVar[str] = "menu"
    template: ClassVar[str] = "prints/menu.html"

    days: tuple["MenuDay", ...]
    prices: tuple["PriceRow", ...]
    list_price_fen: int
    price_note: str = ""
    complaints_phone: str = ""
    birthdays: str = ""  # 周二 王*英

    def lines(self) -> dict[str, str]:
        return {
            day.day.isoformat(): " / ".join(
                f"{choice} {'、'.join(dishes)}" for choice, dishes in day.sets
            )
            for day in self.days
        } | ({"birthdays": self.birthdays} if self.birthdays else {})


@dataclass(frozen=True)
class MenuDay:
    """One day's column; `sets` pairs a choice ("A") with its dishes; none = closed."""

    day: date
    sets: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""
    term: str = ""  # the 节气 that begins on it


@dataclass(frozen=True)
class PriceRow:
    """Who pays what; amounts per meal in fen."""

    words: str
    self_pay_fen: int
    subsidy_fen: int
