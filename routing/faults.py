"""Collecting what is wrong with an input: every fault, each with its place."""

from collections.abc import Iterable
from typing import TypeGuard

# What the search can hold and add up: seconds since 1970, seconds of 63 years, metres,
# amounts. Beyond it a sum of thousands would be no 64-bit number any more.
MOST = 2_000_000_000


class InvalidInput(ValueError):
    """What was given cannot be used; `faults` lists every reason with its place."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Faults:
    """A notebook of faults; `raise_if_any` turns a non-empty one into an error."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, sentence: str) -> None:
        self.found.append(f"{place}: {sentence}" if place else sentence)

    def take(self, error: InvalidInput, place: str) -> None:
        """Adopt another notebook's faults under a longer place."""
        for fault in error.faults:
            self.found.append(f"{place}.{fault}" if place else fault)

    def whole(self, place: str, value: object, least: int = 0) -> None:
        """A whole number from `least` to `MOST`; true and 3.0 are not whole numbers."""
        if not is_whole(value):
            self.add(place, f"needs a whole number, got {value!r}")
        elif value < least:
            self.add(place, f"must be at least {least}, got {value}")
        elif value > MOST:
            self.add(place, f"must be at most {MOST}, got {value}")

    def amounts(self, place: str, values: object) -> None:
        if not isinstance(values, tuple):
            self.add(place, f"needs a list of whole numbers, got {values!r}")
            return
        for number, value in enumerate(values):
            self.whole(f"{place}[{number}]", value)

    def raise_if_any(self) -> None:
        if self.found:
            raise InvalidInput(self.found)


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_id(value: object) -> bool:
    return is_whole(value) or (isinstance(value, str) and value != "")
