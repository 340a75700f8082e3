"""Signed-in browsers: opened at sign-in, ended at sign-out, never resurrected.

The cookie holds 256 random bits; the database only their digest. A row is written at
sign-in, at sign-out and at most once a minute while in use, always by an UPDATE that
an ended session no longer matches: a slow page that began before the sign-out cannot
bring it back. An anonymous visitor leaves no row.
"""

import datetime as dt
import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass

from kitchen import audit, database
from kitchen.errors import Refusal
from kitchen.staff import Actor, Session

TOUCH = dt.timedelta(seconds=60)


END_ONE = (
    "UPDATE session SET ended_at = {} WHERE staff = {} AND id = {} AND ended_at IS NULL"
)
END_OTHERS = (
    "UPDATE session SET ended_at = {}"
    " WHERE staff = {} AND digest <> {} AND ended_at IS NULL"
)


@dataclass(frozen=True)
class Limits:
    idle: dt.timedelta
    total: dt.timedelta


# Screens of the day stand open through a whole service; desks with money or everyone's
# data do not.
_DAY = Limits(dt.timedelta(hours=4), dt.timedelta(hours=14))
_DESK = Limits(dt.timedelta(minutes=30), dt.timedelta(hours=12))
LIMITS = {
    "manager": _DAY,
    "dispatcher": _DAY,
    "point_staff": _DAY,
    "driver": _DAY,
    "cook": _DAY,
    "clerk": _DESK,
    "finance": _DESK,
    "supervisor": _DESK,
    "auditor": _DESK,
    "administrator": _DESK,
}


@dataclass(frozen=True)
class OpenSession:
    """One line of the list of a person's own sessions."""

    id: int
    device: str
    address: str
    created_at: dt.datetime
    seen_at: dt.datetime
    is_this: bool


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def begin(
    staff_id: int, role_version: int, device: str, address: str, now: dt.datetime
) -> str:
    """Open a session inside the caller's `writing()`; returns the cookie's value."""
    token = secrets.token_urlsafe(32)
    await database.insert(
        Session,
        digest=digest_of(token),
        staff=staff_id,
        role_version=role_version,
        device=device[:200],
        address=address[:64],
        created_at=now,
        seen_at=now,
        ended_at=None,
    )
    return token


async def find(token: str, now: dt.datetime) -> Actor | None:
    """Who this cookie belongs to, if it may still be used; notes that it was."""
    digest = digest_of(token)
    row = await database.one(
        "SELECT s.created_at, s.seen_at, p.id, p.name, p.role,"
        " p.kitchen_id, p.point_id, p.area_id"
        " FROM session s JOIN staff p ON p.id = s.staff"
        " WHERE s.digest = {} AND s.ended_at IS NULL"
        " AND p.active AND p.role_version = s.role_version",
        digest,
    )
    if row is None:
        return None
    limits = LIMITS[row["role"]]
    if now - row["seen_at"] > limits.idle or now - row["created_at"] > limits.total:
        return None
    if now - row["seen_at"] >= TOUCH:
        await _touch(digest, now)
    return Actor(
        row["id"],
        row["name"],
        row["role"],
        row["kitchen_id"],
        row["point_id"],
        row["area_id"],
    )


async def _touch(digest: str, now: dt.datetime) -> None:
    # A full disk or a busy writer must not stop someone from reading a page.
    with suppress(Refusal):
        async with database.writing():
            await database.rows(
                "UPDATE session SET seen_at = {}"
                " WHERE digest = {} AND ended_at IS NULL",
                now,
                digest,
            )


async def tablet_of(token: str) -> str:
    """The key of the tablet that this session is on; "" where none was told."""
    asked = "SELECT tablet FROM session WHERE digest = {}"
    row = await database.one(asked, digest_of(token))
    return str(row["tablet"]) if row else ""


async def note_tablet(token: str, key: str) -> None:
    """This session is on that tablet."""
    if await tablet_of(token) == key:
        return
    async with database.writing():
        await database.rows(
            "UPDATE session SET tablet = {} WHERE digest = {} AND ended_at IS NULL",
            key,
            digest_of(token),
        )


async def sign_out(token: str, by: Actor, now: dt.datetime) -> None:
    """End the session of this cookie."""
    async with database.writing():
        await database.rows(
            "UPDATE session SET ended_at = {} WHERE digest = {} AND ended_at IS NULL",
            now,
            digest_of(token),
        )
        await _record("staff.sign_out", by, now)


async def end_own(
    session_id: int | None, by: Actor, now: dt.datetime, keep: str
) -> None:
    """End one of a person's own sessions, or (None) all but the cookie's to `keep`."""
    async with database.writing():
        if session_id is not None:
            await database.rows(END_ONE, now, by.staff_id, session_id)
        else:
            others = digest_of(keep)
            await database.rows(END_OTHERS, now, by.staff_id, others)
        await _record("staff.end_sessions", by, now)


async def _record(action: str, by: Actor, now: dt.datetime) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="staff",
        object_id=by.staff_id,
    )


async def open_sessions(
    staff_id: int, now: dt.datetime, this: str = ""
) -> list[OpenSession]:
    """A person's sessions that could still be used, the latest first."""
    found = await database.rows(
        "SELECT s.id, s.digest, s.device, s.address, s.created_at, s.seen_at, p.role"
        " FROM session s JOIN staff p ON p.id = s.staff"
        " WHERE p.id = {} AND s.ended_at IS NULL AND p.role_version = s.role_version"
        " ORDER BY s.seen_at DESC, s.id DESC",
        staff_id,
    )
    return [
        OpenSession(
            row["id"],
            row["device"],
            row["address"],
            row["created_at"],
            row["seen_at"],
            row["digest"] == digest_of(this),
        )
        for row in found
        if now - row["seen_at"] <= LIMITS[row["role"]].idle
        and now - row["created_at"] <= LIMITS[row["role"]].total
    ]


async def forget_old(now: dt.datetime) -> None:
    """Drop rows of sessions that ended or ran out more than 90 days ago."""
    async with database.writing():
        await database.rows(
            "DELETE FROM session WHERE seen_at < {}", now - dt.timedelta(days=90)
        )
