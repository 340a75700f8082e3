"""The count's page: seen, closed, changed late, stopped with a call list."""

from typing import Any

import pytest

from kitchen import food, headcounts, menus
from kitchen.staff import Actor
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

LUNCH = f"/headcounts/{TODAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "headcounts", "today")


async def test_the_count_shows_every_place_and_closes_with_spares(
    manager: Client,
) -> None:
    cast = await enter()
    page = await manager.get(LUNCH)
    for word in ("朝阳就餐点", "新华就餐点", "送餐到家", "王秀英", "李德福"):
        assert word in page.text
    answer = await manager.submit(f"{LUNCH}/closure", **{f"walk_in_{cast.chaoyang}": 3})
    assert answer.status_code == 303
    count = await headcounts.closed(cast.kitchen, TODAY, "lunch")
    assert count is not None
    spares = await headcounts.spares_for(cast.kitchen, TODAY, "lunch")
    assert [(s.point_id, s.portions) for s in spares] == [(cast.chaoyang, 3)]


async def test_whoever_waits_for_a_word_is_named_in_the_count(manager: Client) -> None:
    """On no map, and allergic to a dish of the day: both counted, neither left out."""
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    peanuts = next(d for d in (await food.dishes()).values() if "peanut" in d.allergens)
    await menus.set_dish(
        *(cast.kitchen, TODAY, "lunch", "A", 1, peanuts.id), by=CHEN, now=MORNING
    )
    for answer in (await manager.get(LUNCH), await closed_page(manager)):
        waiting = answer.text.split('id="waiting"')[1].split("</section>")[0]
        assert "待解决 2 人" in waiting
        assert waiting.index("李德福") < waiting.index(f"不能吃{peanuts.name}")
        assert waiting.index("赵秀兰") < waiting.index("住址没有位置")
        assert "王秀英" not in waiting


async def closed_page(manager: Client) -> Any:
    await manager.submit(f"{LUNCH}/closure")
    return await manager.get(LUNCH)


async def closed(manager: Client) -> Cast:
    cast = await enter()
    await manager.submit(f"{LUNCH}/closure")
    return cast


async def test_a_late_addition_is_recorded_with_who_and_why(manager: Client) -> None:
    cast = await closed(manager)
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    li = next(eater for eater in eaters if eater.elder_id == cast.li)
    answer = await manager.submit(
        f"{LUNCH}/diners/{li.diner_id}/changes",
        kind="cancel",
        source="telephone",
        reason="女儿来接",
    )
    assert answer.status_code == 303
    answer = await manager.submit(
        f"{LUNCH}/additions",
        who="ldf",
        way="dine_in",
        point=cast.chaoyang,
        source="telephone",
        reason="又回来了",
    )
    assert answer.status_code == 303
    page = await manager.get(LUNCH)
    assert "女儿来接" in page.text
    assert "又回来了" in page.text


async def test_a_late_addition_keeps_what_was_typed_and_says_what_is_wrong(
    manager: Client,
) -> None:
    await closed(manager)
    answer = await manager.submit(
        f"{LUNCH}/additions", who="没这个人", way="deliver", source="office", reason=""
    )
    assert answer.status_code == 422
    assert "没有找到“没这个人”" in answer.text
    assert "原因：还没有填" in answer.text
    assert 'value="没这个人"' in answer.text


