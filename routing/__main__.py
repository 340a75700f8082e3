"""`python -m routing`: a problem on standard input, a solution on standard output.

`solve` ends at once with the best so far on SIGTERM or SIGINT. `warm` compiles the
kernel into its cache. Exit codes: 0 fine, 1 internal error, 2 input (every fault
listed), 3 solved, but jobs are unassigned or, for `check`, faults were found. Progress
goes to standard error as JSON lines.
"""

import argparse
import json
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from routing.check import check
from routing.explain import explain
from routing.faults import InvalidInput
from routing.io import read_problem, read_rounds
from routing.output import read_solution, write_solution
from routing.schedule import schedule
from routing.solver import ENGINES, solve

FINE, INTERNAL, INPUT, INCOMPLETE = 0, 1, 2, 3

Answer = tuple[object, int]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "warm":
        return _warm()
    try:
        answer, code = COMMANDS[options.command](_read_input(), options)
    except InvalidInput as error:
        return _refuse(error.faults)
    except Exception:  # the contract of the child process: always JSON and a code
        traceback.print_exc()
        _write({"code": INTERNAL, "error": "internal error, see standard error"})
        return INTERNAL
    _write(answer)
    return code


def _solve(data: Mapping[str, Any], options: argparse.Namespace) -> Answer:
    problem, rounds = _question(data)
    with _stopped_by_signals() as stop:
        solution = solve(
            problem,
            seconds=options.seconds,
            seed=options.seed,
            workers=options.workers,
            on_progress=_progress if options.progress else None,
            start=rounds,
            engine=options.engine,
            steps=options.steps,
            locked=data.get("locked", ()),
            stop=stop,
        )
    code = INCOMPLETE if solution.unassigned else FINE
    return write_solution(solution, problem), code


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that the best so far is still told."""
    stop = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _schedule(data: Mapping[str, Any], _: argparse.Namespace) -> Answer:
    problem, rounds = _question(data)
    return write_solution(schedule(problem, rounds), problem), FINE


def _check(data: Mapping[str, Any], _: argparse.Namespace) -> Answer:
    problem, _rounds = _question(data)
    found = check(problem, read_solution(data.get("solution")))
    return {"faults": [asdict(fault) for fault in found]}, INCOMPLETE if found else FINE


def _explain(data: Mapping[str, Any], _: argparse.Namespace) -> Answer:
    problem, _rounds = _question(data)
    remedies = explain(problem, read_solution(data.get("solution")))
    answer = [
        {"job": job, "remedies": [asdict(remedy) for remedy in found]}
        for job, found in remedies.items()
    ]
    return {"unassigned": answer}, FINE


COMMANDS: dict[str, Callable[[Mapping[str, Any], argparse.Namespace], Answer]] = {
    "solve": _solve,
    "schedule": _schedule,
    "check": _check,
    "explain": _explain,
}


def _warm() -> int:
    """Compile the kernel into its cache on disk, for set-up; seconds when cached."""
    from routing.warm import warm

    print(f"kernel ready in {warm():.1f} s", file=sys.stderr)
    return FINE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m routing", description=__doc__)
    parser.add_argument(
        "command", nargs="?", default="solve", choices=(*COMMANDS, "warm")
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--engine", default="auto", choices=ENGINES)
    parser.add_argument("--progress", action="store_true")
    return parser


def _read_input() -> Mapping[str, Any]:
    try:
        data = json.load(sys.stdin)
    except ValueError as error:
        raise InvalidInput([f"this is not JSON: {error}"]) from error
    if not isinstance(data, Mapping):
        raise InvalidInput(["the document must be an object"])
    return data


def _question(data: Mapping[str, Any]) -> tuple[Any, Any]:
    """The problem, bare or under `problem`, and the rounds given with it."""
    inner = data.get("problem", data)
    problem = read_problem(inner)
    return problem, read_rounds(data if "problem" in data else inner)


def _refuse(faults: Sequence[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    _write({"code": INPUT, "error": "the input has faults", "faults": list(faults)})
    return INPUT


def _progress(event: Mapping[str, object]) -> None:
    print(json.dumps(event), file=sys.stderr, flush=True)


def _write(answer: object) -> None:
    json.dump(answer, sys.stdout, ensure_ascii=False)
    print()


if __name__ == "__main__":
    sys.exit(main())
