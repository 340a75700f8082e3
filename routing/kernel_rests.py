"""Whether a vehicle that has breaks can still take them with a job more."""

from routing.arrays import (
    CLOSES,
    COUNT,
    FAR,
    FIRST_SLOT,
    LAST_SLOT,
    MAX_WORK,
    NUMBER,
    OPENS,
    RELOAD,
    REST_CLOSES,
    REST_FROM,
    REST_OPENS,
    REST_SERVICE,
    REST_TO,
    SERVICE,
    SETUP,
    SITE,
    SLOT_MODE,
    VEHICLE,
    Instance,
)
from routing.kernel_state import (
    FROM,
    HOT,
    NEXT,
    RESTED,
    SLOT,
    TILL,
    State,
    compiled,
    hot_limit,
    shuts,
)

# So many ways to place the rests of a vehicle are tried for one job; what then is
# still open counts as not fitting.
MOST_TRIED = 5_000


@compiled
def rests_fit(inst: Instance, st: State, c: int, p: int, w: int) -> bool:
    """Whether the vehicle of node p can rest with job c after p in window w.

    A rest is no stop: it lies before leaving, between two doors, between two rounds or
    after the last. The clocks of the nodes know nothing of rests, so what fits without
    them is tried again with them: one rest after the other, each in the first gap that
    holds with those before it, and on to the next gap when a later one finds none.
    Only vehicles that have breaks pay.
    """
    v = int(st.slots[st.nodes[p, SLOT], VEHICLE])
    low, high = int(st.vehicles[v, REST_FROM]), int(st.vehicles[v, REST_TO])
    jobs = 1
    for s in range(st.vehicles[v, FIRST_SLOT], st.vehicles[v, LAST_SLOT]):
        jobs += int(st.slots[s, COUNT])
    count = int(inst.rests[high - 1, NUMBER]) + 1
    total, row = st.total, RESTED  # `row` is where the next rest to place stands
    total[row], total[row + 1] = low - 1, 0
    for _ in range(MOST_TRIED):
        total[row] += 1
        if total[row] == high:
            total[row], total[row + 1] = low, total[row + 1] + 1
        if total[row + 1] > jobs:
            if row == RESTED:
                return False
            row -= 2
        elif is_new(inst, st, row) and holds(inst, st, v, c, p, w, row + 2):
            if row == RESTED + 2 * (count - 1):
                return True
            total[row + 2], total[row + 3] = low - 1, total[row + 1]
            row += 2
    return False


@compiled
def is_new(inst: Instance, st: State, row: int) -> bool:
    """Whether the break of the last row is not yet among those before it."""
    for k in range(RESTED, row, 2):
        if inst.rests[st.total[k], NUMBER] == inst.rests[st.total[row], NUMBER]:
            return False
    return True


@compiled
def holds(
    inst: Instance,
    st: State,
    v: int,
    c: int,
    p: int,
    w: int,
    stop: int,
) -> bool:
    """Whether all rounds of the vehicle hold with the rests before `stop`.

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
        for k in range(
            RESTED, stop, 2
        ):  # rests before leaving, or since the last round ended
            if st.total[k + 1] == gap:
                rest = int(st.total[k])
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
            for k in range(RESTED, stop, 2):  # between two doors
                if st.total[k + 1] == gap and here < first and there < first:
                    rest = int(st.total[k])
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
                closes, hot = shuts(inst, st, s, c, w), hot_limit(inst, st, s, c)
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
    for k in range(RESTED, stop, 2):  # after the last round
        if st.total[k + 1] == gap:
            rest = int(st.total[k])
            clock = max(clock, int(rests[rest, REST_OPENS]))
            if clock > rests[rest, REST_CLOSES]:
                return False
            clock += int(rests[rest, REST_SERVICE])
    return bool(worked <= vehicles[v, MAX_WORK])
