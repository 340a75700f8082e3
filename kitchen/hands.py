"""Kitchen hands: everybody who touches food, with or without an account, how they are
this morning, and what they are put to.

A check and an assignment are rows; the newest check of a day counts, an assignment is
ended by a row of its own. What was found is health data and sealed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit, certificates, sealing
from kitchen.certificates import CertificateFacts, Gap, gaps
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.lateness import is_late
from kitchen.places import Kitchen
from kitchen.staff import Actor

POSTS = ("cook", "prepare", "portion", "serve", "wash", "clean")
FOOD_POSTS = frozenset({"cook", "prepare", "portion", "serve"})
"""Posts that touch food: certificates and this morning's check decide."""
FINDINGS = ("fever", "diarrhoea", "vomiting", "jaundice", "wound", "throat", "skin")
"""What keeps a person from food (Food Safety Law of the PRC, implementing rules art.
23; GB 31654-2021 on staff health)."""
FEVER_DECIDEGREES = 373
"""37.3 °C under the arm, the threshold in general use."""


class Hand(Table, tablename="hand"):
    """从业人员. Retired, never deleted; `staff_id` links an account, if any."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    duty = Text()  # in the kitchen's own words: 主厨, 帮厨
    staff_id = Integer(null=True)
    active = Boolean()


class MorningCheck(Table, tablename="morning_check"):
    """晨检 of one hand on one day; the newest row counts."""

    hand = ForeignKey(Hand, null=False)
    day = Date()
    fit = Boolean()
    decidegrees = Integer(null=True)  # body temperature, °C × 10
    findings_sealed = Text()  # JSON [[finding …], note]
    checked_at = Timestamptz()
    at = Timestamptz()
    by = Text()


class Duty(Table, tablename="duty"):
    """A hand is put to a post for a meal."""

    hand = ForeignKey(Hand, null=False)
    day = Date()
    meal = Text()
    post = Text()
    at = Timestamptz()
    by = Text()


class DutyEnd(Table, tablename="duty_end"):
    """… and is not, any more."""

    duty = ForeignKey(Duty, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class CheckFacts:
    """A morning check. `decidegrees`: °C × 10."""

    hand_id: int
    day: date
    fit: bool
    decidegrees: int | None
    findings: tuple[str, ...]
    note: str
    checked_at: datetime
    at: datetime
    by: str

    @property
    def is_late(self) -> bool:
        return is_late(self.checked_at, self.at)


@dataclass(frozen=True)
class DutyFacts:
    """An assignment that stands."""

    id: int
    hand_id: int
    meal: str
    post: str
    by: str


@dataclass(frozen=True)
class HandFacts:
    """A kitchen hand with everything that decides whether food may be touched."""

    id: int
    kitchen_id: int
    name: str
    duty: str
    staff_id: int | None
    active: bool
    certificates: tuple[CertificateFacts, ...] = ()
    check: CheckFacts | None = None
    duties: tuple[DutyFacts, ...] = ()

    def gaps(self, day: date) -> list[Gap]:
        return gaps(self.certificates, day)

    @property
    def at_food(self) -> tuple[DutyFacts, ...]:
        return tuple(duty for duty in self.duties if duty.post in FOOD_POSTS)


def is_fit(findings: tuple[str, ...], decidegrees: int | None) -> bool:
    """No finding and no fever; a temperature nobody took says nothing."""
    return not findings and (decidegrees or 0) < FEVER_DECIDEGREES


# Readers ----------------------------------------------------------------------


async def hands_for(
    kitchen_id: int, day: date, meal: str = "", retired: bool = False
) -> list[HandFacts]:
    """The hands of a kitchen in the order they joined, with the day's check and the
    meal's duties."""
    found = await rows(
        "SELECT *, kitchen AS kitchen_id FROM hand WHERE kitchen = {} ORDER BY id",
        kitchen_id,
    )
    found = [row for row in found if retired or row["active"]]
    ids = [row["id"] for row in found]
    held = await certificates.certificates_of("hand", ids)
    checks = await checks_between(kitchen_id, day, day)
    newest = {check.hand_id: check for check in checks}
    duties = await _duties(kitchen_id, day, meal)
    return [
        HandFacts(
            id=row["id"],
            kitchen_id=row["kitchen_id"],
            name=row["name"],
            duty=row["duty"],
            staff_id=row["staff_id"],
            active=bool(row["active"]),
            certificates=held[row["id"]],
            check=newest.get(row["id"]),
            duties=tuple(d for d in duties if d.hand_id == row["id"]),
        )
        for row in found
    ]


async def hand_of(
    kitchen_id: int, hand_id: int, day: date, meal: str = ""
) -> HandFacts:
    """One hand of this kitchen; refuses `hand_unknown`."""
    for hand in await hands_for(kitchen_id, day, meal, retired=True):
        if hand.id == hand_id:
            return hand
    raise Refusal("hand_unknown")


async def checks_between(kitchen_id: int, first: date, last: date) -> list[CheckFacts]:
    """Every morning check of these days, oldest first."""
    found = await rows(
        "SELECT c.* FROM morning_check c JOIN hand h ON h.id = c.hand"
        " WHERE h.kitchen = {} AND c.day >= {} AND c.day <= {} ORDER BY c.id",
        *(kitchen_id, first, last),
    )
    return [_check(row) for row in found]


def _check(row: Mapping[str, Any]) -> CheckFacts:
    key = _seal_key(row["hand"], row["day"], row["at"])
    text = sealing.unseal(
        "morning_check", "findings_sealed", key, row["findings_sealed"]
    )
    findings, note = json.loads(text)
    return CheckFacts(
        hand_id=row["hand"],
        day=row["day"],
        fit=bool(row["fit"]),
        decidegrees=row["decidegrees"],
        findings=tuple(findings),
        note=note,
        checked_at=row["checked_at"],
        at=row["at"],
        by=row["by"],
    )


