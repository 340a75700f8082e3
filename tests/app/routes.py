"""Every route of the application with an address that can be asked for."""

import re
from dataclasses import dataclass

from litestar import Litestar

from app.policy import routes_of

EXAMPLES = {
    "date": "2026-11-24",
    "int": "1",
    "uuid": "6f1f9a7c-3a53-4f0e-9d61-6a0f7a1c2b10",
    "path": "nothing.css",
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    address: str
    allows: str
    csrf: str

    @property
    def is_safe(self) -> bool:
        return self.method not in UNSAFE


def routes(app: Litestar) -> list[Route]:
    """The application's routes, path parameters filled with examples."""
    return sorted(
        (
            Route(
                method,
                path,
                address_of(path),
                handler.opt["allows"],
                handler.opt.get("csrf", "token"),
            )
            for path, method, handler in routes_of(app)
        ),
        key=lambda route: (route.path, route.method),
    )


def address_of(path: str) -> str:
    def example(match: re.Match[str]) -> str:
        name, _colon, kind = match[1].partition(":")
        return EXAMPLES.get(kind, "lunch" if name == "meal" else "x")

    return re.sub(r"\{([^}]+)\}", example, path)
