from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.identity import (
    Fault,
    IdNumber,
    Phone,
    PhoneKind,
    Sex,
    id_check_digit,
    id_disagreements,
    read_birth,
    read_card_number,
    read_id_number,
    read_phone,
    read_sex,
)

TODAY = date(2026, 11, 24)
VALID = "11010519491231002X"  # the standard's own example
births = st.dates(date(1900, 1, 1), TODAY)
areas = st.from_regex(r"[0-9]{6}", fullmatch=True)
serials = st.integers(0, 999)


def id_of(area: str, birth: date, serial: int) -> str:
    body = f"{area}{birth:%Y%m%d}{serial:03}"
    return body + id_check_digit(body)


@given(areas, births, serials)
def test_any_area_code_is_accepted_with_its_birth_date_and_sex(
    area: str, birth: date, serial: int
) -> None:
    found = read_id_number(id_of(area, birth, serial), today=TODAY)
    assert isinstance(found, IdNumber)
    assert found.birth == birth
    assert found.sex is (Sex.MALE if serial % 2 else Sex.FEMALE)
    assert found.is_verified


@given(areas, births, serials, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(
    area: str, birth: date, serial: int, place: int, step: int
) -> None:
    number = id_of(area, birth, serial)
    old = number[place]
    new = str((int(old) + step) % 10) if old != "X" else str(step)
    wrong = number[:place] + new + number[place + 1 :]
    assert isinstance(read_id_number(wrong, today=TODAY), Fault)


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_an_id_number_is_read_as_typed(text: str) -> None:
    found = read_id_number(text, today=TODAY)
    assert isinstance(found, IdNumber)
    assert found.number == VALID


def test_a_legacy_number_is_accepted_unverified() -> None:
    found = read_id_number("110105450312123", today=TODAY)
    assert found == IdNumber(
        "110105450312123", date(1945, 3, 12), Sex.MALE, is_verified=False
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_length"),
        ("1101051949123100", "id_length"),
        ("11010519491231002X1", "id_length"),
        ("110105194912310021", "id_checksum"),
        ("11010519491331002X", "id_birth_date"),  # a 13th month
        ("11010519470229001X", "id_birth_date"),  # 1947 was no leap year
        ("110105189912310021", "id_birth_date"),  # before 1900
        ("110105203001010015", "id_birth_future"),
        ("1101051949123100XX", "id_characters"),
        ("A1010519491231002X", "id_characters"),
        ("一一〇一〇五一九四九一二三一〇〇二X", "id_characters"),
        ("110105451312123", "id_birth_date"),
        ("3.301021945031201e+17", "id_length"),  # a number that lost its digits
    ],
)
def test_a_wrong_id_number_is_refused_by_name(text: str, code: str) -> None:
    found = read_id_number(text, today=TODAY)
    assert isinstance(found, Fault)
    assert (found.code, found.value) == (code, text)


def test_disagreement_with_the_typed_birth_date_and_sex_is_named() -> None:
    found = read_id_number(VALID, today=TODAY)
    assert isinstance(found, IdNumber)
    assert id_disagreements(found, found.birth, found.sex) == []
    assert id_disagreements(found, None, None) == []
    faults = id_disagreements(found, date(1949, 12, 30), Sex.MALE)
    assert [fault.code for fault in faults] == ["id_birth_differs", "id_sex_differs"]
    assert faults[0].facts == {"in_id": "1949-12-31"}


def test_births_are_neither_in_the_future_nor_before_1900() -> None:
    assert read_birth(date(1946, 1, 1), today=TODAY) == date(1946, 1, 1)
    future = read_birth(date(2026, 11, 25), today=TODAY)
    early = read_birth(date(1899, 12, 31), today=TODAY)
    assert isinstance(future, Fault)
    assert future.code == "birth_future"
    assert isinstance(early, Fault)
    assert early.code == "birth_too_early"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("13800138000.0", "13800138000"),  # Excel's number
        ("138-0013-8000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("010-62345678", "010-62345678"),
        ("(021) 6234 5678", "021-62345678"),
        ("05718765432", "0571-8765432"),
        ("+86 571 87654321", "0571-87654321"),
        ("62345678", "010-62345678"),
        ("86123456", "010-86123456"),  # a local number, not the country code
        ("8765432", "010-8765432"),
    ],
)
def test_a_phone_is_brought_to_one_form(text: str, number: str) -> None:
    found = read_phone(text, default_area="010")
    assert isinstance(found, Phone)
    assert found.number == number
    assert found.kind is (
        PhoneKind.LANDLINE if number.startswith("0") else PhoneKind.MOBILE
    )


@pytest.mark.parametrize(
    ("text", "area", "code"),
    [
        ("", "010", "phone_unreadable"),
        ("110", "010", "phone_unreadable"),
        ("1380013800", "010", "phone_unreadable"),
        ("138001380000", "010", "phone_unreadable"),
        ("12800138000", "010", "phone_unreadable"),
        ("12345678", "010", "phone_unreadable"),  # no local number begins with 1
        ("13800138000/13900139000", "010", "phone_unreadable"),
        ("没有", "010", "phone_unreadable"),
        ("1.38e+10", "010", "phone_unreadable"),
        ("62345678", "", "phone_no_area"),
        ("62345678", "10", "phone_no_area"),
    ],
)
def test_what_cannot_be_dialled_is_refused(text: str, area: str, code: str) -> None:
    found = read_phone(text, default_area=area)
    assert isinstance(found, Fault)
    assert (found.code, found.value) == (code, text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0012345678", "0012345678"),
        ("111,27706", "11127706"),
        ("12 0457", "120457"),
        ("１２０４５７", "120457"),
        ("a1b2c3d4", "A1B2C3D4"),
        ("120457.0", "120457"),
        (";120457?", "120457"),  # a magnetic stripe's sentinels
    ],
)
def test_a_card_is_one_number_whatever_its_reader_sends(text: str, number: str) -> None:
    assert read_card_number(text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "card_empty"),
        ("---", "card_empty"),
        ("卡12", "card_characters"),
        ("1" * 33, "card_too_long"),
        ("1" * 65_536, "card_too_long"),
    ],
)
def test_what_is_no_card_is_refused(text: str, code: str) -> None:
    found = read_card_number(text)
    assert isinstance(found, Fault)
    assert found.code == code


def test_sex_is_read_in_words() -> None:
    assert read_sex("女") is Sex.FEMALE
    assert read_sex(" 男性 ") is Sex.MALE
    assert read_sex("M") is Sex.MALE
    assert isinstance(read_sex("1"), Fault)
