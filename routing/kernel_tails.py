"""Letting two rounds change their tails, which splits and joins rounds too.

Strings are short beside a long round: taking ten stops out and putting them back one
by one does not turn two rounds that cross into two that do not. Here the ends of two
rounds are exchanged as a whole, judged in constant time from the clocks of both.
"""

import math

from routing.arrays import (
    CLOSED,
    COUNT,
    FAR,
    FIXED,
    FREE,
    MAX_JOBS,
    MAX_TRAVEL,
    SHAPE,
    SLOT_MODE,
    USED,
    VEHICLE,
    WAY,
    Instance,
    Ints32,
)
from routing.kernel_places import (
    list_openable,
)
from routing.kernel_state import (
    BEST,
    CHANGES,
    COST,
    GAP,
    GS,
    HB,
    LAST,
    NEXT,
    OPEN,
    REGION,
    ROUNDS,
    SLOT,
    A,
    B,
    D,
    G,
    P,
    State,
    compiled,
    dice,
    fixed_time,
    inlined,
    join,
    keep_best,
    sweep_back,
    sweep_forward,
)


@inlined
def links(nodes: Ints32, free: int, p: int, clock: int, q: int) -> bool:
    """Whether what leads up to node p can go on with what follows from node q."""
    pq, aq = nodes[p, P] + clock, nodes[p, A] + clock
    if aq > nodes[q, B] or pq > nodes[q, HB]:
        return False
    least = max(max(free, nodes[p, G]), max(aq - nodes[q, HB], nodes[q, GS]))
    return bool(least <= min(nodes[p, D], nodes[q, B] - pq))


@inlined
def takes_tails(
    inst: Instance, st: State, p: int, q: int, r: int, t: int, price: int, most: int
) -> int:
    """The price with the drivers' preferences when the tails from q and t change
    rounds, FAR when boxes, stops or travel are too many or it is not below `most`."""
    nodes, slots, vehicles = st.nodes, st.slots, st.vehicles
    n = len(nodes) - 2 * len(slots)
    one, two = int(nodes[p, SLOT]), int(nodes[r, SLOT])
    v, w = slots[one, VEHICLE], slots[two, VEHICLE]
    way = stops = 0
    here = q
    while here < n:
        if inst.preference[here, w] >= FAR:
            return FAR
        price += inst.preference[here, w] - inst.preference[here, v]
        way, stops = way + nodes[here, GAP], stops + 1
        here = int(nodes[here, NEXT])
    here = t
    while here < n:
        if inst.preference[here, v] >= FAR:
            return FAR
        price += inst.preference[here, v] - inst.preference[here, w]
        way, stops = way - nodes[here, GAP], stops - 1
        here = int(nodes[here, NEXT])
    if price >= most:
        return FAR
    if slots[one, COUNT] - stops > vehicles[v, MAX_JOBS]:
        return FAR
    if slots[two, COUNT] + stops > vehicles[w, MAX_JOBS]:
        return FAR
    for kind in range(inst.demand.shape[1]):
        boxes = 0
        here = q
        while here < n:
            boxes += inst.demand[here, kind]
            here = int(nodes[here, NEXT])
        here = t
        while here < n:
            boxes -= inst.demand[here, kind]
            here = int(nodes[here, NEXT])
        if st.load[one, kind] - boxes > inst.capacity[v, kind]:
            return FAR
        if st.load[two, kind] + boxes > inst.capacity[w, kind]:
            return FAR
    if vehicles[v, MAX_TRAVEL] < FAR:
        mode = slots[one, SLOT_MODE]
        x = inst.travel[mode, inst.places[p], inst.places[t]]
        y = inst.travel[mode, inst.places[r], inst.places[q]]
        if slots[one, WAY] - way - nodes[p, GAP] + x > vehicles[v, MAX_TRAVEL]:
            return FAR
        if slots[two, WAY] + way - nodes[r, GAP] + y > vehicles[w, MAX_TRAVEL]:
            return FAR
    return price


