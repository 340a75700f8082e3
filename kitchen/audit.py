"""Who changed what, when and why, in a chain that shows tampering.

Each line carries an HMAC over itself and the line before, made with a key that is not
in the database: editing, deleting, inserting or swapping lines breaks the chain.
Cutting the tail off is seen against a day seal, printed on the sheet people sign.
Lines are added inside the verb's own transaction and never changed.
"""

import base64
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from piccolo.columns import Integer, Serial, Text, Timestamptz
from piccolo.table import Table

from kitchen import database, sealing

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
SEAL_LENGTH = 12
LINES_AT_ONCE = 1000
END_OF_CHAIN = "SELECT mac FROM audit_line ORDER BY id DESC LIMIT 1"
MACS_AT_ONCE = 20_000
SEALED_DIGITS = 14  # hexadecimal, of a line's code: what 12 characters tell for sure
SEALED_COLUMNS = (
    *("at", "actor", "staff_id", "device", "action"),
    *("object_kind", "object_id", "before", "after", "reason"),
)


class AuditLine(Table, tablename="audit_line"):
    """One recorded change; `before` and `after` are JSON objects of the fields."""

    id = Serial(primary_key=True)
    at = Timestamptz()
    actor = Text()
    staff_id = Integer(null=True, default=None)
    device = Text()
    action = Text()
    object_kind = Text()
    object_id = Text()
    before = Text()
    after = Text()
    reason = Text()
    prev = Text()
    mac = Text()


Line = dict[str, Any]
"""A recorded change on its way into the chain: the columns that are sealed."""


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold; `line_id` 0 for a missing tail."""

    line_id: int
    what: str


async def record(
    *,
    by: str,
    staff_id: int | None,
    at: datetime,
    action: str,
    object_kind: str,
    object_id: object,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    device: str = "",
) -> None:
    """Add a line to the chain, inside the caller's `writing()`.

    `at` is the server's time of recording. Sensitive values go through `sealed_diff`
    first. Rows of money written since the line before are vouched for in `after` under
    "vouched", see `vouching`. It joins the chain right before the commit.
    """
    if at.tzinfo is None:
        raise ValueError("at must be an aware datetime")
    line = {
        "at": at.astimezone(UTC),
        "actor": by,
        "staff_id": staff_id,
        "device": device,
        "action": action,
        "object_kind": object_kind,
        "object_id": str(object_id),
        "before": canonical(before or {}),
        "after": canonical({**(after or {}), **_vouched()}),
        "reason": reason,
    }
    database.write_last(_chain, line)


async def join_chain() -> None:
    """Let the lines recorded so far join the chain at once: whoever seals the day reads
    its own line."""
    await database.write_what_was_kept()


async def _chain(lines: list[Line]) -> None:
    prev = await _last_mac()
    linked = []
    for line in lines:
        mac = _mac(prev, line)
        linked.append({**line, "prev": prev, "mac": mac})
        prev = mac
    await database.insert_many(AuditLine, linked)


async def _last_mac() -> str:
    """The end of the chain. Nobody else adds to it until the commit: SQLite has one
    writer, on PostgreSQL the function waits for that and then reads."""
    if database.is_postgres():
        chain = database.Lock("audit_line", "chain").number
        last = await database.one("SELECT last_mac({}) AS mac", chain)
    else:
        last = await database.one(END_OF_CHAIN)
    return last["mac"] if last else ""


def _vouched() -> dict[str, object]:
    waiting = database.vouched()
    told: dict[str, object] = {"vouched": dict(waiting)} if waiting else {}
    waiting.clear()
    return told


async def verify(seals: Mapping[date, str] | None = None) -> Broken | None:
    """Walk the whole chain; the first bad line, or None when all holds.

    `seals` are day seals kept outside the database: each must still come out.
    """
    async with database.reading():
        prev, after_id = "", 0
        while lines := await _lines_after(after_id):
            for line in lines:
                if broken := _fault(line, prev):
                    return broken
                prev, after_id = line["mac"], line["id"]
        for day, seal in sorted((seals or {}).items()):
            if await day_seal(day) != seal:
                return Broken(0, f"the seal of {day} does not come out: lines missing")
    return None


async def day_seal(day: date, zone: ZoneInfo = LOCAL_ZONE) -> str:
    """12 characters that stand for every line up to the end of `day`; "" before any."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    line = await database.one(
        "SELECT mac FROM audit_line WHERE at < {} ORDER BY id DESC LIMIT 1",
        midnight.astimezone(UTC),
    )
    if line is None:
        return ""
    return base64.b32encode(bytes.fromhex(line["mac"])).decode()[:SEAL_LENGTH]


