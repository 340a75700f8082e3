"""The search: ruin and recreate by slack induction on strings (SISR).

Christiaens and Vanden Berghe, "Slack Induction by String Removals", Transportation
Science 2020: take short strings of stops out of neighbouring rounds, put them back
cheapest first with a few blinks, accept by simulated annealing. Compiled by numba
where it is present, the same plain Python where it is not.

Every insertion is judged in constant time, the hot limit of each stop included. For a
round leaving at d, with P the clock seconds from the start to a stop and A the
earliest door time that the windows before it allow, the door opens at
max(d + P, A). A round is feasible when some departure d satisfies, at each stop with
window [a, b] and hot limit H,

    A <= b,   P <= H,   A - H <= d <= b - P,

so a prefix is summed up by (P, A, G = greatest A - H, D = least b - P), and a suffix
by the latest door time B, the hot slack HB (P may be at most HB) and the departure
bound GS that its own windows force. The end of a round is a door too: its window shuts
at the latest return, its hot limit is what the limit on work leaves for this round.
Rounds of one vehicle bound each other through both and FREE, the earliest departure.

A step costs microseconds, most of them waiting for memory. So a node is one cache line,
jobs that lie close have close numbers (see `arrays`), a place is priced from what is in
the cache before anything else is looked at, and a step that is refused is undone by
copying lines back.
"""

import importlib.util
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from routing.arrays import (
    CLOSED,
    CLOSES,
    COUNT,
    FAR,
    FIRST_SLOT,
    FIXED,
    FREE,
    HABIT,
    KIND,
    LAST_SLOT,
    LOCKED,
    MAX_AGE,
    MAX_JOBS,
    MAX_TRAVEL,
    MAX_WORK,
    NUMBER,
    OPENS,
    ORDER_PRICE,
    RANK,
    RELOAD,
    REST_CLOSES,
    REST_FROM,
    REST_OPENS,
    REST_SERVICE,
    REST_TO,
    SEEN,
    SERVICE,
    SETUP,
    SITE,
    SLOT_MODE,
    UNSERVED,
    USED,
    VEHICLE,
    WAY,
    WINDOW_FROM,
    WINDOW_TO,
    WORK,
    Floats,
    Instance,
    Ints,
    Ints32,
)

numba: Any = None
if importlib.util.find_spec("numba"):  # without it the engine runs, but slowly
    import numba

Function = TypeVar("Function", bound=Callable[..., Any])

# Nothing is allocated inside, so numba may leave out reference counting (_nrt), which
# would cost more than the arithmetic: four times the speed.
OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}


def compiled(function: Function, **more: Any) -> Function:
    """Compile with numba, cached on disk, releasing the interpreter lock."""
    if numba is None:
        return function
    fast: Function = numba.njit(**OPTIONS, **more)(function)
    return fast


def inlined(function: Function) -> Function:
    """Compiled into each caller: passing a state costs more than these compute."""
    return compiled(function, forceinline=True)


# Columns of State.nodes, one cache line for each node. FROM and TILL are the window
# chosen for the visit, HOT its hot limit; GAP is the travel to the next node (0 in an
# empty slot), LEG what the clock takes to it; SELF is the node's own number.
P, A, G, D, B, HB, GS, FROM, TILL, HOT, NEXT, LAST, SLOT, GAP, LEG, SELF = range(16)
# Entries of State.total. CHANGES counts rounds opened and emptied, LISTED is its value
# when the openable slots were listed.
COST, BEST, ABSENT, DICE, TICK, BEST_ABSENT, BLINK_IN, OPEN, ROUNDS = range(9)
CHANGES, LISTED, UNDO_SLOTS, UNDO_NODES, REGION, STAY = range(9, 15)

# So many steps in a row begin near one place, whose ways are then in the cache.
STEPS_IN_REGION = 100


class State(NamedTuple):
    """One plan under search. Node n + 2s is the start of slot s, n + 2s + 1 its end.

    `wide` and `undo_wide` are the same lines as eight long numbers, to be copied fast.
    """

    nodes: Ints32
    wide: Ints
    vehicles: Ints
    slots: Ints32
    load: Ints
    absent: Ints
    total: Ints
    best: Ints
    best_from: Ints
    undo: Ints32
    undo_wide: Ints
    undo_slots: Ints32
    undo_load: Ints
    openable: Ints
    out: Ints
    left: Ints
    scratch: Floats


def lines(rows: int) -> Ints32:
    """Rows of sixteen numbers, each a cache line of its own."""
    room = np.zeros(16 * rows + 16, np.int32)
    skip = -room.ctypes.data % 64 // 4
    return room[skip : skip + 16 * rows].reshape(rows, 16)


