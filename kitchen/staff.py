"""Who works here and for which part of the kitchen. Accounts are closed, never
deleted: what someone did stays theirs.
"""

import datetime as dt
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from piccolo.columns import Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

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

SHORTEST_PASSWORD = 12

# OWASP's middle choice: about 50 ms here, and 19 MiB so that two at once are cheap.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)


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


def hash_password(password: str) -> str:
    """Slow on purpose (about 50 ms): call it in a thread from the web."""
    return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Slow on purpose, like `hash_password`."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
