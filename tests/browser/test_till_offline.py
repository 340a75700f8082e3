"""The till without the network, in a real browser behind a network that fails."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Page,
    Playwright,
    Route,
    expect,
    sync_playwright,
)

from app.auth import session_cookie
from kitchen import dining, registry, tablets
from kitchen.database import rows
from tests.app.client import Clock
from tests.browser.conftest import QUIET, Run, Server, _signed_in, picture
from tests.browser.lossy import LossyNetwork
from tests.browser.midday import CARD, LUNCH, Midday, midday
from tests.browser.test_till import FIELD, scan
from tests.kitchen.cast import CHEN, MORNING, SUN
from tests.remembered import remembered

LAN = "till.lan"  # an address that browsers do not trust, as in a kitchen without TLS
MAPPED = (*QUIET, f"--host-resolver-rules=MAP {LAN} 127.0.0.1")
WAITING = "#till-net [data-when=offline]:not([hidden]) [data-waiting]"
ONLINE = "#till-net [data-when=online]:not([hidden])"
HERE = f"/dining/{LUNCH[0]}/lunch"

KEPT_BY_WORKER = """() => new Promise((done) => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener("controllerchange", () => done());
})"""

WRITES = """() => {
  window.writes = [];
  const open = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...how) {
    const made = open.apply(this, how);
    if (made.mode === "readwrite") writes.push(made.durability);
    return made;
  };
}"""

Till = Callable[..., Page]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=list(MAPPED)
    )
    yield browser
    browser.close()


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    return run(remembered(midday, 40))


@pytest.fixture
def cards(town: Midday, run: Run[object]) -> list[str]:
    made = []
    hungry = [e for e in town.at_point()[4:] if e.elder_id != town.long_name]
    for number, eater in enumerate(hungry):
        card = f"77001{number:05d}"
        run(registry.bind_card(eater.elder_id, card, by=CHEN, now=MORNING))
        made.append(card)
    return [*made, CARD]


@pytest.fixture
def network(server: Server) -> Iterator[LossyNetwork]:
    network = LossyNetwork(("127.0.0.1", int(server.address.rpartition(":")[2])))
    yield network
    network.close()


def signed_in(
    server: Server, context: BrowserContext, town: Midday, clock: Clock, address: str
) -> None:
    scope = {"point_id": town.point}
    token = server.run(_signed_in("point_staff", "孙阿姨", clock(), scope))
    context.add_cookies(
        [
            {
                "name": session_cookie(False),
                "value": token,
                "url": address,
                "expires": time.time() + 3600,  # it outlives the browser, as ours does
            }
        ]
    )


@pytest.fixture
def till(
    server: Server, browser: Browser, network: LossyNetwork, town: Midday, clock: Clock
) -> Iterator[Till]:
    """A till with its day pack; `till(page)` is another tab of the same browser."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def till(beside: Page | None = None, host: str = "127.0.0.1") -> Page:
        address = f"http://{host}:{network.port}"
        if beside is None:
            context = browser.new_context(base_url=address, locale="zh-CN")
            contexts.append(context)
            signed_in(server, context, town, clock, address)
        else:
            context = beside.context
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return ready(page, town)

    yield till
    for context in contexts:
        context.close()
    assert faults == []


def ready(page: Page, town: Midday) -> Page:
    with page.expect_request_finished(lambda asked: "/api/till/packs/" in asked.url):
        page.goto(f"{HERE}/{town.point}")
    page.wait_for_selector(ONLINE)
    return page


def served(town: Midday, run: Run[object]) -> int:
    totals = run(dining.totals_of(town.point, *LUNCH))
    assert isinstance(totals, dining.PointTotals)
    return totals.served


def all_sent(page: Page) -> None:
    expect(page.locator(ONLINE)).to_be_visible(timeout=60_000)


def statuses(run: Run[object]) -> list[str]:
    found = run(rows("SELECT status FROM till_report ORDER BY id"))
    assert isinstance(found, list)
    return [row["status"] for row in found]


