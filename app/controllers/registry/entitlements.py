"""Cards, contacts, categories, and the reason for bringing the meal."""

from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import act_id, read_form
from app.i18n import translate as _
from app.people_forms import (
    read_card,
    read_contacts,
)
from app.people_pages import record_page, refusing, saved
from app.people_sight import person_in_scope
from app.requests import Request
from app.words.registry import DELIVERY_REASONS, FACTS
from kitchen import cards, registry


@post(
    "/registry/{elder_id:int}/contacts",
    allows="registry.write",
    include_in_schema=False,
)
async def set_contacts(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """The whole ladder at once; a rung without a number keeps the one it had."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    contacts = read_contacts(form)
    if form.ok:
        with refusing(form):
            await registry.set_contacts(
                person.id, contacts, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "contacts", form)
    return saved(request, person.id, _("联系人已保存"))


@post(
    "/registry/{elder_id:int}/cards", allows="registry.write", include_in_schema=False
)
async def bind_card(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    number = read_card(form)
    if form.ok:
        with refusing(form):
            await registry.bind_card(
                person.id, number, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "cards", form)
    return saved(request, person.id, _("卡已绑定"))


@post(
    "/registry/{elder_id:int}/cards/{card_id:int}/block",
    allows="registry.write",
    include_in_schema=False,
)
async def block_card(
    request: Request, elder_id: FromPath[int], card_id: FromPath[int]
) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    if card_id not in {card.id for card in await registry.cards_of(person.id)}:
        raise NotFoundException
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=80)
    if not form.ok:
        return await record_page(request, person, "cards", form)
    await registry.block_card(card_id, reason, by=request.actor, now=request.now)
    return saved(request, person.id, _("卡已挂失"))


@post(
    "/registry/{elder_id:int}/cards/replacement",
    allows="registry.write",
    include_in_schema=False,
)
async def replace_card(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """A new member card with a number of its own; the old one is blocked."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    reason = form.text("reason", _("原因"), longest=80)
    if form.ok:
        with refusing(form):
            await cards.replace_card(
                person.id,
                reason,
                by=request.actor,
                now=request.now,
                act=str(act_id(form)),
            )
    if not form.ok:
        return await record_page(request, person, "cards", form)
    return saved(request, person.id, _("旧卡已挂失，请打印新卡"))


@post(
    "/registry/{elder_id:int}/categories",
    allows="registry.write",
    include_in_schema=False,
)
async def add_category(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    code = form.choice("code", _("类别"), FACTS)
    first = form.date("valid_from", _("从哪天起"))
    last = form.date("valid_to", _("到哪天"), required=False)
    evidence = form.note("evidence", _("凭据"), longest=200)
    if form.ok:
        with refusing(form):
            await registry.set_category(
                person.id,
                code,
                first,
                last,
                evidence,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await record_page(request, person, "categories", form)
    return saved(request, person.id, _("类别已登记"))


@post(
    "/registry/{elder_id:int}/categories/{category_id:int}/end",
    allows="registry.write",
    include_in_schema=False,
)
async def end_category(
    request: Request, elder_id: FromPath[int], category_id: FromPath[int]
) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    known = {fact.id for fact in await registry.categories_of(person.id)}
    if category_id not in known:
        raise NotFoundException
    form = await read_form(request)
    last = form.date("last_day", _("最后一天"))
    if form.ok:
        with refusing(form):
            await registry.end_category(
                category_id, last, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "categories", form)
    return saved(request, person.id, _("已记下到期日"))


@post(
    "/registry/{elder_id:int}/deliveries",
    allows="registry.write",
    include_in_schema=False,
)
async def entitle(request: Request, elder_id: FromPath[int]) -> Response[Any]:
    """Why meals are brought, and until when."""
    person = await person_in_scope(request, elder_id)
    form = await read_form(request)
    reason = form.choice("why", _("送餐原因"), DELIVERY_REASONS)
    first = form.date("from_day", _("从哪天起"))
    last = form.date("to_day", _("到哪天"), required=False)
    note = form.text("note", _("备注"), longest=80, required=False)
    if form.ok:
        with refusing(form):
            await registry.entitle_delivery(
                person.id, reason, first, last, note, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "deliveries", form)
    return saved(request, person.id, _("送餐资格已登记"))


@post(
    "/registry/{elder_id:int}/deliveries/{entitlement_id:int}/end",
    allows="registry.write",
    include_in_schema=False,
)
async def end_entitlement(
    request: Request, elder_id: FromPath[int], entitlement_id: FromPath[int]
) -> Response[Any]:
    person = await person_in_scope(request, elder_id)
    known = {fact.id for fact in await registry.entitlements_of(person.id)}
    if entitlement_id not in known:
        raise NotFoundException
    form = await read_form(request)
    last = form.date("last_day", _("最后一天"))
    if form.ok:
        with refusing(form):
            await registry.end_entitlement(
                entitlement_id, last, by=request.actor, now=request.now
            )
    if not form.ok:
        return await record_page(request, person, "deliveries", form)
    return saved(request, person.id, _("已记下到期日"))


handlers = [
    set_contacts,
    bind_card,
    replace_card,
    block_card,
    add_category,
    end_category,
    entitle,
    end_entitlement,
]
