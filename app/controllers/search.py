"""The field at the top of every page: find a person by anything that names them."""

from typing import Any

from litestar import get
from litestar.response import Response

from app.people_pages import person_rows
from app.people_sight import scope_of, sight_of
from app.rendering import page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.week_table import WAYS
from app.words.registry import SEXES, STATES
from kitchen import registry

LONGEST = 60
SHOWN = 20


@get("/search", allows="search.use", include_in_schema=False)
async def search(request: Request) -> Response[Any]:
    """Who fits; on a whole page the only one who fits is opened at once."""
    typed = request.query_params.get("q", "").strip()[:LONGEST]
    kitchen = await kitchen_of(request)
    scope = await scope_of(request, kitchen)
    found = await registry.search_within(scope, typed, limit=SHOWN + 1)
    if len(found) == 1 and not request.is_fragment:
        return see_other(request, f"/registry/{found[0].id}")
    shown = tuple(found[:SHOWN])
    away = await registry.states_on(kitchen.id, request.today)
    states = {person.id: away[person.id] for person in shown if person.id in away}
    return page_or_fragment(
        request,
        "search/index.html",
        "search/_found.html",
        typed=typed,
        rows=await person_rows(request, shown, states, kitchen.id),
        more=len(found) > SHOWN,
        sight=sight_of(request.actor),
        ways=WAYS,
        sexes=SEXES,
        state_names=STATES,
    )


handlers = [search]
