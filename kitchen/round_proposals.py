"""What the solver offers beside the rounds that are there: a comparison, accepted as
a whole, round by round, or not at all. Nothing changes until somebody accepts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.database import insert, one, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.round_drafts import draft_of, newest_plan, reshape
from kitchen.round_inputs import Inputs
from kitchen.round_insertion import housed, up_to_date, without
from kitchen.round_plans import latest_plan, record, travel_values
from kitchen.round_preferences import STRONGER_THAN_HABIT
from kitchen.round_prices import Totals, totals_of
from kitchen.round_steps import Shape, read_shape, shape_text
from kitchen.round_tables import RoundPlan
from kitchen.round_thinking import settled, think
from kitchen.staff import Actor
from kitchen.stops import Key
from kitchen.timetables import Order, Proposal

SCOPES = ("new", "round", "unlocked", "all")
"""Who may move: only doors without a round; the doors of one round among themselves;
everybody but what is locked; everybody, locks and habits put aside."""


class RoundProposal(Table, tablename="round_proposal"):
    """The best a run of the solver had found at one moment; the newest of a run
    counts. `base` and `orders`: JSON of `round_steps.Shape`."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    scope = Text()
    number = Integer(null=True)  # of the round, for scope `round`
    run = Text()
    base = Text()  # the rounds it was offered against
    orders = Text()
    engine = Text()
    fallback = Boolean()
    distances = Text()
    seconds = Integer()  # searched so far
    at = Timestamptz()
    by = Text()


class ProposalDecision(Table, tablename="proposal_decision"):
    """What somebody decided: the whole, one round (`number`), or nothing of it."""

    proposal = ForeignKey(RoundProposal, null=False)
    decision = Text()  # accepted | round | discarded
    number = Integer()  # of the round; 0 for the whole
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True, kw_only=True)
class ProposalFacts:
    """An offer as stored."""

    id: int
    kitchen_id: int
    day: date
    meal: str
    scope: str
    number: int | None
    base: Shape
    shape: Shape
    engine: str
    fallback: bool
    distances: str
    seconds: int
    at: datetime
    by: str
    taken: frozenset[int] = frozenset()  # rounds accepted already


@dataclass(frozen=True)
class Change:
    """One door that comes with another driver or round. 0: on no round."""

    key: Key
    before: int
    after: int
    driver_before: int | None
    driver_after: int | None

    @property
    def changes_driver(self) -> bool:
        return self.driver_before != self.driver_after


@dataclass(frozen=True)
class Comparison:
    """Two states of a day's rounds side by side."""

    before: Totals
    after: Totals
    waiting_before: int
    waiting_after: int
    changes: tuple[Change, ...]
    rounds: tuple[int, ...]  # numbers whose doors, order or driver differ
    parted_before: int = 0  # doors with another driver than their pairing or language
    parted_after: int = 0

    @property
    def changed_drivers(self) -> int:
        """Doors of people who would see another face."""
        return sum(
            c.changes_driver and c.driver_before is not None for c in self.changes
        )

    @property
    def worth(self) -> tuple[int, ...]:
        """What is offered, the less the better, in the order of its weight: a pairing
        is a promise to a person, minutes are only minutes."""
        return _worth(self.waiting_after, self.after, self.parted_after)

    @property
    def is_better(self) -> bool:
        """Whether there is any reason to accept it."""
        return self.worth < _worth(self.waiting_before, self.before, self.parted_before)


def _worth(waiting: int, totals: Totals, parted: int) -> tuple[int, ...]:
    faults = (totals.hard, totals.over, totals.soft_seconds)
    return (waiting, *faults, parted, totals.seconds)


# Pure rules -------------------------------------------------------------------


def renumbered(orders: Sequence[Order], like: Sequence[Order]) -> tuple[Order, ...]:
    """The same rounds with the numbers the drivers have already: a driver's first
    stays that driver's first, so that papers keep their numbers; new rounds get
    numbers that are free."""
    numbers: dict[int | None, list[int]] = {}
    for order in like:
        numbers.setdefault(order.driver_id, []).append(order.number)
    kept: list[Order] = []
    new: list[Order] = []
    for order in orders:
        mine = numbers.get(order.driver_id, [])
        if order.locked and order.number in mine:
            mine.remove(order.number)
            kept.append(order)
    for order in orders:
        mine = numbers.get(order.driver_id, [])
        if order in kept:
            continue
        if mine:
            kept.append(replace(order, number=mine.pop(0)))
        else:
            new.append(order)
    taken = {order.number for order in kept}
    free = (n for n in range(1, len(orders) + len(taken) + 1) if n not in taken)
    kept += [replace(order, number=next(free)) for order in new]
    return tuple(sorted(kept, key=lambda order: order.number))


