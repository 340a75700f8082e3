"""An act is done once, however often a tablet sends it.

The act's key, a digest of its content and its answer are stored in the same commit as
its effect, so there is no moment in which one exists without the other.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from piccolo.columns import Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, database, sealing
from kitchen.errors import Refusal

Answer = dict[str, Any]


class Act(Table, tablename="act"):
    """A finished act: its key made on the device, its content's digest, its answer."""

    key = Text(primary_key=True)
    who = Text()
    at = Timestamptz()
    body_hash = Text()
    answer = Text()


async def once(
    key: str,
    who: str,
    at: datetime,
    body: Mapping[str, object],
    do: Callable[[], Awaitable[Answer]],
) -> tuple[Answer, bool]:
    """Do the act, or repeat its stored answer; second value: it was repeated.

    Runs inside the caller's `writing()`. The same key with another body raises
    `Refusal("act_tampered")`. A refusal of `do` stores nothing, so the act may be
    sent again. Answers are kept readable: put ids in them, not personal data.
    """
    digest = body_digest(body)
    await database.lock_all([lock_of(key)])
    found = await database.one(*asked(key))
    if found is not None:
        if found["body_hash"] != digest:
            raise Refusal("act_tampered", key=key)
        return answer_in(found["answer"]), True
    answer = json.loads(audit.canonical(await do()))
    await database.insert(
        Act,
        key=key,
        who=who,
        at=at,
        body_hash=digest,
        answer=audit.canonical(answer),
    )
    return answer, False


def lock_of(key: str) -> database.Lock:
    """What is held while an act is done or answered."""
    return database.Lock("act", key)


def asked(key: str) -> database.Asked:
    """Whether the act was done already."""
    return ("SELECT body_hash, answer FROM act WHERE key = {}", key)


async def once_if(
    key: str,
    who: str,
    at: datetime,
    body: Mapping[str, object],
    do: Callable[[], Awaitable[Answer]],
) -> tuple[Answer, bool]:
    """`once` for an act with a key; without one ("") each call is an act of its own."""
    if not key:
        return await do(), False
    return await once(key, who, at, body, do)


def answer_in(stored: str) -> Answer:
    """A stored answer as it was given."""
    answer: Answer = json.loads(stored)
    return answer


async def record_tampering(
    key: str, *, by: str, staff_id: int | None, at: datetime, device: str = ""
) -> None:
    """Record a refused `act_tampered` in a transaction of its own.

    Call it after the refused `writing()` has been left: its rollback would take the
    line with it.
    """
    async with database.writing():
        await audit.record(
            by=by,
            staff_id=staff_id,
            at=at,
            action="act_tampered",
            object_kind="act",
            object_id=key,
            device=device,
        )


async def forget_before(at: datetime) -> None:
    """Drop acts finished before `at`, inside the caller's `writing()`.

    Keep them at least 400 days: a tablet may come back after a long holiday.
    """
    await database.rows("DELETE FROM act WHERE at < {}", at)


def body_digest(body: Mapping[str, object]) -> str:
    """A keyed digest: equal bodies agree, and nobody can guess a body from it."""
    return sealing.fingerprint("act", audit.canonical(body))
