"""The rail shows where one is, on every page."""

from litestar import Litestar

from app.navigation import AREAS, BEHIND
from tests.app.routes import routes

WITHOUT = {"account", "jobs", "prints", "search", "sign-in", "static", "trip"}
"""One's own pages, and those that belong to every area."""


async def test_every_page_is_an_area_of_the_rail_or_behind_one(app: Litestar) -> None:
    areas = {area.module for area in AREAS}
    assert set(BEHIND.values()) <= areas
    pages = {
        route.path.split("/")[1]
        for route in routes(app)
        if route.method == "GET" and "." not in route.path
    }
    homeless = pages - areas - set(BEHIND) - WITHOUT - {"", "api", "healthz", "readyz"}
    assert homeless == set()
