"""The clock of single vehicles: rounds in a given order, one after the other.

What is told of a round comes from its trip and only as far as somebody asks: steps and
loads for a plan that is shown, cost and what is broken for the price of a change, which
is asked for by the thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routing.distances import Travel
from routing.problem import Break, Id, Job, Problem, Vehicle
from routing.rests import Day, with_rests
from routing.solution import Violation
from routing.supply import Supply
from routing.timing import Timed, Visit, leave_late, run

LONG_AGO = -(1 << 40)
NO_LEAVES: Mapping[int, int] = {}


@dataclass(slots=True)  # not frozen: made by the thousand, and that costs twice
class Trip:
    """One round on the clock; `number` counts the vehicle's rounds from 1.

    `before` are rests before leaving, `after` those after coming back; `crates` are
    the visits that bring others what they give out; `load` is what is aboard at the
    start. `young` holds for each door with a limit the moment from which its food may
    have left the kitchen, `late` the seconds by which windows are missed, `changed`
    the number of jobs whose usual vehicle is another.
    """

    vehicle: Vehicle
    number: int
    before: list[Timed]
    ready: int  # to leave, its rests taken
    departs: int
    timed: list[Timed]
    back: tuple[int, int]  # seconds and metres
    ends: int
    after: list[Timed]
    jobs: list[Job] = field(default_factory=list)
    crates: list[Timed] = field(default_factory=list)
    load: tuple[int, ...] = ()
    travel: int = 0
    changed: int = 0
    late: int = 0
    young: list[int] = field(default_factory=list)
    is_allowed: bool = True  # to serve every door

    @property
    def young_from(self) -> int:
        return max(self.young, default=LONG_AGO)

    @property
    def supplies(self) -> dict[Id, Supply]:
        return {
            crate.visit.task.id: Supply(self.departs, crate.departure)
            for crate in self.crates
        }

    @property
    def begins(self) -> int:
        return self.before[0].begin if self.before else self.departs

    @property
    def free(self) -> int:
        """When the vehicle can begin another round."""
        rested = self.after[-1].departure if self.after else self.ends
        return max(self.ends + self.vehicle.reload, rested)


@dataclass(slots=True)
class VehicleDay:
    """One vehicle's rounds with what it was supplied with, and their cost in seconds.

    What they break and the seconds by which they may leave later are known once asked
    for.
    """

    trips: list[Trip]
    supply: Supply | None
    cost: int
    broken: list[Violation] | None = None
    room: int | None = None

    def stays(self, vehicle: Vehicle, supply: Supply | None) -> bool:
        """Whether no time changes with another supply: until a vehicle leaves it only
        waits, but its rests and doors with a choice of windows may move."""
        if not self.trips or vehicle.breaks:
            return not self.trips
        first, free = self.trips[0], free_from(vehicle, supply)
        is_free = any(len(timed.visit.windows) > 1 for timed in first.timed)
        return free == first.ready or (
            first.ready < free <= first.departs and not is_free
        )


@dataclass(slots=True)
class Clock:
    """Times the rounds of single vehicles of one problem."""

    problem: Problem
    travel: Travel
    jobs: dict[Id, Job] = field(init=False)
    open_to_all: frozenset[Id] = field(init=False)
    ways: dict[tuple[object, ...], Visit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = {job.id: job for job in self.problem.jobs}
        self.open_to_all = frozenset(
            job.id
            for job in self.problem.jobs
            if not (
                job.skills or job.forbidden_vehicles or job.id in self.problem.supplying
            )
            and job.allowed_vehicles is None
        )

    def trips(
        self,
        vehicle: Vehicle,
        orders: Sequence[Sequence[Id]],
        supply: Supply | None = None,
        leaves: Mapping[int, int] = NO_LEAVES,
    ) -> list[Trip]:
        """The vehicle's rounds, its rests where they harm least; `leaves` are moments
        before which a round, by its number, does not leave."""
        plan = [self.visits(vehicle, [self.jobs[j] for j in o]) for o in orders]
        if plan and vehicle.breaks:
            plan = self._with_rests(vehicle, plan, supply, leaves)
        return self.timed(vehicle, plan, supply, leaves)

    def timed(
        self,
        vehicle: Vehicle,
        plan: Sequence[list[Visit]],
        supply: Supply | None = None,
        leaves: Mapping[int, int] = NO_LEAVES,
    ) -> list[Trip]:
        """Rounds of doors and rests as they stand."""
        free, trips = free_from(vehicle, supply), []
        for number, visits in enumerate(plan, start=1):
            back = self._back(vehicle, visits, number == len(plan))
            trip = _trip(vehicle, number, visits, free, back, leaves.get(number, 0))
            self._sum_up(trip)
            free = trip.free
            trips.append(trip)
        return trips

    def visits(self, vehicle: Vehicle, tasks: Sequence[Job | Break]) -> list[Visit]:
        """The doors and rests of a round with the ways between them."""
        visits: list[Visit] = []
        before: Job | None = None
        for task in tasks:
            if isinstance(task, Break):
                visits.append(Visit(task))
                continue
            visits.append(self._visit(vehicle, before, task))
            before = task
        return visits

    def _with_rests(
        self,
        vehicle: Vehicle,
        plan: list[list[Visit]],
        supply: Supply | None,
        leaves: Mapping[int, int],
    ) -> list[list[Visit]]:
        day = Day(
            vehicle=vehicle,
            free=free_from(vehicle, supply),
            backs=[self._back(vehicle, o, o is plan[-1])[0] for o in plan],
            since=None if supply is None else supply.left,
            leaves=leaves,
        )
        return with_rests(day, plan, vehicle.breaks)

    def _back(
        self, vehicle: Vehicle, visits: Sequence[Visit], last: bool
    ) -> tuple[int, int]:
        """The way to the end of a round, which is the start before another."""
        end = vehicle.end if last else vehicle.start
        doors = (v.task for v in reversed(visits) if isinstance(v.task, Job))
        return self.travel.leg(vehicle, next(doors).location, end)

    def _sum_up(self, trip: Trip) -> None:
        """What prices ask for, found in one walk."""
        vehicle, may_serve = trip.vehicle, self.problem.may_serve
        travel, changed, jobs, young = trip.back[0], 0, trip.jobs, trip.young
        late = sum(rest.late for rest in (*trip.before, *trip.after))
        for timed in trip.timed:
            visit = timed.visit
            travel += visit.travel
            late += timed.late
            task = visit.task
            if isinstance(task, Break):
                continue
            jobs.append(task)
            if visit.is_prompt:
                trip.crates.append(timed)
            if visit.max_age is not None:
                young.append(timed.begin - visit.max_age)
            if task.id not in self.open_to_all and not may_serve(vehicle, task):
                trip.is_allowed = False
            if task.preferred_vehicle is not None:
                changed += is_changed(task, vehicle)
        trip.travel, trip.changed, trip.late = travel, changed, late
        trip.load = total_load(vehicle, jobs)

    def _visit(self, vehicle: Vehicle, before: Job | None, job: Job) -> Visit:
        """Remembered from door to door, since prices time them over and over."""
        if before is None:
            seconds, metres = self.travel.leg(vehicle, vehicle.start, job.location)
            return self._made(job, seconds, metres, job.setup)
        key = (vehicle.profile, vehicle.speed_percent, before.id, job.id)
        known = self.ways.get(key)
        if known is None:
            seconds, metres = self.travel.leg(vehicle, before.location, job.location)
            setup = 0 if job.building == before.building else job.setup
            known = self.ways[key] = self._made(job, seconds, metres, setup)
        return known

    def _made(self, job: Job, seconds: int, metres: int, setup: int) -> Visit:
        return Visit(job, seconds, metres, setup, job.id in self.problem.supplying)


def free_from(vehicle: Vehicle, supply: Supply | None) -> int:
    """When the vehicle can begin its day: never before what it gives out is there."""
    opens = vehicle.shift.opens
    return opens if supply is None else max(opens, supply.ready)


def _trip(
    vehicle: Vehicle,
    number: int,
    visits: list[Visit],
    free: int,
    back: tuple[int, int],
    leaves: int,
) -> Trip:
    first, last = 0, len(visits)
    while visits[first].is_rest:
        first += 1
    while visits[last - 1].is_rest:
        last -= 1
    before, inside = run(visits[:first], free), visits[first:last]
    ready = before[-1].departure if before else free
    departs, timed = leave_late(inside, ready)
    if leaves > departs:
        departs, timed = leaves, run(inside, leaves)
    ends = timed[-1].departure + back[0]
    return Trip(
        vehicle=vehicle,
        number=number,
        before=before,
        ready=ready,
        departs=departs,
        timed=timed,
        back=back,
        ends=ends,
        after=run(visits[last:], ends),
    )


def total_load(vehicle: Vehicle, jobs: Sequence[Job]) -> tuple[int, ...]:
    amounts = [job.delivery for job in jobs if job.delivery]
    if not amounts:
        return (0,) * len(vehicle.capacity)
    return tuple(map(sum, zip(*amounts, strict=True)))


def is_changed(job: Job, vehicle: Vehicle) -> bool:
    return job.preferred_vehicle not in (None, vehicle.id)
