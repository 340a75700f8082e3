"""How many will come: an expectation and its spread, from a place's own days. Pure.

The expectation is the place's recent level, corrected by a ridge regression (numpy)
with forgetting: weekday, the last same weekdays, what is booked, days beside a closed
stretch, make-up days and, after a year, the season. The spread is the regression's
own leave-one-out error. Measured on attendance nobody here has made up:
`./run bench forecast`, docs/forecast-benchmarks.md. Under four weeks there is no
regression: the median of the same weekday, without a spread.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kitchen.calendar import weekday_median

FEWEST_DAYS_SPAN = 28
FEWEST_DAYS = 15
LOOKS_BACK = 250  # service days: a year of a kitchen that rests at weekends
SEASON_DAYS = 365
COVER = 0.9

# `of_booked` was chosen on 22 canteens that are in no table (error of no-shows 17 % and
# 13 % below the best same-weekday mean there, against 13 % and 10 % without it).
# How fast older days fade, and how hard the regression is held: set once while looking
# at eleven canteens, measured on eleven others (docs/forecast-benchmarks.md).
SLOW, FAST, SAME_WEEKDAY, ERRORS, FADES, RIDGE = 0.05, 0.25, 0.4, 0.1, 0.995, 8.0
ROUNDS, ERRORS_KEPT = 8, 120
KINDS = ("", "makeup", "before", "after")

Counts = Mapping[date, int]
KindOf = Callable[[date], str]
"""What sort of day: "" an ordinary one, "makeup", "before" or "after" a closed
stretch longer than a weekend."""


def ordinary(_day: date) -> str:
    """Every day alike, where no calendar is known."""
    return ""


@dataclass(frozen=True)
class Attendance:
    """One meal at one place on one day. `booked` at the close of the count, None where
    a list does not say; `came` of those booked; `walk_ins` came without booking."""

    day: date
    booked: int | None
    came: int
    walk_ins: int

    @property
    def fed(self) -> int:
        return self.came + self.walk_ins

    @property
    def no_shows(self) -> int:
        return max(0, (self.booked or 0) - self.came)


@dataclass(frozen=True)
class Outlook:
    """What is expected. `rule`: model | weekday (too little history) | none. `spread`
    are sorted differences between what came and what was expected; empty = unknown."""

    rule: str
    expected: float = 0.0
    spread: tuple[float, ...] = ()

    def quantile(self, share: float) -> float | None:
        """The count not exceeded in that share of days; never below nought. Between
        the errors seen it is interpolated, n errors standing for n + 1 gaps."""
        if not self.spread:
            return None
        place = min(max(share * (len(self.spread) + 1) - 1, 0), len(self.spread) - 1)
        low = math.floor(place)
        high = min(low + 1, len(self.spread) - 1)
        step = self.spread[high] - self.spread[low]
        return max(0.0, self.expected + self.spread[low] + step * (place - low))

    def between(self, share: float = COVER) -> tuple[int, int] | None:
        """The nearest whole numbers that hold that share of days in the middle."""
        low = self.quantile((1 - share) / 2)
        high = self.quantile((1 + share) / 2)
        if low is None or high is None:
            return None
        return round(low), round(high)


def outlook(
    counts: Counts,
    day: date,
    *,
    booked: Counts | None = None,
    kind_of: KindOf = ordinary,
    of_booked: bool = False,
) -> Outlook:
    """What to expect of `day` from the days before it. `booked` is used when it is
    known for the day and for every day looked back on. `of_booked`: the counts are a
    part of those booked; then the other part is expected too, and what is booked less
    that has half the say."""
    days = sorted(d for d in counts if d < day)[-LOOKS_BACK:]
    if not days:
        return Outlook("none")
    if (day - days[0]).days < FEWEST_DAYS_SPAN or len(days) < FEWEST_DAYS:
        return Outlook("weekday", weekday_median(counts, day) or 0.0)
    known = booked if booked and all(d in booked for d in (*days, day)) else None
    told = _regressed([*days, day], [counts[d] for d in days], known, kind_of)
    if of_booked and known:
        others = [known[d] - counts[d] for d in days]
        came, came_missed = _regressed([*days, day], others, known, kind_of)
        mine, missed = told
        told = (mine + known[day] - came) / 2, (missed - came_missed) / 2
    return _told(*told)


def _told(expected: float, missed: Any) -> Outlook:
    """The outlook of a regression: few are far off on one side only (no-shows), so the
    middle of what it missed belongs to what is expected."""
    import numpy as np

    spread = np.sort(missed[-ERRORS_KEPT:])
    middle = float(np.median(spread))
    expected = max(0.0, max(0.0, expected) + middle)
    return Outlook("model", expected, tuple((spread - middle).tolist()))


def _regressed(
    days: Sequence[date], counted: Sequence[int], booked: Counts | None, kind_of: KindOf
) -> tuple[float, Any]:
    """What is expected of the last day, and by how much each of the others was missed
    when it was left out, in today's size."""
    import numpy as np  # a tenth of a second that most commands never need

    kinds = [kind_of(day) for day in days]
    levels_told, away = _levels(days, counted, kinds, booked)
    levels = np.asarray(levels_told)
    table = np.column_stack([np.asarray(away), _marks(days, kinds, levels)])
    scale = table[:-1].std(axis=0) + 0.02 * levels[-1] + 0.1
    seen, now = table[:-1] / scale, table[-1] / scale
    wanted = np.asarray(counted, float) - levels[:-1]
    fades = FADES ** np.arange(len(wanted), 0, -1)
    weights, held = fades, RIDGE * np.eye(seen.shape[1])
    for _ in range(ROUNDS):  # large misses (a strike, a flood) weigh less each time
        weighted = (seen * weights[:, None]).T
        inverse = np.linalg.inv(weighted @ seen + held)
        slopes = inverse @ (weighted @ wanted)
        missed = wanted - seen @ slopes
        far = np.abs(missed)
        weights = fades * np.minimum(1, (np.median(far) + 0.5) / (far + 1e-9))
    expected = float(levels[-1] + now @ slopes)
    leverage = np.einsum("ij,ji->i", seen @ inverse, weighted)
    left_out = missed / np.maximum(1 - leverage, 0.2)
    # A place with more people misses by more: spread grows with the root of its level.
    root = np.sqrt(levels + 1)
    return expected, left_out / root[:-1] * root[-1]


