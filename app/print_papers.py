"""Which papers a meal has, each by its kind and its subject."""

from collections.abc import Awaitable, Callable, Hashable, Iterable
from datetime import date
from functools import partial

from app import paper_office
from app.balances import names_of_places
from app.desk import Desk
from app.i18n import language
from app.morning import LISTS, MAKERS, morning_for, papers_of
from app.paper_wall import WALL_MAKERS, wall_of
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
from app.round_desk import inputs_at_hand
from kitchen import day_close, dining, headcounts, meals
from kitchen.at_hand import AtHand
from kitchen.dispatches import day_leaving
from kitchen.off_loop import off_loop

DAY_KINDS = (*MAKERS, "balance")
PAPERS_KEPT = 6  # each a morning's


async def papers_for(
    desk: Desk,
    kitchen_id: int,
    day: date,
    meal: str,
    kinds: Iterable[str] = DAY_KINDS,
    options: PrintOptions | None = None,
    outline: bool = False,
) -> list[Paper]:
    """All papers of a meal, of these kinds, in the order of the morning; in `outline`
    only to be named, not to be read."""
    wanted = set(kinds)
    options = options or await options_for(kitchen_id)
    day_of_it = (kitchen_id, day, meal)
    found: list[Paper] = []
    if made := wanted & set(MAKERS):
        # For drivers' papers alone nobody at a dining point is looked up or priced.
        together = frozenset(MAKERS if made & LISTS else made)
        key: tuple[Hashable, ...]
        key = ("morning", *day_of_it, desk.office, options, outline, together)
        make = partial(_morning_papers, desk, *day_of_it, options, outline, together)
        if made <= set(WALL_MAKERS):  # nobody's door stands on these
            key = ("wall", *day_of_it, desk.office)
            make = partial(_wall_papers, desk, *day_of_it)
        every = await _kept(_mornings, key, make)
        found += [paper for paper in every if paper.kind in wanted]
    if "balance" in wanted and await headcounts.closed(*day_of_it):
        of_balance = ("balance", *day_of_it, desk.office)
        make = partial(_balance, desk, *day_of_it)
        found += await _kept(_balances, of_balance, make)
    return found


_mornings = AtHand("plan", PAPERS_KEPT)
_balances = AtHand("all", PAPERS_KEPT)


async def _kept(
    among: AtHand,
    about: tuple[Hashable, ...],
    make: Callable[[], Awaitable[list[Paper]]],
) -> list[Paper]:
    """Papers made once in each language: as long as nothing is recorded that they
    tell, the page of papers need not read the whole day."""
    return await among.get((language.get(), *about), make)


async def _wall_papers(
    desk: Desk, kitchen_id: int, day: date, meal: str
) -> list[Paper]:
    today, leaving = await day_leaving(kitchen_id, day, meal)
    wall = wall_of(today, leaving, desk.office)
    return [paper for maker in WALL_MAKERS.values() for paper in maker(wall)]


async def _morning_papers(
    desk: Desk,
    kitchen_id: int,
    day: date,
    meal: str,
    options: PrintOptions,
    outline: bool,
    kinds: frozenset[str],
) -> list[Paper]:
    when = (kitchen_id, day, meal)
    morning = await morning_for(
        *when, desk.office, options, outline, kinds, inputs_at_hand
    )
    return await off_loop(papers_of, morning, kinds)


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
    return [await off_loop(paper_office.balance_sheet, *facts)]
