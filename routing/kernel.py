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
bound GS that its own windows force. Rounds of one vehicle bound each other through
FREE (earliest departure) and DUE (latest return); SPARE_WORK is what the limit on work
leaves for this round, a hot limit of the end.
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
    DUE,
    END,
    FAR,
    FIRST_SLOT,
    FITS,
    FIXED,
    FREE,
    KIND,
    LAST_SLOT,
    LOCKED,
    MAX_AGE,
    MAX_JOBS,
    MAX_TRAVEL,
    MAX_WORK,
    MODE,
    OPENS,
    RELOAD,
    SEEN,
    SERVICE,
    SETUP,
    SITE,
    SPARE_WORK,
    STAMP,
    START,
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


# Columns of State.nodes. FROM and TILL are the window chosen for the visit.
# GAP is the travel to the next node, 0 in an empty slot.
P, A, G, D, B, HB, GS, FROM, TILL, PLACE, NEXT, LAST, SLOT, GAP = range(14)
# Entries of State.total.
COST, BEST, ABSENT, DICE, TICK, BEST_ABSENT, UNDONE, BLINK_IN, OPEN, SEEN_WAYS = range(
    10
)


class State(NamedTuple):
    """One plan under search. Node n + 2s is the start of slot s, n + 2s + 1 its end."""

    nodes: Ints
    vehicles: Ints
    slots: Ints
    load: Ints
    absent: Ints
    total: Ints
    best: Ints
    best_from: Ints
    undo: Ints
    undo_slots: Ints
    openable: Ints
    out: Ints
    scratch: Floats


def new_state(instance: Instance, seed: int) -> State:
    """An empty plan: every job absent."""
    n, slots = len(instance.keys), len(instance.slots)
    nodes = np.zeros((n + 2 * slots, 16), np.int64)
    nodes[:n, PLACE] = np.arange(n)
    nodes[n::2, PLACE] = instance.slots[:, START]
    nodes[n + 1 :: 2, PLACE] = instance.slots[:, END]
    nodes[:n, SLOT] = -1
    state = State(
        nodes=nodes,
        vehicles=instance.vehicles.copy(),
        slots=instance.slots.copy(),
        load=np.zeros((slots, instance.capacity.shape[1]), np.int64),
        absent=np.arange(n, dtype=np.int64),
        total=np.zeros(16, np.int64),
        best=np.zeros(n, np.int64),
        best_from=np.zeros(slots + 1, np.int64),
        undo=np.zeros((n + 1, 3), np.int64),
        undo_slots=np.zeros((slots + 1, 2), np.int64),
        openable=np.zeros(slots, np.int64),
        out=np.zeros(n + 64, np.int64),
        scratch=np.zeros(n + 64),
    )
    state.total[DICE] = seed % 2147483646 + 1
    state.total[ABSENT] = n
    state.total[COST] = instance.jobs[:n, UNSERVED].sum()
    for slot in range(slots):
        start = n + 2 * slot
        nodes[start, NEXT], nodes[start + 1, LAST] = start + 1, start
        nodes[start : start + 2, SLOT] = slot
    for vehicle in range(len(instance.vehicles)):
        retime_vehicle(instance, state, vehicle)
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
    return int(seconds)


