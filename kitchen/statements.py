"""The quarter's statement of one community: drawn up from closed months, then signed by
the community, the street and the district, in this order.

Source: rule A32 of the plans (quarterly report → street checks → district, as the
basis of payment). What was signed never changes: a mistake is a correction in a later
month, and so in a later statement.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, places, settlement
from kitchen.calendar import days_of
from kitchen.corrections import corrections_for
from kitchen.database import lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.place_tables import Area
from kitchen.places import Kitchen
from kitchen.staff import Actor
from kitchen.vouching import insert_vouched

STEPS = {"community": "社区", "street": "街道", "district": "区民政局"}
"""The offices in their order, and what each is called."""
OFFICE = {"clerk": ("community",), "supervisor": ("street", "district")}
"""Role → the steps it signs with its own account. Kitchens note what was signed on
paper, with the signer's name."""
LEVELS = {
    "community": ("community",),
    "street": ("street",),
    "district": ("district", "city"),
}


class QuarterStatement(Table, tablename="quarter_statement"):
    """`report` is the canonical JSON that the digest covers."""

    kitchen = ForeignKey(Kitchen, null=False)
    quarter = Text()  # 2026-Q4
    community = ForeignKey(Area, null=False)
    report = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()


class StatementSignature(Table, tablename="statement_signature"):
    """One office's signature under one digest."""

    statement = ForeignKey(QuarterStatement, null=False)
    step = Text()
    signer = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()


# Facts ------------------------------------------------------------------------


@dataclass(frozen=True)
class QuarterLine:
    """One funder's part for one place in one month; `of_month` and `reason` name a
    correction, they are "" for the month's own meals."""

    month: str
    payer: str
    place: str
    meals: int
    fen: int
    of_month: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Signature:
    step: str
    signer: str
    at: datetime
    by: str


@dataclass(frozen=True)
class StatementFacts:
    """A statement, its lines and who has signed so far."""

    id: int
    kitchen_id: int
    quarter: str
    community_id: int
    lines: tuple[QuarterLine, ...]
    report: str
    digest: str
    at: datetime
    by: str
    signatures: tuple[Signature, ...]

    @property
    def meals(self) -> int:
        return sum(line.meals for line in self.lines)

    @property
    def fen(self) -> int:
        return sum(line.fen for line in self.lines)

    @property
    def next_step(self) -> str:
        """Whose signature is awaited; "" when all three are there."""
        return next_step([one.step for one in self.signatures])


# Pure rules -------------------------------------------------------------------


