"""How large a week's menu may be written for one sheet of A4: worked out from its
words, as the paper is set only once. Millimetres; sizes of letters in points.
"""

from collections.abc import Iterable

from app.papers import MenuDay, MenuPoster

SIZES = (32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10)  # points, the largest first
SHEET = 268.0  # of the 270 between the margins
WIDE = 155.0  # what is beside a day's name
LEADING = 1.25  # as in print.css
GAP = 0.8  # between two dishes, in characters
MARGIN = 0.55  # of it what follows the last dish of a line too
LABEL = 2.6  # 套餐 A before its dishes
POINT = 25.4 / 72
MOST_PADDING = 4.5


def poster_css(poster: MenuPoster) -> str:
    """The largest size of the dishes at which the sheet holds everything, and what is
    left over as room between the days."""
    size = next((s for s in SIZES if _tall(poster, s) <= SHEET), SIZES[-1])
    left = (SHEET - _tall(poster, size)) / (2 * len(poster.days))
    padding = 1.5 + max(0.0, min(left, MOST_PADDING))
    return (
        f".week .dishes {{ font-size: {size}pt; }}"
        f" .week td {{ padding-top: {padding:.2f}mm;"
        f" padding-bottom: {padding:.2f}mm; }}"
    )


def _tall(poster: MenuPoster, size: int) -> float:
    prices = 13.0 + 7.0 * len(poster.prices)
    birthdays = 7.0 + 6.5 * (ems(poster.birthdays) // 32) if poster.birthdays else 0.0
    return 27.0 + sum(_row(day, size) for day in poster.days) + birthdays + prices


def _row(day: MenuDay, size: int) -> float:
    """One day: its dishes, or its own name where that is taller."""
    lines = sum(_lines(dishes, size, len(day.sets) > 1) for _, dishes in day.sets)
    noted = 6.0 if day.note and day.sets else 0.0
    name = 22.0 if day.term else 16.0
    return 3.5 + max(lines * size * POINT * LEADING + noted, name)


def _lines(dishes: Iterable[str], size: int, labelled: bool) -> int:
    """Lines of one set when no dish is broken in two."""
    width = WIDE / (size * POINT)
    lines, used = 1, LABEL if labelled else 0.0
    for dish in dishes:
        if used and used + ems(dish) + MARGIN > width:
            lines, used = lines + 1, 0.0
        used += ems(dish) + GAP
    return lines


def ems(text: str) -> float:
    """About how many characters wide: Latin letters and digits count half."""
    return sum(0.55 if c.isascii() else 1.0 for c in text)
