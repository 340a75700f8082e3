"""JSON: rounds planned, published, and what happened on them."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, JSONBody

from app import jobs, proposing, solving
from app.api_shapes import (
    READS,
    WRITES,
    BeginsOut,
    DeliveryOut,
    JobOut,
    OutcomeIn,
    OutcomeOut,
    PublishIn,
    ReturnIn,
    ReturnOut,
    RoundOut,
    RoundsOut,
    SolveIn,
    StopOut,
    TravelOut,
    unreadable,
)
from app.days import meal_in
from app.delivery_pages import plan_of_round, plan_of_stop, sight
from app.i18n import translate as _
from app.jobs import JobFacts
from app.requests import Request
from app.round_sight import cut_for
from app.scope import kitchen_of
from kitchen import deliveries, sheet_returns
from kitchen.boards import BoardRound, BoardStop, board_seen
from kitchen.delivery_days import RoundState, StopState, delivery_day
from kitchen.errors import Refusal
from kitchen.outcomes import OutcomeFacts, Report
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import Beginning, latest_plan
from kitchen.sheet_returns import SheetBack

HANDLERS: Any = {ValidationException: unreadable}
MOST_ID = 2**31


@get(
    "/api/rounds/{day:date}/{meal:str}",
    allows="rounds.read",
    operation_id="show_rounds",
    tags=["rounds"],
    responses={**READS, 409: WRITES[409]},
)
async def show_rounds(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> RoundsOut:
    """The newest plan of a meal; for a driver, their own rounds of the published one.
    409 `headcount_open` before the count is closed."""
    return await _rounds(request, day, meal_in(meal))


@post(
    "/api/rounds/{day:date}/{meal:str}/solve",
    allows="rounds.plan",
    operation_id="solve_rounds",
    tags=["rounds"],
    status_code=202,
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def solve_rounds(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    data: JSONBody[SolveIn],
) -> JobOut:
    """Start the solver; ask /api/jobs/{id} until it is over. The result is a draft."""
    kitchen = await kitchen_of(request)
    await inputs_for(kitchen.id, day, meal_in(meal))  # refuses before anybody waits
    arguments = {
        "kitchen_id": kitchen.id,
        "day": day.isoformat(),
        "meal": meal,
        "seconds": data.seconds or request.settings.solver_seconds,
        "direct": True,
        "roads": request.settings.road_servers,
        "at": request.now.isoformat(),
        "staff_id": request.actor.staff_id,
        "name": request.actor.name,
        "role": request.actor.role,
    }
    title = _("编排线路")
    job_id = await request.app.state.jobs.start(
        proposing.JOB, title, arguments, request.actor
    )
    return await _job(request, job_id)


@get(
    "/api/jobs/{job_id:int}",
    allows="jobs.read",
    operation_id="show_job",
    tags=["rounds"],
    responses=READS,
)
async def show_job(request: Request, job_id: FromPath[int]) -> JobOut:
    """How far a long task is."""
    return await _job(request, job_id)


async def _job(request: Request, job_id: int) -> JobOut:
    found: JobFacts | None = None
    if 0 < job_id < MOST_ID:
        found = await jobs.job_by_id(job_id)
    if found is None or not found.visible_to(request.actor):
        raise NotFoundException
    location = str(found.result.get("location", ""))
    return JobOut(
        id=found.id,
        kind=found.kind,
        state=found.state,
        percent=found.percent,
        note=found.note,
        over=found.is_over,
        location=location,
    )


@post(
    "/api/rounds/{day:date}/{meal:str}/publish",
    allows="rounds.publish",
    operation_id="publish_rounds",
    tags=["rounds"],
    status_code=200,
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def publish_rounds(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    data: JSONBody[PublishIn],
) -> RoundsOut:
    """Make the newest draft count. Twice is harmless; 409 names what is in the way."""
    kitchen = await kitchen_of(request)
    plan = await latest_plan(kitchen.id, day, meal_in(meal))
    if plan is None:
        raise Refusal("plan_unknown")
    await solving.publish_rounds(
        plan.facts.id, data.override, by=request.actor, now=request.now
    )
    return await _rounds(request, day, meal)


@post(
    "/api/stops/{stop_id:int}/outcome",
    allows="deliveries.report",
    operation_id="report_stop",
    tags=["rounds"],
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def report_stop(
    request: Request, stop_id: FromPath[int], data: JSONBody[OutcomeIn]
) -> DeliveryOut:
    """What happened at one stop. Saying the same again changes nothing; saying
    otherwise is 409 `already_reported`."""
    await plan_of_stop(request, _known(stop_id))
    report = Report(
        outcome=data.outcome,
        reported_by=data.reported_by,
        received_by=data.received_by,
        condition=data.condition,
        note=data.note,
        happened_at=data.happened_at,
        payment=data.payment,
        tariff=data.tariff,
        portions=data.portions,
        decidegrees=data.decidegrees,
    )
    delivery_id = await deliveries.report_exception(
        stop_id, report, by=request.actor, now=request.now
    )
    return DeliveryOut(delivery_id)


# Below a noun, because /api/rounds/{day}/… begins with a day.
@post(
    "/api/rounds/trips/{round_id:int}/return",
    allows="deliveries.report",
    operation_id="return_round",
    tags=["rounds"],
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def return_round(
    request: Request, round_id: FromPath[int], data: JSONBody[ReturnIn]
) -> ReturnOut:
    """The sheet of one round came back: whatever nobody reported otherwise was handed
    over as planned, says `reported_by`."""
    await plan_of_round(request, _known(round_id))
    back = SheetBack(
        reported_by=data.reported_by,
        number=data.sheet,
        version=data.version,
        left_at=data.left_at,
        cash_fen=data.cash_fen,
        boxes_back=data.boxes_back,
        payment=data.payment,
        note=data.note,
    )
    closed = await sheet_returns.close_rest(
        round_id, back, by=request.actor, now=request.now
    )
    return ReturnOut(closed)


def _known(row_id: int) -> int:
    """An id no row can have is a lost page, not a fault of the database."""
    if not 0 < row_id < MOST_ID:
        raise NotFoundException
    return row_id


async def _rounds(request: Request, day: dt.date, meal: str) -> RoundsOut:
    """The board's plan, with what was reported when it is the one that counts."""
    kitchen = await kitchen_of(request)
    own = await sight(request, kitchen.id, day, meal)
    view = cut_for(request.actor, await board_seen(kitchen.id, day, meal, own))
    plan = view.plan
    reported: dict[int, RoundState] = {}
    stops: dict[int, StopState] = {}
    if plan is not None and not plan.is_draft:
        seen = await delivery_day(kitchen.id, day, meal)
        reported = {trip.round_id: trip for trip in seen.rounds}
        stops = {s.stop_id: s for trip in seen.rounds for s in trip.stops}
        stops |= {s.stop_id: s for s in seen.waiting}
    return RoundsOut(
        day=day,
        meal=meal,
        plan_id=plan.id if plan else 0,
        version=plan.version if plan else 0,
        published=plan is not None and not plan.is_draft,
        digest=plan.digest if plan else "",
        travel=TravelOut(plan.distances, plan.pairs, plan.pairs_straight)
        if plan
        else TravelOut(),
        rounds=[_round(trip, reported.get(trip.id), stops) for trip in view.rounds],
        waiting=[_stop(stop, stops.get(stop.id)) for stop in view.waiting],
    )


