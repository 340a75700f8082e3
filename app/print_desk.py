"""The printer's desk: every paper of a meal by its name, printed into a tray, a folder
or a file to download.
"""

import asyncio
import hashlib
import io
import zipfile
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app import paper_claims, paper_office, paper_safety
from app.balances import names_of_places
from app.i18n import language
from app.i18n import translate as _
from app.morning import MAKERS, MORNING, Office, morning_for, papers_of
from app.paper_html import document_for
from app.papers import KINDS, Paper, Stamp
from app.print_acts import (
    Made,
    Told,
    change_slip,
    joined_name,
    pages_again,
    print_papers,
    void_dissolved,
)
from app.print_options import PrintOptions, options_for
from app.print_store import PrintStore
from app.printing import join, render
from app.settings import Settings
from app.typed import parse_date
from kitchen import (
    audit,
    calendar,
    cards,
    claims,
    database,
    day_close,
    dining,
    headcounts,
    meals,
    places,
    prints,
    recalls,
    registry,
    settlement,
    statements,
)
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.prints import PrintFacts
from kitchen.staff import Actor

DAY_KINDS = (*MAKERS, "balance")
SIGNED = (
    *("balance", "settlement", "inspection", "recall"),
    *("claim", "statement", "notice"),
)
PAPERS_KEPT = 6  # each a morning's or a balance
LONGEST_PACK = timedelta(days=92)


@dataclass(frozen=True)
class Desk:
    """Where papers are made and kept."""

    office: Office
    store: PrintStore

    @classmethod
    def of(cls, settings: Settings) -> "Desk":
        return cls(
            Office(settings.timezone, settings.operator, settings.base_url),
            PrintStore(settings.data / "prints"),
        )

    def as_json(self) -> dict[str, str]:
        """For a job, which outlives the request that asked for it."""
        return {
            "zone": self.office.zone.key,
            "operator": self.office.operator,
            "base_url": self.office.base_url,
            "folder": str(self.store.folder),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> "Desk":
        zone = ZoneInfo(kept["zone"])
        office = Office(zone, kept["operator"], kept["base_url"])
        return cls(office, PrintStore(Path(kept["folder"])))


# Which papers there are


async def papers_for(
    desk: Desk,
    kitchen_id: int,
    day: date,
    meal: str,
    kinds: Iterable[str] = DAY_KINDS,
    options: PrintOptions | None = None,
) -> list[Paper]:
    """All papers of a meal, of these kinds, in the order of the morning."""
    wanted = set(kinds)
    options = options or await options_for(kitchen_id)
    day_of_it = (kitchen_id, day, meal)
    found: list[Paper] = []
    if wanted & set(MAKERS):
        key = ("morning", *day_of_it, desk.office, options)
        every = await _kept(key, lambda: _morning_papers(desk, *day_of_it, options))
        found += [paper for paper in every if paper.kind in wanted]
    if "balance" in wanted and await headcounts.closed(*day_of_it):
        of_balance = ("balance", *day_of_it, desk.office)
        found += await _kept(of_balance, lambda: _balance(desk, *day_of_it))
    return found


_made: OrderedDict[tuple[Hashable, ...], list[Paper]] = OrderedDict()


async def _kept(
    about: tuple[Hashable, ...], make: Callable[[], Awaitable[list[Paper]]]
) -> list[Paper]:
    """Papers made once for as long as nothing is recorded.

    Each act leaves a line in the audit, so its last line stands for the state of
    everything; with the same one the page of papers need not read the whole day.
    """
    last = await database.one("SELECT MAX(id) AS id FROM audit_line")
    line = int(last["id"] or 0) if last else 0
    key = (database.current(), line, language.get(), *about)
    if (made := _made.get(key)) is None:
        made = _made[key] = await make()
        while len(_made) > PAPERS_KEPT:
            _made.popitem(last=False)
    return made


async def _morning_papers(
    desk: Desk, kitchen_id: int, day: date, meal: str, options: PrintOptions
) -> list[Paper]:
    morning = await morning_for(kitchen_id, day, meal, desk.office, options)
    return await _put_together(lambda: papers_of(morning))


async def _put_together(make: Callable[[], list[Paper]]) -> list[Paper]:
    """The papers and their digests, in a thread: a second of arithmetic for a large
    kitchen, while tills go on."""

    def made() -> list[Paper]:
        papers = make()
        for paper in papers:
            paper.digest  # noqa: B018 - worked out once, here
        return papers

    return await off_loop(made)


async def paper_at(
    desk: Desk,
    kitchen_id: int,
    day: date,
    meal: str,
    kind: str,
    subject: str,
    options: PrintOptions | None = None,
) -> Paper | None:
    """One paper, or None when the day has no such paper."""
    if kind == "cards":
        return await member_cards(desk, kitchen_id, day, meal, subject)
    if kind == "settlement":
        return await month_sheet(desk, kitchen_id, subject.removeprefix("month:"))
    if kind in OFFICE_PAPERS:
        return await OFFICE_PAPERS[kind](desk, kitchen_id, subject)
    if kind == "recall":
        return await recall_list(desk, kitchen_id, day, meal, subject)
    if kind == "inspection":
        return await inspection_pack(desk, kitchen_id, subject)
    for paper in await papers_for(desk, kitchen_id, day, meal, (kind,), options):
        if paper.subject == subject:
            return paper
    return None


async def _head(desk: Desk, kitchen_id: int, day: date, meal: str) -> dict[str, object]:
    kitchen = await places.kitchen_by_id(kitchen_id)
    return {
        "kitchen": kitchen.name,
        "phone": kitchen.phone,
        "day": day,
        "meal": meal,
        "operator": desk.office.operator,
    }


async def _balance(desk: Desk, kitchen_id: int, day: date, meal: str) -> list[Paper]:
    facts = (
        await _head(desk, kitchen_id, day, meal),
        await day_close.balance_for(kitchen_id, day, meal),
        await names_of_places(kitchen_id),
        await meals.meals_for(kitchen_id, day, meal),
        await day_close.closed_day(kitchen_id, day, meal),
        desk.office.zone,
        await dining.tallies_for(kitchen_id, day, meal),
    )
    return await _put_together(lambda: [paper_office.balance_sheet(*facts)])


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
    return await _head(desk, kitchen_id, paper_office.first_of(month), meal)


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
        await _head(desk, kitchen_id, day, meal or "lunch"),
        what,
        reached,
        await registry.elders_by_id(elders),
        await registry.contacts_for(elders),
        {point.id: point.name for point in await places.points_for(kitchen_id)},
        known[0] if known else "",
        desk.office.zone,
    )


