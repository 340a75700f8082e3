"""How many will come: proven on attendance that nobody here has made up."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks import forecast_libraries as libraries
from benchmarks.forecast import DATA, PAGE, calendar_of, places
from benchmarks.forecast_rivals import QUANTITIES, seen
from kitchen.forecast_replays import Measured, measured, replayed
from kitchen.forecasts import (
    Attendance,
    Expected,
    Outlook,
    expected_at,
    kinds_beside,
    outlook,
    suggested,
)

MONDAY = date(2026, 3, 2)


def weeks_of(counts: Sequence[int], weeks: int) -> dict[date, int]:
    return {
        MONDAY + timedelta(days=7 * week + n): count
        for week in range(weeks)
        for n, count in enumerate(counts)
    }


GAINS = {"fed": 28, "no_shows": 28, "walk_ins": 32}
"""Percent: ten are asked for; three rounds towards the median gave walk-ins 31."""


@pytest.mark.parametrize("quantity", GAINS)
def test_on_real_attendance_it_beats_the_same_weekday_mean(quantity: str) -> None:
    """Five canteens, sixty days each: a tenth better, and as sure as it says."""
    replays = []
    for past in list(places(DATA).values())[::2]:
        replays += replayed(
            {one.day: getattr(one, quantity) for one in past},
            booked={one.day: one.booked or 0 for one in past},
            kind_of=calendar_of(past),
            of_booked=quantity == "no_shows",
        )
    found = measured(replays)
    assert found.days == 360
    assert found.gain_percent >= GAINS[quantity]
    assert 85 <= found.covers_percent <= 95.5  # few walk-ins: whole numbers are wide
    if quantity == "fed":
        assert found.is_proven


def test_no_library_on_the_page_is_nearer_by_a_twentieth() -> None:
    """Else "no library" (CONTRIBUTING, Decisions) has to be decided anew."""
    errors = libraries.read(PAGE.read_text("utf-8"))
    ours, plain = errors.pop(libraries.OURS), errors.pop(libraries.PLAIN)
    assert (list(ours), len(errors)) == (list(QUANTITIES), 8)
    for what, error in ours.items():
        assert error < 0.9 * plain[what]
        assert error < 1.05 * min(row[what] for row in errors.values()), what
    whole = libraries.section({"we": ours, "they": plain}, 200)
    assert libraries.read(whole) == {"we": ours, "they": plain}


def test_libraries_see_a_day_as_the_product_does_the_evening_before() -> None:
    days = [
        {"date": f"{MONDAY + timedelta(n)}", "booked": "9", "came": f"{n}", **NOBODY}
        for n in range(20)
    ]
    table, counts = seen(days, "guests")
    spoilt, _counts = seen(
        [*days[:12], *({**d, "came": "99"} for d in days[12:])], "guests"
    )
    assert table[:13].tolist() == spoilt[:13].tolist() != spoilt[1:14].tolist()
    assert counts.tolist() == list(range(20))


NOBODY = {"walk_ins": "0"}


def test_under_four_weeks_it_is_the_median_of_the_weekday_and_knows_no_spread() -> None:
    counts = weeks_of([10, 20, 30, 40, 50], 3)
    found = outlook(counts, MONDAY + timedelta(days=22))  # a Tuesday
    assert (found.rule, found.expected, found.between()) == ("weekday", 20.0, None)
    assert outlook({}, MONDAY).rule == "none"
    assert outlook(weeks_of([10, 20, 30, 40, 50], 4), MONDAY + timedelta(28)).rule == (
        "model"
    )


def test_weekdays_are_told_apart_and_a_closed_stretch_too() -> None:
    counts = weeks_of([20, 40, 40, 40, 60], 20)
    friday = MONDAY + timedelta(days=20 * 7 + 4)
    assert outlook(counts, friday).expected == pytest.approx(60, abs=2)
    monday = friday - timedelta(days=4)
    assert outlook(counts, monday).expected == pytest.approx(20, abs=2)


def test_it_never_looks_at_the_day_itself_or_later() -> None:
    past = places(DATA)["LEON SAY M/E"]
    day = past[200].day
    counts = {one.day: one.fed for one in past}
    spoilt = {d: n if d < day else 9_999 for d, n in counts.items()}
    assert outlook(counts, day) == outlook(spoilt, day)


@given(some.lists(some.integers(0, 300), min_size=30, max_size=90), some.integers(0, 1))
def test_whatever_came_the_outlook_is_sane(counted: list[int], step: int) -> None:
    days = {MONDAY + timedelta(days=n * (step + 1)): c for n, c in enumerate(counted)}
    found = outlook(days, max(days) + timedelta(days=1))
    low, high = found.between() or (0, 0)
    assert 0 <= low <= high
    shares = [found.quantile(share / 20) or 0.0 for share in range(1, 20)]
    assert shares == sorted(shares)


def test_sorts_of_days_come_from_the_calendar() -> None:
    served = [
        MONDAY,
        MONDAY + timedelta(1),
        MONDAY + timedelta(8),
        MONDAY + timedelta(12),
    ]
    kind_of = kinds_beside(served, lambda day: day == served[3])
    assert [kind_of(day) for day in served] == ["", "before", "after", "makeup"]


def expected(
    spread: tuple[float, ...], booked: int | None, walk_ins: float
) -> Expected:
    return Expected(
        booked,
        Outlook("model", walk_ins, spread),
        Outlook("model", 2.0, spread),
        Outlook("model", 60.0, spread),
        10,
    )


SPREAD = tuple(float(n) for n in range(-9, 10))


@pytest.mark.parametrize(
    ("short", "wasted", "booked", "walk_ins", "found"),
    [
        (1_000, 1_000, 58, 5.0, (2, 0)),  # half of days: the middle, 60
        (2_000, 500, 58, 5.0, (5, 3)),  # four days of five: 66
        (500, 2_000, 58, 5.0, (0, 0)),  # one day of five: fewer than booked
        (2_000, 500, None, 5.0, (5, 0)),  # bookings unknown: walk-ins alone
    ],
)
def test_spares_weigh_one_short_against_one_wasted(
    short: int, wasted: int, booked: int | None, walk_ins: float, found: tuple[int, int]
) -> None:
    one = suggested(expected(SPREAD, booked, walk_ins), short, wasted)
    assert (one.walk_ins, one.spares) == found


def test_no_other_number_of_spares_would_have_cost_less() -> None:
    """The newsvendor's rule against trying every number, over the spread itself."""
    short, wasted, booked = 1_700, 600, 60

    def cost(portions: int) -> float:
        missing = [60 + away - portions for away in SPREAD]
        return sum(m * short if m > 0 else -m * wasted for m in missing)

    best = min(range(booked, 80), key=cost)
    one = suggested(expected(SPREAD, booked, 3.0), short, wasted)
    assert abs(booked + one.portions - best) <= 1  # n errors stand for n + 1 gaps


@pytest.mark.parametrize(
    ("found", "proven"),
    [
        (Measured(60, 8.9, 10.0, 54), True),
        (Measured(60, 9.1, 10.0, 54), False),  # less than a tenth better
        (Measured(60, 5.0, 10.0, 58), False),  # too wide to say anything
        (Measured(60, 5.0, 10.0, 50), False),  # surer than it may be
        (Measured(29, 5.0, 10.0, 26), False),  # too few days
        (Measured(0, 0.0, 0.0, 0), False),
    ],
)
def test_nothing_is_claimed_before_it_is_proven(found: Measured, proven: bool) -> None:
    assert found.is_proven is proven


def test_a_list_silent_about_bookings_still_gives_walk_ins() -> None:
    past = [
        Attendance(day, None, count, 3)
        for day, count in weeks_of([30, 32, 31, 33, 30], 8).items()
    ]
    found = expected_at(past, MONDAY + timedelta(days=56), 40)
    assert found.no_shows.rule == "none"
    assert found.walk_ins.expected == pytest.approx(3, abs=0.2)
