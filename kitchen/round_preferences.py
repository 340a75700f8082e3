"""Who should come to a door: whoever is paired with the person; else somebody who
speaks their language; else who brought it last time; else a driver who likes to go to
that compound. A wish with a price, never a rule: bans and locks are rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kitchen.drivers import DriverFacts, words_of
from kitchen.stops import Drop, Key

STRONGER_THAN_HABIT = frozenset({"paired", "language"})
"""Wishes that also speak for moving somebody away from whoever brings it now."""


@dataclass(frozen=True)
class Wish:
    """The driver to prefer, and why. why: paired | language | usual | likes"""

    driver_id: int
    why: str


def wished(
    drops: Iterable[Drop],
    drivers: Sequence[DriverFacts],
    usual: Mapping[Key, int],
    paired: Mapping[int, int],
) -> dict[Key, Wish]:
    """Door or point → whom to prefer, of those who are there. `usual`: who brought it
    last time; `paired`: elder → driver."""
    there = {driver.id: driver for driver in drivers}
    found = {
        drop.key: _wish(drop, there, usual.get(drop.key), paired) for drop in drops
    }
    return {key: wish for key, wish in found.items() if wish is not None}


def _wish(
    drop: Drop,
    there: Mapping[int, DriverFacts],
    usual: int | None,
    paired: Mapping[int, int],
) -> Wish | None:
    mine = there.get(paired.get(drop.elder_id or 0, 0))
    if mine is not None:
        return Wish(mine.id, "paired")
    known = there.get(usual or 0)
    if drop.language and not (known and known.speaks(drop.language)):
        for driver in there.values():
            if driver.speaks(drop.language):
                return Wish(driver.id, "language")
    if usual is not None:
        return Wish(usual, "usual")
    for driver in there.values():
        if drop.compound and drop.compound in words_of(driver.prefers):
            return Wish(driver.id, "likes")
    return None


def substitutes(
    drivers: Iterable[DriverFacts], there: Iterable[DriverFacts]
) -> dict[int, int]:
    """Driver who is not there → the substitute who is."""
    here = {driver.id for driver in there}
    return {
        driver.id: driver.substitute
        for driver in drivers
        if driver.id not in here and driver.substitute in here
        if driver.substitute is not None
    }
