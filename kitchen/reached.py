"""Whom a batch of food reached: the rows the kitchen cooked by, read as one meal.

Who ate what follows from the count, the menu, the decisions, where each batch went,
what was moved during service and whom a meal was handed to. A person is reached when
their portion of the dish may hold the batch: it went to their place, or nobody wrote
down where it went. `recalls` asks it from the food, `origins` from the person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kitchen.balance import HANDED_OVER
from kitchen.blocks import Block, Order
from kitchen.database import rows
from kitchen.deliveries import outcomes_for
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.meals import MealRow, meals_for
from kitchen.round_plans import round_codes
from kitchen.use_by import BatchFacts, Place

KEPT: Place = ("kitchen", 0)
UNPLACED: Place = ("unplaced", 0)

# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """One person (or, with `elder_id` None, guests and spares without a name) whose
    portion may hold what is called back. `sure` False: only because portions were
    moved there during service. `state`: eaten | out (not handed over yet)."""

    day: date
    meal: str
    place: Place
    code: str
    elder_id: int | None
    name: str
    number: str
    portions: int
    dishes: tuple[str, ...]
    state: str
    at: datetime | None
    key: str = ""  # tells nameless portions apart
    sure: bool = True


@dataclass(frozen=True)
class Served:
    """How a meal ended, as far as it has: `over` are places where nobody is served any
    more, `back` the diners whose box came back, `moves` portions passed on (from, to).
    """

    today: KitchenDay
    round_of: Mapping[int, int]
    codes: Mapping[tuple[str, int], str]
    meals: tuple[MealRow, ...]
    back: frozenset[int]
    over: frozenset[Place]
    moves: tuple[tuple[Place, Place], ...]

    def of(self, elder_id: int) -> "Served":
        """The same meal, of one person alone: who asks for them reads nobody else."""
        blocks = tuple(
            replace(block, orders=mine)
            for block in self.today.blocks
            if (mine := tuple(o for o in block.orders if o.elder_id == elder_id))
        )
        return replace(
            self,
            today=replace(self.today, blocks=blocks),
            meals=tuple(meal for meal in self.meals if meal.elder_id == elder_id),
        )

    @property
    def guests(self) -> list[MealRow]:
        return [meal for meal in self.meals if meal.diner_id is None]


def place_of(order: Order, round_of: Mapping[int, int]) -> Place | None:
    """Where an order's portion goes; None while it is on no round."""
    if order.way == "deliver":
        number = round_of.get(order.diner_id or 0)
        return None if number is None else ("round", number)
    return ("point", order.point_id) if order.point_id else KEPT


def moved_to(
    places: Collection[Place], moves: Iterable[tuple[Place, Place]]
) -> set[Place]:
    """Places that portions of `places` were moved to, over any number of moves."""
    found, grown = set(places), True
    edges = list(moves)
    while grown:
        more = {b for a, b in edges if a in found} - found
        grown = bool(more)
        found |= more
    return found - set(places)


def holds(block: Block, batch: BatchFacts, without: Collection[str]) -> bool:
    """Whether the portions of a block were taken from this batch: its dish, in a pan,
    and not without the very ingredient that is called back."""
    if block.dish.id != batch.dish_id or block.is_open:
        return False
    omitted = {step.word for step in block.steps if step.kind == "omit"}
    return not (without and set(without) <= omitted)


def reached_in(
    batches: Iterable[BatchFacts], served: Served, without: Collection[str] = ()
) -> list[Reached]:
    """Everybody of a meal whose portion may hold one of its batches, names of persons
    not filled in. `without`: ingredients; who was served without all of them is not
    reached."""
    every: dict[tuple[object, ...], Reached] = {}
    for batch in batches:
        sure = set(batch.places)
        maybe = moved_to(sure, served.moves) if sure else set()
        for one in _holders(batch, served, without):
            if not sure or one.place in sure | maybe:
                _add(every, one, not sure or one.place in sure)
    return list(every.values())


def _add(every: dict[tuple[object, ...], Reached], one: Reached, sure: bool) -> None:
    """Once for each person and place, with every dish."""
    key = (one.place, one.elder_id, one.key)
    known = every.get(key)
    dishes = dict.fromkeys((*(known.dishes if known else ()), *one.dishes))
    was_sure = known is not None and known.sure
    every[key] = replace(one, dishes=tuple(dishes), sure=sure or was_sure)


