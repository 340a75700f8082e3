"""What was thrown away is weighed, dish by dish; plates are a sample."""

import json

import pytest

from app import verifying
from kitchen import day_close, wastes
from kitchen.database import insert, one, writing
from kitchen.errors import Refusal
from kitchen.food import dish_by_id
from kitchen.leftovers import leftovers_for
from kitchen.production import void_production
from kitchen.wastes import WasteFacts, WasteLine, waste_lines, waste_of, wastes_for
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.test_production import NOON, batch, cooking
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day


def weighing(why: str, grams: int, plates: int | None = None) -> WasteFacts:
    where = (1, TODAY, "lunch", 7, "白米饭")
    return WasteFacts(*where, why, grams, plates, MORNING, "陈")


def test_plates_are_an_average_and_the_rest_a_sum() -> None:
    found = [weighing("left", 900), weighing("left", 100), weighing("spoilt", 50)]
    rice = waste_of(found)[7]
    assert rice.kitchen_grams == 1050
    assert rice.plates_grams(200) is None  # nobody weighed a plate
    more = [*found, weighing("plates", 300, 10), weighing("plates", 500, 10)]
    rice = waste_of(more)[7]
    assert (rice.per_plate_grams, rice.plates_grams(200)) == (40.0, 8000)
    assert rice.kitchen_grams == 1050


async def weigh(cast: Cast, dish: int, *given: object) -> int:
    return await wastes.record_waste(
        cast.kitchen, TODAY, "lunch", dish, *given, by=CHEN, now=NOON
    )


async def test_a_weighing_stands_until_it_is_taken_back(database: object) -> None:
    cast = await enter()
    rice = (await cooking(cast))["白米饭"]
    first = await weigh(cast, rice, "left", 900)
    await weigh(cast, rice, "plates", 400, 20)
    found = await wastes_for(cast.kitchen, TODAY, "lunch")
    assert [(one.why, one.grams, one.plates) for one in found] == [
        ("left", 900, None),
        ("plates", 400, 20),
    ]
    await void_production("waste", first, "称的是别的菜", by=CHEN, now=NOON)
    left = await wastes_for(cast.kitchen, TODAY, "lunch")
    assert [one.why for one in left] == ["plates"]
    assert await wastes_for(cast.kitchen, TODAY, "dinner") == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("left", 0), "waste_weight"),
        (("left", 500_001), "waste_weight"),
        (("plates", 100), "plates_missing"),
    ],
)
async def test_an_impossible_weight_is_refused(
    database: object, given: tuple[object, ...], code: str
) -> None:
    cast = await enter()
    rice = (await cooking(cast))["白米饭"]
    with pytest.raises(Refusal, match=code):
        await weigh(cast, rice, *given)


async def test_what_nobody_got_is_told_by_reason(database: object) -> None:
    cast = await remembered(lived_day)
    found = await leftovers_for(cast.kitchen, TODAY, "lunch")
    ((reason, place, fate),) = found
    assert (reason, fate) == ("赵秀兰去医院了", "returned")
    assert place.startswith("round:")
    assert list(found.values()) == [1]


async def test_what_was_weighed_stands_in_the_balance_beside_what_was_cooked(
    database: object,
) -> None:
    cast = await enter()
    rice = (await cooking(cast))["白米饭"]
    await batch(cast, rice)
    assert await waste_lines(cast.kitchen, TODAY, "lunch") == []
    await weigh(cast, rice, "left", 900)
    await weigh(cast, rice, "plates", 400, 20)
    (line,) = await waste_lines(cast.kitchen, TODAY, "lunch")
    portion = (await dish_by_id(rice)).cooked_grams
    assert line.plates_grams == 20 * line.cooked_portions
    assert line.grams == 900 + 20 * line.cooked_portions
    assert line.portions == pytest.approx(line.grams / portion)
    assert line.portions is not None
    assert line.percent == pytest.approx(100 * line.portions / line.cooked_portions)


async def test_a_close_signs_what_was_weighed(database: object) -> None:
    cast = await remembered(lived_day)
    row = await one("SELECT MIN(id) AS id FROM dish")
    assert row is not None
    dish = int(row["id"])
    await weigh(cast, dish, "left", 900)
    await weigh(cast, dish, "plates", 400, 20)
    await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    signed = await one("SELECT summary FROM day_close")
    assert signed is not None
    assert json.loads(signed["summary"])[f"weighed:{dish}"] == 1300
    with pytest.raises(Refusal, match="day_closed"):
        await weigh(cast, dish, "left", 100)
    assert {check.code: check.fault for check in await verifying.verify_all()}[
        "days"
    ] == ""
    async with writing():  # past the verb, as somebody with the file could
        where = {"kitchen": cast.kitchen, "day": TODAY, "meal": "lunch", "dish": dish}
        what = {"why": "left", "grams": 50, "plates": None, "at": NOON, "by": "?"}
        await insert(wastes.Waste, **where, **what)
    found = {check.code: check.fault for check in await verifying.verify_all()}
    assert "数字和关账时不一样" in found["days"]


def test_without_a_weight_or_a_pot_nothing_is_made_up() -> None:
    line = WasteLine(7, "白米饭", 0, 180, 900, None)
    assert (line.portions, line.percent) == (5.0, None)
    assert WasteLine(7, "白米饭", 9, 0, 900, None).portions is None
