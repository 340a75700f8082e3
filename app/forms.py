"""Form text → typed values, or one sentence for each field that is wrong.

Each reader takes the field's name and its label. A wrong field is remembered with a
sentence that names it, shows what was typed and says what would do; everything typed
is kept to be shown again. A required reader returns a harmless stand-in for a wrong
field, so `form.check()` must come before the values are used:

    form = await read_form(request)
    name = form.text("name", _("姓名"), longest=40)
    price_fen = form.fen("price", _("价格"))
    form.check()          # raises BadForm when anything was wrong
"""

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, overload

from litestar import Request

from app.i18n import translate as _
from app.typed import (
    CONTROL,
    parse_date,
    parse_fen,
    parse_integer,
    parse_number,
    parse_pair,
    parse_phone,
    parse_time,
    shortened,
)
from kitchen.errors import Refusal

LINE = 200  # characters, where a field does not say otherwise
PAGE = 2_000
EXAMPLE_PLACE = "119.958, 31.779"

T = TypeVar("T")


class Fields(Protocol):
    """What a request's form offers: repeated names, text or uploaded files."""

    def getall(self, key: str, /) -> list[Any]: ...
    def keys(self) -> Iterable[str]: ...


class BadForm(Exception):
    """Something typed cannot be taken; `form` knows what and why."""

    def __init__(self, form: "Form") -> None:
        super().__init__(", ".join(form.errors))
        self.form = form


