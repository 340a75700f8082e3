"""The search: ruin and recreate by slack induction on strings (SISR).

Christiaens and Vanden Berghe, "Slack Induction by String Removals", Transportation
Science 2020: take short strings of stops out of neighbouring rounds, put them back
cheapest first with a few blinks, accept by simulated annealing.

Between two steps the tails of two rounds may change places. A plan and its clocks are
in `kernel_state`, places in `kernel_places`, ruin and undoing in `kernel_ruin`.
"""

import math

from routing.arrays import (
    COUNT,
    FIRST_SLOT,
    LAST_SLOT,
    SLOT_MODE,
    STOCK,
    UNSERVED,
    USED,
    VEHICLE,
    WAY,
    Instance,
    Ints,
)
from routing.kernel_places import (
    any_place,
    best_place,
    extra_price,
    list_openable,
    window_between,
)
from routing.kernel_ruin import (
    remember,
    restore,
    ruin,
)
from routing.kernel_state import (
    ABSENT,
    BEST,
    CHANGES,
    COST,
    FROM,
    GAP,
    HOT,
    LAST,
    NEXT,
    ROUNDS,
    SLOT,
    TILL,
    UNDO_NODES,
    UNDO_SLOTS,
    State,
    compiled,
    dice,
    hot_limit,
    join,
    keep_best,
    retime_vehicle,
    shuts,
    sweep_back,
    sweep_forward,
)
from routing.kernel_tails import (
    change_tails,
)


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
        if slots[s, STOCK] >= 0:
            st.load[len(slots) + slots[s, STOCK], kind] += inst.demand[c, kind]
    nodes[c, SLOT] = s
    nodes[c, FROM], nodes[c, TILL] = (
        inst.windows[window, 0],
        shuts(inst, st, s, c, window),
    )
    nodes[c, HOT] = hot_limit(inst, st, s, c)
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
    tails: int,
) -> None:
    """Many steps at one heat, looking at no more than `few` likely neighbours, with
    as many tries each to change `tails`."""
    few = min(few, inst.likely.shape[1])
    for _ in range(steps):
        step(inst, st, heat, mean_removed, longest, few, blink)
        for _ in range(tails):
            change_tails(inst, st, heat, few)


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
