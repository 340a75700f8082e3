from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.calendar import (
    Kind,
    age_on,
    birthday_in,
    births_celebrated_on,
    cut_off_at,
    day_kind,
    is_service_day,
    lunar_month_day,
    lunar_text,
    month_days,
    next_service_day,
    parse_date,
    parse_day,
    service_day_of,
    solar_term,
    weekday_median,
    working_days_after,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)


def serves(day: date, overrides: dict[date, bool] | None = None) -> bool:
    return is_service_day(
        day, overrides or {}, serves_weekends=False, serves_holidays=False
    )


@given(st.dates(date(1910, 1, 1), date(2025, 12, 31)), st.integers(0, 730))
def test_a_birthday_is_celebrated_on_its_day_only(birth: date, later: int) -> None:
    day = date(2027, 1, 1) + timedelta(days=later)  # the year after is a leap year
    is_today = birthday_in(birth, day.year) == day
    assert (birth in births_celebrated_on(day)) == is_today


def test_leap_day_births_are_celebrated_once_a_year() -> None:
    born = date(1940, 2, 29)
    days = [date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29)]
    found = [born in births_celebrated_on(day) for day in days]
    assert found == [True, False, True]


def test_every_day_of_2007_to_2026_agrees_with_the_oracle() -> None:
    oracle = holidays.country_holidays("CN", years=range(2007, 2027))
    day = date(2007, 1, 1)
    differing = []
    while day.year < 2027:
        if day_kind(day).is_working_day != oracle.is_working_day(day):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 11, 24), Kind.WORKDAY, ""),
        (date(2026, 11, 28), Kind.WEEKEND, ""),
        (date(2026, 10, 1), Kind.HOLIDAY, "国庆节"),
        (date(2026, 10, 3), Kind.HOLIDAY, "国庆节"),  # a Saturday of the holiday
        (date(2026, 10, 10), Kind.MAKEUP_WORKDAY, ""),  # a working Saturday
    ],
)
def test_a_day_of_a_published_year_has_its_kind(
    day: date, kind: Kind, name: str
) -> None:
    found = day_kind(day)
    assert (found.kind, found.name, found.is_known) == (kind, name, True)


def test_a_year_not_yet_published_is_unknown_and_assumes_free_weekends() -> None:
    monday, saturday = day_kind(date(2027, 1, 4)), day_kind(date(2027, 1, 2))
    assert (monday.kind, monday.is_known) == (Kind.WORKDAY, False)
    assert (saturday.kind, saturday.is_known) == (Kind.WEEKEND, False)


@pytest.mark.parametrize(
    ("day", "works", "kind"),
    [
        (date(2027, 2, 8), False, Kind.HOLIDAY),  # a Monday declared free
        (date(2027, 2, 6), True, Kind.MAKEUP_WORKDAY),  # a Saturday declared working
        (date(2026, 10, 1), True, Kind.WORKDAY),  # a holiday worked through
        (date(2026, 10, 1), False, Kind.HOLIDAY),
    ],
)
def test_the_operators_word_is_the_last(day: date, works: bool, kind: Kind) -> None:
    found = day_kind(day, {day: works})
    assert (found.kind, found.is_known, found.is_overridden) == (kind, True, True)


def test_a_makeup_saturday_is_an_ordinary_serving_day() -> None:
    assert serves(date(2026, 10, 10))
    assert not serves(date(2026, 10, 17))


def test_a_kitchen_may_serve_on_weekends_and_holidays() -> None:
    assert is_service_day(
        date(2026, 11, 28), {}, serves_weekends=True, serves_holidays=False
    )
    assert is_service_day(
        date(2026, 10, 1), {}, serves_weekends=False, serves_holidays=True
    )
    assert not is_service_day(
        date(2026, 10, 1),
        {date(2026, 10, 1): False},
        serves_weekends=True,
        serves_holidays=True,
    )


def test_the_next_service_day_skips_the_holiday() -> None:
    found = next_service_day(
        date(2026, 9, 30), {}, serves_weekends=False, serves_holidays=False
    )
    assert found == date(2026, 10, 8)


