"""What a driver's telephone shows of a round: one stop a screen, and the pack its
script keeps for places without a network. Telephone numbers are in neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from app.i18n import translate as _
from app.words.deliveries import OUTCOMES
from app.words.diets import diet_words, key_words
from app.words.doors import RUNG_KINDS
from app.words.rounds import crate_words, floor_words
from app.words.trip import SCRIPT_WORDS
from kitchen import prints
from kitchen.coordinates import gcj02_from_wgs84
from kitchen.delivery_days import StopState, delivery_day
from kitchen.door_ladders import ladder_of
from kitchen.names import surname_of
from kitchen.registry import ContactFacts, contacts_for
from kitchen.round_passes import Trip
from kitchen.round_sheets import SheetView, sheet_view
from kitchen.trip_acts import SOURCE

Clock = Callable[[datetime], str]

NAVIGATION = "https://uri.amap.com/navigation"


@dataclass(frozen=True)
class TripStop:
    """One stop as the telephone shows it. `told`: its result's code, "" = not yet."""

    id: int
    position: int
    place: str
    access: str
    name: str
    portions: int
    diet: tuple[str, ...]
    note: str
    collect_fen: int
    tail: str
    agreed: bool
    point: bool
    way: str  # the address that hands over to the map
    rungs: tuple[tuple[str, str], ...]  # key, words
    told: str
    mine: bool  # told by this page, so it may be taken back here
    again: str  # when to come a second time


@dataclass(frozen=True)
class TripView:
    """The whole round, and which stop is shown."""

    trip: Trip
    sheet: SheetView
    stops: tuple[TripStop, ...]
    shown: TripStop
    did: TripStop | None  # reported a moment ago by this page: may be taken back
    stale: bool  # the paper in hand is older than the plan
    paper: str  # the start of its digest, "" when no code was read
    reprint: int  # the version that replaced it, 0 while none is printed
    now: datetime

    @property
    def told(self) -> int:
        return sum(bool(stop.told) for stop in self.stops)

    @property
    def after(self) -> TripStop | None:
        """The next one nobody has reported, else none."""
        later = [s for s in self.stops if s.position > self.shown.position]
        return next((s for s in (*later, *self.stops) if not s.told), None)

    @cached_property
    def pack(self) -> dict[str, Any]:
        """What the script keeps, as JSON."""
        return {
            "pass": self.trip.text,
            "now": self.now.isoformat(),
            "until": self.trip.until.isoformat(),
            "stops": [asdict(stop) for stop in self.stops],
            "outcomes": {code: _(word) for code, word in OUTCOMES.items()},
            "words": {key: _(word) for key, word in SCRIPT_WORDS.items()},
        }


async def trip_view(
    trip: Trip, position: int, did: int, paper: str, clock: Clock, *, now: datetime
) -> TripView:
    """`position` 0: the first stop after `did` that nobody has reported. `paper`: the
    start of the digest of the sheet whose code was read."""
    sheet = await sheet_view(trip.row.id)
    day = await delivery_day(trip.kitchen_id, trip.day, trip.meal)
    state = day.round(trip.row.number)
    assert state is not None  # noqa: S101 - the pass was opened on this round
    due = {stop.stop_id: stop.collect_fen for stop in sheet.stops}
    ladders = await contacts_for(
        s.drop.elder_id for s in state.stops if s.drop.elder_id is not None
    )
    stops = tuple(
        _stop(
            one, due.get(one.stop_id, 0), ladders.get(one.drop.elder_id or 0, ()), clock
        )
        for one in state.stops
    )
    later = [stop for stop in stops if stop.position > did]
    open_one = next((s for s in (*later, *stops) if not s.told), stops[0])
    shown = next((stop for stop in stops if stop.position == position), open_one)
    stale = bool(paper) and not sheet.digest.startswith(paper)
    done = next((s for s in stops if s.position == did and s.mine), None)
    reprint = await _reprint(trip, sheet) if stale else 0
    return TripView(trip, sheet, stops, shown, done, stale, paper, reprint, now)


async def _reprint(trip: Trip, sheet: SheetView) -> int:
    """The version of this round's sheet that was printed from the plan that counts."""
    found = await prints.prints_for(trip.kitchen_id, trip.day, trip.meal)
    subject = prints.round_subject(trip.row.number)
    newest = prints.latest_of(found, "sheet", subject)
    current = newest is not None and newest.digest.startswith(sheet.digest)
    return newest.version if newest and current else 0


BLANK = TripStop(
    id=0,
    position=0,
    place="",
    access="",
    name="",
    portions=0,
    diet=(),
    note="",
    collect_fen=0,
    tail="",
    agreed=False,
    point=False,
    way="",
    rungs=(),
    told="",
    mine=False,
    again="",
)
"""What the empty page shows until its script fills it."""


def _stop(
    one: StopState, due_fen: int, contacts: Sequence[ContactFacts], clock: Clock
) -> TripStop:
    drop = one.drop
    ladder = () if drop.is_point else ladder_of("", drop.phone_tail, contacts)
    visit = one.case.second_visit_at if one.case and one.case.is_open else None
    diet = diet_words(drop.diet) if drop.diet else []
    if drop.is_point:
        diet = [f"{key_words(key)} {n}" for key, n in drop.containers]
        diet += [crate_words(crate) for crate in drop.crates]
    return TripStop(
        id=one.stop_id,
        position=one.position,
        place=drop.name if drop.is_point else drop.place or _("没有地址"),
        access=floor_words(drop.floor, drop.lift),
        name="" if drop.is_point else drop.name,
        portions=drop.portions,
        diet=tuple(diet),
        note=drop.note,
        collect_fen=due_fen,
        tail=drop.phone_tail,
        agreed=drop.agreed_place,
        point=drop.is_point,
        way=_way(drop.lon_e6, drop.lat_e6),
        rungs=tuple(
            (rung.key, f"{_(RUNG_KINDS[rung.kind])} {_initial(rung.name)}".strip())
            for rung in ladder
            if rung.contact_id is not None
        ),
        told=one.result,
        mine=one.outcome is not None and one.outcome.source == SOURCE,
        again=clock(visit) if visit else "",
    )


def _initial(name: str) -> str:
    return f"{surname_of(name)}*" if name else ""


def _way(lon_e6: int | None, lat_e6: int | None) -> str:
    """The map is told where, never who. Its datum is GCJ-02."""
    if lon_e6 is None or lat_e6 is None:
        return ""
    lon, lat = gcj02_from_wgs84(lon_e6 / 1e6, lat_e6 / 1e6)
    return f"{NAVIGATION}?to={lon:.6f},{lat:.6f}&mode=ride&coordinate=gaode"
