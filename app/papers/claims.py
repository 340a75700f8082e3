"""Papers that ask for money and tell the public: the claim, the quarter, the notice."""

from dataclasses import dataclass
from typing import ClassVar

from app.papers.base import Paper
from app.papers.office import MoneyTable


@dataclass(frozen=True)
class SignedBy:
    """A signature line: the office, and who signed when; "" leaves it to the pen."""

    office: str
    signer: str = ""
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class ClaimSheet(Paper):
    """申领单 for one funder and one month, in PDF/UA; no name of anybody is on it."""

    kind: ClassVar[str] = "claim"
    template: ClassVar[str] = "prints/claim.html"
    pdf_variant: ClassVar[str | None] = "pdf/ua-1"

    month: str  # 2026-11
    payer: str
    tables: tuple[MoneyTable, ...]
    claimed_meals: int
    claimed_fen: int
    closed: bool
    content_digest: str
    seal: str
    seal_day: str
    signatures: tuple[SignedBy, ...]

    def lines(self) -> dict[str, str]:
        return _lines(self.tables)


@dataclass(frozen=True, kw_only=True)
class StatementSheet(Paper):
    """季度结算表 of one community, in PDF/UA, with the three offices in their order."""

    kind: ClassVar[str] = "statement"
    template: ClassVar[str] = "prints/statement.html"
    pdf_variant: ClassVar[str | None] = "pdf/ua-1"

    quarter: str  # 2026-Q4
    community: str
    tables: tuple[MoneyTable, ...]
    claimed_meals: int
    claimed_fen: int
    content_digest: str
    seal: str
    seal_day: str
    signatures: tuple[SignedBy, ...]

    def lines(self) -> dict[str, str]:
        return _lines(self.tables)


@dataclass(frozen=True)
class NoticeRow:
    """One recipient as the public may know it: 张*英, and no door, ID or phone."""

    masked: str
    community: str
    meals: int
    fen: int


@dataclass(frozen=True, kw_only=True)
class PublicNotice(Paper):
    """公示表 of a month, for the notice board."""

    kind: ClassVar[str] = "notice"
    template: ClassVar[str] = "prints/notice.html"
    pdf_variant: ClassVar[str | None] = "pdf/ua-1"

    month: str
    rows: tuple[NoticeRow, ...]

    @property
    def meals(self) -> int:
        return sum(row.meals for row in self.rows)

    @property
    def fen(self) -> int:
        return sum(row.fen for row in self.rows)

    def lines(self) -> dict[str, str]:
        return {
            str(i): f"{row.masked} {row.community} {row.meals} {row.fen / 100:.2f}"
            for i, row in enumerate(self.rows, 1)
        }


def _lines(tables: tuple[MoneyTable, ...]) -> dict[str, str]:
    return {
        f"{table.caption}:{i}": f"{words} {meals} "
        + " ".join(f"{fen / 100:.2f}" for fen in amounts)
        for table in tables
        for i, (words, meals, amounts) in enumerate(table.rows)
    }
