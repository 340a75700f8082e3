"""A voice gives a name: the meal is there at once, and what it says runs on a clock."""

import pytest

from kitchen.incidents import open_incidents
from kitchen.round_plans import Plan
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen.cast import Cast
from tests.kitchen.test_deliveries import out_in_the_streets, stop_of


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "hotline", "deliveries", "doors", "registry")


@pytest.fixture
async def street(app: object, clock: Clock) -> tuple[Cast, Plan]:
    clock.forward(hours=3)
    return await out_in_the_streets()


@pytest.mark.parametrize("typed", ["王秀英", "秀英", "wxy", "wangxiuying", "8000"])
async def test_a_name_in_any_form_shows_meal_round_and_stop(
    street: tuple[Cast, Plan], manager: Client, typed: str
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    code = plan.codes[next(s.key for s in plan.stops if s.id == stop)]
    page = await manager.get(f"/hotline?q={typed}")
    for shown in ("王秀英", "送餐", code, "还没有人报"):
        assert shown in page.text, shown
    part = await manager.fragment(f"/hotline?q={typed}")
    assert code in part.text
    assert "<html" not in part.text


async def test_a_call_runs_until_it_is_dealt_with(
    street: tuple[Cast, Plan], manager: Client, clock: Clock
) -> None:
    cast, _plan = street
    opened = await manager.submit(
        "/hotline/incidents",
        elder=str(cast.wang),
        kind="no_meal",
        said="还没收到",
        caller="女儿",
    )
    assert opened.status_code == 303
    path = opened.headers["location"]
    clock.forward(minutes=25)
    page = await manager.get(path)
    assert "25 分钟" in page.text
    assert "的时限" in page.text
    empty = await manager.submit(f"{path}/steps", kind="done")
    assert empty.status_code == 422
    assert "请写一句做了什么" in empty.text
    done = await manager.submit(f"{path}/steps", kind="done", said="补送一份")
    assert done.status_code == 303
    assert await open_incidents(cast.kitchen) == []
    assert "补送一份" in (await manager.get(path)).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "rain"}, "什么事"),  # no such kind
        ({"said": ""}, "来电说了什么：还没有填"),
        ({"said": "话" * 500}, "来电说了什么"),  # longer than the field
    ],
)
async def test_a_call_without_words_is_kept_as_typed(
    street: tuple[Cast, Plan], manager: Client, fields: dict[str, str], said: str
) -> None:
    cast, _plan = street
    typed = {"kind": "late", "said": "晚了半小时", "caller": "女儿", **fields}
    answer = await manager.submit("/hotline/incidents", **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "女儿" in answer.text, "nothing typed is lost"
    assert await open_incidents(cast.kitchen) == []


async def test_another_kitchens_caller_is_not_there(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs
) -> None:
    cast, _plan = street
    opened = await manager.submit(
        "/hotline/incidents", elder=str(cast.wang), kind="late", said="晚"
    )
    stranger = await sign_in_as("dispatcher", kitchen_id=cast.kitchen + 1)
    assert (await stranger.get(opened.headers["location"])).status_code == 404


async def test_what_happened_at_the_door_who_rang_before_and_who_took_it_are_there(
    street: tuple[Cast, Plan], manager: Client, sign_in_as: SignInAs, clock: Clock
) -> None:
    cast, plan = street
    stop = await stop_of(cast, plan, cast.wang)
    reports = f"/deliveries/stops/{stop}/reports"
    await manager.submit(reports, outcome="no_answer", reporter="钱师傅")
    assert "没人应门，正在找" in (await manager.get("/hotline?q=wxy")).text
    clock.forward(minutes=3)
    await manager.submit(reports, outcome="elder", reporter="钱师傅")
    found = (await manager.get("/hotline?q=wxy")).text
    assert "正在找" not in found
    assert "本人签收" in found
    assert "钱师傅 报" in found

    call = {"elder": str(cast.wang), "kind": "no_meal", "caller": "女儿"}
    first = (
        await manager.submit("/hotline/incidents", **call, said="还没收到")
    ).headers["location"]
    assert "以前的来电" not in (await manager.get(first)).text
    other = await sign_in_as("dispatcher", "林调度", kitchen_id=cast.kitchen)
    assert (await other.submit(f"{first}/steps", kind="taken")).status_code == 303
    assert "林调度 接手" in (await manager.get("/hotline")).text
    await other.submit(f"{first}/steps", kind="done", said="刚送到，已回电")
    second = (
        await manager.submit("/hotline/incidents", **call, said="菜凉了")
    ).headers["location"]
    page = (await manager.get(second)).text
    before = page.split("以前的来电")[1]
    assert f'href="{first}"' in before
    assert "还没收到" in before
    assert "菜凉了" not in before
