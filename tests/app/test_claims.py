"""Claims, corrections, quarters and costs on their pages; every file is on record."""

import datetime as dt
import io
import re

import pytest
from litestar import Litestar
from openpyxl import load_workbook
from pypdf import PdfReader

from kitchen import claims, settlement, statements
from kitchen.database import Engine, rows, writing
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import QIAN, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_meals import hand_over, lunch_for

DISTRICT = "funder:district"
NASTY = (
    '=HYPERLINK("http://x.example","点我")',
    "+cmd|'/c calc'!A1",
    "@SUM(1+1)",
    "-2+3",
    "<script>alert(1)</script>",
    "李\u202e德福",
    "李\x07德\u200b福",
    "]]><b>{{ 7*7 }}</b>",
)


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The verbs run on both engines in tests/kitchen; these are their pages."""
    return sqlite_database


@pytest.fixture
def areas() -> tuple[str, ...]:
    return (
        *("signin", "settlement", "claims", "corrections", "statements", "costs"),
        *("prints", "dining"),
    )


@pytest.fixture
async def cast(app: Litestar, clock: Clock) -> Cast:
    """November is closed on 5 January."""
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    clock.at = dt.datetime(2027, 1, 5, 2, 0, tzinfo=dt.UTC)
    await sign_days(cast.kitchen, "2026-11", now=clock.at)
    await settlement.close_month(
        cast.kitchen, "2026-11", today=clock.at.date(), by=QIAN, now=clock.at
    )
    return cast


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def cells_of(data: bytes) -> list[object]:
    book = load_workbook(io.BytesIO(data))
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]


async def exported() -> list[str]:
    found = await rows(
        "SELECT action, after FROM audit_line WHERE action LIKE 'export%'"
    )
    return [row["action"] for row in found]


async def test_a_claim_is_looked_at_printed_and_taken_away(
    cast: Cast, manager: Client
) -> None:
    page = await manager.get("/settlement/2026-11/claims")
    assert "区级补贴" in page.text
    assert "李德福" not in page.text
    subject = "2026-11:funder:district"
    printed = await manager.submit(
        "/prints/2026-11-01/lunch", kind="claim", subject=subject
    )
    assert printed.status_code == 303, printed.text
    pdf = text_of((await manager.get(printed.headers["location"])).content)
    pack = await claims.pack_of(cast.kitchen, "2026-11", DISTRICT)
    assert pack.digest in pdf
    assert pack.seal in pdf
    assert "单号" in pdf
    assert "李德福" not in pdf
    base = "/settlement/2026-11/claims/funder:district"
    book = cells_of((await manager.get(f"{base}/claim.xlsx")).content)
    assert {8, pack.digest, pack.seal} <= set(book)
    assert "李德福" not in book
    people = cells_of((await manager.get(f"{base}/people.xlsx")).content)
    assert {"李德福", 8} <= set(people)
    assert await exported() == ["export.claim", "export.claim_people"]
    part = f"point:{cast.chaoyang}"
    paper = await manager.get(f"/prints/2026-11-01/lunch/claim/{subject}@{part}.pdf")
    assert "区级补贴·朝阳就餐点" in text_of(paper.content)
    assert (await manager.get(f"{base}/claim.xlsx?only={part}")).status_code == 200
    assert (await manager.get(f"{base}/claim.xlsx?only=point:99")).status_code == 404
    for lost in (
        f"{base}/other.xlsx",
        base.replace("district", "moon") + "/claim.xlsx",
    ):
        assert (await manager.get(lost)).status_code == 404


async def test_the_notice_is_masked(cast: Cast, manager: Client) -> None:
    answer = await manager.get("/prints/2026-11-01/lunch/notice/month:2026-11.pdf")
    text = text_of(answer.content)
    assert "李*福" in text
    assert "李德福" not in text
    assert "8.00" in text


async def test_a_payment_is_recorded_and_taken_back(
    cast: Cast, manager: Client, sign_in_as: SignInAs, clock: Clock
) -> None:
    page = await manager.get("/claims")
    assert "8.00" in page.text
    for days, bucket in ((30, 0), (1, 1), (30, 2), (1000, 3)):
        clock.forward(days=days)
        later = await sign_in_as("finance", f"钱会计{bucket}")  # sessions end
        text = (await later.get("/claims")).text
        table = text[text.index("欠款账龄") : text.index("未到账")]
        owed = re.findall(r'<td class="numeric">(?:<b>)?(.*?)(?:</b>)?</td>', table)
        assert owed == ["" if n != bucket else "8.00 元" for n in range(4)] + [
            "8.00 元"
        ]
    clock.at = dt.datetime(2027, 1, 5, 2, 0, tzinfo=dt.UTC)
    assert '<a href="/settlement" aria-current="page"' in page.text  # where one is
    url = f"/claims/2026-11/{DISTRICT}/payments"
    typed = {"amount": "8.01", "paid_on": "2027-01-05", "reference": "国库 1"}
    too_much = await manager.submit(url, **typed)
    assert too_much.status_code == 422
    assert "只差 8.00 元" in too_much.text
    paid = await manager.submit(url, **{**typed, "amount": "3"})
    assert paid.status_code == 303, paid.text
    assert "5.00" in (await manager.get("/claims")).text
    (one,) = await claims.payments_for(cast.kitchen)
    undo = f"/claims/payments/{one.id}/reversal"
    assert (await manager.submit(undo, reason="")).status_code == 422
    assert (await manager.submit(undo, reason="记错")).status_code == 303
    assert "已冲回" in (await manager.get("/claims")).text


BAD_PAYMENTS = [
    ({"amount": "0"}, "到账金额"),
    ({"amount": "三元"}, "到账金额"),
    ({"paid_on": "2027-01-06"}, "还没到"),
    ({"paid_on": "昨天"}, "到账日"),
    ({"reference": ""}, "凭证号"),
]


@pytest.mark.parametrize(("other", "sentence"), BAD_PAYMENTS)
async def test_a_wrong_payment_names_its_field(
    cast: Cast, manager: Client, other: dict[str, str], sentence: str
) -> None:
    typed = {"amount": "3", "paid_on": "2027-01-05", "reference": "国库", **other}
    answer = await manager.submit(f"/claims/2026-11/{DISTRICT}/payments", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await claims.payments_for(cast.kitchen) == []


async def test_a_correction_is_written_into_the_month_of_today(
    cast: Cast, manager: Client
) -> None:
    url = "/settlement/2026-11/corrections"
    typed = {"line": "0", "sign": "less", "amount": "3", "meals": "1", "reason": "重了"}
    wrong = await manager.submit(url, **{**typed, "line": "7"})
    assert wrong.status_code == 422
    too_much = await manager.submit(url, **{**typed, "amount": "9"})
    assert "只有 8.00 元" in too_much.text
    answer = await manager.submit(url, **typed)
    assert answer.status_code == 303, answer.text
    assert "重了" in (await manager.get("/settlement/2027-01")).text
    assert "重了" in (await manager.get(url)).text
    assert await settlement.replay(cast.kitchen, "2026-11")


async def test_the_quarter_is_signed_on_its_page(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    page = await manager.get("/statements/2026-Q4")
    assert "还没制表：1 个社区" in page.text
    assert (await manager.submit("/statements/2026-Q4")).status_code == 303
    (one,) = await statements.statements_for(cast.kitchen)
    url = f"/statements/{one.id}/signatures"
    clerk = await sign_in_as("clerk", "何社区", area_id=cast.community)
    street = await sign_in_as("supervisor", "周街道", area_id=cast.street)
    early = await street.submit(url, step="street")
    assert early.status_code == 409
    assert "现在轮到社区" in early.text
    assert (await clerk.submit(url, step="community")).status_code == 303
    assert (await street.submit(url, step="street")).status_code == 303
    noted = await manager.submit(url, step="district", signer="郑区局")
    assert noted.status_code == 303, noted.text
    shown = await clerk.get("/statements/2026-Q4")
    assert shown.text.index("何社区") < shown.text.index("周街道")
    pdf = await manager.get(
        f"/prints/2026-12-01/lunch/statement/statement:{one.id}.pdf"
    )
    assert "郑区局" in text_of(pdf.content)
    assert (await manager.get("/statements/2026-Q7")).status_code == 404


async def test_an_early_statement_is_refused_with_words(
    cast: Cast, manager: Client, clock: Clock
) -> None:
    clock.at = dt.datetime(2026, 12, 30, 2, 0, tzinfo=dt.UTC)
    answer = await manager.submit("/statements/2026-Q4")
    assert answer.status_code == 409
    assert "2026-12-31 之后才能制表" in answer.text


async def test_costs_are_drawn_and_written(cast: Cast, manager: Client) -> None:
    page = await manager.get("/settlement/2026-11/costs")
    assert "朝阳就餐点 · 堂食" in page.text
    assert page.text.count('class="bar"') >= 5 + 2  # the legend, and two parts
    assert "13.00" in page.text
    assert (await manager.get("/settlement/2026-13/costs")).status_code == 404


async def test_hostile_names_and_reasons_stay_text_in_every_file(
    cast: Cast, manager: Client, clock: Clock
) -> None:
    """Formula injection, markup and control characters, past the forms."""
    for nasty in NASTY:
        async with writing():
            await rows("UPDATE elder SET name = {} WHERE id = {}", nasty, cast.li)
            await rows("UPDATE dining_point SET name = {}", nasty)
            await rows("UPDATE area SET name = {} WHERE id = {}", nasty, cast.community)
        await settlement.correct(
            cast.kitchen,
            "2026-11",
            payer=DISTRICT,
            place=f"point:{cast.chaoyang}",
            community_id=cast.community,
            meals=0,
            fen=1,
            reason=nasty,
            today=clock.at.date(),
            by=QIAN,
            now=clock.at,
        )
    for month in ("2026-11", "2027-01"):
        base = f"/settlement/{month}/claims/{DISTRICT}"
        for file in ("claim.xlsx", "people.xlsx"):
            data = (await manager.get(f"{base}/{file}")).content
            book = load_workbook(io.BytesIO(data))
            types = {c.data_type for s in book for row in s.iter_rows() for c in row}
            assert "f" not in types, "no cell is a formula"
            assert all(cell.hyperlink is None for s in book for r in s for cell in r)
        for page in ("claims", "corrections", "costs"):
            text = (await manager.get(f"/settlement/{month}/{page}")).text
            assert "<script>alert" not in text
            assert "<b>{{" not in text
        for kind, subject in (
            ("claim", f"{month}:{DISTRICT}"),
            ("notice", f"month:{month}"),
        ):
            pdf = await manager.get(f"/prints/{month}-01/lunch/{kind}/{subject}.pdf")
            assert pdf.status_code == 200
            drawn = PdfReader(io.BytesIO(pdf.content))
            annotations = [page.get("/Annots") for page in drawn.pages]
            assert not any(annotations), "no name is a link"
            assert "/JavaScript" not in str(drawn.trailer["/Root"])
    await statements.draw_up(
        cast.kitchen,
        "2026-Q4",
        cast.community,
        today=clock.at.date(),
        by=QIAN,
        now=clock.at,
    )
    (meal,) = await rows("SELECT id FROM meal")
    here = f"/dining/2026-11-24/lunch/{cast.chaoyang}"
    for url in ("/statements/2026-Q4", f"{here}/slips/{meal['id']}", f"{here}/screen"):
        shown = await manager.get(url)
        assert shown.status_code == 200, url
        assert "<b>{{" not in shown.text, url
    cards = await manager.get(f"/prints/2026-11-24/lunch/cards/elder:{cast.li}.pdf")
    assert "{{7*7}}" in text_of(cards.content)
    quarter = "/prints/2026-12-01/lunch/statement/statement:1.pdf"
    assert "{{7*7}}" in text_of((await manager.get(quarter)).content)
    january = text_of(
        (
            await manager.get(f"/prints/2027-01-01/lunch/claim/2027-01:{DISTRICT}.pdf")
        ).content
    )
    for written in ("<script>alert(1)</script>", "{{7*7}}", "=HYPERLINK("):
        assert written in january, "it stands there as it was typed"
