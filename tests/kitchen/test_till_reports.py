"""What an offline till reports afterwards: every case of the offline table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitchen import dining, headcounts, ledger, recoveries, registry
from kitchen.approved_prices import approve_price
from kitchen.balance import DayClose
from kitchen.database import insert, rows, writing
from kitchen.dining import Told, report
from kitchen.errors import Refusal
from kitchen.till_reports import refuse_open_reports
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter

WHEN = (TODAY, "lunch")
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)


async def lunch() -> tuple[Cast, Told]:
    """A closed count, an open shift, and what 李德福's meal looks like on a tablet."""
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, *WHEN, by=CHEN, now=MORNING)
    await dining.open_shift(cast.chaoyang, *WHEN, by=SUN, now=MORNING)
    pack = await dining.pack_for(cast.chaoyang, *WHEN, now=MORNING)
    told = Told(
        pack=pack.token,
        elder_id=cast.li,
        amount_shown_fen=500,
        happened_at=NOON,
        device="tablet-1",
        device_seq=1,
    )
    return cast, told


async def sent(key: str, told: Told) -> dict[str, Any]:
    answer, _repeated = await report(key, told, by=SUN, now=EVENING)
    return answer


async def served(cast: Cast) -> int:
    return (await dining.totals_of(cast.chaoyang, *WHEN)).served


async def test_the_pack_holds_everybody_of_the_point_and_sets_the_day(
    database: object,
) -> None:
    cast, told = await lunch()
    pack = await dining.pack_for(cast.chaoyang, *WHEN, now=MORNING)
    [guest] = pack.guests
    assert (guest.person.id, guest.price.self_pay_fen) == (cast.li, 500)
    assert pack.tails == {cast.li: ["111277"]}
    facts = dining.read_token(told.pack)
    assert (facts.point_id, facts.day, facts.meal) == (cast.chaoyang, *WHEN)


async def test_a_pack_nobody_signed_is_refused(database: object) -> None:
    cast, told = await lunch()
    point, day, meal, issued, seal = told.pack.split("|")
    for forged in (
        "|".join([point, "2026-11-23", meal, issued, seal]),  # another day
        "|".join([str(cast.xinhua), day, meal, issued, seal]),  # another point
        "|".join([point, day, meal, issued]),  # no seal
        "",
        "x" * 200,
    ):
        with pytest.raises(Refusal, match="pack_unreadable"):
            await report("tap", replace(told, pack=forged), by=SUN, now=EVENING)


async def test_the_first_act_counts_and_the_same_again_is_answered_the_same(
    database: object,
) -> None:
    cast, told = await lunch()
    first, repeated = await report("tap", told, by=SUN, now=EVENING)
    assert (first["status"], first["self_pay_fen"], repeated) == ("ok", 500, False)
    again, repeated = await report("tap", told, by=SUN, now=EVENING)
    assert (again, repeated) == (first, True)
    assert await served(cast) == 1
    [line] = await dining.served_at(cast.chaoyang, *WHEN)
    assert line.served_at == NOON


async def test_a_tap_whose_answer_was_lost_is_the_same_act_from_the_queue(
    database: object,
) -> None:
    cast, told = await lunch()
    asked = dining.Request(cast.chaoyang, *WHEN, cast.li, "subsidised", "cash")
    await dining.serve("tap", asked, by=SUN, now=NOON)
    answer, repeated = await report("tap", told, by=SUN, now=EVENING)
    assert (answer["status"], repeated) == ("ok", True)
    assert await served(cast) == 1


async def test_the_same_id_with_other_content_is_refused(database: object) -> None:
    cast, told = await lunch()
    await sent("tap", told)
    for other in (
        replace(told, elder_id=cast.zhou),
        replace(told, payment="later"),
        replace(told, tariff="full"),
        replace(told, elder_id=None, name="王五"),
        replace(told, kind="undo", of="tap"),
    ):
        with pytest.raises(Refusal, match="act_tampered"):
            await sent("tap", other)


async def test_two_tills_offline_serve_one_elder_and_the_second_is_a_conflict(
    database: object,
) -> None:
    cast, told = await lunch()
    first = await sent("till-1", told)
    second = await sent("till-2", replace(told, device="tablet-2"))
    assert (first["status"], second["status"]) == ("ok", "conflict")
    assert (second["code"], second["meal_id"]) == ("already_served", None)
    assert await served(cast) == 1
    assert await ledger.balance_of("funder:district") == 800
    assert await sent("till-2", replace(told, device="tablet-2")) == second
    [waiting, _fine] = await dining.reports_for(cast.kitchen, *WHEN)
    assert waiting.choices == ("self_pay", "gift", "swap")
    assert (waiting.first_at, waiting.first_point) == (NOON, "朝阳就餐点")


