"""`serve` as a new user meets it: an empty folder, and what it prints is enough."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.words.roles import role_word
from kitchen.staff import ROLES

ROOT = Path(__file__).resolve().parent.parent.parent
ACCOUNT = re.compile(r"^ {4}(\w+) +(\S+) +(\w+)$")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def told(tmp_path: Path) -> Iterator[list[str]]:
    """What it says until it is up, line by line; it runs as long as the test."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", str(port)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "NUANCAN_DATA": str(tmp_path / "new")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    lines = []
    try:
        for line in server.stderr:
            lines.append(line.rstrip("\n"))
            if line.strip().startswith("admin "):  # the last account
                break
        with httpx.Client(transport=httpx.HTTPTransport(retries=60)) as client:
            client.get(f"http://127.0.0.1:{port}/readyz").raise_for_status()
        yield lines
    finally:
        server.terminate()
        server.communicate(timeout=60)


def test_what_serve_prints_is_enough_to_sign_in_as_each_role(told: list[str]) -> None:
    text = "\n".join(told)
    here = re.search(r"打开 (http://127\.0\.0\.1:\d+)", text)
    password = re.search(r"密码都是 (\S+)\)", text)
    assert here is not None
    assert password is not None
    accounts = [found.groups() for line in told if (found := ACCOUNT.match(line))]
    assert {role for _login, _name, role in accounts} == set(map(role_word, ROLES))
    for login, name, role in accounts:
        with httpx.Client(base_url=here[1]) as client:
            form = {"login": login, "password": password[1]}
            assert client.post("/api/session", json=form).status_code == 201
            me = client.get("/api/session").json()
            assert (me["name"], role_word(me["role"])) == (name, role)


def served(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "serve", *options],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "NUANCAN_DATA": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_port_in_use_is_said_before_anything_is_made_or_printed(
    tmp_path: Path,
) -> None:
    """Whoever opened the address would meet another program's pages."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = served(tmp_path / "new", "--port", str(port))
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert f"127.0.0.1:{port} 已经有程序在用" in line
    assert f"--port {port + 1}" in line
    assert not (tmp_path / "new").exists()


def test_a_port_there_is_not_is_wrong_usage(tmp_path: Path) -> None:
    ended = served(tmp_path / "new", "--port", "99999")
    assert ended.returncode == 2
    assert "99999" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_of_another_machine_is_one_sentence(tmp_path: Path) -> None:
    ended = served(tmp_path / "new", "--host", "192.0.2.1")
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "不能在 192.0.2.1:8420 上监听" in line
