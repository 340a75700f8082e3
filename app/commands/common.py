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
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from app.asgi import open_database, utc_now
from app.i18n import translate as _
from app.jobs import Job
from app.printing import PrintFailed
from app.refusals import sentence_for
from app.settings import ACCEPTED, Settings
from kitchen import database, places, schema, upgrading
from kitchen.errors import Refusal
from kitchen.places import KitchenFacts
from kitchen.staff import Actor

T = TypeVar("T")

# Whoever holds the machine holds the kitchen; the record says it was this way.
OPERATOR = Actor(0, "命令行", "manager")

FAILED = 1
USAGE = 2
SOME_LEFT = 3
"""Finished, but somebody is unserved or something is refused."""


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
    sentence and exit code 1. With `--dry-run` nothing it does is written."""

    async def run(settings: Settings) -> T:
        await _opened(settings)
        try:
            return await work(settings)
        finally:
            await database.close()

    try:
        with _or_only_looking(read_settings()) as settings:
            return asyncio.run(run(settings))
    except Refusal as refusal:
        say(sentence_for(refusal))
    except PrintFailed as error:
        say(_("不能继续:{why}", why=error))
    except OSError as error:
        say(_("读写不了 {file}:{why}", file=error.filename or "", why=error.strerror))
    sys.exit(FAILED)


@contextmanager
def _or_only_looking(settings: Settings) -> Iterator[Settings]:
    """The settings; under `--dry-run` every transaction is undone, and where nothing is
    installed yet, it is tried in a folder that is gone afterwards."""
    context = click.get_current_context(silent=True)
    if context is None or not context.params.get("dry_run"):
        yield settings
        return
    undoing = database.undoing.set(True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            new = not settings.keys_file.exists() or _is_new(settings)
            data = Path(folder) if new else settings.data
            yield settings.model_copy(update={"data": data})
    finally:
        database.undoing.reset(undoing)


def _is_new(settings: Settings) -> bool:
    """True when the database is a file that is not there yet."""
    return (
        settings.database is None
        and not Path(settings.database_url.removeprefix("sqlite:///")).exists()
    )


async def _opened(settings: Settings) -> None:
    """Ends the program (1) with a sentence when PostgreSQL cannot be reached or does
    not let us in. Refuses `upgrade_first` to who only looks."""
    if settings.database_url.startswith("sqlite:"):
        await _upgraded(settings)
        return
    from asyncpg import PostgresError

    try:
        await _upgraded(settings)
    except (OSError, PostgresError) as error:
        say(_("连不上 NUANCAN_DATABASE 里的数据库:{why}", why=error))
        sys.exit(FAILED)


async def _upgraded(settings: Settings) -> None:
    if database.undoing.get() and not _is_new(settings):
        engine = database.configure(settings.database_url, [*schema.TABLES, Job])
        if await upgrading.pending(engine):
            raise Refusal("upgrade_first")
    await open_database(settings)


async def chosen_kitchen(wanted: int | None) -> KitchenFacts:
    """The kitchen of that number, or the first. Refuses `no_kitchen_yet`; ends the
    program for a number there is not."""
    kitchens = await places.kitchens()
    if not kitchens:
        raise Refusal("no_kitchen_yet")
    known = {kitchen.id: kitchen for kitchen in kitchens}
    known_number("--kitchen", wanted, {one.id: one.name for one in kitchens})
    return kitchens[0] if wanted is None else known[wanted]


def known_number(field: str, typed: int | None, known: Mapping[int, str]) -> None:
    """Ends the program (1) with a sentence for a number there is not; None passes."""
    if typed is None or typed in known:
        return
    accepted = _("、").join(f"{number} {name}" for number, name in known.items())
    stop(f"{field}: {cannot_use(typed, accepted)}")


def cannot_use(typed: object, accepted: str) -> str:
    return _("“{typed}”不能用,应为 {accepted}", typed=typed, accepted=accepted)


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
        if data.startswith((b"%PDF", b"PK")) and sys.stdout.isatty():
            stop(_("这不是文字,不能显示在屏幕上:用 -o 写到文件"), USAGE)
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
