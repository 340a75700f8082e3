"""Enrolling a person and correcting the record."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.people_forms import (
    person_form,
    read_address,
    read_card,
    read_contacts,
    read_enrolment,
    read_person,
)
from app.people_pages import PERSON_WORDS, refusing, saved
from app.people_sight import own_scope, person_in_scope
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words.diets import ALLERGEN_WORDS, TEXTURE_WORDS
from app.words.registry import DIET_FILTERS, FORM_WORDS, SELF_CARE, SEXES
from kitchen import places, registry
from kitchen.registry import ElderFacts, NewElder

CODES = {
    "sex": SEXES,
    "self_care": SELF_CARE,
    "texture": TEXTURE_WORDS,
    "vegetarian": PERSON_WORDS["vegetarian"],
    "allergies": ALLERGEN_WORDS,
    "limits": DIET_FILTERS,
    "lives_alone": {"on": N_("是")},
    "slow_door": {"on": N_("是")},
}


@get("/registry/new", allows="registry.write", include_in_schema=False)
async def new(request: Request) -> Response[Any]:
    form = Form.filled(
        texture="regular", vegetarian="no", self_care="able", datum="gcj02"
    )
    return await _form_page(request, form, None)


@post("/registry", allows="registry.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Enrol one person with address, ladder, cards and entitlements."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    person, warnings = await _typed(request, form, kitchen.id)
    areas = {area.id for area in await places.areas()}
    address = read_address(form, areas=areas)
    codes, reason = read_enrolment(form)
    card = read_card(form) if form.raw("card").strip() else ""
    if not form.raw("id_number").strip() and not person.id_note:
        form.refuse_field("id_note", _("没有身份证号，请写明原因"))
    if reason and address is None:
        warnings.append(_("送餐但没有住址，会列在“未定位”里等人补"))
    warnings += await _namesakes(request, person, 0)
    whole = NewElder(
        **{
            **person.__dict__,
            "address": address,
            "contacts": read_contacts(form),
            "categories": codes,
            "cards": (card,) if card else (),
            "delivered": reason,
        }
    )
    if not _confirmed(form, warnings):
        return await _form_page(request, form, None, warnings=warnings)
    elder_id = 0
    with refusing(form):
        elder_id = await registry.enrol(
            whole, kitchen_id=kitchen.id, by=request.actor, now=request.now
        )
    if not form.ok:
        return await _form_page(request, form, None)
    told = _("已登记{name}，接着填每周计划", name=person.name)
    return see_other(request, f"/plans/people/{elder_id}", told)


@get("/registry/{elder_id:int}/edit", allows="registry.write", include_in_schema=False)
async def edit(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    return await _form_page(request, person_form(person), person)


@post("/registry/{elder_id:int}", allows="registry.write", include_in_schema=False)
async def update(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """Correct a record; when somebody else saved first, both are shown."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    typed, warnings = await _typed(request, form, person.kitchen_id)
    warnings += await _namesakes(request, typed, person.id)
    version = form.identifier("version") or 0
    if not _confirmed(form, warnings):
        return await _form_page(request, form, person, warnings=warnings)
    with refusing(form):
        await registry.change_elder(
            person.id, typed, version=version, by=request.actor, now=request.now
        )
    if form.refusal is not None and form.refusal.code == "changed_meanwhile":
        return await _both_versions(request, form, person)
    return (
        await _form_page(request, form, person)
        if not form.ok
        else saved(request, person.id, _("已保存{name}", name=typed.name))
    )


async def _typed(
    request: Request, form: Form, kitchen_id: int
) -> tuple[NewElder, list[str]]:
    points = {point.id for point in await places.points_for(kitchen_id)}
    areas = {area.id for area in await places.areas()}
    person, warnings = read_person(
        form, today=request.today, points=points, areas=areas
    )
    own = (await own_scope(request)).area_ids
    if own is not None and not own & {person.hukou_area_id, person.residence_area_id}:
        form.refuse_field("residence", _("居住地：请选您负责的社区"))
    return person, warnings


async def _namesakes(request: Request, person: NewElder, but: int) -> list[str]:
    """People of the same name and birth date: the same person, perhaps."""
    if not person.name:
        return []
    scope = await own_scope(request)
    found = await registry.search_within(scope, person.name, limit=200)
    return [
        _(
            "已有同名同生日的{name}（{number}），请核对是不是同一人",
            name=other.name,
            number=other.number,
        )
        for other in found
        if other.id != but
        and (other.name, other.birth_date) == (person.name, person.birth_date)
    ]


def _confirmed(form: Form, warnings: list[str]) -> bool:
    return form.ok and (not warnings or form.checkbox("confirmed"))


async def _both_versions(
    request: Request, form: Form, person: ElderFacts
) -> Response[Any]:
    """What was typed stays; what somebody else saved meanwhile stands beside it."""
    stored = person_form(person)
    names = {name for name in FORM_WORDS if name in {*stored.typed, *form.typed}}
    theirs = {
        name: stored.typed.get(name, [])
        for name in FORM_WORDS
        if name in names
        and [*filter(None, stored.typed.get(name, []))]
        != [*filter(None, form.typed.get(name, []))]
    }
    form.typed["version"] = [str(person.version)]
    return await _form_page(request, form, person, theirs=theirs)


def _theirs(
    values: dict[str, list[str]], lists: dict[str, list[tuple[int, str]]]
) -> list[tuple[str, str, str]]:
    """(field, its word, what is stored in words) for each that differs."""
    known = {
        name: {str(key): word for key, word in pairs} for name, pairs in lists.items()
    }
    for name, words in CODES.items():
        known[name] = {code: _(word) for code, word in words.items()}
    return [
        (
            name,
            _(FORM_WORDS[name]),
            _("、").join(known.get(name, {}).get(v, v) for v in stored) or "—",
        )
        for name, stored in values.items()
    ]


async def _form_page(
    request: Request,
    form: Form,
    person: ElderFacts | None,
    *,
    warnings: list[str] | None = None,
    theirs: dict[str, list[str]] | None = None,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    kitchen_id = person.kitchen_id if person else kitchen.id
    points = [(p.id, p.name) for p in await places.points_for(kitchen_id)]
    area_options = [(area.id, area.path) for area in await places.areas()]
    asked = bool(warnings) or not form.ok
    return page(
        request,
        "registry/edit.html" if person else "registry/new.html",
        **PERSON_WORDS,
        form=form,
        kitchen=kitchen,
        person=person,
        warnings=warnings if form.ok and warnings else [],
        theirs=_theirs(
            theirs or {},
            {"point": points, "hukou": area_options, "residence": area_options},
        ),
        points=points,
        area_options=area_options,
        status_code=422 if asked else 200,
    )


handlers = [new, create, edit, update]
