"""The import pages: choose a file, see what it would do, enter it, take it back."""

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app.refusals import sentences
from app.settings import Settings
from app.spreadsheets import explain
from app.words.imports import COLUMNS
from kitchen import intake, registry
from kitchen.people_columns import COLUMN_LABELS
from kitchen.sheets import Sheet, csv_bytes, read_grid, xlsx
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import Cast, enter
from tests.kitchen.test_intake import REFUSED, read

HEADERS = ["姓名", "性别", "出生日期", "无证原因", "小区", "楼栋", "备注"]
LIU = ["刘桂兰", "女", "1944-02-29", "遗失", "朝阳里", "9号楼", "爱说笑"]
WU = ["吴老太", "女", "1950-01-01", "", "朝阳里", "9号楼", ""]
BAD = ["=无名", "女", "", "", "", "", ""]


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "imports")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


async def send(
    client: Client, data: bytes, name: str = "名单.xlsx", **fields: Any
) -> httpx.Response:
    return await client.post(
        "/imports",
        data={"csrf": client.token, "act": "x", **fields},
        files={"file": (name, BytesIO(data), "application/octet-stream")},
    )


def a_list(*rows: list[str]) -> bytes:
    return xlsx([Sheet("老人名单", HEADERS, rows)])


async def draft_of(client: Client, *rows: list[str]) -> str:
    answer = await send(client, a_list(*rows))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def test_a_file_is_previewed_before_anything_is_entered(
    manager: Client, cast: Cast
) -> None:
    path = await draft_of(manager, LIU, WU, BAD)
    text = (await manager.get(path)).text
    assert "登记 2 人" in text
    assert "姓名“=无名”不像姓名" in text
    assert "没有身份证号" in text  # 吴老太, a warning
    assert "这些列不认识，不会导入：备注" in text
    assert "会新登记 1 栋楼" in text
    assert await registry.search("刘桂兰") == []


async def test_good_rows_are_entered_and_the_others_stay(
    manager: Client, cast: Cast
) -> None:
    path = await draft_of(manager, LIU, WU, BAD)
    answer = await manager.submit(f"{path}/entry", skip="3")
    assert answer.status_code == 303
    assert [e.name for e in await registry.search("刘桂兰")] == ["刘桂兰"]
    assert await registry.search("吴老太") == []
    text = (await manager.get(path)).text
    assert "导入结果" in text
    assert "已登记 1 人" in text
    assert "吴老太" in text
    assert "刘桂兰" not in text
    assert (await manager.submit(f"{path}/entry")).status_code == 303
    assert len(await registry.search("刘桂兰")) == 1
    [back] = re.findall(r"/imports/runs/\d+/reversal", text)
    assert (await manager.submit(back)).status_code == 303
    assert await registry.search("刘桂兰") == []


async def test_rows_to_correct_come_back_as_a_file(manager: Client, cast: Cast) -> None:
    path = await draft_of(manager, LIU, BAD)
    answer = await manager.get(f"{path}/problems.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = read_grid(answer.content).rows
    assert [row[1][0] for row in rows] == ["姓名", "=无名"]
    assert rows[0][1][-1] == "问题"
    assert "出生日期没有填" in rows[1][1][-1]


async def test_an_import_is_undone_from_its_line(manager: Client, cast: Cast) -> None:
    path = await draft_of(manager, LIU)
    await manager.submit(f"{path}/entry")
    page = (await manager.get("/imports")).text
    found = re.search(r"/imports/runs/(\d+)/reversal", page)
    assert found
    answer = await manager.submit(found[0])
    assert answer.status_code == 303
    assert await registry.search("刘桂兰") == []
    assert "已撤销（陈主管）" in (await manager.get("/imports")).text


async def test_the_template_can_be_filled_in_and_sent_back(
    manager: Client, cast: Cast
) -> None:
    answer = await manager.get(f"/imports/template.xlsx?kitchen={cast.kitchen}")
    labels = read_grid(answer.content, "老人名单").rows[0][1]
    assert labels == tuple(COLUMN_LABELS.values())
    assert "就餐点" in labels  # the word of the pages
    refused = await send(manager, answer.content)
    assert refused.status_code == 422
    assert "列名下面没有名单" in refused.text


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "名单.xlsx", "文件里没有内容"),
        (b"PK\x03\x04broken", "名单.xlsx", "文件打不开"),
        (b"\x89PNG\r\n\x1a\n\x00", "照片.xlsx", "文件打不开"),
        (b"a" * (5 * 1024 * 1024 + 1), "大.csv", "文件太大"),
        ("手机\n138\n".encode(), "名单.csv", "没有找到“姓名”一列"),
        (csv_bytes([["姓名", "名字"], ["王", "李"]]), "名单.csv", "出现了两次"),
        (b"x\n" * 20_002, "长.csv", "最多 20000 行"),
    ],
)
async def test_a_bad_file_is_refused_in_a_sentence(
    manager: Client, cast: Cast, data: bytes, name: str, sentence: str
) -> None:
    answer = await send(manager, data, name)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_no_file_is_refused_in_a_sentence(manager: Client, cast: Cast) -> None:
    answer = await manager.submit("/imports")
    assert answer.status_code == 422
    assert "还没有选文件" in answer.text