def new_state(instance: Instance, seed: int) -> State:
    """An empty plan: every job absent."""
    n, slots = len(instance.keys), len(instance.slots)
    kinds = instance.capacity.shape[1]
    nodes = lines(n + 2 * slots)
    nodes[:, SELF] = np.arange(n + 2 * slots)
    nodes[:n, SLOT] = -1
    nodes[:n, HOT] = instance.jobs[:n, MAX_AGE]
    nodes[n:, FROM] = -FAR
    undo = lines(n + 2 * slots + 1)
    table = lines(slots)
    table[:] = instance.slots
    state = State(
        nodes=nodes,
        wide=nodes.view(np.int64),
        vehicles=instance.vehicles.copy(),
        slots=table,
        load=np.zeros((slots, kinds), np.int64),
        absent=np.arange(n, dtype=np.int64),
        total=np.zeros(16, np.int64),
        best=np.zeros(n, np.int64),
        best_from=np.zeros(slots + 1, np.int64),
        undo=undo,
        undo_wide=undo.view(np.int64),
        undo_slots=lines(slots + 1),
        undo_load=np.zeros((slots + 1, kinds), np.int64),
        openable=np.zeros(slots, np.int64),
        out=np.zeros(n + 64, np.int64),
        left=np.zeros(n + 64, np.int64),
        scratch=np.zeros(n + 64),
    )
    state.total[DICE] = seed % 2147483646 + 1
    state.total[ABSENT] = n
    state.total[COST] = instance.jobs[:n, UNSERVED].sum()
    state.total[CHANGES] = 1
    for slot in range(slots):
        start = n + 2 * slot
        nodes[start, NEXT], nodes[start + 1, LAST] = start + 1, start
        nodes[start : start + 2, SLOT] = slot
    for vehicle in range(len(instance.vehicles)):
        retime_vehicle(state, vehicle)
    keep_best(state)
    return state


@inlined
def dice(total: Ints) -> float:
    """A random number in (0, 1), the same on every machine."""
    total[DICE] = total[DICE] * 48271 % 2147483647
    return float(total[DICE] / 2147483647.0)


@inlined
def fixed_time(jobs: Ints, x: int, y: int) -> int:
    """What the clock from door x to door y takes beyond travel."""
    seconds = jobs[x, SERVICE]
    if jobs[x, SITE] != jobs[y, SITE]:
        seconds += jobs[y, SETUP]
    if jobs[x, RANK] > jobs[y, RANK] and jobs[y, HABIT] == jobs[x, HABIT] > 0:
        seconds -= ORDER_PRICE
    return int(seconds)


@inlined
def sweep_forward(nodes: Ints32, here: int, end: int) -> bool:
    """Set the prefix clocks after `here`; whether the order keeps them."""
    p, a = int(nodes[here, P]), int(nodes[here, A])
    g, d = int(nodes[here, G]), int(nodes[here, D])
    feasible = True
    while here != end:
        leg = int(nodes[here, LEG])
        here = int(nodes[here, NEXT])
        p += leg
        a = max(a + leg, int(nodes[here, FROM]))
        hot, closes = int(nodes[here, HOT]), int(nodes[here, TILL])
        if a > closes or p > hot:
            feasible = False
        g = max(g, a - hot)
        d = min(d, closes - p)
        nodes[here, P], nodes[here, A], nodes[here, G], nodes[here, D] = p, a, g, d
    return feasible


@inlined
def sweep_back(nodes: Ints32, here: int, start: int, changed: int) -> None:
    """Set the suffix clocks before `here`, as far back as `changed` at the least and
    from there on until nothing changes any more. Unlimited heat stays unlimited."""
    b, hot, g = int(nodes[here, B]), int(nodes[here, HB]), int(nodes[here, GS])
    passed = False
    here = int(nodes[here, LAST])
    while here != start:
        leg = int(nodes[here, LEG])
        b = min(int(nodes[here, TILL]), b - leg)
        if hot < FAR:
            hot -= leg
        hot = min(hot, int(nodes[here, HOT]))
        g = max(g, int(nodes[here, FROM]) - hot)
        same = nodes[here, B] == b and nodes[here, HB] == hot and nodes[here, GS] == g
        if passed and same:
            return
        nodes[here, B], nodes[here, HB], nodes[here, GS] = b, hot, g
        if here == changed:
            passed = True
        here = int(nodes[here, LAST])


@inlined
def retime(nodes: Ints32, start: int, free: int, due: int, work: int) -> bool:
    """Set all clocks of the round from `start`; whether its order is feasible."""
    end = start + 1
    nodes[start, P], nodes[start, A], nodes[start, G], nodes[start, D] = (
        0,
        -FAR,
        -FAR,
        FAR,
    )
    nodes[end, TILL], nodes[end, HOT] = due, work
    nodes[end, B], nodes[end, HB], nodes[end, GS] = due, work, -FAR
    feasible = sweep_forward(nodes, start, end)
    sweep_back(nodes, end, start, start)
    return feasible and max(int(nodes[end, G]), free) <= nodes[end, D]


