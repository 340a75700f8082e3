"""The list of people, one record, and what a person ate."""

from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form
from app.people_pages import PERSON_WORDS, person_rows, record_page
from app.people_sight import person_in_scope, scope_of, sight_of
from app.rendering import page, page_or_fragment
from app.requests import Request
from app.scope import kitchen_of
from app.week_table import WAYS
from app.words.registry import (
    CATEGORIES,
    DIET_FILTERS,
    ENTRY_KINDS,
    STATES,
)
from kitchen import ledger, meal_history, places, registry
from kitchen.registry import Filters

ON_A_PAGE = 50


@get("/registry", allows="registry.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    filters, number = _filters(request)
    found = await registry.people_list(
        await scope_of(request, kitchen),
        filters,
        request.today,
        limit=ON_A_PAGE,
        offset=(number - 1) * ON_A_PAGE,
    )
    asked = {k: v for k, v in request.query_params.items() if v and k != "page"}
    return page_or_fragment(
        request,
        "registry/index.html",
        "registry/_list.html",
        **PERSON_WORDS,
        kitchen=kitchen,
        rows=await person_rows(request, found.people, found.states, kitchen.id),
        found=found,
        sight=sight_of(request.actor),
        number=number,
        pages=max(1, -(-found.total // ON_A_PAGE)),
        address="/registry?" + urlencode([*asked.items(), ("page", "")]),
        form=Form.filled(**asked),
        narrowed=bool(asked),
        ways=WAYS,
        diets=DIET_FILTERS,
        points=[(p.id, p.name) for p in await places.points_for(kitchen.id)],
    )


def _filters(request: Request) -> tuple[Filters, int]:
    """The list's query; a value nobody offers narrows nothing."""
    asked = request.query_params

    def one_of(name: str, known: dict[str, str]) -> str:
        return asked.get(name, "") if asked.get(name, "") in known else ""

    point, number = asked.get("point", ""), asked.get("page", "1")
    filters = Filters(
        text=asked.get("q", "")[:60],
        point_id=int(point) if point.isdecimal() and len(point) < 9 else None,
        way=one_of("way", WAYS),
        state=one_of("state", STATES),
        category=one_of("category", CATEGORIES)
        if sight_of(request.actor).categories
        else "",
        diet=one_of("diet", DIET_FILTERS),
        unplaced=bool(asked.get("unplaced")),
    )
    wanted = int(number) if number.isdecimal() and len(number) < 5 else 1
    return filters, max(1, wanted)


@get("/registry/{elder_id:int}", allows="registry.read", include_in_schema=False)
async def show(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    return await record_page(request, await person_in_scope(request, elder_id))


@get("/registry/{elder_id:int}/meals", allows="registry.read", include_in_schema=False)
async def meals(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """What the person ate and, for those who keep the books, the account."""
    person = await person_in_scope(request, elder_id)
    points = await places.points_for(person.kitchen_id)
    keeps_books = request.actor.role in ("manager", "finance", "supervisor")
    return page(
        request,
        "registry/meals.html",
        person=person,
        eaten=await meal_history.eaten_by(person.id),
        point_names={point.id: point.name for point in points},
        entry_words=ENTRY_KINDS,
        credit=await ledger.credit_of(person.id) if keeps_books else None,
        statement=await ledger.statement_of(f"elder:{person.id}")
        if keeps_books
        else [],
    )


handlers = [index, show, meals]
