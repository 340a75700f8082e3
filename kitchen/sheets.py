"""Spreadsheets coming in: bytes → grid of text → table with known columns.

Pure. Reading a file that strangers made belongs in a child process
(`python -m kitchen.sheets read FILE` prints JSON); limits on its time and memory
are the caller's business, limits on the file are kept here. Writing is
`kitchen.workbooks`, offered here too so that one import serves both directions.
"""

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kitchen.errors import Refusal
from kitchen.workbooks import (
    Cell,
    Column,
    Form,
    Sheet,
    csv_bytes,
    guarded,
    template,
    text_of,
    unguarded,
    xlsx,
)

__all__ = [
    "Cell",
    "Column",
    "Form",
    "Grid",
    "Row",
    "Sheet",
    "Table",
    "csv_bytes",
    "guarded",
    "has_lost_digits",
    "read_grid",
    "table_of",
    "template",
    "text_of",
    "unguarded",
    "xlsx",
]

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED_BYTES = 50 * 1024 * 1024
MOST_RATIO = 100
MOST_ROWS = 20_000
MOST_COLUMNS = 60
HEADER_SEARCH_ROWS = 10

# Reading: bytes → grid of text


@dataclass(frozen=True)
class Grid:
    """Every non-empty row of a sheet as text, with its row number (from 1)."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def as_json(self) -> str:
        return json.dumps({"rows": self.rows}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Grid":
        """The grid a child printed, or the refusal it printed, raised."""
        answer = json.loads(text)
        if "code" in answer:
            raise Refusal(str(answer["code"]), **answer["facts"])
        rows = answer["rows"]
        return cls(tuple((int(n), tuple(map(str, cells))) for n, cells in rows))


def read_grid(data: bytes, sheet_name: str = "") -> Grid:
    """An XLSX, XLS, ODS or CSV file as text.

    The sheet called `sheet_name` is read if there is one, else the first visible.
    Refusals: sheet_empty, sheet_too_large, sheet_unpacked_too_large,
    sheet_too_many_rows, sheet_too_many_columns, sheet_password, sheet_unreadable,
    sheet_encoding.
    """
    if not data.strip(b"\x00\r\n\t ,\xef\xbb\xbf"):
        raise Refusal("sheet_empty")
    if len(data) > MOST_BYTES:
        raise Refusal("sheet_too_large", bytes=len(data), most_bytes=MOST_BYTES)
    if data[:4] == b"PK\x03\x04":
        _check_package(data)
        rows = _read_workbook(data, sheet_name)
    elif data[:8] == bytes.fromhex("D0CF11E0A1B11AE1"):
        rows = _read_workbook(data, sheet_name)
    else:
        rows = _read_csv(data)
    return _limited(rows)


def _limited(rows: Iterable[tuple[int, Sequence[str]]]) -> Grid:
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows:
        width = max((i + 1 for i, text in enumerate(cells) if text.strip()), default=0)
        if not width:
            continue
        if width > MOST_COLUMNS:
            raise Refusal("sheet_too_many_columns", columns=width, most=MOST_COLUMNS)
        if len(kept) > MOST_ROWS:
            raise Refusal("sheet_too_many_rows", rows=number, most=MOST_ROWS)
        kept.append((number, tuple(cells[:width])))
    if not kept:
        raise Refusal("sheet_empty")
    return Grid(tuple(kept))


FILLED_CELL = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?(?:v|is|f)\b'
)


def _check_package(data: bytes) -> None:
    """Refuses bombs before any parser sees them; declared sizes are not believed."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for member in package.infolist():
                is_sheet = "worksheets/" in member.filename
                with package.open(member) as part:
                    rest = b""
                    while chunk := part.read(1 << 20):
                        unpacked += len(chunk)
                        _check_unpacked(unpacked, len(data))
                        if is_sheet:
                            _check_cells(rest + chunk)
                            rest = chunk[-200:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Refusal("sheet_unreadable", reason=type(error).__name__) from error
    except ValueError as error:
        raise Refusal("sheet_unreadable", reason="ValueError") from error


def _check_unpacked(unpacked: int, packed: int) -> None:
    # Small files of empty cells compress well; the ratio matters for large ones.
    is_bomb = unpacked > MOST_RATIO * packed and unpacked > MOST_BYTES
    if unpacked > MOST_UNPACKED_BYTES or is_bomb:
        raise Refusal("sheet_unpacked_too_large", most_bytes=MOST_UNPACKED_BYTES)


def _check_cells(xml: bytes) -> None:
    """Refuses a lone cell far out, which would make parsers allocate the plane."""
    for letters, digits in FILLED_CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - ord("A") + 1
        if column > MOST_COLUMNS:
            raise Refusal("sheet_too_many_columns", columns=column, most=MOST_COLUMNS)
        # Leaves room for a title and header; the exact count is taken later.
        if int(digits) > MOST_ROWS + 1_000:
            raise Refusal("sheet_too_many_rows", rows=int(digits), most=MOST_ROWS)


def _read_workbook(data: bytes, sheet_name: str) -> Iterator[tuple[int, list[str]]]:
    # Imported here: only the child process that reads a workbook needs it.
    import python_calamine as calamine

    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible
            and sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise Refusal("sheet_empty")
        name = sheet_name if sheet_name in visible else visible[0]
        sheet = workbook.get_sheet_by_name(name)
        if sheet.total_height > MOST_ROWS + HEADER_SEARCH_ROWS:
            raise Refusal(
                "sheet_too_many_rows", rows=sheet.total_height, most=MOST_ROWS
            )
        rows = [
            [text_of(value) for value in row]
            for row in sheet.to_python(skip_empty_area=False)
        ]
        _fill_merged(rows, sheet.merged_cell_ranges or [])
    except calamine.PasswordError as error:
        raise Refusal("sheet_password") from error
    except calamine.CalamineError as error:
        raise Refusal("sheet_unreadable", reason=type(error).__name__) from error
    return ((number, row) for number, row in enumerate(rows, start=1))


def _fill_merged(
    rows: list[list[str]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    """Repeats the text of cells merged sideways near the top: they are headers."""
    for (top, left), (bottom, right) in merged:
        if top >= min(HEADER_SEARCH_ROWS, len(rows)) or left == right:
            continue
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = row[column] or rows[top][left]


def has_lost_digits(text: str) -> bool:
    """Whether a code was stored as a number: 3.301021945031201e+17."""
    return re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text.strip()) is not None


def _read_csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decoded(data)
    if "\x00" in text:
        raise Refusal("sheet_unreadable", reason="binary")
    first_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, [unguarded(cell) for cell in row]
    except csv.Error as error:
        raise Refusal("sheet_unreadable", reason=str(error)) from error


def decoded(data: bytes) -> str:
    """Text of a CSV file: by its mark, else UTF-8, else GB18030 (Chinese Excel)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("sheet_encoding")


# Reading: grid → table with known columns


@dataclass(frozen=True)
class Row:
    """One person's line: `number` as the spreadsheet program shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A grid whose header was found. `places` maps a column's key to its index."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    places: Mapping[str, int] = field(default_factory=dict)
    unknown_headers: tuple[str, ...] = ()

    def value(self, row: Row, key: str) -> str:
        """The text in a known column; empty where column or cell is missing."""
        place = self.places.get(key)
        if place is None or place >= len(row.cells):
            return ""
        return row.cells[place].strip()


def table_of(grid: Grid, columns: Sequence[Column], required: str) -> Table:
    """Finds the header (order-free, by label or alias) and the rows below it.

    Title rows above are skipped; a header of two rows with merged groups is read
    as group + label. Example rows (a cell beginning with 示例) are dropped.
    Refusals: sheet_no_header, sheet_column_twice, sheet_no_rows.
    """
    words = _words(columns)
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    top_rows = grid.rows[:HEADER_SEARCH_ROWS]
    for index, (_, cells) in enumerate(top_rows):
        candidates = [(1, cells)]
        if index + 1 < len(top_rows):
            candidates.append((2, _joined(cells, top_rows[index + 1][1], words)))
        for height, labels in candidates:
            score = len({words[_bare(x)] for x in labels if _bare(x) in words})
            if score > best[0]:
                best = (score, index + height, labels)
    score, first_row, headers = best
    places = _places(headers, words)
    if required not in places:
        label = next(column.label for column in columns if column.key == required)
        raise Refusal("sheet_no_header", required=label)
    rows = tuple(
        Row(number, cells)
        for number, cells in grid.rows[first_row:]
        if not any(EXAMPLE_MARK.match(cell) for cell in cells)
    )
    if not rows:
        raise Refusal("sheet_no_rows")
    unknown = tuple(h.strip() for h in headers if h.strip() and _bare(h) not in words)
    return Table(tuple(h.strip() for h in headers), rows, places, unknown)


EXAMPLE_MARK = re.compile(r"\s*[（(【\[]?示例")


def _words(columns: Sequence[Column]) -> dict[str, str]:
    return {
        _bare(word): column.key
        for column in columns
        for word in (column.key, column.label, *column.aliases)
    }


def _bare(label: str) -> str:
    """A header without blanks, stars, colons and remarks in brackets."""
    return re.sub(r"[\s*＊:：]|[（(【\[].*?[】）)\]]", "", label).lower()


def _joined(
    upper: Sequence[str], lower: Sequence[str], words: Mapping[str, str]
) -> tuple[str, ...]:
    """Two header rows as one: 联系人 over 电话 is 联系人电话."""
    labels = []
    for index in range(max(len(upper), len(lower))):
        top = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        choices = (f"{top}{below}", below, top)
        labels.append(next((c for c in choices if _bare(c) in words), top or below))
    return tuple(labels)


def _places(headers: Sequence[str], words: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, header in enumerate(headers):
        key = words.get(_bare(header))
        if key is None:
            continue
        if key in places:
            raise Refusal("sheet_column_twice", column=header.strip())
        places[key] = index
    return places


# The child process


def main(arguments: Sequence[str]) -> int:
    """`read FILE [SHEET]`, "-" for standard input: prints {"rows": …} or, for a
    file that is refused, {"code": …, "facts": …}; both are an answer (exit 0)."""
    if len(arguments) not in (2, 3) or arguments[0] != "read":
        sys.stderr.write("usage: python -m kitchen.sheets read FILE [SHEET]\n")
        return 2
    file = arguments[1]
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        print(read_grid(data, *arguments[2:]).as_json())
    except Refusal as refusal:
        print(json.dumps({"code": refusal.code, "facts": refusal.facts}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
