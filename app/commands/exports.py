"""`export`: tables for others."""

import asyncio
from pathlib import Path

import click

from app import exports
from app.asgi import utc_now
from app.commands.common import (
    DAY,
    MONTH,
    OPERATOR,
    chosen_kitchen,
    kitchen_option,
    meal_option,
    today_of,
    with_database,
    write_out,
)
from app.exports import Period
from app.settings import Settings


class When(click.ParamType[Period, str]):
    """A day, or a whole month."""

    name = "WHEN"

    def convert(
        self,
        value: str | Period,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Period:
        if isinstance(value, Period):
            return value
        if len(value) == 7 and value[4] == "-" and value[:4].isdigit():
            return Period.month(MONTH.convert(value, param, ctx))
        return Period.day(DAY.convert(value, param, ctx))


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(tuple(exports.MAKERS)))
@click.argument("when", metavar="[DATE|YYYY-MM]", type=When(), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([*exports.FORMATS, "geojson"]),
    default="csv",
    show_default=True,
    help="文件格式;geojson 只用于 rounds",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="写到文件;不写就到标准输出",
)
@meal_option
@kitchen_option
def export(
    kind: str,
    when: Period | None,
    form: str,
    output: Path | None,
    meal: str,
    kitchen: int | None,
) -> None:
    """导出表格。例:./run export meals 2026-11 --format xlsx -o 就餐.xlsx

    KIND:people meals settlement balance audit rounds。不写日期就是今天
    (settlement 是这个月)。
    """
    if form == "geojson" and kind != "rounds":
        raise click.UsageError("geojson 只用于 rounds")

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

    write_out(with_database(work), output)
