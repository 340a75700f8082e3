"""One plan under search, and the clocks of its rounds.

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

A node is one cache line, for most of the time of a step is spent waiting for memory.
Compiled by numba where it is present, the same plain Python where it is not.
"""

import importlib.util
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from routing.arrays import (
    CLOSES,
    COUNT,
    FAR,
    FIRST_SLOT,
    FREE,
    HABIT,
    LAST_SLOT,
    MAX_AGE,
    MAX_WORK,
    OPENS,
    ORDER_PRICE,
    RANK,
    RELOAD,
    SERVICE,
    SETUP,
    SINCE,
    SITE,
    SLOT_MODE,
    UNSERVED,
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
# when the openable slots were listed. From RESTED on it is room for the row and the
# gap of each rest that is being placed.
COST, BEST, ABSENT, DICE, TICK, BEST_ABSENT, BLINK_IN, OPEN, ROUNDS = range(9)
CHANGES, LISTED, UNDO_SLOTS, UNDO_NODES, REGION, STAY, RESTED = range(9, 16)


class State(NamedTuple):
    """One plan under search. Node n + 2s is the start of slot s, n + 2s + 1 its end.

    `wide` and `undo_wide` are the same lines as eight long numbers, to be copied fast.
    Below the slots' loads stands what is given out of each supply.
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
    supplies, kinds = instance.capacity.shape
    supplies -= len(instance.vehicles)
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
        load=np.zeros((slots + supplies, kinds), np.int64),
        absent=np.arange(n, dtype=np.int64),
        total=np.zeros(RESTED + 2 * len(instance.rests) + 2, np.int64),
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
def shuts(inst: Instance, st: State, s: int, c: int, w: int) -> int:
    """When window w of job c shuts in slot s. What another round has brought to the
    start grows old from when that round left, whenever this one leaves."""
    closes, since = int(inst.windows[w, 1]), int(st.slots[s, SINCE])
    if since < FAR:
        closes = min(closes, since + int(inst.jobs[c, MAX_AGE]))
    return closes


@inlined
def hot_limit(inst: Instance, st: State, s: int, c: int) -> int:
    """How long job c may be under way from leaving at the start of slot s."""
    return FAR if st.slots[s, SINCE] < FAR else int(inst.jobs[c, MAX_AGE])


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
def join(inst: Instance, st: State, s: int, p: int, q: int) -> int:
    """Let node q follow node p in slot s; the travel between them."""
    nodes = st.nodes
    x, y = inst.places[p], inst.places[q]
    gap = int(inst.travel[st.slots[s, SLOT_MODE], x, y]) if st.slots[s, COUNT] else 0
    nodes[p, NEXT], nodes[q, LAST] = q, p
    nodes[p, GAP], nodes[p, LEG] = gap, gap + fixed_time(inst.jobs, x, y)
    return gap


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
