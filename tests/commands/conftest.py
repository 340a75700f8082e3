"""An installation of its own for each test, and the program run in this process."""

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.commands import HOMES, program, with_database
from app.settings import Settings
from kitchen import sealing
from tests.kitchen.cast import Cast, enter

Run = Callable[..., Result]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Path:
    """The data folder; the database is in it on SQLite, and beside it on PostgreSQL."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("NUANCAN_DATA", str(folder))
    if database_url.startswith("postgres"):
        monkeypatch.setenv("NUANCAN_DATABASE", database_url)
    return folder


@pytest.fixture
def sqlite_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same for what only an installation on SQLite does."""
    monkeypatch.setenv("NUANCAN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run() -> Run:
    """`run("day", "today")`: the command's result with both streams."""

    def invoke(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(program, arguments, input=typed)

    return invoke


def stage() -> Cast:
    """The cast in the installation of this test."""

    async def build(_settings: Settings) -> Cast:
        return await enter()

    return with_database(build)


@pytest.fixture(autouse=True)
def _own_keys() -> None:
    """Commands load the keys of their own data folder."""
    sealing.use(None)


def every_command() -> list[tuple[str, click.Command]]:
    context = click.Context(program)
    found: list[tuple[str, click.Command]] = []
    for name in HOMES:
        command = program.get_command(context, name)
        assert command is not None
        members = command.commands if isinstance(command, click.Group) else {}
        found += [(f"{name} {sub}", one) for sub, one in members.items()]
        if not members:
            found.append((name, command))
    return found
