"""The program as a whole: help, dates, settings, exit codes."""

import sys
from pathlib import Path

import click
import pytest

from app.commands.common import write_out
from app.settings import ACCEPTED
from tests.commands.conftest import CHINESE, Run, every_command, stage


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


WRONG_SETTINGS = [
    ("NUANCAN_PORT", "http", "整数"),
    ("NUANCAN_PORT", "70000", "1 到 65535"),
    ("NUANCAN_ZONE", "Mars/City", "Asia/Shanghai"),
    ("NUANCAN_MEALS", "tea", "breakfast、lunch、dinner"),
    ("NUANCAN_DATABASE", "mysql://…", "postgresql://"),
    ("NUANCAN_BASE_URL", "http://can.example.org", "https://"),
    ("NUANCAN_LANGUAGE", "fr", "zh 或 en"),
    ("NUANCAN_TLS", "maybe", "true 或 false"),
    ("NUANCAN_BACKUPS", "maybe", "true 或 false"),
    ("NUANCAN_DEMO", "maybe", "true 或 false"),
    ("NUANCAN_SOLVER_SECONDS", "0", "1 到 600"),
    ("NUANCAN_ROADS", "boat=http://a", "ebike=…"),
    ("NUANCAN_TILES", "tiles.example.org", "{z}"),
    ("NUANCAN_TILES_DATUM", "bd09", "gcj02"),
]
"""What was set, and a word of what would do."""


@pytest.mark.parametrize(("name", "value", "accepted"), WRONG_SETTINGS)
def test_a_wrong_setting_is_named_before_anything_is_done(
    run: Run,
    sqlite_data: object,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    accepted: str,
) -> None:
    monkeypatch.setenv(name, value.replace("…", "someone:secret@host/db"))
    result = run("verify")
    assert result.exit_code == 2
    said, would_do = result.stderr.split("应为")
    assert name in said
    assert value in said
    assert accepted in would_do
    assert "secret" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_for_every_setting_that_can_be_wrong_it_is_said_what_would_do() -> None:
    tried = {name.removeprefix("NUANCAN_").lower() for name, *_ in WRONG_SETTINGS}
    assert tried == set(ACCEPTED)


def test_a_database_out_of_reach_is_one_sentence(
    run: Run, sqlite_data: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUANCAN_DATABASE", "postgresql://x:secret@127.0.0.1:1/db")
    result = run("verify")
    assert result.exit_code == 1
    assert "连不上 NUANCAN_DATABASE 里的数据库" in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "abc", "2026-11-01", "２０２６-11"]
)
@pytest.mark.parametrize("command", ["settle", "export settlement"])
def test_a_wrong_month_is_wrong_usage(
    run: Run, sqlite_data: object, command: str, month: str
) -> None:
    if command == "export settlement" and month == "2026-11-01":
        return  # a day will do for a table
    result = run(*command.split(), month)
    assert result.exit_code == 2
    assert f"“{month}”不能用" in result.stderr
    assert "2026-11" in result.stderr


def test_without_a_kitchen_a_command_says_so(run: Run, data: object) -> None:
    result = run("export", "people")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "还没有厨房" in result.stderr


@pytest.mark.parametrize("field", ["--kitchen", "--point", "--area"])
def test_an_account_is_only_opened_for_what_there_is(
    run: Run, data: object, field: str
) -> None:
    stage()
    before = run("user", "list").stdout
    result = run("user", "add", "lixia", "李霞", "--role", "cook", field, "99")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{field}: “99”不能用,应为 1 ")
    assert run("user", "list").stdout == before


def test_an_account_of_a_point_is_of_the_points_kitchen(run: Run, data: object) -> None:
    cast = stage()
    point = str(cast.chaoyang)
    words = ("lixia", "李霞", "--role", "point_staff", "--point", point)
    assert run("user", "add", *words).exit_code == 0
    (line,) = [one for one in run("user", "list").stdout.splitlines() if "李霞" in one]
    assert line.split("\t")[3:5] == [str(cast.kitchen), point]


def test_a_file_is_where_the_command_was_typed(
    run: Run, data: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage()
    monkeypatch.setenv("NUANCAN_CALLED_FROM", str(tmp_path))
    assert run("people", "template", "-o", "people.xlsx").exit_code == 0
    assert run("export", "people", "-o", str(tmp_path / "people.csv")).exit_code == 0
    found = {file.name for file in tmp_path.iterdir() if file.is_file()}
    assert {"people.xlsx", "people.csv"} <= found


def test_a_paper_is_not_poured_over_the_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit, match="2"):
        write_out(b"%PDF-1.7", None)
    told = capsys.readouterr()
    assert (told.out, "-o" in told.err) == ("", True)
    write_out("名字".encode(), None)
    assert capsys.readouterr().out == "名字"
