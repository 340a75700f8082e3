"""What a day's rounds are made of: the doors and points of the closed count, the
drivers, who may not go where and who usually does. Loaded once for a day.
"""

from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

from kitchen.audit import LOCAL_ZONE
from kitchen.database import rows
from kitchen.distances import NO_ROADS, Roads, Spot, Used, roads_for, used
from kitchen.driver_absences import absences_for
from kitchen.driver_bonds import pairings_for
from kitchen.driver_papers import UnfitDriver, unfit_on
from kitchen.driver_starts import starts_on
from kitchen.drivers import DriverFacts, bans_for, drivers_for
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts, closed, eaters_for, spares_for
from kitchen.made_once import MadeOnce
from kitchen.people_facts import AGREED_PLACE
from kitchen.places import (
    KitchenFacts,
    PointFacts,
    ServiceFacts,
    kitchen_by_id,
    points_for,
    services_for,
)
from kitchen.plans import Eater
from kitchen.registry import (
    Door,
    ElderFacts,
    categories_on,
    doors_for,
    elders_by_id,
    homes_on,
)
from kitchen.round_preferences import substitutes, wished
from kitchen.stops import POINT_PRIORITY, Crate, Drop, Key, priority_of, with_crates
from kitchen.timetables import Order
from kitchen.weather import Weather, weather_on

HABIT_DAYS = 21
"""How far back the usual driver of a person is looked for."""


DROPS = MadeOnce(8_000)
"""Doors of the days looked at last."""

SETTINGS = MadeOnce(20)

