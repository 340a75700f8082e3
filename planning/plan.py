"""The planner's answer, and what it is worth – reckoned without the solver."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from planning.problem import Problem

Cells = Mapping[tuple[int, int], int]
"""(day, slot) → item; empty optional slots are left out."""


@dataclass(frozen=True)
class Fault:
    """A hard rule that does not hold. `kind`: empty | twice | diet | budget |
    equipment | use_up | locked; `amount` is how far it is off, in the rule's unit."""

    kind: str
    day: int = -1
    name: str = ""
    amount: int = 0


@dataclass(frozen=True)
class Plan:
    """Cells with the stated sum, the proven bound, and how the search ended: optimal |
    feasible | infeasible | unknown. `faults` of an infeasible problem are the cheapest
    set of rules to relax."""

    status: str
    cells: Cells = field(default_factory=dict)
    total: int = 0
    bound: int = 0
    seconds: float = 0.0
    faults: tuple[Fault, ...] = ()

    @property
    def gap_percent(self) -> float:
        """How far the sum may be above the best possible, in percent of it."""
        if self.total <= 0:
            return 0.0
        return max(0.0, (self.total - self.bound) * 100 / self.total)


def listed(cells: Cells) -> list[list[int]]:
    return [[day, slot, item] for (day, slot), item in sorted(cells.items())]


def as_json(plan: Plan) -> dict[str, Any]:
    return {
        "status": plan.status,
        "cells": listed(plan.cells),
        "total": plan.total,
        "bound": plan.bound,
        "seconds": round(plan.seconds, 2),
        "faults": [vars(fault) for fault in plan.faults],
    }


def plan_of(data: dict[str, Any]) -> Plan:
    """The inverse of `as_json`."""
    return Plan(
        data["status"],
        {(day, slot): item for day, slot, item in data["cells"]},
        data["total"],
        data["bound"],
        data["seconds"],
        tuple(Fault(**fault) for fault in data["faults"]),
    )


def plate(problem: Problem, cells: Cells, day: int, choice: str) -> list[int]:
    """The items of a set on a day: what set B leaves empty is set A's."""
    rows: dict[int, int] = {}
    for wanted in ("A", choice):
        for number, slot in enumerate(problem.slots):
            if slot.choice == wanted and (day, number) in cells:
                rows[slot.row] = cells[day, number]
    return list(rows.values())


def parts(problem: Problem, cells: Cells) -> dict[str, int]:
    """The stated sum, part by part, weighted."""
    weights, days = problem.weights, range(len(problem.offsets))
    plates = [[problem.items[i] for i in plate(problem, cells, d, "A")] for d in days]
    disliked = {(d, i): n for d, i, n in problem.dislikes}
    found = {
        "cost": weights.cost_fen * sum(i.cost_fen for p in plates for i in p),
        "sodium": weights.sodium_mg
        * sum(max(sum(i.na_mg for i in p) - problem.na_limit_mg, 0) for p in plates),
        "calcium": weights.calcium_mg
        * sum(max(problem.ca_target_mg - sum(i.ca_mg for i in p), 0) for p in plates),
        "dislike": weights.dislike
        * sum(
            disliked.get((day, item), 0)
            for (day, slot), item in cells.items()
            if problem.slots[slot].choice == "A"
        ),
        "extra": weights.extra_item
        * sum(problem.slots[slot].optional for _day, slot in cells),
    }
    for kind, weight in weights.repeats.items():
        found[kind] = weight * repeats(problem, cells, kind)
    return found


def total(problem: Problem, cells: Cells) -> int:
    return sum(parts(problem, cells).values())


def repeats(problem: Problem, cells: Cells, kind: str) -> int:
    """For each word and each run of days of the window: the times beyond one. Settled
    days alone are nobody's fault any more."""
    served = [(problem.offsets[day], item) for (day, _slot), item in cells.items()]
    old = list(problem.past)
    count = 0
    words = {w for item in problem.items for w in item.traits.get(kind, ())}
    for word in words:
        at = [o for o, i in served if word in problem.items[i].traits.get(kind, ())]
        was = [o for o, i in old if word in problem.items[i].traits.get(kind, ())]
        if at:
            for window in problem.windows_of(kind):
                new = sum(o in window for o in at)
                before = sum(o in window for o in was)
                count += max(new + before - max(1, before), 0)
    return count


def faults(problem: Problem, cells: Cells) -> list[Fault]:
    """Every hard rule that these cells break."""
    found = [*_shape(problem, cells), *_use_up(problem, cells)]
    for day in range(len(problem.offsets)):
        found += _diets(problem, cells, day)
        found += _money(problem, cells, day)
        found += _equipment(problem, cells, day)
    return found


def _shape(problem: Problem, cells: Cells) -> list[Fault]:
    found = []
    for day in range(len(problem.offsets)):
        for number, slot in enumerate(problem.slots):
            item = cells.get((day, number))
            if item is None and not slot.optional:
                found.append(Fault("empty", day, f"{slot.choice}{slot.row}"))
            locked = any((f.day, f.slot) == (day, number) for f in problem.fixed)
            if item is not None and item not in slot.items and not locked:
                found.append(Fault("foreign", day, f"{slot.choice}{slot.row}"))
        used = [item for (at, _slot), item in cells.items() if at == day]
        if len(used) != len(set(used)):
            found.append(Fault("twice", day))
    for fixed in problem.fixed:
        if cells.get((fixed.day, fixed.slot)) != fixed.item:
            found.append(Fault("locked", fixed.day))
    return found


def _diets(problem: Problem, cells: Cells, day: int) -> list[Fault]:
    found = []
    for group in problem.groups:
        if group.day != day:
            continue
        for row, harmless in group.harmless.items():
            served = {
                cells.get((day, number))
                for number, slot in enumerate(problem.slots)
                if slot.row == row
            }
            if not served & set(harmless):
                found.append(Fault("diet", day, f"{row}|{group.name}", group.people))
    return found


def _money(problem: Problem, cells: Cells, day: int) -> list[Fault]:
    if not problem.budget_fen:
        return []
    dearest = max(
        sum(problem.items[item].cost_fen for item in plate(problem, cells, day, choice))
        for choice in ("A", "B")
    )
    over = dearest - problem.budget_fen
    return [Fault("budget", day, "", over)] if over > 0 else []


def _equipment(problem: Problem, cells: Cells, day: int) -> list[Fault]:
    found = []
    for tool in problem.equipment:
        needed = 0
        for (at, slot), item in cells.items():
            made = problem.items[item]
            if at == day and made.equipment == tool.kind:
                second = problem.slots[slot].choice == "B"
                portions = (problem.second_portions if second else problem.portions)[
                    day
                ]
                needed += ceil(portions / tool.holds) * made.batch_minutes
        if needed > tool.minutes:
            found.append(Fault("equipment", day, tool.kind, needed - tool.minutes))
    return found


def _use_up(problem: Problem, cells: Cells) -> list[Fault]:
    return [
        Fault("use_up", stock.last_day, stock.name)
        for stock in problem.use_up
        if not any(
            item in stock.items and day <= stock.last_day
            for (day, _slot), item in cells.items()
        )
    ]