MISREAD = str.maketrans("018", "OIB")
"""Digits that no seal has, for the letters they are taken for."""


@dataclass(frozen=True)
class Sealed:
    """The line that a printed seal stands for, and how many there are up to it."""

    line_id: int
    at: datetime
    lines: int


def read_seal(typed: str) -> str | None:
    """A seal as a person types it off a sheet; None when it cannot be one."""
    seal = "".join(c for c in typed.upper() if c.isalnum()).translate(MISREAD)
    try:
        base64.b32decode(seal + "====")
    except ValueError:
        return None
    return seal if len(seal) == SEAL_LENGTH else None


async def line_of(seal: str) -> Sealed | None:
    """Where in the chain a seal of `read_seal` stands; None when no line gives it any
    more: altered, or cut off with all that came after."""
    row = await database.one(
        "SELECT id, at, (SELECT COUNT(*) FROM audit_line b WHERE b.id <= a.id) AS n"
        " FROM audit_line a WHERE a.mac LIKE {} ORDER BY a.id LIMIT 1",
        f"{_begin_of(seal)}%",
    )
    return Sealed(row["id"], row["at"], int(row["n"])) if row else None


async def seals_held(seals: Collection[str]) -> set[str]:
    """Which of these seals some line still gives: one walk for all of them."""
    wanted = {
        _begin_of(read): seal
        for seal in seals
        for read in [read_seal(seal)]
        if read is not None
    }
    held: set[str] = set()
    after_id = 0
    while wanted:
        lines = await database.rows(
            "SELECT id, mac FROM audit_line WHERE id > {} ORDER BY id LIMIT {}",
            *(after_id, MACS_AT_ONCE),
        )
        begun = {line["mac"][:SEALED_DIGITS] for line in lines}
        held |= {wanted[one] for one in begun & wanted.keys()}
        if len(lines) < MACS_AT_ONCE:
            break
        after_id = lines[-1]["id"]
    return held


def _begin_of(seal: str) -> str:
    """The first digits of the line's code that a seal of `read_seal` tells."""
    return base64.b32decode(seal + "====").hex()


def sealed_diff(
    table: str,
    row_key: object,
    before: Mapping[str, object],
    after: Mapping[str, object],
    sensitive: Collection[str],
) -> tuple[dict[str, object], dict[str, object]]:
    """The fields that changed, before and after, the sensitive ones sealed."""
    changed = [name for name in {**before, **after} if _differs(name, before, after)]

    def told(values: Mapping[str, object]) -> dict[str, object]:
        return {
            name: sealing.seal(table, name, row_key, _as_text(values[name]))
            if name in sensitive
            else values[name]
            for name in changed
            if name in values
        }

    return told(before), told(after)


def canonical(values: Mapping[str, object]) -> str:
    """The one JSON text of these values: sorted keys, no spaces, dates as ISO."""
    return json.dumps(
        dict(values),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
        default=_jsonable,
    )


def _jsonable(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _differs(
    name: str, before: Mapping[str, object], after: Mapping[str, object]
) -> bool:
    missing = object()
    return before.get(name, missing) != after.get(name, missing)


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def _mac(prev: str, line: Mapping[str, Any]) -> str:
    values = [line[column] for column in SEALED_COLUMNS]
    values[0] = values[0].astimezone(UTC).isoformat()
    text = json.dumps([prev, *values], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(sealing.keyring().audit_key, text.encode(), "sha256").hex()


def _fault(line: Mapping[str, Any], prev: str) -> Broken | None:
    if not hmac.compare_digest(line["mac"], _mac(line["prev"], line)):
        return Broken(line["id"], "this line was altered")
    if line["prev"] != prev:
        return Broken(line["id"], "lines before this one are missing, added or moved")
    return None


async def _lines_after(line_id: int) -> list[dict[str, Any]]:
    return await database.rows(
        "SELECT * FROM audit_line WHERE id > {} ORDER BY id LIMIT {}",
        line_id,
        LINES_AT_ONCE,
    )
