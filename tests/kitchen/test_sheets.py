import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen.errors import Refusal
from kitchen.sheets import (
    Column,
    Form,
    Grid,
    Sheet,
    csv_bytes,
    guarded,
    has_lost_digits,
    read_grid,
    table_of,
    template,
    unguarded,
    xlsx,
)

COLUMNS = (
    Column("name", "姓名", ("老人姓名", "名字")),
    Column("phone", "手机", ("电话", "联系电话", "手机号"), is_code=True),
    Column("sex", "性别", choices=("女", "男")),
    Column("contact", "联系人", ("联系人姓名", "紧急联系人")),
    Column("contact_phone", "联系人电话"),
)
RUNNABLE = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "'=1",
    '=HYPERLINK("http://example.org")',
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
)
# What both formats can hold: no lone surrogates, no control characters.
printable = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20
).filter(lambda text: bool(text.strip()) and "\ufeff" not in text)


def cells_of(data: bytes) -> list[tuple[str, ...]]:
    return [cells for _, cells in read_grid(data).rows]


def grid(*rows: Iterable[str]) -> Grid:
    return Grid(tuple((n, tuple(row)) for n, row in enumerate(rows, start=1)))


def package(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return target.getvalue()


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


# Reading


def test_a_workbook_is_read_as_text() -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "手机", "出生", "自理"])
    book.active.append(["王秀英", 13800138000.0, date(1946, 5, 1), True])
    book.active.append([None, None, None, None])
    moment = datetime(1940, 1, 2, 3, 4)  # noqa: DTZ001 — spreadsheets know no zone
    book.active.append(["李国华", "013-8", moment, 1.5])
    assert read_grid(saved(book)).rows == (
        (1, ("姓名", "手机", "出生", "自理")),
        (2, ("王秀英", "13800138000", "1946-05-01", "是")),
        (4, ("李国华", "013-8", "1940-01-02 03:04", "1.5")),
    )


def test_an_id_typed_as_a_number_is_never_guessed() -> None:
    book = openpyxl.Workbook()
    book.active.append([330102194503120123])
    book.active.append([110105450312123])  # 15 digits are exact
    book.active.append([1234567890123456])  # 16 are not
    lost, exact, card = (cells[0] for cells in cells_of(saved(book)))
    assert has_lost_digits(lost)
    assert exact == "110105450312123"
    assert has_lost_digits(card)


@pytest.mark.parametrize("text", ["3.30102E+17", "3.301021945031201e+17", "1E+17"])
def test_lost_digits_are_seen_in_csv_too(text: str) -> None:
    assert has_lost_digits(text)
    assert not has_lost_digits("33010219450312012X")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "gbk", "utf-16"])
def test_csv_is_read_in_the_encodings_office_programs_write(encoding: str) -> None:
    data = "姓名,手机\r\n王秀英,13800138000\r\n".encode(encoding)
    assert cells_of(data) == [("姓名", "手机"), ("王秀英", "13800138000")]


def test_rare_characters_survive_gb18030() -> None:
    assert cells_of("姓名,备注\n䶮㛃,𬱖\n".encode("gb18030"))[1] == ("䶮㛃", "𬱖")


def test_tabs_and_semicolons_separate_too() -> None:
    assert cells_of("姓名\t手机\n王\t1\n".encode()) == [("姓名", "手机"), ("王", "1")]
    assert cells_of("姓名;手机\n王;1\n".encode()) == [("姓名", "手机"), ("王", "1")]


def test_a_csv_row_keeps_its_line_number() -> None:
    assert [n for n, _ in read_grid("姓名\n\n王\n".encode()).rows] == [1, 3]


