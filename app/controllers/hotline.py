"""The hotline: a caller gives a name, the meal of today is there at once; what they
report runs against a clock until somebody has dealt with it.
"""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import next_meal
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.people_sight import scope_of
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.week_table import WAYS
from app.words.deliveries import OUTCOMES
from app.words.hotline import KINDS, STEPS
from kitchen import incidents, registry
from kitchen.incidents import IncidentFacts, NewIncident
from kitchen.people_search import sees
from kitchen.standings import standings_for

SHOWN = 8
WORDS = {
    "KINDS": KINDS,
    "INCIDENT_STEPS": STEPS,
    "WAYS": WAYS,
    "OUTCOMES": OUTCOMES,
}


@get("/hotline", allows="incidents.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form())


@post("/hotline/incidents", allows="incidents.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    new = NewIncident(
        kind=form.choice("kind", _("什么事"), KINDS),
        said=form.text("said", _("来电说了什么"), longest=400),
        caller=form.text("caller", _("谁打来的"), longest=40, required=False),
        elder_id=form.identifier("elder"),
    )
    if new.elder_id is not None:
        await _refuse_unseen(request, new.elder_id)
    incident_id = 0
    if form.ok:
        with form.refusals():
            incident_id = await incidents.open_incident(
                kitchen.id,
                new,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(
        request, f"/hotline/incidents/{incident_id}", _("已记下，开始计时")
    )


@get(
    "/hotline/incidents/{incident_id:int}",
    allows="incidents.read",
    include_in_schema=False,
)
async def show(request: Request, incident_id: FromPath[int]) -> Response[Any]:
    incident = await _incident(request, incident_id)
    return await _incident_page(request, incident, Form())


@post(
    "/hotline/incidents/{incident_id:int}/steps",
    allows="incidents.write",
    include_in_schema=False,
)
async def step(request: Request, incident_id: FromPath[int]) -> Response[Any]:
    incident = await _incident(request, incident_id)
    form = await read_form(request)
    kind = form.choice("kind", _("做了什么"), STEPS)
    said = form.text("said", _("怎么说、怎么办的"), longest=400, required=False)
    office = form.text("office", _("哪个单位"), longest=60, required=False)
    if form.ok:
        with form.refusals():
            await incidents.take_incident_step(
                incident_id, kind, said, office, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _incident_page(request, incident, form, 422)
    return see_other(request, f"/hotline/incidents/{incident_id}", _("已记下"))


handlers = [index, create, show, step]


async def _refuse_unseen(request: Request, elder_id: int) -> None:
    kitchen = await kitchen_of(request)
    if not await sees(await scope_of(request, kitchen), elder_id):
        raise NotFoundException


async def _incident(request: Request, incident_id: int) -> IncidentFacts:
    incident = await incidents.incident_by_id(incident_id)
    if not request.actor.sees_kitchen(incident.kitchen_id):
        raise NotFoundException
    if incident.elder_id is not None:
        await _refuse_unseen(request, incident.elder_id)
    return incident


async def _page(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    kitchen = await kitchen_of(request)
    scope = await scope_of(request, kitchen)
    typed = (form.raw("q") or request.query_params.get("q", "")).strip()[:60]
    found = await registry.search_within(scope, typed, limit=SHOWN) if typed else []
    day, meal = _now(request)
    seen = set(await registry.ids_within(scope))
    waiting = [
        one
        for one in await incidents.open_incidents(kitchen.id)
        if one.elder_id is None or one.elder_id in seen
    ]
    over = await incidents.ended_since(kitchen.id, request.now - dt.timedelta(days=7))
    context: dict[str, Any] = dict(
        form=form,
        typed=typed,
        people=found,
        standings=await standings_for(kitchen.id, day, meal, [p.id for p in found]),
        waiting=waiting,
        over=[one for one in over if one.elder_id is None or one.elder_id in seen],
        target=kitchen.incident_target_minutes,
        about_day=day,
        about_meal=meal,
        **WORDS,
    )
    if status_code != 200:
        return page(request, "hotline/index.html", status_code=status_code, **context)
    return page_or_fragment(
        request, "hotline/index.html", "hotline/_found.html", **context
    )


async def _incident_page(
    request: Request, incident: IncidentFacts, form: Form, status_code: int = 200
) -> Response[Any]:
    day, meal = _now(request)
    about = [] if incident.elder_id is None else [incident.elder_id]
    standings = await standings_for(incident.kitchen_id, day, meal, about)
    history = await incidents.incidents_of(about[0]) if about else []
    return page(
        request,
        "hotline/show.html",
        status_code=status_code,
        incident=incident,
        standing=standings.get(incident.elder_id or 0),
        history=[one for one in history if one.id != incident.id],
        form=form,
        about_day=day,
        about_meal=meal,
        **WORDS,
    )


def _now(request: Request) -> tuple[dt.date, str]:
    wall = request.now.astimezone(request.settings.timezone)
    return next_meal(wall, request.settings.meals)
