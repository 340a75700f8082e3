"""Areas, points, buildings and single days of a kitchen."""

from datetime import date

import pytest

from kitchen import places
from kitchen.database import Engine
from kitchen.errors import Refusal
from tests.kitchen.cast import CHEN, MORNING, TODAY, enter


async def test_the_tree_reads_from_the_top(database: Engine) -> None:
    cast = await enter()
    paths = {area.id: area.path for area in await places.areas()}
    assert paths[cast.community] == "云和市 / 东山街道 / 朝阳社区"
    below = await places.area_and_below(cast.street)
    assert below == {cast.street, cast.community}
    await places.rename_area(cast.street, "西山街道", by=CHEN, now=MORNING)
    paths = {area.id: area.path for area in await places.areas()}
    assert paths[cast.community] == "云和市 / 西山街道 / 朝阳社区"


async def test_a_building_is_placed_once_for_everyone_in_it(database: Engine) -> None:
    cast = await enter()
    lane = next(
        b for b in await places.buildings_for(cast.kitchen) if b.compound == "无名巷"
    )
    assert (lane.residents, lane.lon_e6) == (1, None)
    await places.place_building(lane.id, 120_151_000, 30_281_000, by=CHEN, now=MORNING)
    placed = await places.building_by_id(lane.id)
    assert (placed.lon_e6, placed.lat_e6) == (120_151_000, 30_281_000)


async def test_what_does_not_exist_is_refused(database: Engine) -> None:
    with pytest.raises(Refusal, match="building_unknown"):
        await places.building_by_id(99)
    with pytest.raises(Refusal, match="building_unknown"):
        await places.place_building(99, 1, 1, by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match="kitchen_unknown"):
        await places.kitchen_by_id(99)
    with pytest.raises(Refusal, match="area_level_unknown"):
        await places.add_area("某省", "province", None, by=CHEN, now=MORNING)


async def test_the_operators_word_on_a_day_is_the_last(database: Engine) -> None:
    cast = await enter()
    sunday = date(2026, 11, 29)
    assert await places.serves_on(cast.kitchen, TODAY)
    assert not await places.serves_on(cast.kitchen, sunday)
    for served, note in ((True, "加供"), (False, "又不供了"), (True, "还是供")):
        await places.override_day(
            cast.kitchen, sunday, served, note, by=CHEN, now=MORNING
        )
    assert await places.serves_on(cast.kitchen, sunday)
    notes = await places.override_notes(cast.kitchen)
    assert [(n.day, n.served, n.note) for n in notes] == [(sunday, True, "还是供")]
    await places.clear_override(cast.kitchen, sunday, by=CHEN, now=MORNING)
    assert not await places.serves_on(cast.kitchen, sunday)