def quarter_of(day: date) -> str:
    """2026-11-24 → 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def months_of(quarter: str) -> tuple[str, str, str]:
    """2026-Q4 → 2026-10, 2026-11, 2026-12; refuses `quarter_unreadable`."""
    if not re.fullmatch(r"[12][0-9]{3}-Q[1-4]", quarter):
        raise Refusal("quarter_unreadable", text=quarter)
    year, first = quarter[:4], int(quarter[-1]) * 3 - 2
    return f"{year}-{first:02d}", f"{year}-{first + 1:02d}", f"{year}-{first + 2:02d}"


def next_step(signed: Sequence[str]) -> str:
    """The first office that has not signed."""
    return next((step for step in STEPS if step not in signed), "")


def as_text(
    kitchen_id: int, quarter: str, community_id: int, lines: Sequence[QuarterLine]
) -> str:
    """Canonical JSON by ids: what the digest covers."""
    return json.dumps(
        {
            "kitchen": kitchen_id,
            "quarter": quarter,
            "community": community_id,
            "lines": [list(vars(line).values()) for line in lines],
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


# Readers ----------------------------------------------------------------------


async def lines_of(
    kitchen_id: int, quarter: str, community_id: int
) -> list[QuarterLine]:
    """What is claimed for one community in a quarter, month by month, then what was
    corrected in those months."""
    lines = []
    for month in months_of(quarter):
        lines += [
            QuarterLine(month, one.payer, one.place, one.meals, one.fen)
            for one in await settlement.claims(kitchen_id, month)
            if one.community_id == community_id
        ]
        lines += [
            QuarterLine(
                month,
                one.payer,
                one.place,
                one.meals,
                one.fen,
                one.of_month,
                one.reason,
            )
            for one in await corrections_for(kitchen_id, month)
            if one.community_id == community_id
        ]
    return lines


async def communities_in(kitchen_id: int, quarter: str) -> set[int]:
    """Communities with a claim or a correction in the quarter."""
    found: set[int] = set()
    for month in months_of(quarter):
        claimed = await settlement.claims(kitchen_id, month)
        corrected = await corrections_for(kitchen_id, month)
        found |= {one.community_id for one in claimed if one.community_id}
        found |= {one.community_id for one in corrected if one.community_id}
    return found


async def statements_for(kitchen_id: int, quarter: str = "") -> list[StatementFacts]:
    """The statements of a quarter, or all, the newest quarter first."""
    found = await rows(
        "SELECT * FROM quarter_statement WHERE kitchen = {}"
        " AND ({} = '' OR quarter = {}) ORDER BY quarter DESC, community",
        kitchen_id,
        quarter,
        quarter,
    )
    signed: dict[int, list[Signature]] = {}
    for row in await rows(
        "SELECT statement, step, signer, at, by FROM statement_signature"
        " WHERE statement IN {} ORDER BY id",
        [row["id"] for row in found] or [0],
    ):
        statement = row.pop("statement")
        signed.setdefault(statement, []).append(Signature(**row))
    return [
        StatementFacts(
            row["id"],
            row["kitchen"],
            row["quarter"],
            row["community"],
            tuple(QuarterLine(*line) for line in json.loads(row["report"])["lines"]),
            row["report"],
            row["digest"],
            row["at"],
            row["by"],
            tuple(signed.get(row["id"], ())),
        )
        for row in found
    ]


async def statement_by_id(kitchen_id: int, statement_id: int) -> StatementFacts:
    """One statement of that kitchen; refuses `statement_unknown`."""
    for statement in await statements_for(kitchen_id):
        if statement.id == statement_id:
            return statement
    raise Refusal("statement_unknown")


async def replays(statement: StatementFacts) -> bool:
    """Whether the rows still give the very bytes that were signed."""
    lines = await lines_of(
        statement.kitchen_id, statement.quarter, statement.community_id
    )
    text = as_text(
        statement.kitchen_id, statement.quarter, statement.community_id, lines
    )
    return settlement.digest_of(text) == statement.digest and text == statement.report


async def open_months(kitchen_id: int, quarter: str) -> list[str]:
    """Months of the quarter with meals or corrections that are not closed yet."""
    waiting = []
    for month in months_of(quarter):
        if await settlement.closed_month(kitchen_id, month) is not None:
            continue
        first, last = days_of(month)
        used = await one(
            "SELECT (SELECT COUNT(*) FROM meal WHERE kitchen = {} AND day >= {}"
            " AND day <= {}) + (SELECT COUNT(*) FROM correction WHERE kitchen = {}"
            " AND month = {}) AS n",
            kitchen_id,
            first,
            last,
            kitchen_id,
            month,
        )
        if used and used["n"]:
            waiting.append(month)
    return waiting


# Verbs ------------------------------------------------------------------------


async def draw_up(
    kitchen_id: int,
    quarter: str,
    community_id: int,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """Freeze a community's quarter for signing. Twice is harmless. Refuses
    `quarter_unreadable`, `quarter_not_over`, `quarter_months_open`,
    `quarter_empty`."""
    last = days_of(months_of(quarter)[-1])[1]
    if today <= last:
        raise Refusal("quarter_not_over", quarter=quarter, last=last)
    if waiting := await open_months(kitchen_id, quarter):
        raise Refusal("quarter_months_open", months="、".join(waiting))
    # Closed months never change: they are read before any till has to wait for us.
    lines = await lines_of(kitchen_id, quarter, community_id)
    if not lines:
        raise Refusal("quarter_empty", quarter=quarter)
    text = as_text(kitchen_id, quarter, community_id, lines)
    digest = settlement.digest_of(text)
    async with writing():
        await lock_for("quarter", f"{kitchen_id}|{quarter}|{community_id}")
        drawn = await statements_for(kitchen_id, quarter)
        if community_id in {one.community_id for one in drawn}:
            return
        statement_id = await insert_vouched(
            QuarterStatement,
            kitchen=kitchen_id,
            quarter=quarter,
            community=community_id,
            report=text,
            digest=digest,
            at=now,
            by=by.name,
        )
        facts = {"quarter": quarter, "community": community_id, "digest": digest}
        await _trace("statement.draw_up", statement_id, facts, by=by, now=now)


async def sign(
    kitchen_id: int,
    statement_id: int,
    step: str,
    signer: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """One office's signature; a clerk or a supervisor signs in person, a kitchen notes
    the name on the paper. The same signature twice is harmless. Refuses
    `statement_unknown`, `signature_out_of_order` (the office before has not signed, or
    this one has, by another), `statement_complete`, `not_your_office`,
    `signer_missing`, `signer_signed_before`, `statement_stale` (rows no longer give
    what is signed)."""
    name = by.name if by.role in OFFICE else signer.strip()
    holds = await replays(await statement_by_id(kitchen_id, statement_id))
    async with writing():
        await lock_for("quarter_statement", statement_id)
        statement = await statement_by_id(kitchen_id, statement_id)
        if not name:
            raise Refusal("signer_missing")
        if any((s.step, s.signer) == (step, name) for s in statement.signatures):
            return
        if step != statement.next_step:
            raise _out_of_order(statement.next_step)
        await _refuse_foreign_office(by, step, statement.community_id)
        if any(name in (s.signer, s.by) for s in statement.signatures):
            raise Refusal("signer_signed_before", name=name)
        if not holds:
            raise Refusal("statement_stale")
        await insert_vouched(
            StatementSignature,
            statement=statement_id,
            step=step,
            signer=name,
            digest=statement.digest,
            at=now,
            by=by.name,
        )
        facts = {"step": step, "signer": name, "digest": statement.digest}
        await _trace("statement.sign", statement_id, facts, by=by, now=now)


def _out_of_order(awaited: str) -> Refusal:
    if not awaited:
        return Refusal("statement_complete")
    return Refusal("signature_out_of_order", awaited=STEPS[awaited])


async def _refuse_foreign_office(by: Actor, step: str, community_id: int) -> None:
    """An officer signs the step of the own role, for an area of the own level that
    holds the community; without an area, for any."""
    if by.role not in OFFICE:
        return
    if step not in OFFICE[by.role]:
        raise Refusal("not_your_office")
    if by.area_id is None:
        return
    level = {area.id: area.level for area in await places.areas()}.get(by.area_id)
    inside = await places.area_and_below(by.area_id)
    if level not in LEVELS[step] or community_id not in inside:
        raise Refusal("not_your_office")


async def _trace(
    action: str,
    statement_id: int,
    after: Mapping[str, object],
    *,
    by: Actor,
    now: datetime,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="statement",
        object_id=statement_id,
        after=after,
    )
