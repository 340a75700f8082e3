"""`./run bench menus [PROCESSOR_SECONDS] [--wall SECONDS] [--case N] [--write]`: the
menu planner's ten cases, each in a child process as the product starts it: sum, bound,
gap, time, examination. Metered in processor seconds, so that a busy machine measures
the same; with `--wall` by the clock on the wall, as a user waits on idle cores."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.menu_cases import question
from kitchen.menu_questions import cells_of, examined, problem_of
from planning.plan import faults, plan_of, total
from planning.problem import as_json
from tests.kitchen.plates import dishes

ROOT = Path(__file__).parent.parent
CASES = range(1, 11)


def main(arguments: list[str]) -> int:
    seconds = float(arguments[0]) if arguments and arguments[0].isdigit() else 60.0
    wall = _number(arguments, "--wall")
    case = _number(arguments, "--case")
    lines = [measured(seed, seconds, wall) for seed in CASES if case in (None, seed)]
    table = "\n".join(
        [HEAD.format(limit=_limit(seconds, wall), machine=machine()), *lines, ""]
    )
    print(table)
    if "--write" in arguments:
        (ROOT / "docs" / "menu-benchmarks.md").write_text(table)
    return 0


def _limit(seconds: float, wall: int | None) -> str:
    if wall:
        return f"{wall} seconds by the clock for everything"
    return (
        f"{seconds:g} processor seconds for the search, what two idle cores give"
        " in half as many seconds"
    )


def _number(arguments: list[str], name: str) -> int | None:
    return int(arguments[arguments.index(name) + 1]) if name in arguments else None


HEAD = """# The menu planner, measured

Two weeks of lunches (ten days) for 300 elders out of 138 dishes; {limit};
two search workers in a child process as the product starts it. *Seconds* are those a
user waits: the question made, the program started, the search, the answer told. Ten
made-up kitchens that differ in diets, bookings, prices, budget, equipment and stock
(`benchmarks/menu_cases.py`).
*Points* is the stated sum, reckoned anew from the cells; *bound* is proven: no plan has
fewer points. *Gap* is (points − bound) ÷ points. *Examined* counts the hard rules found
broken by the kitchen's own rules. Machine: {machine}.

Run it yourself: `./run bench menus 60 --write`, on idle cores
`./run bench menus --wall 30`

The search ends early at 0.5 %.

| case | points | bound | gap | seconds | processor s | examined |
| --- | --- | --- | --- | --- | --- | --- |"""


def measured(seed: int, seconds: float, wall_seconds: int | None = None) -> str:
    asked = question(seed, tuple(dishes().values()))
    begun, used = time.monotonic(), os.times()
    made = problem_of(asked)
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "planning"),
            *("--seconds", str(wall_seconds or 900)),
            *(() if wall_seconds else ("--processor-seconds", str(seconds))),
        ],
        input=json.dumps(as_json(made.problem)).encode(),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    wall, spent = time.monotonic() - begun, os.times()
    processor = spent.children_user - used.children_user
    plan = plan_of(json.loads(answer.stdout))
    broken = examined(asked, cells_of(asked, made.items, plan.cells))
    assert not faults(made.problem, plan.cells), seed
    assert plan.total == total(made.problem, plan.cells), seed
    line = (
        f"| {seed} | {plan.total} | {plan.bound} | {plan.gap_percent:.1f} %"
        f" | {wall:.1f} | {processor:.0f} | {len(broken)} |"
    )
    print(line, file=sys.stderr, flush=True)
    return line


def machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, load {load:.0f} before the run"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
