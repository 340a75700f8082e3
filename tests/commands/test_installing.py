"""From the demo to a real kitchen in one command, and nothing lost on the way."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from app.commands import with_database
from app.settings import Settings
from kitchen import places, staff
from kitchen.database import one
from kitchen.passwords import password_matches
from kitchen.staff import StaffFacts
from tests.commands.conftest import Run, stage


def accounts() -> list[StaffFacts]:
    async def look(_settings: Settings) -> list[StaffFacts]:
        return await staff.everyone()

    return with_database(look)


def hash_of(login: str) -> str:
    async def look(_settings: Settings) -> str:
        row = await one("SELECT password_hash FROM staff WHERE login = {}", login)
        assert row is not None
        return str(row["password_hash"])

    return with_database(look)


def test_an_empty_kitchen_gets_its_name_and_two_accounts(run: Run, data: Path) -> None:
    result = run("init", "--kitchen", "东山助餐中心", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {one["role"] for one in told["accounts"]} == {"administrator", "manager"}
    assert {person.login for person in accounts()} == {"admin", "manager"}
    for account in told["accounts"]:
        assert len(account["password"]) >= 20
        assert password_matches(hash_of(account["login"]), account["password"])

    async def kitchens(_settings: Settings) -> list[str]:
        found = await places.kitchens()
        assert set(await places.services_for(found[0].id, date(2026, 11, 29))) == {
            "lunch",
            "dinner",
        }
        return [kitchen.name for kitchen in found]

    assert with_database(kitchens) == ["东山助餐中心"]


def test_a_new_kitchens_money_is_vouched_for_from_its_first_row(
    run: Run, sqlite_data: Path
) -> None:
    """A price slipped in with a number below all others, which nobody would look at."""
    run("init", "--kitchen", "东山助餐中心")
    assert run("verify").exit_code == 0
    with closing(sqlite3.connect(sqlite_data / "nuancan.db")) as file:
        file.execute(
            "INSERT INTO list_price (id, kitchen, meal, price_fen, announced_on,"
            " valid_from, at, by) SELECT -1, kitchen, meal, 1, announced_on,"
            " valid_from, at, by FROM list_price LIMIT 1"
        )
        file.commit()
    result = run("verify")
    assert (result.exit_code, "定价 -1：没有操作记录" in result.stdout) == (1, True)


def test_the_demo_is_moved_aside_and_still_opens(run: Run, sqlite_data: Path) -> None:
    assert run("demo", "--people", "3").exit_code == 0
    result = run("init", "--kitchen", "东山助餐中心", "--json")
    kept = Path(json.loads(result.stdout)["demo_kept_in"])
    assert kept.parent == sqlite_data.parent
    assert (kept / "keys.json").exists()
    with closing(sqlite3.connect(kept / "nuancan.db")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM elder").fetchone() == (3,)
    assert {person.login for person in accounts()} == {"admin", "manager"}


def test_real_records_are_never_moved(run: Run, data: Path) -> None:
    run("init", "--kitchen", "东山助餐中心")
    before = sorted(path.name for path in data.parent.iterdir())
    result = run("init", "--kitchen", "另一个")
    assert result.exit_code == 1
    assert "真实资料" in result.stderr
    assert sorted(path.name for path in data.parent.iterdir()) == before


def test_a_demo_that_is_being_served_is_left_alone(run: Run, sqlite_data: Path) -> None:
    run("demo", "--people", "3")
    with closing(sqlite3.connect(sqlite_data / "nuancan.db")) as held:
        held.execute("BEGIN")
        held.execute("SELECT COUNT(*) FROM elder").fetchone()
        result = run("init", "--kitchen", "东山助餐中心")
    assert result.exit_code == 1
    assert "停下 serve" in result.stderr


@pytest.mark.parametrize("price", ["0", "abc", "-3", "5.005"])
def test_a_wrong_price_is_wrong_usage(run: Run, sqlite_data: Path, price: str) -> None:
    assert run("init", "--kitchen", "甲", "--price", price).exit_code == 2
    assert not (sqlite_data / "nuancan.db").exists()


def test_a_typed_password_must_be_a_good_one(run: Run, sqlite_data: Path) -> None:
    good = "三月 的 雨 下在 屋檐 上面"
    typed = f"short\nshort\n{good}\n{good}\n{good}\n{good}\n"
    result = run("init", "--kitchen", "甲", "--passwords", "ask", "--json", typed=typed)
    assert result.exit_code == 0, result.output
    assert password_matches(hash_of("admin"), good)


def test_migrate_names_the_steps_and_then_has_none(run: Run, sqlite_data: Path) -> None:
    foreseen = json.loads(run("migrate", "--dry-run", "--json").stdout)
    assert foreseen
    assert json.loads(run("migrate", "--json").stdout) == foreseen
    again = run("migrate", "--json")
    assert (again.exit_code, json.loads(again.stdout)) == (0, [])


def test_accounts_are_opened_listed_and_closed(run: Run, data: Path) -> None:
    stage()
    made = run("user", "add", "lixia", "李霞", "--role", "cook", "--kitchen", "1")
    assert made.exit_code == 0, made.output
    password = made.stdout.strip()
    assert password_matches(hash_of("lixia"), password)
    typed = "三月 的 雨 下在 屋檐 上面"
    changed = run("user", "password", "lixia", "--password-stdin", typed=f"{typed}\n")
    assert (changed.exit_code, changed.stdout) == (0, "")
    assert password_matches(hash_of("lixia"), typed)
    last = run("user", "deactivate", "lixia")
    assert (last.exit_code, last.stdout) == (1, "")  # nobody could open accounts
    run("user", "add", "admin", "管理员", "--role", "administrator")
    assert run("user", "deactivate", "lixia").exit_code == 0
    listed = json.loads(run("user", "list", "--json").stdout)
    assert {one["login"]: one["active"] for one in listed} == {
        "admin": True,
        "lixia": False,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("add", "a", "甲", "--role", "king"), 2, "king"),
        (("add", "sun", "孙", "--role", "point_staff", "--kitchen", "1"), 1, ""),
        (("password", "nobody"), 1, "没有账号 nobody"),
        (("deactivate", "nobody"), 1, "没有账号 nobody"),
    ],
)
def test_a_wrong_account_is_refused_in_a_sentence(
    run: Run, data: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    stage()
    result = run("user", *arguments)
    assert result.exit_code == code
    assert result.stderr.strip()
    assert sentence in result.stderr
    assert "Traceback" not in result.output