async def test_only_refused_rows_enter_nobody(manager: Client, cast: Cast) -> None:
    path = await draft_of(manager, BAD)
    answer = await manager.submit(f"{path}/entry")
    assert answer.status_code == 409
    assert "没有可以导入的人" in answer.text


async def test_a_gb18030_csv_from_an_old_office_is_read(
    manager: Client, cast: Cast
) -> None:
    lines = [HEADERS, LIU]
    data = "\r\n".join(",".join(line) for line in lines).encode("gb18030")
    answer = await send(manager, data, "名单.csv")
    assert "刘桂兰" in (await manager.get(answer.headers["Location"])).text


async def test_a_list_is_sealed_on_the_disk_and_its_senders_alone(
    manager: Client, cast: Cast, settings: Settings, sign_in_as: SignInAs
) -> None:
    path = await draft_of(manager, LIU)
    folder = settings.data / "imports"
    (file,) = folder.iterdir()
    assert "刘桂兰" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    other = await sign_in_as("clerk")
    assert (await other.get(path)).status_code == 404
    assert (await manager.get("/imports/drafts/../../keys.json")).status_code == 404
    assert (await manager.get(f"/imports/drafts/{'0' * 32}")).status_code == 404
    assert (await manager.submit(f"{path}/removal")).status_code == 303
    assert list(folder.iterdir()) == []


async def test_a_list_of_yesterday_is_gone(
    manager: Client, cast: Cast, settings: Settings, clock: Any
) -> None:
    await draft_of(manager, LIU)
    (old,) = (settings.data / "imports").iterdir()
    made = clock().timestamp() - 25 * 3600
    os.utime(old, (made, made))
    await draft_of(manager, WU)
    assert not old.exists()


async def test_a_cook_may_not_import(sign_in_as: SignInAs, cast: Cast) -> None:
    cook = await sign_in_as("cook")
    assert (await cook.get("/imports")).status_code == 403
    assert (await send(cook, a_list(LIU))).status_code == 403


async def test_a_clerk_of_another_kitchen_sees_none(
    sign_in_as: SignInAs, cast: Cast
) -> None:
    clerk = await sign_in_as("clerk", kitchen_id=cast.kitchen + 7)
    assert "还没有厨房" in (await clerk.get("/imports")).text
    assert (await send(clerk, a_list(LIU))).status_code == 404


def test_columns_are_called_as_in_the_template() -> None:
    assert COLUMNS == COLUMN_LABELS


@pytest.mark.parametrize(("cells", "column", "code"), REFUSED)
def test_every_fault_of_a_row_has_its_sentence(
    cells: dict[str, str], column: str, code: str
) -> None:
    row = read(**cells)
    problem = next(p for p in row.problems if p.fault.code == code)
    assert code in sentences()
    said = explain(problem)
    assert said.startswith(COLUMNS[column])
    assert "…" not in said
    assert "{" not in said


def test_the_codes_of_the_import_are_all_told() -> None:
    source = Path(intake.__file__).read_text() + "".join(
        (Path(intake.__file__).parent / f"{name}.py").read_text()
        for name in ("people_sheet", "people_words", "people_doubles", "sheets")
    )
    codes = set(re.findall(r'(?:Refusal|Fault|_double)\(\s*"([a-z_]+)"', source))
    assert codes - {"name", "id_number"} <= set(sentences())
