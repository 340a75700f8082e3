"""What can be typed after a command: kinds of values, and the options many share.

Each kind says what was typed and what would do; click's own say it in English only.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from app.commands.common import cannot_use, read_settings, today_of
from app.i18n import translate as _
from app.settings import called_from
from kitchen.calendar import parse_day

MEALS = ("breakfast", "lunch", "dinner")


class Kind(click.ParamType[Any, Any]):
    """`read` raises ValueError for what will not do; then it is said what would."""

    def accepted(self) -> str:
        raise NotImplementedError

    def read(self, typed: Any) -> Any:
        raise NotImplementedError

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        try:
            return self.read(value)
        except ValueError:
            self.fail(cannot_use(value, self.accepted()), param, ctx)


class OneOf(Kind):
    """One of a few words."""

    def __init__(self, words: Iterable[str], name: str = "") -> None:
        self.words = tuple(words)
        self.name = name or "|".join(self.words)

    def accepted(self) -> str:
        return _("、").join(self.words)

    def read(self, typed: Any) -> Any:
        if typed not in self.words:
            raise ValueError
        return typed


class Words(Kind):
    """A few words, not empty and not too many."""

    name = "TEXT"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def accepted(self) -> str:
        return _("{least} 到 {most} 个字", least=self.least, most=self.most)

    def read(self, typed: Any) -> str:
        if not self.least <= len(str(typed).strip()) <= self.most:
            raise ValueError
        return str(typed).strip()


class Whole(Kind):
    """A whole number, within limits."""

    name = "NUMBER"

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self.least, self.most = least, most

    def accepted(self) -> str:
        if self.most is not None:
            return _("{least} 到 {most} 的整数", least=self.least, most=self.most)
        return _("整数") if self.least is None else _("{n} 以上的整数", n=self.least)

    def read(self, typed: Any) -> int:
        number = int(typed)
        if (self.least is not None and number < self.least) or (
            self.most is not None and number > self.most
        ):
            raise ValueError
        return number


class File(Kind):
    """A file's name; with `there`, of one that can be read."""

    name = "FILE"

    def __init__(self, there: bool = False) -> None:
        self.there = there

    def accepted(self) -> str:
        return _("已有的、能读的文件") if self.there else _("文件名,不是文件夹")

    def read(self, typed: Any) -> Path:
        path = called_from() / str(typed)
        try:
            if self.there:
                path.open("rb").close()
        except OSError:
            raise ValueError from None
        if path.is_dir() or not path.name:
            raise ValueError
        return path


class Folder(Kind):
    """A folder's name; it need not be there yet."""

    name = "FOLDER"

    def accepted(self) -> str:
        return _("文件夹名,不是文件")

    def read(self, typed: Any) -> Path:
        if not typed or (path := called_from() / str(typed)).is_file():
            raise ValueError
        return path


class Month(Kind):
    """2026-11."""

    name = "YYYY-MM"

    def accepted(self) -> str:
        return _("2026-11 这样的月份")

    def read(self, typed: Any) -> str:
        return f"{dt.date.fromisoformat(f'{typed}-01'):%Y-%m}"


class Day(Kind):
    """today, tomorrow, +2, 2026-11-24; on the kitchen's wall calendar."""

    name = "DATE"

    def accepted(self) -> str:
        return _("today、tomorrow、+2 或 2026-11-24")

    def read(self, typed: Any) -> dt.date:
        if isinstance(typed, dt.date):
            return typed
        return parse_day(str(typed), today=today_of(read_settings()))


DAY = Day()
LOGIN = Words(2, 40)
MONTH = Month()

json_option = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
dry_run_option = click.option("--dry-run", is_flag=True, help="只看会做什么,不写入")
kitchen_option = click.option(
    "--kitchen", metavar="ID", type=Whole(1), help="厨房编号,默认第一个"
)
meal_option = click.option(
    "--meal",
    metavar="MEAL",
    type=OneOf(MEALS),
    default="lunch",
    show_default=True,
    help="哪一餐",
)
output_option = click.option(
    "-o",
    "--output",
    type=File(),
    metavar="FILE",
    help="写到文件;不写就到标准输出",
)
