"""PDFs opened and read back: pages, rows, sizes, fonts, codes, greys."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from app import papers
from app.paper_html import document_for
from app.paper_office import balance_sheet
from app.papers import MenuDay
from app.printing import FONT, Printed, join, render
from app.words.balance import together
from kitchen.balance import Balance, Difference
from tests.prints import samples
from tests.prints.conftest import MM, Piece, pictures, pieces, texts

Drawn = dict[str, Printed]
Read = Callable[[str], PdfReader]

SIZES = {  # millimetres; everything else is A4 portrait
    "a5": (148, 210),
    "labels": (60, 40),
    "load": (100, 70),
    "production": (297, 210),
    "packing": (297, 210),
    "inspection": (297, 210),
}
ONE_PAGE = (
    *("production", "packing", "purchase", "menu", "unplaced", "weather", "slip"),
    "balance",
)


@pytest.mark.parametrize("name", samples.PAPERS)
def test_every_page_has_the_size_of_its_paper(name: str, drawn: Drawn) -> None:
    width, height = SIZES.get(name, (210, 297))
    for page in PdfReader(io.BytesIO(drawn[name].pdf)).pages:
        assert float(page.mediabox.width) == pytest.approx(width * MM, abs=0.5)
        assert float(page.mediabox.height) == pytest.approx(height * MM, abs=0.5)


def test_each_dining_point_has_its_own_list_of_whom_to_escort(drawn: Drawn) -> None:
    reader = PdfReader(io.BytesIO(drawn["weather"].pdf))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    lists = text.split("出门前先打电话")[0].split("陪同到桌：")[1:]
    assert sorted((part[:8], "何振华" in part, "沈玉兰" in part) for part in lists) == [
        ("新华就餐点，1人", False, True),
        ("朝阳就餐点，1人", True, False),
    ]


@pytest.mark.parametrize("name", ONE_PAGE)
def test_a_small_kitchen_paper_fits_one_page(name: str, drawn: Drawn) -> None:
    assert drawn[name].pages == 1


@pytest.mark.parametrize("name", ["sheet", "long", "a5", "roster"])
def test_pages_are_counted_within_the_round(name: str, drawn: Drawn) -> None:
    pages = texts(drawn[name].pdf)
    assert len(pages) == drawn[name].pages
    for number, text in enumerate(pages, 1):
        assert f"第{number}/{len(pages)}页" in text


async def test_joined_rounds_keep_their_own_page_numbers(drawn: Drawn) -> None:
    joined = await join([drawn["long"].pdf, drawn["sheet"].pdf])
    counts = [re.findall(r"第(\d+)/(\d+)页", text)[0] for text in texts(joined)]
    assert counts == [("1", "3"), ("2", "3"), ("3", "3"), ("1", "2"), ("2", "2")]


def test_the_sheet_is_not_longer_than_three_pages_for_a_full_round(
    drawn: Drawn,
) -> None:
    assert drawn["sheet"].pages == 2
    assert drawn["long"].pages == 3


@pytest.mark.parametrize("name", ["sheet", "long", "a5"])
def test_no_stop_is_split_over_two_pages(name: str, drawn: Drawn) -> None:
    sheet = samples.PAPERS[name]()
    assert isinstance(sheet, papers.DriverSheet)
    pages = texts(drawn[name].pdf)
    for stop in sheet.visits:
        marks = [stop.name, stop.place, stop.note, stop.access, stop.phone_tail]
        wanted = ["".join(mark.split()) for mark in marks if mark]
        assert any(all(mark in page for mark in wanted) for page in pages), stop.code


def test_the_running_head_names_the_round_from_the_second_page_on(
    drawn: Drawn,
) -> None:
    for text in texts(drawn["long"].pdf)[1:]:
        assert "11月24日周二午餐·第3趟赵师傅" in text


def test_every_page_says_which_version_it_is(drawn: Drawn) -> None:
    for name in ("sheet", "long", "production", "packing", "roster"):
        for text in texts(drawn[name].pdf):
            assert "单号7·第2版" in text


def test_the_sheet_carries_the_plan_it_was_printed_from(drawn: Drawn) -> None:
    assert all("线路v2#a1b2c3" in text for text in texts(drawn["sheet"].pdf))


def test_where_first_how_many_and_whom_to_call_are_on_the_first_page(
    drawn: Drawn,
) -> None:
    first = texts(drawn["sheet"].pdf)[0]
    for wanted in ("第3趟", "赵师傅", "10:40", "0519-88661234", "普通9", "软食2"):
        assert wanted in first
    head = [p for p in pieces(drawn["sheet"].pdf, 0) if "赵师傅" in p.text]
    assert max(p.size for p in head) == pytest.approx(24, abs=0.1)


KEY_ITEMS = [
    # read at arm's length in a corridor
    ("sheet", "赵师傅", 24.0),
    ("sheet", "朝阳里", 15.0),  # where, before who
    ("sheet", "王秀英", 13.0),
    ("sheet", "10:45", 11.0),
    # in the hand
    ("labels", "3-14", 22.0),
    ("labels", "欧阳慧芳婉清", 16.0),
    ("labels", "暖餐", 7.0),  # the operator, a legal line
    ("labels24", "3-05", 18.0),
    ("labels24", "陈*强", 14.0),
    # on a wall two metres away, and on a crate three
    ("production", "份", 34.0),
    ("load", "3", 72.0),
    ("menu", "红烧狮子头", 28.0),
]
"""The least sizes of what has to be read from where it is read, in points: from 25 to
30 minutes of arc for a Chinese character."""


@pytest.mark.parametrize(("name", "text", "points"), KEY_ITEMS)
def test_what_matters_is_large_enough_for_where_it_is_read(
    name: str, text: str, points: float, drawn: Drawn
) -> None:
    found = [piece.size for piece in pieces(drawn[name].pdf, 0) if text in piece.text]
    assert found
    assert max(found) >= points - 0.1


async def test_a_fuller_week_is_written_smaller_and_stays_on_its_sheet() -> None:
    """Two sets on seven days, one with long names, and a scheme of many rules."""
    one = samples.menu()
    monday = one.days[0].day
    long = (
        "黄豆芽豆腐汤面筋",
        "清炒胡萝卜丝木耳",
        "番茄龙利鱼",
        "上汤娃娃菜",
        "白米饭",
    )
    full = replace(
        one,
        days=tuple(
            MenuDay(monday + timedelta(days=n), (("A", long), ("B", long)), "含花生")
            for n in range(7)
        ),
        prices=one.prices * 3,
    )
    [drawn] = await render([document_for(full, samples.STAMP)])
    sizes = [p.size for p in pieces(drawn.pdf, 0) if "黄豆芽豆腐汤面筋" in p.text]
    assert drawn.pages == 1
    assert len(sizes) == 14
    assert 12 <= min(sizes) < 28


def test_stop_numbers_and_portions_are_the_largest_of_their_rows(drawn: Drawn) -> None:
    figures = [p for p in pieces(drawn["sheet"].pdf, 0) if p.text.isdecimal()]
    numbers = [p for p in figures if p.x < 100]
    assert [p.text for p in numbers][:4] == ["1", "2", "3", "4"]
    rows = {p.y for p in numbers}
    portions = [p for p in figures if p.x > 300 and any(abs(p.y - y) < 9 for y in rows)]
    assert {p.text for p in portions} == {"1", "2"}
    assert all(p.size == pytest.approx(20, abs=0.1) for p in (*numbers, *portions))


def test_a_regular_driver_sees_what_is_new_and_who_is_not_to_be_rung(
    drawn: Drawn,
) -> None:
    text = "".join(texts(drawn["sheet"].pdf))
    for said in ("★新", "▲改", "今日停送2户", "孙桂芬", "缺页请勿出车"):
        assert said in text, said


def test_the_tear_off_slip_is_on_the_last_page_only(drawn: Drawn) -> None:
    pages = texts(drawn["long"].pdf)
    assert ["送餐员签字" in page for page in pages] == [False] * (len(pages) - 1) + [
        True
    ]


async def test_a_slip_that_would_need_a_page_of_its_own_tightens_the_rows() -> None:
    document = document_for(samples.sheet(16, point=False), samples.STAMP)
    loose, tight = await render([replace(document, tight_html=""), document])
    last = texts(loose.pdf)[-1]
    assert "送餐员签字" in last
    assert "姓名" not in last
    assert (loose.pages, tight.pages) == (3, 2)
    assert "送餐员签字" in texts(tight.pdf)[-1]


def test_a_van_for_dining_points_is_not_told_about_doors(read: Read) -> None:
    """One page, what to load, the kitchen's own limit; no door, no ladder."""
    [page] = read("points").pages
    text = "".join(page.extract_text().split())
    assert "就餐点82份，按站点清" in text
    assert "不低于65.0℃" in text
    assert not [word for word in ("户数", "未见人", "敲门", "姓名") if word in text]
    of_doors = "".join(read("sheet").pages[0].extract_text().split())
    assert "户数14就餐点1" in of_doors.replace("末户前12:00", "")
    assert "未见人" in of_doors


