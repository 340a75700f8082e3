"""Attendance of the years before, brought in from a spreadsheet."""

from typing import Any
from uuid import UUID

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.drafts import Draft
from app.i18n import N_
from app.i18n import translate as _
from app.list_imports import Desk, routes_of
from app.rendering import see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import forecasts as words
from app.words.listings import WAS_WORDS
from kitchen import attendance_lists
from kitchen.attendance_lists import COLUMNS, EXAMPLE, NewAttendance, RunFacts
from kitchen.errors import Refusal
from kitchen.listings import Listing
from kitchen.sheets import Grid

URL = "/forecasts/lists"


async def _preview(request: Request, grid: Grid) -> Listing[NewAttendance]:
    kitchen = await kitchen_of(request)
    return await attendance_lists.preview(grid, kitchen.id, request.today)


async def _bring_in(request: Request, draft: Draft, act: UUID) -> int:
    return await attendance_lists.bring_in(
        draft.grid,
        draft.kitchen_id,
        file_name=draft.file_name,
        digest=draft.digest,
        act=act,
        today=request.today,
        by=request.actor,
        now=request.now,
    )


async def _runs(request: Request) -> list[RunFacts]:
    return await attendance_lists.runs_for((await kitchen_of(request)).id)


desk = Desk(
    url=URL,
    back="/forecasts",
    title=N_("历史到餐"),
    lead=N_("每行一天一个就餐点一餐：订了几份、来了几份、没订的来了几份。"),
    columns=COLUMNS,
    required="date",
    example=EXAMPLE,
    words=words.COLUMNS,
    preview=_preview,
    bring_in=_bring_in,
    runs=_runs,
    was=lambda how: _(WAS_WORDS[how]) if how else "",
)


@post(
    f"{URL}/runs/{{attendance_run_id:int}}/reversal",
    allows="headcounts.close",
    include_in_schema=False,
)
async def undo(request: Request, attendance_run_id: FromPath[int]) -> Response[Any]:
    own = {(await kitchen_of(request)).id}
    try:
        await attendance_lists.take_back(
            attendance_run_id, kitchen_ids=own, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        raise NotFoundException from refusal
    return see_other(request, URL, _("已撤销，这些行不再算数"))


handlers = [*routes_of(desk, "headcounts.close"), undo]
