"""The rounds board: look, bring up to date, publish."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app import solving
from app.board_pages import back, board_page
from app.days import day_redirect, day_url, meal_in
from app.delivery_pages import plan_of
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import see_other
from app.requests import Request
from app.roads import LATE_SECONDS, bring_roads
from app.scope import kitchen_of
from kitchen import round_changes, round_habits
from kitchen.errors import Refusal


@get("/rounds/{day:date}/{meal:str}", allows="rounds.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await board_page(request, day, meal_in(meal), Form())


@post(
    "/rounds/{day:date}/{meal:str}/beginning",
    allows="rounds.plan",
    include_in_schema=False,
)
async def begin(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The rounds of a week ago with today's people."""
    kitchen = await kitchen_of(request)
    plan = await round_habits.start_rounds(
        kitchen.id, day, meal_in(meal), by=request.actor, now=request.now
    )
    if plan is None:
        raise Refusal("no_habit")
    return see_other(
        request, day_url("rounds", day, meal), _("已按上次的线路排好，新人已放进去")
    )


@post(
    "/rounds/{day:date}/{meal:str}/changes",
    allows="rounds.plan",
    include_in_schema=False,
)
async def update(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    how: dict[str, Any] = {"by": request.actor, "now": request.now}
    servers = request.settings.road_servers
    await bring_roads(
        kitchen.id, day, meal_in(meal), servers, seconds=LATE_SECONDS, **how
    )
    await round_changes.bring_up_to_date(kitchen.id, day, meal, **how)
    return see_other(
        request, day_url("rounds", day, meal), _("线路已按最新名单更新，其他人没有动")
    )


@post(
    "/rounds/plans/{plan_id:int}/publication",
    allows="rounds.publish",
    include_in_schema=False,
)
async def publish(request: Request, plan_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, plan_id)
    form = await read_form(request)
    override = form.note("override", _("谁同意、为什么"), longest=200)
    if form.ok:
        with form.refusals():
            await solving.publish_rounds(
                plan_id, override, by=request.actor, now=request.now
            )
    if not form.ok:
        return await board_page(request, facts.day, facts.meal, form, 422)
    return back(
        request,
        facts,
        _("第 {version} 版线路已发布，可以打印送餐单", version=facts.version),
    )


handlers = [day_redirect("rounds", "rounds.read"), index, begin, update, publish]
