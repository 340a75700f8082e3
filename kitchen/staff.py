"""Who works here and for which part of the kitchen. Accounts are closed, never
deleted: what someone did stays theirs.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from piccolo.columns import Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit, database
from kitchen.errors import Refusal
from kitchen.passwords import check_password as check_password
from kitchen.passwords import hash_password as hash_password

ROLES = (
    "manager",
    "dispatcher",
    "point_staff",
    "driver",
    "cook",
    "finance",
    "clerk",
    "supervisor",
    "auditor",
    "administrator",
)


class Staff(Table, tablename="staff"):
    """One account. `role_version` rises with each change that ends its sessions."""

    login = Text()
    name = Text()
    password_hash = Text()
    role = Text()
    kitchen_id = Integer(null=True, default=None)
    point_id = Integer(null=True, default=None)
    area_id = Integer(null=True, default=None)
    active = Boolean()
    role_version = Integer()
    created_at = Timestamptz()


class Session(Table, tablename="session"):
    """One signed-in browser; `digest` is the SHA-256 of its cookie."""

    digest = Text()
    staff = ForeignKey(Staff, null=False)
    role_version = Integer()
    device = Text()
    address = Text()
    created_at = Timestamptz()
    seen_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    tablet = Text(default="")  # the key its browser made, see `tablets`


class SignInFailure(Table, tablename="sign_in_failure"):
    """How often, and how lately, an account or an address failed to sign in."""

    key = Text()
    failures = Integer()
    first_at = Timestamptz()
    last_at = Timestamptz()


@dataclass(frozen=True)
class Actor:
    """Who is acting, and what part of the world is theirs.

    A scope that is None is not limited: the manager of a small operator has none.
    """

    staff_id: int
    name: str
    role: str
    kitchen_id: int | None = None
    point_id: int | None = None
    area_id: int | None = None

    def sees_kitchen(self, kitchen_id: int) -> bool:
        return self.kitchen_id is None or self.kitchen_id == kitchen_id

    def sees_point(self, point_id: int) -> bool:
        return self.point_id is None or self.point_id == point_id


# pure rules

# What each role may hand out; the administrator sees no business data and so may
# hand out everything without gaining anything.
_GIVEN_BY_MANAGER = frozenset(
    {"dispatcher", "point_staff", "driver", "cook", "finance", "clerk"}
)
KEEPERS = frozenset({"manager", "administrator"})  # who may keep accounts


def roles_given_by(role: str) -> tuple[str, ...]:
    """The roles an account of this role may give to others."""
    if role == "administrator":
        return ROLES
    return (
        tuple(r for r in ROLES if r in _GIVEN_BY_MANAGER) if role == "manager" else ()
    )


# readers


@dataclass(frozen=True)
class StaffFacts:
    """An account as the staff page shows it; never its password."""

    id: int
    login: str
    name: str
    role: str
    kitchen_id: int | None
    point_id: int | None
    area_id: int | None
    active: bool
    created_at: dt.datetime


_COLUMNS = "id, login, name, role, kitchen_id, point_id, area_id, active, created_at"


async def everyone(kitchen_id: int | None = None) -> list[StaffFacts]:
    """All accounts, or those of one kitchen; the active first, by role and name."""
    found = await database.rows(
        f"SELECT {_COLUMNS} FROM staff"  # noqa: S608 - our own column names
        " ORDER BY active DESC, role, name, id"
    )
    return [
        StaffFacts(**row)
        for row in found
        if kitchen_id is None or row["kitchen_id"] == kitchen_id
    ]


async def staff_by_id(staff_id: int) -> StaffFacts | None:
    row = await database.one(
        f"SELECT {_COLUMNS} FROM staff WHERE id = {{}}",  # noqa: S608 - as above
        staff_id,
    )
    return StaffFacts(**row) if row else None


# verbs


@dataclass(frozen=True)
class Post:
    """A role and the part of the world that goes with it."""

    role: str
    kitchen_id: int | None = None
    point_id: int | None = None
    area_id: int | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"no role {self.role!r}")


async def hire(
    *,
    login: str,
    name: str,
    post: Post,
    password_hash: str,
    by: Actor,
    now: dt.datetime,
) -> int:
    """Open an account. Refuses a login in use and a role that is not `by`'s to give."""
    _may_give(by, post)
    login = login.lower()
    async with database.writing():
        try:
            async with database.savepoint():
                staff_id: int = await database.insert(
                    Staff,
                    login=login,
                    name=name,
                    password_hash=password_hash,
                    **asdict(post),
                    active=True,
                    role_version=1,
                    created_at=now,
                )
        except database.Conflict as conflict:
            if conflict.kind != "unique":
                raise
            raise Refusal("login_taken", login=login) from None
        after = {"login": login, "name": name, **asdict(post)}
        await _record("staff.add", staff_id, by, now, after=after)
    return staff_id


