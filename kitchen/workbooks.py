"""Spreadsheets going out: workbooks and CSV, as bytes.

Pure. Text goes out as text: a name beginning with "=" is a name, in a workbook by
its type, in CSV behind an apostrophe. The same rows always give the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

MOST_ENTRIES_ROW = 20_000
# From here on a spreadsheet number has lost digits of the code it stood for.
EXACT_NUMBERS_BELOW = 1e15
EXCEL_MOST_CHARACTERS = 32_767
EXCEL_FIRST_DATE = date(1900, 3, 1)  # before it, Excel counts a 29 February 1900
# The files carry no clock: the same rows give the same bytes.
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 — the format wants a naive time

T = TypeVar("T")
Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Column:
    """A column we know: its key, its label as printed, other words people use."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    is_code: bool = False
    """Digits that are no number (ID, phone, card): text format in templates."""
    choices: tuple[str, ...] = ()
    width: int = 12


class Form(StrEnum):
    """How a column is written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YUAN = "yuan"
    """Integer fen in, yuan with two decimals out."""


NUMBER_FORMATS = {
    Form.TEXT: "@",
    Form.NUMBER: "General",
    Form.DATE: "yyyy-mm-dd",
    Form.YUAN: "#,##0.00",
}


@dataclass(frozen=True)
class Sheet:
    """A sheet to write. `forms` and `widths` follow the headers; text, 12 wide."""

    name: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    forms: Sequence[Form] = ()
    widths: Sequence[int] = ()
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Column index → drop-down entries."""


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook. Strings are never formulas; the same input, the same bytes."""
    from xlsxwriter import Workbook

    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(target, options) as book:
        book.set_properties({"created": CREATED, "author": "Nuancan"})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {
            form: book.add_format({"num_format": code})
            for form, code in NUMBER_FORMATS.items()
        }
        for sheet in sheets:
            page = book.add_worksheet(sheet_title(sheet.name))
            page.freeze_panes(1, 0)
            for index, header in enumerate(sheet.headers):
                form = _at(sheet.forms, index, Form.TEXT)
                width = _at(sheet.widths, index, 12)
                page.set_column(index, index, width, formats[form])
                page.write_string(0, index, writable(header), head)
            for number, cells in enumerate(sheet.rows, start=1):
                for index, cell in enumerate(cells):
                    form = _at(sheet.forms, index, Form.TEXT)
                    _write(page, number, index, cell, form, formats)
            _add_choices(book, page, sheet)
    return target.getvalue()


def _write(
    page: Any, row: int, column: int, cell: Cell, form: Form, formats: dict[Form, Any]
) -> None:
    style = formats[form]
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(row, column, writable(cell), style)
    elif isinstance(cell, bool):
        page.write_string(row, column, text_of(cell), style)
    elif isinstance(cell, int | float):
        is_yuan = form is Form.YUAN
        number = cell / 100 if is_yuan else cell
        if not is_yuan and (form is Form.TEXT or abs(number) >= EXACT_NUMBERS_BELOW):
            page.write_string(row, column, str(cell), style)
        else:
            page.write_number(row, column, number, style)
    elif isinstance(cell, datetime) or cell < EXCEL_FIRST_DATE:
        page.write_string(row, column, text_of(cell), style)
    else:
        page.write_datetime(row, column, cell, formats[Form.DATE])


def _add_choices(book: Any, page: Any, sheet: Sheet) -> None:
    """Drop-downs from a hidden sheet: a list in the cell may hold 255 letters only."""
    for place, (index, entries) in enumerate(sorted(sheet.choices.items())):
        name = f"_{page.index}"
        lists = book.get_worksheet_by_name(name) or book.add_worksheet(name)
        lists.hide()
        for number, entry in enumerate(entries):
            lists.write_string(number, place, writable(entry))
        letter = chr(ord("A") + place)
        source = f"='{name}'!${letter}$1:${letter}${len(entries)}"
        page.data_validation(
            1,
            index,
            MOST_ENTRIES_ROW,
            index,
            {"validate": "list", "source": source, "error_type": "warning"},
        )


def template(
    name: str, columns: Sequence[Column], example: Mapping[str, str], *notes: Sheet
) -> bytes:
    """An empty workbook to fill in: text format, drop-downs, an example row."""
    sheet = Sheet(
        name,
        [column.label for column in columns],
        [[example.get(column.key, "") for column in columns]],
        widths=[column.width for column in columns],
        choices={
            i: column.choices for i, column in enumerate(columns) if column.choices
        },
    )
    return xlsx([sheet, *notes])


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV for Chinese Excel: UTF-8 with BOM, CRLF, no cell that could be run."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    for row in rows:
        writer.writerow(
            guarded(cell) if isinstance(cell, str) else _csv_text(cell) for cell in row
        )
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8", "replace")


def _csv_text(cell: Cell) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    return "" if cell is None else text_of(cell)


# What a spreadsheet program might run: OWASP's list, its full-width twins, and the
# same behind blanks or apostrophes, so that guarding can always be taken back.
DANGEROUS = re.compile(r"[\s']*[=+\-@＝＋－＠]|'*[\t\r\n]")


def guarded(text: str) -> str:
    """Text with an apostrophe before anything a spreadsheet might run."""
    return f"'{text}" if DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """The text `guarded` was given."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text


def writable(text: str) -> str:
    """Text a workbook can hold: no control characters, at most 32,767 letters."""
    kept = "".join(c for c in text if c in "\t\n" or (c >= " " and not _is_lone(c)))
    return kept[:EXCEL_MOST_CHARACTERS]


def _is_lone(character: str) -> bool:
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"


def sheet_title(name: str) -> str:
    """A sheet name Excel accepts: 31 characters, none of []:*?/\\ ."""
    return re.sub(r"[\[\]:*?/\\]", " ", writable(name)).strip("' ")[:31] or "Sheet"


def _at(items: Sequence[T], index: int, default: T) -> T:
    return items[index] if index < len(items) else default


def text_of(value: object) -> str:
    """A cell as text: whole numbers without ".0", dates in ISO form.

    Numbers too long to be exact keep an exponent, so that nobody mistakes them
    for the code they once were (`has_lost_digits`).
    """
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= EXACT_NUMBERS_BELOW:
            return f"{value:.15e}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value)