def _levels(
    days: Sequence[date],
    counted: Sequence[int],
    kinds: Sequence[str],
    booked: Counts | None,
) -> tuple[list[float], list[tuple[float, ...]]]:
    """For each day what was known the evening before: the slow level, and how far the
    last days, the last same weekdays, the mean of all days, and the bookings with their
    usual error, are from it. Never a figure of the day itself but its bookings."""
    slow = fast = mean = float(counted[0])
    same: dict[int, float] = {}
    error = 0.0
    levels: list[float] = []
    away: list[tuple[float, ...]] = []
    for day, kind, count in zip(days, kinds, (*counted, None), strict=True):
        weekday = -1 if kind == "makeup" else day.weekday()
        usual = same.get(weekday, slow)
        levels.append(slow)
        signs = (fast - slow, usual - slow, mean - slow)
        away.append(signs if booked is None else (*signs, booked[day] - slow, error))
        if count is None:
            break
        slow += SLOW * (count - slow)
        fast += FAST * (count - fast)
        mean += (count - mean) / len(levels)
        same[weekday] = usual + SAME_WEEKDAY * (count - usual)
        if booked is not None:
            error += ERRORS * (count - booked[day] - error)
    return levels, away


def _marks(days: Sequence[date], kinds: Sequence[str], levels: Any) -> Any:
    """Weekday, sort of day and, after a year, season: as shares of the level."""
    import numpy as np

    weekdays = [
        7 if k == "makeup" else d.weekday() for d, k in zip(days, kinds, strict=True)
    ]
    sorts = [KINDS.index(kind) for kind in kinds]
    marks = [np.eye(8)[weekdays], np.eye(len(KINDS))[sorts][:, 2:]]
    if (days[-1] - days[0]).days >= SEASON_DAYS:
        turn = np.array([d.timetuple().tm_yday for d in days]) * 2 * math.pi / 365.25
        marks += [np.sin(turn)[:, None], np.cos(turn)[:, None]]
    return np.column_stack(marks) * levels[:, None]


# A place's meal ---------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """One meal at one place: who comes without booking, who stays away, who is fed.
    `booked` is the count the outlook was made for; None = not known."""

    booked: int | None
    walk_ins: Outlook
    no_shows: Outlook
    fed: Outlook
    weeks: int

    @property
    def rule(self) -> str:
        return self.walk_ins.rule


def expected_at(
    past: Sequence[Attendance],
    day: date,
    booked: int | None,
    *,
    kind_of: KindOf = ordinary,
) -> Expected:
    """What to expect at a place on `day`, from its days before."""
    earlier = [one for one in past if one.day < day]
    knows = all(one.booked is not None for one in earlier)
    known = {one.day: one.booked or 0 for one in earlier} if knows else {}
    bookings = {**known, day: booked} if booked is not None else None

    def of(counts: dict[date, int], of_booked: bool = False) -> Outlook:
        return outlook(
            counts, day, booked=bookings, kind_of=kind_of, of_booked=of_booked
        )

    first = min((one.day for one in earlier), default=day)
    return Expected(
        booked=booked,
        walk_ins=of({one.day: one.walk_ins for one in earlier}),
        no_shows=of({one.day: one.no_shows for one in earlier if one.booked}, True),
        fed=of({one.day: one.fed for one in earlier}),
        weeks=(day - first).days // 7,
    )


@dataclass(frozen=True)
class Suggestion:
    """Portions to cook beyond the bookings: for expected walk-ins, and as spares."""

    walk_ins: int
    spares: int

    @property
    def portions(self) -> int:
        return self.walk_ins + self.spares


def suggested(expected: Expected, short_fen: int, wasted_fen: int) -> Suggestion:
    """How many more to cook than are booked: the count that is enough in
    short ÷ (short + wasted) of days (the newsvendor's rule), since below it one more
    portion saves more than it costs, and above it the other way round. Those who
    stay away leave theirs to those who just come. Without a spread: walk-ins alone."""
    walk_ins = round(expected.walk_ins.expected)
    enough = expected.fed.quantile(short_fen / max(short_fen + wasted_fen, 1))
    if enough is None or expected.booked is None:
        return Suggestion(walk_ins, 0)
    more = max(0, math.ceil(enough - 1e-9) - expected.booked)
    return Suggestion(min(more, walk_ins), max(0, more - walk_ins))


# Sorts of days ----------------------------------------------------------------


def kinds_beside(served: Sequence[date], makeup: Callable[[date], bool]) -> KindOf:
    """The sort of each day, when the days of service are known (the published
    calendar): a gap of more than a weekend is a closed stretch."""
    days = sorted(set(served))

    def kind_of(day: date) -> str:
        if makeup(day):
            return "makeup"
        place = bisect_left(days, day)
        after = next((d for d in days[place : place + 2] if d > day), None)
        before = days[place - 1] if place else None
        if before is not None and day - before > LONG_GAP:
            return "after"
        return "before" if after is not None and after - day > LONG_GAP else ""

    return kind_of


LONG_GAP = timedelta(days=4)
