"""The question: jobs to visit, vehicles to do it, and how long the ways take.

Seconds, metres and amounts are whole numbers; coordinates are (lon, lat) in WGS-84.
Times are seconds after an origin of the caller's choice, usually local midnight.
Everything is frozen and validated at construction; `InvalidInput` (a ValueError)
lists every fault with its place. The words are VROOM's, see docs/routing.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from routing.faults import MOST, Faults, is_id, is_whole

Id = int | str

# The search keeps whole tables of ways; one of 8,000 doors takes 256 MB.
MAX_JOBS = 8_000
MAX_PRIORITY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place: an index into the given matrices, coordinates, or a compound's name.

    `compound` names the gated estate the place lies in; going from one compound to
    another costs gate time when travel is computed from coordinates. A place known
    only by its compound stands at the mean of that compound's located places.
    """

    lon: float | None = None
    lat: float | None = None
    index: int | None = None
    compound: str | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        if (self.lon is None) != (self.lat is None):
            faults.add("location", "needs both lon and lat")
        elif self.lon is not None:
            _check_degrees(faults, "location.lon", self.lon, 180)
            _check_degrees(faults, "location.lat", self.lat, 90)
        if self.index is not None:
            faults.whole("location_index", self.index)
        if self.lon is None and self.index is None and not self.compound:
            faults.add("location", "needs coordinates, an index or a compound")
        faults.raise_if_any()

    @property
    def is_placed(self) -> bool:
        return self.lon is not None


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """From `opens` to `closes`, both inclusive, in seconds."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        faults = Faults()
        faults.whole("opens", self.opens)
        faults.whole("closes", self.closes)
        if not faults.found and self.closes < self.opens:
            faults.add("closes", f"{self.closes} is before it opens at {self.opens}")
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One stop. Windows and `max_age` are kept at the door, after `setup`.

    Parameters
    ----------
    service, setup
        Seconds at the door, and seconds to reach the doors of a building, paid once
        for consecutive jobs at the same `site` (or, without a site, the same place).
    delivery
        Amounts by kind of box, in the order of the vehicles' `capacity`.
    windows
        When service may begin; sorted, not overlapping; none means at any time.
    priority
        0 to 100; a higher one is dropped later when capacity is short.
    max_age
        Longest time in seconds from leaving the kitchen to the door.
    allowed_vehicles, forbidden_vehicles, preferred_vehicle
        None allows all; the preferred vehicle is the usual one and only costs when
        another comes.
    unserved_cost
        Cost of dropping the job in seconds; none derives it from `priority`.
    """

    id: Id
    location: Location
    service: int = 0
    setup: int = 0
    site: str | None = None
    delivery: tuple[int, ...] = ()
    windows: tuple[TimeWindow, ...] = ()
    priority: int = 0
    max_age: int | None = None
    skills: frozenset[int] = frozenset()
    allowed_vehicles: frozenset[Id] | None = None
    forbidden_vehicles: frozenset[Id] = frozenset()
    preferred_vehicle: Id | None = None
    unserved_cost: int | None = None
    description: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        if not is_id(self.id):
            faults.add("id", f"needs a whole number or a word, got {self.id!r}")
        faults.whole("service", self.service)
        faults.whole("setup", self.setup)
        faults.amounts("delivery", self.delivery)
        faults.whole("priority", self.priority)
        if is_whole(self.priority) and self.priority > MAX_PRIORITY:
            faults.add("priority", f"must be at most 100, got {self.priority}")
        if self.max_age is not None:
            faults.whole("max_age", self.max_age, least=1)
        if self.unserved_cost is not None:
            faults.whole("unserved_cost", self.unserved_cost)
        _check_windows(faults, self.windows)
        faults.raise_if_any()

    @property
    def building(self) -> object:
        """What consecutive jobs must share for setup to be paid once."""
        if self.site is not None:
            return self.site
        place = self.location
        return place.index if place.index is not None else (place.lon, place.lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rest of `service` seconds beginning inside one of the windows."""

    id: Id
    windows: tuple[TimeWindow, ...]
    service: int
    description: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        if not is_id(self.id):
            faults.add("id", f"needs a whole number or a word, got {self.id!r}")
        faults.whole("service", self.service)
        if not self.windows:
            faults.add("time_windows", "needs at least one window")
        _check_windows(faults, self.windows)
        faults.raise_if_any()


ALWAYS = TimeWindow(0, MOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A driver with a vehicle.

    Every round begins at `start` (the kitchen) and all but the last return there;
    the last ends at `end`, or at its last door when `end` is None. One of the two
    may be missing. `reload` is the time between two rounds. `max_work` limits the
    time on the road in seconds over all rounds, reloads included; `max_jobs` and
    `max_travel` (driving seconds) each limit a single round.

    `supplied_by` names the job that brings what this vehicle gives out to its start,
    a point that another vehicle supplies. It leaves once that job is done, gives out no
    more than that job's `delivery` together with the others supplied so, and the
    `max_age` of its jobs counts from when the supplying round left.
    """

    id: Id
    profile: str = "car"
    capacity: tuple[int, ...] = ()
    shift: TimeWindow = ALWAYS
    start: Location | None = None
    end: Location | None = None
    max_rounds: int = 1
    reload: int = 0
    max_work: int | None = None
    max_jobs: int | None = None
    max_travel: int | None = None
    skills: frozenset[int] = frozenset()
    breaks: tuple[Break, ...] = ()
    fixed_cost: int | None = None
    speed_percent: int = 100
    supplied_by: Id | None = None
    description: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        if not is_id(self.id):
            faults.add("id", f"needs a whole number or a word, got {self.id!r}")
        if not isinstance(self.profile, str) or not self.profile:
            faults.add("profile", f"needs a word, got {self.profile!r}")
        faults.amounts("capacity", self.capacity)
        if self.start is None and self.end is None:
            faults.add("start", "needs a start or an end")
        faults.whole("max_rounds", self.max_rounds, least=1)
        if is_whole(self.max_rounds) and self.max_rounds > 1 and self.start is None:
            faults.add("max_rounds", "several rounds need a start to reload at")
        faults.whole("reload", self.reload)
        faults.whole("speed_percent", self.speed_percent, least=1)
        for name in ("max_work", "max_jobs", "max_travel", "fixed_cost"):
            if getattr(self, name) is not None:
                faults.whole(name, getattr(self, name))
        _check_unique(faults, "breaks", [rest.id for rest in self.breaks])
        faults.raise_if_any()

    @property
    def features(self) -> tuple[object, ...]:
        """All that tells vehicles apart but their names."""
        named = ("id", "description")
        return tuple(getattr(self, f.name) for f in fields(self) if f.name not in named)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Travel between indexed places for one profile: seconds, and metres if known.

    Row = from, column = to. Asymmetric matrices are welcome.
    """

    durations: Sequence[Sequence[int]]
    distances: Sequence[Sequence[int]] | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        size = len(self.durations)
        _check_square(faults, "durations", self.durations, size)
        if self.distances is not None:
            _check_square(faults, "distances", self.distances, size)
        faults.raise_if_any()

    @property
    def size(self) -> int:
        return len(self.durations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How a profile moves when its travel is computed from coordinates.

    The part of a way beyond `near_metres` goes at `far_metres_per_hour`, where given.
    """

    metres_per_hour: int
    detour_percent: int = 140
    gate_seconds: int = 50
    near_metres: int = 3_000
    far_metres_per_hour: int | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        faults.whole("metres_per_hour", self.metres_per_hour, least=1)
        faults.whole("near_metres", self.near_metres)
        if self.far_metres_per_hour is not None:
            slowest = self.metres_per_hour if is_whole(self.metres_per_hour) else 1
            faults.whole("far_metres_per_hour", self.far_metres_per_hour, least=slowest)
        faults.whole("detour_percent", self.detour_percent, least=100)
        faults.whole("gate_seconds", self.gate_seconds)
        faults.raise_if_any()


# Straight line x 1.4 and e-bikes at 13-15 km/h were measured on a Beijing district;
# pushing a cart on foot has no gate to wait at and fewer detours. Between towns a car
# is fast: the eight legs of VROOM's published third example, 15 to 69 km of road, took
# 72 km/h beyond the first three kilometres at 20.
MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "walk": Mode(metres_per_hour=4_500, detour_percent=130, gate_seconds=20),
        "ebike": Mode(metres_per_hour=14_000),
        "van": Mode(metres_per_hour=20_000, gate_seconds=70),
        "car": Mode(
            metres_per_hour=20_000, gate_seconds=70, far_metres_per_hour=70_000
        ),
        # The names that OSRM's own profiles bear.
        "foot": Mode(metres_per_hour=4_500, detour_percent=130, gate_seconds=20),
        "bike": Mode(metres_per_hour=14_000),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The price list of the objective, all in travel seconds.

    unserved x (1 + priority) >> vehicle >> changed_vehicle > one second of travel.
    `uneven` is the price in percent of each second by which the longest round
    exceeds the mean (0: evenness is free).
    """

    unserved: int = 20_000
    vehicle: int = 900
    changed_vehicle: int = 45
    uneven: int = 0

    def __post_init__(self) -> None:
        faults = Faults()
        for name in ("unserved", "vehicle", "changed_vehicle", "uneven"):
            faults.whole(name, getattr(self, name))
        faults.raise_if_any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Jobs, vehicles and travel, consistent with each other."""

    jobs: tuple[Job, ...]
    vehicles: tuple[Vehicle, ...]
    matrices: Mapping[str, Matrix] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=lambda: MODES)
    weights: Weights = field(default_factory=Weights)
    # The jobs that bring other vehicles what they give out, by name and whole.
    supplying: frozenset[Id] = field(init=False, repr=False, compare=False)
    crates: tuple[Job, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from routing.consistency import check_consistency

        object.__setattr__(self, "matrices", MappingProxyType(dict(self.matrices)))
        object.__setattr__(self, "modes", MappingProxyType(dict(self.modes)))
        named = (vehicle.supplied_by for vehicle in self.vehicles)
        known = frozenset(job for job in named if job is not None)
        object.__setattr__(self, "supplying", known)
        crates = tuple(job for job in self.jobs if job.id in known)
        object.__setattr__(self, "crates", crates)
        check_consistency(self)

    def unserved_cost(self, job: Job) -> int:
        if job.unserved_cost is not None:
            return job.unserved_cost
        return self.weights.unserved * (1 + job.priority)

    def vehicle_cost(self, vehicle: Vehicle) -> int:
        if vehicle.fixed_cost is not None:
            return vehicle.fixed_cost
        return self.weights.vehicle

    def may_serve(self, vehicle: Vehicle, job: Job) -> bool:
        """Whether bans and skills let this vehicle come to this door."""
        if vehicle.id in job.forbidden_vehicles:
            return False
        if job.allowed_vehicles is not None and vehicle.id not in job.allowed_vehicles:
            return False
        if vehicle.supplied_by is not None and job.id in self.supplying:
            return False
        return job.skills <= vehicle.skills


def _check_degrees(faults: Faults, place: str, value: object, limit: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(place, f"needs degrees, got {value!r}")
    elif math.isnan(value) or abs(value) > limit:
        faults.add(place, f"must lie within ±{limit} degrees, got {value}")


def _check_windows(faults: Faults, windows: Sequence[TimeWindow]) -> None:
    for number in range(1, len(windows)):
        if windows[number].opens <= windows[number - 1].closes:
            faults.add(
                f"time_windows[{number}]", "overlaps the one before or is out of order"
            )


def _check_unique(faults: Faults, place: str, ids: Sequence[Id]) -> None:
    seen: set[Id] = set()
    for number, identifier in enumerate(ids):
        if identifier in seen:
            faults.add(f"{place}[{number}].id", f"{identifier!r} is used twice")
        seen.add(identifier)


def _check_square(
    faults: Faults, place: str, rows: Sequence[Sequence[int]], size: int
) -> None:
    if len(rows) != size:
        faults.add(place, f"has {len(rows)} rows where durations has {size}")
    for number, row in enumerate(rows):
        if len(row) != size:
            faults.add(f"{place}[{number}]", f"has {len(row)} entries, needs {size}")
        elif not all(type(value) is int for value in row):
            bad = next(value for value in row if type(value) is not int)
            faults.add(f"{place}[{number}]", f"needs whole numbers, got {bad!r}")
        elif row and min(row) < 0:
            faults.add(f"{place}[{number}]", f"must not be negative, got {min(row)}")
        elif row and max(row) > MOST:
            faults.add(f"{place}[{number}]", f"must be at most {MOST}, got {max(row)}")
