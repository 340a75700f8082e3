"""All rounds from above, without any map: lines, numbers, compounds and a scale bar.

Rounds are told apart by number, then by dash, then by colour. The picture helps the
eye; the columns beside it are the interface. Coordinates are WGS-84 × 10⁶.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.i18n import translate as _
from kitchen.boards import Board, BoardRound

WIDTH, HEIGHT, MARGIN = 960.0, 600.0, 34.0
METRES_PER_DEGREE = 111_195
DASHES = ("", "10 6", "2 5", "12 4 2 4", "18 6", "6 3")
COLOURS = 6
NICE_METRES = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
NUMBERED_STOPS = 80
"""Up to so many stops each has its number; beyond, only the rounds are numbered."""
ASTRAY_METRES = 50_000
"""So far from the middle no kitchen delivers: a wrong coordinate, left off the picture
so that it does not shrink everybody else to one dot."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class Ground:
    """From degrees to the picture."""

    west: float
    north: float
    metres_per_unit: float
    shrink: float  # of a degree of longitude at this latitude
    left: float
    top: float

    def at(self, lon_e6: int, lat_e6: int) -> Spot:
        metres = METRES_PER_DEGREE / 1e6 / self.metres_per_unit
        return (
            self.left + (lon_e6 - self.west) * metres * self.shrink,
            self.top + (self.north - lat_e6) * metres,
        )


