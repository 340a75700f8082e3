"""The till's page: one field, one keystroke, every outcome in words."""

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from kitchen import cards, dining, headcounts, plans
from kitchen.database import rows
from kitchen.headcounts import SpareFacts
from tests.app.client import Client, Clock, SignInAs
from tests.app.test_claims import NASTY
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

DAY = dt.timedelta(days=1)


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "dining", "feedback", "prints", "api")


async def service(manager: Client) -> tuple[Cast, str]:
    cast = await enter()
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    here = f"/dining/{TODAY}/lunch/{cast.chaoyang}"
    await manager.submit(f"{here}/shift")
    return cast, here


async def test_a_card_serves_at_once_and_a_second_lunch_is_explained(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    answer = await manager.submit(f"{here}/servings", q="8800111277", payment="cash")
    assert "收 5.00 元" in answer.text
    answer = await manager.submit(f"{here}/servings", q="ldf", payment="cash")
    assert "已在朝阳就餐点吃过" in answer.text
    looked = await manager.fragment(f"{here}/guests?q=ldf")
    assert "再来一份 13.00 元" in looked.text  # never the price of the first
    assert "5.00 元" not in looked.text
    answer = await manager.submit(
        f"{here}/servings", elder=cast.li, payment="cash", tariff="full", sure="yes"
    )
    assert "收 13.00 元" in answer.text
    totals = await dining.totals_of(cast.chaoyang, TODAY, "lunch")
    assert (totals.served, totals.cash_fen) == (2, 1800)


async def test_allergies_are_shown_before_the_price_is_taken(manager: Client) -> None:
    _cast, here = await service(manager)
    page = await manager.fragment(f"{here}/guests?q=ldf")
    assert "花生过敏" in page.text
    assert page.text.index("花生过敏") < page.text.index("5.00 元")


async def test_somebody_booked_elsewhere_is_served_after_a_second_keystroke(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    answer = await manager.submit(f"{here}/servings", q="zjg", payment="cash")
    assert "订在别的就餐点" in answer.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0
    answer = await manager.submit(
        f"{here}/servings", elder=cast.zhou, sure="yes", payment="cash"
    )
    assert "收 5.00 元" in answer.text


async def test_undo_gives_the_meal_back(manager: Client) -> None:
    cast, here = await service(manager)
    await manager.submit(f"{here}/servings", q="ldf", payment="cash")
    line = (await dining.served_at(cast.chaoyang, TODAY, "lunch"))[0]
    answer = await manager.submit(f"{here}/voids/{line.meal_id}", payment="cash")
    assert "已撤销" in answer.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0


async def test_a_guest_without_a_record_pays_the_full_price(manager: Client) -> None:
    _cast, here = await service(manager)
    answer = await manager.submit(f"{here}/servings", stranger="yes", payment="cash")
    assert "收 13.00 元" in answer.text


async def test_nobody_is_found_and_nothing_is_served(manager: Client) -> None:
    cast, here = await service(manager)
    for typed in ("不存在", "999999999", "x" * 70000, "=1+1", "<b>", "%", ""):
        answer = await manager.submit(f"{here}/servings", q=typed, payment="cash")
        assert answer.status_code == 200
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0


async def test_the_counter_receives_passes_on_and_closes_with_words(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    bad = await manager.submit(
        f"{here}/receipts", portions_regular="很多", signed_by=""
    )
    assert bad.status_code == 422
    assert "填的是“很多”" in bad.text
    assert "签收人：还没有填" in bad.text
    answer = await manager.submit(
        f"{here}/receipts", portions_regular=5, temperature="65.2", signed_by="孙阿姨"
    )
    assert answer.status_code == 303
    await manager.submit(
        f"{here}/transfers",
        moved=2,
        diet="regular",
        to=f"point:{cast.xinhua}",
        why="新华不够",
    )
    await manager.submit(
        f"{here}/leftovers", left=1, diet="regular", fate="wasted", why="没来"
    )
    totals = await dining.totals_of(cast.chaoyang, TODAY, "lunch")
    assert (totals.received, totals.moved_out, totals.left) == (5, 2, 1)
    short = await manager.submit(f"{here}/shift/closure", cash="5.00")
    assert short.status_code == 422
    assert "请写明差在哪里" in short.text
    for wrong in ("5.005", "-1", "五元"):
        answer = await manager.submit(f"{here}/shift/closure", cash=wrong)
        assert f"填的是“{wrong}”" in answer.text
    answer = await manager.submit(f"{here}/shift/closure", cash="0")
    assert answer.status_code == 303


async def test_what_is_due_at_a_point_is_one_figure_with_its_walk_ins(
    manager: Client,
) -> None:
    """The sum above and the column below are what the driver brings."""
    cast = await enter()
    walk_ins = SpareFacts(0, cast.chaoyang, "walk_in", "regular", 2)
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=[walk_ins], by=CHEN, now=MORNING
    )
    page = (await manager.get(f"/dining/{TODAY}/lunch/{cast.chaoyang}/counter")).text
    due = re.search(r"<b>(\d+)</b><span>应到</span>", page)
    column = re.findall(r'</th><td class="numeric">(\d+)</td>', page)
    assert due
    assert int(due[1]) == sum(map(int, column)) > 2


async def test_a_wrong_count_is_voided_with_a_reason_and_stays_to_be_read(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    await manager.submit(f"{here}/receipts", portions_regular=50, signed_by="孙阿姨")
    [line] = await dining.counted_at(cast.chaoyang, TODAY, "lunch")
    refused = await manager.submit(f"{here}/counted/receipt/{line.id}/void")
    assert refused.status_code == 422
    assert "哪里错了：还没有填" in refused.text
    done = await manager.submit(
        f"{here}/counted/receipt/{line.id}/void", void_reason="多点了一个零"
    )
    assert done.status_code == 303
    page = await manager.get(f"{here}/counter")
    assert "已作废：多点了一个零" in page.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).received == 0


async def test_tomorrow_is_booked_by_whoever_stands_there_and_taken_back(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    answer = await manager.submit(f"{here}/bookings", elder=cast.wang)
    assert "已经订过了" in answer.text  # the standing plan brings it to the door
    plan = await plans.exceptions_on(cast.kitchen, TODAY + DAY, "lunch")
    assert plan == {}
    await plans.set_plan(
        cast.li, "lunch", {3: None}, TODAY, by=manager.actor, now=MORNING
    )
    answer = await manager.submit(f"{here}/bookings", elder=cast.li)
    assert "已订11月25日 周三的午餐，在朝阳就餐点吃" in answer.text
    [booked] = (await plans.exceptions_on(cast.kitchen, TODAY + DAY, "lunch"))[cast.li]
    assert (booked.kind, booked.way, booked.point_id) == (
        "book",
        "dine_in",
        cast.chaoyang,
    )
    answer = await manager.submit(f"{here}/bookings/{booked.id}/withdrawal")
    assert "11月25日 周三的午餐不订了" in answer.text
    assert await plans.exceptions_on(cast.kitchen, TODAY + DAY, "lunch") == {}


async def test_a_meal_of_tomorrow_is_refused_at_the_till(manager: Client) -> None:
    cast, _here = await service(manager)
    there = f"/dining/{TODAY + DAY}/lunch/{cast.chaoyang}"
    await manager.submit(f"{there}/shift")
    answer = await manager.submit(f"{there}/servings", q="ldf", payment="cash")
    assert "2026-11-25 还没有到" in answer.text


async def test_paper_is_entered_name_by_name_with_a_reason(manager: Client) -> None:
    cast, here = await service(manager)
    page = await manager.get(f"{here}/roster")
    assert page.text.count('type="checkbox"') == 1  # one for each name, none for all
    for typed, sentence in (
        ({"reason": "断网"}, "还没有勾选一位老人"),
        ({"elder": cast.li}, "原因：还没有填"),
        ({"elder": cast.li, "reason": "断网", "others": "没这人"}, "没有找到“没这人”"),
        ({"reason": "断网", "others": "z"}, "有几位：周建国"),
        ({"reason": "断网", "others": "zjg\n" * 31}, "分两次"),
    ):
        refused = await manager.submit(
            f"{here}/roster", source="paper", payment="cash", **typed
        )
        assert refused.status_code == 422
        assert sentence in refused.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0
    await manager.submit(f"{here}/shift/closure", cash="0")
    entry = {"source": "paper", "payment": "cash", "reason": "断网"}
    answer = await manager.submit(
        f"{here}/roster", **entry, elder=cast.li, others="zjg\n"
    )
    assert answer.status_code == 303
    served = await dining.served_at(cast.chaoyang, TODAY, "lunch")
    assert {one.elder_id for one in served} == {cast.li, cast.zhou}
    kept = await rows("SELECT source, reason, self_pay_fen FROM meal")
    assert [tuple(row.values()) for row in kept] == [("paper", "断网", 500)] * 2


async def test_another_points_till_is_a_lost_page(sign_in_as: SignInAs) -> None:
    cast = await enter()
    sun = await sign_in_as(
        "point_staff", "孙阿姨", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    page = await sun.get(f"/dining/{TODAY}/lunch/{cast.xinhua}")
    assert page.status_code == 404


async def test_a_card_nobody_knows_is_bound_to_whoever_stands_there(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    answer = await manager.submit(f"{here}/servings", q="7700123456", payment="cash")
    assert "不认识这张卡" in answer.text
    answer = await manager.submit(f"{here}/cards", card="7700123456", who="ldf")
    assert "已绑定" in answer.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0
    answer = await manager.submit(f"{here}/servings", q="7700123456", payment="cash")
    assert "收 5.00 元" in answer.text


async def test_a_card_is_bound_to_one_person_and_never_taken_from_another(
    manager: Client,
) -> None:
    cast, here = await service(manager)
    for who in ("", "没这个人", "<b>"):
        answer = await manager.submit(f"{here}/cards", card="7700123456", who=who)
        assert "已绑定" not in answer.text
    answer = await manager.submit(f"{here}/cards", card="8800111277", elder=cast.zhou)
    assert "已绑定" not in answer.text
    answer = await manager.submit(f"{here}/cards", card="", elder=cast.zhou)
    assert answer.status_code == 200
    assert "已绑定" not in answer.text


async def test_an_elder_of_nobody_is_not_served(manager: Client) -> None:
    cast, here = await service(manager)
    answer = await manager.submit(f"{here}/servings", elder=9999, payment="cash")
    assert "没有找到" in answer.text
    assert (await dining.totals_of(cast.chaoyang, TODAY, "lunch")).served == 0


async def test_a_blocked_card_serves_nobody_and_says_so(manager: Client) -> None:
    cast, here = await service(manager)
    old = (await cards.member_cards([cast.li]))[cast.li]
    new = await cards.replace_card(cast.li, "丢了", by=CHEN, now=MORNING)
    bar = await manager.submit(f"{here}/servings", q=old, payment="cash")
    assert "已挂失（丢了）" in bar.text
    assert "李德福" not in bar.text
    assert await rows("SELECT id FROM meal") == []
    (kept,) = await rows("SELECT code, elder FROM refused_attempt")
    assert (kept["code"], kept["elder"]) == ("card_blocked", cast.li)
    typing = await manager.fragment(f"{here}/guests?q={old}")
    assert "已挂失" in typing.text
    bar = await manager.submit(f"{here}/servings", q=new, payment="cash")
    assert "收 5.00 元" in bar.text


async def test_the_elder_reads_a_masked_name_the_price_and_who_pays(
    manager: Client, clock: Clock
) -> None:
    cast, here = await service(manager)
    empty = await manager.get(f"{here}/screen")
    assert "请刷卡" in empty.text
    bar = await manager.submit(f"{here}/servings", q="8800111277", payment="cash")
    line = "李*福 · 餐费 13.00 元 · 区级补贴 8.00 元 · 您付 5.00 元"
    assert line in bar.text
    screen = await manager.fragment(f"{here}/screen")
    assert "李*福" in screen.text
    assert "李德福" not in screen.text
    assert "您付 5.00 元" in screen.text
    (meal,) = await rows("SELECT id FROM meal")
    assert f'href="{here}/slips/{meal["id"]}"' in (await manager.get(here)).text
    slip = await manager.get(f"{here}/slips/{meal['id']}")
    assert "您付（现金）" in slip.text
    assert "李德福" not in slip.text
    assert (await manager.get(f"{here}/slips/999")).status_code == 404
    other = f"/dining/{TODAY}/lunch/{cast.xinhua}/slips/{meal['id']}"
    assert (await manager.get(other)).status_code == 404
    clock.forward(seconds=61)
    assert "李*福" not in (await manager.fragment(f"{here}/screen")).text


async def test_a_face_is_tapped_and_read_by_point(manager: Client) -> None:
    _cast, here = await service(manager)
    nobody_ate = await manager.submit(f"{here}/opinions", score="good")
    assert nobody_ate.status_code == 409
    assert "都评过了" in nobody_ate.text
    await manager.submit(f"{here}/servings", q="8800111277", payment="cash")
    tapped = await manager.submit(f"{here}/opinions", score="good")
    assert tapped.status_code == 303
    report = await manager.get("/feedback")
    assert "朝阳就餐点" in report.text
    assert "100%" in report.text


async def test_a_shift_with_unsent_acts_is_closed_only_with_a_reason(
    manager: Client,
) -> None:
    _cast, here = await service(manager)
    typed = {"cash": "0", "note": "", "unsent": "3"}
    refused = await manager.submit(f"{here}/shift/closure", **typed)
    assert refused.status_code == 422
    assert "还有 3 条没有上传" in refused.text
    closed = await manager.submit(
        f"{here}/shift/closure", **typed, unsent_why="平板没电了"
    )
    assert closed.status_code == 303
    (kept,) = await rows("SELECT acts, reason FROM shift_unsent")
    assert (kept["acts"], kept["reason"]) == (3, "平板没电了")


async def test_what_is_typed_at_the_till_does_no_harm_on_pages_files_and_paper(
    manager: Client,
) -> None:
    """Formulas, markup, control and bidirectional characters, in every field."""
    cast, here = await service(manager)
    pack = (await manager.get(f"/api/till/packs/{TODAY}/lunch/{cast.chaoyang}")).json()
    for number, nasty in enumerate(NASTY, start=1):
        for path, fields in (
            ("servings", {"q": nasty, "payment": "cash"}),
            ("cards", {"card": f"77001234{number:02d}", "who": nasty}),
            ("roster", {"source": "paper", "reason": nasty, "others": nasty}),
            ("receipts", {"portions_regular": 1, "signed_by": nasty}),
            ("transfers", {"moved": 1, "diet": "regular", "why": nasty}),
            ("leftovers", {"left": 1, "diet": "regular", "fate": "wasted"}),
        ):
            sent: dict[str, object] = {"payment": "cash", "why": nasty, **fields}
            if path == "transfers":
                sent["to"] = f"point:{cast.xinhua}"
            answer = await manager.submit(f"{here}/{path}", **sent)
            assert answer.status_code in (200, 303, 422), (path, nasty)
            for markup in MARKUP:  # a refused form still says what was typed
                assert markup not in answer.text, (path, nasty)
        act = {
            "id": str(uuid.uuid4()),
            "pack": pack["token"],
            "name": nasty,
            "tariff": "full",
            "happened_at": "2026-11-24T00:20:00Z",
            "device": f"tablet-{number}",
            "device_seq": 1,
        }
        assert (await manager.json("/api/till/acts", act)).status_code in (201, 409)
        lines = await dining.counted_at(cast.chaoyang, TODAY, "lunch")
        kind = f"{lines[0].kind}/{lines[0].id}"
        await manager.submit(f"{here}/counted/{kind}/void", void_reason=nasty)
        entry = {"source": "paper", "payment": "cash", "reason": nasty}
        await manager.submit(f"{here}/roster", **entry, elder=cast.li)
        for served in await dining.served_at(cast.chaoyang, TODAY, "lunch"):
            await manager.submit(f"{here}/voids/{served.meal_id}", payment="cash")
    await manager.submit(f"{here}/shift/closure", cash="0", note=NASTY[0])
    assert (
        len(await rows("SELECT DISTINCT reason FROM meal WHERE elder IS NOT NULL")) > 4
    )
    for page in (here, f"{here}/counter", f"{here}/roster", f"{here}/../reports"):
        harmless((await manager.get(page)).text)
    for kind in ("meals", "audit", "balance"):
        data = (
            await manager.get(f"/api/exports/{kind}?first={TODAY}&form=xlsx")
        ).content
        book = load_workbook(io.BytesIO(data))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d", "b"}
        assert all(cell.hyperlink is None for cell in cells)
        text = (await manager.get(f"/api/exports/{kind}?first={TODAY}&form=csv")).text
        for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
            starts = [cell for cell in line if cell.startswith(("=", "+", "@"))]
            assert starts == [], kind
    paper = await manager.get(f"/prints/{TODAY}/lunch/balance.pdf")
    assert paper.status_code == 200
    drawn = PdfReader(io.BytesIO(paper.content))
    assert not any(page.get("/Annots") for page in drawn.pages)


MARKUP = ("<script>alert", "<b>{{")


def harmless(page: str) -> None:
    """Nothing that was typed is markup, turns the line round, or is no character."""
    for told in (*MARKUP, "\u202e", "\x07"):
        assert told not in page
