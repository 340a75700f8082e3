"""Feedback slips that came back, typed in by their code."""

from typing import Any

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import feedback_slips
from kitchen.callbacks import days_of, quarter_of

HERE = "/callbacks/slips"
FACES = {"good": N_("满意"), "fair": N_("一般"), "poor": N_("不满意")}


@get(HERE, allows="callbacks.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form.filled(food="good", service="good"))


@post(HERE, allows="callbacks.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    code = form.text("code", _("编号"), longest=30)
    food = form.choice("food", _("饭菜"), FACES)
    service = form.choice("service", _("送餐"), FACES)
    note = form.text("note", _("说了什么"), longest=200, required=False)
    if form.ok:
        with form.refusals():
            await feedback_slips.answer(
                kitchen.id,
                code,
                food,
                service,
                note,
                today=request.today,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form)
    return see_other(request, HERE, _("已记下"))


handlers = [index, create]


async def _page(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    first, _after = days_of(quarter_of(request.today))
    return page(
        request,
        "callbacks/slips.html",
        status_code=200 if form.ok else 422,
        form=form,
        returned=await feedback_slips.returned_between(
            kitchen.id, first, request.today
        ),
        FACES=FACES,
    )
