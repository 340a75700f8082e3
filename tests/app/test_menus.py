"""The week's menu in a browser: typed by initials, saved, published, answered."""

import re

import pytest

from kitchen import decisions, food, menus
from kitchen.menus import DayMenu
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

PAGE = "/menus/2026-11-24/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "food", "production")


async def stocked() -> tuple[Cast, dict[str, int]]:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    return cast, {each.name: each.id for each in (await food.dishes()).values()}


async def menu(cast: Cast) -> DayMenu:
    return await menus.menu_for(cast.kitchen, TODAY, "lunch")


async def held(cast: Cast) -> list[str]:
    return [each.name for each in (await menu(cast)).sets["A"]]


def cell(row: int, choice: str = "A", day: str = "2026-11-24") -> str:
    return f"cell.{day}.{choice}.{row}"


async def test_a_dish_is_picked_by_its_initials(manager: Client) -> None:
    cast, _ = await stocked()
    answer = await manager.submit(
        f"{PAGE}/cells", htmx=True, **{"cell": cell(1), cell(1): "hsr"}
    )
    assert answer.status_code == 200
    assert 'value="红烧肉"' in answer.text
    assert 'hx-swap-oob="true"' in answer.text  # the day's figures come along
    assert [each.name for each in (await menu(cast)).dishes] == ["红烧肉"]


async def test_the_whole_week_is_saved_without_scripts(manager: Client) -> None:
    cast, _ = await stocked()
    answer = await manager.submit(
        f"{PAGE}/cells",
        **{cell(1): "宫保鸡丁", cell(5): "白米饭", cell(1, day="2026-11-25"): "hsr"},
    )
    assert answer.status_code == 303
    assert [each.name for each in (await menu(cast)).sets["A"]] == [
        "宫保鸡丁",
        "白米饭",
    ]
    answer = await manager.submit(f"{PAGE}/cells", **{cell(1): "", cell(5): "白米饭"})
    assert [each.name for each in (await menu(cast)).dishes] == ["白米饭"]


async def test_the_whole_week_leaves_alone_what_a_colleague_changed_meanwhile(
    manager: Client,
) -> None:
    cast, _ = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁", cell(2): "麻婆豆腐"})
    page = (await manager.get(PAGE)).text
    drawn = dict(re.findall(r'name="(was\.cell\.2026-11-24[^"]*)" value="(\d*)"', page))
    # a colleague: another main, no soup any more, rice
    theirs = {cell(1): "红烧肉", cell(2): "", cell(5): "白米饭"}
    await manager.submit(f"{PAGE}/cells", **theirs)
    # who did not type there changes nothing there
    mine = {cell(1): "宫保鸡丁", cell(2): "麻婆豆腐", cell(3): "清炒菠菜", cell(5): ""}
    await manager.submit(f"{PAGE}/cells", **drawn, **mine)
    assert (await held(cast)) == ["红烧肉", "清炒菠菜", "白米饭"]
    # who did is told, and the next save is meant
    mine = {cell(1): "清蒸鲈鱼", cell(2): "鱼香肉丝", cell(5): ""}
    answer = await manager.submit(f"{PAGE}/cells", **drawn, **mine)
    assert answer.status_code == 422
    assert "有人改成了“红烧肉”" in answer.text
    assert "有人清空了" in answer.text
    assert (await held(cast)) == ["红烧肉", "清炒菠菜", "白米饭"]
    redrawn = dict(
        re.findall(r'name="(was\.cell\.2026-11-24[^"]*)" value="(\d*)"', answer.text)
    )
    await manager.submit(f"{PAGE}/cells", **redrawn, **{**mine, cell(5): "白米饭"})
    assert (await held(cast)) == ["清蒸鲈鱼", "鱼香肉丝", "清炒菠菜", "白米饭"]


