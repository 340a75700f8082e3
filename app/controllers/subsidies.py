"""Who pays: the versions of the schemes, what they would mean for real people, and a
new one proposed by one person and approved by another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.payers import PAYERS, payer_words
from app.words.subsidies import payers_words, rule_words
from kitchen import places, registry, subsidies
from kitchen.errors import Refusal
from kitchen.meal_prices import price_facts
from kitchen.registry import ElderFacts
from kitchen.subsidies import Layer, Price, Rule, Rules, VersionFacts, When, split_price

FUNDERS = tuple(payer for payer in PAYERS if payer.startswith("funder:"))
BANDS = 5
SPLIT = 3
OF_EACH_AGE = 2


@dataclass(frozen=True)
class Previewed:
    """One real person's price, now and under the version looked at."""

    person: ElderFacts
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
        previews=await _previews(request, kitchen.id, version.rules, current),
        form=form,
        rule_words=rule_words,
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
    request: Request, kitchen_id: int, rules: Rules, current: VersionFacts | None
) -> list[Previewed]:
    """Some people of every decade of age, today's price beside the new one."""
    day = request.today
    chosen = sample(await registry.elders_of(kitchen_id), day)
    people = {person.id: person for person in chosen}
    meal = next(iter(await places.services_for(kitchen_id)), "")
    if not meal:
        return []
    now = current.rules if current else Rules(())
    facts = await price_facts(people, kitchen_id, day, meal, rules=(now, rules))
    return [
        Previewed(
            person,
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
async def new(request: Request) -> Response[Any]:
    """A proposal begins with what is in force."""
    kitchen = await kitchen_of(request)
    current = await subsidies.version_on(kitchen.id, request.today)
    return await _form_page(request, _filled(request, current))


def _filled(request: Request, current: VersionFacts | None) -> Form:
    values: dict[str, object] = {"announced": request.today.isoformat()}
    if current is not None:
        values["scheme"] = current.scheme
        layer = current.rules.layers[0] if current.rules.layers else None
        for place, (payer, share) in enumerate(layer.payers if layer else (), 1):
            values |= {f"payer_{place}": payer, f"share_{place}": share}
        for place, rule in enumerate(layer.rules if layer else (), 1):
            if rule.self_pay_fen is not None:
                values[f"from_{place}"] = rule.when.min_age
                values[f"to_{place}"] = rule.when.max_age
                values[f"pay_{place}"] = f"{rule.self_pay_fen / 100:.2f}"
    return Form.filled(**values)


async def _form_page(
    request: Request, form: Form, status_code: int = 200
) -> Response[Any]:
    return page(
        request,
        "subsidies/new.html",
        status_code=status_code,
        form=form,
        funders=[(payer, payer_words(payer)) for payer in FUNDERS],
        bands=range(1, BANDS + 1),
        split=range(1, SPLIT + 1),
    )


@post("/subsidies", allows="subsidies.propose", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Propose a version: self-pay by age bands, the rest split among the funders."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    scheme = form.text("scheme", _("方案名称"), longest=40)
    number = form.text("number", _("版本号"), longest=10)
    announced = form.date("announced", _("公布日"))
    valid_from = form.date("valid_from", _("生效日"))
    valid_to = form.date("valid_to", _("截止日"), required=False)
    payers, rules = _payers(form), _bands(form)
    if form.ok:
        with form.refusals():
            version_id = await subsidies.propose_version(
                kitchen_id=kitchen.id,
                scheme=scheme,
                number=number,
                rules=Rules((Layer(payers, rules),)),
                announced_on=announced,
                valid_from=valid_from,
                valid_to=valid_to,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _form_page(request, form, 422)
    return see_other(
        request,
        f"/subsidies/versions/{version_id}",
        _("已提出，等另一个人批准后生效"),
    )


def _payers(form: Form) -> tuple[tuple[str, int], ...]:
    """Who pays the subsidy; the shares make 100 percent."""
    payers = []
    for place in range(1, SPLIT + 1):
        payer = form.choice(f"payer_{place}", _("付款方"), FUNDERS, required=False)
        share = form.integer(
            f"share_{place}", _("比例"), least=0, most=100, required=False
        )
        if payer and share:
            payers.append((payer, share))
    if len({payer for payer, _share in payers}) < len(payers):
        form.refuse_field("payer_1", _("付款方：同一个付款方填了两次"))
    total = sum(share for _payer, share in payers)
    if total != 100:
        form.refuse_field(
            "share_1", _("比例：加起来是 {total}%，应为 100%", total=total)
        )
        return ((FUNDERS[0], 100),)
    return tuple(payers)


def _bands(form: Form) -> tuple[Rule, ...]:
    """Age bands that do not overlap, each with what the elder pays."""
    rules: list[Rule] = []
    covered: set[int] = set()
    for place in range(1, BANDS + 1):
        first = form.integer(
            f"from_{place}", _("从几岁"), least=0, most=120, required=False
        )
        last = form.integer(
            f"to_{place}", _("到几岁"), least=0, most=120, required=False
        )
        pay = form.fen(f"pay_{place}", _("自付"), most=100_000, required=False)
        if first is None and last is None and pay is None:
            continue
        if pay is None or first is None:
            name = f"pay_{place}" if pay is None else f"from_{place}"
            form.refuse_field(name, _("第 {n} 档：年龄和自付都要填", n=place))
            continue
        ages = set(range(first, (last if last is not None else 120) + 1))
        if not ages:
            form.refuse_field(f"to_{place}", _("第 {n} 档：到几岁小于从几岁", n=place))
        if ages & covered:
            form.refuse_field(
                f"from_{place}", _("第 {n} 档：年龄和别的档重叠", n=place)
            )
        covered |= ages
        rules.append(Rule(_band_name(first, last), When(first, last), self_pay_fen=pay))
    if not rules:
        form.refuse_field("from_1", _("至少填一档"))
    return tuple(rules)


def _band_name(first: int, last: int | None) -> str:
    """Kept with every meal as the reason of its price, so never translated."""
    return f"{first} 岁以上" if last is None else f"{first}–{last} 岁"


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
