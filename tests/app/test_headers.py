"""What every answer carries, on every route and every error."""

import json
import re

import pytest
from litestar import Litestar

from app.headers import ALWAYS
from kitchen.database import Engine
from tests.app.client import Client, SignInAs
from tests.app.routes import routes


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    return sqlite_database


def missing_headers(answer_headers: dict[str, str]) -> set[str]:
    missing = {
        name
        for name, value in ALWAYS.items()
        if answer_headers.get(name.lower()) != value
    }
    for name in ("cache-control", "vary"):
        if name not in answer_headers:
            missing.add(name)
    if "server" in answer_headers:
        missing.add("server must not be told")
    return missing - (
        # a sheet shown in a frame of our own page says so itself
        {"Content-Security-Policy"}
        if answer_headers.get("content-type") == "application/pdf"
        else set()
    )


async def test_every_route_answers_with_every_header(
    app: Litestar, sign_in_as: SignInAs
) -> None:
    wrong = []
    client = await sign_in_as("manager")
    for route in routes(app):
        if route.path.startswith(("/account", "/staff", "/api/session", "/sign")):
            client = await sign_in_as("manager")  # these may end the session
        answer = await client.request(
            route.method, route.address, headers={"X-CSRF-Token": client.token}
        )
        lacking = missing_headers(dict(answer.headers))
        if lacking:
            wrong.append((route.method, route.path, answer.status_code, lacking))
    assert wrong == []


async def test_visitors_and_lost_pages_get_them_too(
    app: Litestar, visitor: Client, manager: Client
) -> None:
    answers = [
        await visitor.get("/"),
        await visitor.get("/nowhere"),
        await manager.get("/nowhere"),
        await manager.get("/static/nothing.css"),
        await manager.post("/nowhere"),
        await manager.request("DELETE", "/account"),  # 405
        await manager.submit("/account/password", old="x" * 700_000),  # 413
        await visitor.get("/sign-in", headers={"Host": "evil.example"}),  # 421
        await visitor.get("/account", headers={"HX-Request": "true"}),  # 401
        await manager.post("/account/password"),  # 403, no token
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [303, 404, 404, 404, 404, 405, 413, 421, 401, 403]
    assert [missing_headers(dict(answer.headers)) for answer in answers] == [set()] * 10


async def test_pages_are_not_kept_and_files_are_kept_for_good(
    app: Litestar, manager: Client
) -> None:
    page = await manager.get("/account")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Vary"] == "HX-Request, Cookie"
    name = re.search(r"/static/app\.[0-9a-f]{12}\.css", page.text)
    assert name
    file = await manager.get(name[0])
    assert "immutable" in file.headers["Cache-Control"]
    assert "set-cookie" not in file.headers
    assert file.headers["Content-Type"].startswith("text/css")


async def test_tls_is_insisted_on_only_where_it_is(
    manager: Client,
) -> None:
    answer = await manager.get("/account")
    assert "strict-transport-security" not in answer.headers
    assert "没有 HTTPS" in answer.text


async def test_htmx_is_told_the_strict_rules(manager: Client) -> None:
    page = await manager.get("/account")
    meta = re.search(r'name="htmx-config" content="([^"]+)"', page.text)
    assert meta
    config = json.loads(meta[1].replace("&#34;", '"'))
    assert config["allowEval"] is False
    assert config["allowScriptTags"] is False
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0


async def test_an_error_is_a_page_a_fragment_or_json(manager: Client) -> None:
    page = await manager.get("/nowhere")
    assert "<html" in page.text
    assert "没有这一页" in page.text
    part = await manager.fragment("/nowhere")
    assert "<html" not in part.text
    assert part.headers["HX-Retarget"] == "#notices"
    data = await manager.get("/nowhere", headers={"Accept": "application/json"})
    assert data.json()["code"] == "http_404"
    assert set(data.json()) == {"code", "message", "facts"}


async def test_a_page_that_never_was_can_be_asked_for_by_nobody(
    visitor: Client,
) -> None:
    answer = await visitor.get("/nowhere/<script>alert(1)</script>?q=%22%3E")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
