"""Which papers a meal has, each by its kind and its subject."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from datetime import date

from app import paper_office
from app.balances import names_of_places
from app.desk import Desk
from app.i18n import language
from app.morning import MAKERS, morning_for, papers_of
from app.papers import Paper
from app.print_office import (
    OFFICE_PAPERS,
    head_of,
    inspection_pack,
    member_cards,
    month_sheet,
    purchase_order,
    recall_list,
)
from app.print_options import PrintOptions, options_for
from kitchen import database, day_close, dining, headcounts, meals
from kitchen.off_loop import off_loop

DAY_KINDS = (*MAKERS, "balance")
PAPERS_KEPT = 6  # each a morning's or a balance


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
    if kind == "purchase_order":
        return await purchase_order(desk, kitchen_id, subject)
    if kind == "inspection":
        return await inspection_pack(desk, kitchen_id, subject)
    for paper in await papers_for(desk, kitchen_id, day, meal, (kind,), options):
        if paper.subject == subject:
            return paper
    return None


async def _balance(desk: Desk, kitchen_id: int, day: date, meal: str) -> list[Paper]:
    facts = (
        await head_of(desk, kitchen_id, day, meal),
        await day_close.balance_for(kitchen_id, day, meal),
        await names_of_places(kitchen_id),
        await meals.meals_for(kitchen_id, day, meal),
        await day_close.closed_day(kitchen_id, day, meal),
        desk.office.zone,
        await dining.tallies_for(kitchen_id, day, meal),
    )
    return await _put_together(lambda: [paper_office.balance_sheet(*facts)])