@compiled
def retime_vehicle(st: State, v: int) -> bool:
    """Re-time all rounds of a vehicle, which bound each other; whether feasible."""
    nodes, slots, vehicles = st.nodes, st.slots, st.vehicles
    low, high = vehicles[v, FIRST_SLOT], vehicles[v, LAST_SLOT]
    first = len(nodes) - 2 * len(slots)
    free, due = vehicles[v, OPENS], vehicles[v, CLOSES]
    if high - low == 1:
        slots[low, FREE] = free
        return retime(nodes, first + 2 * low, free, due, vehicles[v, MAX_WORK])
    worked, rounds = 0, 0
    for s in range(low, high):
        slots[s, FREE] = free
        retime(nodes, first + 2 * s, free, due, FAR)
        slots[s, WORK] = 0
        if slots[s, COUNT]:
            end = first + 2 * s + 1
            p, a = int(nodes[end, P]), int(nodes[end, A])
            slots[s, WORK] = max(p, a - nodes[end, D])
            free = max(max(free, nodes[end, G]) + p, a) + vehicles[v, RELOAD]
            worked += slots[s, WORK]
            rounds += 1
    feasible = True
    for s in range(high - 1, low - 1, -1):
        others = rounds - 1 if slots[s, COUNT] else rounds
        spare = FAR
        if vehicles[v, MAX_WORK] < FAR:
            taken = worked - slots[s, WORK] + vehicles[v, RELOAD] * others
            spare = max(-FAR, vehicles[v, MAX_WORK] - taken)
        fine = retime(nodes, first + 2 * s, slots[s, FREE], due, spare)
        if slots[s, COUNT]:
            feasible = feasible and fine
            due = nodes[first + 2 * s + 1, D] - vehicles[v, RELOAD]
    return feasible


@inlined
def has_room(inst: Instance, st: State, s: int, c: int) -> bool:
    """Whether slot s may take job c at all: bans, boxes, number of stops."""
    v = st.slots[s, VEHICLE]
    if inst.preference[c, v] >= FAR or st.slots[s, CLOSED]:
        return False
    if st.slots[s, COUNT] >= st.vehicles[v, MAX_JOBS]:
        return False
    for kind in range(inst.demand.shape[1]):
        if st.load[s, kind] + inst.demand[c, kind] > inst.capacity[v, kind]:
            return False
    return True


@inlined
def fits_between(
    inst: Instance,
    nodes: Ints32,
    free: int,
    p: int,
    to_c: int,
    c: int,
    from_c: int,
    q: int,
    w: int,
) -> bool:
    """Whether job c with window w can stand between nodes p and q."""
    jobs = inst.jobs
    opens, closes = inst.windows[w, 0], inst.windows[w, 1]
    clock = to_c + fixed_time(jobs, inst.places[p], c)
    pc = nodes[p, P] + clock
    ac = max(opens, nodes[p, A] + clock)
    hot = jobs[c, MAX_AGE]
    if ac > closes or pc > hot:
        return False
    clock = from_c + fixed_time(jobs, c, inst.places[q])
    aq = ac + clock
    pq = pc + clock
    if aq > nodes[q, B] or pq > nodes[q, HB]:
        return False
    least = max(
        max(free, nodes[p, G]), max(ac - hot, max(aq - nodes[q, HB], nodes[q, GS]))
    )
    most = min(nodes[p, D], min(closes - pc, nodes[q, B] - pq))
    return bool(least <= most)


@compiled
def rests_fit(inst: Instance, st: State, c: int, p: int, w: int) -> bool:
    """Whether the vehicle of node p can rest with job c after p in window w.

    A rest is no stop: it lies before leaving, between two doors, between two rounds or
    after the last. The clocks of the nodes know nothing of rests, so what fits without
    them is tried again with them, gap by gap; only vehicles that have breaks pay.
    """
    v = int(st.slots[st.nodes[p, SLOT], VEHICLE])
    low, high = int(st.vehicles[v, REST_FROM]), int(st.vehicles[v, REST_TO])
    jobs = 1
    for s in range(st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]):
        jobs += int(st.slots[s, COUNT])
    several = inst.rests[high - 1, NUMBER] > 0
    for a in range(low, high):
        for gap in range(jobs + 1):
            if not several:
                if holds(inst, st, v, c, p, w, a, gap, -1, 0):
                    return True
                continue
            for b in range(low, high):
                if inst.rests[b, NUMBER] == inst.rests[a, NUMBER]:
                    continue
                for later in range(gap, jobs + 1):
                    if holds(inst, st, v, c, p, w, a, gap, b, later):
                        return True
    return False


