"""A driver's morning as bars: riding, at the doors, waiting; late and cold in time.

Positions are percent of the axis, so that the drawing needs no script and no style.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kitchen.boards import Board, BoardRound
from kitchen.drivers import DriverFacts
from kitchen.round_plans import Beginning

TICK_MINUTES = (10, 15, 30, 60)
MOST_TICKS = 12


@dataclass(frozen=True)
class Axis:
    """From when to when; `ticks` are whole wall-clock times with their place."""

    starts: dt.datetime
    ends: dt.datetime
    ticks: tuple[tuple[dt.datetime, float], ...]

    def at(self, moment: dt.datetime) -> float:
        """0–100 percent."""
        whole = (self.ends - self.starts).total_seconds()
        part = (moment - self.starts).total_seconds() / whole
        return round(min(1.0, max(0.0, part)) * 100, 2)

    def wide(self, starts: dt.datetime, ends: dt.datetime) -> float:
        return round(max(0.15, self.at(ends) - self.at(starts)), 2)


@dataclass(frozen=True)
class Bar:
    """One piece: kind is drive, service, wait, late or cold."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Lane:
    """One driver's bars, and the figures said beside them."""

    driver: DriverFacts | None
    numbers: tuple[int, ...]
    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, bool], ...]  # each door: where, and whether late
    leaves: dt.datetime | None
    back: dt.datetime | None
    drive_seconds: int
    service_seconds: int
    wait_seconds: int
    late: int
    oldest_seconds: int
    begins: Beginning | None = None  # at a point, None: at the kitchen


def axis_of(board: Board) -> Axis | None:
    """The day from the first departure to the last return, windows included."""
    trips = [t for t in board.rounds if t.depart_at and t.back_at]
    if not trips or board.serves is None:
        return None
    starts = min(t.depart_at for t in trips if t.depart_at)
    ends = max([board.serves[1], *(t.back_at for t in trips if t.back_at)])
    minutes = (ends - starts).total_seconds() / 60
    step = next((m for m in TICK_MINUTES if minutes / m <= MOST_TICKS), 120)
    first = starts.replace(minute=0, second=0, microsecond=0)
    axis = Axis(starts, ends, ())
    ticks = []
    moment = first
    while moment <= ends:
        if moment >= starts:
            ticks.append((moment, axis.at(moment)))
        moment += dt.timedelta(minutes=step)
    return Axis(starts, ends, tuple(ticks))


def bars_of(board: Board, axis: Axis) -> list[Lane]:
    """One lane for each driver, in the order of the rounds; rounds without a driver
    each have their own."""
    lanes: dict[object, list[BoardRound]] = {}
    for trip in board.rounds:
        if trip.stops:
            who = trip.driver.id if trip.driver else f"round {trip.number}"
            lanes.setdefault(who, []).append(trip)
    return [_lane(board, axis, trips) for trips in lanes.values()]


def _lane(board: Board, axis: Axis, trips: Sequence[BoardRound]) -> Lane:
    spans = [span for trip in trips for span in trip.spans]
    seconds = {
        kind: sum(span.seconds for span in spans if span.kind == kind)
        for kind in ("drive", "service", "wait")
    }
    bars = [
        Bar(span.kind, axis.at(span.starts_at), axis.wide(span.starts_at, span.ends_at))
        for span in spans
    ]
    for trip in trips:
        bars += _too_long(board, axis, trip)
    return Lane(
        driver=trips[0].driver,
        numbers=tuple(trip.number for trip in trips),
        bars=tuple(bars),
        marks=tuple(
            (axis.at(stop.arrival_at), stop.late)
            for trip in trips
            for stop in trip.stops
            if stop.arrival_at
        ),
        leaves=trips[0].depart_at,
        back=trips[-1].back_at,
        drive_seconds=seconds["drive"],
        service_seconds=seconds["service"],
        wait_seconds=seconds["wait"],
        late=sum(trip.late for trip in trips),
        oldest_seconds=max(trip.oldest_seconds for trip in trips),
        begins=trips[0].begins,
    )


def _too_long(board: Board, axis: Axis, trip: BoardRound) -> list[Bar]:
    """Where the round runs past the meal's end, and where its food is past its age."""
    found, last = [], trip.last_at
    if trip.late and last and board.serves:
        end = board.serves[1]
        found.append(Bar("late", axis.at(end), axis.wide(end, last)))
    if trip.too_old and last and trip.food_left_at:
        cold = trip.food_left_at + dt.timedelta(minutes=board.hot_limit_minutes)
        found.append(Bar("cold", axis.at(cold), axis.wide(cold, last)))
    return found
