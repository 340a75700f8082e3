"""Dining points: centres with their stations, staffed or not; sums roll up."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import MEALS
from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_forms import DATUMS, place_words, read_phone_field, read_place
from app.people_pages import refusing
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from kitchen import headcounts, places
from kitchen.places import KitchenFacts, PointFacts

MOST_PEOPLE = 5_000


@dataclass(frozen=True)
class PointRow:
    """A point with today's portions: its own, and with its stations'."""

    point: PointFacts
    own: int
    rolled_up: int
    stations: tuple["PointRow", ...] = ()


def tree_of(points: list[PointFacts], portions: Counter[int | None]) -> list[PointRow]:
    """Centres with their stations below them; a centre's roll-up is the sum of its
    own and its stations'. A station whose centre the reader may not see stands
    alone."""
    known = {point.id for point in points}

    def row(point: PointFacts, above: frozenset[int]) -> PointRow:
        below = tuple(
            row(station, above | {point.id})
            for station in points
            if station.centre_id == point.id and station.id not in above
        )
        own = portions[point.id]
        return PointRow(point, own, own + sum(s.rolled_up for s in below), below)

    return [
        row(point, frozenset({point.id}))
        for point in points
        if point.centre_id not in known
    ]


@get("/places", allows="places.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    points = await points_of(request, kitchen.id)
    services = await places.services_for(kitchen.id, request.today)
    meal = "lunch" if "lunch" in services else next(iter(services), "lunch")
    portions = await _portions(request, kitchen, meal)
    tree = tree_of(points, portions)
    return page(
        request,
        "places/index.html",
        kitchen=kitchen,
        tree=tree,
        total=sum(row.rolled_up for row in tree),
        meal_word=_(MEALS[meal]),
        areas={area.id: area.path for area in await places.areas()},
    )


async def _portions(
    request: Request, kitchen: KitchenFacts, meal: str
) -> Counter[int | None]:
    counts: Counter[int | None] = Counter()
    for eater in await headcounts.eaters_for(kitchen.id, request.today, meal):
        counts[eater.point_id] += eater.portions
    return counts


@get("/places/points/new", allows="places.write", include_in_schema=False)
async def new(request: Request) -> Response[Any]:
    form = Form.filled(
        staffed=True, seats=0, walk_in_cap=5, unload_minutes=5, datum="gcj02"
    )
    return await _form_page(request, form, None)


@post("/places/points", allows="places.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    values = await _values(request, form, kitchen, None)
    if form.ok:
        with refusing(form):
            await places.add_point(
                kitchen_id=kitchen.id,
                area_id=values.pop("area"),
                centre_id=values.pop("centre"),
                by=request.actor,
                now=request.now,
                **values,
            )
    if not form.ok:
        return await _form_page(request, form, None)
    return see_other(request, "/places", _("已登记{name}", name=values["name"]))


@get("/places/points/{point_id:int}", allows="places.read", include_in_schema=False)
async def show(request: Request, point_id: FromPath[int]) -> Response[Any]:
    point = await _point(request, point_id)
    form = Form.filled(
        name=point.name,
        area=point.area_id,
        centre=point.centre_id,
        staffed=point.staffed,
        address=point.address,
        phone=point.phone,
        seats=point.seats,
        walk_in_cap=point.walk_in_cap,
        unload_minutes=point.unload_seconds // 60,
        place=place_words(point.lon_e6, point.lat_e6),
        datum="wgs84",
    )
    return await _form_page(request, form, point)


@post("/places/points/{point_id:int}", allows="places.write", include_in_schema=False)
async def update(request: Request, point_id: FromPath[int]) -> Response[Any]:
    point = await _point(request, point_id)
    kitchen = await places.kitchen_by_id(point.kitchen_id)
    form = await read_form(request)
    values = await _values(request, form, kitchen, point)
    if form.ok:
        with refusing(form):
            await places.change_point(
                point.id, values, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _form_page(request, form, point)
    return see_other(request, "/places", _("已保存{name}", name=values["name"]))


async def _values(
    request: Request, form: Form, kitchen: KitchenFacts, point: PointFacts | None
) -> dict[str, Any]:
    """The point's columns as typed."""
    name = form.text("name", _("就餐点名称"), longest=40)
    area, centre = form.identifier("area"), form.identifier("centre")
    if area not in {known.id for known in await places.areas()}:
        form.refuse_field("area", _("社区：请选一项"))
    others = [
        other
        for other in await places.points_for(kitchen.id)
        if point is None or other.id != point.id
    ]
    if name in {other.name for other in others}:
        form.refuse_field("name", _("就餐点名称：已有“{name}”，请换一个", name=name))
    if centre is not None and centre not in {
        other.id for other in others if other.centre_id is None
    }:
        form.refuse_field("centre", _("中心：只能选一个自己不归别的中心的就餐点"))
    lon_e6, lat_e6, _source = read_place(form)
    return {
        "name": name,
        "area": area,
        "centre": centre,
        "staffed": form.checkbox("staffed"),
        "address": form.text("address", _("地址"), longest=80, required=False),
        "phone": read_phone_field(form, "phone", required=False),
        "seats": form.integer("seats", _("座位"), most=MOST_PEOPLE),
        "walk_in_cap": form.integer("walk_in_cap", _("散客上限"), most=MOST_PEOPLE),
        "unload_seconds": form.integer(
            "unload_minutes", _("卸货时间"), least=0, most=120
        )
        * 60,
        "lon_e6": lon_e6,
        "lat_e6": lat_e6,
    }


async def _form_page(
    request: Request, form: Form, point: PointFacts | None
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    kitchen_id = point.kitchen_id if point else kitchen.id
    centres = [
        (other.id, other.name)
        for other in await points_of(request, kitchen_id)
        if other.centre_id is None and (point is None or other.id != point.id)
    ]
    return page(
        request,
        "places/point.html",
        status_code=200 if form.ok else 422,
        form=form,
        kitchen=kitchen,
        point=point,
        centres=centres,
        areas=[(area.id, area.path) for area in await places.areas()],
        datums=DATUMS,
    )


async def _point(request: Request, point_id: int) -> PointFacts:
    for kitchen in await places.kitchens():
        if not request.actor.sees_kitchen(kitchen.id):
            continue
        for point in await points_of(request, kitchen.id):
            if point.id == point_id:
                return point
    raise NotFoundException


handlers = [index, new, create, show, update]
