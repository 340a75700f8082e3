"""The register of buildings: each placed once, for everyone who lives in it.

No map service is asked: a place is typed, or pointed at on a sketch drawn here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_forms import DATUMS, read_place
from app.people_pages import person_rows, refusing
from app.people_sight import own_scope, sight_of
from app.place_sketch import SPANS, Ground, Mark, ground_svg
from app.rendering import page, page_or_fragment, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import places, registry
from kitchen.coordinates import Point, PointFault, distance_metres, parse_point
from kitchen.errors import Refusal
from kitchen.places import BuildingFacts, KitchenFacts
from kitchen.registry import Filters

FAR_METRES = 300
"""A building farther than this from its compound's middle is asked about once."""


@dataclass(frozen=True)
class Compound:
    """A compound's buildings, and how many of its people are on the map."""

    name: str
    buildings: tuple[BuildingFacts, ...]

    @property
    def residents(self) -> int:
        return sum(building.residents for building in self.buildings)

    @property
    def placed(self) -> int:
        return sum(b.residents for b in self.buildings if b.lon_e6 is not None)

    @property
    def waiting(self) -> int:
        """Buildings without a point."""
        return sum(building.lon_e6 is None for building in self.buildings)


@get("/places/buildings", allows="places.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    only_waiting = bool(request.query_params.get("waiting"))
    typed = request.query_params.get("q", "").strip()[:60]
    every = await places.buildings_for(kitchen.id)
    compounds = [
        compound
        for compound in compounds_of(every)
        if (not only_waiting or compound.waiting)
        and (
            typed in compound.name
            or any(typed in compound.name + b.name for b in compound.buildings)
        )
    ]
    people = sum(building.residents for building in every)
    return page_or_fragment(
        request,
        "places/buildings.html",
        "places/_buildings.html",
        kitchen=kitchen,
        compounds=compounds,
        people=people,
        placed=sum(b.residents for b in every if b.lon_e6 is not None),
        waiting=sum(building.lon_e6 is None for building in every),
        unplaced=len(await registry.unplaced_on(kitchen.id, request.today)),
        form=Form.filled(q=typed, waiting=only_waiting),
    )


def compounds_of(buildings: Sequence[BuildingFacts]) -> list[Compound]:
    """By compound; those with the most people still to place come first."""
    grouped: dict[tuple[int, str], list[BuildingFacts]] = {}
    for building in buildings:
        grouped.setdefault((building.area_id, building.compound), []).append(building)
    compounds = [
        Compound(name, tuple(sorted(members, key=_in_order)))
        for (_area, name), members in grouped.items()
    ]
    return sorted(compounds, key=lambda c: (c.placed - c.residents, c.name))


def _in_order(building: BuildingFacts) -> tuple[int, str]:
    """7号楼 before 12号楼."""
    digits = "".join(c for c in building.name if c.isdigit())
    return int(digits) if digits and len(digits) < 9 else 0, building.name


@get("/places/unplaced", allows="registry.read", include_in_schema=False)
async def unplaced(request: Request) -> Response[Any]:
    """Who cannot be found on the map yet, with the way to change that."""
    kitchen = await kitchen_of(request)
    found = await registry.people_list(
        await own_scope(request), Filters(unplaced=True), request.today, limit=500
    )
    homes = await registry.unplaced_on(kitchen.id, request.today)
    doors = await registry.doors_for(a for a in homes.values() if a is not None)
    return page(
        request,
        "places/unplaced.html",
        rows=await person_rows(request, found.people, found.states, kitchen.id),
        doors={elder: doors.get(address or 0) for elder, address in homes.items()},
        total=found.total,
        sight=sight_of(request.actor),
    )


@get(
    "/places/buildings/{building_id:int}",
    allows="places.read",
    include_in_schema=False,
)
async def show(request: Request, building_id: FromPath[int]) -> Response[Any]:
    building = await _building(request, building_id)
    form = Form.filled(datum="gcj02")
    if building.lon_e6 is not None and building.lat_e6 is not None:
        form = Form.filled(
            place=words_of(building.lon_e6, building.lat_e6), datum="wgs84"
        )
    return await _page(request, building, form)


def words_of(lon_e6: int, lat_e6: int) -> str:
    """A point as it would be typed."""
    return f"{lon_e6 / 1e6:.6f},{lat_e6 / 1e6:.6f}"


async def _page(
    request: Request,
    building: BuildingFacts,
    form: Form,
    *,
    far_metres: int = 0,
    chosen: tuple[int, int] | None = None,
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    ground = await _ground(request, kitchen, building)
    span = ground.span_metres if ground else SPANS[0]
    sketch = f"/places/buildings/{building.id}/sketch.svg?span={span}"
    if chosen is not None:
        sketch += f"&at={words_of(*chosen)}"
    neighbours = await _neighbours(building)
    later = [b for b in neighbours if b.lon_e6 is None and b.id != building.id]
    return page(
        request,
        "places/building.html",
        status_code=200 if form.ok and not far_metres else 422,
        building=building,
        form=form,
        datums=DATUMS,
        ground=ground,
        sketch=sketch,
        span=span,
        spans=SPANS,
        far_metres=far_metres,
        chosen=chosen,
        next_one=sorted(later, key=_in_order)[0] if later else None,
        left=len(later),
    )


@get(
    "/places/buildings/{building_id:int}/sketch.svg",
    allows="places.read",
    include_in_schema=False,
)
async def sketch(request: Request, building_id: FromPath[int]) -> Response[bytes]:
    """What lies around, as a picture of its own so that a click on it is a form."""
    building = await _building(request, building_id)
    kitchen = await kitchen_of(request)
    ground = await _ground(request, kitchen, building)
    if ground is None:
        raise NotFoundException
    marks = [
        Mark("building", near.name, near.lon_e6, near.lat_e6)
        for near in await places.buildings_for()
        if near.lon_e6 is not None and near.lat_e6 is not None
        if near.id != building.id and near.compound == building.compound
    ]
    marks += [
        Mark("point", point.name, point.lon_e6, point.lat_e6)
        for point in await points_of(request, kitchen.id)
        if point.lon_e6 is not None and point.lat_e6 is not None
    ]
    if kitchen.lon_e6 is not None and kitchen.lat_e6 is not None:
        marks.append(Mark("kitchen", kitchen.name, kitchen.lon_e6, kitchen.lat_e6))
    here = _typed_place(request) or (
        (building.lon_e6, building.lat_e6)
        if building.lon_e6 is not None and building.lat_e6 is not None
        else None
    )
    if here is not None:
        marks.append(Mark("here", building.name, *here))
    return Response(
        str(ground_svg(ground, marks)).encode(),
        media_type="image/svg+xml",
        headers={"Cache-Control": "no-store"},
    )


@post(
    "/places/buildings/{building_id:int}",
    allows="places.write",
    include_in_schema=False,
)
async def place(request: Request, building_id: FromPath[int]) -> Response[Any]:
    """Put the building where it was typed or pointed at. A click on the sketch only
    fills in the form: what is saved was seen."""
    building = await _building(request, building_id)
    form = await read_form(request)
    kitchen = await kitchen_of(request)
    ground = await _ground(request, kitchen, building)
    x, y = form.raw("spot.x"), form.raw("spot.y")
    if x.isdecimal() and y.isdecimal() and ground is not None:
        chosen = ground.pointed(min(int(x), 4_000), min(int(y), 4_000))
        pointed = Form.filled(place=words_of(*chosen), datum="wgs84", clicked=True)
        return await _page(request, building, pointed, chosen=chosen)
    lon_e6, lat_e6, _source = read_place(form, required=True)
    if not form.ok or lon_e6 is None or lat_e6 is None:
        return await _page(request, building, form)
    far = await _metres_off(building, lon_e6, lat_e6)
    if far > FAR_METRES and not form.checkbox("confirmed"):
        return await _page(
            request, building, form, far_metres=far, chosen=(lon_e6, lat_e6)
        )
    with refusing(form):
        await places.place_building(
            building.id, lon_e6, lat_e6, by=request.actor, now=request.now
        )
    if not form.ok:
        return await _page(request, building, form)
    told = _("{building}已定位", building=building.compound + building.name)
    waiting = [
        b
        for b in await _neighbours(building)
        if b.lon_e6 is None and b.id != building.id
    ]
    if waiting and form.raw("then") == "next":
        following = sorted(waiting, key=_in_order)[0]
        return see_other(request, f"/places/buildings/{following.id}", told)
    return see_other(request, "/places/buildings", told)


async def _building(request: Request, building_id: int) -> BuildingFacts:
    """A building where somebody of the reader's kitchen lives, or nobody yet."""
    own = {b.id: b for b in await places.buildings_for(request.actor.kitchen_id)}
    if building_id in own:
        return own[building_id]
    try:
        building = await places.building_by_id(building_id)
    except Refusal as refusal:
        raise NotFoundException from refusal
    if building.residents:
        raise NotFoundException
    return building


async def _neighbours(building: BuildingFacts) -> list[BuildingFacts]:
    return [
        near
        for near in await places.buildings_for()
        if (near.area_id, near.compound) == (building.area_id, building.compound)
    ]


async def _middle(building: BuildingFacts) -> tuple[int, int] | None:
    """The middle of the compound's other placed buildings."""
    known = [
        (near.lon_e6, near.lat_e6)
        for near in await _neighbours(building)
        if near.id != building.id
        if near.lon_e6 is not None and near.lat_e6 is not None
    ]
    if not known:
        return None
    lon, lat = (sum(values) // len(known) for values in zip(*known, strict=True))
    return lon, lat


async def _metres_off(building: BuildingFacts, lon_e6: int, lat_e6: int) -> int:
    """How far a place is from the compound's middle; 0 when that is unknown."""
    middle = await _middle(building)
    if middle is None:
        return 0
    there = Point(middle[0] / 1e6, middle[1] / 1e6)
    return round(distance_metres(Point(lon_e6 / 1e6, lat_e6 / 1e6), there))


async def _ground(
    request: Request, kitchen: KitchenFacts, building: BuildingFacts
) -> Ground | None:
    """Around the compound, else the building itself, else the kitchen; as far as
    asked for, else close where the compound is known."""
    middle, near = await _middle(building), SPANS[0]
    if middle is None and building.lon_e6 is not None and building.lat_e6 is not None:
        middle = (building.lon_e6, building.lat_e6)
    if middle is None:
        near = SPANS[-1]
    if middle is None and kitchen.lon_e6 is not None and kitchen.lat_e6 is not None:
        middle = (kitchen.lon_e6, kitchen.lat_e6)
    return Ground(*middle, _span(request) or near) if middle else None


def _span(request: Request) -> int:
    asked = request.query_params.get("span", "")
    return int(asked) if asked in {str(span) for span in SPANS} else 0


def _typed_place(request: Request) -> tuple[int, int] | None:
    """The mark asked for in the picture's own address."""
    try:
        lon, lat = parse_point(request.query_params.get("at", ""))
    except PointFault:
        return None
    return round(lon * 1e6), round(lat * 1e6)


handlers = [index, unplaced, show, sketch, place]