async def test_a_double_booking_is_explained(manager: Client) -> None:
    cast = await closed(manager)
    answer = await manager.submit(
        f"{LUNCH}/additions",
        who=f"#{cast.wang}",
        way="deliver",
        source="office",
        reason="再来一份",
    )
    assert answer.status_code == 422
    assert "王秀英这一餐已经订过了" in answer.text


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_stopped_meal_leaves_a_call_list_ticked_by_name(
    manager: Client, is_closed: bool
) -> None:
    """Before the close and after it; and called again when there is gas after all."""
    cast = await (closed(manager) if is_closed else enter())
    assert "厨房今天做不了" in (await manager.get(LUNCH)).text
    answer = await manager.submit(
        f"{LUNCH}/cancellation", kind="cancelled", reason="停气"
    )
    assert answer.status_code == 303
    page = await manager.get(f"{LUNCH}/calls")
    assert "王秀英" in page.text
    today = await manager.get(f"/today/{TODAY}/lunch")
    assert "这一餐停供（停气），还有 4 位没有通知到" in today.text
    assert "登记做好的菜" not in today.text
    await manager.submit(f"{LUNCH}/calls", elder=cast.wang, outcome="told")
    page = await manager.get(f"{LUNCH}/calls")
    assert "已通知 1 位，共 4 位" in page.text
    page = await manager.get(LUNCH)
    assert "这一餐停供：停气" in page.text
    assert "厨房今天做不了" not in page.text
    assert (await manager.submit(f"{LUNCH}/resumption")).status_code == 303
    page = await manager.get(f"{LUNCH}/calls")
    assert "已通知 0 位，共 1 位" in page.text
    assert "李德福" in (await manager.get(LUNCH)).text


