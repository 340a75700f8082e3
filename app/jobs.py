"""Work in the background: solving, printing, importing. A row each, so that a page
closed and opened again finds its work, and a restart leaves no work in doubt.

A kind of work is one async function, registered under its name by its own module:

    @jobs.kind("print_sheets")
    async def print_sheets(arguments: Arguments, tell: Tell) -> Result:
        await tell(40, _("已排好 3 趟"))
        return {"location": "/prints/12"}

`jobs.start("print_sheets", …)` returns the id; `/jobs/{id}` shows it while it runs.
"""

import asyncio
import datetime as dt
import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from piccolo.columns import Integer, Text, Timestamptz
from piccolo.table import Table

from app.faults import log_fault
from kitchen import database
from kitchen.errors import Refusal
from kitchen.staff import Actor

log = logging.getLogger("nuancan.jobs")

WAITING_AT_MOST = 50
HEARTBEAT_SECONDS = 5.0

Arguments = dict[str, Any]
Result = dict[str, Any]
Tell = Callable[[int, str], Awaitable[None]]
Work = Callable[[Arguments, Tell], Awaitable[Result]]
Clock = Callable[[], dt.datetime]

_kinds: dict[str, Work] = {}


class Job(Table, tablename="job"):
    """One piece of work. States: queued, running, done, failed, stopped."""

    kind = Text()
    title = Text()
    arguments = Text()
    state = Text()
    percent = Integer()
    note = Text()
    result = Text()
    created_by = Integer(null=True, default=None)
    created_at = Timestamptz()
    started_at = Timestamptz(null=True, default=None)
    heartbeat_at = Timestamptz(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)


@dataclass(frozen=True)
class JobFacts:
    """A job as its page shows it."""

    id: int
    kind: str
    title: str
    state: str
    percent: int
    note: str
    result: Result
    created_by: int | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    kitchen_id: int | None = None  # of whoever started it; None: of no single one

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "stopped")

    def visible_to(self, actor: Actor) -> bool:
        """One's own; the manager and the administrator see those of their kitchen, or
        everyone's when they have none."""
        keeps = actor.role in ("manager", "administrator") and (
            actor.kitchen_id is None or actor.kitchen_id == self.kitchen_id
        )
        return keeps or self.created_by == actor.staff_id


def kind(name: str) -> Callable[[Work], Work]:
    """Register the function that does this kind of work."""

    def register(work: Work) -> Work:
        _kinds[name] = work
        return work

    return register


async def job_by_id(job_id: int) -> JobFacts | None:
    row = await database.one(_JOBS + " WHERE j.id = {}", job_id)
    return _facts(row) if row else None


async def latest(limit: int = 50) -> list[JobFacts]:
    found = await database.rows(_JOBS + " ORDER BY j.id DESC LIMIT {}", limit)
    return [_facts(row) for row in found]


async def unfinished(kind: str, wanted: Arguments) -> JobFacts | None:
    """The newest job of a kind that is not over and was asked for with these
    arguments."""
    found = await database.rows(
        _JOBS + " WHERE j.kind = {} AND j.state IN ('queued', 'running')"
        " ORDER BY j.id DESC",
        kind,
    )
    for row in found:
        given = json.loads(row["arguments"])
        if all(given.get(name) == value for name, value in wanted.items()):
            return _facts(row)
    return None


_JOBS = (
    "SELECT j.*, s.kitchen_id AS kitchen_id FROM job j"
    " LEFT JOIN staff s ON s.id = j.created_by"
)


async def queue_length() -> int:
    row = await database.one("SELECT COUNT(*) AS n FROM job WHERE state = 'queued'")
    return int(row["n"]) if row else 0