def dash_of(number: int) -> str:
    """The dash of a round: changes when the colours begin again."""
    return DASHES[((number - 1) // COLOURS + (number - 1)) % len(DASHES)]


def colour_of(number: int) -> int:
    """1–6: the class `round-n` of the style sheet."""
    return (number - 1) % COLOURS + 1


def sketch_svg(board: Board) -> Markup:
    """The board's picture, or nothing when fewer than two places are known."""
    ground = _ground(board)
    if ground is None:
        return Markup("")
    numbered = sum(len(r.stops) for r in board.rounds) <= NUMBERED_STOPS
    home = _kitchen_spot(board, ground)
    parts = [
        Markup(
            '<svg class="sketch" viewBox="0 0 {w:.0f} {h:.0f}" role="img"'
            ' aria-label="{label}">'
        ).format(w=WIDTH, h=HEIGHT, label=_("各趟线路示意图")),
        *_compounds(board, ground),
        *(_line(one, ground, home) for one in board.rounds),
        *(dot for one in board.rounds for dot in _dots(one, ground, numbered)),
        *_waiting(board, ground),
        *([_kitchen(home)] if home else []),
        _scale(ground),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _places(board: Board) -> list[tuple[int, int]]:
    stops = [stop for one in board.rounds for stop in one.stops] + list(board.waiting)
    found = [
        (stop.drop.lon_e6, stop.drop.lat_e6)
        for stop in stops
        if stop.drop.lon_e6 is not None and stop.drop.lat_e6 is not None
    ]
    if board.kitchen_lon_e6 is not None and board.kitchen_lat_e6 is not None:
        found.append((board.kitchen_lon_e6, board.kitchen_lat_e6))
    return _without_astray(found)


def _without_astray(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places within `ASTRAY_METRES` of the median place, east-west and
    north-south."""
    if not places:
        return []
    lon = statistics.median_low([lon for lon, _lat in places])
    lat = statistics.median_low([lat for _lon, lat in places])
    reach = ASTRAY_METRES * 1e6 / METRES_PER_DEGREE
    shrink = math.cos(math.radians(lat / 1e6))
    return [
        place
        for place in places
        if abs(place[0] - lon) * shrink <= reach and abs(place[1] - lat) <= reach
    ]


def _ground(board: Board) -> Ground | None:
    places = _places(board)
    if len(set(places)) < 2:
        return None
    lons, lats = [lon for lon, _lat in places], [lat for _lon, lat in places]
    shrink = math.cos(math.radians(sum(lats) / len(lats) / 1e6))
    metres = METRES_PER_DEGREE / 1e6
    wide = (max(lons) - min(lons)) * metres * shrink
    high = (max(lats) - min(lats)) * metres
    scale = max(wide / (WIDTH - 2 * MARGIN), high / (HEIGHT - 2 * MARGIN), 0.2)
    return Ground(
        west=min(lons),
        north=max(lats),
        metres_per_unit=scale,
        shrink=shrink,
        left=(WIDTH - wide / scale) / 2,
        top=(HEIGHT - high / scale) / 2,
    )


def _kitchen_spot(board: Board, ground: Ground) -> Spot | None:
    if board.kitchen_lon_e6 is None or board.kitchen_lat_e6 is None:
        return None
    return ground.at(board.kitchen_lon_e6, board.kitchen_lat_e6)


def _spots(one: BoardRound, ground: Ground) -> list[tuple[str, Spot]]:
    return [
        (str(stop.position), ground.at(stop.drop.lon_e6, stop.drop.lat_e6))
        for stop in one.stops
        if stop.drop.lon_e6 is not None and stop.drop.lat_e6 is not None
    ]


def _line(one: BoardRound, ground: Ground, home: Spot | None) -> Markup:
    way = [spot for _label, spot in _spots(one, ground)]
    if home:
        way = [home, *way]
    if len(way) < 2:
        return Markup("")
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in way)
    return Markup(
        '<polyline class="way round-{c}" points="{p}" stroke-dasharray="{d}"/>'
    ).format(c=colour_of(one.number), p=points, d=dash_of(one.number))


def _dots(one: BoardRound, ground: Ground, numbered: bool) -> list[Markup]:
    """One dot a place; neighbours on one spot share it: "4–6"."""
    together: dict[Spot, list[str]] = {}
    for label, spot in _spots(one, ground):
        together.setdefault(spot, []).append(label)
    shapes = []
    for number, (spot, labels) in enumerate(together.items()):
        words = labels[0] if len(labels) == 1 else f"{labels[0]}–{labels[-1]}"
        if number == 0:
            shapes.append(_badge(one.number, spot))
        elif numbered:
            shapes.append(_dot(one.number, spot, words))
        else:
            shapes.append(_dot(one.number, spot, ""))
    return shapes


def _dot(number: int, spot: Spot, words: str) -> Markup:
    x, y = spot
    radius = 4.0 if not words else 8.5
    shape = Markup('<circle class="dot round-{c}" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>')
    text = Markup('<text class="dot-word" x="{x:.1f}" y="{y:.1f}">{words}</text>')
    drawn = shape.format(c=colour_of(number), x=x, y=y, r=radius)
    return drawn + text.format(x=x, y=y + 3.5, words=words) if words else drawn


def _badge(number: int, spot: Spot) -> Markup:
    """The round's number, large, on its first stop."""
    x, y = spot
    return Markup(
        '<rect class="badge round-{c}" x="{l:.1f}" y="{t:.1f}" width="24" height="20"'
        ' rx="4"/><text class="badge-word" x="{x:.1f}" y="{b:.1f}">{n}</text>'
    ).format(c=colour_of(number), l=x - 12, t=y - 10, x=x, b=y + 5, n=number)


def _waiting(board: Board, ground: Ground) -> list[Markup]:
    """Who is placed on the ground but on no round: a hollow ring."""
    return [
        Markup('<circle class="ring" cx="{:.1f}" cy="{:.1f}" r="8"/>').format(*spot)
        for stop in board.waiting
        if stop.drop.lon_e6 is not None and stop.drop.lat_e6 is not None
        for spot in (ground.at(stop.drop.lon_e6, stop.drop.lat_e6),)
    ]


def _compounds(board: Board, ground: Ground) -> list[Markup]:
    """The compounds' names, where their doors are."""
    members: dict[str, list[Spot]] = {}
    for one in board.rounds:
        for stop in one.stops:
            if stop.drop.compound and stop.drop.lon_e6 and stop.drop.lat_e6:
                spot = ground.at(stop.drop.lon_e6, stop.drop.lat_e6)
                members.setdefault(stop.drop.compound, []).append(spot)
    return [_name(name, spots) for name, spots in members.items()]


def _name(name: str, spots: Sequence[Spot]) -> Markup:
    x = sum(x for x, _y in spots) / len(spots)
    y = min(y for _x, y in spots) - 16
    return Markup('<text class="compound" x="{:.1f}" y="{:.1f}">{}</text>').format(
        x, max(14.0, y), name
    )


def _kitchen(spot: Spot) -> Markup:
    x, y = spot
    return Markup(
        '<rect class="home" x="{:.1f}" y="{:.1f}" width="26" height="26"/>'
        '<text class="home-word" x="{:.1f}" y="{:.1f}">{}</text>'
    ).format(x - 13, y - 13, x, y + 6, _("厨"))


def _scale(ground: Ground) -> Markup:
    longest = 0.25 * WIDTH * ground.metres_per_unit
    metres = max([n for n in NICE_METRES if n <= longest], default=NICE_METRES[0])
    words = _("{n} 米", n=metres) if metres < 1000 else _("{n} 公里", n=metres // 1000)
    end = MARGIN + metres / ground.metres_per_unit
    return Markup(
        '<path class="scale" d="M{a:.1f} {y} V{b} H{e:.1f} V{y}"/>'
        '<text class="scale-word" x="{m:.1f}" y="{t}">{words}</text>'
    ).format(
        a=MARGIN,
        e=end,
        y=HEIGHT - 22,
        b=HEIGHT - 14,
        m=(MARGIN + end) / 2,
        t=HEIGHT - 26,
        words=words,
    )
