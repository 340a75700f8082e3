"""What callers report: each against a clock, with who took it and what was done. An
incident ends when somebody says it is done, or hands it to a named office; a complaint
is an incident with a deadline in days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen, kitchen_by_id
from kitchen.registry import Elder
from kitchen.staff import Actor

KINDS = ("no_meal", "late", "food", "health", "change", "complaint", "other")
STEPS = ("taken", "called", "note", "done", "handed_over")
ENDING = frozenset({"done", "handed_over"})
COMPLAINT_DAYS = 7
"""Until a complaint is answered (ours: the source documents ask for a deadline and
name none)."""


class Incident(Table, tablename="incident"):
    """One call. kind: no_meal | late | food | health | change | complaint | other"""

    kitchen = ForeignKey(Kitchen, null=False)
    elder = ForeignKey(Elder, null=True)
    kind = Text()
    caller = Text()
    said = Text()
    opened_at = Timestamptz()
    due_at = Timestamptz()
    opened_by = Text()


class IncidentStep(Table, tablename="incident_step"):
    """What somebody did about it. kind: taken | called | note | done | handed_over"""

    incident = ForeignKey(Incident, null=False)
    kind = Text()
    office = Text()
    said = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True, kw_only=True)
class NewIncident:
    """What the caller says. `elder_id` None: nobody in particular."""

    kind: str
    said: str
    caller: str = ""
    elder_id: int | None = None


@dataclass(frozen=True)
class IncidentStepFacts:
    """One step."""

    kind: str
    office: str
    said: str
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class IncidentFacts:
    """One incident with its steps in order."""

    id: int
    kitchen_id: int
    elder_id: int | None
    elder_name: str
    kind: str
    caller: str
    said: str
    opened_at: datetime
    due_at: datetime
    opened_by: str
    steps: tuple[IncidentStepFacts, ...] = ()

    @property
    def ended(self) -> IncidentStepFacts | None:
        return next((step for step in self.steps if step.kind in ENDING), None)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def taken_by(self) -> str:
        """Who is dealing with it; "" = nobody yet."""
        taken = [step.by for step in self.steps if step.kind == "taken"]
        return taken[-1] if taken else ""

    def minutes_open(self, now: datetime) -> int:
        until = self.ended.at if self.ended else now
        return max(0, int((until - self.opened_at).total_seconds() // 60))

    def is_overdue(self, now: datetime) -> bool:
        """Past its time: still open, or ended too late."""
        return (self.ended.at if self.ended else now) > self.due_at


# Readers ----------------------------------------------------------------------

_INCIDENT = (
    "SELECT i.*, i.kitchen AS kitchen_id, i.elder AS elder_id, e.name AS elder_name"
    " FROM incident i LEFT JOIN elder e ON e.id = i.elder"
)


async def open_incidents(kitchen_id: int) -> list[IncidentFacts]:
    """What is not dealt with, the most urgent first."""
    found = await rows(
        _INCIDENT  # noqa: S608 - our own words
        + " WHERE i.kitchen = {} AND NOT EXISTS (SELECT 1 FROM incident_step s"
        " WHERE s.incident = i.id AND s.kind IN ('done', 'handed_over'))"
        " ORDER BY i.due_at, i.id",
        kitchen_id,
    )
    return await _with_steps(found)


async def ended_since(kitchen_id: int, since: datetime) -> list[IncidentFacts]:
    """What was opened since then and is over, the newest first."""
    found = await rows(
        _INCIDENT + " WHERE i.kitchen = {} AND i.opened_at >= {}"
        " ORDER BY i.id DESC LIMIT 200",
        kitchen_id,
        since,
    )
    return [one for one in await _with_steps(found) if not one.is_open]


async def incidents_of(elder_id: int) -> list[IncidentFacts]:
    """Everything about one person, the newest first."""
    found = await rows(
        _INCIDENT + " WHERE i.elder = {} ORDER BY i.id DESC LIMIT 50", elder_id
    )
    return await _with_steps(found)


async def incident_by_id(incident_id: int) -> IncidentFacts:
    """Refuses `incident_unknown`."""
    found = await rows(_INCIDENT + " WHERE i.id = {}", incident_id)
    if not found:
        raise Refusal("incident_unknown", incident=incident_id)
    return (await _with_steps(found))[0]


async def _with_steps(found: Sequence[Mapping[str, Any]]) -> list[IncidentFacts]:
    if not found:
        return []
    taken = await rows(
        "SELECT * FROM incident_step WHERE incident IN {} ORDER BY id",
        [row["id"] for row in found],
    )
    steps: dict[int, list[IncidentStepFacts]] = {}
    names = IncidentStepFacts.__annotations__
    for row in taken:
        step = IncidentStepFacts(**{name: row[name] for name in names})
        steps.setdefault(row["incident"], []).append(step)
    return [
        IncidentFacts(
            **{
                name: row[name]
                for name in IncidentFacts.__annotations__
                if name not in ("steps", "elder_name")
            },
            elder_name=row["elder_name"] or "",
            steps=tuple(steps.get(row["id"], ())),
        )
        for row in found
    ]


# Verbs ------------------------------------------------------------------------


def due_of(kind: str, target_minutes: int, opened_at: datetime) -> datetime:
    """Minutes for what happens today, days for a complaint."""
    if kind == "complaint":
        return opened_at + timedelta(days=COMPLAINT_DAYS)
    return opened_at + timedelta(minutes=target_minutes)


async def open_incident(
    kitchen_id: int, new: NewIncident, *, act: str = "", by: Actor, now: datetime
) -> int:
    """A caller reported something; whoever writes it down has taken it. Refuses
    `incident_kind_unknown`, `incident_empty`, `elder_unknown`."""
    if new.kind not in KINDS:
        raise Refusal("incident_kind_unknown", kind=new.kind)
    if not new.said.strip():
        raise Refusal("incident_empty")

    async def report() -> acts.Answer:
        kitchen = await kitchen_by_id(kitchen_id)
        await _refuse_stranger(new.elder_id, kitchen_id)
        incident_id = await insert(
            Incident,
            kitchen=kitchen_id,
            elder=new.elder_id,
            kind=new.kind,
            caller=new.caller.strip(),
            said=new.said.strip(),
            opened_at=now,
            due_at=due_of(new.kind, kitchen.incident_target_minutes, now),
            opened_by=by.name,
        )
        await _write_step(incident_id, "taken", "", "", by, now)
        return {"incident": incident_id}

    async with writing():
        body = {"kitchen": kitchen_id, **asdict(new)}
        answer, _again = await acts.once_if(act, by.name, now, body, report)
    return int(answer["incident"])


async def _refuse_stranger(elder_id: int | None, kitchen_id: int) -> None:
    if elder_id is None:
        return
    found = await one("SELECT kitchen FROM elder WHERE id = {}", elder_id)
    if found is None or found["kitchen"] != kitchen_id:
        raise Refusal("elder_unknown", elder=elder_id)


async def take_incident_step(
    incident_id: int,
    kind: str,
    said: str,
    office: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One step; `done` says what was done, `handed_over` names the office. Refuses
    `step_unknown`, `incident_unknown`, `incident_closed`, `step_needs_words`,
    `incident_needs_office`."""
    if kind not in STEPS:
        raise Refusal("step_unknown", kind=kind)
    if kind in ("note", "done") and not said.strip():
        raise Refusal("step_needs_words")
    if kind == "handed_over" and not office.strip():
        raise Refusal("incident_needs_office")
    async with writing():
        await lock_for("incident", incident_id)
        incident = await incident_by_id(incident_id)
        if incident.ended:
            raise Refusal("incident_closed", by=incident.ended.by, at=incident.ended.at)
        await _write_step(incident_id, kind, office, said, by, now)


async def _write_step(
    incident_id: int, kind: str, office: str, said: str, by: Actor, now: datetime
) -> None:
    await insert(
        IncidentStep,
        incident=incident_id,
        kind=kind,
        office=office.strip(),
        said=said.strip(),
        at=now,
        by=by.name,
    )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=f"incident.{kind}",
        object_kind="incident",
        object_id=incident_id,
        after={"office": office, "said": said},
    )