def test_another_limit_for_hot_food_is_another_sheet() -> None:
    one = samples.sheet()
    other = replace(one, hot="65.0")
    assert one.digest != other.digest
    assert one.lines() != other.lines()


async def test_a_weight_stays_on_one_line_with_its_unit() -> None:
    """However much the ingredient is for, next to its name."""
    dishes = "、".join(["清炒圆白菜", "菠菜豆腐汤", "番茄龙利鱼", "麻婆豆腐"] * 2)
    row = papers.PurchaseRow("蔬菜类", "圆白菜", 24_600, 22_400, dishes)
    heavy = replace(samples.purchase(), rows=(row,))
    [sheet] = await render([document_for(heavy, samples.STAMP)])
    said = " ".join(piece.text for piece in pieces(sheet.pdf, 0))
    for whole in ("圆白菜 24.6 kg", "22.4 kg", "实收 票证"):
        assert whole in said


def test_a_missing_note_leaves_no_blank_line() -> None:
    html = document_for(samples.sheet(), samples.STAMP).html
    assert not re.search(r"<p[^>]*>\s*</p>", html)


# Fonts and ink


@pytest.mark.parametrize("name", samples.PAPERS)
def test_only_the_expected_font_is_used_and_it_is_embedded(
    name: str, read: Read
) -> None:
    for page in read(name).pages:
        for entry in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = entry.get_object()
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert FONT.replace(" ", "-") in font["/BaseFont"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


@pytest.fixture
def read(drawn: Drawn) -> Read:
    return lambda name: PdfReader(io.BytesIO(drawn[name].pdf))


@pytest.mark.parametrize("name", samples.PAPERS)
def test_a_grey_printer_shows_the_same_page(
    name: str, drawn: Drawn, tmp_path: Path
) -> None:
    for picture in pictures(drawn[name].pdf, tmp_path, dpi=60):
        pixels = np.asarray(picture).astype(int)
        assert (pixels.max(axis=2) - pixels.min(axis=2)).max() == 0


# Labels


def ink_overlaps(found: list[Piece]) -> list[tuple[str, str]]:
    """Pairs of lines whose characters print over each other: a Chinese character
    reaches from 0.12 of its size below the baseline to 0.86 above."""
    bad = []
    for above in found:
        for below in found:
            if above.y <= below.y:
                continue
            width = sum(0.5 if c.isascii() else 1 for c in above.text) * above.size
            beside = below.x > above.x + width
            width = sum(0.5 if c.isascii() else 1 for c in below.text) * below.size
            beside = beside or above.x > below.x + width
            gap = (above.y - 0.1 * above.size) - (below.y + 0.82 * below.size)
            if not beside and gap < 0:
                bad.append((above.text, below.text))
    return bad


async def test_the_longest_names_and_tags_fit_their_labels() -> None:
    tagged = ("半流质", "低盐", "甲壳类过敏")
    longest = papers.BoxLabel(
        code="12-24",
        name="欧阳慧芳婉清",
        place="工人新村北区 27-1 号楼丙单元",
        diet=tagged,
        made_at="10:10",
        eat_before="12:10",
        portion=2,
        portions=3,
        diner_id=1,
    )
    for size, height in (("60x40", 40.0), ("100x70", 70.0), ("a4", 37.1)):
        layout = papers.LabelLayout(size=size)
        paper = papers.Labels(**samples.COMMON, labels=(longest,), layout=layout)
        (printed,) = await render([document_for(paper, samples.STAMP)])
        assert printed.pages == 1
        assert "".join(tagged) in texts(printed.pdf)[0]
        found = pieces(printed.pdf, 0)
        top = {"60x40": 40, "100x70": 70}.get(size, 297) * MM
        assert all(p.y - 0.2 * p.size >= top - height * MM for p in found)
        assert all(p.y + 0.9 * p.size <= top for p in found)
        assert ink_overlaps(found) == []


@pytest.mark.parametrize("name", ["labels", "labels24"])
def test_nothing_overlaps_on_a_label(name: str, drawn: Drawn) -> None:
    for page in range(drawn[name].pages):
        assert ink_overlaps(pieces(drawn[name].pdf, page)) == []


def test_labels_come_in_packing_order_the_last_stop_first(drawn: Drawn) -> None:
    codes = [re.findall(r"3-(\d\d)", text) for text in texts(drawn["labels"].pdf)]
    numbers = [int(found[0]) for found in codes if found]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers.count(5) == 2  # two portions, two labels


def test_spares_and_unplaced_boxes_are_labelled_as_such(drawn: Drawn) -> None:
    spare, unplaced = texts(drawn["labels"].pdf)[-2:]
    assert "备1" in spare
    assert "未排" in unplaced
    assert "没有地址" in unplaced


def test_a_sheet_of_labels_begins_at_the_first_free_place(drawn: Drawn) -> None:
    first = min(
        (p for p in pieces(drawn["labels24"].pdf, 0) if re.match(r"3-\d\d", p.text)),
        key=lambda p: (-p.y, p.x),
    )
    assert first.x > 70 * MM  # places 1–4 are used up, the fifth is in the middle
    assert first.y < (297 - 37.1) * MM


async def test_printer_offsets_move_every_label() -> None:
    def labels(x: int, y: int) -> papers.Labels:
        layout = papers.LabelLayout(size="a4", offset_x=x, offset_y=y)
        return papers.Labels(
            **samples.COMMON, labels=samples.labels().labels, layout=layout
        )

    plain, moved = await render(
        [document_for(labels(*offset), samples.STAMP) for offset in ((0, 0), (15, -10))]
    )
    before, after = pieces(plain.pdf, 0), pieces(moved.pdf, 0)
    assert len(before) == len(after)
    for a, b in zip(before, after, strict=True):
        assert b.x - a.x == pytest.approx(1.5 * MM, abs=0.05)
        assert b.y - a.y == pytest.approx(1.0 * MM, abs=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "80x50"},  # no such roll
        {"start_at": 0},
        {"start_at": 25},  # a sheet has 24
        {"offset_x": 101},  # a centimetre is not an offset
        {"fields": ("name", "phone")},  # no phone on a label, ever
        {"fields": ("name", "category")},  # nor what somebody is entitled to
    ],
)
def test_a_layout_that_cannot_be_printed_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        papers.LabelLayout(**wrong)


