"""Who may do what, over every route: generated from the routes, none left out."""

import hashlib
import sqlite3
from pathlib import Path

import pytest
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException

from app.asgi import create_app
from app.policy import ACTIONS, PUBLIC, ROLES, refuse_unnamed_routes
from app.settings import Settings
from kitchen import staff
from kitchen.database import Engine
from kitchen.sqlite_engine import KeptSQLiteEngine
from tests.app.client import Client, SignInAs
from tests.app.routes import Route, routes


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Permission is decided before the database: one engine is enough here."""
    return sqlite_database


def test_the_table_speaks_of_the_roles_that_exist() -> None:
    assert ROLES == staff.ROLES
    assert all(roles <= set(ROLES) and roles for roles in ACTIONS.values())


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_the_administrator_sees_no_business_data(action: str) -> None:
    area = action.partition(".")[0]
    allowed = {"self", "places", "staff", "settings", "jobs", "health"}
    assert "administrator" not in ACTIONS[action] or area in allowed


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_the_auditor_only_reads(action: str) -> None:
    verb = action.partition(".")[2]
    assert "auditor" not in ACTIONS[action] or verb in ("read", "export", "use")


def test_the_manager_alone_can_run_the_whole_day() -> None:
    missing = {action for action, roles in ACTIONS.items() if "manager" not in roles}
    assert missing == set()


@pytest.mark.parametrize("allows", [None, "", "menus.eat", "menus"])
def test_a_route_without_a_known_action_stops_the_start(allows: str | None) -> None:
    named = {} if allows is None else {"allows": allows}

    @get("/somewhere", **named)
    async def somewhere() -> None: ...

    with pytest.raises(RuntimeError, match="names no known action"):
        refuse_unnamed_routes(Litestar([somewhere], openapi_config=None))


def test_two_handlers_of_one_address_stop_the_start() -> None:
    @get("/somewhere", allows=PUBLIC)
    async def here() -> None: ...

    @get("/somewhere", allows=PUBLIC)
    async def there() -> None: ...

    with pytest.raises(ImproperlyConfiguredException):
        Litestar([here, there], openapi_config=None)


async def ask(client: Client, route: Route) -> int:
    if route.is_safe:
        return (await client.request(route.method, route.address)).status_code
    if route.path.startswith("/api"):
        return (await client.json(route.address, {})).status_code
    return (await client.submit(route.address)).status_code


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_its_routes_and_no_others(
    app: Litestar, sign_in_as: SignInAs, role: str
) -> None:
    """Allowed: anything but 401, 403 or a fault. Denied: 403, always."""
    wrong = []
    client = await sign_in_as(role)
    for route in routes(app):
        if route.allows == PUBLIC:
            continue
        if route.path.startswith(("/account", "/staff", "/api/session")):
            client = await sign_in_as(role)  # these may end the session that asks
        status = await ask(client, route)
        allowed = role in ACTIONS[route.allows]
        if (status in (401, 403) or status >= 500) if allowed else status != 403:
            wrong.append((route.method, route.path, status, allowed))
    assert wrong == []


async def test_nobody_gets_in_without_signing_in(
    app: Litestar, visitor: Client
) -> None:
    await visitor.get("/sign-in")
    wrong = []
    for route in routes(app):
        if route.allows == PUBLIC:
            continue
        answer = await visitor.request(
            route.method, route.address, headers={"X-CSRF-Token": visitor.token}
        )
        led_to_the_door = answer.status_code == 303 and answer.headers[
            "Location"
        ].startswith("/sign-in")
        if answer.status_code != 401 and not led_to_the_door:
            wrong.append((route.method, route.path, answer.status_code))
    assert wrong == []


async def test_another_sites_page_can_send_nothing(
    app: Litestar, sign_in_as: SignInAs
) -> None:
    """Every unsafe route: without a token, with another session's, from elsewhere."""
    other = await sign_in_as("manager")
    clients: dict[str, Client] = {}
    wrong = []
    for route in routes(app):
        if route.is_safe or route.csrf != "token":
            continue
        client = clients.get(route.allows) or await sign_in_as(
            "manager" if route.allows == PUBLIC else sorted(ACTIONS[route.allows])[0]
        )
        clients[route.allows] = client
        tries = {
            "no token": {},
            "another session's token": {"X-CSRF-Token": other.token},
            "cross-site": {
                "X-CSRF-Token": client.token,
                "Sec-Fetch-Site": "cross-site",
            },
            "same-site": {"X-CSRF-Token": client.token, "Sec-Fetch-Site": "same-site"},
            "foreign origin": {
                "X-CSRF-Token": client.token,
                "Origin": "http://evil.example",
            },
            "text that looks like JSON": {"Content-Type": "text/plain"},
        }
        for name, headers in tries.items():
            answer = await client.request(
                route.method, route.address, headers=headers, content=b'{"a": 1}'
            )
            if answer.status_code != 403:
                wrong.append((route.method, route.path, name, answer.status_code))
    assert wrong == []


def fingerprint(database: Engine) -> str:
    """Every row of every table but the sessions the test itself opens."""
    assert isinstance(database, KeptSQLiteEngine)
    with sqlite3.connect(Path(str(database.path))) as connection:
        lines = [
            line
            for line in connection.iterdump()
            if '"session"' not in line and '"staff"' not in line
        ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("role", ["manager", "administrator", "driver"])
async def test_looking_changes_nothing(
    app: Litestar, database: Engine, sign_in_as: SignInAs, role: str
) -> None:
    client = await sign_in_as(role)
    before = fingerprint(database)
    for route in routes(app):
        if route.is_safe:
            await ask(client, route)
            assert fingerprint(database) == before, route


async def test_an_unknown_host_name_is_not_answered(visitor: Client) -> None:
    answer = await visitor.get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "evil.example" not in answer.text


def test_the_application_starts_with_no_setting_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert create_app(Settings())
