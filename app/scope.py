"""Whose kitchen a page is about, and which dining points its reader may touch."""

from litestar.exceptions import NotFoundException

from app.food_names import read_food_names
from app.requests import Request
from kitchen import places
from kitchen.places import KitchenFacts, PointFacts


async def kitchen_of(request: Request) -> KitchenFacts:
    """The reader's own kitchen; without one, the one chosen by `?kitchen=`, else
    the first. A foreign one is a lost page (404): its existence is not told. From here
    on the page can name its foods in the reader's language (`app.food_names`)."""
    await read_food_names()
    wanted = request.query_params.get("kitchen", "")
    own = request.actor.kitchen_id
    for kitchen in await places.kitchens():
        if own is not None and kitchen.id != own:
            continue
        if not wanted or wanted == str(kitchen.id):
            return kitchen
    raise NotFoundException


async def points_of(request: Request, kitchen_id: int) -> list[PointFacts]:
    """The kitchen's dining points that this reader may see."""
    return [
        point
        for point in await places.points_for(kitchen_id)
        if request.actor.sees_point(point.id)
    ]


async def point_of(request: Request, point_id: int) -> PointFacts:
    """One dining point of the reader's scope, or a lost page."""
    own, wanted = request.actor.kitchen_id, request.query_params.get("kitchen", "")
    if own is None or wanted:
        own = (await kitchen_of(request)).id
    for point in await points_of(request, own):
        if point.id == point_id:
            return point
    raise NotFoundException
