"""The quarter's callbacks as somebody with a telephone works through them."""

import pytest

from kitchen.callbacks import sample_of
from kitchen.deliveries import report_exception
from kitchen.round_plans import Plan
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import CHEN, Cast
from tests.kitchen.test_deliveries import (
    NOON,
    SAID_BY_QIAN,
    out_in_the_streets,
    stop_of,
)

HERE = "/callbacks"
QUARTER = "2026Q4"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "callbacks", "provider_scores", "feedback_slips", "registry")


@pytest.fixture
async def street(app: object, clock: Clock) -> tuple[Cast, Plan]:
    """王奶奶 and 赵奶奶 had their meals."""
    cast, plan = await out_in_the_streets()
    for who in (cast.wang, cast.zhao):
        stop = await stop_of(cast, plan, who)
        await report_exception(stop, SAID_BY_QIAN, by=CHEN, now=NOON)
    clock.forward(hours=6)
    return cast, plan


async def test_a_lot_is_drawn_asked_and_told_with_its_n_and_the_line(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, _plan = street
    few = await manager.submit(f"{HERE}/samples", quarter=QUARTER, percent="4")
    assert few.status_code == 422
    assert "抽百分之几" in few.text
    assert await sample_of(cast.kitchen, QUARTER) is None
    drawn = await manager.submit(f"{HERE}/samples", quarter=QUARTER, percent="100")
    assert drawn.status_code == 303
    page = (await manager.get(HERE)).text
    for shown in ("0 / 2", "n = 0，要求 95%", "王秀英", "赵秀兰", "···· 8000"):
        assert shown in page, shown
    assert "满意率低于" not in page, "nobody was asked, so nobody is dissatisfied"

    sample = await sample_of(cast.kitchen, QUARTER)
    assert sample is not None
    first, second = (f"{HERE}/{pick.id}/answers" for pick in sample.picks)
    pleased = {"way": "visit", "answer": "satisfied", "agreement_seen": "on"}
    assert (await manager.submit(first, **pleased)).status_code == 303
    page = (await manager.get(HERE)).text
    for shown in ("1 / 2", "100.0%", "n = 1，要求 95%", "看过协议和服务本"):
        assert shown in page, shown

    wordless = {"way": "call", "answer": "dissatisfied"}
    kept = await manager.submit(second, **wordless)
    assert kept.status_code == 422
    assert "不满意要写下说了什么" in kept.text or "说了什么" in kept.text
    assert (await manager.submit(second, **wordless, note="菜太咸")).status_code == 303
    page = (await manager.get(HERE)).text
    for shown in ("2 / 2", "50.0%", "n = 2，要求 95%", "满意率低于 95%", "菜太咸"):
        assert shown in page, shown


async def test_who_could_not_be_reached_is_asked_again(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, _plan = street
    await manager.submit(f"{HERE}/samples", quarter=QUARTER, percent="100")
    sample = await sample_of(cast.kitchen, QUARTER)
    assert sample is not None
    path = f"{HERE}/{sample.picks[0].id}/answers"
    await manager.submit(path, way="call", answer="not_reached")
    page = (await manager.get(HERE)).text
    assert "0 / 2" in page
    assert f'action="{path}"' in page, "the form stays until somebody answers"


@pytest.mark.parametrize("quarter", ["2026Q5", "", "Q4"])
async def test_what_is_no_quarter_draws_nobody(
    street: tuple[Cast, Plan], manager: Client, quarter: str
) -> None:
    cast, _plan = street
    answer = await manager.submit(f"{HERE}/samples", quarter=quarter, percent="5")
    assert answer.status_code == 422
    assert "季度" in answer.text
    assert await sample_of(cast.kitchen, QUARTER) is None


async def test_another_kitchens_lot_is_a_lost_page(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs
) -> None:
    cast, _plan = street
    await manager.submit(f"{HERE}/samples", quarter=QUARTER, percent="100")
    sample = await sample_of(cast.kitchen, QUARTER)
    assert sample is not None
    stranger = await sign_in_as("dispatcher", kitchen_id=cast.kitchen + 1)
    answer = await stranger.submit(
        f"{HERE}/{sample.picks[0].id}/answers", way="call", answer="satisfied"
    )
    assert answer.status_code in (403, 404)
    again = await sample_of(cast.kitchen, QUARTER)
    assert again is not None
    assert again.answered == 0