def _round(
    trip: BoardRound, state: RoundState | None, stops: dict[int, StopState]
) -> RoundOut:
    return RoundOut(
        id=trip.id,
        number=trip.number,
        driver=trip.driver.name if trip.driver else "",
        begins=_begins(trip.begins),
        depart_at=trip.depart_at,
        back_at=trip.back_at,
        returned=state is not None and state.returned is not None,
        stops=[_stop(stop, stops.get(stop.id)) for stop in trip.stops],
    )


def _begins(begins: Beginning | None) -> BeginsOut | None:
    if begins is None:
        return None
    return BeginsOut(
        point_id=begins.point_id,
        point=begins.name,
        brought_by_round=begins.number,
        left_kitchen_at=begins.left_at,
        at=begins.at,
    )


def _stop(stop: BoardStop, state: StopState | None) -> StopOut:
    said = state.outcome if state else None
    return StopOut(
        id=stop.id,
        code=stop.code,
        position=stop.position,
        kind="point" if stop.drop.is_point else "door",
        name=stop.drop.name,
        place=stop.drop.place,
        portions=stop.drop.portions,
        planned_at=stop.arrival_at,
        outcome=_outcome(said) if said else None,
    )


def _outcome(said: OutcomeFacts) -> OutcomeOut:
    return OutcomeOut(
        delivery_id=said.delivery_id,
        outcome=said.outcome,
        reported_by=said.reported_by,
        received_by=said.received_by,
        handed_over=said.handed_over,
        at=said.at,
    )


handlers = [
    show_rounds,
    solve_rounds,
    show_job,
    publish_rounds,
    report_stop,
    return_round,
]
