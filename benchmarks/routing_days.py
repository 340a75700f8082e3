"""How steady rounds are from one day to the next, and how fast a late add is answered.

    python benchmarks/routing_days.py [--elders 300] [--seconds 5]

Six in a hundred elders leave, five are new. The usual driver is worth 60 s of travel
for each elder (the default price); "from nothing" is the same day planned without
knowing yesterday. Prints a Markdown table.
"""

import argparse
import random
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.routing_districts import SHAPES, district
from routing import Problem, Solution, solve
from routing.changes import Change
from routing.problem import Id
from routing.replan import replan


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--elders", type=int, default=300)
    made.add_argument("--seconds", type=float, default=5.0)
    made.add_argument("--shapes", default=",".join(SHAPES))
    options = made.parse_args()
    print("| district | same driver % | same order % | cost % | late add ms, cpu |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for shape in options.shapes.split(","):
        print(row(shape, options.elders, options.seconds), flush=True)


def row(shape: str, elders: int, seconds: float) -> str:
    whole = district(shape, elders).problem
    before, after = two_days(whole)
    usual = solve(before, seconds=seconds, engine="sisr")
    drivers = {job: r.vehicle for r in usual.rounds for job in r.jobs}
    jobs = [replace(j, preferred_vehicle=drivers.get(j.id)) for j in after.jobs]
    known = replace(after, jobs=tuple(jobs))
    fresh = solve(after, seconds=seconds, engine="sisr")
    steady = solve(known, seconds=seconds, engine="sisr", start=usual.rounds)
    changed = steady.summary.changed_vehicle
    cost = steady.summary.cost - changed * known.weights.changed_vehicle
    extra = 100 * (cost / fresh.summary.cost - 1)
    same = 100 * (1 - changed / sum(j.id in drivers for j in after.jobs))
    return (
        f"| {shape} {elders} | {same:.1f} | {same_order(usual, steady):.1f} "
        f"| {extra:+.2f} | {late_add(known, steady):.0f} |"
    )


def two_days(whole: Problem) -> tuple[Problem, Problem]:
    """Yesterday without the newcomers, today without those who left."""
    mixed = list(whole.jobs)
    random.Random(7).shuffle(mixed)
    count = len(mixed)
    new = {job.id for job in mixed[: count * 5 // 100]}
    gone = {job.id for job in mixed[count * 5 // 100 : count * 11 // 100]}
    return (
        replace(whole, jobs=tuple(j for j in whole.jobs if j.id not in new)),
        replace(whole, jobs=tuple(j for j in whole.jobs if j.id not in gone)),
    )


def same_order(usual: Solution, steady: Solution) -> float:
    """Pairs of elders who share a round on both days and keep their order, percent."""
    place = {job: (r.vehicle, k) for r in usual.rounds for k, job in enumerate(r.jobs)}
    kept = pairs = 0
    for r in steady.rounds:
        known: list[Id] = [job for job in r.jobs if job in place]
        for k, first in enumerate(known):
            for second in known[k + 1 :]:
                if place[first][0] == place[second][0]:
                    pairs += 1
                    kept += place[first][1] < place[second][1]
    return 100 * kept / max(1, pairs)


def late_add(problem: Problem, plan: Solution) -> float:
    """Milliseconds of processor time until a late add has its place."""
    late = replace(problem.jobs[len(problem.jobs) // 2], id="late")
    began = time.process_time()
    replan(problem, plan.rounds, Change(added=(late,)))
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
