"""For tills without the network: the day pack, the acts they report, the tally."""

import datetime as dt
import hashlib
import json
import uuid
from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.params import FromPath, JSONBody
from litestar.response import Response
from msgspec import Meta

from app import sessions
from app.api_shapes import Body, Line, Name, Payment, RowId, unreadable
from app.assets import FOLDER
from app.days import meal_in
from app.rendering import page
from app.requests import Request
from app.scope import point_of
from app.till_packs import pack_json
from app.till_pages import PAYMENTS
from app.typed import CONTROL
from kitchen import acts, dining, tablets
from kitchen.dining import Told
from kitchen.errors import Refusal

HANDLERS: Any = {ValidationException: unreadable}


class ActIn(Body, kw_only=True):
    """One act of an offline till. `id` is made at the tap; `of` is the act that an undo
    takes back; `device_seq` counts this tablet's acts without gaps."""

    id: uuid.UUID
    pack: Annotated[str, Meta(max_length=200)]
    kind: Literal["serve", "undo"] = "serve"
    of: Annotated[str, Meta(max_length=60)] = ""
    elder: RowId | None = None
    name: Annotated[str, Meta(max_length=40)] = ""
    tariff: Literal["subsidised", "full"] = "subsidised"
    payment: Payment = "cash"
    amount_shown_fen: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    happened_at: dt.datetime
    clock_offset_seconds: Annotated[int, Meta(ge=-100_000_000, le=100_000_000)] = 0
    device: Name = "?"
    device_seq: Annotated[int, Meta(ge=0, le=2_000_000_000)] = 0


class TallyIn(Body, kw_only=True):
    """Every act a tablet holds for one meal, sent and unsent."""

    pack: Annotated[str, Meta(max_length=200)]
    acts: Annotated[list[Line], Meta(max_length=2000)]
    device: Name = "?"


@get(
    "/api/till/packs/{day:date}/{meal:str}/{point:int}",
    allows="dining.serve",
    include_in_schema=False,
)
async def pack(
    request: Request, day: FromPath[dt.date], meal: FromPath[str], point: FromPath[int]
) -> dict[str, Any]:
    """What the tablet keeps to go on serving: people, prices, the day, all signed."""
    meal = meal_in(meal)
    here = await point_of(request, point)
    await tablets.refuse_blocked(await sessions.tablet_of(request.session_token))
    found = await dining.pack_for(here.id, day, meal, now=request.now)
    return pack_json(found, here.id, day, meal, request.now)


@post(
    "/api/till/acts",
    allows="dining.serve",
    include_in_schema=False,
    exception_handlers=HANDLERS,
)
async def report(request: Request, data: JSONBody[ActIn]) -> Response[dict[str, Any]]:
    """One act that has happened. 201 first, 200 again, 422 when the id was used for
    something else; `status` says what became of it."""
    key = str(data.id)
    await point_of(request, dining.read_token(data.pack).point_id)
    try:
        answer, repeated = await dining.report(
            key, told_by(data, request), by=request.actor, now=request.now
        )
    except Refusal as refusal:
        if refusal.code == "act_tampered":
            await acts.record_tampering(
                key,
                by=request.actor.name,
                staff_id=request.actor.staff_id,
                at=request.now,
                device=request.device,
            )
        raise
    return Response(answer, status_code=200 if repeated else 201)


def told_by(data: ActIn, request: Request) -> Told:
    at = data.happened_at
    return Told(
        pack=data.pack,
        kind=data.kind,
        of=data.of,
        elder_id=data.elder,
        name=CONTROL.sub("", data.name),  # eaten is eaten: nothing is turned away
        tariff=data.tariff,
        payment=data.payment,
        amount_shown_fen=data.amount_shown_fen,
        happened_at=at if at.tzinfo else at.replace(tzinfo=dt.UTC),
        clock_offset_seconds=data.clock_offset_seconds,
        device=data.device,
        device_seq=data.device_seq,
    )


@post(
    "/api/till/tallies",
    allows="dining.serve",
    include_in_schema=False,
    status_code=200,
    exception_handlers=HANDLERS,
)
async def tally(request: Request, data: JSONBody[TallyIn]) -> dict[str, Any]:
    """Which of the tablet's acts the server holds: {"held": n, "missing": [ids],
    "check": 8 letters of the held ones, printed on both sides}; kept for the day's
    sheet."""
    await point_of(request, dining.read_token(data.pack).point_id)
    held = await dining.tally(
        data.pack, data.acts, data.device, by=request.actor, now=request.now
    )
    missing = sorted(set(data.acts) - set(held))
    return {"held": len(held), "missing": missing, "check": dining.check_of(held)}


KEPT_FILES = (
    *("tokens.css", "app.css", "components.css", "dining.css"),
    *("queue.js", "tablet.js", "till.js", "till_offline.js", "vendor/icons.svg"),
)
SHELL = "/dining/offline"


@get(SHELL, allows="dining.serve", include_in_schema=False)
async def shell(request: Request) -> Response[Any]:
    """The till's empty page, kept by the tablet to open without the network."""
    return page(request, "dining/offline.html", shell_only=True, payments=PAYMENTS)


@get("/dining/worker.js", allows="dining.serve", include_in_schema=False)
async def worker(request: Request) -> Response[str]:
    """The service worker; only over HTTPS (or on this machine) do browsers run it."""
    files = [SHELL, *(request.assets.url(name) for name in KEPT_FILES)]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    head = (
        f"const FILES = {json.dumps(files)}, SHELL = {json.dumps(SHELL)},"
        f" VERSION = {json.dumps(version)};\n"
    )
    text = (FOLDER / "till_worker.js").read_text("utf-8")
    return Response(head + text, media_type="text/javascript")


handlers = [pack, report, tally, shell, worker]
