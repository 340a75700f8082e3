"""Who drives which rounds: CP-SAT over whole rounds, as an exact answer.

The search moves stops; this moves rounds. Given the orders, it gives each round to a
vehicle and each vehicle a time for it, at the least cost by the problem's price list:
ways at the vehicle's own speed, vehicles used, people who change driver, and the stated
price of uneven work. It holds bans and skills, boxes, windows and hot limits, shifts,
second rounds with reload, limits on work, breaks between and inside rounds.

OR-Tools' CP-SAT is loaded when it is called.
"""

from collections.abc import Sequence
from typing import Any

from routing.choices import FAR, Choice, choices_for
from routing.distances import Travel
from routing.locks import Locks
from routing.problem import Problem, Vehicle
from routing.schedule import schedule
from routing.solution import Round

MOST_CHOICES = 4000
NO_LOCKS = Locks()


def assign(
    problem: Problem,
    rounds: Sequence[Round],
    travel: Travel | None = None,
    seconds: float = 1.0,
    seed: int = 1,
    locks: Locks = NO_LOCKS,
    is_exact: bool = False,
) -> tuple[Round, ...]:
    """The same rounds with the drivers that make the plan cheapest.

    Parameters
    ----------
    rounds
        A plan that breaks no rule; the order inside each round stays.
    seconds
        Wall time allowed; with `is_exact` the solver's own deterministic time, so that
        the answer is the same on every machine.
    locks
        Rounds with locked jobs keep their vehicle.

    Returns
    -------
    tuple of Round
        Never dearer than what was given, by `schedule`; the given ones when nothing
        better was found.
    """
    travel = travel or Travel(problem)
    choices = list(choices_for(problem, travel, rounds, locks))
    if not rounds or len(choices) > MOST_CHOICES:
        return tuple(rounds)
    found = Crew(problem, rounds, choices).solve(seconds, seed, is_exact)
    if found is None:
        return tuple(rounds)
    before, after = (schedule(problem, r, travel) for r in (rounds, found))
    worse = (len(after.violations), after.summary.cost) >= (
        len(before.violations),
        before.summary.cost,
    )
    return tuple(rounds) if worse else found


def is_worth_asking(problem: Problem) -> bool:
    """Whether drivers differ in anything the search cannot see stop by stop."""
    return (
        len(problem.vehicles) > 1
        and not problem.supplying
        and (
            problem.weights.uneven > 0
            or any(vehicle.max_rounds > 1 for vehicle in problem.vehicles)
            or any(job.preferred_vehicle is not None for job in problem.jobs)
        )
    )


