import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen.coordinates import (
    Datum,
    Point,
    PointFault,
    Projection,
    distance_metres,
    gcj02_from_wgs84,
    is_in_china,
    looks_swapped,
    parse_point,
    to_wgs84,
    wgs84_from_gcj02,
)

in_china = st.tuples(st.floats(74.0, 135.0), st.floats(18.5, 53.0))


@given(in_china)
def test_a_point_comes_back_from_gcj02_within_a_millimetre(
    place: tuple[float, float],
) -> None:
    there = gcj02_from_wgs84(*place)
    back = wgs84_from_gcj02(*there)
    assert distance_metres(Point(*place), Point(*back)) < 0.001


@given(in_china)
def test_the_shift_is_of_the_known_size(place: tuple[float, float]) -> None:
    metres = distance_metres(Point(*place), Point(*gcj02_from_wgs84(*place)))
    assert 10 < metres < 900


def test_a_known_pair_is_converted() -> None:
    # Tian'anmen as published by the open implementations, to about a metre.
    lon, lat = gcj02_from_wgs84(116.391, 39.907)
    assert (lon, lat) == pytest.approx((116.39724, 39.90840), abs=2e-5)


@pytest.mark.parametrize("place", [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9)])
def test_points_outside_china_are_untouched(place: tuple[float, float]) -> None:
    assert gcj02_from_wgs84(*place) == place
    assert wgs84_from_gcj02(*place) == place


def test_a_typed_datum_decides_what_is_stored() -> None:
    assert to_wgs84(116.39, 39.9, Datum.WGS84) == Point(116.39, 39.9)
    assert to_wgs84(116.39, 39.9, Datum.GCJ02) != Point(116.39, 39.9)


@pytest.mark.parametrize(
    "text",
    [
        "116.391,39.907",
        " 116.391, 39.907 ",
        "116.391，39.907",
        "116.391 39.907",
        "116.391;39.907",
        "（116.391，39.907）",
    ],
)
def test_a_pasted_point_is_read(text: str) -> None:
    assert parse_point(text) == (116.391, 39.907)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("39.907,116.391", "point_swapped"),  # latitude first, as many maps copy it
        ("", "point_unreadable"),
        ("116.391", "point_unreadable"),
        ("116.391,39.907,5", "point_unreadable"),
        ("east,north", "point_unreadable"),
        ("nan,39.9", "point_unreadable"),
        ("inf,39.9", "point_unreadable"),
        ("2.35,48.86", "point_outside_china"),
        ("0,0", "point_outside_china"),
        ("116391,39907", "point_outside_china"),
    ],
)
def test_what_is_no_point_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(PointFault) as fault:
        parse_point(text)
    assert fault.value.code == code


@given(in_china)
def test_a_swapped_point_is_always_seen(place: tuple[float, float]) -> None:
    lon, lat = place
    assert is_in_china(lon, lat)
    assert looks_swapped(lat, lon)
    assert not looks_swapped(lon, lat)


def test_distances_are_great_circle_metres() -> None:
    beijing, shanghai = Point(116.4074, 39.9042), Point(121.4737, 31.2304)
    assert distance_metres(beijing, shanghai) == pytest.approx(1_067_000, rel=0.002)
    assert distance_metres(beijing, beijing) == 0


@given(st.floats(-5_000, 5_000), st.floats(-5_000, 5_000))
def test_the_local_projection_comes_back_and_keeps_distances(
    x: float, y: float
) -> None:
    sketch = Projection(Point(116.4, 39.9))
    point = sketch.point(x, y)
    assert sketch.metres(point) == pytest.approx((x, y), abs=0.001)
    straight = math.hypot(x, y)
    assert distance_metres(sketch.origin, point) == pytest.approx(
        straight, rel=0.001, abs=0.01
    )


@pytest.mark.parametrize("place", [(181.0, 0.0), (0.0, 91.0), (math.nan, 0.0)])
def test_an_impossible_point_cannot_be_made(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"place|finite"):
        Point(*place)
