"""`nuancan people`: the import on the command line, as a cron job would use it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands import program, with_database
from app.commands.people import people
from app.settings import Settings
from kitchen import registry, sealing
from kitchen.sheets import Sheet, read_grid, xlsx
from tests.kitchen.cast import enter

GOOD = ["刘桂兰", "女", "1944-02-29", "遗失"]
WARNED = ["吴老太", "女", "1950-01-01", ""]
BAD = ["", "女", "", ""]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with the cast in it, and a list beside it."""
    monkeypatch.setenv("NUANCAN_DATA", str(tmp_path / "data"))
    program.add_command(people)

    async def build(_settings: Settings) -> None:
        await enter()

    with_database(build)
    headers = ["姓名", "性别", "出生日期", "无证原因"]
    data = xlsx([Sheet("老人名单", headers, [GOOD, WARNED, BAD])])
    (tmp_path / "名单.xlsx").write_bytes(data)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["people", *arguments])


def found(name: str) -> int:
    async def look(_settings: Settings) -> int:
        return len(await registry.search(name))

    return with_database(look)


def test_a_dry_run_enters_nobody(home: Path) -> None:
    result = run("import", str(home / "名单.xlsx"), "--dry-run")
    assert result.exit_code == 3
    assert "✗ 4\t\t姓名没有填" in result.stdout
    assert "可以导入 2 人" in result.stderr
    assert found("刘桂兰") == 0


def test_good_rows_are_entered_and_the_others_written_back(home: Path) -> None:
    back = home / "待改.xlsx"
    result = run("import", str(home / "名单.xlsx"), "--problems", str(back))
    assert result.exit_code == 3
    assert (found("刘桂兰"), found("吴老太")) == (1, 1)
    assert [number for number, _cells in read_grid(back.read_bytes()).rows] == [1, 2]


def test_json_names_every_row(home: Path) -> None:
    result = run("import", str(home / "名单.xlsx"), "--json", "--only-clean")
    answer = json.loads(result.stdout)
    assert answer["enrolled"] == 1
    assert [row["verdict"] for row in answer["rows"]] == ["ok", "warning", "refused"]
    assert found("吴老太") == 0


def test_a_file_that_is_no_list_fails_with_a_sentence(home: Path) -> None:
    file = home / "x.xlsx"
    file.write_bytes(b"PK\x03\x04")
    result = run("import", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "文件打不开" in result.stderr
    assert run("import", str(home / "没有.xlsx")).exit_code == 2


def test_the_template_is_written(home: Path) -> None:
    file = home / "模板.xlsx"
    assert run("template", "-o", str(file)).exit_code == 0
    assert read_grid(file.read_bytes()).rows[0][1][0] == "姓名"
    assert run("template", "-o", str(file), "--kitchen", "99").exit_code == 1


@pytest.fixture(autouse=True)
def _keys_put_back(keyring: sealing.Keyring) -> None:
    sealing.use(keyring)