async def _duties(kitchen_id: int, day: date, meal: str) -> list[DutyFacts]:
    found = await rows(
        "SELECT d.id AS id, d.hand AS hand_id, d.meal AS meal, d.post AS post,"
        " d.by AS by FROM duty d JOIN hand h ON h.id = d.hand"
        " LEFT JOIN duty_end e ON e.duty = d.id WHERE h.kitchen = {} AND d.day = {}"
        " AND (d.meal = {} OR {} = '') AND e.id IS NULL ORDER BY d.id",
        *(kitchen_id, day, meal, meal),
    )
    return [DutyFacts(**row) for row in found]


# Verbs ------------------------------------------------------------------------


async def add_hand(
    kitchen_id: int,
    name: str,
    duty: str,
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """Somebody begins to work with food. Refuses `hand_without_name`."""
    if not name.strip():
        raise Refusal("hand_without_name")
    body = {"kitchen": kitchen_id, "name": name.strip(), "duty": duty.strip()}

    async def do() -> dict[str, Any]:
        key = await insert(Hand, **body, staff_id=None, active=True)
        await _record("hand.add", key, by, now, body)
        return {"id": key}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, body, do)
    return int(answer["id"])


async def set_active(
    kitchen_id: int, hand_id: int, active: bool, *, by: Actor, now: datetime
) -> None:
    """Retire a hand, or take one back; what they did stays theirs."""
    async with writing():
        hand = await hand_of(kitchen_id, hand_id, audit_day(now))
        if hand.active == active:
            return
        await rows("UPDATE hand SET active = {} WHERE id = {}", active, hand_id)
        action = "hand.return" if active else "hand.retire"
        await _record(action, hand_id, by, now, {"active": active})


async def record_check(
    kitchen_id: int,
    hand_id: int,
    day: date,
    findings: tuple[str, ...],
    decidegrees: int | None,
    note: str,
    checked_at: datetime,
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> bool:
    """The morning check of one hand; returns whether they may touch food.
    Refuses `hand_unknown`, `checked_in_future`, `checked_other_day`."""
    if checked_at > now + timedelta(minutes=5):
        raise Refusal("checked_in_future", at=checked_at)
    if audit_day(checked_at) != day:
        raise Refusal("checked_other_day", at=checked_at, day=day)
    fit = is_fit(findings, decidegrees)
    body = {"hand": hand_id, "day": day, "fit": fit, "checked_at": checked_at}
    sealed = sealing.seal(
        "morning_check",
        "findings_sealed",
        _seal_key(hand_id, day, now),
        json.dumps([list(findings), note.strip()], ensure_ascii=False),
    )

    async def do() -> dict[str, Any]:
        await hand_of(kitchen_id, hand_id, day)
        await insert(
            MorningCheck,
            **body,
            decidegrees=decidegrees,
            findings_sealed=sealed,
            at=now,
            by=by.name,
        )
        await _record("hand.check", hand_id, by, now, {"day": day, "fit": fit})
        return {"fit": fit}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, body, do)
    return bool(answer["fit"])


async def assign(
    kitchen_id: int,
    hand_id: int,
    day: date,
    meal: str,
    post: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Put a hand to a post; the same again is the same. A post at food refuses what
    `certificates.refuse_unfit` names and `unfit_today`; any refuses `hand_unknown`
    and `hand_retired`."""
    if post not in POSTS:
        raise ValueError(f"no post {post!r}")
    async with writing():
        await lock_for("duty", f"{hand_id}|{day}|{meal}")
        hand = await hand_of(kitchen_id, hand_id, day, meal)
        if not hand.active:
            raise Refusal("hand_retired", name=hand.name)
        if post in FOOD_POSTS:
            await certificates.refuse_unfit("hand", hand.id, hand.name, day)
            if hand.check is not None and not hand.check.fit:
                raise Refusal("unfit_today", name=hand.name)
        standing = [duty.id for duty in hand.duties if duty.post == post]
        if standing:
            return standing[0]
        values = {"hand": hand_id, "day": day, "meal": meal, "post": post}
        key = await insert(Duty, **values, at=now, by=by.name)
        await _record("hand.assign", hand_id, by, now, values)
        return int(key)


async def end_duty(
    kitchen_id: int, duty_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take a hand off a post; twice is harmless. Refuses `duty_unknown`."""
    async with writing():
        await lock_for("duty_end", duty_id)
        duty = await one(
            "SELECT d.hand AS hand, e.id AS ended FROM duty d JOIN hand h"
            " ON h.id = d.hand LEFT JOIN duty_end e ON e.duty = d.id"
            " WHERE d.id = {} AND h.kitchen = {}",
            *(duty_id, kitchen_id),
        )
        if duty is None:
            raise Refusal("duty_unknown")
        if duty["ended"] is None:
            await insert(DutyEnd, duty=duty_id, reason=reason, at=now, by=by.name)
            told = {"duty": duty_id}
            await _record("hand.relieve", duty["hand"], by, now, told, reason)


def audit_day(at: datetime) -> date:
    """The date on the kitchen's wall."""
    return at.astimezone(audit.LOCAL_ZONE).date()


def _seal_key(hand_id: int, day: date, at: datetime) -> str:
    return f"{hand_id}|{day}|{at.timestamp():.0f}"


async def _record(
    action: str,
    hand_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="hand",
        object_id=hand_id,
        after=after,
        reason=reason,
    )