@compiled
def holds(
    inst: Instance,
    st: State,
    v: int,
    c: int,
    p: int,
    w: int,
    a: int,
    gap_a: int,
    b: int,
    gap_b: int,
) -> bool:
    """Whether all rounds of the vehicle hold with its rests a and b in these gaps.

    P, A, G and D as above, a rest being a visit without a way to it.
    """
    nodes, slots, vehicles, rests = st.nodes, st.slots, st.vehicles, inst.rests
    first = len(nodes) - 2 * len(slots)
    free = clock = int(vehicles[v, OPENS])
    worked, gap = -int(vehicles[v, RELOAD]), 0
    for s in range(vehicles[v, FIRST_SLOT], vehicles[v, LAST_SLOT]):
        start = first + 2 * s
        if slots[s, COUNT] == 0 and nodes[p, SLOT] != s:
            continue
        for k in range(2):  # rests before leaving, or since the last round ended
            rest, where = (a, gap_a) if k == 0 else (b, gap_b)
            if rest >= 0 and where == gap:
                clock = max(clock, int(rests[rest, REST_OPENS]))
                if clock > rests[rest, REST_CLOSES]:
                    return False
                clock += int(rests[rest, REST_SERVICE])
                free = max(free, clock)
        way, early, least, most = 0, -FAR, -FAR, FAR
        here = start
        while here != start + 1:
            there = int(nodes[here, NEXT])
            if here == p:
                there = c
            elif here == c:
                there = int(nodes[p, NEXT])
            x, y = int(inst.places[here]), int(inst.places[there])
            service = int(inst.jobs[x, SERVICE])
            way, early = way + service, early + service
            for k in range(2):  # rests between two doors
                rest, where = (a, gap_a) if k == 0 else (b, gap_b)
                if rest >= 0 and where == gap and here < first and there < first:
                    early = max(early, int(rests[rest, REST_OPENS]))
                    if early > rests[rest, REST_CLOSES]:
                        return False
                    most = min(most, int(rests[rest, REST_CLOSES]) - way)
                    way += int(rests[rest, REST_SERVICE])
                    early += int(rests[rest, REST_SERVICE])
            leg = int(inst.travel[slots[s, SLOT_MODE], x, y])
            if inst.jobs[x, SITE] != inst.jobs[y, SITE]:
                leg += int(inst.jobs[y, SETUP])
            way, early = way + leg, early + leg
            closes, hot = int(vehicles[v, CLOSES]), FAR
            if there == c:
                early = max(early, int(inst.windows[w, 0]))
                closes, hot = int(inst.windows[w, 1]), int(nodes[there, HOT])
            elif there < first:
                early = max(early, int(nodes[there, FROM]))
                closes, hot = int(nodes[there, TILL]), int(nodes[there, HOT])
            if early > closes or way > hot:
                return False
            least, most = max(least, early - hot), min(most, closes - way)
            gap += int(there < first)
            here = there
        leaves = max(free, least)
        if leaves > most:
            return False
        clock = max(leaves + way, early)
        free = clock + int(vehicles[v, RELOAD])
        worked += max(way, early - most) + int(vehicles[v, RELOAD])
    for k in range(2):  # rests after the last round
        rest, where = (a, gap_a) if k == 0 else (b, gap_b)
        if rest >= 0 and where == gap:
            clock = max(clock, int(rests[rest, REST_OPENS]))
            if clock > rests[rest, REST_CLOSES]:
                return False
            clock += int(rests[rest, REST_SERVICE])
    return bool(worked <= vehicles[v, MAX_WORK])


@inlined
def window_between(
    inst: Instance, st: State, s: int, p: int, to_c: int, c: int, from_c: int, q: int
) -> int:
    """The first window in which slot s can take job c between p and q; -1 if none."""
    if not has_room(inst, st, s, c):
        return -1
    detour = to_c + from_c - st.nodes[p, GAP]
    if st.slots[s, WAY] + detour > st.vehicles[st.slots[s, VEHICLE], MAX_TRAVEL]:
        return -1
    free = st.slots[s, FREE]
    v = st.slots[s, VEHICLE]
    rests = st.vehicles[v, REST_FROM] < st.vehicles[v, REST_TO]
    for w in range(inst.jobs[c, WINDOW_FROM], inst.jobs[c, WINDOW_TO]):
        if not fits_between(inst, st.nodes, free, p, to_c, c, from_c, q, w):
            continue
        if not rests or rests_fit(inst, st, c, p, w):
            return int(w)
    return -1


@inlined
def extra_price(inst: Instance, st: State, s: int, c: int) -> int:
    """What job c costs in slot s beyond the detour."""
    v = st.slots[s, VEHICLE]
    price = int(inst.preference[c, v])
    if st.vehicles[v, USED] == 0:
        price += st.vehicles[v, FIXED]
    return price