@compiled
def retime(inst: Instance, st: State, s: int) -> bool:
    """Set the slot's prefix and suffix clocks; whether its order is feasible."""
    travel, jobs, nodes, slots = inst.travel, inst.jobs, st.nodes, st.slots
    start = len(nodes) - 2 * len(slots) + 2 * s
    end = start + 1
    mode = st.vehicles[slots[s, VEHICLE], MODE]
    p, a, g, d = 0, -FAR, -FAR, FAR
    nodes[start, P], nodes[start, A], nodes[start, G], nodes[start, D] = p, a, g, d
    feasible = True
    here = start
    while here != end:
        there = nodes[here, NEXT]
        x, y = nodes[here, PLACE], nodes[there, PLACE]
        gap = int(travel[mode, x, y]) if slots[s, COUNT] else 0
        nodes[here, GAP] = gap
        seconds = gap + fixed_time(jobs, x, y)
        p += seconds
        a += seconds
        if there != end:
            a = max(a, nodes[there, FROM])
            limit, closes = jobs[there, MAX_AGE], nodes[there, TILL]
        else:
            limit, closes = slots[s, SPARE_WORK], slots[s, DUE]
        if a > closes or p > limit:
            feasible = False
        g = max(g, a - limit)
        d = min(d, closes - p)
        nodes[there, P], nodes[there, A], nodes[there, G], nodes[there, D] = p, a, g, d
        here = there
    if max(g, slots[s, FREE]) > d:
        feasible = False
    b, hot, g = slots[s, DUE], slots[s, SPARE_WORK], -FAR
    nodes[end, B], nodes[end, HB], nodes[end, GS] = b, hot, g
    here = end
    while nodes[here, LAST] != start:
        there = here
        here = nodes[here, LAST]
        seconds = nodes[here, GAP] + fixed_time(jobs, here, nodes[there, PLACE])
        b = min(nodes[here, TILL], b - seconds)
        hot = min(jobs[here, MAX_AGE], hot - seconds)
        g = max(g, nodes[here, FROM] - hot)
        nodes[here, B], nodes[here, HB], nodes[here, GS] = b, hot, g
    return feasible


@compiled
def retime_vehicle(inst: Instance, st: State, v: int) -> bool:
    """Re-time all rounds of a vehicle, which bound each other; whether feasible."""
    nodes, slots, vehicles = st.nodes, st.slots, st.vehicles
    low, high = vehicles[v, FIRST_SLOT], vehicles[v, LAST_SLOT]
    if high - low == 1:
        slots[low, FREE] = vehicles[v, OPENS]
        slots[low, DUE] = vehicles[v, CLOSES]
        slots[low, SPARE_WORK] = vehicles[v, MAX_WORK]
        return retime(inst, st, low)
    first_end = len(nodes) - 2 * len(slots) + 1
    free, worked, rounds = vehicles[v, OPENS], 0, 0
    for s in range(low, high):
        slots[s, FREE], slots[s, DUE] = free, vehicles[v, CLOSES]
        slots[s, SPARE_WORK] = FAR
        retime(inst, st, s)
        slots[s, WORK] = 0
        if slots[s, COUNT]:
            end = first_end + 2 * s
            p, a = nodes[end, P], nodes[end, A]
            slots[s, WORK] = max(p, a - nodes[end, D])
            free = max(max(free, nodes[end, G]) + p, a) + vehicles[v, RELOAD]
            worked += slots[s, WORK]
            rounds += 1
    due = vehicles[v, CLOSES]
    feasible = True
    for s in range(high - 1, low - 1, -1):
        slots[s, DUE] = due
        others = rounds - 1 if slots[s, COUNT] else rounds
        slots[s, SPARE_WORK] = FAR
        if vehicles[v, MAX_WORK] < FAR:
            taken = worked - slots[s, WORK] + vehicles[v, RELOAD] * others
            slots[s, SPARE_WORK] = vehicles[v, MAX_WORK] - taken
        fine = retime(inst, st, s)
        if slots[s, COUNT]:
            feasible = feasible and fine
            due = nodes[first_end + 2 * s, D] - vehicles[v, RELOAD]
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
    jobs: Ints,
    nodes: Ints,
    free: int,
    p: int,
    to_c: int,
    c: int,
    from_c: int,
    q: int,
    opens: int,
    closes: int,
) -> bool:
    """Whether job c with this window can stand between nodes p and q."""
    clock = to_c + fixed_time(jobs, nodes[p, PLACE], c)
    pc = nodes[p, P] + clock
    ac = max(opens, nodes[p, A] + clock)
    hot = jobs[c, MAX_AGE]
    if ac > closes or pc > hot:
        return False
    clock = from_c + fixed_time(jobs, c, nodes[q, PLACE])
    aq = ac + clock
    pq = pc + clock
    if aq > nodes[q, B] or pq > nodes[q, HB]:
        return False
    least = max(
        max(free, nodes[p, G]), max(ac - hot, max(aq - nodes[q, HB], nodes[q, GS]))
    )
    most = min(nodes[p, D], min(closes - pc, nodes[q, B] - pq))
    return bool(least <= most)


