"""A meal's deliveries at a glance: each round with its paper, what was loaded, what
was reported, and who is still unanswered for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from kitchen.database import rows
from kitchen.deliveries import outcomes_for
from kitchen.doors import CaseFacts, Unfinished, cases_for, unfinished_of
from kitchen.driver_scope import Sight
from kitchen.driver_starts import starts_on
from kitchen.drivers import drivers_for
from kitchen.headcounts import SpareFacts, spares_for
from kitchen.loadings import LoadingFacts, Shelf, expected_load, loadings_for
from kitchen.outcomes import BROUGHT_BACK, OutcomeFacts
from kitchen.plans import Eater
from kitchen.round_inputs import inputs_for, points_of
from kitchen.round_plans import (
    Beginning,
    PlanFacts,
    StopRow,
    beginnings,
    begun_at,
    published_plan,
)
from kitchen.sheet_returns import ReturnFacts, returns_for
from kitchen.stops import Drop, Key


@dataclass(frozen=True)
class StopState:
    """One stop and what was said about it, if anything."""

    stop_id: int
    code: str
    position: int
    drop: Drop
    planned_at: datetime | None
    outcome: OutcomeFacts | None
    case: CaseFacts | None = None  # of that outcome, open or ended

    @property
    def result(self) -> str:
        """The outcome as it is spoken of: an unanswered door was reached or not yet."""
        if self.outcome is None:
            return ""
        if self.outcome.outcome != "no_answer":
            return self.outcome.outcome
        return f"no_answer_{'reached' if self.is_reached else 'unreached'}"

    @property
    def is_reached(self) -> bool:
        """Somebody knows where this person is."""
        ended = self.case.ended if self.case else None
        return ended is not None and ended.kind == "reached"

    @property
    def is_unanswered_for(self) -> bool:
        return self.case is not None and self.case.is_open


@dataclass(frozen=True, kw_only=True)
class RoundState:
    """One round out in the streets, or back."""

    round_id: int
    number: int
    driver_name: str
    depart_at: datetime | None
    back_at: datetime | None
    stops: tuple[StopState, ...]
    sheet: tuple[int, int] | None  # number and newest version of its paper
    returned: ReturnFacts | None
    expected: Mapping[Shelf, int]
    loaded: tuple[LoadingFacts, ...]
    begins: Beginning | None = None  # at a point, None: at the kitchen

    @property
    def unreported(self) -> tuple[StopState, ...]:
        return tuple(stop for stop in self.stops if stop.outcome is None)

    @property
    def is_loaded(self) -> bool:
        """Everything expected is on it, and nothing more but spares among the
        boxes for the doors."""
        counted = {line.shelf: line.portions for line in self.loaded}
        shelves = {*counted, *self.expected}
        more = {s: counted.get(s, 0) - self.expected.get(s, 0) for s in shelves}
        return all(
            n == 0 or (n > 0 and shelf.point_id is None and shelf.crate is None)
            for shelf, n in more.items()
        )

    @property
    def aboard(self) -> Counter[str]:
        """Portions without a name among its boxes, by diet group."""
        more = Counter[str]()
        for line in self.loaded:
            beyond = line.portions - self.expected.get(line.shelf, 0)
            if line.point_id is None and line.crate is None and beyond > 0:
                more[line.diet_key] += beyond
        return more

    @property
    def diets(self) -> list[str]:
        """The diet groups it carries, the regular one always."""
        carried = {line.diet_key for line in self.loaded}
        return sorted(
            {"regular", *carried} | {shelf.diet_key for shelf in self.expected}
        )

    @property
    def is_back(self) -> bool:
        unreached = any(stop.is_unanswered_for for stop in self.stops)
        return _is_back(self.returned is not None, not self.unreported, unreached)

    @property
    def brought_back(self) -> Counter[str]:
        """Portions nobody took, by diet group: somebody must name what became of
        them."""
        portions = Counter[str]()
        for stop in self.stops:
            if stop.outcome is not None and stop.outcome.outcome in BROUGHT_BACK:
                for diet_key, count in stop.drop.by_diet:
                    portions[diet_key] += count
        return portions


@dataclass(frozen=True, kw_only=True)
class DeliveryDay:
    """All rounds of a meal. `plan` None: nothing was published."""

    plan: PlanFacts | None
    rounds: tuple[RoundState, ...] = ()
    waiting: tuple[StopState, ...] = ()
    cases: tuple[CaseFacts, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    spares: Mapping[str, int] = field(default_factory=dict)  # the kitchen's, by diet

    @property
    def spares_left(self) -> dict[str, int]:
        """The kitchen's own spares that no round took along, by diet group."""
        aboard = sum((one.aboard for one in self.rounds), Counter[str]())
        return {diet: n - aboard[diet] for diet, n in self.spares.items()}

    @property
    def open_cases(self) -> tuple[CaseFacts, ...]:
        return tuple(case for case in self.cases if case.is_open)

    def seen(self, sight: Sight) -> "DeliveryDay":
        """What an account with that sight may look at: its rounds, nobody's waiting
        list, and the closed doors on its rounds."""
        if sight.numbers is None:
            return self
        own = tuple(one for one in self.rounds if sight.sees(one.number))
        people = {stop.drop.elder_id for one in own for stop in one.stops}
        codes = {stop.code for one in own for stop in one.stops}
        return replace(
            self,
            rounds=own,
            waiting=(),
            cases=tuple(case for case in self.cases if case.elder_id in people),
            unfinished=tuple(one for one in self.unfinished if one.place in codes),
        )

    def round(self, number: int) -> RoundState | None:
        return next((one for one in self.rounds if one.number == number), None)


