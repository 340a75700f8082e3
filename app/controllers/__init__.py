"""The pages, one module for each area; each exports its `handlers`."""

import importlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from litestar.types import ControllerRouterHandler

MODULES = (
    "signin",
    "today",
    "search",
    "registry",
    "imports",
    "places",
    "plans",
    "food",
    "menus",
    "headcounts",
    "forecasts",
    "production",
    "wastes",
    "safety",
    "hands",
    "goods",
    "buying",
    "recalls",
    "rounds",
    "drivers",
    "helpers",
    "weather",
    "prints",
    "print_options",
    "deliveries",
    "loadings",
    "doors",
    "trip",
    "hotline",
    "observations",
    "callbacks",
    "provider_scores",
    "feedback_slips",
    "feedback",
    "dining",
    "balance",
    "subsidies",
    "approved_prices",
    "programmes",
    "ledger",
    "settlement",
    "recoveries",
    "claims",
    "corrections",
    "statements",
    "costs",
    "audit",
    "staff",
    "settings",
    "jobs",
    "health",
    "api_session",
    "api",
    "api_meals",
    "api_rounds",
)


@cache
def is_built(module: str) -> bool:
    """False for an area whose module does not exist: it stays out of the rail."""
    return find_spec(f"app.controllers.{module}") is not None


def handlers_of(modules: Sequence[str] = MODULES) -> list[ControllerRouterHandler]:
    """The route handlers of every area that exists."""
    handlers: list[ControllerRouterHandler] = []
    for module in modules:
        if is_built(module):
            area = importlib.import_module(f"app.controllers.{module}")
            handlers.extend(area.handlers)
    return handlers
