"""Codes and sketches: sharp, true to direction and distance, never overlapping."""

import re

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.map_sketch import DASHES, RADIUS, sketch_svg
from app.papers import MapPlace, Sketch
from app.qr import card_qr, round_qr

KITCHEN = MapPlace("厨", 120_150_000, 30_280_000)


def modules(svg: str) -> np.ndarray:
    """The drawn modules as pixels, eight for each."""
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    pixels = np.full((side, side), 255, np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        pixels[int(y), int(x) : int(x) + int(length)] = 0
    return np.kron(pixels, np.ones((8, 8), np.uint8))


@pytest.mark.parametrize("number", ["1", "120457", "0100031", "12345678901234567"])
def test_a_card_code_is_the_smallest_and_holds_the_digits(number: str) -> None:
    picture = modules(card_qr(number))
    assert picture.shape[0] == 29 * 8  # version 1 with its quiet zone
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == number


@pytest.mark.parametrize(
    "wrong",
    [
        "",  # nobody
        "12A457",  # a letter: an input method swallows it
        "12 0457",  # a blank
        "１２",  # full-width digits
        "123456789012345678",  # 18 digits do not fit the smallest code
    ],
)
def test_a_card_code_of_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="QR"):
        card_qr(wrong)


def test_a_round_has_a_code_only_at_a_public_address() -> None:
    address = "https://meals.example.org/deliveries/2026-11-24/lunch"
    drawn = round_qr(address)
    assert drawn is not None
    assert cv2.QRCodeDetector().detectAndDecode(modules(drawn))[0] == address
    assert round_qr("") is None
    assert round_qr("http://192.168.1.5:8420/deliveries/2026-11-24/lunch") is None


def rectangles(svg: str) -> list[tuple[float, float, float, float]]:
    found = re.findall(
        r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx', svg
    )
    return [tuple(map(float, numbers)) for numbers in found]  # type: ignore[misc]


@given(
    st.lists(
        st.tuples(
            st.integers(120_130_000, 120_170_000), st.integers(30_260_000, 30_300_000)
        ).filter(lambda place: place != (KITCHEN.lon_e6, KITCHEN.lat_e6)),
        min_size=2,
        max_size=24,
    )
)
def test_no_number_leaves_the_sketch(places: list[tuple[int, int]]) -> None:
    stops = tuple(MapPlace(str(i), *place) for i, place in enumerate(places, 1))
    svg = sketch_svg(Sketch(3, (KITCHEN, *stops)))
    for x, y, width, height in rectangles(svg):
        assert x >= 0
        assert y >= 0
        assert x + width <= 190
        assert y + height <= 92
    for label in {str(i) for i in range(1, len(places) + 1)}:
        assert re.search(rf">[^<]*\b{label}\b[^<]*<|–", svg)


def test_neighbours_step_aside() -> None:
    stops = tuple(
        MapPlace(str(n), 120_150_000 + 20 * n, 30_283_000 + 15 * n) for n in range(1, 9)
    )
    found = rectangles(sketch_svg(Sketch(1, (KITCHEN, *stops))))
    for i, (x, y, width, height) in enumerate(found):
        for u, v, other_width, other_height in found[i + 1 :]:
            apart_x = abs((x + width / 2) - (u + other_width / 2))
            apart_y = abs((y + height / 2) - (v + other_height / 2))
            assert (
                apart_x >= (width + other_width) / 2 - 0.3
                or apart_y >= (height + other_height) / 2 - 0.3
            )


def test_doors_of_one_building_share_a_number() -> None:
    same = [MapPlace(str(n), 120_156_000, 30_284_000) for n in (4, 5, 6)]
    svg = sketch_svg(
        Sketch(1, (KITCHEN, *same, MapPlace("7", 120_151_000, 30_281_000)))
    )
    assert ">4–6<" in svg
    assert ">7<" in svg


def test_north_is_up_and_the_scale_is_told() -> None:
    north = MapPlace("1", 120_150_000, 30_290_000)
    svg = sketch_svg(Sketch(1, (KITCHEN, north)))
    line = re.findall(r'<polyline points="([^"]+)"', svg)[0]
    (_, kitchen_y), (_, north_y) = (
        tuple(map(float, pair.split(","))) for pair in line.split()
    )
    assert north_y < kitchen_y
    assert re.search(r">\d+ m<", svg)
    metres = int(re.findall(r">(\d+) m<", svg)[0])
    bar = float(re.findall(r"v1\.5h([\d.]+)v-1\.5", svg)[0])
    drawn = (kitchen_y - north_y) / bar * metres
    assert drawn == pytest.approx(1113.2, rel=0.02)  # a hundredth of a degree


def test_rounds_are_told_apart_by_their_dashes() -> None:
    lines = {
        re.findall(r"<polyline[^>]*>", sketch_svg(_round(n)))[0] for n in range(1, 7)
    }
    assert len(lines) == len(DASHES) == 6
    assert RADIUS > 2.5


def _round(number: int) -> Sketch:
    return Sketch(number, (KITCHEN, MapPlace("1", 120_156_000, 30_284_000)))


def test_a_round_without_coordinates_has_no_sketch() -> None:
    assert sketch_svg(Sketch(1, (KITCHEN,))) == ""
