"""The clerk's desk: returned sheets, exceptions by keyboard, closed doors."""

from datetime import timedelta

import pytest

from app.delivery_pages import shelves_of
from kitchen import day_close
from kitchen.database import rows, update_row, writing
from kitchen.delivery_days import delivery_day
from kitchen.dining import transfers_for
from kitchen.doors import open_cases, unfinished
from kitchen.headcounts import SpareFacts, set_spares
from kitchen.loadings import Shelf, loadings_for
from kitchen.meals import meals_for
from kitchen.round_plans import Plan
from kitchen.round_tables import Round
from kitchen.sheet_returns import returns_for
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_deliveries import (
    out_in_the_streets,
    printed,
    round_of,
    stop_of,
)

DESK = f"/deliveries/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "rounds", "deliveries", "loadings", "doors", "jobs", "balance")


@pytest.fixture
async def street(app: object) -> tuple[Cast, Plan]:
    return await out_in_the_streets()


def number_of(plan: Plan, stop_id: int) -> tuple[int, int]:
    """Round number and position of a stop."""
    stop = next(stop for stop in plan.stops if stop.id == stop_id)
    row = next(row for row in plan.rounds if row.id == stop.round_id)
    return row.number, stop.position


async def sign_points(manager: Client, plan: Plan) -> None:
    for stop in plan.stops:
        if stop.key[0] == "point":
            answer = await manager.submit(
                f"/deliveries/stops/{stop.id}/reports",
                outcome="point",
                portions="1",
                heat="65.5",
                receiver="孙阿姨",
                reporter="赵师傅",
            )
            assert answer.status_code == 303, answer.text


