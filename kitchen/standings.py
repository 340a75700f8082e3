"""Where somebody's meal is right now: what a voice on the telephone wants to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kitchen import headcounts
from kitchen.delivery_days import DeliveryDay, StopState, delivery_day
from kitchen.errors import Refusal
from kitchen.meals import meals_for
from kitchen.places import points_for
from kitchen.plans import Eater


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One person's meal of the day. `way` "": nothing is ordered."""

    elder_id: int
    way: str = ""
    portions: int = 0
    diet_key: str = ""
    point: str = ""
    code: str = ""  # "3-04"
    round_id: int | None = None
    stop_id: int | None = None
    driver: str = ""
    planned_at: datetime | None = None
    result: str = ""  # of the door; "" = nobody has reported yet
    told_at: datetime | None = None
    told_by: str = ""
    received_by: str = ""
    case_open: bool = False
    eaten_at: datetime | None = None  # at a dining point


async def standings_for(
    kitchen_id: int, day: date, meal: str, elder_ids: Iterable[int]
) -> dict[int, Standing]:
    """Every person asked for, also whoever has ordered nothing."""
    wanted = list(elder_ids)
    eaters = {e.elder_id: e for e in await headcounts.eaters_for(kitchen_id, day, meal)}
    points = {point.id: point.name for point in await points_for(kitchen_id)}
    stops = _stops(await _out(kitchen_id, day, meal))
    eaten = {
        m.elder_id: m.served_at
        for m in await meals_for(kitchen_id, day, meal)
        if m.channel != "door"
    }
    return {
        elder: _standing(
            elder,
            eaters.get(elder),
            points,
            stops.get(elder),
            eaten.get(elder),
        )
        for elder in wanted
    }


async def _out(kitchen_id: int, day: date, meal: str) -> DeliveryDay:
    try:
        return await delivery_day(kitchen_id, day, meal)
    except Refusal:  # the count is still open: nothing is on the road
        return DeliveryDay(plan=None)


Riding = tuple[StopState, int | None, str]


def _stops(day: DeliveryDay) -> dict[int, Riding]:
    found: dict[int, Riding] = {}
    for trip in day.rounds:
        for stop in trip.stops:
            if stop.drop.elder_id is not None:
                found[stop.drop.elder_id] = (stop, trip.round_id, trip.driver_name)
    for stop in day.waiting:
        if stop.drop.elder_id is not None:
            found[stop.drop.elder_id] = (stop, None, "")
    return found


def _standing(
    elder_id: int,
    eater: Eater | None,
    points: dict[int, str],
    riding: Riding | None,
    eaten_at: datetime | None,
) -> Standing:
    if eater is None:
        return Standing(elder_id=elder_id, eaten_at=eaten_at)
    stop, round_id, driver = riding or (None, None, "")
    outcome = stop.outcome if stop else None
    return Standing(
        elder_id=elder_id,
        way=eater.way,
        portions=eater.portions,
        diet_key=eater.diet.key,
        point=points.get(eater.point_id or 0, ""),
        code=stop.code if stop else "",
        round_id=round_id,
        stop_id=stop.stop_id if stop else None,
        driver=driver,
        planned_at=stop.planned_at if stop else None,
        result=stop.result if stop else "",
        told_at=(outcome.happened_at or outcome.at) if outcome else None,
        told_by=outcome.reported_by if outcome else "",
        received_by=outcome.received_by if outcome else "",
        case_open=bool(stop and stop.is_unanswered_for),
        eaten_at=eaten_at,
    )
