"""All papers of one meal, from one load of the day.

Each kind of paper is made by one function of the loaded morning; what nobody needs is
not made: an empty round prints nothing, a point without eaters has no list.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from app import paper_kitchen, paper_labels, paper_lists, paper_poster, paper_round
from app.i18n import language
from app.i18n import translate as _
from app.paper_scene import Office, Scene, Times, frame_of, minutes_words
from app.paper_wall import WALL_MAKERS, Wall
from app.papers import KINDS, Paper
from app.print_options import PrintOptions, options_for
from app.words.diets import undecided_words
from app.words.rounds import WHY
from kitchen.blocks import Order
from kitchen.dispatches import Leaving, leaving_by
from kitchen.headcounts import SpareFacts, eaters_for, spares_for
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.made_once import MadeOnce
from kitchen.meal_prices import price_people
from kitchen.menus import DayMenu, menus_for
from kitchen.places import PointFacts
from kitchen.pricing import full_price
from kitchen.production import BatchFacts, cooked_for, made_and_use_by
from kitchen.registry import (
    ElderFacts,
    addresses_on,
    birthdays_on,
    doors_for,
    elders_by_id,
    houses_for,
)
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.round_plans import Plan, plan_that_counts
from kitchen.round_sheets import SheetView, views_of
from kitchen.stops import Key
from kitchen.subsidies import Price, Rules, version_on
from kitchen.weather import TableGuest, Weather, guests_for, weather_on

Made = TypeVar("Made", bound=Paper)


@dataclass(frozen=True, kw_only=True, eq=False)
class Morning(Wall):
    """One meal as all its papers see it."""

    scene: Scene
    views: Sequence[SheetView]
    spots: Mapping[Key, tuple[int, int]]  # of stops and the kitchen, for sketches
    why: dict[int, str]  # diner on no round → the reason in words
    spares: Sequence[SpareFacts]
    prices: dict[int, Price]
    week: dict[date, DayMenu]
    rules: Rules | None
    weather: Weather | None = None
    at_tables: Sequence[TableGuest] = ()  # on a day of bad weather
    birthdays: Mapping[date, Sequence[str]] = field(default_factory=dict)  # of the week

    @property
    def undecided(self) -> list[Order]:
        """People who get a meal all right, with a dish that may not be for them."""
        waiting = {order.elder_id for order in self.waiting}
        return [
            order
            for order in self.today.orders
            if order.elder_id in self.scene.undecided and order.elder_id not in waiting
        ]

    @property
    def points(self) -> list[PointFacts]:
        """The points where somebody eats, or something is sent to."""
        return [point for point in self.today.points if point.id in self.at_points]

    @cached_property
    def at_points(self) -> Mapping[int, tuple[Order, ...]]:
        """Who eats or collects where, and the spares there."""
        found: dict[int, list[Order]] = {}
        for order in self.today.orders:
            if order.point_id is not None:
                found.setdefault(order.point_id, []).append(order)
        return {point: tuple(orders) for point, orders in found.items()}

    @property
    def is_closed(self) -> bool:
        return self.today.count is not None


LISTS = {"labels", "roster", "unplaced", "weather"}
"""Papers that name people whom nobody brings their meal."""


async def morning_for(
    kitchen_id: int,
    day: date,
    meal: str,
    office: Office,
    options: PrintOptions | None = None,
    outline: bool = False,
    kinds: Collection[str] | None = None,
    inputs_of: Callable[..., Awaitable[Inputs]] = inputs_for,
) -> Morning:
    """Load everything once that these kinds of paper need; refuses `meal_not_served`.
    `inputs_of`: where what the rounds are made of may lie at hand already.
    The `outline` tells which papers there are and whose: nobody is looked up for what
    stands on them."""
    when = (kitchen_id, day, meal)
    wanted = set() if outline else set(MAKERS if kinds is None else kinds)
    eaters = await eaters_for(*when)
    plan = await plan_that_counts(*when)
    inputs = await inputs_of(*when, eaters) if plan else None
    leaving = await leaving_by(plan, inputs) if plan else Leaving()
    today = await kitchen_day(
        *when, leaving.round_of, eaters=eaters, leaving=leaving.dispatches
    )
    elders = {order.elder_id for order in today.orders if order.elder_id is not None}
    homes = await addresses_on(kitchen_id, day)
    known = inputs.people if inputs else {}
    others = elders - known.keys() if wanted & LISTS else set()
    people = {**known, **await elders_by_id(others)}
    lives = {homes[elder] for elder in elders if elder in homes}
    lives |= {order.address_id for order in today.orders if order.address_id}
    sought = [one.eater for one in today.waiting]
    sought += [
        e for e in eaters if e.way == "deliver" and e.diner_id not in leaving.round_of
    ]
    opened = {e.address_id or homes.get(e.elder_id, 0) for e in sought} - {0}
    version = await version_on(kitchen_id, day)
    first = day - dt.timedelta(days=day.weekday())
    week = [first + dt.timedelta(days=n) for n in range(7)]
    seen: dict[str, Any] = {
        **vars(frame_of(today, leaving, office)),
        "options": options or await options_for(kitchen_id),
        "people": people,
        "doors": await doors_for(opened),
        "houses": {} if outline else await houses_for(lives),
        "homes": homes,
        "times": times_of(today, await cooked_for(*when), office.zone),
        "base_url": office.base_url,
        "undecided": {
            one.eater.elder_id: undecided_words(one.dishes)
            for one in today.waiting
            if one.dishes
        },
    }
    scene = MADE.of(("scene", *when), tuple(seen.values()), lambda: Scene(**seen))
    return Morning(
        today=today,
        leaving=leaving,
        views=await views_of(plan, inputs, outline) if plan and inputs else [],
        spots=_spots(inputs) if inputs else NO_SPOTS,
        why=_reasons(plan),
        spares=await spares_for(kitchen_id, day, meal),
        prices=await _prices(today, people)
        if "roster" in wanted
        else _list_price(today),
        week=await menus_for(kitchen_id, week[0], week[-1], meal),
        rules=version.rules if version else None,
        scene=scene,
        weather=await weather_on(kitchen_id, day),
        at_tables=await guests_for(kitchen_id, day, meal),
        birthdays=await birthdays_on(kitchen_id, week),
    )


NO_SPOTS: Mapping[Key, tuple[int, int]] = {}


def _spots(inputs: Inputs) -> Mapping[Key, tuple[int, int]]:
    def found() -> dict[Key, tuple[int, int]]:
        places = {drop.key: (drop.lon_e6, drop.lat_e6) for drop in inputs.drops}
        places["kitchen", 0] = (inputs.kitchen.lon_e6, inputs.kitchen.lat_e6)
        return {
            key: (lon, lat)
            for key, (lon, lat) in places.items()
            if lon is not None and lat is not None
        }

    whose = ("spots", inputs.kitchen.id, inputs.day, inputs.meal)
    return MADE.of(whose, (inputs.kitchen, inputs.drops), found)


def _reasons(plan: Plan | None) -> dict[int, str]:
    return {
        stop.key[1]: _(WHY[stop.why])
        for stop in (plan.stops_of(None) if plan else ())
        if stop.key[0] == "diner" and stop.why in WHY
    }


def _list_price(today: KitchenDay) -> dict[int, Price]:
    return defaultdict(lambda: full_price(today.service.list_price_fen))


async def _prices(
    today: KitchenDay, people: Mapping[int, ElderFacts]
) -> dict[int, Price]:
    """What everyone at the points pays."""
    prices: dict[int, Price] = {}
    for way in ("dine_in", "collect"):
        mine = {
            order.elder_id: people[order.elder_id]
            for order in today.orders
            if order.way == way and order.elder_id
        }
        when = (today.kitchen.id, today.day, today.meal)
        prices |= await price_people(mine, *when, way)
    return prices


def times_of(today: KitchenDay, batches: Sequence[BatchFacts], zone: ZoneInfo) -> Times:
    """The times on the boxes: as planned, or as it was once every dish is cooked.

    Planned is when the last dish leaves its pot; what leaves earlier is held hot, and
    its temperature recorded. In between the sooner of both stands there, so that a
    label printed early is at worst too careful; when food must be eaten sooner than
    planned, `earlier` is set.
    """
    wanted = [dish for dish in today.sheet.dishes if dish.portions]
    minutes = max(
        (dish.out_of_pot_minutes for dish in wanted),
        default=today.service.cooked_by_minutes,
    )
    midnight = dt.datetime.combine(today.day, dt.time(), tzinfo=zone)
    made = midnight + dt.timedelta(minutes=minutes)
    eat_before = made + dt.timedelta(minutes=today.kitchen.eat_within_minutes)
    actual = made_and_use_by(batches)
    if actual is None:
        return Times(minutes_words(minutes), eat_before.strftime("%H:%M"))
    cooked, use_by = (at.astimezone(zone) for at in actual)
    if not {dish.dish.id for dish in wanted} <= {batch.dish_id for batch in batches}:
        cooked, use_by = min(made, cooked), min(eat_before, use_by)
    earlier = use_by < eat_before
    return Times(cooked.strftime("%H:%M"), use_by.strftime("%H:%M"), earlier)


# Every kind of paper

MADE = MadeOnce(600)
"""The papers of the mornings looked at last, and the scenes they share. After a change
only those are made that it touches, and only they are compared anew."""


def _made(m: Morning, of: int, make: Callable[..., Made], *things: Any) -> Made:
    """The paper that `make` makes of these things and the scene; `of` says whose."""
    day, meal = m.today.day, m.today.meal
    about = (make.__name__, language.get(), m.today.kitchen.id, day, meal, of)
    everything = (*things, m.scene)
    return MADE.of(about, everything, lambda: make(*everything))


def _sheets(m: Morning) -> Iterable[Paper]:
    hot = m.today.kitchen.hot_decidegrees
    for view in m.views:
        yield _made(m, view.number, paper_round.sheet, view, m.spots, hot)


def _cards(m: Morning) -> Iterable[Paper]:
    for view in m.views:
        yield _made(m, view.number, paper_round.round_cards, view)
    brought = {stop.point_id for view in m.views for stop in view.stops}
    fetched: dict[str, Counter[str]] = {}
    for point in m.points:
        for order in m.at_points[point.id] if point.id not in brought else ():
            counts = fetched.setdefault(point.name, Counter())
            counts[order.diet.key] += order.portions
    if fetched:
        yield paper_round.point_cards(fetched, m.scene)


def _labels(m: Morning) -> Iterable[Paper]:
    """None before the count is closed: portions have no rows to belong to yet."""
    if not m.is_closed:
        return
    for view in m.views:
        labels = _made(m, view.number, paper_labels.round_labels, view)
        if labels.labels:
            yield labels
    for place, point in enumerate(m.today.points, 1):
        orders = tuple(o for o in m.at_points.get(point.id, ()) if o.way == "collect")
        if orders:
            here = (point, place, orders)
            yield _made(m, point.id, paper_labels.point_labels, *here)
    if m.waiting:
        yield paper_labels.unplaced_labels(m.waiting, m.scene)
    kept = [spare for spare in m.spares if spare.point_id is None]
    if kept:
        yield paper_labels.spare_labels(kept, m.scene)


def _unplaced(m: Morning) -> Iterable[Paper]:
    if m.waiting or m.undecided:
        yield paper_lists.unplaced_list(m.waiting, m.undecided, m.why, m.scene)


def _weather(m: Morning) -> Iterable[Paper]:
    if m.weather is not None:
        paper = paper_lists.weather_list(m.weather.reason, m.at_tables, m.scene)
        if paper.escorts or paper.calls:
            yield paper


def _feedback(m: Morning) -> Iterable[Paper]:
    kitchen = m.today.kitchen.id
    for view in m.views:
        if view.doors:
            yield _made(m, view.number, paper_round.feedback_slips, view, kitchen)


def _rosters(m: Morning) -> Iterable[Paper]:
    for point in m.points:
        here = (point, m.at_points[point.id], m.today.service, m.prices)
        yield _made(m, point.id, paper_kitchen.roster, *here)


def _menu(m: Morning) -> Iterable[Paper]:
    if any(menu.lines for menu in m.week.values()):
        price = m.today.service.list_price_fen
        yield paper_poster.menu_poster(m.week, m.rules, price, m.scene, m.birthdays)


MAKERS: dict[str, Callable[[Morning], Iterable[Paper]]] = {
    **WALL_MAKERS,
    "sheet": _sheets,
    "load": _cards,
    "labels": _labels,
    "unplaced": _unplaced,
    "weather": _weather,
    "feedback": _feedback,
    "roster": _rosters,
    "menu": _menu,
}

MORNING = (
    "production",
    "packing",
    "sheet",
    "load",
    "labels",
    "unplaced",
    "weather",
    "roster",
)
"""What "print all" prints; the purchase list and the menu are of other days."""


def papers_of(morning: Morning, kinds: Iterable[str] = tuple(MAKERS)) -> list[Paper]:
    """The papers of these kinds, in the order of the morning."""
    wanted = set(kinds)
    return [
        paper
        for kind in KINDS
        if kind in wanted and kind in MAKERS
        for paper in MAKERS[kind](morning)
    ]