@dataclass
class Form:
    """One submitted form: what was typed, and what was wrong with it."""

    typed: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    @classmethod
    def of(cls, fields: Fields) -> "Form":
        """Keep every text field; uploads are read by the import pages themselves."""
        return cls(
            {
                name: [text for text in fields.getall(name) if isinstance(text, str)]
                for name in set(fields.keys())
            }
        )

    @classmethod
    def filled(cls, **values: object) -> "Form":
        """A form as it is first shown, with what is stored now."""
        return cls({name: _shown_values(value) for name, value in values.items()})

    # what was typed

    def raw(self, name: str) -> str:
        """What was typed in the field, as it was typed; "" when absent."""
        return (self.typed.get(name) or [""])[-1]

    def has(self, name: str, value: object) -> bool:
        return str(value) in self.typed.get(name, ())

    # what was wrong

    def refuse_field(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field; the first thing noted stands."""
        self.errors.setdefault(name, sentence)

    def refuse(self, refusal: Refusal) -> None:
        """The business said no: shown above the form with what was typed kept."""
        self.refusal = refusal

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Around the verb of a form: its refusal becomes the form's."""
        try:
            yield
        except Refusal as refusal:
            self.refuse(refusal)

    @property
    def ok(self) -> bool:
        return not self.errors and self.refusal is None

    def check(self) -> None:
        if not self.ok:
            raise BadForm(self)

    # readers of text; "" when absent

    def text(
        self, name: str, label: str, *, longest: int = LINE, required: bool = True
    ) -> str:
        """One line: spaces around it dropped, no control characters."""
        typed = self._present(name, label, required, longest)
        if "\n" in typed or "\r" in typed or CONTROL.search(typed):
            self._wrong(name, label, typed, _("一行文字，不带换行和控制符"))
        return typed

    def note(
        self, name: str, label: str, *, longest: int = PAGE, required: bool = False
    ) -> str:
        """Several lines; line ends become plain newlines."""
        typed = self._present(name, label, required, longest)
        typed = typed.replace("\r\n", "\n").replace("\r", "\n")
        if CONTROL.search(typed):
            self._wrong(name, label, typed, _("普通文字，不带控制符"))
        return typed

    def phone(self, name: str, label: str, *, required: bool = True) -> str:
        typed = self._present(name, label, required)
        digits = parse_phone(typed) if typed else ""
        if digits is None:
            self._wrong(name, label, typed, _("11 位手机号，或带区号的座机号"))
        return digits or ""

    def choice(
        self, name: str, label: str, allowed: Iterable[str], *, required: bool = True
    ) -> str:
        typed, options = self._present(name, label, required), tuple(allowed)
        if typed and typed not in options:
            listed = "、".join(options)
            self._wrong(name, label, typed, _("以下之一：{options}", options=listed))
            return ""
        return typed

    def choices(self, name: str, label: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Any number of ticked boxes of one name, in the order of `allowed`."""
        options = tuple(allowed)
        for typed in self.typed.get(name, ()):
            if typed not in options:
                listed = "、".join(options)
                self._wrong(
                    name, label, typed, _("以下几项：{options}", options=listed)
                )
        return tuple(option for option in options if self.has(name, option))

    def checkbox(self, name: str) -> bool:
        return self.raw(name).lower() in ("on", "1", "true", "yes")

    def identifier(self, name: str) -> int | None:
        """A row's id in a hidden field or a list; nonsense counts as absent."""
        typed = self.raw(name).strip()
        return int(typed) if re.fullmatch(r"[1-9]\d{0,8}", typed) else None

    # readers of values; None only when not required and absent

    @overload
    def date(
        self,
        name: str,
        label: str,
        *,
        required: Literal[True] = ...,
        earliest: dt.date = ...,
        latest: dt.date = ...,
    ) -> dt.date: ...
    @overload
    def date(
        self,
        name: str,
        label: str,
        *,
        required: bool,
        earliest: dt.date = ...,
        latest: dt.date = ...,
    ) -> dt.date | None: ...
    def date(
        self,
        name: str,
        label: str,
        *,
        required: bool = True,
        earliest: dt.date = dt.date(1900, 1, 1),
        latest: dt.date = dt.date(2100, 12, 31),
    ) -> dt.date | None:
        day = self._value(
            name,
            label,
            required,
            parse_date,
            dt.date.min,
            _("带年份的日期，如 {day}", day="2026-11-24"),
        )
        if day and day != dt.date.min and not earliest <= day <= latest:
            self._wrong(
                name,
                label,
                self.raw(name),
                _("{earliest} 到 {latest} 之间", earliest=earliest, latest=latest),
            )
        return day

    @overload
    def time(
        self, name: str, label: str, *, required: Literal[True] = ...
    ) -> dt.time: ...
    @overload
    def time(self, name: str, label: str, *, required: bool) -> dt.time | None: ...
    def time(self, name: str, label: str, *, required: bool = True) -> dt.time | None:
        wanted = _("24 小时制的时间，如 {time}", time="09:30")
        return self._value(name, label, required, parse_time, dt.time.min, wanted)

    @overload
    def integer(
        self,
        name: str,
        label: str,
        *,
        least: int = ...,
        most: int = ...,
        required: Literal[True] = ...,
    ) -> int: ...
    @overload
    def integer(
        self,
        name: str,
        label: str,
        *,
        least: int = ...,
        most: int = ...,
        required: bool,
    ) -> int | None: ...
    def integer(
        self,
        name: str,
        label: str,
        *,
        least: int = 0,
        most: int = 1_000_000,
        required: bool = True,
    ) -> int | None:
        wanted = _("{least} 到 {most} 的整数", least=least, most=most)
        parse = _within(parse_integer, least, most)
        return self._value(name, label, required, parse, least, wanted)

    @overload
    def number(
        self,
        name: str,
        label: str,
        *,
        least: float,
        most: float,
        required: Literal[True] = ...,
    ) -> float: ...
    @overload
    def number(
        self, name: str, label: str, *, least: float, most: float, required: bool
    ) -> float | None: ...
    def number(
        self, name: str, label: str, *, least: float, most: float, required: bool = True
    ) -> float | None:
        """A measured quantity such as a temperature; never money."""
        wanted = _("{least} 到 {most} 的数", least=least, most=most)
        parse = _within(parse_number, least, most)
        return self._value(name, label, required, parse, least, wanted)

    @overload
    def fen(
        self,
        name: str,
        label: str,
        *,
        least: int = ...,
        most: int = ...,
        required: Literal[True] = ...,
    ) -> int: ...
    @overload
    def fen(
        self,
        name: str,
        label: str,
        *,
        least: int = ...,
        most: int = ...,
        required: bool,
    ) -> int | None: ...
    def fen(
        self,
        name: str,
        label: str,
        *,
        least: int = 0,
        most: int = 1_000_000,
        required: bool = True,
    ) -> int | None:
        """An amount in yuan ("5", "5.00", "￥5.5") as whole fen; limits in fen."""
        wanted = _(
            "{least} 到 {most} 元，最多两位小数，如 {example}",
            least=f"{least / 100:.2f}",
            most=f"{most / 100:.2f}",
            example="5.00",
        )
        parse = _within(parse_fen, least, most)
        return self._value(name, label, required, parse, least, wanted)

    def coordinates(
        self, name: str, label: str, *, required: bool = False
    ) -> tuple[float, float] | None:
        """ "119.958, 31.779" as (lon, lat) in China; swapped ones are told apart."""
        wanted = _("经度在前、纬度在后，如 {example}", example=EXAMPLE_PLACE)
        pair = self._value(name, label, required, parse_pair, None, wanted)
        if pair is None or name in self.errors:
            return None
        lon, lat = pair
        if 73 <= lon <= 136 and 3 <= lat <= 54:
            return pair
        if 73 <= lat <= 136 and 3 <= lon <= 54:
            wanted = _(
                "经度在前、纬度在后（像是写反了），如 {example}", example=EXAMPLE_PLACE
            )
        else:
            wanted = _("中国境内的经纬度，如 {example}", example=EXAMPLE_PLACE)
        self._wrong(name, label, self.raw(name), wanted)
        return None

    # the sentences

    def _value(
        self,
        name: str,
        label: str,
        required: bool,
        parse: Callable[[str], T | None],
        stand_in: T,
        wanted: str,
    ) -> T | None:
        typed = self._present(name, label, required)
        if not typed:
            return stand_in if required else None
        value = parse(typed)
        if value is None:
            self._wrong(name, label, typed, wanted)
            return stand_in
        return value

    def _present(
        self, name: str, label: str, required: bool, longest: int = LINE
    ) -> str:
        typed = unicodedata.normalize("NFC", self.raw(name)).strip()
        if not typed and required:
            self.refuse_field(name, _("{label}：还没有填", label=label))
        if len(typed) > longest:
            sentence = _(
                "{label}：填了 {length} 个字，最多 {longest} 个字",
                label=label,
                length=len(typed),
                longest=longest,
            )
            self.refuse_field(name, sentence)
            return ""
        return typed

    def _wrong(self, name: str, label: str, typed: str, wanted: str) -> None:
        sentence = _(
            "{label}：填的是“{typed}”，应为{wanted}",
            label=label,
            typed=shortened(typed),
            wanted=wanted,
        )
        self.refuse_field(name, sentence)


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form of this request."""
    return Form.of(await request.form())


def act_id(form: Form) -> uuid.UUID:
    """The id made when the form was drawn: sent twice, it is still one act.

    A form without one (another program's request) is an act of its own.
    """
    try:
        return uuid.UUID(form.raw("act"))
    except ValueError:
        return uuid.uuid4()


N = TypeVar("N", int, float)


def _within(
    parse: Callable[[str], N | None], least: N, most: N
) -> Callable[[str], N | None]:
    def parsed(typed: str) -> N | None:
        value = parse(typed)
        return value if value is not None and least <= value <= most else None

    return parsed


def _shown_values(value: object) -> list[str]:
    match value:
        case None | False:
            return []
        case True:
            return ["on"]
        case dt.time():
            return [value.strftime("%H:%M")]
        case list() | tuple() | set() | frozenset():
            return [str(item) for item in value]
        case _:
            return [str(value)]
