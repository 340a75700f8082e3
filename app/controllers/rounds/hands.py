"""Changes by hand: one stop, one round, one step back; each with its price before."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.board_pages import WORDS, back, changed, found_stop
from app.delivery_pages import plan_of, plan_of_stop
from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_sight import sight_of
from app.rendering import page_or_fragment, see_other
from app.requests import Request
from app.round_desk import RoundDesk, desk_for
from app.round_sight import cut_for
from app.words.deliveries import CONTACT_KINDS
from app.words.proposals import price_words
from app.words.reasons import help_words, why_here_words
from kitchen import boards, round_changes, round_prices, round_reasons
from kitchen.boards import BoardStop
from kitchen.errors import Refusal
from kitchen.registry import contacts_for
from kitchen.round_plans import PlanFacts, plan_by_id, round_plan_of, stop_plan_of
from kitchen.round_prices import Price


@get("/rounds/stops/{stop_id:int}", allows="rounds.read", include_in_schema=False)
async def stop(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    """One stop: what is wrong with it, why it is here, and where it could go."""
    facts = await plan_of_stop(request, stop_id)
    if request.actor.role == "driver":
        return see_other(request, f"/deliveries/stops/{stop_id}")
    desk = await desk_for(facts.kitchen_id, facts.day, facts.meal)
    plan = await plan_by_id(facts.id)
    view = cut_for(request.actor, boards.board_of(desk.inputs, plan))
    one, trip = found_stop(view, stop_id)
    best = round_prices.best_places(desk.inputs, plan.orders, one.key)
    return page_or_fragment(
        request,
        "rounds/stop.html",
        "rounds/_stop.html",
        board=view,
        day=facts.day,
        meal=facts.meal,
        stop=one,
        trip=trip,
        plan=facts,
        contacts=await _contacts(request, one),
        CONTACT_KINDS=CONTACT_KINDS,
        best=best,
        ids={row.number: row.id for row in plan.rounds},
        here=_beside(desk, plan.orders, one, trip.number if trip else None),
        why=why_here_words(
            round_reasons.why_here(desk.inputs, plan.orders, one.key, best),
            trip.driver if trip else None,
        ),
        helps=[
            help_words(help, desk.inputs.driver(help.driver_id))
            for help in (
                round_reasons.what_would_help(desk.inputs, plan.orders, one.drop)
                if trip is None
                else ()
            )
        ],
        form=Form.filled(
            round=trip.id if trip else "", position=one.position if trip else 1
        ),
        **WORDS,
    )


async def _contacts(request: Request, one: BoardStop) -> list[Any]:
    elder = one.drop.elder_id
    if elder is None or not sight_of(request.actor).contacts:
        return []
    return list((await contacts_for([elder]))[elder])


def _beside(
    desk: RoundDesk, orders: Any, one: BoardStop, number: int | None
) -> dict[str, Price]:
    """The prices of one place earlier, one later, and of none at all."""
    if number is None:
        return {}
    last = next(len(order.keys) for order in orders if order.number == number)
    places = {"earlier": one.position - 1, "later": one.position + 1}
    found = {
        name: round_prices.price_at(desk.inputs, orders, one.key, number, position)
        for name, position in places.items()
        if 1 <= position <= last
    }
    found["out"] = round_prices.price_at(desk.inputs, orders, one.key, None, 1)
    return found


@get(
    "/rounds/stops/{stop_id:int}/prices", allows="rounds.plan", include_in_schema=False
)
async def prices(request: Request, stop_id: FromPath[int]) -> dict[str, Any]:
    """What every place of a round costs this stop, before it is let go there."""
    facts = await plan_of(request, await stop_plan_of(stop_id))
    desk = await desk_for(facts.kitchen_id, facts.day, facts.meal)
    plan = desk.plan
    stop = next((s for s in plan.stops if s.id == stop_id), None) if plan else None
    if plan is None or stop is None:
        raise Refusal("plan_superseded", version=plan.facts.version if plan else 0)
    asked = request.query_params.get("round", "")
    number = next((r.number for r in plan.rounds if str(r.id) == asked), None)
    found: tuple[Price, ...]
    if number is None:
        found = (round_prices.price_at(desk.inputs, plan.orders, stop.key, None, 1),)
    else:
        found = round_prices.prices_in(desk.inputs, plan.orders, stop.key, number)
    best = min(found, key=lambda price: price.rank)
    return {
        "number": number,
        "best": best.position,
        "places": [_priced(price) for price in found],
    }


def _priced(price: Price) -> dict[str, Any]:
    return {
        "position": price.position,
        "words": price_words(price.change),
        "breaks": price.breaks,
    }


@get(
    "/rounds/trips/{round_id:int}/reversal",
    allows="rounds.plan",
    include_in_schema=False,
)
async def reversal_price(request: Request, round_id: FromPath[int]) -> dict[str, Any]:
    """What driving a round the other way about would cost."""
    facts = await plan_of(request, await round_plan_of(round_id))
    desk = await desk_for(facts.kitchen_id, facts.day, facts.meal)
    plan = desk.plan
    row = next((r for r in plan.rounds if r.id == round_id), None) if plan else None
    if plan is None or row is None:
        raise Refusal("plan_superseded", version=plan.facts.version if plan else 0)
    change = round_prices.reversal(desk.inputs, plan.orders, row.number)
    return _priced(Price(row.number, 1, change))


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
    return await changed(request, facts, _("已移动，时间已重算"))


@post("/rounds/stops/{stop_id:int}/lock", allows="rounds.plan", include_in_schema=False)
async def pin(request: Request, stop_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, await stop_plan_of(stop_id))
    locked = (await read_form(request)).checkbox("locked")
    await round_changes.lock_stop(stop_id, locked, by=request.actor, now=request.now)
    notice = _("这一站不换人了") if locked else _("这一站可以换人了")
    return await changed(request, facts, notice)


@post(
    "/rounds/plans/{plan_id:int}/rounds", allows="rounds.plan", include_in_schema=False
)
async def add_round(request: Request, plan_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, plan_id)
    await round_changes.add_round(plan_id, by=request.actor, now=request.now)
    return back(request, facts, _("加了一趟"))


@post(
    "/rounds/trips/{round_id:int}/driver", allows="rounds.plan", include_in_schema=False
)
async def assign_driver(request: Request, round_id: FromPath[int]) -> Response[Any]:
    facts = await _plan_of_trip(request, round_id)
    driver = (await read_form(request)).identifier("driver")
    await round_changes.assign_driver(
        round_id, driver, by=request.actor, now=request.now
    )
    return await changed(request, facts)


@post(
    "/rounds/trips/{round_id:int}/lock", allows="rounds.plan", include_in_schema=False
)
async def lock(request: Request, round_id: FromPath[int]) -> Response[Any]:
    facts = await _plan_of_trip(request, round_id)
    locked = (await read_form(request)).checkbox("locked")
    await round_changes.lock_round(round_id, locked, by=request.actor, now=request.now)
    return await changed(request, facts)


@post(
    "/rounds/trips/{round_id:int}/reversal",
    allows="rounds.plan",
    include_in_schema=False,
)
async def reverse(request: Request, round_id: FromPath[int]) -> Response[Any]:
    facts = await _plan_of_trip(request, round_id)
    await read_form(request)
    await round_changes.reverse_round(round_id, by=request.actor, now=request.now)
    return await changed(request, facts, _("这一趟已倒过来"))


@post(
    "/rounds/plans/{plan_id:int}/drivers/{driver_id:int}/lock",
    allows="rounds.plan",
    include_in_schema=False,
)
async def lock_driver(
    request: Request, plan_id: FromPath[int], driver_id: FromPath[int]
) -> Response[Any]:
    facts = await plan_of(request, plan_id)
    locked = (await read_form(request)).checkbox("locked")
    await round_changes.lock_driver(
        plan_id, driver_id, locked, by=request.actor, now=request.now
    )
    return await changed(request, facts)


@post("/rounds/plans/{plan_id:int}/undo", allows="rounds.plan", include_in_schema=False)
async def undo(request: Request, plan_id: FromPath[int]) -> Response[Any]:
    facts = await plan_of(request, plan_id)
    step = (await read_form(request)).identifier("step")
    await round_changes.undo(plan_id, step or 0, by=request.actor, now=request.now)
    return await changed(request, facts, _("已撤销一步"))


async def _plan_of_trip(request: Request, round_id: int) -> PlanFacts:
    return await plan_of(request, await round_plan_of(round_id))


handlers = [
    stop,
    prices,
    reversal_price,
    move,
    pin,
    add_round,
    assign_driver,
    lock,
    reverse,
    lock_driver,
    undo,
]
