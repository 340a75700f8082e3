"""The grid in larger strokes: pasted blocks, undo, copied weeks, cycles – as forms."""

import pytest

from kitchen import food, menu_cycles, menus
from kitchen.menus import DayMenu
from tests.app.client import Client
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

PAGE = "/menus/2026-11-24/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "menus", "food")


async def stocked() -> Cast:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    return cast


async def names(cast: Cast, choice: str = "A") -> list[str]:
    menu: DayMenu = await menus.menu_for(cast.kitchen, TODAY, "lunch")
    return [each.name for each in menu.sets[choice]]


def cell(row: int, choice: str = "A", day: str = "2026-11-24") -> str:
    return f"cell.{day}.{choice}.{row}"


async def test_a_block_of_a_spreadsheet_is_pasted(manager: Client) -> None:
    cast = await stocked()
    block = "红烧肉\t宫保鸡丁\r\njcdf\t\r\n"
    answer = await manager.submit(f"{PAGE}/cells", block=block, start=cell(1))
    assert answer.status_code == 303
    assert await names(cast) == ["红烧肉", "家常豆腐"]
    page = (await manager.get(PAGE)).text
    assert "撤销粘贴（3 格）" in page


@pytest.mark.parametrize(
    ("block", "start", "said"),
    [
        ("红烧肉", "cell.2026-11-24.A.9", "请选从哪一格开始贴"),  # no such row
        ("红烧肉", "cell.2026-12-24.A.1", "请选从哪一格开始贴"),  # another week
        ("红烧肉", "", "请选从哪一格开始贴"),
        ("\t".join("红" * 8), cell(1), "1 行 8 列，从这一格起只有 12 行 6 列"),
        ("\n".join("红" * 13), cell(1), "13 行 1 列，从这一格起只有 12 行 6 列"),
    ],
)
async def test_a_block_that_does_not_fit_is_told_and_kept(
    manager: Client, block: str, start: str, said: str
) -> None:
    cast = await stocked()
    answer = await manager.submit(f"{PAGE}/cells", block=block, start=start)
    assert answer.status_code == 422
    assert said in answer.text
    assert block.split("\t")[0].split("\n")[0] in answer.text  # nothing typed is lost
    assert await names(cast) == []


async def test_the_unreadable_cells_of_a_block_stay_in_their_places(
    manager: Client,
) -> None:
    cast = await stocked()
    answer = await manager.submit(
        f"{PAGE}/cells", htmx=True, block="红烧肉\n天书\n", start=cell(1)
    )
    assert answer.status_code == 200
    assert 'id="grid"' in answer.text
    assert "<html" not in answer.text
    assert 'value="天书"' in answer.text
    assert "没有“天书”这道菜" in answer.text
    assert await names(cast) == ["红烧肉"]


async def test_the_last_step_is_taken_back(manager: Client) -> None:
    cast = await stocked()
    await manager.submit(f"{PAGE}/cells", **{cell(1): "红烧肉"})
    await manager.submit(f"{PAGE}/cells", block="宫保鸡丁\n清蒸鲈鱼\n", start=cell(1))
    last = await menus.last_edit(
        cast.kitchen, "lunch", TODAY, TODAY, manager.actor.staff_id
    )
    assert last is not None
    answer = await manager.submit(f"{PAGE}/undos", edit=str(last.id))
    assert answer.status_code == 303
    assert await names(cast) == ["红烧肉"]
    answer = await manager.submit(f"{PAGE}/undos", htmx=True, edit="99999")
    assert "没有这一步可以撤销" in answer.text


async def test_a_named_week_is_copied_over_this_one(manager: Client) -> None:
    cast = await stocked()
    old = "/menus/2026-11-03/lunch"
    await manager.submit(f"{old}/cells", **{cell(1, day="2026-11-03"): "红烧肉"})
    await manager.submit(f"{PAGE}/cells", **{cell(1): "宫保鸡丁"})
    answer = await manager.submit(f"{PAGE}/copies", source="2026-11-05")
    assert answer.status_code == 303
    assert await names(cast) == ["宫保鸡丁"]  # planned days stay
    await manager.submit(f"{PAGE}/copies", source="2026-11-05", replace="on")
    assert await names(cast) == ["红烧肉"]
    answer = await manager.submit(f"{PAGE}/copies", source="哪天")
    assert answer.status_code == 422
    assert "哪天" in answer.text


async def test_a_cycle_is_kept_used_and_forgotten(manager: Client) -> None:
    cast = await stocked()
    for day in ("2026-11-24", "2026-12-01"):
        path = f"/menus/{day}/lunch/cells"
        await manager.submit(path, **{cell(1, day=day): "红烧肉"})
    answer = await manager.submit(f"{PAGE}/cycles", name="冬季", weeks="2")
    assert answer.status_code == 303
    again = await manager.submit(f"{PAGE}/cycles", name="冬季", weeks="2")
    assert again.status_code == 422
    assert "已经有叫“冬季”的轮换菜单" in again.text
    (cycle,) = await menu_cycles.cycles_of(cast.kitchen, "lunch")
    later = "/menus/2027-01-05/lunch"
    assert "冬季" in (await manager.get(later)).text
    for start, status in (("1", 303), ("3", 422), ("x", 422)):
        answer = await manager.submit(
            f"{later}/cycles/{cycle.id}", start=start, weeks="1"
        )
        assert answer.status_code == status
    page = (await manager.get(later)).text
    assert 'value="红烧肉"' in page
    await manager.submit(f"{later}/cycles/{cycle.id}", act_on="drop")
    assert await menu_cycles.cycles_of(cast.kitchen, "lunch") == []


async def test_who_may_not_write_sees_no_strokes(sign_in_as: object) -> None:
    await stocked()
    auditor = await sign_in_as("auditor")  # type: ignore[operator]
    page = (await auditor.get(PAGE)).text
    assert "从表格粘贴" not in page
    assert 'id="undo"' not in page
    for path in ("undos", "copies", "cycles", "cycles/1"):
        assert (await auditor.submit(f"{PAGE}/{path}")).status_code == 403
