"""`people`: bring people in from a spreadsheet, or get the one to fill in."""

import asyncio
import hashlib
import sys
import uuid
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
    with_database,
    write_out,
)
from app.commands.speaking import Group
from app.commands.values import File, dry_run_option, json_option, kitchen_option
from app.i18n import translate as _
from app.settings import Settings
from app.spreadsheets import Reader, explain
from kitchen import intake, places
from kitchen.intake import Applied, Preview
from kitchen.sheets import Grid

MARKS = {"warning": "!", "refused": "✗", "double": "="}


@click.group(cls=Group)
def people() -> None:
    """老人名单:导入表格,生成模板。"""


@people.command()
@click.option(
    "-o", "--output", metavar="FILE", type=File(), required=True, help="写到文件"
)
@kitchen_option
@dry_run_option
def template(output: Path, kitchen: int | None, dry_run: bool) -> None:
    """生成要填的表格。例:./run people template -o 名单.xlsx"""

    async def work(_settings: Settings) -> bytes:
        points = await places.points_for((await chosen_kitchen(kitchen)).id)
        return intake.people_template(_("老人名单"), [point.name for point in points])

    data = with_database(work)
    if dry_run:
        say(_("会写到 {file};没有写入", file=output))
        return
    write_out(data, output)


@people.command(name="import")
@click.argument("file", type=File(there=True), help="要导入的表格")
@kitchen_option
@click.option("--only-clean", is_flag=True, help="要留意的行也不登记")
@click.option(
    "--problems",
    metavar="FILE",
    type=File(),
    help="没有导入的行写到这里,--dry-run 时也写",
)
@dry_run_option
@json_option
def import_(
    file: Path,
    kitchen: int | None,
    only_clean: bool,
    problems: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入一份名单(XLSX、XLS、ODS、CSV)。例:./run people import 名单.xlsx --dry-run

    有行没有导入时退出码为 3。
    """

    async def work(settings: Settings) -> tuple[Grid, Preview, Applied | None]:
        return await _import(settings, file, kitchen, dry_run, only_clean)

    grid, preview, done = with_database(work)
    left = _left(preview, done)
    _show(preview, done, as_json)
    if problems is not None and left:
        chosen = [row for row in preview.people if row.row.number in left]
        data = intake.rows_back(_("老人名单"), grid, chosen, _("问题"), explain)
        write_out(data, problems)
    if left:
        sys.exit(SOME_LEFT)


async def _import(
    settings: Settings,
    file: Path,
    kitchen: int | None,
    dry_run: bool,
    only_clean: bool,
) -> tuple[Grid, Preview, Applied | None]:
    now = utc_now()
    today = now.astimezone(settings.timezone).date()
    data = await asyncio.to_thread(file.read_bytes)
    grid = await Reader().read(data, "老人名单")
    kitchen_id = (await chosen_kitchen(kitchen)).id
    preview = await intake.preview(grid, kitchen_id, by=OPERATOR, today=today)
    warned = {row.row.number for row in preview.with_verdict("warning")}
    skip = warned if only_clean else set[int]()
    if dry_run or all(row.row.number in skip for row in preview.good):
        return grid, preview, None
    done = await intake.apply(
        grid,
        kitchen_id,
        file_name=file.name,
        digest=hashlib.sha256(data).hexdigest(),
        skip=skip,
        act=uuid.uuid4(),
        today=today,
        by=OPERATOR,
        now=now,
    )
    return grid, preview, done


def _left(preview: Preview, done: Applied | None) -> set[int]:
    if done is not None:
        return set(done.left_rows)
    return {row.row.number for row in preview.refused}


def _show(preview: Preview, done: Applied | None, as_json: bool) -> None:
    if as_json:
        rows: list[dict[str, Any]] = [
            {
                "row": row.row.number,
                "name": row.name,
                "verdict": row.verdict,
                "problems": [explain(problem) for problem in row.told],
            }
            for row in preview.people
        ]
        enrolled = done.enrolled if done else 0
        show({"enrolled": enrolled, "rows": rows})
    else:
        for row in preview.with_verdict("warning", "refused", "double"):
            said = _(";").join(explain(problem) for problem in row.told)
            mark = MARKS[row.verdict]
            click.echo(f"{mark} {row.row.number}\t{row.name}\t{said}")
    if preview.unknown_headers:
        unknown = _("、").join(preview.unknown_headers)
        say(_("不认识、不导入的列:{columns}", columns=unknown))
    said = (
        _("已登记 {n} 人,撤销编号 {run}", n=done.enrolled, run=done.run_id)
        if done
        else _(
            "可以导入 {n} 人,要改 {wrong} 行;没有登记",
            n=len(preview.good),
            wrong=len(preview.refused),
        )
    )
    say(said)
