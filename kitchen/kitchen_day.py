"""Everything the kitchen works from for one meal, in one load: who eats, what it is,
whom it hurts, how much to cook, where it goes. Nothing here is stored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kitchen.at_hand import AtHand
from kitchen.blocks import Block, Order, Spare, blocks_for
from kitchen.clashes import Decision, diet_of_key
from kitchen.decisions import decisions_for, substitutes_of
from kitchen.errors import Refusal
from kitchen.food import DishFacts
from kitchen.headcounts import (
    HeadcountFacts,
    SpareFacts,
    closed,
    eaters_for,
    eaters_over,
    spares_for,
)
from kitchen.menus import DayMenu, menus_for
from kitchen.off_loop import off_loop
from kitchen.packing import UNPLACED, Grid, Row, destinations, grid_for
from kitchen.places import (
    KitchenFacts,
    PointFacts,
    ServiceFacts,
    kitchen_by_id,
    points_for,
    services_for,
)
from kitchen.plans import Eater, Occasion
from kitchen.portions import (
    Dispatch,
    ProductionSheet,
    Purchase,
    purchases_for,
    sheet_for,
)
from kitchen.pot_choices import full_first_for, pot_choices_for
from kitchen.registry import off_the_map
from kitchen.scaling import Scaling, scaling_for


@dataclass(frozen=True, eq=False, repr=False)
class KitchenDay:
    """One meal of one kitchen. `count` is None while the headcount is open: figures
    are then expectations."""

    kitchen: KitchenFacts
    service: ServiceFacts
    points: tuple[PointFacts, ...]
    day: date
    meal: str
    count: HeadcountFacts | None
    menu: DayMenu
    eaters: tuple[Eater, ...]
    orders: tuple[Order, ...]
    decisions: Mapping[tuple[int, int], Decision]
    blocks: tuple[Block, ...]
    sheet: ProductionSheet
    grid: Grid
    unplaced: tuple[Order, ...]
    departs_minutes: int  # the first round's departure; the usual one before rounds

    @property
    def cooked_by_minutes(self) -> int:
        """When everything is cooked: the usual time for portioning before the first
        departure."""
        usual = self.service
        return self.departs_minutes - usual.depart_minutes + usual.cooked_by_minutes

    @property
    def purchases(self) -> list[Purchase]:
        return purchases_for([self.sheet])

    @property
    def waiting(self) -> list["Waiting"]:
        """Everybody whose meal waits for somebody's word, by name; they are counted,
        cooked for and labelled all the same."""
        undecided = self.sheet.open_people
        homeless = {id(order) for order in self.unplaced}
        return [
            Waiting(eater, id(eater) in homeless, undecided.get(eater.elder_id, ()))
            for eater in self.eaters
            if id(eater) in homeless or eater.elder_id in undecided
        ]

    @property
    def clashes(self) -> tuple[Block, ...]:
        """The blocks for whom something has to be different."""
        return tuple(block for block in self.blocks if block.is_clash)


@dataclass(frozen=True)
class Waiting:
    """Somebody without a place on the map or a dining point, or for whom nobody has
    decided yet what there is instead of these dishes."""

    eater: Eater
    is_unplaced: bool
    dishes: tuple[DishFacts, ...]


async def kitchen_day(
    kitchen_id: int,
    day: date,
    meal: str,
    round_of: Mapping[int, int] | None = None,
    batching: str = "",
    eaters: Sequence[Eater] | None = None,
    leaving: Mapping[Row, Dispatch] | None = None,
) -> KitchenDay:
    """The kitchen's meal. `round_of`: diner_id → round number, where rounds exist;
    `eaters`: who eats, where the caller has loaded them; `leaving`: row of the grid →
    when it leaves; `batching`: equal | full for every dish, "" as somebody chose.
    Refuses `meal_not_served`."""

    async def load() -> _Material:
        those = eaters or await eaters_for(kitchen_id, day, meal)
        [read] = await _read(kitchen_id, {(day, meal): those})
        return read

    read = await MATERIALS.get((kitchen_id, day, meal), load)
    points = await points_for(kitchen_id)
    lost = await _off_the_map(read.orders)
    count = await closed(kitchen_id, day, meal)

    def put_together() -> KitchenDay:
        blocks = read.blocks
        where = destinations(read.orders, points, round_of or {}, lost)
        times = _dispatches(blocks, where, leaving or {})
        return KitchenDay(
            kitchen=read.kitchen,
            service=read.service,
            points=tuple(points),
            day=day,
            meal=meal,
            count=count,
            menu=read.menu,
            eaters=tuple(read.eaters),
            orders=tuple(read.orders),
            decisions=read.decisions,
            blocks=blocks,
            sheet=read.sheet(batching, times),
            grid=grid_for(where, points),
            unplaced=tuple(order for order, row in where if row == UNPLACED),
            departs_minutes=min(
                (each.depart_minutes for each in (leaving or {}).values()),
                default=read.service.depart_minutes,
            ),
        )

    return await off_loop(put_together)  # a till may be waiting


SHEETS = AtHand("plan", 6)  # each of several meals


async def sheets_over(
    kitchen_id: int, occasions: Iterable[Occasion]
) -> Sequence[ProductionSheet]:
    """The production sheets alone of several meals, whose people are read once.
    Refuses `meal_not_served`."""
    those = tuple(occasions)

    async def made() -> Sequence[ProductionSheet]:
        read = await _read(kitchen_id, await eaters_over(kitchen_id, those))
        return await off_loop(lambda: [each.sheet() for each in read])

    return await SHEETS.get((kitchen_id, those), made)


MATERIALS = AtHand("plan", 4)
"""What a meal is cooked from and for whom, by kitchen, day and meal: the pages of a
morning look at it from all sides."""


@dataclass(frozen=True, eq=False, repr=False)
class _Material:
    """What one meal is cooked from, as it was read."""

    kitchen: KitchenFacts
    service: ServiceFacts
    menu: DayMenu
    decisions: Mapping[tuple[int, int], Decision]
    dishes: Mapping[int, DishFacts]
    eaters: Sequence[Eater]
    orders: list[Order]
    by_hand: Mapping[int, tuple[int, ...]]
    full_first: Collection[int]
    scaling: Scaling

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        menu = self.menu.sets
        return tuple(blocks_for(self.orders, menu, self.decisions, self.dishes))

    def sheet(
        self,
        batching: str = "",
        times: Mapping[int, Dispatch] | None = None,
    ) -> ProductionSheet:
        return sheet_for(
            *(self.orders, self.blocks, self.kitchen, self.service),
            *(batching or "equal", times, self.by_hand, self.scaling),
            full_first=() if batching else self.full_first,
        )


async def _read(
    kitchen_id: int, eaters: Mapping[Occasion, Sequence[Eater]]
) -> list[_Material]:
    """What those meals are cooked from; what they share is read once."""
    kitchen = await kitchen_by_id(kitchen_id)
    services = {day: await services_for(kitchen_id, day) for day, _meal in eaters}
    for day, meal in eaters:
        if meal not in services[day]:
            raise Refusal("meal_not_served", meal=meal)
    menus = await _menus(kitchen_id, eaters)
    decisions = {when: await decisions_for(kitchen_id, *when) for when in eaters}
    dishes = await substitutes_of(
        (one for made in decisions.values() for one in made.values()),
        dict.fromkeys(dish for menu in menus.values() for dish in menu.dishes),
    )
    scaling = await scaling_for(kitchen_id)
    return [
        _Material(
            kitchen=kitchen,
            service=services[when[0]][when[1]],
            menu=menus[when],
            decisions=decisions[when],
            dishes=dishes,
            eaters=mine,
            orders=[*mine, *map(_spare, await spares_for(kitchen_id, *when))],
            by_hand=await pot_choices_for(kitchen_id, *when),
            full_first=await full_first_for(kitchen_id, *when),
            scaling=scaling,
        )
        for when, mine in eaters.items()
    ]


async def _menus(
    kitchen_id: int, occasions: Iterable[Occasion]
) -> dict[Occasion, DayMenu]:
    days: dict[str, list[date]] = {}
    for day, meal in occasions:
        days.setdefault(meal, []).append(day)
    found = {
        meal: await menus_for(kitchen_id, min(mine), max(mine), meal)
        for meal, mine in days.items()
    }
    return {(day, meal): found[meal][day] for meal in days for day in days[meal]}


def _dispatches(
    blocks: Iterable[Block],
    where: Iterable[tuple[Order, Row]],
    leaving: Mapping[Row, Dispatch],
) -> dict[int, Dispatch]:
    """Dish → the first departure and the last stop of those who eat it."""
    if not leaving:
        return {}
    rows = {id(order): row for order, row in where}
    sent: dict[int, set[Row]] = {}
    for block in blocks:
        places = {rows.get(id(order), UNPLACED) for order in block.orders}
        sent.setdefault(block.dish.id, set()).update(places & leaving.keys())
    return {
        dish: Dispatch(
            min(leaving[place].depart_minutes for place in places),
            max(leaving[place].last_minutes for place in places),
        )
        for dish, places in sent.items()
        if places
    }


def _spare(spare: SpareFacts) -> Spare:
    return Spare(spare.id, spare.point_id, spare.portions, diet_of_key(spare.diet_key))


async def _off_the_map(orders: list[Order]) -> set[int]:
    """Elders whose door is on no map: no address, or no coordinates anywhere."""
    driven = [order for order in orders if order.way == "deliver"]
    lost = await off_the_map({o.address_id for o in driven if o.address_id})
    return {
        order.elder_id
        for order in driven
        if order.elder_id is not None
        if order.address_id is None or order.address_id in lost
    }
