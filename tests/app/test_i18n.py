"""Every sentence exists in English, area by area; the catalogues hold together."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.i18n import CATALOGUES, english, language, read_catalogue, translate

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3400-\u9fff]")
MARKS = {"_", "N_", "translate"}

# Modules of app/ whose words lie in a catalogue of another name.
SHELL = (
    *("asgi", "assets", "auth", "days", "errors", "forms", "headers", "i18n"),
    *("jobs", "navigation", "policy", "refusals", "rendering", "requests"),
    *("sessions", "settings", "sign_in", "typed", "children", "faults"),
)
HOMES = dict.fromkeys(SHELL, "shell") | dict.fromkeys(
    ("papers", "paper_html", "printing", "map_sketch", "qr"), "prints"
)
PRINTS = ("prints", "print.html")


def area_of(path: Path) -> str:
    """ "plans" for templates/plans/…, controllers/plans.py and words/plans.py."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "templates":
        return parts[1] if len(parts) > 2 else "shell"
    if parts[1] in ("controllers", "words"):
        return "shell" if path.stem == "__init__" else path.stem
    return HOMES.get(path.stem, path.stem)


def msgids_in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in MARKS or not node.args:
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value
        elif isinstance(first, ast.JoinedStr | ast.BinOp):
            pytest.fail(f"{path.name}:{node.lineno}: a message must be a literal")


def msgids_in_template(path: Path) -> Iterator[str]:
    for call in (
        Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call)
    ):
        if isinstance(call.node, nodes.Name) and call.node.name == "_" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const):
                yield str(first.value)


@cache
def messages_by_area() -> dict[str, dict[str, str]]:
    """area → msgid → a file where it is used."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.relative_to(ROOT / "templates").parts[0] in PRINTS:
            continue
        for msgid in msgids_in_template(path):
            found.setdefault(area_of(path), {})[msgid] = path.name
    for path in sorted((ROOT / "app").rglob("*.py")):
        for msgid in msgids_in_python(path):
            found.setdefault(area_of(path), {})[msgid] = path.name
    return found


@pytest.mark.parametrize("area", sorted(messages_by_area()))
def test_every_message_of_an_area_is_in_english(area: str) -> None:
    missing = {
        msgid: file
        for msgid, file in messages_by_area()[area].items()
        if msgid not in english() and CHINESE.search(msgid)
    }
    assert missing == {}, f"add to app/locale/en/{area}.po"


def visible_chinese_in(path: Path) -> list[str]:
    """Chinese in a template outside of `_()`: it would stay Chinese in English."""
    text = re.sub(r"\{#.*?#\}|<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"_\(\s*\"[^\"]*\"", "", text)
    return [line.strip() for line in text.splitlines() if CHINESE.search(line)]


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if path.relative_to(ROOT / "templates").parts[0] not in PRINTS
    ],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_template_says_nothing_past_the_catalogue(path: Path) -> None:
    assert visible_chinese_in(path) == []


CATALOGUE_FILES = sorted((CATALOGUES / "en").glob("*.po"))


@pytest.mark.parametrize("path", CATALOGUE_FILES, ids=lambda path: path.stem)
def test_a_translation_fills_in_the_same_facts(path: Path) -> None:
    wrong = []
    for msgid, entry in read_catalogue(path).items():
        texts = entry if isinstance(entry, tuple) else (entry,)
        wrong += [
            (msgid, text) for text in texts if not facts_in(text) <= facts_in(msgid)
        ]
    # English needs the month's name where Chinese needs its number.
    assert [pair for pair in wrong if "{monthname}" not in pair[1]] == []


def facts_in(text: str) -> set[str]:
    return {name for _t, name, _s, _c in string.Formatter().parse(text) if name}


def test_one_message_has_one_translation() -> None:
    seen: dict[str, object] = {}
    for path in CATALOGUE_FILES:
        for msgid, entry in read_catalogue(path).items():
            assert seen.setdefault(msgid, entry) == entry, (path.name, msgid)


def test_a_plural_follows_its_number() -> None:
    chosen = language.set("en")
    try:
        assert translate("有 {n} 处要改", n=1) == "1 thing to correct"
        assert translate("有 {n} 处要改", n=3) == "3 things to correct"
    finally:
        language.reset(chosen)
    assert translate("有 {n} 处要改", n=1) == "有 1 处要改"