async def test_sheet_seven_version_two_stop_four_no_answer(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    number, position = number_of(plan, await stop_of(cast, plan, cast.wang))
    await printed(cast, 7, f"round:{number}")
    await printed(cast, 7, f"round:{number}", version=2)
    typed = {
        "sheet": "7",
        "version": "2",
        "position": str(position),
        "outcome": "no_answer",
        "reporter": "钱师傅",
        "at": "11:20",
    }
    old = await manager.submit(f"{DESK}/reports", **{**typed, "version": "1"})
    assert old.status_code == 422
    assert "7 号单已有第 2 版" in old.text
    answer = await manager.submit(f"{DESK}/reports", **typed)
    assert answer.status_code == 303
    case = (await open_cases(cast.kitchen, TODAY, "lunch"))[0]
    assert (case.name, case.opened_by) == ("王秀英", "钱师傅")
    page = (await manager.get(answer.headers["location"])).text
    assert 'value="7"' in page, "the next exception of the same sheet is one key away"
    assert "王强" in page, "the ladder is there"
    assert f"7 号单第 {position} 站，王秀英：" in page, "a mistyped stop is seen"


async def test_a_round_has_the_colour_it_has_on_the_board(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    _cast, plan = street
    [row] = [row for row in plan.rounds if plan.stops_of(row.id)]
    for number, colour in ((3, 3), (8, 2)):
        async with writing():
            await update_row(Round, row.id, {"number": number})
        page = (await manager.get(DESK)).text
        assert f'round-number round-{colour}">{number}</b>' in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("sheet", "", "单号：还没有填"),
        ("sheet", "9", "今天没有 9 号单"),
        ("version", "x", "1 到 999 的整数"),
        ("position", "77", "7 号单上没有第 77 站"),
        ("outcome", "delivered", "结果"),
        ("reporter", "", "谁报的：还没有填"),
        ("at", "25:61", "24 小时制"),
    ],
)
async def test_what_cannot_be_on_a_sheet_is_refused_in_words(
    street: tuple[Cast, Plan], manager: Client, field: str, typed: str, said: str
) -> None:
    cast, plan = street
    number, position = number_of(plan, await stop_of(cast, plan, cast.wang))
    await printed(cast, 7, f"round:{number}")
    good = {
        "sheet": "7",
        "version": "1",
        "position": str(position),
        "outcome": "refused",
        "reporter": "钱师傅",
    }
    answer = await manager.submit(f"{DESK}/reports", **{**good, field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []


async def test_a_sheet_is_closed_by_name_and_the_desk_shows_it(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    await sign_points(manager, plan)
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    path = f"/deliveries/rounds/{round_id}"
    nobody = await manager.submit(f"{path}/return", payment="later", reporter="")
    assert nobody.status_code == 422
    assert "谁报的：还没有填" in nobody.text
    answer = await manager.submit(
        f"{path}/return",
        reporter="钱师傅",
        payment="cash",
        cash="10.00",
        left="11:31",
        signature_seen="on",
        heat="61.5",
        boxes="2",
    )
    assert answer.status_code == 303
    returned = await returns_for(cast.kitchen, TODAY, "lunch")
    assert [
        (back.cash_fen, back.boxes_back, back.signature_seen, back.decidegrees)
        for back in returned.values()
    ] == [(1000, 2, True, 615)]
    assert await unfinished(cast.kitchen, TODAY, "lunch") == []
    assert "已回单" in (await manager.get(DESK)).text
    assert "钱师傅 交回" in (await manager.get(path)).text


async def test_cash_that_differs_needs_a_word(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    await sign_points(manager, plan)
    round_id = round_of(plan, await stop_of(cast, plan, cast.wang))
    answer = await manager.submit(
        f"/deliveries/rounds/{round_id}/return",
        reporter="钱师傅",
        payment="cash",
        cash="5",
    )
    assert answer.status_code == 422
    assert "应收现金 10.00 元，实收 5.00 元" in answer.text


async def test_a_door_is_followed_up_until_an_office_takes_over(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="no_answer", reporter="钱师傅"
    )
    clerk = await sign_in_as("clerk", "李社工")
    page = await clerk.get(f"/doors/{TODAY}/lunch")
    assert page.status_code == 200
    assert "王秀英" in page.text
    case = (await open_cases(cast.kitchen, TODAY, "lunch"))[0]
    path = f"/doors/cases/{case.id}/steps"
    called = {"kind": "called", "rung": case.ladder[1].key, "note": "没接"}
    assert (await manager.submit(path, **called)).status_code == 303
    nameless = await manager.submit(path, kind="handed_over", office="朝阳社区")
    assert nameless.status_code == 422
    assert "请写明单位里是谁接的" in nameless.text
    await manager.submit(path, kind="handed_over", office="朝阳社区", who="孙主任")
    assert await open_cases(cast.kitchen, TODAY, "lunch") == []
    assert "朝阳社区 孙主任" in (await manager.get(f"/doors/{TODAY}/lunch")).text


async def test_a_day_without_closed_doors_leads_to_the_last_that_had_one(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs
) -> None:
    cast, plan = street
    tomorrow = f"/doors/{TODAY + timedelta(days=1)}/lunch"
    nothing = (await manager.get(tomorrow)).text
    assert "这里就开始计时" in nothing
    assert "看上一次" not in nothing
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="no_answer", reporter="钱师傅"
    )
    assert f'href="/doors/{TODAY}/lunch"' in (await manager.get(tomorrow)).text
    before = f"/doors/{TODAY - timedelta(days=1)}/lunch"
    assert "看上一次" not in (await manager.get(before)).text
    stranger = await sign_in_as("dispatcher", kitchen_id=cast.kitchen + 1)
    assert "看上一次" not in (await stranger.get(tomorrow)).text


async def test_a_load_is_counted_and_what_came_back_is_named(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    path = f"/deliveries/rounds/{round_of(plan, stop)}"
    page = (await manager.get(path)).text
    assert "软食·低盐" in page
    empty = await manager.submit(f"{path}/loadings")
    assert empty.status_code == 422
    fields = {name: "1" for name in ("load-0", "load-1") if f'name="{name}"' in page}
    answer = await manager.submit(f"{path}/loadings", heat="68.5", **fields)
    assert answer.status_code == 303
    lines = [
        line
        for some in (await loadings_for(cast.kitchen, TODAY, "lunch")).values()
        for line in some
    ]
    assert {line.decidegrees for line in lines} == {685}
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="refused", reporter="钱师傅"
    )
    assert "带回的饭" in (await manager.get(path)).text
    back = await manager.submit(
        f"{path}/leftovers",
        diet="soft+low_salt",
        portions="1",
        fate="wasted",
        reason="王奶奶不想吃",
    )
    assert back.status_code == 303


async def test_a_wrong_report_is_taken_back_with_a_reason(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="elder", reporter="钱师傅"
    )
    assert len(await meals_for(cast.kitchen, TODAY, "lunch")) == 1
    page = (await manager.get(f"/deliveries/stops/{stop}")).text
    path = page.partition("/void")[0].rpartition('"')[2] + "/void"
    assert (await manager.submit(path, reason="")).status_code == 422
    assert (await manager.submit(path, reason="看错站号")).status_code == 303
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []


async def test_a_foreign_kitchens_doors_are_a_lost_page(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    stranger = await sign_in_as("dispatcher", kitchen_id=cast.kitchen + 1)
    assert (await stranger.get(f"/deliveries/stops/{stop}")).status_code == 404
    answer = await stranger.submit(
        f"/deliveries/stops/{stop}/reports", outcome="elder", reporter="谁"
    )
    assert answer.status_code == 404
    assert await meals_for(cast.kitchen, TODAY, "lunch") == []


async def test_portions_are_passed_on_from_a_round_and_to_it(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    trip = round_of(plan, await stop_of(cast, plan, cast.wang))
    path = f"/deliveries/rounds/{trip}"
    page = (await manager.get(path)).text
    assert f'value="point:{cast.xinhua}"' in page
    good = {
        "way": "out",
        "place": f"point:{cast.xinhua}",
        "diet": "regular",
        "portions": "2",
        "reason": "新华不够",
    }
    for wrong in (
        {"way": "up"},
        {"place": "kitchen:1"},
        {"place": ""},
        {"place": f"round:{trip}"},
        {"place": "point:99999"},
        {"portions": "0"},
        {"portions": "两份"},
        {"reason": ""},
    ):
        answer = await manager.submit(f"{path}/transfers", **{**good, **wrong})
        assert answer.status_code in (404, 422), wrong
    assert await transfers_for(cast.kitchen, TODAY, "lunch") == []
    assert (await manager.submit(f"{path}/transfers", **good)).status_code == 303
    back = {**good, "way": "in", "reason": "用不完"}
    assert (await manager.submit(f"{path}/transfers", **back)).status_code == 303
    moves = await transfers_for(cast.kitchen, TODAY, "lunch")
    here = f"point:{cast.xinhua}"
    assert [(m.source == here, m.target == here) for m in moves] == [
        (False, True),
        (True, False),
    ]
    shown = (await manager.get(path)).text
    assert "新华不够" in shown
    assert "用不完" in shown


async def test_a_spare_rides_along_and_is_no_difference(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    spare = [SpareFacts(0, None, "spare", "regular", 2)]
    await set_spares(cast.kitchen, TODAY, "lunch", spare, by=CHEN, now=MORNING)
    stop = await stop_of(cast, plan, cast.wang)
    trip = round_of(plan, stop)
    path = f"/deliveries/rounds/{trip}"
    assert "备份可带 2" in (await manager.get(path)).text
    view = await delivery_day(cast.kitchen, TODAY, "lunch")
    state = next(one for one in view.rounds if one.round_id == trip)
    counts = {
        f"load-{n}": state.expected.get(shelf, 0) + (shelf == Shelf(None, "regular"))
        for n, shelf in enumerate(shelves_of(view, state))
    }
    assert (await manager.submit(f"{path}/loadings", **counts)).status_code == 303
    page = (await manager.get(path)).text
    assert "含随车备份 1" in page
    assert "随车备份没有送出去的" in page
    after = await delivery_day(cast.kitchen, TODAY, "lunch")
    assert after.spares_left == {"regular": 1}
    assert next(one for one in after.rounds if one.round_id == trip).is_loaded
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    number = state.number
    assert not [
        d
        for d in balance.differences
        if d.code == "loaded" and d.place == f"round:{number}"
    ]


async def test_a_number_behind_a_closed_door_is_shown_once_and_the_look_is_logged(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="no_answer", reporter="钱师傅"
    )
    [case] = await open_cases(cast.kitchen, TODAY, "lunch")
    page = await manager.get(f"/doors/{TODAY}/lunch")
    assert "13800138000" not in page.text
    shown = await manager.submit(f"/doors/cases/{case.id}/numbers", rung="elder")
    assert "13800138000" in shown.text
    looks = await rows("SELECT * FROM audit_line WHERE action = 'reveal.phone'")
    assert [(look["actor"], look["reason"]) for look in looks] == [
        ("陈主管", "没人应门")
    ]


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("steps", {"kind": "forgotten"}, "做了什么"),  # no such step
        ("steps", {"kind": "called"}, "请写明打给了谁"),
        ("steps", {"kind": "called", "rung": "contact:999"}, "不在这位老人的联系顺序"),
        ("steps", {"kind": "reached"}, "请写明联系到了谁"),
        ("steps", {"kind": "handed_over", "who": "孙主任"}, "请写明交给了哪个单位"),
        ("visits", {"at": ""}, "再上门的时间：还没有填"),
        ("visits", {"at": "25:00"}, "24 小时制"),
        ("visits", {"at": "07:00"}, "07:00 已经过了"),  # it is half past eight
        ("meal", {"fate": "eaten"}, "这份饭"),
        ("meal", {"fate": "spare"}, "原来的一份还在车上"),
    ],
)
async def test_what_cannot_be_done_about_a_door_is_refused_in_words(
    street: tuple[Cast, Plan],
    manager: Client,
    path: str,
    fields: dict[str, str],
    said: str,
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="no_answer", reporter="钱师傅"
    )
    [case] = await open_cases(cast.kitchen, TODAY, "lunch")
    answer = await manager.submit(f"/doors/cases/{case.id}/{path}", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(await open_cases(cast.kitchen, TODAY, "lunch")) == 1


async def test_a_meal_that_nobody_took_goes_into_the_balance(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="no_answer", reporter="钱师傅"
    )
    [case] = await open_cases(cast.kitchen, TODAY, "lunch")
    path = f"/doors/cases/{case.id}/meal"
    assert (await manager.submit(path, fate="kept")).status_code == 303
    assert (await manager.submit(path, fate="returned")).status_code == 303
    again = await manager.submit(path, fate="wasted")
    assert again.status_code == 422, "one meal, one fate"
    left = await rows("SELECT fate, portions, diet_key FROM leftover")
    assert [(row["fate"], row["portions"]) for row in left] == [("returned", 1)]
    # one of the kitchen's own spares follows the round, and its page says from where
    spare = [SpareFacts(0, None, "spare", "soft+low_salt", 1)]
    await set_spares(cast.kitchen, TODAY, "lunch", spare, by=CHEN, now=MORNING)
    assert (await manager.submit(path, fate="spare")).status_code == 303
    trip = round_of(plan, stop)
    number = next(row.number for row in plan.rounds if row.id == trip)
    page = (await manager.get(f"/deliveries/rounds/{trip}")).text
    assert f"从厨房调到第 {number} 趟" in page


async def test_nobody_answered_but_the_son_was_reached_at_once(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    path = f"/deliveries/stops/{stop}/reports"
    typed = {"outcome": "no_answer_reached", "reporter": "钱师傅"}
    assert (await manager.submit(path, **typed)).status_code == 422
    await manager.submit(path, **typed, receiver="儿子王强")
    assert await open_cases(cast.kitchen, TODAY, "lunch") == []
    page = await manager.get(f"/deliveries/rounds/{round_of(plan, stop)}")
    assert "无人应答，已联系到" in page.text


async def test_what_nobody_reported_is_listed_until_somebody_does(
    street: tuple[Cast, Plan], manager: Client
) -> None:
    cast, plan = street
    page = (await manager.get(DESK)).text
    listed = page.partition('class="silent"')[2].partition("</ul>")[0]
    assert "王秀英" in listed
    assert "赵秀兰" in listed
    stop = await stop_of(cast, plan, cast.wang)
    assert f'href="/deliveries/stops/{stop}"' in listed
    balance = (await manager.get(DESK.replace("deliveries", "balance"))).text
    assert f'href="/deliveries/stops/{stop}"' in balance
    await manager.submit(
        f"/deliveries/stops/{stop}/reports", outcome="elder", reporter="钱师傅"
    )
    page = (await manager.get(DESK)).text
    listed = page.partition('class="silent"')[2].partition("</ul>")[0]
    assert "王秀英" not in listed
    assert "赵秀兰" in listed