def test_a_kitchen_that_never_serves_has_no_next_day() -> None:
    closed = {TODAY + timedelta(days=n): False for n in range(1, 20)}
    assert (
        next_service_day(
            TODAY, closed, serves_weekends=True, serves_holidays=True, within_days=19
        )
        is None
    )


def test_working_days_count_makeup_days_and_skip_holidays() -> None:
    # 1–7 October are free; 8, 9 and Saturday the 10th are worked.
    assert working_days_after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert working_days_after(date(2026, 9, 30), 10) == date(2026, 10, 20)
    assert working_days_after(TODAY, 0) == TODAY


@given(st.dates(date(2007, 1, 1), date(2025, 1, 1)), st.integers(1, 20))
def test_the_nth_working_day_has_n_working_days_up_to_it(day: date, n: int) -> None:
    end = working_days_after(day, n)
    between = [day + timedelta(days=k) for k in range(1, (end - day).days + 1)]
    assert sum(day_kind(d).is_working_day for d in between) == n
    assert day_kind(end).is_working_day


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1946, 11, 24), date(2026, 11, 23), 79),
        (date(1946, 11, 24), date(2026, 11, 24), 80),
        (date(1944, 2, 29), date(2026, 2, 27), 81),
        (date(1944, 2, 29), date(2026, 2, 28), 82),  # common year: the month's end
        (date(1944, 2, 29), date(2028, 2, 28), 83),  # leap year: not before the 29th
        (date(1944, 2, 29), date(2028, 2, 29), 84),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
    ],
)
def test_full_years_of_age_on_a_day(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2026, 11, 25), TODAY)


def test_the_median_is_of_the_same_weekday_before_the_day() -> None:
    counts = {date(2026, 11, 24) - timedelta(weeks=n): n * 10 for n in range(7)}
    counts[date(2026, 11, 23)] = 999  # a Monday
    assert weekday_median(counts, TODAY) == 25  # of 10, 20, 30, 40
    assert weekday_median({}, TODAY) is None


def test_the_cut_off_is_local_time_of_an_earlier_day() -> None:
    assert cut_off_at(TODAY, 1, time(16, 30), SHANGHAI) == datetime(
        2026, 11, 23, 8, 30, tzinfo=UTC
    )
    assert cut_off_at(TODAY, 0, time(9), SHANGHAI).tzinfo is UTC


def test_the_service_day_is_the_local_day() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert service_day_of(late, SHANGHAI) == TODAY
    with pytest.raises(ValueError, match="zone"):
        service_day_of(datetime(2026, 11, 23), SHANGHAI)  # noqa: DTZ001 — the fault


def test_a_month_has_all_its_days() -> None:
    days = month_days(2028, 2)
    assert (len(days), days[0], days[-1]) == (29, date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026/11/24",
        "2026年11月24日",
        " 2026 年 11 月 24 日 ",
        "2026.11.24",
        "20261124",
        "２０２６－１１－２４",
        "today",
        "今天",
        "+0",
    ],
)
def test_a_day_is_read_in_the_usual_forms(text: str) -> None:
    assert parse_day(text, today=TODAY) == TODAY


def test_relative_days_are_read() -> None:
    assert parse_day("tomorrow", today=TODAY) == TODAY + timedelta(days=1)
    assert parse_day("+2", today=TODAY) == TODAY + timedelta(days=2)
    assert parse_day("-1", today=TODAY) == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11.24",  # no year: a guess would lose birthdays
        "11-24",
        "24/11/2026",
        "2026-13-01",
        "2026-02-30",
        "0000-01-01",
        "26-11-24",
        "下周三",
        "+9999999",
        "2026-11-24 10:00",
        "=TODAY()",
        "٢٠٢٦-١١-٢٤x",
    ],
)
def test_anything_less_than_a_full_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(text, today=TODAY)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_written_dates_are_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day


def test_lunar_dates_and_solar_terms_are_those_of_the_almanac() -> None:
    assert lunar_text(date(2026, 11, 24)) == "农历十月十六"
    assert lunar_month_day(date(2026, 2, 17)) == (1, 1)  # Spring Festival
    assert lunar_month_day(date(2025, 7, 25)) == (-6, 1)  # a leap sixth month
    assert solar_term(date(2026, 11, 22)) == "小雪"
    assert solar_term(TODAY) == ""
