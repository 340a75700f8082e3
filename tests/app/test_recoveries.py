"""The settlement's findings on their page: a word, a case, a repayment, a lifted bar;
and every table that leaves the house is in the audit trail."""

from dataclasses import replace

import pytest
from litestar import Litestar

from kitchen import findings, recoveries
from kitchen.database import rows
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import MORNING, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_meals import hand_over, lunch_for


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "settlement", "recoveries", "api")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    await hand_over(replace(lunch_for(cast, cast.li), tariff="full"))
    await sign_days(cast.kitchen, "2026-11", now=MORNING)
    return cast


async def key_of(cast: Cast) -> str:
    return (await findings.findings(cast.kitchen, "2026-11"))[0].key


URL = "/settlement/2026-11/findings"


async def test_a_finding_is_settled_by_a_word(cast: Cast, manager: Client) -> None:
    page = await manager.get("/settlement/2026-11")
    assert "李德福 × 2" in page.text
    assert "1 个待处理" in page.text
    answer = await manager.submit(URL, key=await key_of(cast), reason="老伴代取")
    assert answer.status_code == 303
    page = await manager.get("/settlement/2026-11")
    assert "老伴代取" in page.text
    assert "0 个待处理" in page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": ""}, "原因：还没有填"),
        ({"reason": "好", "key": "moon"}, "已经不在了"),
        ({"reason": "好", "do": "case"}, "追回金额"),
        ({"reason": "好", "do": "case", "amount": "-1"}, "追回金额"),
    ],
)
async def test_a_wrong_word_settles_nothing(
    cast: Cast, manager: Client, typed: dict[str, str], sentence: str
) -> None:
    answer = await manager.submit(URL, **{"key": await key_of(cast), **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not (await findings.findings(cast.kitchen, "2026-11"))[0].settled


async def test_a_case_is_repaid_and_its_bar_lifted(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    case = {"do": "case", "reason": "冒领", "amount": "8", "bar": "on"}
    answer = await manager.submit(URL, key=await key_of(cast), **case)
    assert answer.status_code == 303, answer.text
    one = (await recoveries.cases_for(cast.kitchen))[0]
    assert (one.amount_fen, one.name) == (800, "李德福")
    paid = f"/recoveries/{one.id}/repayments"
    too_much = await manager.submit(paid, amount="9")
    assert too_much.status_code == 422
    assert "只差 8.00 元" in too_much.text
    assert (await manager.submit(paid, amount="8")).status_code == 303
    (wrong,) = await recoveries.repayments_for(cast.kitchen)
    back = f"/recoveries/repayments/{wrong.id}/reversal"
    assert (await manager.submit(back, reason="")).status_code == 422
    assert (await manager.submit(back, reason="记错人")).status_code == 303
    assert "已冲回" in (await manager.get("/recoveries")).text
    unknown = await manager.submit("/recoveries/repayments/99/reversal", reason="错")
    assert unknown.status_code == 404
    assert (await manager.submit(paid, amount="8")).status_code == 303
    supervisor = await sign_in_as("supervisor", "周督导")
    lifted = await supervisor.submit(
        f"/recoveries/bars/{one.bar_id}/lift", reason="还清"
    )
    assert lifted.status_code == 303
    page = await manager.get("/recoveries")
    assert "已还清" in page.text
    assert "停发补贴" not in page.text.partition("</header>")[2]


async def test_every_table_that_leaves_is_in_the_audit_trail(
    cast: Cast, manager: Client
) -> None:
    for url in (
        "/settlement/2026-11/workbook.xlsx",
        "/api/exports/people?form=csv",
        "/api/exports/meals?form=xlsx",
    ):
        assert (await manager.get(url)).status_code == 200, url
    found = await rows(
        "SELECT action, actor FROM audit_line WHERE object_kind = 'export' ORDER BY id"
    )
    assert [row["action"] for row in found] == [
        "export.settlement",
        "export.people",
        "export.meals",
    ]
    assert {row["actor"] for row in found} == {manager.actor.name}
