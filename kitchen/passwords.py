"""Passwords: how they are kept, and which are too easy. No tables.

Length counts rather than mixtures of characters (OWASP ASVS 5, chapter 6.2).
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kitchen.errors import Refusal

SHORTEST_PASSWORD = 12

# OWASP's middle choice: about 50 ms here, and 19 MiB so that two at once are cheap.
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)

_KEYBOARD = (
    *("01234567890123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"),
    *("password", "admin", "woaini", "nuancan", "iloveyou", "welcome", "abc"),
)


def hash_password(password: str) -> str:
    """Slow on purpose (about 50 ms): call it in a thread from the web."""
    return _hasher.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Slow on purpose, like `hash_password`."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, login: str) -> None:
    """Long rather than complicated (OWASP ASVS 5 §6.2), and not the first guess."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("password_short", least=SHORTEST_PASSWORD)
    plain = password.lower()
    if login and login in plain and len(plain.replace(login, "")) < 6:
        raise Refusal("password_is_login")
    if is_guessable(plain):
        raise Refusal("password_common")


def is_guessable(password: str) -> bool:
    """Little is left of it without runs along the keyboard, words and repeats."""
    if len(set(password)) <= 4:
        return True
    sizes = range(1, len(password) // 2 + 1)
    if any(password == (password[:n] * len(password))[: len(password)] for n in sizes):
        return True
    rest = password
    for row in _KEYBOARD:
        rest = _without_runs(rest, row)
    return len(rest.strip("0123456789!@#$_-. ")) < 4


def _without_runs(text: str, row: str) -> str:
    """`text` without its stretches of four or more characters (or all) of `row`."""
    for size in range(len(row), min(4, len(row)) - 1, -1):
        for start in range(len(row) - size + 1):
            run = row[start : start + size]
            text = text.replace(run, "").replace(run[::-1], "")
    return text
