"""Papers of food safety: the pack for an inspection, the list of a recall."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.papers.base import Paper


@dataclass(frozen=True)
class RecordTable:
    """Records of one kind as they stand; a late one says so in its own row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    none: str = ""  # what to say when there are no rows


@dataclass(frozen=True)
class RecallRow:
    """One person to ring, or nameless portions to fetch."""

    place: str
    name: str
    number: str
    phone_tail: str
    contact: str
    dishes: str
    portions: int
    state: str


@dataclass(frozen=True, kw_only=True)
class RecallList(Paper):
    """召回名单: whom food reached, by day and place, with a box for each call."""

    kind: ClassVar[str] = "recall"
    template: ClassVar[str] = "prints/recall.html"

    what: str
    reason: str
    batches: tuple[str, ...]
    rows: tuple[RecallRow, ...]

    @property
    def people(self) -> int:
        return sum(1 for row in self.rows if row.name)

    def lines(self) -> dict[str, str]:
        return {
            f"{row.place}:{row.number}": f"{row.place} {row.name} {row.state}"
            for row in self.rows
        }


@dataclass(frozen=True, kw_only=True)
class InspectionPack(Paper):
    """检查资料: everything an inspector asks for, for any days."""

    kind: ClassVar[str] = "inspection"
    template: ClassVar[str] = "prints/inspection.html"
    frame: ClassVar[str] = "a4-landscape"

    first: date
    last: date
    licence: str
    address: str
    rules: tuple[tuple[str, str], ...]  # the kitchen's limits and where they come from
    tables: tuple[RecordTable, ...]

    def lines(self) -> dict[str, str]:
        return {table.caption: str(len(table.rows)) for table in self.tables}