def test_a_sheet_shows_the_fields_chosen_in_their_order_and_diet_always() -> None:
    usual = samples.sheet()
    some = replace(usual, fields=("note", "diet"))
    html = document_for(some, samples.STAMP).html
    visit = next(v for v in usual.visits if v.note and v.diet and v.access)
    row = html[html.index(f"<b>{visit.place}</b>") :]
    assert row.index(visit.note) < row.index(visit.diet[0])
    assert visit.access not in html
    assert visit.phone_tail not in html
    assert 'class="time"' not in html
    assert some.digest != usual.digest  # another paper: what is on the wall is stale
    for wrong in (("note",), ("diet", "phone"), ("diet", "category")):
        with pytest.raises(ValueError, match=r".+"):
            replace(usual, fields=wrong)


# Codes


def decoded(picture: Image.Image) -> str:
    grey = np.asarray(picture.convert("L"))
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(grey)
    return text


def test_every_card_code_is_read_at_200_dpi(drawn: Drawn, tmp_path: Path) -> None:
    numbers = []
    for picture in pictures(drawn["cards"].pdf, tmp_path, dpi=200):
        mm = 200 / 25.4
        for place in range(10):
            x = (19.4 + place % 2 * 85.6) * mm
            y = (13.4 + place // 2 * 54) * mm
            card = picture.crop((int(x), int(y), int(x + 85.6 * mm), int(y + 54 * mm)))
            numbers.append(decoded(card))
    cards = samples.cards().cards
    assert [number for number in numbers if number] == [card.number for card in cards]


def test_the_round_code_is_read_at_200_dpi(drawn: Drawn, tmp_path: Path) -> None:
    first = next(pictures(drawn["sheet"].pdf, tmp_path, dpi=200))
    width, height = first.size
    corner = first.crop((width * 3 // 4, 0, width, height // 6))
    assert decoded(corner) == samples.sheet().qr_text


def test_without_a_public_address_there_is_no_round_code() -> None:
    sheet = samples.sheet()
    assert '<svg class="qr"' in document_for(sheet, samples.STAMP).html
    for address in ("", "http://192.168.1.5:8420/r/abc"):
        local = papers.DriverSheet(**{**vars(sheet), "qr_text": address})
        assert '<svg class="qr"' not in document_for(local, samples.STAMP).html


def test_the_settlement_is_tagged_for_reading_aloud(read: Read) -> None:
    catalogue = read("settlement").root_object
    assert "/StructTreeRoot" in catalogue
    assert str(catalogue["/Lang"]) == "zh-CN"


def test_what_is_missing_in_grams_is_no_number_of_portions() -> None:
    short = (
        Difference("cooked", "kept", "白米饭", 175, 170),
        Difference("sample", "kept", "白米饭", 125, 0),
        Difference("weight", "kept", "白米饭", 28_400, 27_000),
    )
    sheet = balance_sheet(
        {"kitchen": "暖餐", "phone": "", "day": samples.DAY, "meal": "lunch"},
        Balance((), 175, 170, short),
        {},
        (),
        None,
        ZoneInfo("Asia/Shanghai"),
    )
    assert [row.portions for row in sheet.differences] == [-5, None, None]
    html = document_for(sheet, samples.STAMP).html
    assert "None" not in html
    assert "应留样 125 克，留了 0 克" in html


async def test_a_day_before_anything_happened_names_every_difference_on_two_pages() -> (
    None
):
    """What a kitchen of 180 elders has open after the close of its count."""
    dishes = (
        "白米饭",
        "菠菜豆腐汤",
        "清蒸龙利鱼",
        "番茄炒蛋",
        "麻婆豆腐",
        "清炒圆白菜",
    )
    diets = ("low_salt", "normal", "soft", "low_sugar")
    points = [f"point:{number}" for number in range(1, 5)]
    rounds = [f"round:{number}" for number in range(2, 6)]
    told = [Difference("cooked", "kitchen", dish, 175, 0) for dish in dishes]
    told += [Difference("sample", "kitchen", dish, 125, 0) for dish in dishes]
    for code, places in (("packed", points), ("loaded", points + rounds)):
        told += [
            Difference(code, place, diet, 3 + n, 0)
            for place in places
            for n, diet in enumerate(diets)
        ]
    told += [Difference("unsigned", place, "", 1, 0) for place in points]
    told += [
        Difference("unreported", place, f"{name}桂{mark}", 1, 0)
        for name, place in zip("杨王李赵", rounds, strict=True)
        for mark in "一二三四五六七八九十百千万亿"
    ]
    told += [Difference("unreported", "round:2", "邻居", 2, 0)]
    head = {"kitchen": "暖餐", "phone": "", "day": samples.DAY, "meal": "lunch"}
    balance = Balance((), 175, 0, tuple(told))
    sheet = balance_sheet(head, balance, {}, (), None, ZoneInfo("Asia/Shanghai"))
    assert sum(len(row.each) or 1 for row in sheet.differences) == len(told)
    (printed,) = await render([document_for(sheet, samples.STAMP)])
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    for one in told:
        if one.code == "unreported":
            assert one.what in text
        elif one.code in ("cooked", "sample"):
            assert f"{one.what}{one.expected}→{one.found}" in text
    assert "邻居2→0" in text
    assert len(pages) == 2


def test_differences_with_words_of_their_own_stay_apart() -> None:
    said = (
        Difference("unreported", "round:2", "王秀英", 1, 0, "住院了（陈敏）"),
        Difference("unreported", "round:2", "李福", 1, 0),
        Difference("unreported", "round:2", "周淑华", 1, 0),
        Difference("unreported", "round:3", "钱有才", 1, 0),
        Difference("ledger", "round:3", "7", 1, 0),
        Difference("ledger", "round:3", "8", 1, 0),
    )
    assert [[one.what for one in several] for several in together(said)] == [
        ["王秀英"],
        ["李福", "周淑华"],
        ["钱有才"],
        ["7"],
        ["8"],
    ]


@pytest.mark.parametrize("name", ["load", "sheet"])
def test_a_preview_says_so_and_has_no_version_of_its_own(name: str) -> None:
    html = document_for(samples.PAPERS[name](), papers.Stamp(0, 0, "")).html
    assert "预览，没有登记，不作数" in html
    assert "第 0 版" not in html


def test_the_days_signed_sheet_shows_its_seal_beside_the_tablets_counts(
    read: Read,
) -> None:
    """What a tablet holds and the server has, its mark, and the seal above the line for
    the signature, on one sheet."""
    sheet = samples.balance()
    pages = ["".join(page.extract_text().split()) for page in read("balance").pages]
    (signed,) = [text for text in pages if f"当日封签{sheet.seal}" in text]
    assert signed.index(sheet.seal) < signed.index("主管")
    for one in sheet.tallies:
        figures = f"{one.acts}{one.held}{one.missing}{one.mark}"
        assert f"{one.point}{one.device}{figures}" in "".join(pages)


def test_a_claim_shows_its_hash_its_seal_and_a_line_for_each_office(
    read: Read,
) -> None:
    text = "".join("".join(page.extract_text().split()) for page in read("claim").pages)
    sheet = samples.claim()
    assert sheet.content_digest in text
    assert f"2026-11-30记录封签{sheet.seal}" in text
    for office in ("申领单位", "社区", "街道", "区民政局"):
        assert f"{office}日期盖章" in text
    assert "-14.00" in text
    assert "/StructTreeRoot" in read("claim").root_object


def test_a_statement_shows_who_has_signed_and_waits_for_the_rest(read: Read) -> None:
    pages = read("statement").pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    assert "社区何社区日期2027-01-05盖章" in text
    assert "街道日期盖章" in text


def test_the_public_notice_names_nobody_whole(read: Read) -> None:
    pages = ["".join(page.extract_text().split()) for page in read("notice").pages]
    text = "".join(pages)
    assert not [name for name in samples.NAMES if name in text]
    assert text.count("朝阳社区") == 60
    assert all("姓名社区餐数" in page for page in pages)  # the head is repeated


def test_the_wall_is_read_from_across_the_kitchen(drawn: Drawn) -> None:
    """Dishes in 27 points, portions and the total in 34 (UX 6.4)."""
    wall, found = samples.production(), pieces(drawn["production"].pdf, 0)
    for dish in wall.dishes:
        (name,) = (p for p in found if dish.name in p.text and p.size > 20)
        assert name.size == pytest.approx(27, abs=0.5)
    big = [p.text for p in found if p.size == pytest.approx(34, abs=0.5)]
    for dish in wall.dishes:
        assert any(str(dish.portions) in text for text in big)
    assert any(f"共{wall.portions}份" in "".join(text.split()) for text in big)


def test_each_supplier_has_a_page_of_what_is_ordered_there(read: Read) -> None:
    pages = [
        "".join(page.extract_text().split()) for page in read("purchase_order").pages
    ]
    assert ["城西肉联" in page for page in pages] == [True, False]
    assert "11包×5.0kg" in pages[0]
    assert "合计1,510.00" in pages[0]
    assert "还没有买过" in pages[1]
    assert "合计" not in pages[1]  # nobody told a price


def test_the_pack_repeats_its_heads_and_says_where_nothing_is(read: Read) -> None:
    pages = ["".join(page.extract_text().split()) for page in read("inspection").pages]
    assert len(pages) > 1
    assert all("出锅" in page for page in pages)
    assert "这些天没有撤回过记录。" in "".join(pages)
    assert sum(page.count("鱼肉豆腐羹") for page in pages) == 60


def test_the_recall_list_has_a_box_for_everybody_and_no_whole_number(
    read: Read,
) -> None:
    pages = ["".join(page.extract_text().split()) for page in read("recall").pages]
    assert sum(page.count("刘*6000") for page in pages) == 40
    assert all("已通知" in page for page in pages)  # the heads are repeated
    assert "供货商通知" in pages[0]
