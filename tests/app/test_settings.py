"""Settings from the environment, the way the operator's machine really is."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.asgi import create_app
from app.headers import connection_facts, known_host
from app.settings import Settings
from kitchen.database import Engine
from tests.app.client import Client, Clock


def test_without_any_variable_it_starts_on_this_machine() -> None:
    settings = Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8420)
    assert settings.database_url.startswith("sqlite:///")
    assert settings.database_url.endswith("/data/nuancan.db")


def test_variables_have_one_prefix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUANCAN_PORT", "9001")
    monkeypatch.setenv("NUANCAN_DATA", str(tmp_path))
    monkeypatch.setenv("NUANCAN_MEALS", "dinner, lunch")
    monkeypatch.setenv("NUANCAN_TRUSTED_PROXIES", "10.0.0.1,10.1.0.0/16")
    monkeypatch.setenv("PORT", "1")
    settings = Settings()
    assert (settings.port, settings.data) == (9001, tmp_path)
    assert settings.meals == ("lunch", "dinner")  # in the order of the day
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "abc"),
        ("ZONE", "Asia/Nowhere"),
        ("MEALS", "brunch"),
        ("BASE_URL", "http://canteen.example.org"),  # phones are outside the LAN
        ("LANGUAGE", "fr"),
        ("SOLVER_SECONDS", "-1"),
    ],
)
def test_a_wrong_variable_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"NUANCAN_{name}", value)
    with pytest.raises((ValidationError, KeyError)):
        Settings()


def test_the_databases_address_is_not_printed() -> None:
    settings = Settings(database="postgresql://user:secret@host/db")
    assert settings.database_url == "postgresql://user:secret@host/db"
    assert "secret" not in repr(settings)


def scope(client: str, **headers: str) -> Any:
    return {
        "client": (client, 1),
        "scheme": "http",
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in headers.items()
        ],
    }


@pytest.mark.parametrize(
    ("proxies", "client", "forwarded", "seen"),
    [
        ((), "203.0.113.9", "10.9.9.9", "203.0.113.9"),  # nobody is believed
        (("10.0.0.1",), "203.0.113.9", "10.9.9.9", "203.0.113.9"),  # not a proxy
        (("10.0.0.1",), "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (("10.0.0.1",), "10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (("10.0.0.0/8",), "10.0.0.1", "198.51.100.7, 10.2.2.2", "198.51.100.7"),
        (("10.0.0.1",), "10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_named_proxies_are_believed(
    proxies: tuple[str, ...], client: str, forwarded: str, seen: str
) -> None:
    facts = connection_facts(Settings(trusted_proxies=proxies))
    address, secure = facts(
        scope(client, x_forwarded_for=forwarded, x_forwarded_proto="https")
    )
    assert address == seen
    assert secure is (client in ("10.0.0.1",) and bool(proxies))


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8420", True),
        ("192.168.1.20:8420", True),
        ("[::1]:8420", True),
        ("localhost", True),
        ("canteen.local:8420", True),
        ("can.example.org", True),  # the base address's own name
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_a_lan_needs_no_setting_and_a_strange_name_is_not_ours(
    host: str, known: bool
) -> None:
    is_ours = known_host(Settings(base_url="https://can.example.org"))
    assert is_ours(host) is known


async def test_behind_tls_the_cookie_is_bound_to_the_host(
    sqlite_database: Engine, tmp_path: Path, clock: Clock
) -> None:
    settings = Settings(data=tmp_path, tls=True, backups=False)
    app = create_app(settings, clock=clock, areas=("signin",), own_database=False)
    async with app.lifespan(), Client(app) as client:
        page = await client.get("/sign-in")
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
        assert "Secure" in page.headers["Set-Cookie"]
        assert "没有 HTTPS" not in page.text
