"""Places on their pages: points that roll up, areas, buildings put on the sketch."""

from collections import Counter
from typing import Any

import pytest

from app.controllers.places.points import PointRow, tree_of
from app.place_sketch import SIDE, Ground, Mark, ground_svg
from kitchen import places
from kitchen.database import Engine, writing
from kitchen.places import BuildingFacts, PointFacts
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, Cast, enter


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "places", "registry", "settings")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines in tests/kitchen."""
    return sqlite_database


# Points


def point(number: int, centre: int | None = None) -> PointFacts:
    name = f"第{number}站"
    return PointFacts(number, 1, 1, name, centre, True, "", None, None, "", 0, 0, 0)


def figures(row: PointRow) -> tuple[int, int, int]:
    return row.point.id, row.own, row.rolled_up


def test_a_centre_rolls_up_to_the_sum_of_itself_and_its_stations() -> None:
    points = [point(1), point(2, 1), point(3, 2), point(4), point(5, 9)]
    portions: Counter[int | None] = Counter({1: 10, 2: 5, 3: 2, 4: 7, 5: 1, None: 40})
    tree = tree_of(points, portions)
    assert [figures(row) for row in tree] == [(1, 10, 17), (4, 7, 7), (5, 1, 1)]
    assert [figures(row) for row in tree[0].stations] == [(2, 5, 7)]
    assert sum(row.rolled_up for row in tree) == sum(portions[n] for n in range(1, 6))


async def test_a_centre_and_its_unstaffed_station_are_set_up(manager: Client) -> None:
    cast = await enter()
    answer = await manager.submit(
        "/places/points",
        name="石桥村互助点",
        area=str(cast.community),
        centre=str(cast.chaoyang),
        seats="12",
        walk_in_cap="2",
        unload_minutes="4",
        place="120.161,30.281",
        datum="gcj02",
    )
    assert answer.status_code == 303, answer.text
    page = await manager.get("/places")
    for words in ("石桥村互助点", "无人，电话或纸单报数", "中心，带 1 个站"):
        assert words in page.text
    made = (await places.points_for(cast.kitchen))[-1]
    assert (made.staffed, made.unload_seconds) == (False, 240)
    path = f"/places/points/{made.id}"
    assert (await manager.get(path)).status_code == 200
    answer = await manager.submit(
        path,
        name="石桥村食堂",
        area=str(cast.community),
        staffed="on",
        seats="12",
        walk_in_cap="2",
        unload_minutes="4",
    )
    assert answer.status_code == 303
    assert (await places.points_for(cast.kitchen))[-1].name == "石桥村食堂"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "就餐点名称：还没有填"),
        ({"name": "朝阳就餐点"}, "已有“朝阳就餐点”"),
        ({"name": "长" * 65_536}, "最多 40 个字"),
        ({"area": "999"}, "社区：请选一项"),
        ({"centre": "999"}, "中心：只能选"),
        ({"seats": "-1"}, "座位"),
        ({"seats": "许多"}, "座位"),
        ({"unload_minutes": "999"}, "卸货时间"),
        ({"place": "30.28,120.15"}, "像是写反了"),
        ({"phone": "12"}, "读不懂"),
    ],
)
async def test_a_point_that_makes_no_sense_is_refused(
    manager: Client, wrong: dict[str, Any], sentence: str
) -> None:
    cast = await enter()
    usual: dict[str, Any] = {
        "name": "新点",
        "area": str(cast.community),
        "seats": "1",
        "walk_in_cap": "1",
        "unload_minutes": "1",
    }
    answer = await manager.submit("/places/points", **{**usual, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(await places.points_for(cast.kitchen)) == 2


async def test_point_staff_see_only_their_point_and_change_none(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    sun = await sign_in_as(
        "point_staff", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    page = await sun.get("/places")
    assert "朝阳就餐点" in page.text
    assert "新华就餐点" not in page.text
    assert (await sun.get(f"/places/points/{cast.xinhua}")).status_code == 404
    assert (await sun.submit(f"/places/points/{cast.chaoyang}")).status_code == 403


# Areas


async def test_an_area_is_added_below_another_and_renamed(manager: Client) -> None:
    cast = await enter()
    answer = await manager.submit(
        "/places/areas", name="石桥村", level="community", parent=str(cast.street)
    )
    assert answer.status_code == 303
    await manager.submit(f"/places/areas/{cast.street}", new_name="西山街道")
    page = await manager.get("/places/areas")
    assert "石桥村" in page.text
    assert "西山街道" in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "level": "city"}, "名称：还没有填"),
        ({"name": "某地", "level": "planet"}, "级别"),
        ({"name": "某村", "level": "community"}, "上级：请选一项"),
        ({"name": "某区", "level": "district", "parent": "2"}, "高一级"),
        (
            {"name": "朝阳社区", "level": "community", "parent": "2"},
            "这里已有“朝阳社区”",
        ),
    ],
)
async def test_an_area_that_makes_no_sense_is_refused(
    manager: Client, fields: dict[str, Any], sentence: str
) -> None:
    await enter()
    answer = await manager.submit("/places/areas", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text


# Buildings


async def lane(cast: Cast) -> BuildingFacts:
    found = await places.buildings_for(cast.kitchen)
    return next(building for building in found if building.compound == "无名巷")


async def beside(cast: Cast) -> int:
    """A second building of 朝阳里, whose No. 7 is placed."""
    async with writing():
        return await places.building_named(
            cast.community, "朝阳里", "9号楼", by=CHEN, now=MORNING
        )


async def test_the_register_counts_who_lives_where_and_who_is_placed(
    manager: Client,
) -> None:
    await enter()
    page = await manager.get("/places/buildings")
    for words in ("朝阳里", "无名巷", "0 / 1 位已定位", "1 栋没有定位"):
        assert words in page.text
    part = await manager.fragment("/places/buildings?waiting=1")
    assert "无名巷" in part.text
    assert "朝阳里" not in part.text
    unplaced = await manager.get("/places/unplaced")
    assert "赵秀兰" in unplaced.text
    assert "王秀英" not in unplaced.text


async def test_a_building_is_placed_by_typing(manager: Client) -> None:
    cast = await enter()
    building = await lane(cast)
    path = f"/places/buildings/{building.id}"
    answer = await manager.submit(path, place="120.151, 30.281", datum="wgs84")
    assert answer.status_code == 303
    placed = await places.building_by_id(building.id)
    assert (placed.lon_e6, placed.lat_e6) == (120_151_000, 30_281_000)
    await manager.submit(path, place="120.151, 30.281", datum="gcj02")
    shifted = await places.building_by_id(building.id)
    assert shifted.lon_e6 is not None
    assert 3_000 < 120_151_000 - shifted.lon_e6 < 7_000


async def test_a_click_on_the_sketch_fills_in_the_form_and_saves_nothing(
    manager: Client,
) -> None:
    cast = await enter()
    building = await lane(cast)
    path = f"/places/buildings/{building.id}"
    picture = await manager.get(f"{path}/sketch.svg?span=3000")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    spot: dict[str, Any] = {"spot.x": "280", "spot.y": "280"}
    answer = await manager.submit(f"{path}?span=3000", **spot)
    assert answer.status_code == 200
    # The middle of the picture is the kitchen: nothing else is known of this lane.
    assert 'value="120.150000,30.280000"' in answer.text
    assert (await places.building_by_id(building.id)).lon_e6 is None


async def test_a_place_far_from_its_compound_is_asked_about_once(
    manager: Client,
) -> None:
    cast = await enter()
    building = await beside(cast)
    path = f"/places/buildings/{building}"
    far: dict[str, Any] = {"place": "120.166,30.284", "datum": "wgs84"}
    answer = await manager.submit(path, **far)
    assert answer.status_code == 422
    assert "离小区中心有 960 米" in answer.text
    assert (await places.building_by_id(building)).lon_e6 is None
    assert (await manager.submit(path, **far, confirmed="on")).status_code == 303
    assert (await places.building_by_id(building)).lon_e6 == 120_166_000


async def test_after_saving_the_next_building_of_the_compound_follows(
    manager: Client,
) -> None:
    cast = await enter()
    nine = await beside(cast)
    seven = next(
        b for b in await places.buildings_for(cast.kitchen) if b.compound == "朝阳里"
    )
    answer = await manager.submit(
        f"/places/buildings/{seven.id}",
        place="120.156,30.284",
        datum="wgs84",
        then="next",
    )
    assert answer.headers["Location"] == f"/places/buildings/{nine}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "坐标：还没有填"),
        ("30.281,120.151", "像是写反了"),
        ("0,0", "中国境内"),
        ("120.151", "经度在前、纬度在后"),
        ("nan,nan", "经度在前、纬度在后"),
        ("1e3,1e3", "经度在前、纬度在后"),
        ("=1+1", "经度在前、纬度在后"),
        ("9" * 65_536, "最多 200 个字"),
    ],
)
async def test_coordinates_that_make_no_sense_are_refused(
    manager: Client, typed: str, sentence: str
) -> None:
    cast = await enter()
    building = await lane(cast)
    answer = await manager.submit(f"/places/buildings/{building.id}", place=typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (await places.building_by_id(building.id)).lon_e6 is None


@pytest.mark.parametrize("at", ["nan,nan", "x", "999999,999999", "120.15,30.28", ""])
async def test_the_sketch_is_drawn_whatever_it_is_asked_to_mark(
    manager: Client, at: str
) -> None:
    cast = await enter()
    building = await lane(cast)
    picture = await manager.get(
        f"/places/buildings/{building.id}/sketch.svg", params={"at": at, "span": "x"}
    )
    assert picture.status_code == 200
    assert "nan" not in picture.text


async def test_another_kitchens_building_does_not_exist(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast = await enter()
    other = await places.add_kitchen(
        name="西山中央厨房", area_id=cast.street, by=CHEN, now=MORNING
    )
    stranger = await sign_in_as("manager", kitchen_id=other)
    building = await lane(cast)
    path = f"/places/buildings/{building.id}"
    for address in (path, f"{path}/sketch.svg"):
        assert (await stranger.get(address)).status_code == 404
    answer = await stranger.submit(path, place="120.151,30.281")
    assert answer.status_code == 404
    assert (await manager.get("/places/buildings/999")).status_code == 404


# The sketch


@pytest.mark.parametrize("span", [400, 1_000, 3_000])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (280, 280), (559, 1), (100, 432)])
def test_a_pixel_and_its_place_lead_to_each_other(span: int, x: int, y: int) -> None:
    ground = Ground(120_150_000, 30_280_000, span)
    back = ground.pixel(*ground.pointed(x, y))
    assert back == pytest.approx((x, y), abs=0.5)


def test_north_is_up_and_east_is_right() -> None:
    ground = Ground(120_150_000, 30_280_000, 1_000)
    lon, lat = ground.pointed(SIDE, 0)
    assert lon > 120_150_000
    assert lat > 30_280_000


def test_a_name_on_the_sketch_stays_text() -> None:
    ground = Ground(120_150_000, 30_280_000, 1_000)
    svg = ground_svg(
        ground, [Mark("building", "<script>1</script>", 120_150_000, 30_280_000)]
    )
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg
