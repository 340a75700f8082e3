"""The solver beside the rounds: start, watch, stop, compare, accept; and the driver
who is not there this morning.
"""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response, ServerSentEvent, ServerSentEventMessage

from app import jobs, proposing
from app.board_pages import WORDS, back, running_job
from app.days import day_url, meal_in
from app.forms import read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.roads import LATE_SECONDS, bring_roads
from app.round_desk import desk_for
from app.scope import kitchen_of
from app.words.proposals import SCOPES
from kitchen import driver_absences, round_changes, round_mending, round_proposals
from kitchen.drivers import driver_by_id
from kitchen.errors import Refusal
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import plan_by_id
from kitchen.round_proposals import ProposalFacts, compared, proposal_by_id
from kitchen.round_steps import shape_of

TOLD_EVERY = 0.5  # seconds
WATCHED_AT_MOST = 900  # seconds; the browser asks again by itself


@post(
    "/rounds/{day:date}/{meal:str}/solving",
    allows="rounds.plan",
    include_in_schema=False,
)
async def solve(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Begin a search; one that runs on these rounds already is shown instead."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    scope = form.choice("scope", _("范围"), SCOPES, required=False) or "unlocked"
    number = form.integer("number", _("第几趟"), least=1, most=999, required=False)
    form.check()
    inputs = await inputs_for(kitchen.id, day, meal_in(meal))  # refuses before the wait
    here = day_url("rounds", day, meal)
    if scope == "new":
        how: dict[str, Any] = {"by": request.actor, "now": request.now}
        servers = request.settings.road_servers
        await bring_roads(kitchen.id, day, meal, servers, seconds=LATE_SECONDS, **how)
        await round_changes.bring_up_to_date(kitchen.id, day, meal, waiting=True, **how)
        return see_other(request, here, _("新增和未编的已放进去，其他人没有动"))
    if await running_job(kitchen.id, day, meal) is None:
        if not inputs.drivers:
            raise Refusal("no_drivers")
        arguments = {
            "kitchen_id": kitchen.id,
            "day": day.isoformat(),
            "meal": meal,
            "seconds": request.settings.solver_seconds,
            "scope": scope,
            "number": number if scope == "round" else None,
            "roads": request.settings.road_servers,
            "at": request.now.isoformat(),
            "staff_id": request.actor.staff_id,
            "name": request.actor.name,
            "role": request.actor.role,
        }
        await request.app.state.jobs.start(
            proposing.JOB, _("编排线路"), arguments, request.actor
        )
    return see_other(request, here)


@get(
    "/rounds/{day:date}/{meal:str}/solving/{job_id:int}/events",
    allows="rounds.read",
    include_in_schema=False,
)
async def events(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    job_id: FromPath[int],
) -> ServerSentEvent:
    """How far the search is and what it has found, until it is over."""
    meal_in(meal)
    job = await jobs.job_by_id(job_id)
    if job is None or not job.visible_to(request.actor) or job.kind != proposing.JOB:
        raise NotFoundException
    return ServerSentEvent(_told(job_id))


async def _told(job_id: int) -> AsyncIterator[ServerSentEventMessage]:
    said = ""
    for _turn in range(int(WATCHED_AT_MOST / TOLD_EVERY)):
        job = await jobs.job_by_id(job_id)
        if job is None or job.is_over:
            yield ServerSentEventMessage(data="over", event="over")
            return
        data = json.dumps(
            {"percent": job.percent, "note": job.note}, ensure_ascii=False
        )
        if data != said:
            said = data
            yield ServerSentEventMessage(data=data, event="found")
        await asyncio.sleep(TOLD_EVERY)


@post(
    "/rounds/{day:date}/{meal:str}/solving/stop",
    allows="rounds.plan",
    include_in_schema=False,
)
async def stop_solving(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Stop the search; the best it had found stays on offer."""
    kitchen = await kitchen_of(request)
    await read_form(request)
    job = await running_job(kitchen.id, day, meal_in(meal))
    if job is not None:
        await request.app.state.jobs.stop(job.id)
    return see_other(
        request, day_url("rounds", day, meal), _("已停下，找到的最好方案留着")
    )


@get("/rounds/offers/{offer_id:int}", allows="rounds.read", include_in_schema=False)
async def compare(request: Request, offer_id: FromPath[int]) -> Response[Any]:
    """The rounds as they are and as they would be, side by side."""
    offer = await _offer(request, offer_id)
    desk = await desk_for(offer.kitchen_id, offer.day, offer.meal)
    if desk.plan is None:
        raise NotFoundException
    now = shape_of(desk.plan)
    return page(
        request,
        "rounds/offer.html",
        day=offer.day,
        meal=offer.meal,
        offer=offer,
        comparison=compared(desk.inputs, now, offer.shape),
        moved_on=now != offer.base and not offer.taken,
        now=now,
        before={order.number: order for order in now.orders},
        after={order.number: order for order in offer.shape.orders},
        drops=desk.inputs.by_key(),
        drivers={driver.id: driver.name for driver in desk.inputs.drivers},
        **WORDS,
    )


@post(
    "/rounds/offers/{offer_id:int}/acceptance",
    allows="rounds.plan",
    include_in_schema=False,
)
async def accept(request: Request, offer_id: FromPath[int]) -> Response[Any]:
    """Take the whole offer, or one round of it."""
    await _offer(request, offer_id)
    form = await read_form(request)
    number = form.integer("number", _("第几趟"), least=1, most=999, required=False)
    form.check()
    if number is None:
        plan_id = await round_proposals.accept(
            offer_id, by=request.actor, now=request.now
        )
        return back(request, (await plan_by_id(plan_id)).facts, _("已接受整个方案"))
    await round_proposals.accept_round(
        offer_id, number, by=request.actor, now=request.now
    )
    return see_other(
        request, f"/rounds/offers/{offer_id}", _("已接受第 {n} 趟", n=number)
    )


@post(
    "/rounds/offers/{offer_id:int}/refusal",
    allows="rounds.plan",
    include_in_schema=False,
)
async def discard(request: Request, offer_id: FromPath[int]) -> Response[Any]:
    offer = await _offer(request, offer_id)
    await read_form(request)
    await round_proposals.discard(offer_id, by=request.actor, now=request.now)
    return see_other(
        request, day_url("rounds", offer.day, offer.meal), _("没有采用，线路没有动")
    )


async def _offer(request: Request, offer_id: int) -> ProposalFacts:
    """An offer of the reader's own kitchen, or a lost page."""
    offer = await proposal_by_id(offer_id)
    if not request.actor.sees_kitchen(offer.kitchen_id):
        raise NotFoundException
    return offer


@post(
    "/rounds/{day:date}/{meal:str}/absences",
    allows="rounds.plan",
    include_in_schema=False,
)
async def driver_missing(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """The driver is not there: one act spreads the doors, nobody else changes."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    driver = await driver_by_id(form.identifier("driver") or 0)
    if driver.kitchen_id != kitchen.id:
        raise NotFoundException
    reason = form.text("reason", _("为什么没来"), longest=100)
    form.check()
    await round_mending.driver_missing(
        kitchen.id,
        day,
        meal_in(meal),
        driver.id,
        reason,
        by=request.actor,
        now=request.now,
    )
    notice = _("{name}送的人已分给其他人，其余的没有动", name=driver.name)
    return see_other(request, day_url("rounds", day, meal), notice)


@post(
    "/rounds/{day:date}/{meal:str}/absences/end",
    allows="rounds.plan",
    include_in_schema=False,
)
async def driver_there(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    driver = await driver_by_id(form.identifier("driver") or 0)
    if driver.kitchen_id != kitchen.id:
        raise NotFoundException
    await driver_absences.end_absence(
        driver.id, day, meal_in(meal), by=request.actor, now=request.now
    )
    notice = _("{name}又可以派了；要换回原来的线路请撤销", name=driver.name)
    return see_other(request, day_url("rounds", day, meal), notice)


handlers = [
    solve,
    events,
    stop_solving,
    compare,
    accept,
    discard,
    driver_missing,
    driver_there,
]