@inlined
def place_between(
    inst: Instance, st: State, s: int, p: int, c: int, best: int
) -> tuple[int, int]:
    """(price, window) of job c after node p of slot s; (best, -1) if not below best."""
    nodes, slots, vehicles = st.nodes, st.slots, st.vehicles
    v = slots[s, VEHICLE]
    mode = vehicles[v, MODE]
    q = nodes[p, NEXT]
    to_c = int(inst.arrive[mode, c, nodes[p, PLACE]])
    from_c = int(inst.travel[mode, c, nodes[q, PLACE]])
    detour = to_c + from_c - nodes[p, GAP]
    price = detour + inst.preference[c, v]
    if vehicles[v, USED] == 0:
        price += vehicles[v, FIXED]
    if price >= best or slots[s, WAY] + detour > vehicles[v, MAX_TRAVEL]:
        return best, -1
    for w in range(inst.jobs[c, WINDOW_FROM], inst.jobs[c, WINDOW_TO]):
        opens, closes = inst.windows[w, 0], inst.windows[w, 1]
        free = slots[s, FREE]
        if fits_between(inst.jobs, nodes, free, p, to_c, c, from_c, q, opens, closes):
            return price, w
    return best, -1


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


@inlined
def fetch_rows(inst: Instance, total: Ints, c: int) -> None:
    """Read the ways from and to c once in order: memory likes that better than the
    scattered reads that follow, which then find them in the cache."""
    seen = 0
    for mode in range(inst.travel.shape[0]):
        for k in range(0, inst.travel.shape[1], 16):
            seen += inst.travel[mode, c, k] + inst.arrive[mode, c, k]
    total[SEEN_WAYS] = seen


@compiled
def list_openable(st: State) -> None:
    """The empty slots worth trying: one of each kind of unused vehicle, and the other
    rounds of those in use."""
    slots, vehicles, total = st.slots, st.vehicles, st.total
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
def best_place(inst: Instance, st: State, c: int, blink: float) -> tuple[int, int]:
    """Cheapest feasible place for c near its neighbours: (node before, window).

    Looks after each likely predecessor, before each likely successor, and into one
    empty slot of each kind of vehicle. -1 when it fits nowhere.
    """
    nodes, slots, total = st.nodes, st.slots, st.total
    before, after = inst.before, inst.after
    best, best_at, best_window = inst.jobs[c, UNSERVED], -1, -1
    total[TICK] += 1
    tick = total[TICK]
    few = before.shape[1]
    first_start = len(nodes) - 2 * len(slots)
    fetch_rows(inst, total, c)
    for k in range(2 * few + total[OPEN]):
        if k < few:
            p = int(before[c, k])
            s = nodes[p, SLOT]
        elif k < 2 * few:
            p = int(after[c, k - few])
            s = nodes[p, SLOT]
            if s >= 0:
                p = nodes[p, LAST]
        else:
            s = st.openable[k - 2 * few]
            p = first_start + 2 * s
        if s < 0 or blinks(total, blink):
            continue
        price, window = place_between(inst, st, s, p, c, best)
        if window < 0:
            continue
        if slots[s, STAMP] != tick:
            slots[s, STAMP] = tick
            slots[s, FITS] = has_room(inst, st, s, c)
        if slots[s, FITS]:
            best, best_at, best_window = price, p, window
    return best_at, best_window


@compiled
def any_place(inst: Instance, st: State, c: int) -> tuple[int, int]:
    """Cheapest feasible place for c anywhere, for when none is near."""
    best, best_at, best_window = inst.jobs[c, UNSERVED], -1, -1
    first_start = len(st.nodes) - 2 * len(st.slots)
    for s in range(len(st.slots)):
        if not has_room(inst, st, s, c):
            continue
        p = first_start + 2 * s
        while p != first_start + 2 * s + 1:
            price, window = place_between(inst, st, s, p, c, best)
            if window >= 0:
                best, best_at, best_window = price, p, window
            p = st.nodes[p, NEXT]
    return best_at, best_window