def test_a_card_read_without_network_is_kept_and_sent_by_itself(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    held = run(rows("SELECT id FROM card WHERE number = {}", cards[2]))
    assert isinstance(held, list)
    run(registry.block_card(held[0]["id"], "丢了", by=CHEN, now=MORNING))
    page = till()
    page.evaluate(WRITES)
    network.mode = "down"
    scan(page, cards[2])  # the day pack knows that this one was lost
    page.wait_for_selector("[data-tone=bad]")
    assert "卡已挂失" in page.inner_text("#outcome")
    scan(page, cards[0])
    expect(page.locator("#outcome")).to_contain_text("收 5.00 元")
    expect(page.locator("#outcome")).to_contain_text("已存在本机")
    expect(page.locator("#outcome")).to_contain_text("以结算为准")
    expect(page.locator(WAITING)).to_have_text("1")
    assert "请勿清除浏览器数据" in page.inner_text("#till-net")
    picture(page, "till-offline", full=True)
    scan(page, cards[1])
    expect(page.locator(WAITING)).to_have_text("2")
    scan(page, CARD)  # diet and allergies stand in the pack
    expect(page.locator("#outcome [data-tone=diet]")).to_contain_text("花生过敏")
    assert served(town, run) == 4
    assert page.evaluate("[...new Set(writes)]") == ["strict"]  # on the disk, not near
    network.mode = "up"
    all_sent(page)
    assert served(town, run) == 7
    assert statuses(run) == ["ok", "ok", "ok"]


def test_a_meal_whose_answer_was_lost_is_one_meal(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    network.mode = "mute"
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    assert "已存在本机" in page.inner_text("#outcome")
    assert "小票等上传以后印" in page.inner_text("#outcome")
    assert served(town, run) == 5  # the server knows, the till does not
    network.mode = "up"
    all_sent(page)
    assert served(town, run) == 5
    assert statuses(run) == []  # the very act was answered again


def test_three_tabs_and_half_of_all_answers_lost_still_serve_each_once(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    first = till()
    tabs = [first, till(first), till(first)]
    network.mode = "down"
    for number, card in enumerate(cards[:6]):
        page = tabs[number % 3]
        page.bring_to_front()
        scan(page, card)
        page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
        page.keyboard.press("Escape")
    network.mode = "lossy"
    expect(first.locator("[data-kept-list] li")).to_have_count(0, timeout=90_000)
    network.mode = "up"
    assert served(town, run) == 10
    assert set(statuses(run)) <= {"ok"}


def test_two_tills_offline_serve_one_elder_and_the_second_is_marked(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    tills = [till(), till()]
    network.mode = "down"
    for page in tills:
        scan(page, cards[0])
        page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    network.mode = "up"
    for page in tills:
        all_sent(page)
    assert served(town, run) == 5
    assert sorted(statuses(run)) == ["conflict", "ok"]
    for _ in range(200):  # the list follows the lamp
        marked = [page.inner_text("[data-kept]") for page in tills]
        if any("重复，待核对" in text for text in marked):
            break
        tills[0].wait_for_timeout(100)
    assert sum("重复，待核对" in text for text in marked) == 1
    amber = [p.locator("[data-kept] .state-warn").all_inner_texts() for p in tills]
    assert ["重复，待核对"] in amber


def test_who_has_eaten_or_is_not_on_the_list_is_asked_about_offline_too(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    network.mode = "down"
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    page.wait_for_timeout(2100)
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=info]")
    assert "已经吃过" in page.inner_text("#outcome")
    page.click(
        "#outcome [data-cancel]"
    )  # of the two answers, the one that does nothing
    expect(page.locator("#outcome")).to_be_empty()
    page.wait_for_timeout(2100)
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=info]")
    page.keyboard.press("Enter")  # a second meal at full price
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    scan(page, "0009998887")
    page.wait_for_selector("[data-tone=bad]")
    page.fill("#outcome [name=name]", "王五")
    page.press("#outcome [name=name]", "Enter")
    expect(page.locator(WAITING)).to_have_text("3")
    network.mode = "up"
    all_sent(page)
    assert sorted(statuses(run)) == ["ok", "ok", "unmatched"]
    assert served(town, run) == 7


def test_an_undo_made_offline_follows_its_meal(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    network.mode = "down"
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    page.get_by_role("button", name="撤销").last.click()
    expect(page.locator(WAITING)).to_have_text("2")
    network.mode = "up"
    all_sent(page)
    assert served(town, run) == 4
    assert statuses(run) == ["ok", "ok"]


def test_without_a_session_the_act_waits_for_a_sign_in(
    town: Midday,
    cards: list[str],
    till: Till,
    server: Server,
    network: LossyNetwork,
    run: Run[object],
    clock: Clock,
) -> None:
    page = till()
    page.route("**/servings", lambda route: route.fulfill(status=403))
    page.route("**/api/till/acts", lambda route: route.fulfill(status=403))
    scan(page, cards[1])  # signed in, and not allowed any more
    page.wait_for_selector("#till-net [data-when=signin]:not([hidden])")
    expect(page.locator("#outcome")).to_contain_text("已存在本机")
    page.unroute("**/servings")
    page.unroute("**/api/till/acts")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    all_sent(page)
    assert served(town, run) == 5
    page.context.clear_cookies()
    scan(page, cards[0])
    page.wait_for_selector("#till-net [data-when=signin]:not([hidden])")
    assert "请重新登录" in page.inner_text("#till-net")
    assert served(town, run) == 5
    signed_in(server, page.context, town, clock, f"http://127.0.0.1:{network.port}")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    all_sent(page)
    assert served(town, run) == 6


def test_a_lost_tablet_wipes_its_names_and_keeps_what_was_not_sent(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    scan(page, cards[1])
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    key = page.evaluate("ActQueue.open().then((queue) => queue.kept('device'))")
    meals = run(rows("SELECT device FROM meal ORDER BY id DESC LIMIT 1"))
    assert meals == [{"device": key}]  # which tablet, also with the network
    network.mode = "down"
    scan(page, cards[0])
    expect(page.locator(WAITING)).to_have_text("1")
    assert page.evaluate(HELD) == [True, 1]
    run(tablets.block(town.kitchen, key, "丢了", by=CHEN, now=MORNING))
    network.mode = "up"
    page.wait_for_selector("#till-net [data-when=signin]:not([hidden])")
    page.goto(f"{HERE}/{town.point}")  # whoever found it is shown the door
    page.wait_for_selector("[name=password]")
    page.wait_for_function(f"({HELD})().then(([names]) => !names)")
    assert page.evaluate(HELD) == [False, 1]
    assert served(town, run) == 5


# Whether names are held, and how many acts still wait.
HELD = """() => ActQueue.open().then(async (queue) =>
  [Boolean(await queue.kept("pack")), (await queue.list("wait")).length])"""


def test_on_a_lan_without_tls_the_queue_works_and_says_what_does_not(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till(host=LAN)
    assert page.evaluate("window.isSecureContext") is False
    assert "没有 HTTPS" in page.inner_text(".lan-warning")
    expect(page.locator("[data-clock]")).to_contain_text(
        "本机时钟不准"
    )  # days, in tests
    network.mode = "down"
    for card in cards[:2]:
        scan(page, card)
        page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
        page.keyboard.press("Escape")
    network.mode = "up"
    all_sent(page)
    assert served(town, run) == 6


NO_STORAGE = (
    "Object.defineProperty(window, 'indexedDB', {get() { throw new Error(); }})"
)


# A full disk ends the transaction that would have kept the act.
FULL_DISK = """() => {
  IDBObjectStore.prototype.add = function () { this.transaction.abort(); };
}"""


# What the server may say of an act, and what staff see of it: all of them stay here.
SAID = [
    (201, {"status": "review", "code": "not_active"}, "bad", "待核对"),
    (201, {"status": "late", "code": "shift_closed"}, "warn", "迟报"),
    (201, {"status": "unmatched", "code": ""}, "warn", "先按全价，登记后再补"),
    (201, {"status": "conflict", "code": ""}, "warn", "重复，待核对"),
    (400, {"message": "看不懂"}, "bad", "看不懂 没有记上，请按纸名单补录"),
    (404, None, "bad", "404 没有记上，请按纸名单补录"),
    (409, {"message": "名单不对"}, "bad", "名单不对 没有记上，请按纸名单补录"),
    (413, None, "bad", "413 没有记上，请按纸名单补录"),
]


def test_every_answer_has_its_words_and_no_act_is_ever_dropped(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    network.mode = "down"
    for number, card in enumerate(cards[: len(SAID)], start=1):
        scan(page, card)
        expect(page.locator(WAITING)).to_have_text(str(number))
    first_tries: list[str] = []
    asked: list[str] = []

    def answer(route: Route) -> None:
        act = json.loads(route.request.post_data or "{}")["id"]
        if act not in first_tries and len(first_tries) < 2:  # busy: asked again later
            first_tries.append(act)
            route.fulfill(status=503 if len(first_tries) == 1 else 429)
            return
        if act not in asked:
            asked.append(act)
        status, told, _tone, _words = SAID[asked.index(act)]
        route.fulfill(status=status, json=told or {})

    page.route("**/api/till/acts", answer)
    network.mode = "up"
    kept = page.locator("[data-kept] .state")
    shown = re.compile("state-(bad|warn)")
    expect(kept.filter(has_text="待上传")).to_have_count(0, timeout=60_000)
    expect(kept).to_have_count(len(SAID))
    found = [
        (shown.search(one.get_attribute("class") or ""), one.inner_text().strip())
        for one in kept.all()
    ]
    assert sorted((tone[1], words) for tone, words in found if tone) == sorted(
        (tone, words) for _status, _told, tone, words in SAID
    )
    states = "ActQueue.open().then(async (queue) => (await queue.all()).length)"
    assert page.evaluate(states) == len(SAID)
    assert page.locator("[data-kept] form").count() == 0  # nothing left to take back
    assert served(town, run) == 4


def test_what_cannot_be_kept_or_is_refused_goes_to_paper(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    page = till()
    answer = {"status": 422, "json": {"code": "act_tampered"}}
    page.route("**/api/till/acts", lambda route: route.fulfill(**answer))
    network.mode = "down"
    scan(page, cards[0])
    expect(page.locator("#outcome")).to_contain_text("已存在本机")
    network.mode = "up"
    kept = page.locator("[data-kept]")
    expect(kept.locator(".state-bad")).to_have_text("请联系管理员", timeout=20_000)
    page.emulate_media(media="print")  # never deleted, and printed alone
    expect(page.locator("#till")).to_be_hidden()
    expect(kept.locator("li")).to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate(FULL_DISK)  # from now on, as between two meals
    network.mode = "down"
    scan(page, cards[2])
    expect(page.locator("#outcome [data-tone=bad]")).to_contain_text("断网，没有记上")
    assert kept.locator("li").count() == 1
    network.mode = "up"
    bare = page.context.new_page()
    bare.add_init_script(NO_STORAGE)
    bare.goto(f"{HERE}/{town.point}")
    expect(bare.locator("#till-net")).to_contain_text("本机不能离线，请用纸表")
    network.mode = "down"
    scan(bare, cards[1])
    expect(bare.locator("#outcome [data-tone=bad]")).to_contain_text("断网，没有记上")
    network.mode = "up"
    assert served(town, run) == 4


def test_a_killed_browser_loses_nothing_and_opens_again_without_network(
    playwright: Playwright,
    server: Server,
    town: Midday,
    cards: list[str],
    network: LossyNetwork,
    run: Run[object],
    clock: Clock,
    tmp_path: Path,
) -> None:
    address = f"http://127.0.0.1:{network.port}"
    profile = tmp_path / "profile"

    def opened() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path="/usr/bin/chromium",
            args=list(MAPPED),
            base_url=address,
            locale="zh-CN",
        )

    context = opened()
    signed_in(server, context, town, clock, address)
    page = ready(context.new_page(), town)
    page.evaluate(KEPT_BY_WORKER)
    network.mode = "down"
    scan(page, cards[0])
    expect(page.locator(WAITING)).to_have_text("1")
    kill_browser(profile)
    context = opened()
    page = context.new_page()
    page.goto(f"{HERE}/{town.point}")  # the network is still down
    page.wait_for_selector(FIELD)
    expect(page.locator(WAITING)).to_have_text("1")
    assert "朝阳就餐点" in page.inner_text("h1")
    picture(page, "till-reopened-offline", full=True)
    scan(page, cards[1])
    expect(page.locator(WAITING)).to_have_text("2")
    # A browser killed at once may have lost its cookie: the acts wait for a sign-in.
    signed_in(server, context, town, clock, address)
    network.mode = "up"
    page.wait_for_selector("#tallies", timeout=60_000)  # the whole till is back
    all_sent(page)
    context.close()
    assert served(town, run) == 6


def kill_browser(profile: Path) -> None:
    """SIGKILL to the browser of this profile and to nothing else."""
    wanted = f"--user-data-dir={profile}"
    for process in Path("/proc").iterdir():
        if not re.fullmatch(r"\d+", process.name):
            continue
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted.encode() in words and not any(b"--type=" in w for w in words):
            os.kill(int(process.name), signal.SIGKILL)


def test_a_shift_is_not_closed_while_this_tablet_holds_unsent_acts(
    town: Midday, cards: list[str], till: Till, network: LossyNetwork, run: Run[object]
) -> None:
    run(dining.open_shift(town.point, *LUNCH, by=SUN, now=MORNING))
    page = till()
    page.route("**/api/till/acts", lambda route: route.abort())
    network.mode = "down"
    scan(page, cards[0])
    page.wait_for_selector("[data-tone=ok], [data-tone=diet]")
    network.mode = "up"
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)  # leaving with an act unsent
    page.goto(f"{HERE}/{town.point}/counter")
    assert asked == ["beforeunload"]
    held = page.locator("[data-unsent]")
    expect(held).to_be_visible()
    assert "5.00 元" in page.inner_text("[data-unsent-list]")
    totals = run(dining.totals_of(town.point, *LUNCH))
    assert isinstance(totals, dining.PointTotals)
    page.fill("[name=cash]", f"{totals.cash_fen / 100:.2f}")
    page.fill("[name=note]", "多发的已补记")
    page.click("form[action$=closure] button")
    expect(page.locator("[name=unsent_why]")).to_be_focused()  # it must be said why
    shift = run(dining.shift_of(town.point, *LUNCH))
    assert isinstance(shift, dining.ShiftFacts)
    assert shift.closed_at is None
    picture(page, "till-shift-unsent", full=True)
    page.unroute("**/api/till/acts")
    page.evaluate("ActQueue.open().then((queue) => queue.soon())")
    expect(held).to_be_hidden(timeout=20_000)
    expect(page.locator("[data-tally]")).to_contain_text("服务器已收 1 · 核对码")
    page.fill("[name=cash]", f"{totals.cash_fen / 100 + 5:.2f}")
    page.click("form[action$=closure] button")
    expect(page.locator("#notices")).to_contain_text("已收班")
    page.goto(f"{HERE}/{town.point}")  # what was sent is wiped here
    page.wait_for_function(
        "ActQueue.open().then(async (queue) =>"
        " (await queue.kept('pack')) === null && (await queue.all()).length === 0)"
    )
    tallies = run(dining.tallies_for(town.kitchen, *LUNCH))
    assert isinstance(tallies, list)
    [tally] = tallies
    assert (tally.acts, tally.missing) == (1, 0)
