"""What a meal costs, by point and way of eating."""

from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.i18n import translate as _
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of
from app.words.claims import CHANNELS, PARTS
from kitchen import costs, places
from kitchen.errors import Refusal


@get("/settlement/{month:str}/costs", allows="settlement.read", include_in_schema=False)
async def index(request: Request, month: FromPath[str]) -> Response[Any]:
    kitchen = await kitchen_of(request)
    try:
        found = await costs.costs_for(kitchen.id, month)
    except Refusal:
        raise NotFoundException from None
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen.id)}
    meals = sum(one.meals for one in found)
    goods = await costs.goods_for(kitchen.id, month)
    return page(
        request,
        "costs/index.html",
        month=month,
        costs=found,
        names={**names, "doors": _("送餐到家")},
        channels=CHANNELS,
        parts=PARTS,
        dearest=max((one.per_meal(one.total_fen) for one in found), default=1),
        goods_fen=goods,
        goods_per_meal=goods // meals if meals else 0,
    )


handlers = [index]