async def inspection_pack(desk: Desk, kitchen_id: int, subject: str) -> Paper | None:
    """The records of "2026-11-01_2026-11-30"; None when that names no days. It is
    numbered under its last day."""
    days = [parse_date(text) for text in subject.split("_")]
    first, last = (*days, None, None)[:2]
    if first is None or last is None or not first <= last <= first + LONGEST_PACK:
        return None
    services = await places.services_for(kitchen_id, last)
    meal = "lunch" if "lunch" in services else next(iter(services), "lunch")
    return await paper_safety.inspection_pack(
        await _head(desk, kitchen_id, last, meal),
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
    head = await _head(desk, kitchen_id, day, meal)
    return paper_office.member_cards(head, subject, people, points, numbers)


# Printing them


async def print_now(
    desk: Desk,
    kitchen_id: int,
    papers: Sequence[Paper],
    *,
    by: Actor,
    now: datetime,
    told: Told | None = None,
) -> list[Made]:
    """Print these, and void the papers of rounds that are gone."""
    made = await print_papers(
        kitchen_id,
        papers,
        store=desk.store,
        zone=desk.office.zone,
        by=by,
        now=now,
        told=told,
    )
    if papers and papers[0].kind in MAKERS:
        day, meal = papers[0].day, papers[0].meal
        if await _others_are_held(kitchen_id, papers):
            every = await papers_for(desk, kitchen_id, day, meal, MAKERS)
            await void_dissolved(kitchen_id, day, meal, every, by=by, now=now)
    return made


async def _others_are_held(kitchen_id: int, printed: Sequence[Paper]) -> bool:
    """Whether papers of the morning are out there that were not just printed: only
    those can be of a round that is gone, and only for them the day is read again."""
    about = {(paper.kind, paper.subject) for paper in printed}
    held = await prints.who_holds(kitchen_id, printed[0].day, printed[0].meal)
    return any(one.kind in MAKERS and one.about not in about for one in held)


async def print_slip(
    desk: Desk,
    kitchen_id: int,
    paper: Paper,
    old: PrintFacts,
    *,
    by: Actor,
    now: datetime,
) -> Made:
    """Print the new version and the slip that brings the old one up to date; the
    holder gets the slip. Refuses `print_unchanged`."""
    if old.digest == paper.digest and not old.is_void:
        raise Refusal("print_unchanged", number=old.number, version=old.version)
    (new,) = await print_now(desk, kitchen_id, [paper], by=by, now=now)
    slip = await change_slip(paper, old, new.facts)
    (made,) = await print_papers(
        kitchen_id, [slip], store=desk.store, zone=desk.office.zone, by=by, now=now
    )
    return made


async def print_morning(
    kitchen_id: int,
    day: date,
    meal: str,
    folder: Path,
    *,
    desk: Desk,
    by: Actor,
    now: datetime,
    told: Told | None = None,
) -> list[Path]:
    """Everything the morning needs as files in a folder: each paper by itself, and
    sheets and labels once more in one file for the printer. Twice is harmless."""
    papers = await papers_for(desk, kitchen_id, day, meal, MORNING)
    made = await print_now(desk, kitchen_id, papers, by=by, now=now, told=told)
    desk.store.forget(now)
    files = [(file_name(i, one), one.pdf) for i, one in enumerate(made, 1)]
    for kind in ("sheet", "labels"):
        of_kind = [one.pdf for one in made if one.paper.kind == kind]
        if len(of_kind) > 1:
            name = _("{title}-全部", title=_(KINDS[kind]))
            files.append((f"{name}.pdf", await join(of_kind)))
    return await asyncio.to_thread(_write, folder, files)


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, pdf in files:
        path = folder / name
        path.write_bytes(pdf)
        written.append(path)
    return written


def file_name(number: int, made: Made) -> str:
    return f"{number:02d}-{joined_name(made.paper)}.pdf"


# Reading them again


async def current_pages(desk: Desk, kitchen_id: int, paper: Paper) -> bytes:
    """The version that counts, as it was printed; a paper that was never printed is
    shown as a preview without a number. Figures to sign are never older than now."""
    found = await prints.prints_for(kitchen_id, paper.day, paper.meal)
    latest = prints.latest_of(found, paper.kind, paper.subject)
    moved_on = latest is not None and latest.digest != paper.digest
    if latest is None or latest.is_void or (moved_on and paper.kind in SIGNED):
        return await preview(desk, paper)
    try:
        return await pages_again(paper, latest, desk.store, desk.office.zone)
    except Refusal:
        return await preview(desk, paper)


async def preview(desk: Desk, paper: Paper) -> bytes:
    """The paper as it would be printed now, marked as not registered."""
    document = document_for(paper, Stamp(0, 0, ""))
    digest = hashlib.sha256(document.html.encode() + document.css.encode())
    name = f"view-{digest.hexdigest()[:32]}"
    if pdf := desk.store.get(name):
        return pdf
    (printed,) = await render([document])
    desk.store.put(name, printed.pdf)
    return printed.pdf


async def joined_pages(desk: Desk, kitchen_id: int, papers: Sequence[Paper]) -> bytes:
    """Current versions of several papers behind each other, for one print order."""
    return await join([await current_pages(desk, kitchen_id, p) for p in papers])


async def bundle(desk: Desk, kitchen_id: int, papers: Sequence[Paper]) -> bytes:
    """The papers as a ZIP of PDFs with readable names."""
    pages = [await current_pages(desk, kitchen_id, paper) for paper in papers]
    names = [
        f"{number:02d}-{joined_name(paper)}.pdf"
        for number, paper in enumerate(papers, 1)
    ]
    return await asyncio.to_thread(_zipped, list(zip(names, pages, strict=True)))


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, pdf in files:
            archive.writestr(zipfile.ZipInfo(name), pdf)
    return out.getvalue()
