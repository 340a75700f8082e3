"""The committed front-end files are the published ones, licences beside them."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
LISTING = json.loads((ROOT / "static/vendor/VERSIONS.json").read_text("utf-8"))
PACKAGES: list[dict[str, Any]] = LISTING["packages"]
FILES = [entry for package in PACKAGES for entry in package["files"]]
ICON_USED = re.compile(
    r"icons\.svg[^\"']*#([a-z0-9-]+)|\bicon\(\s*[\"']([a-z0-9-]+)[\"']"
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["file"])
def test_a_vendored_file_has_the_hash_of_the_list(entry: dict[str, Any]) -> None:
    data = (ROOT / entry["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]


def test_every_vendored_file_is_on_the_list() -> None:
    folders = [ROOT / "static/vendor", ROOT / "tests/vendor"]
    present = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != "VERSIONS.json"
    }
    assert present == {entry["file"] for entry in FILES}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_a_package_names_version_licence_and_brings_its_text(
    package: dict[str, Any],
) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["licence"]
    assert any(entry["from"].startswith("LICENSE") for entry in package["files"])


def test_the_sprite_holds_exactly_the_icons_named() -> None:
    entry = next(entry for entry in FILES if "icons" in entry)
    sprite = ElementTree.parse(ROOT / entry["file"]).getroot()  # noqa: S314 our own file
    drawn = {symbol.get("id"): len(symbol) for symbol in sprite.iter(f"{SVG}symbol")}
    assert set(drawn) == {name.partition("=")[0] for name in entry["icons"]}
    assert all(drawn.values())


def test_every_icon_used_by_a_template_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/vendor/icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        (path.relative_to(ROOT).as_posix(), linked or named)
        for path in (ROOT / "templates").rglob("*.html")
        for linked, named in ICON_USED.findall(path.read_text("utf-8"))
    }
    assert [(path, icon) for path, icon in sorted(used) if icon not in drawn] == []


def test_no_vendored_script_or_style_names_a_foreign_file() -> None:
    for path in (ROOT / "static/vendor").glob("*.css"):
        for address in re.findall(r"url\(([^)]*)\)", path.read_text("utf-8")):
            target = address.strip("'\"")
            assert target.startswith("#") or (path.parent / target).is_file(), address
