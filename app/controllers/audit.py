"""Who did what, when and why; and whether the record still holds together."""

import json
from dataclasses import dataclass
from typing import Any

from litestar import get
from litestar.params import FromQuery
from litestar.response import Response

from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page
from app.requests import Request
from app.trail import Asked, LineFacts, latest
from app.typed import parse_date
from app.verifying import printed_seal
from app.words.audit import OBJECTS, action_words
from kitchen import audit
from kitchen.sealing import SUITE

LINES = 100
SHOWN = 60
SEALED = N_("（加密）")


@dataclass(frozen=True)
class Change:
    """One field of a line, before and after, as it may be shown."""

    name: str
    before: str
    after: str


@get("/audit", allows="audit.read", include_in_schema=False)
async def index(
    request: Request,
    who: FromQuery[str] = "",
    what: FromQuery[str] = "",
    day: FromQuery[str] = "",
    before: FromQuery[int] = 0,
) -> Response[Any]:
    """The latest lines, filtered by person, object and day; older ones by `before`."""
    asked = Asked(
        actor=who[:40],
        kind=what if what in OBJECTS else "",
        day=parse_date(day),
        kitchen_id=request.actor.kitchen_id,
    )
    lines = await latest(
        asked, before_id=before or None, limit=LINES, zone=request.settings.timezone
    )
    return page(
        request,
        "audit/index.html",
        lines=[(line, _changes(line)) for line in lines],
        asked=asked,
        kinds=[(kind, _(word)) for kind, word in OBJECTS.items()],
        action_words=action_words,
        older=lines[-1].id if len(lines) == LINES else 0,
    )


@get("/audit/verification", allows="audit.read", include_in_schema=False)
async def verification(request: Request, seal: FromQuery[str] = "") -> Response[Any]:
    """Walk the whole chain and say whether it holds, and whether it still gives the
    seal that was typed off a signed sheet."""
    return page(
        request,
        "audit/verification.html",
        broken=await audit.verify(),
        seal=await audit.day_seal(request.today, request.settings.timezone),
        typed=seal[:40],
        printed=await printed_seal(seal) if seal.strip() else None,
    )


def _changes(line: LineFacts) -> list[Change]:
    return [
        Change(name, _shown(line.before.get(name)), _shown(line.after.get(name)))
        for name in sorted({**line.before, **line.after})
        if line.before.get(name) or line.after.get(name) not in (None, "")
        if name != "vouched"  # digests for `verify`, nothing to read
    ]


def _shown(value: object) -> str:
    """Short, and a sealed value only as being sealed."""
    if value is None or value == "":
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.startswith(f"{SUITE}."):
        return _(SEALED)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


handlers = [index, verification]
