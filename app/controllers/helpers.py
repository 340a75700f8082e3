"""What binds drivers and volunteers to the house: pledges, pairings, certificates."""

from typing import Any

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.driver_pages import show_page
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.picking import people_choices, picked
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import certificates, driver_bonds, driver_starts, drivers
from kitchen.drivers import DriverFacts


@post(
    "/drivers/{driver_id:int}/pledges", allows="drivers.write", include_in_schema=False
)
async def pledge(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """The signed pledge was seen."""
    driver, form = await _driver(request, driver_id), await read_form(request)
    signed = form.date("signed", _("签署日"))
    until = form.date("until", _("有效到"), required=False)
    if form.ok:
        with form.refusals():
            await driver_bonds.record_pledge(
                driver.id, signed, until, by=request.actor, now=request.now
            )
    return await _answer(request, driver, form, _("承诺书已记下"))


@post(
    "/drivers/{driver_id:int}/pairings", allows="drivers.write", include_in_schema=False
)
async def pair(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """This person is looked after by this driver from now on."""
    driver, form = await _driver(request, driver_id), await read_form(request)
    elder, found = await picked(form, "paired", _("老人"), driver.kitchen_id)
    note = form.text("note", _("备注"), longest=80, required=False)
    if form.ok and elder is not None:
        with form.refusals():
            await driver_bonds.pair(
                driver.id, elder.id, note, by=request.actor, now=request.now
            )
    chosen = people_choices(found)
    return await _answer(request, driver, form, _("已结对，编线路时先派"), chosen)


@post(
    "/drivers/{driver_id:int}/starts", allows="drivers.write", include_in_schema=False
)
async def start(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """Where this driver's rounds begin from a day on; empty: at the kitchen."""
    driver, form = await _driver(request, driver_id), await read_form(request)
    since = form.date("since", _("从哪天起"))
    point = form.identifier("begins")
    if form.ok:
        with form.refusals():
            await driver_starts.start_from(
                driver.id, point, since, by=request.actor, now=request.now
            )
    return await _answer(request, driver, form, _("出发点已记下"))


@post(
    "/drivers/pairings/{pairing_id:int}/end",
    allows="drivers.write",
    include_in_schema=False,
)
async def part(request: Request, pairing_id: FromPath[int]) -> Response[Any]:
    kitchen = await kitchen_of(request)
    known = {one.id: one for one in await driver_bonds.pairings_for(kitchen.id)}
    if pairing_id not in known:
        raise NotFoundException
    await driver_bonds.end_pairing(pairing_id, by=request.actor, now=request.now)
    return see_other(
        request, f"/drivers/{known[pairing_id].driver_id}", _("结对已结束")
    )


@post(
    "/drivers/{driver_id:int}/certificates",
    allows="drivers.write",
    include_in_schema=False,
)
async def certify(request: Request, driver_id: FromPath[int]) -> Response[Any]:
    """A certificate was shown, or (with `certificate`) a wrong entry is taken back."""
    driver, form = await _driver(request, driver_id), await read_form(request)
    wrong = form.identifier("certificate")
    if wrong is not None:
        reason = form.text("reason", _("撤回原因"), longest=80)
        if form.ok:
            with form.refusals():
                await certificates.void_certificate(
                    driver.kitchen_id, wrong, reason, by=request.actor, now=request.now
                )
    else:
        await _certify(request, driver, form)
    return await _answer(request, driver, form, _("证件已记下"))


async def _certify(request: Request, driver: DriverFacts, form: Form) -> None:
    kind = form.choice("kind", _("证件"), certificates.DRIVER_KINDS)
    number = form.text("number", _("编号"), longest=60, required=False)
    issued = form.date("issued", _("发证日"))
    expires = form.date("expires", _("到期日"), required=kind in ENDING)
    if form.ok:
        with form.refusals():
            await certificates.record_certificate(
                driver.kitchen_id,
                "driver",
                driver.id,
                kind,
                number,
                issued,
                expires,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )


ENDING = ("health", "insurance")
"""Papers that always have a last day; a driving licence may be for good."""

handlers = [pledge, pair, start, part, certify]


async def _driver(request: Request, driver_id: int) -> DriverFacts:
    """A driver of the reader's own kitchen, or a lost page."""
    driver = await drivers.driver_by_id(driver_id)
    if not request.actor.sees_kitchen(driver.kitchen_id):
        raise NotFoundException
    return driver


async def _answer(
    request: Request,
    driver: DriverFacts,
    form: Form,
    said: str,
    candidates: list[tuple[str, str]] | None = None,
) -> Response[Any]:
    if form.ok:
        return see_other(request, f"/drivers/{driver.id}", said)
    return await show_page(request, driver, form, 422, candidates)
