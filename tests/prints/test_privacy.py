"""What is on no paper, read back from the PDFs: whole telephone numbers, ID numbers,
entitlements, illnesses; and names where a wall or a stranger would read them."""

import io
import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from app import papers, print_desk, print_papers
from app.desk import Desk
from app.morning import MAKERS, morning_for, papers_of
from app.paper_html import document_for
from app.paper_scene import Office
from app.papers import KINDS, Paper, Stamp
from app.papers.base import Paper as Root
from app.print_options import PrintOptions
from app.print_store import PrintStore
from app.printing import render
from kitchen import registry, round_publishing, settlement, statements, weather
from kitchen.database import Engine
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.signed import sign_days
from tests.kitchen.test_recalls import rice_of
from tests.remembered import remembered
from tests.test_a_day import lived_day, plan_the_menu

SECRETS = (
    *("13800138000", "13900139000", "13700137000"),  # hers, the son's, the neighbour's
    *("330102194511030042", "0042"),  # ID number and its tail
    *("低保", "特困", "独居", "糖尿病", "吞咽", "民政局证明"),
)
NAMES = ("王秀英", "李德福", "赵秀兰", "周建国", "王强", "刘芳")
NAMELESS = (
    *("production", "packing", "purchase", "load", "labels", "menu", "feedback"),
)
FORBIDDEN = {"id_number", "id_tail", "categories", "category", "illness", "birth_date"}


