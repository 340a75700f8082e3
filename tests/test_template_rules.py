"""What templates and scripts may not contain under our content security policy.

htmx runs with `allowEval: false`: a trigger filter would be ignored (the click fires
anyway) and `js:` values would be sent empty, so both are faults and not just style.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
FOREIGN = re.compile(r"\s*(?:[a-z]+:)?//", re.IGNORECASE)
ADDRESSES = {"src", "href", "action", "formaction", "poster", "data", "srcset"}
# The navigation hand-off on a driver's own phone, the one address outside.
KNOWN_HOSTS = ("https://uri.amap.com/",)
UNSAFE_SCRIPT = re.compile(
    r"\beval\(|new Function\(|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML"
    r"|document\.write|https?://(?!www\.w3\.org)"
)

# Reviewed exceptions, (file, fault) → why it is harmless. Empty is the aim.
REVIEWED: dict[tuple[str, str], str] = {}


class Tags(HTMLParser):
    """Collects the faults of one template whose Jinja parts are blanked out."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "style":
            self.faults.append("inline <style>")
        # A block of data is not run, so the policy lets it pass.
        data = given.get("type") == "application/json"
        if tag == "script" and "src" not in given and not data:
            self.faults.append("inline <script>")
        for name, value in given.items():
            self.faults += attribute_faults(name, value)

    handle_startendtag = handle_starttag


def attribute_faults(name: str, value: str) -> Iterator[str]:
    if name == "style":
        yield "style="
    if re.fullmatch(r"on[a-z]+", name):
        yield f"{name}="
    if name.startswith(("hx-on", "data-hx-on")):
        yield "hx-on"
    if name in {"hx-vars", "data-hx-vars"}:
        yield "hx-vars"
    if re.match(r"\s*(?:js|javascript):", value, re.IGNORECASE):
        yield f"{name}=js:"
    if name.endswith("hx-trigger") and "[" in value:
        yield "hx-trigger filter"
    leads = name in ADDRESSES or name.startswith(("hx-get", "hx-post", "xlink:href"))
    if leads and FOREIGN.match(value) and not value.startswith(KNOWN_HOSTS):
        yield f"{name} leads outside"


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def faults(text: str) -> list[str]:
    """Every fault of a template's text, in words."""
    found = []
    for part in JINJA.findall(text):
        if re.search(r"\|\s*safe\b", part) and not part.startswith("{#"):
            found.append("|safe")
        if re.match(r"\{%-?\s*autoescape", part):
            found.append("autoescape switched")
    parser = Tags()
    parser.feed(JINJA.sub(blank, text))
    parser.close()
    return found + parser.faults


def markup_faults(text: str) -> Iterator[str]:
    """Python may declare only its own literal text safe; `.format` escapes the rest."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            literal = all(isinstance(given, ast.Constant) for given in node.args)
            if node.func.id == "Markup" and not literal:
                yield "Markup of a value"


def faults_of(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return list(markup_faults(text))
    if path.suffix == ".js":
        return sorted({f"{found} in a script" for found in UNSAFE_SCRIPT.findall(text)})
    return faults(text)


@pytest.mark.parametrize(
    "pattern", ["templates/**/*.*", "static/*.js", "app/**/*.py"], ids=str
)
def test_nothing_breaks_the_content_security_policy(pattern: str) -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), fault)
        for path in ROOT.glob(pattern)
        if path.is_file()
        for fault in faults_of(path)
    }
    assert sorted(found - REVIEWED.keys()) == []


def test_every_reviewed_exception_is_still_needed() -> None:
    needless = {
        (name, fault)
        for name, fault in REVIEWED
        if not (ROOT / name).is_file() or fault not in faults_of(ROOT / name)
    }
    assert needless == set()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<p style='color:red'>", "style="),
        ("<style>p{}</style>", "inline <style>"),
        ("<script>alert(1)</script>", "inline <script>"),
        ('<button onclick="go()">', "onclick="),
        ('<button hx-on:click="go()">', "hx-on"),
        ('<button hx-on::after-request="go()">', "hx-on"),
        ("<form hx-vals='js:{a: 1}'>", "hx-vals=js:"),
        ('<a href="javascript:go()">', "href=js:"),
        ('<input hx-trigger="keyup[key==1]">', "hx-trigger filter"),
        ("{{ note|safe }}", "|safe"),
        ("{{ note | safe }}", "|safe"),
        ("{% autoescape false %}", "autoescape switched"),
        ('<img src="//example.org/a.png">', "src leads outside"),
        ('<a href="https://example.org">', "href leads outside"),
        ("<p {% if a %}style='x'{% endif %}>", "style="),  # hidden by a condition
    ],
)
def test_the_lint_finds(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{{ asset("app.js") }}" defer></script>',
        '<script type="application/json">{{ data }}</script>',
        '{{ field(one=1, only="x", style="wide") }}',  # arguments, not attributes
        '<svg class="icon"><use href="/static/vendor/icons.svg#x"/></svg>',
        '<a href="https://uri.amap.com/navigation?to={{ to }}">',
        "{# a comment may say onclick= and |safe #}",
    ],
)
def test_the_lint_lets_pass(text: str) -> None:
    assert faults(text) == []


def test_markup_of_a_literal_passes_and_of_a_value_does_not() -> None:
    assert list(markup_faults("Markup('<b>{}</b>').format(name)")) == []
    assert list(markup_faults("Markup(f'<b>{name}</b>')")) == ["Markup of a value"]
    assert list(markup_faults("Markup(name)")) == ["Markup of a value"]


def test_no_file_keeps_the_marks_of_a_merge() -> None:
    """Jinja, Markdown and CSS take them for text and show them to people."""
    marks = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
    folders = ("app", "kitchen", "templates", "static", "docs", "requirements")
    kinds = {".html", ".md", ".css", ".js", ".po", ".csv", ".sql", ".txt", ".in"}
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    texts = [path for path in (*files, *ROOT.glob("*.md")) if path.suffix in kinds]
    assert [path.name for path in texts if marks.search(path.read_text("utf-8"))] == []