@compiled
def insert(inst: Instance, st: State, c: int, p: int, window: int) -> None:
    """Put absent job c after node p and re-time the vehicle."""
    nodes, slots, vehicles, travel = st.nodes, st.slots, st.vehicles, inst.travel
    s = nodes[p, SLOT]
    v = slots[s, VEHICLE]
    q = nodes[p, NEXT]
    mode = vehicles[v, MODE]
    x, z = nodes[p, PLACE], nodes[q, PLACE]
    detour = int(travel[mode, x, c]) + int(travel[mode, c, z])
    if slots[s, COUNT] > 0:
        detour -= travel[mode, x, z]
    st.total[COST] += detour + inst.preference[c, v] - inst.jobs[c, UNSERVED]
    if vehicles[v, USED] == 0:
        st.total[COST] += vehicles[v, FIXED]
    slots[s, WAY] += detour
    vehicles[v, USED] += 1
    slots[s, COUNT] += 1
    for kind in range(inst.demand.shape[1]):
        st.load[s, kind] += inst.demand[c, kind]
    nodes[p, NEXT], nodes[q, LAST] = c, c
    nodes[c, NEXT], nodes[c, LAST], nodes[c, SLOT] = q, p, s
    nodes[c, FROM], nodes[c, TILL] = inst.windows[window, 0], inst.windows[window, 1]
    retime_vehicle(inst, st, v)


@compiled
def remove(inst: Instance, st: State, c: int) -> None:
    """Take job c out of its slot; the caller re-times."""
    nodes, slots, vehicles, travel = st.nodes, st.slots, st.vehicles, inst.travel
    s = nodes[c, SLOT]
    v = slots[s, VEHICLE]
    p, q = nodes[c, LAST], nodes[c, NEXT]
    mode = vehicles[v, MODE]
    x, z = nodes[p, PLACE], nodes[q, PLACE]
    saved = int(travel[mode, x, c]) + int(travel[mode, c, z])
    if slots[s, COUNT] > 1:
        saved -= travel[mode, x, z]
    slots[s, WAY] -= saved
    st.total[COST] += inst.jobs[c, UNSERVED] - saved - inst.preference[c, v]
    vehicles[v, USED] -= 1
    slots[s, COUNT] -= 1
    if vehicles[v, USED] == 0:
        st.total[COST] -= vehicles[v, FIXED]
    for kind in range(inst.demand.shape[1]):
        st.load[s, kind] -= inst.demand[c, kind]
    nodes[p, NEXT], nodes[q, LAST] = q, p
    nodes[c, SLOT] = -1


@compiled
def remember(st: State, s: int, count: int) -> int:
    """Note the order of a slot before its first change in this step."""
    nodes, undo, undo_slots = st.nodes, st.undo, st.undo_slots
    for k in range(count):
        if undo_slots[k, 0] == s:
            return count
    n = len(nodes) - 2 * len(st.slots)
    at = undo_slots[count, 1]
    here = nodes[n + 2 * s, NEXT]
    while here < n:
        undo[at, 0], undo[at, 1], undo[at, 2] = (
            here,
            nodes[here, FROM],
            nodes[here, TILL],
        )
        at += 1
        here = nodes[here, NEXT]
    undo_slots[count, 0] = s
    undo_slots[count + 1, 1] = at
    return count + 1