def far_cell(reference: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "姓名"
    book.active[reference] = "x"
    return saved(book)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "sheet_empty"),
        (b"\xef\xbb\xbf\r\n,,,\r\n", "sheet_empty"),
        (xlsx([Sheet("空", [], [])]), "sheet_empty"),
        (b"a" * (5 * 1024 * 1024 + 1), "sheet_too_large"),
        (b"PK\x03\x04 but no package", "sheet_unreadable"),
        (package(**{"readme.txt": b"no workbook"}), "sheet_unreadable"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "sheet_unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "sheet_unreadable"),
        (b"a,b\x00c\n", "sheet_unreadable"),
        (b"%PDF-1.7\n\xff\xff\xff\xff", "sheet_encoding"),
        (",".join("x" * 61).encode(), "sheet_too_many_columns"),
        (b"x\n" * 20_002, "sheet_too_many_rows"),
        (b'"' + b"x" * 200_000 + b'"', "sheet_unreadable"),  # one endless cell
        (far_cell("CC1"), "sheet_too_many_columns"),
        (far_cell("XFD1048576"), "sheet_too_many_columns"),  # the whole plane
        (far_cell("B1048576"), "sheet_too_many_rows"),
        (far_cell("B20500"), "sheet_too_many_rows"),
        (
            # 60 MiB of blanks in 60 kB: larger unpacked than any real list
            package(**{"xl/worksheets/sheet1.xml": b" " * (60 << 20)}),
            "sheet_unpacked_too_large",
        ),
        (
            # below the absolute limit, but a thousand times its packed size
            package(**{"xl/sharedStrings.xml": b"<a>" * (4 << 20)}),
            "sheet_unpacked_too_large",
        ),
    ],
)
def test_a_file_that_is_no_list_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_grid(data)
    assert refusal.value.code == code


def test_a_stray_format_far_out_is_no_cell() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "姓名"
    book.active["A900000"].font = openpyxl.styles.Font(bold=True)
    book.active["ZZ3"].font = openpyxl.styles.Font(bold=True)
    assert cells_of(saved(book)) == [("姓名",)]


def test_the_sheet_named_as_the_template_is_read_first() -> None:
    data = xlsx([Sheet("说明", ["读我"], []), Sheet("老人名单", ["姓名"], [["王"]])])
    assert read_grid(data).rows[0][1] == ("读我",)
    assert read_grid(data, "老人名单").rows[0][1] == ("姓名",)


# Headers


def test_columns_are_found_in_any_order_by_any_of_their_names() -> None:
    table = table_of(
        grid(["联系电话", "备注", "* 姓名："], ["138", "好", " 王秀英 "]),
        COLUMNS,
        "name",
    )
    assert table.unknown_headers == ("备注",)
    assert table.value(table.rows[0], "name") == "王秀英"
    assert table.value(table.rows[0], "phone") == "138"
    assert table.value(table.rows[0], "sex") == ""
    assert table.rows[0].number == 2


def test_titles_above_the_header_are_skipped() -> None:
    table = table_of(
        grid(["朝阳街道老人名单"], ["2026年11月"], ["姓名", "性别"], ["王", "女"]),
        COLUMNS,
        "name",
    )
    assert [row.cells for row in table.rows] == [("王", "女")]


def test_a_merged_header_of_two_rows_is_read_as_group_and_label() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["老人名单", None, None, None])
    page.append(["姓名", "手机", "联系人", None])
    page.append([None, None, "姓名", "电话"])
    page.append(["王秀英", "13800138000", "王建国", "13900139000"])
    page.merge_cells("A1:D1")
    page.merge_cells("A2:A3")
    page.merge_cells("B2:B3")
    page.merge_cells("C2:D2")
    table = table_of(read_grid(saved(book)), COLUMNS, "name")
    row = table.rows[0]
    assert table.value(row, "name") == "王秀英"
    assert table.value(row, "contact") == "王建国"
    assert table.value(row, "contact_phone") == "13900139000"
    assert len(table.rows) == 1


