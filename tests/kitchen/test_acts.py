"""An act is done once, whatever the network does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kitchen import acts, audit
from kitchen import database as doors
from kitchen.database import Conflict, DatabaseMisuse, Engine
from kitchen.errors import Refusal

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BODY: dict[str, object] = {"elder": 7, "meal": "lunch", "day": date(2026, 11, 22)}


class Kitchen:
    """Counts how often the effect really happened, in the database itself."""

    async def serve(self) -> acts.Answer:
        row = await doors.one("SELECT count(*) AS n FROM audit_line")
        assert row is not None
        await audit.record(
            by="孙",
            staff_id=None,
            at=NOON,
            action="meal_served",
            object_kind="meal",
            object_id=row["n"],
        )
        return {"meal": row["n"], "at": NOON}

    async def serve_and_refuse(self) -> acts.Answer:
        await self.serve()
        raise Refusal("already_served")

    async def served(self) -> int:
        row = await doors.one("SELECT count(*) AS n FROM audit_line")
        assert row is not None
        return int(row["n"])


KITCHEN = Kitchen()


async def send(
    key: str = "k1",
    body: dict[str, object] = BODY,
    do: Callable[[], Awaitable[acts.Answer]] = KITCHEN.serve,
) -> tuple[acts.Answer, bool]:
    async with doors.writing():
        return await acts.once(key, "孙", NOON, body, do)


async def test_the_second_sending_gets_the_first_answer(database: Engine) -> None:
    answer: dict[str, Any] = {"meal": 0, "at": "2026-11-22T04:00:00+00:00"}
    assert await send() == (answer, False)
    assert await send() == (answer, True)
    assert await KITCHEN.served() == 1


async def test_fifty_sendings_at_once_are_one_act(database: Engine) -> None:
    results = await asyncio.gather(*(send() for _ in range(50)))
    assert [repeated for _, repeated in results].count(False) == 1
    assert {answer["meal"] for answer, _ in results} == {0}
    assert await KITCHEN.served() == 1


async def test_the_order_of_the_fields_is_no_difference(database: Engine) -> None:
    await send()
    assert (await send(body=dict(reversed(BODY.items()))))[1]


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "elder": 8},  # somebody else
        {**BODY, "elder": "7"},  # a text is not a number
        {**BODY, "extra": None},  # a field more
        {"elder": 7},  # fields less
        {},
    ],
)
async def test_the_same_key_with_other_content_is_refused(
    database: Engine, body: dict[str, object]
) -> None:
    await send()
    with pytest.raises(Refusal) as refused:
        await send(body=body)
    assert refused.value.code == "act_tampered"
    assert await KITCHEN.served() == 1


async def test_another_key_is_another_act(database: Engine) -> None:
    await send("k1")
    assert await send("k2") == ({"meal": 1, "at": NOON.isoformat()}, False)


async def test_a_refused_act_leaves_nothing_and_may_be_sent_again(
    database: Engine,
) -> None:
    with pytest.raises(Refusal, match="already_served"):
        await send(do=KITCHEN.serve_and_refuse)
    assert await KITCHEN.served() == 0
    assert (await send())[1] is False


async def test_a_failure_after_the_act_takes_key_and_effect_along(
    database: Engine,
) -> None:
    async def send_and_fail() -> None:
        async with doors.writing():
            await acts.once("k1", "孙", NOON, BODY, KITCHEN.serve)
            raise KeyError

    with pytest.raises(KeyError):
        await send_and_fail()
    assert await KITCHEN.served() == 0
    assert (await send())[1] is False


async def test_an_act_belongs_inside_writing(database: Engine) -> None:
    with pytest.raises(DatabaseMisuse):
        await acts.once("k1", "孙", NOON, BODY, KITCHEN.serve)


async def test_an_act_without_a_key_is_refused(database: Engine) -> None:
    with pytest.raises(Conflict):
        await send(key="")


async def test_a_finished_act_is_not_rewritten(database: Engine) -> None:
    await send()
    with pytest.raises(Conflict, match="append_only"):
        async with doors.writing():
            await doors.rows("UPDATE act SET answer = '[]'")


async def test_the_content_cannot_be_read_from_the_stored_act(
    database: Engine,
) -> None:
    await send(body={"id_number": "310101194001011234"})
    stored = await doors.rows("SELECT * FROM act")
    assert "310101194001011234" not in str(stored)
    assert len(stored[0]["body_hash"]) == 32


async def test_tampering_is_recorded_after_the_refusal(database: Engine) -> None:
    await send()
    with pytest.raises(Refusal):
        await send(body={"elder": 8})
    await acts.record_tampering("k1", by="孙", staff_id=5, at=NOON, device="till 2")
    line = await doors.one("SELECT * FROM audit_line ORDER BY id DESC LIMIT 1")
    assert line is not None
    assert (line["action"], line["object_id"]) == ("act_tampered", "k1")
    assert (line["actor"], line["staff_id"], line["device"]) == ("孙", 5, "till 2")
    assert await audit.verify() is None


async def test_old_acts_can_be_forgotten(database: Engine) -> None:
    await send("old")
    async with doors.writing():
        await acts.once("new", "孙", NOON + timedelta(days=400), BODY, KITCHEN.serve)
        await acts.forget_before(NOON + timedelta(days=400))
    kept = await doors.rows("SELECT key FROM act")
    assert kept == [{"key": "new"}]
