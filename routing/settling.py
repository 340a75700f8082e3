"""The search of a small problem, which ends when it has settled, not with the time.

It is heated again and again, in turn so hot that it begins from nothing and so warm
that whole rounds are shared out anew, until steps enough in a row brought nothing
better. Only steps are counted: where the time is not up before, the same problem and
seed give the same rounds on every machine, however busy.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle

from routing.arrays import Layout
from routing.layout import named
from routing.search import COOL, WIDE, Report, Run, Setting, Worker, is_compiled
from routing.solution import Round

# Where somebody is left out or a round can be saved the way from one good plan to
# another is far: only with great heat, places being passed over often, is it found.
HOT = replace(WIDE, hot=100.0, blink=0.3)

# Cycles cool down in so many parts, and so many in a row that bring nothing are enough.
PARTS, CYCLES = 20, 16
LEAST_CYCLE, CYCLE_PER_SQUARE = 1_000, 20
LEAST_PATIENCE = 60_000

# What a core does about, for a stop; a guess that is only asked whether time is plenty.
PACE = 1_500_000
# The time has to be enough for the patience so often, and stops fewer than that: else
# all of the time is needed to search well.
PLENTY, FEW = 3, 16


def cycle_steps(stops: int) -> int:
    return max(LEAST_CYCLE, CYCLE_PER_SQUARE * stops**2)


def patience(stops: int) -> int:
    """So many steps in a row that brought nothing better are enough."""
    return max(LEAST_PATIENCE, CYCLES * cycle_steps(stops))


def may_settle(stops: int, seconds: float) -> bool:
    """Whether so few stops are sure to settle well before so many seconds are over."""
    plenty = PLENTY * patience(stops) <= seconds * PACE / max(1, stops)
    return is_compiled() and stops < FEW and plenty


def settle(
    table: Layout,
    start: Sequence[Round],
    seconds: float,
    seed: int,
    on_better: Report | None = None,
    stop: threading.Event | None = None,
) -> tuple[tuple[Round, ...], int | None]:
    """The best rounds found, and the steps it took to settle: None when the time was up
    or somebody stopped it before."""
    settings = (COOL[0], HOT, WIDE) if start else (HOT, WIDE)
    worker = Patient(table, start, seed, settings[0])
    run = Run([worker], seconds, on_better, stop or threading.Event(), time.monotonic)
    steps = worker.settle(run, settings)
    return named(table, worker.orders()), steps


class Patient(Worker):
    """A worker that searches until nothing better is to be expected."""

    def settle(self, run: Run, settings: Sequence[Setting]) -> int | None:
        stops = len(self.instance.keys)
        length, enough = cycle_steps(stops), patience(stops)
        done = quiet = 0
        turns = cycle(settings)
        while quiet < enough:
            before, self.setting = self.cost, next(turns)
            if not self._anneal(run, length):
                return None
            done += length
            quiet = 0 if self.cost < before else quiet + length
        return done

    def _anneal(self, run: Run, length: int) -> bool:
        """One cycle from hot to cold; False when there was no time to end it."""
        scale = self._scale()
        hot, cold = self.setting.hot * scale, self.setting.cold * scale
        for number in range(PARTS):
            if run.is_stopped or run.passed >= 1.0:
                return False
            part = number / PARTS
            self._run(length // PARTS, hot * (cold / hot) ** part, part)
            run.note(self)
        return True
