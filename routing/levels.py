"""Two levels by the kernel: crates and doors in one search, in turn with their clock.

When a supplied round may leave, and from when its food grows old, depends on the round
that supplies it. The kernel takes both from the last plan, searches all jobs on all
vehicles of both levels under that promise (each crate handed over at that moment by a
round that left no earlier), and what it finds is timed afresh, which makes the next
promise. Most passes promise some crates later, so that doors may come before them, and
some as early as a round straight to them, which puts the crates in another order. A
plan whose true times break a rule is made whole or thrown away, so the last is never
worse than the first.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from routing.check import check
from routing.distances import Travel
from routing.problem import ALWAYS, Id, Job, Problem, TimeWindow, Vehicle
from routing.schedule import Scheduler
from routing.solution import Round, Solution
from routing.supply import Supply

# How often the promise is renewed, and by how many percent of the time there is for
# what it brings a crate may then come later than in the last plan.
PASSES = 36
LATER = (0, 0, 5, 10, 20, 35, 50, 80)

Find = Callable[[Problem, Mapping[Id, Supply], Sequence[Round]], Sequence[Round] | None]
Time = Callable[[Sequence[Round]], Solution]


def search_levels(
    problem: Problem,
    travel: Travel,
    plan: Solution,
    seed: int,
    find: Find,
    timed: Time,
    made_whole: Time,
) -> Solution:
    """The cheapest plan found from a given one in so many passes.

    Parameters
    ----------
    find
        Rounds for a promised problem, given what is supplied when, and a start; None
        when the time is up.
    timed, made_whole
        Rounds as a plan with its true times; the second drops what breaks a rule and
        puts the rest in again.
    """
    dice = random.Random(seed)  # noqa: S311 - a search, not a secret
    best, clock = plan, Scheduler(problem, travel)
    for number in range(PASSES):
        if number % 2:  # crates as early as they can be leave all orders open
            supplies = clock.prompt_supplies(best.rounds)
        else:
            supplies = clock.knowing(best.rounds).supplies
        if number:
            supplies = _changed(problem, travel, supplies, dice)
        asked = promised(problem, supplies, is_loose=number % 4 == 3)
        rounds = find(asked, supplies, best.rounds)
        if rounds is None:
            break
        found = timed(rounds)
        if check(problem, found):
            found = made_whole(rounds)
        if not check(problem, found) and found.summary.cost < best.summary.cost:
            best = found
    return best


def _changed(
    problem: Problem,
    travel: Travel,
    supplies: Mapping[Id, Supply],
    dice: random.Random,
) -> dict[Id, Supply]:
    """Each supply at its time or later; of several one may come before all others."""
    first = dice.choice([None, *supplies]) if len(supplies) > 1 else None
    return {
        crate: _straight(problem, travel, crate, supply)
        if crate == first
        else _delayed(problem, crate, supply, dice.choice(LATER), dice.random() < 0.25)
        for crate, supply in supplies.items()
    }


def _straight(problem: Problem, travel: Travel, crate: Id, supply: Supply) -> Supply:
    """The supply as early as somebody can bring it who does nothing else before."""
    job = next(job for job in problem.jobs if job.id == crate)
    opens = job.windows[0].opens if job.windows else 0
    times = []
    for vehicle in problem.vehicles:
        if problem.may_serve(vehicle, job):
            way = travel.seconds(vehicle, vehicle.start, job.location) + job.setup
            begin = max(vehicle.shift.opens + way, opens)
            times.append(Supply(begin - way, begin + job.service))
    return min([*times, supply], key=lambda found: found.ready)


def _delayed(
    problem: Problem, crate: Id, supply: Supply, percent: int, moves: bool
) -> Supply:
    """The supply later, by a part of the time in which anybody can still be served;
    its round leaves as much later when it `moves`, else it has doors before."""
    shuts = max(v.shift.closes for v in problem.vehicles if v.supplied_by == crate)
    last = max(_last_moment(job, supply.left) for job in problem.jobs)
    own = next(job for job in problem.jobs if job.id == crate)
    latest = min(shuts, last, _last_moment(own, supply.left) + own.service)
    by = max(0, latest - supply.ready) * percent // 100
    left = supply.left + by if moves else supply.left
    return Supply(left, supply.ready + by)


def _last_moment(job: Job, left: int) -> int:
    shuts = job.windows[-1].closes if job.windows else ALWAYS.closes
    return shuts if job.max_age is None else min(shuts, left + job.max_age)


def promised(
    problem: Problem, supplies: Mapping[Id, Supply], is_loose: bool
) -> Problem:
    """The problem of one level that these supplies make of a problem of two."""
    dear = 1 + sum(problem.unserved_cost(job) for job in problem.jobs)
    return replace(
        problem,
        jobs=tuple(
            _crate(job, supplies[job.id], dear, is_loose) if job.id in supplies else job
            for job in problem.jobs
        ),
        vehicles=tuple(_supplied(v, supplies) for v in problem.vehicles),
    )


def _crate(job: Job, supply: Supply, dear: int, is_loose: bool) -> Job:
    """Handed over when promised, by a round that left no earlier than promised."""
    begin = supply.ready - job.service
    windows: tuple[TimeWindow, ...] = (TimeWindow(begin, begin),)
    if is_loose:
        given = job.windows or (TimeWindow(0, begin),)
        windows = tuple(
            TimeWindow(w.opens, min(w.closes, begin)) for w in given if w.opens <= begin
        )
    age = max(1, begin - supply.left)
    return replace(job, windows=windows, max_age=age, unserved_cost=dear)


def _supplied(vehicle: Vehicle, supplies: Mapping[Id, Supply]) -> Vehicle:
    """A vehicle that cannot leave before what it gives out is there."""
    crate, shift = vehicle.supplied_by, vehicle.shift
    if crate is None or crate not in supplies:
        return vehicle
    ready = supplies[crate].ready
    opens = min(shift.closes, max(shift.opens, ready))
    return replace(vehicle, shift=TimeWindow(opens, shift.closes))