class Crew:
    """The CP-SAT model: which of the choices are taken, and when each leaves."""

    def __init__(
        self, problem: Problem, rounds: Sequence[Round], choices: Sequence[Choice]
    ) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.rounds, self.choices = problem, rounds, choices
        self.cp = cp_model
        self.model: Any = cp_model.CpModel()
        self.taken = [self.model.new_bool_var("") for _ in choices]
        self.starts = [self.model.new_int_var(*c.leaves, "") for c in choices]
        self.ends: list[Any] = []
        self.works: list[Any] = []
        for choice, taken, start in zip(choices, self.taken, self.starts, strict=True):
            self._add_clock(choice, taken, start)
        for number in range(len(rounds)):
            mine = [
                t for c, t in zip(choices, self.taken, strict=True) if c.round == number
            ]
            self.model.add_exactly_one(mine)
        self.used = [self._add_vehicle(k) for k in range(len(problem.vehicles))]
        self._add_price()
        self._add_hint()

    def _add_clock(self, choice: Choice, taken: Any, start: Any) -> None:
        low = max(choice.leaves[0] + choice.busy, choice.back)
        high = max(choice.leaves[1] + choice.busy, choice.back)
        end = self.model.new_int_var(low, high, "")
        work = self.model.new_int_var(0, high - choice.leaves[0], "")
        self.model.add_max_equality(end, [start + choice.busy, max(low, choice.back)])
        self.model.add(work == end - start).only_enforce_if(taken)
        self.model.add(work == 0).only_enforce_if(~taken)
        self.ends.append(end)
        self.works.append(work)

    def _add_vehicle(self, number: int) -> Any:
        """Rounds of one vehicle after each other, within its limits; whether used."""
        vehicle = self.problem.vehicles[number]
        mine = [k for k, c in enumerate(self.choices) if c.vehicle == number]
        used = self.model.new_bool_var("")
        self.model.add_max_equality(
            used, [self.taken[k] for k in mine] or [self.model.new_constant(0)]
        )
        count = sum(self.taken[k] for k in mine)
        self.model.add(count <= vehicle.max_rounds)
        self.model.add_no_overlap([self._interval(k, vehicle.reload) for k in mine])
        self._add_last(vehicle, mine, used)
        self._add_rests(vehicle, mine, used)
        if vehicle.max_work is not None:
            reloads = vehicle.reload * (count - used)
            work = sum(self.works[k] for k in mine)
            self.model.add(work + reloads <= vehicle.max_work)
        return used

    def _interval(self, k: int, after: int = 0) -> Any:
        """The time on the road, and the reload after it."""
        size = self.model.new_int_var(0, FAR, "")
        end = self.ends[k] + after
        return self.model.new_optional_interval_var(
            self.starts[k], size, end, self.taken[k], ""
        )

    def _add_last(self, vehicle: Vehicle, mine: Sequence[int], used: Any) -> None:
        """Where the vehicle ends elsewhere, only its last round does."""
        if vehicle.start == vehicle.end or vehicle.max_rounds == 1:
            return
        finals = [k for k in mine if self.choices[k].is_final]
        last = self.model.new_int_var(0, FAR, "")
        self.model.add(sum(self.taken[k] for k in finals) == used)
        for k in mine:
            late = self.starts[k] == last if k in finals else self.ends[k] <= last
            self.model.add(late).only_enforce_if(self.taken[k])

    def _add_rests(self, vehicle: Vehicle, mine: Sequence[int], used: Any) -> None:
        """Each rest inside one round, or outside all of them."""
        if not vehicle.breaks:
            return
        busy = [self._interval(k) for k in mine]
        for rest in vehicle.breaks:
            bounds = [[w.opens, min(w.closes, FAR)] for w in rest.windows]
            begin = self.model.new_int_var_from_domain(
                self.cp.Domain.from_intervals(bounds), ""
            )
            outside = self.model.new_bool_var("")
            busy.append(
                self.model.new_optional_fixed_size_interval_var(
                    begin, rest.service, outside, ""
                )
            )
            inside = [self.taken[k] for k in mine if self.choices[k].rest == rest.id]
            self.model.add(sum(inside) + outside == used)
        self.model.add_no_overlap(busy)

    def _add_price(self) -> None:
        """Hundredths of travel seconds: the price of unevenness is in percent."""
        price = [
            100 * c.cost * t for c, t in zip(self.choices, self.taken, strict=True)
        ]
        price += [
            100 * self.problem.vehicle_cost(vehicle) * used
            for vehicle, used in zip(self.problem.vehicles, self.used, strict=True)
        ]
        if self.problem.weights.uneven:
            price.append(self.problem.weights.uneven * self._unevenness())
        self.model.minimize(sum(price))

    def _unevenness(self) -> Any:
        """Longest work less the mean over the vehicles used."""
        longest = self.model.new_int_var(0, FAR, "")
        uneven = self.model.new_int_var(0, FAR, "")
        for number in range(len(self.used)):
            mine = [k for k, c in enumerate(self.choices) if c.vehicle == number]
            self.model.add(longest >= sum(self.works[k] for k in mine))
        total = sum(self.works)
        counts = [self.model.new_bool_var("") for _ in self.used]
        self.model.add_exactly_one(counts)
        for count, is_it in enumerate(counts, start=1):
            self.model.add(sum(self.used) == count).only_enforce_if(is_it)
            over = count * longest - total
            self.model.add(count * uneven >= over).only_enforce_if(is_it)
        return uneven

    def _add_hint(self) -> None:
        for choice, taken in zip(self.choices, self.taken, strict=True):
            driver = self.problem.vehicles[choice.vehicle].id
            mine = driver == self.rounds[choice.round].vehicle and choice.rest is None
            self.model.add_hint(taken, mine)

    def solve(
        self, seconds: float, seed: int, is_exact: bool
    ) -> tuple[Round, ...] | None:
        """The rounds by vehicle in the order they leave, or None without a plan."""
        solver = self.cp.CpSolver()
        solver.parameters.random_seed = seed
        solver.parameters.num_workers = 1
        if is_exact:
            solver.parameters.max_deterministic_time = seconds
        else:
            solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(self.model)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return None
        taken = [k for k, t in enumerate(self.taken) if solver.value(t)]
        taken.sort(
            key=lambda k: (self.choices[k].vehicle, solver.value(self.starts[k]))
        )
        vehicles = self.problem.vehicles
        return tuple(
            Round(
                vehicles[self.choices[k].vehicle].id,
                self.rounds[self.choices[k].round].jobs,
                self.rounds[self.choices[k].round].locked,
            )
            for k in taken
        )