@inlined
def blinks(total: Ints, blink: float) -> bool:
    """Whether to overlook this place; draws once per blink, not once per place."""
    if blink <= 0.0:
        return False
    total[BLINK_IN] -= 1
    if total[BLINK_IN] >= 0:
        return False
    total[BLINK_IN] = int(math.log(dice(total)) / math.log(1.0 - blink))
    return True


@compiled
def list_openable(st: State) -> None:
    """The empty slots worth trying: one of each kind of unused vehicle, and the other
    rounds of those in use."""
    slots, vehicles, total = st.slots, st.vehicles, st.total
    if total[LISTED] == total[CHANGES]:
        return
    total[LISTED] = total[CHANGES]
    total[TICK] += 1
    total[OPEN] = 0
    for s in range(len(slots)):
        if slots[s, COUNT] > 0:
            continue
        v = slots[s, VEHICLE]
        if vehicles[v, USED] == 0:
            kind = vehicles[v, KIND]
            if vehicles[kind, SEEN] == total[TICK]:
                continue
            vehicles[kind, SEEN] = total[TICK]
        st.openable[total[OPEN]] = s
        total[OPEN] += 1


@compiled
def best_place(
    inst: Instance, st: State, c: int, few: int, blink: float
) -> tuple[int, int, int]:
    """Cheapest feasible place for c near its neighbours: (price, node before, window).

    Looks after each likely predecessor, before each likely successor, and into one
    empty slot of each kind of vehicle. The node is -1 when it fits nowhere.
    """
    nodes, slots, total = st.nodes, st.slots, st.total
    likely, ways, places = inst.likely, inst.likely_ways, inst.places
    best, best_at, best_window = int(inst.jobs[c, UNSERVED]), -1, -1
    first_start = len(nodes) - 2 * len(slots)
    several = inst.travel.shape[0] > 1
    mode = 0
    for k in range(few + total[OPEN]):
        if k < few:
            p = int(likely[c, k])
            s = int(nodes[p, SLOT])
            if s < 0:
                continue
            if several:
                mode = slots[s, SLOT_MODE]
            if k & 1 == 0:
                q = int(nodes[p, NEXT])
                to_c = int(ways[mode, c, k])
                from_c = int(inst.travel[mode, c, places[q]])
            else:
                q = p
                p = int(nodes[q, LAST])
                to_c = int(inst.arrive[mode, c, places[p]])
                from_c = int(ways[mode, c, k])
        else:
            s = st.openable[k - few]
            mode = slots[s, SLOT_MODE]
            p = first_start + 2 * s
            q = p + 1
            to_c = int(inst.arrive[mode, c, places[p]])
            from_c = int(inst.travel[mode, c, places[q]])
        price = to_c + from_c - nodes[p, GAP]
        if price >= best:
            continue
        price += extra_price(inst, st, s, c)
        if price >= best:
            continue
        window = window_between(inst, st, s, p, to_c, c, from_c, q)
        if window >= 0 and not blinks(total, blink):
            best, best_at, best_window = price, p, window
    return best, best_at, best_window


@compiled
def any_place(inst: Instance, st: State, c: int, best: int) -> tuple[int, int, int]:
    """Cheapest feasible place for c anywhere below `best`."""
    nodes, slots = st.nodes, st.slots
    best_at, best_window = -1, -1
    first_start = len(nodes) - 2 * len(slots)
    for s in range(len(slots)):
        if not has_room(inst, st, s, c):
            continue
        extra = extra_price(inst, st, s, c)
        mode = slots[s, SLOT_MODE]
        p = first_start + 2 * s
        while p != first_start + 2 * s + 1:
            q = int(nodes[p, NEXT])
            to_c = int(inst.arrive[mode, c, inst.places[p]])
            from_c = int(inst.travel[mode, c, inst.places[q]])
            price = to_c + from_c - nodes[p, GAP] + extra
            if price < best:
                window = window_between(inst, st, s, p, to_c, c, from_c, q)
                if window >= 0:
                    best, best_at, best_window = price, p, window
            p = q
    return best, best_at, best_window


@inlined
def join(inst: Instance, st: State, s: int, p: int, q: int) -> int:
    """Let node q follow node p in slot s; the travel between them."""
    nodes = st.nodes
    x, y = inst.places[p], inst.places[q]
    gap = int(inst.travel[st.slots[s, SLOT_MODE], x, y]) if st.slots[s, COUNT] else 0
    nodes[p, NEXT], nodes[q, LAST] = q, p
    nodes[p, GAP], nodes[p, LEG] = gap, gap + fixed_time(inst.jobs, x, y)
    return gap


