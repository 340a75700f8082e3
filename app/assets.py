"""Static files under names that carry their content's hash.

A name never changes its content, so a browser keeps the file for a year and never
asks again; everything is read, hashed and compressed once, at start.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
COMPRESSED = {".css", ".js", ".mjs", ".svg", ".json", ".webmanifest"}
REFERENCE = re.compile(rb'url\("([^":]+)"\)')  # our CSS writes url("name") only

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True)
class Asset:
    path: str  # with the hash, below /static/
    content: bytes
    zipped: bytes | None
    media_type: str


class Assets:
    """The files of one folder, by plain name and by hashed name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._by_name: dict[str, Asset] = {}
        self._by_path: dict[str, Asset] = {}
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                self._add(file.relative_to(folder).as_posix())

    def url(self, name: str) -> str:
        """`app.css` → `/static/app.3f2a….css`; an unknown name is our own mistake."""
        return f"/static/{self._add(name).path}"

    def at(self, path: str) -> Asset | None:
        return self._by_path.get(path)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def _add(self, name: str) -> Asset:
        if name in self._by_name:
            return self._by_name[name]
        file = self._folder / name
        content = file.read_bytes()
        if file.suffix == ".css":
            content = REFERENCE.sub(self._hashed_reference, content)
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = str(Path(name).with_name(f"{file.stem}.{digest}{file.suffix}"))
        zipped = gzip.compress(content, 9, mtime=0)
        asset = Asset(
            path,
            content,
            zipped
            if file.suffix in COMPRESSED and len(zipped) < len(content)
            else None,
            mimetypes.guess_type(name)[0] or "application/octet-stream",
        )
        self._by_name[name] = self._by_path[path] = asset
        return asset

    def _hashed_reference(self, match: re.Match[bytes]) -> bytes:
        name = match[1].decode("ascii")
        if not (self._folder / name).is_file():
            return match[0]  # a third party's own relative reference stays as it is
        return f'url("{self.url(name)}")'.encode("ascii")


@cache
def read_assets(folder: Path = FOLDER) -> Assets:
    """The files as they are at start; read once in a process."""
    return Assets(folder)


@get("/static/{path:path}", allows="public", include_in_schema=False)
async def static_file(
    request: Request[Any, Any, Any], path: FromPath[str]
) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    asset = assets.at(path.lstrip("/"))
    if asset is None:
        raise NotFoundException
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    content = asset.content
    if asset.zipped and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = asset.zipped
    return Response(content, media_type=asset.media_type, headers=headers)
