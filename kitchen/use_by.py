"""Until when food may be eaten. One home: labels, rounds and checks all ask here. Pure.

Every number is a setting of the kitchen; `life_of` names the sources.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen.lateness import is_late
from kitchen.places import KitchenFacts


@dataclass(frozen=True)
class HoldingFacts:
    """One measured temperature, °C × 10. kind: hold | chilled | reheated"""

    decidegrees: int
    measured_at: datetime
    by: str
    kind: str = "hold"
    at: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.at is not None and is_late(self.measured_at, self.at)


@dataclass(frozen=True)
class Life:
    """Until when food may be eaten and by which rule: fresh (2 h) | held (4 h hot) |
    chilled (24 h, and only after reheating) | reheated."""

    use_by: datetime
    rule: str = "fresh"

    @property
    def must_reheat(self) -> bool:
        return self.rule == "chilled"


Place = tuple[str, int]
"""("round", its number) or ("point", its id)."""


@dataclass(frozen=True)
class BatchFacts:
    """One pot filling that was cooked. `places` empty: nobody wrote down where it
    went, so it may be anywhere."""

    id: int
    dish_id: int
    dish_name: str
    number: int
    portions: int
    cooked_off_at: datetime
    core_decidegrees: int | None
    holdings: tuple[HoldingFacts, ...]
    use_by: datetime
    at: datetime
    by: str
    rule: str = "fresh"
    places: tuple[Place, ...] = ()
    day: date | None = None
    meal: str = ""
    grams: int | None = None

    @property
    def is_late(self) -> bool:
        return is_late(self.cooked_off_at, self.at)

    @property
    def must_reheat(self) -> bool:
        return self.rule == "chilled"


def use_by(
    cooked_off_at: datetime, holdings: Iterable[HoldingFacts], kitchen: KitchenFacts
) -> datetime:
    """Until when food may be eaten. One function for labels, rounds and checks; see
    `life_of` for the rules."""
    return life_of(cooked_off_at, holdings, kitchen).use_by


def life_of(
    cooked_off_at: datetime, holdings: Iterable[HoldingFacts], kitchen: KitchenFacts
) -> Life:
    """The rules, each number a setting of the kitchen:

    - 2 h after cook-off, or 4 h when held at 60 °C or more (2018 operating code of
      catering food safety, group-meal delivery by heat);
    - chilled to 8 °C within 2 h: 24 h after cook-off, but only after reheating to a
      core of 70 °C, and then 2 h (4 h hot) from the reheating (same code, by cold;
      GB 31654-2021).

    The longer times need a temperature taken while the food was still good, and none
    on the wrong side: what once cooled down is not made good by warming it.
    """
    readings = sorted(holdings, key=lambda each: each.measured_at)
    chilled = _chilled(cooked_off_at, readings, kitchen)
    if chilled is None:
        return _hot_life(cooked_off_at, _held(readings), kitchen)
    after = [each for each in readings if each.measured_at >= chilled.measured_at]
    until = cooked_off_at + timedelta(minutes=kitchen.eat_within_chilled_minutes)
    reheated = _reheated(after, until, kitchen)
    cold = [e for e in after if reheated is None or e.measured_at < reheated]
    if any(each.decidegrees > kitchen.cold_decidegrees for each in _held(cold)):
        return _hot_life(cooked_off_at, [], kitchen)  # it warmed up on the shelf
    if reheated is None:
        return Life(until, "chilled")
    served = [each for each in _held(after) if each.measured_at >= reheated]
    return Life(min(until, _hot_life(reheated, served, kitchen).use_by), "reheated")


def _held(readings: Iterable[HoldingFacts]) -> list[HoldingFacts]:
    return [each for each in readings if each.kind == "hold"]


def _hot_life(
    start: datetime, temperatures: Sequence[HoldingFacts], kitchen: KitchenFacts
) -> Life:
    short = start + timedelta(minutes=kitchen.eat_within_minutes)
    hot = [each.decidegrees >= kitchen.hot_decidegrees for each in temperatures]
    in_time = any(
        warm and each.measured_at <= short
        for warm, each in zip(hot, temperatures, strict=True)
    )
    if in_time and all(hot):
        return Life(start + timedelta(minutes=kitchen.eat_within_held_minutes), "held")
    return Life(short)


def _chilled(
    cooked_off_at: datetime, readings: Iterable[HoldingFacts], kitchen: KitchenFacts
) -> HoldingFacts | None:
    """The reading that shows it was cold in time."""
    by_then = cooked_off_at + timedelta(minutes=kitchen.chill_within_minutes)
    for each in readings:
        in_time = each.kind == "chilled" and each.measured_at <= by_then
        if in_time and each.decidegrees <= kitchen.cold_decidegrees:
            return each
    return None


def _reheated(
    readings: Iterable[HoldingFacts], until: datetime, kitchen: KitchenFacts
) -> datetime | None:
    for each in readings:
        enough = each.decidegrees >= kitchen.core_decidegrees
        if each.kind == "reheated" and enough and each.measured_at <= until:
            return each.measured_at
    return None


def made_and_use_by(
    batches: Iterable[BatchFacts],
) -> tuple[datetime, datetime] | None:
    """The time on a box with several dishes: the earliest cook-off and the earliest
    use-by among them; None while nothing is cooked."""
    cooked = list(batches)
    if not cooked:
        return None
    earliest = min(batch.cooked_off_at for batch in cooked)
    return earliest, min(batch.use_by for batch in cooked)


def batches_at(
    batches: Iterable[BatchFacts], dish_id: int, place: Place
) -> list[BatchFacts]:
    """The batches of a dish that may be at a place: those written down for it, and
    those nobody wrote down at all."""
    return [
        batch
        for batch in batches
        if batch.dish_id == dish_id and (not batch.places or place in batch.places)
    ]
