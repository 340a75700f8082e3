"""The claim, the quarter's statement and the public notice, in the reader's words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from app import papers
from app.i18n import translate as _
from app.words.payers import payer_words
from kitchen.claims import Claimant, ClaimPack
from kitchen.corrections import CorrectionLine
from kitchen.names import masked_name
from kitchen.settlement import Claim
from kitchen.statements import STEPS, QuarterLine, StatementFacts

Names = Mapping[str, str]
"""`point:3` or `doors` → words."""
Areas = Mapping[int, str]


def claim_sheet(
    head: Mapping[str, Any], pack: ClaimPack, names: Names, areas: Areas, seal_day: str
) -> papers.ClaimSheet:
    """One funder's claim by point, by community, and both together."""

    def place(line: Claim) -> str:
        return names.get(line.place, line.place)

    def community(line: Claim) -> str:
        return areas.get(line.community_id or 0, _("社区不明"))

    tables = [
        _summed(_("按就餐点和送餐"), pack.lines, place),
        _summed(_("按社区"), pack.lines, community),
        papers.MoneyTable(
            _("明细"),
            (_("金额 元"),),
            tuple(
                (
                    f"{community(one)} · {place(one)}{_beside(one)}",
                    one.meals,
                    (one.fen,),
                )
                for one in sorted(pack.lines, key=lambda x: (community(x), place(x)))
            ),
            adds_up=False,
        ),
        correction_table(pack.corrections, names),
    ]
    payer = payer_words(pack.payer)
    if pack.only:
        payer = f"{payer} · {part_words(pack.only, names, areas)}"
    return papers.ClaimSheet(
        **head,
        subject=f"{pack.month}:{pack.payer}" + (f"@{pack.only}" if pack.only else ""),
        holder=payer,
        month=pack.month,
        payer=payer,
        tables=tuple(table for table in tables if table.rows),
        claimed_meals=pack.meals,
        claimed_fen=pack.fen,
        closed=pack.closed,
        content_digest=pack.digest,
        seal=pack.seal,
        seal_day=seal_day,
        signatures=tuple(
            papers.SignedBy(office)
            for office in (_("申领单位"), _("社区"), _("街道"), _("区民政局"))
        ),
    )


def part_words(part: str, names: Names, areas: Areas) -> str:
    """朝阳就餐点 for point:3, the area's path for community:7."""
    kind, _colon, number = part.partition(":")
    if kind != "community":
        return names.get(part, part)
    return areas.get(int(number), _("社区不明"))


def _beside(line: Claim) -> str:
    """What stands beside the meal's price says so."""
    kind = line.payer.partition(":")[0]
    words = {"delivery": _("送餐费"), "operator": _("运营补贴")}
    return f" · {words[kind]}" if kind in words else ""


def _summed(
    caption: str, lines: Iterable[Claim], key: Callable[[Claim], str]
) -> papers.MoneyTable:
    meals, fen = Counter[str](), Counter[str]()
    for line in lines:
        meals[key(line)] += 0 if _beside(line) else line.meals
        fen[key(line)] += line.fen
    return papers.MoneyTable(
        caption,
        (_("金额 元"),),
        tuple((words, meals[words], (fen[words],)) for words in sorted(fen)),
    )


def correction_table(
    lines: Iterable[CorrectionLine | QuarterLine], names: Names
) -> papers.MoneyTable:
    """Corrections of earlier months, each with its reason."""
    return papers.MoneyTable(
        _("更正以前月份"),
        (_("金额 元"),),
        tuple(
            (
                f"{one.of_month} {names.get(one.place, one.place)}"
                f" · {payer_words(one.payer)}：{one.reason}",
                one.meals,
                (one.fen,),
            )
            for one in lines
        ),
    )


def _corrected(
    lines: Iterable[CorrectionLine | QuarterLine], names: Names
) -> list[papers.MoneyTable]:
    """No heading stands over nothing."""
    table = correction_table(lines, names)
    return [table] if table.rows else []


def statement_sheet(
    head: Mapping[str, Any],
    statement: StatementFacts,
    names: Names,
    community: str,
    seal: tuple[str, str],
    zone: ZoneInfo,
) -> papers.StatementSheet:
    """A community's quarter, month by month; who has signed stands in the line."""
    own = [line for line in statement.lines if not line.of_month]
    signed = {one.step: one for one in statement.signatures}
    tables = [
        papers.MoneyTable(
            month,
            (_("金额 元"),),
            tuple(
                (
                    f"{names.get(one.place, one.place)} · {payer_words(one.payer)}",
                    one.meals,
                    (one.fen,),
                )
                for one in own
                if one.month == month
            ),
            adds_up=False,
        )
        for month in sorted({line.month for line in own})
    ]
    return papers.StatementSheet(
        **head,
        subject=f"statement:{statement.id}",
        holder=community,
        quarter=statement.quarter,
        community=community,
        tables=(
            *tables,
            *_corrected([x for x in statement.lines if x.of_month], names),
        ),
        claimed_meals=statement.meals,
        claimed_fen=statement.fen,
        content_digest=statement.digest,
        seal=seal[0],
        seal_day=seal[1],
        signatures=tuple(
            papers.SignedBy(
                _(STEPS[step]),
                signed[step].signer if step in signed else "",
                signed[step].at.astimezone(zone).strftime("%Y-%m-%d")
                if step in signed
                else "",
            )
            for step in STEPS
        ),
    )


def public_notice(
    head: Mapping[str, Any], month: str, people: Iterable[Claimant], areas: Areas
) -> papers.PublicNotice:
    """The month's recipients, one line each wherever they ate."""
    meals, fen = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    names = {}
    for one in people:
        key = (one.community_id or 0, one.elder_id)
        names[one.elder_id] = masked_name(one.name)
        meals[key] += one.meals
        fen[key] += one.fen
    rows = [
        papers.NoticeRow(
            names[elder], areas.get(area, _("社区不明")), meals[key], fen[key]
        )
        for key in meals
        for area, elder in [key]
    ]
    return papers.PublicNotice(
        **head,
        subject=f"month:{month}",
        month=month,
        rows=tuple(sorted(rows, key=lambda r: (r.community, r.masked, r.meals))),
    )
