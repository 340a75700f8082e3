"""What the pages of a delivery day share: their words, one round's page, and whose
kitchen a plan belongs to.
"""

import datetime as dt
from typing import Any

from litestar.exceptions import NotFoundException
from litestar.response import Response

from app.forms import Form
from app.rendering import page
from app.requests import Request
from app.round_sight import cut_for
from app.transfers import place_words, places_to_move
from app.words.deliveries import (
    CONDITIONS,
    LAST_MEALS,
    OUTCOMES,
    PAYMENTS,
    SAID_OUTCOMES,
    UNFINISHED,
)
from app.words.diets import diet_words, key_words
from app.words.doors import CASE_WORDS
from app.words.rounds import begins_words, crate_words, floor_words
from kitchen import driver_scope, sheet_returns
from kitchen.delivery_days import DeliveryDay, RoundState, delivery_day
from kitchen.dining import transfers_for
from kitchen.driver_scope import Sight
from kitchen.loadings import Shelf
from kitchen.places import points_for
from kitchen.round_plans import PlanFacts, plan_by_id, round_plan_of, stop_plan_of

WORDS: dict[str, Any] = {
    "OUTCOMES": OUTCOMES,
    "SAID_OUTCOMES": SAID_OUTCOMES,
    "PAYMENTS": PAYMENTS,
    "CONDITIONS": CONDITIONS,
    "LAST_MEALS": LAST_MEALS,
    "UNFINISHED": UNFINISHED,
    "diet_words": diet_words,
    "key_words": key_words,
    "floor_words": floor_words,
    "begins_words": begins_words,
    "crate_words": crate_words,
    **CASE_WORDS,
}


async def round_state(
    request: Request, facts: PlanFacts, round_id: int
) -> tuple[DeliveryDay, RoundState]:
    """The round in the plan that counts, also by an older version's id."""
    named = await plan_by_id(facts.id)
    number = next(row.number for row in named.rounds if row.id == round_id)
    whole = await delivery_day(facts.kitchen_id, facts.day, facts.meal)
    view = cut_for(request.actor, whole)
    state = view.round(number)
    if state is None:
        raise NotFoundException
    return view, state


async def plan_of(request: Request, plan_id: int) -> PlanFacts:
    """A plan of the reader's own kitchen, or a lost page."""
    facts = (await plan_by_id(plan_id)).facts
    if not request.actor.sees_kitchen(facts.kitchen_id):
        raise NotFoundException
    return facts


async def sight(request: Request, kitchen_id: int, day: dt.date, meal: str) -> Sight:
    """Which of a meal's rounds the reader sees."""
    return await driver_scope.sight_of(
        request.actor, kitchen_id, day, meal, today=request.today, now=request.now
    )


async def plan_of_round(request: Request, round_id: int) -> PlanFacts:
    """The plan of a round the reader may see, or a lost page."""
    facts = await plan_of(request, await round_plan_of(round_id))
    if not await driver_scope.sees_round(
        request.actor, round_id, today=request.today, now=request.now
    ):
        raise NotFoundException
    return facts


async def plan_of_stop(request: Request, stop_id: int) -> PlanFacts:
    """The plan of a stop the reader may see, or a lost page."""
    facts = await plan_of(request, await stop_plan_of(stop_id))
    if not await driver_scope.sees_stop(
        request.actor, stop_id, today=request.today, now=request.now
    ):
        raise NotFoundException
    return facts


async def round_page(
    request: Request, round_id: int, form: Form, status_code: int = 200
) -> Response[Any]:
    facts = await plan_of_round(request, round_id)
    view, state = await round_state(request, facts, round_id)
    points = {s.drop.point_id: s.drop.name for s in state.stops if s.drop.is_point}
    return page(
        request,
        "deliveries/round.html",
        status_code=status_code,
        view=view,
        trip=state,
        day=facts.day,
        meal=facts.meal,
        shelves=shelves_of(view, state),
        standing={line.shelf: line for line in state.loaded},
        points=points,
        elsewhere=await places_to_move(
            facts.kitchen_id, facts.day, facts.meal, (None, state.round_id)
        ),
        moves=[
            move
            for move in await transfers_for(facts.kitchen_id, facts.day, facts.meal)
            if f"round:{state.number}" in (move.source, move.target)
        ],
        place_words=place_words(await points_for(facts.kitchen_id)),
        cash_due=await sheet_returns.cash_due([s.stop_id for s in state.stops]),
        form=form,
        **WORDS,
    )


def shelves_of(day: DeliveryDay, state: RoundState) -> list[Shelf]:
    """The lines of a loading form: points first, then the doors, and among these the
    kitchen's own spares that may go along."""
    shelves: set[Shelf] = {*state.expected, *(line.shelf for line in state.loaded)}
    if not state.begins:
        shelves |= {Shelf(None, diet_key) for diet_key in day.spares}
    return sorted(shelves, key=lambda s: (s[0] is None, s[0] or 0, s[2] or 0, s[1]))


def tenths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 10)
