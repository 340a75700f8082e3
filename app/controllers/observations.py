"""What the doors say about people over days, and who stands out."""

import datetime as dt
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.people_sight import scope_of
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of
from app.words.deliveries import CONDITIONS, LAST_MEALS, OUTCOMES
from app.words.observations import ALERTS
from kitchen import observations, registry
from kitchen.people_search import sees

WORDS: dict[str, Any] = {
    "ALERTS": ALERTS,
    "CONDITIONS": CONDITIONS,
    "LAST_MEALS": LAST_MEALS,
    "OUTCOMES": OUTCOMES,
}


@get("/observations", allows="doors.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """Everybody who stands out today, the gravest first."""
    kitchen = await kitchen_of(request)
    seen = set(await registry.ids_within(await scope_of(request, kitchen)))
    people = [
        one
        for one in await observations.watched_on(kitchen.id, request.today)
        if one.elder_id in seen
    ]
    return page(request, "observations/index.html", people=people, **WORDS)


@get("/observations/{elder_id:int}", allows="doors.read", include_in_schema=False)
async def show(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """One person's last three weeks at the door."""
    kitchen = await kitchen_of(request)
    if not await sees(await scope_of(request, kitchen), elder_id):
        raise NotFoundException
    one = await observations.watched_one(kitchen.id, request.today, elder_id)
    person = await registry.elder_by_id(elder_id)
    since: dt.date = request.today - dt.timedelta(days=observations.DAYS - 1)
    return page(
        request,
        "observations/show.html",
        one=one,
        person=person,
        since=since,
        **WORDS,
    )


handlers = [index, show]
