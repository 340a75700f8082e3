"""`settle`: a month's settlement, and closing it for good."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from app.asgi import utc_now
from app.commands.common import (
    OPERATOR,
    SOME_LEFT,
    chosen_kitchen,
    say,
    show,
    show_rows,
    sure_to_write,
    today_of,
    with_database,
    write_out,
)
from app.commands.speaking import Command
from app.commands.values import (
    MONTH,
    File,
    dry_run_option,
    json_option,
    kitchen_option,
)
from app.days import MEALS
from app.desk import Desk
from app.i18n import translate as _
from app.print_desk import print_now
from app.print_office import month_sheet
from app.printing import join
from app.settings import Settings
from app.statements import settlement_workbook
from app.words.money import FINDINGS
from app.words.payers import payer_words
from kitchen import calendar, findings, settlement
from kitchen.findings import Finding
from kitchen.settlement import CloseFacts, Month


@click.command(cls=Command)
@click.argument("month", metavar="YYYY-MM", type=MONTH, help="哪个月")
@click.option("--close", is_flag=True, help="结账:以后不能再记这个月的账")
@click.option("--xlsx", type=File(), metavar="FILE", help="结算表格写到这里")
@click.option("--pdf", type=File(), metavar="FILE", help="结算单写到这里")
@kitchen_option
@dry_run_option
@json_option
def settle(
    month: str,
    close: bool,
    xlsx: Path | None,
    pdf: Path | None,
    kitchen: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """按付款方和地点结算一个月。例:./run settle 2026-11 --xlsx 结算.xlsx

    有没关账的日子或要查的地方时退出码为 3。
    """

    async def work(
        settings: Settings,
    ) -> tuple[Month, CloseFacts | None, list[Finding]]:
        kitchen_id = (await chosen_kitchen(kitchen)).id
        calendar.days_of(month)
        found = await findings.findings(kitchen_id, month)
        if close and not dry_run:
            await settlement.close_month(
                kitchen_id,
                month,
                today=today_of(settings),
                by=OPERATOR,
                now=utc_now(),
            )
        if xlsx and not dry_run:
            data = await settlement_workbook(kitchen_id, month)
            await asyncio.to_thread(write_out, data, xlsx)
        if pdf and not dry_run:
            desk = Desk.of(settings)
            paper = await month_sheet(desk, kitchen_id, month)
            made = await print_now(
                desk, kitchen_id, [paper], by=OPERATOR, now=utc_now()
            )
            data = await join([one.pdf for one in made])
            await asyncio.to_thread(write_out, data, pdf)
        report = await settlement.month_for(kitchen_id, month)
        return report, await settlement.closed_month(kitchen_id, month), found

    if not dry_run:
        sure_to_write(xlsx, pdf)
    report, closed, found = with_database(work)
    if as_json:
        show(_facts(report, closed, found))
    else:
        show_rows([vars(share) for share in report.shares], as_json=False)
    say(
        _(
            "{month}:{meals} 份,自付 {own} 元,补贴 {subsidy} 元",
            month=month,
            meals=report.meals,
            own=f"{report.self_pay_fen / 100:.2f}",
            subsidy=f"{report.subsidy_fen / 100:.2f}",
        )
    )
    if closed:
        say(_("已结账,指纹 {digest}", digest=closed.digest[:16]))
    for finding in found:
        what = _(MEALS[finding.what]) if finding.kind == "day_open" else finding.what
        say(f"! {finding.day} {_(FINDINGS[finding.kind])} {what}")
    if any(not one.settled for one in found) and not closed:
        sys.exit(SOME_LEFT)


def _facts(
    report: Month, closed: CloseFacts | None, found: list[Finding]
) -> dict[str, Any]:
    return {
        "month": report.month,
        "kitchen": report.kitchen_id,
        "meals": report.meals,
        "list_price_fen": report.list_price_fen,
        "self_pay_fen": report.self_pay_fen,
        "subsidy_fen": report.subsidy_fen,
        "shares": [
            {**vars(share), "payer_words": payer_words(share.payer)}
            for share in report.shares
        ],
        "closed": closed is not None,
        "digest": closed.digest if closed else "",
        "findings": [{**vars(one), "day": one.day.isoformat()} for one in found],
    }
