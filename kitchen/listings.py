"""A list coming in that is no list of people: what each row would do, before anything
is written. Pure: a reader makes the rows, a page shows them, a verb takes the good.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kitchen.identity import Fault, plain_text
from kitchen.sheets import Column, Grid, Row, Sheet, Table, table_of, xlsx

T = TypeVar("T")
V = TypeVar("V")
LONGEST_CELL = 200


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One row, read. `verdict`: ok | change (it alters what is stored; `was` says how
    it stands now) | same (stored already) | refused. `faults` are (column, what)."""

    row: Row
    title: str
    value: T | None
    verdict: str
    faults: tuple[tuple[str, Fault], ...] = ()
    was: str = ""


@dataclass(frozen=True)
class Listing(Generic[T]):
    """What a file would do."""

    rows: tuple[Listed[T], ...]
    unknown_headers: tuple[str, ...] = ()

    def with_verdict(self, *verdicts: str) -> list[Listed[T]]:
        return [row for row in self.rows if row.verdict in verdicts]

    @property
    def good(self) -> list[Listed[T]]:
        return self.with_verdict("ok", "change")

    @property
    def values(self) -> list[T]:
        return [row.value for row in self.good if row.value is not None]


@dataclass
class Cells:
    """Reads the cells of one row and keeps what was wrong with them."""

    table: Table
    row: Row
    faults: list[tuple[str, Fault]] = field(default_factory=list)

    def text(self, key: str) -> str:
        """What stands in a known column; "" where it is empty or missing."""
        typed = self.table.value(self.row, key)
        if len(typed) > LONGEST_CELL:
            facts: dict[str, object] = {"length": len(typed), "most": LONGEST_CELL}
            self.fault(key, Fault("cell_too_long", typed[:20], facts))
            return ""
        return typed

    def read(self, key: str, reader: Callable[[str], V | Fault]) -> V | None:
        """The value of a cell that must be there, or None with its fault kept."""
        typed = self.text(key)
        if not typed:
            self.fault(key, Fault("cell_missing", ""))
            return None
        return self._kept(key, reader(typed))

    def read_if_any(self, key: str, reader: Callable[[str], V | Fault]) -> V | None:
        """The value of a cell that may be empty."""
        typed = self.text(key)
        return self._kept(key, reader(typed)) if typed else None

    def fault(self, key: str, fault: Fault) -> None:
        self.faults.append((key, fault))

    def _kept(self, key: str, read: V | Fault) -> V | None:
        if isinstance(read, Fault):
            self.fault(key, read)
            return None
        return read


def whole_number(least: int, most: int) -> Callable[[str], int | Fault]:
    """Reads "12", "12.0" or "１２" within limits; fault number_unreadable."""

    def read(typed: str) -> int | Fault:
        plain = plain_text(typed).removesuffix(".0")
        if plain.isdecimal() and least <= int(plain[:9]) <= most and len(plain) < 10:
            return int(plain)
        return Fault("number_unreadable", typed, {"least": least, "most": most})

    return read


def listing_of(
    grid: Grid,
    columns: Sequence[Column],
    required: str,
    read_row: Callable[[Table, Row], Listed[T]],
    key_of: Callable[[T], object],
) -> Listing[T]:
    """Every row of a file, read; of two rows for one key the second is refused
    (`row_repeated`). Refuses what `table_of` refuses."""
    table = table_of(grid, columns, required)
    first: dict[object, Listed[T]] = {}
    made: list[Listed[T]] = []
    for row in table.rows:
        one = read_row(table, row)
        if one.value is not None:
            earlier = first.setdefault(key_of(one.value), one)
            if earlier is not one:
                facts: dict[str, object] = {
                    "row": earlier.row.number,
                    "name": earlier.title,
                }
                fault = Fault("listed_twice", one.title, facts)
                one = Listed(row, one.title, None, "refused", ((required, fault),))
        made.append(one)
    return Listing(tuple(made), table.unknown_headers)


def rows_back(
    name: str,
    columns: Sequence[Column],
    required: str,
    grid: Grid,
    listing: Listing[T],
    problem_header: str,
    explain: Callable[[str, Fault], str],
) -> bytes:
    """The refused rows as a workbook like the one that came, each with what is wrong
    with it in a last column; corrected, it can be imported as it is."""
    table = table_of(grid, columns, required)
    kept = [i for i, header in enumerate(table.headers) if header != problem_header]
    body = [
        [
            *(one.row.cells[i] if i < len(one.row.cells) else "" for i in kept),
            "；".join(explain(column, fault) for column, fault in one.faults),
        ]
        for one in listing.with_verdict("refused")
    ]
    headers = [*(table.headers[i] for i in kept), problem_header]
    return xlsx([Sheet(name, headers, body, widths=[*(12 for _ in kept), 60])])


def labels(columns: Sequence[Column]) -> Mapping[str, str]:
    """Key → label, for telling which cell is wrong."""
    return {column.key: column.label for column in columns}
