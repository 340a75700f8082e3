"""What a search that ends when it has settled loses against one of all its time."""

import time
from collections.abc import Iterator

from benchmarks.routing_districts import SHAPES
from benchmarks.routing_districts import district as planted
from routing import Problem, Travel, schedule, solve
from routing.layout import layout
from routing.settling import settle
from tests.routing.cases import district as lunch

SIZES = (6, 9, 12, 15)
SEEDS = range(25)
STEPS = 450_000
"""What a core does in the ten seconds of a search, by the kernel's own reckoning."""


def lines() -> Iterator[str]:
    yield "## Small problems: settled against searched all of the time"
    yield ""
    yield f"Generated lunches, {len(SEEDS)} of each size; {STEPS:,} steps are 10 s."
    yield "Times are processor seconds, means."
    yield ""
    yield "| doors | dearer than all of it | at most | settled in | all of it |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for doors in SIZES:
        yield line(doors)


def line(doors: int) -> str:
    losses, took = [], [0.0, 0.0]
    for seed in SEEDS:
        problem = case(doors, seed)
        began = time.process_time()
        rounds, _ = settle(layout(problem, Travel(problem)), (), 3600, 1)
        ended = time.process_time()
        long = solve(problem, engine="sisr", steps=STEPS).summary.cost
        took[0] += ended - began
        took[1] += time.process_time() - ended
        losses.append(schedule(problem, rounds).summary.cost / long - 1)
    dearer = sum(loss > 0 for loss in losses)
    settled, whole = (seconds / len(SEEDS) for seconds in took)
    return (
        f"| {doors} | {dearer} | {100 * max(losses):+.2f} % "
        f"| {settled:.2f} s | {whole:.2f} s |"
    )


def case(doors: int, seed: int) -> Problem:
    """In turn a lunch that is too much for its drivers, one that is not, a district."""
    if seed % 3 == 2:
        shape = SHAPES[seed // 3 % len(SHAPES)]
        return planted(shape, doors, seed, per_elder_limit=True).problem
    return lunch(seed, doors, max(2, doors // 4) if seed % 3 == 0 else doors // 2)