MOST_MADE = 20_000
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """One kitchen, day and meal. `midnight` is local; clocks count from it."""

    kitchen: KitchenFacts
    service: ServiceFacts
    day: date
    meal: str
    drops: tuple[Drop, ...]
    people: Mapping[int, ElderFacts] = field(
        default_factory=dict, compare=False, repr=False
    )  # who is behind the doors
    drivers: tuple[DriverFacts, ...] = ()
    banned: Mapping[int, frozenset[int]] = field(default_factory=dict)
    usual: Mapping[Key, int] = field(default_factory=dict)  # who should come
    wishes: Mapping[Key, str] = field(default_factory=dict)  # … and why
    stand_ins: Mapping[int, int] = field(default_factory=dict)  # of who is not there
    slower_percent: int = 100  # time on the way, of the usual: 130 in bad weather
    unfit: tuple[UnfitDriver, ...] = ()  # who would be there, but for a paper
    starts: Mapping[int, int] = field(
        default_factory=dict
    )  # driver → point, two levels
    spares: tuple[SpareFacts, ...] = ()  # on the kitchen's own account
    roads: Roads = NO_ROADS
    _made: dict[Hashable, Any] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def midnight(self) -> datetime:
        return datetime.combine(self.day, time(), tzinfo=LOCAL_ZONE)

    def at(self, seconds: int) -> datetime:
        """Seconds after local midnight as an instant in UTC."""
        return self.midnight.astimezone(UTC) + timedelta(seconds=seconds)

    def by_key(self) -> Mapping[Key, Drop]:
        return self._by_key

    @cached_property
    def _by_key(self) -> Mapping[Key, Drop]:
        return {drop.key: drop for drop in self.drops}

    @cached_property
    def _fed(self) -> Mapping[Key, Drop]:
        return {key: drop for key, drop in self._by_key.items() if drop.portions}

    def served(self, orders: Iterable[Order]) -> Mapping[Key, Drop]:
        """Doors and points as these rounds serve them: a point where rounds begin also
        gets the boxes for their doors; one that gets nothing at all is left out."""
        if not self.starts:
            return self._fed
        drops = dict(self.by_key())
        crates: dict[Key, list[Crate]] = {}
        for order in orders:
            point = self.starts.get(order.driver_id or 0)
            diets = Counter[str]()
            for key in order.keys:
                for diet, portions in drops[key].by_diet if key in drops else ():
                    diets[diet] += portions
            if point is not None and diets:
                crate = Crate(order.number, tuple(sorted(diets.items())))
                crates.setdefault(("point", point), []).append(crate)
        for key, found in crates.items():
            if key in drops:
                drops[key] = with_crates(drops[key], found)
        return {key: drop for key, drop in drops.items() if drop.portions}

    @property
    def point_names(self) -> dict[int, str]:
        return {d.point_id: d.name for d in self.drops if d.point_id is not None}

    def start_of(self, order: Order) -> Key | None:
        """The point where a round begins; None: at the kitchen."""
        point = self.starts.get(order.driver_id or 0)
        return None if point is None else ("point", point)

    @property
    def spots(self) -> frozenset[Spot]:
        """Every place known on a map that somebody goes to or comes from."""
        return spots_of(self.kitchen, self.drops, self.drivers)

    @cached_property
    def setting(self) -> object:
        """The very same of inputs that differ in their doors and points alone: a round
        of the same doors is timed alike under both."""
        if self.roads.ways:  # thousands of roads are not compared
            return object()
        under = (
            *(self.kitchen, self.service, self.day, self.meal, self.slower_percent),
            *(self.drivers, self.unfit, self.banned, self.usual, self.starts),
        )
        whose = (self.kitchen.id, self.day, self.meal)
        return SETTINGS.of(whose, under, object)

    @property
    def modes(self) -> frozenset[str]:
        return frozenset(driver.profile for driver in self.drivers)

    @property
    def travel(self) -> Used:
        """What the times between the places are made of."""
        return self.once("travel", lambda: used(self.roads, self.spots, self.modes))

    def once(self, about: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes of these inputs, made once for as long as they are held."""
        if about not in self._made:
            if len(self._made) > MOST_MADE:
                self._made.clear()
            self._made[about] = make()
        found: T = self._made[about]
        return found

    def driver(self, driver_id: int | None) -> DriverFacts | None:
        """Whoever drives a round, fit or not: a round that is there stays theirs."""
        every = (*self.drivers, *(one.driver for one in self.unfit))
        return next((driver for driver in every if driver.id == driver_id), None)


# Pure rules -------------------------------------------------------------------


def door_drop(
    eater: Eater,
    elder: ElderFacts,
    door: Door | None,
    day: date,
    categories: Iterable[str],
) -> Drop:
    """One person's door. Without an address the person is still there, unplaced."""
    categories = set(categories)
    priority = priority_of(
        elder.self_care, elder.lives_alone, elder.age_on(day), categories
    )
    return Drop(
        diner_id=eater.diner_id,
        elder_id=eater.elder_id,
        name=eater.name,
        number=eater.number,
        phone_tail=elder.phone_tail,
        slow_door=elder.slow_door,
        language=elder.language,
        portions=eater.portions,
        size=eater.size,
        choice=eater.choice,
        diet=eater.diet,
        priority=priority,
        change=eater.change,
        agreed_place=AGREED_PLACE in categories,
        **(_at(door) if door else {}),
    )


def _at(door: Door) -> dict[str, Any]:
    return {
        "place": door.line,
        "building_id": door.building_id,
        "compound": door.compound,
        "building": door.building,
        "unit": door.unit,
        "door": door.door,
        "floor": door.floor,
        "lift": door.lift,
        "note": door.note,
        "lon_e6": door.lon_e6,
        "lat_e6": door.lat_e6,
        "placed_by": door.placed_by,
    }


def point_drop(
    point: PointFacts,
    eaters: Iterable[Eater],
    spares: Iterable[SpareFacts],
    begins: bool = False,
) -> Drop | None:
    """A dining point's containers; None when nobody eats there and no round `begins`
    there."""
    containers = Counter[str]()
    for eater in eaters:
        containers[eater.diet.key] += eater.portions
    named = sum(containers.values())
    for spare in spares:
        containers[spare.diet_key] += spare.portions
    total = sum(containers.values())
    if not total and not begins:
        return None
    return Drop(
        point_id=point.id,
        name=point.name,
        place=point.address or point.name,
        lon_e6=point.lon_e6,
        lat_e6=point.lat_e6,
        placed_by="none" if point.lon_e6 is None else "own",
        portions=total,
        containers=tuple(sorted(containers.items())),
        spares=total - named,
        unload_seconds=point.unload_seconds,
        priority=POINT_PRIORITY,
    )


def spots_of(
    kitchen: KitchenFacts, drops: Iterable[Drop], drivers: Iterable[DriverFacts]
) -> frozenset[Spot]:
    """The kitchen, doors and points, and where drivers end; no place known, no spot."""
    places = [
        (kitchen.lon_e6, kitchen.lat_e6),
        *((drop.lon_e6, drop.lat_e6) for drop in drops),
        *((d.end_lon_e6, d.end_lat_e6) for d in drivers if d.ends_at == "place"),
    ]
    return frozenset(
        (lon, lat) for lon, lat in places if lon is not None and lat is not None
    )


def in_weather(service: ServiceFacts, weather: Weather | None) -> ServiceFacts:
    """The meal's clock on a day of bad weather: doors may be reached later."""
    if weather is None:
        return service
    later = service.serve_to_minutes + weather.later_minutes
    return replace(service, serve_to_minutes=min(later, 24 * 60 - 1))


# Readers ----------------------------------------------------------------------


async def inputs_for(
    kitchen_id: int, day: date, meal: str, eaters: Sequence[Eater] | None = None
) -> Inputs:
    """Everything rounds need. `eaters`: who eats, where the caller has loaded them.
    Refuses `headcount_open`, `meal_not_served`."""
    services = await services_for(kitchen_id, day)
    if meal not in services:
        raise Refusal("meal_not_served", meal=meal)
    if await closed(kitchen_id, day, meal) is None:
        raise Refusal("headcount_open", day=day, meal=meal)
    if eaters is None:
        eaters = await eaters_for(kitchen_id, day, meal)
    spares = await spares_for(kitchen_id, day, meal)
    banned: dict[int, frozenset[int]] = {}
    for ban in await bans_for(kitchen_id):
        banned[ban.elder_id] = banned.get(ban.elder_id, frozenset()) | {ban.driver_id}
    absent = {one.driver_id for one in await absences_for(kitchen_id, day, meal)}
    crew = await drivers_for(kitchen_id)
    there = [
        driver
        for driver in crew
        if driver.id not in absent and driver.is_there_on(day.isoweekday())
    ]
    unfit = await unfit_on(there, day)
    forbidden = {one.driver.id for one in unfit}
    drivers = [driver for driver in there if driver.id not in forbidden]
    starts = await starts_on(kitchen_id, day)
    starts = {one.id: starts[one.id] for one in there if one.id in starts}
    brought = [eater for eater in eaters if eater.way == "deliver"]
    people = await elders_by_id(eater.elder_id for eater in brought)
    drops = [
        *await points_of(kitchen_id, eaters, spares, starts.values()),
        *await doors_of(brought, day, people),
    ]
    placed = {drop.point_id for drop in drops if drop.is_placed}
    usual = await usual_drivers(kitchen_id, day, meal, drops)
    paired = {pair.elder_id: pair.driver_id for pair in await pairings_for(kitchen_id)}
    wishes = wished(drops, drivers, usual, paired)
    weather = await weather_on(kitchen_id, day)
    kitchen = await kitchen_by_id(kitchen_id)
    return Inputs(
        kitchen=kitchen,
        service=in_weather(services[meal], weather),
        slower_percent=weather.slower_percent if weather else 100,
        day=day,
        meal=meal,
        drops=tuple(drops),
        people=people,
        drivers=tuple(drivers),
        unfit=tuple(unfit),
        starts={one: point for one, point in starts.items() if point in placed},
        banned=banned,
        usual={key: wish.driver_id for key, wish in wishes.items()},
        wishes={key: wish.why for key, wish in wishes.items()},
        stand_ins=substitutes(crew, drivers),
        spares=tuple(spare for spare in spares if spare.point_id is None),
        roads=await roads_for(kitchen_id, spots_of(kitchen, drops, drivers)),
    )


async def doors_of(
    eaters: Sequence[Eater],
    day: date,
    elders: Mapping[int, ElderFacts] | None = None,
) -> list[Drop]:
    """The doors of these people on a day, in their order. `elders`: those people,
    where the caller has loaded them."""
    if elders is None:
        elders = await elders_by_id(eater.elder_id for eater in eaters)
    # Who was moved from a table to a round after the close has no address in the count.
    moved = [e.elder_id for e in eaters if e.address_id is None]
    homes = await homes_on(moved, day)
    address = {e.elder_id: e.address_id or homes.get(e.elder_id, 0) for e in eaters}
    doors = await doors_for(found for found in address.values() if found)
    categories = await categories_on(elders, day)

    def drop(eater: Eater) -> Drop:
        elder = eater.elder_id
        door = doors.get(address[elder])
        behind = (eater, elders[elder], door, day, categories.get(elder, frozenset()))
        return DROPS.of(
            (day, eater.diner_id, elder), behind, lambda: door_drop(*behind)
        )

    return [drop(eater) for eater in eaters]


async def points_of(
    kitchen_id: int,
    eaters: Sequence[Eater],
    spares: Sequence[SpareFacts],
    begins: Collection[int] = (),
) -> list[Drop]:
    """The dining points that get containers for these eaters and spares, and those
    where rounds begin."""
    found = []
    for point in await points_for(kitchen_id):
        drop = point_drop(
            point,
            [e for e in eaters if e.way != "deliver" and e.point_id == point.id],
            [spare for spare in spares if spare.point_id == point.id],
            point.id in begins,
        )
        if drop is not None:
            found.append(drop)
    return found


async def usual_drivers(
    kitchen_id: int, day: date, meal: str, drops: Iterable[Drop]
) -> dict[Key, int]:
    """Who brought it last time, from published plans of the last three weeks."""
    days = [day - timedelta(days=n) for n in range(1, HABIT_DAYS + 1)]
    last = await _last_drivers(kitchen_id, days, meal)
    usual: dict[Key, int] = {}
    for drop in drops:
        behind = (
            (drop.elder_id, None) if drop.point_id is None else (None, drop.point_id)
        )
        if (driver := last.get(behind)) is not None:
            usual[drop.key] = driver
    return usual


async def elders_usually_of(
    kitchen_id: int, day: date, meal: str, weekday_only: bool = True
) -> dict[int, int]:
    """Elder → the driver who brought the meal a week ago (or lately)."""
    step = 7 if weekday_only else 1
    days = [day - timedelta(days=n) for n in range(step, HABIT_DAYS + 1, step)]
    last = await _last_drivers(kitchen_id, days, meal)
    return {elder: driver for (elder, _), driver in last.items() if elder is not None}


async def _last_drivers(
    kitchen_id: int, days: Sequence[date], meal: str
) -> dict[tuple[int | None, int | None], int]:
    """(elder, point) → the driver of the last stop there by the published plans of
    those days. The database finds it: three weeks are ten thousand stops."""
    found = await rows(
        "SELECT elder, point, driver FROM (SELECT d.elder AS elder, s.point AS point,"
        " r.driver AS driver, ROW_NUMBER() OVER (PARTITION BY d.elder, s.point"
        " ORDER BY p.day DESC, p.version DESC, s.id DESC) AS place"
        " FROM round_plan p JOIN plan_publication pub ON pub.plan = p.id"
        " JOIN stop s ON s.plan = p.id JOIN round r ON r.id = s.round"
        " LEFT JOIN diner d ON d.id = s.diner"
        " WHERE p.kitchen = {} AND p.meal = {} AND p.day IN {}"
        " AND r.driver IS NOT NULL) AS stops WHERE place = 1 ORDER BY elder, point",
        kitchen_id,
        meal,
        days,
    )
    return {(row["elder"], row["point"]): row["driver"] for row in found}