async def test_the_call_list_is_for_whoever_may_read_names(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast = await closed(manager)
    await manager.submit(f"{LUNCH}/cancellation", kind="cancelled", reason="停气")
    cook = await sign_in_as("cook")
    assert (await cook.get(f"{LUNCH}/calls")).status_code == 403
    assert "/calls" not in (await cook.get(LUNCH)).text
    staff = await sign_in_as("point_staff", point_id=cast.chaoyang)
    page = await staff.get(f"{LUNCH}/calls")
    assert "李德福" in page.text
    assert "周建国" not in page.text


async def test_what_is_brought_instead_is_a_dish_the_register_knows(
    manager: Client,
) -> None:
    cast = await closed(manager)
    await food.load_food(by=CHEN, now=MORNING)
    dish = next(iter((await food.dishes()).values()))
    instead = {"kind": "substituted", "reason": "停气"}
    for typed, said in (
        ("", "改送什么：还没有填"),
        (f"{dish.name}、=外卖面包", "菜品库里没有“=外卖面包”"),
        ("改" * 300, "最多 200"),
    ):
        answer = await manager.submit(
            f"{LUNCH}/cancellation", substitute=typed, **instead
        )
        assert answer.status_code == 422
        assert said in answer.text
        assert "停气" in answer.text  # nothing typed is lost
    await manager.submit(f"{LUNCH}/cancellation", substitute=dish.name, **instead)
    menu = await menus.menu_for(cast.kitchen, TODAY, "lunch")
    assert [line.dish.id for line in menu.lines] == [dish.id]
    assert f"这一餐改送：{dish.name}" in (await manager.get(LUNCH)).text


async def test_point_staff_see_only_their_own_point(sign_in_as: SignInAs) -> None:
    cast = await enter()
    sun = await sign_in_as(
        "point_staff", "孙阿姨", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    page = await sun.get(LUNCH)
    assert "李德福" in page.text
    assert "周建国" not in page.text
    assert isinstance(sun.actor, Actor)


async def test_point_staff_read_no_reasons_of_the_other_point(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast = await closed(manager)
    for eater in await headcounts.eaters_for(cast.kitchen, TODAY, "lunch"):
        if eater.elder_id in (cast.li, cast.zhou):
            await manager.submit(
                f"{LUNCH}/diners/{eater.diner_id}/changes",
                kind="portions",
                portions=2,
                source="telephone",
                reason=f"来客{eater.name}",
            )
    scope = {"kitchen_id": cast.kitchen, "point_id": cast.chaoyang}
    page = await (await sign_in_as("point_staff", **scope)).get(LUNCH)
    assert "来客李德福" in page.text
    assert "周建国" not in page.text


async def test_spares_sent_twice_are_added_once(manager: Client) -> None:
    cast = await closed(manager)
    form = {f"spare_{cast.chaoyang}": 2, "act": "6f1f9a7c-3a53-4f0e-9d61-6a0f7a1c2b10"}
    for _ in range(2):
        answer = await manager.submit(f"{LUNCH}/spares", **form)
        assert answer.status_code == 303
    spares = await headcounts.spares_for(cast.kitchen, TODAY, "lunch")
    assert [spare.portions for spare in spares] == [2]


@pytest.mark.parametrize("role", ["cook", "auditor"])
async def test_who_needs_figures_alone_reads_no_names(
    manager: Client, sign_in_as: SignInAs, role: str
) -> None:
    cast = await closed(manager)
    await manager.submit(
        f"{LUNCH}/additions", who="ldf", way="dine_in", source="office", reason="x"
    )
    reader = await sign_in_as(role, kitchen_id=cast.kitchen)
    whole, listed = await reader.get(LUNCH), await reader.fragment(LUNCH)
    assert "朝阳就餐点" in whole.text
    for name in ("王秀英", "李德福", "周建国"):
        assert name not in whole.text + listed.text


async def test_a_point_where_everyone_cancelled_still_tells_why(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast = await closed(manager)
    for eater in await headcounts.eaters_for(cast.kitchen, TODAY, "lunch"):
        if eater.elder_id == cast.li:
            await manager.submit(
                f"{LUNCH}/diners/{eater.diner_id}/changes",
                kind="cancel",
                source="telephone",
                reason="女儿来接",
            )
    scope = {"kitchen_id": cast.kitchen, "point_id": cast.chaoyang}
    page = await (await sign_in_as("point_staff", **scope)).get(LUNCH)
    assert "女儿来接" in page.text


async def diner_of(cast: Cast, elder_id: int) -> int:
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    return next(e.diner_id for e in eaters if e.elder_id == elder_id)


async def test_a_change_is_a_sheet_of_its_own_and_a_drawer_for_htmx(
    manager: Client,
) -> None:
    cast = await closed(manager)
    here = f"{LUNCH}/diners/{await diner_of(cast, cast.li)}"
    page = await manager.get(here)
    assert "<h1" in page.text
    assert "花生过敏" in page.text
    drawer = await manager.fragment(here)
    assert "<h1" not in drawer.text
    assert 'class="drawer"' in drawer.text


async def test_portions_are_changed_late_and_mistakes_stay_on_the_sheet(
    manager: Client,
) -> None:
    cast = await closed(manager)
    here = f"{LUNCH}/diners/{await diner_of(cast, cast.li)}"
    for portions in ("0", "10", "两份", "-1"):
        answer = await manager.submit(
            f"{here}/changes",
            kind="portions",
            portions=portions,
            source="door",
            reason="客人来",
        )
        assert answer.status_code == 422
        assert "李德福" in answer.text
    answer = await manager.submit(
        f"{here}/changes", kind="portions", portions=2, source="door", reason="客人来"
    )
    assert answer.status_code == 303
    eaters = await headcounts.eaters_for(cast.kitchen, TODAY, "lunch")
    assert {e.portions for e in eaters if e.elder_id == cast.li} == {2}


async def test_nothing_is_changed_late_before_the_close(manager: Client) -> None:
    await enter()
    assert (await manager.get(f"{LUNCH}/diners/1")).status_code == 404
    assert (await manager.submit(f"{LUNCH}/diners/1/changes")).status_code == 404


async def test_the_list_is_narrowed_to_a_place_or_a_name(manager: Client) -> None:
    cast = await enter()
    here = await manager.fragment(f"{LUNCH}?at={cast.chaoyang}")
    assert "李德福" in here.text
    assert "周建国" not in here.text
    doors = await manager.fragment(f"{LUNCH}?at=door&q=wxy")
    assert "王秀英" in doors.text
    assert "赵秀兰" not in doors.text
    for nonsense in ("at=99", "page=0", "page=-3", "page=x", "page=99999999", "q=%"):
        page = await manager.get(f"{LUNCH}?{nonsense}")
        assert page.status_code == 200
