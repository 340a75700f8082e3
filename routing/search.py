"""A portfolio of kernel searches on the cores allowed, best so far at any moment.

The kernel releases the interpreter lock, so the workers are threads. Each has its own
plan, seed and setting; half way those that fell behind start again from the best. With
one worker and a step limit the same seed gives the same answer.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from routing import kernel
from routing.arrays import (
    CLOSED,
    COUNT,
    FIXED,
    LOCKED,
    WAY,
    Instance,
    Layout,
)
from routing.kernel_state import ABSENT, BEST, BEST_ABSENT, DICE, new_state, numba
from routing.layout import named, numbered
from routing.solution import Round

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """How one worker searches: stops removed per step, longest string, heat.

    `first` are stops and string for the first half of the time, when not the same;
    `cycles` is how often it is heated, each time from where it then is.
    """

    removed: float = 10.0
    longest: int = 10
    first: tuple[float, int] | None = None
    hot: float = 1.0
    cold: float = 0.01
    few: int = 120
    blink: float = 0.01
    tails: int = 1
    cycles: int = 1


SETTINGS = (
    Setting(),
    Setting(removed=15.0, longest=15),
    Setting(removed=8.0, longest=8, hot=0.3),
    Setting(removed=20.0, longest=30),
)

# Where a vehicle costs something, whole rounds must come out in one step to save one.
FLEET_SETTINGS = (Setting(first=(15.0, 30)), *SETTINGS)

# With steps in plenty, whole rounds come out all the time: in a giant compound, where
# all doors are near all others, what is left to find is how to share them out.
WIDE = Setting(removed=20.0, longest=30, hot=3.0, cold=0.03, tails=2, cycles=5)

# From a good plan on: refine, and do not melt it first.
COOL = (
    Setting(hot=0.1),
    Setting(hot=0.2, removed=15.0, longest=15),
    Setting(hot=0.05, removed=6.0, longest=8),
)

CHUNK_SECONDS = 0.05

# What a core does about; heat should not depend on how busy the machine is.
STEPS_PER_SECOND = 45_000
# From so many steps for each stop on the full heat pays; below, a share of it.
STEPS_WELL_SPENT = 1_500
# Stops in a mean round from which on rounds are long.
LONG_ROUND = 25


def is_compiled() -> bool:
    """Whether the kernel runs as machine code, not as plain Python."""
    return numba is not None


def search(
    table: Layout,
    start: Sequence[Round],
    seconds: float,
    seed: int,
    workers: int = 1,
    steps: int | None = None,
    on_better: Report | None = None,
    stop: threading.Event | None = None,
    clock: Callable[[], float] = time.monotonic,
    settings: Sequence[Setting] = (),
) -> tuple[Round, ...]:
    """The best rounds found, beginning from `start` where it is feasible.

    `clock` measures `seconds`; benchmarks count processor time instead of the wall's.
    """
    budget = seconds * STEPS_PER_SECOND if steps is None else steps
    settings = settings or default_settings(table.instance, budget)
    searches = [
        Worker(table, start, seed + 1000 * k, settings[k % len(settings)])
        for k in range(max(1, workers))
    ]
    run = Run(searches, seconds, on_better, stop or threading.Event(), clock)
    if steps is not None or len(searches) == 1:
        searches[0].work(run, steps)
    else:
        threads = [threading.Thread(target=w.work, args=(run,)) for w in searches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    best = min(searches, key=lambda worker: worker.cost)
    return named(table, best.orders())


def default_settings(instance: Instance, steps: float) -> Sequence[Setting]:
    """The portfolio for a problem begun from nothing, the likeliest first."""
    if not instance.vehicles[:, FIXED].any():
        return SETTINGS
    is_plenty = steps > STEPS_WELL_SPENT * len(instance.keys)
    return (WIDE, *FLEET_SETTINGS) if is_plenty else FLEET_SETTINGS


class Worker:
    """One search: its plan, its setting, its share of the time."""

    def __init__(
        self, table: Layout, start: Sequence[Round], seed: int, setting: Setting
    ) -> None:
        self.instance: Instance = table.instance
        self.setting = setting
        self.state = new_state(self.instance, seed)
        given = numbered(table, start)
        self.is_pinned = bool(self.instance.jobs[:, LOCKED].any())
        self.closed = [slot for slot, _, locked in given if locked]
        self._begin([(slot, order) for slot, order, _ in given])

    def _begin(self, orders: Sequence[tuple[int, list[int]]]) -> None:
        """Take up orders by slot, close the locked, insert everybody left out."""
        for slot, order in orders:
            kernel.place_order(
                self.instance, self.state, slot, np.array(order, np.int64)
            )
        self.state.slots[self.closed, CLOSED] = 1
        kernel.fill(self.instance, self.state)

    def adopt(self, orders: Sequence[list[int]]) -> None:
        """Start again from another worker's best, with the dice where they lie."""
        seed = int(self.state.total[DICE])
        self.state = new_state(self.instance, seed)
        self._begin(list(enumerate(orders)))

    @property
    def cost(self) -> int:
        return int(self.state.total[BEST])

    def orders(self) -> list[list[int]]:
        bounds, best = self.state.best_from, self.state.best
        return [
            best[bounds[s] : bounds[s + 1]].tolist() for s in range(len(bounds) - 1)
        ]

    def work(self, run: "Run", steps: int | None = None) -> None:
        """Search until the time or the steps are used up."""
        scale = self._scale() * self._warmth(run.seconds, steps)
        hot, cold = self.setting.hot * scale, self.setting.cold * scale
        done, chunk, alone = 0, 200, True
        while True:
            part = run.passed if steps is None else done / steps if steps else 1.0
            if part >= 1.0 or run.is_stopped:
                return
            if alone and part > 0.5:
                alone = False
                run.catch_up(self)
            count = min(chunk, steps - done) if steps is not None else chunk
            began = time.perf_counter()
            cooled = part * self.setting.cycles % 1.0
            self._run(count, hot * (cold / hot) ** cooled, part)
            done += count
            if steps is None:
                took = max(1e-6, time.perf_counter() - began)
                chunk = max(20, min(100_000, int(chunk * CHUNK_SECONDS / took)))
            run.note(self)

    def _run(self, steps: int, heat: float, part: float) -> None:
        s = self.setting
        removed, longest = s.removed, s.longest
        if s.first is not None and part < 0.5:
            removed, longest = s.first
        kernel.run(
            self.instance,
            self.state,
            steps,
            heat,
            removed,
            longest,
            s.few,
            s.blink,
            0 if self.is_pinned else s.tails,
        )

    def _warmth(self, seconds: float, steps: int | None) -> float:
        """Less heat than the setting's where there are few steps for each stop.

        Long rounds need all of it, for they change little by little.
        """
        if self.setting.hot < 1.0:
            return 1.0
        slots = self.state.slots
        served = int(slots[:, COUNT].sum())
        if served > LONG_ROUND * int((slots[:, COUNT] > 0).sum()):
            return 1.0
        budget = seconds * STEPS_PER_SECOND if steps is None else steps
        return max(0.3, min(1.0, budget / max(1, served) / STEPS_WELL_SPENT))

    def _scale(self) -> float:
        """Mean travel per job served: the unit in which heat is measured."""
        served = len(self.instance.keys) - int(self.state.total[ABSENT])
        return max(1.0, float(self.state.slots[:, WAY].sum()) / max(1, served))


class Run:
    """What the workers share: the clock and the best so far."""

    def __init__(
        self,
        workers: Sequence[Worker],
        seconds: float,
        on_better: Report | None,
        stop: threading.Event,
        clock: Callable[[], float],
    ) -> None:
        self._clock = clock
        self._deadline = clock() + seconds
        self.seconds = max(seconds, 1e-9)
        self._stop = stop
        self._on_better = on_better
        self._best: int | None = None
        self._orders: list[list[int]] = []
        self._lock = threading.Lock()
        for worker in workers:
            self.note(worker)

    @property
    def passed(self) -> float:
        """The part of the time that is used up."""
        return 1.0 - (self._deadline - self._clock()) / self.seconds

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def note(self, worker: Worker) -> None:
        with self._lock:
            if self._best is None or worker.cost < self._best:
                self._best = worker.cost
                self._orders = worker.orders()
                if self._on_better is not None:
                    absent = int(worker.state.total[BEST_ABSENT])
                    self._on_better(self._best, absent)

    def catch_up(self, worker: Worker) -> None:
        """Give a worker that fell behind the best plan of all."""
        with self._lock:
            behind = self._best is not None and worker.cost > self._best
            orders = self._orders
        if behind:
            worker.adopt(orders)
