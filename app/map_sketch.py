"""A round seen from above without any map: numbers, a dashed line, a scale bar.

Places keep their direction and distance; numbers that would print over each other
step aside and point back with a thin line. Pure; coordinates are WGS-84.
"""

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.papers import Sketch

METRES_PER_DEGREE = 111_320
WIDTH, HEIGHT, MARGIN = 190.0, 92.0, 9.0  # millimetres
RADIUS = 3.1
STEPS_ASIDE = 80
DASHES = ("", "4 2", "1 1.6", "5 1.5 1 1.5", "7 2", "2.5 1.2")
"""Rounds are told apart by number, then by dash; never by colour alone."""


@dataclass(frozen=True)
class Spot:
    """One place on paper, in millimetres; `at` is true, `shown` where its number is."""

    label: str
    at: tuple[float, float]
    shown: tuple[float, float]


def sketch_svg(sketch: Sketch, width: float = WIDTH, height: float = HEIGHT) -> Markup:
    """The sketch as inline SVG, `width` × `height` millimetres."""
    spots, metres_per_mm = _laid_out(sketch, width, height)
    if len(spots) < 2:
        return Markup("")
    parts = [
        Markup(
            '<svg class="sketch" xmlns="http://www.w3.org/2000/svg"'
            ' width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}"'
            ' font-family="Noto Sans CJK SC">'
        ).format(w=_n(width), h=_n(height)),
        _line(spots, DASHES[(sketch.number - 1) % len(DASHES)]),
        *(_leader(spot) for spot in spots),
        _kitchen(spots[0]),
        *(_number(spot) for spot in spots[1:]),
        _scale_bar(metres_per_mm, height),
        _north(width),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _laid_out(sketch: Sketch, width: float, height: float) -> tuple[list[Spot], float]:
    """Spots on paper and the scale; several stops of one place share one spot."""
    together: dict[tuple[int, int], list[str]] = {}
    for place in sketch.places:
        together.setdefault((place.lon_e6, place.lat_e6), []).append(place.label)
    points = list(together)
    if not points:
        return [], 1.0
    middle = math.cos(math.radians(sum(lat for _, lat in points) / len(points) / 1e6))
    metres = METRES_PER_DEGREE / 1e6
    xs = [lon * metres * middle for lon, _ in points]
    ys = [-lat * metres for _, lat in points]
    room_x, room_y = width - 2 * MARGIN, height - 2 * MARGIN
    scale = max(
        (max(xs) - min(xs)) / room_x, (max(ys) - min(ys)) / room_y, 0.5
    )  # metres per millimetre
    left = (width - (max(xs) - min(xs)) / scale) / 2
    top = (height - (max(ys) - min(ys)) / scale) / 2
    at = [
        (left + (x - min(xs)) / scale, top + (y - min(ys)) / scale)
        for x, y in zip(xs, ys, strict=True)
    ]
    labels = [_range_words(together[point]) for point in points]
    shown = _spread(at, [_half_width(label) for label in labels], width, height)
    spots = [Spot(*spot) for spot in zip(labels, at, shown, strict=True)]
    return spots, scale


def _range_words(labels: list[str]) -> str:
    """4, 5, 6 → "4–6"; 4, 9 → "4 9": the way a driver would say it."""
    if len(labels) > 2 and all(label.isdigit() for label in labels):
        numbers = [int(label) for label in labels]
        if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            return f"{numbers[0]}–{numbers[-1]}"
    return " ".join(labels)


def _half_width(label: str) -> float:
    return max(RADIUS, 1.0 * len(label) + 1.4)


def _spread(
    at: list[tuple[float, float]], halves: list[float], width: float, height: float
) -> list[tuple[float, float]]:
    """Push numbers apart until none prints over another, or the steps run out."""
    shown = [list(spot) for spot in at]
    for _ in range(STEPS_ASIDE):
        moved = False
        for i in range(len(shown)):
            for j in range(i + 1, len(shown)):
                gap_x = halves[i] + halves[j] + 0.6 - abs(shown[i][0] - shown[j][0])
                gap_y = 2 * RADIUS + 0.6 - abs(shown[i][1] - shown[j][1])
                if gap_x <= 0 or gap_y <= 0:
                    continue
                moved = True
                # Sideways or up, whichever is the shorter way out; the kitchen stays.
                axis, gap = (0, gap_x) if gap_x < gap_y else (1, gap_y)
                sign = 1 if shown[i][axis] <= shown[j][axis] else -1
                share = 1.0 if i == 0 else 0.5
                shown[j][axis] += sign * gap * share
                if i:
                    shown[i][axis] -= sign * gap * 0.5
        for half, spot in zip(halves, shown, strict=True):
            spot[0] = min(max(spot[0], half + 1), width - half - 1)
            spot[1] = min(max(spot[1], RADIUS + 1), height - RADIUS - 1)
        if not moved:
            break
    return [(x, y) for x, y in shown]


def _line(spots: list[Spot], dash: str) -> Markup:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in (spot.at for spot in spots))
    return Markup(
        '<polyline points="{}" fill="none" stroke="#000" stroke-width="0.45"'
        ' stroke-linejoin="round"{}/>'
    ).format(points, Markup(' stroke-dasharray="{}"').format(dash) if dash else "")


def _leader(spot: Spot) -> Markup:
    if math.dist(spot.at, spot.shown) < RADIUS:
        return Markup("")
    (x, y), (u, v) = spot.at, spot.shown
    return Markup(
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#000" stroke-width="0.2"/>'
        '<circle cx="{}" cy="{}" r="0.7" fill="#000"/>'
    ).format(_n(x), _n(y), _n(u), _n(v), _n(x), _n(y))


def _kitchen(spot: Spot) -> Markup:
    x, y = spot.shown
    return Markup(
        '<rect x="{}" y="{}" width="7" height="7" fill="#000"/>'
        '<text x="{}" y="{}" font-size="4.2" font-weight="700" fill="#fff"'
        ' text-anchor="middle">{}</text>'
    ).format(_n(x - 3.5), _n(y - 3.5), _n(x), _n(y + 1.5), escape(spot.label))


def _number(spot: Spot) -> Markup:
    (x, y), half = spot.shown, _half_width(spot.label)
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="#fff" stroke="#000"'
        ' stroke-width="0.4"/><text x="{}" y="{}" font-size="3.9" font-weight="700"'
        ' text-anchor="middle">{}</text>'
    ).format(
        _n(x - half),
        _n(y - RADIUS),
        _n(2 * half),
        _n(2 * RADIUS),
        _n(RADIUS),
        _n(x),
        _n(y + 1.4),
        escape(spot.label),
    )


def _scale_bar(metres_per_mm: float, height: float) -> Markup:
    """A round number of metres, about a fifth of the page wide."""
    most = metres_per_mm * 40
    power = 10 ** math.floor(math.log10(most))
    metres = max(step * power for step in (1, 2, 5) if step * power <= most)
    length, y = metres / metres_per_mm, height - 2.5
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return Markup(
        '<path d="M2 {}v1.5h{}v-1.5" fill="none" stroke="#000" stroke-width="0.35"/>'
        '<text x="{}" y="{}" font-size="3.2">{}</text>'
    ).format(_n(y - 1.5), _n(length), _n(length + 3.5), _n(y + 0.6), words)


def _north(width: float) -> Markup:
    x = width - 5
    return Markup(
        '<path d="M{} 8 l2 -5.5 l2 5.5 l-2 -1.4z" fill="#000"/>'
        '<text x="{}" y="12" font-size="3.2" text-anchor="middle">N</text>'
    ).format(_n(x - 2), _n(x))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
