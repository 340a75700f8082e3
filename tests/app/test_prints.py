"""The desk of papers: printed once, read again, never a stale one unnoticed."""

import asyncio
import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from litestar import Litestar

from app import print_desk, print_papers, printing
from app.desk import Desk
from app.morning import MAKERS
from app.morning import MORNING as MORNING_PAPERS
from app.papers import SHEET_FIELDS
from app.print_options import PrintOptions
from app.settings import Settings
from kitchen import headcounts, prints, round_changes, round_publishing
from kitchen.database import Engine
from kitchen.errors import Refusal
from kitchen.prints import PrintFacts
from kitchen.round_plans import latest_plan
from kitchen.round_sheets import sheet_views
from tests.app.client import Client, SignInAs
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.prints.conftest import texts

HERE = f"/prints/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "prints", "print_options", "jobs")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Drawing is slow and the same on both engines; what they must agree on is
    tested with the kitchen's own prints."""
    return sqlite_database


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    """The cast with a closed count and a published round; 赵秀兰 is on no round."""
    cast = await rounds.a_morning()
    _inputs, plan = await rounds.solved(cast)
    await round_publishing.publish(
        plan.facts.id, "陈经理：赵奶奶自己来取", by=CHEN, now=MORNING
    )
    return cast


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk.of(settings)


async def held(cast: Cast) -> dict[tuple[str, str], PrintFacts]:
    found = await prints.who_holds(cast.kitchen, TODAY, "lunch")
    return {facts.about: facts for facts in found}


async def zhao_gets_on_the_round(cast: Cast) -> None:
    """After the sheet was printed, the waiting person is put on the first round."""
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    lost = plan.stops_of(None)[0]
    await round_changes.move_stop(lost.id, plan.rounds[0].id, 1, by=CHEN, now=MORNING)
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    await round_publishing.publish(plan.facts.id, "赵奶奶上车", by=CHEN, now=MORNING)


async def test_the_page_lists_every_paper_as_not_printed(
    manager: Client, cast: Cast
) -> None:
    page = await manager.get(HERE)
    assert page.status_code == 200
    for words in (
        "送餐单",
        "装箱卡",
        "餐盒标签",
        "待解决名单",
        "就餐名单",
        "朝阳就餐点",
    ):
        assert words in page.text
    assert "未打印" in page.text
    assert "已打印" not in page.text


