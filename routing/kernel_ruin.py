"""Taking strings of stops out of neighbouring rounds, and undoing a step.

A step that is refused is undone by copying lines back.
"""

from routing.arrays import (
    CLOSED,
    COUNT,
    FIRST_SLOT,
    FIXED,
    FREE,
    LAST_SLOT,
    LOCKED,
    STOCK,
    UNSERVED,
    USED,
    VEHICLE,
    WAY,
    Instance,
    Ints,
)
from routing.kernel_state import (
    ABSENT,
    CHANGES,
    COST,
    GAP,
    LAST,
    NEXT,
    REGION,
    ROUNDS,
    SELF,
    SLOT,
    STAY,
    UNDO_NODES,
    UNDO_SLOTS,
    D,
    G,
    State,
    compiled,
    dice,
    inlined,
    join,
    retime_vehicle,
    sweep_back,
    sweep_forward,
)

# So many steps in a row begin near one place, whose ways are then in the cache.
STEPS_IN_REGION = 100


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
        if st.slots[s, STOCK] >= 0:
            st.load[len(st.slots) + st.slots[s, STOCK], kind] -= inst.demand[c, kind]
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
            if slots[s, STOCK] >= 0:
                change = st.undo_load[k, kind] - st.load[s, kind]
                st.load[len(slots) + slots[s, STOCK], kind] += change
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
