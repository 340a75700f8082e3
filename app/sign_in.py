"""Signing in: the password, and how long a guesser has to wait.

An attempt is counted before its password is looked at, so that a hundred at once are
a hundred; a right password takes its count back.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from app import sessions
from app.auth import PasswordDesk
from kitchen import audit, database
from kitchen.errors import Refusal
from kitchen.staff import SignInFailure

FREE_FAILURES = 4
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 15 * 60
PER_ADDRESS = 30
ADDRESS_WINDOW = dt.timedelta(minutes=1)
FORGOTTEN_AFTER = dt.timedelta(hours=24)


def account_delay(failures: int) -> dt.timedelta:
    """How long an account waits after its last failure: from the fifth, doubling."""
    if failures <= FREE_FAILURES:
        return dt.timedelta()
    doubled = FIRST_DELAY_SECONDS * 2 ** min(failures - FREE_FAILURES - 1, 20)
    return dt.timedelta(seconds=min(doubled, LONGEST_DELAY_SECONDS))


@dataclass(frozen=True)
class Proven:
    """Someone who knew the password of an active account."""

    staff_id: int
    name: str


async def prove(
    login: str, password: str, *, address: str, desk: PasswordDesk, now: dt.datetime
) -> Proven:
    """Whose login and password these are.

    Refuses with `sign_in_wrong` for either being wrong, in words that do not tell
    which, and with `sign_in_delayed` while the account or the address has to wait.
    """
    login = login.strip().lower()
    keys = (_key("account", login), _key("address", address))
    await _count_attempt(*keys, now)
    person = await database.one(
        "SELECT id, name, password_hash FROM staff WHERE login = {} AND active", login
    )
    stored = person["password_hash"] if person else None
    if not await desk.matches(stored, password) or person is None:
        raise Refusal("sign_in_wrong")
    async with database.writing():
        await _take_back(*keys)
    return Proven(person["id"], person["name"])


async def open_session(
    person: Proven, *, address: str, device: str, now: dt.datetime
) -> str:
    """The cookie of a new session, with its line in the audit chain."""
    async with database.writing():
        row = await database.one(
            "SELECT role_version FROM staff WHERE id = {} AND active", person.staff_id
        )
        if row is None:  # closed while the password was being checked
            raise Refusal("sign_in_wrong")
        token = await sessions.begin(
            person.staff_id, row["role_version"], device, address, now
        )
        await audit.record(
            by=person.name,
            staff_id=person.staff_id,
            at=now,
            action="staff.sign_in",
            object_kind="staff",
            object_id=person.staff_id,
            device=device,
        )
    return token


async def _count_attempt(account: str, address: str, now: dt.datetime) -> None:
    async with database.writing():
        for key in sorted((account, address)):
            await database.lock_for("sign_in", key)
        found = await database.rows(
            "SELECT * FROM sign_in_failure WHERE key IN {}", [account, address]
        )
        rows = {row["key"]: row for row in found}
        wait = max(
            _account_wait(rows.get(account), now), _address_wait(rows.get(address), now)
        )
        if wait > dt.timedelta():
            raise Refusal("sign_in_delayed", seconds=int(wait.total_seconds()) + 1)
        await _add(account, rows.get(account), FORGOTTEN_AFTER, now)
        await _add(address, rows.get(address), ADDRESS_WINDOW, now)
        await database.rows(
            "DELETE FROM sign_in_failure WHERE last_at < {}", now - FORGOTTEN_AFTER
        )


def _account_wait(row: dict[str, object] | None, now: dt.datetime) -> dt.timedelta:
    if row is None:
        return dt.timedelta()
    last, failures = row["last_at"], row["failures"]
    if not isinstance(last, dt.datetime) or not isinstance(failures, int):
        return dt.timedelta()
    return last + account_delay(failures) - now


def _address_wait(row: dict[str, object] | None, now: dt.datetime) -> dt.timedelta:
    if row is None:
        return dt.timedelta()
    first, failures = row["first_at"], row["failures"]
    if not isinstance(first, dt.datetime) or not isinstance(failures, int):
        return dt.timedelta()
    return first + ADDRESS_WINDOW - now if failures >= PER_ADDRESS else dt.timedelta()


async def _add(
    key: str,
    row: dict[str, object] | None,
    window: dt.timedelta,
    now: dt.datetime,
) -> None:
    if row is None:
        await database.insert(
            SignInFailure, key=key, failures=1, first_at=now, last_at=now
        )
        return
    begun = row["first_at"] if window == ADDRESS_WINDOW else row["last_at"]
    over = isinstance(begun, dt.datetime) and now - begun >= window
    await database.rows(
        "UPDATE sign_in_failure SET failures = {}, first_at = {}, last_at = {}"
        " WHERE key = {}",
        1 if over else int(str(row["failures"])) + 1,
        now if over else row["first_at"],
        now,
        key,
    )


async def _take_back(account: str, address: str) -> None:
    await database.rows("DELETE FROM sign_in_failure WHERE key = {}", account)
    await database.rows(
        "UPDATE sign_in_failure SET failures = failures - 1"
        " WHERE key = {} AND failures > 0",
        address,
    )


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
