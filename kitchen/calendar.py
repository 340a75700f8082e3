"""Service days, meals and the Chinese working calendar.

Pure: no clock, no database. "Today" and the operator's overrides are arguments.

Statutory holidays and their working-day swaps come from `chinesecalendar`, which
knows published years only and raises for the rest. A year nobody has announced
is therefore a visible state here (`DayKind.is_known` is false, weekends are
assumed to be free), never an error and never a guess dressed up as a fact.
"""

import calendar as months
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from statistics import median
from typing import Any

from kitchen.errors import Refusal

SATURDAY = 5
Overrides = Mapping[date, bool]
"""Day → True: counts as a working and serving day; False: a day off.

The operator's word is the last word, for known years and unknown ones alike.
"""


class Meal(StrEnum):
    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"


class Way(StrEnum):
    """How a meal reaches its person."""

    DINE_IN = "dine_in"
    COLLECT = "collect"
    DELIVER = "deliver"


class Kind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


@dataclass(frozen=True)
class DayKind:
    """What sort of day it is; `name` is the holiday's name as published.

    `is_known` is false where the year's holidays are not published yet and the
    operator has said nothing: the page then shows "unknown year".
    """

    kind: Kind
    name: str = ""
    is_known: bool = True
    is_overridden: bool = False

    @property
    def is_working_day(self) -> bool:
        return self.kind in (Kind.WORKDAY, Kind.MAKEUP_WORKDAY)


# Days


def day_kind(day: date, overrides: Overrides | None = None) -> DayKind:
    """What sort of day `day` is, the operator's override first."""
    is_weekend = day.weekday() >= SATURDAY
    works = (overrides or {}).get(day)
    published = _published_kind(day)
    if works is None:
        assumed = Kind.WEEKEND if is_weekend else Kind.WORKDAY
        return published or DayKind(assumed, is_known=False)
    if works:
        kind = Kind.MAKEUP_WORKDAY if is_weekend else Kind.WORKDAY
        return DayKind(kind, is_overridden=True)
    if published is not None and not published.is_working_day:
        return DayKind(published.kind, published.name, is_overridden=True)
    kind = Kind.WEEKEND if is_weekend else Kind.HOLIDAY
    return DayKind(kind, is_overridden=True)


def is_year_known(year: int) -> bool:
    """Whether the year's holidays and swaps are published in our data."""
    first, last = known_years()
    return first <= year <= last


def known_years() -> tuple[int, int]:
    """First and last year with published holidays."""
    # Imported here: half a megabyte of dates that most commands never need.
    from chinese_calendar import constants

    return min(constants.holidays).year, max(constants.holidays).year


def _published_kind(day: date) -> DayKind | None:
    from chinese_calendar import constants

    if not is_year_known(day.year):
        return None
    if (name := constants.holidays.get(day)) is not None:
        return DayKind(Kind.HOLIDAY, constants.Holiday(name).chinese)
    if day in constants.workdays:
        return DayKind(Kind.MAKEUP_WORKDAY)
    return DayKind(Kind.WEEKEND if day.weekday() >= SATURDAY else Kind.WORKDAY)


def is_service_day(
    day: date,
    overrides: Overrides,
    *,
    serves_weekends: bool,
    serves_holidays: bool,
) -> bool:
    """Whether a kitchen cooks on `day`. Make-up Saturdays are ordinary days."""
    if day in overrides:
        return overrides[day]
    kind = day_kind(day).kind
    if kind is Kind.HOLIDAY:
        return serves_holidays
    if kind is Kind.WEEKEND:
        return serves_weekends
    return True


def next_service_day(
    after: date,
    overrides: Overrides,
    *,
    serves_weekends: bool,
    serves_holidays: bool,
    within_days: int = 366,
) -> date | None:
    """The first service day later than `after`; None if there is none in reach."""
    for offset in range(1, within_days + 1):
        day = after + timedelta(days=offset)
        if is_service_day(
            day,
            overrides,
            serves_weekends=serves_weekends,
            serves_holidays=serves_holidays,
        ):
            return day
    return None


def working_days_after(day: date, n: int, overrides: Overrides | None = None) -> date:
    """The n-th working day after `day`, which itself never counts.

    Review limits ("within 10 working days") run on published working days, make-up
    Saturdays and Sundays included (PRACTICE.md A25–A28). n = 0 gives `day`.
    """
    if n < 0:
        raise ValueError(f"n must not be negative, got {n}")
    while n > 0:
        day += timedelta(days=1)
        if day_kind(day, overrides).is_working_day:
            n -= 1
    return day


