"""One lunch through the pages in a real browser, by keyboard alone: the manager from
the count to the closed day, the dining staff at the till. The same day as
tests/test_a_day.py, as people see it.
"""

import re

import pytest
from playwright.sync_api import Page

from kitchen import day_close
from tests.app.client import Clock
from tests.browser.conftest import Enter, Run, picture
from tests.browser.test_till import scan
from tests.kitchen.cast import TODAY, Cast
from tests.kitchen.cast import enter as enter_cast
from tests.test_a_day import hire_drivers, place_the_lane, plan_the_menu

LUNCH = f"{TODAY}/lunch"
UNREACHED = "no_answer_unreached"


async def morning() -> Cast:
    cast = await enter_cast()
    await plan_the_menu(cast)
    await hire_drivers(cast)
    await place_the_lane(cast)
    return cast


@pytest.fixture
def cast(run: Run[Cast]) -> Cast:
    return run(morning())


class Keys:
    """A person with a keyboard and no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go(self, path: str) -> None:
        self.page.goto(path)

    def reach(self, selector: str) -> None:
        """Tab until the focus is on this control."""
        for _ in range(300):
            if self.page.evaluate(
                "s => !!document.activeElement && document.activeElement.matches(s)",
                selector,
            ):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard cannot reach {selector}")

    def type(self, selector: str, text: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press(self, selector: str) -> None:
        """Reach a button or link, press Enter, wait for what it leads to."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def see(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


def test_a_lunch_from_the_count_to_the_closed_day(
    cast: Cast, enter: Enter, run: Run[object], clock: Clock
) -> None:
    manager = Keys(enter("manager", "陈经理"))
    close_the_count_of(manager, 4)
    plan_rounds(manager)
    clock.forward(hours=1)
    cook_and_pack(manager, cast)
    print_and_load(manager)
    clock.forward(hours=2)
    staff = Keys(enter("point_staff", "孙阿姨", point_id=cast.chaoyang))
    serve_at_the_till(staff, cast)
    hand_out_at_xinhua(manager, cast)
    report_the_stops(manager)
    close_the_day(manager)
    closed = run(day_close.closed_day(cast.kitchen, TODAY, "lunch"))
    assert closed is not None


def close_the_count_of(manager: Keys, portions: int) -> None:
    manager.go(f"/today/{LUNCH}")
    manager.see(f"核对并截单 {portions} 份")
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Enter")  # the next step
    manager.see("截单时间 09:00")
    with manager.page.expect_navigation():
        manager.page.keyboard.press("Control+Enter")
    manager.see("人数已截单")


def plan_rounds(manager: Keys) -> None:
    manager.go(f"/rounds/{LUNCH}")
    manager.press("button.primary")
    # the search is told on the board itself, which comes back with the rounds
    manager.page.wait_for_selector(".publish button", timeout=60_000)
    manager.press(".publish button")
    manager.see("已发布")


def cook_and_pack(manager: Keys, cast: Cast) -> None:
    manager.go(f"/production/{LUNCH}")
    for number in range(manager.page.locator("article.dish").count()):
        dish = manager.page.locator("article.dish").nth(number).get_attribute("id")
        portions = manager.page.inner_text(f"#{dish} .dish-portions").split()[0]
        manager.type(f"#{dish} [name=portions]", portions)
        manager.type(f"#{dish} [name=core]", "80")
        manager.press(f"#{dish} form[action$='/batches'] button")
        manager.press(f"#{dish} form[action$='/samples'] button")
    manager.go(f"/production/{LUNCH}/packing")
    # 朝阳 has one diner; 新华's box is labelled, not packed
    point = f"form[action$='/packed']:has([name=point][value='{cast.chaoyang}'])"
    manager.press(f"{point} button")


def print_and_load(manager: Keys) -> None:
    manager.go(f"/prints/{LUNCH}")
    manager.press("form:not(:has([name=kind])) button.primary, button.primary")
    manager.page.wait_for_selector("a.button.primary, .state-ok", timeout=120_000)
    for link in rounds(manager):
        manager.go(link)
        fields = manager.page.locator("form[action$='/loadings'] input.count")
        names = [field.get_attribute("name") for field in fields.all()]
        for name in names:
            row = manager.page.locator(f"tr:has([name='{name}']) td.numeric").first
            manager.type(f"[name='{name}']", row.inner_text().strip())
        manager.press("form[action$='/loadings'] .form-end button")


def rounds(manager: Keys) -> list[str]:
    manager.go(f"/deliveries/{LUNCH}")
    links = manager.page.locator("a.return").all()
    return [link.get_attribute("href") or "" for link in links]


