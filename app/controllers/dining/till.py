"""The till: one field that always listens, one keystroke for each elder."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from app.days import day_redirect, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.people_forms import read_card
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, point_of, points_of
from app.till_pages import (
    PAYMENTS,
    Outcome,
    all_apart,
    card_in,
    guest_of,
    payment_in,
    tell_of_tampering,
    till_page,
)
from kitchen import dining, headcounts, places, registry
from kitchen.cards import BlockedCard, blocked_card
from kitchen.dining import Guest
from kitchen.dining import Request as Asked
from kitchen.errors import Refusal
from kitchen.places import PointFacts


@get("/dining/{day:date}/{meal:str}", allows="dining.read", include_in_schema=False)
async def choose(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any] | Redirect:
    """Which counter; staff of one point go straight to theirs."""
    meal = meal_in(meal)
    kitchen = await kitchen_of(request)
    points = await points_of(request, kitchen.id)
    if len(points) == 1:
        return Redirect(f"/dining/{day}/{meal}/{points[0].id}", status_code=303)
    expected = await headcounts.expected_by_point(
        kitchen.id, day, meal, [point.id for point in points]
    )
    totals = {p.id: await dining.totals_of(p.id, day, meal, expected) for p in points}
    shifts = {p.id: await dining.shift_of(p.id, day, meal) for p in points}
    return page(
        request,
        "dining/points.html",
        day=day,
        meal=meal,
        points=points,
        totals=totals,
        shifts=shifts,
    )


@get(
    "/dining/{day:date}/{meal:str}/{point:int}",
    allows="dining.read",
    include_in_schema=False,
)
async def till(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    here = await point_of(request, point)
    return await till_page(request, day, meal_in(meal), here, Form())


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/guests",
    allows="dining.serve",
    include_in_schema=False,
)
async def guests(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Who the letters typed so far may mean, as tiles."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    typed = request.query_params.get("q", "")[:60]
    blocked = await _blocked(typed, here)
    found = [] if blocked else await dining.find(typed, here.id, day, meal)
    return page_or_fragment(
        request,
        "dining/guests.html",
        "dining/_guests.html",
        day=day,
        meal=meal,
        point=here,
        payment=payment_in(request.query_params.get("payment", "")),
        card="",
        next_day=await places.next_day_served(here.kitchen_id, day),
        guests=tuple(found),
        apart=all_apart(found),
        typed=typed,
        refusal=blocked.refusal() if blocked else None,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/servings",
    allows="dining.serve",
    include_in_schema=False,
)
async def serve(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """One keystroke: whoever is meant is served, or the bar says what is in the
    way and what the next keystroke would do."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    payment = form.choice("payment", _("怎么付"), tuple(PAYMENTS))
    form.check()
    lost = await _blocked(form.raw("q"), here)
    if lost is not None:
        refused = await _refuse_card(request, lost, here, day, meal)
        return await till_page(request, day, meal, here, form, refused)
    guest, outcome = await _meant(form, here, day, meal)
    if outcome is None:
        outcome = await _serve(request, form, here, day, meal, guest, payment)
    return await till_page(request, day, meal, here, form, outcome)


async def _blocked(typed: str, point: PointFacts) -> BlockedCard | None:
    """The lost card whose number was read, if it is one."""
    number = card_in(typed.strip())
    return await blocked_card(number, point.kitchen_id) if number else None


async def _refuse_card(
    request: Request, card: BlockedCard, point: PointFacts, day: dt.date, meal: str
) -> Outcome:
    """The bar says so, and the attempt is kept: an auditor may ask who tried."""
    asked = Asked(point.id, day, meal, card.elder_id, "subsidised", "cash")
    await dining.keep_refusal(asked, card.refusal(), by=request.actor, now=request.now)
    return Outcome("refused", refusal=card.refusal())


