"""What people type: read, or refused with the field, the text and what would do."""

import datetime as dt

import pytest
from litestar.datastructures import FormMultiDict

from app.forms import BadForm, Form, act_id
from app.typed import parse_date, parse_fen, parse_phone


def form(**typed: str) -> Form:
    return Form({name: [text] for name, text in typed.items()})


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("5", 500),
        ("5.00", 500),
        ("5.5", 550),
        ("0.01", 1),
        ("￥5.00", 500),
        ("５.００", 500),  # a Chinese input method left on full width
        ("5元", 500),
        ("-3.00", -300),
        ("5.005", None),  # finer than a fen
        ("5,00", None),
        ("1e3", None),
        ("五元", None),
        ("", None),
        ("99999999", None),
        ("NaN", None),
    ],
)
def test_an_amount_is_whole_fen_or_nothing(typed: str, fen: int | None) -> None:
    assert parse_fen(typed) == fen


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-24", dt.date(2026, 11, 24)),
        ("2026/11/24", dt.date(2026, 11, 24)),
        ("2026年11月24日", dt.date(2026, 11, 24)),
        ("20261124", dt.date(2026, 11, 24)),
        ("2026-2-30", None),  # no such day
        ("11.24", None),  # no year
        ("0026-11-24", None),
        ("昨天", None),
    ],
)
def test_a_date_needs_its_year(typed: str, day: dt.date | None) -> None:
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0519-86601234", "051986601234"),
        ("86601234", "86601234"),
        ("12345", "12345"),
        ("1380013800", None),  # a digit short
        ("138001380001", None),
        ("abc", None),
    ],
)
def test_a_phone_number_is_digits(typed: str, digits: str | None) -> None:
    assert parse_phone(typed) == digits


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "价格：还没有填"),
        (
            "5.005",
            "价格：填的是“5.005”，应为0.00 到 10000.00 元，最多两位小数，如 5.00",
        ),
        ("-1", "价格：填的是“-1”，应为0.00 到 10000.00 元，最多两位小数，如 5.00"),
    ],
)
def test_a_wrong_price_names_field_text_and_remedy(typed: str, sentence: str) -> None:
    priced = form(price=typed)
    priced.fen("price", "价格")
    assert priced.errors == {"price": sentence}
    with pytest.raises(BadForm):
        priced.check()


def test_a_text_of_64_kib_is_refused_by_its_field() -> None:
    named = form(name="长" * 65536)
    assert named.text("name", "姓名", longest=40) == ""
    assert named.errors == {"name": "姓名：填了 65536 个字，最多 40 个字"}


@pytest.mark.parametrize(
    "typed",
    ["a\x00b", "a\nb", "a\u202eb", "a\u2066b", "a\x1bb"],
    ids=["nul", "line", "rtl", "isolate", "esc"],
)
def test_a_line_of_text_holds_no_control_characters(typed: str) -> None:
    named = form(name=typed)
    named.text("name", "姓名")
    assert "一行文字" in named.errors["name"]


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("31.779, 119.958", "像是写反了"),
        ("0, 0", "中国境内"),
        ("119.958", "经度在前"),
        ("abc", "经度在前"),
    ],
)
def test_coordinates_that_cannot_be_here_are_refused(typed: str, part: str) -> None:
    placed = form(place=typed)
    assert placed.coordinates("place", "位置") is None
    assert part in placed.errors["place"]


def test_coordinates_are_longitude_first() -> None:
    assert form(p="119.958，31.779").coordinates("p", "位置") == (119.958, 31.779)


@pytest.mark.parametrize("typed", ["25:00", "9", "09:60", "abc", "9:5"])
def test_a_time_is_of_the_clock(typed: str) -> None:
    timed = form(at=typed)
    timed.time("at", "时间")
    assert "24 小时制" in timed.errors["at"]


@pytest.mark.parametrize(
    ("typed", "ok"), [("3", True), ("３", True), ("3.5", False), ("-1", False)]
)
def test_a_count_is_a_whole_number_in_its_range(typed: str, ok: bool) -> None:
    counted = form(n=typed)
    counted.integer("n", "份数", most=9)
    assert counted.ok is ok


def test_a_choice_outside_the_list_is_refused() -> None:
    chosen = form(way="teleport")
    assert chosen.choice("way", "方式", ("dine_in", "deliver")) == ""
    assert "teleport" in chosen.errors["way"]


def test_ticked_boxes_come_back_in_the_order_of_the_list() -> None:
    ticked = Form.of(FormMultiDict([("day", "wed"), ("day", "mon")]))
    assert ticked.choices("day", "星期", ("mon", "tue", "wed")) == ("mon", "wed")


def test_a_missing_optional_value_is_none() -> None:
    empty = form()
    assert empty.date("day", "日期", required=False) is None
    assert empty.fen("price", "价格", required=False) is None
    assert empty.ok


def test_what_was_typed_is_kept_for_showing_again() -> None:
    priced = form(price="abc")
    priced.fen("price", "价格")
    assert priced.raw("price") == "abc"


def test_an_error_repeats_only_the_beginning_of_a_long_text() -> None:
    counted = form(n="9" * 150)
    counted.integer("n", "份数")
    assert "9" * 40 + "…" in counted.errors["n"]
    assert "9" * 41 not in counted.errors["n"]


def test_a_form_sent_twice_is_one_act() -> None:
    sent = form(act="0b1e1f9a-7f4e-4a58-9f6f-3f1d6a5c2b10")
    assert act_id(sent) == act_id(sent)
    assert act_id(form(act="nonsense")) != act_id(form(act="nonsense"))


def test_stored_values_are_shown_as_they_would_be_typed() -> None:
    shown = Form.filled(at=dt.time(9, 5), on=True, off=False, none=None, days=("mon",))
    assert (shown.raw("at"), shown.raw("on"), shown.raw("off")) == ("09:05", "on", "")
    assert shown.has("days", "mon")
    assert shown.raw("none") == ""
