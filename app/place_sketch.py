"""The ground around a compound as a picture to point at, without any map.

A square of `span` metres around a middle, north up, `SIDE` pixels wide: what is
known around (kitchen, dining points, buildings), a grid and a scale. `pointed` turns
a pixel back into a place. Pure; coordinates are WGS-84 × 1,000,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kitchen.coordinates import Point, Projection

SIDE = 560  # pixels, as shown: never scaled, so that a click means what it shows
SPANS = (400, 1_000, 3_000)  # metres across
LINES = 8  # squares of the grid, each way
METRES_TO_WORDS = 1_000


@dataclass(frozen=True)
class Mark:
    """Something to recognise: kind "kitchen", "point", "building" or "here"."""

    kind: str
    label: str
    lon_e6: int
    lat_e6: int


@dataclass(frozen=True)
class Ground:
    """A square of land."""

    lon_e6: int
    lat_e6: int
    span_metres: int

    @property
    def _projection(self) -> Projection:
        return Projection(Point(self.lon_e6 / 1e6, self.lat_e6 / 1e6))

    def pixel(self, lon_e6: int, lat_e6: int) -> tuple[float, float]:
        """Where a place lies on the picture, from its top left corner."""
        east, north = self._projection.metres(Point(lon_e6 / 1e6, lat_e6 / 1e6))
        scale = SIDE / self.span_metres
        return SIDE / 2 + east * scale, SIDE / 2 - north * scale

    def pointed(self, x: float, y: float) -> tuple[int, int]:
        """The place under a pixel, as (lon_e6, lat_e6)."""
        scale = self.span_metres / SIDE
        place = self._projection.point((x - SIDE / 2) * scale, (SIDE / 2 - y) * scale)
        return round(place.lon * 1e6), round(place.lat * 1e6)


def ground_svg(ground: Ground, marks: Sequence[Mark]) -> Markup:
    """The picture; marks outside of the square are left out."""
    shapes = [
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
            ' width="{side}" height="{side}" font-family="sans-serif">'
            '<rect width="{side}" height="{side}" fill="#f4f5f3"/>'
        ).format(side=SIDE),
        *_grid(),
    ]
    for mark in sorted(marks, key=lambda mark: mark.kind == "here"):
        x, y = ground.pixel(mark.lon_e6, mark.lat_e6)
        if -8 <= x <= SIDE + 8 and -8 <= y <= SIDE + 8:
            shapes.append(_shape(mark, x, y))
    shapes += [_scale(ground), Markup("</svg>")]
    return Markup("").join(shapes)


def _grid() -> list[Markup]:
    step = SIDE / LINES
    return [
        Markup('<path d="M{a:.0f} 0V{s} M0 {a:.0f}H{s}" stroke="#dde1dd"/>').format(
            a=number * step, s=SIDE
        )
        for number in range(1, LINES)
    ]


def _shape(mark: Mark, x: float, y: float) -> Markup:
    word = Markup(
        '<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="middle"'
        ' fill="{ink}" font-weight="{weight}">{label}</text>'
    )
    if mark.kind == "kitchen":
        square = Markup(
            '<rect x="{x:.1f}" y="{y:.1f}" width="18" height="18" fill="#1b211e"/>'
        ).format(x=x - 9, y=y - 9)
        return square + word.format(
            x=x, y=y - 13, size=13, ink="#1b211e", weight=700, label=mark.label
        )
    if mark.kind == "point":
        bowl = Markup(
            '<path d="M{x:.1f} {y:.1f}l9 9l-9 9l-9-9z" fill="#0b6b4f"/>'
        ).format(x=x, y=y - 9)
        return bowl + word.format(
            x=x, y=y - 13, size=12, ink="#0b6b4f", weight=700, label=mark.label
        )
    if mark.kind == "here":
        return Markup(
            '<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="none" stroke="#a8201a"'
            ' stroke-width="3"/><path d="M{x:.1f} {t:.1f}v32M{l:.1f} {y:.1f}h32"'
            ' stroke="#a8201a" stroke-width="1.5"/>'
        ).format(x=x, y=y, t=y - 16, l=x - 16)
    house = Markup(
        '<rect x="{x:.1f}" y="{y:.1f}" width="10" height="10" fill="#ffffff"'
        ' stroke="#4d5751" stroke-width="1.5"/>'
    ).format(x=x - 5, y=y - 5)
    return house + word.format(
        x=x, y=y - 8, size=11, ink="#4d5751", weight=400, label=mark.label
    )


def _scale(ground: Ground) -> Markup:
    metres = ground.span_metres // LINES * 2
    end = 12 + SIDE / LINES * 2
    words = (
        f"{metres / METRES_TO_WORDS:g} km"
        if metres >= METRES_TO_WORDS
        else f"{metres} m"
    )
    return Markup(
        '<path d="M12 {a}v6H{end:.0f}v-6" fill="none" stroke="#1b211e"'
        ' stroke-width="1.5"/><text x="{end:.0f}" y="{b}" dx="6" font-size="12"'
        ' fill="#1b211e">{words}</text><text x="{n}" y="20" font-size="13"'
        ' font-weight="700" text-anchor="middle" fill="#1b211e">N</text>'
        '<path d="M{n} 24v14m-4-9l4-5l4 5" stroke="#1b211e" fill="none"/>'
    ).format(a=SIDE - 18, b=SIDE - 10, end=end, words=words, n=SIDE - 18)
