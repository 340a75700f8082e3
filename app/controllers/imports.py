"""People from a spreadsheet: choose a file, look at what it would do, enter it."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import drafts
from app.drafts import Draft
from app.forms import Form, act_id
from app.i18n import translate as _
from app.refusals import sentence_for
from app.rendering import page, see_other
from app.requests import Request
from app.spreadsheets import Reader, explain
from app.typed import parse_id
from kitchen import intake, places
from kitchen.errors import Refusal
from kitchen.places import KitchenFacts

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Above the limit of a list, so that a list too large is told so in a sentence.
LARGEST_UPLOAD = 8 * 1024 * 1024
SHOWN = 200
"""Good rows listed in full; the rest is counted."""

reader = Reader()


@get("/imports", allows="imports.write", include_in_schema=False)
async def index(request: Request, kitchen: FromQuery[int] = 0) -> Response[Any]:
    return await _index(request, Form.filled(kitchen=kitchen or ""))


async def _index(request: Request, form: Form, status: int = 200) -> Response[Any]:
    kitchens = await _own_kitchens(request)
    chosen = _chosen(kitchens, form)
    return page(
        request,
        "imports/index.html",
        status_code=status,
        form=form,
        kitchens=[(kitchen.id, kitchen.name) for kitchen in kitchens],
        chosen=chosen,
        runs=await intake.runs_for(chosen.id) if chosen else [],
    )


@get("/imports/template.xlsx", allows="imports.write", include_in_schema=False)
async def template(request: Request, kitchen: FromQuery[int] = 0) -> Response[bytes]:
    """The list to fill in, with this kitchen's dining points to choose from."""
    chosen = _chosen(await _own_kitchens(request), Form.filled(kitchen=kitchen))
    points = await places.points_for(chosen.id) if chosen else []
    data = intake.people_template(_("老人名单"), [point.name for point in points])
    return _download(data, _("老人名单模板") + ".xlsx")


@post(
    "/imports",
    allows="imports.write",
    include_in_schema=False,
    request_max_body_size=LARGEST_UPLOAD,
)
async def create(request: Request) -> Response[Any]:
    """Read the file and keep it, sealed, for its preview. Nobody is entered yet."""
    fields = await request.form()
    form = Form.of(fields)
    chosen = _chosen(await _own_kitchens(request), form)
    if chosen is None:
        raise NotFoundException
    uploads = [
        item for item in fields.getall("file", []) if isinstance(item, UploadFile)
    ]
    try:
        if not uploads or not uploads[0].filename:
            raise Refusal("sheet_missing")
        data = await uploads[0].read()
        draft = Draft(
            token=drafts.new_token(),
            staff_id=request.actor.staff_id,
            kitchen_id=chosen.id,
            file_name=Path(uploads[0].filename).name[:200],
            digest=hashlib.sha256(data).hexdigest(),
            grid=await reader.read(data, "老人名单"),
        )
        await intake.preview(
            draft.grid, chosen.id, by=request.actor, today=request.today
        )
    except Refusal as refusal:
        form.refuse_field("file", sentence_for(refusal))
        return await _index(request, form, 422)
    drafts.keep(_folder(request), draft, request.now)
    return see_other(request, f"/imports/drafts/{draft.token}")


@get("/imports/drafts/{token:str}", allows="imports.write", include_in_schema=False)
async def show(request: Request, token: FromPath[str]) -> Response[Any]:
    return await _show(request, _draft(request, token), Form())


async def _show(
    request: Request, draft: Draft, form: Form, status: int = 200
) -> Response[Any]:
    """What the file would do, rows to correct first."""
    preview = None
    if draft.grid.rows:
        preview = await intake.preview(
            draft.grid, draft.kitchen_id, by=request.actor, today=request.today
        )
    return page(
        request,
        "imports/draft.html",
        status_code=status,
        draft=draft,
        preview=preview,
        form=form,
        shown=SHOWN,
        explain=explain,
    )


@get(
    "/imports/drafts/{token:str}/problems.xlsx",
    allows="imports.write",
    include_in_schema=False,
)
async def problems(request: Request, token: FromPath[str]) -> Response[bytes]:
    """The rows that were not taken, each with its reason, to be corrected."""
    draft = _draft(request, token)
    preview = await intake.preview(
        draft.grid, draft.kitchen_id, by=request.actor, today=request.today
    )
    left = list(preview.people) if draft.enrolled is not None else preview.refused
    data = intake.rows_back(_("老人名单"), draft.grid, left, _("问题"), explain)
    stem = Path(draft.file_name).stem
    return _download(data, _("{name}-待改", name=stem) + ".xlsx")


@post(
    "/imports/drafts/{token:str}/entry", allows="imports.write", include_in_schema=False
)
async def enter(request: Request, token: FromPath[str]) -> Response[Any]:
    """Enter the good rows; the file that is left holds the others."""
    draft = _draft(request, token)
    form = Form.of(await request.form())
    if draft.enrolled is not None:
        return see_other(request, f"/imports/drafts/{token}")
    ticked = (parse_id(number) for number in form.typed.get("skip", ()))
    skip = {number for number in ticked if number is not None}
    try:
        done = await intake.apply(
            draft.grid,
            draft.kitchen_id,
            file_name=draft.file_name,
            digest=draft.digest,
            skip=skip,
            act=act_id(form),
            today=request.today,
            by=request.actor,
            now=request.now,
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _show(request, draft, form, 409)
    rest = intake.rest_of(draft.grid, done.left_rows)
    after = draft.after(done.run_id, done.enrolled, rest)
    drafts.keep(_folder(request), after, request.now)
    if not done.left_rows:
        return see_other(request, "/imports", _("已登记 {n} 人", n=done.enrolled))
    return see_other(request, f"/imports/drafts/{token}")


@post(
    "/imports/drafts/{token:str}/removal",
    allows="imports.write",
    include_in_schema=False,
)
async def discard(request: Request, token: FromPath[str]) -> Response[Any]:
    """Drop the file that was sent; whoever is entered stays."""
    _draft(request, token)
    drafts.forget(_folder(request), token)
    return see_other(request, "/imports", _("已放弃这个文件"))


@post(
    "/imports/runs/{run_id:int}/reversal",
    allows="imports.write",
    include_in_schema=False,
)
async def undo(request: Request, run_id: FromPath[int]) -> Response[Any]:
    try:
        gone = await intake.undo_import(run_id, by=request.actor, now=request.now)
    except Refusal as refusal:
        if refusal.code in ("kitchen_not_yours", "import_unknown"):
            raise NotFoundException from refusal
        raise
    return see_other(request, "/imports", _("已撤销，取消登记 {n} 人", n=gone))


async def _own_kitchens(request: Request) -> list[KitchenFacts]:
    everywhere = await places.kitchens()
    return [k for k in everywhere if request.actor.sees_kitchen(k.id)]


def _chosen(kitchens: list[KitchenFacts], form: Form) -> KitchenFacts | None:
    """The kitchen named in the form, else the first one there is."""
    wanted = form.identifier("kitchen")
    named = [kitchen for kitchen in kitchens if kitchen.id == wanted]
    return next(iter(named or kitchens), None)


def _draft(request: Request, token: str) -> Draft:
    draft = drafts.find(_folder(request), token, request.actor.staff_id)
    if draft is None:
        raise NotFoundException
    return draft


def _folder(request: Request) -> Path:
    return request.settings.data / "imports"


def _download(data: bytes, name: str) -> Response[bytes]:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=XLSX, headers={"Content-Disposition": disposition})


handlers = [index, template, create, show, problems, enter, discard, undo]