def month_days(year: int, month: int) -> list[date]:
    """Every day of a month, in order."""
    _, length = months.monthrange(year, month)
    return [date(year, month, number) for number in range(1, length + 1)]


def service_day_of(now: datetime, zone: tzinfo) -> date:
    """The local calendar day of an aware instant."""
    return _aware(now).astimezone(zone).date()


def cut_off_at(day: date, days_before: int, at: time, zone: tzinfo) -> datetime:
    """The instant (UTC) at which the count for `day` closes.

    `at` is local wall-clock time, `days_before` calendar days earlier.
    """
    if days_before < 0:
        raise ValueError(f"days_before must not be negative, got {days_before}")
    local = datetime.combine(day - timedelta(days=days_before), at, tzinfo=zone)
    return local.astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant without a zone is not an instant")
    return moment


# Months, ages and counts


def days_of(month: str) -> tuple[date, date]:
    """First and last day of "2026-11". Refuses `month_unreadable`."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Refusal("month_unreadable", month=month) from None
    last = months.monthrange(first.year, first.month)[1]
    return first, first.replace(day=last)


def age_on(birth: date, day: date) -> int:
    """Full years of age (周岁) on `day`.

    Someone born on 29 February completes the year on 28 February of a common
    year: a period without its corresponding day ends on the month's last day
    (Civil Code, article 202). The day itself counts.
    """
    if day < birth:
        raise ValueError(f"{day} is before the birth on {birth}")
    return day.year - birth.year - (day < birthday_in(birth, day.year))


def birthday_in(birth: date, year: int) -> date:
    """The birthday in `year`; 28 February for leap-day births in common years."""
    if (birth.month, birth.day) == (2, 29) and not months.isleap(year):
        return date(year, 2, 28)
    return birth.replace(year=year)


def births_celebrated_on(day: date) -> list[date]:
    """The dates of birth of 120 years whose birthday is `day`."""
    years = range(day.year - 120, day.year)
    births = [birthday_in(day, year) for year in years]
    if (day.month, day.day) == (2, 28) and not months.isleap(day.year):
        births += [date(year, 2, 29) for year in years if months.isleap(year)]
    return [birth for birth in births if birthday_in(birth, day.year) == day]


def weekday_median(
    counts: Mapping[date, int], day: date, weeks: int = 4
) -> float | None:
    """Median count of the last `weeks` recorded days with the weekday of `day`.

    Only days earlier than `day` count; None where nothing is recorded.
    """
    earlier: Sequence[date] = sorted(
        d for d in counts if d < day and d.weekday() == day.weekday()
    )
    if not earlier:
        return None
    return float(median(counts[d] for d in earlier[-weeks:]))


# Typed days


DAY_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
WORDS = {"today": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "明天": 1, "昨天": -1}
FULL_WIDTH = str.maketrans("０１２３４５６７８９－／．＋", "0123456789-/.+")


def parse_date(text: str) -> date:
    """A full date as people write it in China; ValueError for anything less.

    A date without a year ("11.24") is refused: guessing years loses birthdays.
    """
    plain = text.strip().translate(FULL_WIDTH)
    for form in DAY_FORMS:
        if found := form.fullmatch(plain):
            year, month, number = (int(part) for part in found.groups())
            return date(year, month, number)
    raise ValueError(f"not a full date: {text!r}")


def parse_day(text: str, *, today: date) -> date:
    """A day as typed on the command line or in the day box.

    Accepts today, tomorrow, yesterday (also 今天 明天 昨天), +2, -1 and full dates.
    """
    plain = text.strip().translate(FULL_WIDTH).lower()
    try:
        if plain in WORDS:
            return today + timedelta(days=WORDS[plain])
        if re.fullmatch(r"[+-]\d{1,3}", plain):
            return today + timedelta(days=int(plain))
    except OverflowError as error:
        raise ValueError(f"not a day: {text!r}") from error
    return parse_date(plain)


# The lunar calendar


def lunar_text(day: date) -> str:
    """The lunar date as printed beside the day: 农历十月十五."""
    lunar = _lunar(day)
    return f"农历{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}"


def lunar_month_day(day: date) -> tuple[int, int]:
    """Lunar month (negative in a leap month) and day, for lunar birthdays."""
    lunar = _lunar(day)
    return int(lunar.getMonth()), int(lunar.getDay())


def solar_term(day: date) -> str:
    """The 节气 that begins on `day` (小雪), or an empty text."""
    return str(_lunar(day).getJieQi())


def _lunar(day: date) -> Any:
    # Imported here: only menus and the day header want it.
    from lunar_python import Solar

    return Solar.fromYmd(day.year, day.month, day.day).getLunar()
