"""`pip install .` gives the program `nuancan` to any folder, with all it needs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKED = ("app", "kitchen", "planning", "routing", "static", "templates")
BESIDE = ("pyproject.toml", "README.md", "requirements")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the product in it, and the libraries of this one in reach;
    built from a copy, because building leaves its traces beside the source."""
    folder = tmp_path_factory.mktemp("installed")
    source, home = folder / "source", folder / "home"
    for name in (*PACKED, *BESIDE):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(ROOT / name, source / name)
    told([sys.executable, "-m", "venv", "--without-pip", str(home)])
    site(home).joinpath("libraries.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin/python"), "install"]
    alone = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet"]
    told([*pip, *alone, "--disable-pip-version-check", str(source)])
    shutil.rmtree(source)
    return home


def site(home: Path) -> Path:
    (found,) = home.glob("lib/python*/site-packages")
    return found


def told(command: Sequence[str], **where: object) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=240,
        **where,  # type: ignore[call-overload]
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_everything_in_the_folders_is_installed(home: Path) -> None:
    for name in PACKED:
        for file in (ROOT / name).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert (site(home) / file.relative_to(ROOT)).is_file(), file


def test_the_installed_program_works_in_an_empty_folder(
    home: Path, tmp_path: Path
) -> None:
    """A community put in, a paper drawn by its child, tables, the machine examined:
    templates, styles, words, upgrades and data are all found there."""
    env = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    env |= {"NUANCAN_LANGUAGE": "en"}
    env.pop("NUANCAN_DATA", None)

    def nuancan(*words: str) -> str:
        return told([str(home / "bin/nuancan"), *words], cwd=tmp_path, env=env)

    assert "Commands:\n  serve" in nuancan("--help")
    nuancan("demo", "--people", "3")
    assert nuancan("user", "list").startswith("login\tname")
    nuancan("print", "menu", "today", "-o", "menu.pdf")
    assert (tmp_path / "menu.pdf").read_bytes().startswith(b"%PDF")
    nuancan("backup")
    assert len(list((tmp_path / "data/backups").glob("*.db"))) == 1
