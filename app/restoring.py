"""Putting a checked backup in the database's place, keeping what was there."""

import asyncio
import datetime as dt
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from app.backups import (
    folder_of,
    inspect,
    keys_mark,
    read_manifest,
    refuse_faulty,
    rough_folder,
    sha256_of,
    synced,
)
from app.settings import Settings
from kitchen.errors import Refusal


async def restore(settings: Settings, backup: Path, now: dt.datetime) -> Path:
    """Put a checked backup in the database's place; the folder of what was there.

    The database must be closed. Refuses what `checked` refuses and `database_in_use`;
    then nothing has been touched.
    """
    rough = rough_folder(folder_of(settings))
    try:
        copy = await _checked_copy(settings, backup, rough)
        return await asyncio.to_thread(_swap, database_file(settings), copy, now)
    finally:
        await asyncio.to_thread(shutil.rmtree, rough, True)


async def checked(settings: Settings, backup: Path) -> None:
    """Refuses `backup_not_found`, `backup_tampered` (not the bytes its manifest speaks
    of), `backup_other_keys` and `backup_faulty`; a good backup passes."""
    rough = rough_folder(settings.data)
    try:
        await _checked_copy(settings, backup, rough)
    finally:
        await asyncio.to_thread(shutil.rmtree, rough, True)


async def _checked_copy(settings: Settings, backup: Path, rough: Path) -> Path:
    """Everything is checked on a copy: a backup may lie on a read-only disk."""
    manifest = read_manifest(backup)
    copy = rough / "nuancan.db"
    await asyncio.to_thread(shutil.copyfile, backup, copy)
    copy.chmod(0o600)
    if manifest is not None:
        if await asyncio.to_thread(sha256_of, copy) != manifest.sha256:
            raise Refusal("backup_tampered", file=backup.name)
        if manifest.keys != keys_mark():
            raise Refusal("backup_other_keys", file=backup.name)
    found = await inspect(copy, settings)
    refuse_faulty(found, manifest.counts if manifest else {})
    return copy


def database_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _swap(current: Path, new: Path, now: dt.datetime) -> Path:
    """Keep what was there beside, then put the new file in its place in one step.

    A log (-wal) left by a crash belongs to the old file: played into the new one it
    would ruin it, so it is folded into the old one or moved away with it.
    """
    kept_in = current.parent / f"replaced-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    kept_in.mkdir(mode=0o700)
    try:
        if current.exists():
            _fold_log(current)
            os.link(current, kept_in / current.name)
    except BaseException:
        shutil.rmtree(kept_in)
        raise
    for log in ("-wal", "-shm"):
        path = current.with_name(current.name + log)
        if path.exists():
            os.replace(path, kept_in / path.name)
    synced(new)
    os.replace(new, current)
    synced(current.parent)
    return kept_in


def _fold_log(file: Path) -> None:
    """Bring the log into the file and close it; refuses `database_in_use`. A file
    too broken for that stays as it is: its log is kept with it."""
    if in_use(file):
        raise Refusal("database_in_use")
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        return


def in_use(file: Path) -> bool:
    """Whether another program has this database open."""
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(file, timeout=0.5, isolation_level=None)) as held:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")
            held.execute("BEGIN EXCLUSIVE")
            held.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:
        return False
    return False
