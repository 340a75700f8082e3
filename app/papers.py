"""What stands on each paper, before it is drawn.

Frozen values in the reader's words: templates only lay them out, tests build them by
hand, and their digest decides whether a paper on the wall is still true. A paper does
not know its own number, version or print time; those are its `Stamp`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import ClassVar

from app.i18n import N_

KINDS = {
    "production": N_("备餐单"),
    "packing": N_("分装表"),
    "purchase": N_("采购单"),
    "sheet": N_("送餐单"),
    "load": N_("装箱卡"),
    "labels": N_("餐盒标签"),
    "unplaced": N_("未排上名单"),
    "roster": N_("就餐名单"),
    "menu": N_("一周菜单"),
    "cards": N_("就餐卡"),
    "balance": N_("当日对账单"),
    "settlement": N_("月度结算表"),
    "slip": N_("变更单"),
}
"""Every kind of paper and its title, in the order of the morning."""


@dataclass(frozen=True)
class Stamp:
    """Which print this is. `printed_at` is local wall clock, "11-24 09:20"."""

    number: int
    version: int
    printed_at: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What all papers have: whose, for which day and meal, about what, for whom."""

    kind: ClassVar[str]
    template: ClassVar[str]
    frame: ClassVar[str] = "a4"
    pdf_variant: ClassVar[str | None] = None

    kitchen: str
    phone: str
    day: date
    meal: str
    operator: str = ""
    subject: str = "all"
    holder: str = ""

    @property
    def digest(self) -> str:
        """Stands for everything printed: same digest, same paper."""
        content = json.dumps(
            {"kind": self.kind, **asdict(self)},
            ensure_ascii=False,
            sort_keys=True,
            default=str,
        )
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def title(self) -> str:
        """The Chinese name of the paper; translated where it is shown."""
        return KINDS[self.kind]

    def lines(self) -> dict[str, str]:
        """Key → text of each line a later version could change."""
        return {}


# What several papers share


@dataclass(frozen=True)
class Load:
    """So many portions of one diet group. `key` is the group, `words` its name."""

    key: str
    words: str
    portions: int
    special: bool = False  # anything but the regular box


@dataclass(frozen=True)
class Unplaced:
    """A person who must not be forgotten: eats today and is on no round."""

    number: str
    name: str
    place: str
    phone_tail: str
    diet: tuple[str, ...]
    portions: int
    why: str


# The driver's papers


@dataclass(frozen=True)
class Contact:
    """One rung of the ladder behind a closed door; the kitchen dials `code`."""

    code: str
    who: str
    relation: str
    signed: bool = False