async def test_a_cell_left_alone_tells_what_a_colleague_put_there_meanwhile(
    manager: Client,
) -> None:
    cast, ids = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    mine = {"cell": cell(1), cell(1): "清蒸鲈鱼", f"was.{cell(1)}": ""}
    answer = await manager.submit(f"{PAGE}/cells", htmx=True, **mine)
    assert "有人改成了“宫保鸡丁”" in answer.text
    assert 'value="清蒸鲈鱼"' in answer.text  # what was typed is not lost
    assert 'data-told="" data-theirs="宫保鸡丁"' in answer.text
    assert (await held(cast)) == ["宫保鸡丁"]
    mine |= {f"was.{cell(1)}": str(ids["宫保鸡丁"])}  # seen now, so it is meant
    answer = await manager.submit(f"{PAGE}/cells", htmx=True, **mine)
    assert (await held(cast)) == ["清蒸鲈鱼"]
    assert "data-told" not in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("不存在的菜", "没有“不存在的菜”这道菜"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("白米饭", "“白米饭”在这一天的同一套里已经有了"),  # the staple already
    ],
)
async def test_a_wrong_dish_keeps_what_was_typed(
    manager: Client, typed: str, said: str
) -> None:
    cast, _ = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(5): "白米饭"})
    answer = await manager.submit(f"{PAGE}/cells", **{cell(1): typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert len((await menu(cast)).lines) == 1


@pytest.mark.parametrize(
    "name",
    ["", "cell", "cell.2026-11-24.C.1", "cell.2027-01-01.A.1", "dish", "x" * 999],
)
async def test_a_cell_that_is_not_of_this_week_is_a_lost_page(
    manager: Client, name: str
) -> None:
    await stocked()
    answer = await manager.submit(f"{PAGE}/cells", htmx=True, cell=name)
    assert answer.status_code == 404


async def test_a_day_shows_whom_its_dishes_hurt(manager: Client) -> None:
    await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    answer = await manager.get(PAGE)
    assert "花生过敏" in answer.text
    assert "李德福" in answer.text
    assert "还没有定做法" in answer.text
    foot = await manager.fragment(f"{PAGE}/consequences")
    assert "1 人没定" in foot.text
    assert "<html" not in foot.text


async def test_a_decision_closes_the_open_block(manager: Client) -> None:
    cast, ids = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    fields = {"dish": str(ids["宫保鸡丁"]), "elders": str(cast.li)}
    answer = await manager.submit(
        f"{PAGE}/decisions", kind="override", reason="", **fields
    )
    assert answer.status_code == 409
    assert "要写明理由" in answer.text
    answer = await manager.submit(
        f"{PAGE}/decisions",
        kind="substitute",
        substitute=str(ids["番茄龙利鱼"]),
        back="production",
        **fields,
    )
    assert answer.headers["Location"] == "/production/2026-11-24/lunch#clashes"
    page = (await manager.get(PAGE)).text
    assert "还没有定做法" not in page
    assert "换番茄龙利鱼" in page
    await manager.submit(f"{PAGE}/decisions", kind="undecided", **fields)
    assert await decisions.decisions_for(cast.kitchen, TODAY, "lunch") == {}


async def test_the_week_is_published_and_a_change_is_seen(manager: Client) -> None:
    cast, _ = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "番茄龙利鱼"})
    answer = await manager.submit(f"{PAGE}/publications", scope="week")
    assert answer.status_code == 303
    assert (await menu(cast)).state == "published"
    await manager.submit(f"{PAGE}/cells", **{cell(1): "红烧肉"})
    page = (await manager.get(PAGE)).text
    assert "发布后改过" in page
    assert "data-confirm" in page


@pytest.mark.parametrize("scope", ["week", "day"])
async def test_publishing_asks_once_and_names_whom_the_dishes_hurt(
    manager: Client, scope: str
) -> None:
    cast, _ = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁", cell(5): "白米饭"})
    asked = await manager.submit(f"{PAGE}/publications", scope=scope)
    assert asked.status_code == 409
    told = asked.text.partition("<tbody>")[2].partition("</tbody>")[0]
    for said in ("11月24日", "宫保鸡丁", "花生过敏", "李德福"):
        assert said in told
    assert "白米饭" not in told
    assert f'name="scope" value="{scope}"' in asked.text
    assert (await menu(cast)).state == "draft"
    sure = await manager.submit(f"{PAGE}/publications", scope=scope, sure="on")
    assert sure.status_code == 303
    assert (await menu(cast)).state == "published"
    again = await manager.submit(f"{PAGE}/publications", scope="week")
    assert again.status_code == 303  # nothing new: nothing to ask


async def test_who_has_decided_is_not_asked(manager: Client) -> None:
    cast, ids = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    await manager.submit(
        f"{PAGE}/decisions",
        kind="substitute",
        substitute=str(ids["番茄龙利鱼"]),
        dish=str(ids["宫保鸡丁"]),
        elders=str(cast.li),
    )
    answer = await manager.submit(f"{PAGE}/publications", scope="week")
    assert answer.status_code == 303
    assert (await menu(cast)).state == "published"