def serve_at_the_till(staff: Keys, cast: Cast) -> None:
    here = f"/dining/{LUNCH}/{cast.chaoyang}"
    staff.go(f"{here}/counter")
    staff.type("[name='portions_allergy:peanut']", "1")
    staff.type("[name=signed_by]", "孙阿姨")
    staff.press("form[action$='/receipts'] button")
    staff.go(here)
    staff.press(".till-start button")
    staff.page.wait_for_selector("[data-till-field]:focus")
    scan(staff.page, "8800111277")
    staff.see("收 5.00 元")
    picture(staff.page, "till")
    staff.page.wait_for_selector("[data-till-field]:focus")
    staff.page.keyboard.type("ldf", delay=60)  # the same person again, by initials
    staff.page.keyboard.press("Enter")
    staff.see("已在朝阳就餐点吃过")
    staff.go(f"{here}/counter")
    staff.type("[name=cash]", "5.00")
    staff.press("form[action$='/shift/closure'] button")
    staff.see("已收班")


def hand_out_at_xinhua(manager: Keys, cast: Cast) -> None:
    """周建国 collects; the manager of a small kitchen stands at the till as well."""
    here = f"/dining/{LUNCH}/{cast.xinhua}"
    manager.go(f"{here}/counter")
    manager.type("[name=portions_regular]", "1")
    manager.type("[name=signed_by]", "周建国")
    manager.press("form[action$='/receipts'] button")
    manager.go(here)
    manager.press(".till-start button")
    manager.page.wait_for_selector("[data-till-field]:focus")
    manager.page.keyboard.type("zjg", delay=60)
    manager.page.keyboard.press("Enter")
    manager.see("收 5.00 元")


def report_the_stops(manager: Keys) -> None:
    """From the returned sheets: the containers were signed for; 赵秀兰 did not open,
    and her neighbour knew where she was; everything else went as planned."""
    for link in rounds(manager):
        manager.go(link)
        stops = manager.page.locator("a.stop-link")
        told = [
            (stop.get_attribute("href") or "", stop.inner_text())
            for stop in stops.all()
        ]
        for stop, text in told:
            if "就餐点" in text:
                sign_for_containers(manager, stop)
            elif "赵秀兰" in text:
                nobody_opens(manager, stop, link)
        bring_the_sheet_back(manager, link)


def sign_for_containers(manager: Keys, stop: str) -> None:
    manager.go(stop)
    manager.type("[name=portions]", "1")
    manager.type("[name=heat]", "65")
    manager.type("[name=receiver]", "孙阿姨")
    manager.type("[name=reporter]", "马师傅")
    manager.press("form[action$='/reports'] button")


def nobody_opens(manager: Keys, stop: str, link: str) -> None:
    manager.go(stop)
    manager.reach("[name=outcome]")
    for _ in range(12):  # the arrows choose among the outcomes
        if manager.page.evaluate("document.activeElement.value") == UNREACHED:
            break
        manager.page.keyboard.press("ArrowDown")
    assert manager.page.evaluate("document.activeElement.value") == UNREACHED
    manager.page.keyboard.press("Space")
    manager.type("[name=reporter]", "赵师傅")
    manager.press("form[action$='/reports'] button")
    follow_the_door_up(manager)
    manager.go(link)
    manager.type("form[action$='/leftovers'] [name=portions]", "1")
    manager.type("form[action$='/leftovers'] [name=reason]", "赵秀兰去医院了")
    manager.press("form[action$='/leftovers'] button")


def follow_the_door_up(manager: Keys) -> None:
    """The ladder's next button first, then what the neighbour said."""
    manager.go(f"/doors/{LUNCH}")
    manager.see("没人应门")
    manager.press(".case-next form:has([value='called']) button")
    manager.see("打过电话，没联系上")
    manager.reach(".case summary")
    if manager.page.locator(".case details:not([open])").count():
        manager.page.keyboard.press("Enter")
    reached = ".case-more form:has([value='reached'])"
    manager.type(f"{reached} [name=who]", "刘芳(邻居)")
    manager.type(f"{reached} [name=note]", "去医院了")
    manager.press(f"{reached} button")
    settled = manager.page.inner_text(".case.settled")
    assert "联系到了 刘芳(邻居) 去医院了" in " ".join(settled.split()), settled
    assert manager.page.locator(".case:not(.settled)").count() == 0


def bring_the_sheet_back(manager: Keys, link: str) -> None:
    manager.go(link)
    paper = re.search(r"(\d+) 号单第 (\d+) 版", manager.page.inner_text("main"))
    assert paper is not None
    manager.type("form[action$='/return'] [name=sheet]", paper[1])
    manager.type("form[action$='/return'] [name=version]", paper[2])
    manager.type("form[action$='/return'] [name=reporter]", "赵师傅")
    manager.press("form[action$='/return'] button")
    manager.see("已回单")


def close_the_day(manager: Keys) -> None:
    manager.go(f"/balance/{LUNCH}")
    picture(manager.page, "balance", full=True)
    manager.see("每一份都对上了")
    manager.press("form[action$='/closure'] button")
    manager.see("封签")
