"""`backup` and `restore`: by hand what the server does every hour."""

import asyncio
import sys
from pathlib import Path

import click

from app import backups, restoring
from app.asgi import utc_now
from app.commands.common import (
    FAILED,
    OPERATOR,
    read_settings,
    say,
    show,
    with_database,
)
from app.commands.speaking import Command
from app.commands.values import File, dry_run_option, json_option
from app.i18n import translate as _
from app.refusals import sentence_for
from app.settings import Settings
from kitchen import audit, sealing
from kitchen.database import writing
from kitchen.errors import Refusal


@click.command(cls=Command)
@click.argument("file", type=File(), required=False, help="备份写到这里")
@dry_run_option
@json_option
def backup(file: Path | None, dry_run: bool, as_json: bool) -> None:
    """备份并检查;不写 FILE 就放进数据目录。例:./run backup

    可以在使用中备份。钥匙文件 keys.json 不在备份里,请另存一份。
    """

    async def work(settings: Settings) -> Path:
        if dry_run:
            return file or backups.folder_of(settings)
        return await backups.make(settings, utc_now(), file)

    made = with_database(work)
    if dry_run:
        say(_("会备份到 {file};没有写入", file=made))
        return
    manifest = backups.read_manifest(made)
    if as_json and manifest is not None:
        show({**vars(manifest), "file": str(made), "at": manifest.at.isoformat()})
    else:
        click.echo(made)
    say(_("已备份并检查过。keys.json 请另存一份:没有它,备份打不开"))


@click.command(cls=Command)
@click.argument("file", type=File(), help="哪个备份")
@dry_run_option
def restore(file: Path, dry_run: bool) -> None:
    """检查备份并恢复;原来的数据留在旁边。例:./run restore data/backups/nuancan-….db

    先停下 serve。备份有一处不对就不动现有数据。
    """
    settings = read_settings()
    if settings.database is not None:
        say(sentence_for(Refusal("not_for_postgres")))
        sys.exit(FAILED)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        sealing.use(sealing.Keyring.load_or_create(settings.keys_file))
        if dry_run:
            asyncio.run(restoring.checked(settings, file))
            say(_("备份完好"))
            return
        kept = asyncio.run(restoring.restore(settings, file, utc_now()))
    except Refusal as refusal:
        say(sentence_for(refusal))
        sys.exit(FAILED)
    except OSError as error:
        say(_("读写不了 {file}:{why}", file=error.filename or "", why=error.strerror))
        sys.exit(FAILED)
    with_database(lambda _settings: _recorded(file))
    click.echo(kept)
    say(_("已恢复 {file};原来的数据在 {kept}", file=file, kept=kept))


async def _recorded(file: Path) -> None:
    async with writing():
        await audit.record(
            by=OPERATOR.name,
            staff_id=OPERATOR.staff_id,
            at=utc_now(),
            action="database.restore",
            object_kind="database",
            object_id=file.name,
        )
