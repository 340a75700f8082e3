"""Food safety of a meal: what was measured, what is kept, who is reached too late."""

import datetime as dt
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app import pack_jobs
from app.days import day_redirect, day_url, meal_in
from app.desk import Desk
from app.forms import Form, act_id, read_form
from app.i18n import language
from app.i18n import translate as _
from app.paper_safety import MOST_DAYS, packs_over
from app.pdf import pdf_answer
from app.policy import may
from app.print_desk import joined_pages
from app.print_papers import paper_at
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.typed import parse_date
from app.words import safety as words
from kitchen import food_clocks, places, round_plans, samples, trip_temperatures
from kitchen.batches import cooked_for

INSPECTION = "/safety/inspection"


@get("/safety/{day:date}/{meal:str}", allows="safety.read", include_in_schema=False)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _day(request, day, meal_in(meal), Form())


async def _day(request: Request, day: dt.date, meal: str, form: Form) -> Response[Any]:
    kitchen, now = await kitchen_of(request), request.now
    when = (kitchen.id, day, meal)
    cooked = await cooked_for(*when)
    kept = await samples.samples_for(*when)
    plan = await round_plans.published_plan(*when) or await round_plans.latest_plan(
        *when
    )
    points = {point.id: point.name for point in await places.points_for(kitchen.id)}
    readings = await trip_temperatures.trip_readings(kitchen.id, day, day)
    return page(
        request,
        "safety/index.html",
        status_code=200 if form.ok else 422,
        kitchen=kitchen,
        day=day,
        meal=meal,
        now=now,
        form=form,
        w=words,
        cooked=cooked,
        kept=kept,
        missing=samples.without_sample(cooked, kept, kitchen.sample_grams),
        fridge=[s for s in await samples.in_the_fridge(kitchen.id) if s.is_due(now)],
        readings=[reading for reading in readings if reading.meal == meal],
        rounds=[row.number for row in plan.rounds] if plan else [],
        points=points,
        at_risk=await food_clocks.stops_at_risk(*when, now),
        may_name=may(request.actor, "registry.read") and not request.actor.point_id,
        clock_now=now.astimezone(request.settings.timezone).strftime("%H:%M"),
        part="safety",
    )


@post(
    "/safety/{day:date}/{meal:str}/temperatures",
    allows="safety.record",
    include_in_schema=False,
)
async def measure(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """How warm a round's food is, as it leaves or at its last stop."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    number = form.integer("round", _("线路"), least=1, most=99)
    stage = form.choice("stage", _("在哪里"), trip_temperatures.STAGES)
    heat = form.number("degrees", _("温度"), least=-30, most=120)
    at = form.time("at", _("测温时间"))
    if form.ok:
        with form.refusals():
            await trip_temperatures.record_trip(
                kitchen.id,
                day,
                meal_in(meal),
                number,
                stage,
                round(heat * 10),
                dt.datetime.combine(day, at, tzinfo=request.settings.timezone),
                act=act_id(form),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _day(request, day, meal_in(meal), form)
    return see_other(request, day_url("safety", day, meal), _("温度已记下"))


@post(
    "/safety/{day:date}/{meal:str}/samples",
    allows="safety.record",
    include_in_schema=False,
)
async def clear(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Samples whose time is over leave the fridge."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    fate = form.choice("fate", _("去向"), words.FATE_WORDS)
    chosen = [int(text) for text in form.typed.get("sample", ()) if text.isdecimal()]
    if not chosen:
        form.refuse_field("sample", _("请勾选要处理的留样"))
    if form.ok:
        with form.refusals():
            await samples.take_out(
                kitchen.id,
                [key for key in chosen if key < 10**9],
                request.now,
                fate,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _day(request, day, meal_in(meal), form)
    return see_other(request, day_url("safety", day, meal), _("留样已登记处理"))


@get(INSPECTION, allows="hands.read", include_in_schema=False)
async def inspection(request: Request) -> Response[Any]:
    """Choose the days of an inspection pack; `?first=&last=` shows it."""
    asked = {name: request.query_params.get(name, "") for name in ("first", "last")}
    chosen = any(asked.values())
    if not chosen:
        month = request.today.replace(day=1)
        asked = {"first": month.isoformat(), "last": request.today.isoformat()}
    form = Form.filled(**asked)
    first = form.date("first", _("从哪天"))
    last = form.date("last", _("到哪天"))
    if form.ok and not first <= last <= first + MOST_DAYS:
        form.refuse_field(
            "last",
            _("到哪天：应在 {first} 之后、十年以内", first=first),
        )
    return page(
        request,
        "safety/inspection.html",
        status_code=200 if form.ok else 422,
        form=form,
        subject=f"{first}_{last}" if form.ok else "",
        packs=packs_over(first, last) if form.ok else [],
        day=last if form.ok else request.today,
        shown=chosen and form.ok,
        part="inspection",
        meal=request.settings.meals[0],
    )


@post(INSPECTION, allows="safety.packs", include_in_schema=False)
async def draw(request: Request) -> Response[Any]:
    """Many months take minutes: drawn in the background, then led to."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    first, last = form.date("first", _("从哪天")), form.date("last", _("到哪天"))
    packs = _subjects(first, last) if form.ok else []
    if not packs:
        raise NotFoundException
    arguments = {
        "kitchen": kitchen.id,
        "packs": packs,
        "language": language.get(),
        "desk": Desk.of(request.settings).as_json(),
    }
    job = await request.app.state.jobs.start(
        pack_jobs.JOB, _("检查资料"), arguments, request.actor
    )
    return see_other(request, f"/jobs/{job}")


@get(f"{INSPECTION}/{{file:str}}", allows="hands.read", include_in_schema=False)
async def pack(request: Request, file: FromPath[str]) -> Response[Any]:
    """The pack itself, `2026-11-01_2026-11-30.pdf`, as the records stand now; of many
    months month by month, in one file."""
    kitchen, desk = await kitchen_of(request), Desk.of(request.settings)
    first, _bar, last = file.removesuffix(".pdf").partition("_")
    days = parse_date(first), parse_date(last)
    papers = [
        await paper_at(desk, kitchen.id, request.today, "", "inspection", subject)
        for subject in _subjects(*days)
    ]
    found = [paper for paper in papers if paper is not None]
    if not found or not file.endswith(".pdf"):
        raise NotFoundException
    return pdf_answer(await joined_pages(desk, kitchen.id, found))


def _subjects(first: dt.date | None, last: dt.date | None) -> list[str]:
    if first is None or last is None or not first <= last <= first + MOST_DAYS:
        return []
    return packs_over(first, last)


handlers = [
    day_redirect("safety", "safety.read"),
    index,
    measure,
    clear,
    inspection,
    draw,
    pack,
]
