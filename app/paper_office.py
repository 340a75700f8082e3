"""Papers that people sign or carry: the day's balance, the month, members' cards."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app import papers
from app.i18n import translate as _
from app.paper_claims import correction_table
from app.words.balance import (
    COLUMN_WORDS,
    COLUMNS,
    IN_GRAMS,
    place_name,
    together,
    words_together,
)
from app.words.payers import payer_words
from kitchen.balance import Balance, Difference, Line
from kitchen.day_close import ClosedDay
from kitchen.dining import TallyFacts
from kitchen.meals import MealRow
from kitchen.registry import ElderFacts
from kitchen.settlement import CloseFacts, Month
from kitchen.tariffs import DISCOUNT

CARDS_AT_ONCE = 500


def balance_sheet(
    head: Mapping[str, Any],
    balance: Balance,
    names: dict[str, str],
    meals: Iterable[MealRow],
    closed: ClosedDay | None,
    zone: ZoneInfo,
    tallies: Iterable[TallyFacts] = (),
) -> papers.BalanceSheet:
    """The day, signed. `names`: words of each place; `tallies`: what the tablets held
    of it as their shifts ended."""
    at = closed.at.astimezone(zone).strftime("%m-%d %H:%M") if closed else ""
    return papers.BalanceSheet(
        **head,
        holder=_("财务"),
        columns=tuple(_(COLUMN_WORDS[column]) for column in COLUMNS),
        balance=(
            *(
                papers.BalanceLine(place_name(names, line.place), _figures(line))
                for line in balance.lines
            ),
            papers.BalanceLine(
                _("合计"),
                tuple(balance.total(column) for column in COLUMNS),
                strong=True,
            ),
        ),
        differences=tuple(
            _named(names, several) for several in together(balance.differences)
        ),
        money=_money(meals),
        tallies=tuple(
            papers.TabletTally(
                one.point, one.device[:8], one.acts, one.held, one.missing, one.mark
            )
            for one in tallies
        ),
        seal=closed.seal if closed else "",
        closed_by=closed.by if closed else "",
        closed_at=at,
    )


def _named(names: dict[str, str], several: list[Difference]) -> papers.NamedDifference:
    """Differences of one kind and place; of several dishes no portions are added up."""
    first = several[0]
    no_sum = first.code in IN_GRAMS or (first.code == "cooked" and len(several) > 1)
    missing = sum(one.found - one.expected for one in several)
    what, each = words_together(several)
    return papers.NamedDifference(
        place_name(names, first.place),
        None if no_sum else missing,
        what,
        first.note,
        tuple(each),
    )


def _figures(line: Line) -> tuple[int, ...]:
    return tuple(getattr(line, column) for column in COLUMNS)


def _money(meals: Iterable[MealRow]) -> tuple[tuple[str, int], ...]:
    """Self-pay by how it was paid, and what the funders owe."""
    paid: Counter[str] = Counter()
    subsidy = 0
    for meal in meals:
        paid[meal.payment] += meal.self_pay_fen
        subsidy += sum(one.fen for one in meal.lines if one.payer != DISCOUNT)
    lines = [
        (payer_words(f"self:{key}"), fen) for key, fen in sorted(paid.items()) if fen
    ]
    return (*lines, (_("补贴"), subsidy)) if lines or subsidy else ()


def settlement_sheet(
    head: Mapping[str, Any],
    report: Month,
    names: Mapping[str, str],
    closed: CloseFacts | None,
    digest: str,
    seal: str = "",
) -> papers.SettlementSheet:
    """The month by payer and by place; `names`: words of each place."""
    meals: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for share in report.shares:
        meals[share.payer] += share.meals
        fen[share.payer] += share.fen
    by_payer = papers.MoneyTable(
        _("按出资方"),
        (_("金额 元"),),
        tuple((payer_words(payer), meals[payer], (fen[payer],)) for payer in meals),
        adds_up=False,
    )
    by_place = papers.MoneyTable(
        _("按就餐点和送餐"),
        (_("餐标 元"), _("自付 元"), _("补贴 元")),
        tuple(
            (
                names.get(place.place, place.place),
                place.subsidised + place.full,
                (place.list_price_fen, place.self_pay_fen, place.subsidy_fen),
            )
            for place in report.places
        ),
    )
    each = papers.MoneyTable(
        _("各处由谁出资"),
        (_("金额 元"),),
        tuple(
            (
                f"{names.get(share.place, share.place)} · {payer_words(share.payer)}",
                share.meals,
                (share.fen,),
            )
            for share in report.shares
        ),
        adds_up=False,
    )
    return papers.SettlementSheet(
        **head,
        subject=f"month:{report.month}",
        month=report.month,
        tables=(by_payer, by_place, each, *_corrections(report, names)),
        claimed_meals=sum(place.subsidised for place in report.places),
        claimed_fen=report.claimed_fen,
        closed=closed is not None,
        report_digest=digest,
        seal=seal,
        signatures=(_("运营单位"), _("街道"), _("区民政局")),
    )


def _corrections(report: Month, names: Mapping[str, str]) -> list[papers.MoneyTable]:
    table = correction_table(report.corrections, names)
    return [table] if table.rows else []


def member_cards(
    head: Mapping[str, Any],
    subject: str,
    people: Iterable[ElderFacts],
    points: Mapping[int, str],
    numbers: Mapping[int, str],
) -> papers.MemberCards:
    """Cards by number; the QR holds the digits of the card that works and nothing
    else. Whose card is blocked gets none: first a replacement, then its print."""
    working = [person for person in people if person.id in numbers]
    ordered = sorted(working, key=lambda person: person.number)
    return papers.MemberCards(
        **head,
        subject=subject,
        cards=tuple(
            papers.MemberCard(
                person.name,
                numbers[person.id],
                points.get(person.point_id or 0, ""),
            )
            for person in ordered[:CARDS_AT_ONCE]
        ),
    )


def first_of(month: str) -> date:
    """The day under which a month's papers are numbered."""
    return date.fromisoformat(f"{month}-01")
