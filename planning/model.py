"""The question as a CP-SAT model, with its hard rules hard, or elastic to find the
cheapest relaxation of a question that has no answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from ortools.sat.python import cp_model

from planning.plan import Fault
from planning.problem import Problem, Slot

# What relaxing a rule by one unit weighs when something has to give: a person without
# a dish most, then a locked cell or spoiled stock, then minutes and fen.
PERSON, LOCKED, STOCK, MINUTE, FEN = 1000, 800, 500, 10, 5


@dataclass
class Model:
    """The model and its variables; `slack` names what may give in an elastic one."""

    problem: Problem
    elastic: bool = False
    cp: Any = field(default_factory=cp_model.CpModel)
    x: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    slack: list[tuple[Fault, Any, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cells()
        for day in range(len(self.problem.offsets)):
            self._nothing_twice(day)
            self._diets(day)
            if not self.elastic:
                self._partners(day)
            self._money(day)
            self._equipment(day)
        self._use_up()
        self._locked()
        self.cp.Minimize(self._relaxation() if self.elastic else self._sum())

    # Cells

    def _cells(self) -> None:
        locked = {(f.day, f.slot): f.item for f in self.problem.fixed}
        for day in range(len(self.problem.offsets)):
            for number, slot in enumerate(self.problem.slots):
                held = locked.get((day, number))
                choices = {*slot.items, *([held] if held is not None else [])}
                cells = []
                for item in sorted(choices):
                    cell = self.cp.NewBoolVar(f"{day}.{number}.{item}")
                    self.x[day, number, item] = cell
                    cells.append(cell)
                if slot.optional:
                    self.cp.AddAtMostOne(cells)
                else:
                    self.cp.AddExactlyOne(cells)

    def of_day(self, day: int, *slots: int) -> list[tuple[int, int, Any]]:
        """(slot, item, variable) of a day, of these slots or of all."""
        wanted = set(slots) or set(range(len(self.problem.slots)))
        return [
            (number, item, cell)
            for number in sorted(wanted)
            for item in self._choices(day, number)
            for cell in [self.x[day, number, item]]
        ]

    def _choices(self, day: int, number: int) -> list[int]:
        slot = self.problem.slots[number]
        held = [
            f.item
            for f in self.problem.fixed
            if (f.day, f.slot) == (day, number) and f.item is not None
        ]
        return sorted({*slot.items, *held})

    def _slots(self, fits: Callable[[Slot], bool]) -> list[int]:
        return [n for n, slot in enumerate(self.problem.slots) if fits(slot)]

    # Hard rules

    def _give(self, fault: Fault, most: int, weight: int) -> Any:
        """How far a rule may give: nothing, unless the model is elastic."""
        if not self.elastic:
            return 0
        by = self.cp.NewIntVar(0, most, f"give.{len(self.slack)}")
        self.slack.append((fault, by, weight))
        return by

    def _nothing_twice(self, day: int) -> None:
        by_item: dict[int, list[Any]] = {}
        for _number, item, cell in self.of_day(day):
            by_item.setdefault(item, []).append(cell)
        for cells in by_item.values():
            if len(cells) > 1:
                self.cp.AddAtMostOne(cells)

    def _diets(self, day: int) -> None:
        for group in self.problem.groups:
            if group.day != day:
                continue
            for row, harmless in group.harmless.items():
                slots = [n for n, s in enumerate(self.problem.slots) if s.row == row]
                good = [
                    c for _n, i, c in self.of_day(day, *slots) if i in set(harmless)
                ]
                fault = Fault("diet", day, f"{row}|{group.name}", group.people)
                give = self._give(fault, 1, PERSON * group.people)
                self.cp.Add(sum(good) + give >= 1)

    def _partners(self, day: int) -> None:
        """What follows from the diets where set B may change a row, said so that the
        linear relaxation sees it: half a dish in A and half in B feed nobody whom
        either harms."""
        groups = [g.harmless for g in self.problem.groups if g.day == day]
        for row in {slot.row for slot in self.problem.slots}:
            asked = [set(harmless[row]) for harmless in groups if row in harmless]
            first, second = (self._cells_of(day, row, choice) for choice in "AB")
            if asked and second:
                self._beside(first, second, asked)
                self._beside(second, first, asked)

    def _cells_of(self, day: int, row: int, choice: str) -> dict[int, Any]:
        slots = self._slots(lambda slot: (slot.row, slot.choice) == (row, choice))
        return {i: cell for _n, i, cell in self.of_day(day, *slots)} if slots else {}

    def _beside(
        self, mine: Mapping[int, Any], others: Mapping[int, Any], asked: list[set[int]]
    ) -> None:
        """A dish that harms somebody needs one of `others` that harms none of them;
        dishes with the same choice of those share it."""
        waiting: dict[frozenset[int], list[Any]] = {}
        for item, cell in mine.items():
            harmed = [good for good in asked if item not in good]
            if harmed:
                partners = set(others).intersection(*harmed) - {item}
                waiting.setdefault(frozenset(partners), []).append(cell)
        if waiting:
            every = frozenset[int]().union(*waiting)
            waiting[every] = [cell for cells in waiting.values() for cell in cells]
        for fitting, cells in waiting.items():
            self.cp.Add(sum(cells) <= sum(others[item] for item in fitting))

    def _money(self, day: int) -> None:
        limit = self.problem.budget_fen
        if not limit:
            return
        items = self.problem.items
        give = self._give(Fault("budget", day), 10**6, FEN)
        first = self._slots(lambda slot: slot.choice == "A")
        spent = sum(items[i].cost_fen * c for _n, i, c in self.of_day(day, *first))
        self.cp.Add(spent <= limit + give)
        second = self._slots(lambda slot: slot.choice == "B")
        if second:
            self.cp.Add(self._second_cost(day, second) <= limit + give)

    def _second_cost(self, day: int, second: list[int]) -> Any:
        """What set B costs: its own items, and set A's where it has none."""
        items, costs = self.problem.items, []
        own = {self.problem.slots[n].row: n for n in second}
        for number in self._slots(lambda slot: slot.choice == "A"):
            mine = self.of_day(day, number)
            usual = sum(items[i].cost_fen * c for _n, i, c in mine)
            other = own.get(self.problem.slots[number].row)
            if other is None:
                costs.append(usual)
                continue
            theirs = self.of_day(day, other)
            dearest = max(
                (items[i].cost_fen for _n, i, _c in [*mine, *theirs]), default=0
            )
            cost = self.cp.NewIntVar(0, dearest, f"second.{day}.{other}")
            filled = sum(c for _n, _i, c in theirs)
            self.cp.Add(cost >= sum(items[i].cost_fen * c for _n, i, c in theirs))
            self.cp.Add(cost >= usual - dearest * filled)
            costs.append(cost)
        return sum(costs)

    def _equipment(self, day: int) -> None:
        for tool in self.problem.equipment:
            minutes = []
            for number, item, cell in self.of_day(day):
                made = self.problem.items[item]
                second = self.problem.slots[number].choice == "B"
                portions = (
                    self.problem.second_portions if second else self.problem.portions
                )
                if made.equipment == tool.kind:
                    times = ceil(portions[day] / tool.holds)
                    minutes.append(times * made.batch_minutes * cell)
            give = self._give(Fault("equipment", day, tool.kind), 10**5, MINUTE)
            if minutes:
                self.cp.Add(sum(minutes) <= tool.minutes + give)

    def _use_up(self) -> None:
        for stock in self.problem.use_up:
            users = [
                cell
                for day in range(min(stock.last_day + 1, len(self.problem.offsets)))
                for _number, item, cell in self.of_day(day)
                if item in stock.items
            ]
            give = self._give(Fault("use_up", stock.last_day, stock.name), 1, STOCK)
            self.cp.Add(sum(users) + give >= 1)

    def _locked(self) -> None:
        for fixed in self.problem.fixed:
            slot = f"{self.problem.slots[fixed.slot].choice}"
            name = f"{slot}{self.problem.slots[fixed.slot].row}"
            give = self._give(Fault("locked", fixed.day, name), 1, LOCKED)
            if fixed.item is not None:
                self.cp.Add(self.x[fixed.day, fixed.slot, fixed.item] + give >= 1)
            else:
                held = [c for _n, _i, c in self.of_day(fixed.day, fixed.slot)]
                self.cp.Add(sum(held) <= give)

    # What is minimised

    def _relaxation(self) -> Any:
        return sum(weight * by for _fault, by, weight in self.slack)

    def _sum(self) -> Any:
        problem, weights = self.problem, self.problem.weights
        terms = []
        first = set(self._slots(lambda slot: slot.choice == "A"))
        disliked = {(d, i): n for d, i, n in problem.dislikes}
        for (day, number, item), cell in self.x.items():
            points = 0
            if number in first:
                points += weights.cost_fen * problem.items[item].cost_fen
                points += weights.dislike * disliked.get((day, item), 0)
            if problem.slots[number].optional:
                points += weights.extra_item
            terms.append(points * cell)
        for day in range(len(problem.offsets)):
            terms += self._needs(day, first)
        for kind, weight in weights.repeats.items():
            terms += [weight * over for over in self._repeats(kind)]
        return sum(terms)

    def _needs(self, day: int, first: set[int]) -> list[Any]:
        problem, weights = self.problem, self.problem.weights
        eaten = self.of_day(day, *first)
        salty = sum(problem.items[i].na_mg for i in range(len(problem.items)))
        over = self.cp.NewIntVar(0, salty, f"na.{day}")
        under = self.cp.NewIntVar(0, problem.ca_target_mg, f"ca.{day}")
        sodium = sum(problem.items[i].na_mg * c for _n, i, c in eaten)
        calcium = sum(problem.items[i].ca_mg * c for _n, i, c in eaten)
        self.cp.Add(over >= sodium - problem.na_limit_mg)
        self.cp.Add(under >= problem.ca_target_mg - calcium)
        return [weights.sodium_mg * over, weights.calcium_mg * under]

    def _repeats(self, kind: str) -> list[Any]:
        """One variable for each word and run of days that could be over."""
        problem = self.problem
        served: dict[str, dict[int, list[Any]]] = {}
        for (day, _number, item), cell in self.x.items():
            for word in problem.items[item].traits.get(kind, ()):
                at = served.setdefault(word, {})
                at.setdefault(problem.offsets[day], []).append(cell)
        old: dict[str, list[int]] = {}
        for offset, item in problem.past:
            for word in problem.items[item].traits.get(kind, ()):
                old.setdefault(word, []).append(offset)
        found = []
        for word, at in served.items():
            for window in problem.windows_of(kind):
                cells = [cell for offset in window for cell in at.get(offset, ())]
                before = sum(offset in window for offset in old.get(word, ()))
                allowed = 0 if before else 1
                if len(cells) > allowed:
                    over = self.cp.NewIntVar(0, len(cells), "")
                    self.cp.Add(over >= sum(cells) - allowed)
                    found.append(over)
        return found

    # Answers

    def cells(self, value: Callable[[Any], int]) -> dict[tuple[int, int], int]:
        return {(d, n): item for (d, n, item), cell in self.x.items() if value(cell)}

    def given(self, value: Callable[[Any], int]) -> tuple[Fault, ...]:
        """What had to give, with how much."""
        return tuple(
            Fault(fault.kind, fault.day, fault.name, fault.amount or int(value(by)))
            for fault, by, _weight in self.slack
            if value(by)
        )


def hinted(model: Model, cells: Mapping[tuple[int, int], int]) -> None:
    """Start the search from these cells."""
    for (day, number, item), cell in model.x.items():
        model.cp.AddHint(cell, cells.get((day, number)) == item)
