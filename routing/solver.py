"""solve(): search, then the authority's word, then the judge's."""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.check import check
from routing.distances import Travel
from routing.explain import reasons
from routing.floor import complete, floor_rounds
from routing.grouping import group
from routing.judged import first_sound
from routing.locks import Locks
from routing.problem import Id, Problem
from routing.schedule import schedule
from routing.solution import SETTLED, Round, Solution
from routing.supply import Supply

NO_LOCKS = Locks()

Progress = Callable[[Mapping[str, object]], None]

ENGINES = ("auto", "sisr", "ortools", "floor")

# From so many jobs on, stairwells are searched as one stop before single doors.
GROUP_FROM = 100

# Asking CP-SAT for the drivers pays from this time allowed on; it loads in a second.
CREW_FROM_SECONDS = 3.0

# A search cut short leaves many out where sectors serve everybody in a second or two.
MANY_LEFT_OUT, SECTORS_SECONDS = 20, 5.0

# What the notes of a plan say of the full model's word on it.
CONFIRMED, REFUSED = "confirmed by OR-Tools", "not confirmed by OR-Tools"
POLISHED = "polished by OR-Tools"
# And of a plan that had to be mended because the checker refused the one found.
MADE_WHOLE = "made whole: the plan found broke a rule"

# After the search a plan is timed, checked and explained, which costs about so much for
# each job of the time allowed.
TOLD_SECONDS_PER_JOB = 8e-5

# Reading rounds into the full model costs about this much per square of its nodes.
CONFIRM_SECONDS_PER_PAIR = 2.5e-6
# Beyond this the full model of one problem takes more than half a gigabyte.
MOST_FOR_MODEL = 2000


def solve(
    problem: Problem,
    seconds: float = 10.0,
    seed: int = 1,
    workers: int = 1,
    on_progress: Progress | None = None,
    start: Sequence[Round] = (),
    engine: str = "auto",
    steps: int | None = None,
    locked: Collection[Id] = (),
    stop: threading.Event | None = None,
) -> Solution:
    """The best plan found within `seconds` of wall time.

    Parameters
    ----------
    seconds, seed, workers
        Time allowed, seed of the random choices, threads to search with.
    on_progress
        Called with {"phase", "seconds", "cost", "unassigned"} at each improvement.
    start
        Rounds to begin from, for example yesterday's; what breaks a rule is dropped.
    engine
        `auto`: the compiled kernel, confirmed by OR-Tools; `sisr`: the kernel alone;
        `ortools`: complete without numba; `floor`: no search at all.
    steps
        Stop after so many steps instead of the time: with one worker the same seed
        then gives the same answer on every machine.
    locked
        Jobs of `start` that keep their round and their order among each other; a
        `Round` of `start` that is locked keeps exactly its jobs. A lock whose place
        breaks a rule is released. Every engine holds locks.
    stop
        When set, the search ends at once with the best so far.

    Returns
    -------
    Solution
        Never violates a rule; what could not be served is unassigned with a reason.

    Raises
    ------
    Refused
        When the checker finds faults in every plan made, which is never the caller's.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine: {engine!r} is none of {', '.join(ENGINES)}")
    task = Task(problem, Travel(problem), Clock(seconds, on_progress), stop)
    locks = Locks.of(start, locked)
    how = How(seed, workers, steps, locks, full=engine == "auto")
    if engine in ("auto", "sisr") and problem.jobs:
        by_kernel = task.by_levels if problem.supplying else task.by_kernel
        best = by_kernel(start, how)
    else:
        best = task.by_floor(start, locks)
        if engine in ("ortools", "auto") and problem.jobs:
            best = task.by_authority(best, steps, locks)
    return task.judged(best, locks)


class Clock:
    """Remaining wall time and progress of one solve."""

    def __init__(self, seconds: float, on_progress: Progress | None) -> None:
        self._began = time.monotonic()
        self.seconds = seconds
        self._on_progress = on_progress

    @property
    def left(self) -> float:
        return max(0.0, self.seconds - (time.monotonic() - self._began))

    def report(self, phase: str, cost: int, **more: object) -> None:
        if self._on_progress is not None:
            passed = round(time.monotonic() - self._began, 2)
            self._on_progress({"phase": phase, "seconds": passed, "cost": cost, **more})


@dataclass(frozen=True, slots=True)
class How:
    """The caller's wishes for the kernel; `full` lets OR-Tools have its say too."""

    seed: int
    workers: int
    steps: int | None
    locks: Locks
    full: bool