@dataclass(frozen=True)
class Progress:
    """How far the rounds of a meal are."""

    rounds: int = 0
    back: int = 0
    open_cases: tuple[CaseFacts, ...] = ()


async def progress_for(
    kitchen_id: int,
    day: date,
    meal: str,
    eaters: Sequence[Eater],
    only: frozenset[int] | None = None,
) -> Progress:
    """As `delivery_day` counts them, without the doors themselves; `only`: of the
    rounds with these numbers."""
    when = (kitchen_id, day, meal)
    plan = await published_plan(*when)
    if plan is None:
        return Progress()
    begun = begun_at(await starts_on(kitchen_id, day), plan)
    points = await points_of(kitchen_id, eaters, await spares_for(*when), begun)
    there = {point.key for point in points} | {("diner", e.diner_id) for e in eaters}
    outcomes, returned = await outcomes_for(*when), await returns_for(*when)
    cases = tuple(case for case in await cases_for(*when) if case.is_open)
    unreached = {("diner", case.diner_id) for case in cases}
    numbers = {row.id: row.number for row in plan.rounds}
    found = []
    for round_id, stops in plan.by_round().items():
        if round_id is not None and (only is None or numbers[round_id] in only):
            keys = {stop.key for stop in stops} & there
            reported = all(key in outcomes for key in keys)
            returned_here = numbers[round_id] in returned
            found.append(_is_back(returned_here, reported, bool(keys & unreached)))
    return Progress(len(found), sum(found), cases)


def _is_back(returned: bool, reported: bool, unreached: bool) -> bool:
    """Returned, or every single stop reported; never while somebody on it was
    neither reached nor handed over."""
    return (returned or reported) and not unreached


async def delivery_day(
    kitchen_id: int, day: date, meal: str, eaters: Sequence[Eater] | None = None
) -> DeliveryDay:
    """The meal's deliveries. `eaters`: who eats, where the caller has loaded them.
    Refuses as `inputs_for` does."""
    inputs = await inputs_for(kitchen_id, day, meal, eaters)
    plan = await published_plan(kitchen_id, day, meal)
    if plan is None:
        return DeliveryDay(plan=None)
    outcomes = await outcomes_for(kitchen_id, day, meal)
    drivers = {d.id: d.name for d in await drivers_for(kitchen_id, retired=True)}
    papers = await _papers(kitchen_id, day, meal)
    returned = await returns_for(kitchen_id, day, meal)
    loaded = await loadings_for(kitchen_id, day, meal)
    expected = expected_load(inputs, plan)
    cases = await cases_for(kitchen_id, day, meal)
    drops, codes = inputs.served(plan.orders), plan.codes
    by_round, begins = (
        plan.by_round(),
        beginnings(inputs.starts, plan, inputs.point_names),
    )
    rounds = [
        RoundState(
            round_id=row.id,
            number=row.number,
            driver_name=drivers.get(row.driver_id or 0, ""),
            depart_at=row.depart_at,
            back_at=row.back_at,
            stops=_stops(drops, codes, by_round.get(row.id, ()), outcomes, cases),
            sheet=papers.get(row.number),
            returned=returned.get(row.number),
            expected=expected[row.number],
            loaded=tuple(loaded.get(row.number, ())),
            begins=begins.get(row.number),
        )
        for row in plan.rounds
        if row.id in by_round
    ]
    return DeliveryDay(
        plan=plan.facts,
        rounds=tuple(rounds),
        waiting=_stops(drops, codes, by_round.get(None, ()), outcomes, cases),
        cases=tuple(cases),
        unfinished=tuple(unfinished_of(tuple(drops.values()), plan, outcomes, cases)),
        spares=_by_diet(inputs.spares),
    )


def _by_diet(spares: Iterable[SpareFacts]) -> dict[str, int]:
    counts = Counter[str]()
    for spare in spares:
        counts[spare.diet_key] += spare.portions
    return dict(counts)


def _stops(
    drops: Mapping[Key, Drop],
    codes: Mapping[Key, str],
    stops: Sequence[StopRow],
    outcomes: Mapping[Key, OutcomeFacts],
    cases: Iterable[CaseFacts],
) -> tuple[StopState, ...]:
    by_report = {case.delivery_id: case for case in cases}
    return tuple(
        StopState(
            stop_id=stop.id,
            code=codes.get(stop.key, ""),
            position=stop.position,
            drop=drops[stop.key],
            planned_at=stop.arrival_at,
            outcome=outcomes.get(stop.key),
            case=by_report.get(outcomes[stop.key].delivery_id)
            if stop.key in outcomes
            else None,
        )
        for stop in stops
        if stop.key in drops
    )


async def _papers(kitchen_id: int, day: date, meal: str) -> dict[int, tuple[int, int]]:
    """Round number → number and newest version of its printed sheet."""
    found = await rows(
        "SELECT subject, number, version FROM print_run WHERE kitchen = {}"
        " AND day = {} AND meal = {} AND kind = 'sheet' ORDER BY version",
        kitchen_id,
        day,
        meal,
    )
    return {
        int(row["subject"].partition(":")[2]): (row["number"], row["version"])
        for row in found
        if row["subject"].startswith("round:")
    }
