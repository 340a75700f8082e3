"""`verify` and `doctor`: do the books hold, and is the machine fit?"""

import asyncio
import datetime as dt
import sys
from collections.abc import Sequence

import click

from app import verifying
from app.asgi import utc_now
from app.balances import MealBalance, balances_on
from app.commands.common import (
    FAILED,
    OPERATOR,
    SOME_LEFT,
    read_settings,
    say,
    show,
    with_database,
)
from app.commands.speaking import Command
from app.commands.values import DAY, MEALS, OneOf, dry_run_option, json_option
from app.doctor import examine
from app.i18n import translate as _
from app.settings import Settings
from app.verifying import Check, PrintedSeal
from kitchen import vouching


@click.command(cls=Command)
@click.argument("day", type=DAY, metavar="[DATE]", required=False, help="哪一天")
@click.option(
    "--meal", metavar="MEAL", type=OneOf(MEALS), help="只看这一餐,默认三餐都看"
)
@click.option(
    "--seal", "seals", metavar="SEAL", multiple=True, help="签字单上印的封签,可写几个"
)
@json_option
def verify(
    day: dt.date | None, meal: str | None, as_json: bool, seals: tuple[str, ...]
) -> None:
    """核对操作记录链、账目、关账日和已结月份。例:./run verify

    有一处不对就说出第一处在哪里,退出码为 1。签字单上印的封签可以照着打进来核对:
    ./run verify --seal ABCDEFGH2345

    写上日期,就说这一天从订餐到申领的每个数、每处差异,还没有关账的日子也一样;还有差异
    没写明原因时退出码为 3:./run verify 2026-11-24
    """
    if day is not None:
        _verify_day(day, (meal,) if meal else MEALS, as_json)
        return
    if seals:
        _verify_printed(seals, as_json)
        return

    async def work(_settings: Settings) -> list[Check]:
        return await verifying.verify_all()

    checks = with_database(work)
    if as_json:
        show(verifying.as_facts(checks))
    else:
        for check in checks:
            mark = "✓" if check.ok else "✗"
            told = check.fault or check.note
            click.echo(f"{mark} {check.words}\t{check.checked}\t{told}".rstrip())
    if not all(check.ok for check in checks):
        sys.exit(FAILED)


@click.command(cls=Command)
@dry_run_option
@json_option
def vouch(dry_run: bool, as_json: bool) -> None:
    """给升级前写下的账目补上指纹,只需一次。例:./run vouch

    旧版本写下的账目行没有指纹,改动过 verify 也看不出。这里照它们今天的样子补上,以后再改
    就看得出来;以前有没有改过,谁也不能作证,操作记录里也这样写明。中途断了,再来一次接着补。
    """

    async def work(_settings: Settings) -> int:
        return await vouching.vouch_for_older(
            by=OPERATOR.name, staff_id=OPERATOR.staff_id, now=utc_now()
        )

    count = with_database(work)
    if as_json:
        show({"rows": count})
    elif count and dry_run:
        say(_("会补上 {n} 行的指纹;没有写入", n=count))
    elif count:
        say(_("补上了 {n} 行的指纹：从今天起改动看得出来，以前的不能作证", n=count))
    else:
        say(_("没有更早的账目要补"))


def _verify_day(day: dt.date, meals: Sequence[str], as_json: bool) -> None:
    async def work(_settings: Settings) -> list[MealBalance]:
        return await balances_on(day, meals)

    found = with_database(work)
    if as_json:
        show([one.as_facts() for one in found])
    for one in [] if as_json else found:
        click.echo(f"{one.title}\t{one.chain}")
        for noted, place, words, note in one.lines:
            click.echo(f"{'✓' if noted else '✗'} {place}\t{words}\t{note}".rstrip())
    if not found:
        say(_("{day} 还没有截过单,没有可以核对的", day=day))
    if any(one.balance.open for one in found):
        sys.exit(SOME_LEFT)


def _verify_printed(seals: tuple[str, ...], as_json: bool) -> None:
    async def work(_settings: Settings) -> list[PrintedSeal]:
        return [await verifying.printed_seal(seal) for seal in seals]

    found = with_database(work)
    if as_json:
        show([vars(one) for one in found])
    else:
        for one in found:
            click.echo(f"{'✓' if one.ok else '✗'} {one.seal}\t{one.said}")
    if not all(one.ok for one in found):
        sys.exit(FAILED)


@click.command(cls=Command)
@json_option
def doctor(as_json: bool) -> None:
    """检查这台机器:数据库、字体、磁盘、时钟、备份。例:./run doctor

    每项打 ✓ 或 ✗,✗ 后面写着怎么办;有 ✗ 时退出码为 1。
    """
    settings = read_settings()
    findings = asyncio.run(examine(settings, utc_now()))
    if as_json:
        show([vars(finding) for finding in findings])
    else:
        for one in findings:
            mark = "✓" if one.ok else "✗"
            advice = f"\t→ {one.fix}" if one.fix else ""
            click.echo(f"{mark} {one.title}\t{one.seen}{advice}")
    if not all(finding.ok for finding in findings):
        sys.exit(FAILED)
