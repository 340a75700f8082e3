"""JSON: look a person up, record a meal once, take it back."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from litestar.response import Response

from app.api_shapes import (
    READS,
    WRITES,
    MealAnswer,
    MealIn,
    MealOut,
    PayerOut,
    PersonOut,
    VoidIn,
    unreadable,
)
from app.people_sight import scope_of
from app.requests import Request
from app.scope import kitchen_of, point_of
from app.words.diets import diet_words
from kitchen import acts, dining, registry
from kitchen.cards import blocked_card
from kitchen.database import one
from kitchen.dining import Request as Asked
from kitchen.errors import Refusal
from kitchen.identity import Fault, read_card_number
from kitchen.people_search import search_within

MOST_FOUND = 50
HANDLERS: Any = {ValidationException: unreadable}


@get(
    "/api/people",
    allows="search.use",
    operation_id="find_people",
    tags=["people"],
    responses=READS,
    exception_handlers=HANDLERS,
)
async def find_people(
    request: Request,
    q: FromQuery[Annotated[str, Parameter(min_length=1, max_length=60)]],
) -> list[PersonOut]:
    """People by member or card number, name, pinyin initials, ID tail or building,
    the likeliest first; at most 50, within reach of the account."""
    kitchen = await kitchen_of(request)
    scope = await scope_of(request, kitchen)
    people = await search_within(scope, q, limit=MOST_FOUND)
    states = await registry.states_on(kitchen.id, request.today)
    return [
        PersonOut(
            id=person.id,
            number=person.number,
            name=person.name,
            age=person.age_on(request.today),
            sex=person.sex,
            point=person.point_id,
            state=states.get(person.id, "active"),
            diet=person.diet.key,
            diet_words=diet_words(person.diet),
        )
        for person in people
    ]


@post(
    "/api/meals",
    allows="dining.serve",
    operation_id="record_meal",
    tags=["meals"],
    responses={
        **WRITES,
        200: ResponseSpec(MealAnswer, description="Sent before: the same answer"),
    },
    exception_handlers=HANDLERS,
)
async def record_meal(request: Request, data: JSONBody[MealIn]) -> Response[MealAnswer]:
    """Record one meal, once, however often it is sent. 201 first, 200 again, 409 when
    a rule says no (`already_served`, `price_changed`, …), 422 when the id was used
    for something else."""
    point = await point_of(request, data.point)
    asked = Asked(
        point_id=point.id,
        day=data.day,
        meal=data.meal,
        elder_id=await _elder(data, point.kitchen_id),
        tariff=data.tariff,
        payment=data.payment,
        channel=data.channel,
        amount_shown_fen=data.amount_shown_fen,
        source=data.source,
        reason=data.reason,
        device=request.device,
    )
    key, by, now = str(data.id), request.actor, request.now
    try:
        answer, repeated = await dining.serve(key, asked, by=by, now=now)
    except Refusal as refusal:
        if refusal.code == "act_tampered":
            await acts.record_tampering(
                key, by=by.name, staff_id=by.staff_id, at=now, device=request.device
            )
        raise
    held = MealAnswer(
        meal_id=answer["meal_id"],
        list_price_fen=answer["list_price_fen"],
        self_pay_fen=answer["self_pay_fen"],
        lines=[PayerOut(*line) for line in answer["lines"]],
    )
    return Response(held, status_code=200 if repeated else 201)


async def _elder(data: MealIn, kitchen_id: int) -> int | None:
    """Whose meal it is; None for a guest at full price."""
    if data.card is not None:
        return await _holder(data.card, kitchen_id)
    return data.elder  # the verb refuses whoever is not of this kitchen


async def _holder(card: str, kitchen_id: int) -> int:
    """Whose card it is, exactly: a tail or a name is not a card."""
    number = read_card_number(card)
    if isinstance(number, Fault):
        raise Refusal("card_unknown", card=card)
    row = await one(
        "SELECT MIN(c.elder) AS elder FROM card c JOIN elder e ON e.id = c.elder"
        " WHERE c.number = {} AND c.blocked_at IS NULL AND e.kitchen = {}",
        number,
        kitchen_id,
    )
    if row is None or row["elder"] is None:
        lost = await blocked_card(number, kitchen_id)
        if lost is not None:
            raise lost.refusal()
        raise Refusal("card_unknown", card=card)
    return int(row["elder"])


@get(
    "/api/meals/{meal_id:int}",
    allows="dining.read",
    operation_id="show_meal",
    tags=["meals"],
    responses=READS,
)
async def show_meal(request: Request, meal_id: FromPath[int]) -> MealOut:
    """One recorded meal, voided or not."""
    return await _meal(request, meal_id)


@post(
    "/api/meals/{meal_id:int}/void",
    allows="dining.undo",
    operation_id="void_meal",
    tags=["meals"],
    status_code=200,
    responses=WRITES,
    exception_handlers=HANDLERS,
)
async def void_meal(
    request: Request, meal_id: FromPath[int], data: JSONBody[VoidIn]
) -> MealOut:
    """Take a meal back: a reversing entry, nothing is deleted. Twice is harmless."""
    await _meal(request, meal_id)
    await dining.undo(meal_id, data.reason, by=request.actor, now=request.now)
    return await _meal(request, meal_id)


async def _meal(request: Request, meal_id: int) -> MealOut:
    row = (
        await one(
            "SELECT m.*, e.name AS name, v.id AS void FROM meal m"
            " LEFT JOIN elder e ON e.id = m.elder"
            " LEFT JOIN meal_void v ON v.served = m.id WHERE m.id = {}",
            meal_id,
        )
        if 0 < meal_id < 2**31
        else None
    )
    actor = request.actor
    if row is None or not actor.sees_kitchen(row["kitchen"]):
        raise NotFoundException
    if actor.point_id is not None and row["point"] != actor.point_id:
        raise NotFoundException
    return MealOut(
        id=row["id"],
        day=row["day"],
        meal=row["meal"],
        elder=row["elder"],
        name=row["name"] or "",
        channel=row["channel"],
        point=row["point"],
        tariff=row["tariff"],
        list_price_fen=row["list_price_fen"],
        self_pay_fen=row["self_pay_fen"],
        payment=row["payment"],
        source=row["source"],
        served_at=row["served_at"],
        by=row["by"],
        voided=row["void"] is not None,
    )


handlers = [find_people, record_meal, show_meal, void_meal]
