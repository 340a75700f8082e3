"""The morning from the command line, as cron runs it, and what can be had after."""

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.asgi import utc_now
from app.commands import with_database
from app.papers import KINDS
from app.settings import Settings
from kitchen import food, menus
from kitchen.database import rows
from tests.commands.conftest import Run, stage
from tests.kitchen.cast import CHEN, MORNING, TODAY


def tomorrow() -> dt.date:
    """In the demo's two weeks of menus; its kitchen serves every day."""
    today = utc_now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    return today + dt.timedelta(days=1)


@pytest.fixture
def demo(run: Run, sqlite_data: Path) -> str:
    """A demo community; the day to run."""
    assert run("demo", "--people", "8", "--seed", "2").exit_code == 0
    return tomorrow().isoformat()


@pytest.mark.parametrize(
    "command", ["day {day} --seconds 1 --out {bad}", "print menu {day} -o {bad}/x.pdf"]
)
def test_what_cannot_be_written_is_not_numbered_and_in_nobodys_hands(
    run: Run, demo: str, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    bad = tmp_path / "file" / "papers"
    result = run(*command.format(day=demo, bad=bad).split())
    assert result.exit_code == 1
    assert "写不了" in result.stderr

    async def printed(_settings: Settings) -> int:
        return len(await rows("SELECT id FROM print_run WHERE day = {}", tomorrow()))

    assert with_database(printed) == 0


def test_a_month_whose_papers_cannot_be_written_stays_open(
    run: Run, data: Path, tmp_path: Path
) -> None:
    stage()
    bad = tmp_path / "nowhere" / "x.pdf"
    assert run("settle", "2026-10", "--close", "--pdf", str(bad)).exit_code == 1
    assert not json.loads(run("settle", "2026-10", "--json").stdout)["closed"]


def test_the_whole_morning_twice_prints_once(
    run: Run, demo: str, tmp_path: Path
) -> None:
    foreseen = json.loads(run("day", demo, "--dry-run", "--json").stdout)
    assert (foreseen["closed"], foreseen["files"]) == (False, [])
    assert run("day", demo, "--no-close").exit_code == 1

    out = tmp_path / "papers"
    words = ("day", demo, "--out", str(out), "--seconds", "1", "--json")
    first = run(*words)
    assert first.exit_code in (0, 3), first.output
    done = json.loads(first.stdout)
    assert done["closed"]
    assert bool(done["left"]) == (first.exit_code == 3)
    files = [Path(file) for file in done["files"]]
    assert files
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)
    names = " ".join(file.name for file in files)
    every = ("production", "packing", "sheet", "load", "labels", "roster")
    assert [kind for kind in every if KINDS[kind] not in names] == []
    again = run(*words)
    assert json.loads(again.stdout)["files"] == done["files"]
    assert json.loads(again.stdout)["plan_version"] == done["plan_version"]

    stops = json.loads(run("export", "rounds", demo, "--format", "geojson").stdout)
    assert stops["type"] == "FeatureCollection"
    assert stops["features"]
    menu = tmp_path / "menu.pdf"
    assert run("print", "menu", demo, "-o", str(menu)).exit_code == 0
    assert menu.read_bytes().startswith(b"%PDF")
    listed = json.loads(run("print", "roster", demo, "--json").stdout)
    assert {paper["kind"] for paper in listed} == {"roster"}
    balance = json.loads(run("export", "balance", demo, "--format", "json").stdout)
    assert sum(line["ordered"] for line in balance) > 0

    noon = run("verify", demo, "--json")
    (lunch,) = [one for one in json.loads(noon.stdout) if one["meal"] == "lunch"]
    assert (noon.exit_code, lunch["closed"]) == (3, False)
    assert lunch["chain"]["planned"] == done["portions"]
    assert len(lunch["differences"]) == lunch["open"] > 0
    said = run("verify", demo, "--meal", "lunch")
    assert said.exit_code == 3
    assert lunch["differences"][0]["words"] in said.stdout
    assert f"备餐 {done['portions']} · 做好 0" in said.stdout

    assert run("verify").exit_code == 0
    kept = tmp_path / "kept.db"
    assert run("backup", str(kept)).exit_code == 0
    assert run("restore", str(kept), "--dry-run").exit_code == 0
    restored = run("restore", str(kept))
    assert restored.exit_code == 0, restored.output
    assert Path(restored.stdout.strip(), "nuancan.db").exists()
    assert run("verify").exit_code == 0


def test_whoever_must_not_eat_a_dish_is_named_until_somebody_decides(
    run: Run, data: Path, tmp_path: Path
) -> None:
    async def peanuts(_settings: Settings) -> None:
        await food.load_food(by=CHEN, now=MORNING)
        [dish] = [d for d in (await food.dishes()).values() if d.name == "宫保鸡丁"]
        await menus.set_dish(
            *(cast.kitchen, TODAY, "lunch", "A", 1, dish.id), by=CHEN, now=MORNING
        )

    cast = stage()
    with_database(peanuts)
    out = ("--out", str(tmp_path), "--seconds", "1", "--json")
    result = run("day", TODAY.isoformat(), *out)
    assert result.exit_code == 3, result.output
    left = json.loads(result.stdout)["left"]
    assert any("李德福" in one and "还没定怎么办" in one for one in left), left


def test_a_day_without_eaters_is_refused_in_a_sentence(run: Run, data: Path) -> None:
    stage()
    result = run("day", "2026-11-28", "--seconds", "1")  # a Saturday
    assert result.exit_code == 1
    assert "没有人订餐" in result.stderr


def test_a_month_is_settled_as_a_table(run: Run, data: Path, tmp_path: Path) -> None:
    stage()
    book = tmp_path / "结算.xlsx"
    result = run("settle", "2026-10", "--json", "--xlsx", str(book))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["meals"] == 0
    assert book.read_bytes()[:2] == b"PK"
    closed = run("settle", "2026-10", "--close", "--json")
    assert json.loads(closed.stdout)["closed"]
    assert json.loads(run("verify", "--json").stdout)["ok"]


@pytest.mark.parametrize(
    ("kind", "form", "beginning"),
    [
        ("people", "csv", b"\xef\xbb\xbf"),
        ("people", "xlsx", b"PK"),
        ("meals", "json", b"[]"),
        ("settlement", "csv", b"\xef\xbb\xbf"),
        ("audit", "json", b"["),
        ("balance", "csv", b"\xef\xbb\xbf"),
    ],
)
def test_every_export_goes_to_standard_output(
    run: Run, data: Path, kind: str, form: str, beginning: bytes
) -> None:
    stage()
    result = run("export", kind, "2026-11-24", "--format", form)
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes.startswith(beginning)


def test_a_name_that_looks_like_a_formula_stays_a_name(run: Run, data: Path) -> None:
    stage()
    people = run("export", "people", "--format", "json").stdout
    assert {"王秀英", "李德福"} <= {person["name"] for person in json.loads(people)}
    wrong = run("export", "people", "--format", "geojson")
    assert wrong.exit_code == 2
