"""For whoever watches the machine: is the process up, can it work, what was blocked."""

import asyncio
import datetime as dt
import logging
import shutil
from importlib.util import find_spec
from typing import Any

from litestar import get, post
from litestar.response import Response

from app import jobs
from app.requests import Request
from kitchen import database
from kitchen.errors import Refusal

log = logging.getLogger("nuancan")

DISK_FREE_AT_LEAST = 0.10
BACKUP_AGE_AT_MOST = dt.timedelta(hours=3)
QUEUE_AT_MOST = 20
REPORT_LENGTH = 2_000


@get("/healthz", allows="public", include_in_schema=True)
async def healthz() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@get("/readyz", allows="public", responses={})
async def readyz(request: Request) -> Response[dict[str, Any]]:
    """Can it take work: a write, room on the disk, a fresh backup, a short queue."""
    checks = {
        "database": await _can_write(),
        "disk": await asyncio.to_thread(_has_room, request),
        "backup": _has_backup(request),
        "jobs": await _queue_is_short(),
    }
    ready = all(checks.values())
    body = {"status": "ok" if ready else "failing", "checks": checks}
    return Response(body, status_code=200 if ready else 503)


@post("/csp-report", allows="public", csrf="none", include_in_schema=False)
async def csp_report(request: Request) -> Response[None]:
    """A browser blocked something on our page: our mistake, or an attack."""
    body = (await request.body())[:REPORT_LENGTH]
    log.warning("blocked by the content policy: %r", body)
    return Response(None, status_code=204)


async def _can_write() -> bool:
    try:
        async with asyncio.timeout(4), database.writing():
            await database.rows("DELETE FROM sign_in_failure WHERE key = {}", "")
    except (Refusal, TimeoutError, OSError):
        return False
    return True


def _has_room(request: Request) -> bool:
    folder = request.settings.data
    usage = shutil.disk_usage(folder if folder.exists() else folder.resolve().anchor)
    return usage.free >= usage.total * DISK_FREE_AT_LEAST


def _has_backup(request: Request) -> bool:
    """True while backups are off, or none can be due yet."""
    if not request.settings.backups or not find_spec("app.backups"):
        return True
    newest = max(
        (file.stat().st_mtime for file in _backups(request)),
        default=request.app.state.started_at.timestamp(),
    )
    age = request.now - dt.datetime.fromtimestamp(newest, dt.UTC)
    return age <= BACKUP_AGE_AT_MOST


def _backups(request: Request) -> list[Any]:
    folder = request.settings.data / "backups"
    return [file for file in folder.glob("*") if file.is_file()]


async def _queue_is_short() -> bool:
    try:
        return await jobs.queue_length() <= QUEUE_AT_MOST
    except Refusal:
        return False


handlers = [healthz, readyz, csp_report]
