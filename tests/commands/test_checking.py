"""`verify` names the first bad row; `doctor` says what to do."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands import with_database
from app.doctor import Finding
from app.settings import Settings
from kitchen import (
    audit,
    day_close,
    headcounts,
    ledger,
    meals,
    registry,
    settlement,
)
from kitchen.database import insert, rows, writing
from kitchen.places import rename_area
from kitchen.settlement import MonthClose
from tests.commands.conftest import Run, stage
from tests.kitchen.cast import CHEN, MORNING, TODAY
from tests.kitchen.test_meals import hand_over, lunch_for


def with_money() -> None:
    """Money paid in, a lunch taken back and a lunch that stands."""
    cast = stage()

    async def pay(_settings: Settings) -> None:
        await ledger.top_up(
            cast.li,
            10_000,
            kitchen_id=cast.kitchen,
            point_id=cast.chaoyang,
            day=TODAY,
            by=CHEN,
            now=MORNING,
        )
        wrong = await hand_over(lunch_for(cast, cast.zhou))
        await meals.void_meal(wrong.meal_id, "按错", by=CHEN, now=MORNING)
        await hand_over(lunch_for(cast, cast.li))

    with_database(pay)


def harm(data: Path, sql: str) -> None:
    """As somebody with the file and a little SQL would."""
    with closing(sqlite3.connect(data / "nuancan.db", isolation_level=None)) as file:
        names = file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.executescript(sql)


def test_a_sound_installation_passes(run: Run, data: Path) -> None:
    with_money()
    result = run("verify", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (0, True)
    assert {check["code"]: check["checked"] for check in told["checks"]} == {
        "audit_chain": told["checks"][0]["checked"],
        "ledger": 11,
        "entries": 4,
        "rows": 4 * 2 + 2 + 1 + 2,
        "days": 0,
        "seals": 0,
        "slots": 1,
        "months": 0,
        "statements": 0,
    }


@pytest.mark.parametrize(
    ("sql", "code", "named"),
    [
        ("UPDATE audit_line SET actor = '别人' WHERE id = 4", "audit_chain", "4"),
        ("DELETE FROM audit_line WHERE id = 4", "audit_chain", "5"),
        ("UPDATE posting SET fen = 9999 WHERE id = 1", "ledger", "1"),
        ("UPDATE posting SET fen = 9999 WHERE id = 1", "entries", "1"),
        # What still balances, or leaves no trace in the books, day and month open:
        ("UPDATE posting SET fen = 2 * fen WHERE entry = 4", "rows", "分录明细 4"),
        (
            "UPDATE posting SET account = (SELECT MAX(id) FROM account) WHERE id = 3",
            "rows",
            "分录明细 2",
        ),
        ("UPDATE account SET code = 'funder:me' WHERE id = 3", "rows", "分录明细 2"),
        ("UPDATE meal SET self_pay_fen = 0 WHERE id = 2", "rows", "就餐记录 2：改动过"),
        ("UPDATE meal SET community = NULL WHERE id = 2", "rows", "就餐记录 2"),
        ("DELETE FROM meal WHERE id = 2", "rows", "就餐记录 2：不见了"),
        ("DELETE FROM meal_void", "rows", "撤销记录 1：不见了"),
        (
            "CREATE TEMP TABLE more AS SELECT * FROM meal WHERE id = 2;"
            " UPDATE more SET id = 3; INSERT INTO meal SELECT * FROM more",
            "rows",
            "就餐记录 3：没有操作记录",
        ),
        # What lets nobody have two subsidised meals:
        ("DELETE FROM meal_slot", "slots", "就餐记录 2"),
        (
            "INSERT INTO meal_slot (elder, day, meal, served)"
            " SELECT elder, day, meal, id FROM meal WHERE id = 1",
            "slots",
            "就餐记录 1",
        ),
        # The chain's tail cut off, which the chain alone cannot tell:
        (
            "DELETE FROM audit_line WHERE id >= (SELECT MAX(id) FROM audit_line"
            " WHERE action = 'meal.hand_over')",
            "rows",
            "分录 4：没有操作记录",
        ),
    ],
)
def test_the_first_bad_row_is_named(
    run: Run, sqlite_data: Path, sql: str, code: str, named: str
) -> None:
    with_money()
    harm(sqlite_data, sql)
    result = run("verify", "--json")
    assert result.exit_code == 1
    faults = {
        check["code"]: check["fault"] for check in json.loads(result.stdout)["checks"]
    }
    assert named in faults[code]


def test_a_closed_month_that_no_longer_replays_is_named(run: Run, data: Path) -> None:
    cast = stage()

    async def close(_settings: Settings) -> None:
        async with writing():
            await insert(
                MonthClose,
                kitchen=cast.kitchen,
                month="2026-10",
                report="{}",
                digest=settlement.digest_of("{}"),
                at=MORNING,
                by="陈",
            )

    with_database(close)
    result = run("verify")
    assert result.exit_code == 1
    assert "2026-10" in result.stdout


def test_a_closed_day_is_checked_against_its_rows_and_its_seal(
    run: Run, data: Path
) -> None:
    cast = stage()

    async def close(_settings: Settings) -> None:
        await headcounts.close_headcount(
            cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING
        )
        async with writing():
            await rows(
                "INSERT INTO day_close (kitchen, day, meal, summary, seal, at, by)"
                " VALUES ({}, {}, 'lunch', {}, 'AAAAAAAAAAAA', {}, '陈')",
                cast.kitchen,
                TODAY,
                "{}",
                MORNING,
            )

    with_database(close)
    result = run("verify", "--json")
    faults = {
        check["code"]: check["fault"] for check in json.loads(result.stdout)["checks"]
    }
    assert result.exit_code == 1
    assert faults["days"].startswith("2026-11-24 lunch")
    assert "AAAAAAAAAAAA" in faults["seals"]


def test_a_day_that_was_closed_cannot_vanish(run: Run, sqlite_data: Path) -> None:
    cast = stage()
    when = (cast.kitchen, TODAY, "lunch")
    guest = replace(lunch_for(cast, None), tariff="full")

    async def close(_settings: Settings) -> None:
        how = {"by": CHEN, "now": MORNING}
        for elder in (cast.wang, cast.li, cast.zhao, cast.zhou):
            await registry.set_state(
                elder, "paused", TODAY, TODAY, "探亲", by=CHEN, now=MORNING
            )
        await hand_over(guest)
        await headcounts.close_headcount(*when, **how)
        for one in (await day_close.balance_for(*when)).differences:
            await day_close.note_difference(*when, one.key, "散客", **how)
        await day_close.close_day(*when, **how)

    with_database(close)
    assert run("verify").exit_code == 0
    harm(sqlite_data, "DELETE FROM day_close")
    result = run("verify", "--json")
    assert result.exit_code == 1
    faults = {
        check["code"]: check["fault"] for check in json.loads(result.stdout)["checks"]
    }
    assert faults["seals"].startswith("2026-11-24 lunch 关账不见了")


def test_rows_of_an_older_version_are_named_and_vouched_for_once(
    run: Run, sqlite_data: Path
) -> None:
    with_money()
    harm(sqlite_data, "UPDATE audit_line SET after = '{}'")  # as it wrote its lines
    assert "还有 13 行更早的没有指纹" in run("verify").stdout
    assert json.loads(run("vouch", "--json").stdout) == {"rows": 13}
    assert run("vouch").stderr.strip() == "没有更早的账目要补"
    assert "没有指纹" not in run("verify").stdout
    harm(sqlite_data, "UPDATE meal SET self_pay_fen = 0 WHERE id = 2")
    assert "就餐记录 2：改动过" in run("verify").stdout


def test_a_seal_typed_off_a_sheet_is_compared_with_the_chain(
    run: Run, sqlite_data: Path
) -> None:
    """Nothing else sees a tail cut off that vouched for no money."""
    cast = stage()

    async def seal_of(_settings: Settings) -> str:
        await rename_area(cast.community, "新朝阳", by=CHEN, now=MORNING)
        return await audit.day_seal(TODAY)

    seal = with_database(seal_of)
    typed = f"{seal[:4].lower()} {seal[4:8]}-{seal[8:]}"
    result = run("verify", "--seal", typed)
    assert (result.exit_code, "✓" in result.stdout) == (0, True)
    for wrong in ("A", "一二三四五六七八九十一二", f"{seal}A", "' OR 1=1 --"):
        result = run("verify", "--seal", wrong)
        assert (result.exit_code, "不是封签" in result.stdout) == (1, True)
    result = run("verify", "--seal", seal, "--seal", "AAAAAAAAAAAA", "--json")
    assert [one["ok"] for one in json.loads(result.stdout)] == [True, False]
    harm(sqlite_data, "UPDATE audit_line SET actor = '别人' WHERE id = 4")
    assert "第 4 行起" in run("verify", "--seal", seal).stdout
    harm(sqlite_data, "UPDATE audit_line SET actor = '陈经理' WHERE id = 4")
    assert run("verify", "--seal", seal).exit_code == 0
    harm(
        sqlite_data,
        "DELETE FROM audit_line WHERE id = (SELECT MAX(id) FROM audit_line)",
    )
    assert run("verify").exit_code == 0
    result = run("verify", "--seal", seal)
    assert (result.exit_code, "改过或删过" in result.stdout) == (1, True)


def found(run: Run) -> dict[str, Finding]:
    listed = json.loads(run("doctor", "--json").stdout)
    return {one["code"]: Finding(**one) for one in listed}


def test_the_doctor_finds_a_sound_machine_sound(run: Run, data: Path) -> None:
    stage()
    findings = found(run)
    assert set(findings) == {
        *("folder", "keys", "libraries", "clock", "disk", "holidays", "port"),
        *("database", "fonts", "kitchen", "backup"),
    }
    for code in ("folder", "keys", "clock", "database", "fonts", "kitchen"):
        assert findings[code].ok, findings[code]


def open_to_all(data: Path) -> None:
    (data / "keys.json").chmod(0o644)


def another_byte(data: Path) -> None:
    file = next((data / "backups").glob("*.db"))
    file.write_bytes(file.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("make_ill", "code", "fix"),
    [(open_to_all, "keys", "chmod 600"), (another_byte, "backup", "backup")],
)
def test_the_doctor_says_what_to_do(
    run: Run,
    sqlite_data: Path,
    make_ill: Callable[[Path], None],
    code: str,
    fix: str,
) -> None:
    stage()
    run("backup")
    make_ill(sqlite_data)
    finding = found(run)[code]
    assert not finding.ok
    assert fix in finding.fix
    assert run("doctor").exit_code == 1


def test_the_doctor_names_who_cannot_be_printed(run: Run, data: Path) -> None:
    cast = stage()

    async def rename(_settings: Settings) -> None:
        async with writing():
            await rows(
                "UPDATE elder SET name = {} WHERE id = {}", "王\U000323af英", cast.wang
            )

    with_database(rename)
    finding = found(run)["fonts"]
    assert not finding.ok
    assert "王\U000323af英" in finding.seen


def test_a_database_that_is_behind_needs_migrate(run: Run, sqlite_data: Path) -> None:
    finding = found(run)["database"]
    assert not finding.ok
    assert finding.fix == "./run migrate"
