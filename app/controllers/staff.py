"""Accounts: who works here, in which role, for which part of the kitchen."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app import sessions
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.words.roles import ROLE_PURPOSES, role_word
from kitchen import places, staff
from kitchen.passwords import check_password
from kitchen.staff import Post, StaffFacts, roles_given_by

PASSWORD_LENGTH = 200


@get("/staff", allows="staff.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    people = await staff.everyone(request.actor.kitchen_id)
    names = await _scope_names()
    return page(request, "staff/index.html", people=people, names=names)


@get("/staff/new", allows="staff.write", include_in_schema=False)
async def new(request: Request) -> Response[Any]:
    return await _form_page(request, Form.filled(role="point_staff"), None)


@post("/staff", allows="staff.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    form = await read_form(request)
    login = form.text("login", _("账号"), longest=40).lower()
    if login and (len(login) < 2 or not login.isprintable() or " " in login):
        form.refuse_field("login", _("账号：至少两个字，中间不留空格"))
    name, post_held = await _name_and_post(request, form)
    password = _password(form, login)
    if form.ok:
        with form.refusals():
            await staff.hire(
                login=login,
                name=name,
                post=post_held,
                password_hash=await request.app.state.passwords.hashed(password),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _form_page(request, form, None)
    return see_other(
        request, "/staff", _("已开账号 {login}（{name}）", login=login, name=name)
    )


@get("/staff/{staff_id:int}", allows="staff.read", include_in_schema=False)
async def show(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    form = Form.filled(
        login=person.login,
        name=person.name,
        role=person.role,
        kitchen=person.kitchen_id,
        point=person.point_id,
        area=person.area_id,
    )
    return await _form_page(request, form, person)


@post("/staff/{staff_id:int}", allows="staff.write", include_in_schema=False)
async def update(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    form = await read_form(request)
    name, post_held = await _name_and_post(request, form)
    if form.ok:
        with form.refusals():
            await staff.change_post(
                staff_id, name=name, post=post_held, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _form_page(request, form, person)
    return see_other(request, "/staff", _("已保存 {name}", name=name))


@post("/staff/{staff_id:int}/password", allows="staff.write", include_in_schema=False)
async def set_password(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    form = await read_form(request)
    password = _password(form, person.login)
    if form.ok:
        with form.refusals():
            await staff.set_password(
                staff_id,
                await request.app.state.passwords.hashed(password),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _form_page(request, form, person)
    told = _("{name} 的密码已改，设备都已退出", name=person.name)
    return see_other(request, f"/staff/{staff_id}", told)


@post("/staff/{staff_id:int}/closure", allows="staff.write", include_in_schema=False)
async def close(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    await staff.set_active(staff_id, False, by=request.actor, now=request.now)
    return see_other(request, "/staff", _("已停用 {name}", name=person.name))


@post("/staff/{staff_id:int}/reopening", allows="staff.write", include_in_schema=False)
async def reopen(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    await staff.set_active(staff_id, True, by=request.actor, now=request.now)
    return see_other(request, "/staff", _("已恢复 {name}", name=person.name))


@post(
    "/staff/{staff_id:int}/sessions/end", allows="staff.write", include_in_schema=False
)
async def end_sessions(request: Request, staff_id: FromPath[int]) -> Response[Any]:
    person = await _person(request, staff_id)
    await staff.end_sessions(staff_id, by=request.actor, now=request.now)
    told = _("{name} 的设备都已退出", name=person.name)
    return see_other(request, f"/staff/{staff_id}", told)


async def _person(request: Request, staff_id: int) -> StaffFacts:
    person = await staff.staff_by_id(staff_id)
    own = request.actor.kitchen_id
    if person is None or (own is not None and person.kitchen_id != own):
        raise NotFoundException
    return person


async def _name_and_post(request: Request, form: Form) -> tuple[str, Post]:
    """The fields that the new and the changed account share."""
    name = form.text("name", _("姓名"), longest=40)
    role = form.text("role", _("岗位"))
    if role not in staff.ROLES:
        form.refuse_field("role", _("岗位：请选一项"))
        role = "point_staff"
    kitchen_id, point_id = form.identifier("kitchen"), form.identifier("point")
    area_id = form.identifier("area")
    if request.actor.kitchen_id is not None:
        kitchen_id = request.actor.kitchen_id
    names = await _scope_names()
    for kind, chosen in (("kitchen", kitchen_id), ("point", point_id)):
        if chosen is not None and chosen not in names[kind]:
            form.refuse_field(kind, _("范围：没有这一项，请重新选"))
    homes = {point.id: point.kitchen_id for point in await _points()}
    if point_id is not None and kitchen_id is None:
        kitchen_id = homes.get(point_id)
    if point_id in homes and homes[point_id] != kitchen_id:
        form.refuse_field("point", _("范围：没有这一项，请重新选"))
    return name, Post(role, kitchen_id, point_id, area_id)


def _password(form: Form, login: str) -> str:
    """As typed, and good enough; the field error carries the refusal's sentence."""
    typed = form.raw("password")
    if not typed:
        form.refuse_field("password", _("密码：还没有填"))
        return ""
    if len(typed) > PASSWORD_LENGTH:
        form.refuse_field("password", _("{label}：最多 200 个字符", label=_("密码")))
        return ""
    with form.refusals():
        check_password(typed, login)
    return typed


async def _form_page(
    request: Request, form: Form, person: StaffFacts | None
) -> Response[Any]:
    given = roles_given_by(request.actor.role)
    roles = [
        (role, role_word(role), _(ROLE_PURPOSES[role]))
        for role in staff.ROLES
        if role in given or (person and role == person.role)
    ]
    open_now = await sessions.open_sessions(person.id, request.now) if person else []
    return page(
        request,
        "staff/show.html" if person else "staff/new.html",
        form=form,
        person=person,
        roles=roles,
        names=await _scope_names(),
        sessions=open_now,
        is_self=person is not None and person.id == request.actor.staff_id,
        status_code=200 if form.ok else 422,
    )


async def _points() -> list[places.PointFacts]:
    return [
        point
        for kitchen in await places.kitchens()
        for point in await places.points_for(kitchen.id)
    ]


async def _scope_names() -> dict[str, dict[int, str]]:
    """The words for what a scope's id stands for."""
    return {
        "kitchen": {kitchen.id: kitchen.name for kitchen in await places.kitchens()},
        "point": {point.id: point.name for point in await _points()},
        "area": {area.id: area.path for area in await places.areas()},
    }


handlers = [
    index,
    new,
    create,
    show,
    update,
    set_password,
    close,
    reopen,
    end_sessions,
]
