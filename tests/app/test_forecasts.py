"""The forecast's pages: what to expect, the measured error, lists of past years."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app.words.forecasts import COLUMNS
from kitchen import headcounts
from kitchen.attendance import Costs, costs_for
from kitchen.attendance_lists import COLUMNS as LISTED
from kitchen.database import Engine, rows
from kitchen.sheets import read_grid, table_of
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import TODAY, Cast, enter
from tests.kitchen.test_attendance import bring, weeks

PAGE = f"/forecasts/{TODAY}/lunch"
LIST = "日期,就餐点,餐次,订餐,到场,散客\n2026-11-20,朝阳就餐点,午餐,5,5,1\n"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "headcounts", "forecasts")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


async def send(client: Client, text: str, name: str = "到餐.csv") -> httpx.Response:
    return await client.post(
        "/forecasts/lists",
        data={"csrf": client.token, "act": "x"},
        files={"file": (name, BytesIO(text.encode()), "text/csv")},
    )


async def test_the_count_is_proposed_what_the_forecast_suggests(
    cast: Cast, manager: Client
) -> None:
    await bring(cast, weeks(8, booked=4, walk_ins=6))
    page = (await manager.get(f"/headcounts/{TODAY}/lunch")).text
    field = page.partition(f'name="walk_in_{cast.chaoyang}"')[2].partition(">")[0]
    assert 'value="6"' in field
    assert "散客和备份按到餐记录预填" in page
    await manager.submit(
        f"/headcounts/{TODAY}/lunch/closure", **{f"walk_in_{cast.chaoyang}": "6"}
    )
    assert await headcounts.closed(cast.kitchen, TODAY, "lunch")


async def test_a_day_shows_points_and_a_point_its_error(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    page = (await manager.get(PAGE)).text
    assert "还没有记录" in page
    await bring(cast, weeks(3))
    assert "记录不满四周，按同星期的中位数" in (await manager.get(PAGE)).text
    point = f"{PAGE}/points/{cast.chaoyang}"
    assert "记录不满四周，还量不出误差" in (await manager.get(point)).text
    await bring(cast, weeks(20))
    assert "19 周的记录，看误差" in (await manager.get(PAGE)).text
    page = (await manager.get(point)).text
    assert "还没有证明比同星期平均更准" in page  # every day is alike: nothing to gain
    assert "52–52" in page
    doors = f"{PAGE}/points/0"
    assert ">送餐到家<" in (await manager.get(PAGE)).text
    assert "记录不满四周，还量不出误差" in (await manager.get(doors)).text
    sun = await sign_in_as("point_staff", point_id=cast.xinhua)
    assert "朝阳就餐点" not in (await sun.get(PAGE)).text
    assert ">送餐到家<" not in (await sun.get(PAGE)).text
    assert (await sun.get(point)).status_code == 404
    assert (await sun.get(doors)).status_code == 404
    assert (await sun.get("/forecasts/lists")).status_code == 403


async def test_costs_are_set_and_a_wrong_one_is_kept(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.submit(f"{PAGE}/costs", short="30", wasted="多")
    assert answer.status_code == 422
    assert "多一份的损失：填的是“多”" in answer.text
    assert 'value="30"' in answer.text
    await manager.submit(f"{PAGE}/costs", short="30", wasted="10")
    assert await costs_for(cast.kitchen, "lunch") == Costs(3_000, 1_000)
    assert "100 天里有 75 天够吃" in (await manager.get(PAGE)).text


async def test_a_list_is_looked_at_entered_and_taken_back(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    bad = "2026-11-19,朝阳就餐点,午餐,5,7,0\n"
    answer = await send(manager, LIST + bad)
    draft = answer.headers["Location"]
    page = (await manager.get(draft)).text
    assert "导入 1 行" in page
    assert "到场：订了 5 份却来了 7 份，多出的 2 份请填到散客" in page
    assert await rows("SELECT id FROM attendance") == []
    back = table_of(
        read_grid((await manager.get(f"{draft}/problems.xlsx")).content), LISTED, "date"
    )
    assert [row.cells[4] for row in back.rows] == ["7"]
    other = await sign_in_as("manager", "别人", kitchen_id=cast.kitchen)
    assert (await other.get(draft)).status_code == 404
    assert (await manager.submit(f"{draft}/entry")).status_code == 303
    (row,) = await rows("SELECT day, came, walk_ins FROM attendance")
    assert (row["came"], row["walk_ins"]) == (5, 1)
    (run,) = await rows("SELECT id FROM attendance_run")
    page = (await manager.get("/forecasts/lists")).text
    assert f"/forecasts/lists/runs/{run['id']}/reversal" in page
    await manager.submit(f"/forecasts/lists/runs/{run['id']}/reversal")
    assert "已撤销（陈主管）" in (await manager.get("/forecasts/lists")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "文件里没有内容"),
        ("姓名\n王\n", "没有找到“日期”一列"),
        ("日期\n", "列名下面没有名单"),
    ],
)
async def test_a_file_that_is_no_list_is_told(
    cast: Cast, manager: Client, text: str, said: str
) -> None:
    answer = await send(manager, text)
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_list_of_known_rows_is_refused_and_can_be_dropped(
    cast: Cast, manager: Client
) -> None:
    await manager.submit((await send(manager, LIST)).headers["Location"] + "/entry")
    draft = (await send(manager, LIST)).headers["Location"]
    page = (await manager.get(draft)).text
    assert "以前导入过" in page
    assert "/entry" not in page
    assert (await manager.submit(f"{draft}/entry")).status_code == 409
    await manager.submit(f"{draft}/removal")
    assert (await manager.get(draft)).status_code == 404


async def test_the_template_has_every_column(cast: Cast, manager: Client) -> None:
    answer: Any = await manager.get("/forecasts/lists/template.xlsx")
    (_, headers), (_, example) = read_grid(answer.content).rows
    assert list(headers) == [column.label for column in LISTED]
    assert example[0].startswith("示例")
    assert {column.key: column.label for column in LISTED} == dict(COLUMNS)