def test_the_example_row_is_ignored() -> None:
    table = table_of(
        grid(["姓名", "性别"], ["示例：张三", "女"], ["（示例）", "女"], ["王", "女"]),
        COLUMNS,
        "name",
    )
    assert [row.number for row in table.rows] == [4]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["手机", "性别"], ["138", "女"]], "sheet_no_header"),
        ([["王秀英", "女"]], "sheet_no_header"),
        ([["姓名", "名字"], ["王", "李"]], "sheet_column_twice"),
        ([["姓名", "性别"]], "sheet_no_rows"),
        ([["姓名", "性别"], ["示例", "女"]], "sheet_no_rows"),
    ],
)
def test_a_table_without_a_usable_header_is_refused(
    rows: list[list[str]], code: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        table_of(grid(*rows), COLUMNS, "name")
    assert refusal.value.code == code


# Writing


@pytest.mark.parametrize("text", RUNNABLE)
def test_a_name_is_never_a_formula(text: str) -> None:
    data = xlsx([Sheet("名单", [text], [[text]])])
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    line = csv_bytes([[text]]).removeprefix(b"\xef\xbb\xbf").decode()
    assert line.lstrip('"').startswith("'")


@pytest.mark.parametrize("text", RUNNABLE)
def test_guarding_can_be_taken_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.text(max_size=20))
def test_guarding_any_text_can_be_taken_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_numbers_are_not_guarded_and_codes_stay_text() -> None:
    data = csv_bytes([["姓名", "卡号"], ["王", "0012"], [-5, 1.5]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "姓名,卡号\r\n王,0012\r\n-5,1.5\r\n"


@given(st.lists(st.lists(printable, min_size=3, max_size=3), min_size=1, max_size=4))
def test_csv_comes_back_as_it_went(rows: list[list[str]]) -> None:
    rows = [["甲", "乙", "丙"], *rows]
    assert cells_of(csv_bytes(rows)) == [tuple(row) for row in rows]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(printable, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_workbook_comes_back_as_it_went(rows: list[list[str]]) -> None:
    data = xlsx([Sheet("名单", ["甲", "乙", "丙"], rows)])
    assert cells_of(data)[1:] == [tuple(row) for row in rows]


def test_the_same_rows_give_the_same_bytes() -> None:
    sheet = Sheet("名单", ["姓名", "元"], [["王", 500]], [Form.TEXT, Form.YUAN])
    assert xlsx([sheet]) == xlsx([sheet])


def test_money_dates_and_codes_are_written_in_their_form() -> None:
    data = xlsx(
        [
            Sheet(
                "名单",
                ["卡号", "元", "日期", "人数"],
                [["0012", 1234, date(2026, 11, 24), 3], [12, -5, date(1899, 1, 1), 0]],
                [Form.TEXT, Form.YUAN, Form.DATE, Form.NUMBER],
            )
        ]
    )
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    assert [cell.value for cell in page[2]] == [
        "0012",
        12.34,
        datetime(2026, 11, 24),  # noqa: DTZ001 — a spreadsheet date has no zone
        3,
    ]
    assert page["A3"].value == "12"
    assert page["C3"].value == "1899-01-01"
    assert page.freeze_panes == "A2"


def test_text_no_workbook_can_hold_is_cleaned() -> None:
    data = xlsx([Sheet("a/b:c" * 20, ["头"], [["x\x00\x07\ud800y" + "长" * 40_000]])])
    cell = cells_of(data)[1][0]
    assert cell.startswith("xy长")
    assert len(cell) == 32_767


def test_a_template_has_text_columns_drop_downs_and_an_example() -> None:
    data = template("老人名单", COLUMNS, {"name": "示例：王秀英"})
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book["老人名单"]
    assert [cell.value for cell in page[1]] == [column.label for column in COLUMNS]
    assert page.column_dimensions["B"].width is not None
    validations = page.data_validations.dataValidation
    assert [str(v.sqref) for v in validations] == ["C2:C20001"]
    with pytest.raises(Refusal, match="sheet_no_rows"):
        table_of(read_grid(data, "老人名单"), COLUMNS, "name")


# The child process


def child(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kitchen.sheets", *arguments],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )


def test_the_child_prints_the_grid(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(xlsx([Sheet("名单", ["姓名"], [["王秀英"]])]))
    done = child("read", str(file), "名单")
    assert done.returncode == 0
    assert Grid.from_json(done.stdout) == grid(["姓名"], ["王秀英"])


def test_the_child_prints_its_refusal(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    done = child("read", str(file))
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"code": "sheet_empty", "facts": {}}
    with pytest.raises(Refusal, match="sheet_empty"):
        Grid.from_json(done.stdout)
    assert child().returncode == 2
