"""The printer's desk: papers printed into a tray, a folder or a file to download, and
read again as they were printed.
"""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from app.desk import Desk
from app.i18n import translate as _
from app.morning import MAKERS, MORNING
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
from app.print_papers import papers_for
from app.printing import PrintFailed, join, render
from kitchen import prints
from kitchen.errors import Refusal
from kitchen.prints import PrintFacts
from kitchen.staff import Actor

SIGNED = (
    *("balance", "settlement", "inspection", "recall", "purchase_order"),
    *("claim", "statement", "notice"),
)


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
    """The paper as it would be printed now, marked as not registered. Refuses
    `print_failed`."""
    document = document_for(paper, Stamp(0, 0, ""))
    digest = hashlib.sha256(document.html.encode() + document.css.encode())
    name = f"view-{digest.hexdigest()[:32]}"
    if pdf := desk.store.get(name):
        return pdf
    try:
        (printed,) = await render([document])
    except PrintFailed as failed:
        raise Refusal("print_failed", what=failed.name) from failed
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
