"""What people thought of their meals, by point and by dish."""

from typing import Any

from litestar import get
from litestar.response import Response

from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of
from app.words.dining import SCORES
from kitchen import calendar, feedback, places
from kitchen.errors import Refusal


@get("/feedback", allows="callbacks.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    """One month, `?month=2026-11`; this one when it names none."""
    kitchen = await kitchen_of(request)
    month = request.query_params.get("month", "")
    try:
        first, last = calendar.days_of(month)
    except Refusal:
        month = f"{request.today:%Y-%m}"
        first, last = calendar.days_of(month)
    taps = await feedback.taps_for(kitchen.id, first, last)
    meals = {meal for _day, meal, _point, _score, _n in taps}
    dishes = await feedback.dishes_for(kitchen.id, first, last, meals)
    return page(
        request,
        "feedback/index.html",
        month=month,
        points={p.id: p.name for p in await places.points_for(kitchen.id)},
        by_point=feedback.opinions_by_point(taps),
        by_dish=feedback.opinions_by_dish(taps, dishes),
        scores=SCORES,
    )


handlers = [index]
