"""Who touches food: this morning's checks, today's posts, everybody's certificates."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import hands as words
from kitchen import certificates, hands
from kitchen.certificates import SOON

PEOPLE = "/hands/people"


@get("/hands/{day:date}/{meal:str}", allows="hands.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _day(request, day, meal_in(meal), Form())


async def _day(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    return page(
        request,
        "hands/index.html",
        status_code=200 if form.ok else 422,
        people=await hands.hands_for(kitchen.id, day, meal),
        day=day,
        meal=meal,
        form=form,
        w=words,
        posts=hands.POSTS,
        food_posts=hands.FOOD_POSTS,
        findings=hands.FINDINGS,
        clock_now=request.now.astimezone(request.settings.timezone).strftime("%H:%M"),
        part="hands",
    )


@post(
    "/hands/{day:date}/{meal:str}/checks",
    allows="hands.record",
    include_in_schema=False,
)
async def check(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One person's morning check."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    heat = form.number("heat", _("体温"), least=30, most=45, required=False)
    found = form.choices("findings", _("不适"), hands.FINDINGS)
    at = form.time("at", _("晨检时间"))
    note = form.text("note", _("备注"), longest=80, required=False)
    fit = True
    if form.ok:
        with form.refusals():
            fit = await hands.record_check(
                kitchen.id,
                form.identifier("hand") or 0,
                day,
                found,
                None if heat is None else round(heat * 10),
                note,
                dt.datetime.combine(day, at, tzinfo=request.settings.timezone),
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _day(request, day, meal_in(meal), form)
    said = _("晨检合格") if fit else _("晨检不合格，今天不能接触食品")
    return see_other(request, day_url("hands", day, meal), said)


@post(
    "/hands/{day:date}/{meal:str}/duties",
    allows="hands.record",
    include_in_schema=False,
)
async def assign(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Put somebody to a post, or (with `duty`) take them off it."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    meal_in(meal)
    ended = form.identifier("duty")
    if ended is None:
        post_name = form.choice("post", _("岗位"), hands.POSTS)
    if form.ok:
        with form.refusals():
            if ended is not None:
                await hands.end_duty(
                    kitchen.id, ended, "", by=request.actor, now=request.now
                )
            else:
                await hands.assign(
                    kitchen.id,
                    form.identifier("hand") or 0,
                    day,
                    meal,
                    post_name,
                    by=request.actor,
                    now=request.now,
                )
    if not form.ok:
        return await _day(request, day, meal, form)
    return see_other(request, day_url("hands", day, meal), _("排岗已改"))


@get(PEOPLE, allows="hands.read", include_in_schema=False)
async def people(request: Request) -> Response[Any]:
    return await _people(request, Form())


async def _people(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    return page(
        request,
        "hands/people.html",
        status_code=200 if form.ok else 422,
        people=await hands.hands_for(kitchen.id, request.today, retired=True),
        today=request.today,
        soon=request.today + SOON,
        form=form,
        w=words,
        ends_on=certificates.ends_on,
        part="people",
    )


@post(PEOPLE, allows="hands.write", include_in_schema=False)
async def change_people(request: Request) -> Response[Any]:
    """Add somebody, or (with `hand`) retire or take back."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    if (hand := form.identifier("hand")) is not None:
        active = form.checkbox("active")
        with form.refusals():
            await hands.set_active(
                kitchen.id, hand, active, by=request.actor, now=request.now
            )
    else:
        name = form.text("name", _("姓名"), longest=40)
        duty = form.text("work", _("工种"), longest=20, required=False)
        if form.ok:
            await hands.add_hand(
                kitchen.id,
                name,
                duty,
                act=str(act_id(form)),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _people(request, form)
    return see_other(request, PEOPLE, _("已保存"))


@post(f"{PEOPLE}/certificates", allows="hands.write", include_in_schema=False)
async def certify(request: Request) -> Response[Any]:
    """A certificate was shown, or (with `certificate`) a wrong entry is taken back."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    wrong = form.identifier("certificate")
    if wrong is not None:
        reason = form.text("reason", _("撤回原因"), longest=80)
    else:
        kind = form.choice("kind", _("证件"), certificates.FOOD_KINDS)
        number = form.text("number", _("编号"), longest=60, required=False)
        issued = form.date("issued", _("发证日"))
        expires = form.date("expires", _("到期日"), required=kind == "health")
    if form.ok:
        with form.refusals():
            if wrong is not None:
                await certificates.void_certificate(
                    kitchen.id, wrong, reason, by=request.actor, now=request.now
                )
            else:
                hand_id = form.identifier("hand") or 0
                await hands.hand_of(kitchen.id, hand_id, request.today)
                await certificates.record_certificate(
                    kitchen.id,
                    "hand",
                    hand_id,
                    kind,
                    number,
                    issued,
                    expires,
                    act=str(act_id(form)),
                    by=request.actor,
                    now=request.now,
                )
    if not form.ok:
        return await _people(request, form)
    return see_other(request, PEOPLE, _("证件已记下"))


handlers = [
    day_redirect("hands", "hands.read"),
    index,
    check,
    assign,
    people,
    change_people,
    certify,
]
