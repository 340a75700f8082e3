"""Backups that are known to restore: copied, opened, checked, then named.

A copy is made while the kitchen works, in a folder of its own (`unfinished-…`), and
checked in a child process: the file's pages, every foreign key, the books, the audit
chain, the counts. Only then do its manifest and the file itself appear in
`DATA/backups`, so that whatever is there is complete; a crash leaves nothing of it.
The keys are not in a backup: they are kept apart, or the seal would be worth nothing.

The same module is the child: `python -m app.backups FILE KEYS`.
"""

import asyncio
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Litestar

from app import dumps
from app.children import run_child
from app.settings import Settings
from app.verifying import verify_books
from kitchen import audit, database, schema, sealing, upgrading
from kitchen.errors import Refusal

SUFFIX = ".db"
UNFINISHED = "unfinished-"
LEFT_BEHIND_SECONDS = 3600
HOURS, DAYS, MONTHS = 24, 14, 12
CHECK_SECONDS = 600.0
CHUNK = 1 << 20

# Tables that only grow: a copy may never hold fewer rows than there were before it.
COUNTED = {
    "elder": "SELECT COUNT(*) AS n FROM elder",
    "headcount": "SELECT COUNT(*) AS n FROM headcount",
    "diner": "SELECT COUNT(*) AS n FROM diner",
    "meal": "SELECT COUNT(*) AS n FROM meal",
    "entry": "SELECT COUNT(*) AS n FROM entry",
    "posting": "SELECT COUNT(*) AS n FROM posting",
    "audit_line": "SELECT COUNT(*) AS n FROM audit_line",
}


