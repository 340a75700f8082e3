"""What every command shares: who acts, the open database, dates, and how answers look.

Data go to standard output and can be piped; talk goes to standard error.
"""

import asyncio
import csv
import datetime as dt
import io
import json
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from app.asgi import open_database, utc_now
from app.i18n import language
from app.i18n import translate as _
from app.printing import PrintFailed
from app.refusals import sentence_for
from app.settings import ACCEPTED, Settings
from kitchen import database, places
from kitchen.calendar import parse_day
from kitchen.errors import Refusal
from kitchen.places import KitchenFacts
from kitchen.sealing import KeysMissing
from kitchen.staff import Actor

T = TypeVar("T")

# Whoever holds the machine holds the kitchen; the record says it was this way.
OPERATOR = Actor(0, "命令行", "manager")

FAILED = 1
USAGE = 2
SOME_LEFT = 3
"""Finished, but somebody is unserved or something is refused."""

MEALS = ("breakfast", "lunch", "dinner")

json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
kitchen_option = click.option(
    "--kitchen", "kitchen", type=int, metavar="ID", help="厨房编号,默认第一个"
)
meal_option = click.option(
    "--meal",
    type=click.Choice(MEALS),
    default="lunch",
    show_default=True,
    help="哪一餐",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="只看会做什么,不写入")


class Month(click.ParamType[str, str]):
    """2026-11."""

    name = "YYYY-MM"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            first = dt.date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(_("“{typed}”不是月份,应为 2026-11", typed=value), param, ctx)
        return f"{first:%Y-%m}"


class Day(click.ParamType[dt.date, Any]):
    """today, tomorrow, +2, 2026-11-24; on the kitchen's wall calendar."""

    name = "DATE"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return parse_day(str(value), today=today_of(read_settings()))
        except ValueError:
            self.fail(
                _(
                    "“{typed}”不是日期,应为 today、tomorrow、+2 或 2026-11-24",
                    typed=value,
                ),
                param,
                ctx,
            )


DAY = Day()
MONTH = Month()


def say(text: str) -> None:
    """Talk goes to standard error, so that data can be piped."""
    click.echo(text, err=True)


def stop(text: str, code: int = FAILED) -> None:
    """Say why, and end with this exit code."""
    say(text)
    sys.exit(code)


def today_of(settings: Settings) -> dt.date:
    """The day on the kitchen's wall."""
    return utc_now().astimezone(settings.timezone).date()


def read_settings() -> Settings:
    """The settings; a wrong one is named in a sentence, and the program ends (2)."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            field = str(fault["loc"][0] if fault["loc"] else "")
            typed = str(fault.get("input"))
            if field == "database":  # an address has a password in it
                typed = re.sub(r"://.*", "://…", typed)
            say(
                _(
                    "设置 {name} 不能用“{typed}”,应为 {accepted}",
                    name=f"NUANCAN_{field.upper()}",
                    typed=typed,
                    accepted=_(ACCEPTED[field]) if field in ACCEPTED else fault["msg"],
                )
            )
        sys.exit(USAGE)


def with_database(work: Callable[[Settings], Awaitable[T]]) -> T:
    """Run a command's work on the open, upgraded database; a refusal becomes its
    sentence and exit code 1."""
    settings = read_settings()
    chosen = language.set(settings.language)

    async def run() -> T:
        await _opened(settings)
        try:
            return await work(settings)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Refusal as refusal:
        say(sentence_for(refusal))
    except (KeysMissing, PrintFailed) as error:
        say(_("不能继续:{why}", why=error))
    except OSError as error:
        say(_("读写不了 {file}:{why}", file=error.filename or "", why=error.strerror))
    finally:
        language.reset(chosen)
    sys.exit(FAILED)


async def _opened(settings: Settings) -> None:
    """Ends the program (1) with a sentence when PostgreSQL cannot be reached or does
    not let us in."""
    if settings.database_url.startswith("sqlite:"):
        await open_database(settings)
        return
    from asyncpg import PostgresError

    try:
        await open_database(settings)
    except (OSError, PostgresError) as error:
        say(_("连不上 NUANCAN_DATABASE 里的数据库:{why}", why=error))
        sys.exit(FAILED)


async def chosen_kitchen(wanted: int | None) -> KitchenFacts:
    """The kitchen of that number, or the first. Refuses `kitchen_unknown`,
    `no_kitchen_yet`."""
    if wanted is not None:
        return await places.kitchen_by_id(wanted)
    kitchens = await places.kitchens()
    if not kitchens:
        raise Refusal("no_kitchen_yet")
    return kitchens[0]


# Answers ----------------------------------------------------------------------


def show(data: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str))


def show_rows(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """A table: tab-separated with a header line, or a JSON list of objects."""
    if as_json:
        show([dict(row) for row in rows])
        return
    if not rows:
        return
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(rows[0].keys())
    writer.writerows(["" if v is None else v for v in row.values()] for row in rows)
    click.echo(out.getvalue(), nl=False)


def sure_to_write(*outputs: Path | None) -> None:
    """Asked before an act that is recorded: a paper that is numbered and then cannot
    be written would be in nobody's hands. Ends the program (1) with a sentence."""
    for output in filter(None, outputs):
        try:
            tempfile.TemporaryFile(dir=output.parent).close()
        except OSError as error:
            stop(_("写不了 {file}:{why}", file=output, why=error.strerror))


def write_out(data: bytes, output: Path | None) -> None:
    """To the file, complete or not at all; without one to standard output."""
    if output is None:
        click.echo(data, nl=False)
        return
    part = output.with_name(f".{output.name}.part")
    try:
        part.write_bytes(data)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        stop(_("写不了 {file}:{why}", file=output, why=error.strerror))
    say(_("已写到 {file}", file=output))
