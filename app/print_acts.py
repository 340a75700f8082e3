"""The act of printing: papers → numbered, drawn, registered, kept.

The same papers again are the same prints: nothing is drawn twice, nothing is counted
twice. A paper is registered only when its pages exist.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app import printing
from app.i18n import translate as _
from app.paper_html import document_for
from app.papers import KINDS, ChangeSlip, Difference, Labels, Paper, Stamp
from app.print_store import PrintStore
from app.printing import Printed, PrintFailed
from kitchen import prints
from kitchen.errors import Refusal
from kitchen.off_loop import off_loop
from kitchen.prints import Content, LabelFacts, Numbered, PrintFacts
from kitchen.staff import Actor

ATTEMPTS = 3
TOLD_EVERY = 1.0  # seconds
NOT_OF_THE_MORNING = (
    *("cards", "slip", "balance", "inspection", "recall"),
    *("settlement", "claim", "statement", "notice"),
)

Told = Callable[[int, int], Awaitable[None]]
"""How many papers are drawn, of how many."""


@dataclass(frozen=True)
class Made:
    """One paper that lies in the printer's tray."""

    paper: Paper
    facts: PrintFacts
    pdf: bytes


def content_of(paper: Paper) -> Content:
    """The paper as the kitchen registers it."""
    labels: tuple[LabelFacts, ...] = ()
    if isinstance(paper, Labels):
        labels = tuple(
            LabelFacts(label.diner_id, label.spare_id, label.portion, label.code)
            for label in paper.labels
        )
    return Content(
        paper.kind, paper.subject, paper.digest, paper.holder, paper.lines(), labels
    )


def _contents(papers: Sequence[Paper]) -> list[Content]:
    return [content_of(paper) for paper in papers]


async def print_papers(
    kitchen_id: int,
    papers: Sequence[Paper],
    *,
    store: PrintStore,
    zone: ZoneInfo,
    by: Actor,
    now: datetime,
    told: Told | None = None,
) -> list[Made]:
    """Print papers of one day and meal, in order.

    Refuses `print_font_missing`, `print_failed` and, after three tries beside someone
    who prints the same, `print_overtaken`.
    """
    if not papers:
        return []
    await _refuse_without_font()
    for attempt in range(ATTEMPTS):
        try:
            return await _print(kitchen_id, papers, store, zone, by, now, told)
        except Refusal as refusal:
            if refusal.code != "print_overtaken" or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _print(
    kitchen_id: int,
    papers: Sequence[Paper],
    store: PrintStore,
    zone: ZoneInfo,
    by: Actor,
    now: datetime,
    told: Told | None,
) -> list[Made]:
    day, meal = papers[0].day, papers[0].meal
    contents = await off_loop(_contents, papers)
    places = await prints.upcoming(kitchen_id, day, meal, contents)
    pages = [
        await asyncio.to_thread(_kept, store, *pair)
        for pair in zip(papers, places, strict=True)
    ]
    missing = [i for i, pdf in enumerate(pages) if pdf is None]
    stamps = [_stamp(place, zone, by, now) for place in places]
    # One by one, so that whoever wants a page comes in between.
    documents = [await off_loop(document_for, papers[i], stamps[i]) for i in missing]
    kept = len(papers) - len(missing)
    drawn = dict(zip(missing, await _drawn(documents, told, kept), strict=True))
    counts = [
        drawn[i].pages if i in drawn else (place.same.pages if place.same else 0)
        for i, place in enumerate(places)
    ]
    registered = await prints.register_prints(
        kitchen_id,
        day,
        meal,
        contents,
        pages=counts,
        by=by,
        now=now,
        stamped=[(place.number, place.version) for place in places],
    )
    made = []
    for i, (paper, facts) in enumerate(zip(papers, registered, strict=True)):
        pdf = pages[i] or drawn[i].pdf
        if i in drawn:
            await asyncio.to_thread(store.put, kept_name(paper, facts), pdf)
        made.append(Made(paper, facts, pdf))
    return made


