"""Who pays for a meal: dated schemes of rules, proposed by one, approved by another.

"5 yuan" is one scheme. A meal is priced by the version in force on its day, and
keeps the version's id for ever, so a later change never alters it. The rules as values
are in `tariffs`, the price they give in `pricing`.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.calendar import service_day_of
from kitchen.database import Asked, insert, lock_for, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.pricing import Extra, PayerLine, Price, full_price, split_price
from kitchen.staff import Actor
from kitchen.tariff_texts import rules_of, text_of
from kitchen.tariffs import Discount, Fee, Layer, MealFacts, Rule, Rules, When
from kitchen.vouching import vouch_as_it_stands

__all__ = [
    "Discount",
    "Extra",
    "Fee",
    "Layer",
    "MealFacts",
    "PayerLine",
    "Price",
    "Rule",
    "Rules",
    "Scheme",
    "SchemeVersion",
    "VersionFacts",
    "When",
    "approve_version",
    "full_price",
    "latest_transition",
    "propose_version",
    "rules_of",
    "split_price",
    "text_of",
    "version_asked",
    "version_before",
    "version_on",
    "versions_for",
]

MOST_TRANSITION_MONTHS = 3
"""The source plans end a benefit with a transition of three months at most."""


class Scheme(Table, tablename="scheme"):
    """A tariff with a name, e.g. 五元午餐."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    at = Timestamptz()
    by = Text()


class SchemeVersion(Table, tablename="scheme_version"):
    """The scheme's rules from a day on. `rules` is JSON, see `Rules`."""

    scheme = ForeignKey(Scheme, null=False)
    number = Text()
    rules = Text()
    announced_on = Date()
    valid_from = Date()
    valid_to = Date(null=True)
    transition_to = Date(null=True)
    proposed_by = Text()
    proposed_at = Timestamptz()
    approved_by = Text()
    approved_at = Timestamptz(null=True)


# Readers and verbs ------------------------------------------------------------


@dataclass(frozen=True)
class VersionFacts:
    """One version of one scheme."""

    id: int
    scheme_id: int
    scheme: str
    number: str
    rules: Rules = field(repr=False)
    announced_on: date
    valid_from: date
    valid_to: date | None
    transition_to: date | None
    proposed_by: str
    approved_by: str

    @property
    def title(self) -> str:
        return f"{self.scheme} v{self.number}"


async def versions_for(kitchen_id: int) -> list[VersionFacts]:
    """All versions of a kitchen's schemes, newest last."""
    found = await rows(
        "SELECT v.*, s.name AS scheme_name FROM scheme_version v"
        " JOIN scheme s ON s.id = v.scheme WHERE s.kitchen = {}"
        " ORDER BY v.valid_from, v.id",
        kitchen_id,
    )
    return [_version(row) for row in found]


async def version_on(kitchen_id: int, day: date) -> VersionFacts | None:
    """The approved version in force on a day: the one that began last. Once a version
    has begun, the former ones of its scheme are over, also when it has ended itself."""
    found = await rows(*version_asked(kitchen_id, day))
    return _version(found[0]) if found else None


def version_asked(kitchen_id: int, day: date) -> Asked:
    """The approved version that is in force on a day."""
    return (
        "SELECT v.*, s.name AS scheme_name FROM scheme_version v"
        " JOIN scheme s ON s.id = v.scheme WHERE s.kitchen = {}"
        " AND v.approved_at IS NOT NULL AND v.valid_from <= {}"
        " AND (v.valid_to IS NULL OR v.valid_to >= {}) AND NOT EXISTS"
        " (SELECT 1 FROM scheme_version w WHERE w.scheme = v.scheme"
        " AND w.approved_at IS NOT NULL AND w.valid_from <= {}"
        " AND (w.valid_from > v.valid_from"
        " OR (w.valid_from = v.valid_from AND w.id > v.id)))"
        " ORDER BY v.valid_from DESC, v.id DESC LIMIT 1",
        *(kitchen_id, day, day, day),
    )


async def version_before(version: VersionFacts, kitchen_id: int) -> VersionFacts | None:
    """What was in force on the eve of a version: kept until its transition ends."""
    return await version_on(kitchen_id, version.valid_from - timedelta(days=1))


@lru_cache(maxsize=64)
def _rules(text: str) -> Rules:
    """Read once: a version's text never changes."""
    return rules_of(text)


