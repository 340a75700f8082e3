"""What somebody new does in their first ten minutes, each step through the pages: enter
a spreadsheet of elders, close the count, print three rounds, record two exceptions,
serve a lunch.
"""

import io

import pytest
from playwright.sync_api import FilePayload, Page
from pypdf import PdfReader

from kitchen import drivers
from kitchen.deliveries import outcomes_for
from kitchen.drivers import DriverFields
from kitchen.sheets import Sheet, xlsx
from tests.browser.conftest import SIZES, Enter, Run, axe_faults, overflows
from tests.browser.test_a_day import LUNCH, Keys, close_the_count_of, plan_rounds
from tests.browser.test_till import scan
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.cast import enter as enter_cast
from tests.test_a_day import place_the_lane, plan_the_menu

HEADERS = (
    *("姓名", "性别", "出生日期", "无证原因", "小区", "楼栋", "单元", "楼层", "门牌"),
    *("经度", "纬度", "用餐方式", "周几", "送餐原因"),
)
NEW = ("孙桂芳", "钱有福", "吴玉珍", "郑长河", "冯秀珍", "陈大勇")


def a_list() -> FilePayload:
    rows = [
        [
            *(name, "女" if n % 2 else "男", f"194{n}-03-0{n + 1}", "遗失"),
            *(f"和平里{n // 2}", "1号楼", "1单元", str(n + 1), f"{n + 1}01"),
            *(f"120.15{n}", f"30.28{n}", "送餐", "周一至周五", "行动不便"),
        ]
        for n, name in enumerate(NEW)
    ]
    sheet = xlsx([Sheet("老人名单", list(HEADERS), rows)])
    return {"name": "名单.xlsx", "mimeType": "application/zip", "buffer": sheet}


async def a_kitchen() -> Cast:
    """With a menu, a van for the dining points, and three bikes that carry three meals
    each."""
    cast = await enter_cast()
    await plan_the_menu(cast)
    await place_the_lane(cast)
    van = DriverFields(name="马师傅", profile="van", capacity=4, carries_bulk=True)
    await drivers.add_driver(cast.kitchen, van, by=CHEN, now=MORNING)
    for name in ("赵师傅", "钱师傅", "孙师傅"):
        bike = DriverFields(name=name, profile="ebike", capacity=3)
        await drivers.add_driver(cast.kitchen, bike, by=CHEN, now=MORNING)
    return cast


@pytest.fixture
def cast(run: Run[Cast]) -> Cast:
    return run(a_kitchen())


def test_the_first_ten_minutes_without_help(
    cast: Cast, enter: Enter, run: Run[object]
) -> None:
    page = enter("manager", "陈经理")
    enter_the_list(page)
    manager = Keys(page)
    close_the_count_of(manager, 4 + len(NEW))
    plan_rounds(manager)
    print_the_sheets(page)
    record(page, "孙桂芳", "refused")
    record(page, "吴玉珍", "away")
    told = run(outcomes_for(cast.kitchen, TODAY, "lunch"))
    assert isinstance(told, dict)
    assert sorted(one.outcome for one in told.values()) == ["away", "refused"]
    nobody_opens(page, "郑长河")
    serve_a_lunch(enter("point_staff", "孙阿姨", point_id=cast.chaoyang), cast)


def enter_the_list(page: Page) -> None:
    page.goto("/imports")
    page.set_input_files("[name=file]", files=[a_list()])
    page.get_by_role("button", name="预览").click()
    entry = page.get_by_role("button", name=f"登记 {len(NEW)} 人")
    entry.wait_for()
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert axe_faults(page) == []
        assert not overflows(page)
    entry.click()
    page.get_by_text(f"已登记 {len(NEW)} 人").wait_for()


def print_the_sheets(page: Page) -> None:
    """Every round's sheet, as paper: three rounds or more, each door on one of them."""
    page.goto(f"/prints/{LUNCH}")
    page.locator("button.primary").first.click()
    page.wait_for_selector("a.button.primary, .state-ok", timeout=120_000)
    page.goto(f"/prints/{LUNCH}")
    links = {
        link.get_attribute("href") or ""
        for link in page.locator("a[href*='/sheet/round:'][href$='.pdf']").all()
    }
    assert len(links) >= 3
    said = ""
    for link in sorted(links):
        answer = page.request.get(link)
        assert answer.ok
        for sheet in PdfReader(io.BytesIO(answer.body())).pages:
            said += "".join(sheet.extract_text().split())
    assert [name for name in NEW if name not in said] == []


def record(page: Page, name: str, outcome: str) -> None:
    """From the list of deliveries to the stop, and what happened there."""
    page.goto(f"/deliveries/{LUNCH}")
    for number in range(page.locator("a.return").count()):
        page.goto(f"/deliveries/{LUNCH}")
        page.locator("a.return").nth(number).click()
        stop = page.locator("a.stop-link", has_text=name)
        if stop.count():
            stop.first.click()
            break
    form = page.locator("form[action$='/reports']")
    form.locator(f"[name=outcome][value={outcome}]").check()
    form.locator("[name=reporter]").fill("赵师傅")
    form.locator("button").last.click()
    page.get_by_text(name).first.wait_for()


def nobody_opens(page: Page, name: str) -> None:
    """The clock and whom to turn to are one click away, from the first closed door."""
    page.goto(f"/doors/{LUNCH}")
    page.get_by_text("这里就开始计时").wait_for()
    record(page, name, "no_answer_unreached")
    page.goto(f"/doors/{LUNCH}")
    case = page.locator(".case", has_text=name)
    assert "前要有着落" in case.locator(".case-clock").inner_text()
    assert case.get_by_role("button", name="没联系上").first.is_visible()


def serve_a_lunch(page: Page, cast: Cast) -> None:
    page.goto(f"/dining/{LUNCH}/{cast.chaoyang}")
    page.locator(".till-start button").click()
    page.wait_for_selector("[data-till-field]:focus")
    scan(page, "8800111277")
    page.get_by_text("收 5.00 元").first.wait_for()
