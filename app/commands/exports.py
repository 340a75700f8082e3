"""`export`: tables for others."""

import asyncio
from pathlib import Path
from typing import Any

import click

from app import exports
from app.asgi import utc_now
from app.commands.common import (
    OPERATOR,
    chosen_kitchen,
    say,
    sure_to_write,
    today_of,
    with_database,
    write_out,
)
from app.commands.speaking import Command
from app.commands.values import (
    DAY,
    MONTH,
    Kind,
    OneOf,
    dry_run_option,
    kitchen_option,
    meal_option,
    output_option,
)
from app.exports import Period
from app.i18n import translate as _
from app.settings import Settings


class When(Kind):
    """A day, or a whole month."""

    name = "WHEN"

    def accepted(self) -> str:
        return _("today、tomorrow、+2、2026-11-24 或 2026-11")

    def read(self, typed: Any) -> Period:
        if isinstance(typed, Period):
            return typed
        if len(typed) == 7 and typed[4] == "-" and typed[:4].isdigit():
            return Period.month(MONTH.read(typed))
        return Period.day(DAY.read(typed))


@click.command(cls=Command)
@click.argument("kind", metavar="KIND", type=OneOf(exports.MAKERS), help="哪种表格")
@click.argument(
    "when",
    metavar="[DATE|YYYY-MM]",
    type=When(),
    required=False,
    help="哪一天或哪个月,默认今天(settlement 是这个月)",
)
@click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=OneOf([*exports.FORMATS, "geojson"]),
    default="csv",
    show_default=True,
    help="文件格式;geojson 只用于 rounds",
)
@output_option
@meal_option
@kitchen_option
@dry_run_option
def export(
    kind: str,
    when: Period | None,
    form: str,
    output: Path | None,
    meal: str,
    kitchen: int | None,
    dry_run: bool,
) -> None:
    """导出表格。例:./run export meals 2026-11 --format xlsx -o 就餐.xlsx

    谁导出了什么,操作记录里会写明。
    """
    if form == "geojson" and kind != "rounds":
        click.get_current_context().fail(
            _("--format: geojson 只用于 rounds,{kind} 应为 csv、xlsx、json", kind=kind)
        )

    async def work(settings: Settings) -> bytes:
        kitchen_id = (await chosen_kitchen(kitchen)).id
        asked = when or Period.day(today_of(settings))
        period = Period(asked.first, asked.last, meal)
        await exports.record_export(
            kind, kitchen_id, period, form, by=OPERATOR, now=utc_now()
        )
        if form == "geojson":
            return await exports.rounds_geojson(kitchen_id, period.first, meal)
        table = await exports.MAKERS[kind](kitchen_id, period)
        return await asyncio.to_thread(exports.as_file, table, form)

    if not dry_run:
        sure_to_write(output)
    data = with_database(work)
    if dry_run:
        say(_("会导出 {n} 字节;没有写入,也没有记下", n=len(data)))
        return
    write_out(data, output)
