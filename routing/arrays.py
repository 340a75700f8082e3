"""The arrays the kernel reads: their columns and what is in them.

Nodes 0 .. n-1 are the jobs; after them come the distinct starts and ends, and one
place called nowhere for a missing start or an open end. A slot is one possible round
of a vehicle; the slots of a vehicle are consecutive and follow each other in time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.problem import Location, Problem, Vehicle

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Floats = NDArray[np.float64]

FAR = 2**28  # beyond any clock: eight years; sums of a few stay within 32 bits


# What it costs in seconds to visit somebody before one he usually comes after: enough
# to decide between ways that are much alike, not to force a detour.
ORDER_PRICE = 10

# Columns of Instance.jobs, one row for each job and place. HABIT is the number of the
# usual round (0: none) and RANK the place in it.
SERVICE, SETUP, SITE, MAX_AGE, UNSERVED, WINDOW_FROM, WINDOW_TO, LOCKED = range(8)
HABIT, RANK = range(8, 10)
# Columns of the vehicles' table; USED and SEEN belong to the search.
MODE, OPENS, CLOSES, MAX_WORK, MAX_JOBS, MAX_TRAVEL = range(6)
FIXED, RELOAD, KIND, FIRST_SLOT, LAST_SLOT, USED, SEEN = range(6, 13)
REST_FROM, REST_TO, SHAPE = range(13, 16)
# Columns of Instance.rests, one row for each window of each break.
REST_SERVICE, REST_OPENS, REST_CLOSES, NUMBER = range(4)
# Columns of the slots' table; those from COUNT on belong to the search.
VEHICLE, SLOT_MODE, CLOSED = range(3)
COUNT, WAY, WORK, FREE = range(3, 7)
# SINCE is when the round left that brings what a slot gives out (FAR: it leaves the
# kitchen itself), STOCK the row of load and capacity of what was brought (-1: none).
SINCE, STOCK = 7, 8


class Instance(NamedTuple):
    """Read-only arrays of one problem.

    `travel[mode, a, b]` seconds and `arrive[mode, b, a]` the same turned round, so that
    all ways to and from one job lie together in memory; the clock from a to b adds the
    service at a and, when the site differs, the setup at b. A way against the usual
    order is dearer by ORDER_PRICE, which the clock takes off again. `places[node]` is
    a node's row in them. `likely[job]` are in turn the likeliest to stand before it
    and after it, with the ways from and to them in `likely_ways`.
    `preference[job, vehicle]` is the price of that vehicle coming, FAR when it may not.
    Below the vehicles' capacities stands a row for each supply brought to a point.
    Times count from `_origin`.
    """

    travel: Ints32
    arrive: Ints32
    jobs: Ints
    windows: Ints
    demand: Ints
    capacity: Ints
    preference: Ints32
    places: Ints32
    likely: Ints32
    likely_ways: Ints32
    near: Ints32
    keys: Floats
    shares: Floats
    vehicles: Ints
    slots: Ints32
    rests: Ints


class Layout(NamedTuple):
    """How to get back from array numbers to the names; the jobs lie in line."""

    problem: Problem
    instance: Instance
    places: list[Location | None]
    slots: list[tuple[Vehicle, int]]
