"""Work in the background: what runs, how far it is, where its result lies."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app import jobs
from app.forms import read_form
from app.i18n import N_
from app.i18n import translate as _
from app.jobs import JobFacts
from app.refusals import sentence_for
from app.rendering import fragment, page, see_other
from app.requests import Request
from kitchen.errors import Refusal

STATES = {
    "queued": ("not_started", N_("排队中")),
    "running": ("working", N_("进行中")),
    "done": ("confirmed", N_("已完成")),
    "failed": ("problem", N_("没有做成")),
    "stopped": ("locked", N_("已停止")),
}
NOTES = {
    "restarted": N_("系统重启时中断，请再做一次"),
    "crashed": N_("程序出错，已经记下来；请再做一次"),
}


@get("/jobs", allows="jobs.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    mine = [job for job in await jobs.latest() if job.visible_to(request.actor)]
    return page(request, "jobs/index.html", jobs=mine, words=_words, states=STATES)


@get("/jobs/{job_id:int}", allows="jobs.read", include_in_schema=False)
async def show(request: Request, job_id: FromPath[int]) -> Response[Any]:
    job = await _job(request, job_id)
    return page(request, "jobs/show.html", job=job, words=_words, states=STATES)


@get("/jobs/{job_id:int}/progress", allows="jobs.read", include_in_schema=False)
async def progress(request: Request, job_id: FromPath[int]) -> Response[Any]:
    """Asked every second while the job runs; the last answer asks no more."""
    job = await _job(request, job_id)
    return fragment(
        request, "jobs/_progress.html", job=job, words=_words, states=STATES
    )


@post("/jobs/{job_id:int}/stop", allows="jobs.read", include_in_schema=False)
async def stop(request: Request, job_id: FromPath[int]) -> Response[Any]:
    job = await _job(request, job_id)
    await read_form(request)
    await request.app.state.jobs.stop(job.id)
    return see_other(request, f"/jobs/{job.id}", _("已停止"))


async def _job(request: Request, job_id: int) -> JobFacts:
    job = await jobs.job_by_id(job_id)
    if job is None or not job.visible_to(request.actor):
        raise NotFoundException
    return job


def _words(job: JobFacts) -> str:
    """What to say about the job just now, in the reader's language."""
    refused = job.result.get("refusal")
    if refused:
        return sentence_for(Refusal(refused["code"], **refused["facts"]))
    return _(NOTES.get(job.note, job.note)) if job.note else ""


handlers = [index, show, progress, stop]
