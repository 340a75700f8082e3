"""Fetch the front-end files named in static/vendor/VERSIONS.json.

Only for whoever raises a version: the files are committed, so nobody else needs npm.
Each file must have the hash in the list; `--update` writes the new hashes instead.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ROOT / "static/vendor/VERSIONS.json"

SPRITE_HEAD = '<svg xmlns="http://www.w3.org/2000/svg">'
# On every symbol, because what `<use>` draws inherits from the user, not the sprite.
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">'
    "{strokes}</symbol>"
)
INVISIBLE_FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'


def pack(package: str, folder: Path) -> tarfile.TarFile:
    """The published archive of `name@version`, which npm checks against its index."""
    done = subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", package],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return tarfile.open(folder / done.stdout.split()[-1])


def read(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise FileNotFoundError(path)
    return member.read()


def symbol(name: str, svg: str) -> str:
    """One icon as a sprite symbol: its strokes without frame, size and class."""
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", svg, flags=re.DOTALL)
    lines = (line.strip().replace(" />", "/>") for line in inside.splitlines())
    strokes = "".join(line for line in lines if line != INVISIBLE_FRAME)
    return SYMBOL.format(name=name, strokes=strokes)


def sprite(archive: tarfile.TarFile, folder: str, icons: list[str]) -> bytes:
    """All icons in one file; `id=icon` gives an icon a second, shorter name."""
    lines = [SPRITE_HEAD]
    for entry in sorted(icons):
        name, _, icon = entry.partition("=")
        svg = read(archive, f"{folder}/{icon or name}.svg").decode()
        lines.append(symbol(name, svg))
    return "\n".join([*lines, "</svg>", ""]).encode()


def content(archive: tarfile.TarFile, entry: dict[str, Any]) -> bytes:
    if "icons" in entry:
        return sprite(archive, entry["from"], entry["icons"])
    return read(archive, entry["from"])


def vendor(update: bool) -> list[str]:
    """Write every file of the list; returns the faults found, one sentence each."""
    listing = json.loads(VERSIONS.read_text(encoding="utf-8"))
    faults = []
    for package in listing["packages"]:
        with tempfile.TemporaryDirectory() as folder:
            archive = pack(f"{package['name']}@{package['version']}", Path(folder))
            for entry in package["files"]:
                data = content(archive, entry)
                digest = hashlib.sha256(data).hexdigest()
                if update:
                    entry["sha256"] = digest
                elif entry["sha256"] != digest:
                    faults.append(f"{entry['file']}: hash differs from the list")
                    continue
                target = ROOT / entry["file"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    if update:
        text = json.dumps(listing, ensure_ascii=False, indent=2)
        VERSIONS.write_text(text + "\n", encoding="utf-8")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the new hashes")
    arguments = parser.parse_args()
    if shutil.which("npm") is None:
        print(
            "缺少 npm:更新前端文件需要 Node.js / npm is missing: fetching front-end "
            "files needs Node.js",
            file=sys.stderr,
        )
        return 1
    faults = vendor(arguments.update)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
