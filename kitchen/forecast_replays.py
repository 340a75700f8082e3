"""The forecast of `kitchen.forecasts` measured on a place's own days, beside the plain
rule. Pure. Nothing is claimed for a place before its own days have proven it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kitchen.forecasts import Counts, KindOf, ordinary, outlook

REPLAYED_DAYS = 60
FEWEST_REPLAYED = 30
GAIN_PERCENT, COVERS_PERCENT = 10, (85, 95)


@dataclass(frozen=True)
class Replay:
    """One day as it would have been expected the evening before, and as it was."""

    day: date
    came: int
    expected: float
    between: tuple[int, int] | None
    plain: float | None  # the mean of the last eight same weekdays

    @property
    def is_between(self) -> bool:
        return self.between is not None and (
            self.between[0] <= self.came <= self.between[1]
        )


@dataclass(frozen=True)
class Measured:
    """The error of a replay in portions a day, beside the same-weekday mean's."""

    days: int
    error: float
    plain_error: float
    covered: int

    @property
    def gain_percent(self) -> float:
        """How much smaller the error is than the plain rule's."""
        if not self.plain_error:
            return 0.0
        return 100 * (1 - self.error / self.plain_error)

    @property
    def covers_percent(self) -> float:
        return 100 * self.covered / self.days if self.days else 0.0

    @property
    def is_proven(self) -> bool:
        """Better than the mean by a tenth, and as sure as it says: else no claim."""
        low, high = COVERS_PERCENT
        return (
            self.days >= FEWEST_REPLAYED
            and self.gain_percent >= GAIN_PERCENT
            and low <= self.covers_percent <= high
        )


def replayed(
    counts: Counts,
    *,
    booked: Counts | None = None,
    kind_of: KindOf = ordinary,
    of_booked: bool = False,
    last: int = REPLAYED_DAYS,
) -> list[Replay]:
    """The last days again, each from the days before it alone; days that the plain
    rule or the regression cannot speak of are left out."""
    made = []
    for day in sorted(counts)[-last:]:
        plain = weekday_mean(counts, day)
        one = outlook(counts, day, booked=booked, kind_of=kind_of, of_booked=of_booked)
        if one.rule == "model" and plain is not None:
            made.append(Replay(day, counts[day], one.expected, one.between(), plain))
    return made


def measured(replays: Sequence[Replay]) -> Measured:
    """How a replay went."""
    days = len(replays)
    misses = [abs(one.came - one.expected) for one in replays]
    plain = [abs(one.came - (one.plain or 0.0)) for one in replays]
    return Measured(
        days,
        sum(misses) / days if days else 0.0,
        sum(plain) / days if days else 0.0,
        sum(one.is_between for one in replays),
    )


def weekday_mean(counts: Counts, day: date, weeks: int | None = 8) -> float | None:
    """The mean of the last `weeks` same weekdays before `day`; None = of all."""
    same = sorted(d for d in counts if d < day and d.weekday() == day.weekday())
    kept = same[-weeks:] if weeks else same
    return sum(counts[d] for d in kept) / len(kept) if kept else None
