"""The composition table replaced by another one, from a spreadsheet."""

from typing import Any
from uuid import UUID

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.drafts import Draft
from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.list_imports import Desk, routes_of
from app.rendering import see_other
from app.requests import Request
from app.words import compositions as words
from kitchen import compositions
from kitchen.compositions import COLUMNS, EXAMPLE, NewFood, RunFacts
from kitchen.errors import Refusal
from kitchen.listings import Listing
from kitchen.sheets import Grid

URL = "/food/compositions"


async def _preview(request: Request, grid: Grid) -> Listing[NewFood]:
    return await compositions.preview(grid)


async def _bring_in(request: Request, draft: Draft, act: UUID) -> int:
    return await compositions.bring_in(
        draft.grid,
        file_name=draft.file_name,
        digest=draft.digest,
        act=act,
        by=request.actor,
        now=request.now,
    )


async def _runs(request: Request) -> list[RunFacts]:
    return await compositions.runs_for()


desk = Desk(
    url=URL,
    back="/food",
    title=N_("食物成分表"),
    lead=N_("每 100 克可食部。空着的格是不知道，不当作零；文件里没有的列不动。"),
    columns=COLUMNS,
    required="food_id",
    example=EXAMPLE,
    words=words.COLUMNS,
    preview=_preview,
    bring_in=_bring_in,
    runs=_runs,
    was=words.changes_said,
)


@post(
    f"{URL}/runs/{{composition_run_id:int}}/reversal",
    allows="food.write",
    include_in_schema=False,
)
async def undo(request: Request, composition_run_id: FromPath[int]) -> Response[Any]:
    try:
        await compositions.take_back(
            composition_run_id, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        if refusal.code == "import_unknown":
            raise NotFoundException from refusal
        form = Form()
        form.refuse(refusal)
        return await desk.index(request, form)
    return see_other(request, URL, _("已撤销，恢复成导入以前的数"))


handlers = [*routes_of(desk, "food.write"), undo]