@compiled
def insert(inst: Instance, st: State, c: int, p: int, window: int) -> None:
    """Put absent job c after node p and re-time the vehicle."""
    nodes, slots, vehicles, total = st.nodes, st.slots, st.vehicles, st.total
    s = int(nodes[p, SLOT])
    v = slots[s, VEHICLE]
    q = int(nodes[p, NEXT])
    total[COST] += extra_price(inst, st, s, c) - inst.jobs[c, UNSERVED]
    if slots[s, COUNT] == 0:
        total[CHANGES] += 1
        total[ROUNDS] += 1
    vehicles[v, USED] += 1
    slots[s, COUNT] += 1
    for kind in range(inst.demand.shape[1]):
        st.load[s, kind] += inst.demand[c, kind]
    nodes[c, SLOT] = s
    nodes[c, FROM], nodes[c, TILL] = inst.windows[window, 0], inst.windows[window, 1]
    detour = -int(nodes[p, GAP])
    detour += join(inst, st, s, p, c) + join(inst, st, s, c, q)
    total[COST] += detour
    slots[s, WAY] += detour
    if vehicles[v, LAST_SLOT] - vehicles[v, FIRST_SLOT] == 1:
        start = len(nodes) - 2 * len(slots) + 2 * s
        sweep_forward(nodes, p, start + 1)
        sweep_back(nodes, q, start, c)
    else:
        retime_vehicle(st, v)


@inlined
def remove(inst: Instance, st: State, c: int) -> None:
    """Take job c out of its slot; the caller closes the gap and re-times."""
    s = int(st.nodes[c, SLOT])
    v = st.slots[s, VEHICLE]
    st.total[COST] += inst.jobs[c, UNSERVED] - inst.preference[c, v]
    st.vehicles[v, USED] -= 1
    st.slots[s, COUNT] -= 1
    if st.slots[s, COUNT] == 0:
        st.total[CHANGES] += 1
        st.total[ROUNDS] -= 1
    if st.vehicles[v, USED] == 0:
        st.total[COST] -= st.vehicles[v, FIXED]
    for kind in range(inst.demand.shape[1]):
        st.load[s, kind] -= inst.demand[c, kind]
    st.nodes[c, SLOT] = -1


@inlined
def cut(inst: Instance, st: State, p: int, q: int, out: Ints, found: int) -> int:
    """Take out all jobs between nodes p and q of one slot, adding them to `out`."""
    nodes = st.nodes
    s = int(nodes[p, SLOT])
    saved = int(nodes[p, GAP])
    here = int(nodes[p, NEXT])
    while here != q:
        saved += nodes[here, GAP]
        remove(inst, st, here)
        out[found] = here
        found += 1
        here = int(nodes[here, NEXT])
    saved -= join(inst, st, s, p, q)
    st.slots[s, WAY] -= saved
    st.total[COST] -= saved
    return found


@inlined
def copy_line(source: Ints, row: int, target: Ints, at: int) -> None:
    for k in range(8):
        target[at, k] = source[row, k]


@compiled
def remember(st: State, v: int) -> None:
    """Copy the rounds of vehicle v before their first change in this step."""
    nodes, total = st.nodes, st.total
    low, high = st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]
    count, at = total[UNDO_SLOTS], total[UNDO_NODES]
    for k in range(count):
        if st.undo_slots[k, 15] == low:
            return
    first_start = len(nodes) - 2 * len(st.slots)
    for s in range(low, high):
        for k in range(15):
            st.undo_slots[count, k] = st.slots[s, k]
        st.undo_slots[count, 15] = s
        for kind in range(st.load.shape[1]):
            st.undo_load[count, kind] = st.load[s, kind]
        here, end = first_start + 2 * s, first_start + 2 * s + 1
        while here != end:
            copy_line(st.wide, here, st.undo_wide, at)
            at += 1
            here = int(nodes[here, NEXT])
        copy_line(st.wide, end, st.undo_wide, at)
        at += 1
        count += 1
    total[UNDO_SLOTS], total[UNDO_NODES] = count, at


@compiled
def restore(inst: Instance, st: State, tried: int, cost: int, changes: int) -> None:
    """Put the remembered rounds back; the first jobs in `out` were taken or tried."""
    total, slots = st.total, st.slots
    for k in range(tried):
        st.nodes[st.out[k], SLOT] = -1
    for k in range(total[UNDO_NODES]):
        copy_line(st.undo_wide, k, st.wide, int(st.undo[k, SELF]))
    for k in range(total[UNDO_SLOTS]):
        s = st.undo_slots[k, 15]
        before, now = st.undo_slots[k, COUNT], slots[s, COUNT]
        st.vehicles[slots[s, VEHICLE], USED] += before - now
        total[ROUNDS] += int(before > 0) - int(now > 0)
        for column in range(15):
            slots[s, column] = st.undo_slots[k, column]
        for kind in range(st.load.shape[1]):
            st.load[s, kind] = st.undo_load[k, kind]
    if total[CHANGES] != changes:
        total[CHANGES] += 1
    total[COST] = cost


