"""Money paid in ahead: once, by name, and only ever reversed."""

import re
import uuid

import pytest
from litestar import Litestar

from kitchen import ledger
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import Cast, enter


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "ledger")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


async def test_a_payment_sent_twice_is_one_payment(cast: Cast, manager: Client) -> None:
    act = str(uuid.uuid4())
    for _again in range(2):
        answer = await manager.submit(
            f"/ledger/{cast.li}/top-ups", amount="100", act=act
        )
        assert answer.status_code == 303
    assert await ledger.credit_of(cast.li) == 10_000
    await manager.submit(f"/ledger/{cast.li}/top-ups", amount="20.50")
    await manager.submit(f"/ledger/{cast.li}/refunds", refund_reason="搬走")
    page = await manager.get(f"/ledger/{cast.li}")
    figures = re.findall(r'<td class="numeric">(-?[\d.]+) 元</td>', page.text)
    moved, left = figures[::2], figures[1::2]  # each line, and what it left
    assert moved == ["-120.50", "20.50", "100.00"]
    assert left == ["0.00", "120.50", "100.00"]
    await manager.submit(f"/ledger/{cast.li}/top-ups", amount="7")
    listed = await manager.get("/ledger")
    assert "李德福" in listed.text


async def test_the_same_form_with_another_amount_is_refused(
    cast: Cast, manager: Client
) -> None:
    act = str(uuid.uuid4())
    await manager.submit(f"/ledger/{cast.li}/top-ups", amount="100", act=act)
    answer = await manager.submit(f"/ledger/{cast.li}/top-ups", amount="999", act=act)
    assert answer.status_code == 422
    assert await ledger.credit_of(cast.li) == 10_000


@pytest.mark.parametrize("amount", ["", "0", "-5", "5.005", "一百", "5000.01"])
async def test_a_wrong_amount_is_named_and_nothing_is_saved(
    cast: Cast, manager: Client, amount: str
) -> None:
    answer = await manager.submit(f"/ledger/{cast.li}/top-ups", amount=amount)
    assert answer.status_code == 422
    assert "金额" in answer.text
    assert await ledger.credit_of(cast.li) == 0


async def test_a_payment_typed_wrongly_is_mirrored_once(
    cast: Cast, manager: Client
) -> None:
    await manager.submit(f"/ledger/{cast.li}/top-ups", amount="100")
    entry = (await ledger.statement_of(f"elder:{cast.li}"))[0].entry_id
    url = f"/ledger/{cast.li}/entries/{entry}/reversal"
    assert (await manager.submit(url, reason="")).status_code == 422
    assert (await manager.submit(url, reason="多打了一个零")).status_code == 303
    assert await ledger.credit_of(cast.li) == 0
    again = await manager.submit(url, reason="多打了一个零")
    assert "已经冲正过了" in again.text
    foreign = f"/ledger/{cast.zhou}/entries/{entry}/reversal"
    assert "没有这笔账" in (await manager.submit(foreign, reason="错")).text
    assert "多打了一个零" in (await manager.get(f"/ledger/{cast.li}")).text


async def test_point_staff_take_money_at_their_own_point(
    cast: Cast, sign_in_as: SignInAs
) -> None:
    sun = await sign_in_as(
        "point_staff", "孙", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    assert (await sun.get(f"/ledger/{cast.li}")).status_code == 403
    assert (await sun.get(f"/ledger/{cast.li}/top-up")).status_code == 200
    answer = await sun.submit(f"/ledger/{cast.li}/top-ups", amount="50")
    assert answer.headers["Location"] == f"/ledger/{cast.li}/top-up"
    assert await ledger.balance_of(f"cash:{cast.chaoyang}") == 5_000
    elsewhere = await sun.submit(
        f"/ledger/{cast.li}/top-ups", amount="50", point=str(cast.xinhua)
    )
    assert elsewhere.status_code == 422


async def test_nobody_unknown_has_an_account(cast: Cast, manager: Client) -> None:
    assert (await manager.get("/ledger/999")).status_code == 404
    answer = await manager.submit("/ledger/999/top-ups", amount="5")
    assert answer.status_code == 404
