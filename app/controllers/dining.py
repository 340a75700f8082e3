"""The till: one field that always listens, and the counter's whole meal around it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response

from app.days import day_redirect, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, point_of, points_of
from app.words.diets import key_words
from kitchen import dining, headcounts, registry
from kitchen.dining import Guest
from kitchen.dining import Request as Asked
from kitchen.errors import Refusal
from kitchen.places import PointFacts

PAYMENTS = {
    "cash": N_("现金"),
    "account": N_("账户"),
    "voucher": N_("餐券"),
    "later": N_("记账"),
}
FATES = {"returned": N_("退回厨房"), "wasted": N_("倒掉")}
SOURCES = {"paper": N_("纸质名单"), "telephone": N_("电话报数")}
LIST_LENGTH = 8


@dataclass(frozen=True)
class Outcome:
    """What the bar says after an act: tone, words, and what may be done next.

    kind: idle | served | already | walk_in | choose | unknown | refused
    """

    kind: str
    guest: Guest | None = None
    guests: tuple[Guest, ...] = ()
    self_pay_fen: int = 0
    meal_id: int | None = None
    refusal: Refusal | None = None
    typed: str = ""


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
    totals = {p.id: await dining.totals_of(p.id, day, meal) for p in points}
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
    return await _till(request, day, meal_in(meal), here, Form())


async def _till(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    outcome: Outcome | None = None,
    *,
    status_code: int = 200,
) -> Response[Any]:
    return page_or_fragment(
        request,
        "dining/till.html",
        "dining/_till.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        outcome=outcome,
        payment=form.raw("payment") or "cash",
        payments=PAYMENTS,
        shift=await dining.shift_of(point.id, day, meal),
        totals=await dining.totals_of(point.id, day, meal),
        latest=await dining.served_at(point.id, day, meal, LIST_LENGTH),
    )


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
    return page_or_fragment(
        request,
        "dining/guests.html",
        "dining/_guests.html",
        day=day,
        meal=meal,
        point=here,
        payment=request.query_params.get("payment", "cash"),
        guests=tuple(await dining.find(typed, here.id, day, meal)),
        typed=typed,
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
    guest, outcome = await _meant(form, here, day, meal)
    if outcome is None:
        outcome = await _serve(request, form, here, day, meal, guest, payment)
    return await _till(request, day, meal, here, form, outcome)


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
        people = list((await registry.elders_by_id([chosen])).values())
        found = await dining.guests(people, point.id, day, meal)
    else:
        found = await dining.find(typed, point.id, day, meal)
    if not found:
        return None, Outcome("unknown", typed=typed)
    if len(found) > 1:
        return None, Outcome("choose", guests=tuple(found), typed=typed)
    guest = found[0]
    sure = form.raw("sure") == "yes"
    if guest.served is not None and form.raw("tariff") != "full":
        return guest, Outcome("already", guest=guest)
    if (guest.booking != "here" or guest.state != "active") and not sure:
        return guest, Outcome("walk_in", guest=guest)
    return guest, None


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
        device=request.device,
    )
    try:
        answer, _repeated = await dining.serve(
            str(act_id(form)), asked, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        return Outcome("refused", guest=guest, refusal=refusal)
    return Outcome(
        "served",
        guest=guest,
        self_pay_fen=answer["self_pay_fen"],
        meal_id=answer["meal_id"],
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
    return await _till(request, day, meal, here, form, outcome)


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


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/counter",
    allows="dining.read",
    include_in_schema=False,
)
async def counter(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Received, passed on, left over, and the end of the shift."""
    here = await point_of(request, point)
    return await _counter(request, day, meal_in(meal), here, Form())


