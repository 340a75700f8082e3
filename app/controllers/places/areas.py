"""The tree of areas: city, district, street, community."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.people_pages import refusing
from app.rendering import page, see_other
from app.requests import Request
from kitchen import places
from kitchen.places import AREA_LEVELS

LEVELS = {
    "city": N_("市"),
    "district": N_("区县"),
    "street": N_("街道乡镇"),
    "community": N_("社区村"),
}


@get("/places/areas", allows="places.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form())


async def _page(request: Request, form: Form) -> Response[Any]:
    areas = await places.areas()
    return page(
        request,
        "places/areas.html",
        status_code=200 if form.ok else 422,
        areas=areas,
        parents=[(a.id, a.path) for a in areas if a.level != AREA_LEVELS[-1]],
        levels=LEVELS,
        form=form,
    )


@post("/places/areas", allows="places.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """A new node; it lies one level or more below its parent."""
    form = await read_form(request)
    known = {area.id: area for area in await places.areas()}
    name = form.text("name", _("名称"), longest=40)
    level = form.choice("level", _("级别"), AREA_LEVELS)
    parent = known.get(form.identifier("parent") or 0)
    if level and level != "city" and parent is None:
        form.refuse_field("parent", _("上级：请选一项"))
    if (
        parent is not None
        and level
        and AREA_LEVELS.index(level) <= AREA_LEVELS.index(parent.level)
    ):
        form.refuse_field("parent", _("上级：要比“{name}”高一级", name=name))
    parent_id = parent.id if parent else None
    if any((a.name, a.parent_id) == (name, parent_id) for a in known.values()):
        form.refuse_field("name", _("名称：这里已有“{name}”", name=name))
    if form.ok:
        with refusing(form):
            await places.add_area(
                name, level, parent_id, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _page(request, form)
    return see_other(request, "/places/areas", _("已登记{name}", name=name))


@post("/places/areas/{area_id:int}", allows="places.write", include_in_schema=False)
async def rename(request: Request, area_id: FromPath[int]) -> Response[Any]:
    if area_id not in {area.id for area in await places.areas()}:
        raise NotFoundException
    form = await read_form(request)
    name = form.text("new_name", _("名称"), longest=40)
    if not form.ok:
        return await _page(request, form)
    await places.rename_area(area_id, name, by=request.actor, now=request.now)
    return see_other(request, "/places/areas", _("已保存{name}", name=name))


handlers = [index, create, rename]
