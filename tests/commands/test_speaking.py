"""Chinese first, English by NUANCAN_LANGUAGE: help, and every answer to wrong usage."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app import commands
from app.commands.speaking import (
    Speaking,
    columns,
    example_of,
    named,
    paragraphs,
    wrapped,
)
from app.commands.values import Kind
from app.i18n import english
from tests.commands.conftest import CHINESE, Run, every_command

EVERY = every_command()
FOLDER = Path(commands.__file__).parent
LANGUAGES = ["zh", "en"]
CLICKS = re.compile(
    r"Error:|Usage:.*Try|Missing|Invalid|No such|Got unexpected|requires"
)
NEVER_RIGHT = "\u00e9?"
"""Typed where a word, number, day or month is wanted."""


@pytest.fixture(params=LANGUAGES)
def language(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, sqlite_data: Path
) -> str:
    monkeypatch.setenv("NUANCAN_LANGUAGE", request.param)
    return str(request.param)


def in_its_language(text: str, language: str) -> bool:
    """Examples name people and files in Chinese; all else is in one language."""
    told = [line for line in text.splitlines() if "./run " not in line and line]
    if language == "zh":
        return all(CHINESE.search(line) for line in told if line[-1:] != ":")
    return not CHINESE.search("".join(told))


@pytest.mark.parametrize(("name", "command"), EVERY)
def test_every_help_text_is_in_english_too(name: str, command: click.Command) -> None:
    assert isinstance(command, Speaking)
    texts = [*paragraphs(command), *(param.help or "" for param in command.params)]
    assert all(texts), "every argument and option says what it is"
    assert [text for text in texts if text not in english()] == []


@pytest.mark.parametrize(("name", "_command"), EVERY)
def test_help_is_in_one_language_and_within_the_terminal(
    run: Run, language: str, name: str, _command: click.Command
) -> None:
    result = run(*name.split(), "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Show this message" not in result.stdout
    if language == "en":
        assert in_its_language(result.stdout, "en")
    assert max(columns(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.parametrize(("name", "command"), EVERY)
def test_wrong_usage_names_what_was_typed_and_what_would_do(
    run: Run, language: str, name: str, command: click.Command
) -> None:
    context = click.Context(command)
    for typed, wanted in wrong_usages(command, context):
        result = run(*name.split(), *typed)
        assert (result.exit_code, result.stdout) == (2, ""), (typed, result.output)
        said, *usage = result.stderr.splitlines()
        assert all(word in said for word in wanted), said
        assert not CLICKS.search(said)
        assert f"nuancan {name}" in usage[0] or f"program {name}" in usage[0]
        assert in_its_language(said, language), said
        assert usage[-2].endswith(example_of(command))


def wrong_usages(
    command: click.Command, context: click.Context
) -> Iterator[tuple[list[str], list[str]]]:
    """What is typed, and words the answer has to have."""
    yield ["--fly"], ["--fly", "--help"]
    yield ["--help=3"], ["--help"]
    rest = [p for p in command.params if isinstance(p, click.Argument)]
    enough = [right_for(p) for p in rest]
    for param in command.params:
        if isinstance(param, click.Option):
            if param.is_flag:
                yield [f"{param.opts[-1]}=3"], [param.opts[-1]]
                continue
            yield [*enough, param.opts[-1]], [param.opts[-1]]
        if isinstance(param.type, Kind) and param.type.name not in ("FILE", "FOLDER"):
            before = enough[: rest.index(param)] if param in rest else []
            option = [] if param in rest else [param.opts[-1]]
            wrong = "" if param.type.name == "TEXT" else NEVER_RIGHT
            yield [*before, *option, wrong], [named(param, context), f"“{wrong}”"]
    required = [p for p in command.params if p.required]
    if required and isinstance(required[0], click.Argument):
        yield [], [named(required[0], context)]


def right_for(argument: click.Argument) -> str:
    words = getattr(argument.type, "words", None)
    return (
        words[0] if words else "2026-11" if argument.type.name == "YYYY-MM" else "today"
    )


def test_one_word_too_many_is_named(run: Run, language: str) -> None:
    result = run("doctor", "please")
    assert result.exit_code == 2
    assert "“please”" in result.stderr
    assert in_its_language(result.stderr, language) or language == "zh"


def test_an_unknown_command_is_answered_with_those_there_are(
    run: Run, language: str
) -> None:
    for typed in (["fly"], ["user", "fly"]):
        result = run(*typed)
        assert result.exit_code == 2
        said = result.stderr.splitlines()[0]
        assert "“fly”" in said
        assert ("doctor" if typed == ["fly"] else "deactivate") in said
        assert in_its_language(said, language)


def literal_chinese(path: Path) -> Iterator[str]:
    """Chinese said past the catalogue: neither marked, nor a docstring, nor help."""
    tree = ast.parse(path.read_text("utf-8"))
    through = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            marked = isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
            inner = (
                node.args
                if marked
                else [k.value for k in node.keywords if k.arg == "help"]
            )
            through |= {id(part) for one in inner for part in ast.walk(one)}
        elif isinstance(node, ast.Expr):
            through.add(id(node.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in through:
            continue
        if isinstance(node.value, str) and CHINESE.search(node.value):
            yield node.value


DATA = {"命令行", "老人名单", "单据", r"例:\./run .*", r"例:(\./run .*)"}
"""What is written into the records, names of files and sheets, and how an example is
found."""


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem
)
def test_a_command_says_nothing_past_the_catalogue(path: Path) -> None:
    assert set(literal_chinese(path)) <= DATA


def test_no_line_of_chinese_begins_with_a_closing_mark_or_is_too_wide() -> None:
    text = "先停下(serve),再做一次。" * 9 + " ./run verify --seal ABCDEFGH2345"
    for width in range(20, 70):
        lines = list(wrapped(text, width, "  "))
        assert all(columns(line) <= max(width, 30) for line in lines)
        assert not any(line.strip()[0] in ",。)" for line in lines)
        assert "".join("".join(lines).split()) == "".join(text.split())
