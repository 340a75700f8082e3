"""A measured figure beside what is asked for, and whether that is met."""

import re
from dataclasses import dataclass

AMOUNT = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?)\s*(ms|s|MiB|MB)?\b")
UNITS = {"ms": 0.001, "MiB": 1.048576}  # of a second, of a megabyte


@dataclass(frozen=True)
class Figure:
    """One measured line: what, how much, what is asked for."""

    what: str
    value: str
    target: str

    @property
    def is_met(self) -> bool:
        """Whether the first amount measured keeps the first amount asked for. Targets
        that name no bound ("as before") are for people to judge."""
        asked = re.match(r"<|≤|≥|within|0$", self.target)
        if asked is None:
            return True
        measured, bound = _amount(self.value), _amount(self.target)
        if asked[0] == "≥":
            return measured >= bound
        return measured < bound if asked[0] == "<" else measured <= bound

    @property
    def row(self) -> str:
        told = self.value if self.is_met else f"{self.value} – **missed**"
        return f"| {self.what} | {told} | {self.target} |"


def _amount(text: str) -> float:
    found = AMOUNT.search(text)
    if found is None:
        raise ValueError(f"no amount in {text!r}")
    return float(found[1].replace(",", "")) * UNITS.get(found[2], 1.0)


def figures_in(page: str) -> list[Figure]:
    """The rows of a page's tables that have these three columns."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", page, re.MULTILINE)
    return [
        Figure(what, value.removesuffix(" – **missed**"), target)
        for what, value, target in rows
        if (what, target) != ("what", "asked for") and not set(what) <= set("-: ")
    ]


def asked_in(page: str) -> list[Figure]:
    """The cells of a page's tables whose first row is `asked`, each against that."""
    found: list[Figure] = []
    for table in re.findall(r"(?:^\|.*\|$\n?)+", page, re.MULTILINE):
        head, _, *rows = [_cells(line) for line in table.splitlines()]
        if rows and rows[0][0] == "asked":
            found += [
                Figure(f"{row[0]}: {name}", value, target)
                for row in rows[1:]
                for name, value, target in zip(head, row, rows[0], strict=True)
                if target not in ("", "asked")
            ]
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip(" *") for cell in line.strip("|").split("|")]
