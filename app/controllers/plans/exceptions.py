"""What is different on some days: the list, new ones, and taking one back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import MEALS, day_words
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.people_pages import exception_words, refusing
from app.people_sight import own_scope, person_in_scope, picked_in_scope
from app.picking import people_choices
from app.plan_forms import CHOICES, is_late, place_options, read_exception
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.typed import parse_date
from app.words.plans import KINDS, SOURCES
from kitchen import menus, places, plans, registry
from kitchen.calendar import next_service_day
from kitchen.places import KitchenFacts
from kitchen.plans import ExceptionFacts
from kitchen.registry import ElderFacts

AHEAD = dt.timedelta(days=60)


@dataclass(frozen=True)
class Line:
    """One exception in the list, with whom it is about."""

    exception: ExceptionFacts
    person: ElderFacts
    words: str
    point: str


@get("/plans", allows="plans.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form())


async def _page(
    request: Request,
    form: Form,
    *,
    candidates: list[tuple[str, str]] | None = None,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    day = parse_date(request.query_params.get("day", ""))
    since, until = (day, day) if day else (request.today, request.today + AHEAD)
    lines = await _lines(request, kitchen, since, until)
    points = await points_of(request, kitchen.id)
    services = await places.services_for(kitchen.id, request.today)
    fresh = not form.typed
    if fresh:
        form = await _empty_form(request, kitchen, list(services))
    context: dict[str, Any] = {
        "kitchen": kitchen,
        "day": day,
        "lines": lines,
        "form": form,
        "filters": Form.filled(day=day),
        "candidates": candidates or [],
        "kinds": KINDS,
        "sources": SOURCES,
        "choices": CHOICES,
        "meal_options": [(meal, _(MEALS[meal])) for meal in services],
        "place_options": place_options(points),
        "serves": await places.serves_on(kitchen.id, day or request.today),
        "person": None,
    }
    if fresh:
        return page_or_fragment(
            request, "plans/index.html", "plans/_lines.html", **context
        )
    return page(request, "plans/index.html", status_code=422, **context)


async def _empty_form(
    request: Request, kitchen: KitchenFacts, meals: list[str]
) -> Form:
    """For the next day the kitchen serves; a dining point's staff book at theirs."""
    following = next_service_day(
        request.today,
        await places.overrides_for(kitchen.id),
        serves_weekends=kitchen.serves_weekends,
        serves_holidays=kitchen.serves_holidays,
    )
    own = request.actor.point_id
    return Form.filled(
        kind="book" if own else "skip",
        from_day=following or request.today + dt.timedelta(days=1),
        meal="lunch" if "lunch" in meals else (meals or [""])[0],
        source="till" if own else "telephone",
        place=f"dine_in:{own}" if own else "",
    )


async def _lines(
    request: Request, kitchen: KitchenFacts, since: dt.date, until: dt.date
) -> list[Line]:
    found = await plans.coming_exceptions(kitchen.id, since, until)
    visible = set(await registry.ids_within(await own_scope(request)))
    people = await registry.elders_by_id(
        {x.elder_id for x in found if x.elder_id in visible}
    )
    names = {point.id: point.name for point in await places.points_for(kitchen.id)}
    return [
        Line(
            x,
            people[x.elder_id],
            exception_words(x, names, request),
            names.get(people[x.elder_id].point_id or 0, ""),
        )
        for x in found
        if x.elder_id in people
    ]


@post("/plans/exceptions", allows="plans.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """A skip, a pause of one meal, an extra portion, another place, or a booking."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    person, found = await picked_in_scope(request, form, "who", _("老人"), kitchen.id)
    late = await _add(request, form, kitchen.id, person)
    if not form.ok:
        return await _page(request, form, candidates=people_choices(found))
    name = person.name if person else ""
    told = _("已记下{name}的变动", name=name)
    if late:
        told = _("已记下{name}的变动，过了截单时间，记为迟报", name=name)
    return see_other(request, "/plans", told)


@post(
    "/plans/people/{elder_id:int}/exceptions",
    allows="plans.write",
    include_in_schema=False,
)
async def create_for(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """The same from the person's own page."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    await _add(request, form, person.kitchen_id, person)
    if not form.ok:
        form.typed["who"] = [f"#{person.id}"]
        return await _page(request, form, candidates=people_choices([person]))
    return see_other(request, f"/plans/people/{person.id}", _("已记下变动"))


async def _add(
    request: Request, form: Form, kitchen_id: int, person: ElderFacts | None
) -> bool:
    """Record what was typed; True when it came after the cut-off."""
    services = await places.services_for(kitchen_id, request.today)
    points = await points_of(request, kitchen_id)
    typed = read_exception(
        form, points=points, meals=list(services), today=request.today
    )
    if not form.ok or person is None:
        return False
    if typed.choice == "B":
        menu = await menus.menu_for(kitchen_id, typed.from_day, typed.meal)
        if menu.lines and "B" not in menu.choices:
            day = day_words(typed.from_day)
            form.refuse_field("choice", _("套餐：{day}的菜单没有 B 套", day=day))
            return False
    late = is_late(
        services.get(typed.meal),
        typed.from_day,
        request.now,
        request.settings.timezone,
    )
    with refusing(form):
        await plans.add_exception(
            elder_id=person.id,
            meal=typed.meal,
            kind=typed.kind,
            from_day=typed.from_day,
            to_day=typed.to_day,
            reason=typed.reason,
            way=typed.way,
            point_id=typed.point_id,
            portions=typed.portions,
            choice=typed.choice,
            source=typed.source,
            late=late,
            act=str(act_id(form)),
            by=request.actor,
            now=request.now,
        )
    return late


@post(
    "/plans/exceptions/{exception_id:int}/withdrawal",
    allows="plans.write",
    include_in_schema=False,
)
async def withdraw(request: Request, exception_id: FromPath[int]) -> Response[Any]:
    """Take an exception back; the plan holds again."""
    exception = await plans.exception_by_id(exception_id)
    if exception is None:
        raise NotFoundException
    await person_in_scope(request, exception.elder_id)
    form = await read_form(request)
    with refusing(form):
        await plans.withdraw(exception_id, by=request.actor, now=request.now)
    if not form.ok:
        return await _page(request, form)
    back = form.raw("back")
    own = f"/plans/people/{exception.elder_id}"
    return see_other(request, own if back == own else "/plans", _("已撤回"))


handlers = [index, create, create_for, withdraw]