@pytest.mark.parametrize(
    ("choice", "portions", "cash"),
    [("gift", 1, 500), ("self_pay", 2, 1800), ("swap", 1, 500)],
)
async def test_the_manager_decides_a_conflict_by_the_close(
    database: object, choice: str, portions: int, cash: int
) -> None:
    cast, told = await lunch()
    await sent("till-1", told)
    await sent("till-2", told)
    waiting = (await dining.reports_for(cast.kitchen, *WHEN))[0]
    await dining.decide(waiting.id, choice, "孙阿姨记得", by=CHEN, now=EVENING)
    totals = await dining.totals_of(cast.chaoyang, *WHEN)
    assert (totals.served, totals.cash_fen) == (portions, cash)
    assert await ledger.unbalanced() == []
    slots = await rows("SELECT elder FROM meal_slot")
    assert [row["elder"] for row in slots] == [cast.li]
    with pytest.raises(Refusal, match="already_decided"):
        await dining.decide(waiting.id, choice, "再来", by=CHEN, now=EVENING)


async def test_a_price_other_than_the_shown_one_is_kept_beside_it(
    database: object,
) -> None:
    cast, told = await lunch()
    answer = await sent("tap", replace(told, amount_shown_fen=300))
    assert (answer["status"], answer["self_pay_fen"]) == ("ok", 500)
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    assert (kept.amount_shown_fen, kept.self_pay_fen) == (300, 500)
    assert await dining.shown_otherwise(answer["meal_id"]) == 300
    same = await sent("other", replace(told, elder_id=cast.zhou))
    assert await dining.shown_otherwise(same["meal_id"]) is None


@pytest.mark.parametrize("state", ["paused", "ended", "deceased"])
async def test_whoever_left_after_the_pack_waits_for_a_look(
    database: object, state: str
) -> None:
    cast, told = await lunch()
    await registry.set_state(cast.li, state, TODAY, None, "电话", by=CHEN, now=NOON)
    answer = await sent("tap", told)
    assert (answer["status"], answer["code"]) == ("review", "not_active")
    assert await served(cast) == 0
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    await dining.decide(kept.id, "self_pay", "本人来的", by=CHEN, now=EVENING)
    assert (await dining.totals_of(cast.chaoyang, *WHEN)).cash_fen == 1300


async def test_whoever_was_barred_after_the_pack_waits_for_a_look(
    database: object,
) -> None:
    """A rule that came after the pack: the meal is eaten, and never turned away."""
    cast, told = await lunch()
    async with writing():
        await recoveries.open_in_transaction(
            kitchen_id=cast.kitchen,
            elder_id=cast.li,
            finding="",
            amount_fen=800,
            reason="代领",
            barred_from=TODAY,
            by=QIAN,
            now=NOON,
        )
    answer = await sent("tap", told)
    assert (answer["status"], answer["code"]) == ("review", "subsidy_barred")
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    await dining.decide(kept.id, "self_pay", "本人来的", by=CHEN, now=EVENING)
    [line] = await dining.served_at(cast.chaoyang, *WHEN)
    assert (line.elder_id, line.self_pay_fen) == (cast.li, 1300)


@pytest.mark.parametrize("approved_fen", [1299, 0], ids=["above", "free"])
async def test_a_price_above_the_approved_one_waits_until_one_of_them_is_put_right(
    database: object, approved_fen: int
) -> None:
    cast, told = await lunch()
    price = {"kitchen_id": cast.kitchen, "item": "lunch", "by": CHEN, "now": NOON}
    when = {"approved": TODAY, "valid_from": TODAY}
    await approve_price(price_fen=approved_fen, document="云价1号", **price, **when)
    for number, elder in enumerate((cast.li, cast.zhou)):
        answer = await sent(f"tap-{number}", replace(told, elder_id=elder))
        code = "above_approved_price" if approved_fen else "free_item_charged"
        assert (answer["status"], answer["code"]) == ("review", code)
    waiting = await dining.reports_for(cast.kitchen, *WHEN)
    assert [one.choices for one in waiting] == [("accept", "gift")] * 2
    with pytest.raises(Refusal, match=code):
        await dining.decide(waiting[0].id, "accept", "收了", by=CHEN, now=EVENING)
    await dining.decide(waiting[1].id, "gift", "不收钱", by=CHEN, now=EVENING)
    assert await served(cast) == 0
    await approve_price(price_fen=1300, document="云价2号", **price, **when)
    await dining.decide(waiting[0].id, "accept", "已核价", by=CHEN, now=EVENING)
    [line] = await dining.served_at(cast.chaoyang, *WHEN)
    assert (line.elder_id, line.self_pay_fen) == (cast.li, 500)
    async with writing():
        await refuse_open_reports(cast.kitchen, *WHEN)


async def test_what_comes_after_the_shift_closed_is_late(database: object) -> None:
    cast, told = await lunch()
    await dining.close_shift(cast.chaoyang, *WHEN, 0, "", by=SUN, now=NOON)
    answer = await sent("tap", told)
    assert (answer["status"], answer["code"]) == ("late", "shift_closed")
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    await dining.decide(kept.id, "accept", "平板断网", by=CHEN, now=EVENING)
    [line] = await dining.served_at(cast.chaoyang, *WHEN)
    assert (line.elder_id, line.self_pay_fen) == (cast.li, 500)


