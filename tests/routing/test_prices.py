"""A price is the difference of two schedules; a rest is taken where it harms least."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from routing import Break, Job, Problem, Round, Solution, TimeWindow, Travel, schedule
from routing.limits import broken_in
from routing.prices import Place, Price, Prices
from routing.problem import Id
from routing.schedule import Scheduler
from routing.solution import all_violations
from tests.routing.cases import district
from tests.routing.test_optimum import long_morning
from tests.routing.test_two_levels import two_levels

KINDS = {"plain": district, "rests": long_morning, "levels": two_levels}


def drawn(question: Problem, dice: random.Random) -> list[Round]:
    """Rounds of any quality, two jobs kept out of them."""
    crates = list(question.supplying)
    jobs = [job.id for job in question.jobs if job.id not in crates]
    dice.shuffle(jobs)
    rounds = []
    for vehicle in question.vehicles:
        own = crates if vehicle.supplied_by is None else []
        crates = [] if vehicle.supplied_by is None else crates
        for _ in range(dice.randint(1, vehicle.max_rounds)):
            count = dice.randint(1, 3)
            rounds.append(Round(vehicle.id, (*own, *jobs[2 : 2 + count])))
            del jobs[2 : 2 + count]
            own = []
    return [r for r in rounds if r.jobs]


def with_job(rounds: list[Round], job: Id, place: Place) -> list[Round]:
    mine = [k for k, r in enumerate(rounds) if r.vehicle == place.vehicle]
    if place.round > len(mine):
        return [*rounds, Round(place.vehicle, (job,))]
    changed = list(rounds)
    k = mine[place.round - 1]
    jobs = rounds[k].jobs
    longer = (*jobs[: place.position], job, *jobs[place.position :])
    changed[k] = replace(rounds[k], jobs=longer)
    return changed


def without_job(rounds: list[Round], job: Id) -> list[Round]:
    kept = [replace(r, jobs=tuple(j for j in r.jobs if j != job)) for r in rounds]
    return [r for r in kept if r.jobs]


def places(question: Problem, rounds: list[Round]) -> Iterator[Place]:
    for vehicle in question.vehicles:
        mine = [r for r in rounds if r.vehicle == vehicle.id]
        for number, r in enumerate(mine, start=1):
            for position in range(len(r.jobs) + 1):
                yield Place(vehicle.id, number, position)
        yield Place(vehicle.id, len(mine) + 1, 0)


def changes(
    question: Problem, rounds: list[Round], prices: Prices, dice: random.Random
) -> Iterator[tuple[Price, list[Round]]]:
    planned = [job for r in rounds for job in r.jobs]
    left = [job.id for job in question.jobs if job.id not in planned]
    for place in places(question, rounds):
        for job in left[:1]:
            yield prices.insertion(job, place), with_job(rounds, job, place)
    for job in planned:
        yield prices.removal(job), without_job(rounds, job)
        other = dice.choice(planned)
        names = {job: other, other: job}
        swapped = [
            replace(r, jobs=tuple(names.get(j, j) for j in r.jobs)) for r in rounds
        ]
        yield prices.swap(job, other), swapped
        if all(r.jobs != (job,) for r in rounds):  # no round is closed by it
            fewer = without_job(rounds, job)
            place = dice.choice(list(places(question, fewer)))
            yield prices.move(job, place), with_job(fewer, job, place)


def on_the_road(question: Problem, plan: Solution) -> int:
    """What the plan costs but for whom it leaves out and how even it is."""
    assert question.weights.uneven == 0
    return sum(route.cost for route in plan.routes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", range(0, 30, 10))
def test_every_price_equals_the_difference_of_two_schedules(
    first: int, kind: str
) -> None:
    asked = 0
    for seed in range(first, first + 10):
        question, dice = KINDS[kind](seed), random.Random(seed)
        rounds = drawn(question, dice)
        before = on_the_road(question, schedule(question, rounds))
        prices = Prices(question, rounds)
        for price, changed in changes(question, rounds, prices, dice):
            after = schedule(question, changed)
            assert price.cost == on_the_road(question, after) - before
            touched = {r.vehicle for r in set(rounds) ^ set(changed)}
            touched |= {v.vehicle for v in price.violations if v.vehicle is not None}
            among = [
                v
                for v in after.violations
                if question.supplying or v.vehicle in touched
            ]
            assert sorted(map(str, price.violations)) == sorted(map(str, among))
            asked += 1
    assert asked > 50


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_a_rest_is_taken_where_no_other_place_would_break_less(first: int) -> None:
    """Against every place timed one by one, the first of the best being taken."""
    kept = set()
    for seed in range(first, first + 20):
        question, dice = long_morning(seed), random.Random(seed)
        opens = 36_000 + dice.randrange(0, 4000, 100)
        rest = Break(id=1, windows=(TimeWindow(opens, opens + 900),), service=300)
        question = replace(
            question, vehicles=tuple(replace(v, breaks=()) for v in question.vehicles)
        )
        scheduler = Scheduler(question, Travel(question))
        for r in drawn(question, dice):
            vehicle = next(v for v in question.vehicles if v.id == r.vehicle)
            orders = [r.jobs[:1], r.jobs[1:]] if dice.random() < 0.5 else [r.jobs]
            plan = [[scheduler.jobs[j] for j in o] for o in orders if o]
            rested = replace(vehicle, breaks=(rest,))
            tried = [
                best_of(scheduler, rested, plan, rest, number, place)
                for number, tasks in enumerate(plan)
                for place in range(len(tasks) + 1)
            ]
            found = scheduler.vehicle_routes(rested, [o for o in orders if o])
            broken = sum(v.size for v in all_violations(found))
            assert (broken, found[-1].ends) == min(tried)
            kept.add(broken == 0)
    assert kept == {True, False}


def best_of(
    scheduler: Scheduler,
    vehicle: object,
    plan: list[list[Job]],
    rest: Break,
    number: int,
    place: int,
) -> tuple[int, int]:
    tried: list[list[object]] = [list(tasks) for tasks in plan]
    tried[number].insert(place, rest)
    clock = scheduler.clock
    trips = clock.timed(vehicle, [clock.visits(vehicle, tasks) for tasks in tried])
    broken = broken_in(scheduler.problem, trips, None)
    return sum(v.size for v in broken), trips[-1].ends
