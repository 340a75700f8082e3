"""What the documents list is what there is: settings with defaults, routes, links."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from app import controllers
from app.asgi import create_app
from app.policy import routes_of
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
SETTING = re.compile(
    r"^\| `NUANCAN_(\w+)` \| (?:`([^`]*)`)? ?\| (.+?) \|", re.MULTILINE
)


def test_every_setting_is_listed_once_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    listed = {
        name.lower(): default for name, default, _meaning in SETTING.findall(text)
    }
    assert list(listed) == list(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        assert field.default is not PydanticUndefined
        assert listed[name] == shown(field.default), name


def shown(default: object) -> str:
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case tuple():
            return ",".join(str(part) for part in default)
        case _:
            return str(default)


def test_every_json_route_is_on_the_integrators_page() -> None:
    text = (ROOT / "docs" / "integrators.md").read_text("utf-8")
    app = create_app(Settings(), areas=controllers.MODULES)
    routes = {
        (method, path)
        for path, method, _handler in routes_of(app)
        if path.startswith("/api/") and method in ("GET", "POST", "DELETE")
    }
    lost = [path for _method, path in routes if last_word(path) not in text]
    assert lost == []
    for path in ("/api/session", "/api/meals", "/api/verify", "/healthz", "/readyz"):
        assert path in text


def last_word(path: str) -> str:
    """ "/void" of "/api/meals/{meal_id:int}/void"."""
    return "/" + next(part for part in reversed(path.split("/")) if "{" not in part)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    lost = [
        link
        for link in links
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert lost == []


CASE = re.compile(
    r"^\| (\d+) \| (\d+) \| (\d+) \| [\d.]+ % \| ([\d.]+) \| \d+ \| (\d+) \|$",
    re.MULTILINE,
)


def test_the_menu_planner_was_measured_as_it_was_promised() -> None:
    """Two weeks for 300 elders within 30 s on two cores, within 5 % of the bound."""
    text = (ROOT / "docs" / "menu-benchmarks.md").read_text("utf-8")
    assert "30 seconds by the clock" in text
    assert "Machine: 2 cores" in text
    found = [[float(cell) for cell in row] for row in CASE.findall(text)]
    assert [row[0] for row in found] == list(range(1, 11))
    for case, points, bound, seconds, broken in found:
        assert 0 < bound <= points, case
        assert (points - bound) / points <= 0.05, case
        assert seconds <= 30, case
        assert broken == 0, case


def test_the_forecast_was_measured_as_it_was_promised() -> None:
    """A tenth nearer than the best same-weekday mean, and as sure as it says."""
    text = (ROOT / "docs" / "forecast-benchmarks.md").read_text("utf-8")
    number = r"\| ([\d.]+)(?: %)? "
    row = re.compile(rf"^\| (guests|no-shows|walk-ins) {number * 7}\|$", re.MULTILINE)
    found = {what: list(map(float, cells)) for what, *cells in row.findall(text)}
    assert list(found) == ["guests", "no-shows", "walk-ins"]
    for what, cells in found.items():
        days, error, _alone, mean, gain, _gain_alone, holds = cells
        assert days >= 1000, what
        assert gain == pytest.approx(100 * (1 - error / mean), abs=0.5), what
        assert gain >= 10, what
        assert 85 <= holds <= 95, what
