"""The driver's own telephone: a round opened by the code on its sheet, one stop a
screen. Plain forms; with scripts the same acts wait in the browser's queue.
"""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.policy import PUBLIC
from app.refusals import sentence_for
from app.rendering import page, see_other
from app.requests import Request
from app.trip_pages import BLANK, trip_view
from app.words.deliveries import LAST_MEALS
from app.words.rounds import begins_words
from app.words.trip import TROUBLES
from kitchen import acts, trip_acts
from kitchen.errors import Refusal
from kitchen.outcomes import DOOR_OUTCOMES, Report
from kitchen.round_passes import Trip, open_pass

STATIC = Path(__file__).parents[2] / "static"
SHELL = "/trip/shell"
KEPT_FILES = ("tokens.css", "trip.css", "queue.js", "trip.js")
SAID = (*DOOR_OUTCOMES, "reached", "point")


@get("/trip/{code:str}", allows=PUBLIC, include_in_schema=False)
async def index(request: Request, code: FromPath[str]) -> Response[Any]:
    return await _page(request, code, Form())


@post("/trip/{code:str}/reports", allows=PUBLIC, include_in_schema=False)
async def report(request: Request, code: FromPath[str]) -> Response[Any]:
    """送到了, 没人应, 有情况: one form, told apart by its outcome."""
    trip = await _opened(request, code)
    if isinstance(trip, Response):
        return trip
    form = await read_form(request)
    said = _report(request, form, trip)
    if form.ok:
        with form.refusals():
            await trip_acts.report(
                trip,
                form.identifier("stop") or 0,
                said,
                str(act_id(form)),
                now=request.now,
            )
    if not form.ok:
        return await _page(request, code, form, 422)
    return see_other(request, f"/trip/{code}?did={form.identifier('position') or 0}")


@post("/trip/{code:str}/undo", allows=PUBLIC, include_in_schema=False)
async def undo(request: Request, code: FromPath[str]) -> Response[Any]:
    trip = await _opened(request, code)
    if isinstance(trip, Response):
        return trip
    form = await read_form(request)
    with form.refusals():
        await trip_acts.undo(
            trip, form.identifier("stop") or 0, str(act_id(form)), now=request.now
        )
    if not form.ok:
        return await _page(request, code, form, 422)
    position = form.identifier("position") or 0
    return see_other(request, f"/trip/{code}?stop={position}")


@post("/trip/{code:str}/numbers", allows=PUBLIC, include_in_schema=False)
async def number(request: Request, code: FromPath[str]) -> Response[Any]:
    """The full number, on request and logged; as a page or, for the script, alone."""
    trip = await _opened(request, code)
    if isinstance(trip, Response):
        return trip
    form = await read_form(request)
    whom = form.text("whom", _("打给谁"), longest=40)
    phone = ""
    if form.ok:
        with form.refusals():
            phone = await trip_acts.number_behind(
                trip, form.identifier("stop") or 0, whom, now=request.now
            )
    if request.wants_json:
        return Response({"phone": phone}, media_type="application/json")
    status = 200 if form.ok else 422
    return await _page(request, code, form, status, {whom: phone} if form.ok else {})


@post("/trip/{code:str}/acts", allows=PUBLIC, csrf="json", include_in_schema=False)
async def act(request: Request, code: FromPath[str]) -> Response[Any]:
    """One act out of the telephone's queue: {id, device_seq, kind, stop, …}. The same
    id again has the same answer; 410 when the pass is over, 409 when the office has
    said otherwise."""
    try:
        trip = await open_pass(code, today=request.today, now=request.now)
    except Refusal as refusal:
        return _json(410, refusal.code, sentence_for(refusal))
    form = await _form_of_json(request)
    if form is None:
        return _json(400, "bad_act", _("读不懂这一条"))
    said = _report(request, form, trip) if form.raw("kind") != "undo" else None
    if said is not None and not form.ok:
        return _json(422, "bad_act", "；".join(form.errors.values()))
    stop_id, key = form.identifier("stop") or 0, str(act_id(form))
    try:
        if said is None:
            await trip_acts.undo(trip, stop_id, key, now=request.now)
        else:
            await trip_acts.report(trip, stop_id, said, key, now=request.now)
    except Refusal as refusal:
        if refusal.code == "act_tampered":
            await acts.record_tampering(
                key, by=trip.actor.name, staff_id=trip.actor.staff_id, at=request.now
            )
            return _json(422, refusal.code, sentence_for(refusal))
        return _json(409, refusal.code, sentence_for(refusal))
    return _json(201, "ok", "")