def text_of(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return "".join("".join(pages).split())


async def the_mornings_papers(options: PrintOptions) -> list[Paper]:
    cast = await rounds.a_morning()
    await plan_the_menu(cast)
    for code in ("low_income", "destitute"):
        await registry.set_category(
            cast.wang, code, TODAY, None, "民政局证明：糖尿病", by=CHEN, now=MORNING
        )
    _inputs, plan = await rounds.solved(cast)
    await round_publishing.publish(plan.facts.id, "陈经理", by=CHEN, now=MORNING)
    await weather.begin(cast.kitchen, TODAY, 130, 30, "台风", by=CHEN, now=MORNING)
    office = Office(ZoneInfo("Asia/Shanghai"), base_url="https://example.org")
    morning = await morning_for(cast.kitchen, TODAY, "lunch", office, options)
    return papers_of(morning)


async def drawn(every: list[Paper]) -> list[tuple[Paper, str]]:
    stamp = Stamp(1, 1, "11-24 09:20")
    printed = await render([document_for(paper, stamp) for paper in every])
    return [(p, text_of(one.pdf)) for p, one in zip(every, printed, strict=True)]


async def test_no_paper_of_the_morning_tells_more_than_its_reader_needs(
    database: Engine,
) -> None:
    pages = await drawn(await the_mornings_papers(PrintOptions()))
    kinds = {paper.kind for paper, _text in pages}
    assert kinds >= set(MAKERS) - {"purchase"}
    for paper, text in pages:
        for secret in SECRETS:
            assert secret not in text, (paper.kind, secret)
        if paper.kind in NAMELESS:
            assert not any(name in text for name in NAMES), paper.kind
    sheets = "".join(text for paper, text in pages if paper.kind == "sheet")
    assert "王秀英" in sheets  # the driver reads the whole name
    assert "8000" in sheets  # … and the tail of the number


async def test_a_strict_kitchen_prints_neither_given_names_nor_tails(
    database: Engine,
) -> None:
    pages = await drawn(await the_mornings_papers(PrintOptions(strict_names=True)))
    for paper, text in pages:
        assert not any(name in text for name in NAMES), paper.kind
        assert "8000" not in text, paper.kind


def shows(text: str) -> str:
    """How far people are named: whole, masked, or not at all."""
    if any(name in text for name in NAMES):
        return "whole"
    masked = re.search("[\u4e00-\u9fff]\\*[\u4e00-\u9fff]", text)
    return "masked" if masked else "nobody"


async def the_offices_papers(cast: Cast, desk: Desk) -> dict[str, str]:
    """What is printed after the day, by kind: its text."""
    closed = datetime(2027, 1, 5, 2, tzinfo=UTC)
    await sign_days(cast.kitchen, "2026-11", now=closed)
    await settlement.close_month(
        cast.kitchen, "2026-11", today=closed.date(), by=CHEN, now=closed
    )
    asked = (cast.kitchen, "2026-Q4", cast.community)
    await statements.draw_up(*asked, today=closed.date(), by=CHEN, now=closed)
    (quarter, *_others) = await statements.statements_for(cast.kitchen)
    rice = await rice_of(cast)
    subjects = {
        "balance": "all",
        "settlement": "month:2026-11",
        "claim": "2026-11:funder:district",
        "statement": f"statement:{quarter.id}",
        "notice": "month:2026-11",
        "inspection": "2026-11-01_2026-11-30",
        "purchase_order": "2026-11-24_2026-11-26",
        "recall": f"batch:{rice.id}",
        "cards": "all",
    }
    every = [
        await print_papers.paper_at(desk, cast.kitchen, TODAY, "lunch", kind, subject)
        for kind, subject in subjects.items()
    ]
    papers = [paper for paper in every if paper is not None]
    assert [paper.kind for paper in papers] == list(subjects)
    return {paper.kind: text for paper, text in await drawn(papers)}


async def a_slip(cast: Cast, desk: Desk) -> str:
    """What a driver gets whose printed sheet has lost its last stop."""
    found = await print_papers.papers_for(
        desk, cast.kitchen, TODAY, "lunch", ("sheet",)
    )
    sheet = next(one for one in found if isinstance(one, papers.DriverSheet))
    (made,) = await print_desk.print_now(
        desk, cast.kitchen, [sheet], by=CHEN, now=MORNING
    )
    shorter = replace(sheet, visits=sheet.visits[:-1], plan_digest="another")
    slip = await print_desk.print_slip(
        desk, cast.kitchen, shorter, made.facts, by=CHEN, now=MORNING
    )
    return text_of(slip.pdf)


NAMED = {
    **dict.fromkeys(("balance", "settlement", "claim", "statement"), "nobody"),
    **dict.fromkeys(("inspection", "purchase_order"), "nobody"),
    "notice": "masked",
    **dict.fromkeys(("recall", "cards", "slip"), "whole"),
}
"""Papers of after the day; those of the morning are above."""


async def test_no_paper_of_the_office_tells_more_than_its_reader_needs(
    database: Engine, tmp_path: Path
) -> None:
    cast = await remembered(lived_day)
    for code in ("low_income", "destitute"):
        await registry.set_category(
            cast.wang, code, TODAY, None, "民政局证明：糖尿病", by=CHEN, now=MORNING
        )
    desk = Desk(Office(ZoneInfo("Asia/Shanghai")), PrintStore(tmp_path))
    found = await the_offices_papers(cast, desk)
    found["slip"] = await a_slip(cast, desk)
    for kind, text in found.items():
        for secret in SECRETS:
            assert secret not in text, (kind, secret)
        assert shows(text) == NAMED[kind], kind
    assert {*found, *MAKERS} == set(KINDS)  # none forgotten


def everything_in(kind: type[Any], seen: set[type[Any]]) -> None:
    if kind in seen or not is_dataclass(kind):
        return
    seen.add(kind)
    for hint in get_type_hints(kind).values():
        for part in (hint, *get_args(hint)):
            if isinstance(part, type):
                everything_in(part, seen)


def test_no_kind_of_paper_has_a_place_for_what_must_not_be_printed() -> None:
    kinds = [
        one
        for one in vars(papers).values()
        if isinstance(one, type) and issubclass(one, Root) and one is not Root
    ]
    assert {one.kind for one in kinds} == set(KINDS)
    seen = set[type[Any]]()
    for kind in kinds:
        everything_in(kind, seen)
    names = {(one.__name__, field.name) for one in seen for field in fields(one)}
    assert not {pair for pair in names if pair[1] in FORBIDDEN}