@compiled
def change_tails(inst: Instance, st: State, heat: float, few: int) -> None:
    """Let a round near the region of this step go on as another one does, and the
    other way round; an empty round takes part, so that rounds are split and joined.
    """
    nodes, slots, vehicles, total = st.nodes, st.slots, st.vehicles, st.total
    places, likely = inst.places, inst.likely
    n = len(nodes) - 2 * len(slots)
    c = int(inst.near[total[REGION], int(dice(total) * inst.near.shape[1])])
    one = int(nodes[c, SLOT])
    if one < 0 or slots[one, CLOSED]:
        return
    v = slots[one, VEHICLE]
    shape = vehicles[v, SHAPE]
    if shape < 0:
        return
    mode = int(slots[one, SLOT_MODE])
    most = math.ceil(-heat * math.log(dice(total)))
    best_p, best_r = -1, -1
    list_openable(st)
    for k in range(few + total[OPEN]):
        if k < few:
            other = int(likely[c, k])
            two = int(nodes[other, SLOT])
            if two < 0 or two == one:
                continue
            new = int(inst.likely_ways[mode, c, k])
            if k & 1:
                p, t = c, other
                q, r = int(nodes[p, NEXT]), int(nodes[t, LAST])
                if new - nodes[p, GAP] - nodes[r, GAP] >= most:
                    continue
                price = int(inst.travel[mode, places[r], places[q]])
                if r >= n and q >= n:
                    price = -vehicles[slots[two, VEHICLE], FIXED]
            else:
                q, r = c, other
                p, t = int(nodes[q, LAST]), int(nodes[r, NEXT])
                if new - nodes[p, GAP] - nodes[r, GAP] >= most:
                    continue
                price = int(inst.travel[mode, places[p], places[t]])
                if p >= n and t >= n:
                    price = -vehicles[v, FIXED]
            price += new
        else:
            two = int(st.openable[k - few])
            r, t, p, q = n + 2 * two, n + 2 * two + 1, c, int(nodes[c, NEXT])
            if q >= n:
                continue
            price = int(inst.travel[mode, places[p], places[t]])
            price += int(inst.travel[mode, places[r], places[q]])
            price += vehicles[slots[two, VEHICLE], FIXED]
        price -= nodes[p, GAP] + nodes[r, GAP]
        if price >= most or (p >= n and r >= n) or (q >= n and t >= n):
            continue
        w = slots[two, VEHICLE]
        if vehicles[w, SHAPE] != shape or slots[two, CLOSED]:
            continue
        x, y = places[p], places[t]
        clock = int(inst.travel[mode, x, y]) + fixed_time(inst.jobs, x, y)
        if (p < n or t < n) and not links(nodes, slots[one, FREE], p, clock, t):
            continue
        x, y = places[r], places[q]
        clock = int(inst.travel[mode, x, y]) + fixed_time(inst.jobs, x, y)
        if (r < n or q < n) and not links(nodes, slots[two, FREE], r, clock, q):
            continue
        price = takes_tails(inst, st, p, q, r, t, price, most)
        if price < most:
            most, best_p, best_r = price, p, r
    if best_p >= 0:
        total[COST] += most
        swap_tails(inst, st, best_p, best_r)
        if total[COST] < total[BEST]:
            keep_best(st)


@compiled
def swap_tails(inst: Instance, st: State, p: int, r: int) -> None:
    """Let what follows node p and what follows node r change places."""
    nodes, slots, vehicles, total = st.nodes, st.slots, st.vehicles, st.total
    n = len(nodes) - 2 * len(slots)
    one, two = int(nodes[p, SLOT]), int(nodes[r, SLOT])
    v, w = slots[one, VEHICLE], slots[two, VEHICLE]
    end_one, end_two = n + 2 * one + 1, n + 2 * two + 1
    q, t = int(nodes[p, NEXT]), int(nodes[r, NEXT])
    used = int(slots[one, COUNT] > 0) + int(slots[two, COUNT] > 0)
    last_one, last_two = p, r
    slots[one, WAY] -= nodes[p, GAP]
    slots[two, WAY] -= nodes[r, GAP]
    for k in range(2):
        here, away, to, v_to = q, one, two, w
        if k:
            here, away, to, v_to = t, two, one, v
        while here < n:
            nodes[here, SLOT] = to
            slots[away, COUNT] -= 1
            slots[to, COUNT] += 1
            vehicles[slots[away, VEHICLE], USED] -= 1
            vehicles[v_to, USED] += 1
            slots[away, WAY] -= nodes[here, GAP]
            slots[to, WAY] += nodes[here, GAP]
            for kind in range(inst.demand.shape[1]):
                st.load[away, kind] -= inst.demand[here, kind]
                st.load[to, kind] += inst.demand[here, kind]
            if k:
                last_two = here
            else:
                last_one = here
            here = int(nodes[here, NEXT])
    if t < n:
        nodes[last_two, NEXT], nodes[end_one, LAST] = end_one, last_two
    else:
        t = end_one
    if q < n:
        nodes[last_one, NEXT], nodes[end_two, LAST] = end_two, last_one
    else:
        q = end_two
    slots[one, WAY] += join(inst, st, one, p, t)
    slots[two, WAY] += join(inst, st, two, r, q)
    sweep_forward(nodes, p, end_one)
    sweep_back(nodes, t, n + 2 * one, p)
    sweep_forward(nodes, r, end_two)
    sweep_back(nodes, q, n + 2 * two, r)
    now = int(slots[one, COUNT] > 0) + int(slots[two, COUNT] > 0)
    if now != used or slots[one, COUNT] == 0 or slots[two, COUNT] == 0:
        total[CHANGES] += 1
        total[ROUNDS] += now - used
