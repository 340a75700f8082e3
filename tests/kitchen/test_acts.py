"""An act is done once, whatever the network does."""

from datetime import UTC, datetime

from kitchen import acts
from kitchen import database as doors
from kitchen.database import Engine
from kitchen.errors import Refusal

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BODY = {"elder": 7, "meal": "lunch"}


async def served() -> acts.Answer:
    return {"served": 7}


async def refused() -> acts.Answer:
    await doors.insert(
        acts.Act, key="effect", who="孙", at=NOON, body_hash="-", answer="{}"
    )
    raise Refusal("already_served")


async def send(
    key: str, body: dict[str, object], do=served
) -> tuple[acts.Answer, bool]:
    async with doors.writing():
        return await acts.once(key, "孙", NOON, body, do)


async def test_the_second_sending_of_an_act_gets_the_first_answer(
    database: Engine,
) -> None:
    assert await send("k1", BODY) == ({"served": 7}, False)
    assert await send("k1", BODY, refused) == ({"served": 7}, True)
