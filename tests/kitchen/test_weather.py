"""Bad weather: ways take longer, and nobody who eats at a table is left over."""

from typing import Any

import pytest

from kitchen import day_close, headcounts, weather
from kitchen.diets import Diet
from kitchen.errors import Refusal
from kitchen.headcounts import eaters_for
from kitchen.plans import Eater, add_exception
from kitchen.registry import NewAddress, NewElder, enrol, move_to
from kitchen.round_inputs import inputs_for
from kitchen.rounds import timetable
from kitchen.timetables import Order
from kitchen.weather import Word, fate_of, guests_for
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.test_rounds import a_morning
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day

ACT: dict[str, Any] = {"by": CHEN, "now": MORNING}
LUNCH = (TODAY, "lunch")


def word(fate: str) -> Word:
    return Word(1, fate, "", MORNING, "陈")


@pytest.mark.parametrize(
    ("way", "said", "came", "fate"),
    [
        ("dine_in", "", False, ""),  # nothing arranged: open
        ("dine_in", "escorted", False, "escorted"),
        ("dine_in", "called", False, "called"),
        ("dine_in", "delivered", False, ""),  # moved back to the table: open again
        ("dine_in", "", True, "came"),
        ("deliver", "delivered", False, "delivered"),
        ("deliver", "", False, None),  # was brought the meal anyway
        ("collect", "", False, None),
    ],
)
def test_everybody_at_a_table_has_exactly_one_fate(
    way: str, said: str, came: bool, fate: str | None
) -> None:
    eater = Eater(1, 1, "1", "李", way, 1, None, 1, "normal", "A", Diet())
    assert fate_of(eater, word(said) if said else None, came) == fate


async def code_of(act: Any) -> str:
    with pytest.raises(Refusal) as refused:
        await act
    return refused.value.code


async def begin(cast: Cast, percent: int = 150, minutes: int = 20) -> None:
    await weather.begin(cast.kitchen, TODAY, percent, minutes, "台风", **ACT)


async def settle(cast: Cast, elders: set[int], fate: str, who: str = "小何") -> None:
    await weather.settle(cast.kitchen, *LUNCH, elders, fate, who, **ACT)


@pytest.mark.parametrize(
    ("percent", "minutes", "reason", "code"),
    [
        (99, 0, "台风", "weather_out_of_range"),  # faster in a storm
        (301, 0, "台风", "weather_out_of_range"),
        (130, 181, "台风", "weather_out_of_range"),
        (130, -1, "台风", "weather_out_of_range"),
        (130, 30, " ", "reason_missing"),
    ],
)
async def test_weather_that_cannot_be_is_refused(
    database: object, percent: int, minutes: int, reason: str, code: str
) -> None:
    cast = await enter()
    act = weather.begin(cast.kitchen, TODAY, percent, minutes, reason, **ACT)
    assert await code_of(act) == code


async def test_ways_take_longer_and_doors_may_be_reached_later(
    database: object,
) -> None:
    cast = await a_morning(bikes=1)
    plain = await inputs_for(cast.kitchen, *LUNCH)
    await begin(cast)
    await begin(cast)  # said twice
    rough = await inputs_for(cast.kitchen, *LUNCH)
    assert rough.service.serve_to_minutes == plain.service.serve_to_minutes + 20
    bike = next(d.id for d in plain.drivers if not d.carries_bulk)
    keys = tuple(d.key for d in plain.drops if d.is_placed and not d.is_point)
    calm, slow = (
        timetable(inputs, [Order(1, bike, keys)]).rounds[1] for inputs in (plain, rough)
    )
    drive = [
        sum(span.seconds for span in one.spans if span.kind == "drive")
        for one in (calm, slow)
    ]
    # A speed is a whole percentage (66 of 100), so the way is 1.515 of the usual.
    assert drive[1] == pytest.approx(drive[0] * 100 / 66, abs=len(keys) + 2)
    await weather.end(cast.kitchen, TODAY, **ACT)
    assert (await inputs_for(cast.kitchen, *LUNCH)).slower_percent == 100
    assert await weather.last_figures(cast.kitchen) == (150, 20)


