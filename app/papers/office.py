"""Papers people sign: the day's balance and the month."""

from dataclasses import dataclass
from typing import ClassVar

from app.papers.base import Paper


@dataclass(frozen=True)
class BalanceLine:
    """One line of the day: what it is, and its figure in each column."""

    words: str
    figures: tuple[int, ...]
    strong: bool = False


@dataclass(frozen=True)
class NamedDifference:
    """Differences of one kind and place, and the word that explains them, with who said
    it; "" while nobody has."""

    where: str
    portions: int | None  # None: grams, or portions of several dishes
    what: str
    reason: str
    each: tuple[str, ...] = ()  # by name, where there are several


@dataclass(frozen=True)
class TabletTally:
    """What one tablet held as its shift ended, and what of it is in the books."""

    point: str
    device: str
    acts: int
    held: int
    missing: int
    mark: str


@dataclass(frozen=True, kw_only=True)
class BalanceSheet(Paper):
    """当日对账单, signed; the seal stands for the audit chain up to this day."""

    kind: ClassVar[str] = "balance"
    template: ClassVar[str] = "prints/balance.html"

    columns: tuple[str, ...]
    balance: tuple[BalanceLine, ...]
    differences: tuple[NamedDifference, ...]
    money: tuple[tuple[str, int], ...]
    tallies: tuple[TabletTally, ...] = ()
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
    seal: str = ""  # of the audit chain, up to the month's last day
    signatures: tuple[str, ...]

    def lines(self) -> dict[str, str]:
        return {
            f"{table.caption}:{words}": f"{words} {meals} "
            + " ".join(f"{fen / 100:.2f}" for fen in amounts)
            for table in self.tables
            for words, meals, amounts in table.rows
        }
