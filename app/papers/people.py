"""Papers about people at the tables: a point's list, members' cards."""

from dataclasses import dataclass
from typing import ClassVar

from app.papers.base import Load, Paper


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
