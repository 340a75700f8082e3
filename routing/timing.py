"""The clock of one round: pure arithmetic on visits in a fixed order.

A round leaves as late as it can without being over later than with the earliest
departure, so that waiting happens at the kitchen, where food stays hot, and not on the
road.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.problem import Break, Job, TimeWindow

FAR = 1 << 40


@dataclass(slots=True)  # not frozen: made by the thousand, and that costs twice
class Visit:
    """A job or a rest with the way that leads to it, and all that its clock needs, read
    once. A visit that `is_prompt` brings others what they wait for."""

    task: Job | Break
    travel: int = 0
    distance: int = 0
    setup: int = 0
    is_prompt: bool = False
    way: int = field(init=False)  # travel and setup
    windows: tuple[TimeWindow, ...] = field(init=False)
    service: int = field(init=False)
    max_age: int | None = field(init=False)
    is_rest: bool = field(init=False)

    def __post_init__(self) -> None:
        task = self.task
        self.way = self.travel + self.setup
        self.windows, self.service = task.windows, task.service
        self.is_rest = isinstance(task, Break)
        self.max_age = task.max_age if isinstance(task, Job) else None


@dataclass(slots=True)  # not frozen: made by the thousand, and that costs twice
class Timed:
    """A visit with its times; `late` is how far it misses its last window."""

    visit: Visit
    arrival: int
    begin: int
    late: int
    slack: int

    @property
    def waiting(self) -> int:
        return self.begin - self.arrival - self.visit.setup

    @property
    def departure(self) -> int:
        return self.begin + self.visit.service


def run(visits: Sequence[Visit], departs: int) -> list[Timed]:
    """Every visit as early as the departure and its windows allow."""
    clock, timed = departs, []
    for visit in visits:
        made = _begin(visit, clock + visit.travel)
        timed.append(made)
        clock = made.begin + visit.service
    return timed


def late_departure(visits: Sequence[Visit], earliest: int) -> int:
    """The latest departure by which the round is over no later than leaving at
    `earliest`, every window kept; nobody who waits for a visit is served later."""
    return earliest + _idle(run(visits, earliest))


def leave_late(visits: Sequence[Visit], earliest: int) -> tuple[int, list[Timed]]:
    """When to leave, as `departure`, and every visit then."""
    if any(len(visit.windows) > 1 for visit in visits):
        departs = departure(visits, earliest)
        return departs, run(visits, departs)
    timed = run(visits, earliest)
    by = _idle(timed)
    _put_off(timed, by)
    return earliest + by, timed


def _idle(timed: Sequence[Timed]) -> int:
    """Seconds of waiting on the way that are as well waited before leaving."""
    waited, room = 0, FAR
    for moment in timed:
        visit = moment.visit
        waited += moment.begin - moment.arrival - visit.setup
        least = waited if visit.is_prompt else waited + moment.slack
        if least < room:
            room = least
    return min(waited, room)


def _put_off(timed: Sequence[Timed], by: int) -> None:
    """Leave later by what is waited for anyway, which spares a second clock."""
    for moment in timed:
        if not by:
            return
        waited = moment.begin - moment.arrival - moment.visit.setup
        moment.arrival += by
        by = max(0, by - waited)
        moment.begin += by
        moment.slack -= by


def departure(visits: Sequence[Visit], earliest: int) -> int:
    """When to leave: as `late_departure`, or later still for a later window.

    With several windows at a door, serving it early can age the food of the next ones;
    then the departures that meet later windows are tried too.
    """
    best = late_departure(visits, earliest)
    if all(len(visit.windows) < 2 for visit in visits) or not _harm(visits, best):
        return best
    clock, tried = 0, [best]
    for visit in visits:
        clock += visit.travel + visit.setup
        later = [window.opens - clock for window in visit.windows[1:]]
        tried += [late_departure(visits, when) for when in later if when > earliest]
        clock += visit.service
    return min(tried, key=lambda when: (_harm(visits, when), when))


def _harm(visits: Sequence[Visit], departs: int) -> int:
    """Seconds of lateness and of age beyond the limits, summed."""
    harm = 0
    for timed in run(visits, departs):
        limit = timed.visit.max_age
        too_old = 0 if limit is None else timed.begin - departs - limit
        harm += timed.late + max(0, too_old)
    return harm


def _begin(visit: Visit, arrival: int) -> Timed:
    """Service in the first window still open on arrival, or late after the last."""
    ready = arrival + visit.setup
    windows = visit.windows
    for window in windows:
        closes = window.closes
        if ready <= closes:
            begin = ready if ready > window.opens else window.opens
            return Timed(visit, arrival, begin, 0, closes - begin)
    if windows:
        return Timed(visit, arrival, ready, ready - windows[-1].closes, 0)
    return Timed(visit, arrival, ready, 0, FAR)
