"""The usual rounds of each weekday: seen, edited in one table, taken from a day."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.board_pages import back
from app.days import WEEKDAYS, meal_in
from app.delivery_pages import plan_of
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import drivers, standing_rounds
from kitchen.round_habits import habit_for
from kitchen.round_plans import plan_by_id
from kitchen.standing_rounds import HabitRound, Visit
from kitchen.stops import Key

DAYS = tuple(str(day) for day in range(1, 8))
MOST_ROUNDS = 60


@get("/rounds/standing/{meal:str}", allows="rounds.plan", include_in_schema=False)
async def index(request: Request, meal: FromPath[str]) -> Response[Any]:
    typed = request.query_params.get("weekday", "")
    weekday = int(typed) if typed in DAYS else request.today.isoweekday()
    return await _page(request, meal_in(meal), weekday, Form())


@post("/rounds/standing/{meal:str}", allows="rounds.plan", include_in_schema=False)
async def save(request: Request, meal: FromPath[str]) -> Response[Any]:
    """The table as typed: each line's round and place, each round's driver."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    weekday = int(form.choice("weekday", _("星期"), DAYS) or 1)
    also = form.choices("also", _("也存到"), DAYS)
    known, _trips = await _visits(request, kitchen.id, meal_in(meal), weekday)
    places = {visit.key: _place(form, visit.key, visit.name) for visit in known}
    names = {
        number: form.identifier(f"driver-{number}")
        for number in {number for number, _ in places.values() if number}
    }
    if form.ok:
        with form.refusals():
            await standing_rounds.save_standing(
                kitchen.id,
                meal,
                {weekday, *(int(day) for day in also)},
                standing_rounds.rounds_from(places, names),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, meal, weekday, form)
    url = f"/rounds/standing/{meal}?weekday={weekday}"
    return see_other(
        request,
        url,
        _("常规线路已存，以后每{day}照它开始", day=_(WEEKDAYS[weekday - 1])),
    )


@post(
    "/rounds/plans/{plan_id:int}/standing",
    allows="rounds.plan",
    include_in_schema=False,
)
async def keep(request: Request, plan_id: FromPath[int]) -> Response[Any]:
    """This day's rounds become the usual ones of its weekday."""
    facts = await plan_of(request, plan_id)
    await standing_rounds.save_standing(
        facts.kitchen_id,
        facts.meal,
        {facts.day.isoweekday()},
        await standing_rounds.visits_in(await plan_by_id(plan_id)),
        by=request.actor,
        now=request.now,
    )
    day = _(WEEKDAYS[facts.day.weekday()])
    return back(request, facts, _("已存为{day}的常规线路", day=day))


handlers = [index, save, keep]


def _place(form: Form, key: Key, name: str) -> tuple[int, int]:
    field = f"{key[0]}-{key[1]}"
    number = form.integer(
        f"round-{field}",
        _("{name}的趟", name=name),
        least=0,
        most=MOST_ROUNDS,
        required=False,
    )
    position = form.integer(
        f"place-{field}", _("{name}的站", name=name), least=0, most=999, required=False
    )
    return number or 0, 999 if position is None else position


async def _visits(
    request: Request, kitchen_id: int, meal: str, weekday: int
) -> tuple[list[Visit], Sequence[HabitRound]]:
    """The lines of a weekday, and the rounds they are on: those written down, else
    those last driven."""
    day = standing_rounds.next_on(request.today, weekday)
    habit = await habit_for(kitchen_id, day, meal)
    rounds = habit.rounds if habit else ()
    return await standing_rounds.visits_of(kitchen_id, meal, day, rounds), rounds


async def _page(request: Request, meal: str, weekday: int, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    visits, trips = await _visits(request, kitchen.id, meal, weekday)
    return page(
        request,
        "rounds/standing.html",
        status_code=200 if form.ok else 422,
        form=form,
        meal=meal,
        weekday=weekday,
        weekdays=[(n, _(WEEKDAYS[n - 1])) for n in range(1, 8)],
        written=await standing_rounds.weekdays_with(kitchen.id, meal),
        visits=visits,
        standing=await standing_rounds.standing_of(kitchen.id, meal, weekday),
        trips={trip.number: trip.driver_id for trip in trips},
        numbers=range(1, max((trip.number for trip in trips), default=0) + 2),
        drivers=[(d.id, d.name) for d in await drivers.drivers_for(kitchen.id)],
    )
