"""Where a driver's rests go in rounds of a given order: where they harm least.

Each rest is tried before leaving, after every door and after coming back, by whole
seconds of everything that is broken then, and by when the last round is over. Every
place has a bound that is known at once, from the clock up to it and what lies behind
it, so that few of them are timed: a price of one change is asked for by the thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from routing.problem import Break, Vehicle
from routing.timing import Visit, departure

FAR = 1 << 40


@dataclass(slots=True)
class Day:
    """One vehicle's day: `backs` are the seconds home from each round, `since` when
    what it brings left the kitchen if another brought it, `leaves` by round number."""

    vehicle: Vehicle
    free: int
    backs: Sequence[int]
    since: int | None
    leaves: Mapping[int, int]
    is_plain: bool = True  # no stop and no rest has a choice of windows


Plan = list[list[Visit]]


def with_rests(day: Day, plan: Plan, rests: Sequence[Break]) -> Plan:
    """All rests, the first due first; each without which less would be broken is moved
    once more."""
    ordered = sorted(rests, key=lambda rest: rest.windows[-1].closes)
    stops = [Visit(rest) for rest in ordered]
    every = (stop for order in (*plan, stops) for stop in order)
    day.is_plain = all(len(stop.windows) < 2 for stop in every)
    broken, begin = 0, (day.free, 0, 0, 0)
    for stop in stops:
        plan, broken = _with_rest(day, plan, stop)
    for stop in stops if len(stops) > 1 and broken else ():
        others = [[s for s in order if s is not stop] for order in plan]
        if _harm(day, others, 0, begin, FAR)[0] < broken:
            plan, broken = _with_rest(day, others, stop)
    return plan


def _with_rest(day: Day, plan: Plan, rest: Visit) -> tuple[Plan, int]:
    """The rest at the place that breaks least, then ends earliest, then comes first;
    and how much is broken then."""
    best, chosen = (FAR, FAR, 0, 0), plan
    states = _states(day, plan)
    places = [
        place
        for number, order in enumerate(plan)
        for place in _bounds(day, order, number, rest, states[number], len(plan))
    ]
    places.sort()
    for bound in places:
        if bound >= best:
            break
        _, _, number, place = bound
        order = plan[number]
        tried = [*plan[:number], [*order[:place], rest, *order[place:]]]
        tried += plan[number + 1 :]
        found = (*_harm(day, tried, number, states[number], best[0]), number, place)
        if found < best:
            best, chosen = found, tried
    return chosen, best[0]


State = tuple[int, int, int, int]  # free, broken so far, worked so far, last end


def _states(day: Day, plan: Plan) -> list[State]:
    """How each round finds the vehicle."""
    state: State = (day.free, 0, 0, 0)
    found = [state]
    for number, order in enumerate(plan[:-1]):
        state = _round(day, order, number, state, FAR)
        found.append(state)
    return found


def _harm(day: Day, plan: Plan, first: int, state: State, most: int) -> tuple[int, int]:
    """Seconds over any limit that the clock decides, and when the last round ends."""
    for number in range(first, len(plan)):
        state = _round(day, plan[number], number, state, most)
        if state[1] > most:
            return state[1], FAR
    _, broken, worked, ends = state
    limit = day.vehicle.max_work
    if limit is not None:
        over = worked + day.vehicle.reload * (len(plan) - 1) - limit
        broken += max(0, over)
    return broken, ends


def _round(day: Day, order: list[Visit], number: int, state: State, most: int) -> State:
    """One round from where the vehicle stands, as `schedule` times it; no further than
    until more than `most` is broken."""
    free, broken, worked, _ = state
    first, last = 0, len(order)
    while order[first].is_rest:
        late, free = _resting(order[first], free)
        broken += late
        first += 1
    while order[last - 1].is_rest:
        last -= 1
    inside = order[first:last]
    clock = departs = _departs(day, inside, number, free)
    since = departs if day.since is None else day.since
    for stop in inside:
        begin = clock + stop.way
        windows = stop.windows
        if windows:
            for window in windows:
                if begin <= window.closes:
                    if begin < window.opens:
                        begin = window.opens
                    break
            else:
                broken += begin - windows[-1].closes
        limit = stop.max_age
        if limit is not None and begin - since > limit:
            broken += begin - since - limit
            if broken > most:
                return free, broken, worked, FAR
        clock = begin + stop.service
    ends = clock + day.backs[number]
    broken += max(0, ends - day.vehicle.shift.closes)
    clock = ends
    for stop in order[last:]:
        late, clock = _resting(stop, clock)
        broken += late
    free = max(ends + day.vehicle.reload, clock)
    return free, broken, worked + ends - departs, ends


def _resting(stop: Visit, clock: int) -> tuple[int, int]:
    """By how much it begins too late, and when it is over."""
    for window in stop.windows:
        if clock <= window.closes:
            return 0, max(clock, window.opens) + stop.service
    return clock - stop.windows[-1].closes, clock + stop.service


def _departs(day: Day, inside: list[Visit], number: int, free: int) -> int:
    """As `timing.departure`, without its objects where every door has one window."""
    departs = _late_departure(inside, free)
    if not day.is_plain:
        departs = departure(inside, free)
    return max(departs, day.leaves.get(number + 1, 0)) if day.leaves else departs


def _late_departure(inside: list[Visit], free: int) -> int:
    clock, waited, room = free, 0, FAR
    for stop in inside:
        clock += stop.way
        slack = FAR
        for window in stop.windows:
            closes = window.closes
            if clock <= closes:
                if clock < window.opens:
                    waited += window.opens - clock
                    clock = window.opens
                slack = closes - clock
                break
        else:
            if stop.windows:
                slack = 0
        least = waited if stop.is_prompt else waited + slack
        if least < room:
            room = least
        clock += stop.service
    return free + min(waited, room)


def _bounds(
    day: Day, order: list[Visit], number: int, rest: Visit, state: State, rounds: int
) -> list[tuple[int, int, int, int]]:
    """For the rest at each place the least that is broken, and the earliest end of the
    last round, told from the clock before it and the room behind it; with the number
    of the round and the place.

    A rest delays what lies behind it by less than it takes, as long as others would
    have been waited for; only food that is old by the way alone is surely too old.
    """
    doors = len(order)
    while order[doors - 1].is_rest:
        doors -= 1
    walk = _walk(day, order[:doors], state[0])
    least = _least_behind(walk.rooms)
    older = _sums_behind(walk.olds, 0 if day.since is not None else rest.service)
    broken, shut = state[1] + walk.late, day.vehicle.shift.closes
    ends = walk.clock + day.backs[number]
    is_last = number == rounds - 1
    leaving = next(place for place, stop in enumerate(order) if not stop.is_rest)
    old_before, found = 0, []
    places = zip(walk.clocks, walk.waits, least, walk.olds, older, strict=True)
    for place, (clock, waited, room, own, behind) in enumerate(places):
        late, over = _resting(rest, clock)
        delay = over - clock + waited
        if delay > room:
            late += sum([delay - r for r in walk.rooms[place:] if delay > r])
        old = old_before + behind if place > leaving else walk.old
        later = ends + delay - walk.waited if delay > walk.waited else ends
        if later > shut:
            late += later - shut
        found.append((broken + late + old, later if is_last else 0, number, place))
        if own > 0:
            old_before += own
    # Taken at home it delays nobody on the way.
    home, over = broken + walk.old + max(0, ends - shut), ends if is_last else 0
    at_home = range(doors, len(order) + 1)
    return found + [(home, over, number, place) for place in at_home]


@dataclass(slots=True)
class Walk:
    """A round left as early as possible: before each stop the clock and what has been
    waited for; by how much that may be exceeded before the stop is late; and by how
    much its food is too old however late the round leaves."""

    clocks: list[int]
    waits: list[int]
    rooms: list[int]
    olds: list[int]
    clock: int
    waited: int
    late: int
    old: int


def _walk(day: Day, doors: list[Visit], free: int) -> Walk:
    clock, waited, way, late = free, 0, 0, 0
    clocks, waits, rooms, olds = [], [], [], []
    is_out = False
    for stop in doors:
        clocks.append(clock)
        waits.append(waited)
        clock += stop.way
        way += stop.way
        room, windows = FAR, stop.windows
        if windows:
            opens, closes = windows[0].opens, windows[-1].closes
            if clock < opens:
                waited += opens - clock
                clock = opens
            room = waited
            if clock > closes:
                late += clock - closes
            else:
                room += closes - clock
        rooms.append(room)
        age = way if day.since is None else clock - day.since
        olds.append(-FAR if stop.max_age is None else age - stop.max_age)
        is_out = is_out or not stop.is_rest
        clock += stop.service
        way += stop.service if is_out else 0
    old = sum([old for old in olds if old > 0])
    return Walk(clocks, waits, rooms, olds, clock, waited, late, old)


def _least_behind(rooms: list[int]) -> list[int]:
    return list(accumulate(reversed(rooms), min))[::-1]


def _sums_behind(olds: list[int], more: int) -> list[int]:
    """Of what is too old from each stop on, with so many seconds more on the way."""
    over = [old + more if old + more > 0 else 0 for old in reversed(olds)]
    return list(accumulate(over))[::-1]
