"""Papers that belong to no meal: of a month, a quarter, a recall, an inspection, and
the members' cards. Each is found by its subject.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from app import paper_claims, paper_kitchen, paper_office, paper_safety
from app.desk import Desk
from app.i18n import translate as _
from app.papers import Paper
from app.typed import parse_date
from kitchen import (
    audit,
    buying,
    calendar,
    cards,
    claims,
    places,
    recalls,
    registry,
    settlement,
    statements,
)
from kitchen.errors import Refusal


async def head_of(
    desk: Desk, kitchen_id: int, day: date, meal: str
) -> dict[str, object]:
    kitchen = await places.kitchen_by_id(kitchen_id)
    return {
        "kitchen": kitchen.name,
        "phone": kitchen.phone,
        "day": day,
        "meal": meal,
        "operator": desk.office.operator,
    }


async def month_sheet(desk: Desk, kitchen_id: int, month: str) -> Paper:
    """A month's settlement; refuses `month_unreadable`."""
    calendar.days_of(month)
    report = await settlement.month_for(kitchen_id, month)
    closed = await settlement.closed_month(kitchen_id, month)
    return paper_office.settlement_sheet(
        await _month_head(desk, kitchen_id, month),
        report,
        await _place_names(kitchen_id),
        closed,
        closed.digest if closed else settlement.digest_of(report.as_text()),
        await audit.day_seal(calendar.days_of(month)[1]),
    )


async def _place_names(kitchen_id: int) -> dict[str, str]:
    points = await places.points_for(kitchen_id)
    return {f"point:{p.id}": p.name for p in points} | {"doors": _("送餐到家")}


async def _month_head(desk: Desk, kitchen_id: int, month: str) -> dict[str, object]:
    services = await places.services_for(kitchen_id, paper_office.first_of(month))
    meal = "lunch" if "lunch" in services else next(iter(services), "lunch")
    return await head_of(desk, kitchen_id, paper_office.first_of(month), meal)


async def claim_sheet(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """The claim "2026-11:funder:district", or its part "…@community:7"; None when
    nobody is claimed from."""
    whole, _at, only = subject.partition("@")
    month, _colon, payer = whole.partition(":")
    try:
        _first, last = calendar.days_of(month)
        pack = await claims.pack_of(kitchen_id, month, payer, only)
    except Refusal:
        return None
    return paper_claims.claim_sheet(
        await _month_head(desk, kitchen_id, month),
        pack,
        await _place_names(kitchen_id),
        {area.id: area.path for area in await places.areas()},
        f"{last}",
    )


async def statement_sheet(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """The statement "statement:3"; None when there is none of this kitchen."""
    number = subject.removeprefix("statement:")
    try:
        statement = await statements.statement_by_id(
            kitchen_id, int(number) if number.isdecimal() else 0
        )
    except Refusal:
        return None
    last_month = statements.months_of(statement.quarter)[-1]
    last = calendar.days_of(last_month)[1]
    areas = {area.id: area.path for area in await places.areas()}
    return paper_claims.statement_sheet(
        await _month_head(desk, kitchen_id, last_month),
        statement,
        await _place_names(kitchen_id),
        areas[statement.community_id],
        (await audit.day_seal(last), f"{last}"),
        desk.office.zone,
    )


async def public_notice(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """The notice "month:2026-11"; None when that names no month."""
    month = subject.removeprefix("month:")
    try:
        people = await claims.claimants(kitchen_id, month)
    except Refusal:
        return None
    return paper_claims.public_notice(
        await _month_head(desk, kitchen_id, month),
        month,
        people,
        {area.id: area.name for area in await places.areas()},
    )


OFFICE_PAPERS: dict[str, Callable[[Desk, int, str], Awaitable[Paper | None]]] = {
    "claim": claim_sheet,
    "statement": statement_sheet,
    "notice": public_notice,
}
"""Papers of a month or a quarter, by their subject alone."""


async def recall_list(
    desk: Desk, kitchen_id: int, day: date, meal: str, subject: str
) -> Paper | None:
    """Whom "lot:3" or "batch:7" reached; None when there is no such row. It is
    numbered under the day it is asked for."""
    kind, _colon, number = subject.partition(":")
    if kind not in ("lot", "batch") or not number.isdecimal():
        return None
    try:
        what = await recalls.called(kitchen_id, kind, int(number))
    except Refusal:
        return None
    reached = await recalls.reached_by(kitchen_id, what)
    elders = {one.elder_id for one in reached if one.elder_id}
    known = [
        recall.reason
        for recall in await recalls.recalls_for(kitchen_id)
        if (recall.kind, recall.row_id) == (kind, int(number))
    ]
    return paper_safety.recall_list(
        await head_of(desk, kitchen_id, day, meal or "lunch"),
        what,
        reached,
        await registry.elders_by_id(elders),
        await registry.contacts_for(elders),
        {point.id: point.name for point in await places.points_for(kitchen_id)},
        known[0] if known else "",
        desk.office.zone,
    )


async def purchase_order(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """What to order for "2026-11-30_2026-12-02"; None when that names no days, or more
    than two weeks. It is numbered under the first."""
    first, last = days_named(subject)
    if first is None or last is None or not first <= last <= first + buying.LONGEST:
        return None
    services = tuple(await places.services_for(kitchen_id, first))
    meal = "lunch" if "lunch" in services else next(iter(services), "lunch")
    days = buying.days_from(first, last)
    return paper_kitchen.purchase_order(
        await head_of(desk, kitchen_id, first, meal),
        subject,
        last,
        await buying.buying_for(kitchen_id, days, services),
    )


def days_named(subject: str) -> tuple[date | None, date | None]:
    """The days of "2026-11-30_2026-12-02"."""
    first, _bar, last = subject.partition("_")
    return parse_date(first), parse_date(last)


async def inspection_pack(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """The records of "2026-11-01_2026-11-30"; None when that names no days. It is
    numbered under its last day."""
    first, last = days_named(subject)
    if first is None or last is None or not first <= last:
        return None
    if last - first > paper_safety.LONGEST_PACK:
        return None
    services = await places.services_for(kitchen_id, last)
    meal = "lunch" if "lunch" in services else next(iter(services), "lunch")
    return await paper_safety.inspection_pack(
        await head_of(desk, kitchen_id, last, meal),
        await places.kitchen_by_id(kitchen_id),
        first,
        last,
        desk.office.zone,
    )


async def member_cards(
    desk: Desk, kitchen_id: int, day: date, meal: str, subject: str
) -> Paper | None:
    """Cards of everyone ("all"), of a point ("point:2") or of one elder
    ("elder:15"); None when there is nobody."""
    what, _colon, number = subject.partition(":")
    elders = await registry.elders_of(kitchen_id)
    states = await registry.states_on(kitchen_id, day)
    people = [
        person
        for person in elders
        if (what == "all" and states.get(person.id, "active") in ("active", "paused"))
        or (what == "point" and str(person.point_id) == number)
        or (what == "elder" and str(person.id) == number)
    ]
    numbers = await cards.member_cards([person.id for person in people])
    if not numbers:
        return None
    points = {point.id: point.name for point in await places.points_for(kitchen_id)}
    head = await head_of(desk, kitchen_id, day, meal)
    return paper_office.member_cards(head, subject, people, points, numbers)
