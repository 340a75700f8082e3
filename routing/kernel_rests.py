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
    SLOT,
    TILL,
    State,
    compiled,
    hot_limit,
    shuts,
)


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
    for k in range(2):  # rests after the last round
        rest, where = (a, gap_a) if k == 0 else (b, gap_b)
        if rest >= 0 and where == gap:
            clock = max(clock, int(rests[rest, REST_OPENS]))
            if clock > rests[rest, REST_CLOSES]:
                return False
            clock += int(rests[rest, REST_SERVICE])
    return bool(worked <= vehicles[v, MAX_WORK])
