"""`python -m routing`: a problem on standard input, a solution on standard output.

`solve` ends at once with the best so far on SIGTERM or SIGINT. `warm` compiles the
kernel into its cache. Exit codes: 0 fine, 1 internal error, 2 input (every fault
listed), 3 solved, but jobs are unassigned or, for `check`, faults were found. Progress
goes to standard error as JSON lines.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from routing.commands import COMMANDS, FINE, INPUT, INTERNAL
from routing.faults import InvalidInput
from routing.judged import Refused
from routing.solver import ENGINES


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        options = _parser().parse_args(arguments)
        if options.command == "warm":
            return _warm()
        answer, code = COMMANDS[options.command](_read_input(), options)
    except InvalidInput as error:
        return _refuse(error.faults)
    except Refused as error:
        print(error, file=sys.stderr)
        _write({"code": INTERNAL, "error": "the checker refuses the plan found"})
        return INTERNAL
    except Exception:  # the contract of the child process: always JSON and a code
        traceback.print_exc()
        _write({"code": INTERNAL, "error": "internal error, see standard error"})
        return INTERNAL
    _write(answer)
    return code


def _warm() -> int:
    """Compile the kernel into its cache on disk, for set-up; quick when it is there."""
    from routing.warm import forget, warm

    forget()
    print(f"kernel ready in {warm():.1f} s", file=sys.stderr)
    return FINE


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the options as everything else is said: in JSON."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput([f"options: {message}"])


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m routing", description=__doc__)
    parser.add_argument(
        "command", nargs="?", default="solve", choices=(*COMMANDS, "warm")
    )
    parser.add_argument("--seconds", type=_seconds, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=_at_least(1), default=1)
    parser.add_argument("--steps", type=_at_least(0), default=None)
    parser.add_argument("--engine", default="auto", choices=ENGINES)
    for name, metavar in (("--osrm", "PROFILE=URL"), ("--osm", "PROFILE=FILE")):
        parser.add_argument(
            name, action="append", default=[], metavar=metavar, type=_pair
        )
    parser.add_argument("--progress", action="store_true")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"needs 0 or more seconds, got {text}")
    return value


def _at_least(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"needs {least} or more, got {text}")
        return value

    read.__name__ = "whole number"  # what argparse calls it
    return read


def _pair(text: str) -> tuple[str, str]:
    name, mark, said = text.partition("=")
    if not (name and mark and said):
        raise argparse.ArgumentTypeError(f"needs PROFILE=…, got {text}")
    return name, said


def _read_input() -> Mapping[str, Any]:
    try:
        data = json.load(sys.stdin)
    except ValueError as error:
        raise InvalidInput([f"this is not JSON: {error}"]) from error
    if not isinstance(data, Mapping):
        raise InvalidInput(["the document must be an object"])
    return data


def _refuse(faults: Sequence[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    _write({"code": INPUT, "error": "the input has faults", "faults": list(faults)})
    return INPUT


def _write(answer: object) -> None:
    json.dump(answer, sys.stdout, ensure_ascii=False)
    print()


def _spare_the_start() -> None:
    """Hide what numba loads where it is installed, for linear algebra and for test
    coverage: the kernel has no use for it, and it is a third of a second of each start.
    """
    if not any(word.startswith("--osm") for word in sys.argv):  # which needs scipy
        sys.modules["scipy"] = None  # type: ignore[assignment]
    sys.modules.setdefault("coverage", None)  # type: ignore[arg-type]


if __name__ == "__main__":
    _spare_the_start()
    sys.exit(main())