async def test_printing_a_sheet_leaves_a_numbered_version_and_its_pages(
    manager: Client, cast: Cast, settings: Settings
) -> None:
    number = (await sheet_views(cast.kitchen, TODAY, "lunch"))[0].number
    answer = await manager.submit(HERE, kind="sheet", subject=f"round:{number}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{HERE}/sheet/round:{number}.pdf"
    pdf = await manager.get(answer.headers["Location"])
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["Cache-Control"] == "no-store"
    assert f"单号{number}·第1版" in texts(pdf.content)[0]
    again = await manager.submit(HERE, kind="sheet", subject=f"round:{number}")
    assert again.status_code == 303
    assert (await held(cast))["sheet", f"round:{number}"].version == 1
    (kept,) = (settings.data / "prints").iterdir()
    assert b"%PDF" not in kept.read_bytes()
    assert "第 1 版已打印" in (await manager.get(HERE)).text


async def test_a_paper_nobody_printed_is_shown_as_a_preview(
    manager: Client, cast: Cast
) -> None:
    pdf = await manager.get(f"{HERE}/unplaced.pdf")
    assert "预览，没有登记，不作数" in texts(pdf.content)[0]
    assert await held(cast) == {}


@pytest.mark.parametrize("kinds", [("sheet",), tuple(MAKERS)])
async def test_printing_again_voids_what_is_gone_and_nothing_else(
    cast: Cast, desk: Desk, kinds: tuple[str, ...]
) -> None:
    first = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch")
    await print_desk.print_now(desk, cast.kitchen, first, by=CHEN, now=MORNING)
    before = set(await held(cast))
    assert ("unplaced", "all") in before
    await zhao_gets_on_the_round(cast)
    again = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch", kinds)
    await print_desk.print_now(desk, cast.kitchen, again, by=CHEN, now=MORNING)
    gone = before - set(await held(cast))
    assert ("unplaced", "all") in gone
    assert {kind for kind, _ in gone} <= {"unplaced", "labels"}


async def test_a_change_makes_only_the_papers_concerned_stale(
    manager: Client, cast: Cast, desk: Desk
) -> None:
    every = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch")
    await print_desk.print_now(desk, cast.kitchen, every, by=CHEN, now=MORNING)
    await zhao_gets_on_the_round(cast)
    every = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch")
    found = await prints.prints_for(cast.kitchen, TODAY, "lunch")
    stale = {
        (paper.kind, paper.subject)
        for paper in every
        if prints.state_of(found, paper.kind, paper.subject, paper.digest) == "stale"
    }
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    changed = f"round:{plan.rounds[0].number}"
    assert ("sheet", changed) in stale
    assert ("labels", changed) in stale
    assert not any(kind == "roster" for kind, _ in stale)
    page = await manager.get(HERE)
    assert "第 1 版已过期" in page.text
    assert "待解决名单" in page.text  # its paper is out there, its people are not
    slip = await manager.submit(HERE, kind="sheet", subject=changed, slip="1")
    text = "".join(texts(slip.content))
    assert "赵秀兰" in text
    assert "第1版作废，以第2版为准" in text
    assert (await held(cast))["sheet", changed].version == 2
    assert ("unplaced", "all") not in await held(cast)  # voided: nobody waits now


async def test_what_was_drawn_is_not_drawn_again(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same content is the same pages; only what changed is drawn."""
    every = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch")
    first = await print_desk.print_now(desk, cast.kitchen, every, by=CHEN, now=MORNING)
    monkeypatch.setattr(printing, "START_SECONDS", 0.0)  # nobody can draw any more
    monkeypatch.setattr(printing, "DOCUMENT_SECONDS", 0.0)
    again = await print_desk.print_now(desk, cast.kitchen, every, by=CHEN, now=MORNING)
    assert [made.pdf for made in again] == [made.pdf for made in first]
    await zhao_gets_on_the_round(cast)
    changed = await print_papers.papers_for(desk, cast.kitchen, TODAY, "lunch")
    with pytest.raises(Refusal, match="print_failed"):
        await print_desk.print_now(desk, cast.kitchen, changed, by=CHEN, now=MORNING)


async def test_the_difference_page_names_each_line(manager: Client, cast: Cast) -> None:
    plan = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert plan is not None
    subject = f"round:{plan.rounds[0].number}"
    await manager.submit(HERE, kind="sheet", subject=subject)
    same = await manager.get(f"{HERE}/sheet/{subject}/changes")
    assert "纸上和现在一样" in same.text
    await zhao_gets_on_the_round(cast)
    page = await manager.get(f"{HERE}/sheet/{subject}/changes")
    assert "新增" in page.text
    assert "赵秀兰" in page.text


async def test_the_whole_morning_is_one_job(
    manager: Client, cast: Cast, app: Litestar
) -> None:
    answer = await manager.submit(HERE)
    assert answer.headers["Location"].startswith("/jobs/")
    seen: list[str] = []
    job = await _finished(manager, answer.headers["Location"], seen)
    assert HERE in job
    counts = [re.search(r"已排好 (\d+) 份，共 (\d+) 份", page) for page in seen]
    assert {int(one[2]) for one in counts if one}, "so many of so many papers"
    papers = await held(cast)
    assert {"sheet", "labels", "load", "roster", "unplaced", "packing"} <= {
        kind for kind, _ in papers
    }
    bundle = await manager.get(f"{HERE}/all.zip")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        names = archive.namelist()
        assert any(name.endswith("-钱师傅0.pdf") or "趟" in name for name in names)
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    joined = await manager.get(f"{HERE}/joined/roster.pdf")
    assert sum("第1/" in text for text in texts(joined.content)) == 2


async def _finished(client: Client, location: str, seen: list[str]) -> str:
    for _ in range(1_200):
        page = await client.get(location)
        seen.append(page.text)
        if "看结果" in page.text or "没有做成" in page.text:
            return page.text
        await asyncio.sleep(0.25)
    raise AssertionError(page.text)


async def test_every_delivered_or_collected_portion_has_a_label_of_its_own(
    cast: Cast, desk: Desk, tmp_path: Path
) -> None:
    written = await print_desk.print_morning(
        cast.kitchen, TODAY, "lunch", tmp_path, desk=desk, by=CHEN, now=MORNING
    )
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    boxed = sorted(e.diner_id for e in eaters if e.way != "dine_in")
    labels = await prints.current_labels(cast.kitchen, TODAY, "lunch")
    assert sorted(label.diner_id or 0 for label in labels) == boxed
    files = [path.name for path in written]
    assert any("送餐单" in name for name in files)
    assert any(name.startswith("餐盒标签-全部") for name in files)


async def test_labels_wait_for_the_closed_count(manager: Client) -> None:
    cast = await enter()
    desk_page = await manager.get(HERE)
    assert "就餐名单" in desk_page.text
    assert "餐盒标签" not in desk_page.text
    assert await prints.current_labels(cast.kitchen, TODAY, "lunch") == []


# Privacy: UX §6.6


MARKERS = (
    "13800138000",  # her telephone
    "330102194511030042",  # her ID number
    "13900139000",  # her son's telephone
    "13700137000",  # the neighbour's
    "独居",
    "living_alone",
    "低保",
)


async def drawn(desk: Desk, cast: Cast, options: PrintOptions) -> dict[str, str]:
    """Kind of paper → the text of all of them."""
    papers = await print_papers.papers_for(
        desk, cast.kitchen, TODAY, "lunch", MORNING_PAPERS, options
    )
    found: dict[str, str] = {}
    made = await print_desk.print_now(desk, cast.kitchen, papers, by=CHEN, now=MORNING)
    for one in made:
        text = "".join(texts(one.pdf))
        found[one.paper.kind] = found.get(one.paper.kind, "") + text
    return found


async def test_each_paper_shows_people_as_far_as_it_may(cast: Cast, desk: Desk) -> None:
    text = await drawn(desk, cast, PrintOptions())
    for kind, page in text.items():
        for marker in MARKERS:
            assert marker not in page, (kind, marker)
    assert "王秀英" in text["sheet"]
    assert "8000" in text["sheet"]  # the tail of her telephone
    assert "王*英" in text["labels"]
    assert "李德福" in text["roster"]
    for kind in ("labels", "load", "packing"):
        assert not any(name in text[kind] for name in ("王秀英", "赵秀兰", "周建国"))


async def test_a_strict_kitchen_prints_surname_and_title_and_no_tail(
    cast: Cast, desk: Desk
) -> None:
    text = await drawn(desk, cast, PrintOptions(strict_names=True))
    assert "王奶奶" in text["sheet"]
    assert "尾号" not in text["sheet"] + text["roster"] + text["unplaced"]
    for name in ("王秀英", "李德福", "赵秀兰", "周建国"):
        assert not any(name in page for page in text.values())


@pytest.mark.parametrize(
    ("role", "readable", "closed"),
    [
        ("cook", "packing", "sheet/round:1"),
        ("supervisor", "packing", "roster/point:1"),
        ("finance", "balance", "unplaced"),
    ],
)
async def test_roles_read_only_their_papers(
    cast: Cast, sign_in_as: SignInAs, role: str, readable: str, closed: str
) -> None:
    person = await sign_in_as(role, kitchen_id=cast.kitchen)
    assert (await person.get(f"{HERE}/{readable}.pdf")).status_code == 200
    assert (await person.get(f"{HERE}/{closed}.pdf")).status_code == 404


async def test_point_staff_see_their_own_point_alone(
    cast: Cast, sign_in_as: SignInAs
) -> None:
    sun = await sign_in_as("point_staff", point_id=cast.chaoyang)
    page = await sun.get(HERE)
    assert "朝阳就餐点" in page.text
    assert "新华就餐点" not in page.text
    other = await sun.get(f"{HERE}/roster/point:{cast.xinhua}.pdf")
    assert other.status_code == 404


# How papers look


async def test_the_kitchen_chooses_how_its_papers_look(
    manager: Client, cast: Cast
) -> None:
    chosen = {
        "size": "a4",
        "offset_x": "-1.5",
        "offset_y": "0.5",
        "strict_names": "on",
        "field1": "diet",
        "field2": "times",
    }
    answer = await manager.submit("/prints/options", **chosen)
    assert answer.status_code == 303
    stored = PrintOptions.from_json(await prints.options_of(cast.kitchen))
    assert stored.strict_names
    assert (stored.labels.size, stored.labels.offset_x) == ("a4", -15)
    assert stored.labels.fields == ("diet", "times")
    assert stored.sheet_fields == SHEET_FIELDS  # nothing said: as usual


async def test_the_look_is_previewed_as_typed_and_kept_only_when_saved(
    manager: Client, cast: Cast
) -> None:
    chosen = {
        "size": "100x70",
        "offset_x": "0",
        "offset_y": "0",
        "field1": "times",
        "field2": "diet",
        "sheet1": "note",
        "sheet2": "diet",
    }
    page = await manager.submit("/prints/options", preview="1", **chosen)
    assert page.status_code == 200
    assert await prints.options_of(cast.kitchen) == {}
    (shown,) = re.findall(r'iframe src="([^"]+)"', page.text)
    assert "csrf" not in shown
    pdf = await manager.get(unescape(shown))
    label, sheet = texts(pdf.content)[:2]
    assert label.index("前吃完") < label.index("软食")
    assert "王" not in label  # no field asked for the name
    assert sheet.index("敲门要响") < sheet.index("低盐", sheet.index("楼·单元·门"))
    assert "尾号" not in sheet
    refused = await manager.submit("/prints/options", **{**chosen, "sheet2": "tail"})
    assert refused.status_code == 422
    assert "送餐单上必须有饮食" in refused.text
    await manager.submit("/prints/options", **chosen)
    stored = PrintOptions.from_json(await prints.options_of(cast.kitchen))
    assert (stored.labels.size, stored.sheet_fields) == ("100x70", ("note", "diet"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "80x50"},  # no such roll
        {"offset_x": "11"},  # more than a centimetre
        {"offset_y": "半毫米"},  # no number
        {"field1": "name", "field2": "place"},  # neither diet nor times
        {"field1": "phone"},  # never on a label
    ],
)
async def test_a_layout_that_cannot_be_is_answered_with_a_sentence(
    manager: Client, cast: Cast, wrong: dict[str, str]
) -> None:
    usual = {
        "size": "60x40",
        "offset_x": "0",
        "offset_y": "0",
        "field1": "diet",
        "field2": "times",
    }
    answer = await manager.submit("/prints/options", **{**usual, **wrong})
    assert answer.status_code == 422
    assert await prints.options_of(cast.kitchen) == {}


async def test_the_balance_to_sign_is_never_an_old_one(
    manager: Client, cast: Cast
) -> None:
    await manager.submit(HERE, kind="balance", subject="all")
    pdf = await manager.get(f"{HERE}/balance.pdf")
    assert "单号301·第1版" in texts(pdf.content)[0]
    await zhao_gets_on_the_round(cast)
    pdf = await manager.get(f"{HERE}/balance.pdf")
    assert "预览" in texts(pdf.content)[0]


def test_options_of_another_time_fall_back_to_the_usual() -> None:
    usual = PrintOptions()
    assert PrintOptions.from_json({}) == usual
    assert PrintOptions.from_json({"labels": {"size": "90x90", "new": 1}}) == usual
    assert PrintOptions.from_json(usual.as_json()) == usual


async def test_member_cards_are_printed_for_a_point(
    manager: Client, cast: Cast
) -> None:
    assert (await manager.get("/prints/cards")).status_code == 200
    subject = f"point:{cast.chaoyang}"
    answer = await manager.submit(HERE, kind="cards", subject=subject)
    assert answer.status_code == 303
    pdf = await manager.get(answer.headers["Location"])
    assert "李德福" in "".join(texts(pdf.content))


async def test_nothing_to_print_is_said(manager: Client, cast: Cast) -> None:
    answer = await manager.submit(HERE, kind="menu")
    assert answer.status_code == 409
    assert "没有内容可打印" in answer.text


async def test_a_lost_paper_is_a_lost_page(manager: Client, cast: Cast) -> None:
    for path in (
        "sheet/round:99.pdf",
        "production.pdf",  # no menu
        "nonsense.pdf",
        "sheet/round:1.png",
        "joined/menu.pdf",
    ):
        assert (await manager.get(f"{HERE}/{path}")).status_code == 404


async def test_the_month_is_printed_from_its_own_address(
    manager: Client, cast: Cast
) -> None:
    pdf = await manager.get("/prints/settlement/2026-11.pdf")
    assert "2026-11月度结算表" in texts(pdf.content)[0]
    assert (await manager.get("/prints/settlement/2026-13.pdf")).status_code == 404
