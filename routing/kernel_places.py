"""Where an absent job can stand, and what it costs there.

A place is priced from what is in the cache before anything else is looked at.
"""

import math

from routing.arrays import (
    CLOSED,
    COUNT,
    FAR,
    FIXED,
    FREE,
    KIND,
    MAX_JOBS,
    MAX_TRAVEL,
    REST_FROM,
    REST_TO,
    SEEN,
    SLOT_MODE,
    STOCK,
    UNSERVED,
    USED,
    VEHICLE,
    WAY,
    WINDOW_FROM,
    WINDOW_TO,
    Instance,
    Ints,
    Ints32,
)
from routing.kernel_rests import rests_fit
from routing.kernel_state import (
    BLINK_IN,
    CHANGES,
    GAP,
    GS,
    HB,
    LAST,
    LISTED,
    NEXT,
    OPEN,
    SLOT,
    TICK,
    A,
    B,
    D,
    G,
    P,
    State,
    compiled,
    dice,
    fixed_time,
    hot_limit,
    inlined,
    shuts,
)


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
    stock = st.slots[s, STOCK]
    if stock >= 0:
        mine, brought = len(st.slots) + stock, len(st.vehicles) + stock
        for kind in range(inst.demand.shape[1]):
            given = st.load[mine, kind] + inst.demand[c, kind]
            if given > inst.capacity[brought, kind]:
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
    opens: int,
    closes: int,
    hot: int,
) -> bool:
    """Whether job c can stand between nodes p and q in this window."""
    jobs = inst.jobs
    clock = to_c + fixed_time(jobs, inst.places[p], c)
    pc = nodes[p, P] + clock
    ac = max(opens, nodes[p, A] + clock)
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
    hot = hot_limit(inst, st, s, c)
    for w in range(inst.jobs[c, WINDOW_FROM], inst.jobs[c, WINDOW_TO]):
        opens, closes = int(inst.windows[w, 0]), shuts(inst, st, s, c, w)
        if not fits_between(
            inst, st.nodes, free, p, to_c, c, from_c, q, opens, closes, hot
        ):
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