async def _counter(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    eaters = await headcounts.eaters_at(kitchen.id, day, meal, point.id)
    spares = await headcounts.spares_for(kitchen.id, day, meal)
    expected: dict[str, int] = {}
    for eater in eaters:
        key = eater.diet.key
        expected[key] = expected.get(key, 0) + eater.portions
    for spare in spares:
        if spare.point_id == point.id:
            expected[spare.diet_key] = expected.get(spare.diet_key, 0) + spare.portions
    keys = sorted(expected, key=lambda key: (key != "regular", key)) or ["regular"]
    others = [p for p in await points_of(request, kitchen.id) if p.id != point.id]
    return page(
        request,
        "dining/counter.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        keys=keys,
        expected=expected,
        totals=await dining.totals_of(point.id, day, meal),
        received=await dining.received_at(point.id, day, meal),
        shift=await dining.shift_of(point.id, day, meal),
        others=others,
        other_options=[(other.id, other.name) for other in others],
        key_options=[(key, key_words(key)) for key in keys],
        fates=FATES,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/receipts",
    allows="dining.receive",
    include_in_schema=False,
)
async def receive(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions that arrived, by diet, with temperature and signature."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    portions = {}
    for name in form.typed:
        if name.startswith("portions_"):
            number = form.integer(
                name, _("收到份数"), least=0, most=999, required=False
            )
            portions[name.removeprefix("portions_")] = number or 0
    warm = form.number(
        "temperature", _("到达温度"), least=-20, most=110, required=False
    )
    signed = form.text("signed_by", _("签收人"), longest=40)
    if form.ok:
        try:
            await dining.receive(
                here.id,
                day,
                meal,
                portions,
                decidegrees=None if warm is None else round(warm * 10),
                signed_by=signed,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    return await _back(request, day, meal, here, form, _("已登记收餐"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/transfers",
    allows="dining.receive",
    include_in_schema=False,
)
async def transfer(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions passed to another point, where somebody is short."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    portions = form.integer("moved", _("调出份数"), least=1, most=500)
    diet = form.text("diet", _("饮食"), longest=60)
    other = form.identifier("to")
    reason = form.text("why", _("原因"), longest=80)
    if form.ok:
        try:
            await dining.transfer(
                kitchen_id=kitchen.id,
                day=day,
                meal=meal,
                diet_key=diet,
                portions=portions,
                reason=reason,
                from_point_id=here.id,
                to_point_id=other,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    return await _back(request, day, meal, here, form, _("已登记调拨"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/leftovers",
    allows="dining.receive",
    include_in_schema=False,
)
async def leftover(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Portions nobody got, and what became of them."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    portions = form.integer("left", _("剩余份数"), least=1, most=500)
    diet = form.text("diet", _("饮食"), longest=60)
    fate = form.choice("fate", _("怎么处理"), tuple(FATES))
    reason = form.text("why", _("原因"), longest=80)
    if form.ok:
        try:
            await dining.record_leftover(
                kitchen_id=kitchen.id,
                day=day,
                meal=meal,
                diet_key=diet,
                portions=portions,
                fate=fate,
                reason=reason,
                point_id=here.id,
                by=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            form.refuse(refusal)
    return await _back(request, day, meal, here, form, _("已登记剩余"))


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/shift/closure",
    allows="dining.shift",
    include_in_schema=False,
)
async def close_shift(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Cash counted against the rows."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    cash = form.fen("cash", _("现金清点"))
    note = form.text("note", _("说明"), longest=200, required=False)
    if form.ok:
        try:
            await dining.close_shift(
                here.id, day, meal, cash, note, by=request.actor, now=request.now
            )
        except Refusal as refusal:
            form.refuse(refusal)
    return await _back(request, day, meal, here, form, _("已收班"))


async def _back(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    notice: str,
) -> Response[Any]:
    if not form.ok:
        return await _counter(request, day, meal, point, form, status_code=422)
    return see_other(request, f"/dining/{day}/{meal}/{point.id}/counter", notice)


@get(
    "/dining/{day:date}/{meal:str}/{point:int}/roster",
    allows="dining.read",
    include_in_schema=False,
)
async def roster(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Everybody expected, for entry from paper or by telephone, name by name."""
    here = await point_of(request, point)
    return await _roster(request, day, meal_in(meal), here, Form())


async def _roster(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    status_code: int = 200,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    eaters = await headcounts.eaters_at(kitchen.id, day, meal, point.id)
    served = await dining.served_at(point.id, day, meal)
    return page(
        request,
        "dining/roster.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        eaters=eaters,
        fed={line.elder_id for line in served if not line.voided},
        sources=SOURCES,
        payments=PAYMENTS,
    )


@post(
    "/dining/{day:date}/{meal:str}/{point:int}/roster",
    allows="dining.serve",
    include_in_schema=False,
)
async def enter_roster(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> Response[Any]:
    """Record those ticked on paper, each as an act of its own. There is no tick for
    all: subsidy money follows each name."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    form = await read_form(request)
    source = form.choice("source", _("从哪里补录"), tuple(SOURCES))
    reason = form.text("reason", _("原因"), longest=80)
    payment = form.choice("payment", _("怎么付"), tuple(PAYMENTS))
    ticked = sorted({int(i) for i in form.typed.get("elder", []) if i.isdigit()})
    if not ticked:
        form.refuse_field("elder", _("名单：还没有勾选一位老人"))
    done = 0
    act = act_id(form)
    for elder_id in ticked if form.ok else ():
        asked = Asked(
            here.id,
            day,
            meal,
            elder_id,
            "subsidised",
            payment,
            source=source,
            reason=reason,
            device=request.device,
        )
        try:
            await dining.serve(
                f"{act}-{elder_id}", asked, by=request.actor, now=request.now
            )
            done += 1
        except Refusal as refusal:
            form.refuse(refusal)
    if not form.ok:
        return await _roster(request, day, meal, here, form, status_code=422)
    return see_other(
        request,
        f"/dining/{day}/{meal}/{point}/roster",
        _("已补录 {n} 位", n=done),
    )


handlers = [
    day_redirect("dining", "dining.read"),
    choose,
    till,
    guests,
    serve,
    undo,
    open_shift,
    counter,
    receive,
    transfer,
    leftover,
    close_shift,
    roster,
    enter_roster,
]
