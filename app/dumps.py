"""PostgreSQL is backed up by its own tools, when they are installed."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from app.children import run_child
from app.settings import Settings
from kitchen.errors import Refusal

SUFFIX = ".dump"
SECONDS = 1800.0


def has_tools() -> bool:
    return (
        shutil.which("pg_dump") is not None and shutil.which("pg_restore") is not None
    )


async def dump(settings: Settings, target: Path) -> None:
    """A dump that pg_restore can read. Refuses `pg_dump_missing`, `backup_faulty`."""
    if not has_tools():
        raise Refusal("pg_dump_missing")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        url = without_password(settings.database_url, Path(folder) / "pass")
        options = ["--format=custom", "--no-owner", f"--file={target}"]
        ended = await run_child(["pg_dump", *options, url], b"", seconds=SECONDS)
    if ended.ok:
        ended = await run_child(
            ["pg_restore", "--list", str(target)], b"", seconds=SECONDS
        )
    if not ended.ok:
        raise Refusal("backup_faulty", what=ended.last_words.strip()[-200:])


def without_password(url: str, pass_file: Path) -> str:
    """The address for a command line that others on the machine may see: the password
    goes into a file that only we may read."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    secret = unquote(parts.password).replace("\\", "\\\\").replace(":", "\\:")
    handle = os.open(pass_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"*:*:*:*:{secret}\n")
    who, _, host = parts.netloc.rpartition("@")
    name = who.partition(":")[0]
    query = "&".join(
        part for part in (parts.query, f"passfile={quote(str(pass_file))}") if part
    )
    return urlunsplit(parts._replace(netloc=f"{name}@{host}", query=query))
