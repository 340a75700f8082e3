"""Drivers and volunteers: vehicle, room, shift, days, skills, where they end, and whom
they are not sent to."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.driver_pages import list_page, show_page
from app.forms import Form, read_form
from app.i18n import translate as _
from app.picking import people_choices, picked
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import drivers
from kitchen.drivers import (
    ENDS,
    EVERY_DAY,
    KINDS,
    PROFILES,
    DriverFacts,
    DriverFields,
    words_of,
)


@get("/drivers", allows="drivers.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await list_page(request, _empty())


@post("/drivers", allows="drivers.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    fields = _fields(form)
    phone = form.phone("phone", _("电话"), required=False)
    if form.ok:
        with form.refusals():
            await drivers.add_driver(
                kitchen.id, fields, phone, by=request.actor, now=request.now
            )
    if not form.ok:
        return await list_page(request, form, 422)
    return see_other(request, "/drivers", _("已登记{name}", name=fields.name))


@get("/drivers/{driver_id:int}", allows="drivers.read", include_in_schema=False)
async def show(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    driver = await _driver(request, driver_id)
    return await show_page(request, driver, Form())


@post("/drivers/{driver_id:int}", allows="drivers.write", include_in_schema=False)
async def change(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    driver = await _driver(request, driver_id)
    form = await read_form(request)
    fields = _fields(form)
    phone = form.phone("phone", _("电话"), required=False)
    if form.ok:
        with form.refusals():
            await drivers.change_driver(
                driver.id, fields, phone or None, by=request.actor, now=request.now
            )
    if not form.ok:
        return await show_page(request, driver, form, 422, main=form)
    return see_other(request, "/drivers", _("已保存{name}", name=fields.name))


@post(
    "/drivers/{driver_id:int}/retirement",
    allows="drivers.write",
    include_in_schema=False,
)
async def retire(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    driver = await _driver(request, driver_id)
    active = (await read_form(request)).checkbox("active")
    await drivers.set_active(driver.id, active, by=request.actor, now=request.now)
    notice = _("{name}回来了") if active else _("{name}不再排班")
    return see_other(request, "/drivers", notice.format(name=driver.name))


@post(
    "/drivers/{driver_id:int}/account", allows="drivers.write", include_in_schema=False
)
async def link(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """Which account sees this driver's rounds of the day; empty: none."""
    driver = await _driver(request, driver_id)
    account = (await read_form(request)).identifier("account")
    await drivers.link_account(driver.id, account, by=request.actor, now=request.now)
    return see_other(
        request, f"/drivers/{driver.id}", _("已保存{name}", name=driver.name)
    )


@post("/drivers/{driver_id:int}/bans", allows="drivers.write", include_in_schema=False)
async def ban(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """Not sent to this person any more; the solver and the checker keep to it."""
    driver = await _driver(request, driver_id)
    form = await read_form(request)
    elder, found = await picked(form, "elder", _("老人"), driver.kitchen_id)
    reason = form.text("reason", _("原因"), longest=80)
    if not form.ok or elder is None:
        return await show_page(
            request, driver, form, 422, candidates=people_choices(found)
        )
    await drivers.ban_driver(
        driver.id, elder.id, reason, by=request.actor, now=request.now
    )
    return see_other(request, f"/drivers/{driver.id}", _("已记下，不再派过去"))


@post("/drivers/bans/{ban_id:int}/end", allows="drivers.write", include_in_schema=False)
async def lift(request: Request, ban_id: FromPath[int]) -> Response[Any]:
    kitchen = await kitchen_of(request)
    known = {ban.id: ban for ban in await drivers.bans_for(kitchen.id)}
    if ban_id not in known:
        raise NotFoundException
    await drivers.lift_ban(ban_id, by=request.actor, now=request.now)
    return see_other(request, f"/drivers/{known[ban_id].driver_id}", _("可以再派了"))


handlers = [index, create, show, change, retire, link, ban, lift]


def _fields(form: Form) -> DriverFields:
    since = form.time("shift_from", _("上班"))
    until = form.time("shift_to", _("下班"))
    days = form.choices("weekdays", _("哪几天在"), EVERY_DAY)
    ends_at = form.choice("ends_at", _("送完到哪里"), ENDS, required=False)
    place = form.coordinates("end", _("终点经纬度"), required=ends_at == "place")
    return DriverFields(
        name=form.text("name", _("姓名"), longest=20),
        profile=form.choice("profile", _("交通工具"), PROFILES),
        capacity=form.integer("capacity", _("一趟能带"), least=1, most=2000),
        shift_from_minutes=since.hour * 60 + since.minute,
        shift_to_minutes=until.hour * 60 + until.minute,
        max_rounds=form.integer("max_rounds", _("一餐跑几趟"), least=1, most=9),
        carries_bulk=form.checkbox("carries_bulk"),
        kind=form.choice("kind", _("身份"), KINDS, required=False) or "staff",
        weekdays="".join(days) or EVERY_DAY,
        skills=_words(form, "skills", _("会做")),
        languages=_words(form, "languages", _("会说")),
        prefers=_words(form, "prefers", _("愿意跑的小区")),
        ends_at=ends_at or "kitchen",
        end_lon_e6=round(place[0] * 1_000_000) if place else None,
        end_lat_e6=round(place[1] * 1_000_000) if place else None,
        substitute=form.identifier("substitute"),
    )


def _words(form: Form, name: str, label: str) -> str:
    return "、".join(words_of(form.text(name, label, longest=80, required=False)))


def _empty() -> Form:
    return Form.filled(
        profile="ebike",
        capacity=30,
        shift_from="10:00",
        shift_to="13:00",
        max_rounds=1,
        kind="staff",
        weekdays=list(EVERY_DAY),
        ends_at="kitchen",
    )


async def _driver(request: Request, driver_id: int) -> DriverFacts:
    """A driver of the reader's own kitchen, or a lost page."""
    driver = await drivers.driver_by_id(driver_id)
    if not request.actor.sees_kitchen(driver.kitchen_id):
        raise NotFoundException
    return driver
