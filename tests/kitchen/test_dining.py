"""The counter: one meal each, nothing lost, the cash counted."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import day_close, dining, headcounts, places, registry
from kitchen.database import Engine, is_postgres, rows
from kitchen.dining import Request
from kitchen.errors import Refusal
from kitchen.registry import NewElder
from kitchen.sqlite_engine import KeptSQLiteEngine
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY, Cast, enter

WHEN = (TODAY, "lunch")


def asks(cast: Cast, elder: int | None) -> Request:
    return Request(cast.chaoyang, TODAY, "lunch", elder, "subsidised", "cash")


async def closed_count() -> Cast:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    return cast


@pytest.mark.parametrize("typed", ["ldf", "lidefu", "李德", "8800111277", "0100002"])
async def test_one_field_finds_a_person_by_anything(
    database: object, typed: str
) -> None:
    cast = await closed_count()
    found = await dining.find(typed, cast.chaoyang, *WHEN)
    assert [guest.person.id for guest in found] == [cast.li]
    assert found[0].price.self_pay_fen == 500
    assert found[0].booking == "here"


async def test_a_guest_of_another_point_is_named_as_such(database: object) -> None:
    cast = await closed_count()
    found = await dining.find("zhoujianguo", cast.chaoyang, *WHEN)
    assert [guest.booking for guest in found] == ["elsewhere"]


async def test_the_same_tap_sent_twice_is_one_meal(database: object) -> None:
    cast = await closed_count()
    request = asks(cast, cast.li)
    first, repeated = await dining.serve("tap-1", request, by=SUN, now=MORNING)
    assert not repeated
    again, repeated = await dining.serve("tap-1", request, by=SUN, now=MORNING)
    assert (again, repeated) == (first, True)
    assert len(await dining.served_at(cast.chaoyang, *WHEN)) == 1


async def test_a_check_in_speaks_seldom_with_the_database(database: Engine) -> None:
    """Each statement is a way to the server and back; sixty elders come at once."""
    cast = await closed_count()
    by, now = SUN, MORNING
    await dining.rehearse(TODAY, by=by, now=now)
    for table in ("act", "entry", "posting", "meal", "meal_slot", "refused_attempt"):
        assert await rows(f"SELECT * FROM {table}") == []
    prepared = await _prepared()
    await dining.serve("zhou", asks(cast, cast.zhou), by=by, now=now)
    assert await _prepared() == prepared  # nothing was left for the first elder
    said: list[str] = []
    if isinstance(database, KeptSQLiteEngine):
        assert database._writer is not None
        database._writer.set_trace_callback(said.append)
    else:
        pool: Any = database.pool
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda told: said.append(told.query))
    await dining.serve("li", asks(cast, cast.li), by=by, now=now)
    await asyncio.sleep(0)
    if isinstance(database, KeptSQLiteEngine):
        assert len(said) <= 36
        assert len(set(said)) >= len(said) - 3  # one text for each of the postings
    else:
        assert len(said) <= 14


async def test_a_rehearsal_that_cannot_begin_keeps_nobody_waiting(
    database: Engine,
) -> None:
    """Somebody holds a connection: the others give theirs back."""
    if isinstance(database, KeptSQLiteEngine):
        return
    await closed_count()
    pool: Any = database.pool
    async with pool.acquire(), asyncio.timeout(30):
        await dining.rehearse(TODAY, by=SUN, now=MORNING)
    async with asyncio.timeout(5):
        assert await rows("SELECT id FROM meal") == []


async def _prepared() -> int:
    """How many statements PostgreSQL has prepared in the connection used last."""
    if not is_postgres():
        return 0
    found = await rows("SELECT COUNT(*) AS n FROM pg_prepared_statements")
    return int(found[0]["n"])


async def test_the_same_tap_with_other_content_is_refused(database: object) -> None:
    cast = await closed_count()
    await dining.serve("tap-1", asks(cast, cast.li), by=SUN, now=MORNING)
    with pytest.raises(Refusal, match="act_tampered"):
        await dining.serve("tap-1", asks(cast, cast.zhou), by=SUN, now=MORNING)


async def test_a_refused_attempt_is_kept(database: object) -> None:
    cast = await closed_count()
    await dining.serve("tap-1", asks(cast, cast.li), by=SUN, now=MORNING)
    with pytest.raises(Refusal, match="already_served"):
        await dining.serve("tap-2", asks(cast, cast.li), by=SUN, now=MORNING)
    kept = await rows("SELECT code, elder FROM refused_attempt")
    assert kept == [{"code": "already_served", "elder": cast.li}]


async def test_a_price_that_changed_since_staff_saw_it_is_refused(
    database: object,
) -> None:
    cast = await closed_count()
    seen = replace(asks(cast, cast.li), amount_shown_fen=300)
    with pytest.raises(Refusal) as no:
        await dining.serve("tap-1", seen, by=SUN, now=MORNING)
    assert no.value.facts == {"shown_fen": 300, "now_fen": 500}
    assert await dining.served_at(cast.chaoyang, *WHEN) == []


async def test_paper_entries_need_a_reason(database: object) -> None:
    cast = await closed_count()
    late = replace(asks(cast, cast.li), source="paper")
    with pytest.raises(Refusal, match="late_needs_reason"):
        await dining.serve("tap-1", late, by=SUN, now=MORNING)


async def test_staff_of_one_point_cannot_serve_at_another(database: object) -> None:
    cast = await closed_count()
    elsewhere = replace(SUN, point_id=cast.xinhua)
    with pytest.raises(Refusal, match="not_your_point"):
        await dining.serve("tap-1", asks(cast, cast.li), by=elsewhere, now=MORNING)


async def test_served_beyond_received_must_be_named(database: object) -> None:
    cast = await closed_count()
    await dining.open_shift(cast.chaoyang, *WHEN, by=SUN, now=MORNING)
    await dining.serve("tap-1", asks(cast, cast.li), by=SUN, now=MORNING)
    with pytest.raises(Refusal) as no:
        await dining.close_shift(cast.chaoyang, *WHEN, 500, "", by=SUN, now=MORNING)
    assert no.value.code == "served_more_than_received"
    await dining.receive(
        cast.chaoyang,
        *WHEN,
        {"regular": 2},
        decidegrees=652,
        signed_by="孙阿姨",
        by=SUN,
        now=MORNING,
    )
    totals = await dining.totals_of(cast.chaoyang, *WHEN)
    assert (totals.received, totals.served, totals.in_hand) == (2, 1, 1)
    shift = await dining.close_shift(cast.chaoyang, *WHEN, 500, "", by=SUN, now=MORNING)
    assert shift.counted_cash_fen == 500


async def test_cash_that_differs_needs_words(database: object) -> None:
    cast = await closed_count()
    await dining.open_shift(cast.chaoyang, *WHEN, by=SUN, now=MORNING)
    with pytest.raises(Refusal) as no:
        await dining.close_shift(cast.chaoyang, *WHEN, 300, "", by=SUN, now=MORNING)
    assert no.value.code == "till_cash_differs"
    shift = await dining.close_shift(
        cast.chaoyang, *WHEN, 300, "多收三元已登记", by=SUN, now=MORNING
    )
    assert shift.note == "多收三元已登记"


async def test_portions_move_between_points_with_a_reason(database: object) -> None:
    cast = await closed_count()
    move = {
        "kitchen_id": cast.kitchen,
        "day": TODAY,
        "meal": "lunch",
        "diet_key": "regular",
        "from_point_id": cast.chaoyang,
        "to_point_id": cast.xinhua,
    }
    with pytest.raises(Refusal, match="reason_missing"):
        await dining.transfer(**move, portions=2, reason="", by=CHEN, now=MORNING)
    await dining.transfer(**move, portions=2, reason="新华不够", by=CHEN, now=MORNING)
    assert (await dining.totals_of(cast.xinhua, *WHEN)).moved_in == 2
    assert (await dining.totals_of(cast.chaoyang, *WHEN)).in_hand == -2


async def test_what_is_sent_twice_is_counted_once(database: object) -> None:
    cast = await closed_count()
    placed = {"kitchen_id": cast.kitchen, "day": TODAY, "meal": "lunch"}
    some = {"diet_key": "regular", "portions": 2, "reason": "新华不够"}
    for _ in range(2):
        await dining.receive(
            cast.chaoyang,
            *WHEN,
            {"regular": 5},
            decidegrees=None,
            signed_by="孙阿姨",
            act="receipt-1",
            by=SUN,
            now=MORNING,
        )
        await dining.transfer(
            **placed,
            **some,
            from_point_id=cast.chaoyang,
            to_point_id=cast.xinhua,
            act="transfer-1",
            by=CHEN,
            now=MORNING,
        )
        await dining.record_leftover(
            **placed,
            **some,
            fate="wasted",
            point_id=cast.chaoyang,
            act="leftover-1",
            by=SUN,
            now=MORNING,
        )
    totals = await dining.totals_of(cast.chaoyang, *WHEN)
    assert (totals.received, totals.moved_out, totals.left) == (5, 2, 2)


async def test_a_wrong_count_is_taken_back_by_a_row_and_counts_no_more(
    database: object,
) -> None:
    cast = await closed_count()
    placed = {"kitchen_id": cast.kitchen, "day": TODAY, "meal": "lunch"}
    some = {"diet_key": "regular", "portions": 2, "reason": "数错"}
    await dining.receive(
        cast.chaoyang,
        *WHEN,
        {"regular": 50},
        decidegrees=None,
        signed_by="孙阿姨",
        by=SUN,
        now=MORNING,
    )
    await dining.transfer(
        **placed,
        **some,
        from_point_id=cast.chaoyang,
        to_point_id=cast.xinhua,
        by=CHEN,
        now=MORNING,
    )
    await dining.record_leftover(
        **placed, **some, fate="wasted", point_id=cast.chaoyang, by=CHEN, now=MORNING
    )
    for line in await dining.counted_at(cast.chaoyang, *WHEN):
        for _twice in range(2):
            await dining.void_counted(
                line.kind, line.id, "多点了一个零", by=SUN, now=MORNING
            )
    for point in (cast.chaoyang, cast.xinhua):
        totals = await dining.totals_of(point, *WHEN)
        assert (totals.received, totals.moved_in, totals.moved_out) == (0, 0, 0)
        assert totals.left == 0
    assert await dining.received_at(cast.chaoyang, *WHEN) == {}
    gathered = await day_close.gathered(cast.kitchen, *WHEN)
    assert not any(gathered.moved.values())
    assert (gathered.received, gathered.leftovers) == ({}, {})
    kept = await dining.counted_at(cast.chaoyang, *WHEN)
    assert [(line.portions, line.voided) for line in kept] == [
        (50, "多点了一个零"),
        (2, "多点了一个零"),
        (2, "多点了一个零"),
    ]
    voids = await rows("SELECT id FROM counter_void")
    assert len(voids) == 3


@pytest.mark.parametrize(
    ("kind", "row", "reason", "code"),
    [
        ("receipt", 1, " ", "reason_missing"),  # nobody says why
        ("receipt", 999, "错", "counted_row_unknown"),  # no such line
        ("meal", 1, "错", "counted_row_unknown"),  # not something counted
    ],
)
async def test_a_void_that_names_nothing_is_refused(
    database: object, kind: str, row: int, reason: str, code: str
) -> None:
    await closed_count()
    with pytest.raises(Refusal, match=code):
        await dining.void_counted(kind, row, reason, by=SUN, now=MORNING)


async def test_a_count_of_another_point_is_not_ones_own_to_void(
    database: object,
) -> None:
    cast = await closed_count()
    await dining.receive(
        cast.chaoyang,
        *WHEN,
        {"regular": 5},
        decidegrees=None,
        signed_by="孙阿姨",
        by=SUN,
        now=MORNING,
    )
    [line] = await dining.counted_at(cast.chaoyang, *WHEN)
    for actor, code in (
        (replace(SUN, point_id=cast.xinhua), "not_your_point"),
        (replace(SUN, kitchen_id=cast.kitchen + 1), "counted_row_unknown"),
    ):
        with pytest.raises(Refusal, match=code):
            await dining.void_counted("receipt", line.id, "错", by=actor, now=MORNING)


async def test_a_meal_of_a_later_day_cannot_have_been_eaten(database: object) -> None:
    cast = await closed_count()
    tomorrow = replace(asks(cast, cast.li), day=TODAY + timedelta(days=1))
    with pytest.raises(Refusal, match="day_not_come"):
        await dining.serve("tap-1", tomorrow, by=SUN, now=MORNING)
    midnight = MORNING + timedelta(hours=16)  # 00:05 on the kitchen's wall
    await dining.serve("tap-2", tomorrow, by=SUN, now=midnight)


async def neighbour(cast: Cast) -> tuple[int, int, int]:
    """Another kitchen of the street, its point and somebody who eats there."""
    kitchen = await places.add_kitchen(
        name="云水厨房", area_id=cast.street, by=CHEN, now=MORNING
    )
    point = await places.add_point(
        kitchen_id=kitchen,
        area_id=cast.community,
        name="云水就餐点",
        by=CHEN,
        now=MORNING,
    )
    person = NewElder(name="孙桂芳", sex="female", birth_date=date(1946, 2, 3))
    elder = await registry.enrol(person, kitchen_id=kitchen, by=CHEN, now=MORNING)
    return kitchen, point, elder


async def test_another_kitchens_people_points_and_rounds_are_unknown_here(
    database: object,
) -> None:
    cast = await closed_count()
    _kitchen, point, elder = await neighbour(cast)
    with pytest.raises(Refusal, match="elder_unknown"):
        await dining.serve("tap-1", asks(cast, elder), by=SUN, now=MORNING)
    placed = {"kitchen_id": cast.kitchen, "day": TODAY, "meal": "lunch"}
    some = {"diet_key": "regular", "portions": 1, "reason": "送过去"}
    for there, code in (
        ({"to_point_id": point}, "dining_point_unknown"),
        ({"to_round_id": 999}, "round_unknown"),
        ({"to_point_id": cast.chaoyang}, "transfer_needs_two_places"),
    ):
        with pytest.raises(Refusal, match=code):
            await dining.transfer(
                **placed,
                **some,
                **there,
                from_point_id=cast.chaoyang,
                by=CHEN,
                now=MORNING,
            )
    with pytest.raises(Refusal, match="dining_point_unknown"):
        await dining.record_leftover(
            **placed, **some, fate="wasted", point_id=point, by=CHEN, now=MORNING
        )
    with pytest.raises(Refusal, match="dining_point_unknown"):
        await headcounts.add_late(
            cast.li,
            *WHEN,
            way="dine_in",
            point_id=point,
            reason="换地方",
            source="telephone",
            by=CHEN,
            now=MORNING,
        )


async def test_a_meal_of_another_kitchen_or_a_door_is_not_the_points_to_undo(
    database: object,
) -> None:
    cast = await closed_count()
    answer, _ = await dining.serve("tap-1", asks(cast, cast.li), by=SUN, now=MORNING)
    stranger = replace(SUN, kitchen_id=cast.kitchen + 1)
    with pytest.raises(Refusal, match="meal_unknown"):
        await dining.undo(answer["meal_id"], "按错", by=stranger, now=MORNING)
    next_door = replace(SUN, point_id=cast.xinhua)
    with pytest.raises(Refusal, match="not_your_point"):
        await dining.undo(answer["meal_id"], "按错", by=next_door, now=MORNING)


@pytest.mark.parametrize("payment", ["account", "voucher", "later"])
async def test_a_guest_without_a_record_pays_in_cash(
    database: object, payment: str
) -> None:
    cast = await closed_count()
    guest = replace(asks(cast, None), payment=payment)
    with pytest.raises(Refusal, match="guest_pays_cash"):
        await dining.serve("tap-1", guest, by=SUN, now=MORNING)
    assert await dining.served_at(cast.chaoyang, *WHEN) == []


async def test_a_point_that_is_not_there_is_a_refusal_and_no_fault(
    database: object,
) -> None:
    cast = await closed_count()
    nowhere = replace(asks(cast, cast.li), point_id=999)
    with pytest.raises(Refusal, match="dining_point_unknown"):
        await dining.serve("tap-1", nowhere, by=SUN, now=MORNING)
    assert await rows("SELECT id FROM refused_attempt") == []
