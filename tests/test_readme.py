"""What the READMEs say exists: the two commands, the other commands, the links."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.zh-CN.md"]
PAGES = [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"]


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def run_commands() -> set[str]:
    """What `./run` handles itself, read from the list it prints."""
    done = subprocess.run(
        ["./run"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"^\./run ([a-z]+)", done.stdout, re.MULTILINE))


def test_the_list_of_run_names_every_command_of_the_program() -> None:
    done = subprocess.run(
        ["./run", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = re.findall(r"^ {10,}([a-z ]+)$", done.stdout, re.MULTILINE)
    assert {*" ".join(listed).split(), "serve"} == program_commands()


def program_commands() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, listed = done.stdout.partition("命令:")
    return set(re.findall(r"^  ([a-z-]+)", listed, re.MULTILINE))


@pytest.mark.parametrize("name", READMES)
def test_a_readme_begins_with_the_two_commands(name: str) -> None:
    block = text(name).partition("```sh\n")[2].partition("```")[0]
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert commands == ["./run serve", "./run test"]


def test_the_build_machine_runs_the_readmes_test_command() -> None:
    assert "exec ./run test\n" in text(".ci/run")


@pytest.mark.parametrize("name", PAGES)
def test_every_command_named_exists(name: str) -> None:
    named = set(re.findall(r"\./run ([a-z]+)", text(name)))
    table = set(re.findall(r"^\| `([a-z]+)", text(name), re.MULTILINE))
    table = table if name in READMES else set()
    assert named | table <= run_commands() | program_commands()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        path, _, heading = link.partition("#")
        assert (ROOT / (path or name)).exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", text(path or name), re.MULTILINE)
            assert heading in {h.lower().replace(" ", "-") for h in headings}, link


def test_the_two_readmes_say_the_same() -> None:
    """Same headings, same commands, same tables: a change goes into both."""

    def outline(name: str) -> tuple[int, int, list[str]]:
        page = text(name)
        return (
            len(re.findall(r"^## ", page, re.MULTILINE)),
            len(re.findall(r"^\|", page, re.MULTILINE)),
            sorted(re.findall(r"\./run [a-z]+", page)),
        )

    assert outline("README.md") == outline("README.zh-CN.md")


def test_every_setting_is_described_with_its_default() -> None:
    rows = re.findall(
        r"^\| `NUANCAN_([A-Z_]+)` \| (?:`(.*?)`)? ?\|", text("docs/settings.md"), re.M
    )
    assert dict(rows) == {
        name.upper(): in_words(field.default)
        for name, field in Settings.model_fields.items()
    }


def in_words(default: object) -> str:
    """A default as one would type it into the environment."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default is None else str(default)