def _holders(
    batch: BatchFacts, served: Served, without: Collection[str]
) -> Iterable[Reached]:
    """Everybody who was handed a portion of the dish, or may still be."""
    blocks = [b for b in served.today.blocks if holds(b, batch, without)]
    for block in blocks:
        for order in block.people:
            yield from _of_order(order, batch, served)
    yield from _spares_left(blocks, batch, served)
    set_a = {dish.id for dish in served.today.menu.sets.get("A", ())}
    if batch.dish_id in set_a:
        for meal in served.guests:
            if meal.point_id is not None:
                place = ("point", meal.point_id)
                yield _reached(served, batch, place, meal=meal)


def _spares_left(
    blocks: Iterable[Block], batch: BatchFacts, served: Served
) -> Iterable[Reached]:
    """Portions for nobody by name that no guest has been handed yet."""
    spares: Counter[Place] = Counter()
    for block in blocks:
        for order in block.orders:
            if order.elder_id is None:
                spares[place_of(order, served.round_of) or KEPT] += order.portions
    taken = Counter(("point", meal.point_id or 0) for meal in served.guests)
    for place, portions in spares.items():
        left = portions - taken[place]
        if left > 0 and place not in served.over:
            yield replace(_reached(served, batch, place), portions=left)


def _of_order(order: Order, batch: BatchFacts, served: Served) -> Iterable[Reached]:
    """Where the portions of an order were handed over, else where they are to be."""
    mine = [m for m in served.meals if order.diner_id and m.diner_id == order.diner_id]
    if mine:
        for meal in mine[:1]:
            home = place_of(order, served.round_of) or UNPLACED
            at_table = meal.channel != "door" and meal.point_id is not None
            place = ("point", meal.point_id or 0) if at_table else home
            yield _reached(served, batch, place, order, meal)
        return
    place = place_of(order, served.round_of) or UNPLACED
    if order.diner_id not in served.back and place not in served.over:
        yield _reached(served, batch, place, order)


def _reached(
    served: Served,
    batch: BatchFacts,
    place: Place,
    order: Order | None = None,
    meal: MealRow | None = None,
) -> Reached:
    diner = order.diner_id or None if order else None
    elder = order.elder_id if order else meal.elder_id if meal else None
    return Reached(
        day=served.today.day,
        meal=served.today.meal,
        place=place,
        code=served.codes.get(("diner", diner or 0), ""),
        elder_id=elder,
        name=order.name if order else "",
        number=order.number if order else "",
        portions=order.portions if order else 1,
        dishes=(batch.dish_name,),
        state="eaten" if meal else "out",
        at=meal.served_at if meal else None,
        key=f"{diner or (meal.id if meal else 0)}",
    )


# Readers ----------------------------------------------------------------------


async def served_at(*when: *tuple[int, date, str]) -> Served:
    """Kitchen, day and meal → how that meal ended, as far as it has."""
    codes = await round_codes(*when)
    round_of = {
        number: int(code.partition("-")[0])
        for (kind, number), code in codes.items()
        if kind == "diner"
    }
    told = await outcomes_for(*when)
    closed = await rows(
        "SELECT s.point AS point FROM shift s JOIN shift_close c ON c.shift = s.id"
        " WHERE s.day = {} AND s.meal = {}",
        *when[1:],
    )
    return Served(
        today=await kitchen_day(*when, round_of),
        round_of=round_of,
        codes=codes,
        meals=tuple(await meals_for(*when)),
        back=frozenset(
            key[1]
            for key, outcome in told.items()
            if key[0] == "diner" and outcome.outcome not in HANDED_OVER
        ),
        over=frozenset(("point", row["point"]) for row in closed),
        moves=tuple(await _moves(when)),
    )


async def _moves(when: tuple[int, date, str]) -> list[tuple[Place, Place]]:
    """Portions passed on during service: from place, to place."""
    found = await rows(
        "SELECT t.from_point AS from_point, t.to_point AS to_point,"
        " a.number AS from_round, b.number AS to_round FROM transfer t"
        " LEFT JOIN round a ON a.id = t.from_round"
        " LEFT JOIN round b ON b.id = t.to_round"
        " WHERE t.kitchen = {} AND t.day = {} AND t.meal = {} AND t.id NOT IN"
        " (SELECT row_id FROM counter_void WHERE kind = 'transfer') ORDER BY t.id",
        *when,
    )

    def place(row: Mapping[str, Any], side: str) -> Place:
        if row[f"{side}_point"]:
            return ("point", row[f"{side}_point"])
        return ("round", row[f"{side}_round"]) if row[f"{side}_round"] else KEPT

    return [(place(row, "from"), place(row, "to")) for row in found]
