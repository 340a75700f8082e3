"""A paper and its stamp → HTML, ready for `app.printing`."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.compiled import kept_compiled
from app.days import MEALS, WEEKDAYS, date_words, day_words
from app.i18n import LOCALE, language
from app.i18n import translate as _
from app.map_sketch import sketch_svg
from app.papers import (
    BoxLabel,
    DriverSheet,
    LabelLayout,
    Labels,
    MenuPoster,
    Paper,
    Stamp,
)
from app.poster_size import ems, poster_css
from app.printing import Document
from app.qr import card_qr, round_qr

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
TEMPLATES = Path(__file__).parent.parent / "templates"


def document_for(paper: Paper, stamp: Stamp) -> Document:
    """The paper as HTML; a driver's sheet brings its closer setting along."""
    tight = _html(paper, stamp, tight=True) if isinstance(paper, DriverSheet) else ""
    return Document(
        html=_html(paper, stamp, tight=False),
        name=f"{_(paper.title)} {paper.subject}",
        pdf_variant=paper.pdf_variant,
        tight_html=tight,
        css=_own_css(paper),
    )


def _own_css(paper: Paper) -> str:
    """What only this paper knows of its setting."""
    if isinstance(paper, Labels):
        return _offset_css(paper.layout)
    return poster_css(paper) if isinstance(paper, MenuPoster) else ""


def _html(paper: Paper, stamp: Stamp, *, tight: bool) -> str:
    template = _environment().get_template(paper.template)
    return visible(template.render(paper=paper, stamp=stamp, tight=tight))


def visible(html: str) -> str:
    """Without characters nobody sees: one control character in a name spoils the text
    layer of the whole page, and a bidi override turns a name around."""
    return UNSEEN.sub("", html)


@cache
def _environment() -> Environment:
    """All text is escaped; a name a template mistypes is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=kept_compiled(),
    )
    env.filters.update(
        amount=amount,
        kilos=kilos,
        day=day_words,
        date=date_words,
        weekday=lambda day: _(WEEKDAYS[day.weekday()]),
        short_day=short_day,
        meal=lambda meal: _(MEALS[meal]),
        spaced=spaced_number,
        ems=ems,
        thousands=lambda count: f"{count:,}",
    )
    env.globals.update(
        _=_,
        card_qr=card_qr,
        round_qr=round_qr,
        sketch_svg=sketch_svg,
        locale=lambda: LOCALE[language.get()],
        chunks=chunks,
        slots=label_slots,
    )
    return env


def amount(fen: int) -> str:
    """500 → "5.00", without the unit, which stands in the heading."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def kilos(grams: int) -> str:
    """Weights as a cook reads them: 850 g below a kilogram, 12.4 kg above."""
    if grams < 1000:
        return f"{grams} g"
    kilograms = grams / 1000
    return f"{kilograms:.1f} kg" if kilograms < 100 else f"{kilograms:.0f} kg"


def short_day(day: date) -> str:
    """11-24: what fits on a label."""
    return day.strftime("%m-%d")


def spaced_number(number: str) -> str:
    """ "120457" → "12 0457": four digits from the right, as one reads aloud."""
    head, tail = number[:-4], number[-4:]
    return f"{head} {tail}" if head else tail


def chunks(items: tuple[Any, ...], size: int) -> list[tuple[Any, ...]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def label_slots(paper: Labels) -> list[list[BoxLabel | None]]:
    """Sheets of 24 places each; the places used up before `start_at` stay empty."""
    places: list[BoxLabel | None] = [None] * (paper.layout.start_at - 1)
    places += paper.labels
    size = LabelLayout.PER_SHEET
    return [places[i : i + size] for i in range(0, len(places), size)]


def _offset_css(layout: LabelLayout) -> str:
    """Every printer feeds a little askew; the offsets are tenths of a millimetre."""
    return (
        f".label .face {{ left: {layout.offset_x / 10}mm;"
        f" top: {layout.offset_y / 10}mm; }}"
    )
