"""Uploaded lists between their preview and their entry: sealed files of one day.

A list holds ID numbers and phones, so it is never left on the disk in clear; only
the person who sent it can open it again.
"""

import datetime as dt
import json
import os
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from kitchen import sealing
from kitchen.sheets import Grid

KEPT_FOR = dt.timedelta(hours=24)
TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Draft:
    """A list that was read. `enrolled` is None until its good rows are entered;
    from then on the grid holds what was left out."""

    token: str
    staff_id: int
    kitchen_id: int
    file_name: str
    digest: str
    grid: Grid
    enrolled: int | None = None
    run_id: int | None = None  # the import that entered them

    def after(self, run_id: int, enrolled: int, grid: Grid) -> "Draft":
        return replace(self, run_id=run_id, enrolled=enrolled, grid=grid)


def new_token() -> str:
    return secrets.token_hex(16)


def keep(folder: Path, draft: Draft, now: dt.datetime) -> None:
    """Store a draft sealed, readable by this program's user only; old ones go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old(folder, now)
    text = json.dumps(
        {
            "staff_id": draft.staff_id,
            "kitchen_id": draft.kitchen_id,
            "file_name": draft.file_name,
            "digest": draft.digest,
            "grid": draft.grid.as_json(),
            "enrolled": draft.enrolled,
            "run_id": draft.run_id,
        },
        ensure_ascii=False,
    )
    part = folder / f"{draft.token}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(sealing.seal("draft", "text", draft.token, text))
    part.replace(folder / draft.token)


def find(folder: Path, token: str, staff_id: int) -> Draft | None:
    """The draft of this person, or None: unknown, too old, or somebody else's."""
    path = folder / token
    if not TOKEN.fullmatch(token) or not path.is_file():
        return None
    text = sealing.unseal("draft", "text", token, path.read_text())
    held = json.loads(text)
    if held["staff_id"] != staff_id:
        return None
    return Draft(**{**held, "token": token, "grid": Grid.from_json(held["grid"])})


def forget(folder: Path, token: str) -> None:
    if TOKEN.fullmatch(token):
        (folder / token).unlink(missing_ok=True)


def _forget_old(folder: Path, now: dt.datetime) -> None:
    for path in folder.iterdir():
        made = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        if now - made > KEPT_FOR:
            path.unlink(missing_ok=True)