async def _drawn(
    documents: Sequence[printing.Document],
    told: Told | None = None,
    kept: int = 0,
) -> list[Printed]:
    """Draw them all, telling every second how many are done; `kept` need no drawing."""
    done = 0

    def finished(count: int) -> None:
        nonlocal done
        done = min(count, len(documents))

    async def telling(told: Told) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TOLD_EVERY):
                    await over.wait()
            await told(kept + done, kept + len(documents))

    over = asyncio.Event()
    teller = asyncio.create_task(telling(told)) if told else None
    try:
        return await printing.render(documents, on_done=finished)
    except PrintFailed as failed:
        raise Refusal("print_failed", what=failed.name) from failed
    finally:
        over.set()
        if teller:
            await teller


async def _refuse_without_font() -> None:
    if (await printing.font_faults()).font_missing:
        raise Refusal("print_font_missing")


def _kept(store: PrintStore, paper: Paper, place: Numbered) -> bytes | None:
    return store.get(kept_name(paper, place.same)) if place.same else None


def _stamp(place: Numbered, zone: ZoneInfo, by: Actor, now: datetime) -> Stamp:
    """A print that exists keeps its time and its name when it is drawn again."""
    at, name = (place.same.at, place.same.by) if place.same else (now, by.name)
    printed_at = at.astimezone(zone).strftime("%m-%d %H:%M")
    return Stamp(place.number, place.version, printed_at, name)


def kept_name(paper: Paper, facts: PrintFacts) -> str:
    """Labels of one run may lie on a roll and on a sheet: each layout is kept."""
    if not isinstance(paper, Labels):
        return f"run-{facts.id}"
    layout = hashlib.sha256(repr(paper.layout).encode()).hexdigest()[:12]
    return f"run-{facts.id}-{layout}"


async def pages_again(
    paper: Paper, facts: PrintFacts, store: PrintStore, zone: ZoneInfo
) -> bytes:
    """The pages of the version that counts, as they were printed.

    Drawn again when the file is gone and the content still the same; a version whose
    content is no more refuses `print_not_kept`.
    """
    if pdf := store.get(kept_name(paper, facts)):
        return pdf
    if facts.digest != paper.digest:
        raise Refusal("print_not_kept")
    place = Numbered(facts.number, facts.version, facts)
    actor = Actor(0, facts.by, "")
    document = document_for(paper, _stamp(place, zone, actor, facts.at))
    (printed,) = await _drawn([document])
    store.put(kept_name(paper, facts), printed.pdf)
    return printed.pdf


# What changed since


async def differences(paper: Paper, facts: PrintFacts) -> list[Difference]:
    """The lines in which the paper of today differs from a printed version."""
    changes = prints.line_changes(await prints.lines_of(facts), paper.lines())
    return [Difference(one.kind, one.before, one.after) for one in changes]


async def change_slip(paper: Paper, old: PrintFacts, new: PrintFacts) -> ChangeSlip:
    """What to hand to whoever has the old version."""
    return ChangeSlip(
        kitchen=paper.kitchen,
        phone=paper.phone,
        day=paper.day,
        meal=paper.meal,
        operator=paper.operator,
        subject=f"{paper.kind}:{paper.subject}",
        holder=old.holder,
        of_kind=paper.kind,
        of_number=old.number,
        from_version=old.version,
        to_version=new.version,
        differences=tuple(await differences(paper, old)),
    )


async def void_dissolved(
    kitchen_id: int,
    day: date,
    meal: str,
    papers: Sequence[Paper],
    *,
    by: Actor,
    now: datetime,
) -> list[PrintFacts]:
    """Void the papers of rounds and lists that exist no more."""
    gone: list[PrintFacts] = []
    for kind in {facts.kind for facts in await prints.who_holds(kitchen_id, day, meal)}:
        subjects = {paper.subject for paper in papers if paper.kind == kind}
        if kind in KINDS and kind not in NOT_OF_THE_MORNING:
            reason = _("这一趟或这张单子已经没有了")
            gone += await prints.void_gone(
                kitchen_id, day, meal, kind, subjects, reason, by=by, now=now
            )
    return gone


def joined_name(paper: Paper) -> str:
    """A file name a person can read: 送餐单-第3趟-赵师傅."""
    parts = (_(paper.title), paper.subject.replace(":", ""), paper.holder)
    name = "-".join(part for part in parts if part and part != "all")
    return "".join(c for c in name if c.isalnum() or c in "-· ")