@dataclass(frozen=True)
class Manifest:
    """What a backup held when it was made and checked."""

    file: str
    at: dt.datetime
    sha256: str
    size: int
    seal: str  # of the audit chain's end, as printed on signed sheets
    keys: str  # which keys open it, without telling them
    counts: dict[str, int]

    def as_text(self) -> str:
        held = {**asdict(self), "at": self.at.isoformat()}
        return json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Manifest":
        """The inverse of `as_text`; ValueError for anything else."""
        try:
            held = json.loads(text)
            return cls(**{**held, "at": dt.datetime.fromisoformat(held["at"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("not a manifest") from error


@dataclass(frozen=True)
class Inspected:
    """What the child found in a copy. `fault` is "" when all holds."""

    fault: str
    counts: dict[str, int]
    seal: str


# Making -----------------------------------------------------------------------


async def hourly(app: Litestar) -> None:
    """A backup into the data folder, and the old ones that are no longer kept gone."""
    settings: Settings = app.state.settings
    if not settings.backups:
        return
    now: dt.datetime = app.state.clock()
    await make(settings, now)
    await asyncio.to_thread(prune, folder_of(settings), settings.timezone)


def folder_of(settings: Settings) -> Path:
    return settings.data / "backups"


async def make(
    settings: Settings, now: dt.datetime, target: Path | None = None
) -> Path:
    """Copy, check, name. The file; its manifest lies beside it.

    Refuses `backup_faulty` (nothing is left then) and, on PostgreSQL without its
    tools, `pg_dump_missing`.
    """
    name = f"nuancan-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    suffix = dumps.SUFFIX if database.is_postgres() else SUFFIX
    target = target or folder_of(settings) / f"{name}{suffix}"
    rough = rough_folder(target.parent)
    part = rough / target.name
    try:
        before = await counts()
        if database.is_postgres():
            await dumps.dump(settings, part)
            found = Inspected("", before, await _seal(now))
        else:
            await database.backup_to(part)
            found = await inspect(part, settings)
        refuse_faulty(found, before)
        manifest = await asyncio.to_thread(_manifest, part, target.name, now, found)
        await asyncio.to_thread(_publish, part, target, manifest)
    finally:
        await asyncio.to_thread(shutil.rmtree, rough, True)
    return target


def rough_folder(folder: Path) -> Path:
    """A place of one's own on the same disk for what is not finished: the server and
    a person may make backups at once. What a crash left there goes after an hour."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rough = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    newest = rough.stat().st_mtime
    for other in folder.glob(f"{UNFINISHED}*"):
        if newest - other.stat().st_mtime > LEFT_BEHIND_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    return rough


def refuse_faulty(found: Inspected, before: dict[str, int]) -> None:
    lost = [name for name, n in before.items() if found.counts.get(name, 0) < n]
    if found.fault or lost:
        raise Refusal("backup_faulty", what=found.fault or f"counts: {lost[0]}")


async def counts() -> dict[str, int]:
    """Rows of the tables that only grow."""
    held = {}
    for name, sql in COUNTED.items():
        row = await database.one(sql)
        held[name] = int(row["n"]) if row else 0
    return held


async def _seal(now: dt.datetime) -> str:
    return await audit.day_seal((now + dt.timedelta(days=2)).date())


def _manifest(part: Path, name: str, now: dt.datetime, found: Inspected) -> Manifest:
    size = part.stat().st_size
    digest = sha256_of(part)
    return Manifest(name, now, digest, size, found.seal, keys_mark(), found.counts)


def _publish(part: Path, target: Path, manifest: Manifest) -> None:
    """First the manifest, then the file: a file that is there is complete."""
    synced(part)
    part.chmod(0o600)
    beside = manifest_path(target)
    written = part.with_name(part.name + ".json")
    written.write_text(manifest.as_text(), "utf-8")
    synced(written)
    os.replace(written, beside)
    os.replace(part, target)
    synced(target.parent)


def synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()


def keys_mark() -> str:
    """Tells one installation's keys from another's, and nothing about them."""
    return sealing.fingerprint("backup", "keys")[:12]


def manifest_path(backup: Path) -> Path:
    return backup.with_name(backup.name + ".json")


# Looking at what there is -----------------------------------------------------


def listing(folder: Path) -> list[Manifest]:
    """Complete backups, the newest first; a file without its manifest is not one."""
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        try:
            manifest = Manifest.from_text(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if (
            manifest_path(folder / manifest.file) == path
            and (folder / manifest.file).is_file()
        ):
            found.append(manifest)
    return sorted(found, key=lambda manifest: manifest.at, reverse=True)


def read_manifest(backup: Path) -> Manifest | None:
    """What lies beside a backup; None when it came without. Refuses
    `backup_not_found`, `backup_manifest_unreadable`."""
    if not backup.is_file():
        raise Refusal("backup_not_found", file=str(backup))
    path = manifest_path(backup)
    if not path.exists():
        return None
    try:
        return Manifest.from_text(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise Refusal("backup_manifest_unreadable", file=path.name) from None


def kept(times: Iterable[dt.datetime], zone: ZoneInfo) -> set[dt.datetime]:
    """Which backups stay: the newest of each of the last 24 hours, 14 days and 12
    months that have one, by the kitchen's clock. Pure."""
    newest_first = sorted(times, reverse=True)
    chosen: set[dt.datetime] = set()
    for pattern, most in (("%Y%m%d%H", HOURS), ("%Y%m%d", DAYS), ("%Y%m", MONTHS)):
        periods: dict[str, dt.datetime] = {}
        for at in newest_first:
            periods.setdefault(at.astimezone(zone).strftime(pattern), at)
        chosen.update(list(periods.values())[:most])
    return chosen


def prune(folder: Path, zone: ZoneInfo) -> list[str]:
    """Delete backups that are no longer kept; their names."""
    found = listing(folder)
    chosen = kept((manifest.at for manifest in found), zone)
    gone = [manifest for manifest in found if manifest.at not in chosen]
    for manifest in gone:
        path = folder / manifest.file
        path.unlink(missing_ok=True)
        manifest_path(path).unlink(missing_ok=True)
    return [manifest.file for manifest in gone]


# Checking a copy --------------------------------------------------------------


async def inspect(file: Path, settings: Settings) -> Inspected:
    """Open a copy in a child process and check everything in it."""
    argv = [sys.executable, "-m", "app.backups", str(file), str(settings.keys_file)]
    ended = await run_child(argv, b"", seconds=CHECK_SECONDS)
    if not ended.ok:
        return Inspected(ended.last_words.strip()[-200:] or ended.ending, {}, "")
    return Inspected(**json.loads(ended.output))


async def _inspected(file: Path) -> Inspected:
    """In the child: the copy is the database of this process."""
    if fault := _file_fault(file):
        return Inspected(fault, {}, "")
    engine = database.configure(f"sqlite:///{file}", schema.TABLES)
    await upgrading.pending(engine)  # a copy made by a newer version is refused here
    await database.open()
    try:
        faults = [check for check in await verify_books() if not check.ok]
        fault = f"{faults[0].words}: {faults[0].fault}" if faults else ""
        seal = await audit.day_seal(dt.date(9000, 1, 1))
        return Inspected(fault, await counts(), seal)
    finally:
        await database.close()


def _file_fault(file: Path) -> str:
    """SQLite's own word on the pages and the references; "" when all is well."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            for (said,) in connection.execute("PRAGMA integrity_check(1)"):
                if said != "ok":
                    return f"integrity_check: {said}"
            for table, *_rest in connection.execute("PRAGMA foreign_key_check"):
                return f"foreign_key_check: {table}"
            known = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'audit_line'"
            if connection.execute(known).fetchone() != (1,):
                return "not a database of this product"
    except sqlite3.DatabaseError as error:
        return str(error)
    return ""


# The child --------------------------------------------------------------------


def _main() -> None:
    file, keys = (Path(argument) for argument in sys.argv[1:3])
    sealing.use(sealing.Keyring.load(keys))
    try:
        found = asyncio.run(_inspected(file))
    except Refusal as refusal:
        facts: dict[str, Any] = refusal.facts
        found = Inspected(f"{refusal.code} {facts or ''}".strip(), {}, "")
    print(json.dumps(asdict(found), ensure_ascii=False))


if __name__ == "__main__":
    _main()
