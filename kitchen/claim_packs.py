"""A month's claim on each funder, whole or for one place or one community. Meals are
claimed where they were eaten and for the community of their day.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from kitchen import audit, settlement
from kitchen.calendar import days_of
from kitchen.corrections import CorrectionLine, corrections_for, funder_of
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.settlement import Claim


@dataclass(frozen=True)
class ClaimPack:
    """What one funder is asked for a month. `seal` stands for the audit chain up to
    the month's last day, `report_digest` for the whole settlement."""

    kitchen_id: int
    month: str
    payer: str
    lines: tuple[Claim, ...]
    corrections: tuple[CorrectionLine, ...]
    report_digest: str
    seal: str
    closed: bool
    only: str = ""  # point:3, doors or community:7: a part of the whole claim

    @property
    def parts(self) -> tuple[str, ...]:
        """Every place and every community the claim can be handed in for by itself."""
        places = {line.place for line in self.lines}
        communities = {of_community(line) for line in self.lines}
        return (*sorted(places), *sorted(communities))

    def narrowed(self, only: str) -> "ClaimPack":
        """The part of one place or one community, with a hash of its own."""
        return replace(
            self,
            only=only,
            lines=tuple(x for x in self.lines if _is_in(x, only)),
            corrections=tuple(x for x in self.corrections if _is_in(x, only)),
        )

    @property
    def meals(self) -> int:
        """Meals this funder pays the meal subsidy of; what stands beside the price is
        no meal of its own."""
        return sum(line.meals for line in self.lines if line.payer == self.payer)

    @property
    def fen(self) -> int:
        lines = sum(line.fen for line in self.lines)
        return lines + sum(line.fen for line in self.corrections)

    def as_text(self) -> str:
        """Canonical JSON by ids: what `digest` covers."""
        return json.dumps(
            {
                "kitchen": self.kitchen_id,
                "month": self.month,
                "payer": self.payer,
                "lines": [list(vars(line).values()) for line in self.lines],
                "corrections": [list(vars(line).values()) for line in self.corrections],
                "report": self.report_digest,
                **({"only": self.only} if self.only else {}),
            },
            sort_keys=True,
            separators=(",", ":"),
        )

    @property
    def digest(self) -> str:
        return settlement.digest_of(self.as_text())


class Placed(Protocol):
    """A line of money: where, and for whose people."""

    @property
    def place(self) -> str: ...
    @property
    def community_id(self) -> int | None: ...


def of_community(line: Placed) -> str:
    """community:7; community:0 where nobody's area was known."""
    return f"community:{line.community_id or 0}"


def _is_in(line: Placed, only: str) -> bool:
    return not only or only in (line.place, of_community(line))


@dataclass(frozen=True)
class Claimant:
    """One person in a claim, for the list that goes to the authority by itself."""

    elder_id: int
    number: str
    name: str
    community_id: int | None
    place: str
    meals: int
    fen: int


# Pure rules -------------------------------------------------------------------


def by_funder(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Each funder's lines; what stands beside the price is asked of the same funder."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(funder_of(claim.payer), []).append(claim)
    return found


# Readers ----------------------------------------------------------------------


async def packs_for(kitchen_id: int, month: str) -> list[ClaimPack]:
    """A pack for each funder of the month, also for one of whom only a correction
    speaks. An open month's packs are drafts. Refuses `month_unreadable`."""
    _, last = days_of(month)
    lines = by_funder(await settlement.claims(kitchen_id, month))
    corrected: dict[str, list[CorrectionLine]] = {}
    for line in await corrections_for(kitchen_id, month):
        corrected.setdefault(funder_of(line.payer), []).append(line)
    stored = await settlement.closed_month(kitchen_id, month)
    report = stored.report if stored else await settlement.recompute(kitchen_id, month)
    digest = stored.digest if stored else settlement.digest_of(report.as_text())
    seal = await audit.day_seal(last)
    return [
        ClaimPack(
            kitchen_id,
            month,
            payer,
            tuple(lines.get(payer, ())),
            tuple(corrected.get(payer, ())),
            digest,
            seal,
            stored is not None,
        )
        for payer in sorted({*lines, *corrected})
    ]


async def pack_of(kitchen_id: int, month: str, payer: str, only: str = "") -> ClaimPack:
    """One funder's pack, or the part of one place or community of it; refuses
    `claim_unknown`."""
    for pack in await packs_for(kitchen_id, month):
        if pack.payer == payer and (not only or only in pack.parts):
            return pack.narrowed(only) if only else pack
    raise Refusal("claim_unknown", month=month)


async def claimants(
    kitchen_id: int, month: str, payer: str = "", only: str = ""
) -> list[Claimant]:
    """The people behind one funder's meal subsidy of a month, or behind all of it, by
    community and number. Guests have no name and no subsidy."""
    found = await rows(
        "SELECT m.elder AS elder, e.number AS number, e.name AS name,"
        " m.community AS community, m.point AS point, m.lines AS lines,"
        " COUNT(*) AS n FROM meal m JOIN elder e ON e.id = m.elder"
        " LEFT JOIN meal_void v ON v.served = m.id WHERE m.kitchen = {}"
        " AND m.day >= {} AND m.day <= {} AND v.id IS NULL"
        " GROUP BY m.elder, e.number, e.name, m.community, m.point, m.lines",
        kitchen_id,
        *days_of(month),
    )
    meals = Counter[tuple[int, int, int]]()
    owed = Counter[tuple[int, int, int]]()
    names = {row["elder"]: (row["number"], row["name"]) for row in found}
    for row in found:
        key = (row["elder"], row["community"] or 0, row["point"] or 0)
        paid = sum(
            fen
            for who, fen, _why in json.loads(row["lines"])
            if (who == payer if payer else settlement.is_claimed(who))
        )
        if paid:
            meals[key] += row["n"]
            owed[key] += paid * row["n"]
    people = [
        Claimant(
            elder,
            *names[elder],
            community or None,
            f"point:{point}" if point else "doors",
            meals[elder, community, point],
            owed[elder, community, point],
        )
        for elder, community, point in meals
    ]
    people = [one for one in people if _is_in(one, only)]
    return sorted(people, key=lambda p: (p.community_id or 0, p.number, p.place))