async def hire_first(
    *, login: str, name: str, post: Post, password_hash: str, now: dt.datetime
) -> int:
    """Open the first account of an installation, from its command line."""
    maker = Actor(0, "命令行", "administrator")
    return await hire(
        login=login,
        name=name,
        post=post,
        password_hash=password_hash,
        by=maker,
        now=now,
    )


async def change_post(
    staff_id: int, *, name: str, post: Post, by: Actor, now: dt.datetime
) -> None:
    """Another name, role or scope; a new role or scope ends the open sessions."""
    async with database.writing():
        before = await _held(staff_id, by)
        moved = asdict(post) != {key: before[key] for key in asdict(post)}
        if moved:
            if staff_id == by.staff_id:
                raise Refusal("own_role")
            _may_give(by, post)
            if post.role not in KEEPERS:
                await _keep_a_keeper(staff_id)
        after = {"name": name, **asdict(post)}
        await database.rows(
            "UPDATE staff SET name = {}, role = {}, kitchen_id = {}, point_id = {},"
            " area_id = {}, role_version = role_version + {} WHERE id = {}",
            name,
            post.role,
            post.kitchen_id,
            post.point_id,
            post.area_id,
            int(moved),
            staff_id,
        )
        shown = {key: before[key] for key in after}
        if shown != after:
            await _record("staff.change", staff_id, by, now, shown, after)


async def set_active(
    staff_id: int, active: bool, *, by: Actor, now: dt.datetime
) -> None:
    """Close an account, or open it again; either way its sessions end."""
    async with database.writing():
        before = await _held(staff_id, by)
        if before["active"] == active:
            return
        if staff_id == by.staff_id:
            raise Refusal("own_role")
        if not active:
            await _keep_a_keeper(staff_id)
        await database.rows(
            "UPDATE staff SET active = {}, role_version = role_version + 1"
            " WHERE id = {}",
            active,
            staff_id,
        )
        action = "staff.reopen" if active else "staff.close"
        diff = ({"active": not active}, {"active": active})
        await _record(action, staff_id, by, now, *diff)


async def set_password(
    staff_id: int, password_hash: str, *, by: Actor, now: dt.datetime
) -> None:
    """A new password, one's own or another's; every open session ends."""
    async with database.writing():
        if staff_id != by.staff_id:
            await _held(staff_id, by)
        await database.rows(
            "UPDATE staff SET password_hash = {}, role_version = role_version + 1"
            " WHERE id = {}",
            password_hash,
            staff_id,
        )
        await _record("staff.password", staff_id, by, now)


async def end_sessions(staff_id: int, *, by: Actor, now: dt.datetime) -> None:
    """Sign someone (or oneself) out everywhere."""
    async with database.writing():
        if staff_id != by.staff_id:
            await _held(staff_id, by)
        await database.rows(
            "UPDATE session SET ended_at = {} WHERE staff = {} AND ended_at IS NULL",
            now,
            staff_id,
        )
        await _record("staff.end_sessions", staff_id, by, now)


def _may_give(by: Actor, post: Post) -> None:
    if post.role not in roles_given_by(by.role):
        raise Refusal("role_not_yours_to_give")
    if by.kitchen_id is not None and post.kitchen_id != by.kitchen_id:
        raise Refusal("staff_not_found")
    if post.role == "point_staff" and post.point_id is None:
        raise Refusal("scope_needed")


async def _held(staff_id: int, by: Actor) -> dict[str, Any]:
    """The account's row, held until the commit, if it is `by`'s to change."""
    await database.lock_for("staff", "accounts")
    row = await database.one("SELECT * FROM staff WHERE id = {}", staff_id)
    hidden = row is None or (
        by.kitchen_id is not None and row["kitchen_id"] != by.kitchen_id
    )
    if row is None or hidden:
        raise Refusal("staff_not_found")
    if staff_id != by.staff_id and row["role"] not in roles_given_by(by.role):
        raise Refusal("role_not_yours_to_give")
    return row


async def _keep_a_keeper(staff_id: int) -> None:
    """Refuse to lose the last account that can keep accounts."""
    left = await database.rows(
        "SELECT id FROM staff WHERE active AND role IN {} AND id <> {} LIMIT 1",
        sorted(KEEPERS),
        staff_id,
    )
    if not left:
        raise Refusal("last_administrator")


async def _record(
    action: str,
    staff_id: int,
    by: Actor,
    now: dt.datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id or None,
        at=now,
        action=action,
        object_kind="staff",
        object_id=staff_id,
        before=before,
        after=after,
    )