class Supervisor:
    """Runs queued jobs, at most as many at once as there are cores."""

    def __init__(self, clock: Clock, at_once: int | None = None) -> None:
        self._clock = clock
        self._at_once = at_once or os.cpu_count() or 1
        self._running: dict[int, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Settle what a crash left behind, then start taking jobs."""
        async with database.writing():
            await database.rows(
                "UPDATE job SET state = 'failed', note = {}, finished_at = {}"
                " WHERE state = 'running'",
                "restarted",
                self._clock(),
            )
        self._loop = asyncio.create_task(self._take_jobs(), name="job supervisor")
        self._wake.set()

    async def close(self) -> None:
        """Take no more jobs, then end those that run; children go with them."""
        await _over([self._loop] if self._loop else [])
        await _over(list(self._running.values()))

    async def start(
        self, kind: str, title: str, arguments: Arguments, by: Actor | None
    ) -> int:
        """Queue a job; refuses an unknown kind and an overlong queue."""
        if kind not in _kinds:
            raise Refusal("job_kind_unknown", kind=kind)
        waiting = await queue_length()
        if waiting >= WAITING_AT_MOST:
            raise Refusal("job_queue_full", waiting=waiting)
        async with database.writing():
            job_id: int = await database.insert(
                Job,
                kind=kind,
                title=title[:200],
                arguments=json.dumps(arguments, ensure_ascii=False),
                state="queued",
                percent=0,
                note="",
                result="{}",
                created_by=by.staff_id if by else None,
                created_at=self._clock(),
                started_at=None,
                heartbeat_at=None,
                finished_at=None,
            )
        self._wake.set()
        return job_id

    async def stop(self, job_id: int) -> None:
        """Stop a job, whether it waits or runs; what it had made is dropped."""
        await self._finish(job_id, "stopped", "", {})
        task = self._running.get(job_id)
        if task:
            task.cancel()

    async def _take_jobs(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._fill()
            except Exception:
                log.exception("taking jobs failed; trying again")
                await asyncio.sleep(HEARTBEAT_SECONDS)
                self._wake.set()

    async def _fill(self) -> None:
        while len(self._running) < self._at_once:
            row = await database.one(
                "SELECT * FROM job WHERE state = 'queued' ORDER BY id LIMIT 1"
            )
            if row is None:
                return
            async with database.writing():
                await database.rows(
                    "UPDATE job SET state = 'running', started_at = {},"
                    " heartbeat_at = {} WHERE id = {} AND state = 'queued'",
                    self._clock(),
                    self._clock(),
                    row["id"],
                )
            task = asyncio.create_task(self._run(row), name=f"job {row['id']}")
            self._running[row["id"]] = task

    async def _run(self, row: dict[str, Any]) -> None:
        job_id: int = row["id"]

        async def tell(percent: int, note: str) -> None:
            async with database.writing():
                await database.rows(
                    "UPDATE job SET percent = {}, note = {}, heartbeat_at = {}"
                    " WHERE id = {} AND state = 'running'",
                    max(0, min(100, percent)),
                    note[:300],
                    self._clock(),
                    job_id,
                )

        try:
            work = _kinds.get(row["kind"])
            if work is None:  # queued by a version that knew more kinds
                raise Refusal("job_kind_unknown", kind=row["kind"])
            result = await work(json.loads(row["arguments"]), tell)
            await self._finish(job_id, "done", "", result)
        except Refusal as refusal:
            facts = {name: str(fact) for name, fact in refusal.facts.items()}
            refused = {"refusal": {"code": refusal.code, "facts": facts}}
            await self._finish(job_id, "failed", "refused", refused)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log_fault(f"job {job_id} ({row['kind']})", error)
            await self._finish(job_id, "failed", "crashed", {})
        finally:
            self._running.pop(job_id, None)
            self._wake.set()

    async def _finish(self, job_id: int, state: str, note: str, result: Result) -> None:
        async with database.writing():
            await database.rows(
                "UPDATE job SET state = {}, note = {}, result = {}, finished_at = {},"
                " percent = CASE WHEN {} = 'done' THEN 100 ELSE percent END"
                " WHERE id = {} AND state IN ('queued', 'running')",
                state,
                note,
                json.dumps(result, ensure_ascii=False),
                self._clock(),
                state,
                job_id,
            )


async def _over(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _facts(row: dict[str, Any]) -> JobFacts:
    return JobFacts(
        row["id"],
        row["kind"],
        row["title"],
        row["state"],
        row["percent"],
        row["note"],
        json.loads(row["result"]),
        row["created_by"],
        row["created_at"],
        row["finished_at"],
        row["kitchen_id"],
    )