async def neighbour(cast: Cast) -> int:
    return await enrol(
        NewElder(
            name="孙桂芳",
            sex="female",
            birth_date=TODAY.replace(year=1940),
            point_id=cast.chaoyang,
            self_care="partly",
            address=NewAddress(cast.community, "朝阳里", "7号楼", door="101"),
        ),
        kitchen_id=cast.kitchen,
        **ACT,
    )


async def test_nobody_at_a_table_is_left_over_before_or_after_the_count(
    database: object,
) -> None:
    cast = await enter()
    sun = await neighbour(cast)
    await add_exception(
        elder_id=sun,
        meal="lunch",
        kind="book",
        from_day=TODAY,
        to_day=TODAY,
        way="dine_in",
        point_id=cast.chaoyang,
        portions=1,
        reason="来电",
        **ACT,
    )
    assert await guests_for(cast.kitchen, *LUNCH) == []  # a day like any other
    assert await code_of(settle(cast, {sun}, "called")) == "weather_off"
    await begin(cast)
    opened = await guests_for(cast.kitchen, *LUNCH)
    assert [(g.name, g.frail, g.fate) for g in opened] == [
        ("孙桂芳", True, ""),  # the frail first
        ("李德福", False, ""),
    ]
    assert await code_of(settle(cast, {sun}, "escorted", "")) == "escort_without_name"
    assert await code_of(settle(cast, {cast.wang}, "called")) == "weather_unknown_guest"
    assert await code_of(settle(cast, set(), "called")) == "nobody_chosen"
    assert await code_of(settle(cast, {cast.li}, "delivered")) == "weather_no_address"
    await settle(cast, {cast.li}, "escorted")
    await headcounts.close_headcount(cast.kitchen, *LUNCH, spares=[], **ACT)
    await settle(cast, {sun}, "delivered", "")
    assert await weather.open_guests(cast.kitchen, *LUNCH) == []
    inputs = await inputs_for(cast.kitchen, *LUNCH)
    door = next(drop for drop in inputs.drops if drop.elder_id == sun)
    assert door.is_placed  # her address is found though the count has none
    eater = next(e for e in await eaters_for(cast.kitchen, *LUNCH) if e.elder_id == sun)
    await headcounts.move_late(
        eater.diner_id,
        "dine_in",
        cast.chaoyang,
        reason="雨停",
        source="telephone",
        **ACT,
    )
    assert [g.elder_id for g in await weather.open_guests(cast.kitchen, *LUNCH)] == [
        sun
    ]


async def test_before_the_count_the_plan_of_the_day_is_changed(
    database: object,
) -> None:
    cast = await enter()
    address = NewAddress(cast.community, "朝阳里", "7号楼", door="101")
    await move_to(cast.li, address, TODAY, **ACT)
    await begin(cast)
    for _ in range(2):  # half a list sent again
        await settle(cast, {cast.li}, "delivered", "")
    ways = {e.elder_id: e.way for e in await eaters_for(cast.kitchen, *LUNCH)}
    assert ways[cast.li] == "deliver"


async def test_the_day_is_not_closed_while_somebody_is_left_over(
    database: object,
) -> None:
    cast = await remembered(lived_day)
    await begin(cast)
    [li] = await guests_for(cast.kitchen, *WHEN)
    assert li.fate == "came"  # he is at the table already
    sun = await neighbour(cast)
    await headcounts.add_late(
        sun,
        *WHEN,
        way="dine_in",
        point_id=cast.chaoyang,
        source="telephone",
        reason="来电",
        by=CHEN,
        now=MORNING,
    )
    close = {"by": CHEN, "now": at(8)}
    assert await code_of(day_close.close_day(cast.kitchen, *WHEN, **close)) == (
        "weather_open"
    )
    await settle(cast, {sun}, "called", "在家吃过了")
    assert await code_of(day_close.close_day(cast.kitchen, *WHEN, **close)) == (
        "differences_open"  # her portion: the weather holds nothing up any more
    )
