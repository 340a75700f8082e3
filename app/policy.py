"""Who may do what: one table, action → roles. What is not listed is denied.

Every route names its action with `allows="resource.verb"`; a route that names
none, or one that is not in this table, stops the start-up. The manager holds every
act of the day, because in a small kitchen one person does it all; the administrator
keeps accounts and settings and sees no business data; the auditor only reads.
"""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import (
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.handlers.base import BaseRouteHandler

from app.typed import FIRST_IMPOSSIBLE_ID
from kitchen.staff import Actor

PUBLIC = "public"

# Short names keep the table readable as a table.
_M, _D, _P, _V, _C = "manager", "dispatcher", "point_staff", "driver", "cook"
_F, _K, _S, _A, _X = "finance", "clerk", "supervisor", "auditor", "administrator"

ROLES: tuple[str, ...] = (_M, _D, _P, _V, _C, _F, _K, _S, _A, _X)
_EVERYONE = frozenset(ROLES)


def _only(*roles: str) -> frozenset[str]:
    return frozenset(roles)


ACTIONS: dict[str, frozenset[str]] = {
    "self.use": _EVERYONE,  # own sessions, own password, own preferences
    "today.read": _only(_M, _D, _P, _V, _C, _F, _K, _S),
    "search.use": _only(_M, _D, _P, _F, _K, _S),
    # people and places
    "registry.read": _only(_M, _D, _P, _F, _K, _S),
    "registry.write": _only(_M, _K),
    "registry.move": _only(_M, _K, _S),  # a third move in a year: the supervisor alone
    "registry.reveal": _only(_M, _P, _K, _S),  # each look is logged
    "registry.health": _only(_M, _K, _S),
    "registry.delete": _only(_M),
    "places.read": _only(_M, _D, _P, _C, _F, _K, _S, _A, _X),
    "places.write": _only(_M, _X),
    "imports.write": _only(_M, _K),
    # what people eat
    "plans.read": _only(_M, _D, _P, _F, _K, _S),
    "plans.write": _only(_M, _P, _K),
    "food.read": _only(_M, _D, _P, _C, _F, _K, _S, _A),
    "food.write": _only(_M, _C),
    "menus.read": _only(_M, _D, _P, _V, _C, _F, _K, _S, _A),
    "menus.write": _only(_M, _C),
    "menus.publish": _only(_M),
    "headcounts.read": _only(_M, _D, _P, _C, _F, _K, _S, _A),
    "headcounts.change": _only(_M, _P),
    "headcounts.close": _only(_M),
    # the kitchen's morning
    "production.read": _only(_M, _D, _P, _C, _S, _A),
    "production.write": _only(_M, _C),
    "production.record": _only(_M, _C),
    "safety.read": _only(_M, _P, _C, _S, _A),
    "safety.record": _only(_M, _P, _C),
    "safety.packs": _only(_M, _C),
    "hands.read": _only(_M, _C, _S, _A),
    "hands.record": _only(_M, _C),
    "hands.write": _only(_M),
    "goods.read": _only(_M, _C, _F, _S, _A),
    "goods.write": _only(_M, _C),
    "goods.recall": _only(_M),
    "rounds.read": _only(_M, _D, _V, _S, _A),
    "rounds.plan": _only(_M, _D),
    "rounds.publish": _only(_M, _D),
    "weather.read": _only(_M, _D, _P, _K, _S),
    "weather.write": _only(_M, _D, _P),
    "drivers.read": _only(_M, _D, _S),
    "drivers.write": _only(_M, _D),
    "prints.read": _only(_M, _D, _P, _C, _F, _S, _A),
    "prints.print": _only(_M, _D, _P, _C, _F),
    # at the doors and tables
    "deliveries.read": _only(_M, _D, _V, _S, _A),
    "deliveries.report": _only(_M, _D, _V),
    "doors.read": _only(_M, _D, _K, _S),
    "doors.write": _only(_M, _D),
    "incidents.read": _only(_M, _D, _P, _K, _S, _A),
    "incidents.write": _only(_M, _D, _P, _K),
    "callbacks.read": _only(_M, _K, _S, _A),
    "callbacks.write": _only(_M, _K),
    "dining.read": _only(_M, _P, _F, _S, _A),
    "dining.serve": _only(_M, _P),
    "dining.undo": _only(_M, _P),
    "dining.decide": _only(_M, _F),  # finance only notes what came after the seal
    "dining.shift": _only(_M, _P),
    "dining.tablets": _only(_M),  # one is lost, or was found
    "dining.receive": _only(_M, _P),
    # money
    "ledger.read": _only(_M, _F, _S, _A),
    "ledger.top_up": _only(_M, _P, _F),
    "ledger.reverse": _only(_M, _F),
    "ledger.refund": _only(_M, _F),
    "subsidies.read": _only(_M, _P, _F, _K, _S, _A),
    "subsidies.propose": _only(_M, _F),
    "subsidies.confirm": _only(_M, _K),  # who enters or leaves by birthday
    "subsidies.approve": _only(_M, _S),  # never the proposer: the verb refuses that
    "balance.read": _only(_M, _D, _F, _S, _A),
    "balance.close": _only(_M),
    "settlement.read": _only(_M, _F, _S, _A),
    "settlement.close": _only(_M, _F),
    "settlement.settle": _only(_M, _F),  # a word, or a case, for each finding
    "settlement.recover": _only(_M, _F),
    "settlement.lift": _only(_M, _S),
    "settlement.correct": _only(_M, _F),  # a closed month, in a later one
    "settlement.pay": _only(_M, _F),  # what a funder paid
    "settlement.export": _only(_M, _F, _S, _A),
    "statements.read": _only(_M, _F, _K, _S, _A),
    "statements.draw": _only(_M, _F),
    "statements.sign": _only(_M, _F, _K, _S),  # whose step it is, the verb decides
    # the house
    "staff.read": _only(_M, _S, _A, _X),
    "staff.write": _only(_M, _X),
    "settings.read": _only(_M, _A, _X),
    "settings.write": _only(_M, _X),
    "audit.read": _only(_M, _S, _A),
    "jobs.read": _EVERYONE,  # the page shows one's own; see jobs.visible_to
    "health.read": _only(_M, _A, _X),
}


def may(actor: Actor | None, action: str) -> bool:
    """True when the table gives this actor's role the action."""
    if action == PUBLIC:
        return True
    return actor is not None and actor.role in ACTIONS[action]


def requires_permission(
    connection: ASGIConnection[Any, Any, Any, Any],
    route_handler: BaseRouteHandler,
) -> None:
    """Guard of every route: 401 without a person, 403 without the right, 404 for an
    id that no row can have (PostgreSQL would call it a fault)."""
    action = route_handler.opt.get("allows", "")
    if action == PUBLIC:
        return
    actor = actor_of(connection)
    if actor is None:
        raise NotAuthorizedException
    if actor.role not in ACTIONS.get(action, frozenset()):
        raise PermissionDeniedException
    numbers = (n for n in connection.path_params.values() if isinstance(n, int))
    if any(not 0 <= number < FIRST_IMPOSSIBLE_ID for number in numbers):
        raise NotFoundException


def actor_of(
    connection: ASGIConnection[Any, Any, Any, Any],
) -> Actor | None:
    actor = connection.scope["state"].get("actor")
    return actor if isinstance(actor, Actor) else None


def routes_of(app: Litestar) -> Iterator[tuple[str, str, BaseRouteHandler]]:
    """Every (path, method, handler) the application answers by its own code."""
    for route in app.routes:
        handlers = getattr(route, "route_handlers", None) or (
            getattr(route, "route_handler", None),
        )
        for handler in handlers:
            if handler is None:
                continue
            for method in sorted(getattr(handler, "http_methods", ())) or ["ASGI"]:
                if method != "OPTIONS":  # answered by the framework itself
                    yield route.path, method, handler


def refuse_unnamed_routes(app: Litestar) -> None:
    """Stop the start-up when a route does not say which action it is."""
    for path, method, handler in routes_of(app):
        action = handler.opt.get("allows")
        if action != PUBLIC and action not in ACTIONS:
            raise RuntimeError(
                f"{method} {path} names no known action: allows={action!r}; "
                "choose one from app/policy.py or add it there"
            )
