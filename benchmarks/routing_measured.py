"""What was measured, kept line by line, and the tables of the page made from it.

Every answer is added to a file as soon as it is there, so a measurement can be broken
off and taken up again, in parts and on other days. An answer of the engine counts for
the kernel it was measured with; another kernel's stays in the table, with a star, until
it is measured again. A table replaces its own lines of the page and nothing else.
"""

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "routing-measured.csv"
PAGE = ROOT / "docs" / "routing-benchmarks.md"


@dataclass(frozen=True)
class Measured:
    """One answer. `version` is the rival's, or a digest of the kernel; `load` is what
    the machine did besides, as its mean number of waiting processes."""

    part: str
    instance: str
    engine: str
    version: str
    seed: int
    cost: int
    rounds: int
    left_out: int
    violations: int
    load: float
    day: str

    @property
    def place(self) -> tuple[str, str, str, int]:
        return self.part, self.instance, self.engine, self.seed


def read(path: Path = STORE) -> dict[tuple[str, str, str, int], Measured]:
    """The newest answer of each engine to each instance."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = [_typed(row) for row in csv.DictReader(file)]
    return {row.place: row for row in rows}


def add(row: Measured, path: Path = STORE) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            writer.writerow(f.name for f in fields(Measured))
        writer.writerow(astuple(row))


def _typed(row: dict[str, str]) -> Measured:
    kinds = {f.name: f.type for f in fields(Measured)}
    made = {int: int, float: float, str: str}
    return Measured(**{name: made[kinds[name]](row[name]) for name in kinds})  # type: ignore[index]


def load() -> float:
    return round(os.getloadavg()[0], 1)


def today() -> str:
    return datetime.now().astimezone().date().isoformat()


# Kernels that find the same plans: 20,000 steps on each public instance and on the
# districts of 150 and 600 elders ended in the same rounds. What changed since are
# breaks, which no instance here has.
#
# Then the layout of the arrays moved to a file of its own, 3,000 steps on all of them
# ended in the same rounds, and the setting changed for districts small for their time;
# of those here the ones of 150 elders, which were measured again.
SAME_AS = {"403b393a": "3876e003", "73b0b9be": "3876e003"}


@cache
def kernel_version() -> str:
    """The same until something changes that the search depends on."""
    folder = ROOT / "routing"
    own = [folder / f"{name}.py" for name in ("arrays", "layout", "likely", "search")]
    files = [*own, *folder.glob("kernel*.py")]
    text = b"".join(path.read_bytes() for path in sorted(files))
    version = hashlib.sha256(text).hexdigest()[:8]
    return SAME_AS.get(version, version)


@cache
def model_version() -> str:
    """The same until something changes that the engine without a kernel depends on."""
    names = ("authority", "model", "choices", "floor", "crew", "solver")
    files = [ROOT / "routing" / f"{name}.py" for name in names]
    text = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(text).hexdigest()[:8]


def remark(rows: Iterable[Measured]) -> list[str]:
    """When and under what load the rows of a table were measured."""
    found = list(rows)
    if not found:
        return []
    days = sorted({row.day for row in found})
    loads = sorted(row.load for row in found)
    said = f"Measured {' and '.join(days)}, load {loads[0]} to {loads[-1]}."
    old = {r.version for r in found if r.engine == "sisr"} - {kernel_version()}
    star = " *: measured with a kernel changed since." if old else ""
    return [said + star, ""]


def put(name: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Replace the part of the page between the marks of this name, or append it."""
    text = page.read_text()
    part = f"<!-- {name} -->\n" + "\n".join(lines) + f"\n<!-- end of {name} -->"
    pattern = re.compile(f"<!-- {name} -->.*?<!-- end of {name} -->", re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: part, text)
    else:
        text = f"{text.rstrip()}\n\n{part}\n"
    page.write_text(text)
