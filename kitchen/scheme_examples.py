"""Schemes in real use, as data to start from: the ten shapes that were found in public
notices and reports, each with its place and year. Amounts are theirs, not ours.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kitchen.tariff_texts import rules_of
from kitchen.tariffs import Rules

FILE = Path(__file__).with_name("data") / "schemes.json"


@dataclass(frozen=True)
class Example:
    """One shape of payment with its rules. `shape`: 1 … 10."""

    code: str
    shape: int
    name: str
    source: str
    note: str
    rules: Rules = field(repr=False)


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of their shapes."""
    return tuple(
        Example(
            one["code"],
            one["shape"],
            one["name"],
            one["source"],
            one["note"],
            rules_of(json.dumps(one["rules"])),
        )
        for one in json.loads(FILE.read_text("utf-8"))
    )


def example(code: str) -> Example | None:
    """The example of that code, if there is one."""
    return next((one for one in examples() if one.code == code), None)