def shape_from(proposal: Proposal, base: Shape, number: int | None = None) -> Shape:
    """A solver's answer as a day's rounds, numbered like those that are there; with
    `number`, only that round is taken from the answer."""
    if number is not None:
        found = next((o for o in proposal.orders if o.number == number), None)
        orders = tuple(
            found if found and order.number == number else order
            for order in base.orders
        )
        return replace(base, orders=orders)
    orders = renumbered(proposal.orders, base.orders)
    empty = [
        replace(order, keys=())
        for order in base.orders
        if order.number not in {o.number for o in orders}
    ]
    every = sorted([*orders, *empty], key=lambda order: order.number)
    return Shape(tuple(every), dict(proposal.why), base.pinned)


def compared(inputs: Inputs, before: Shape, after: Shape) -> Comparison:
    """What would change, for whom, and what it is worth."""
    was, would = before.placed, after.placed
    old, new = before.driver_of(), after.driver_of()
    keys = [drop.key for drop in inputs.drops]
    orders_before = {o.number: (o.driver_id, o.keys) for o in before.orders}
    orders_after = {o.number: (o.driver_id, o.keys) for o in after.orders}
    numbers = sorted({*orders_before, *orders_after})
    return Comparison(
        before=totals_of(inputs, before.orders),
        after=totals_of(inputs, after.orders),
        waiting_before=len(inputs.served(before.orders).keys() - was.keys()),
        waiting_after=len(inputs.served(after.orders).keys() - would.keys()),
        changes=tuple(
            Change(key, was.get(key, 0), would.get(key, 0), old.get(key), new.get(key))
            for key in keys
            if (was.get(key), old.get(key)) != (would.get(key), new.get(key))
        ),
        rounds=tuple(
            n
            for n in numbers
            if orders_before.get(n, (None, ())) != orders_after.get(n, (None, ()))
        ),
        parted_before=_parted(inputs, old),
        parted_after=_parted(inputs, new),
    )


def _parted(inputs: Inputs, drivers: Mapping[Key, int | None]) -> int:
    """Doors on a round whose paired driver, or the one who speaks their language, is
    there and somebody else comes."""
    return sum(
        why in STRONGER_THAN_HABIT
        and key in drivers
        and drivers[key] != inputs.usual[key]
        for key, why in inputs.wishes.items()
    )


def with_round(inputs: Inputs, now: Shape, offer: Shape, number: int) -> Shape:
    """The rounds as they are with one round taken from the offer: its doors come from
    wherever they are; who has to leave it goes to the round the offer has for them,
    where it costs least, else to the waiting list. Nobody is lost."""
    wanted = next(order for order in offer.orders if order.number == number)
    known = {drop.key for drop in inputs.drops}
    keys = tuple(key for key in wanted.keys if key in known)
    leaving = [
        key
        for order in now.orders
        if order.number == number
        for key in order.keys
        if key not in keys
    ]
    rest = tuple(
        without(order, {*keys, *leaving})
        for order in now.orders
        if order.number != number
    )
    taken = Order(number, wanted.driver_id, keys, wanted.locked)
    orders = tuple(sorted((*rest, taken), key=lambda order: order.number))
    why = {key: said for key, said in now.why.items() if key not in keys}
    shape = replace(now, orders=orders, why=why)
    return housed(inputs, shape, leaving, there=offer.placed, full=number)


# Readers ----------------------------------------------------------------------

_OPEN = (
    "SELECT p.* FROM round_proposal p WHERE p.kitchen = {} AND p.day = {}"
    " AND p.meal = {} AND NOT EXISTS (SELECT 1 FROM proposal_decision d"
    " WHERE d.proposal = p.id AND d.decision <> 'round') ORDER BY p.id DESC LIMIT 1"
)


async def open_proposal(kitchen_id: int, day: date, meal: str) -> ProposalFacts | None:
    """The newest offer; None when there is none or it was decided upon."""
    newest = await one(
        "SELECT MAX(id) AS id FROM round_proposal"
        " WHERE kitchen = {} AND day = {} AND meal = {}",
        kitchen_id,
        day,
        meal,
    )
    found = await one(_OPEN, kitchen_id, day, meal)
    if found is None or newest is None or found["id"] != newest["id"]:
        return None
    return await _facts(found)


async def proposal_by_id(proposal_id: int) -> ProposalFacts:
    """One offer; refuses `offer_unknown`."""
    found = await one("SELECT * FROM round_proposal WHERE id = {}", proposal_id)
    if found is None:
        raise Refusal("offer_unknown", proposal=proposal_id)
    return await _facts(found)


async def _facts(row: Mapping[str, Any]) -> ProposalFacts:
    taken = await rows(
        "SELECT number FROM proposal_decision WHERE proposal = {}"
        " AND decision = 'round'",
        row["id"],
    )
    return ProposalFacts(
        id=row["id"],
        kitchen_id=row["kitchen"],
        day=row["day"],
        meal=row["meal"],
        scope=row["scope"],
        number=row["number"],
        base=read_shape(row["base"]),
        shape=read_shape(row["orders"]),
        engine=row["engine"],
        fallback=bool(row["fallback"]),
        distances=row["distances"],
        seconds=row["seconds"],
        at=row["at"],
        by=row["by"],
        taken=frozenset(int(one["number"]) for one in taken),
    )


