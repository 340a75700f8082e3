"""The same application, clients and databases as the page tests."""

from tests.app.conftest import (  # re-exported: pytest finds fixtures by name here
    app,
    areas,
    clock,
    manager,
    pages,
    settings,
    sign_in_as,
    visitor,
)

__all__ = [
    "app",
    "areas",
    "clock",
    "manager",
    "pages",
    "settings",
    "sign_in_as",
    "visitor",
]