async def test_what_comes_after_the_seal_is_noted_by_kitchen_and_finance(
    database: object,
) -> None:
    cast, told = await lunch()
    await seal(cast)
    answer = await sent("tap", told)
    assert (answer["status"], answer["code"]) == ("late", "day_closed")
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    assert kept.choices == ("noted",)
    with pytest.raises(Refusal, match="choice_does_not_fit"):
        await dining.decide(kept.id, "accept", "平板断网", by=CHEN, now=EVENING)
    await dining.decide(kept.id, "noted", "平板断网", by=CHEN, now=EVENING)
    await dining.decide(kept.id, "noted", "下月更正", by=QIAN, now=EVENING)
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    assert (kept.decided_by, kept.finance) == (CHEN.name, QIAN.name)
    assert await served(cast) == 0


async def seal(cast: Cast) -> None:
    async with writing():
        await insert(
            DayClose,
            kitchen=cast.kitchen,
            day=TODAY,
            meal="lunch",
            summary="{}",
            seal="x",
            at=NOON,
            by="陈经理",
        )


async def test_somebody_without_a_record_pays_full_until_matched(
    database: object,
) -> None:
    cast, told = await lunch()
    unknown = replace(told, elder_id=None, name="李德福", payment="later")
    answer = await sent("tap", unknown)
    assert (answer["status"], answer["self_pay_fen"]) == ("unmatched", 1300)
    assert await rows("SELECT id FROM meal_slot") == []
    [kept] = await dining.reports_for(cast.kitchen, *WHEN)
    await dining.decide(
        kept.id, "match", "就是他", elder_id=cast.li, by=CHEN, now=EVENING
    )
    totals = await dining.totals_of(cast.chaoyang, *WHEN)
    assert (totals.served, totals.cash_fen) == (1, 500)
    with pytest.raises(Refusal, match="eater_unnamed"):
        await sent("other", replace(unknown, name=" "))


async def test_an_undo_made_offline_takes_the_meal_or_the_conflict_back(
    database: object,
) -> None:
    cast, told = await lunch()
    await sent("till-1", told)
    await sent("till-2", told)
    for number, key in enumerate(("till-2", "till-1")):
        undo = replace(told, kind="undo", of=key)
        assert (await sent(f"undo-{number}", undo))["status"] == "ok"
    assert await served(cast) == 0
    assert [r.choices for r in await dining.reports_for(cast.kitchen, *WHEN)] == [
        ()
    ] * 4
    with pytest.raises(Refusal, match="act_unknown"):
        await sent("undo-x", replace(told, kind="undo", of="never"))


@pytest.mark.parametrize(
    ("hours", "offset", "wall"),
    [
        (-3, 3 * 3600, NOON),  # a clock three hours slow, put right by the pack
        (48, -48 * 3600, NOON),  # two days fast, put right
        (48, 0, EVENING),  # two days fast and nobody knows: the server's time
        (-24, 0, EVENING),  # yesterday by its clock: the pack's day stands
    ],
)
async def test_the_day_is_the_packs_whatever_the_devices_clock_says(
    database: object, hours: int, offset: int, wall: datetime
) -> None:
    cast, told = await lunch()
    wrong = replace(
        told,
        happened_at=NOON + timedelta(hours=hours),
        clock_offset_seconds=offset,
    )
    await sent("tap", wrong)
    [line] = await dining.served_at(cast.chaoyang, *WHEN)
    assert line.served_at == wall


async def test_what_is_decided_later_has_the_time_put_right(database: object) -> None:
    cast, told = await lunch()
    fast = {"clock_offset_seconds": -48 * 3600, "device": "tablet-2"}
    await sent("till-1", told)
    wrong = replace(told, happened_at=NOON + timedelta(hours=48), **fast)
    await sent("till-2", wrong)
    waiting = (await dining.reports_for(cast.kitchen, *WHEN))[0]
    assert waiting.happened_at == NOON
    await dining.decide(waiting.id, "self_pay", "吃了两份", by=CHEN, now=EVENING)
    lines = await dining.served_at(cast.chaoyang, *WHEN)
    assert [line.served_at for line in lines] == [NOON, NOON]


async def test_a_lost_tablet_shows_as_a_gap_in_its_numbers(database: object) -> None:
    cast, told = await lunch()
    await sent("a", replace(told, device_seq=4))
    await sent("b", replace(told, elder_id=cast.zhou, device_seq=7))
    assert await dining.gaps_in(cast.chaoyang, *WHEN) == {"tablet-1": [5, 6]}
    held = await dining.tally(
        told.pack, ["a", "b", "c"], "tablet-1", by=SUN, now=EVENING
    )
    assert held == ["a", "b"]
    assert dining.check_of(held) == dining.check_of(["b", "a"])


async def test_the_day_cannot_close_over_an_undecided_report(database: object) -> None:
    cast, told = await lunch()
    await sent("till-1", told)
    await sent("till-2", told)
    async with writing():
        with pytest.raises(Refusal, match="till_reports_open"):
            await refuse_open_reports(cast.kitchen, *WHEN)
        await refuse_open_reports(cast.kitchen, TODAY, "dinner")
