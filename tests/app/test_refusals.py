"""Every "no" of the business has its sentence, and exactly one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.refusals import areas, sentence_for, sentences
from kitchen.errors import Refusal

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*(ROOT / "kitchen").glob("*.py"), *(ROOT / "app").rglob("*.py")])


def codes_raised_in(path: Path) -> Iterator[str]:
    """The literal codes of `Refusal("…")`; both arms of a conditional code."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Refusal"
            and node.args
        ):
            code = node.args[0]
            arms = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            for arm in arms:
                if isinstance(arm, ast.Constant) and isinstance(arm.value, str):
                    yield arm.value


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if list(codes_raised_in(path))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_code_a_module_raises_has_a_sentence(path: Path) -> None:
    assert set(codes_raised_in(path)) - set(sentences()) == set(), (
        "add to app/words/<area>.py"
    )


def test_a_code_has_one_home() -> None:
    homes: dict[str, set[str]] = {}
    for area, codes in areas().items():
        for code in codes:
            homes.setdefault(code, set()).add(area)
    assert {code: found for code, found in homes.items() if len(found) > 1} == {}


def test_a_fact_too_few_is_still_told() -> None:
    assert sentence_for(Refusal("password_short")) == "密码太短：至少 … 个字符"


def test_an_unknown_code_is_told_by_its_name() -> None:
    assert "no_such_code" in sentence_for(Refusal("no_such_code"))
