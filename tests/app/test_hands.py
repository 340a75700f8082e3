"""Morning checks, posts and certificates, as the kitchen's tablet sends them."""

import pytest

from kitchen import hands
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import TODAY, enter

PAGE = "/hands/2026-11-24/lunch"
PEOPLE = "/hands/people"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "hands")


async def test_from_hiring_to_the_post(manager: Client) -> None:
    cast = await enter()
    await manager.submit(PEOPLE, name="孙师傅", work="主厨")
    (hand,) = await hands.hands_for(cast.kitchen, TODAY)
    refused = await manager.submit(f"{PAGE}/duties", hand=str(hand.id), post="cook")
    assert refused.status_code == 422
    assert "孙师傅 没有健康证" in refused.text
    for kind, expires in (("health", "2027-03-01"), ("training", "")):
        await manager.submit(
            f"{PEOPLE}/certificates",
            hand=str(hand.id),
            kind=kind,
            number="杭健 0012",
            issued="2026-03-01",
            expires=expires,
        )
    assert "证件齐全" in (await manager.get(PEOPLE)).text
    answer = await manager.submit(f"{PAGE}/duties", hand=str(hand.id), post="cook")
    assert answer.status_code == 303
    page = (await manager.get(PAGE)).text
    assert "撤岗" in page
    assert "还没晨检" in page


async def test_an_ill_cook_is_named_on_the_page(manager: Client) -> None:
    cast = await enter()
    await manager.submit(PEOPLE, name="孙师傅", work="主厨")
    (hand,) = await hands.hands_for(cast.kitchen, TODAY)
    await manager.submit(
        f"{PAGE}/checks",
        hand=str(hand.id),
        heat="38.2",
        findings="diarrhoea",
        at="08:20",
    )
    page = (await manager.get(PAGE)).text
    assert "晨检不合格" in page
    assert "腹泻" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"heat": "热"}, "体温：填的是“热”"),
        ({"heat": "20"}, "体温：填的是“20”"),
        ({"at": ""}, "晨检时间：还没有填"),
        ({"at": "09:30"}, "还没有到"),  # it is 08:30
        ({"findings": "sleepy"}, "不适：填的是“sleepy”"),
        ({"hand": "999"}, "没有这位从业人员"),
    ],
)
async def test_a_wrong_check_is_told_and_keeps_what_was_typed(
    manager: Client, fields: dict[str, str], said: str
) -> None:
    cast = await enter()
    await manager.submit(PEOPLE, name="孙师傅", work="主厨")
    (hand,) = await hands.hands_for(cast.kitchen, TODAY)
    sent = {"hand": str(hand.id), "heat": "36.5", "at": "08:20", "note": "感冒药"}
    answer = await manager.submit(f"{PAGE}/checks", **{**sent, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert await hands.checks_between(cast.kitchen, TODAY, TODAY) == []
    if fields.get("hand") is None:
        assert "感冒药" in answer.text


async def test_a_cook_checks_but_certifies_nobody(sign_in_as: SignInAs) -> None:
    cast = await enter()
    cook = await sign_in_as("cook", kitchen_id=cast.kitchen)
    assert (await cook.get(PAGE)).status_code == 200
    assert (await cook.submit(PEOPLE, name="我自己")).status_code == 403
    assert (await (await sign_in_as("driver")).get(PAGE)).status_code == 403
