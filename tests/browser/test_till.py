"""The till in a real browser, by the keys of a scanner and of people."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from kitchen import dining, registry
from kitchen.dining import Request
from kitchen.registry import NewElder
from tests.app.client import Clock
from tests.browser.conftest import SIZES, Enter, Run, axe_faults, overflows, picture
from tests.browser.midday import CARD, LUNCH, Midday, midday
from tests.kitchen.cast import CHEN, MORNING, SUN
from tests.remembered import remembered

FIELD = "[data-till-field]"
FIRST_TILES = ("[data-tile='1']", "[data-tile='2']")
TALLY = "#tallies .figure:first-child b"

# What a scanner does: a key each 10 ms, seen by an input method, then Enter. The keys
# carry their own times, so that a busy machine does not slow the scanner down.
SCAN = """({card, gap, key, end}) => {
  let at = performance.now();
  const send = (code, name) => {
    const event = new KeyboardEvent(
      "keydown", {key: name, code, bubbles: true, cancelable: true});
    Object.defineProperty(event, "timeStamp", {value: at});
    at += gap;
    document.activeElement.dispatchEvent(event);
  };
  for (const digit of card) send("Digit" + digit, key || digit);
  send(end, key || end);
}"""


# The same with one long gap in the times of the keys: the machine stood still.
STALLED_KEYS = """({card, at}) => {
  let now = performance.now();
  const send = (code, key) => {
    const how = {key, code, bubbles: true, cancelable: true};
    const event = new KeyboardEvent("keydown", how);
    Object.defineProperty(event, "timeStamp", {value: now});
    now += 10;
    document.activeElement.dispatchEvent(event);
  };
  [...card].forEach((digit, i) => {
    if (i === at) now += 250;
    send("Digit" + digit, digit);
  });
  if (at === card.length) now += 250;
  send("Enter", "Enter");
}"""

# The page itself is busy between the first key and the rest, and every timer that came
# due meanwhile runs before the keys that waited.
STALLED_PAGE = """({card}) => new Promise((done) => {
  let now = performance.now();
  const send = (code, key) => {
    const how = {key, code, bubbles: true, cancelable: true};
    const event = new KeyboardEvent("keydown", how);
    Object.defineProperty(event, "timeStamp", {value: now});
    now += 10;
    document.activeElement.dispatchEvent(event);
  };
  send("Digit" + card[0], card[0]);
  const until = performance.now() + 400;
  while (performance.now() < until);
  setTimeout(() => {
    for (const digit of card.slice(1)) send("Digit" + digit, digit);
    send("Enter", "Enter");
    done();
  }, 20);
})"""


# What of the till is cut off at the right: its own box, or the box it stands in.
CUT = """[...document.querySelectorAll("#till button, #till .till-amount")]
  .filter((one) => one.offsetParent)
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    || one.getBoundingClientRect().right
      > one.closest("section, .till-bar, #till").getBoundingClientRect().right + 1)
  .map((one) => one.innerText)"""


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    return run(remembered(midday, 40))


@pytest.fixture
def cards(town: Midday, run: Run[object]) -> list[str]:
    """A card for each elder who still has to eat here; the last is the one with the
    long name and the allergies."""
    hungry = [e for e in town.at_point()[4:] if e.elder_id != town.long_name]
    made = []
    for number, eater in enumerate(hungry):
        card = f"77001{number:05d}"
        run(registry.bind_card(eater.elder_id, card, by=CHEN, now=MORNING))
        made.append(card)
    return [*made, CARD]


def open_till(town: Midday, enter: Enter, **how: object) -> Page:
    page = enter("point_staff", "孙阿姨", point_id=town.point, **how)
    page.goto(f"/dining/{LUNCH[0]}/lunch/{town.point}")
    return page


def scan(
    page: Page, card: str, *, gap: int = 10, key: str = "", end: str = "Enter"
) -> None:
    page.evaluate(SCAN, {"card": card, "gap": gap, "key": key, "end": end})


def served(town: Midday, run: Run[object]) -> int:
    totals = run(dining.totals_of(town.point, *LUNCH))
    assert isinstance(totals, dining.PointTotals)
    return totals.served


def answer_slowly(route: Route) -> None:
    time.sleep(0.3)
    route.continue_()


def bar(page: Page, tone: str = "") -> str:
    selector = f"[data-tone='{tone}']" if tone else "[data-tone]"
    page.wait_for_selector(selector)
    page.wait_for_selector(f"{FIELD}:focus")
    return page.inner_text(selector)


@pytest.mark.parametrize("key", ["", "Process"], ids=["plain", "input-method"])
@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_scan_serves_whatever_the_input_method_makes_of_it(
    town: Midday, cards: list[str], enter: Enter, run: Run[object], key: str, end: str
) -> None:
    page = open_till(town, enter)
    scan(page, cards[0], key=key, end=end)
    assert "5.00 元" in bar(page)
    assert served(town, run) == 5


def test_a_card_read_twice_within_two_seconds_counts_once(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    scan(page, cards[0])
    bar(page)
    scan(page, cards[0])
    page.wait_for_timeout(300)
    assert served(town, run) == 5
    assert "吃过" not in bar(page)
    page.wait_for_timeout(2000)
    scan(page, cards[0])
    assert "已在朝阳就餐点吃过" in bar(page, "info")
    assert served(town, run) == 5


def test_cards_read_faster_than_the_answers_are_all_served(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    for card in cards[:4]:
        scan(page, card)
    expect(page.locator(TALLY)).to_have_text("8")
    page.wait_for_selector(f"{FIELD}:focus")
    assert served(town, run) == 8


def test_a_person_typing_is_not_a_scanner(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    scan(page, cards[0], gap=120)  # such keys keys type nothing: no scan, no serving
    page.wait_for_timeout(300)
    assert served(town, run) == 4
    page.keyboard.type(cards[0], delay=120)
    assert page.input_value(FIELD) == cards[0]
    page.wait_for_selector(".till-preview")
    page.keyboard.press("Enter")
    assert "5.00 元" in bar(page)
    assert served(town, run) == 5


@pytest.mark.parametrize("at", [1, 3, 5, 10], ids=["first", "third", "half", "end"])
def test_a_stall_of_the_machine_never_cuts_a_card_in_two(
    town: Midday, cards: list[str], enter: Enter, run: Run[object], at: int
) -> None:
    page = open_till(town, enter)
    page.evaluate(STALLED_KEYS, {"card": cards[0], "at": at})
    assert "5.00 元" in bar(page)
    assert served(town, run) == 5


def test_a_busy_page_takes_the_first_digit_of_a_card_for_no_tile(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    card = "1700199999"
    owner = run(registry.search(cards[1], kitchen_id=town.kitchen))
    assert isinstance(owner, list)
    run(registry.bind_card(owner[0].id, card, by=CHEN, now=MORNING))
    page = open_till(town, enter)
    page.keyboard.type("w", delay=60)
    page.wait_for_selector("[data-tile='1']")
    taps: list[str] = []
    page.on("request", lambda one: taps.append(one.post_data or ""))
    page.evaluate(STALLED_PAGE, {"card": card})  # 1 is a tile, and begins the card
    bar(page)
    page.wait_for_timeout(500)
    assert [f"q={card}" in tap for tap in taps if "csrf=" in tap] == [True]
    assert served(town, run) == 5
    lines = run(dining.served_at(town.point, *LUNCH, 1))
    assert isinstance(lines, list)
    assert lines[0].elder_id == owner[0].id


def test_a_scan_at_a_focused_button_presses_no_button(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    page.locator("[data-undo]").focus()
    scan(page, cards[0], gap=60)  # every key late, as on a machine at its limit
    assert "5.00 元" in bar(page)
    assert served(town, run) == 5


def test_a_scan_while_tiles_are_shown_serves_the_card_and_no_tile(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    page.keyboard.type("w", delay=60)
    page.wait_for_selector("[data-tile='2']")
    page.route("**/servings", answer_slowly)
    scan(page, cards[1])
    bar(page)
    page.wait_for_timeout(500)
    assert served(town, run) == 5
    lines = run(dining.served_at(town.point, *LUNCH, 1))
    owner = run(registry.search(cards[1], kitchen_id=town.kitchen))
    assert isinstance(lines, list)
    assert isinstance(owner, list)
    assert lines[0].elder_id == owner[0].id


def test_digits_choose_among_tiles_that_tell_people_of_one_name_apart(
    town: Midday, enter: Enter, run: Run[object]
) -> None:
    for year in (1940, 1950):
        elder = NewElder(
            name="诸葛瑾瑜",
            sex="male",
            birth_date=MORNING.date().replace(year=year, day=1),
            point_id=town.point,
        )
        run(registry.enrol(elder, kitchen_id=town.kitchen, by=CHEN, now=MORNING))
    page = open_till(town, enter)
    page.keyboard.type("zgjy", delay=60)
    page.wait_for_selector("[data-tile='2']")
    assert {"86 岁", "76 岁"} == set(re.findall(r"\d+ 岁", page.inner_text(".tiles")))
    apart = page.locator(".tile .tile-apart")
    assert sorted(apart.all_inner_texts()) == ["1940 年生", "1950 年生"]
    weight = apart.first.evaluate("(one) => getComputedStyle(one).fontWeight")
    assert int(weight) >= 700
    page.keyboard.press("2")
    assert "今天没有订餐" in bar(page, "warn")
    assert served(town, run) == 4


def test_a_walk_in_is_served_by_enter_and_a_passing_scan_is_not(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    page.keyboard.type("smxrcq", delay=60)
    page.keyboard.press("Enter")
    said = bar(page, "warn")
    assert said.index("花生过敏") < said.index("5.00 元")
    assert served(town, run) == 4
    picture(page, "till-walk-in")
    page.keyboard.press("Enter")
    assert "司马相如长卿" in bar(page, "diet")
    assert served(town, run) == 5
    page.keyboard.press("Enter")  # nothing is asked: nothing happens
    page.wait_for_timeout(300)
    assert served(town, run) == 5


def test_a_stranger_paid_in_cash_leaves_the_till_ready_for_the_next(
    town: Midday, enter: Enter
) -> None:
    page = open_till(town, enter)
    before = int(page.inner_text(TALLY))
    page.get_by_role("button", name="散客，全价收现金").click()
    expect(page.locator(TALLY)).to_have_text(str(before + 1))
    expect(page.locator(FIELD)).to_be_visible()
    expect(page.locator(".served tr").first).to_contain_text("散客")


def test_escape_clears_the_field_the_tiles_and_the_question(
    town: Midday, enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    page.keyboard.type("smxrcq", delay=60)
    page.keyboard.press("Enter")
    bar(page, "warn")
    page.keyboard.type("w", delay=60)
    page.wait_for_selector("[data-tile='1']")
    page.keyboard.press("Escape")
    assert page.input_value(FIELD) == ""
    assert page.locator("[data-tile], [data-again]").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert served(town, run) == 4


def test_f2_changes_the_payment_of_the_field_and_of_the_tiles(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    assert page.locator("[data-till] [name=payment]:checked").input_value() == "voucher"
    scan(page, cards[0])
    bar(page)
    page.keyboard.type("w", delay=60)
    page.wait_for_selector("[data-tile='1']")
    page.keyboard.press("F2")
    paid = page.locator("#guests [name=payment]").first.input_value()
    assert paid == "later"
    lines = run(dining.served_at(town.point, *LUNCH, 1))
    assert isinstance(lines, list)
    assert lines[0].payment == "voucher"


def test_the_last_serving_is_undone_by_z(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    scan(page, cards[0])
    bar(page)
    page.keyboard.press("Control+z")
    page.wait_for_selector(".served tr.closed")
    assert served(town, run) == 4
    expect(page.locator(TALLY)).to_have_text("4")
    page.wait_for_selector(f"{FIELD}:focus")
    page.wait_for_timeout(2000)
    scan(page, cards[0])
    expect(page.locator(TALLY)).to_have_text("5")
    bar(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("z")
    expect(page.locator(".served tr.closed")).to_have_count(2)
    assert served(town, run) == 4


def test_a_name_that_begins_with_z_is_still_a_name(town: Midday, enter: Enter) -> None:
    page = open_till(town, enter)
    page.keyboard.type("z", delay=60)
    page.wait_for_timeout(300)
    assert page.input_value(FIELD) == "z"
    assert page.locator(".served tr.closed").count() == 0


def test_an_unknown_card_is_bound_and_works_the_next_time(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    scan(page, "9911223344")
    assert "不认识这张卡" in bar(page, "bad")
    page.fill("[name=who]", "oyhmsf")
    page.press("[name=who]", "Enter")
    assert "欧阳慧敏淑芬" in bar(page, "info")
    assert served(town, run) == 4
    page.wait_for_timeout(2000)
    scan(page, "9911223344")
    assert "收 5.00 元" in bar(page, "diet")
    assert served(town, run) == 5


def test_f4_books_the_next_meal_and_z_takes_it_back(town: Midday, enter: Enter) -> None:
    page = open_till(town, enter)
    page.keyboard.type("smxrcq", delay=60)
    page.wait_for_selector(".till-preview [data-book]")
    page.keyboard.press("F4")
    assert "已订11月25日 周三的午餐" in bar(page, "ok")
    page.keyboard.press("Control+z")
    assert "不订了" in bar(page, "info")


# What the till would play, written down instead of sounded.
PITCHES = """() => {
  window.pitches = [];
  const part = () => ({connect: () => part(), start() {}, stop() {}, frequency: {},
    gain: {setValueAtTime() {}, exponentialRampToValueAtTime() {},
      linearRampToValueAtTime() {}}});
  window.AudioContext = class {
    constructor() { this.currentTime = 0; this.state = "running"; }
    resume() { return Promise.resolve(); }
    createGain() { return part(); }
    createOscillator() {
      const frequency = {};
      Object.defineProperty(frequency, "value", {set: (hertz) => pitches.push(hertz)});
      return {...part(), frequency};
    }
  };
}"""
LOOKS = """(bar) => {
  const size = (one) => parseFloat(getComputedStyle(one).fontSize);
  const amount = bar.querySelector(".till-amount");
  return [getComputedStyle(bar).backgroundColor, size(bar.querySelector(".till-name")),
    amount ? size(amount) : 99];
}"""


def test_every_outcome_is_said_by_colour_icon_word_and_tone(
    town: Midday, cards: list[str], enter: Enter
) -> None:
    page = open_till(town, enter)
    page.evaluate(PITCHES)
    colours, icons, tones = set(), set(), set()
    for typed, tone in (
        (cards[0], "ok"),
        (CARD, "diet"),
        ("oyhmsf", "info"),
        ("smxrcq", "warn"),
        ("0000000000", "bad"),
    ):
        page.evaluate("pitches.length = 0")
        page.fill(FIELD, typed)
        page.press(FIELD, "Enter")
        said = bar(page, tone).split()
        assert said
        icon = page.locator("[data-tone] > .icon use, [data-tone] > .icon")
        icons.add(icon.last.evaluate("(one) => one.outerHTML"))
        expect(page.locator("#live")).to_have_text(" ".join(said))
        colour, name, amount = page.locator("[data-tone]").evaluate(LOOKS)
        colours.add(colour)
        assert name >= 24  # pixels: read at arm's length
        assert amount >= 40  # and by the next in the queue
        tones.add(tuple(page.evaluate("pitches")))
    assert (len(colours), len(icons)) == (4, 4)  # an allergy is served too: green
    assert len(tones) == 5  # and has a tone of its own
    assert () not in tones


@pytest.mark.parametrize("size", SIZES)
def test_every_state_of_the_bar_passes_axe_and_targets_are_large(
    town: Midday, cards: list[str], enter: Enter, size: str
) -> None:
    page = open_till(town, enter, size=size)
    for name, typed, shown in (
        ("served", CARD, "[data-tone=diet]"),
        ("already", "oyhmsf", "[data-tone=info]"),
        ("walk-in", "smxrcq", "[data-tone=warn]"),
        ("unknown", "9911223344", "[data-tone=bad]"),
        ("choose", "w", "[data-tile='2']"),
    ):
        page.fill(FIELD, typed)
        with page.expect_response("**/servings"):
            page.press(FIELD, "Enter")
        page.wait_for_selector(shown)
        page.wait_for_timeout(150)
        picture(page, f"till-{name}-{size}", full=True)
        assert axe_faults(page) == []
        assert not overflows(page)
        assert page.evaluate(CUT) == []
        if name == "walk-in":  # by mouse or finger, at the price of who is registered
            page.click("[data-again]")
            page.wait_for_selector("[data-tone=diet] .till-amount")
            assert page.inner_text("[data-tone=diet] .till-amount") == "收 5.00 元"
    page.context.add_cookies(
        [{"name": "nuancan_language", "value": "en", "url": page.url}]
    )
    page.reload()
    page.wait_for_selector("[data-undo]:has-text('Undo')")
    page.fill(FIELD, "oyhmsf")
    page.press(FIELD, "Enter")
    page.click("[data-again]")
    page.wait_for_selector(".till-amount:has-text('13.00')")
    picture(page, f"till-english-{size}", full=True)
    assert page.evaluate(CUT) == []
    heights = page.eval_on_selector_all(
        "#till button, #till label.option, #till input[name=q]",
        "all => all.map((one) => one.getBoundingClientRect().height)",
    )
    assert min(heights) >= 44


@pytest.mark.parametrize("size", SIZES)
def test_field_and_first_answers_are_in_sight_without_scrolling(
    town: Midday, cards: list[str], enter: Enter, size: str
) -> None:
    """With and without an answer just given, as the page opens and after a reload, in
    both languages; how it is paid is one row of whole words on a telephone."""
    page = open_till(town, enter, size=size)
    look_for_answers(page, size)
    page.context.add_cookies(
        [{"name": "nuancan_language", "value": "en", "url": page.url}]
    )
    page.reload()
    look_for_answers(page, size)
    heights = page.eval_on_selector_all(
        ".till-payments span", "all => all.map((one) => one.offsetHeight)"
    )
    assert max(heights) < 32  # one line
    tops = page.eval_on_selector_all(
        ".till-payments .option", "all => all.map((one) => one.offsetTop)"
    )
    assert len(set(tops)) == 1


def look_for_answers(page: Page, size: str) -> None:
    for name, typed in (("none", ""), ("served", CARD), ("unknown", "9911223344")):
        if typed:
            page.fill(FIELD, typed)
            page.press(FIELD, "Enter")
            page.wait_for_selector("[data-tone]")
            said = page.locator("[data-tone] .till-name").bounding_box()
            assert said is not None
            assert said["y"] + said["height"] <= SIZES[size][1]
        for where in ("there", "again"):
            page.fill(FIELD, "w")
            page.wait_for_selector("[data-tile='2']")
            lang = page.evaluate("document.documentElement.lang")
            picture(page, f"till-{name}-{where}-{size}-{lang}")
            assert page.evaluate("scrollY") == 0
            seen = [page.locator(one).bounding_box() for one in (FIELD, *FIRST_TILES)]
            ends = [box["y"] + box["height"] for box in seen if box]
            assert len(ends) == 3
            assert max(ends) <= SIZES[size][1], (name, where, ends)
            page.reload()


@pytest.mark.parametrize("size", SIZES)
def test_whoever_wants_a_slip_gets_it_at_every_width(
    town: Midday, cards: list[str], enter: Enter, size: str
) -> None:
    page = open_till(town, enter, size=size)
    page.fill(FIELD, cards[0])
    page.press(FIELD, "Enter")
    bar(page, "ok")
    line = page.locator(".served tr").first
    slip = line.get_by_role("link", name="小票")
    box = slip.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    assert not overflows(page)
    picture(page, f"till-slip-{size}", full=True)
    with page.context.expect_page() as opened:
        slip.click()
    expect(opened.value.locator(".slip")).to_contain_text("您付（现金）")
    expect(line.get_by_role("button", name="撤销")).to_be_visible()


def test_the_tallies_follow_what_another_tablet_serves(
    town: Midday, enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter)
    assert page.inner_text(TALLY) == "4"
    eater = town.at_point()[5]
    asked = Request(town.point, *LUNCH, eater.elder_id, "subsidised", "cash")
    run(dining.serve("another-tablet", asked, by=SUN, now=MORNING))
    page.keyboard.type("w", delay=60)
    expect(page.locator(TALLY)).to_have_text("5")
    assert page.input_value(FIELD) == "w"
    assert page.locator(f"{FIELD}:focus").count() == 1


def test_elders_are_served_by_card_one_after_the_other(
    town: Midday, cards: list[str], enter: Enter
) -> None:
    """How long it takes is measured by `./run bench till`, not here."""
    page = open_till(town, enter)
    for number, card in enumerate(cards[:7], start=5):
        scan(page, card)
        expect(page.locator(TALLY)).to_have_text(str(number))
        page.wait_for_selector(f"{FIELD}:focus")


def test_a_shift_is_served_without_scripts(
    town: Midday, cards: list[str], enter: Enter, run: Run[object]
) -> None:
    page = open_till(town, enter, scripts=False)
    for typed, word in ((cards[0], "5.00 元"), ("smxrcq", "今天没有订餐")):
        page.fill(FIELD, typed)
        with page.expect_navigation():
            page.press(FIELD, "Enter")
        assert word in page.inner_text("[data-tone]")
    with page.expect_navigation():
        page.click("[data-again]")
    assert "司马相如长卿" in page.inner_text("[data-tone]")
    with page.expect_navigation():
        page.click("[data-undo]")
    assert served(town, run) == 5
    page.fill(FIELD, "w")
    with page.expect_navigation():
        page.press(FIELD, "Enter")
    with page.expect_navigation():
        page.click("[data-tile='1']")
    assert page.locator("[data-tone]").count() == 1
    page.goto(f"/dining/{LUNCH[0]}/lunch/{town.point}/guests?q=w")
    with page.expect_navigation():
        page.get_by_role("link", name="登记就餐").click()
    assert page.locator(FIELD).count() == 1


def test_the_shift_begins_with_one_large_button(town: Midday, enter: Enter) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/dining/{LUNCH[0]}/lunch/{town.point + 1}")
    page.wait_for_selector(".till-start .button:focus")
    assert "开始午餐" in page.inner_text(".till-start .button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(f"{FIELD}:focus")
