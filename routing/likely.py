"""What the kernel tries first: likely neighbours, and in which order to insert."""

import numpy as np

from routing.arrays import FAR, SERVICE, SETUP, SITE, Floats, Ints, Ints32


def sort_keys(
    demand: Ints, from_start: Floats, first: Ints, last: Ints, unserved: Ints
) -> Floats:
    """Columns to sort insertions by: big, far, near, tight, early, soon shut, dear."""
    total = demand.sum(axis=1).astype(float) if demand.size else from_start * 0
    return np.stack(
        [
            -total,
            -from_start,
            from_start,
            (last - first).astype(float),
            first.astype(float),
            last.astype(float),
            -unserved.astype(float),
        ],
        axis=1,
    )


def order_shares(has_windows: bool) -> Floats:
    """Cumulative chances of each insertion order; the first is random."""
    timed = 2.0 if has_windows else 0.0
    shares = np.array([4.0, 4.0, 2.0, 1.0, timed, timed, timed, 0.5])
    cumulated: Floats = np.cumsum(shares) / shares.sum()
    return cumulated


def likely_neighbours(
    matrix: Ints32, jobs: Ints, first: Ints, last: Ints, count: int
) -> tuple[Ints32, Ints32]:
    """For each job: likely jobs before and after it in turn, and near it, best first.

    Closeness is travel plus a fifth of the waiting that cannot be avoided; pairs the
    windows make impossible come last.
    """
    n = len(first)
    few, many = max(0, min(count, n - 1)), min(120, n)
    likely = np.zeros((n, 2 * few), np.int32)
    near = np.zeros((n, many), np.int32)
    service, setup, site = (jobs[:n, column] for column in (SERVICE, SETUP, SITE))
    for job in range(n):
        there = matrix[:n, job].astype(np.int64)
        back = matrix[job, :n].astype(np.int64)
        near[job] = _best(there + back - (np.arange(n) == job) * FAR, many)
        if few == 0:
            continue
        other = site != site[job]
        clock = there + service + np.where(other, setup[job], 0)
        cost = _closeness(there, clock, first, last, first[job], last[job])
        cost[job] = 4 * FAR
        likely[job, ::2] = _best(cost, few)
        clock = back + service[job] + np.where(other, setup, 0)
        cost = _closeness(back, clock, first[job], last[job], first, last)
        cost[job] = 4 * FAR
        likely[job, 1::2] = _best(cost, few)
    return likely, near


def _closeness(
    way: Ints, clock: Ints, a_opens: Ints, a_closes: Ints, b_opens: Ints, b_closes: Ints
) -> Ints:
    waiting = np.maximum(0, b_opens - clock - a_closes)
    late = a_opens + clock > b_closes
    return np.asarray(way + waiting // 5 + late * (2 * FAR), np.int64)


def _best(cost: Ints, count: int) -> Ints32:
    if count < len(cost):
        chosen = np.argpartition(cost, count - 1)[:count]
        return chosen[np.argsort(cost[chosen], kind="stable")].astype(np.int32)
    return np.argsort(cost, kind="stable")[:count].astype(np.int32)
