"""Who pays: the versions of the schemes, what they would mean for real people, and a
new one proposed by one person and approved by another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scheme_forms import (
    FUNDERS,
    LIMITS,
    PAYING_WORDS,
    PLACES,
    SPLIT,
    Shape,
    filled,
    unfolded,
)
from app.scheme_reader import Reader
from app.scope import kitchen_of
from app.words.payers import payer_words
from app.words.subsidies import (
    EDITOR_WORDS,
    OPTIONS,
    discount_words,
    payers_words,
    rule_words,
)
from kitchen import places, registry, subsidies
from kitchen.errors import Refusal
from kitchen.meal_prices import price_facts
from kitchen.registry import ElderFacts
from kitchen.scheme_examples import example, examples
from kitchen.subsidies import MealFacts, Price, Rules, VersionFacts, split_price

OF_EACH_AGE = 2


@dataclass(frozen=True)
class Previewed:
    """One real person's price, now and under the version looked at. `where`: the
    dining point's name, "" when the meal is brought home."""

    person: ElderFacts
    where: str
    age: int
    now: Price
    then: Price


@dataclass(frozen=True)
class Row:
    """A version on the list. `state`: waiting | coming | current | over."""

    version: VersionFacts
    state: str


@get("/subsidies", allows="subsidies.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    versions = await subsidies.versions_for(kitchen.id)
    current = await subsidies.version_on(kitchen.id, request.today)
    return page(
        request,
        "subsidies/index.html",
        rows=[
            Row(version, _state(version, current, request.today))
            for version in reversed(versions)
        ],
        rule_words=rule_words,
        discount_words=discount_words,
        payers_words=payers_words,
    )


def _state(version: VersionFacts, current: VersionFacts | None, today: dt.date) -> str:
    if not version.approved_by:
        return "waiting"
    if version.valid_from > today:
        return "coming"
    return "current" if current and current.id == version.id else "over"


@get(
    "/subsidies/versions/{version_id:int}",
    allows="subsidies.read",
    include_in_schema=False,
)
async def show(request: Request, version_id: FromPath[int]) -> Response[Any]:
    return await _version_page(request, version_id, Form())


async def _version_page(
    request: Request, version_id: int, form: Form, status_code: int = 200
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    version = await _version(request, version_id)
    current = await subsidies.version_on(kitchen.id, request.today)
    return page(
        request,
        "subsidies/show.html",
        status_code=status_code,
        version=version,
        state_word=_state(version, current, request.today),
        previews=await _previews(
            request, kitchen.id, version.rules, current, version.valid_from
        ),
        form=form,
        rule_words=rule_words,
        discount_words=discount_words,
        payers_words=payers_words,
        payer_words=payer_words,
    )


async def _version(request: Request, version_id: int) -> VersionFacts:
    kitchen = await kitchen_of(request)
    for version in await subsidies.versions_for(kitchen.id):
        if version.id == version_id:
            return version
    raise NotFoundException


async def _previews(
    request: Request,
    kitchen_id: int,
    rules: Rules,
    current: VersionFacts | None,
    since: dt.date,
) -> list[Previewed]:
    """Some people of every decade of age, each at the own dining point, or brought the
    meal: the price by what is in force beside the new one, both on the first day of
    the new."""
    day = max(request.today, since)
    chosen = sample(await registry.elders_of(kitchen_id), day)
    meal = next(iter(await places.services_for(kitchen_id, day)), "")
    if not meal:
        return []
    now = current.rules if current else Rules(())
    brought = await registry.delivery_entitled_on(kitchen_id, day)
    names = {point.id: point.name for point in await places.points_for(kitchen_id)}
    facts: dict[int, MealFacts] = {}
    where: dict[int, str] = {}
    for person in chosen:
        way = "deliver" if person.id in brought else "dine_in"
        at = None if person.id in brought else person.point_id
        where[person.id] = names.get(at or 0, "") if way == "dine_in" else ""
        facts |= await price_facts(
            {person.id: person}, kitchen_id, day, meal, way, at, (now, rules)
        )
    return [
        Previewed(
            person,
            where[person.id] or (_("堂食") if person.id not in brought else ""),
            person.age_on(day),
            split_price(now, facts[person.id]),
            split_price(rules, facts[person.id]),
        )
        for person in chosen
    ]


def sample(people: Sequence[ElderFacts], day: dt.date) -> list[ElderFacts]:
    """The youngest and the oldest of every decade of age: where bands begin and end."""
    chosen = []
    by_age = sorted(
        people, key=lambda person: (-person.birth_date.toordinal(), person.id)
    )
    for decade in sorted({person.age_on(day) // 10 for person in people}):
        group = [one for one in by_age if one.age_on(day) // 10 == decade]
        chosen += group if len(group) <= OF_EACH_AGE else [group[0], group[-1]]
    return chosen


@get("/subsidies/new", allows="subsidies.propose", include_in_schema=False)
async def new(request: Request, start: FromQuery[str] = "") -> Response[Any]:
    """A proposal begins with what is in force, or with an example in real use."""
    kitchen = await kitchen_of(request)
    current = await subsidies.version_on(kitchen.id, request.today)
    chosen = example(start)
    rules = chosen.rules if chosen else current.rules if current else Rules(())
    scheme = chosen.name if chosen else current.scheme if current else ""
    values = {**filled(rules), "announced": request.today.isoformat()}
    form = Form.filled(**{**values, "scheme": scheme})
    return await _form_page(request, form, Shape.of_rules(rules))


async def _form_page(
    request: Request,
    form: Form,
    shape: Shape,
    previews: Sequence[Previewed] = (),
    status_code: int = 200,
) -> Response[Any]:
    return page(
        request,
        "subsidies/new.html",
        status_code=status_code,
        form=form,
        shape=shape,
        unfolded=unfolded(form),
        previews=previews,
        examples=examples(),
        words=EDITOR_WORDS,
        paying=PAYING_WORDS,
        limits=LIMITS,
        places=PLACES,
        area_options=[(str(a.id), a.path) for a in await places.areas()],
        funders=[(payer, payer_words(payer)) for payer in FUNDERS],
        split=range(1, SPLIT + 1),
        payer_words=payer_words,
    )


@post("/subsidies", allows="subsidies.propose", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Propose a version; or, by another button of the form, only see what it would
    mean, or get room for one more rule."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    shape = Shape.of(form)
    if form.raw("do").startswith(("rule_", "layer")):
        return await _form_page(request, form, shape)
    scheme = form.text("scheme", _("方案名称"), longest=40)
    number = form.text("number", _("版本号"), longest=10)
    announced = form.date("announced", _("公布日"))
    valid_from = form.date("valid_from", _("生效日"))
    valid_to = form.date("valid_to", _("截止日"), required=False)
    transition_to = form.date("transition_to", _("过渡到"), required=False)
    areas = tuple(str(area.id) for area in await places.areas())
    rules = Reader(form, shape, {**OPTIONS, "area": areas}).rules()
    if form.ok and form.raw("do") == "preview":
        current = await subsidies.version_on(kitchen.id, request.today)
        previews = await _previews(request, kitchen.id, rules, current, valid_from)
        return await _form_page(request, form, shape, previews)
    if form.ok:
        with form.refusals():
            version_id = await subsidies.propose_version(
                kitchen_id=kitchen.id,
                scheme=scheme,
                number=number,
                rules=rules,
                announced_on=announced,
                valid_from=valid_from,
                valid_to=valid_to,
                transition_to=transition_to,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _form_page(request, form, shape, status_code=422)
    return see_other(
        request,
        f"/subsidies/versions/{version_id}",
        _("已提出，等另一个人批准后生效"),
    )


@post(
    "/subsidies/versions/{version_id:int}/approval",
    allows="subsidies.approve",
    include_in_schema=False,
)
async def approve(request: Request, version_id: FromPath[int]) -> Response[Any]:
    """The second person's yes."""
    version = await _version(request, version_id)
    form = await read_form(request)
    try:
        await subsidies.approve_version(version_id, by=request.actor, now=request.now)
    except Refusal as refusal:
        form.refuse(refusal)
        return await _version_page(request, version_id, form, 409)
    told = _("已批准 {title}", title=version.title)
    return see_other(request, f"/subsidies/versions/{version_id}", told)


handlers = [index, show, new, create, approve]