@compiled
def restore(inst: Instance, st: State, count: int, cost: int) -> None:
    """Put the remembered slots back as they were."""
    nodes, slots, vehicles, undo = st.nodes, st.slots, st.vehicles, st.undo
    n = len(nodes) - 2 * len(slots)
    for k in range(count):
        s = st.undo_slots[k, 0]
        vehicles[slots[s, VEHICLE], USED] -= slots[s, COUNT]
        for kind in range(inst.demand.shape[1]):
            st.load[s, kind] = 0
        here = nodes[n + 2 * s, NEXT]
        while here < n:
            nodes[here, SLOT] = -1
            here = nodes[here, NEXT]
    for k in range(count):
        s = st.undo_slots[k, 0]
        v = slots[s, VEHICLE]
        mode = vehicles[v, MODE]
        here, end = n + 2 * s, n + 2 * s + 1
        way = 0
        for at in range(st.undo_slots[k, 1], st.undo_slots[k + 1, 1]):
            c = undo[at, 0]
            nodes[here, NEXT], nodes[c, LAST], nodes[c, SLOT] = c, here, s
            nodes[c, FROM], nodes[c, TILL] = undo[at, 1], undo[at, 2]
            way += inst.travel[mode, nodes[here, PLACE], c]
            for kind in range(inst.demand.shape[1]):
                st.load[s, kind] += inst.demand[c, kind]
            here = c
        nodes[here, NEXT], nodes[end, LAST] = end, here
        members = st.undo_slots[k + 1, 1] - st.undo_slots[k, 1]
        if members > 0:
            way += inst.travel[mode, nodes[here, PLACE], nodes[end, PLACE]]
        slots[s, COUNT] = members
        vehicles[v, USED] += members
        slots[s, WAY] = way
    for k in range(count):
        v = slots[st.undo_slots[k, 0], VEHICLE]
        if k == 0 or v != slots[st.undo_slots[k - 1, 0], VEHICLE]:
            retime_vehicle(inst, st, v)
    st.total[COST] = cost


@compiled
def take_string(
    inst: Instance, st: State, c: int, length: int, kept: int, out: Ints, found: int
) -> int:
    """Remove a string of stops around c, sparing `kept` in its middle."""
    nodes = st.nodes
    n = len(nodes) - 2 * len(st.slots)
    v = st.slots[nodes[c, SLOT], VEHICLE]
    left = length + kept
    ahead, here = 0, c
    while ahead < left - 1 and nodes[here, NEXT] < n:
        here = nodes[here, NEXT]
        ahead += 1
    behind, first = 0, c
    while behind < left - 1 and nodes[first, LAST] < n:
        first = nodes[first, LAST]
        behind += 1
    # Any string of this length that holds c: step forward from the earliest start.
    fewest = left - 1 - ahead
    for _ in range(int(dice(st.total) * (behind - fewest + 1))):
        first = nodes[first, NEXT]
    spared = length if kept == 0 else 1 + int(dice(st.total) * (length - 1))
    here, number = first, 0
    while number < left and here < n:
        after = nodes[here, NEXT]
        if not spared <= number < spared + kept and not inst.jobs[here, LOCKED]:
            remove(inst, st, here)
            out[found] = here
            found += 1
        number += 1
        here = after
    if not retime_vehicle(inst, st, v):
        found = empty_vehicle(inst, st, v, out, found)
    return found


@compiled
def empty_vehicle(inst: Instance, st: State, v: int, out: Ints, found: int) -> int:
    """A matrix without triangle inequality can break a round by a removal."""
    n = len(st.nodes) - 2 * len(st.slots)
    for s in range(st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]):
        here = st.nodes[n + 2 * s, NEXT]
        while here < n:
            after = st.nodes[here, NEXT]
            remove(inst, st, here)
            out[found] = here
            found += 1
            here = after
    retime_vehicle(inst, st, v)
    return found


