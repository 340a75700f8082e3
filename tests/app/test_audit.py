"""The audit page: what happened, in words, and whether the chain holds."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from app.words.audit import action_words
from kitchen import audit
from kitchen import database as doors
from kitchen.database import Engine
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import enter
from tests.test_a_day import live_through


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "staff", "audit")


async def note(clock: Clock, **facts: Any) -> None:
    line: dict[str, Any] = {
        "by": "陈主管",
        "staff_id": None,
        "at": clock(),
        "action": "elder.change",
        "object_kind": "elder",
        "object_id": 7,
    }
    async with doors.writing():
        await audit.record(**(line | facts))


async def test_an_act_is_told_in_words(manager: Client, clock: Clock) -> None:
    await note(clock, before={"door": "301"}, after={"door": "302"}, reason="搬家")
    page = (await manager.get("/audit")).text
    for told in ("陈主管", "老人 修改", "301", "302", "搬家", "11月24日 周二 08:30"):
        assert told in page


async def test_a_sealed_value_stays_sealed(manager: Client, clock: Clock) -> None:
    before, after = audit.sealed_diff(
        "elder", 7, {"phone": "13800138000"}, {"phone": "13900139000"}, {"phone"}
    )
    await note(clock, before=before, after=after)
    page = (await manager.get("/audit")).text
    assert "（加密）" in page
    assert "139001" not in page
    assert str(after["phone"]) not in page


async def test_lines_are_filtered_by_person_object_and_day(
    sign_in_as: SignInAs, clock: Clock
) -> None:
    await note(clock, reason="第一天")
    clock.forward(days=1)
    await note(clock, by="孙阿姨", object_kind="staff", reason="第二天")
    client = await sign_in_as("auditor", "郑审计")
    by_day = (await client.get("/audit", params={"day": "2026-11-24"})).text
    assert "第一天" in by_day
    assert "第二天" not in by_day
    by_person = (await client.get("/audit", params={"who": "孙阿姨"})).text
    assert "第二天" in by_person
    assert "第一天" not in by_person
    by_kind = (await client.get("/audit", params={"what": "elder"})).text
    assert "第一天" in by_kind
    assert "第二天" not in by_kind


@pytest.mark.parametrize(
    "params", [{"day": "昨天"}, {"what": "'; DROP TABLE audit_line"}, {"who": "%"}]
)
async def test_an_odd_question_gets_a_page(
    manager: Client, params: dict[str, str]
) -> None:
    assert (await manager.get("/audit", params=params)).status_code == 200


async def test_older_lines_are_a_page_away(manager: Client, clock: Clock) -> None:
    for n in range(101):
        await note(clock, reason=f"第{n}次")
    first = (await manager.get("/audit")).text
    assert "第100次" in first
    assert ">第0次<" not in first
    line = await doors.one("SELECT MIN(id) AS id FROM audit_line")
    assert line
    older = await manager.get("/audit", params={"before": line["id"] + 1})
    assert ">第0次<" in older.text


async def test_the_auditor_verifies_the_chain(
    sign_in_as: SignInAs, clock: Clock
) -> None:
    auditor = await sign_in_as("auditor", "郑审计")
    await note(clock)
    page = await auditor.get("/audit/verification")
    assert "审计链完整" in page.text
    seal = await audit.day_seal(auditor.app.state.clock().date())
    assert seal in page.text
    for typed, told in ((seal.lower(), "对得上"), ("A" * 12, "删过"), ("<b>", "不是")):
        page = await auditor.get("/audit/verification", params={"seal": typed})
        assert told in page.text


def recorded_actions() -> set[str]:
    """Every action that the source names where it records one."""
    found: set[str] = set()
    for path in [*Path("kitchen").rglob("*.py"), *Path("app").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and called(node) in RECORDERS:
                given = [one.value for one in node.keywords if one.arg == "action"]
                for part in [*given, *node.args[:1]]:
                    parts = [w for w in ast.walk(part) if isinstance(w, ast.Constant)]
                    words = {str(word.value) for word in parts}
                    found |= {word for word in words if NAMED.fullmatch(word)}
    return found


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


RECORDERS = {"record", "trace", "_trace", "_record"}
NAMED = re.compile(r"[a-z_]+\.[a-z_]+")


def test_everything_that_is_recorded_has_its_words() -> None:
    actions = recorded_actions()
    assert {"dining.open_shift", "reveal.contact", "claim.undo_payment"} <= actions
    assert unsaid(actions) == set()


def unsaid(actions: Iterable[str]) -> set[str]:
    return {action for action in actions if re.search("[a-z]", action_words(action))}


async def test_a_whole_day_is_told_in_words(database: Engine) -> None:
    """… those too whose names are put together: of pots, doors and calls."""
    cast = await enter()
    await live_through(cast)
    found = {
        line["action"] for line in await doors.rows("SELECT action FROM audit_line")
    }
    assert len(found) > 20
    assert unsaid(found) == set()