def _version(row: dict[str, Any]) -> VersionFacts:
    return VersionFacts(
        id=row["id"],
        scheme_id=row["scheme"],
        scheme=row["scheme_name"],
        number=row["number"],
        rules=_rules(row["rules"]),
        announced_on=row["announced_on"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        transition_to=row["transition_to"],
        proposed_by=row["proposed_by"],
        approved_by=row["approved_by"],
    )


async def propose_version(
    *,
    kitchen_id: int,
    scheme: str,
    number: str,
    rules: Rules,
    announced_on: date,
    valid_from: date,
    valid_to: date | None,
    transition_to: date | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Propose rules from a day on; they count once a second person approves. Until
    `transition_to` whoever was enrolled before keeps the former price where that is
    better. Refuses `valid_before_announced`, `begins_in_past` (only a kitchen's first
    version takes over what has been in force), `dates_reversed`,
    `transition_too_long` (three months), `version_exists`."""
    if valid_from < announced_on:
        raise Refusal(
            "valid_before_announced", announced=announced_on, valid_from=valid_from
        )
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("dates_reversed", first=valid_from, last=valid_to)
    if transition_to is not None:
        _refuse_long_transition(valid_from, transition_to)
    async with writing():
        await _refuse_past(kitchen_id, valid_from, now)
        found = await rows(
            "SELECT id FROM scheme WHERE kitchen = {} AND name = {}", kitchen_id, scheme
        )
        scheme_id = (
            found[0]["id"]
            if found
            else await insert(
                Scheme, kitchen=kitchen_id, name=scheme, at=now, by=by.name
            )
        )
        if await rows(
            "SELECT id FROM scheme_version WHERE scheme = {} AND number = {}",
            scheme_id,
            number,
        ):
            raise Refusal("version_exists", scheme=scheme, number=number)
        version_id = await insert(
            SchemeVersion,
            scheme=scheme_id,
            number=number,
            rules=text_of(rules),
            announced_on=announced_on,
            valid_from=valid_from,
            valid_to=valid_to,
            transition_to=transition_to,
            proposed_by=by.name,
            proposed_at=now,
            approved_by="",
            approved_at=None,
        )
        await _trace("scheme.propose", version_id, by=by, now=now)
        return int(version_id)


async def _refuse_past(kitchen_id: int, valid_from: date, now: datetime) -> None:
    """A price never changes for a day that is over; what a kitchen brings along when it
    begins with this book is no change."""
    today = service_day_of(now, audit.LOCAL_ZONE)
    if valid_from < today and await rows(
        "SELECT v.id FROM scheme_version v JOIN scheme s ON s.id = v.scheme"
        " WHERE s.kitchen = {} AND v.approved_at IS NOT NULL LIMIT 1",
        kitchen_id,
    ):
        raise Refusal("begins_in_past", valid_from=valid_from, today=today)


def latest_transition(valid_from: date) -> date:
    """The last day a transition may have: three months, the last day counted."""
    months = valid_from.year * 12 + valid_from.month - 1 + MOST_TRANSITION_MONTHS
    year, month = divmod(months, 12)
    day = min(valid_from.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)


def _refuse_long_transition(valid_from: date, transition_to: date) -> None:
    if transition_to < valid_from:
        raise Refusal("dates_reversed", first=valid_from, last=transition_to)
    latest = latest_transition(valid_from)
    if transition_to > latest:
        raise Refusal("transition_too_long", asked=transition_to, latest=latest)


async def approve_version(version_id: int, *, by: Actor, now: datetime) -> None:
    """The second person's yes, on the day it begins at the latest. Refuses
    `own_proposal`, `version_unknown`, `begins_in_past`."""
    async with writing():
        await lock_for("scheme_version", version_id)
        found = await rows(
            "SELECT v.*, s.kitchen AS kitchen FROM scheme_version v"
            " JOIN scheme s ON s.id = v.scheme WHERE v.id = {}",
            version_id,
        )
        if not found:
            raise Refusal("version_unknown", version=version_id)
        if found[0]["approved_at"] is not None:
            return
        if by.name == found[0]["proposed_by"] or await _proposed(version_id, by):
            raise Refusal("own_proposal", name=by.name)
        await _refuse_past(found[0]["kitchen"], found[0]["valid_from"], now)
        await update_row(
            SchemeVersion, version_id, {"approved_by": by.name, "approved_at": now}
        )
        await vouch_as_it_stands("scheme_version", version_id)
        await _trace("scheme.approve", version_id, by=by, now=now)


async def _proposed(version_id: int, by: Actor) -> bool:
    """Whether this account made the proposal, whatever it is called by now. The
    command line has no account (0)."""
    found = await rows(
        "SELECT staff_id FROM audit_line WHERE object_kind = 'scheme_version'"
        " AND object_id = {} AND action = 'scheme.propose'",
        str(version_id),
    )
    return bool(by.staff_id) and by.staff_id in {row["staff_id"] for row in found}


async def _trace(action: str, version_id: int, *, by: Actor, now: datetime) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="scheme_version",
        object_id=version_id,
    )
