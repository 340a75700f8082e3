"""One point's forecast measured on its own days: what was expected, what came."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of, point_of
from kitchen import attendance
from kitchen.attendance import DOORS, Ground
from kitchen.forecast_replays import Measured, Replay, measured, replayed
from kitchen.forecasts import Attendance

QUANTITIES = {
    "fed": N_("拿到饭的人"),
    "no_shows": N_("订了没拿"),
    "walk_ins": N_("没订的"),
}
SHOWN = 28
DOORS_NAME = N_("送餐到家")


@dataclass(frozen=True)
class PointReplay:
    """Each quantity's error, and the last days of those fed."""

    measured: dict[str, Measured]
    days: list[Replay]
    bookings: dict[dt.date, int]


@get(
    "/forecasts/{day:date}/{meal:str}/points/{point_id:int}",
    allows="headcounts.read",
    include_in_schema=False,
)
async def show(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    point_id: FromPath[int],
) -> Response[Any]:
    kitchen, place = await kitchen_of(request), await _place(request, point_id)
    ground = await attendance.ground_for(kitchen.id, day, meal_in(meal))
    past = ground.past.get(point_id, [])
    replay = await asyncio.to_thread(_replay, ground, list(past))
    return page(
        request,
        "forecasts/point.html",
        day=day,
        meal=meal,
        place=place,
        past=past,
        replay=replay,
        quantities=QUANTITIES,
    )


async def _place(request: Request, point_id: int) -> str:
    if point_id == DOORS and request.actor.point_id is None:
        return _(DOORS_NAME)
    return (await point_of(request, point_id)).name


def _replay(ground: Ground, past: list[Attendance]) -> PointReplay:
    """Sixty days again, three quantities: a third of a second of a processor."""
    knows = all(one.booked is not None for one in past)
    booked = {one.day: one.booked or 0 for one in past} if knows else None
    replays = {
        name: replayed(
            {one.day: getattr(one, name) for one in past},
            booked=booked,
            kind_of=ground.kind_of,
            of_booked=name == "no_shows",
        )
        for name in QUANTITIES
    }
    return PointReplay(
        {name: measured(days) for name, days in replays.items()},
        replays["fed"][::-1][:SHOWN],
        booked or {},
    )


handlers = [show]