async def test_publishing_nothing_is_refused_in_words(manager: Client) -> None:
    await stocked()
    answer = await manager.submit(f"{PAGE}/publications", scope="week")
    assert answer.status_code == 409
    assert "还没有排菜" in answer.text


async def test_last_week_fills_the_empty_days(manager: Client) -> None:
    cast, _ = await stocked()
    await manager.submit(
        "/menus/2026-11-17/lunch/cells", **{cell(1, day="2026-11-17"): "红烧肉"}
    )
    answer = await manager.submit(f"{PAGE}/copies")
    assert answer.status_code == 303
    assert [each.name for each in (await menu(cast)).dishes] == ["红烧肉"]


async def test_a_cook_sees_how_many_but_not_who(sign_in_as: SignInAs) -> None:
    cast, _ = await stocked()
    cook = await sign_in_as("cook", kitchen_id=cast.kitchen)
    await cook.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    page = (await cook.get(PAGE)).text
    assert "花生过敏" in page
    assert "李德福" not in page
    assert "1 人" in page


async def test_set_b_is_added_on_request(manager: Client) -> None:
    await stocked()
    assert 'name="cell.2026-11-24.B.1"' not in (await manager.get(PAGE)).text
    page = (await manager.get(f"{PAGE}?sets=AB")).text
    assert 'name="cell.2026-11-24.B.1"' in page


async def test_a_cook_plans_but_does_not_publish(sign_in_as: SignInAs) -> None:
    await stocked()
    cook = await sign_in_as("cook")
    answer = await cook.submit(f"{PAGE}/cells", **{cell(1): "红烧肉"})
    assert answer.status_code == 303
    answer = await cook.submit(f"{PAGE}/publications", scope="week")
    assert answer.status_code == 403
    assert "发布本周" not in (await cook.get(PAGE)).text


async def test_who_only_reads_gets_no_fields(sign_in_as: SignInAs) -> None:
    await stocked()
    auditor = await sign_in_as("auditor")
    assert 'name="cell.' not in (await auditor.get(PAGE)).text
    answer = await auditor.submit(f"{PAGE}/cells", **{cell(1): "红烧肉"})
    assert answer.status_code == 403


async def test_another_kitchens_people_cannot_be_decided_about(
    manager: Client,
) -> None:
    _, ids = await stocked()
    answer = await manager.submit(
        f"{PAGE}/decisions", kind="omit", dish=str(ids["宫保鸡丁"]), elders="99999"
    )
    assert answer.status_code == 409


async def test_dishes_are_found_while_typing(manager: Client) -> None:
    await stocked()
    found = await manager.fragment("/food?q=gbjd")
    assert "宫保鸡丁" in found.text
    assert "<html" not in found.text
    assert "没有这样的菜" in (await manager.get("/food?q=zzzz")).text


async def test_a_dish_page_names_recipe_allergens_and_source(manager: Client) -> None:
    _, ids = await stocked()
    page = (await manager.get(f"/food/dishes/{ids['宫保鸡丁']}")).text
    assert "花生" in page
    assert "政府资料开放授权条款" in page
    assert (await manager.get("/food/dishes/99999")).status_code == 409


async def test_a_standing_variant_is_told_on_the_dish_and_done_on_the_menu(
    manager: Client,
) -> None:
    _, ids = await stocked()
    page = f"/food/dishes/{ids['宫保鸡丁']}"
    wrong = await manager.submit(
        f"{page}/variants", need="allergen:peanut", substitute="龙肉"
    )
    assert wrong.status_code == 422
    assert "没有“龙肉”这道菜" in wrong.text
    await manager.submit(
        f"{page}/variants", need="allergen:peanut", substitute="番茄龙利鱼"
    )
    assert "换番茄龙利鱼" in (await manager.get(page)).text
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    menu_page = (await manager.get(PAGE)).text
    assert "还没有定做法" not in menu_page
    assert "换番茄龙利鱼" in menu_page
    await manager.submit(f"{page}/variants", need="allergen:peanut", drop="1")
    assert "还没有定做法" in (await manager.get(PAGE)).text


async def test_the_page_speaks_english(manager: Client) -> None:
    await stocked()
    manager.cookies.set("nuancan_language", "en", domain="nuancan.local")
    page = (await manager.get(PAGE)).text
    assert "Week&#39;s menu" in page or "Week's menu" in page
