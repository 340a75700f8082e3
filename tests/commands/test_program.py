"""The program as a whole: help, dates, settings, exit codes."""

import re

import click
import pytest

from app.commands import HOMES, program
from tests.commands.conftest import Run

CHINESE = re.compile(r"[\u4e00-\u9fff]")


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


@pytest.mark.parametrize(("name", "command"), every_command())
def test_every_command_has_chinese_help_and_one_example(
    name: str, command: click.Command
) -> None:
    help_text = command.help or ""
    assert CHINESE.search(help_text)
    assert help_text.count("例:./run ") == 1
    assert f"./run {name}" in help_text
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert not CHINESE.search(parameter.make_metavar(click.Context(command)))


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    assert run("fly").exit_code == 2


@pytest.mark.parametrize("day", ["never", "2026-02-30", "11.24", "+x", ""])
def test_a_wrong_day_is_named_with_what_would_do(
    run: Run, sqlite_data: object, day: str
) -> None:
    result = run("print", "menu", day)
    assert result.exit_code == 2
    assert f"“{day}”" in result.stderr
    assert "tomorrow" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("NUANCAN_PORT", "http"), ("NUANCAN_ZONE", "Mars/City"), ("NUANCAN_MEALS", "tea")],
)
def test_a_wrong_setting_is_named_before_anything_is_done(
    run: Run,
    sqlite_data: object,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    result = run("verify")
    assert result.exit_code == 2
    assert name in result.stderr
    assert value in result.stderr


def test_without_a_kitchen_a_command_says_so(run: Run, data: object) -> None:
    result = run("export", "people")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "还没有厨房" in result.stderr
