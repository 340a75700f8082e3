"""Points on the ground: which datum they are in and how far apart they lie.

Pure. Everything stored is WGS-84, (lon, lat) in degrees. Chinese phone maps speak
GCJ-02, which lies 22–699 m away inside the mainland, so points are converted at
the edge and the operator's system is remembered beside the point.

The GCJ-02 formula has never been published; the one here is the one every open
implementation shares. Its inverse has no closed form and is found by iteration.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, fabs, isfinite, pi, radians, sin, sqrt

EARTH_RADIUS_METRES = 6_371_008.8
KRASOVSKY_RADIUS_METRES = 6_378_245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
INVERSE_ITERATIONS = 3
# Box in which the shift applies, as in every implementation of GCJ-02.
CHINA_LON = (72.004, 137.8347)
CHINA_LAT = (0.8293, 55.8271)


class Datum(StrEnum):
    """The coordinate system an operator entered a point in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True)
class Point:
    """A WGS-84 point in degrees."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lon) and isfinite(self.lat)):
            raise ValueError("a point needs finite coordinates")
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"no such place: {self.lon}, {self.lat}")


class PointFault(ValueError):
    """Why a typed point is no point. `code`, as in `kitchen.identity.Fault`."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(f"{code}: {value}")
        self.code = code
        self.value = value


# Reading what people type


def parse_point(text: str) -> tuple[float, float]:
    """ "lon,lat" as typed or pasted from a map, in the order written.

    Accepts a comma (half or full width), semicolon or blanks between, brackets
    around. Raises PointFault: `point_unreadable`, `point_swapped`,
    `point_outside_china`.
    """
    plain = text.strip().translate(str.maketrans("，；（）", ",;()")).strip("()[] ")
    parts = [part for part in re.split(r"[,;\s]+", plain) if part]
    if len(parts) != 2:
        raise PointFault("point_unreadable", text)
    return checked_point(parts[0], parts[1])


def checked_point(lon_text: str, lat_text: str) -> tuple[float, float]:
    """Longitude and latitude from two cells; the same faults as `parse_point`."""
    typed = f"{lon_text},{lat_text}"
    try:
        lon, lat = float(lon_text), float(lat_text)
    except ValueError as error:
        raise PointFault("point_unreadable", typed) from error
    if not (isfinite(lon) and isfinite(lat)):
        raise PointFault("point_unreadable", typed)
    if looks_swapped(lon, lat):
        raise PointFault("point_swapped", typed)
    if not is_in_china(lon, lat):
        raise PointFault("point_outside_china", typed)
    return lon, lat


def looks_swapped(lon: float, lat: float) -> bool:
    """Whether the numbers make sense in China only the other way round.

    Longitudes of China (72–138) are never latitudes of it (1–56), so latitude
    typed first is always recognised.
    """
    return not is_in_china(lon, lat) and is_in_china(lat, lon)


def is_in_china(lon: float, lat: float) -> bool:
    """The rough box outside of which GCJ-02 shifts nothing."""
    return CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]


# Datums


def to_wgs84(lon: float, lat: float, datum: Datum) -> Point:
    """A point entered in `datum`, as it is stored."""
    if datum is Datum.GCJ02:
        return Point(*wgs84_from_gcj02(lon, lat))
    return Point(lon, lat)


def gcj02_from_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 to GCJ-02; points outside China are returned untouched."""
    if not is_in_china(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def wgs84_from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 to WGS-84, to better than a millimetre after three iterations."""
    if not is_in_china(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(INVERSE_ITERATIONS):
        east, north = _shift(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - east, lat - north
    return guess_lon, guess_lat


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """The GCJ-02 shift at a point, in degrees east and north."""
    x, y = lon - 105.0, lat - 35.0
    slope = radians(lat)
    magic = 1 - KRASOVSKY_ECCENTRICITY_SQUARED * sin(slope) ** 2
    root = sqrt(magic)
    meridian = (
        KRASOVSKY_RADIUS_METRES
        * (1 - KRASOVSKY_ECCENTRICITY_SQUARED)
        / (magic * root)
        * pi
    )
    parallel = KRASOVSKY_RADIUS_METRES / root * cos(slope) * pi
    return _east(x, y) * 180.0 / parallel, _north(x, y) * 180.0 / meridian


def _waves(x: float) -> float:
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    metres = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y
    metres += 0.2 * sqrt(fabs(x)) + _waves(x)
    metres += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    metres += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    return metres


def _east(x: float, y: float) -> float:
    metres = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y
    metres += 0.1 * sqrt(fabs(x)) + _waves(x)
    metres += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    metres += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return metres


# Distances


def distance_metres(a: Point, b: Point) -> float:
    """Great-circle distance (haversine)."""
    phi_a, phi_b = radians(a.lat), radians(b.lat)
    half = sin((phi_b - phi_a) / 2) ** 2
    half += cos(phi_a) * cos(phi_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True)
class Projection:
    """Local equirectangular metres around an origin, x east and y north.

    Right to a few centimetres over a town of ten kilometres, which is all the
    sketch needs.
    """

    origin: Point

    def metres(self, point: Point) -> tuple[float, float]:
        scale = cos(radians(self.origin.lat))
        x = radians(point.lon - self.origin.lon) * scale * EARTH_RADIUS_METRES
        y = radians(point.lat - self.origin.lat) * EARTH_RADIUS_METRES
        return x, y

    def point(self, x_metres: float, y_metres: float) -> Point:
        scale = cos(radians(self.origin.lat))
        return Point(
            self.origin.lon + _degrees(x_metres / (scale * EARTH_RADIUS_METRES)),
            self.origin.lat + _degrees(y_metres / EARTH_RADIUS_METRES),
        )


def _degrees(angle: float) -> float:
    return angle * 180.0 / pi
