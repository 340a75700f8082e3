"""Who came: counted at the close of a day, brought in from lists, taken back."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import attendance, day_close
from kitchen.attendance import (
    DOORS,
    Costs,
    costs_for,
    ground_for,
    hints,
    past_of,
    proposed,
    set_costs,
)
from kitchen.attendance_lists import bring_in, preview, runs_for, take_back
from kitchen.database import rows
from kitchen.errors import Refusal
from kitchen.forecasts import Attendance
from kitchen.sheets import Grid, csv_bytes, read_grid
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day

HEADERS = ["日期", "就餐点", "餐次", "订餐", "到场", "散客"]


def a_list(*lines: list[str]) -> Grid:
    return read_grid(csv_bytes([HEADERS, *lines]))


def weeks(number: int, booked: int = 50, walk_ins: int = 4) -> Grid:
    days = [TODAY - timedelta(days=n) for n in range(1, 7 * number)]
    workdays = [day for day in reversed(days) if day.weekday() < 5]
    return a_list(
        *(
            [
                f"{day}",
                "朝阳就餐点",
                "午餐",
                str(booked),
                str(booked - 2),
                f"{walk_ins}",
            ]
            for day in workdays
        )
    )


async def bring(cast: Cast, grid: Grid, act: uuid.UUID | None = None) -> int:
    given: dict[str, Any] = {"file_name": "到餐.csv", "digest": "d", "today": TODAY}
    act = act or uuid.uuid4()
    return await bring_in(grid, cast.kitchen, act=act, by=CHEN, now=MORNING, **given)


async def test_a_closed_day_writes_what_its_count_and_till_say(
    database: object,
) -> None:
    cast = await remembered(lived_day)
    assert await past_of(cast.kitchen, "lunch", TODAY + timedelta(days=1)) == {}
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    found = await past_of(cast.kitchen, "lunch", TODAY + timedelta(days=1))
    served = await rows(
        "SELECT point, COUNT(*) AS n FROM meal WHERE point IS NOT NULL AND id NOT IN"
        " (SELECT served FROM meal_void) GROUP BY point"
    )
    sent = await rows(
        "SELECT COUNT(*) AS n FROM meal WHERE channel = 'door' AND id NOT IN"
        " (SELECT served FROM meal_void)"
    )
    assert {point: days[0].fed for point, days in found.items() if days[0].fed} == {
        **{row["point"]: row["n"] for row in served},
        DOORS: sent[0]["n"],
    }
    booked = await rows(
        "SELECT SUM(portions) AS n FROM diner WHERE way = 'deliver' AND NOT added"
    )
    assert found[DOORS][0].booked == booked[0]["n"]
    assert found[cast.chaoyang][0].booked == 1  # 李德福


async def test_a_list_is_entered_once_and_taken_back_whole(database: object) -> None:
    cast = await enter()
    act = uuid.uuid4()
    n = await bring(cast, weeks(6), act)
    assert await bring(cast, weeks(6), act) == n  # the same act
    with pytest.raises(Refusal, match="nothing_to_import"):
        await bring(cast, weeks(6))  # all of it is known
    past = await past_of(cast.kitchen, "lunch", TODAY)
    assert past[cast.chaoyang][-1] == Attendance(TODAY - timedelta(1), 50, 48, 4)
    assert len(past[cast.chaoyang]) == n
    found = hints(await ground_for(cast.kitchen, TODAY, "lunch"), {cast.chaoyang: 50})
    assert found[cast.chaoyang].expected.rule == "model"
    assert found[cast.chaoyang].expected.fed.expected == pytest.approx(52, abs=1)
    (run,) = await runs_for(cast.kitchen)
    for _ in range(2):  # twice is harmless
        await take_back(run.id, kitchen_ids={cast.kitchen}, by=CHEN, now=MORNING)
    assert await past_of(cast.kitchen, "lunch", TODAY) == {}
    (run,) = await runs_for(cast.kitchen)
    assert (run.rows_good, run.undone_by) == (n, CHEN.name)
    assert await bring(cast, weeks(6)) == n  # and may come again
    with pytest.raises(Refusal, match="import_unknown"):
        await take_back(run.id, kitchen_ids={cast.kitchen + 1}, by=CHEN, now=MORNING)


async def test_meals_sent_to_doors_are_forecast_from_their_own_days(
    database: object,
) -> None:
    cast = await enter()
    grid = a_list(
        *(
            [f"{TODAY - timedelta(days=n)}", "送餐到家", "午餐", "20", "19", "3"]
            for n in range(42, 0, -1)
            if (TODAY - timedelta(days=n)).weekday() < 5
        )
    )
    n = await bring(cast, grid)
    past = await past_of(cast.kitchen, "lunch", TODAY)
    assert list(past) == [DOORS]
    assert len(past[DOORS]) == n
    found = hints(await ground_for(cast.kitchen, TODAY, "lunch"), {DOORS: 20})
    assert found[DOORS].expected.fed.expected == pytest.approx(22, abs=1)
    assert found[DOORS].expected.no_shows.expected == pytest.approx(1, abs=0.5)
    assert proposed(found, {}) == [(DOORS, "spare", 2)]  # they ride on the rounds
    with pytest.raises(Refusal, match="nothing_to_import"):
        await bring(cast, grid)
    (run,) = await runs_for(cast.kitchen)
    await take_back(run.id, kitchen_ids={cast.kitchen}, by=CHEN, now=MORNING)
    assert await past_of(cast.kitchen, "lunch", TODAY) == {}


async def test_the_products_own_count_goes_before_a_list(
    database: object,
) -> None:
    cast = await remembered(lived_day)
    day = TODAY
    listed = a_list([f"{day}", "朝阳就餐点", "午餐", "9", "9", "9"])
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    read = await preview(listed, cast.kitchen, day + timedelta(days=1))
    assert [(row.verdict, row.was) for row in read.rows] == [("same", "own")]


DAY = f"{TODAY - timedelta(days=3)}"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["", "朝阳就餐点", "午餐", "5", "5", "0"], "cell_missing"),
        (["3月2日", "朝阳就餐点", "午餐", "5", "5", "0"], "date_unreadable"),
        ([f"{TODAY}", "朝阳就餐点", "午餐", "5", "5", "0"], "date_future"),
        ([DAY, "朝阳", "午餐", "5", "5", "0"], "point_unknown"),
        ([DAY, "朝阳就餐点", "夜宵", "5", "5", "0"], "word_unknown"),
        ([DAY, "朝阳就餐点", "午餐", "5", "", "0"], "cell_missing"),
        ([DAY, "朝阳就餐点", "午餐", "5", "五", "0"], "number_unreadable"),
        ([DAY, "朝阳就餐点", "午餐", "-5", "5", "0"], "number_unreadable"),
        ([DAY, "朝阳就餐点", "午餐", "5", "5.5", "0"], "number_unreadable"),
        ([DAY, "朝阳就餐点", "午餐", "5", "9", "0"], "came_above_booked"),
        ([DAY, "朝阳就餐点", "午餐", "5", "5", "9" * 300], "cell_too_long"),
    ],
)
async def test_a_wrong_row_is_told_by_its_cell(
    database: object, line: list[str], code: str
) -> None:
    cast = await enter()
    good = [f"{TODAY - timedelta(days=4)}", "朝阳就餐点", "午餐", "５", "5", ""]
    read = await preview(a_list(good, line, good), cast.kitchen, TODAY)
    assert [row.verdict for row in read.rows] == ["ok", "refused", "refused"]
    assert read.rows[1].faults[0][1].code == code
    assert read.rows[2].faults[0][1].code == "listed_twice"
    assert await bring(cast, a_list(good, line)) == 1


async def test_costs_hold_from_their_row_on(database: object) -> None:
    cast = await enter()
    assert await costs_for(cast.kitchen, "lunch") == Costs()
    for _ in range(2):
        await set_costs(
            cast.kitchen, "lunch", Costs(3_000, 1_000), by=CHEN, now=MORNING
        )
    assert (await costs_for(cast.kitchen, "lunch")).enough_percent == 75
    assert await costs_for(cast.kitchen, "dinner") == Costs()
    assert len(await rows("SELECT id FROM spare_cost")) == 1
    with pytest.raises(Refusal, match="spare_costs"):
        await set_costs(cast.kitchen, "lunch", Costs(0, 5), by=CHEN, now=MORNING)


async def test_a_make_up_saturday_is_told_by_the_kitchens_calendar(
    database: object,
) -> None:
    cast = await enter()
    kind_of = await attendance.kinds_for(cast.kitchen, TODAY)
    assert kind_of(date(2026, 10, 10)) == "makeup"  # for the National Day week
    assert kind_of(date(2026, 10, 8)) == "after"
    assert kind_of(date(2026, 9, 30)) == "before"