async def _meant(
    form: Form, point: PointFacts, day: dt.date, meal: str
) -> tuple[Guest | None, Outcome | None]:
    """The guest meant by a tile or by the field; or the question to ask first."""
    chosen = form.identifier("elder")
    if form.raw("stranger"):
        return None, None
    typed = form.raw("q").strip()[:60]
    if chosen is None and not typed:
        return None, Outcome("idle")
    if chosen is not None:
        named = await guest_of(form, point, day, meal)
        found = [named] if named else []
    else:
        found = await dining.find(typed, point.id, day, meal)
    if len(found) != 1:
        return None, _which(found, typed)
    guest = found[0]
    sure = form.raw("sure") == "yes"
    if guest.served is not None and form.raw("tariff") != "full":
        return guest, Outcome("already", guest=guest)
    if (guest.booking != "here" or guest.state != "active") and not sure:
        return guest, Outcome("walk_in", guest=guest)
    return guest, None


def _which(found: list[Guest], typed: str, card: str = "") -> Outcome:
    if not found:
        return Outcome("unknown", typed=typed, card=card or card_in(typed))
    return Outcome("choose", guests=tuple(found), typed=typed, card=card)


async def _serve(
    request: Request,
    form: Form,
    point: PointFacts,
    day: dt.date,
    meal: str,
    guest: Guest | None,
    payment: str,
) -> Outcome:
    full = guest is None or form.raw("tariff") == "full"
    asked = Asked(
        point_id=point.id,
        day=day,
        meal=meal,
        elder_id=guest.person.id if guest else None,
        tariff="full" if full else "subsidised",
        payment=payment,
        amount_shown_fen=form.identifier("shown"),
        device=form.raw("device")[:60] or request.device,
    )
    try:
        answer, _repeated = await dining.serve(
            str(act_id(form)), asked, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        await tell_of_tampering(request, form, refusal)
        return Outcome("refused", guest=guest, refusal=refusal)
    return Outcome(
        "served",
        guest=guest,
        self_pay_fen=answer["self_pay_fen"],
        meal_id=answer["meal_id"],
        list_price_fen=answer["list_price_fen"],
        lines=tuple((payer, fen) for payer, fen, _why in answer["lines"]),
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/voids/{served:int}",
    allows="dining.undo",
    include_in_schema=False,
)
async def undo(
    request: Request,
    day: FromPath[dt.date],
    meal: FromPath[str],
    point: FromPath[int],
    served: FromPath[int],
) -> Response[Any]:
    """Take one meal back as a reversing entry."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    lines = await dining.served_at(here.id, day, meal)
    outcome = None
    if served in {line.meal_id for line in lines}:
        try:
            await dining.undo(served, "按错", by=request.actor, now=request.now)
        except Refusal as refusal:
            outcome = Outcome("refused", refusal=refusal)
    return await till_page(request, day, meal, here, form, outcome)


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/cards",
    allows="dining.serve",
    include_in_schema=False,
)
async def bind_card(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """A card nobody knows is given to whoever stands there: next time it works."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    card = read_card(form)
    typed = form.text("who", _("绑定给"), longest=60, required=False)
    chosen = form.identifier("elder")
    if not form.ok:
        return await till_page(request, day, meal, here, form, Outcome("unknown"))
    if chosen is None:
        found = await dining.find(typed, here.id, day, meal) if typed else []
    else:
        named = await guest_of(form, here, day, meal)
        found = [named] if named else []
    if len(found) != 1:
        outcome = _which(found, typed, card)
        return await till_page(request, day, meal, here, form, outcome)
    outcome = Outcome("bound", guest=found[0], card=card)
    try:
        await registry.bind_card(
            found[0].person.id, card, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        outcome = Outcome("refused", guest=found[0], refusal=refusal)
    return await till_page(request, day, meal, here, form, outcome)


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/shift",
    allows="dining.shift",
    include_in_schema=False,
)
async def open_shift(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    here = await point_of(request, point)
    await read_form(request)
    await dining.open_shift(
        here.id, day, meal_in(meal), by=request.actor, now=request.now
    )
    return see_other(request, f"/dining/{day}/{meal}/{point}")


handlers = [
    day_redirect("dining", "dining.read"),
    choose,
    till,
    guests,
    serve,
    undo,
    bind_card,
    open_shift,
]