@compiled
def ruin(
    inst: Instance, st: State, mean_removed: float, longest: int, out: Ints
) -> tuple[int, int]:
    """Remove strings near a random job; (removed jobs in `out`, slots remembered)."""
    nodes, slots, vehicles, total = st.nodes, st.slots, st.vehicles, st.total
    n = len(nodes) - 2 * len(slots)
    rounds = 0
    for s in range(len(slots)):
        if slots[s, COUNT] > 0:
            rounds += 1
    if rounds == 0:
        return 0, 0
    mean = (n - total[ABSENT]) / rounds
    most = min(float(longest), mean)
    strings = int(dice(total) * max(0.0, 4.0 * mean_removed / (1.0 + most) - 1.0) + 1.0)
    seed = int(dice(total) * n)
    found, count = 0, 0
    for k in range(inst.near.shape[1]):
        c = int(inst.near[seed, k])
        s = nodes[c, SLOT]
        if s < 0 or slots[s, CLOSED]:
            continue
        seen = False
        for t in range(count):
            if st.undo_slots[t, 0] == s:
                seen = True
        if seen:
            continue
        size = slots[s, COUNT]
        length = int(dice(total) * min(float(size), most) + 1.0)
        kept = 0
        if 1 < length < size and dice(total) < 0.5:
            kept = 1
            while length + kept < size and dice(total) < 0.01:
                kept += 1
        v = slots[s, VEHICLE]
        for t in range(vehicles[v, FIRST_SLOT], vehicles[v, LAST_SLOT]):
            if slots[t, COUNT] > 0:
                count = remember(st, t, count)
        found = take_string(inst, st, c, length, kept, out, found)
        strings -= 1
        if strings <= 0:
            break
    return found, count


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
    inst: Instance, st: State, out: Ints, found: int, count: int, blink: float
) -> int:
    """Insert the jobs in `out`; those that fit nowhere are left at its front."""
    order_jobs(inst, st, out, found)
    list_openable(st)
    slots = st.slots
    absent = 0
    for k in range(found):
        c = out[k]
        at, window = best_place(inst, st, c, blink)
        if at < 0:
            at, window = any_place(inst, st, c)
        if at < 0:
            out[absent] = c
            absent += 1
            continue
        target = st.nodes[at, SLOT]
        v = slots[target, VEHICLE]
        for s in range(st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]):
            if slots[s, COUNT] > 0 or s == target:
                count = remember(st, s, count)
        insert(inst, st, c, at, window)
        if slots[target, COUNT] == 1:
            list_openable(st)
    st.total[UNDONE] = count
    return absent


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
    blink: float,
    out: Ints,
) -> None:
    """One ruin and recreate, kept or undone by simulated annealing."""
    total = st.total
    cost, absent = total[COST], total[ABSENT]
    found, count = ruin(inst, st, mean_removed, longest, out)
    # The absent get another chance, a few at a time when there are many.
    tries = min(absent, 20)
    offset = int(dice(total) * absent) if absent > tries else 0
    for k in range(tries):
        out[found + k] = st.absent[(offset + k) % absent]
    left = recreate(inst, st, out, found + tries, count, blink)
    if total[COST] >= cost - heat * math.log(dice(total)):
        restore(inst, st, total[UNDONE], cost)
        return
    stay = 0
    if absent > tries:  # the untried stay absent
        for k in range(absent):
            if (k - offset) % absent >= tries:
                st.absent[stay] = st.absent[k]
                stay += 1
    for k in range(left):
        st.absent[stay + k] = out[k]
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
    blink: float,
) -> None:
    """Many steps at one heat."""
    out = st.out
    for _ in range(steps):
        step(inst, st, heat, mean_removed, longest, blink, out)


@compiled
def fill(inst: Instance, st: State) -> None:
    """Insert every absent job where it is cheapest now."""
    out = st.out
    found = st.total[ABSENT]
    for k in range(found):
        out[k] = st.absent[k]
    left = recreate(inst, st, out, found, 0, 0.0)
    for k in range(left):
        st.absent[k] = out[k]
    st.total[ABSENT] = left
    if st.total[COST] < st.total[BEST]:
        keep_best(st)


@compiled
def place_order(inst: Instance, st: State, s: int, order: Ints) -> None:
    """Append the jobs to slot s in this order, leaving out those that do not fit."""
    nodes = st.nodes
    n = len(nodes) - 2 * len(st.slots)
    for k in range(len(order)):
        c = order[k]
        if nodes[c, SLOT] < 0 and has_room(inst, st, s, c):
            last = nodes[n + 2 * s + 1, LAST]
            _, window = place_between(inst, st, s, last, c, 4 * FAR)
            if window >= 0:
                insert(inst, st, c, last, window)
    absent = 0
    for c in range(n):
        if nodes[c, SLOT] < 0:
            st.absent[absent] = c
            absent += 1
    st.total[ABSENT] = absent
    keep_best(st)
