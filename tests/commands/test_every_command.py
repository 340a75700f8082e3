"""What holds for every command: `--dry-run` on what writes, `--json` on a table."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import click
import pytest

from kitchen.sheets import Sheet, xlsx
from tests.commands.conftest import Run, every_command

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Scene:
    """A command as it is typed, whether in a demo community, and how it may end."""

    typed: str
    demo: bool = True
    writes: bool = True
    codes: tuple[int, ...] = (0,)


SCENES = {
    "serve": Scene("--port 8420", demo=False),
    "demo": Scene("--people 8", demo=False),
    "init": Scene("--kitchen East --passwords generate"),
    "migrate": Scene("", demo=False),
    "people template": Scene("-o people.xlsx"),
    "people import": Scene("list.xlsx", codes=(3,)),
    "day": Scene("tomorrow --seconds 1 --out papers", codes=(0, 3)),
    "print": Scene("menu tomorrow -o menu.pdf"),
    "settle": Scene("2026-10 --close --xlsx a.xlsx --pdf a.pdf", codes=(0, 3)),
    "export": Scene("people -o people.csv"),
    "user list": Scene("", writes=False),
    "user add": Scene("lixia 李霞 --role cook --kitchen 1"),
    "user password": Scene("wu"),
    "user deactivate": Scene("wu"),
    "backup": Scene(""),
    "restore": Scene("kept.db"),
    "verify": Scene("", writes=False),
    "vouch": Scene(""),
    "doctor": Scene("", writes=False, codes=(0, 1)),
}

COMMANDS = dict(every_command())


def test_every_command_has_its_scene() -> None:
    assert SCENES.keys() == COMMANDS.keys()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that the demo is put in by whoever comes first."""
    return tmp_path_factory.mktemp("demo") / "there"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is typed; the installation is in `data` below."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUANCAN_DATA", "data")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the children, from elsewhere
    return tmp_path


def set_the_scene(scene: Scene, folder: Path, prepared: Path, run: Run) -> None:
    if not scene.demo:
        return
    if not prepared.exists():
        assert run("demo", "--people", "8", "--seed", "2").exit_code == 0
        assert run("backup", "kept.db").exit_code == 0
        rows = [["刘桂兰", "女", "1944-02-29", "遗失"], ["", "女", "", ""]]
        headers = ["姓名", "性别", "出生日期", "无证原因"]
        Path("list.xlsx").write_bytes(xlsx([Sheet("老人名单", headers, rows)]))
        shutil.copytree(folder, prepared)
    shutil.copytree(prepared, folder, dirs_exist_ok=True)


def everything(folder: Path) -> dict[str, str]:
    """Every file by its content, every table by its rows."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = str(file.relative_to(folder))
        if not file.name.startswith("nuancan.db"):
            found[name] = (
                sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
            )
    if (folder / "data/nuancan.db").exists():
        with closing(sqlite3.connect(folder / "data/nuancan.db")) as base:
            found["rows"] = sha256("\n".join(base.iterdump()).encode()).hexdigest()
    return found


@pytest.mark.parametrize("name", SCENES)
def test_a_dry_run_writes_nothing_and_what_writes_has_one(
    name: str, folder: Path, prepared: Path, run: Run
) -> None:
    scene = SCENES[name]
    set_the_scene(scene, folder, prepared, run)
    words, options = [*name.split(), *scene.typed.split()], options_of(COMMANDS[name])
    before = everything(folder)
    assert ("--dry-run" in options) == scene.writes
    if scene.writes:
        dry = run(*words, "--dry-run")
        assert dry.exit_code in scene.codes, dry.output
        assert dry.stdout or dry.stderr, "it says what it would do"
        assert everything(folder) == before
        if "--json" in options:
            told = run(*words, "--dry-run", "--json").stdout
            assert told == "" or json.loads(told) is not None
            assert everything(folder) == before
    if name == "serve":
        return  # started for real in test_serving.py
    done = run(*words)
    assert done.exit_code in scene.codes, done.output
    assert (everything(folder) != before) == scene.writes
    if "\t" in done.stdout:
        assert "--json" in options, "what prints a table has it as JSON too"


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params for name in param.opts}
