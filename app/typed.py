"""What people type, read: pure text → value, None when it cannot be read.

Full-width digits and signs, as a Chinese input method leaves them, count as ASCII.
"""

import datetime as dt
import re
import unicodedata

SHOWN = 40  # characters of what was typed that an error sentence repeats

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028-\u202e\u2066-\u2069"
CONTROL = re.compile(f"[{_CONTROL}]")
"""Control characters, and what turns the direction of a line round."""

PLAIN = f"^[^{_CONTROL}]*$"
"""A text without them, as a pattern that JSON Schema knows too."""

FIRST_IMPOSSIBLE_ID = 2**31
"""No row has this id or a larger one."""

_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d")
_AMOUNT = re.compile(r"-?\d{1,7}(\.\d{1,2})?")
_DEGREES = r"-?\d{1,3}(?:\.\d{1,12})?"
_PAIR = re.compile(rf"({_DEGREES})[,\s]+({_DEGREES})")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}|400\d{7}|1\d{4}")


def parse_id(text: str) -> int | None:
    """A row's id as a form brings it back; None for what cannot be one, as "²"."""
    plain = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if plain and int(text) < FIRST_IMPOSSIBLE_ID else None


def half_width(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def parse_date(typed: str) -> dt.date | None:
    """A date with its year, in the four ways people write it."""
    plain = half_width(typed).replace(" ", "")
    for pattern in _DATE_FORMATS:
        try:
            day = dt.datetime.strptime(plain, pattern).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
        return day if 1900 <= day.year <= 2100 else None
    return None


def parse_time(typed: str) -> dt.time | None:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", half_width(typed))
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return dt.time(int(match[1]), int(match[2]))
    return None


def parse_integer(typed: str) -> int | None:
    plain = half_width(typed)
    return int(plain) if re.fullmatch(r"[-+]?\d{1,9}", plain) else None


def parse_number(typed: str) -> float | None:
    plain = half_width(typed)
    return float(plain) if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", plain) else None


def parse_fen(typed: str) -> int | None:
    """ "5.00", "￥5", "5元" → 500; None for anything finer than a fen."""
    plain = half_width(typed).lstrip("¥").rstrip("元").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    sign = -1 if plain.startswith("-") else 1
    yuan, _dot, cents = plain.lstrip("-").partition(".")
    return sign * (int(yuan) * 100 + int(cents.ljust(2, "0")))


def parse_phone(typed: str) -> str | None:
    """Mainland mobile, landline with or without area code, short service number."""
    digits = re.sub(r"[\s\-()]", "", half_width(typed)).removeprefix("+86")
    return digits if _PHONE.fullmatch(digits) else None


def parse_pair(typed: str) -> tuple[float, float] | None:
    """Two decimal numbers with a comma or space between, in the order typed."""
    match = _PAIR.fullmatch(half_width(typed))
    return (float(match[1]), float(match[2])) if match else None


def shortened(typed: str) -> str:
    """What was typed as an error may repeat it: short, no control characters."""
    visible = CONTROL.sub("�", typed).replace("\r", "").replace("\n", "⏎")
    return visible if len(visible) <= SHOWN else visible[:SHOWN] + "…"
