"""Printed pages, kept encrypted: what a person holds can be read again and again.

A file for each print run in the data folder. Names and doors stand on these pages, so
they are sealed with the field keys like the rows they come from, and forgotten after
two months; the numbers, versions and holders stay in the database.
"""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kitchen import sealing

KEPT = timedelta(days=62)
NONCE_BYTES = 12
SUFFIX = ".pdf.sealed"


class PrintStore:
    """The folder of printed pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str) -> bytes | None:
        """The pages kept under this name, or None."""
        path = self._path(name)
        try:
            key_name, _, box = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        key = sealing.keyring().field_keys.get(key_name.decode("ascii", "replace"))
        if key is None:
            return None
        try:
            nonce, sealed = box[:NONCE_BYTES], box[NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, sealed, name.encode())
        except InvalidTag:  # half a disk, or another file put in its place
            return None

    def put(self, name: str, pdf: bytes) -> None:
        """Keep pages; a crash in between leaves the old file or none."""
        keyring, nonce = sealing.keyring(), os.urandom(NONCE_BYTES)
        box = AESGCM(keyring.field_keys[keyring.current])
        sealed = box.encrypt(nonce, pdf, name.encode())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{secrets.token_hex(6)}"
        draft.write_bytes(keyring.current.encode("ascii") + b"\n" + nonce + sealed)
        draft.replace(self._path(name))

    def forget(self, now: datetime) -> int:
        """Delete pages older than two months; how many."""
        if not self.folder.is_dir():
            return 0
        before = (now - KEPT).timestamp()
        old = [p for p in self.folder.iterdir() if p.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, name: str) -> Path:
        if not name.replace("-", "").isalnum():
            raise ValueError(f"not a name of printed pages: {name!r}")
        return self.folder / f"{name}{SUFFIX}"
