"""What a person's page shows, read in one go and cut to what the role may see."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from litestar.response import Response

from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.people_forms import DATUMS, LADDER, address_form
from app.people_sight import place_words, sight_of
from app.rendering import page, see_other
from app.requests import Request
from app.week_table import WAYS, week_rows
from app.words.diets import ALLERGEN_WORDS, TEXTURE_WORDS, VEGETARIAN_WORDS
from app.words.registry import (
    ACTIONS,
    CATEGORIES,
    CONTACT_KINDS,
    DELIVERY_REASONS,
    FACTS,
    PLACED_BY,
    SELF_CARE,
    SEXES,
    STATES,
    change_words,
    eligibility_words,
    near_day,
    state_words,
)
from kitchen import places, plans, registry
from kitchen.errors import Refusal
from kitchen.plans import ExceptionFacts
from kitchen.registry import Door, ElderFacts, Eligibility, StateFacts

PERSON_WORDS: dict[str, Any] = {
    "sexes": SEXES,
    "state_names": STATES,
    "self_care": SELF_CARE,
    "category_words": CATEGORIES,
    "fact_words": FACTS,
    "reasons": DELIVERY_REASONS,
    "contact_kinds": CONTACT_KINDS,
    "textures": TEXTURE_WORDS,
    "vegetarian": {"no": N_("不吃素"), **VEGETARIAN_WORDS},
    "allergens": ALLERGEN_WORDS,
    "datums": DATUMS,
    "ladder": LADDER,
    "placed_words": PLACED_BY,
    "actions": ACTIONS,
    "change_words": change_words,
}


@dataclass(frozen=True)
class PersonRow:
    """One line of a list of people."""

    person: ElderFacts
    place: str
    point: str
    ways: tuple[str, ...]
    state: str
    age: int


async def person_rows(
    request: Request,
    people: tuple[ElderFacts, ...],
    states: dict[int, str],
    kitchen_id: int,
) -> list[PersonRow]:
    """Those people as lines, with what the reader may see of them."""
    sight, today = sight_of(request.actor), request.today
    names = {point.id: point.name for point in await places.points_for(kitchen_id)}
    ids = [person.id for person in people]
    homes = await registry.homes_on(ids, today)
    doors = await registry.doors_for(homes.values())
    ways = await plans.ways_of(ids, today)
    return [
        PersonRow(
            person,
            place_words(doors.get(homes.get(person.id, 0)), sight),
            names.get(person.point_id or 0, ""),
            ways.get(person.id, ()),
            states.get(person.id, "active"),
            person.age_on(today),
        )
        for person in people
    ]


async def record(request: Request, person: ElderFacts) -> dict[str, Any]:
    """Everything the record page of one person needs, forms empty."""
    today, sight = request.today, sight_of(request.actor)
    points = await places.points_for(person.kitchen_id)
    services = await places.services_for(person.kitchen_id, today)
    areas = {area.id: area for area in await places.areas()}
    states = (await registry.states_for([person.id]))[person.id]
    door = await home_of(person, request)
    ladder = await registry.contacts_for([person.id]) if sight.contacts else {}
    names = {point.id: point.name for point in points}
    return {
        "person": person,
        "sight": sight,
        "age": person.age_on(today),
        "life": registry.state_on(states, today),
        "coming": coming_states(states, request),
        "week": week_rows(await plans.plans_of(person.id, today), services, names),
        "week_starts": await plans.starts_of(person.id, today),
        "exceptions": await plans.exceptions_of(person.id, today),
        "ways": WAYS,
        "points": points,
        "point_names": names,
        "door": door,
        "place": place_words(door, sight),
        "addresses": await registry.addresses_of(person.id) if sight.door else [],
        "contacts": ladder.get(person.id, []),
        "cards": await registry.cards_of(person.id),
        "categories": await registry.categories_of(person.id)
        if sight.categories
        else [],
        "entitlements": await registry.entitlements_of(person.id),
        "household": await registry.household_of(person),
        "eligible": eligibility_words(await eligibility_of(request, person)),
        "areas": areas,
        "area_options": [(area.id, area.path) for area in areas.values()],
        "history": await registry.history_of(person.id) if sight.history else [],
        "revealed": {},
        "forms": {},
        "blank_move": address_form(door, today),
        "pause_form": Form.filled(from_day=today + dt.timedelta(days=1)),
        "back_form": Form.filled(from_day=today + dt.timedelta(days=1)),
        "category_form": Form.filled(valid_from=today, from_day=today),
        "mates": [],
        "form": Form(),
    }


async def home_of(person: ElderFacts, request: Request) -> Door | None:
    """Where the person lives today."""
    homes = await registry.homes_on([person.id], request.today)
    doors = await registry.doors_for(homes.values())
    return doors.get(homes.get(person.id, 0))


async def eligibility_of(request: Request, person: ElderFacts) -> Eligibility:
    """Whether the public scheme pays for this person today."""
    kitchen = await places.kitchen_by_id(person.kitchen_id)
    here = await places.area_and_below(kitchen.area_id)
    return registry.eligibility(
        person.birth_date,
        person.hukou_area_id in here,
        person.residence_since,
        request.today,
    )


def coming_states(states: list[StateFacts], request: Request) -> list[str]:
    """What was recorded for today and later and still holds, in words."""
    today = request.today
    told = [
        state
        for state in states
        if (state.to_day is None or state.to_day >= today)
        and (state.from_day > today or registry.state_on(states, today) == state)
        and not (state.state == "active" and state.from_day <= today)
    ]
    return [
        state_words(state, today) + (f" · {state.reason}" if state.reason else "")
        for state in told
    ]


def exception_words(
    exception: ExceptionFacts, points: dict[int, str], request: Request
) -> str:
    """ "明天 午餐 不吃"; the difference itself, without the reason."""
    today = request.today
    place = points.get(exception.point_id or 0, "")
    way = _(WAYS[exception.way]) if exception.way else ""
    words = {
        "skip": _("不吃"),
        "extra": _("加 {n} 份", n=exception.portions),
        "change": _("改{way}{place}", way=way, place=place) if way else _("改套餐"),
        "book": _("临时订{way}{place}", way=way, place=place),
    }[exception.kind]
    days = near_day(exception.from_day, today)
    if exception.to_day != exception.from_day:
        days = f"{days} – {near_day(exception.to_day, today)}"
    return f"{days} {words}"


async def record_page(
    request: Request,
    person: ElderFacts,
    kind: str = "",
    form: Form | None = None,
    **more: Any,
) -> Response[Any]:
    """The record page; `kind` names the part whose form came back."""
    known = await record(request, person)
    if form is not None:
        known |= {"forms": {kind: form}, "form": form}
    return page(
        request,
        "registry/show.html",
        status_code=200 if form is None or form.ok else 422,
        **PERSON_WORDS,
        **(known | more | {"opened": kind}),
        told_of=lambda x: exception_words(x, known["point_names"], request),
    )


def saved(request: Request, elder_id: int, told: str) -> Response[Any]:
    """Back to the record, with what was done."""
    return see_other(request, f"/registry/{elder_id}", told)


@contextmanager
def refusing(form: Form) -> Iterator[None]:
    """A refusal inside goes back to the reader above the form."""
    try:
        yield
    except Refusal as refusal:
        form.refuse(refusal)
