"""The provider's score of a quarter, with its formula on the page."""

from typing import Any

from litestar import get
from litestar.response import Response

from app.i18n import N_
from app.rendering import page
from app.requests import Request
from app.scope import kitchen_of
from kitchen import provider_scores
from kitchen.callbacks import quarter_of

PARTS = {
    "satisfied": N_("回访和意见条满意"),
    "on_time": N_("准时的趟"),
    "missed": N_("没吃上的餐"),
    "complaints": N_("投诉"),
}


@get("/callbacks/score", allows="callbacks.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    quarter = request.query_params.get("quarter", "") or quarter_of(request.today)
    return page(
        request,
        "callbacks/score.html",
        quarter=quarter,
        score=await provider_scores.score_for(kitchen.id, quarter),
        PARTS=PARTS,
        worst=provider_scores.WORST_PER_THOUSAND,
        red=provider_scores.RED,
        black=provider_scores.BLACK,
    )


handlers = [index]