@compiled
def take_string(
    inst: Instance, st: State, c: int, length: int, kept: int, out: Ints, found: int
) -> int:
    """Remove a string of stops around c, sparing `kept` in its middle."""
    nodes = st.nodes
    n = len(nodes) - 2 * len(st.slots)
    s = int(nodes[c, SLOT])
    v = st.slots[s, VEHICLE]
    left = length + kept
    ahead, here = 0, c
    while ahead < left - 1 and nodes[here, NEXT] < n:
        here = int(nodes[here, NEXT])
        ahead += 1
    behind, first = 0, c
    while behind < left - 1 and nodes[first, LAST] < n:
        first = int(nodes[first, LAST])
        behind += 1
    # Any string of this length that holds c: step forward from the earliest start.
    fewest = left - 1 - ahead
    for _ in range(int(dice(st.total) * (behind - fewest + 1))):
        first = int(nodes[first, NEXT])
    spared = length if kept == 0 else 1 + int(dice(st.total) * (length - 1))
    before = int(nodes[first, LAST])
    opened, here = before, first
    for number in range(left):
        if here >= n:
            break
        after = int(nodes[here, NEXT])
        if spared <= number < spared + kept or inst.jobs[here, LOCKED]:
            if nodes[opened, NEXT] != here:
                found = cut(inst, st, opened, here, out, found)
            opened = here
        here = after
    if nodes[opened, NEXT] != here:
        found = cut(inst, st, opened, here, out, found)
    if st.vehicles[v, LAST_SLOT] - st.vehicles[v, FIRST_SLOT] == 1:
        start = n + 2 * s
        fine = sweep_forward(nodes, before, start + 1)
        sweep_back(nodes, here, start, before)
        fine = (
            fine and max(nodes[start + 1, G], st.slots[s, FREE]) <= nodes[start + 1, D]
        )
    else:
        fine = retime_vehicle(st, v)
    if not fine:
        found = empty_vehicle(inst, st, v, out, found)
    return found


@compiled
def empty_vehicle(inst: Instance, st: State, v: int, out: Ints, found: int) -> int:
    """A matrix without triangle inequality can break a round by a removal."""
    first_start = len(st.nodes) - 2 * len(st.slots)
    for s in range(st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]):
        start = first_start + 2 * s
        if st.slots[s, COUNT] > 0:
            found = cut(inst, st, start, start + 1, out, found)
    retime_vehicle(st, v)
    return found


@compiled
def ruin(
    inst: Instance, st: State, mean_removed: float, longest: int, out: Ints
) -> int:
    """Remove strings near a random job; the number of jobs now in `out`."""
    nodes, slots, total = st.nodes, st.slots, st.total
    n = len(nodes) - 2 * len(slots)
    total[UNDO_SLOTS], total[UNDO_NODES] = 0, 0
    if total[ROUNDS] == 0:
        return 0
    mean = (n - total[ABSENT]) / total[ROUNDS]
    most = min(float(longest), mean)
    strings = int(dice(total) * max(0.0, 4.0 * mean_removed / (1.0 + most) - 1.0) + 1.0)
    if total[STAY] == 0:
        total[STAY], total[REGION] = STEPS_IN_REGION, int(dice(total) * n)
    total[STAY] -= 1
    seed = int(inst.near[total[REGION], int(dice(total) * inst.near.shape[1])])
    found = 0
    for k in range(inst.near.shape[1]):
        c = int(inst.near[seed, k])
        s = int(nodes[c, SLOT])
        if s < 0 or slots[s, CLOSED]:
            continue
        seen = False
        for t in range(total[UNDO_SLOTS]):
            if st.undo_slots[t, 15] == s:
                seen = True
        if seen:
            continue
        size = int(slots[s, COUNT])
        length = int(dice(total) * min(float(size), most) + 1.0)
        kept = 0
        if 1 < length < size and dice(total) < 0.5:
            kept = 1
            while length + kept < size and dice(total) < 0.01:
                kept += 1
        remember(st, slots[s, VEHICLE])
        found = take_string(inst, st, c, length, kept, out, found)
        strings -= 1
        if strings <= 0:
            break
    return found


@compiled
def order_jobs(inst: Instance, st: State, out: Ints, found: int) -> None:
    """Sort the jobs to insert by one of the orders, drawn by its share."""
    drawn = dice(st.total)
    kind = 0
    while inst.shares[kind] < drawn:
        kind += 1
    for k in range(found):
        key = dice(st.total) if kind == 0 else inst.keys[out[k], kind - 1]
        job = out[k]
        at = k
        while at > 0 and st.scratch[at - 1] > key:
            st.scratch[at] = st.scratch[at - 1]
            out[at] = out[at - 1]
            at -= 1
        st.scratch[at] = key
        out[at] = job


