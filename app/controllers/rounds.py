"""The rounds board: plan, look, change by hand, publish."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app import solving
from app.days import day_redirect, day_url, meal_in
from app.delivery_pages import plan_of, plan_of_stop
from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_sight import sight_of
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.round_sight import cut_for
from app.scope import kitchen_of
from app.sketch import colour_of, dash_of, sketch_svg
from app.words.deliveries import CONTACT_KINDS
from app.words.diets import diet_words, key_words
from app.words.rounds import (
    ENGINES,
    NO_ANSWER,
    PROFILES,
    fault_words,
    floor_words,
    why_words,
)
from kitchen import boards, round_changes
from kitchen.boards import Board, BoardRound, BoardStop
from kitchen.errors import Refusal
from kitchen.registry import contacts_for
from kitchen.round_inputs import inputs_for
from kitchen.round_insertion import best_place
from kitchen.round_plans import PlanFacts, plan_by_id, round_plan_of, stop_plan_of
from kitchen.round_sheets import stale_sheets

WORDS: dict[str, Any] = {
    "diet_words": diet_words,
    "key_words": key_words,
    "fault_words": fault_words,
    "floor_words": floor_words,
    "why_words": why_words,
    "ENGINES": ENGINES,
    "NO_ANSWER": NO_ANSWER,
    "PROFILES": PROFILES,
    "colour_of": colour_of,
    "dash_of": dash_of,
}


@get("/rounds/{day:date}/{meal:str}", allows="rounds.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _board_page(request, day, meal_in(meal), Form())


@post(
    "/rounds/{day:date}/{meal:str}/solving",
    allows="rounds.plan",
    include_in_schema=False,
)
async def solve(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    await inputs_for(kitchen.id, day, meal_in(meal))  # refuses before anybody waits
    arguments = {
        "kitchen_id": kitchen.id,
        "day": day.isoformat(),
        "meal": meal,
        "seconds": request.settings.solver_seconds,
        "at": request.now.isoformat(),
        "staff_id": request.actor.staff_id,
        "name": request.actor.name,
        "role": request.actor.role,
    }
    job = await request.app.state.jobs.start(
        solving.JOB, _("编排线路"), arguments, request.actor
    )
    return see_other(request, f"/jobs/{job}")


@post(
    "/rounds/{day:date}/{meal:str}/changes",
    allows="rounds.plan",
    include_in_schema=False,
)
async def update(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    await round_changes.bring_up_to_date(
        kitchen.id, day, meal_in(meal), by=request.actor, now=request.now
    )
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
        return await _board_page(request, facts.day, facts.meal, form, 422)
    return see_other(
        request,
        day_url("rounds", facts.day, facts.meal),
        _("第 {version} 版线路已发布，可以打印送餐单", version=facts.version),
    )


@post(
    "/rounds/plans/{plan_id:int}/rounds", allows="rounds.plan", include_in_schema=False
)
async def add_round(request: Request, plan_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, plan_id)
    await round_changes.add_round(plan_id, by=request.actor, now=request.now)
    return _back(request, facts, _("加了一趟"))


@post(
    "/rounds/trips/{round_id:int}/driver", allows="rounds.plan", include_in_schema=False
)
async def assign_driver(request: Request, round_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, await round_plan_of(round_id))
    driver = (await read_form(request)).identifier("driver")
    await round_changes.assign_driver(
        round_id, driver, by=request.actor, now=request.now
    )
    return await _changed(request, facts)


@post(
    "/rounds/trips/{round_id:int}/lock", allows="rounds.plan", include_in_schema=False
)
async def lock(request: Request, round_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, await round_plan_of(round_id))
    locked = (await read_form(request)).checkbox("locked")
    await round_changes.lock_round(round_id, locked, by=request.actor, now=request.now)
    return await _changed(request, facts)


@get("/rounds/stops/{stop_id:int}", allows="rounds.read", include_in_schema=False)
async def stop(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    """One stop: what is wrong with it, whom to ring, and where it could go."""
    facts = await plan_of_stop(request, stop_id)
    if request.actor.role == "driver":
        return see_other(request, f"/deliveries/stops/{stop_id}")
    plan = await plan_by_id(facts.id)
    inputs = await inputs_for(facts.kitchen_id, facts.day, facts.meal)
    view = cut_for(request.actor, boards.board_of(inputs, plan))
    one, trip = _found(view, stop_id)
    elder = one.drop.elder_id
    may_ring = elder is not None and sight_of(request.actor).contacts
    contacts = (await contacts_for([elder]))[elder] if elder and may_ring else []
    return page_or_fragment(
        request,
        "rounds/stop.html",
        "rounds/_stop.html",
        board=view,
        stop=one,
        trip=trip,
        plan=facts,
        contacts=contacts,
        CONTACT_KINDS=CONTACT_KINDS,
        best=best_place(inputs, plan.orders, one.drop) if trip is None else None,
        form=Form.filled(
            round=trip.id if trip else "", position=one.position if trip else 1
        ),
        **WORDS,
    )


@post(
    "/rounds/stops/{stop_id:int}/place", allows="rounds.plan", include_in_schema=False
)
async def move(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, await stop_plan_of(stop_id))
    form = await read_form(request)
    position = form.integer("position", _("第几站"), least=1, most=500, required=False)
    form.check()
    await round_changes.move_stop(
        stop_id,
        form.identifier("round"),
        position or 500,
        by=request.actor,
        now=request.now,
    )
    return _back(request, facts, _("已移动，时间已重算"))


@post("/rounds/stops/{stop_id:int}/lock", allows="rounds.plan", include_in_schema=False)
async def pin(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, await stop_plan_of(stop_id))
    locked = (await read_form(request)).checkbox("locked")
    await round_changes.lock_stop(stop_id, locked, by=request.actor, now=request.now)
    notice = _("这一站不换人了") if locked else _("这一站可以换人了")
    return _back(request, facts, notice)


handlers = [
    day_redirect("rounds", "rounds.read"),
    index,
    solve,
    update,
    publish,
    add_round,
    assign_driver,
    lock,
    stop,
    move,
    pin,
]


async def _board_page(
    request: Request, day: dt.date, meal: str, form: Form, status_code: int = 200
) -> Response[Any]:
    if request.actor.role == "driver":  # the board is everybody's; theirs is the day
        return see_other(request, day_url("deliveries", day, meal))
    kitchen = await kitchen_of(request)
    try:
        view = cut_for(request.actor, await boards.board(kitchen.id, day, meal))
    except Refusal as refusal:
        return page(request, "rounds/not_yet.html", refusal=refusal, day=day, meal=meal)
    if request.is_fragment and status_code == 200:
        return _fragment(request, view)
    return page(
        request,
        "rounds/index.html",
        status_code=status_code,
        board=view,
        stale=await stale_sheets(kitchen.id, day, meal),
        sketch=sketch_svg(view),
        form=form,
        **WORDS,
    )


def _fragment(request: Request, view: Board) -> Response[Any]:
    return page_or_fragment(
        request,
        "rounds/index.html",
        "rounds/_board.html",
        board=view,
        sketch=sketch_svg(view),
        form=Form(),
        **WORDS,
    )


async def _changed(request: Request, facts: PlanFacts) -> Response[Any]:
    """After a change on the board itself: the board again."""
    if not request.is_fragment:
        return _back(request, facts)
    return _fragment(
        request, await boards.board(facts.kitchen_id, facts.day, facts.meal)
    )


def _back(request: Request, facts: PlanFacts, notice: str = "") -> Response[Any]:
    return see_other(request, day_url("rounds", facts.day, facts.meal), notice)


def _found(view: Board, stop_id: int) -> tuple[BoardStop, BoardRound | None]:
    for trip in view.rounds:
        for one in trip.stops:
            if one.id == stop_id:
                return one, trip
    for one in view.waiting:
        if one.id == stop_id:
            return one, None
    raise NotFoundException