@get(SHELL, allows=PUBLIC, include_in_schema=False)
async def shell(request: Request) -> Response[Any]:
    """The page without a round in it, kept by the telephone to open without network."""
    return page(
        request,
        "trip/shell.html",
        stop=BLANK,
        troubles=TROUBLES,
        LAST_MEALS=LAST_MEALS,
    )


@get("/trip/worker.js", allows=PUBLIC, include_in_schema=False)
async def worker(request: Request) -> Response[str]:
    """The service worker; only over HTTPS (or on this machine) do browsers run it."""
    files = [SHELL, *(request.assets.url(name) for name in KEPT_FILES)]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    head = (
        f"const FILES = {json.dumps(files)}, SHELL = {json.dumps(SHELL)},"
        f" VERSION = {json.dumps(version)};\n"
    )
    text = (STATIC / "trip_worker.js").read_text("utf-8")
    return Response(head + text, media_type="text/javascript")


handlers = [index, report, undo, number, act, shell, worker]


async def _opened(request: Request, code: str) -> "Trip | Response[Any]":
    """The round, or the friendly closed page; a wrong code looks like an old one."""
    try:
        return await open_pass(code, today=request.today, now=request.now)
    except Refusal as refusal:
        status = 404 if refusal.code == "pass_unknown" else 410
        return page(request, "trip/closed.html", refusal=refusal, status_code=status)


async def _page(
    request: Request,
    code: str,
    form: Form,
    status_code: int = 200,
    numbers: dict[str, str] | None = None,
) -> Response[Any]:
    trip = await _opened(request, code)
    if isinstance(trip, Response):
        return trip
    asked = form.raw("position") or request.query_params.get("stop", "0")
    did = _small(request.query_params.get("did", "0"))
    paper = request.query_params.get("s", "")[:16]

    def clock(at: dt.datetime) -> str:
        return at.astimezone(request.settings.timezone).strftime("%H:%M")

    return page(
        request,
        "trip/index.html",
        status_code=status_code,
        view=await trip_view(trip, _small(asked), did, paper, clock, now=request.now),
        form=form,
        numbers=numbers or {},
        troubles=TROUBLES,
        LAST_MEALS=LAST_MEALS,
        begins_words=begins_words,
    )


def _small(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _report(request: Request, form: Form, trip: Trip) -> Report:
    """What was tapped; trouble goes into the note with its kind in words."""
    trouble = form.choice("trouble", _("什么情况"), TROUBLES, required=False)
    note = form.text("note", _("备注"), longest=200, required=False)
    heat = form.number("heat", _("温度"), least=-30, most=120, required=False)
    if trouble:
        note = f"{_(TROUBLES[trouble])}：{note}" if note else _(TROUBLES[trouble])
    said = form.choice("outcome", _("结果"), SAID)
    who = form.text(
        "receiver", _("谁代收、联系到了谁、放在哪里"), longest=40, required=False
    )
    if said == "reached" and not who:
        form.refuse_field("receiver", _("请写明联系到了谁"))
    if said == "agreed_place":
        note = who or note
    return Report(
        outcome="no_answer" if said == "reached" else said,
        reported_by=trip.driver.name,
        received_by=who if said in ("family", "neighbour", "point") else "",
        reached=who if said == "reached" else "",
        condition="changed" if trouble in ("body", "home") else "",
        last_meal=form.choice(
            "last_meal", _("上一餐"), tuple(LAST_MEALS), required=False
        ),
        note=note,
        source=trip_acts.SOURCE,
        happened_at=trip_acts.happened_at(
            _instant(form.raw("happened_at")), request.now
        ),
        payment="cash" if form.checkbox("cash") else "later",
        portions=form.integer("portions", _("份数"), most=5000, required=False),
        decidegrees=None if heat is None else round(heat * 10),
    )


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text[:40]) if text else None
    except ValueError:
        return None


FIELDS = frozenset(
    {
        *("id", "device_seq", "kind", "stop", "outcome", "receiver"),
        *("trouble", "note", "last_meal", "cash", "portions", "heat", "happened_at"),
    }
)


async def _form_of_json(request: Request) -> Form | None:
    """The same fields as the form's, out of JSON; None when it is anything else."""
    try:
        body = await request.json()
    except Exception:
        return None
    if not isinstance(body, dict) or not FIELDS.issuperset(body):
        return None
    typed = {k: [str(v)] for k, v in body.items() if isinstance(v, str | int)}
    if len(typed) != len(body):
        return None
    return Form({**typed, "act": typed.get("id", [""])})


def _json(status: int, code: str, sentence: str) -> Response[Any]:
    return Response(
        {"code": code, "sentence": sentence},
        status_code=status,
        media_type="application/json",
    )
