"""Filters and the frame: money, clocks, days; a page of the day can be stepped."""

import datetime as dt

import pytest

from app.assets import read_assets
from app.days import lunar_words, meal_in, next_meal, stepped
from app.rendering import device_words, environment, masked, minutes, yuan
from tests.app.client import SignInAs

TUESDAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (500, "5.00 元"),
        (5, "0.05 元"),
        (0, "0.00 元"),
        (-350, "-3.50 元"),
        (123_456_789, "1,234,567.89 元"),
        (None, "—"),
    ],
)
def test_money_is_shown_in_yuan_with_two_decimals(fen: int | None, shown: str) -> None:
    assert yuan(fen) == shown


@pytest.mark.parametrize(
    ("clock", "meal"),
    [("07:00", "lunch"), ("14:29", "lunch"), ("14:30", "dinner"), ("23:00", "dinner")],
)
def test_a_page_opens_at_the_meal_that_comes_next(clock: str, meal: str) -> None:
    now = dt.datetime.combine(TUESDAY, dt.time.fromisoformat(clock))
    assert next_meal(now, ("lunch", "dinner")) == (TUESDAY, meal)


def test_an_address_is_stepped_where_the_day_stands() -> None:
    params = {"day": TUESDAY, "meal": "lunch", "point": 3}
    path = "/dining/2026-11-24/lunch/3"
    day_after = TUESDAY + dt.timedelta(days=1)
    assert stepped(path, params, day_after, "lunch") == "/dining/2026-11-25/lunch/3"
    assert stepped(path, params, TUESDAY, "dinner") == "/dining/2026-11-24/dinner/3"


def test_a_meal_that_is_none_is_a_lost_page() -> None:
    with pytest.raises(Exception, match="Not Found"):
        meal_in("brunch")


def test_the_lunar_day_is_named() -> None:
    assert lunar_words(TUESDAY) == "农历十月十六"
    assert lunar_words(dt.date(2026, 11, 22)) == "农历十月十四 · 小雪"


def test_small_filters() -> None:
    assert masked("13800138000") == "···· 8000"
    assert minutes(9 * 60 + 5) == "09:05"
    chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156 Safari/537"
    assert device_words(chrome) == "Chrome · Linux"
    assert device_words("") == "未知设备"


def test_a_name_that_was_not_passed_is_an_error() -> None:
    template = environment(read_assets()).from_string("{{ nobody_passed_this }}")
    with pytest.raises(Exception, match="nobody_passed_this"):
        template.render()


def test_text_is_escaped_wherever_it_comes_from() -> None:
    env = environment(read_assets())
    evil = "<button hx-post=/sign-out>"
    for source in (
        "{{ evil }}",
        "{{ tag(evil) }}",
        "{{ notice_box('ok', evil, evil, [evil]) }}",
        "{{ _('已保存 {name}', name=evil) }}",
    ):
        assert evil not in env.from_string(source).render(evil=evil)


async def test_the_driver_sees_only_a_drivers_areas(
    sign_in_as: SignInAs,
) -> None:
    driver = await sign_in_as("driver", "赵师傅")
    page = (await driver.get("/account")).text
    assert 'data-density="touch"' in page
    for word in (">结算<", ">员工<", ">设置<"):
        assert word not in page
