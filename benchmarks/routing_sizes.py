"""How good a large district is after little time, and what size costs.

Each solve runs in a process of its own, as in the product, so that memory is its own.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).parents[1]
LONG_SECONDS = 60

# Elders, and seconds by the wall after which a plan is near the best of 60 s.
QUICK = ((600, 3), (1500, 10))
CURVE = (600, 1500, 3000, 5000)


def lines() -> Iterator[str]:
    yield "## Size: blocks, two workers, the whole of `solve` by the wall"
    yield ""
    yield "Asked: within 2 % of the best of 60 s after 3 s (600) and 10 s (1,500)."
    yield ""
    yield "| elders | short, s | cost | long, s | cost | above % | left out |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    yield "| asked | | | | | ≤ 2.00 | 0 |"
    for elders, seconds in QUICK:
        short, best = solved(elders, seconds), solved(elders, LONG_SECONDS)
        above = 100 * (short["cost"] / min(short["cost"], best["cost"]) - 1)
        yield (
            f"| {elders} | {short['seconds']:.1f} | {short['cost']:,} "
            f"| {best['seconds']:.1f} | {best['cost']:,} "
            f"| {above:.2f} | {short['left']} |"
        )
    yield ""
    yield "What size costs: reading, tables and the first whole plan (20 steps), one"
    yield "worker; then 5,000 elders for 60 s with two."
    yield ""
    yield (
        "| elders | stops | asked s | wall s | processor s "
        "| ms per elder | MB | left out |"
    )
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for elders in CURVE:
        yield line(elders, "20 steps", solved(elders, 600, steps=20, workers=1))
    street = solved(5000, 60)
    yield line(5000, "60", street)
    yield ""
    yield "| what | measured | asked for |"
    yield "| --- | ---: | ---: |"
    yield Figure("5,000 elders: wall, s", f"{street['seconds']:.1f}", "≤ 60").row
    yield Figure("5,000 elders: left out", str(street["left"]), "0").row
    yield Figure("5,000 elders: memory, MB", str(street["megabytes"]), "< 1000").row


def line(elders: int, asked: str, found: dict[str, float]) -> str:
    return (
        f"| {elders} | {found['stops']} | {asked} | {found['seconds']:.1f} "
        f"| {found['cpu']:.1f} | {1000 * found['cpu'] / elders:.2f} "
        f"| {found['megabytes']} | {found['left']} |"
    )


def solved(
    elders: int, seconds: float, steps: int | None = None, workers: int = 2
) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.routing_sizes"]
    asked = json.dumps([elders, seconds, steps, workers])
    child = subprocess.run(
        [*command, asked], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, float] = json.loads(child.stdout)
    return found


def one(
    elders: int, seconds: float, steps: int | None, workers: int
) -> dict[str, float]:
    import resource
    import time

    from benchmarks.routing_districts import district
    from routing import check, solve
    from routing.warm import warm

    made = district("blocks", elders)
    warm()
    began, used = time.monotonic(), time.process_time()
    found = solve(made.problem, seconds=seconds, workers=workers, steps=steps)
    wall, used = time.monotonic() - began, time.process_time() - used
    if check(made.problem, found):
        raise ValueError("the plan breaks a rule")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "cost": found.summary.cost,
        "left": found.summary.unassigned,
        "stops": len({(j.building, j.windows) for j in made.problem.jobs}),
        "seconds": wall,
        "cpu": used,
        "megabytes": memory,
    }


if __name__ == "__main__":
    print(json.dumps(one(*json.loads(sys.argv[1]))))
