"""Nothing leaves that the checker refuses: the next best plan goes, or an error."""

from collections.abc import Callable, Iterable

from routing.check import Fault, check
from routing.problem import Problem
from routing.solution import Solution


class Refused(RuntimeError):
    """No plan passed the checker, which is our own mistake and never the input's.

    `faults` are those of the plan that was to leave.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(told(fault) for fault in self.faults))


def told(fault: Fault) -> str:
    """The fault in one line: `wrong_time: job 3, vehicle a, round 1, size 60`."""
    named = [("job", fault.job), ("vehicle", fault.vehicle), ("round", fault.round)]
    words = [f"{word} {name}" for word, name in named if name is not None]
    words += [f"size {fault.size}"] * bool(fault.size) + [fault.detail]
    return f"{fault.cause}: {', '.join(word for word in words if word)}"


def first_sound(problem: Problem, plans: Iterable[Callable[[], Solution]]) -> Solution:
    """The first of these plans in which the checker finds no fault.

    Raises
    ------
    Refused
        When it finds some in all of them.
    """
    refused: list[Fault] = []
    for plan in plans:
        made = plan()
        faults = check(problem, made)
        if not faults:
            return made
        refused = refused or faults
    raise Refused(refused)
