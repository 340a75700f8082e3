"""What went onto each vehicle, and what came back with it."""

from typing import Any

from litestar import post
from litestar.params import FromPath
from litestar.response import Response

from app.delivery_pages import (
    plan_of_round,
    round_page,
    round_state,
    shelves_of,
    tenths,
)
from app.forms import act_id, read_form
from app.i18n import translate as _
from app.rendering import see_other
from app.requests import Request
from app.transfers import place_in
from kitchen import loadings
from kitchen.dining import record_leftover
from kitchen.dining import transfer as transfer_portions
from kitchen.loadings import LoadedLine


@post(
    "/deliveries/rounds/{round_id:int}/loadings",
    allows="deliveries.report",
    include_in_schema=False,
)
async def load(request: Request, round_id: FromPath[int]) -> Response[Any]:
    """Counted onto the vehicle, box by box; empty fields are not counted yet."""
    facts = await plan_of_round(request, round_id)
    day, state = await round_state(request, facts, round_id)
    form = await read_form(request)
    heat = form.number("heat", _("中心温度"), least=-30, most=120, required=False)
    lines = []
    for place, shelf in enumerate(shelves_of(day, state)):
        count = form.integer(f"load-{place}", _("份数"), most=2000, required=False)
        if count:
            lines.append(LoadedLine(*shelf[:2], count, tenths(heat), shelf.crate))
    if form.ok:
        with form.refusals():
            await loadings.record_loading(
                round_id, lines, by=request.actor, now=request.now
            )
    if not form.ok:
        return await round_page(request, round_id, form, 422)
    return see_other(
        request, f"/deliveries/rounds/{state.round_id}", _("装车份数已记下")
    )


@post(
    "/deliveries/loadings/{loading_id:int}/void",
    allows="deliveries.report",
    include_in_schema=False,
)
async def unload(request: Request, loading_id: FromPath[int]) -> Response[Any]:
    round_id = await loadings.round_of_loading(loading_id)
    await plan_of_round(request, round_id)
    form = await read_form(request)
    reason = form.text("reason", _("哪里错了"), longest=80)
    form.check()
    await loadings.void_loading(loading_id, reason, by=request.actor, now=request.now)
    return see_other(request, f"/deliveries/rounds/{round_id}", _("已作废，请重新点数"))


@post(
    "/deliveries/rounds/{round_id:int}/leftovers",
    allows="deliveries.report",
    include_in_schema=False,
)
async def leftover(request: Request, round_id: FromPath[int]) -> Response[Any]:
    """Portions brought back: a person says how many and what became of them."""
    facts = await plan_of_round(request, round_id)
    form = await read_form(request)
    _day, state = await round_state(request, facts, round_id)
    diet_key = form.choice("diet", _("餐别"), state.diets)
    portions = form.integer("portions", _("份数"), least=1, most=999)
    fate = form.choice("fate", _("去向"), ("returned", "wasted"))
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        await record_leftover(
            kitchen_id=facts.kitchen_id,
            day=facts.day,
            meal=facts.meal,
            diet_key=diet_key,
            portions=portions,
            fate=fate,
            reason=reason,
            round_id=state.round_id,
            act=str(act_id(form)),
            by=request.actor,
            now=request.now,
        )
    if not form.ok:
        return await round_page(request, round_id, form, 422)
    return see_other(
        request, f"/deliveries/rounds/{state.round_id}", _("带回的份数已记下")
    )


@post(
    "/deliveries/rounds/{round_id:int}/transfers",
    allows="deliveries.report",
    include_in_schema=False,
)
async def transfer(request: Request, round_id: FromPath[int]) -> Response[Any]:
    """Portions passed on during service, from this round or to it."""
    facts = await plan_of_round(request, round_id)
    _day, state = await round_state(request, facts, round_id)
    form = await read_form(request)
    way = form.choice("way", _("方向"), ("out", "in"))
    point_id, other_id = place_in(form, "place", _("哪里"))
    diet_key = form.text("diet", _("餐别"), longest=60)
    portions = form.integer("portions", _("份数"), least=1, most=999)
    reason = form.text("reason", _("原因"), longest=80)
    here, there = (None, state.round_id), (point_id, other_id)
    source, target = (here, there) if way == "out" else (there, here)
    if form.ok:
        with form.refusals():
            await transfer_portions(
                kitchen_id=facts.kitchen_id,
                day=facts.day,
                meal=facts.meal,
                diet_key=diet_key,
                portions=portions,
                reason=reason,
                from_point_id=source[0],
                from_round_id=source[1],
                to_point_id=target[0],
                to_round_id=target[1],
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await round_page(request, round_id, form, 422)
    return see_other(request, f"/deliveries/rounds/{state.round_id}", _("已登记调拨"))


handlers = [load, unload, leftover, transfer]
