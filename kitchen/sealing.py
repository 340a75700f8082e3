"""Field encryption: what a stolen database file must not tell.

A sealed text is bound to its table, column and row, so that a ciphertext moved to
another row is refused. The keys live in a file beside the settings, never in the
database or a backup of it.
"""

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kitchen.errors import Refusal

SUITE = "g1"  # AES-256-GCM, 96-bit random nonce, 128-bit tag
KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed text was altered, moved, or sealed with a key we do not hold."""


@dataclass(frozen=True)
class Keyring:
    """The keys of one installation; `current` names the key that seals new texts."""

    current: str
    field_keys: Mapping[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    audit_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        keys = [*self.field_keys.values(), self.index_key, self.audit_key]
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("every key has 32 bytes")
        if self.current not in self.field_keys:
            raise ValueError(f"the current field key {self.current} is not there")

    @classmethod
    def new(cls) -> "Keyring":
        """Fresh random keys."""
        name = secrets.token_hex(2)
        return cls(name, {name: _random()}, _random(), _random())

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a key file. Refuses `keys_missing`, `keys_damaged`, and `keys_open`: one
        that others may read."""
        if not path.is_file():
            raise Refusal("keys_missing", file=path)
        if path.stat().st_mode & 0o077:
            raise Refusal("keys_open", file=path)
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            fields = {name: _bytes(key) for name, key in held["field_keys"].items()}
            index, audit = _bytes(held["index_key"]), _bytes(held["audit_key"])
            return cls(held["current"], fields, index, audit)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refusal("keys_damaged", file=path) from error

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """The key file at `path`, made with fresh keys at the first start."""
        if not path.exists():
            cls.new().save(path)
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Write a new key file, mode 0600; an existing one is never overwritten."""
        held = {
            "current": self.current,
            "field_keys": {name: _text(key) for name, key in self.field_keys.items()},
            "index_key": _text(self.index_key),
            "audit_key": _text(self.audit_key),
        }
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(held, file, indent=1)
            file.flush()
            os.fsync(file.fileno())

    def rotated(self) -> "Keyring":
        """The same keys and a fresh one for new texts; old texts stay readable."""
        name = secrets.token_hex(2)
        while name in self.field_keys:
            name = secrets.token_hex(2)
        fields = {**self.field_keys, name: _random()}
        return Keyring(name, fields, self.index_key, self.audit_key)

    def seal(self, table: str, column: str, row_key: object, text: str) -> str:
        """`text` encrypted for this one place; an empty text stays empty.

        `row_key` must be known before the row is written and never change: a random
        key column, or the id when the row exists already.
        """
        if not text:
            return ""
        nonce = os.urandom(NONCE_BYTES)
        place = _place(table, column, row_key)
        box = AESGCM(self.field_keys[self.current]).encrypt(nonce, text.encode(), place)
        return f"{SUITE}.{self.current}.{_text(nonce + box)}"

    def unseal(self, table: str, column: str, row_key: object, sealed: str) -> str:
        """The text sealed for this place; raises `SealBroken` for anything else."""
        if not sealed:
            return ""
        suite, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        if suite != SUITE or name not in self.field_keys:
            raise SealBroken(f"{table}.{column} is sealed with an unknown key")
        place = _place(table, column, row_key)
        try:
            raw = _bytes(body)
            box = AESGCM(self.field_keys[name])
            return box.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place).decode()
        except (InvalidTag, ValueError) as error:
            message = f"{table}.{column} was altered or belongs to another row"
            raise SealBroken(message) from error

    def fingerprint(self, kind: str, text: str) -> str:
        """A blind index: equal texts of a kind have equal fingerprints, 32 hex digits.

        The caller brings `text` to one form first (spaces, letter case).
        """
        message = f"{kind}\x1f{text}".encode()
        return hmac.digest(self.index_key, message, "sha256").hex()[:32]


_keyring: Keyring | None = None


def use(keyring: Keyring | None) -> None:
    """Choose the keys of this process."""
    global _keyring
    _keyring = keyring


def keyring() -> Keyring:
    """The keys of this process."""
    if _keyring is None:
        raise RuntimeError("no keys are configured: call sealing.use(keyring)")
    return _keyring


def seal(table: str, column: str, row_key: object, text: str) -> str:
    """`Keyring.seal` with this process's keys."""
    return keyring().seal(table, column, row_key, text)


def unseal(table: str, column: str, row_key: object, sealed: str) -> str:
    """`Keyring.unseal` with this process's keys."""
    return keyring().unseal(table, column, row_key, sealed)


def fingerprint(kind: str, text: str) -> str:
    """`Keyring.fingerprint` with this process's keys."""
    return keyring().fingerprint(kind, text)


def _place(table: str, column: str, row_key: object) -> bytes:
    return f"{table}|{column}|{row_key}".encode()


def _random() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