class Task:
    """One problem on its way through the engines."""

    def __init__(
        self,
        problem: Problem,
        travel: Travel,
        clock: Clock,
        stop: threading.Event | None,
    ) -> None:
        self.problem = problem
        self.travel = travel
        self.clock = clock
        self.stop = stop

    def judged(self, best: Solution, locks: Locks) -> Solution:
        """The plan if the checker passes it, else the best made of it that does."""

        def made_whole() -> Solution:
            kept = complete(self.problem, self.travel, best.rounds, 1.0, locks)
            return self._timed(kept).found_by("floor", MADE_WHOLE)

        def from_nothing() -> Solution:
            rounds = floor_rounds(self.problem, self.travel, 1.0)
            return self._timed(rounds).found_by("floor", MADE_WHOLE)

        plans = (lambda: best, made_whole, from_nothing)
        sound = first_sound(self.problem, plans)
        return replace(sound, unassigned=reasons(self.problem, sound, self.travel))

    def by_floor(self, start: Sequence[Round], locks: Locks) -> Solution:
        """Sectors, or the given rounds made whole, whichever is cheaper; with locks
        only the latter keeps them."""
        share = max(1.0, min(2.5, self.clock.left / 6))
        plans: list[Solution] = []
        if not locks.rounds:
            rounds = floor_rounds(self.problem, self.travel, share)
            plans.append(self._timed(rounds).found_by("floor"))
        if start:
            rounds = complete(self.problem, self.travel, start, share, locks)
            plans.append(self._timed(rounds).found_by("given"))
        best = min(plans, key=_badness)
        cost, unassigned = best.summary.cost, best.summary.unassigned
        self.clock.report("floor", cost, unassigned=unassigned)
        return best

    def by_kernel(self, start: Sequence[Round], how: "How") -> Solution:
        """Ruin and recreate, then what only the full model knows."""
        from routing.evenness import even_out
        from routing.layout import layout
        from routing.search import is_compiled, search

        free = how.steps is None and not how.locks.rounds
        uneven = self.problem.weights.uneven > 0 and free
        unfinished = how.full and not is_compiled()
        is_small = how.full and len(self.problem.jobs) <= MOST_FOR_MODEL
        for_model = _confirm_seconds(self.problem) if is_small else 0.0
        affords = 0 < for_model <= self.clock.left / 2 and not unfinished
        later = for_model + self._polish_seconds() if affords else 0.0
        if uneven or unfinished:
            later = self.clock.left / 2
        if how.full:
            later += self._crew_seconds()
        later += TOLD_SECONDS_PER_JOB * len(self.problem.jobs)
        notes: tuple[str, ...] = ()
        if how.steps is None and not uneven and self._may_settle():
            rounds, notes = self._settled(start, how, later)
        else:
            rounds = self._searched(start, how, later)
        if uneven:
            left = self.clock.left / 2 if unfinished else self.clock.left

            def again(
                limited: Problem, start: Sequence[Round], seconds: float
            ) -> tuple[Round, ...]:
                return search(layout(limited, self.travel), start, seconds, how.seed)

            rounds = even_out(self.problem, self.travel, rounds, left, again)
        found = self._timed(rounds).found_by("sisr", *notes)
        if check(self.problem, found):
            # Where the schedule finds no gap for a rest, keep what holds with it.
            unfinished = how.full
            share = self.clock.left / 2
            kept = complete(self.problem, self.travel, rounds, share, how.locks)
            found = self._timed(kept).found_by("sisr", *notes)
        if how.steps is None and not start:
            found = self._not_below_sectors(found)
        if how.full and how.steps is None:
            found = self.with_crew(found, how.locks, how.seed)
        if unfinished:
            return self.by_authority(found, locks=how.locks)
        if not affords or self._is_stopped:
            return found
        if how.steps is not None:
            return self._confirmed(found)
        return self._polished(found, how.locks)

    def by_levels(self, start: Sequence[Round], how: "How") -> Solution:
        """Both levels by the kernel, then by the full model from there."""
        from routing.layout import layout
        from routing.levels import PASSES, search_levels
        from routing.search import COOL, search

        best = self.by_floor(start, how.locks)
        held = how.locks.held_in(best.rounds)
        later = self.clock.left * (0.4 if how.full else 0.05)
        seconds = max(0.05, (self.clock.left - later) / PASSES)
        steps = None if how.steps is None else max(1, how.steps // PASSES)
        closed = {r.jobs for r in held.rounds if r.locked}

        def find(
            promised: Problem, supplies: Mapping[Id, Supply], rounds: Sequence[Round]
        ) -> Sequence[Round] | None:
            if (steps is None and self.clock.left <= later) or self._is_stopped:
                return None
            pinned = tuple(held.jobs)
            table = layout(promised, self.travel, locked=pinned, supplies=supplies)
            found = search(
                table,
                [replace(r, locked=r.jobs in closed) for r in rounds],
                seconds,
                how.seed,
                how.workers,
                steps,
                stop=self.stop,
                settings=COOL if start else (),
            )
            # Under a promise of another time a locked stop may find no room.
            return rounds if held.broken_by(found) else found

        def made_whole(rounds: Sequence[Round]) -> Solution:
            return self._timed(complete(self.problem, self.travel, rounds, 1.0, held))

        found = search_levels(
            self.problem, self.travel, best, how.seed, find, self._timed, made_whole
        )
        if found is not best:
            best = found.found_by("sisr")
        self.clock.report("search", best.summary.cost)
        return self.by_authority(best, how.steps, held) if how.full else best

    def _not_below_sectors(self, found: Solution) -> Solution:
        if found.summary.unassigned < MANY_LEFT_OUT:
            return found
        rounds = floor_rounds(self.problem, self.travel, SECTORS_SECONDS)
        return better(found, self._timed(rounds).found_by("floor"))

    def _searched(
        self, start: Sequence[Round], how: "How", later: float
    ) -> tuple[Round, ...]:
        """Large problems first by stairwell, then door by door from there."""
        from routing.layout import layout
        from routing.search import COOL, search

        def run(
            problem: Problem,
            begin: Sequence[Round],
            part: float,
            usual: Sequence[Round],
            warm: bool,
        ) -> tuple[Round, ...]:
            pinned = tuple(how.locks.jobs)
            table = layout(problem, self.travel, locked=pinned, usual=usual)
            # On a busy machine reading and loading can eat the time; search a little.
            left = max(self.clock.left - later, self.clock.seconds / 10)
            return search(
                table,
                begin,
                left * part,
                how.seed,
                how.workers,
                None if how.steps is None else int(how.steps * part),
                self._on_better,
                self.stop,
                settings=COOL if warm else (),
            )

        if len(self.problem.jobs) < GROUP_FROM or how.locks.rounds:
            return run(self.problem, start, 1.0, start, bool(start))
        small = group(self.problem)
        given = small.shrink(start)
        rounds = run(small.problem, given, 0.75, given, bool(start))
        if how.steps is None and self.clock.left < self.clock.seconds / 10:
            return small.expand(rounds)
        return run(self.problem, small.expand(rounds), 1.0, start, True)

    def _may_settle(self) -> bool:
        from routing.settling import may_settle

        return may_settle(len(self.problem.jobs), self.clock.seconds)

    def _settled(
        self, start: Sequence[Round], how: "How", later: float
    ) -> tuple[tuple[Round, ...], tuple[str, ...]]:
        """A small problem searched until it has settled, and a note when it has."""
        from routing.layout import layout
        from routing.settling import patience, settle

        pinned = tuple(how.locks.jobs)
        table = layout(self.problem, self.travel, locked=pinned, usual=start)
        left = max(self.clock.left - later, self.clock.seconds / 10)
        rounds, steps = settle(table, start, left, how.seed, self._on_better, self.stop)
        if steps is None:
            return rounds, ()
        enough = patience(len(self.problem.jobs))
        note = f"of {steps} steps the last {enough} brought nothing better"
        return rounds, (SETTLED + note,)

    def _on_better(self, cost: int, absent: int) -> None:
        self.clock.report("search", cost, unassigned=absent)

    def by_authority(
        self, best: Solution, steps: int | None = None, locks: Locks = NO_LOCKS
    ) -> Solution:
        """Search in the full OR-Tools model from the best plan so far."""
        if self.clock.left <= 0 or self._is_stopped:
            return best
        from routing.authority import Authority
        from routing.evenness import even_out

        held = locks.held_in(best.rounds)
        uneven = self.problem.weights.uneven > 0

        def find(
            problem: Problem, start: Sequence[Round], seconds: float
        ) -> tuple[Round, ...] | None:
            return Authority(problem, self.travel, held).search(
                start, seconds, lambda cost: self.clock.report("ortools", cost), steps
            )

        share = max(self.clock.left - self._crew_seconds(), self.clock.left / 2)
        rounds = find(self.problem, best.rounds, share / 2 if uneven else share)
        if rounds is not None and uneven:
            rounds = even_out(
                self.problem, self.travel, rounds, share / 2, find, tries=(0.5,)
            )
        if rounds is None:
            return best.found_by(best.engine, "OR-Tools found no plan")
        found = self._timed(rounds).found_by("ortools", *best.notes)
        if check(self.problem, found):
            # A rest in the middle of a way is beyond the schedule: keep what holds.
            kept = complete(self.problem, self.travel, rounds, 1.0, held)
            found = self._timed(kept).found_by("ortools", *best.notes)
        return self.with_crew(better(found, best), held, is_exact=steps is not None)

    def with_crew(
        self, found: Solution, locks: Locks, seed: int = 1, is_exact: bool = False
    ) -> Solution:
        """Whole rounds given to other drivers, where that is cheaper."""
        seconds = self._crew_seconds()
        if not found.routes or seconds <= 0 or self._is_stopped:
            return found
        from routing.crew import assign

        rounds = assign(
            self.problem, found.rounds, self.travel, seconds, seed, locks, is_exact
        )
        again = self._timed(rounds).found_by(found.engine, *found.notes)
        if check(self.problem, again):
            return found
        return better(again, found)

    @property
    def _is_stopped(self) -> bool:
        return self.stop is not None and self.stop.is_set()

    def _crew_seconds(self) -> float:
        from routing.crew import is_worth_asking

        enough = self.clock.seconds >= CREW_FROM_SECONDS
        if not enough or not is_worth_asking(self.problem):
            return 0.0
        return min(2.0, self.clock.seconds / 10)

    def _polish_seconds(self) -> float:
        return min(0.5, self.clock.seconds / 20)

    def _polished(self, found: Solution, locks: Locks) -> Solution:
        """The full model's word on the rounds, and what it makes of them when asked to
        go on. They keep the times of `schedule`, which leaves as late as it can: by
        the model's own no round is shorter, as a test holds."""
        from routing.authority import Authority

        held = locks.held_in(found.rounds)
        authority = Authority(self.problem, self.travel, held)
        rounds = authority.polish(found.rounds, self._polish_seconds())
        if rounds is None:
            return found.found_by(found.engine, REFUSED)
        again = self._timed(rounds).found_by(found.engine, *found.notes, CONFIRMED)
        if check(self.problem, again):
            return found.found_by(found.engine, CONFIRMED)
        best = better(found.found_by(found.engine, CONFIRMED), again)
        return best.found_by(best.engine, POLISHED) if best is again else best

    def _confirmed(self, found: Solution) -> Solution:
        """Note whether the full model accepts the rounds as they stand."""
        accepted = confirm(self.problem, found.rounds, self.travel)
        return found.found_by(found.engine, CONFIRMED if accepted else REFUSED)

    def _timed(self, rounds: Sequence[Round]) -> Solution:
        return schedule(self.problem, rounds, self.travel)


def confirm(
    problem: Problem, rounds: Sequence[Round], travel: Travel | None = None
) -> bool:
    """Whether the full OR-Tools model reads these rounds as a valid plan."""
    from routing.authority import Authority

    return Authority(problem, travel or Travel(problem)).judge(rounds).accepted


def _confirm_seconds(problem: Problem) -> float:
    return 0.3 + CONFIRM_SECONDS_PER_PAIR * len(problem.jobs) ** 2


def better(one: Solution, other: Solution) -> Solution:
    """The cheaper of two plans; a plan that breaks a rule loses."""
    return min(one, other, key=_badness)


def _badness(plan: Solution) -> tuple[int, int]:
    return len(plan.violations), plan.summary.cost
