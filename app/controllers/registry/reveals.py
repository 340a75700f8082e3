"""The logged look at a full number, shown once and nowhere kept."""

from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import read_form
from app.i18n import translate as _
from app.people_pages import record_page
from app.people_sight import person_in_scope, sight_of
from app.requests import Request
from kitchen import registry


@post(
    "/registry/{elder_id:int}/reveals",
    allows="registry.reveal",
    include_in_schema=False,
)
async def reveal(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """One full number, shown once on this answer and nowhere kept."""
    person = await person_in_scope(request, elder_id)
    sight = sight_of(request.actor)
    allowed = [
        name for name, may in (("phone", sight.phone), ("id", sight.id_number)) if may
    ]
    form = await read_form(request)
    field = form.choice("field", _("查看什么"), allowed)
    reason = form.text("reason", _("原因"), longest=80)
    if not form.ok:
        return await record_page(request, person, "reveal", form)
    number = await registry.reveal(
        person.id, field, reason, by=request.actor, now=request.now
    )
    return await record_page(request, person, revealed={field: number or _("没有登记")})


@post(
    "/registry/{elder_id:int}/contacts/{contact_id:int}/reveals",
    allows="registry.reveal",
    include_in_schema=False,
)
async def reveal_contact(
    request: Request, elder_id: FromPath[int], contact_id: FromPath[int]
) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    ladder = (await registry.contacts_for([person.id]))[person.id]
    known = {contact.id for contact in ladder}
    if contact_id not in known or not sight_of(request.actor).contacts:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=80)
    if not form.ok:
        return await record_page(request, person, "reveal", form)
    number = await registry.reveal_contact(
        contact_id, reason, by=request.actor, now=request.now
    )
    shown = {f"contact{contact_id}": number or _("没有登记")}
    return await record_page(request, person, revealed=shown)


@post(
    "/registry/{elder_id:int}/categories/{category_id:int}/evidence",
    allows="registry.health",
    include_in_schema=False,
)
async def reveal_evidence(
    request: Request, elder_id: FromPath[int], category_id: FromPath[int]
) -> Response[Any]:
    """What proves an entitlement; the role that may see categories may ask."""
    person = await person_in_scope(request, elder_id)
    known = {fact.id for fact in await registry.categories_of(person.id)}
    if category_id not in known or not sight_of(request.actor).categories:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=80)
    if not form.ok:
        return await record_page(request, person, "categories", form)
    text = await registry.reveal_evidence(
        category_id, reason, by=request.actor, now=request.now
    )
    shown = {f"evidence{category_id}": text or _("没有登记")}
    return await record_page(request, person, revealed=shown)


handlers = [reveal, reveal_contact, reveal_evidence]
