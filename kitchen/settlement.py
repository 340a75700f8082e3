"""The month: who pays the kitchen how much, by payer and point. A closed month is
immutable and recomputes to the same bytes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, corrections
from kitchen.calendar import days_of
from kitchen.corrections import CorrectionLine
from kitchen.database import lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.findings import findings
from kitchen.places import Kitchen
from kitchen.staff import Actor
from kitchen.tariffs import SELF
from kitchen.vouching import insert_vouched


class MonthClose(Table, tablename="month_close"):
    """`report` is the canonical JSON that the digest covers."""

    kitchen = ForeignKey(Kitchen, null=False)
    month = Text()  # 2026-11
    report = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()


# Facts ------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """What one payer owes for the meals of one place. `place`: `point:3` or
    `doors`; `payer`: `funder:district`, or `self:cash`, `self:account` …"""

    place: str
    payer: str
    meals: int
    fen: int


@dataclass(frozen=True)
class PlaceTotal:
    """The meals of one place in a month."""

    place: str
    subsidised: int
    full: int
    list_price_fen: int
    self_pay_fen: int
    subsidy_fen: int


@dataclass(frozen=True)
class Month:
    """A month's settlement, by ids only, so that it recomputes to the same bytes
    whatever is renamed later."""

    kitchen_id: int
    month: str
    places: tuple[PlaceTotal, ...]
    shares: tuple[Share, ...]
    days: tuple[tuple[str, int], ...]  # (2026-11-24, meals)
    corrections: tuple[CorrectionLine, ...] = ()  # of earlier months, closed before

    @property
    def corrections_fen(self) -> int:
        """What earlier months were found to be owed more, or less."""
        return sum(line.fen for line in self.corrections)

    @property
    def claimed_fen(self) -> int:
        """The month's subsidy and the corrections that stand in it."""
        return self.subsidy_fen + self.corrections_fen

    @property
    def meals(self) -> int:
        return sum(place.subsidised + place.full for place in self.places)

    @property
    def list_price_fen(self) -> int:
        return sum(place.list_price_fen for place in self.places)

    @property
    def self_pay_fen(self) -> int:
        return sum(place.self_pay_fen for place in self.places)

    @property
    def subsidy_fen(self) -> int:
        return sum(place.subsidy_fen for place in self.places)

    def as_text(self) -> str:
        """Canonical JSON: what the digest covers. A month without corrections says
        nothing of them, so months closed before there were any keep their bytes."""
        corrected = [list(vars(line).values()) for line in self.corrections]
        return json.dumps(
            {
                "kitchen": self.kitchen_id,
                "month": self.month,
                "places": [list(vars(place).values()) for place in self.places],
                "shares": [list(vars(share).values()) for share in self.shares],
                "days": [list(day) for day in self.days],
                **({"corrections": corrected} if corrected else {}),
            },
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    def from_text(cls, text: str) -> "Month":
        """The inverse of `as_text`."""
        raw = json.loads(text)
        return cls(
            raw["kitchen"],
            raw["month"],
            tuple(PlaceTotal(*place) for place in raw["places"]),
            tuple(Share(*share) for share in raw["shares"]),
            tuple((day, meals) for day, meals in raw["days"]),
            tuple(CorrectionLine(*line) for line in raw.get("corrections", ())),
        )


@dataclass(frozen=True)
class CloseFacts:
    """A closed month."""

    month: str
    report: Month
    digest: str
    at: datetime
    by: str


# Pure rules -------------------------------------------------------------------


def month_of(kitchen_id: int, month: str, meals: Iterable[dict[str, Any]]) -> Month:
    """The settlement of those meals, voided ones left out; `n`: how many alike."""
    places: dict[str, list[int]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    money: Counter[tuple[str, str]] = Counter()
    days: Counter[str] = Counter()
    for meal in meals:
        place, n = f"point:{meal['point']}" if meal["point"] else "doors", meal["n"]
        parts = _parts(meal)
        funded = sum(fen for payer, fen in parts if payer.startswith(FUNDED))
        subsidised = int(meal["tariff"] == "subsidised")
        totals = places.setdefault(place, [0] * 5)
        amounts = (meal["list_price_fen"], meal["self_pay_fen"], funded)
        for i, amount in enumerate((subsidised, 1 - subsidised, *amounts)):
            totals[i] += amount * n
        for payer, fen in parts:
            counts[place, payer] += n
            money[place, payer] += fen * n
        days[meal["day"].isoformat()] += n
    return Month(
        kitchen_id,
        month,
        tuple(PlaceTotal(place, *places[place]) for place in sorted(places)),
        tuple(Share(*key, counts[key], money[key]) for key in sorted(counts)),
        tuple(sorted(days.items())),
    )


FUNDED = ("funder:", "grant:")
"""Payers of the meal subsidy. What stands beside the price has its kind in front:
`delivery:funder:district`, `operator:funder:district`."""


def is_claimed(payer: str) -> bool:
    """Whether a funder owes it; self-pay and what the operator concedes nobody does."""
    return any(owed in payer for owed in FUNDED)


def _parts(meal: dict[str, Any]) -> list[tuple[str, int]]:
    """(payer, fen) of one meal: its lines, the elder's own, what stands beside it."""
    parts = [(payer, fen) for payer, fen, _why in json.loads(meal["lines"])]
    own = f"self:{meal['payment']}"
    if meal["self_pay_fen"]:
        parts.append((own, meal["self_pay_fen"]))
    for kind, payer, fen, _why in json.loads(meal["extras"]):
        parts.append((f"{kind}:{own if payer == SELF else payer}", fen))
    return parts


def digest_of(report: str) -> str:
    """SHA-256 of the canonical report, hexadecimal."""
    return hashlib.sha256(report.encode()).hexdigest()


# Readers ----------------------------------------------------------------------


async def recompute(kitchen_id: int, month: str) -> Month:
    """The month from its meal rows, as they stand now."""
    first, last = days_of(month)
    found = await rows(
        "SELECT m.point, m.tariff, m.list_price_fen, m.self_pay_fen, m.lines,"
        " m.extras, m.payment, m.day, COUNT(*) AS n FROM meal m"
        " LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " GROUP BY m.point, m.tariff, m.list_price_fen, m.self_pay_fen, m.lines,"
        " m.extras, m.payment, m.day",
        kitchen_id,
        first,
        last,
    )
    corrected = await corrections.corrections_for(kitchen_id, month)
    return replace(month_of(kitchen_id, month, found), corrections=tuple(corrected))


@dataclass(frozen=True)
class Claim:
    """What one funder owes for the meals of one place to the people of one community;
    `community_id` None: nobody's area was known on the day."""

    payer: str
    place: str
    community_id: int | None
    meals: int
    fen: int


async def claims(kitchen_id: int, month: str) -> list[Claim]:
    """A month's claims by funder, place and community, what stands beside the price
    under its kind. The community is the one on the meal, so a later move changes
    nothing. Self-pay and what the operator concedes are claimed from nobody."""
    found = await rows(
        "SELECT m.point, m.community, m.self_pay_fen, m.lines, m.extras, m.payment,"
        " COUNT(*) AS n FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " GROUP BY m.point, m.community, m.self_pay_fen, m.lines, m.extras, m.payment",
        kitchen_id,
        *days_of(month),
    )
    counts: Counter[tuple[str, str, int]] = Counter()
    money: Counter[tuple[str, str, int]] = Counter()
    for meal in found:
        place = f"point:{meal['point']}" if meal["point"] else "doors"
        for payer, fen in _parts(meal):
            if is_claimed(payer):
                key = (payer, place, meal["community"] or 0)
                counts[key] += meal["n"]
                money[key] += fen * meal["n"]
    return [
        Claim(payer, place, community or None, counts[key], money[key])
        for key in sorted(counts)
        for payer, place, community in [key]
    ]


async def closed_month(kitchen_id: int, month: str) -> CloseFacts | None:
    """The stored settlement of a closed month."""
    row = await one(
        "SELECT * FROM month_close WHERE kitchen = {} AND month = {}", kitchen_id, month
    )
    if row is None:
        return None
    report = Month.from_text(row["report"])
    return CloseFacts(month, report, row["digest"], row["at"], row["by"])


async def month_for(kitchen_id: int, month: str) -> Month:
    """The settlement: stored when closed, computed while open."""
    stored = await closed_month(kitchen_id, month)
    return stored.report if stored else await recompute(kitchen_id, month)


async def replay(kitchen_id: int, month: str) -> bool:
    """Whether a closed month recomputes to the very bytes that were signed."""
    stored = await closed_month(kitchen_id, month)
    if stored is None:
        raise Refusal("month_open", month=month)
    return digest_of((await recompute(kitchen_id, month)).as_text()) == stored.digest


# Verbs ------------------------------------------------------------------------


async def close_month(
    kitchen_id: int, month: str, *, today: date, by: Actor, now: datetime
) -> CloseFacts:
    """Close a month for good. Twice is harmless. Refuses `month_not_over`, `days_open`
    (each day must be closed first) and `findings_open` (each one settled or reasoned).
    """
    _, last = days_of(month)
    if today <= last:
        raise Refusal("month_not_over", month=month, last=last)
    async with writing():
        await lock_for("month", f"{kitchen_id}|{month}")
        already = await closed_month(kitchen_id, month)
        if already is not None:
            return already
        found = await findings(kitchen_id, month)
        open_days = [one.day.isoformat() for one in found if one.kind == "day_open"]
        if open_days:
            raise Refusal("days_open", days="、".join(open_days))
        waiting = [one for one in found if not one.settled]
        if waiting:
            raise Refusal("findings_open", count=len(waiting))
        report = await recompute(kitchen_id, month)
        text = report.as_text()
        digest = digest_of(text)
        await insert_vouched(
            MonthClose,
            kitchen=kitchen_id,
            month=month,
            report=text,
            digest=digest,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="month.close",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"month": month, "digest": digest, "meals": report.meals},
        )
        return CloseFacts(month, report, digest, now, by.name)


async def correct(
    kitchen_id: int,
    of_month: str,
    *,
    payer: str,
    place: str,
    community_id: int | None,
    meals: int,
    fen: int,
    reason: str,
    today: date,
    by: Actor,
    now: datetime,
    act: str = "",
) -> None:
    """A closed month was wrong: `fen` more (or less) is owed by one of its funders for
    one of its places, as a named line of today's month. Refuses `month_open`,
    `correction_line_unknown` (no such funder, place or community in that month),
    `corrected_below_zero`, `correction_of_nothing`, `reason_missing`, `month_closed`.
    """
    line = CorrectionLine(
        0, of_month, payer, place, community_id, meals, fen, reason.strip()
    )
    async with writing():
        await lock_for("correction", f"{kitchen_id}|{of_month}")
        if await closed_month(kitchen_id, of_month) is None:
            raise Refusal("month_open", month=of_month)
        if not act or not await rows("SELECT key FROM act WHERE key = {}", act):
            await _refuse_wrong_line(kitchen_id, line)
        await corrections.add_in_transaction(
            line, kitchen_id=kitchen_id, today=today, act=act, by=by, now=now
        )


async def _refuse_wrong_line(kitchen_id: int, line: CorrectionLine) -> None:
    asked = (line.payer, line.place, line.community_id)
    claimed = {
        (one.payer, one.place, one.community_id): one.fen
        for one in await claims(kitchen_id, line.of_month)
    }
    if asked not in claimed:
        raise Refusal("correction_line_unknown")
    before = sum(
        one.fen
        for one in await corrections.corrections_of(kitchen_id, line.of_month)
        if (one.payer, one.place, one.community_id) == asked
    )
    left = claimed[asked] + before + line.fen
    if left < 0:
        raise Refusal("corrected_below_zero", left_fen=claimed[asked] + before)