@compiled
def recreate(
    inst: Instance, st: State, out: Ints, found: int, few: int, blink: float
) -> int:
    """Insert the jobs in `out`; the number of those put into `left`, fitting nowhere.

    Who would need a round of his own is offered all others first.
    """
    order_jobs(inst, st, out, found)
    left = 0
    for k in range(found):
        c = int(out[k])
        list_openable(st)
        price, at, window = best_place(inst, st, c, few, blink)
        if at < 0 or st.slots[st.nodes[at, SLOT], COUNT] == 0:
            _, elsewhere, its_window = any_place(inst, st, c, price)
            if elsewhere >= 0:
                at, window = elsewhere, its_window
        if at < 0:
            st.left[left] = c
            left += 1
            continue
        remember(st, st.slots[st.nodes[at, SLOT], VEHICLE])
        insert(inst, st, c, at, window)
    return left


@compiled
def keep_best(st: State) -> None:
    nodes = st.nodes
    n = len(nodes) - 2 * len(st.slots)
    at = 0
    for s in range(len(st.slots)):
        st.best_from[s] = at
        here = nodes[n + 2 * s, NEXT]
        while here < n:
            st.best[at] = here
            at += 1
            here = nodes[here, NEXT]
    st.best_from[len(st.slots)] = at
    st.total[BEST] = st.total[COST]
    st.total[BEST_ABSENT] = st.total[ABSENT]


@compiled
def step(
    inst: Instance,
    st: State,
    heat: float,
    mean_removed: float,
    longest: int,
    few: int,
    blink: float,
) -> None:
    """One ruin and recreate, kept or undone by simulated annealing."""
    total, out = st.total, st.out
    cost, absent, changes = total[COST], total[ABSENT], total[CHANGES]
    found = ruin(inst, st, mean_removed, longest, out)
    # The absent get another chance, a few at a time when there are many.
    tries = min(absent, 20)
    offset = int(dice(total) * absent) if absent > tries else 0
    for k in range(tries):
        out[found + k] = st.absent[(offset + k) % absent]
    left = recreate(inst, st, out, found + tries, few, blink)
    if total[COST] >= cost - heat * math.log(dice(total)):
        restore(inst, st, found + tries, cost, changes)
        return
    stay = 0
    if absent > tries:  # the untried stay absent
        for k in range(absent):
            if (k - offset) % absent >= tries:
                st.absent[stay] = st.absent[k]
                stay += 1
    for k in range(left):
        st.absent[stay + k] = st.left[k]
    total[ABSENT] = stay + left
    if total[COST] < total[BEST]:
        keep_best(st)


@compiled
def run(
    inst: Instance,
    st: State,
    steps: int,
    heat: float,
    mean_removed: float,
    longest: int,
    few: int,
    blink: float,
) -> None:
    """Many steps at one heat, looking at no more than `few` likely neighbours."""
    few = min(few, inst.likely.shape[1])
    for _ in range(steps):
        step(inst, st, heat, mean_removed, longest, few, blink)


@compiled
def fill(inst: Instance, st: State) -> None:
    """Insert every absent job where it is cheapest now."""
    total = st.total
    found = total[ABSENT]
    for k in range(found):
        st.out[k] = st.absent[k]
    total[UNDO_SLOTS], total[UNDO_NODES] = 0, 0
    left = recreate(inst, st, st.out, found, inst.likely.shape[1], 0.0)
    for k in range(left):
        st.absent[k] = st.left[k]
    total[ABSENT] = left
    if total[COST] < total[BEST]:
        keep_best(st)


@compiled
def place_order(inst: Instance, st: State, s: int, order: Ints) -> None:
    """Append the jobs to slot s in this order, leaving out those that do not fit."""
    nodes = st.nodes
    n = len(nodes) - 2 * len(st.slots)
    mode = st.slots[s, SLOT_MODE]
    end = n + 2 * s + 1
    for k in range(len(order)):
        c = int(order[k])
        if nodes[c, SLOT] < 0:
            p = int(nodes[end, LAST])
            to_c = int(inst.arrive[mode, c, inst.places[p]])
            from_c = int(inst.travel[mode, c, inst.places[end]])
            window = window_between(inst, st, s, p, to_c, c, from_c, end)
            if window >= 0:
                insert(inst, st, c, p, window)
    absent = 0
    for c in range(n):
        if nodes[c, SLOT] < 0:
            st.absent[absent] = c
            absent += 1
    st.total[ABSENT] = absent
    keep_best(st)