# Verbs ------------------------------------------------------------------------


async def offer(
    inputs: Inputs,
    base: Shape,
    shape: Shape,
    *,
    scope: str,
    number: int | None,
    run: str,
    seconds: int,
    proposal: Proposal,
    by: Actor,
    now: datetime,
) -> int:
    """Keep what a run has found so far; later finds of the same run replace it on
    the board. Returns the offer's id."""
    async with writing():
        offer_id: int = await insert(
            RoundProposal,
            kitchen=inputs.kitchen.id,
            day=inputs.day,
            meal=inputs.meal,
            scope=scope,
            number=number,
            run=run,
            base=shape_text(base),
            orders=shape_text(shape),
            engine=proposal.engine,
            fallback=proposal.fallback,
            distances=proposal.distances,
            seconds=seconds,
            at=now,
            by=by.name,
        )
        return offer_id


async def accept(proposal_id: int, *, by: Actor, now: datetime) -> int:
    """Take the offer as the day's rounds; who came or left since is seen to. Returns
    the plan. Twice is harmless. Refuses `offer_unknown`, `plan_unknown`."""
    found = await proposal_by_id(proposal_id)

    def work(inputs: Inputs, _now: Shape) -> Shape:
        return up_to_date(inputs, found.shape)

    thought = await think(found.kitchen_id, found.day, found.meal, work)
    async with writing():
        plan = await latest_plan(found.kitchen_id, found.day, found.meal)
        if plan is None:
            raise Refusal("plan_unknown")
        plan = await newest_plan(plan.facts.id)
        if not await _decide(found, "accepted", 0, by, now):
            return plan.facts.id
        inputs, shape = await settled(thought, plan, work)
        return await _take(plan, inputs, shape, found, "proposal.accept", 0, by, now)


async def accept_round(
    proposal_id: int, number: int, *, by: Actor, now: datetime
) -> int:
    """Take one round of the offer (see `with_round`). Returns the plan. Twice is
    harmless. Refuses `offer_unknown`, `round_unknown`, `plan_unknown`."""
    found = await proposal_by_id(proposal_id)
    if number not in {order.number for order in found.shape.orders}:
        raise Refusal("round_unknown", round=number)

    def work(inputs: Inputs, now: Shape) -> Shape:
        return with_round(inputs, now, found.shape, number)

    thought = await think(found.kitchen_id, found.day, found.meal, work)
    async with writing():
        plan = await latest_plan(found.kitchen_id, found.day, found.meal)
        if plan is None:
            raise Refusal("plan_unknown")
        plan = await newest_plan(plan.facts.id)
        if not await _decide(found, "round", number, by, now):
            return plan.facts.id
        inputs, shape = await settled(thought, plan, work)
        return await _take(
            plan, inputs, shape, found, "proposal.accept_round", number, by, now
        )


async def discard(proposal_id: int, *, by: Actor, now: datetime) -> None:
    """Leave the rounds as they are. Twice is harmless."""
    found = await proposal_by_id(proposal_id)
    async with writing():
        await _decide(found, "discarded", 0, by, now)


async def _decide(
    found: ProposalFacts, decision: str, number: int, by: Actor, now: datetime
) -> bool:
    """Record a decision; False when it was made before."""
    known = await one(
        "SELECT id FROM proposal_decision WHERE proposal = {} AND decision = {}"
        " AND number = {}",
        found.id,
        decision,
        number,
    )
    if known is not None:
        return False
    await insert(
        ProposalDecision,
        proposal=found.id,
        decision=decision,
        number=number,
        at=now,
        by=by.name,
    )
    return True


async def _take(
    plan: Any,
    inputs: Inputs,
    shape: Shape,
    found: ProposalFacts,
    act: str,
    number: int,
    by: Actor,
    now: datetime,
) -> int:
    filled = {order.number for order in plan.orders if order.keys}
    shape = replace(  # who has nobody left stays at home; rounds added by hand stay
        shape,
        orders=tuple(o for o in shape.orders if o.keys or o.number not in filled),
    )
    draft = await draft_of(plan, act, by=by, now=now)
    await reshape(draft.plan, shape, {d.key: d.spares for d in inputs.drops})
    plan_id = draft.plan.facts.id
    solved = {"engine": found.engine, "fallback": found.fallback}
    await update_row(RoundPlan, plan_id, {**solved, **travel_values(inputs)})
    await record(
        "round_plan.accept",
        plan_id,
        by=by,
        now=now,
        proposal=found.id,
        engine=found.engine,
        round=number or None,
    )
    return plan_id
