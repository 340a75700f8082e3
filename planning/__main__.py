"""`python -m planning`: a problem on standard input, a plan on standard output, every
better plan as one JSON line on standard error.

Exit codes: 0 a plan, 2 the problem cannot be read, 3 no plan can be (what to relax is
told), 4 none was found in the time.
"""

import argparse
import json
import sys
import time

from planning.plan import Cells, as_json, listed
from planning.problem import read

EXITS = {"optimal": 0, "feasible": 0, "infeasible": 3, "unknown": 4}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m planning", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--processor-seconds", type=float, default=None)
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    from planning.solver import solve  # half a second of the time asked for

    try:
        problem = read(json.load(sys.stdin))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"not a problem: {error!r}", file=sys.stderr)
        return 2
    plan = solve(
        problem,
        asked.seconds,
        asked.seed,
        asked.workers,
        _tell,
        asked.processor_seconds,
        started,
    )
    json.dump(as_json(plan), sys.stdout)
    return EXITS[plan.status]


def _tell(cells: Cells, total: int, bound: int, seconds: float) -> None:
    told = {"total": total, "bound": bound, "seconds": round(seconds, 2)}
    print(json.dumps({**told, "cells": listed(cells)}), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