@dataclass(frozen=True)
class Visit:
    """One row of the driver's sheet: a door, or a dining point with containers."""

    key: str  # tells the same visit in another version of the sheet
    position: int
    code: str
    time: str
    place: str
    name: str
    portions: int
    access: str = ""
    diet: tuple[str, ...] = ()
    note: str = ""
    phone_tail: str = ""
    collect_fen: int = 0
    mark: str = ""  # "" | new | changed
    new_stairwell: bool = False
    slow: bool = False
    is_point: bool = False
    containers: tuple[Load, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def line(self) -> str:
        """The row in one line, for a change slip."""
        diet = "、".join(self.diet) or "、".join(
            f"{load.words} {load.portions}" for load in self.containers
        )
        money = f"{self.collect_fen / 100:.2f}" if self.collect_fen else ""
        parts = (self.place, self.name, diet, f"×{self.portions}", money, self.note)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class MapPlace:
    """A place of the sketch: WGS-84 degrees × 1,000,000."""

    label: str
    lon_e6: int
    lat_e6: int


@dataclass(frozen=True)
class Sketch:
    """The round seen from above; places in driving order, first the kitchen."""

    number: int
    places: tuple[MapPlace, ...]
    unplaced: tuple[str, ...] = ()  # codes without any coordinate


@dataclass(frozen=True, kw_only=True)
class DriverSheet(Paper):
    """送餐单: one round for the person who drives it."""

    kind: ClassVar[str] = "sheet"
    template: ClassVar[str] = "prints/sheet.html"

    plan_digest: str
    plan_version: int
    draft: bool
    number: int
    driver: str
    vehicle: str
    leave_at: str
    last_before: str
    doors: int
    portions: int
    kilometres: str
    collect_fen: int
    door_loads: tuple[Load, ...]
    visits: tuple[Visit, ...]
    not_today: tuple[str, ...] = ()
    sketch: Sketch | None = None
    qr_text: str = ""
    strict: bool = False
    small: bool = False  # A5, two columns fewer

    @property
    def digest(self) -> str:
        """The plan's own digest, as `kitchen.round_sheets` makes it; other names or
        another size are another paper."""
        options = (
            (":draft", self.draft),
            (":strict", self.strict),
            (":a5", self.small),
        )
        return self.plan_digest + "".join(word for word, on in options if on)

    @property
    def has_points(self) -> bool:
        return any(visit.is_point for visit in self.visits)

    @property
    def ladders(self) -> tuple[Visit, ...]:
        """The doors that have someone to ring when they stay closed."""
        return tuple(visit for visit in self.visits if visit.contacts)

    def lines(self) -> dict[str, str]:
        visits = {v.key: f"{v.code} {v.line}" for v in self.visits}
        loads = {
            f"load:{load.key}": f"{load.words} ×{load.portions}"
            for load in self.door_loads
        }
        head = {"head:driver": self.driver, "head:leave": self.leave_at}
        return {**head, **loads, **visits}


@dataclass(frozen=True, kw_only=True)
class LoadCard(Paper):
    """装箱卡: stuck on the bags of one round or the containers of one point."""

    kind: ClassVar[str] = "load"
    template: ClassVar[str] = "prints/load_cards.html"
    frame: ClassVar[str] = "load-card"

    cards: tuple["Card", ...]

    def lines(self) -> dict[str, str]:
        return {
            f"{card.big}:{load.key}": f"{card.big} {load.words} ×{load.portions}"
            for card in self.cards
            for load in card.loads
        }


@dataclass(frozen=True)
class Card:
    """One crate's card. `big` is read from three metres: "3" or a point's name."""

    big: str
    heading: str
    driver: str
    leave_at: str
    loads: tuple[Load, ...]
    portions: int
    eat_before: str = ""
    qr_text: str = ""


@dataclass(frozen=True, kw_only=True)
class UnplacedList(Paper):
    """未排上名单: who eats today and is on no round, until someone resolves it."""

    kind: ClassVar[str] = "unplaced"
    template: ClassVar[str] = "prints/unplaced.html"

    people: tuple[Unplaced, ...]

    def lines(self) -> dict[str, str]:
        return {
            f"person:{p.number}": f"{p.place} {p.name} ×{p.portions} {p.why}"
            for p in self.people
        }


@dataclass(frozen=True)
class Difference:
    """One line that changed: kind is "added", "removed" or "changed"."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ChangeSlip(Paper):
    """变更单: what differs from the version in the holder's hands."""

    kind: ClassVar[str] = "slip"
    template: ClassVar[str] = "prints/slip.html"

    of_title: str
    of_number: int
    from_version: int
    to_version: int
    differences: tuple[Difference, ...]


# Labels


@dataclass(frozen=True)
class LabelLayout:
    """How labels are printed. Offsets in tenths of a millimetre; `start_at` 1 is the
    first free label of a sheet that was begun before; `fields` in printing order."""

    size: str = "60x40"  # 60x40 | a4
    offset_x: int = 0
    offset_y: int = 0
    start_at: int = 1
    full_name: bool = False
    show_place: bool = True
    fields: tuple[str, ...] = ("name", "place", "diet", "times")

    PER_SHEET: ClassVar[int] = 24
    FIELDS: ClassVar[tuple[str, ...]] = ("name", "place", "diet", "times")

    def __post_init__(self) -> None:
        if self.size not in ("60x40", "a4"):
            raise ValueError(f"label size {self.size!r}")
        if not 1 <= self.start_at <= self.PER_SHEET:
            raise ValueError(f"start_at {self.start_at}")
        if max(abs(self.offset_x), abs(self.offset_y)) > 100:
            raise ValueError("offsets are at most 10 mm")
        if unknown := set(self.fields) - set(self.FIELDS):
            raise ValueError(f"label fields {unknown}")


@dataclass(frozen=True)
class BoxLabel:
    """One label on one box. Exactly one of `diner_id` and `spare_id` is set."""

    code: str
    name: str
    place: str
    diet: tuple[str, ...]
    made_at: str
    eat_before: str
    portion: int = 1
    portions: int = 1
    kind: str = "door"  # door | spare | unplaced
    diner_id: int | None = None
    spare_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Labels(Paper):
    """餐盒标签: one for each portion, in packing order, the last stop first."""

    kind: ClassVar[str] = "labels"
    template: ClassVar[str] = "prints/labels.html"

    labels: tuple[BoxLabel, ...]
    layout: LabelLayout = LabelLayout()
    earlier: str = ""  # eat-before, where it is now sooner than first printed

    @property
    def digest(self) -> str:
        """Of the labels alone: another paper size is the same set of labels, and a
        time to eat them by that is later than the printed one does no harm."""
        content = [
            {**asdict(label), "made_at": "", "eat_before": self.earlier}
            for label in self.labels
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def lines(self) -> dict[str, str]:
        return {
            f"{label.diner_id or ''}:{label.spare_id or ''}:{label.portion}": " ".join(
                (label.code, label.name, "、".join(label.diet))
            )
            for label in self.labels
        }


# The kitchen's papers


@dataclass(frozen=True)
class DishRow:
    """One dish on the wall: portions of all its variants together."""

    name: str
    per_portion_grams: int
    portions: int
    total_grams: int
    batches: str  # "4 锅 × 48 份"
    out_at: str
    variants: tuple[tuple[str, int], ...] = ()


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
    sample_grams: int
    depart_at: str
    eat_within_minutes: int
    unplaced: int = 0
    unresolved: tuple[str, ...] = ()  # clashes nobody has answered yet

    def lines(self) -> dict[str, str]:
        dishes = {
            f"dish:{dish.name}": f"{dish.name} ×{dish.portions} "
            f"{dish.total_grams / 1000:.1f} kg {dish.out_at}"
            for dish in self.dishes
        }
        boxes = {
            f"box:{box.words}:{box.instruction}": f"{box.words} ×{box.portions} "
            f"{box.instruction}"
            for box in self.boxes
        }
        return {"total": f"×{self.portions}", **dishes, **boxes}


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
        return {
            f"{row.words}:{words}": f"{row.words} {words} ×{cell}"
            for row in self.rows
            for words, cell in zip(self.columns, row.cells, strict=True)
            if cell
        }


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


@dataclass(frozen=True, kw_only=True)
class MenuPoster(Paper):
    """一周菜单 with the price list, on the notice board."""

    kind: ClassVar[str] = "menu"
    template: ClassVar[str] = "prints/menu.html"
    frame: ClassVar[str] = "a4-landscape"

    days: tuple["MenuDay", ...]
    prices: tuple["PriceRow", ...]
    list_price_fen: int
    price_note: str = ""
    complaints_phone: str = ""

    def lines(self) -> dict[str, str]:
        return {
            day.day.isoformat(): " / ".join(
                f"{choice} {'、'.join(dishes)}" for choice, dishes in day.sets
            )
            for day in self.days
        }


@dataclass(frozen=True)
class MenuDay:
    """One day's column; `sets` pairs a choice ("A") with its dishes; none = closed."""

    day: date
    sets: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""


@dataclass(frozen=True)
class PriceRow:
    """Who pays what; amounts per meal in fen."""

    words: str
    self_pay_fen: int
    subsidy_fen: int


# The dining point's papers


@dataclass(frozen=True)
class RosterRow:
    """One expected diner. `tier` is a letter whose meaning is not printed."""

    name: str
    number: str
    phone_tail: str
    building: str
    tier: str
    diet: tuple[str, ...]
    portions: int
    way: str
    pay_fen: int


@dataclass(frozen=True, kw_only=True)
class Roster(Paper):
    """就餐名单: the point's meal on paper, when the till is down or there is none."""

    kind: ClassVar[str] = "roster"
    template: ClassVar[str] = "prints/roster.html"

    point: str
    address: str
    serve: str  # "11:00–12:30"
    rows: tuple[RosterRow, ...]
    loads: tuple[Load, ...]
    spares: int
    blank_rows: int = 8
    strict: bool = False

    def lines(self) -> dict[str, str]:
        people = {
            f"person:{row.number}": f"{row.name} {row.way} "
            f"{'、'.join(row.diet)} ×{row.portions}"
            for row in self.rows
        }
        loads = {
            f"load:{load.key}": f"{load.words} ×{load.portions}" for load in self.loads
        }
        return {**loads, **people}


@dataclass(frozen=True)
class MemberCard:
    """One elder's card; the QR holds the digits of `number` and nothing else."""

    name: str
    number: str
    point: str


@dataclass(frozen=True, kw_only=True)
class MemberCards(Paper):
    """就餐卡, ten on an A4 sheet, 85.6 × 54 mm each."""

    kind: ClassVar[str] = "cards"
    template: ClassVar[str] = "prints/cards.html"

    cards: tuple[MemberCard, ...]


# Papers people sign


@dataclass(frozen=True)
class BalanceLine:
    """One line of the day: what it is, and its figure in each column."""

    words: str
    figures: tuple[int, ...]
    strong: bool = False


@dataclass(frozen=True)
class NamedDifference:
    """A difference and the word that explains it; "" while nobody has."""

    where: str
    portions: int
    what: str
    reason: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class BalanceSheet(Paper):
    """当日对账单, signed; the seal stands for the audit chain up to this day."""

    kind: ClassVar[str] = "balance"
    template: ClassVar[str] = "prints/balance.html"

    columns: tuple[str, ...]
    balance: tuple[BalanceLine, ...]
    differences: tuple[NamedDifference, ...]
    money: tuple[tuple[str, int], ...]
    seal: str
    closed_by: str = ""
    closed_at: str = ""

    def lines(self) -> dict[str, str]:
        return {
            line.words: f"{line.words} {' '.join(map(str, line.figures))}"
            for line in self.balance
        }


@dataclass(frozen=True)
class MoneyTable:
    """Meals and fen by something; each row: words, meals, one amount per column.

    `adds_up` is false where one meal stands in several rows, as it has several payers.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[int, ...]], ...]
    adds_up: bool = True

    @property
    def total(self) -> tuple[int, tuple[int, ...]]:
        meals = sum(row[1] for row in self.rows)
        amounts = tuple(
            sum(row[2][i] for row in self.rows) for i in range(len(self.columns))
        )
        return meals, amounts


@dataclass(frozen=True, kw_only=True)
class SettlementSheet(Paper):
    """月度结算表, by payer and point, in PDF/UA: it is read by offices."""

    kind: ClassVar[str] = "settlement"
    template: ClassVar[str] = "prints/settlement.html"
    pdf_variant: ClassVar[str | None] = "pdf/ua-1"

    month: str  # 2026-11
    tables: tuple[MoneyTable, ...]
    claimed_meals: int
    claimed_fen: int
    closed: bool
    report_digest: str
    signatures: tuple[str, ...]

    def lines(self) -> dict[str, str]:
        return {
            f"{table.caption}:{words}": f"{words} {meals} "
            + " ".join(f"{fen / 100:.2f}" for fen in amounts)
            for table in self.tables
            for words, meals, amounts in table.rows
        }
