"""Slips typed in by plain forms, and the score they count in."""

import pytest

from kitchen.feedback_slips import Slip, code_of
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import MORNING, TODAY, Cast, enter

HERE = "/callbacks/slips"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "callbacks", "provider_scores", "feedback_slips")


@pytest.fixture
async def cast(app: object) -> Cast:
    return await enter(MORNING)


@pytest.fixture
async def manager(sign_in_as: SignInAs, cast: Cast) -> Client:
    return await sign_in_as("manager", kitchen_id=cast.kitchen)


async def test_a_slip_is_typed_in_and_moves_the_score(
    cast: Cast, manager: Client
) -> None:
    faces = {"food": "good", "service": "fair", "note": "汤洒了"}
    wrong = await manager.submit(HERE, code="1124L-3-007-0000", **faces)
    assert wrong.status_code == 422
    assert "1124L-3-007-0000" in wrong.text
    assert "汤洒了" in wrong.text  # what was typed is still there
    code = code_of(cast.kitchen, Slip(TODAY, "lunch", 3, 7))
    assert (await manager.submit(HERE, code=code, **faces)).status_code == 303
    again = await manager.submit(HERE, code=code, **faces)
    assert "录过" in again.text
    assert "本季度交回 1 张，饭菜和送餐都满意的 0 张" in (await manager.get(HERE)).text
    score = (await manager.get("/callbacks/score")).text
    assert "满意 0，答复 1" in score
    assert "数据还不全，不上榜" in score
